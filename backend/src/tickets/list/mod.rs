//! Lists of tickets. Each begins with the person who may see them, and reads an index in its order.

mod condition;
mod counts;
mod order;

use std::collections::{HashMap, HashSet};

use diesel::{
    dsl::IntoBoxed,
    prelude::*,
    sql_types::{Bool, Nullable},
};

use self::condition::Asked;
pub use self::{
    condition::{Condition, Side, Test},
    counts::{Count, count_mine, counts},
    order::{Cursor, Sort},
};
use super::Ticket;
use crate::{
    access::{Actor, Scope},
    db::{
        AgentId, Conn, Keep, MultiBackend, QueueId, Right, State, TicketId, backend,
        schema::{reads, tickets},
    },
    error::Result,
};

/// How many tickets a page holds at most.
const MOST: i64 = 200;
/// A set of so many tickets at most is taken as the way into the list; a larger one is met on the way through it.
const FEW: usize = 2_000;

/// Which tickets.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In this queue.
    pub queue: Option<QueueId>,
    /// In this state; `None`: wherever somebody still has to do something.
    pub state: Option<State>,
    /// Also closed ones.
    pub all_states: bool,
    /// Whose.
    pub owner: Option<Whose>,
    /// Of this customer.
    pub customer: Option<crate::db::CustomerId>,
    /// Whether somebody is on it.
    pub locked: Option<bool>,
    /// What else is asked of them: all of it.
    pub also: Vec<Condition>,
    /// In which order they stand.
    pub sort: Sort,
}

/// Whose tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of this agent.
    Agent(AgentId),
    /// Of nobody.
    Nobody,
}

/// A ticket in a list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The ticket.
    pub ticket: Ticket,
    /// Whether it holds something that the reader has not seen.
    pub unread: bool,
}

/// Tickets that the actor may read, in the filter's order, and where the next page begins.
///
/// # Errors
/// Those of the database.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &Filter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<(Vec<Row>, Option<Cursor>)> {
    let limit = limit.clamp(1, MOST);
    let mut found = find(conn, actor, filter, after, limit + 1)?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > shown;
    found.truncate(shown);
    let next = found.last().filter(|_| more).map(|last| filter.sort.place_of(last));
    let seen = seen_by(conn, actor.agent.id, &found)?;
    let rows = found
        .into_iter()
        .map(|ticket| {
            let seen = seen.get(&ticket.id).copied().unwrap_or(0).max(actor.agent.read_floor);
            Row { unread: ticket.last_article_id > seen, ticket }
        })
        .collect();
    Ok((rows, next))
}

/// How many tickets the filter finds, but no more than `most`: counting stops there.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Conn, actor: &Actor, filter: &Filter, most: i64) -> Result<i64> {
    let mut found = 0;
    for query in ways(conn, actor, filter)? {
        let ids: Vec<TicketId> = query.select(tickets::id).limit(most - found).load(conn)?;
        found += i64::try_from(ids.len()).unwrap_or(0);
        if found >= most {
            break;
        }
    }
    Ok(found)
}

fn find(
    conn: &mut Conn,
    actor: &Actor,
    filter: &Filter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Ticket>> {
    let mut found: Vec<Ticket> = Vec::new();
    for query in ways(conn, actor, filter)? {
        let query = filter.sort.order(query, after).limit(limit).select(Ticket::as_select());
        // A statement that holds what somebody looks for is one of many; the plain lists are few.
        let part = if filter.also.is_empty() { query.kept().load(conn)? } else { query.load(conn)? };
        found.extend(part);
    }
    filter.sort.merge(&mut found);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// The statements that together give the tickets of a filter, none of them twice; each reads an index in the order of the
/// list, or the few tickets that a set of the filter leaves.
fn ways(conn: &mut Conn, actor: &Actor, filter: &Filter) -> Result<Vec<Boxed>> {
    for (at, condition) in filter.also.iter().enumerate() {
        let Some(keys) = condition.keys(conn, FEW + 1)?.filter(|keys| keys.len() <= FEW) else { continue };
        let few = beside(conn, actor, filter).filter(tickets::id.eq_any(keys));
        let mut query = filter.sort.only(few);
        for (_, other) in filter.also.iter().enumerate().filter(|(other, _)| *other != at) {
            query = query.filter(other.asked(conn));
        }
        return Ok(vec![query]);
    }
    let with = |mut query: Boxed| {
        // Only what is searched for can let a walk be long.
        if let Some(asked) = backend::still_time(conn, "tickets.id").filter(|_| !filter.also.is_empty()) {
            query = query.filter(Asked::plain(asked));
        }
        for condition in &filter.also {
            query = query.filter(condition.asked(conn));
        }
        query
    };
    let parts = [true, false].into_iter().filter(|active| filter.may_be(*active));
    Ok(match filter.sort {
        // The indexes tell active tickets from done ones: a list of both reads each in order and merges them.
        Sort::Changed => {
            let hot =
                |active| filtered(&actor.scope, actor.agent.id, filter).filter(tickets::active.eq(active));
            parts.map(|active| with(hot(active))).collect()
        }
        Sort::Priority => {
            parts.map(|active| with(beside(conn, actor, filter).filter(tickets::active.eq(active)))).collect()
        }
        sort => vec![with(sort.only(beside(conn, actor, filter)))],
    })
}

impl Filter {
    /// Whether it can find tickets that are still to be done, or such that are not.
    fn may_be(&self, active: bool) -> bool {
        let state = match (self.state, self.all_states) {
            (Some(state), _) => state.is_active() == active,
            (None, all) => all || active,
        };
        state
            && self.also.iter().all(|condition| match &condition.test {
                _ if condition.negated => true,
                Test::States(states) => states.iter().any(|state| state.is_active() == active),
                Test::Waits(_) => active,
                _ => true,
            })
    }
}

/// Whether the ticket holds something that the actor has not seen.
///
/// # Errors
/// Those of the database.
pub fn is_unread(conn: &mut Conn, actor: &Actor, ticket: &Ticket) -> Result<bool> {
    let seen = seen_by(conn, actor.agent.id, std::slice::from_ref(ticket))?;
    Ok(ticket.last_article_id > seen.get(&ticket.id).copied().unwrap_or(0).max(actor.agent.read_floor))
}

fn seen_by(conn: &mut Conn, agent: AgentId, found: &[Ticket]) -> Result<HashMap<TicketId, i64>> {
    let ids: Vec<_> = found.iter().map(|ticket| ticket.id).collect();
    Ok(reads::table
        .filter(reads::agent_id.eq(agent).and(reads::ticket_id.eq_any(ids)))
        .select((reads::ticket_id, reads::article_id))
        .kept()
        .load::<(TicketId, i64)>(conn)?
        .into_iter()
        .collect())
}

type Boxed = IntoBoxed<'static, tickets::table, MultiBackend>;

fn filtered(scope: &Scope, agent: AgentId, filter: &Filter) -> Boxed {
    let mut query = tickets::table.into_boxed();
    if !scope.keeps_own() {
        // Nobody has this key.
        query = query.filter(tickets::id.eq(TicketId(0)));
    }
    match filter.queue {
        // One queue: its own index in order. Whether it may be read is decided here, not by the caller.
        Some(queue) if scope.in_queue(queue).has(Right::Read) => {
            query = query.filter(tickets::queue_id.eq(queue))
        }
        Some(queue) => query = query.filter(tickets::queue_id.eq(queue).and(tickets::owner_id.eq(agent))),
        None if scope.everywhere(Right::Read) => {}
        None => {
            let readable = scope.queues_with(Right::Read);
            let mine: Box<dyn BoxableExpression<tickets::table, MultiBackend, SqlType = Nullable<Bool>>> =
                Box::new(tickets::queue_id.eq_any(readable).or(tickets::owner_id.eq(agent)));
            query = query.filter(mine);
        }
    }
    match (filter.state, filter.all_states) {
        (Some(state), _) => query = query.filter(tickets::state.eq(state)),
        (None, true) => query = query.filter(tickets::state.ne(State::Removed)),
        (None, false) => {}
    }
    match filter.owner {
        Some(Whose::Agent(owner)) => query = query.filter(tickets::owner_id.eq(owner)),
        Some(Whose::Nobody) => query = query.filter(tickets::owner_id.is_null()),
        None => {}
    }
    if let Some(customer) = filter.customer {
        query = query.filter(tickets::customer_id.eq(customer));
    }
    match filter.locked {
        Some(true) => query = query.filter(tickets::locked_at.is_not_null()),
        Some(false) => query = query.filter(tickets::locked_at.is_null()),
        None => {}
    }
    query
}

/// [`filtered`], said so that SQLite takes no index for it.
fn beside(conn: &Conn, actor: &Actor, filter: &Filter) -> Boxed {
    let (scope, me) = (&actor.scope, actor.agent.id);
    let mut query = tickets::table.into_boxed();
    let also = |query: Boxed, test: Test| query.filter(Condition::from(test).asked(conn));
    if !scope.keeps_own() {
        return query.filter(Asked::plain("1 = 0".to_owned()));
    }
    match filter.queue {
        Some(queue) => {
            query = also(query, Test::Queues(vec![queue]));
            if !scope.in_queue(queue).has(Right::Read) {
                query = also(query, Test::Owners(vec![Some(me)]));
            }
        }
        None if scope.everywhere(Right::Read) => {}
        None => query = also(query, Test::Readable(scope.queues_with(Right::Read), me)),
    }
    query = match (filter.state, filter.all_states) {
        (Some(state), _) => also(query, Test::States(vec![state.into()])),
        (None, true) => query.filter(Asked::plain("tickets.state <> 'removed'".to_owned())),
        (None, false) => query.filter(Asked::plain("tickets.active IS TRUE".to_owned())),
    };
    match filter.owner {
        Some(Whose::Agent(owner)) => query = also(query, Test::Owners(vec![Some(owner)])),
        Some(Whose::Nobody) => query = also(query, Test::Owners(vec![None])),
        None => {}
    }
    if let Some(customer) = filter.customer {
        query = query.filter(Asked::plain(format!("COALESCE(tickets.customer_id, 0) = {customer}")));
    }
    match filter.locked {
        Some(locked) => query.filter(Condition { test: Test::Locked, negated: !locked }.asked(conn)),
        None => query,
    }
}

/// Those of these tickets that the actor may read, without the bin.
///
/// # Errors
/// Those of the database.
pub fn by_ids(conn: &mut Conn, actor: &Actor, ids: &[TicketId]) -> Result<HashMap<TicketId, Ticket>> {
    let mut found = by_ids_everywhere(conn, actor, ids)?;
    found.retain(|_, ticket| ticket.state != State::Removed);
    Ok(found)
}

/// Which of these tickets the actor may read, without the bin. Asked on each page: as many ids as a power of two are sent,
/// so that few statements serve all.
///
/// # Errors
/// Those of the database.
pub fn readable_of(conn: &mut Conn, actor: &Actor, ids: &[TicketId]) -> Result<HashSet<TicketId>> {
    let Some(last) = ids.last() else { return Ok(HashSet::new()) };
    let mut asked = ids.to_vec();
    asked.resize(ids.len().next_power_of_two(), *last);
    let rows: Vec<TicketId> = filtered(&actor.scope, actor.agent.id, &Filter::default())
        .filter(tickets::id.eq_any(asked).and(tickets::state.ne(State::Removed)))
        .select(tickets::id)
        .kept()
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Those of these tickets that the actor may read, also in the bin.
///
/// # Errors
/// Those of the database.
pub fn by_ids_everywhere(
    conn: &mut Conn,
    actor: &Actor,
    ids: &[TicketId],
) -> Result<HashMap<TicketId, Ticket>> {
    Ok(filtered(&actor.scope, actor.agent.id, &Filter::default())
        .filter(tickets::id.eq_any(ids.to_vec()))
        .select(Ticket::as_select())
        .load::<Ticket>(conn)?
        .into_iter()
        .map(|ticket| (ticket.id, ticket))
        .collect())
}
