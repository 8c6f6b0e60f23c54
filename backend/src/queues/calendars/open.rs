//! Deadlines that are open while the hours by which they count change.

use std::collections::HashMap;

use diesel::prelude::*;

use super::patience;
use crate::{
    db::{
        DeadlineKind, QueueId, TicketId, Ts, Tx, Wake, backend,
        schema::{deadlines, tickets},
    },
    error::Result,
    tickets::Moment,
};

/// Under this name whoever counts a deadline and whoever counts them all anew wait for each other.
const HOURS: &str = "hours";
/// Of so many tickets it is asked at once in which queue they lie.
const CHUNK: usize = 500;

/// From here to the end of the transaction nobody counts deadlines anew. Asked before hours are read by which one is set:
/// who changes the hours then sees that deadline, or it is counted by what he left. Else a lock that is taken in the same
/// moment would go on by the old hours, and where those are longer nothing would ever look at it in time.
///
/// # Errors
/// Those of the database.
pub fn hold_hours(tx: &mut Tx<'_>) -> Result<()> {
    backend::beside_others(tx, HOURS)
}

/// Counts the locks in these queues anew; how many run out at another moment now. A lock that ran for ever counts from
/// now on; one of which is not known when its counting began stays as it is.
///
/// # Errors
/// Those of the database.
pub(crate) fn recount(tx: &mut Tx<'_>, queues: &[QueueId], at: &Moment) -> Result<usize> {
    if queues.is_empty() {
        return Ok(0);
    }
    // Whoever read the old hours has committed his deadline before we look at them; see `hold_hours`.
    backend::one_at_a_time(tx, HOURS)?;
    let mut known = HashMap::new();
    for queue in queues {
        known.insert(*queue, patience(tx, *queue, &at.zone)?);
    }
    // Locks are few, tickets are many: the way leads from the deadlines to the tickets.
    let open: Vec<(TicketId, Option<Ts>, Ts)> = deadlines::table
        .filter(deadlines::kind.eq(DeadlineKind::Unlock))
        .select((deadlines::ticket_id, deadlines::since, deadlines::due_at))
        .load(&mut **tx)?;
    let mut changed = 0;
    for chunk in open.chunks(CHUNK) {
        let ids: Vec<TicketId> = chunk.iter().map(|(ticket, ..)| *ticket).collect();
        let places: HashMap<TicketId, QueueId> = tickets::table
            .filter(tickets::id.eq_any(ids))
            .select((tickets::id, tickets::queue_id))
            .load::<(TicketId, QueueId)>(&mut **tx)?
            .into_iter()
            .collect();
        for (ticket, since, due) in chunk {
            let patience = places.get(ticket).and_then(|queue| known.get(queue));
            let (Some(patience), Some(since)) = (patience, since) else { continue };
            // Somebody may have given up the lock, or answered, since it was read: his word is newer.
            let same = deadlines::table
                .find((*ticket, DeadlineKind::Unlock))
                .filter(deadlines::since.eq(*since).and(deadlines::due_at.eq(*due)));
            changed += match patience.until(since.0).map(Ts) {
                Some(now) if now == *due => 0,
                Some(now) => diesel::update(same).set(deadlines::due_at.eq(now)).execute(&mut **tx)?,
                None => diesel::delete(same).execute(&mut **tx)?,
            };
        }
    }
    let running: std::collections::HashSet<TicketId> = open.into_iter().map(|(ticket, ..)| ticket).collect();
    for (queue, patience) in &known {
        let Some(due) = patience.until(at.now) else { continue };
        let locked: Vec<TicketId> = tickets::table
            .filter(tickets::queue_id.eq(queue).and(tickets::active.eq(true)))
            .filter(tickets::locked_at.is_not_null())
            .select(tickets::id)
            .load(&mut **tx)?;
        for ticket in locked.into_iter().filter(|ticket| !running.contains(ticket)) {
            backend::put_deadline(tx, ticket, DeadlineKind::Unlock, Ts(due), Some(at.ts()))?;
            changed += 1;
        }
    }
    if changed > 0 {
        tx.wake(Wake::SCHEDULE);
    }
    Ok(changed)
}
