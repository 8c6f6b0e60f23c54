//! Which mails this process sends now, and for how long they are its own.

use std::time::Duration;

use diesel::prelude::*;
use jiff::SignedDuration;

use super::Outgoing;
use crate::{
    db::{Delivery, OutboxId, Ts, backend, schema::outbox},
    desk::Desk,
    error::Result,
};

/// So many mails are taken at once.
const BATCH: i64 = 40;
/// Whoever has not renewed his claim by then has lost the mail: another node sends it again, byte for byte.
const LEASE: SignedDuration = SignedDuration::from_secs(25);
/// How often a claim is renewed while the relay takes its time.
const RENEW: Duration = Duration::from_secs(8);

/// With SQLite only this process sends: whatever is `sending` at its start was interrupted by a crash. With PostgreSQL
/// another node may have it; its lease decides.
pub(super) async fn recover(desk: &Desk) -> Result<()> {
    if !matches!(desk.config.database, crate::config::DatabaseUrl::Sqlite(_)) {
        return Ok(());
    }
    let now = Ts(desk.clock.now());
    desk.db
        .write(move |tx| {
            diesel::update(outbox::table.filter(outbox::state.eq(Delivery::Sending)))
                .set((
                    outbox::state.eq(Delivery::Uncertain),
                    outbox::error.eq("Turnstone was stopped while this mail was being handed over"),
                    outbox::try_at.eq(now),
                ))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await
}

/// Takes what is due: first come, first served, and of each ticket only what nothing older waits before.
pub(super) async fn claim(desk: &Desk) -> Result<Vec<Outgoing>> {
    let now = desk.clock.now();
    let due = desk.db.read(move |conn| candidates(conn, Ts(now))).await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    desk.db
        .write(move |tx| {
            let free = backend::claim_outgoing(tx, &due)?;
            let until = Ts(now.checked_add(LEASE).unwrap_or(now));
            let mut taken = Vec::new();
            for id in free {
                let mine = diesel::update(outbox::table.find(id).filter(outbox::try_at.le(Ts(now))).filter(
                    outbox::state.eq_any([
                        Delivery::Held,
                        Delivery::Due,
                        Delivery::Deferred,
                        Delivery::Uncertain,
                        Delivery::Sending,
                    ]),
                ))
                .set((
                    outbox::state.eq(Delivery::Sending),
                    outbox::lease.eq(outbox::lease + 1),
                    outbox::attempts.eq(outbox::attempts + 1),
                    outbox::try_at.eq(until),
                ))
                .execute(&mut **tx)?;
                if mine == 1 {
                    taken.push(outbox::table.find(id).select(Outgoing::as_select()).first(&mut **tx)?);
                }
            }
            Ok(taken)
        })
        .await
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    id: i64,
}

fn candidates(conn: &mut crate::db::Conn, now: Ts) -> Result<Vec<OutboxId>> {
    let rows: Vec<Due> = diesel::sql_query(format!(
        "SELECT o.id FROM outbox o
         WHERE o.state IN ('due', 'held', 'deferred', 'uncertain', 'sending') AND o.try_at <= $1
           AND NOT EXISTS (
               SELECT 1 FROM outbox e WHERE e.ticket_id = o.ticket_id AND e.id < o.id AND o.kind <> 'notification'
                 AND e.kind <> 'notification' AND e.state IN ('due', 'deferred', 'uncertain', 'sending'))
         ORDER BY o.try_at, o.id LIMIT {BATCH}"
    ))
    .bind::<crate::db::types::Instant, _>(now)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| OutboxId(row.id)).collect())
}

/// Renews the claim on these mails until dropped. What is done with, or in other hands, stays as it is.
pub(super) async fn keep(desk: &Desk, leases: &[(OutboxId, i64)]) {
    loop {
        tokio::time::sleep(RENEW).await;
        let now = desk.clock.now();
        let until = Ts(now.checked_add(LEASE).unwrap_or(now));
        let leases = leases.to_vec();
        let renewed = desk
            .db
            .write(move |tx| {
                for (id, lease) in &leases {
                    diesel::update(outbox::table.find(id))
                        .filter(outbox::lease.eq(lease).and(outbox::state.eq(Delivery::Sending)))
                        .set(outbox::try_at.eq(until))
                        .execute(&mut **tx)?;
                }
                Ok(())
            })
            .await;
        if let Err(error) = renewed {
            tracing::warn!(%error, "the claim on mails that are being sent could not be renewed");
        }
    }
}

/// A hold that is over is over, also where the mail still waits: for a relay, or for an older mail of its ticket.
pub(super) async fn end_holds(desk: &Desk) -> Result<()> {
    let now = Ts(desk.clock.now());
    let held = move |conn: &mut crate::db::Conn| {
        Ok(outbox::table
            .filter(outbox::state.eq(Delivery::Held).and(outbox::try_at.le(now)))
            .count()
            .get_result::<i64>(conn)?)
    };
    if desk.db.read(held).await? == 0 {
        return Ok(());
    }
    desk.db
        .write(move |tx| {
            diesel::update(
                outbox::table.filter(outbox::state.eq(Delivery::Held).and(outbox::try_at.le(now))),
            )
            .set(outbox::state.eq(Delivery::Due))
            .execute(&mut **tx)?;
            tx.wake(crate::db::Wake::EVENTS);
            Ok(())
        })
        .await
}
