//! Assign: whose ticket it is.

use diesel::prelude::*;

use super::{
    Moment,
    acts::{self, Snapshot},
    locking,
    model::Ticket,
    store,
};
use crate::{
    access::{Owner, TicketAccess, Who, holders_of},
    db::{ActKind, AgentId, Direct, EventKind, Keep, Right, Tx},
    error::{Error, Result, say},
    notify,
};

/// Gives the ticket to an agent, or to nobody. The lock of a locked ticket goes with it; nobody holds no lock.
///
/// # Errors
/// [`Error::Invalid`] for an agent who is gone, or may not answer in the ticket's queue.
pub fn assign(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Owner>,
    to: Option<AgentId>,
    at: &Moment,
) -> Result<()> {
    let (ticket, who) = access.parts();
    if ticket.owner_id == to {
        return Ok(());
    }
    let was = Snapshot::of(ticket);
    put(tx, ticket, who, to, at)?;
    store::save(tx, ticket, at.ts())?;
    acts::keep(tx, ticket, who, &was, ActKind::Assigned, at)?;
    match to {
        Some(owner) => notify::assigned(tx, ticket, owner, who, at.ts()),
        None => Ok(()),
    }
}

/// Changes the owner and records it; the caller saves the ticket.
pub(super) fn put(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    who: &Who,
    to: Option<AgentId>,
    at: &Moment,
) -> Result<()> {
    if let Some(agent) = to {
        let able = holders_of(tx, Right::Note, ticket.queue_id, at.ts())?;
        if !able.contains(&agent) {
            return Err(Error::invalid("owner", say!("refused-owner")));
        }
    }
    let before = locking::login_of(tx, ticket.owner_id)?;
    let after = locking::login_of(tx, to)?;
    let was_locked = ticket.locked_at.is_some();
    match to {
        None => locking::release(tx, ticket, who, EventKind::Unlocked, at.ts())?,
        Some(agent) if was_locked => locking::take(tx, ticket, who, agent, at)?,
        Some(_) => {}
    }
    ticket.owner_id = to;
    let assigned = store::Change::of(EventKind::Assigned).between(before.as_deref(), after.as_deref());
    store::record(tx, ticket, who, at.ts(), assigned)
}

/// The agents to whom tickets of this queue can be given: id, login and name, by name.
///
/// # Errors
/// Those of the database.
pub fn candidates(
    conn: &mut crate::db::Conn,
    queue: crate::db::QueueId,
    now: crate::db::Ts,
) -> Result<Vec<(AgentId, String, String)>> {
    with_right(conn, Right::Note, queue, now)
}

/// The agents who may read the tickets of this queue, in the same way.
///
/// # Errors
/// Those of the database.
pub fn readers(
    conn: &mut crate::db::Conn,
    queue: crate::db::QueueId,
    now: crate::db::Ts,
) -> Result<Vec<(AgentId, String, String)>> {
    with_right(conn, Right::Read, queue, now)
}

fn with_right(
    conn: &mut crate::db::Conn,
    right: Right,
    queue: crate::db::QueueId,
    now: crate::db::Ts,
) -> Result<Vec<(AgentId, String, String)>> {
    use crate::db::schema::agents;
    let able = holders_of(conn, right, queue, now)?;
    Ok(agents::table
        .filter(agents::id.eq_any(able))
        .select((agents::id, agents::login, agents::name))
        .order(agents::name)
        .kept()
        .rows(conn)?)
}
