//! The rows of bulks: chosen, started, looked at.

use std::collections::HashSet;

use diesel::prelude::*;
use jiff::SignedDuration;

use super::{Bulk, Deed, Item};
use crate::{
    access::{Actor, Check, is_left_out},
    db::{
        AgentId, BulkId, BulkItemState, BulkState, Cause, Conn, Direct, TicketId, Ts, Tx, Wake, columns,
        each,
        schema::{bulk_items, bulks},
    },
    error::{Error, Result, say},
    tickets::{Moment, list},
};

/// So many tickets at once.
pub const MOST: usize = 5_000;
/// So many rows in one statement.
const ROWS: usize = 500;
/// How long a page offers to undo what was just done.
const JUST_NOW: SignedDuration = SignedDuration::from_secs(10);

/// How far a bulk is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// So many tickets wait.
    pub waiting: i64,
    /// So many are done.
    pub done: i64,
    /// So many were refused.
    pub refused: i64,
}

impl Progress {
    /// All of them.
    pub fn total(self) -> i64 {
        self.waiting + self.done + self.refused
    }
}

/// Keeps a choice of tickets, each once, in this order. What the actor may not read is left out; whether he may do what
/// he will choose is asked for each when it is done.
///
/// # Errors
/// [`Error::Invalid`] for no ticket at all, or too many.
pub fn choose(
    tx: &mut Tx<'_>,
    actor: &Actor,
    tickets: &[TicketId],
    back: &str,
    at: &Moment,
) -> Result<BulkId> {
    let mut seen = HashSet::new();
    let mut chosen: Vec<TicketId> = Vec::new();
    for part in tickets.chunks(ROWS) {
        let readable = list::by_ids_everywhere(tx, actor, part)?;
        chosen.extend(part.iter().filter(|id| readable.contains_key(id) && seen.insert(**id)));
        if chosen.len() > MOST {
            return Err(Error::invalid("ticket", say!("bulk-too-many", most = MOST)));
        }
    }
    make(tx, actor, &chosen, back, None, at)
}

fn make(
    tx: &mut Tx<'_>,
    actor: &Actor,
    chosen: &[TicketId],
    back: &str,
    undoes: Option<BulkId>,
    at: &Moment,
) -> Result<BulkId> {
    if chosen.is_empty() {
        return Err(Error::invalid("ticket", say!("bulk-none")));
    }
    let cause = if actor.cause == Cause::Api { Cause::Api } else { Cause::Web };
    let id: BulkId = diesel::insert_into(bulks::table)
        .values((
            bulks::agent_id.eq(actor.agent.id),
            bulks::cause.eq(cause),
            bulks::state.eq(BulkState::Chosen),
            bulks::back.eq(back),
            bulks::undoes.eq(undoes),
            bulks::created_at.eq(at.ts()),
        ))
        .returning(bulks::id)
        .get_result(&mut **tx)?;
    for (part, ids) in chosen.chunks(ROWS).enumerate() {
        let rows: Vec<_> = ids
            .iter()
            .enumerate()
            .map(|(at, ticket)| {
                (
                    bulk_items::bulk_id.eq(id),
                    bulk_items::ticket_id.eq(*ticket),
                    bulk_items::position.eq(i32::try_from(part * ROWS + at).unwrap_or(i32::MAX)),
                    bulk_items::state.eq(BulkItemState::Waiting),
                )
            })
            .collect();
        each!(&mut **tx, |c| diesel::insert_into(bulk_items::table).values(&rows).execute(c))?;
    }
    Ok(id)
}

/// Says what is done to the chosen tickets, and lets it begin.
///
/// # Errors
/// [`Error::Conflict`] when it has begun already; [`Error::Invalid`] for what no ticket could take.
pub fn start(tx: &mut Tx<'_>, actor: &Actor, id: BulkId, deed: &Deed, at: &Moment) -> Result<()> {
    get(tx, actor, id)?;
    deed.check(at)?;
    if deed.writes() {
        super::files::check(tx, id)?;
    }
    let begun = diesel::update(bulks::table.find(id).filter(bulks::state.eq(BulkState::Chosen)))
        .set((bulks::deed.eq(serde_json::to_string(deed)?), bulks::state.eq(BulkState::Running)))
        .execute(&mut **tx)?;
    if begun == 0 {
        return Err(Error::Conflict(say!("bulk-begun")));
    }
    tx.wake(Wake::BULK);
    Ok(())
}

/// What holds the news together when all open tickets of somebody go to a colleague: done, and of no tickets.
pub(crate) fn for_hand_over(tx: &mut Tx<'_>, actor: AgentId, to: AgentId, at: &Moment) -> Result<BulkId> {
    Ok(diesel::insert_into(bulks::table)
        .values((
            bulks::agent_id.eq(actor),
            bulks::cause.eq(Cause::Web),
            bulks::state.eq(BulkState::Done),
            bulks::deed.eq(serde_json::to_string(&Deed::Assign { owner: Some(to) })?),
            bulks::back.eq(""),
            bulks::created_at.eq(at.ts()),
        ))
        .returning(bulks::id)
        .get_result(&mut **tx)?)
}

/// Chooses and starts in one.
///
/// # Errors
/// As [`choose`] and [`start`].
pub fn begin(
    tx: &mut Tx<'_>,
    actor: &Actor,
    tickets: &[TicketId],
    deed: &Deed,
    back: &str,
    at: &Moment,
) -> Result<BulkId> {
    let id = choose(tx, actor, tickets, back, at)?;
    start(tx, actor, id, deed, at)?;
    Ok(id)
}

/// Undoes what a bulk did, ticket by ticket, as another bulk.
///
/// # Errors
/// [`Error::Conflict`] for one that still runs, did nothing, or is being undone already.
pub fn undo_all(tx: &mut Tx<'_>, actor: &Actor, id: BulkId, at: &Moment) -> Result<BulkId> {
    crate::db::backend::one_at_a_time(tx, "bulk_undo")?;
    let bulk = get(tx, actor, id)?;
    let others: i64 = bulks::table.filter(bulks::undoes.eq(id)).count().get_result(&mut **tx)?;
    if others > 0 {
        return Err(Error::Conflict(say!("bulk-undone")));
    }
    if bulk.state != BulkState::Done || bulk.undoes.is_some() {
        return Err(Error::Conflict(say!("bulk-not-undoable")));
    }
    let done: Vec<TicketId> = bulk_items::table
        .filter(bulk_items::bulk_id.eq(id).and(bulk_items::state.eq(BulkItemState::Done)))
        .order(bulk_items::position)
        .select(bulk_items::ticket_id)
        .load(&mut **tx)?;
    if done.is_empty() {
        return Err(Error::Conflict(say!("bulk-not-undoable")));
    }
    let back = make(tx, actor, &done, &bulk.back, Some(id), at)?;
    start(tx, actor, back, &Deed::Undo { bulk: id }, at)?;
    Ok(back)
}

/// A bulk of the actor's own.
///
/// # Errors
/// [`Error::NotFound`] for anybody else's.
pub fn get(conn: &mut Conn, actor: &Actor, id: BulkId) -> Result<Bulk> {
    let bulk: Bulk = bulks::table.find(id).select(Bulk::as_select()).first(conn)?;
    if bulk.agent_id == actor.agent.id || is_left_out(Check::OwnBulk) {
        Ok(bulk)
    } else {
        Err(Error::NotFound)
    }
}

/// How far it is.
///
/// # Errors
/// Those of the database.
pub fn progress(conn: &mut Conn, id: BulkId) -> Result<Progress> {
    let count = |conn: &mut Conn, state: BulkItemState| -> Result<i64> {
        Ok(bulk_items::table
            .filter(bulk_items::bulk_id.eq(id).and(bulk_items::state.eq(state)))
            .count()
            .get_result(conn)?)
    };
    Ok(Progress {
        waiting: count(conn, BulkItemState::Waiting)?,
        done: count(conn, BulkItemState::Done)?,
        refused: count(conn, BulkItemState::Refused)?,
    })
}

/// Its tickets in one state, in their order, after this place.
///
/// # Errors
/// Those of the database.
pub fn items(
    conn: &mut Conn,
    bulk: &Bulk,
    state: Option<BulkItemState>,
    after: i32,
    limit: i64,
) -> Result<Vec<Item>> {
    let mut query = bulk_items::table
        .filter(bulk_items::bulk_id.eq(bulk.id).and(bulk_items::position.gt(after)))
        .order(bulk_items::position)
        .limit(limit)
        .select(Item::as_select())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(bulk_items::state.eq(state));
    }
    Ok(query.load(conn)?)
}

/// The bulks of the actor that ended just now and can be undone, with how many tickets they changed; the newest first.
///
/// # Errors
/// Those of the database.
pub fn offered(conn: &mut Conn, actor: &Actor, now: jiff::Timestamp) -> Result<Vec<(Bulk, i64)>> {
    let since = Ts(now.checked_sub(JUST_NOW).unwrap_or(now));
    let found: Vec<Bulk> = bulks::table
        .filter(bulks::agent_id.eq(actor.agent.id).and(bulks::finished_at.gt(since)))
        .filter(bulks::undoes.is_null())
        .order(bulks::finished_at.desc())
        .limit(2)
        .select(columns::<Bulk>())
        .rows(conn)?;
    let mut offered = Vec::new();
    for bulk in found {
        let undone: i64 = bulks::table.filter(bulks::undoes.eq(bulk.id)).count().get_result(conn)?;
        let done = progress(conn, bulk.id)?.done;
        if undone == 0 && done > 0 {
            offered.push((bulk, done));
        }
    }
    Ok(offered)
}
