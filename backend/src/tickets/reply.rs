//! Answer the customer.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use super::{
    Article, Formatted, Moment, NewArticle, NewFile, Person, Recipients, acts::Snapshot, locking,
    model::Ticket, planned, salutation, state, store, withdraw,
};
use crate::{
    access::{Actor, Reply, TicketAccess},
    clock::public_id,
    db::{
        ArticleId, Channel, Conn, Delivery, Direct, EventKind, OutboxKind, Sender, State, Status, Ts, Tx,
        backend, columns,
        schema::{articles, participants},
    },
    error::{Error, Result, say},
    outbox, people,
    queues::{self, Queue},
    terms::states,
};

/// How many people a reply can go to.
const RECIPIENTS: usize = 100;
/// The longest hold, in seconds.
const HOLD: i32 = 3_600;
/// So far ahead a reply is planned at most.
const PLANNED: SignedDuration = SignedDuration::from_hours(366 * 24);

/// What an agent answers.
#[derive(Clone, Debug, Default)]
pub struct ReplyInput {
    /// To whom; `None`: to everybody who takes part (see [`defaults`]).
    pub to: Option<Vec<Person>>,
    /// Copies; only looked at together with `to`.
    pub cc: Vec<Person>,
    /// Copies that nobody else sees.
    pub bcc: Vec<Person>,
    /// The text, without salutation, quote and signature.
    pub body_text: String,
    /// The same as HTML.
    pub body_html: Option<Formatted>,
    /// Files to send along.
    pub files: Vec<NewFile>,
    /// The state afterwards; `None`: new becomes open, others stay.
    pub state: Option<Status>,
    /// Until when, for a pending state.
    pub until: Option<Timestamp>,
    /// For how long it can be taken back, in seconds; `None`: as the queue says.
    pub hold_seconds: Option<i32>,
    /// When it goes out, where that is not now: it can be taken back until then, and goes back to the draft when somebody
    /// writes from outside before.
    pub send_at: Option<Timestamp>,
    /// The newest article that its author has seen: a newer one from the customer stops the reply.
    pub seen: Option<ArticleId>,
}

/// Writes the answer and puts it into the outbox. Takes the lock of a free ticket.
///
/// # Errors
/// [`Error::Conflict`] when another agent is on the ticket, or the customer wrote in the meantime;
/// [`Error::Invalid`] for an empty text or wrong recipients.
pub fn reply(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Reply>,
    actor: &Actor,
    input: &ReplyInput,
    at: &Moment,
) -> Result<Article> {
    let (ticket, who) = access.parts();
    locking::must_not_be_others(tx, ticket, actor.agent.id)?;
    nothing_new_since(tx, ticket, input.seen)?;
    let recipients = recipients_of(tx, ticket, input)?;
    if input.body_text.trim().is_empty() {
        return Err(Error::invalid("body_text", say!("refused-empty-reply")));
    }
    super::templates::complete(&input.body_text)?;
    check(&recipients)?;
    let send_at = input.send_at.map(|when| planned_for(when, at)).transpose()?;

    if let Some(state) = input.state.filter(|state| *state != ticket.status()) {
        states::must_be_offered(tx, "value", state)?;
    }

    let waiting = Snapshot::of(ticket);
    let before = waiting.state;
    let was = before.to_string();
    locking::take(tx, ticket, who, actor.agent.id, at)?;
    let article = write(tx, ticket, actor, input, &recipients, at)?;
    let event = store::Change::of(EventKind::Replied).article(article.id).between(Some(&was), None);
    store::record(tx, ticket, who, at.ts(), event)?;
    take_in(tx, ticket, &recipients)?;
    ticket.unanswered_since = None;
    locking::restart_timer(tx, ticket, at)?;
    let usual = if before.kind == State::New { State::Open.into() } else { before };
    let after = input.state.unwrap_or(usual);
    let until = input.until.or(ticket.pending_until.map(Into::into).filter(|_| input.state.is_none()));
    if send_at.is_some() {
        planned::keep(tx, article.id, input.state, until.map(Ts))?;
    } else if after != before || input.state.is_some() {
        state::change(tx, ticket, who, after, until, at)?;
        withdraw::remember(tx, ticket, who, waiting, at)?;
    }
    state::free_closed(tx, ticket, who, at)?;
    store::save(tx, ticket, at.ts())?;
    super::read::mark(tx, actor, ticket)?;
    let hold = send_at.map_or(input.hold_seconds, |_| Some(HOLD));
    send_later(tx, ticket, &article, recipients.envelope(), hold, at)?;
    if let Some(when) = send_at {
        outbox::plan(tx, article.id, when)?;
    }
    Ok(article)
}

/// A moment to come, within a year.
fn planned_for(when: Timestamp, at: &Moment) -> Result<Ts> {
    let ahead = when.duration_since(at.now);
    if ahead <= SignedDuration::ZERO || ahead > PLANNED {
        return Err(Error::invalid("send_at", say!("refused-send-at")));
    }
    Ok(Ts(when))
}

/// Whoever an agent writes to takes part from now on, save ourselves, and save those whom nobody is to see.
fn take_in(tx: &mut Tx<'_>, ticket: &Ticket, recipients: &Recipients) -> Result<()> {
    let own = queues::OwnAddresses::load(tx)?;
    for person in recipients.to.iter().chain(&recipients.cc) {
        let Some(address) = mail_ingest::address::normalise(&person.address) else { continue };
        if address != ticket.customer_address && !own.contains(&address) {
            backend::put_participant(
                tx,
                ticket.id,
                &address,
                &store::without_nul(person.name.clone()),
                true,
            )?;
        }
    }
    Ok(())
}

fn write(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    actor: &Actor,
    input: &ReplyInput,
    recipients: &Recipients,
    at: &Moment,
) -> Result<Article> {
    let queue = queues::get(tx, ticket.queue_id)?;
    let from = queues::sender(tx, &queue)?;
    let words = salutation::of(tx, ticket, &actor.agent, &queue, &recipients.to)?;
    let greeted = salutation::above(&words, input)?;
    let new = NewArticle {
        ticket_id: ticket.id,
        sender: Sender::Agent,
        channel: Channel::Mail,
        visible: true,
        automatic: false,
        agent_id: Some(actor.agent.id),
        from_name: written_as(actor, &from),
        from_address: from.address.clone(),
        recipients: serde_json::to_string(recipients)?,
        subject: subject(tx, ticket, queue.subject_tag)?,
        message_id: format!("{}@{}", public_id(at.now).simple(), domain_of(&from.address)),
        body_text: with_signature(&greeted.text, &actor.agent.signature, &queue.signature),
        html_digest: Formatted::store(greeted.html.as_ref(), tx)?,
        inbound_id: None,
        created_at: at.ts(),
    };
    let article = store::add_article(tx, ticket, new, &input.files)?;
    salutation::note(tx, article.id, &greeted)?;
    Ok(article)
}

/// Puts an article of an agent into the outbox, to be taken back for as long as `hold_seconds`, or the queue, says.
pub(super) fn send_later(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    article: &Article,
    envelope_to: Vec<String>,
    hold_seconds: Option<i32>,
    at: &Moment,
) -> Result<()> {
    let hold = match hold_seconds {
        Some(seconds) => seconds,
        None => queues::get(tx, ticket.queue_id)?.hold_seconds,
    }
    .clamp(0, HOLD);
    let try_at = at.now.checked_add(SignedDuration::from_secs(i64::from(hold))).unwrap_or(at.now);
    outbox::enqueue(
        tx,
        &outbox::NewMail {
            kind: OutboxKind::Reply,
            state: if hold > 0 { Delivery::Held } else { Delivery::Due },
            ticket: Some(ticket.id),
            article: Some(article.id),
            agent: None,
            event: String::new(),
            envelope_from: article.from_address.clone(),
            envelope_to,
            message_id: article.message_id.clone(),
            subject: article.subject.clone(),
            body_text: String::new(),
            try_at: Ts(try_at),
        },
        at.ts(),
    )
}

/// A reply that was typed while the customer wrote is not sent before its author has seen that mail.
fn nothing_new_since(tx: &mut Tx<'_>, ticket: &Ticket, seen: Option<ArticleId>) -> Result<()> {
    let Some(seen) = seen else { return Ok(()) };
    let newer: i64 = articles::table
        .filter(articles::ticket_id.eq(ticket.id).and(articles::id.gt(seen)))
        .filter(articles::sender.eq(Sender::Customer).and(articles::automatic.eq(false)))
        .count()
        .get_result(&mut **tx)?;
    match newer {
        0 => Ok(()),
        n => Err(Error::Conflict(say!("refused-unread", n = n))),
    }
}

fn recipients_of(tx: &mut Tx<'_>, ticket: &Ticket, input: &ReplyInput) -> Result<Recipients> {
    let recipients = match &input.to {
        None => defaults(tx, ticket)?,
        Some(to) => Recipients { to: to.clone(), cc: input.cc.clone(), ..Recipients::default() },
    };
    Ok(Recipients { bcc: input.bcc.clone(), ..recipients })
}

/// Whether a mail can go to these people.
pub(crate) fn check(recipients: &Recipients) -> Result<()> {
    if recipients.to.is_empty() {
        return Err(Error::invalid("to", say!("refused-nobody")));
    }
    if recipients.to.len() + recipients.cc.len() + recipients.bcc.len() > RECIPIENTS {
        return Err(Error::invalid("cc", say!("refused-many", most = RECIPIENTS)));
    }
    for (field, people) in [("to", &recipients.to), ("cc", &recipients.cc), ("bcc", &recipients.bcc)] {
        for person in people {
            if mail_ingest::address::normalise(&person.address).is_none() {
                let text = say!("refused-recipient", address = person.address);
                return Err(Error::invalid(field, text));
            }
        }
    }
    Ok(())
}

/// Whom a reply goes to unless its author says otherwise: whoever wrote last from outside (his Reply-To, where he
/// named one), with everybody who takes part in copy. Never one of our own addresses.
///
/// # Errors
/// Those of the database.
pub fn defaults(conn: &mut Conn, ticket: &Ticket) -> Result<Recipients> {
    let last = last_from_customer(conn, ticket)?;
    let mut to = match &last {
        Some(article) if !article.recipients().reply_to.is_empty() => article.recipients().reply_to,
        Some(article) if !article.from_address.is_empty() => {
            vec![Person { name: article.from_name.clone(), address: article.from_address.clone() }]
        }
        _ => vec![Person { name: ticket.customer_name.clone(), address: ticket.customer_address.clone() }],
    };
    // Whoever only quoted an id is answered once an agent has accepted him.
    let waiting: Vec<String> = participants::table
        .filter(participants::ticket_id.eq(ticket.id).and(participants::accepted.eq(false)))
        .select(participants::address)
        .rows(conn)?;
    let own = queues::OwnAddresses::load(conn)?;
    let allowed = |person: &Person| {
        let address = person.address.to_lowercase();
        !address.is_empty() && !own.contains(&address) && !waiting.contains(&address)
    };
    to.retain(allowed);
    if to.is_empty() {
        to.push(Person { name: ticket.customer_name.clone(), address: ticket.customer_address.clone() });
        to.retain(allowed);
    }
    let taking_part: Vec<(String, String)> = participants::table
        .filter(participants::ticket_id.eq(ticket.id).and(participants::accepted.eq(true)))
        .select((participants::name, participants::address))
        .order(participants::address)
        .rows(conn)?;
    let customer = (ticket.customer_name.clone(), ticket.customer_address.clone());
    let mut cc: Vec<Person> = Vec::new();
    for (name, address) in std::iter::once(customer).chain(taking_part) {
        let person = Person { name, address };
        let there =
            |list: &[Person]| list.iter().any(|known| known.address.eq_ignore_ascii_case(&person.address));
        if allowed(&person)
            && !there(&to)
            && !there(&cc)
            && !people::customers::is_same(conn, &person.address, &to)?
        {
            cc.push(person);
        }
    }
    Ok(Recipients { to, cc, ..Recipients::default() })
}

pub(super) fn last_from_customer(conn: &mut Conn, ticket: &Ticket) -> Result<Option<Article>> {
    let waiting = participants::table
        .filter(participants::ticket_id.eq(ticket.id).and(participants::accepted.eq(false)))
        .select(participants::address);
    Ok(articles::table
        .filter(articles::ticket_id.eq(ticket.id).and(articles::sender.eq(Sender::Customer)))
        .filter(articles::automatic.eq(false).and(articles::visible.eq(true)))
        .filter(articles::from_address.ne_all(waiting))
        .order(articles::id.desc())
        .select(columns::<Article>())
        .first_row(conn)
        .optional()?)
}

/// What an agent calls himself in a mail of a queue.
fn written_as(actor: &Actor, sender: &Person) -> String {
    format!("{} ({})", actor.agent.name, sender.name)
}

fn tag_of(number: &str) -> String {
    format!("[#{number}] ")
}

/// How a reply from a queue looks around its text.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The header From.
    pub from: String,
    /// The header Subject.
    pub subject: String,
    /// What stands below, without the mark before it.
    pub signature: String,
}

/// How a reply of this agent from a queue looks, to a ticket of this number and subject.
///
/// # Errors
/// Those of the database.
pub fn sample(conn: &mut Conn, actor: &Actor, queue: &Queue, about: (&str, &str)) -> Result<Sample> {
    let (number, subject) = about;
    let sender = queues::sender(conn, queue)?;
    let tag = if queue.subject_tag { tag_of(number) } else { String::new() };
    Ok(Sample {
        from: format!("{} <{}>", written_as(actor, &sender), sender.address),
        subject: format!("Re: {tag}{subject}"),
        signature: signature(&actor.agent.signature, &queue.signature),
    })
}

/// The customer's subject with one `Re:`, whatever came in.
fn subject(tx: &mut Tx<'_>, ticket: &Ticket, tag: bool) -> Result<String> {
    let last =
        last_from_customer(tx, ticket)?.map(|article| article.subject).filter(|subject| !subject.is_empty());
    let base = last.unwrap_or_else(|| ticket.title.clone());
    let own = tag_of(&ticket.number);
    let bare = bare_subject(&base, own.trim_end());
    // Nothing but marks: the ticket's title says what it is about.
    let bare = if bare.is_empty() { bare_subject(&ticket.title, own.trim_end()) } else { bare };
    let tag = if tag { own } else { String::new() };
    Ok(format!("Re: {tag}{bare}").trim_end().to_owned())
}

/// A subject without its `Re:` and our tag, wherever a mail program has put either.
fn bare_subject(subject: &str, tag: &str) -> String {
    let mut bare = super::open::without_prefixes(subject).to_owned();
    while let Some((before, after)) = bare.split_once(tag) {
        let joined = format!("{} {}", without_prefix_at_end(before), super::open::without_prefixes(after));
        bare = super::open::without_prefixes(&joined).to_owned();
    }
    bare.trim().to_owned()
}

/// A subject's beginning without the `Re:` at its end, which stood before our tag.
fn without_prefix_at_end(beginning: &str) -> &str {
    let beginning = beginning.trim_end();
    let word = beginning.rsplit(char::is_whitespace).next().unwrap_or_default();
    let is_prefix = !word.is_empty() && super::open::without_prefixes(word).is_empty();
    match beginning.strip_suffix(word) {
        Some(before) if is_prefix => before.trim_end(),
        _ => beginning,
    }
}

/// The part of an address after the @.
pub(crate) fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("localhost", |(_, domain)| domain)
}

/// What stands below what an agent writes, without the mark before it.
pub fn signature(agent: &str, queue: &str) -> String {
    let lines: Vec<&str> = [agent.trim(), queue.trim()].into_iter().filter(|part| !part.is_empty()).collect();
    lines.join("\n")
}

pub(super) fn with_signature(text: &str, agent: &str, queue: &str) -> String {
    let signature = signature(agent, queue);
    if signature.is_empty() {
        return text.trim_end().to_owned();
    }
    format!("{}\n\n-- \n{signature}", text.trim_end())
}

/// The text without the signature that [`with_signature`] has put below it. Only the very words of these signatures are
/// taken off: below a mark of the same look may stand what somebody typed, and what one of them was before it was
/// changed is deleted with less trouble than lost words are written again.
pub(super) fn without_signature<'a>(text: &'a str, agent: &str, queue: &str) -> &'a str {
    let text = text.trim_end();
    let signature = signature(agent, queue);
    if signature.is_empty() {
        return text;
    }
    match text.strip_suffix(signature.as_str()).and_then(|above| above.strip_suffix("-- \n")) {
        // A forward may have nothing above it.
        Some(own) if own.is_empty() || own.ends_with("\n\n") => own.trim_end(),
        _ => text,
    }
}
