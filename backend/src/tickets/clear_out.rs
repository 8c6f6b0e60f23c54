//! Everything that is still to be done in a queue goes to another one: before the queue is retired.

use diesel::prelude::*;

use super::{Moment, Ticket, locking, move_to, store};
use crate::{
    access::{self, Actor, Move, QueueAccess, TicketAccess},
    db::{Cause, Conn, EventKind, QueueId, Right, Tx, schema::tickets},
    error::{Error, Result, say},
    queues,
};

/// Moves the active tickets of a queue on an agent's word; how many. He needs on each what a single move needs.
///
/// # Errors
/// As a move; then none is moved.
pub fn clear_out(tx: &mut Tx<'_>, actor: &Actor, from: QueueId, to: QueueId, at: &Moment) -> Result<usize> {
    let target = access::for_queue(tx, actor, to, Right::MoveInto)?;
    check(tx, from, to)?;
    let found = active(tx, from)?;
    for ticket in &found {
        let mut access = access::for_change::<Move>(tx, actor, &ticket.number)?;
        quietly(tx, &mut access, &target, at)?;
    }
    Ok(found.len())
}

/// The same on behalf of the operator.
///
/// # Errors
/// Those of the database.
pub(crate) fn for_operator(tx: &mut Tx<'_>, from: QueueId, to: QueueId, at: &Moment) -> Result<usize> {
    let target = access::queue_for_machine(to, Right::MoveInto);
    check(tx, from, to)?;
    let found = active(tx, from)?;
    for ticket in &found {
        let mut access: TicketAccess<Move> = access::for_machine(tx, ticket.id, Cause::Cli)?;
        quietly(tx, &mut access, &target, at)?;
    }
    Ok(found.len())
}

fn check(conn: &mut Conn, from: QueueId, to: QueueId) -> Result<()> {
    let target = queues::get(conn, to)?;
    if target.retired_at.is_some() || from == to {
        return Err(Error::invalid("move_to", say!("refused-retired", name = target.name)));
    }
    Ok(())
}

fn active(conn: &mut Conn, queue: QueueId) -> Result<Vec<Ticket>> {
    Ok(tickets::table
        .filter(tickets::queue_id.eq(queue).and(tickets::active.eq(true)))
        .order(tickets::id)
        .select(Ticket::as_select())
        .load(conn)?)
}

// Who follows the new queue is not told of each: one decision is one piece of news, and the list shows it.
fn quietly(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Move>,
    target: &QueueAccess,
    at: &Moment,
) -> Result<()> {
    let (ticket, who) = access.parts();
    locking::release(tx, ticket, who, EventKind::Unlocked, at.ts())?;
    let changed = ticket.updated_at;
    move_to::put(tx, ticket, who, target.queue(), at)?;
    // A queue that is dissolved makes nothing newer than it was.
    store::save(tx, ticket, changed)
}
