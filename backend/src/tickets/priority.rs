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
    terms::priorities,
};

/// Sets how urgent the ticket is.
///
/// # Errors
/// [`crate::error::Error::Invalid`] for one that is offered no more.
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
    priorities::must_be_offered(tx, "value", to)?;
    let before = Snapshot::of(ticket);
    let change = store::Change::of(EventKind::PriorityChanged)
        .between(Some(ticket.priority.as_str()), Some(to.as_str()));
    store::record(tx, ticket, who, at.ts(), change)?;
    ticket.priority = to;
    store::save(tx, ticket, at.ts())?;
    acts::keep(tx, ticket, who, &before, ActKind::PriorityChanged, at)
}
