//! Who takes part in a conversation besides the customer.

use diesel::prelude::*;

use super::{Moment, Person, store};
use crate::{
    access::{self, Actor, Full, Read, Reply, TicketAccess},
    db::{
        ArticleId, Conn, Direct, EventKind, Tx, backend, columns,
        schema::{articles, participants},
    },
    error::{Error, Result, say},
    people,
    queues::OwnAddresses,
};

/// So many people take part in a conversation at most.
const MOST: i64 = 200;

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
        .select(columns::<Participant>())
        .rows(conn)?)
}

/// Takes a person into the conversation, be he new in it or not heard of at all: he gets replies from now on.
///
/// # Errors
/// [`Error::Invalid`] for what is no address, for one of ours, and for the customer himself.
pub fn add(tx: &mut Tx<'_>, access: &mut TicketAccess<Reply>, person: &Person, at: &Moment) -> Result<()> {
    let (ticket, who) = access.parts();
    let Some(address) = mail_ingest::address::normalise(&person.address) else {
        return Err(Error::invalid("address", say!("refused-address")));
    };
    if OwnAddresses::load(tx)?.contains(&address) {
        return Err(Error::invalid("address", say!("refused-own-address", address = address)));
    }
    if address == ticket.customer_address {
        return Err(Error::invalid("address", say!("refused-participant-customer", address = address)));
    }
    let there: Option<bool> =
        participants::table.find((ticket.id, &address)).select(participants::accepted).row(tx).optional()?;
    if there == Some(true) {
        return Ok(());
    }
    let others: i64 = participants::table.filter(participants::ticket_id.eq(ticket.id)).count().row(tx)?;
    if there.is_none() && others >= MOST {
        return Err(Error::invalid("address", say!("refused-participants", most = MOST)));
    }
    let name = store::without_nul(person.name.trim().to_owned());
    backend::put_participant(tx, ticket.id, &address, &name, true)?;
    let change = store::Change::of(EventKind::ParticipantAccepted).between(None, Some(&address));
    store::record(tx, ticket, who, at.ts(), change)?;
    store::save(tx, ticket, at.ts())
}

/// Takes a person out of the conversation: he gets no replies. What he writes from then on makes him new in it.
///
/// # Errors
/// [`Error::NotFound`] when he is not there.
pub fn remove(tx: &mut Tx<'_>, access: &mut TicketAccess<Reply>, address: &str, at: &Moment) -> Result<()> {
    let (ticket, who) = access.parts();
    let address = mail_ingest::address::normalise(address).ok_or(Error::NotFound)?;
    if diesel::delete(participants::table.find((ticket.id, &address))).exec(tx)? == 0 {
        return Err(Error::NotFound);
    }
    let change = store::Change::of(EventKind::ParticipantRemoved).between(Some(&address), None);
    store::record(tx, ticket, who, at.ts(), change)?;
    store::save(tx, ticket, at.ts())
}

/// Says that the author of an article is the ticket's customer, under another address: from now on both are one. Where
/// he was known by himself so far, his tickets go along.
///
/// # Errors
/// [`Error::NotFound`] for an article of another ticket, or a ticket without a customer; [`Error::Forbidden`] where that
/// changes tickets of which the actor may not do everything; as [`people::addresses::add`] besides.
pub fn is_customer(
    tx: &mut Tx<'_>,
    actor: &Actor,
    access: &mut TicketAccess<Full>,
    article: ArticleId,
    at: &Moment,
) -> Result<()> {
    let (ticket, who) = access.parts();
    let address: String = articles::table
        .find(article)
        .filter(articles::ticket_id.eq(ticket.id))
        .select(articles::from_address)
        .first_row(tx)?;
    let customer = ticket.customer_id.ok_or(Error::NotFound)?;
    if let Some(holder) = people::customers::known(tx, &address)?.filter(|holder| *holder != customer) {
        access::for_all_tickets_of(tx, actor, holder)?;
    }
    people::addresses::put(tx, who, customer, &address, true, at.ts())?;
    let change = store::Change::of(EventKind::ParticipantAccepted).between(None, Some(&address));
    store::record(tx, ticket, who, at.ts(), change)?;
    store::save(tx, ticket, at.ts())
}
