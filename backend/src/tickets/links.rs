//! Links: tickets that belong together because an agent says so.

use diesel::prelude::*;

use super::{Moment, store};
use crate::{
    access::{Read, Reply, TicketAccess},
    db::{EventKind, LinkKind, Tx, schema::ticket_links},
    error::{Error, Result, say},
};

/// Links the ticket to another one that the actor may read.
///
/// # Errors
/// [`Error::Invalid`] for a ticket that would be linked to itself.
pub fn link(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Reply>,
    other: &TicketAccess<Read>,
    at: &Moment,
) -> Result<()> {
    let (ticket, who) = access.parts();
    let other = other.ticket();
    if ticket.id == other.id {
        return Err(Error::invalid("ticket", say!("refused-self-link")));
    }
    let both = ticket_links::ticket_id
        .eq(ticket.id)
        .and(ticket_links::other_id.eq(other.id))
        .or(ticket_links::ticket_id.eq(other.id).and(ticket_links::other_id.eq(ticket.id)));
    let there: i64 = ticket_links::table
        .filter(both.and(ticket_links::kind.eq(LinkKind::Related)))
        .count()
        .get_result(&mut **tx)?;
    if there > 0 {
        return Ok(());
    }
    store::link(tx, ticket.id, other.id, LinkKind::Related, at.ts())?;
    let change =
        store::Change::of(EventKind::Linked).between(Some(LinkKind::Related.as_str()), Some(&other.number));
    store::record(tx, ticket, who, at.ts(), change)?;
    store::save(tx, ticket, at.ts())
}

/// Takes all links between the two tickets away, whoever made them.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn unlink(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Reply>,
    other: &TicketAccess<Read>,
    at: &Moment,
) -> Result<()> {
    let (ticket, who) = access.parts();
    let other = other.ticket();
    let both = ticket_links::ticket_id
        .eq(ticket.id)
        .and(ticket_links::other_id.eq(other.id))
        .or(ticket_links::ticket_id.eq(other.id).and(ticket_links::other_id.eq(ticket.id)));
    if diesel::delete(ticket_links::table.filter(both)).execute(&mut **tx)? == 0 {
        return Err(Error::NotFound);
    }
    let change = store::Change::of(EventKind::Unlinked).between(Some(&other.number), None);
    store::record(tx, ticket, who, at.ts(), change)?;
    store::save(tx, ticket, at.ts())
}
