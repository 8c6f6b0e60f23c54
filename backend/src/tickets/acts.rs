//! What agents did to a ticket, each with how the ticket was before and after: so that [`super::undo`] can set it back,
//! and knows what somebody else has changed since.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Moment, model::Ticket};
use crate::{
    access::{Actor, Read, TicketAccess, Who},
    db::{
        ActId, ActKind, AgentId, Conn, CustomerId, Direct, EventId, EventKind, Keep, QueueId, Status,
        TicketId, Ts, Tx, columns,
        schema::{acts, events},
    },
    error::Result,
};

/// How long a page offers to undo what was just done.
const JUST_NOW: SignedDuration = SignedDuration::from_secs(10);
/// So many of them at once.
const OFFERED: i64 = 2;

/// What is taken back by the very button beside it needs no word about it.
const QUIET: [ActKind; 3] = [ActKind::Locked, ActKind::Tagged, ActKind::Untagged];

/// Whose a ticket is, as the customer's side sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// His key.
    pub id: Option<CustomerId>,
    /// His name.
    pub name: String,
    /// The address to answer to.
    pub address: String,
}

/// What an undo can set back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Where it is.
    pub queue: QueueId,
    /// Its state.
    pub state: Status,
    /// Until when it waits.
    pub until: Option<Timestamp>,
    /// Whose it is.
    pub owner: Option<AgentId>,
    /// Who is on it.
    pub holder: Option<AgentId>,
    /// How urgent it is.
    pub priority: i32,
    /// For whom it is.
    pub customer: Party,
}

impl Snapshot {
    /// The ticket as it is now.
    pub fn of(ticket: &Ticket) -> Self {
        Self {
            queue: ticket.queue_id,
            state: ticket.status(),
            until: ticket.pending_until.map(|until| until.0),
            owner: ticket.owner_id,
            holder: ticket.lock_holder(),
            priority: ticket.priority.level(),
            customer: Party {
                id: ticket.customer_id,
                name: ticket.customer_name.clone(),
                address: ticket.customer_address.clone(),
            },
        }
    }
}

/// A tag that was put on or taken off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagChange {
    /// The word.
    pub tag: String,
    /// Put on; else taken off.
    pub added: bool,
}

/// The ticket before and after an act.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    /// Before.
    pub before: Snapshot,
    /// After.
    pub after: Snapshot,
    /// A tag that changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<TagChange>,
}

/// What an agent did.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = acts)]
pub struct Act {
    /// Its key.
    pub id: ActId,
    /// To which ticket.
    pub ticket_id: TicketId,
    /// Who.
    pub agent_id: AgentId,
    /// What.
    pub kind: ActKind,
    /// The event under which history shows it.
    pub event_id: EventId,
    change: String,
    /// When.
    pub created_at: Ts,
    /// When it was undone.
    pub undone_at: Option<Ts>,
}

impl Act {
    /// The ticket before and after.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn change(&self) -> Result<Change> {
        Ok(serde_json::from_str(&self.change)?)
    }
}

/// Keeps what an agent has done, behind its event. What changed nothing is not kept, nor what no agent did.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    who: &Who,
    before: &Snapshot,
    kind: ActKind,
    at: &Moment,
) -> Result<()> {
    let after = Snapshot::of(ticket);
    if *before == after {
        return Ok(());
    }
    write(tx, ticket, who, kind, &Change { before: before.clone(), after, tag: None }, at)
}

/// Keeps that an agent has undone something, a tag with it.
pub(super) fn keep_undone(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    who: &Who,
    before: &Snapshot,
    tag: Option<TagChange>,
    at: &Moment,
) -> Result<()> {
    let after = Snapshot::of(ticket);
    if *before == after && tag.is_none() {
        return Ok(());
    }
    write(tx, ticket, who, ActKind::Undone, &Change { before: before.clone(), after, tag }, at)
}

/// Keeps that an agent put a tag on, or took it off.
pub(super) fn keep_tag(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    who: &Who,
    tag: TagChange,
    at: &Moment,
) -> Result<()> {
    let now = Snapshot::of(ticket);
    let kind = if tag.added { ActKind::Tagged } else { ActKind::Untagged };
    write(tx, ticket, who, kind, &Change { before: now.clone(), after: now, tag: Some(tag) }, at)
}

fn write(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    who: &Who,
    kind: ActKind,
    change: &Change,
    at: &Moment,
) -> Result<()> {
    let Some(agent) = who.agent else { return Ok(()) };
    let event: EventId = events::table
        .filter(events::ticket_id.eq(ticket.id).and(events::kind.eq(event_of(kind))))
        .order(events::id.desc())
        .select(events::id)
        .first(&mut **tx)?;
    diesel::insert_into(acts::table)
        .values((
            acts::ticket_id.eq(ticket.id),
            acts::agent_id.eq(agent),
            acts::kind.eq(kind),
            acts::event_id.eq(event),
            acts::change.eq(serde_json::to_string(change)?),
            acts::created_at.eq(at.ts()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The event that history shows for an act.
fn event_of(kind: ActKind) -> EventKind {
    match kind {
        ActKind::Locked => EventKind::Locked,
        ActKind::Moved => EventKind::Moved,
        ActKind::StateChanged | ActKind::Closed => EventKind::StateChanged,
        ActKind::Assigned => EventKind::Assigned,
        ActKind::PriorityChanged => EventKind::PriorityChanged,
        ActKind::Tagged => EventKind::Tagged,
        ActKind::Untagged => EventKind::Untagged,
        ActKind::CustomerChanged => EventKind::CustomerChanged,
        ActKind::Removed | ActKind::Spam => EventKind::Removed,
        ActKind::Restored => EventKind::Restored,
        ActKind::Undone => EventKind::Undone,
    }
}

/// What was done to a ticket and not undone, the oldest first.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, access: &TicketAccess<Read>) -> Result<Vec<Act>> {
    Ok(acts::table
        .filter(acts::ticket_id.eq(access.ticket().id).and(acts::undone_at.is_null()))
        .order(acts::id)
        .select(columns::<Act>())
        .rows(conn)?)
}

/// One of them, undone or not.
///
/// # Errors
/// [`crate::error::Error::NotFound`] for one of another ticket.
pub(super) fn get(conn: &mut Conn, ticket: TicketId, id: ActId) -> Result<Act> {
    Ok(acts::table.find(id).filter(acts::ticket_id.eq(ticket)).select(columns::<Act>()).row(conn)?)
}

/// What the agent did just now, one by one, to tickets that he may still read, with their numbers; the newest first.
/// Locks and tags are not among them.
///
/// # Errors
/// Those of the database.
pub fn recent(conn: &mut Conn, actor: &Actor, now: Timestamp) -> Result<Vec<(Act, Ticket)>> {
    let since = Ts(now.checked_sub(JUST_NOW).unwrap_or(now));
    let found: Vec<Act> = acts::table
        .filter(acts::agent_id.eq(actor.agent.id).and(acts::created_at.gt(since)))
        .filter(acts::undone_at.is_null().and(acts::bulk_id.is_null()))
        .filter(acts::kind.ne_all(QUIET))
        .order(acts::created_at.desc())
        .limit(OFFERED)
        .select(columns::<Act>())
        .kept()
        .rows(conn)?;
    let mut offered = Vec::new();
    for act in found {
        match crate::access::readable_by_id(conn, actor, act.ticket_id) {
            Ok(access) => offered.push((act, access.ticket().clone())),
            Err(crate::error::Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(offered)
}
