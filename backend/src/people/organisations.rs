//! Organisations: where customers work.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::{
    db::{Conn, OrganisationId, schema::organisations},
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
