//! Whether this process takes mail and pages, and the numbers that only the database knows.

use std::path::PathBuf;
use std::time::Duration;

use diesel::dsl::{count_star, min};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use jiff::Timestamp;

use super::{disk, metrics};
use crate::config::Config;
use crate::db::schema::{inbound_mails, outbox};
use crate::db::{Conn, Db, Delivery, Ts, received};
use crate::error::Result;

/// How long the database may take to answer before this process counts as not ready.
const PATIENCE: Duration = Duration::from_secs(4);

/// Asks whether mail and pages can be taken. What is wrong comes back as sentences for an operator.
///
/// # Errors
/// At least one reason why not.
pub async fn ready(db: &Db, config: &Config) -> Result<(), Vec<String>> {
    let mut reasons = Vec::new();
    match tokio::time::timeout(PATIENCE, db.ping()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => reasons.push(format!("database: {error}")),
        Err(_) => reasons.push(format!("database: no answer within {} s", PATIENCE.as_secs())),
    }
    match lack_of_room(config) {
        Ok(None) => {}
        Ok(Some(Lack { free, reserve, folder })) => {
            let folder = folder.display();
            reasons.push(format!("disk: {folder} has {free} bytes free, below the reserve of {reserve}"));
        }
        Err(error) => reasons.push(format!("disk: the free space can't be looked at ({error})")),
    }
    if reasons.is_empty() { Ok(()) } else { Err(reasons) }
}

/// A folder with so little room that no mail is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// Bytes that are free there.
    pub free: u64,
    /// Bytes that always stay free.
    pub reserve: u64,
    /// Where.
    pub folder: PathBuf,
}

/// Why no mail is taken for want of room, if so.
///
/// # Errors
/// When the free space can't be looked at.
pub fn lack_of_room(config: &Config) -> std::io::Result<Option<Lack>> {
    let (space, folder) = disk::scarcest(config)?;
    let reserve = space.reserve(config.test.disk_reserve_bytes);
    Ok((space.free < reserve).then_some(Lack { free: space.free, reserve, folder }))
}

/// What waits, counted from indexes that hold only unfinished work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Accepted mails that wait to be processed.
    pub inbound_waiting: i64,
    /// Mails that could not be processed.
    pub quarantined: i64,
    /// When the oldest waiting mail was received.
    pub inbound_since: Option<Timestamp>,
    /// Outgoing mails by state, those that are not done.
    pub outgoing: Vec<(Delivery, i64)>,
    /// Since when the oldest outgoing mail should have left.
    pub outgoing_since: Option<Timestamp>,
    /// Outgoing mails that were refused for good.
    pub failed: i64,
}

/// The states of an outgoing mail that still has to leave.
const UNDONE: [Delivery; 5] =
    [Delivery::Held, Delivery::Due, Delivery::Sending, Delivery::Deferred, Delivery::Uncertain];

impl Backlog {
    /// Counts.
    ///
    /// # Errors
    /// Those of the database.
    pub fn load(conn: &mut Conn) -> Result<Self> {
        let inbound = |conn: &mut Conn, which: SqlLiteral<Bool>| -> QueryResult<i64> {
            inbound_mails::table.filter(which).select(count_star()).first(conn)
        };
        let count = |conn: &mut Conn, state: Delivery| -> QueryResult<i64> {
            outbox::table.filter(outbox::state.eq(state)).select(count_star()).first(conn)
        };
        let inbound_since: Option<Ts> = inbound_mails::table
            .filter(received::waits())
            .select(min(inbound_mails::received_at))
            .first(conn)?;
        let mut backlog = Self {
            inbound_waiting: inbound(conn, received::waits())?,
            quarantined: inbound(conn, received::is_quarantined())?,
            inbound_since: inbound_since.map(|at| at.0),
            failed: count(conn, Delivery::Failed)?,
            ..Self::default()
        };
        for state in UNDONE {
            backlog.outgoing.push((state, count(conn, state)?));
            // A held mail is not late.
            if state == Delivery::Held {
                continue;
            }
            let oldest: Option<Ts> =
                outbox::table.filter(outbox::state.eq(state)).select(min(outbox::created_at)).first(conn)?;
            let oldest = oldest.map(|at| at.0);
            backlog.outgoing_since = match (backlog.outgoing_since, oldest) {
                (Some(known), Some(other)) => Some(known.min(other)),
                (known, other) => known.or(other),
            };
        }
        Ok(backlog)
    }
}

/// Puts what only the database and the disk know into the metrics, just before they are rendered.
///
/// # Errors
/// Those of the database; the numbers then keep their last values.
pub async fn measure(db: &Db, config: &Config, now: Timestamp) -> Result<()> {
    if let Ok((space, _)) = disk::scarcest(config) {
        metrics::gauge(metrics::DISK_FREE, space.free);
    }
    let backlog = db.read(Backlog::load).await?;
    metrics::gauge(metrics::INBOUND_WAITING, backlog.inbound_waiting.unsigned_abs());
    metrics::gauge(metrics::INBOUND_QUARANTINED, backlog.quarantined.unsigned_abs());
    let waits = backlog.inbound_since.map_or(0, |since| now.duration_since(since).as_secs().max(0));
    metrics::gauge(metrics::INBOUND_OLDEST, waits.unsigned_abs());
    for (state, count) in &backlog.outgoing {
        metrics::labelled_gauge(metrics::OUTBOX_WAITING, "state", state.as_str(), count.unsigned_abs());
    }
    let age = backlog.outgoing_since.map_or(0, |since| now.duration_since(since).as_secs().max(0));
    metrics::gauge(metrics::OUTBOX_OLDEST, age.unsigned_abs());
    db.read(move |conn| crate::mailboxes::measure(conn, now)).await
}
