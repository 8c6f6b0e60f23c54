//! Addresses of a customer: one person may write from several, and is one customer all the same.

use diesel::prelude::*;

use super::{customer_edit::subject, customer_merge, customer_words, customers::Customer};
use crate::{
    access::{Actor, Who},
    audit,
    db::{
        Audited, Conn, CustomerId, InstallationRight, Ts, Tx, backend, each,
        schema::{customer_addresses, customers, participants, tickets},
    },
    error::{Error, Result, say},
    queues::OwnAddresses,
};

/// A customer.
///
/// # Errors
/// [`Error::NotFound`].
pub fn customer(conn: &mut Conn, id: CustomerId) -> Result<Customer> {
    Ok(customers::table.find(id).select(Customer::as_select()).first(conn)?)
}

/// A customer who is to be changed, held until the transaction ends.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] for one who was merged into another: there he is changed.
pub(super) fn held(tx: &mut Tx<'_>, id: CustomerId) -> Result<Customer> {
    backend::one_at_a_time(tx, "customer_addresses")?;
    backend::hold_customer(tx, id)?;
    let found = customer(tx, id)?;
    match found.merged_into {
        Some(_) => Err(Error::Conflict(say!("refused-customer-merged"))),
        None => Ok(found),
    }
}

/// His addresses, the main one first, the others in order.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, id: CustomerId) -> Result<Vec<String>> {
    Ok(customer_addresses::table
        .filter(customer_addresses::customer_id.eq(id))
        .order((customer_addresses::main.desc(), customer_addresses::address))
        .select(customer_addresses::address)
        .load(conn)?)
}

/// Adds an address on the word of somebody who manages people. With `take` also one under which another customer is
/// known so far: that one's tickets go along, and he vanishes where nothing is left of him.
///
/// # Errors
/// [`Error::Forbidden`] without the right; [`Error::Conflict`] for an address of another customer;
/// [`Error::Invalid`] for what is no address, or is one of ours.
pub fn add(tx: &mut Tx<'_>, actor: &Actor, id: CustomerId, address: &str, take: bool, now: Ts) -> Result<()> {
    actor.require(InstallationRight::People)?;
    put(tx, &actor.who(), id, address, take, now)
}

/// The same, for whoever has shown his right otherwise.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    who: &Who,
    id: CustomerId,
    address: &str,
    take: bool,
    now: Ts,
) -> Result<()> {
    held(tx, id)?;
    let Some(address) = mail_ingest::address::normalise(address) else {
        return Err(Error::invalid("address", say!("refused-address")));
    };
    if OwnAddresses::load(tx)?.contains(&address) {
        return Err(Error::invalid("address", say!("refused-own-address", address = address)));
    }
    let holder: Option<CustomerId> = customer_addresses::table
        .find(&address)
        .select(customer_addresses::customer_id)
        .first(&mut **tx)
        .optional()?;
    match holder {
        Some(holder) if holder == id => return Ok(()),
        Some(holder) if take => take_over(tx, who, holder, id, &address, now)?,
        Some(holder) => {
            let name = customer(tx, holder)?.name;
            return Err(Error::Conflict(say!("refused-customer-address", address = address, name = name)));
        }
        None => {
            let row = (customer_addresses::address.eq(&address), customer_addresses::customer_id.eq(id));
            each!(&mut **tx, |c| diesel::insert_into(customer_addresses::table).values(row).execute(c))?;
        }
    }
    // He is no stranger in his own conversations any more.
    let his = tickets::table.filter(tickets::customer_id.eq(id)).select(tickets::id);
    diesel::delete(
        participants::table
            .filter(participants::address.eq(&address).and(participants::accepted.eq(false)))
            .filter(participants::ticket_id.eq_any(his)),
    )
    .execute(&mut **tx)?;
    settle_main(tx, id)?;
    customer_words::say(tx, id)
}

/// Makes an address the one that stands for the others.
///
/// # Errors
/// [`Error::Forbidden`] without the right; [`Error::NotFound`] for an address that is not his.
pub fn set_main(tx: &mut Tx<'_>, actor: &Actor, id: CustomerId, address: &str) -> Result<()> {
    actor.require(InstallationRight::People)?;
    held(tx, id)?;
    put_main(tx, id, address)
}

/// The same, for whoever has shown his right otherwise.
pub(super) fn put_main(tx: &mut Tx<'_>, id: CustomerId, address: &str) -> Result<()> {
    backend::one_at_a_time(tx, "customer_addresses")?;
    let address = mail_ingest::address::normalise(address).ok_or(Error::NotFound)?;
    if !of(tx, id)?.contains(&address) {
        return Err(Error::NotFound);
    }
    let his = customer_addresses::table.filter(customer_addresses::customer_id.eq(id));
    diesel::update(his).set(customer_addresses::main.eq(false)).execute(&mut **tx)?;
    diesel::update(customer_addresses::table.find(&address))
        .set(customer_addresses::main.eq(true))
        .execute(&mut **tx)?;
    Ok(())
}

/// Sees to it that exactly one address of a customer who has any stands for the others.
pub(super) fn settle_main(tx: &mut Tx<'_>, id: CustomerId) -> Result<()> {
    match of(tx, id)?.first() {
        Some(first) => put_main(tx, id, first),
        None => Ok(()),
    }
}

/// The address of another. His last one is all of him: that is a merge, which can be undone.
fn take_over(
    tx: &mut Tx<'_>,
    who: &Who,
    from: CustomerId,
    to: CustomerId,
    address: &str,
    now: Ts,
) -> Result<()> {
    if of(tx, from)?.len() == 1 {
        return customer_merge::merge_as(tx, who, from, to, now).map(drop);
    }
    backend::hold_customer(tx, from)?;
    diesel::update(customer_addresses::table.find(address))
        .set((customer_addresses::customer_id.eq(to), customer_addresses::main.eq(false)))
        .execute(&mut **tx)?;
    diesel::update(
        tickets::table.filter(tickets::customer_id.eq(from).and(tickets::customer_address.eq(address))),
    )
    .set(tickets::customer_id.eq(to))
    .execute(&mut **tx)?;
    settle_main(tx, from)?;
    customer_words::say(tx, from)?;
    let detail = format!("an address went to {}", subject(to));
    audit::noted(tx, who, Audited::Customer, &subject(from), &detail, now)
}

/// Takes an address away from a customer, who keeps at least one. Tickets stay his.
///
/// # Errors
/// [`Error::Forbidden`] without the right; [`Error::NotFound`] for an address that is not his; [`Error::Conflict`] for
/// his last one.
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, id: CustomerId, address: &str) -> Result<()> {
    actor.require(InstallationRight::People)?;
    take_away(tx, id, address)
}

/// The same on behalf of the operator.
pub(crate) fn take_away(tx: &mut Tx<'_>, id: CustomerId, address: &str) -> Result<()> {
    held(tx, id)?;
    let his = of(tx, id)?;
    let address = mail_ingest::address::normalise(address).ok_or(Error::NotFound)?;
    if !his.contains(&address) {
        return Err(Error::NotFound);
    }
    if his.len() == 1 {
        return Err(Error::Conflict(say!("refused-last-address", address = address)));
    }
    diesel::delete(customer_addresses::table.find(&address)).execute(&mut **tx)?;
    settle_main(tx, id)?;
    customer_words::say(tx, id)
}
