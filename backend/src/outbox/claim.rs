//! Which mails this process sends now, and for how long they are its own.

use std::collections::HashSet;

use diesel::{prelude::*, sql_types::Text};
use jiff::SignedDuration;

use super::{Outgoing, fairness::Fairness};
use crate::{
    db::{
        ArticleId, Conn, Delivery, MultiBackend, OutboxId, OutboxKind, Ts, Tx, backend,
        schema::{outbox, planned_replies},
        types::Instant,
    },
    desk::Desk,
    error::Result,
    tickets::{Moment, planned},
};

/// So many candidates are looked at in one query.
const WINDOW: usize = 64;
/// So many queries are made before the next mails are sent.
const ROUNDS: usize = 4;
/// So many holds are ended at once; the next look ends more.
const HOLDS: i64 = 500;
/// Whoever has not renewed his claim by then has lost the mail: another node sends it again, byte for byte.
const LEASE: SignedDuration = SignedDuration::from_secs(25);

/// What is not done with, as the index `outbox_waiting` has it.
const WAITING: &str = "state NOT IN ('sent', 'bounced', 'failed', 'cancelled')";

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

/// What waits because a relay could not have it is tried at once: there is another one now.
pub(super) async fn try_now(desk: &Desk) {
    let now = Ts(desk.clock.now());
    let hurry = desk.db.write(move |tx| {
        diesel::update(
            outbox::table.filter(outbox::state.eq(Delivery::Deferred).and(outbox::try_at.gt(now))),
        )
        .set(outbox::try_at.eq(now))
        .execute(&mut **tx)?;
        Ok(())
    });
    if let Err(error) = hurry.await {
        tracing::warn!(%error, "mail that waited for the former relay is tried when its time comes");
    }
}

/// Takes up to `most` mails that are due: first come, first served, of each ticket only what nothing older waits
/// before, and of each domain no more than it may have.
///
/// `own` are those that this process is sending already: their claim may have run out while the database was away.
pub(super) async fn claim(
    desk: &Desk,
    fair: &mut Fairness,
    own: &HashSet<OutboxId>,
    most: usize,
) -> Result<Vec<Outgoing>> {
    let chosen = choose(desk, fair, own, most).await?;
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let at = desk.moment();
    let ids: Vec<OutboxId> = chosen.iter().map(|due| OutboxId(due.id)).collect();
    let taken = desk.db.write(move |tx| take(tx, &ids, &at)).await;
    // What somebody else has taken in the meantime, or could not be taken, needs no lane.
    for due in &chosen {
        if !taken.as_ref().is_ok_and(|taken| taken.iter().any(|mail| mail.id.0 == due.id)) {
            fair.release(&due.domain, super::fairness::Verdict::Unknown);
        }
    }
    taken
}

fn take(tx: &mut Tx<'_>, ids: &[OutboxId], at: &Moment) -> Result<Vec<Outgoing>> {
    let now = at.now;
    let until = Ts(now.checked_add(LEASE).unwrap_or(now));
    let mut taken = Vec::new();
    for id in backend::claim_outgoing(tx, ids)? {
        if !may_leave(tx, id, at)? {
            continue;
        }
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
}

/// A planned reply changes its ticket now, or goes back to its author.
fn may_leave(tx: &mut Tx<'_>, id: OutboxId, at: &Moment) -> Result<bool> {
    let held: Option<Option<ArticleId>> = outbox::table
        .find(id)
        .filter(outbox::state.eq(Delivery::Held).and(outbox::kind.eq(OutboxKind::Reply)))
        .filter(outbox::try_at.le(at.ts()))
        .select(outbox::article_id)
        .first(&mut **tx)
        .optional()?;
    match held.flatten() {
        Some(article) => planned::leaves(tx, article, at),
        None => Ok(true),
    }
}

#[derive(Clone, Debug, QueryableByName)]
struct Due {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    domain: String,
}

/// Candidates for which there is a lane; their lanes are taken. Where mail of full domains fills the window, the next
/// look leaves those domains out: a new mail is never behind ten thousand that cannot go.
async fn choose(desk: &Desk, fair: &mut Fairness, own: &HashSet<OutboxId>, most: usize) -> Result<Vec<Due>> {
    let now = Ts(desk.clock.now());
    let mut chosen: Vec<Due> = Vec::new();
    for _ in 0..ROUNDS {
        let without = fair.closed();
        let known = without.len();
        let found = desk.db.read(move |conn| candidates(conn, now, &without)).await;
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                for due in &chosen {
                    fair.release(&due.domain, super::fairness::Verdict::Unknown);
                }
                return Err(error);
            }
        };
        let all_seen = found.len() < WINDOW;
        for due in found {
            let known = own.contains(&OutboxId(due.id)) || chosen.iter().any(|other| other.id == due.id);
            if chosen.len() < most && !known && fair.admit(&due.domain) {
                chosen.push(due);
            }
        }
        if all_seen || chosen.len() >= most || fair.closed().len() == known {
            break;
        }
    }
    Ok(chosen)
}

fn candidates(conn: &mut Conn, now: Ts, without: &[String]) -> Result<Vec<Due>> {
    let marks: Vec<String> = (0..without.len()).map(|at| format!("${}", at + 2)).collect();
    let open =
        if marks.is_empty() { String::new() } else { format!("AND o.domain NOT IN ({})", marks.join(", ")) };
    let mut query = diesel::sql_query(format!(
        "SELECT o.id, o.domain FROM outbox o WHERE o.{WAITING} AND o.try_at <= $1 {open}
           AND NOT EXISTS (
               SELECT 1 FROM outbox e WHERE e.ticket_id = o.ticket_id AND e.id < o.id AND o.kind <> 'notification'
                 AND e.kind <> 'notification' AND e.state IN ('due', 'deferred', 'uncertain', 'sending'))
         ORDER BY o.try_at, o.id LIMIT {WINDOW}"
    ))
    .into_boxed::<MultiBackend>()
    .bind::<Instant, _>(now);
    for domain in without {
        query = query.bind::<Text, _>(domain.clone());
    }
    Ok(query.load(conn)?)
}

/// Renews the claim on mails that are being sent. What is done with, or in other hands, stays as it is.
pub(super) async fn renew(desk: Desk, leases: Vec<(OutboxId, i64)>) {
    let now = desk.clock.now();
    let until = Ts(now.checked_add(LEASE).unwrap_or(now));
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

/// A hold that is over is over, also where the mail still waits: for a relay, or for an older mail of its ticket. A planned
/// reply is held until its turn comes: what it does to its ticket, and whether it may leave, is asked then.
pub(super) async fn end_holds(desk: &Desk) -> Result<()> {
    let now = Ts(desk.clock.now());
    let over = desk.db.read(move |conn| {
        let planned = planned_replies::table.select(planned_replies::article_id.nullable());
        Ok(outbox::table
            .filter(outbox::state.eq(Delivery::Held).and(outbox::try_at.le(now)))
            .filter(outbox::article_id.is_null().or(outbox::article_id.ne_all(planned)))
            .limit(HOLDS)
            .select(outbox::id)
            .load::<OutboxId>(conn)?)
    });
    let over = over.await?;
    if over.is_empty() {
        return Ok(());
    }
    desk.db
        .write(move |tx| {
            let held = outbox::table.filter(outbox::id.eq_any(&over).and(outbox::state.eq(Delivery::Held)));
            diesel::update(held).set(outbox::state.eq(Delivery::Due)).execute(&mut **tx)?;
            tx.wake(crate::db::Wake::EVENTS);
            Ok(())
        })
        .await
}
