//! Sends what is due.

use std::sync::Arc;

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::{
    Outgoing, claim, compose, record,
    relay::{Attempt, Line},
};
use crate::{
    access::Actor,
    config::Relay,
    db::{
        Cause, Delivery, EventKind, Notice, OutboxKind, Ts, Tx, Wake,
        schema::{articles, outbox},
    },
    desk::Desk,
    error::{Error, Result},
    notify::letters,
    queues,
    tickets::{Person, Ticket},
};

/// So many lines to the relay are open at once.
const LANES: usize = 4;
/// Waits between attempts, in minutes; the last one repeats.
const RETRY_MINUTES: [u64; 6] = [1, 2, 5, 15, 30, 60];
/// A mail that could not be handed over for so long is given up.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(5 * 24);

/// Sends mail until told to stop; what is being sent then is finished first.
pub async fn run(desk: Desk, mut stop: watch::Receiver<bool>) {
    if let Err(error) = claim::recover(&desk).await {
        tracing::warn!(%error, "could not look for mails that a crash interrupted; they are tried when their lease ends");
    }
    while !*stop.borrow() {
        if let Some(relay) = desk.config.smtp_relay.clone() {
            match send_due(&desk, &Arc::new(relay)).await {
                Ok(sent) if sent > 0 => continue,
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "outgoing mail waits: the database does not answer"),
            }
        }
        if let Err(error) = claim::end_holds(&desk).await {
            tracing::warn!(%error, "could not look for mails whose hold is over");
        }
        tokio::select! {
            () = desk.db.wakers().sleep(Wake::OUTBOX, desk.poll()) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Sends one batch; how many mails were due.
async fn send_due(desk: &Desk, relay: &Arc<Relay>) -> Result<usize> {
    let mails = claim::claim(desk).await?;
    let taken = mails.len();
    let leases: Vec<_> = mails.iter().map(|mail| (mail.id, mail.lease)).collect();
    let mut lanes: Vec<Vec<Outgoing>> = vec![Vec::new(); LANES];
    for mail in mails {
        // One ticket, one lane: its mails leave in order.
        let key = mail.ticket_id.map_or(mail.id.0, |ticket| ticket.0);
        let lane = usize::try_from(key.rem_euclid(LANES as i64)).unwrap_or(0);
        if let Some(lane) = lanes.get_mut(lane) {
            lane.push(mail);
        }
    }
    let lanes = lanes.into_iter().filter(|lane| !lane.is_empty()).map(|lane| send_lane(desk, relay, lane));
    tokio::select! {
        _ = futures_util::future::join_all(lanes) => {}
        () = claim::keep(desk, &leases) => {}
    }
    Ok(taken)
}

async fn send_lane(desk: &Desk, relay: &Relay, mails: Vec<Outgoing>) {
    let mut line: Option<Line> = None;
    let mut down: Option<String> = None;
    for mail in mails {
        let ended = match ready(desk, &mail).await {
            Ok(Some(bytes)) => {
                if down.is_none() && !line.as_ref().is_some_and(Line::is_open) {
                    match Line::open(relay, desk.config.test.relay_timeout_seconds).await {
                        Ok(opened) => line = Some(opened),
                        Err(why) => down = Some(why),
                    }
                }
                match (&mut line, &down) {
                    (Some(line), None) => {
                        End::Tried(line.send(&mail.envelope_from, &mail.recipients(), &bytes).await)
                    }
                    // One attempt to connect stands for the whole lane.
                    (_, why) => End::Tried(Attempt::Deferred(why.clone().unwrap_or_default())),
                }
            }
            Ok(None) => End::NotWanted,
            Err(Error::Unavailable(why)) => End::Tried(Attempt::Deferred(why)),
            Err(error) => End::Tried(Attempt::Failed(error.to_string())),
        };
        finish(desk, &mail, ended).await;
    }
    if let Some(line) = line {
        line.close().await;
    }
}

/// The bytes of a mail: those of the first attempt, or made now and kept. `None`: it is no longer wanted.
async fn ready(desk: &Desk, mail: &Outgoing) -> Result<Option<Vec<u8>>> {
    let (blobs, row, config, now) =
        (desk.db.blobs().clone(), mail.clone(), Arc::clone(&desk.config), desk.clock.now());
    let kept = mail.digest.is_some();
    let written = desk
        .db
        .read(move |conn| match (&row.digest, row.kind) {
            (Some(digest), _) => Ok(Some(blobs.read(conn, digest)?)),
            (None, OutboxKind::Notification) => notification(conn, &row, &config, now),
            (None, _) => compose::article(conn, &blobs, &row).map(Some),
        })
        .await?;
    let Some(bytes) = written else { return Ok(None) };
    if !kept {
        let (blobs, copy) = (desk.db.blobs().clone(), bytes.clone());
        let blob = tokio::task::spawn_blocking(move || blobs.prepare(&copy))
            .await
            .map_err(|error| Error::Unexpected(error.into()))??;
        let (id, lease) = (mail.id, mail.lease);
        let mine = desk
            .db
            .write(move |tx| {
                blob.store(tx)?;
                Ok(diesel::update(outbox::table.find(id).filter(outbox::lease.eq(lease)))
                    .set(outbox::digest.eq(&blob.digest))
                    .execute(&mut **tx)?)
            })
            .await?;
        if mine == 0 {
            return Err(Error::Unavailable("another node has taken this mail over".into()));
        }
    }
    Ok(Some(bytes))
}

/// Writes a notification, unless its reader may no longer read the ticket.
fn notification(
    conn: &mut crate::db::Conn,
    row: &Outgoing,
    config: &crate::config::Config,
    now: Timestamp,
) -> Result<Option<Vec<u8>>> {
    let (Some(agent), Some(ticket), Ok(notice)) = (row.agent_id, row.ticket_id, row.event.parse::<Notice>())
    else {
        return Ok(None);
    };
    let actor = match Actor::load(conn, agent, Cause::System, now) {
        Ok(actor) => actor,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let access = match crate::access::readable_by_id(conn, &actor, ticket) {
        Ok(access) => access,
        // A former holder of a lock may have lost sight of the ticket: then it is none of his business.
        Err(Error::NotFound | Error::Forbidden(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let ticket: &Ticket = access.ticket();
    let queue = queues::get(conn, ticket.queue_id)?;
    let from = queues::sender(conn, &queue)?;
    let excerpt: String = match row.article_id {
        Some(article) => articles::table.find(article).select(articles::body_text).first(conn).optional()?,
        None => None,
    }
    .unwrap_or_else(|| ticket.preview.clone());
    let letter =
        letters::notification(&actor.agent, notice, ticket, &queue.name, &excerpt, &config.public_url);
    let to = Person { name: actor.agent.name.clone(), address: actor.agent.email.clone() };
    compose::notification(row, from, to, letter.subject, letter.body, ticket).map(Some)
}

enum End {
    Tried(Attempt),
    NotWanted,
}

/// Records what became of an attempt; repeated until the database takes it, because a mail that was sent must not be
/// sent again.
async fn finish(desk: &Desk, mail: &Outgoing, ended: End) {
    let outcome = Outcome::of(desk, mail, ended);
    let id = mail.id;
    for wait in [0_u64, 1, 2, 5, 10, 20] {
        tokio::time::sleep(std::time::Duration::from_secs(wait)).await;
        let (mail, outcome) = (mail.clone(), outcome.clone());
        match desk.db.write(move |tx| outcome.write(tx, &mail)).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(mail = id.0, %error, "cannot record what became of a mail"),
        }
    }
}

#[derive(Clone, Debug)]
struct Outcome {
    state: Delivery,
    error: String,
    /// The recipients of the next attempt, where some have the mail already.
    left: Option<Vec<String>>,
    try_at: Timestamp,
    now: Timestamp,
}

impl Outcome {
    fn of(desk: &Desk, mail: &Outgoing, ended: End) -> Self {
        let now = desk.clock.now();
        let mut left = None;
        let (state, error) = match ended {
            End::NotWanted => (Delivery::Cancelled, "its reader may no longer read the ticket".to_owned()),
            End::Tried(Attempt::Sent(refused)) => (Delivery::Sent, refused),
            End::Tried(Attempt::Failed(why)) => (Delivery::Failed, why),
            End::Tried(Attempt::Uncertain(why)) => (Delivery::Uncertain, why),
            End::Tried(Attempt::Deferred(why)) => (Delivery::Deferred, why),
            End::Tried(Attempt::Partly { left: later, why }) => {
                left = Some(later);
                (Delivery::Deferred, why)
            }
        };
        let give_up =
            desk.config.test.give_up_seconds.map_or(GIVE_UP, |seconds| {
                SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX))
            });
        let waits = matches!(state, Delivery::Deferred | Delivery::Uncertain);
        if waits && now.duration_since(mail.created_at.0) > give_up {
            return Self {
                state: Delivery::Failed,
                error: format!("given up after many tries: {error}"),
                left,
                try_at: now,
                now,
            };
        }
        let wait = delay(mail.attempts, desk.config.test.retry_seconds.as_deref());
        let try_at = if waits { now.checked_add(wait).unwrap_or(now) } else { now };
        Self { state, error, left, try_at, now }
    }

    /// Only whoever still has the mail may say what became of it.
    fn write(&self, tx: &mut Tx<'_>, mail: &Outgoing) -> Result<()> {
        let sent_at = (self.state == Delivery::Sent).then_some(Ts(self.now));
        let mine = diesel::update(outbox::table.find(mail.id).filter(outbox::lease.eq(mail.lease)))
            .set((
                outbox::state.eq(self.state),
                outbox::error.eq(self.error.chars().take(1_000).collect::<String>().replace('\0', "")),
                outbox::try_at.eq(Ts(self.try_at)),
                outbox::sent_at.eq(sent_at),
            ))
            .execute(&mut **tx)?;
        if mine == 1
            && let Some(left) = &self.left
        {
            diesel::update(outbox::table.find(mail.id))
                .set(outbox::envelope_to.eq(serde_json::to_string(left)?))
                .execute(&mut **tx)?;
        }
        if mine == 1
            && mail.kind == OutboxKind::Reply
            && let Some(ticket) = mail.ticket_id
        {
            // Who looks at the ticket sees the mark on the mail change.
            match self.state {
                Delivery::Failed => {
                    record(
                        tx,
                        ticket,
                        mail.article_id,
                        EventKind::DeliveryFailed,
                        &self.error,
                        Ts(self.now),
                    )?;
                }
                Delivery::Sent => {
                    record(tx, ticket, mail.article_id, EventKind::Delivered, &self.error, Ts(self.now))?
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Grows with each attempt; spread a little, so that not everything comes back at once.
fn delay(attempts: i32, test: Option<&[u64]>) -> SignedDuration {
    let at = usize::try_from(attempts - 1).unwrap_or(0);
    if let Some(seconds) = test {
        let wait = seconds.get(at).or(seconds.last()).copied().unwrap_or(1);
        return SignedDuration::from_secs(i64::try_from(wait).unwrap_or(i64::MAX));
    }
    let minutes = RETRY_MINUTES.get(at).or(RETRY_MINUTES.last()).copied().unwrap_or(60);
    let [spread] = crate::clock::random_bytes::<1>();
    let seconds = i64::try_from(minutes * 60).unwrap_or(3_600);
    SignedDuration::from_secs(seconds + seconds * i64::from(spread) / 2_550)
}
