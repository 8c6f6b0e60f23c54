//! Whether something is there of which somebody may not know: for the audit log, never for an answer.

use diesel::prelude::*;

use super::{Actor, Read, decide};
use crate::{
    db::{
        AgentId, ArticleId, Conn, TicketId,
        schema::{articles, attachments, tickets},
    },
    error::{Error, Result},
    tickets::Ticket,
};

/// What an address names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A ticket, by its number.
    Ticket(String),
    /// An article, by its key.
    Article(String),
    /// An attachment, by what stands in its address.
    Attachment(String),
}

/// Whether it exists and belongs to a ticket that the actor may not read.
///
/// # Errors
/// Those of the database.
pub fn is_hidden(conn: &mut Conn, actor: &Actor, named: &Named) -> Result<bool> {
    let ticket = match belongs(conn, named)? {
        Belongs::Nowhere => return Ok(false),
        Belongs::Draft(author) => return Ok(author != actor.himself()),
        Belongs::Ticket(ticket) => ticket,
    };
    let ticket: Option<Ticket> =
        tickets::table.find(ticket).select(Ticket::as_select()).first(conn).optional()?;
    let Some(ticket) = ticket else { return Ok(false) };
    match decide::<Read>(ticket, actor, &actor.scope) {
        Ok(_) => Ok(false),
        Err(Error::NotFound) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Where something belongs.
enum Belongs {
    /// There is no such thing.
    Nowhere,
    /// To a ticket.
    Ticket(TicketId),
    /// To what its author has not sent yet.
    Draft(AgentId),
}

fn belongs(conn: &mut Conn, named: &Named) -> Result<Belongs> {
    let found = match named {
        // No number holds a NUL, which PostgreSQL would refuse to look for.
        Named::Ticket(text) | Named::Attachment(text) if text.contains('\0') => None,
        Named::Ticket(number) => {
            tickets::table.filter(tickets::number.eq(number)).select(tickets::id).first(conn).optional()?
        }
        Named::Article(id) => match id.parse() {
            Ok(id) => of_article(conn, id)?,
            Err(_) => None,
        },
        Named::Attachment(uid) => {
            let found: Option<(Option<ArticleId>, Option<AgentId>)> = attachments::table
                .filter(attachments::uid.eq(uid))
                .select((attachments::article_id, attachments::agent_id))
                .first(conn)
                .optional()?;
            match found {
                Some((Some(article), _)) => of_article(conn, article)?,
                Some((None, Some(author))) => return Ok(Belongs::Draft(author)),
                Some((None, None)) | None => None,
            }
        }
    };
    Ok(found.map_or(Belongs::Nowhere, Belongs::Ticket))
}

fn of_article(conn: &mut Conn, id: ArticleId) -> Result<Option<TicketId>> {
    Ok(articles::table.find(id).select(articles::ticket_id).first(conn).optional()?)
}
