//! Customers made and changed by whoever manages people. The audit log says that it was done and to which fields, never what
//! stood in them: a customer who is erased must not live on in a log that only grows.

use diesel::prelude::*;

use super::{addresses, customer_words, customers, organisation_edit};
use crate::{
    access::PeopleAccess,
    audit,
    db::{Audited, CustomerId, OrganisationId, Ts, Tx, backend, schema::customers as table},
    error::{Error, FieldError, Result, Sentence, say},
    queues::OwnAddresses,
    tickets::store::without_nul,
};

/// The longest name, in characters.
pub const NAME: usize = 200;
/// The longest note, in characters.
pub const NOTE: usize = 10_000;

/// What shall be otherwise; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// His name.
    pub name: Option<String>,
    /// The language in which he is written to by machine, as a tag; empty: what he writes in decides.
    pub language: Option<String>,
    /// What agents should know of him.
    pub note: Option<String>,
    /// Where he works.
    pub organisation: Option<Option<OrganisationId>>,
}

/// Makes a customer with one address.
///
/// # Errors
/// [`Error::Invalid`] names the field; also for an address that somebody has already.
pub fn create(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    address: &str,
    change: &Change,
    now: Ts,
) -> Result<CustomerId> {
    backend::one_at_a_time(tx, "customer_addresses")?;
    let mut problems = Vec::new();
    let normal = mail_ingest::address::normalise(address);
    match &normal {
        None => problems.push(refused("address", say!("refused-address"))),
        Some(address) if OwnAddresses::load(tx)?.contains(address) => {
            problems.push(refused("address", say!("refused-own-address", address = address)));
        }
        Some(address) => {
            if let Some(holder) = customers::known(tx, address)? {
                let name = addresses::customer(tx, holder)?.name;
                let told = say!("refused-customer-known", address = address, name = name);
                problems.push(refused("address", told));
            }
        }
    }
    problems.extend(check(tx, change)?);
    let Some(address) = normal.filter(|_| problems.is_empty()) else { return Err(Error::Invalid(problems)) };
    let named = change.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let id = customers::insert(tx, named.unwrap_or(&address), &address, now)?;
    put(tx, id, &Change { name: None, ..change.clone() })?;
    audit::noted(tx, people.who(), Audited::Customer, &subject(id), "added", now)?;
    Ok(id)
}

/// Changes a customer.
///
/// # Errors
/// [`Error::Invalid`] names the field; [`Error::NotFound`]; [`Error::Conflict`] for one who was merged into another.
pub fn change(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    id: CustomerId,
    change: &Change,
    now: Ts,
) -> Result<()> {
    let before = addresses::held(tx, id)?;
    let problems = check(tx, change)?;
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    put(tx, id, change)?;
    customer_words::say(tx, id)?;
    let after = addresses::customer(tx, id)?;
    let fields: Vec<&str> = [
        ("name", before.name != after.name),
        ("language", before.language != after.language),
        ("note", before.note != after.note),
        ("organisation", before.organisation_id != after.organisation_id),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect();
    if fields.is_empty() {
        return Ok(());
    }
    audit::noted(tx, people.who(), Audited::Customer, &subject(id), &fields.join(", "), now)
}

/// How the audit log names a customer.
pub(in crate::people) fn subject(id: CustomerId) -> String {
    format!("customer {id}")
}

fn refused(field: &str, message: Sentence) -> FieldError {
    FieldError { field: field.into(), message }
}

/// What is wrong with a change.
pub(super) fn check(tx: &mut Tx<'_>, change: &Change) -> Result<Vec<FieldError>> {
    let mut problems = Vec::new();
    if let Some(name) = &change.name {
        let name = name.trim();
        if name.chars().count() > NAME || name.chars().any(char::is_control) {
            problems.push(refused("name", say!("refused-customer-name", most = NAME)));
        }
    }
    if change.language.as_deref().is_some_and(|tag| !customers::is_language(tag.trim())) {
        problems.push(refused("language", say!("refused-customer-language")));
    }
    if change.note.as_deref().is_some_and(|note| note.chars().count() > NOTE) {
        problems.push(refused("note", say!("refused-customer-note", most = NOTE)));
    }
    if let Some(Some(organisation)) = change.organisation
        && !organisation_edit::is_in_use(tx, organisation)?
    {
        problems.push(refused("organisation", say!("refused-organisation-gone")));
    }
    Ok(problems)
}

/// Writes what was checked. An empty name becomes the main address.
pub(super) fn put(tx: &mut Tx<'_>, id: CustomerId, change: &Change) -> Result<()> {
    let row = table::table.find(id);
    if let Some(name) = &change.name {
        let mut name = without_nul(name.trim().to_owned());
        if name.is_empty() {
            name = addresses::of(tx, id)?.into_iter().next().unwrap_or_default();
        }
        diesel::update(row).set(table::name.eq(name)).execute(&mut **tx)?;
    }
    if let Some(tag) = change.language.as_deref().map(str::trim) {
        let tag = Some(tag).filter(|tag| !tag.is_empty());
        diesel::update(row).set(table::language.eq(tag)).execute(&mut **tx)?;
    }
    if let Some(note) = &change.note {
        let note = without_nul(note.trim().to_owned());
        diesel::update(row).set(table::note.eq(note)).execute(&mut **tx)?;
    }
    if let Some(organisation) = change.organisation {
        diesel::update(row).set(table::organisation_id.eq(organisation)).execute(&mut **tx)?;
    }
    Ok(())
}
