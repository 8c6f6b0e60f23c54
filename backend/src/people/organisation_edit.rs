//! Organisations made, renamed, retired by whoever manages people.

use diesel::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{domains_of_organisations as domains, organisations::Organisation};
use crate::{
    access::PeopleAccess,
    audit,
    db::{Audited, Conn, OrganisationId, Ts, Tx, backend, hex, schema::organisations as table},
    error::{Error, Result, say},
    tickets::store::without_nul,
};

/// The longest name, in characters.
pub const NAME: usize = 200;
/// The longest note, in characters.
pub const NOTE: usize = 10_000;

/// What shall be otherwise; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Its name, unique.
    pub name: Option<String>,
    /// What agents should know of it.
    pub note: Option<String>,
    /// Its domains.
    pub domains: Option<Vec<String>>,
}

/// Makes an organisation.
///
/// # Errors
/// [`Error::Invalid`] names the field.
pub fn create(tx: &mut Tx<'_>, people: &PeopleAccess, wish: &Change, now: Ts) -> Result<OrganisationId> {
    backend::one_at_a_time(tx, "organisations")?;
    let name = checked_name(tx, wish.name.as_deref().unwrap_or_default(), None)?;
    let id: OrganisationId = diesel::insert_into(table::table)
        .values((table::name.eq(name), table::created_at.eq(now)))
        .returning(table::id)
        .get_result(&mut **tx)?;
    put(tx, id, &Change { name: None, ..wish.clone() })?;
    let (name, made) = told(tx, id)?;
    audit::changed(tx, people.who(), Audited::Organisation, &name, &Value::Null, &made, now)?;
    Ok(id)
}

/// Changes an organisation.
///
/// # Errors
/// [`Error::Invalid`] names the field; [`Error::NotFound`].
pub fn change(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    id: OrganisationId,
    wish: &Change,
    now: Ts,
) -> Result<()> {
    backend::one_at_a_time(tx, "organisations")?;
    let way = (people.who(), Audited::Organisation, now);
    audit::around(tx, way, |conn| told(conn, id), |tx| put(tx, id, wish))
}

/// Retires an organisation: its customers keep it, nobody new comes into it. With `false` it is in use again.
///
/// # Errors
/// [`Error::NotFound`].
pub fn retire(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    id: OrganisationId,
    retired: bool,
    now: Ts,
) -> Result<()> {
    let way = (people.who(), Audited::Organisation, now);
    let at = retired.then_some(now);
    audit::around(
        tx,
        way,
        |conn| told(conn, id),
        |tx| {
            diesel::update(table::table.find(id)).set(table::retired_at.eq(at)).execute(&mut **tx)?;
            Ok(())
        },
    )
}

/// Whether customers can be put into it.
pub(super) fn is_in_use(conn: &mut Conn, id: OrganisationId) -> Result<bool> {
    let found: Option<Organisation> =
        table::table.find(id).select(Organisation::as_select()).first(conn).optional()?;
    Ok(found.is_some_and(|organisation| organisation.retired_at.is_none()))
}

/// The organisation of a name, whatever its capitals; makes one where there is none.
pub(super) fn by_name(tx: &mut Tx<'_>, people: &PeopleAccess, name: &str, now: Ts) -> Result<OrganisationId> {
    match find(tx, name)? {
        Some(id) => Ok(id),
        None => create(tx, people, &Change { name: Some(name.to_owned()), ..Change::default() }, now),
    }
}

/// The organisation of a name, whatever its capitals.
pub(super) fn find(conn: &mut Conn, name: &str) -> Result<Option<OrganisationId>> {
    let wanted = name.trim().to_lowercase();
    let all: Vec<(OrganisationId, String)> = table::table.select((table::id, table::name)).load(conn)?;
    Ok(all.into_iter().find(|(_, name)| name.to_lowercase() == wanted).map(|(id, _)| id))
}

fn told(conn: &mut Conn, id: OrganisationId) -> Result<(String, Value)> {
    let found: Organisation = table::table.find(id).select(Organisation::as_select()).first(conn)?;
    // That the note was changed is said, not what stands in it: people may, and the log only grows.
    let note = match found.note.as_str() {
        "" => String::new(),
        note => hex(&Sha256::digest(note)).chars().take(8).collect(),
    };
    let told = json!({
        "name": found.name, "note": note, "retired": found.retired_at.is_some(),
        "domains": domains::of(conn, id)?,
    });
    Ok((found.name, told))
}

fn put(tx: &mut Tx<'_>, id: OrganisationId, wish: &Change) -> Result<()> {
    let row = table::table.find(id);
    if let Some(name) = &wish.name {
        let name = checked_name(tx, name, Some(id))?;
        diesel::update(row).set(table::name.eq(name)).execute(&mut **tx)?;
    }
    if let Some(note) = &wish.note {
        if note.chars().count() > NOTE {
            return Err(Error::invalid("note", say!("refused-customer-note", most = NOTE)));
        }
        let note = without_nul(note.trim().to_owned());
        diesel::update(row).set(table::note.eq(note)).execute(&mut **tx)?;
    }
    match &wish.domains {
        Some(wanted) => domains::set(tx, id, wanted),
        None => Ok(()),
    }
}

fn checked_name(tx: &mut Tx<'_>, name: &str, own: Option<OrganisationId>) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", say!("refused-organisation-name", most = NAME)));
    }
    match find(tx, name)? {
        Some(other) if Some(other) != own => {
            Err(Error::invalid("name", say!("refused-organisation-taken", name = name)))
        }
        _ => Ok(name.to_owned()),
    }
}
