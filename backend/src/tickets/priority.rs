//! Set the priority.

use super::{
    Moment,
    acts::{self, Snapshot},
    store,
};
use crate::{
    access::{Priority as PriorityLevel, TicketAccess},
    db::{ActKind, EventKind, Priority, Tx},
    error::Result,
};

/// Sets how urgent the ticket is.
///
/// # Errors
/// Those of the database.
pub fn set_priority(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<PriorityLevel>,
    to: Priority,
    at: &Moment,
) -> Result<()> {
    let (ticket, who) = access.parts();
    if ticket.priority == to {
        return Ok(());
    }
    let before = Snapshot::of(ticket);
    let change = store::Change::of(EventKind::PriorityChanged)
        .between(Some(ticket.priority.as_str()), Some(to.as_str()));
    store::record(tx, ticket, who, at.ts(), change)?;
    ticket.priority = to;
    store::save(tx, ticket, at.ts())?;
    acts::keep(tx, ticket, who, &before, ActKind::PriorityChanged, at)
}
