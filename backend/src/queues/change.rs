//! What can be set about a queue.

use std::collections::HashSet;

use diesel::prelude::*;
use serde_json::{Value, json};

use super::{NAME, OwnAddresses, Queue, all, by_name, calendars, default_queue, get, placeholders};
use crate::{
    access::{Actor, Who, for_people, holders_of},
    audit,
    db::{
        Audited, CalendarId, Conn, FollowUpPolicy, InstallationRight, LetterLanguage, QueueId, Right, Ts, Tx,
        backend,
        schema::{queue_addresses, queues, role_grants, roles},
    },
    error::{Error, FieldError, Result, Sentence, say},
    tickets::Moment,
};

/// The longest signature, in characters.
const SIGNATURE: usize = 10_000;
/// The longest salutation, in characters.
const SALUTATION: usize = 500;
/// The longest name that mails call themselves, in characters.
const SENDER: usize = 200;
/// The longest note, in characters.
const NOTE: usize = 2_000;
/// A hundred years.
const DAYS: i32 = 36_500;
/// A year of working time.
const MINUTES: i32 = 525_600;
/// The longest hold, in seconds.
const HOLD: i32 = 3_600;

/// What shall be different; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Its name, unique.
    pub name: Option<String>,
    /// The name of the queue above it; nothing for the top.
    pub parent: Option<Option<String>>,
    /// Its addresses; the first is the one it writes from.
    pub addresses: Option<Vec<String>>,
    /// What mails from it call themselves; empty: its name.
    pub sender_name: Option<String>,
    /// Put above each reply, with names in double braces; empty: nothing is.
    pub salutation: Option<String>,
    /// The same where a name in it is not known.
    pub salutation_unnamed: Option<String>,
    /// Put below each reply.
    pub signature: Option<String>,
    /// Whether a new ticket is answered automatically.
    pub auto_response: Option<bool>,
    /// What a mail to a closed ticket does.
    pub follow_up_policy: Option<FollowUpPolicy>,
    /// Days after which it opens a new ticket all the same; nothing is never.
    pub closed_days: Option<Option<i32>>,
    /// Whether an id alone, from a stranger, makes a new ticket instead of a follow-up.
    pub strict_matching: Option<bool>,
    /// Whether outgoing subjects carry the ticket's number.
    pub subject_tag: Option<bool>,
    /// Whether mails ask for answers at a signed address.
    pub reply_token: Option<bool>,
    /// Working minutes until a lock is released; 0 is never.
    pub unlock_minutes: Option<i32>,
    /// For how long a person's mail can be taken back, in seconds.
    pub hold_seconds: Option<i32>,
    /// The name of the calendar by which working time counts; nothing for the installation's.
    pub calendar: Option<Option<String>>,
    /// The language of automatic answers where neither the customer nor his mail tells.
    pub language: Option<LetterLanguage>,
    /// What agents should know about it.
    pub note: Option<String>,
    /// Whether what roles give in the queues above does not hold here.
    pub own_rights: Option<bool>,
    /// `true`: mail that belongs nowhere else goes here.
    pub default: Option<bool>,
}

/// Changes a queue: all of it, or nothing. Where it stands decides who may do what in it, so that another place needs the
/// right to manage people besides, and there all that it gives to others. So does what the queues above give in it.
///
/// # Errors
/// [`Error::Forbidden`] without the rights; [`Error::Invalid`] for what is wrong or taken; [`Error::Conflict`] where nobody would be
/// left who may do everything in it.
pub fn change(tx: &mut Tx<'_>, actor: &Actor, id: QueueId, change: &Change, at: &Moment) -> Result<Queue> {
    let decides = change.parent.is_some() || change.own_rights.is_some();
    let somebody = decides && may_be_run(tx, id, at.ts())?;
    let (queue, otherwise) = change_uncounted(tx, actor, id, change, at.ts())?;
    // Whoever walls it off from all who run it could not undo that.
    if somebody && !may_be_run(tx, id, at.ts())? {
        let refused = say!("refused-queue-nobody", name = queue.name.clone(), right = Right::Full);
        return Err(Error::Conflict(refused));
    }
    if otherwise {
        calendars::recount(tx, &[id], at)?;
    }
    Ok(queue)
}

/// The same for whoever changes more than this, roles among it, which may yet name who runs the queue: whether locks count
/// otherwise now, so that he has to count them anew at the end.
///
/// # Errors
/// As [`change`].
pub(crate) fn change_uncounted(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: QueueId,
    change: &Change,
    now: Ts,
) -> Result<(Queue, bool)> {
    actor.require(InstallationRight::QueuesAndMail)?;
    if change.parent.is_some() || change.own_rights.is_some() {
        backend::one_at_a_time(tx, "queues")?;
        let queue = get(tx, id)?;
        let is = queue.parent_id.map(|above| get(tx, above)).transpose()?.map(|above| above.name);
        let wanted = match &change.parent {
            Some(parent) => parent.clone().filter(|name| !name.is_empty()),
            None => is.clone(),
        };
        let alone = change.own_rights.unwrap_or(queue.own_rights);
        if is != wanted || alone != queue.own_rights {
            actor.require(InstallationRight::People)?;
            if !alone {
                may_stand_below(tx, actor, id, wanted.as_deref())?;
            }
        }
    }
    stored(tx, &actor.who(), id, change, now)
}

/// Whether there is somebody who may do everything in a queue.
fn may_be_run(conn: &mut Conn, id: QueueId, now: Ts) -> Result<bool> {
    Ok(!holders_of(conn, Right::Full, id, now)?.is_empty())
}

/// Asks whether the actor has in a queue all that roles give in those which it shall stand below: by the move they give it
/// here too.
fn may_stand_below(tx: &mut Tx<'_>, actor: &Actor, id: QueueId, parent: Option<&str>) -> Result<()> {
    let Some(name) = parent else { return Ok(()) };
    let mut above = match by_name(tx, name) {
        Ok(queue) => queue,
        // The change itself says so.
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut line = vec![above.id];
    while let Some(next) = above.parent_id.filter(|next| !above.own_rights && !line.contains(next)) {
        line.push(next);
        above = get(tx, next)?;
    }
    let given: Vec<Right> = role_grants::table
        .inner_join(roles::table)
        .filter(role_grants::queue_id.eq_any(line.into_iter().map(Some)).and(roles::retired_at.is_null()))
        .select(role_grants::permission)
        .distinct()
        .load(&mut **tx)?;
    let people = for_people(tx, actor)?;
    people.may_give(given.into_iter().map(|right| (Some(id), right)), [])
}

/// What the audit log is told of a queue.
pub(super) fn told(conn: &mut Conn, id: QueueId) -> Result<(String, Value)> {
    let it = get(conn, id)?;
    let addresses: Vec<String> = queue_addresses::table
        .filter(queue_addresses::queue_id.eq(id))
        .order((queue_addresses::position, queue_addresses::address))
        .select(queue_addresses::address)
        .load(conn)?;
    let parent = it.parent_id.map(|parent| get(conn, parent)).transpose()?.map(|parent| parent.name);
    let calendar =
        it.calendar_id.map(|id| calendars::get(conn, id)).transpose()?.map(|calendar| calendar.name);
    let value = json!({
        "name": it.name, "parent": parent, "calendar": calendar, "addresses": addresses, "sender_name": it.sender_name,
        "salutation": it.salutation,
        "salutation_unnamed": it.salutation_unnamed, "signature": it.signature, "auto_response": it.auto_response,
        "follow_up_policy": it.follow_up_policy.as_str(), "closed_days": it.closed_days,
        "strict_matching": it.strict_matching, "subject_tag": it.subject_tag, "reply_token": it.reply_token,
        "unlock_minutes": it.unlock_minutes, "hold_seconds": it.hold_seconds, "note": it.note,
        "language": it.language.as_str(), "own_rights": it.own_rights, "retired": it.retired_at.is_some(),
        "default": default_queue(conn)? == id,
    });
    Ok((it.name, value))
}

/// Changes a queue on behalf of the operator. Locks that count by other hours, or for another time, are counted anew.
pub(crate) fn apply(tx: &mut Tx<'_>, who: &Who, id: QueueId, change: &Change, at: &Moment) -> Result<Queue> {
    let (queue, otherwise) = stored(tx, who, id, change, at.ts())?;
    if otherwise {
        calendars::recount(tx, &[id], at)?;
    }
    Ok(queue)
}

/// What it is now, and whether locks count otherwise.
fn stored(tx: &mut Tx<'_>, who: &Who, id: QueueId, change: &Change, now: Ts) -> Result<(Queue, bool)> {
    let about = (who, Audited::Queue, now);
    // Before anything is read: what was is what the one before left. The tree and the addresses are looked at as a whole.
    backend::one_at_a_time(tx, "queues")?;
    audit::around(
        tx,
        about,
        |conn| told(conn, id),
        |tx| {
            let was = get(tx, id)?;
            let queue = store(tx, id, change)?;
            let otherwise =
                (was.unlock_minutes, was.calendar_id) != (queue.unlock_minutes, queue.calendar_id);
            Ok((queue, otherwise))
        },
    )
}

fn store(tx: &mut Tx<'_>, id: QueueId, change: &Change) -> Result<Queue> {
    let queue = get(tx, id)?;
    let checked = check(tx, &queue, change)?;
    diesel::update(queues::table.find(id))
        .set((
            queues::name.eq(checked.name),
            queues::parent_id.eq(checked.parent),
            queues::sender_name.eq(plain(change.sender_name.as_ref(), &queue.sender_name)),
            queues::signature.eq(change.signature.as_ref().unwrap_or(&queue.signature).trim_end()),
            queues::auto_response.eq(change.auto_response.unwrap_or(queue.auto_response)),
            queues::follow_up_policy.eq(change.follow_up_policy.unwrap_or(queue.follow_up_policy)),
            queues::closed_days.eq(change.closed_days.unwrap_or(queue.closed_days)),
            queues::strict_matching.eq(change.strict_matching.unwrap_or(queue.strict_matching)),
            queues::subject_tag.eq(change.subject_tag.unwrap_or(queue.subject_tag)),
            queues::reply_token.eq(change.reply_token.unwrap_or(queue.reply_token)),
            queues::unlock_minutes.eq(change.unlock_minutes.unwrap_or(queue.unlock_minutes)),
            queues::hold_seconds.eq(change.hold_seconds.unwrap_or(queue.hold_seconds)),
            queues::note.eq(plain(change.note.as_ref(), &queue.note)),
            queues::calendar_id.eq(checked.calendar),
            queues::salutation.eq(plain(change.salutation.as_ref(), &queue.salutation)),
            queues::salutation_unnamed
                .eq(plain(change.salutation_unnamed.as_ref(), &queue.salutation_unnamed)),
            queues::language.eq(change.language.unwrap_or(queue.language)),
            queues::own_rights.eq(change.own_rights.unwrap_or(queue.own_rights)),
        ))
        .execute(&mut **tx)?;
    if let Some(addresses) = checked.addresses {
        diesel::delete(queue_addresses::table.filter(queue_addresses::queue_id.eq(id))).execute(&mut **tx)?;
        for (position, address) in (0_i32..).zip(addresses) {
            diesel::insert_into(queue_addresses::table)
                .values((
                    queue_addresses::address.eq(address),
                    queue_addresses::queue_id.eq(id),
                    queue_addresses::position.eq(position),
                ))
                .execute(&mut **tx)?;
        }
    }
    if change.default == Some(true) {
        backend::put_setting(tx, super::DEFAULT, &id.to_string())?;
    }
    get(tx, id)
}

fn plain(new: Option<&String>, old: &str) -> String {
    new.map_or_else(|| old.to_owned(), |text| text.trim().to_owned())
}

/// What needed a look at other queues.
struct Checked {
    name: String,
    parent: Option<QueueId>,
    addresses: Option<Vec<String>>,
    calendar: Option<CalendarId>,
}

#[derive(Default)]
struct Problems(Vec<FieldError>);

impl Problems {
    fn refuse(&mut self, field: &str, message: Sentence) {
        self.0.push(FieldError { field: field.into(), message });
    }

    fn within(&mut self, field: &str, value: Option<i32>, most: i32) {
        if value.is_some_and(|value| !(0..=most).contains(&value)) {
            self.refuse(field, say!("refused-number", most = most));
        }
    }
}

fn check(conn: &mut Conn, queue: &Queue, change: &Change) -> Result<Checked> {
    let mut problems = Problems::default();
    let name = match &change.name {
        Some(name) => checked_name(conn, queue, name, &mut problems)?,
        None => queue.name.clone(),
    };
    let parent = match &change.parent {
        Some(parent) => checked_parent(conn, queue, parent.as_deref(), &mut problems)?,
        None => queue.parent_id,
    };
    let addresses = match &change.addresses {
        Some(addresses) => Some(checked_addresses(conn, Some(queue.id), addresses, &mut problems)?),
        None => None,
    };
    let calendar = match &change.calendar {
        Some(name) => checked_calendar(conn, queue, name.as_deref(), &mut problems)?,
        None => queue.calendar_id,
    };
    let sender = change.sender_name.as_deref().unwrap_or_default();
    if sender.chars().count() > SENDER || sender.chars().any(char::is_control) {
        problems.refuse("sender_name", say!("refused-sender-name", most = SENDER));
    }
    let signature = change.signature.as_deref().unwrap_or_default();
    if signature.chars().count() > SIGNATURE {
        problems.refuse("signature", say!("refused-signature"));
    }
    for (field, text) in
        [("salutation", &change.salutation), ("salutation_unnamed", &change.salutation_unnamed)]
    {
        check_salutation(field, text.as_deref().unwrap_or_default(), &mut problems);
    }
    let note = change.note.as_deref().unwrap_or_default();
    if note.chars().count() > NOTE {
        problems.refuse("note", say!("refused-queue-note", most = NOTE));
    }
    if note.contains('\0') {
        problems.refuse("note", say!("refused-nul"));
    }
    if signature.contains('\0') {
        problems.refuse("signature", say!("refused-nul"));
    }
    problems.within("closed_days", change.closed_days.flatten(), DAYS);
    problems.within("unlock_minutes", change.unlock_minutes, MINUTES);
    problems.within("hold_seconds", change.hold_seconds, HOLD);
    if change.default == Some(true) && queue.retired_at.is_some() {
        problems.refuse("default", say!("refused-retired", name = queue.name));
    }
    if change.default == Some(false) && default_queue(conn)? == queue.id {
        problems.refuse("default", say!("refused-no-default"));
    }
    if problems.0.is_empty() {
        Ok(Checked { name, parent, addresses, calendar })
    } else {
        Err(Error::Invalid(problems.0))
    }
}

fn check_salutation(field: &str, text: &str, problems: &mut Problems) {
    if text.chars().count() > SALUTATION || text.contains('\0') {
        problems.refuse(field, say!("refused-salutation", most = SALUTATION));
    }
    if let Some(why) = placeholders::refusal(text) {
        problems.refuse(field, why);
    }
    if field == "salutation_unnamed" && placeholders::left(text).contains(&"customer.name") {
        problems.refuse(field, say!("refused-salutation-named", name = placeholders::shown("customer.name")));
    }
}

/// The calendar of this name; nothing for the installation's own, by name as well.
fn checked_calendar(
    conn: &mut Conn,
    queue: &Queue,
    name: Option<&str>,
    problems: &mut Problems,
) -> Result<Option<CalendarId>> {
    let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(None) };
    match calendars::named(conn, name, queue.calendar_id) {
        Ok(id) => Ok(Some(id).filter(|id| *id != calendars::OWN)),
        Err(Error::Invalid(fields)) => {
            problems.0.extend(fields);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn checked_name(conn: &mut Conn, queue: &Queue, name: &str, problems: &mut Problems) -> Result<String> {
    let name = name.trim().to_owned();
    let odd = |c: char| c.is_control() || c == ':' || c == ',';
    if name.is_empty() || name.chars().count() > NAME || name.chars().any(odd) {
        problems.refuse("name", say!("refused-queue-name", most = NAME));
        return Ok(name);
    }
    match by_name(conn, &name) {
        Ok(other) if other.id != queue.id => {
            problems.refuse("name", say!("refused-queue-taken", name = name));
        }
        Ok(_) | Err(Error::NotFound) => {}
        Err(error) => return Err(error),
    }
    Ok(name)
}

fn checked_parent(
    conn: &mut Conn,
    queue: &Queue,
    parent: Option<&str>,
    problems: &mut Problems,
) -> Result<Option<QueueId>> {
    let Some(name) = parent.filter(|name| !name.is_empty()) else { return Ok(None) };
    let tree = all(conn)?;
    let Some(parent) = tree.iter().find(|other| other.name == name) else {
        problems.refuse("parent", say!("refused-queue-unknown", name = name));
        return Ok(None);
    };
    // Upwards from the new parent: whoever meets the queue itself is below it.
    let mut line = HashSet::new();
    let mut at = Some(parent.id);
    while let Some(id) = at.filter(|id| line.insert(*id)) {
        at = tree.iter().find(|other| other.id == id).and_then(|other| other.parent_id);
    }
    if line.contains(&queue.id) {
        problems.refuse("parent", say!("refused-queue-circle", name = name));
    }
    if parent.retired_at.is_some() && queue.parent_id != Some(parent.id) {
        problems.refuse("parent", say!("refused-retired", name = name));
    }
    Ok(Some(parent.id))
}

/// Addresses in the form in which they are compared; those of other queues are refused. `own` may keep its own.
fn checked_addresses(
    conn: &mut Conn,
    own: Option<QueueId>,
    texts: &[String],
    problems: &mut Problems,
) -> Result<Vec<String>> {
    let known = OwnAddresses::load(conn)?;
    let mut addresses: Vec<String> = Vec::new();
    for text in texts.iter().filter(|text| !text.trim().is_empty()) {
        let Some(address) = mail_ingest::address::normalise(text) else {
            problems.refuse("addresses", say!("refused-queue-address", address = text));
            continue;
        };
        match known.0.get(&address).filter(|queue| Some(**queue) != own) {
            Some(queue) => {
                let other = get(conn, *queue)?.name;
                problems.refuse("addresses", say!("refused-address-taken", queue = other, address = address));
            }
            None if addresses.contains(&address) => {}
            None => addresses.push(address),
        }
    }
    Ok(addresses)
}

/// Takes a queue out of use: it is offered nowhere, and its name stays on its tickets.
///
/// # Errors
/// [`Error::Forbidden`] without the right; [`Error::Conflict`] for the queue of all mail that belongs nowhere else.
pub fn retire(tx: &mut Tx<'_>, actor: &Actor, id: QueueId, now: Ts) -> Result<()> {
    actor.require(InstallationRight::QueuesAndMail)?;
    retire_for_operator(tx, &actor.who(), id, now)
}

/// The same on behalf of the operator.
pub(crate) fn retire_for_operator(tx: &mut Tx<'_>, who: &Who, id: QueueId, now: Ts) -> Result<()> {
    // Nobody makes it the one that takes the rest meanwhile.
    backend::one_at_a_time(tx, "queues")?;
    let queue = get(tx, id)?;
    if default_queue(tx)? == id {
        return Err(Error::Conflict(say!("refused-retire-default", name = queue.name)));
    }
    if queue.retired_at.is_none() {
        set_retired(tx, who, id, Some(now), now)?;
    }
    Ok(())
}

fn set_retired(tx: &mut Tx<'_>, who: &Who, id: QueueId, since: Option<Ts>, now: Ts) -> Result<()> {
    backend::one_at_a_time(tx, "queues")?;
    audit::around(
        tx,
        (who, Audited::Queue, now),
        |conn| told(conn, id),
        |tx| {
            diesel::update(queues::table.find(id)).set(queues::retired_at.eq(since)).execute(&mut **tx)?;
            Ok(())
        },
    )
}

/// Brings a retired queue back into use.
///
/// # Errors
/// [`Error::Forbidden`] without the right.
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, id: QueueId, now: Ts) -> Result<()> {
    actor.require(InstallationRight::QueuesAndMail)?;
    restore_for_operator(tx, &actor.who(), id, now)
}

/// The same on behalf of the operator.
pub(crate) fn restore_for_operator(tx: &mut Tx<'_>, who: &Who, id: QueueId, now: Ts) -> Result<()> {
    get(tx, id)?;
    set_retired(tx, who, id, None, now)
}
