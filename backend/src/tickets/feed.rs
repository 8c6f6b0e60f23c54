//! Changes of all tickets for whoever follows them: only those of tickets that he may read at this moment.

use super::{Event, list, view};
use crate::{access::Actor, db::Conn, error::Result};

/// Changes after `after` that the actor may hear of, the oldest first, and how far the log was read: an event that he
/// may not hear of moves that on as well. Reads `limit` events at most.
///
/// # Errors
/// Those of the database.
pub fn after(conn: &mut Conn, actor: &Actor, after: i64, limit: i64) -> Result<(Vec<Event>, i64)> {
    let events = view::events_after(conn, after, limit)?;
    let read_to = events.last().map_or(after, |event| event.id.0);
    let mut ids: Vec<_> = events.iter().map(|event| event.ticket_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let readable = list::by_ids(conn, actor, &ids)?;
    let heard = events.into_iter().filter(|event| readable.contains_key(&event.ticket_id)).collect();
    Ok((heard, read_to))
}

/// The newest change, or 0: where a listener begins who has heard nothing yet.
///
/// # Errors
/// Those of the database.
pub fn newest(conn: &mut Conn) -> Result<i64> {
    view::last_event(conn)
}
