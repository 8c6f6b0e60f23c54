//! Queues and their addresses.

pub mod calendars;
mod change;
pub mod listing;
pub mod placeholders;
pub mod templates;

pub use self::change::{Change, change, restore, retire};
pub(crate) use self::change::{apply, change_uncounted, restore_for_operator, retire_for_operator};

use std::{collections::HashMap, sync::Arc};

use diesel::prelude::*;
use serde_json::Value;

use crate::{
    access::{Actor, Who},
    audit,
    db::{
        Audited, CalendarId, Conn, Direct, FollowUpPolicy, InstallationRight, LetterLanguage, QueueId, Ts,
        Tx, backend, columns, once,
        schema::{queue_addresses, queues, settings},
    },
    error::{Error, FieldError, Result, say},
    tickets::Person,
};

/// A queue.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = queues)]
pub struct Queue {
    /// Its key.
    pub id: QueueId,
    /// Its name, unique.
    pub name: String,
    /// The queue above it.
    pub parent_id: Option<QueueId>,
    /// What mails from it call themselves; empty: its name.
    pub sender_name: String,
    /// Put below each reply.
    pub signature: String,
    /// Whether a new ticket is answered automatically.
    pub auto_response: bool,
    /// What a mail to a closed ticket does.
    pub follow_up_policy: FollowUpPolicy,
    /// Whether an id alone, from a stranger, makes a new ticket instead of a follow-up.
    pub strict_matching: bool,
    /// Whether outgoing subjects carry the ticket's number.
    pub subject_tag: bool,
    /// Working minutes until a lock is released; 0 is never.
    pub unlock_minutes: i32,
    /// For how long a person's mail can be taken back, in seconds.
    pub hold_seconds: i32,
    /// What agents should know about it.
    pub note: String,
    /// Days after which a mail to a closed ticket opens a new one; `None` is never.
    pub closed_days: Option<i32>,
    /// Whether mails ask for answers at an address that names their ticket, signed.
    pub reply_token: bool,
    /// The language of automatic answers where neither the customer nor his mail tells.
    pub language: LetterLanguage,
    /// By which calendar its working time counts; `None`: the installation's.
    pub calendar_id: Option<CalendarId>,
    /// Put above each reply, with names in double braces; empty: nothing is.
    pub salutation: String,
    /// The same where a name in it is not known.
    pub salutation_unnamed: String,
    /// Whether what roles give in the queues above does not hold in it, nor in those below it.
    pub own_rights: bool,
    /// When it was retired: it takes no new tickets.
    pub retired_at: Option<Ts>,
}

/// The setting that names the queue for mail that belongs nowhere else.
const DEFAULT: &str = "default_queue";
/// The longest name, in characters.
const NAME: usize = 100;

/// A queue.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(conn: &mut Conn, id: QueueId) -> Result<Queue> {
    Ok(queues::table.find(id).select(columns::<Queue>()).row(conn)?)
}

/// A queue, and as whom it writes.
#[derive(Clone, Debug)]
pub(crate) struct AtHand {
    /// The queue.
    pub queue: Queue,
    /// See [`sender`].
    pub sender: Person,
}

/// [`get`] and [`sender`] for those who write on a queue's behalf; see [`Tx::at_hand`].
pub(crate) fn at_hand(tx: &mut Tx<'_>, id: QueueId) -> Result<Arc<AtHand>> {
    tx.at_hand((id.0, "queue", ""), |tx| {
        let queue = get(tx, id)?;
        let sender = sender(tx, &queue)?;
        Ok(AtHand { queue, sender })
    })
}

/// A queue by its name.
///
/// # Errors
/// [`Error::NotFound`].
pub fn by_name(conn: &mut Conn, name: &str) -> Result<Queue> {
    Ok(queues::table.filter(queues::name.eq(name)).select(columns::<Queue>()).first_row(conn)?)
}

/// All queues, retired ones included, by name.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut Conn) -> Result<Vec<Queue>> {
    once(conn, "queues", |conn| {
        Ok(queues::table.order(queues::name).select(columns::<Queue>()).rows(conn)?)
    })
}

/// The queue for mail that belongs nowhere else: the one that was set, or the oldest.
///
/// # Errors
/// [`Error::Unavailable`] while there is no queue at all.
pub fn default_queue(conn: &mut Conn) -> Result<QueueId> {
    let set: Option<String> = settings::table.find(DEFAULT).select(settings::value).row(conn).optional()?;
    if let Some(id) = set.and_then(|text| text.parse::<QueueId>().ok()) {
        return Ok(id);
    }
    queues::table
        .filter(queues::retired_at.is_null())
        .order(queues::id)
        .select(queues::id)
        .first_row(conn)
        .optional()?
        .ok_or_else(|| Error::Unavailable("There is no queue yet. Finish the set-up first.".into()))
}

/// Every address of ours, and its queue. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct OwnAddresses(Arc<HashMap<String, QueueId>>);

impl OwnAddresses {
    /// Reads them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn load(conn: &mut Conn) -> Result<Self> {
        let rows: Vec<(String, QueueId)> = queue_addresses::table
            .select((queue_addresses::address, queue_addresses::queue_id))
            .rows(conn)?;
        Ok(Self(Arc::new(rows.into_iter().collect())))
    }

    /// Whether the address is ours; what follows a `+` in its local part does not count.
    pub fn contains(&self, address: &str) -> bool {
        self.queue(address).is_some()
    }

    /// The queue of an address.
    pub fn queue(&self, address: &str) -> Option<QueueId> {
        let address = address.trim().to_lowercase();
        if let Some(queue) = self.0.get(&address) {
            return Some(*queue);
        }
        let (mut base, domain) = address.rsplit_once('@')?;
        // A queue's own address may hold a `+` as well: what follows the last one goes first.
        while let Some((shorter, _)) = base.rsplit_once('+') {
            if let Some(queue) = self.0.get(&format!("{shorter}@{domain}")) {
                return Some(*queue);
            }
            base = shorter;
        }
        None
    }

    /// Whether a mail server may hand in mail at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The first address of a queue, or of the nearest queue above it that has one, or of the default queue.
///
/// # Errors
/// Those of the database.
pub fn sender(conn: &mut Conn, queue: &Queue) -> Result<Person> {
    let name = if queue.sender_name.is_empty() { queue.name.clone() } else { queue.sender_name.clone() };
    let mut line = vec![queue.id];
    let mut above = queue.parent_id;
    while let Some(id) = above.filter(|id| !line.contains(id)) {
        line.push(id);
        above = get(conn, id)?.parent_id;
    }
    for at in 0..=line.len() {
        // Only where no queue of the line has an address, the default one is asked for.
        let id = match line.get(at) {
            Some(id) => *id,
            None => default_queue(conn)?,
        };
        let address: Option<String> = queue_addresses::table
            .filter(queue_addresses::queue_id.eq(id))
            .order((queue_addresses::position, queue_addresses::address))
            .select(queue_addresses::address)
            .first_row(conn)
            .optional()?;
        if let Some(address) = address {
            return Ok(Person { name, address });
        }
    }
    Ok(Person { name, address: "turnstone@localhost".into() })
}

/// A queue to be made.
#[derive(Clone, Debug, Default)]
pub struct NewQueue {
    /// Its name.
    pub name: String,
    /// The name of the queue above it.
    pub parent: Option<String>,
    /// Its addresses; the first is the one it writes from.
    pub addresses: Vec<String>,
}

/// Makes a queue.
///
/// # Errors
/// [`Error::Forbidden`] without the right; [`Error::Invalid`] for a name or an address that is taken or wrong.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewQueue, now: Ts) -> Result<Queue> {
    actor.require(InstallationRight::QueuesAndMail)?;
    insert(tx, &actor.who(), new, now)
}

/// Makes a queue on behalf of the operator.
pub(crate) fn insert(tx: &mut Tx<'_>, who: &Who, new: &NewQueue, now: Ts) -> Result<Queue> {
    // A name or an address that is free stays so until it is taken.
    backend::one_at_a_time(tx, "queues")?;
    let (name, parent, addresses) = check(tx, new)?;
    let id: QueueId = diesel::insert_into(queues::table)
        .values((queues::name.eq(&name), queues::parent_id.eq(parent), queues::created_at.eq(now)))
        .returning(queues::id)
        .row(tx)?;
    for (position, address) in (0_i32..).zip(&addresses) {
        diesel::insert_into(queue_addresses::table)
            .values((
                queue_addresses::address.eq(address),
                queue_addresses::queue_id.eq(id),
                queue_addresses::position.eq(position),
            ))
            .exec(tx)?;
    }
    backend::put_setting_once(tx, DEFAULT, &id.to_string())?;
    let (name, made) = change::told(tx, id)?;
    audit::changed(tx, who, Audited::Queue, &name, &Value::Null, &made, now)?;
    get(tx, id)
}

fn check(conn: &mut Conn, new: &NewQueue) -> Result<(String, Option<QueueId>, Vec<String>)> {
    let mut problems = Vec::new();
    let mut refuse = |field: &str, message: crate::error::Sentence| {
        problems.push(FieldError { field: field.into(), message })
    };
    let name = new.name.trim().to_owned();
    if name.is_empty()
        || name.chars().count() > NAME
        || name.chars().any(|c| c.is_control() || c == ':' || c == ',')
    {
        refuse("name", say!("refused-queue-name", most = NAME));
    } else if by_name(conn, &name).is_ok() {
        refuse("name", say!("refused-queue-taken", name = name));
    }
    let parent = match new.parent.as_deref().filter(|parent| !parent.is_empty()) {
        None => None,
        Some(parent) => match by_name(conn, parent) {
            Ok(queue) => Some(queue.id),
            Err(Error::NotFound) => {
                refuse("parent", say!("refused-queue-unknown", name = parent));
                None
            }
            Err(error) => return Err(error),
        },
    };
    let own = OwnAddresses::load(conn)?;
    let mut addresses: Vec<String> = Vec::new();
    for text in &new.addresses {
        match mail_ingest::address::normalise(text) {
            None => refuse("addresses", say!("refused-queue-address", address = text)),
            Some(address) => match own.0.get(&address) {
                Some(queue) => {
                    let other = get(conn, *queue)?.name;
                    refuse("addresses", say!("refused-address-taken", queue = other, address = address));
                }
                None if addresses.contains(&address) => {}
                None => addresses.push(address),
            },
        }
    }
    if problems.is_empty() { Ok((name, parent, addresses)) } else { Err(Error::Invalid(problems)) }
}
