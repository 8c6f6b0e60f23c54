//! How many tickets there are to be done: kept, not counted.

use std::collections::HashMap;

use diesel::{
    prelude::*,
    sql_types::{BigInt, Bool, Text},
};

use crate::{
    access::{Actor, Scope},
    db::{Conn, Direct, Keep, QueueId, Right, State, once, schema::tickets},
    error::Result,
};

#[derive(Clone, QueryableByName)]
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

#[derive(Clone, QueryableByName)]
struct WaitingRow {
    #[diesel(sql_type = BigInt)]
    queue_id: i64,
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
    /// Those that wait for us: new or open, and no agent had the last word.
    pub waiting: i64,
}

/// Of all queues, whoever may read them.
#[derive(Clone)]
struct Kept {
    all: Vec<CountRow>,
    waiting: Vec<WaitingRow>,
}

fn kept(conn: &mut Conn) -> Result<Kept> {
    let all = diesel::sql_query(
        "SELECT queue_id, state, owned, CAST(SUM(n) AS BIGINT) AS n FROM queue_counts GROUP BY queue_id, state, owned",
    );
    let waiting = diesel::sql_query(
        "SELECT queue_id, CAST(SUM(n) AS BIGINT) AS n FROM queue_waiting GROUP BY queue_id",
    );
    Ok(Kept { all: all.kept().rows(conn)?, waiting: waiting.kept().rows(conn)? })
}

/// How many tickets the readable queues hold; kept, not counted.
///
/// # Errors
/// Those of the database.
pub fn counts(conn: &mut Conn, scope: &Scope) -> Result<HashMap<QueueId, Count>> {
    let Kept { all, waiting } = once(conn, "counts", kept)?;
    let mut counts: HashMap<QueueId, Count> = HashMap::new();
    for row in all {
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
    for row in waiting {
        // Those that may be read and hold anything are there already.
        if let Some(count) = counts.get_mut(&QueueId(row.queue_id)) {
            count.waiting = row.n;
        }
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
        .row(conn)?)
}
