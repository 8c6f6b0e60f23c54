//! What falls due: lock timeouts, reminders, tickets that close by themselves. Fired from an index of moments,
//! within seconds, once.

pub mod working_time;

use std::time::Duration;

use diesel::prelude::*;
use tokio::sync::watch;

use crate::{
    access,
    db::{
        Cause, DeadlineKind, Direct, TicketId, Ts, Wake, backend, orphans,
        schema::{deadlines, idempotency_keys},
    },
    desk::Desk,
    error::{Error, Result},
    notify::{board, gathering},
    outbox::reply_token,
    people::sessions,
    queues::{calendars, templates::own},
    tickets::{Moment, bulk, lock, state, uploads},
};

/// So many moments are handled before the clock is looked at again.
const BATCH: i64 = 100;
/// How often what is over is thrown away.
const SWEEP: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);
/// How often files that nothing names are looked for.
const TIDY: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);
/// How long the answer to a request with an `Idempotency-Key` is kept.
const KEYS: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// Fires deadlines until told to stop.
pub async fn run(desk: Desk, mut stop: watch::Receiver<bool>) {
    let (mut swept, mut tidied) = (jiff::Timestamp::MIN, jiff::Timestamp::MIN);
    while !*stop.borrow() {
        let now = desk.clock.now();
        match fire(&desk).await {
            // More may be due already.
            Ok(fired) if fired > 0 => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "deadlines wait: the database does not answer"),
        }
        match gathering::fire(&desk).await {
            Ok(fired) if fired > 0 => continue,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "what gathered for agents waits: the database does not answer")
            }
        }
        if now.duration_since(swept) > SWEEP {
            swept = now;
            if let Err(error) = sweep(&desk).await {
                tracing::warn!(%error, "could not throw away what is over");
            }
        }
        if now.duration_since(tidied) > TIDY {
            tidied = now;
            if let Err(error) = orphans::sweep(&desk.db, now).await {
                tracing::warn!(%error, "could not look for files that nothing names");
            }
        }
        tokio::select! {
            () = desk.db.wakers().sleep(Wake::SCHEDULE, desk.poll().max(Duration::from_millis(10))) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Fires what is due now; how many.
///
/// # Errors
/// When the database does not answer.
pub async fn fire(desk: &Desk) -> Result<usize> {
    let now = Ts(desk.clock.now());
    let due: Vec<(TicketId, DeadlineKind)> = desk
        .db
        .read(move |conn| {
            Ok(deadlines::table
                .filter(deadlines::due_at.le(now))
                .order(deadlines::due_at)
                .limit(BATCH)
                .select((deadlines::ticket_id, deadlines::kind))
                .load(conn)?)
        })
        .await?;
    let mut fired = 0;
    for (ticket, kind) in due {
        let at = desk.moment();
        match desk.db.write(move |tx| fire_one(tx, ticket, kind, &at)).await {
            Ok(()) => fired += 1,
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(error) => {
                tracing::error!(ticket = ticket.0, %kind, %error, "a deadline could not be carried out; it is dropped");
                desk.db
                    .write(move |tx| {
                        diesel::delete(deadlines::table.find((ticket, kind))).execute(&mut **tx)?;
                        Ok(())
                    })
                    .await?;
            }
        }
    }
    Ok(fired)
}

/// Whoever deletes the row carries it out: on several nodes only one does.
fn fire_one(tx: &mut crate::db::Tx<'_>, ticket: TicketId, kind: DeadlineKind, at: &Moment) -> Result<()> {
    backend::hold_ticket(tx, ticket)?;
    if kind == DeadlineKind::Unlock {
        // Before the row is ours: whoever counts deadlines anew waits for it, and we would wait for him.
        calendars::hold_hours(tx)?;
    }
    let mine: Option<Option<Ts>> =
        diesel::delete(deadlines::table.find((ticket, kind)).filter(deadlines::due_at.le(at.ts())))
            .returning(deadlines::since)
            .row(tx)
            .optional()?;
    let Some(since) = mine else { return Ok(()) };
    let mut access = access::for_machine(tx, ticket, Cause::Deadline)?;
    if kind == DeadlineKind::Unlock && lock::has_time(tx, &access, since, at)? {
        return Ok(());
    }
    match kind {
        DeadlineKind::Unlock => lock::time_out(tx, &mut access, at),
        DeadlineKind::Reminder | DeadlineKind::AutoClose => state::fall_due(tx, &mut access, kind, at),
    }
}

async fn sweep(desk: &Desk) -> Result<()> {
    let (now, limits, blobs) = (desk.clock.now(), desk.config.limits, desk.db.blobs().clone());
    desk.db.write(move |tx| crate::audit::fold(tx, Ts(now))).await?;
    crate::postmaster::retention::sweep(desk).await?;
    crate::tickets::purge::sweep(desk).await?;
    desk.db
        .write(move |tx| {
            sessions::sweep(tx, &limits, now)?;
            reply_token::rotate(tx, now)?;
            board::sweep(tx, now)?;
            uploads::sweep(tx, now)?;
            crate::outbox::trial::sweep(tx, now)?;
            bulk::sweep_files(tx, &blobs, now)?;
            own::sweep(tx, now)?;
            let old = Ts(now.checked_sub(KEYS).unwrap_or(now));
            diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(old)))
                .execute(&mut **tx)?;
            backend::fold_queue_counts(tx)
        })
        .await?;
    crate::audit::witness::keep(desk).await
}
