//! The outbox as a page and as an API list.

use std::collections::HashMap;

use diesel::prelude::*;

use super::Outgoing;
use crate::{
    access::Actor,
    db::{
        AgentId, ArticleId, Conn, Delivery, Direct, InstallationRight, OutboxId, OutboxKind, Right, TicketId,
        Ts, columns,
        schema::{articles, outbox, tickets},
    },
    error::Result,
    tickets::Ticket,
};

/// An outgoing mail in the list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The mail.
    pub mail: Outgoing,
    /// The number of its ticket.
    pub ticket: Option<String>,
    /// Whether the reader may open that ticket.
    pub readable: bool,
    /// What it is about: its own subject, else its article's, else its ticket's title. Nothing where it is about a
    /// ticket that the reader may not read, or is written only when it is sent.
    pub subject: Option<String>,
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
    let next = mails.last().filter(|_| more).map(|mail| mail.id);
    let about = About::of(conn, actor, &mails)?;
    let listed = mails.into_iter().map(|mail| about.listed(mail)).collect();
    Ok((listed, next))
}

/// What the mails of a page are about, in two statements.
struct About {
    reader: AgentId,
    /// Number, title, and whether the reader may open it.
    tickets: HashMap<TicketId, (String, String, bool)>,
    subjects: HashMap<ArticleId, String>,
}

impl About {
    fn of(conn: &mut Conn, actor: &Actor, mails: &[Outgoing]) -> Result<Self> {
        let ids: Vec<TicketId> = mails.iter().filter_map(|mail| mail.ticket_id).collect();
        let found: Vec<Ticket> =
            tickets::table.filter(tickets::id.eq_any(ids)).select(columns::<Ticket>()).rows(conn)?;
        let tickets = found
            .into_iter()
            .map(|ticket| {
                let readable = actor.scope.on_ticket(&ticket, actor.agent.id).has(Right::Read);
                (ticket.id, (ticket.number, ticket.title, readable))
            })
            .collect();
        let reader = actor.agent.id;
        let carried: Vec<ArticleId> = mails.iter().filter_map(|mail| mail.article_id).collect();
        let subjects: Vec<(ArticleId, String)> = articles::table
            .filter(articles::id.eq_any(carried))
            .select((articles::id, articles::subject))
            .load(conn)?;
        Ok(Self { reader, tickets, subjects: subjects.into_iter().collect() })
    }

    fn listed(&self, mail: Outgoing) -> Listed {
        let ticket = mail.ticket_id.and_then(|id| self.tickets.get(&id));
        let readable = ticket.is_some_and(|(_, _, readable)| *readable);
        // The subject of an answer is the title of its ticket.
        let of_hidden = mail.ticket_id.is_some() && !readable;
        // An answer that somebody tried on himself may tell of a ticket that he reads.
        let tried =
            mail.kind == OutboxKind::AutoResponse && mail.agent_id.is_some_and(|by| by != self.reader);
        let hidden = of_hidden || tried;
        // News are about the ticket, and not about the answer that they tell of.
        let carried = mail.article_id.filter(|_| mail.kind != OutboxKind::Notification);
        let article = carried.and_then(|id| self.subjects.get(&id));
        let title = ticket.map(|(_, title, _)| title);
        let subject = Some(&mail.subject)
            .into_iter()
            .chain(article)
            .chain(title)
            .find(|subject| !hidden && !subject.trim().is_empty())
            .cloned();
        Listed { ticket: ticket.map(|(number, ..)| number.clone()), readable, subject, mail }
    }
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
