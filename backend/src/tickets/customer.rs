//! Whose ticket it is, as the customer's side sees it.

use diesel::prelude::*;

use super::{
    Moment, Person,
    acts::{self, Party, Snapshot},
    model::Ticket,
    store,
};
use crate::{
    access::{Full, TicketAccess, Who},
    db::{
        ActKind, EventKind, Sender, Tx, backend,
        schema::{articles, participants},
    },
    error::{Error, Result, say},
    people,
    queues::OwnAddresses,
};

/// Says whose ticket it is. Replies go to that customer from then on; the former one, where he wrote here, waits in the
/// conversation to be accepted, and gets nothing until then.
///
/// # Errors
/// [`Error::Invalid`] for what is no address, or one of ours.
pub fn set_customer(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Full>,
    person: &Person,
    at: &Moment,
) -> Result<()> {
    let (ticket, who) = access.parts();
    let Some(address) = mail_ingest::address::normalise(&person.address) else {
        return Err(Error::invalid("customer", say!("refused-address")));
    };
    if OwnAddresses::load(tx)?.contains(&address) {
        return Err(Error::invalid("customer", say!("refused-own-address", address = address)));
    }
    if address == ticket.customer_address {
        return Ok(());
    }
    let named = Person { name: store::without_nul(person.name.trim().to_owned()), address };
    let id = people::customers::by_address(tx, &named, at.ts())?;
    let name = if named.name.is_empty() { people::addresses::customer(tx, id)?.name } else { named.name };
    let before = Snapshot::of(ticket);
    put(tx, ticket, who, &Party { id: Some(id), name, address: named.address }, at)?;
    store::save(tx, ticket, at.ts())?;
    acts::keep(tx, ticket, who, &before, ActKind::CustomerChanged, at)
}

/// Changes it and records that; the caller saves the ticket.
pub(super) fn put(tx: &mut Tx<'_>, ticket: &mut Ticket, who: &Who, to: &Party, at: &Moment) -> Result<()> {
    let former = std::mem::replace(&mut ticket.customer_address, to.address.clone());
    let former_name = std::mem::replace(&mut ticket.customer_name, to.name.clone());
    ticket.customer_id = to.id;
    diesel::delete(participants::table.find((ticket.id, &to.address))).execute(&mut **tx)?;
    let wrote: i64 = articles::table
        .filter(articles::ticket_id.eq(ticket.id).and(articles::sender.eq(Sender::Customer)))
        .filter(articles::from_address.eq(&former))
        .count()
        .get_result(&mut **tx)?;
    if wrote > 0 && !former.is_empty() {
        backend::put_participant(tx, ticket.id, &former, &former_name, false)?;
    }
    let change = store::Change::of(EventKind::CustomerChanged).between(Some(&former), Some(&to.address));
    store::record(tx, ticket, who, at.ts(), change)
}
