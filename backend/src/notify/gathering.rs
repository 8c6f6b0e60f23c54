//! What is told together: at the pace that an agent chose, or of all tickets of a bulk once it has ended.
//!
//! What gathers are rows; the first of a pace sets a deadline, and whoever takes the deadline away makes one mail of them.
//! The mail is written out, and its reader's permission checked for each ticket, when it leaves.

use std::collections::HashMap;

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp, ToSpan as _, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{
    board,
    letters::{self, Letter, Line},
    telling::{News, message_id},
};
use crate::{
    access::Actor,
    config::Config,
    db::{
        AgentId, BulkId, Cause, Conn, Delivery, Notice, OutboxKind, Pace, TicketId, Ts, Tx, Wake, backend,
        schema::{agents, digests, gathered},
    },
    desk::Desk,
    error::{Error, Result},
    outbox,
    people::{
        self,
        ways::{self, Way},
    },
    queues,
    tickets::{Ticket, list},
};

/// What marks the row of a mail that tells several things.
pub(crate) const EVENT: &str = "digest";
/// So many deadlines are looked at once.
const BATCH: i64 = 100;
/// So many tickets are asked about in one statement.
const PART: usize = 500;
/// When one is tried again that could not be written.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// When the mail of the day leaves.
const MORNING: i8 = 8;

/// Something that waits to be told.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = gathered)]
struct Row {
    id: i64,
    agent_id: AgentId,
    at: Ts,
    event: String,
    ticket_id: TicketId,
    absent: String,
    mail: Pace,
    browser: bool,
}

/// What the row of such a mail keeps until it is written out.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    /// All of it is one deed on many tickets.
    bulk: bool,
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Item {
    event: Notice,
    ticket: TicketId,
    n: i32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    absent: String,
}

/// Keeps something to be told later: with the bulk, or at the agent's pace.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    news: &News<'_>,
    agent: AgentId,
    absent: &str,
    way: Way,
    bulk: Option<BulkId>,
) -> Result<()> {
    diesel::insert_into(gathered::table)
        .values((
            gathered::agent_id.eq(agent),
            gathered::at.eq(news.now),
            gathered::event.eq(news.notice.as_str()),
            gathered::ticket_id.eq(news.ticket.id),
            gathered::article_id.eq(news.article),
            gathered::absent.eq(absent),
            gathered::mail.eq(way.mail),
            gathered::browser.eq(way.browser),
            gathered::bulk_id.eq(bulk),
        ))
        .execute(&mut **tx)?;
    match bulk {
        Some(_) => Ok(()),
        None => set_off(tx, agent, way.mail, news.now),
    }
}

/// Lets the deadline of a pace run, unless it does: the scheduler says for when.
fn set_off(tx: &mut Tx<'_>, agent: AgentId, mail: Pace, now: Ts) -> Result<()> {
    backend::put_digest(tx, agent, mail, now)?;
    tx.wake(Wake::SCHEDULE);
    Ok(())
}

/// Makes the mails that are due; how many deadlines were looked at.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn fire(desk: &Desk) -> Result<usize> {
    let now = Ts(desk.clock.now());
    let due: Vec<(AgentId, Pace)> = desk
        .db
        .read(move |conn| {
            Ok(digests::table
                .filter(digests::due_at.le(now))
                .order(digests::due_at)
                .limit(BATCH)
                .select((digests::agent_id, digests::mail))
                .load(conn)?)
        })
        .await?;
    let n = due.len();
    for (agent, pace) in due {
        let at = desk.moment();
        let now = at.ts();
        match desk.db.write(move |tx| fire_one(tx, agent, pace, &at.zone, at.ts())).await {
            Ok(()) => {}
            Err(error @ Error::Unavailable(_)) => return Err(error),
            // One that cannot be written holds up no other.
            Err(error) => {
                tracing::error!(agent = agent.0, %error, "what gathered for an agent is tried again in an hour");
                desk.db.write(move |tx| put_off(tx, agent, pace, now)).await?;
            }
        }
    }
    Ok(n)
}

fn put_off(tx: &mut Tx<'_>, agent: AgentId, pace: Pace, now: Ts) -> Result<()> {
    let later = Ts(now.0.checked_add(AGAIN).unwrap_or(now.0));
    diesel::update(digests::table.find((agent, pace))).set(digests::due_at.eq(later)).execute(&mut **tx)?;
    Ok(())
}

/// Whoever deletes the row makes the mail: on several nodes only one does.
fn fire_one(tx: &mut Tx<'_>, agent: AgentId, pace: Pace, zone: &TimeZone, now: Ts) -> Result<()> {
    backend::beside_others(tx, LOCK)?;
    let mine = diesel::delete(digests::table.find((agent, pace)).filter(digests::due_at.le(now)))
        .execute(&mut **tx)?;
    if mine == 0 {
        return Ok(());
    }
    let rows: Vec<Row> = gathered::table
        .filter(gathered::agent_id.eq(agent).and(gathered::mail.eq(pace)))
        .filter(gathered::bulk_id.is_null())
        .order(gathered::id)
        .select(Row::as_select())
        .load(&mut **tx)?;
    let Some(first) = rows.first() else { return Ok(()) };
    let own: Option<String> = agents::table.find(agent).select(agents::time_zone).first(&mut **tx)?;
    let own = own.and_then(|name| TimeZone::get(&name).ok());
    let due = moment(pace, first.at.0, own.as_ref().unwrap_or(zone));
    if due > now.0 {
        return backend::put_digest(tx, agent, pace, Ts(due));
    }
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    for part in ids.chunks(PART) {
        diesel::delete(gathered::table.filter(gathered::id.eq_any(part.to_vec()))).execute(&mut **tx)?;
    }
    // Whoever no longer wants to hear of it by mail does not hear of what gathered before either.
    let off = ways::without_mail(tx, agent)?;
    let mut items = items(&rows);
    items.retain(|item| !off.contains(&item.event));
    if items.is_empty() {
        return Ok(());
    }
    write_to(tx, agent, &Kept { bulk: false, items }, now)
}

/// When what began to gather at `began` is told: the next quarter of an hour, full hour, or morning in `zone`.
fn moment(pace: Pace, began: Timestamp, zone: &TimeZone) -> Timestamp {
    let there = began.to_zoned(zone.clone());
    let found = match pace {
        Pace::Now | Pace::Off => return began,
        Pace::Quarter | Pace::Hour => {
            let step = if pace == Pace::Quarter { 15 } else { 60 };
            let minutes = i64::from(there.minute());
            there
                .with()
                .minute(0)
                .second(0)
                .subsec_nanosecond(0)
                .build()
                .and_then(|hour| hour.checked_add(((minutes / step + 1) * step).minutes()))
        }
        Pace::Day => {
            let morning = there.with().hour(MORNING).minute(0).second(0).subsec_nanosecond(0).build();
            morning.and_then(|at| if at > there { Ok(at) } else { at.checked_add(1.day()) })
        }
    };
    // At the end of time: at once.
    found.map_or(began, |at| at.timestamp())
}

/// Each ticket and event once, in the order in which they came.
fn items(rows: &[Row]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut places: HashMap<(&str, TicketId), usize> = HashMap::new();
    for row in rows {
        let Ok(event) = row.event.parse::<Notice>() else { continue };
        match places.get(&(row.event.as_str(), row.ticket_id)).and_then(|at| items.get_mut(*at)) {
            Some(known) => known.n = known.n.saturating_add(1),
            None => {
                places.insert((row.event.as_str(), row.ticket_id), items.len());
                items.push(Item { event, ticket: row.ticket_id, n: 1, absent: row.absent.clone() });
            }
        }
    }
    items
}

/// What writers of such mails share from their begin, and an erasure takes alone: none begins to tell what is just now erased.
pub(crate) const LOCK: &str = "gathered";

/// Puts the mail into the outbox.
fn write_to(tx: &mut Tx<'_>, agent: AgentId, kept: &Kept, now: Ts) -> Result<()> {
    let from = outbox::own_sender(tx)?;
    let agent = people::agents::get(tx, agent)?;
    outbox::enqueue(
        tx,
        &outbox::NewMail {
            kind: OutboxKind::Notification,
            state: Delivery::Due,
            ticket: None,
            article: None,
            agent: Some(agent.id),
            event: EVENT.to_owned(),
            envelope_from: String::new(),
            envelope_to: vec![agent.email],
            message_id: message_id(&from, now),
            subject: String::new(),
            body_text: serde_json::to_string(kept)?,
            try_at: now,
        },
        now,
    )
}

/// Writes the mail out: what its reader may read now. `None`: nothing of it.
///
/// # Errors
/// Those of the database.
pub(crate) fn written(conn: &mut Conn, actor: &Actor, kept: &str, config: &Config) -> Result<Option<Letter>> {
    let kept: Kept = serde_json::from_str(kept)?;
    let ids: Vec<TicketId> = kept.items.iter().map(|item| item.ticket).collect();
    let tickets = readable(conn, actor, &ids)?;
    let queues: HashMap<_, _> = queues::all(conn)?.into_iter().map(|queue| (queue.id, queue.name)).collect();
    let lines: Vec<Line<'_>> = kept
        .items
        .iter()
        .filter_map(|item| {
            let ticket = tickets.get(&item.ticket)?;
            let queue = queues.get(&ticket.queue_id).map_or("", String::as_str);
            Some(Line { notice: item.event, n: item.n, ticket, queue, absent: &item.absent })
        })
        .collect();
    Ok(letters::digest(&actor.agent, &lines, kept.bulk, &config.public_url))
}

/// The tickets of which such a mail tells.
pub(crate) fn tells_of(kept: &str) -> Vec<TicketId> {
    let kept = serde_json::from_str::<Kept>(kept);
    kept.map(|kept| kept.items.iter().map(|item| item.ticket).collect()).unwrap_or_default()
}

fn readable(conn: &mut Conn, actor: &Actor, ids: &[TicketId]) -> Result<HashMap<TicketId, Ticket>> {
    let mut found = HashMap::new();
    for part in ids.chunks(PART) {
        found.extend(list::by_ids(conn, actor, part)?);
    }
    Ok(found)
}

/// A bulk has ended: the next of those who are told of its tickets hears of all of them at once, of one event; `false`
/// when nobody is left. One transaction for each, so that thousands of tickets hold up nobody for long.
pub(crate) fn bulk_ended(tx: &mut Tx<'_>, bulk: BulkId, now: Ts) -> Result<bool> {
    backend::beside_others(tx, LOCK)?;
    let next: Option<(AgentId, String)> = gathered::table
        .filter(gathered::bulk_id.eq(bulk))
        .order((gathered::agent_id, gathered::event))
        .select((gathered::agent_id, gathered::event))
        .first(&mut **tx)
        .optional()?;
    let Some((agent, event)) = next else { return Ok(false) };
    let rows: Vec<Row> = gathered::table
        .filter(gathered::bulk_id.eq(bulk).and(gathered::agent_id.eq(agent)))
        .filter(gathered::event.eq(&event))
        .order(gathered::id)
        .select(Row::as_select())
        .load(&mut **tx)?;
    tell_bulk(tx, &rows, bulk, now)?;
    diesel::delete(
        gathered::table
            .filter(gathered::bulk_id.eq(bulk).and(gathered::agent_id.eq(agent)))
            .filter(gathered::event.eq(&event)),
    )
    .execute(&mut **tx)?;
    Ok(true)
}

/// The same event of several tickets, to one agent.
fn tell_bulk(tx: &mut Tx<'_>, rows: &[Row], bulk: BulkId, now: Ts) -> Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let (agent, absent) = (first.agent_id, first.absent.as_str());
    let actor = match Actor::load(tx, agent, Cause::System, now.0) {
        Ok(actor) => actor,
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    let ids: Vec<TicketId> = rows.iter().map(|row| row.ticket_id).collect();
    let tickets = readable(tx, &actor, &ids)?;
    let seen: Vec<&Row> = rows.iter().filter(|row| tickets.contains_key(&row.ticket_id)).collect();
    let (Some(top), Ok(notice)) = (seen.first(), first.event.parse::<Notice>()) else { return Ok(()) };
    if top.browser {
        board::put_bulk(tx, notice, agent, (top.ticket_id, seen.len()), absent, bulk, now)?;
    }
    match top.mail {
        Pace::Off => Ok(()),
        Pace::Now => write_to(tx, agent, &Kept { bulk: seen.len() > 1, items: items(rows) }, now),
        pace => {
            let these: Vec<i64> = rows.iter().map(|row| row.id).collect();
            for part in these.chunks(PART) {
                diesel::update(gathered::table.filter(gathered::id.eq_any(part.to_vec())))
                    .set((gathered::bulk_id.eq(None::<BulkId>), gathered::browser.eq(false)))
                    .execute(&mut **tx)?;
            }
            set_off(tx, agent, pace, now)
        }
    }
}
