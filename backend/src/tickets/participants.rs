//! Who takes part in a conversation besides the customer.

use diesel::prelude::*;

use super::{Moment, store};
use crate::{
    access::{Read, Reply, TicketAccess},
    db::{Conn, EventKind, Tx, backend, schema::participants},
    error::{Error, Result},
};

/// A person who takes part, or wants to.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = participants)]
pub struct Participant {
    /// His address.
    pub address: String,
    /// His name.
    pub name: String,
    /// Whether he gets replies; if not, he only quoted a mail of this ticket and waits to be accepted.
    pub accepted: bool,
}

/// Everybody, by address.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, access: &TicketAccess<Read>) -> Result<Vec<Participant>> {
    Ok(participants::table
        .filter(participants::ticket_id.eq(access.ticket().id))
        .order(participants::address)
        .select(Participant::as_select())
        .load(conn)?)
}

/// Takes a person who is new in the conversation into it.
///
/// # Errors
/// [`Error::NotFound`] when he is not there.
pub fn accept(tx: &mut Tx<'_>, access: &mut TicketAccess<Reply>, address: &str, at: &Moment) -> Result<()> {
    let (ticket, who) = access.parts();
    let known = participants::table
        .find((ticket.id, address))
        .select(participants::name)
        .first::<String>(&mut **tx)
        .optional()?;
    let name = known.ok_or(Error::NotFound)?;
    backend::put_participant(tx, ticket.id, address, &name, true)?;
    let change = store::Change::of(EventKind::ParticipantAccepted).between(None, Some(address));
    store::record(tx, ticket, who, at.ts(), change)?;
    store::save(tx, ticket, at.ts())
}
