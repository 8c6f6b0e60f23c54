//! One mail: its bytes, the dialogue about it, and what is written down afterwards.

use std::{sync::Arc, time::Duration};

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::{
    Outgoing, compose,
    dkim::Signer,
    fairness::Verdict,
    outage,
    outcome::{End, Outcome, Word},
    relay::Line,
    returned,
    room::Room,
    token,
};
use crate::{
    access::Actor,
    config::Relay,
    db::{
        Cause, InstallationRight, Notice, OutboxKind, QueueId, Ts,
        schema::{articles, blobs, outbox},
    },
    desk::Desk,
    error::{Error, Result},
    notify::{gathering, letters, security, together},
    people::{agents, links},
    queues,
    tickets::{Person, Ticket},
};

/// A session that takes longer would make others wait.
const SLOW: Duration = Duration::from_secs(5);
/// So often is written down what became of a mail, if the database does not take it; then its claim runs out.
const RECORDINGS: u32 = 60;

/// How mail leaves.
pub(super) struct Way {
    /// To whom it is handed over.
    pub relay: Relay,
    /// Since when, where a page says it: until then mail waited through no fault of its own.
    pub since: Option<Ts>,
    /// What signs it.
    pub signer: Option<Arc<Signer>>,
    /// How much of it may be held at once.
    pub room: Room,
}

/// What the dispatcher learns from a mail that was dealt with.
pub(super) struct Done {
    /// The line, where it can take another mail.
    pub line: Option<Line>,
    /// What it says about the domain.
    pub verdict: Verdict,
    /// Why the relay could not be reached at all, or that it was.
    pub relay: Option<std::result::Result<(), String>>,
}

/// Sends a mail that this process has claimed, and records what became of it.
pub(super) async fn send(
    desk: Desk,
    way: Arc<Way>,
    mail: Outgoing,
    line: Option<Line>,
    wait: SignedDuration,
) -> Done {
    let mut done = Done { line, verdict: Verdict::Unknown, relay: None };
    let _room = way.room.enter(&desk, &mail).await;
    let end = match ready(&desk, &way, &mail).await {
        Ok(Some(bytes)) => {
            let began = Instant::now();
            match hand_over(&desk, &way.relay, &mail, &bytes, &mut done.line).await {
                Ok(words) => {
                    done.verdict = verdict(&words, began.elapsed());
                    done.relay = Some(Ok(()));
                    End::Tried(words)
                }
                Err(why) => {
                    done.relay = Some(Err(why.clone()));
                    End::NoRelay { why, wait }
                }
            }
        }
        Ok(None) => End::NotWanted,
        Err(Error::Unavailable(why)) => End::Tried(all(&mail, &Word::Later(why))),
        Err(error) => End::Tried(all(&mail, &Word::Refused(error.to_string()))),
    };
    finish(&desk, &mail, end, way.since).await;
    done
}

fn all(mail: &Outgoing, word: &Word) -> Vec<(String, Word)> {
    mail.left().into_iter().map(|address| (address, word.clone())).collect()
}

/// The dialogue. A line that lay idle may have ended meanwhile: then a new one is called, once.
async fn hand_over(
    desk: &Desk,
    relay: &Relay,
    mail: &Outgoing,
    bytes: &[u8],
    line: &mut Option<Line>,
) -> std::result::Result<Vec<(String, Word)>, String> {
    let to = mail.left();
    let from = envelope_sender(desk, mail);
    if to.is_empty() && !mail.recipients().is_empty() {
        // Of each of them it is known already what became of it.
        return Ok(Vec::new());
    }
    if to.is_empty() {
        return Ok(vec![(String::new(), Word::Refused("the mail has no recipient".into()))]);
    }
    if let Some(open) = line.as_mut() {
        let attempt = open.send(&from, &to, bytes).await;
        if !attempt.stale {
            return Ok(attempt.words);
        }
    }
    *line = None;
    let mut fresh = Line::open(relay, desk.config.test.relay_timeout_seconds).await?;
    let attempt = fresh.send(&from, &to, bytes).await;
    *line = Some(fresh);
    Ok(attempt.words)
}

/// A person's mail names itself in the envelope, where our addresses take that: a report without any id then finds it.
fn envelope_sender(desk: &Desk, mail: &Outgoing) -> String {
    if desk.config.recipient_delimiter && mail.kind == OutboxKind::Reply && !mail.envelope_from.is_empty() {
        return token::sender(&mail.envelope_from, &mail.message_id);
    }
    mail.envelope_from.clone()
}

fn verdict(words: &[(String, Word)], took: Duration) -> Verdict {
    if took >= SLOW {
        return Verdict::Slow;
    }
    let off = words.iter().any(|(_, word)| matches!(word, Word::Later(_) | Word::Unclear(_)));
    if off { Verdict::Failed } else { Verdict::Fine }
}

/// The bytes of a mail: those of the first attempt, or made now and kept. `None`: it is no longer wanted. News of tickets
/// are written for each attempt: between two of them their reader may have lost sight of what they tell.
async fn ready(desk: &Desk, way: &Arc<Way>, mail: &Outgoing) -> Result<Option<Vec<u8>>> {
    let (blobs, row, config, now) =
        (desk.db.blobs().clone(), mail.clone(), Arc::clone(&desk.config), desk.clock.now());
    let tells =
        mail.kind == OutboxKind::Notification && (mail.ticket_id.is_some() || mail.event == gathering::EVENT);
    let kept = mail.digest.is_some() && !tells;
    let written = desk
        .db
        .read(move |conn| match (&row.digest, row.kind) {
            (Some(digest), _) if kept => Ok(Some(blobs.read(conn, digest)?)),
            (_, OutboxKind::Notification) if [outage::EVENT, links::EVENT].contains(&row.event.as_str()) => {
                own_news(conn, &row, now)
            }
            (_, OutboxKind::Notification)
                if [gathering::EVENT, security::EVENT].contains(&row.event.as_str()) =>
            {
                digest(conn, &row, &config, now)
            }
            (_, OutboxKind::Notification) => notification(conn, &row, &config, now),
            _ if row.article_id.is_none() => letter(conn, &row).map(Some),
            _ => compose::article(conn, &blobs, &row, config.recipient_delimiter).map(Some),
        })
        .await?;
    let Some(bytes) = written else { return Ok(None) };
    if !kept {
        // Signing and packing cost more than a dialogue's thread should be kept for.
        let (blobs, way, now) = (desk.db.blobs().clone(), Arc::clone(way), desk.clock.now());
        let made = tokio::task::spawn_blocking(move || {
            let signed = match &way.signer {
                Some(signer) => signer.sign(bytes, now)?,
                None => bytes,
            };
            Ok::<_, Error>((blobs.prepare(&signed)?, signed))
        });
        let (blob, signed) = made.await.map_err(|error| Error::Unexpected(error.into()))??;
        let (id, lease, former) = (mail.id, mail.lease, mail.digest.clone());
        let mine = desk
            .db
            .write(move |tx| {
                blob.store(tx)?;
                let mine = diesel::update(outbox::table.find(id).filter(outbox::lease.eq(lease)))
                    .set(outbox::digest.eq(&blob.digest))
                    .execute(&mut **tx)?;
                // What an earlier attempt told: no other row names it.
                if let Some(former) = former.as_ref().filter(|former| mine == 1 && **former != blob.digest) {
                    diesel::delete(blobs::table.find(former)).execute(&mut **tx)?;
                }
                Ok(mine)
            })
            .await?;
        if mine == 0 {
            return Err(Error::Unavailable("another node has taken this mail over".into()));
        }
        return Ok(Some(signed));
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
    // Answers that came one after the other are told together: the newest is shown.
    let (count, newest) = match row.article_id {
        Some(first) if notice == Notice::FollowUp => together::answers_since(conn, ticket.id, first)?,
        _ => (1, None),
    };
    let excerpt: String = match newest.or(row.article_id) {
        Some(article) => articles::table.find(article).select(articles::body_text).first(conn).optional()?,
        None => None,
    }
    .unwrap_or_else(|| ticket.preview.clone());
    // What the other server said is the news; what was written, its author knows.
    let excerpt = match row.article_id {
        Some(article) if notice == Notice::DeliveryFailure => {
            format!("{}\n\n{excerpt}", returned::words(conn, article)?)
        }
        _ => excerpt,
    };
    let news = letters::News { notice, count, excerpt: &excerpt, absent: &row.body_text };
    let letter = letters::notification(&actor.agent, &news, ticket, &queue.name, &config.public_url);
    let to = Person { name: actor.agent.name.clone(), address: actor.agent.email.clone() };
    // All news about a ticket is one conversation in the agent's mail program.
    let conversation = Some(format!("{}.news", ticket.root_message_id));
    compose::notification(row, from, to, letter.subject, letter.body, conversation).map(Some)
}

/// Writes news that were gathered, those that their reader may read; or what changed about how he gets in.
fn digest(
    conn: &mut crate::db::Conn,
    row: &Outgoing,
    config: &crate::config::Config,
    now: Timestamp,
) -> Result<Option<Vec<u8>>> {
    let Some(agent) = row.agent_id else { return Ok(None) };
    let (agent, letter) = if row.event == security::EVENT {
        // He hears of it also while he may not come in.
        let agent = agents::get(conn, agent)?;
        let letter = security::written(&agent, &row.body_text, config)?;
        (agent, Some(letter))
    } else {
        let actor = match Actor::load(conn, agent, Cause::System, now) {
            Ok(actor) => actor,
            Err(Error::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let letter = gathering::written(conn, &actor, &row.body_text, config)?;
        (actor.agent, letter)
    };
    let Some(letter) = letter else { return Ok(None) };
    // That he has another address is told at the one before.
    let address = row.recipients().into_iter().next().unwrap_or_else(|| agent.email.clone());
    let to = Person { name: agent.name, address };
    let from = outage::sender(conn)?;
    compose::notification(row, from, to, letter.subject, letter.body, None).map(Some)
}

/// Writes a mail that no article carries: its row says all of it, and the queue that it comes from.
fn letter(conn: &mut crate::db::Conn, row: &Outgoing) -> Result<Vec<u8>> {
    let queue = match row.event.parse::<QueueId>() {
        Ok(queue) => queue,
        Err(_) => queues::default_queue(conn)?,
    };
    let queue = queues::get(conn, queue)?;
    let from = queues::sender(conn, &queue)?;
    let address = row.recipients().into_iter().next().ok_or(Error::NotFound)?;
    let to = Person { name: String::new(), address };
    compose::notification(row, from, to, row.subject.clone(), row.body_text.clone(), None)
}

/// Writes news that belong to no ticket, unless their reader is gone; that the relay is away, only to who still looks
/// after mail.
fn own_news(conn: &mut crate::db::Conn, row: &Outgoing, now: Timestamp) -> Result<Option<Vec<u8>>> {
    let Some(agent) = row.agent_id else { return Ok(None) };
    let actor = match Actor::load(conn, agent, Cause::System, now) {
        Ok(actor) => actor,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    if row.event == outage::EVENT && actor.require(InstallationRight::QueuesAndMail).is_err() {
        return Ok(None);
    }
    let to = Person { name: actor.agent.name.clone(), address: actor.agent.email.clone() };
    let from = outage::sender(conn)?;
    compose::notification(row, from, to, row.subject.clone(), row.body_text.clone(), None).map(Some)
}

/// Records what became of a mail; repeated until the database takes it, because a mail that was sent must not be
/// sent again.
async fn finish(desk: &Desk, mail: &Outgoing, ended: End, since: Option<Ts>) {
    let outcome = Outcome::of(desk, mail, ended, since);
    for time in 0..RECORDINGS {
        let (copy, written) = (mail.clone(), outcome.clone());
        match desk.db.write(move |tx| written.write(tx, &copy)).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(mail = mail.id.0, %error, "cannot record what became of a mail"),
        }
        tokio::time::sleep(Duration::from_secs(1 << time.min(4))).await;
    }
}
