//! From a raw mail to a ticket: one transaction per mail, in the order in which they came.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use diesel::prelude::*;
use mail_ingest::authentication::Verifier;
use tokio::sync::watch;

use super::{
    filtering, origin,
    prepare::{Prepared, Waiting, prepare},
    record, way,
};
use crate::{
    config::DatabaseUrl,
    db::{
        Direct, Disposition, InboundId, Keep, Ts, Tx, Wake, backend, columns, received, schema::inbound_mails,
    },
    desk::Desk,
    error::{Error, Result},
    filters::{Cache, Compiled},
    queues::OwnAddresses,
    settings,
    tickets::Moment,
};

/// So many mails are prepared together.
const BATCH: usize = 32;
/// Mail that comes in a stream is taken some at a time: a round costs a commit and several wake-ups, however few it takes.
const GATHER: Duration = Duration::from_millis(30);
/// Mails that are no larger together are read one after the other on the same thread.
const SMALL: i64 = 256 * 1024;
/// So many bytes of raw mail are prepared together; a single larger mail goes alone.
const BATCH_BYTES: i64 = 32 * 1024 * 1024;
/// A mail during whose reading the process ended so often is put aside. Read alone, it takes milliseconds: whoever kills
/// a busy server again and again hits the same one now and then, and must not have it taken for the cause.
const STRIKES: i32 = 9;

/// Processes mail until told to stop.
pub async fn run(desk: Desk, mut stop: watch::Receiver<bool>) {
    if let Err(error) = suspect_survivors(&desk).await {
        tracing::warn!(%error, "could not look for mails that a crash interrupted");
    }
    let verifier = Verifier::new(desk.config.dns_resolver);
    let rules = Cache::default();
    while !*stop.borrow() {
        match batch(&desk, &verifier, &rules).await {
            Ok(done) if done > 0 => {
                // What waits already is not kept waiting.
                if done < BATCH {
                    tokio::time::sleep(GATHER).await;
                }
                continue;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "received mail waits: the database does not answer");
                tokio::time::sleep(desk.poll()).await;
            }
        }
        tokio::select! {
            () = desk.db.wakers().sleep(Wake::POSTMASTER, desk.poll()) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Whatever waits at the start may be what ended the process before, and is read with care from now on.
async fn suspect_survivors(desk: &Desk) -> Result<()> {
    desk.db
        .write(move |tx| {
            let waiting = inbound_mails::table.filter(received::waits().and(inbound_mails::attempts.eq(0)));
            diesel::update(waiting).set(inbound_mails::attempts.eq(1)).exec(tx)?;
            Ok(())
        })
        .await
}

/// Before suspects are read it is noted that they are: whoever ends the process now has one strike more. From the
/// second on each is read alone, so that only the culprit collects the others. What is to be read, and who is suspected.
async fn strike(desk: &Desk, mut rows: Vec<Waiting>) -> Result<(Vec<Waiting>, Vec<InboundId>)> {
    let alone = |row: &Waiting| row.attempts >= 2;
    let together = rows.iter().take_while(|row| !alone(row)).count();
    rows.truncate(together.max(1));
    if rows.iter().all(|row| row.attempts == 0) {
        return Ok((rows, Vec::new()));
    }
    let (culprits, rows): (Vec<Waiting>, Vec<Waiting>) =
        rows.into_iter().partition(|row| row.attempts >= STRIKES);
    let ids = |rows: &[Waiting]| rows.iter().map(|row| row.id).collect::<Vec<InboundId>>();
    let suspects: Vec<InboundId> = rows.iter().filter(|row| row.attempts > 0).map(|row| row.id).collect();
    let (culprits, struck, now) = (ids(&culprits), suspects.clone(), Ts(desk.clock.now()));
    desk.db
        .write(move |tx| {
            diesel::update(inbound_mails::table.filter(inbound_mails::id.eq_any(struck.clone())))
                .set(inbound_mails::attempts.eq(inbound_mails::attempts + 1))
                .exec(tx)?;
            for id in &culprits {
                let why = "Turnstone stopped each time it read this mail";
                record::quarantine(tx, *id, &record::Facts::default(), why, now)?;
            }
            Ok(())
        })
        .await?;
    Ok((rows, suspects))
}

/// Takes the strike back from those that wait on because the database did not answer: nothing ended the process.
async fn forgive(desk: &Desk, suspects: Vec<InboundId>) {
    if suspects.is_empty() {
        return;
    }
    let done = desk.db.write(move |tx| {
        let struck = inbound_mails::id.eq_any(suspects.clone()).and(inbound_mails::attempts.gt(1));
        diesel::update(inbound_mails::table.filter(received::waits().and(struck)))
            .set(inbound_mails::attempts.eq(inbound_mails::attempts - 1))
            .exec(tx)?;
        Ok(())
    });
    if let Err(error) = done.await {
        tracing::warn!(%error, "mail that waits keeps a strike that it does not deserve");
    }
}

/// Processes what waits, for a command that does not leave it to a running server.
///
/// # Errors
/// When the database does not answer.
pub async fn process_waiting(desk: &Desk) -> Result<()> {
    let verifier = Verifier::new(desk.config.dns_resolver);
    let rules = Cache::default();
    while batch(desk, &verifier, &rules).await? > 0 {}
    Ok(())
}

/// Processes what waits; how many mails.
async fn batch(desk: &Desk, verifier: &Verifier, rules: &Cache) -> Result<usize> {
    let Some(round) = next_round(desk, rules).await? else { return Ok(0) };
    let (own, rules, cap) = (round.own, round.rules, round.cap);
    // A culprit that was put aside counts as done.
    let count = round.rows.len() + round.ready.len();
    let read = round.ready.into_iter().map(|(id, ready)| (id, Reading::Done(Box::new(ready))));
    let (rows, suspects) = strike(desk, round.rows).await?;
    let unread = rows.into_iter().map(|row| (row.id, Reading::Row(Box::new(row))));
    let preparing = read.chain(unread).map(|(id, reading)| {
        let (desk, own, rules) = (desk.clone(), own.clone(), rules.clone());
        async move {
            let blobs = desk.db.blobs().clone();
            let ready = match reading {
                Reading::Done(ready) => *ready,
                Reading::Row(row) => desk.db.read(move |conn| prepare(conn, &blobs, *row, own, cap)).await,
            };
            let ready = match ready {
                Ok(mut mail) => match origin::establish(&desk, verifier, &mut mail).await {
                    Ok(()) => filtering::look(rules, mail).await,
                    Err(error) => Err(error),
                },
                Err(error) => Err(error),
            };
            (id, ready)
        }
    });
    let prepared = futures_util::future::join_all(preparing).await;
    let ended = finish_all(desk, prepared).await;
    if ended.is_err() {
        forgive(desk, suspects).await;
    }
    ended.map(|()| count)
}

/// Writes down what was prepared, in the order of arrival.
async fn finish_all(desk: &Desk, prepared: Vec<(InboundId, Result<Prepared>)>) -> Result<()> {
    if matches!(desk.config.database, DatabaseUrl::Postgres(_)) {
        // Transactions of their own, on any connection: side by side an answer might overtake its question.
        for (id, ready) in prepared {
            finish(desk, id, ready).await?;
        }
        return Ok(());
    }
    // Handed to the one writer in the order of arrival, without waiting for each other: they share a commit.
    let writing = prepared.into_iter().map(|(id, ready)| finish(desk, id, ready));
    let ended = futures_util::future::join_all(writing).await;
    ended.into_iter().find(Result::is_err).unwrap_or(Ok(()))
}

/// What a round has before it, and what all of its mails need.
struct Round {
    own: OwnAddresses,
    rules: Arc<Compiled>,
    /// So many automatic answers an address gets.
    cap: u16,
    /// Not read yet.
    rows: Vec<Waiting>,
    /// Read on the way, because they are small: handing each to a thread of its own takes longer.
    ready: Vec<(InboundId, Result<Prepared>)>,
}

enum Reading {
    Row(Box<Waiting>),
    Done(Box<Result<Prepared>>),
}

/// What to do next; `None`: nothing waits.
async fn next_round(desk: &Desk, rules: &Cache) -> Result<Option<Round>> {
    let (rules, blobs) = (rules.clone(), desk.db.blobs().clone());
    let limits = desk.config.limits;
    desk.db
        .read(move |conn| {
            let rows = waiting(conn)?;
            if rows.is_empty() {
                return Ok(None);
            }
            // Once for all that waits.
            let cap = settings::limits(conn, &limits)?.auto_responses;
            let (own, rules) = (OwnAddresses::load(conn)?, rules.get(conn)?);
            let small = rows.iter().map(|row| row.size).sum::<i64>() <= SMALL;
            if !small || rows.iter().any(|row| row.attempts > 0) {
                return Ok(Some(Round { own, rules, cap, rows, ready: Vec::new() }));
            }
            let ready = rows
                .into_iter()
                .map(|row| {
                    let (id, own) = (row.id, own.clone());
                    // A mail that makes the reader panic is put aside alone.
                    (id, crate::db::guarded(|| prepare(conn, &blobs, row, own, cap)))
                })
                .collect();
            Ok(Some(Round { own, rules, cap, rows: Vec::new(), ready }))
        })
        .await
}

/// In their order, and none is waited for: a time to come is of a clock that was put back since.
fn waiting(conn: &mut crate::db::Conn) -> Result<Vec<Waiting>> {
    let mut rows: Vec<Waiting> = inbound_mails::table
        .filter(received::waits())
        .order((inbound_mails::try_at, inbound_mails::id))
        .limit(i64::try_from(BATCH).unwrap_or(i64::MAX))
        .select(columns::<Waiting>())
        .kept()
        .rows(conn)?;
    let mut bytes = 0;
    let fits = rows
        .iter()
        .take_while(|row| {
            bytes += row.size;
            bytes <= BATCH_BYTES
        })
        .count();
    rows.truncate(fits.max(1));
    Ok(rows)
}

/// One bad mail never holds up another: whatever goes wrong with it, it is put aside.
async fn finish(desk: &Desk, id: InboundId, ready: Result<Prepared>) -> Result<()> {
    let at = desk.moment();
    let facts = ready.as_ref().map(|prepared| prepared.facts.clone()).unwrap_or_default();
    let processed = match ready {
        Ok(prepared) => desk.db.write(move |tx| process(tx, &prepared, &at)).await,
        Err(error) => Err(error),
    };
    match processed {
        Ok(()) => Ok(()),
        Err(error @ Error::Unavailable(_)) => Err(error),
        Err(error) => {
            tracing::error!(mail = id.0, %error, "a mail could not be processed; it waits in quarantine");
            metrics::counter!(crate::ops::metrics::MAILS_QUARANTINED).increment(1);
            let (why, now) = (error.to_string(), Ts(desk.clock.now()));
            desk.db.write(move |tx| record::quarantine(tx, id, &facts, &why, now)).await
        }
    }
}

fn process(tx: &mut Tx<'_>, mail: &Prepared, at: &Moment) -> Result<()> {
    tx.processes_mail();
    // On several nodes mails are taken one by one, so that two copies, or a mail and its answer, see each other.
    backend::one_at_a_time(tx, "postmaster")?;
    if !backend::claim_inbound(tx, mail.row.id)? {
        return Ok(());
    }
    let begun = Instant::now();
    let (outcome, steps) = way::way(tx, mail, at)?;
    let took_us = i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX);
    let took_us = took_us.saturating_add(mail.took_us).saturating_add(mail.origin_us);
    record::done(tx, mail.row.id, &mail.facts, &outcome, &steps, at.ts(), took_us)?;
    tx.wake(Wake::EVENTS);
    if outcome.disposition == Disposition::Quarantined {
        metrics::counter!(crate::ops::metrics::MAILS_QUARANTINED).increment(1);
    }
    metrics::counter!(crate::ops::metrics::MAILS_PROCESSED, "disposition" => outcome.disposition.as_str())
        .increment(1);
    Ok(())
}
