//! A ticket in which one answer follows the other: its readers hear of the first ones at once, and of the next together.

use diesel::prelude::*;
use jiff::SignedDuration;

use crate::{
    db::{
        AgentId, ArticleId, Conn, Delivery, Direct, Notice, OutboxKind, Sender, TicketId, Ts,
        schema::{articles, outbox},
    },
    error::Result,
};

/// So many news about answers to a ticket leave at once within a pause: two people who write to and fro hear each other.
const AT_ONCE: usize = 3;
/// After those, so long after the last one the next one leaves at the earliest.
const PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// When somebody hears of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// At once.
    Now,
    /// Then, together with what comes until then.
    At(Ts),
    /// By news that has still to leave.
    WithTheLast,
}

/// When this agent hears of an answer to a ticket.
pub(super) fn when(conn: &mut Conn, ticket: TicketId, agent: AgentId, now: Ts) -> Result<When> {
    type Last = (Delivery, Option<String>, Ts, Option<Ts>);
    let lately: Vec<Last> = outbox::table
        .filter(outbox::ticket_id.eq(ticket).and(outbox::kind.eq(OutboxKind::Notification)))
        .filter(outbox::agent_id.eq(agent).and(outbox::event.eq(Notice::FollowUp.as_str())))
        .order(outbox::id.desc())
        .limit(i64::try_from(AT_ONCE).unwrap_or(i64::MAX))
        .select((outbox::state, outbox::digest, outbox::created_at, outbox::sent_at))
        .rows(conn)?;
    // It is written out when it leaves, and says then what there is.
    if let Some((Delivery::Held | Delivery::Due, None, ..)) = lately.first() {
        return Ok(When::WithTheLast);
    }
    let pause_over = |(_, _, created, sent): &Last| {
        let at = sent.unwrap_or(*created).0;
        at.checked_add(PAUSE).unwrap_or(now.0)
    };
    let running: Vec<_> = lately.iter().map(pause_over).filter(|over| *over > now.0).collect();
    Ok(match running.first() {
        Some(over) if running.len() >= AT_ONCE => When::At(Ts(*over)),
        _ => When::Now,
    })
}

/// The answers to a ticket from this one on, those of people; and the newest of them.
///
/// # Errors
/// Those of the database.
pub(crate) fn answers_since(
    conn: &mut Conn,
    ticket: TicketId,
    first: ArticleId,
) -> Result<(i64, Option<ArticleId>)> {
    let since: Vec<ArticleId> = articles::table
        .filter(articles::ticket_id.eq(ticket).and(articles::id.ge(first)))
        .filter(articles::sender.eq(Sender::Customer).and(articles::automatic.eq(false)))
        .order(articles::id)
        .select(articles::id)
        .rows(conn)?;
    Ok((i64::try_from(since.len()).unwrap_or(i64::MAX), since.last().copied()))
}
