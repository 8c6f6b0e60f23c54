//! The lock: "I am on it". Its holder is always the owner.

use super::{Moment, model::Ticket, store};
use crate::{
    access::Who,
    db::{AgentId, DeadlineKind, EventKind, Ts, Tx},
    error::{Error, Result, say},
    people, queues,
};

/// Gives the lock, and with it the ticket, to `agent`. One's own lock is kept as it is.
pub(super) fn take(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    who: &Who,
    agent: AgentId,
    at: &Moment,
) -> Result<()> {
    if ticket.lock_holder() == Some(agent) {
        return Ok(());
    }
    let before = login_of(tx, ticket.lock_holder())?;
    let login = login_of(tx, Some(agent))?;
    let owner_before = login_of(tx, ticket.owner_id)?;
    ticket.owner_id = Some(agent);
    ticket.locked_at = Some(at.ts());
    let locked = store::Change::of(EventKind::Locked).between(before.as_deref(), login.as_deref());
    store::record(tx, ticket, who, at.ts(), locked)?;
    if owner_before != login && before.is_none() {
        let assigned =
            store::Change::of(EventKind::Assigned).between(owner_before.as_deref(), login.as_deref());
        store::record(tx, ticket, who, at.ts(), assigned)?;
    }
    restart_timer(tx, ticket, at)
}

/// Frees the ticket; the owner stays. Nothing to do on a free one.
pub(super) fn release(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    who: &Who,
    kind: EventKind,
    now: Ts,
) -> Result<()> {
    if ticket.locked_at.is_none() {
        return Ok(());
    }
    let holder = login_of(tx, ticket.owner_id)?;
    ticket.locked_at = None;
    store::clear_deadline(tx, ticket.id, DeadlineKind::Unlock)?;
    store::record(tx, ticket, who, now, store::Change::of(kind).between(holder.as_deref(), None))
}

/// Lets the lock's working time begin anew.
pub(super) fn restart_timer(tx: &mut Tx<'_>, ticket: &Ticket, at: &Moment) -> Result<()> {
    if ticket.locked_at.is_none() {
        return Ok(());
    }
    queues::calendars::hold_hours(tx)?;
    match queues::calendars::patience(tx, ticket.queue_id, &at.zone)?.until(at.now) {
        None => store::clear_deadline(tx, ticket.id, DeadlineKind::Unlock),
        Some(due) => store::set_unlock(tx, ticket.id, at.ts(), Ts(due)),
    }
}

/// Refuses what only the lock's holder may do.
pub(super) fn must_not_be_others(tx: &mut Tx<'_>, ticket: &Ticket, agent: AgentId) -> Result<()> {
    if !ticket.is_locked_by_other(agent) {
        return Ok(());
    }
    let holder = match ticket.owner_id {
        Some(owner) => {
            let holder = people::agents::get(tx, owner)?;
            format!("{} ({})", holder.name, holder.login)
        }
        None => String::new(),
    };
    Err(Error::Conflict(say!("refused-locked", name = holder)))
}

pub(super) fn login_of(tx: &mut Tx<'_>, agent: Option<AgentId>) -> Result<Option<String>> {
    agent.map(|id| people::agents::login(tx, id)).transpose()
}
