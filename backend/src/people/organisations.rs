//! Organisations: where customers work.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::{
    access::Actor,
    db::{
        Conn, InstallationRight, OrganisationId, Ts,
        schema::{customers, organisations},
    },
    error::Result,
};

/// An organisation.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = organisations)]
pub struct Organisation {
    /// Its key.
    pub id: OrganisationId,
    /// Its name, unique.
    pub name: String,
    /// What agents should know of it.
    pub note: String,
    /// Since when it is offered nowhere.
    pub retired_at: Option<Ts>,
}

/// Organisations in the order of their keys, after `after`.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut Conn, after: OrganisationId, limit: i64) -> Result<Vec<Organisation>> {
    Ok(organisations::table
        .filter(organisations::id.gt(after))
        .order(organisations::id)
        .limit(limit)
        .select(Organisation::as_select())
        .load(conn)?)
}

/// All organisations, by name, with how many customers each has.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to manage people.
pub fn all(conn: &mut Conn, actor: &Actor) -> Result<Vec<(Organisation, i64)>> {
    actor.require(InstallationRight::People)?;
    let mut found: Vec<Organisation> = organisations::table.select(Organisation::as_select()).load(conn)?;
    // Here and not in the database: SQLite knows capitals of English only.
    found.sort_by_cached_key(|organisation| organisation.name.to_lowercase());
    let counted: Vec<(Option<OrganisationId>, i64)> = customers::table
        .filter(customers::organisation_id.is_not_null().and(customers::merged_into.is_null()))
        .group_by(customers::organisation_id)
        .select((customers::organisation_id, diesel::dsl::count_star()))
        .load(conn)?;
    let members: HashMap<OrganisationId, i64> =
        counted.into_iter().filter_map(|(id, n)| id.map(|id| (id, n))).collect();
    Ok(found
        .into_iter()
        .map(|organisation| {
            let n = members.get(&organisation.id).copied().unwrap_or(0);
            (organisation, n)
        })
        .collect())
}

/// One organisation.
///
/// # Errors
/// [`crate::error::Error::NotFound`], and [`crate::error::Error::Forbidden`] without the right to manage people.
pub fn get(conn: &mut Conn, actor: &Actor, id: OrganisationId) -> Result<Organisation> {
    actor.require(InstallationRight::People)?;
    Ok(organisations::table.find(id).select(Organisation::as_select()).first(conn)?)
}

/// The organisations in use, by name, to be chosen from.
///
/// # Errors
/// Those of the database.
pub fn in_use(conn: &mut Conn) -> Result<Vec<Organisation>> {
    let mut found: Vec<Organisation> = organisations::table
        .filter(organisations::retired_at.is_null())
        .select(Organisation::as_select())
        .load(conn)?;
    found.sort_by_cached_key(|organisation| organisation.name.to_lowercase());
    Ok(found)
}

/// Names of these organisations.
///
/// # Errors
/// Those of the database.
pub fn names(conn: &mut Conn, ids: &[OrganisationId]) -> Result<HashMap<OrganisationId, String>> {
    Ok(organisations::table
        .filter(organisations::id.eq_any(ids.to_vec()))
        .select((organisations::id, organisations::name))
        .load::<(OrganisationId, String)>(conn)?
        .into_iter()
        .collect())
}
