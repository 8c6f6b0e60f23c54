//! Customers: a person with one or more addresses.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{customer_words, domains_of_organisations};
use crate::{
    db::{
        Conn, CustomerId, Direct, OrganisationId, Ts, Tx, backend, columns, each,
        schema::{customer_addresses, customers},
    },
    error::Result,
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
    /// What agents should know of him.
    pub note: String,
    /// Who he has become, where two turned out to be one.
    pub merged_into: Option<CustomerId>,
    /// When he was first heard of.
    pub created_at: Ts,
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
    if let Some(id) = known(tx)?
        && let Some(id) = backend::keep_customer(tx, id)?
    {
        return Ok(id);
    }
    // Somebody else may make him at this very moment.
    backend::one_at_a_time(tx, "customer_addresses")?;
    if let Some(id) = known(tx)?
        && let Some(id) = backend::keep_customer(tx, id)?
    {
        return Ok(id);
    }
    let name = if person.name.trim().is_empty() { &person.address } else { person.name.trim() };
    insert(tx, name, &person.address, now)
}

/// A new customer with his first address, in the organisation whose domain it is.
pub(super) fn insert(tx: &mut Tx<'_>, name: &str, address: &str, now: Ts) -> Result<CustomerId> {
    let organisation = domains_of_organisations::of_address(tx, address)?;
    let his = [address.to_owned()];
    let id: CustomerId = diesel::insert_into(customers::table)
        .values((
            customers::name.eq(name),
            customers::created_at.eq(now),
            customers::organisation_id.eq(organisation),
            customers::sort_name.eq(customer_words::sort_name(name, &his)),
        ))
        .returning(customers::id)
        .row(tx)?;
    let row = (
        customer_addresses::address.eq(address),
        customer_addresses::customer_id.eq(id),
        customer_addresses::main.eq(true),
    );
    each!(&mut **tx, |c| diesel::insert_into(customer_addresses::table).values(row).execute(c))?;
    customer_words::say_first(tx, id, name, &his)?;
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

/// Whether this is the tag of a language, or nothing.
pub(super) fn is_language(tag: &str) -> bool {
    let good = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    tag.is_empty() || (tag.len() <= 35 && tag.split('-').all(good))
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

/// All addresses of the customer whose one this is, itself among them; none where nobody is known by it.
///
/// # Errors
/// Those of the database.
pub fn addresses_beside(conn: &mut Conn, address: &str) -> Result<Vec<String>> {
    let Some(customer) = known(conn, address)? else { return Ok(Vec::new()) };
    Ok(customer_addresses::table
        .filter(customer_addresses::customer_id.eq(customer))
        .order(customer_addresses::address)
        .select(customer_addresses::address)
        .load(conn)?)
}

/// What a customer is called; empty where nobody knows.
///
/// # Errors
/// Those of the database.
pub fn name(conn: &mut Conn, id: CustomerId) -> Result<String> {
    let name: Option<String> = customers::table.find(id).select(customers::name).row(conn).optional()?;
    Ok(name.unwrap_or_default())
}

/// Customers in the order of their keys, after `after`, with their addresses.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut Conn, after: CustomerId, limit: i64) -> Result<Vec<(Customer, Vec<String>)>> {
    let found: Vec<Customer> = customers::table
        .filter(customers::id.gt(after).and(customers::merged_into.is_null()))
        .order(customers::id)
        .limit(limit)
        .select(columns::<Customer>())
        .rows(conn)?;
    with_addresses(conn, found)
}

/// These customers with their addresses, the main one first.
pub(super) fn with_addresses(conn: &mut Conn, found: Vec<Customer>) -> Result<Vec<(Customer, Vec<String>)>> {
    let ids: Vec<_> = found.iter().map(|customer| customer.id).collect();
    let rows: Vec<(CustomerId, String)> = customer_addresses::table
        .filter(customer_addresses::customer_id.eq_any(ids))
        .order((
            customer_addresses::customer_id,
            customer_addresses::main.desc(),
            customer_addresses::address,
        ))
        .select((customer_addresses::customer_id, customer_addresses::address))
        .rows(conn)?;
    let mut theirs: HashMap<CustomerId, Vec<String>> = HashMap::new();
    for (id, address) in rows {
        theirs.entry(id).or_default().push(address);
    }
    Ok(found
        .into_iter()
        .map(|customer| {
            let addresses = theirs.remove(&customer.id).unwrap_or_default();
            (customer, addresses)
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
