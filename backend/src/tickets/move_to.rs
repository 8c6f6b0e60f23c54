//! Move to another queue.

use super::{
    Moment,
    acts::{self, Snapshot},
    locking,
    model::Ticket,
    store,
};
use crate::{
    access::{Move, QueueAccess, TicketAccess, Who},
    db::{ActKind, EventKind, QueueId, Right, Tx},
    error::{Error, Result, say},
    notify, queues,
};

/// Moves the ticket. It is free afterwards, and those who follow the new queue hear of it.
///
/// # Errors
/// When the target's proof is about something else, or the target is retired.
pub fn move_to(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Move>,
    target: &QueueAccess,
    at: &Moment,
) -> Result<()> {
    if target.right() != Right::MoveInto {
        return Err(Error::Forbidden(say!("refused-queue-right", right = Right::MoveInto)));
    }
    let (ticket, who) = access.parts();
    if ticket.queue_id == target.queue() {
        return Ok(());
    }
    let to = queues::get(tx, target.queue())?;
    if to.retired_at.is_some() {
        return Err(Error::invalid("queue", say!("refused-retired", name = to.name)));
    }
    let before = Snapshot::of(ticket);
    locking::release(tx, ticket, who, EventKind::Unlocked, at.ts())?;
    put(tx, ticket, who, to.id, at)?;
    store::save(tx, ticket, at.ts())?;
    acts::keep(tx, ticket, who, &before, ActKind::Moved, at)?;
    notify::moved(tx, ticket, who, at.ts())
}

/// Changes the queue and records it; the caller saves the ticket.
pub(super) fn put(tx: &mut Tx<'_>, ticket: &mut Ticket, who: &Who, to: QueueId, at: &Moment) -> Result<()> {
    let (from, to) = (queues::get(tx, ticket.queue_id)?, queues::get(tx, to)?);
    ticket.queue_id = to.id;
    let moved = store::Change::of(EventKind::Moved).between(Some(&from.name), Some(&to.name));
    store::record(tx, ticket, who, at.ts(), moved)
}
