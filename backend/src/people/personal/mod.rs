//! All that is known of a person from outside: taken out for him, or erased for good.

mod agent_traces;
pub mod erase;
pub mod erase_agent;
pub mod export;
mod from_where;
pub mod of_agent;
mod scrub;
mod traces;

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{addresses, customers::Customer};
use crate::{
    access::{Actor, Check, PeopleAccess, is_left_out},
    db::{
        ArticleId, Conn, CustomerId, Right, TicketId,
        schema::{agents, articles, customers as table, tickets},
    },
    error::{Error, Result, say},
};

/// So many keys stand in one statement.
const AT_ONCE: usize = 500;
/// A shorter name is a word like others: it is not looked for in texts.
const SHORTEST: usize = 4;
/// So many names that mails gave him are looked for.
const LEARNED: usize = 50;

/// By what somebody is known in texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Called {
    addresses: Vec<String>,
    /// What he is called: his name, and those of whoever was merged into him.
    names: Vec<String>,
    /// What mails called him. Anybody may have written them.
    learned: Vec<String>,
    /// Words that mean nobody else, wherever they stand: `@login`.
    marks: Vec<String>,
}

impl Called {
    fn is(&self, address: &str) -> bool {
        self.addresses.iter().any(|his| his.eq_ignore_ascii_case(address))
    }
}

/// A person, and where he appears. Only [`find`] makes one.
#[derive(Clone, Debug)]
pub struct Known {
    customer: Customer,
    /// His keys: his own, and those that were merged into him.
    ids: Vec<CustomerId>,
    called: Called,
    /// Tickets that are his.
    own: Vec<TicketId>,
    /// Tickets of others in which he takes part, has written, was written to or is named by an address.
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
        &self.called.addresses
    }

    /// Where he appears, and whether the ticket is his.
    fn everywhere(&self) -> impl Iterator<Item = (TicketId, bool)> + '_ {
        let own = self.own.iter().map(|id| (*id, true));
        own.chain(self.elsewhere.iter().map(|id| (*id, false)))
    }

    fn is(&self, address: &str) -> bool {
        self.called.is(address)
    }
}

/// Refuses whoever has not `right` in every queue: a part would pass for the whole.
///
/// # Errors
/// [`Error::Forbidden`].
pub fn everywhere(actor: &Actor, right: Right) -> Result<()> {
    let all = actor.scope.holds_everywhere(right) || is_left_out(Check::WholePerson);
    if all { Ok(()) } else { Err(Error::Forbidden(say!("refused-person-queues", right = right))) }
}

/// Looks for all that is known of a customer.
///
/// # Errors
/// Those of [`everywhere`]; [`Error::NotFound`]; [`Error::Conflict`] for one who was merged into another.
pub fn find(
    conn: &mut Conn,
    actor: &Actor,
    _people: &PeopleAccess,
    id: CustomerId,
    right: Right,
) -> Result<Known> {
    everywhere(actor, right)?;
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
    let own: Vec<(TicketId, String)> = tickets::table
        .filter(tickets::customer_id.eq_any(&ids))
        .order(tickets::id)
        .select((tickets::id, tickets::customer_name))
        .load(conn)?;
    let mut learned: BTreeSet<String> = own.iter().map(|(_, name)| name.clone()).collect();
    let own: Vec<TicketId> = own.into_iter().map(|(id, _)| id).collect();
    let addresses = from_where::all(conn, &ids)?;
    let mut known = Known {
        customer,
        ids,
        called: Called { addresses, names: named(names), learned: Vec::new(), marks: Vec::new() },
        own,
        elsewhere: Vec::new(),
        written: Vec::new(),
    };
    known.elsewhere = from_where::elsewhere(conn, &known.called, &known.own)?;
    let everywhere: Vec<TicketId> = known.everywhere().map(|(id, _)| id).collect();
    for part in everywhere.chunks(AT_ONCE) {
        let rows: Vec<(ArticleId, String)> = articles::table
            .filter(articles::ticket_id.eq_any(part.to_vec()))
            .filter(articles::from_address.eq_any(&known.called.addresses))
            .order(articles::id)
            .select((articles::id, articles::from_name))
            .load(conn)?;
        for (id, name) in rows {
            known.written.push(id);
            learned.insert(name);
        }
    }
    let agents: Vec<String> = agents::table.select(agents::name).load(conn)?;
    let agents: BTreeSet<String> = agents.iter().map(|name| name.to_lowercase()).collect();
    let names = &known.called.names;
    let mut learned = named(learned);
    learned.retain(|name| is_whole(name) && !names.contains(name) && !agents.contains(&name.to_lowercase()));
    learned.truncate(LEARNED);
    known.called.learned = learned;
    Ok(known)
}

/// Names that are worth looking for.
fn named(names: BTreeSet<String>) -> Vec<String> {
    let names = names.into_iter().map(|name| name.trim().to_owned());
    names.filter(|name| name.chars().count() >= SHORTEST && !name.contains('@')).collect()
}

/// Whether a name is of two words or more: one alone means many people, or none.
fn is_whole(name: &str) -> bool {
    name.split_whitespace().nth(1).is_some()
}
