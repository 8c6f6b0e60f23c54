//! Lock, take over, unlock.

use super::{
    Moment,
    acts::{self, Snapshot},
    locking, store,
};
use crate::{
    access::{Actor, Reply, TicketAccess},
    db::{ActKind, EventKind, Ts, Tx},
    error::Result,
    queues,
};

/// Says "I am on it". One's own lock again is fine.
///
/// # Errors
/// [`crate::error::Error::Conflict`] names the agent who is on it already.
pub fn lock(tx: &mut Tx<'_>, access: &mut TicketAccess<Reply>, actor: &Actor, at: &Moment) -> Result<()> {
    locking::must_not_be_others(tx, access.ticket(), actor.agent.id)?;
    take_over(tx, access, actor, at)
}

/// Takes the lock, also from another agent, who is told.
///
/// # Errors
/// Those of the database.
pub fn take_over(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Reply>,
    actor: &Actor,
    at: &Moment,
) -> Result<()> {
    let (ticket, who) = access.parts();
    let before = Snapshot::of(ticket);
    let holder = before.holder.filter(|holder| *holder != actor.agent.id);
    locking::take(tx, ticket, who, actor.agent.id, at)?;
    store::save(tx, ticket, at.ts())?;
    acts::keep(tx, ticket, who, &before, ActKind::Locked, at)?;
    match holder {
        Some(holder) => crate::notify::taken_over(tx, ticket, holder, who, at.ts()),
        None => Ok(()),
    }
}

/// Frees the ticket; it keeps its owner. A free one stays free.
///
/// # Errors
/// Those of the database.
pub fn unlock(tx: &mut Tx<'_>, access: &mut TicketAccess<Reply>, at: &Moment) -> Result<()> {
    let (ticket, who) = access.parts();
    if ticket.locked_at.is_none() {
        return Ok(());
    }
    locking::release(tx, ticket, who, EventKind::Unlocked, at.ts())?;
    store::save(tx, ticket, at.ts())
}

/// Whether a lock that ran out has time left after all: the calendar was changed by one who did not see it yet, or the
/// installation has another zone since it started. It then runs out later.
///
/// # Errors
/// Those of the database.
pub(crate) fn has_time(
    tx: &mut Tx<'_>,
    access: &TicketAccess<Reply>,
    since: Option<Ts>,
    at: &Moment,
) -> Result<bool> {
    let (Some(since), ticket) = (since, access.ticket()) else { return Ok(false) };
    match queues::calendars::patience(tx, ticket.queue_id, &at.zone)?.until(since.0) {
        Some(due) if due > at.now => {
            store::set_unlock(tx, ticket.id, since, Ts(due))?;
            Ok(true)
        }
        until => Ok(until.is_none()),
    }
}

/// Releases a lock whose working time is over, and tells the agent who held it.
///
/// # Errors
/// Those of the database.
pub(crate) fn time_out(tx: &mut Tx<'_>, access: &mut TicketAccess<Reply>, at: &Moment) -> Result<()> {
    let (ticket, who) = access.parts();
    let Some(holder) = ticket.lock_holder() else { return Ok(()) };
    locking::release(tx, ticket, who, EventKind::LockTimedOut, at.ts())?;
    crate::notify::lock_timeout(tx, ticket, holder, at.ts())?;
    store::save(tx, ticket, at.ts())
}

/// Frees all tickets that the actor has locked: he goes away.
///
/// # Errors
/// Those of the database.
pub(crate) fn release_all(tx: &mut Tx<'_>, actor: &Actor, at: &Moment) -> Result<()> {
    use crate::db::schema::tickets;
    use diesel::prelude::*;
    let mine: Vec<crate::db::TicketId> = tickets::table
        .filter(tickets::owner_id.eq(actor.agent.id).and(tickets::active.eq(true)))
        .filter(tickets::locked_at.is_not_null())
        .order(tickets::id)
        .select(tickets::id)
        .load(&mut **tx)?;
    for id in mine {
        let mut access: TicketAccess<Reply> = crate::access::for_machine(tx, id, actor.cause)?;
        unlock(tx, &mut access, at)?;
    }
    Ok(())
}
