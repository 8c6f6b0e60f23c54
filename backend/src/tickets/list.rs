//! Lists of tickets. Each begins with the person who may see them, and reads an index in its order.

use std::collections::HashMap;

use diesel::{
    dsl::IntoBoxed,
    prelude::*,
    sql_types::{BigInt, Bool, Text},
};

use super::Ticket;
use crate::{
    access::{Actor, Scope},
    db::{
        AgentId, Conn, Keep, MultiBackend, QueueId, Right, State, TicketId, Ts,
        schema::{reads, tickets, watchers},
    },
    error::{Error, Result, say},
};

/// How many tickets a page holds at most.
const MOST: i64 = 200;

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
    /// Watched by this agent.
    pub watcher: Option<AgentId>,
}

/// Whose tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of this agent.
    Agent(AgentId),
    /// Of nobody.
    Nobody,
}

/// A place in a list: what comes after this ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Its last change.
    pub updated_at: Ts,
    /// Its key.
    pub id: TicketId,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:x}-{:x}", self.updated_at.0.as_microsecond(), self.id.0)
    }
}

impl std::str::FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::invalid("cursor", say!("refused-cursor"));
        let (at, id) = text.split_once('-').ok_or_else(wrong)?;
        let micros = i64::from_str_radix(at, 16).map_err(|_| wrong())?;
        let id = i64::from_str_radix(id, 16).map_err(|_| wrong())?;
        let at = jiff::Timestamp::from_microsecond(micros).map_err(|_| wrong())?;
        Ok(Self { updated_at: Ts(at), id: TicketId(id) })
    }
}

/// A ticket in a list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The ticket.
    pub ticket: Ticket,
    /// Whether it holds something that the reader has not seen.
    pub unread: bool,
}

/// Tickets that the actor may read, the last changed first, and where the next page begins.
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
    let mut found = Vec::new();
    // The indexes tell active tickets from done ones: a list of both reads each in order and merges them.
    let parts: &[bool] = match (filter.state, filter.all_states) {
        (None, true) => &[true, false],
        (state, _) => {
            if state.is_none_or(State::is_active) {
                &[true]
            } else {
                &[false]
            }
        }
    };
    for active in parts {
        let mut query = filtered(&actor.scope, actor.agent.id, filter).filter(tickets::active.eq(*active));
        if let Some(Cursor { updated_at, id }) = after {
            query = query.filter(
                tickets::updated_at
                    .lt(updated_at)
                    .or(tickets::updated_at.eq(updated_at).and(tickets::id.lt(id))),
            );
        }
        let part: Vec<Ticket> = query
            .order((tickets::updated_at.desc(), tickets::id.desc()))
            .limit(limit + 1)
            .select(Ticket::as_select())
            .kept()
            .load(conn)?;
        found.extend(part);
    }
    found.sort_by_key(|ticket| std::cmp::Reverse((ticket.updated_at, ticket.id)));
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > shown;
    found.truncate(shown);
    let next = found.last().filter(|_| more).map(|last| Cursor { updated_at: last.updated_at, id: last.id });
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
            let mine: Box<
                dyn BoxableExpression<
                        tickets::table,
                        MultiBackend,
                        SqlType = diesel::sql_types::Nullable<Bool>,
                    >,
            > = Box::new(tickets::queue_id.eq_any(readable).or(tickets::owner_id.eq(agent)));
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
    if let Some(agent) = filter.watcher {
        // An agent watches few: they are found by their keys.
        let watched = watchers::table.filter(watchers::agent_id.eq(agent)).select(watchers::ticket_id);
        query = query.filter(tickets::id.eq_any(watched));
    }
    match filter.locked {
        Some(true) => query = query.filter(tickets::locked_at.is_not_null()),
        Some(false) => query = query.filter(tickets::locked_at.is_null()),
        None => {}
    }
    query
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    queue_id: i64,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Bool)]
    owned: bool,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many tickets a queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// New, open or pending.
    pub active: i64,
    /// New ones.
    pub new: i64,
    /// Active ones that nobody owns.
    pub unowned: i64,
    /// Pending ones.
    pub pending: i64,
}

/// How many tickets the readable queues hold; kept, not counted.
///
/// # Errors
/// Those of the database.
pub fn counts(conn: &mut Conn, scope: &Scope) -> Result<HashMap<QueueId, Count>> {
    let rows: Vec<CountRow> = diesel::sql_query(
        "SELECT queue_id, state, owned, CAST(SUM(n) AS BIGINT) AS n FROM queue_counts GROUP BY queue_id, state, owned",
    )
    .kept()
    .load(conn)?;
    let mut counts: HashMap<QueueId, Count> = HashMap::new();
    for row in rows {
        let queue = QueueId(row.queue_id);
        let Ok(state) = row.state.parse::<State>() else { continue };
        if !scope.in_queue(queue).has(Right::Read) || !state.is_active() {
            continue;
        }
        let count = counts.entry(queue).or_default();
        count.active += row.n;
        count.new += if state == State::New { row.n } else { 0 };
        count.unowned += if row.owned { 0 } else { row.n };
        count.pending += if state.is_pending() { row.n } else { 0 };
    }
    Ok(counts)
}

/// How many active tickets the agent owns. An agent owns few: this reads an index of them.
///
/// # Errors
/// Those of the database.
pub fn count_mine(conn: &mut Conn, actor: &Actor) -> Result<i64> {
    if !actor.scope.keeps_own() {
        return Ok(0);
    }
    Ok(tickets::table
        .filter(tickets::owner_id.eq(actor.agent.id).and(tickets::active.eq(true)))
        .count()
        .get_result(conn)?)
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
