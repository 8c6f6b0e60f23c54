//! Customers as whoever manages people looks for them: by the words of names and addresses, by organisation, in the order of
//! names, page by page. A page costs the same at ten customers and at a hundred thousand: it reads `customers_list` (or
//! `customers_organisation`) from where the last page ended. A word that few have is the way in; one that many have is met on
//! the way through the list in its order.

use std::collections::HashMap;

use diesel::{dsl::sql, prelude::*, sql_types::BigInt};

use super::{
    customers::{self, Customer},
    organisations,
};
use crate::{
    access::Actor,
    db::{
        Conn, CustomerId, InstallationRight, MultiBackend, OrganisationId, backend,
        schema::{customer_words, customers as table},
        words::words_of,
    },
    error::Result,
};

/// So many customers at most are taken as the way into the list.
const FEW: usize = 2_000;
/// So many words are looked for at most.
const WORDS: usize = 8;
/// So many rows has a page at most.
const MOST: i64 = 200;

/// Which customers.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Words that name or addresses hold, each of them, perhaps only begun.
    pub q: String,
    /// Of this organisation.
    pub organisation: Option<OrganisationId>,
    /// Behind this one.
    pub after: Option<CustomerId>,
    /// So many at most.
    pub limit: i64,
}

/// A customer of a list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The customer.
    pub customer: Customer,
    /// His addresses, the main one first.
    pub addresses: Vec<String>,
    /// Where he works.
    pub organisation: Option<String>,
}

/// Finds customers, by name; and where the next page begins.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to manage people.
pub fn find(conn: &mut Conn, actor: &Actor, wish: &Wish) -> Result<(Vec<Row>, Option<CustomerId>)> {
    actor.require(InstallationRight::People)?;
    let limit = wish.limit.clamp(1, MOST);
    let mut query = table::table.into_boxed::<MultiBackend>().filter(table::merged_into.is_null());
    if let Some(organisation) = wish.organisation {
        query = query.filter(table::organisation_id.eq(organisation));
    }
    if let Some(after) = wish.after {
        // Behind the place where the last page ended, whether or not that customer still fits.
        let place: Option<String> =
            table::table.find(after).select(table::sort_name).first(conn).optional()?;
        let place = place.unwrap_or_default();
        // The first condition alone is a range of the index.
        query = query
            .filter(table::sort_name.ge(place.clone()))
            .filter(table::sort_name.gt(place).or(table::id.gt(after)));
    }
    let words: Vec<String> = words_of(&wish.q).into_iter().take(WORDS).collect();
    let few = few(conn, &words)?;
    for (at, word) in words.iter().enumerate() {
        match &few {
            Some((which, ids)) if *which == at => query = query.filter(table::id.eq_any(ids.clone())),
            _ => {
                let with = customer_words::table
                    .filter(customer_words::word.ge(word.clone()))
                    .filter(customer_words::word.lt(behind(word)))
                    .select(customer_words::customer_id);
                let id = sql::<BigInt>(&backend::without_index(conn, "customers.id"));
                query = query.filter(id.eq_any(with));
            }
        }
    }
    let mut found: Vec<Customer> = query
        .order((table::sort_name, table::id))
        .limit(limit + 1)
        .select(Customer::as_select())
        .load(conn)?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > shown;
    found.truncate(shown);
    let next = found.last().filter(|_| more).map(|last| last.id);
    let ids: Vec<OrganisationId> = found.iter().filter_map(|customer| customer.organisation_id).collect();
    let names: HashMap<OrganisationId, String> = organisations::names(conn, &ids)?;
    let rows = customers::with_addresses(conn, found)?;
    let rows = rows.into_iter().map(|(customer, addresses)| Row {
        organisation: customer.organisation_id.and_then(|id| names.get(&id).cloned()),
        customer,
        addresses,
    });
    Ok((rows.collect(), next))
}

/// The rarest of the words with its customers, where few have it.
fn few(conn: &mut Conn, words: &[String]) -> Result<Option<(usize, Vec<CustomerId>)>> {
    let mut best: Option<(usize, Vec<CustomerId>)> = None;
    for (at, word) in words.iter().enumerate() {
        let ids: Vec<CustomerId> = customer_words::table
            .filter(customer_words::word.ge(word))
            .filter(customer_words::word.lt(behind(word)))
            .limit(i64::try_from(FEW + 1).unwrap_or(i64::MAX))
            .select(customer_words::customer_id)
            .load(conn)?;
        let fewer = best.as_ref().is_none_or(|(_, known)| ids.len() < known.len());
        if ids.len() <= FEW && fewer {
            best = Some((at, ids));
        }
    }
    Ok(best)
}

/// What stands behind every word that begins like this.
fn behind(word: &str) -> String {
    format!("{word}\u{10ffff}")
}
