//! Customers: a person with one or more addresses.

use diesel::prelude::*;

use crate::{
    access::Actor,
    db::{
        Conn, CustomerId, Direct, InstallationRight, OrganisationId, Ts, Tx, backend, columns, each,
        schema::{customer_addresses, customers},
    },
    error::{Error, Result, say},
    tickets::Person,
};

/// A customer.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = customers)]
pub struct Customer {
    /// His key.
    pub id: CustomerId,
    /// His name.
    pub name: String,
    /// Where he works.
    pub organisation_id: Option<OrganisationId>,
    /// The language that was chosen for him, as a tag.
    pub language: Option<String>,
}

/// The customer of an address; makes one for an address that is new. The address is in its normal form.
///
/// # Errors
/// Those of the database.
pub fn by_address(tx: &mut Tx<'_>, person: &Person, now: Ts) -> Result<CustomerId> {
    let known = |tx: &mut Tx<'_>| -> Result<Option<CustomerId>> {
        Ok(customer_addresses::table
            .find(&person.address)
            .select(customer_addresses::customer_id)
            .row(tx)
            .optional()?)
    };
    if let Some(id) = known(tx)? {
        return Ok(id);
    }
    // Somebody else may make him at this very moment.
    backend::one_at_a_time(tx, "customer_addresses")?;
    if let Some(id) = known(tx)? {
        return Ok(id);
    }
    let name = if person.name.trim().is_empty() { &person.address } else { person.name.trim() };
    let id: CustomerId = diesel::insert_into(customers::table)
        .values((customers::name.eq(name), customers::created_at.eq(now)))
        .returning(customers::id)
        .row(tx)?;
    let row = (customer_addresses::address.eq(&person.address), customer_addresses::customer_id.eq(id));
    each!(&mut **tx, |c| diesel::insert_into(customer_addresses::table).values(row).execute(c))?;
    Ok(id)
}

/// The language that was chosen for the customer of an address, as a tag.
///
/// # Errors
/// Those of the database.
pub fn language(conn: &mut Conn, address: &str) -> Result<Option<String>> {
    let chosen: Option<Option<String>> = customer_addresses::table
        .inner_join(customers::table)
        .filter(customer_addresses::address.eq(address))
        .select(customers::language)
        .first_row(conn)
        .optional()?;
    Ok(chosen.flatten().filter(|tag| !tag.is_empty()))
}

/// Chooses the language in which a customer is written to by machine; an empty tag leaves it to his mails.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage people; [`Error::Invalid`] for what is no tag of a language.
pub fn set_language(tx: &mut Tx<'_>, actor: &Actor, id: CustomerId, tag: &str) -> Result<()> {
    actor.require(InstallationRight::People)?;
    let tag = tag.trim();
    let good = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    if !tag.is_empty() && (tag.len() > 35 || !tag.split('-').all(good)) {
        return Err(Error::invalid("language", say!("refused-customer-language")));
    }
    let done = diesel::update(customers::table.find(id))
        .set(customers::language.eq(Some(tag).filter(|tag| !tag.is_empty())))
        .exec(tx)?;
    if done == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Whether the address belongs to a customer of whom one of `people` is another address.
///
/// # Errors
/// Those of the database.
pub fn is_same(conn: &mut Conn, address: &str, people: &[Person]) -> Result<bool> {
    let of = |conn: &mut Conn, address: &str| -> Result<Option<CustomerId>> {
        Ok(customer_addresses::table
            .find(address.to_lowercase())
            .select(customer_addresses::customer_id)
            .row(conn)
            .optional()?)
    };
    let Some(customer) = of(conn, address)? else { return Ok(false) };
    for person in people {
        if of(conn, &person.address)? == Some(customer) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Customers in the order of their keys, after `after`, with their addresses.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut Conn, after: CustomerId, limit: i64) -> Result<Vec<(Customer, Vec<String>)>> {
    let found: Vec<Customer> = customers::table
        .filter(customers::id.gt(after))
        .order(customers::id)
        .limit(limit)
        .select(columns::<Customer>())
        .rows(conn)?;
    let ids: Vec<_> = found.iter().map(|customer| customer.id).collect();
    let rows: Vec<(CustomerId, String)> = customer_addresses::table
        .filter(customer_addresses::customer_id.eq_any(ids))
        .select((customer_addresses::customer_id, customer_addresses::address))
        .rows(conn)?;
    Ok(found
        .into_iter()
        .map(|customer| {
            let theirs = rows
                .iter()
                .filter(|(id, _)| *id == customer.id)
                .map(|(_, address)| address.clone())
                .collect();
            (customer, theirs)
        })
        .collect())
}

/// The customer of an address, where there is one.
///
/// # Errors
/// Those of the database.
pub fn known(conn: &mut Conn, address: &str) -> Result<Option<CustomerId>> {
    let Some(address) = mail_ingest::address::normalise(address) else { return Ok(None) };
    Ok(customer_addresses::table
        .find(address)
        .select(customer_addresses::customer_id)
        .row(conn)
        .optional()?)
}
