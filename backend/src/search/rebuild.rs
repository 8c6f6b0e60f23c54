//! Tickets from before there was this index are said to it in the background, the newest first.

use tokio::sync::watch;

use crate::{
    db::{
        Conn, TicketId, Tx, backend,
        schema::{settings, tickets},
        ticket_text,
    },
    desk::Desk,
    error::Result,
};
use diesel::prelude::*;

/// Where the work stands: the key below which tickets are still to be said; 0: all are.
const PLACE: &str = "ticket_text_below";
/// So many tickets share a transaction: mail waits for no more than these.
const AT_ONCE: i64 = 50;

/// Says to the index what it does not know yet, until all is said or the process ends. New tickets need nothing of it.
pub async fn run(desk: Desk, stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match desk.db.write(step).await {
            Ok(true) => tokio::task::yield_now().await,
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(%error, "older tickets are not all found yet; goes on after the next start");
                return;
            }
        }
    }
}

/// How many tickets the index does not know yet: those that the rebuilding has not come to, and what waits to be said.
///
/// # Errors
/// Those of the database.
pub fn left(conn: &mut Conn) -> Result<i64> {
    let place: Option<String> = settings::table.find(PLACE).select(settings::value).first(conn).optional()?;
    // Before the first step nothing is known; the rebuilding begins with the server.
    let Some(below) = place.and_then(|text| text.parse::<i64>().ok()) else { return Ok(0) };
    Ok(tickets::table.filter(tickets::id.lt(TicketId(below))).count().get_result(conn)?)
}

fn step(tx: &mut Tx<'_>) -> Result<bool> {
    backend::one_at_a_time(tx, PLACE)?;
    let place: Option<String> =
        settings::table.find(PLACE).select(settings::value).first(&mut **tx).optional()?;
    let below = place.and_then(|text| text.parse().ok()).unwrap_or(i64::MAX);
    if below == 0 {
        return Ok(false);
    }
    let last = ticket_text::rebuild(tx, TicketId(below), AT_ONCE)?;
    backend::put_setting(tx, PLACE, &last.map_or(0, |id| id.0).to_string())?;
    Ok(last.is_some())
}
