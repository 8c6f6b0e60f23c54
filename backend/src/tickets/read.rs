//! What an agent has seen.

use super::model::Ticket;
use crate::{
    access::{Actor, Read, TicketAccess},
    db::{ArticleId, Tx, backend},
    error::Result,
};

/// Notes that the agent has seen the ticket up to this article.
///
/// # Errors
/// Those of the database.
pub fn seen(tx: &mut Tx<'_>, access: &TicketAccess<Read>, actor: &Actor, up_to: ArticleId) -> Result<()> {
    let ticket = access.ticket();
    backend::put_read(tx, actor.agent.id, ticket.id, up_to.0.min(ticket.last_article_id))
}

/// Notes that the agent has seen all of the ticket: he has just acted on it.
pub(super) fn mark(tx: &mut Tx<'_>, actor: &Actor, ticket: &Ticket) -> Result<()> {
    backend::put_read(tx, actor.agent.id, ticket.id, ticket.last_article_id)
}
