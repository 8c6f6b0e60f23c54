//! Changes of all tickets for whoever follows them: only those of tickets that he may read at this moment.

use jiff::{SignedDuration, Timestamp};

use super::{Event, list, view};
use crate::{access::Actor, db::Conn, error::Result};

/// PostgreSQL numbers events before it commits them: one with a smaller number may come into sight later, but not later
/// than a transaction can last.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_secs(15);

/// A look into the log of changes.
#[derive(Clone, Debug)]
pub struct Glance {
    /// What the actor may hear of, the oldest first. The last seconds come again at the next look.
    pub events: Vec<Event>,
    /// Where to look on from: nothing older will come into sight.
    pub settled: i64,
    /// Whether there is more to read at once.
    pub more: bool,
}

/// Changes after `after` that the actor may hear of, `limit` at most.
///
/// # Errors
/// Those of the database.
pub fn after(conn: &mut Conn, actor: &Actor, after: i64, limit: i64, now: Timestamp) -> Result<Glance> {
    let events = view::events_after(conn, after, limit)?;
    let more = i64::try_from(events.len()).unwrap_or(i64::MAX) >= limit;
    let is_settled = |event: &&Event| more || now.duration_since(event.at.0) > SETTLED_AFTER;
    let settled = events.iter().take_while(is_settled).last().map_or(after, |event| event.id.0);
    let mut ids: Vec<_> = events.iter().map(|event| event.ticket_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let readable = list::by_ids(conn, actor, &ids)?;
    let heard = events.into_iter().filter(|event| readable.contains_key(&event.ticket_id)).collect();
    Ok(Glance { events: heard, settled, more })
}

/// The newest change, or 0: where a listener begins who has heard nothing yet.
///
/// # Errors
/// Those of the database.
pub fn newest(conn: &mut Conn) -> Result<i64> {
    view::last_event(conn)
}
