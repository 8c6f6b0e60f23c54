//! All that is known of a person from outside: taken out for him, or erased for good.

pub mod erase;
pub mod export;
mod scrub;
mod traces;

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{addresses, customers::Customer};
use crate::{
    access::{Actor, PeopleAccess},
    db::{
        ArticleId, Conn, CustomerId, Right, TicketId,
        schema::{articles, customer_addresses, customers as table, inbound_mails, participants, tickets},
    },
    error::{Error, Result, say},
};

/// So many keys stand in one statement.
const AT_ONCE: usize = 500;
/// A shorter name is a word like others: it is not looked for in texts.
const SHORTEST: usize = 4;

/// A person, and where he appears. Only [`find`] makes one.
#[derive(Clone, Debug)]
pub struct Known {
    customer: Customer,
    /// His keys: his own, and those that were merged into him.
    ids: Vec<CustomerId>,
    addresses: Vec<String>,
    names: Vec<String>,
    /// Tickets that are his.
    own: Vec<TicketId>,
    /// Tickets of others in which he takes part or has written.
    elsewhere: Vec<TicketId>,
    /// What he wrote.
    written: Vec<ArticleId>,
}

impl Known {
    /// The customer.
    pub fn customer(&self) -> &Customer {
        &self.customer
    }

    /// From where he writes.
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    fn is(&self, address: &str) -> bool {
        self.addresses.iter().any(|his| his.eq_ignore_ascii_case(address))
    }
}

/// Looks for all that is known of a customer.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] for one who was merged into another; [`Error::Forbidden`] for who has not
/// `right` in every queue: a part would pass for the whole.
pub fn find(
    conn: &mut Conn,
    actor: &Actor,
    _people: &PeopleAccess,
    id: CustomerId,
    right: Right,
) -> Result<Known> {
    if !actor.scope.everywhere(right) {
        return Err(Error::Forbidden(say!("refused-person-queues", right = right)));
    }
    let customer = addresses::customer(conn, id)?;
    if customer.merged_into.is_some() {
        return Err(Error::Conflict(say!("refused-merge-merged-customer")));
    }
    let mut ids = vec![id];
    let mut names = BTreeSet::from([customer.name.clone()]);
    let mut at = 0;
    while let Some(one) = ids.get(at).copied() {
        at += 1;
        let merged: Vec<(CustomerId, String)> =
            table::table.filter(table::merged_into.eq(one)).select((table::id, table::name)).load(conn)?;
        for (id, name) in merged {
            if !ids.contains(&id) {
                ids.push(id);
                names.insert(name);
            }
        }
    }
    let theirs: Vec<String> = customer_addresses::table
        .filter(customer_addresses::customer_id.eq_any(&ids))
        .order(customer_addresses::address)
        .select(customer_addresses::address)
        .load(conn)?;
    let own: Vec<(TicketId, String)> = tickets::table
        .filter(tickets::customer_id.eq_any(&ids))
        .order(tickets::id)
        .select((tickets::id, tickets::customer_name))
        .load(conn)?;
    names.extend(own.iter().map(|(_, name)| name.clone()));
    let own: Vec<TicketId> = own.into_iter().map(|(id, _)| id).collect();
    let elsewhere = elsewhere(conn, &theirs, &own)?;
    let mut written = Vec::new();
    for part in [&own, &elsewhere].into_iter().flat_map(|list| list.chunks(AT_ONCE)) {
        let rows: Vec<(ArticleId, String)> = articles::table
            .filter(articles::ticket_id.eq_any(part.to_vec()))
            .filter(articles::from_address.eq_any(&theirs))
            .order(articles::id)
            .select((articles::id, articles::from_name))
            .load(conn)?;
        for (id, name) in rows {
            written.push(id);
            names.insert(name);
        }
    }
    let long = |name: &String| name.trim().chars().count() >= SHORTEST && !theirs.contains(name);
    let names = names.into_iter().filter(long).map(|name| name.trim().to_owned()).collect();
    Ok(Known { customer, ids, names, own, elsewhere, written, addresses: theirs })
}

fn elsewhere(conn: &mut Conn, addresses: &[String], own: &[TicketId]) -> Result<Vec<TicketId>> {
    let mut found: BTreeSet<TicketId> = participants::table
        .filter(participants::address.eq_any(addresses))
        .select(participants::ticket_id)
        .load::<TicketId>(conn)?
        .into_iter()
        .collect();
    let by_mail: Vec<Option<TicketId>> = inbound_mails::table
        .filter(inbound_mails::envelope_from.eq_any(addresses))
        .select(inbound_mails::ticket_id)
        .load(conn)?;
    found.extend(by_mail.into_iter().flatten());
    let own: BTreeSet<TicketId> = own.iter().copied().collect();
    Ok(found.into_iter().filter(|id| !own.contains(id)).collect())
}
