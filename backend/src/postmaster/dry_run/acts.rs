//! What people did between the mails of a dry run: they close, move and merge tickets, answer, forward, and say who takes
//! part. They would have done so under other rules as well.

use std::collections::HashMap;

use diesel::prelude::*;

use super::start::Start;
use crate::{
    db::{
        AgentId, ArticleId, Cause, Channel, Conn, EventId, EventKind, Priority, QueueId, Sender, State,
        Status, TicketId, Ts,
        schema::{articles, events, tickets},
    },
    error::Result,
    filters::Names,
    tickets::Recipients,
};

/// One thing that a person did to a ticket.
#[derive(Clone, Debug)]
pub(super) enum Act {
    State(Status),
    Queue(QueueId),
    Owner(Option<AgentId>),
    Priority(Priority),
    Tagged(String),
    Untagged(String),
    Merged(TicketId),
    Accepted(String),
    Removed(String),
    /// Wrote to these, so that they take part.
    Answered(Vec<String>),
    /// Wrote to these without the customer.
    Told(Vec<String>),
}

/// When, and to which ticket.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    pub at: Ts,
    /// Of two at one instant the first.
    pub order: i64,
    pub ticket: TicketId,
    pub act: Act,
}

type Row = (EventId, Ts, TicketId, EventKind, Cause, Option<String>, Option<String>);

/// What changes where a mail goes, or how its ticket stands.
const KINDS: [EventKind; 10] = [
    EventKind::StateChanged,
    EventKind::Moved,
    EventKind::Assigned,
    EventKind::Locked,
    EventKind::PriorityChanged,
    EventKind::Tagged,
    EventKind::Untagged,
    EventKind::MergedInto,
    EventKind::ParticipantAccepted,
    EventKind::ParticipantRemoved,
];

/// Adds what was done to these tickets since the first mail came, and puts those that are older back to how they were
/// before that.
pub(super) fn load(conn: &mut Conn, ids: &[TicketId], names: &Names, start: &mut Start) -> Result<()> {
    let Some(since) = start.since else { return Ok(()) };
    let rows: Vec<Row> = events::table
        .filter(events::ticket_id.eq_any(ids).and(events::kind.eq_any(KINDS)).and(events::at.ge(since)))
        .order(events::id)
        .select((
            events::id,
            events::at,
            events::ticket_id,
            events::kind,
            events::cause,
            events::old_value,
            events::new_value,
        ))
        .load(conn)?;
    put_back(&rows, names, start);
    let survivors = survivors(conn, &rows)?;
    let queue = |name: &str| names.queues.iter().find(|queue| queue.name == name).map(|queue| queue.id);
    // What falls due goes on from what was done before, be it by a person or a rule.
    let mut last: HashMap<TicketId, Cause> = HashMap::new();
    for (id, at, ticket, kind, cause, old, new) in rows {
        let cause =
            if cause == Cause::Deadline { last.get(&ticket).copied().unwrap_or(Cause::Web) } else { cause };
        if kind == EventKind::StateChanged {
            last.insert(ticket, cause);
        }
        if matches!(cause, Cause::Mail | Cause::Rule) {
            continue;
        }
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        let act = match kind {
            // Where to, says the event that follows.
            EventKind::StateChanged if new == State::Merged.as_str() => None,
            EventKind::StateChanged => new.parse().ok().map(Act::State),
            EventKind::Moved => queue(&new).map(Act::Queue),
            EventKind::Assigned | EventKind::Locked => Some(Act::Owner(agent(names, &new))),
            EventKind::PriorityChanged => new.parse().ok().map(Act::Priority),
            EventKind::Tagged => Some(Act::Tagged(new)),
            EventKind::Untagged => Some(Act::Untagged(old)),
            EventKind::MergedInto => survivors.get(&new).copied().map(Act::Merged),
            EventKind::ParticipantAccepted => Some(Act::Accepted(new)),
            EventKind::ParticipantRemoved => Some(Act::Removed(old)),
            _ => None,
        };
        start.deeds.extend(act.map(|act| Deed { at, order: id.0, ticket, act }));
    }
    letters(conn, ids, start)
}

fn agent(names: &Names, login: &str) -> Option<AgentId> {
    names.agents.iter().find(|agent| agent.login == login).map(|agent| agent.id)
}

/// The first change since then says how it was before.
fn put_back(rows: &[Row], names: &Names, start: &mut Start) {
    for (_, _, ticket, kind, _, old, new) in rows.iter().rev() {
        let Some(one) = start.older.get_mut(ticket) else { continue };
        match kind {
            EventKind::Assigned => one.ticket.owner_id = old.as_deref().and_then(|login| agent(names, login)),
            EventKind::Tagged => {
                one.tags.retain(|tag| Some(tag) != new.as_ref());
            }
            _ => {}
        }
        let Some(old) = old else { continue };
        match kind {
            EventKind::PriorityChanged => one.ticket.priority = old.parse().unwrap_or(one.ticket.priority),
            EventKind::Untagged => {
                one.tags.insert(old.clone());
            }
            EventKind::StateChanged => {
                if let Ok(status) = old.parse::<Status>() {
                    one.set_state(status);
                }
                if *old != State::Merged.as_str() {
                    one.ticket.merged_into = None;
                }
            }
            EventKind::Moved => {
                if let Some(queue) = names.queues.iter().find(|queue| queue.name == *old) {
                    one.ticket.queue_id = queue.id;
                }
            }
            _ => {}
        }
    }
}

/// Into which tickets others were merged, by number.
fn survivors(conn: &mut Conn, rows: &[Row]) -> Result<HashMap<String, TicketId>> {
    let merged = rows.iter().filter(|(_, _, _, kind, ..)| *kind == EventKind::MergedInto);
    let numbers: Vec<&String> = merged.filter_map(|row| row.6.as_ref()).collect();
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(String, TicketId)> = tickets::table
        .filter(tickets::number.eq_any(numbers))
        .select((tickets::number, tickets::id))
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// Mails that agents wrote about these tickets.
fn letters(conn: &mut Conn, ids: &[TicketId], start: &mut Start) -> Result<()> {
    let rows: Vec<(ArticleId, TicketId, Ts, bool, String)> = articles::table
        .filter(articles::ticket_id.eq_any(ids))
        .filter(articles::sender.eq(Sender::Agent).and(articles::channel.eq(Channel::Mail)))
        .filter(articles::inbound_id.is_null())
        .order(articles::id)
        .select((
            articles::id,
            articles::ticket_id,
            articles::created_at,
            articles::visible,
            articles::recipients,
        ))
        .load(conn)?;
    for (id, ticket, at, visible, recipients) in rows {
        // Only we write this column.
        let read: Recipients = serde_json::from_str(&recipients).unwrap_or_default();
        let hidden: &[_] = if visible { &[] } else { &read.bcc };
        let people = read.to.iter().chain(&read.cc).chain(hidden);
        let people = people.filter_map(|person| mail_ingest::address::normalise(&person.address)).collect();
        let act = if visible { Act::Answered(people) } else { Act::Told(people) };
        match start.older.get_mut(&ticket).filter(|_| start.since.is_some_and(|since| at < since)) {
            Some(one) if !visible => one.act(&act),
            // Who took part before is known.
            Some(_) => {}
            None => start.deeds.push(Deed { at, order: id.0, ticket, act }),
        }
    }
    Ok(())
}
