//! What an agent has seen.

use diesel::prelude::*;

use super::model::Ticket;
use crate::{
    access::{Actor, Read, TicketAccess},
    db::{ArticleId, Conn, Direct, TicketId, Ts, Tx, backend, schema::reads},
    error::Result,
    notify::board,
};

/// Notes that the agent has seen the ticket up to this article, and what he was told about it.
///
/// # Errors
/// Those of the database.
pub fn seen(
    tx: &mut Tx<'_>,
    access: &TicketAccess<Read>,
    actor: &Actor,
    up_to: ArticleId,
    now: Ts,
) -> Result<()> {
    let ticket = access.ticket();
    board::read_ticket(tx, actor.agent.id, ticket.id, now)?;
    backend::put_read(tx, actor.agent.id, ticket.id, up_to.0.min(ticket.last_article_id))
}

/// Notes that the agent has seen what he was told about the ticket, but for what was written into it since he last looked.
///
/// # Errors
/// Those of the database.
pub fn heard(tx: &mut Tx<'_>, access: &TicketAccess<Read>, actor: &Actor, now: Ts) -> Result<()> {
    board::read_without_article(tx, actor.agent.id, access.ticket().id, now)
}

/// The newest article of the ticket that the agent has seen, or 0.
///
/// # Errors
/// Those of the database.
pub fn last_seen(conn: &mut Conn, actor: &Actor, ticket: TicketId) -> Result<i64> {
    let seen: Option<i64> =
        reads::table.find((actor.agent.id, ticket)).select(reads::article_id).row(conn).optional()?;
    Ok(seen.unwrap_or(0).max(actor.agent.read_floor))
}

/// Notes that the agent has seen all of the ticket: he has just acted on it.
pub(super) fn mark(tx: &mut Tx<'_>, actor: &Actor, ticket: &Ticket) -> Result<()> {
    backend::put_read(tx, actor.agent.id, ticket.id, ticket.last_article_id)
}
