//! A ticket in which one answer follows the other: its readers hear of the first at once, and of the next ones together.

use diesel::prelude::*;
use jiff::SignedDuration;

use crate::{
    db::{
        AgentId, ArticleId, Conn, Delivery, Notice, OutboxKind, Sender, TicketId, Ts,
        schema::{articles, outbox},
    },
    error::Result,
};

/// So long after one news about answers to a ticket the next one leaves at the earliest.
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
    let last: Option<Last> = outbox::table
        .filter(outbox::ticket_id.eq(ticket).and(outbox::kind.eq(OutboxKind::Notification)))
        .filter(outbox::agent_id.eq(agent).and(outbox::event.eq(Notice::FollowUp.as_str())))
        .order(outbox::id.desc())
        .select((outbox::state, outbox::digest, outbox::created_at, outbox::sent_at))
        .first(conn)
        .optional()?;
    Ok(match last {
        None => When::Now,
        // It is written out when it leaves, and says then what there is.
        Some((Delivery::Held | Delivery::Due, None, ..)) => When::WithTheLast,
        Some((_, _, created, sent)) => {
            let next = sent.unwrap_or(created).0.checked_add(PAUSE).unwrap_or(now.0);
            if next <= now.0 { When::Now } else { When::At(Ts(next)) }
        }
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
        .load(conn)?;
    Ok((i64::try_from(since.len()).unwrap_or(i64::MAX), since.last().copied()))
}
