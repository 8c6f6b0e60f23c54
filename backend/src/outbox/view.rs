//! The outbox as a page and as an API list.

use diesel::prelude::*;

use super::Outgoing;
use crate::{
    access::Actor,
    db::{
        ArticleId, Conn, Delivery, Direct, InstallationRight, OutboxId, OutboxKind, TicketId, Ts,
        schema::{articles, outbox, tickets},
    },
    error::Result,
};

/// An outgoing mail in the list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The mail.
    pub mail: Outgoing,
    /// The number of its ticket.
    pub ticket: Option<String>,
}

/// Outgoing mails, the newest first, in any or in one state; after `cursor`.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to see the recorder.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    state: Option<Delivery>,
    cursor: Option<OutboxId>,
    limit: i64,
) -> Result<(Vec<Listed>, Option<OutboxId>)> {
    actor.require(InstallationRight::Recorder)?;
    let mut query =
        outbox::table.select(Outgoing::as_select()).order(outbox::id.desc()).limit(limit + 1).into_boxed();
    if let Some(state) = state {
        query = query.filter(outbox::state.eq(state));
    }
    if let Some(before) = cursor {
        query = query.filter(outbox::id.lt(before));
    }
    let mut mails: Vec<Outgoing> = query.load(conn)?;
    let more = mails.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        mails.pop();
    }
    let ids: Vec<TicketId> = mails.iter().filter_map(|mail| mail.ticket_id).collect();
    let numbers: Vec<(TicketId, String)> =
        tickets::table.filter(tickets::id.eq_any(ids)).select((tickets::id, tickets::number)).load(conn)?;
    let next = mails.last().filter(|_| more).map(|mail| mail.id);
    let listed = mails
        .into_iter()
        .map(|mail| {
            let ticket =
                numbers.iter().find(|(id, _)| Some(*id) == mail.ticket_id).map(|(_, number)| number.clone());
            Listed { mail, ticket }
        })
        .collect();
    Ok((listed, next))
}

/// A reply of the actor that can still be taken back.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its article.
    pub article: ArticleId,
    /// Its ticket's number.
    pub ticket: String,
    /// Until when.
    pub until: Ts,
}

/// The actor's replies that can still be taken back, the newest first.
///
/// # Errors
/// Those of the database.
pub fn held_by(conn: &mut Conn, actor: &Actor, now: Ts) -> Result<Vec<Held>> {
    let rows: Vec<(ArticleId, String, Ts)> = outbox::table
        .inner_join(tickets::table)
        .inner_join(articles::table.on(outbox::article_id.eq(articles::id.nullable())))
        .filter(outbox::state.eq(Delivery::Held).and(outbox::try_at.gt(now)))
        // What is planned is shown in its ticket.
        .filter(outbox::created_at.le(now))
        .filter(outbox::kind.ne(OutboxKind::Notification))
        .filter(articles::agent_id.eq(actor.agent.id))
        .order(outbox::id.desc())
        .limit(3)
        .select((articles::id, tickets::number, outbox::try_at))
        .rows(conn)?;
    Ok(rows.into_iter().map(|(article, ticket, until)| Held { article, ticket, until }).collect())
}
