//! What the page of a ticket shows: loaded in a fixed number of queries, however long the conversation.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::{Article, Attachment, Event, Ticket};
use crate::{
    access::{Actor, Check, Read, TicketAccess, is_left_out, readable_by_id, survivor},
    db::{
        AgentId, ArticleId, Blobs, Conn, Delivery, Direct, Keep, LinkKind, OutboxKind, State, TicketId, Ts,
        columns, once_each,
        schema::{
            agents, articles, attachments, events, outbox, ticket_links, ticket_tags, tickets, watchers,
        },
    },
    error::{Error, Result},
    outbox::Settled,
    tickets::list,
};

/// How a mail of ours fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryStatus {
    /// Where it stands.
    pub state: Delivery,
    /// What the relay said, or nothing.
    pub error: String,
    /// When it is tried next, or can no longer be taken back.
    pub try_at: Ts,
    /// When its row was made; of a planned mail, for when.
    pub made_for: Ts,
    /// Recipients whom it did not reach, also where others have it.
    pub refused: Vec<Settled>,
}

/// A ticket that this one is linked to.
#[derive(Clone, Debug)]
pub struct Linked {
    /// How.
    pub kind: LinkKind,
    /// Whether the other one points to this one.
    pub reverse: bool,
    /// The other one.
    pub ticket: Ticket,
}

/// All articles of a ticket, the oldest first.
///
/// # Errors
/// Those of the database.
pub fn articles(conn: &mut Conn, access: &TicketAccess<Read>) -> Result<Vec<Article>> {
    Ok(articles::table
        .filter(articles::ticket_id.eq(access.ticket().id))
        .order(articles::id)
        .select(columns::<Article>())
        .rows(conn)?)
}

/// So many articles make a block of a long conversation.
const BLOCK: usize = 20;
/// So many unread ones are shown without being asked for.
const UNREAD: usize = 100;

/// What a page shows of a conversation.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// The first article and those from some point on, the oldest first.
    pub shown: Vec<Article>,
    /// What lies between them.
    pub hidden: Option<Hidden>,
}

/// Articles that are not shown yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// How many.
    pub count: usize,
    /// With which of them the next block begins.
    pub block: ArticleId,
    /// The oldest of them.
    pub oldest: ArticleId,
    /// From when to when what happened belongs to them.
    pub between: (Ts, Ts),
}

/// The articles of a ticket, of a long one the first, the last ones and what is unread; with `from` everything from that
/// article on.
///
/// # Errors
/// Those of the database.
pub fn conversation(
    conn: &mut Conn,
    access: &TicketAccess<Read>,
    seen: i64,
    from: Option<i64>,
) -> Result<Conversation> {
    let ticket = access.ticket().id;
    let ids: Vec<ArticleId> = articles::table
        .filter(articles::ticket_id.eq(ticket))
        .order(articles::id)
        .select(articles::id)
        .rows(conn)?;
    let unread = ids.iter().rev().take(UNREAD).take_while(|id| id.0 > seen).count();
    let usual = ids.len().saturating_sub(unread.max(BLOCK));
    let asked = from.map_or(usual, |from| ids.partition_point(|id| id.0 < from));
    let at = usual.min(asked);
    // A gap of one or two takes more room than what it hides.
    let Some(after) = ids.get(at).filter(|_| at > 3).copied() else {
        return Ok(Conversation { shown: self::articles(conn, access)?, hidden: None });
    };
    let first = ids.first().copied().unwrap_or(after);
    let shown: Vec<Article> = articles::table
        .filter(articles::ticket_id.eq(ticket))
        .filter(articles::id.eq(first).or(articles::id.ge(after)))
        .order(articles::id)
        .select(columns::<Article>())
        .rows(conn)?;
    let block = ids.get(at.saturating_sub(BLOCK).max(1)).copied();
    let hidden = match (shown.as_slice(), block, ids.get(1)) {
        ([first, next, ..], Some(block), Some(oldest)) => Some(Hidden {
            count: at - 1,
            block,
            oldest: *oldest,
            between: (first.created_at, next.created_at),
        }),
        _ => None,
    };
    Ok(Conversation { shown, hidden })
}

/// An article, where the actor may read its ticket.
///
/// # Errors
/// [`Error::NotFound`] otherwise.
pub fn article(conn: &mut Conn, actor: &Actor, id: ArticleId) -> Result<(Article, TicketAccess<Read>)> {
    let article: Article = articles::table.find(id).select(columns::<Article>()).row(conn)?;
    let access = readable_by_id(conn, actor, article.ticket_id)?;
    Ok((article, access))
}

/// Articles with this Message-ID in tickets that the actor may read, the newest first.
///
/// # Errors
/// Those of the database.
pub fn articles_by_message_id(conn: &mut Conn, actor: &Actor, message_id: &str) -> Result<Vec<Article>> {
    use crate::db::schema::message_ids;
    let ids: Vec<Option<ArticleId>> = message_ids::table
        .filter(message_ids::message_id.eq(message_id))
        .select(message_ids::article_id)
        .rows(conn)?;
    let found: Vec<Article> = articles::table
        .filter(articles::id.eq_any(ids.into_iter().flatten().collect::<Vec<_>>()))
        .order(articles::id.desc())
        .select(columns::<Article>())
        .rows(conn)?;
    let mut readable = Vec::new();
    for article in found {
        match readable_by_id(conn, actor, article.ticket_id) {
            Ok(_) => readable.push(article),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(readable)
}

/// The files of these articles.
///
/// # Errors
/// Those of the database.
pub fn attachments(conn: &mut Conn, of: &[Article]) -> Result<HashMap<ArticleId, Vec<Attachment>>> {
    let ids: Vec<_> = of.iter().map(|article| article.id).collect();
    let mut grouped: HashMap<ArticleId, Vec<Attachment>> = HashMap::new();
    for file in attachments::table
        .filter(attachments::article_id.eq_any(ids))
        .order(attachments::id)
        .select(columns::<Attachment>())
        .kept()
        .rows::<Attachment>(conn)?
    {
        if let Some(article) = file.article_id {
            grouped.entry(article).or_default().push(file);
        }
    }
    Ok(grouped)
}

/// How our mails among these articles fare.
///
/// # Errors
/// Those of the database.
pub fn deliveries(conn: &mut Conn, of: &[Article]) -> Result<HashMap<ArticleId, DeliveryStatus>> {
    let ids: Vec<_> = of.iter().map(|article| article.id).collect();
    let rows: Vec<(Option<ArticleId>, Delivery, String, Ts, Ts, String)> = outbox::table
        .filter(outbox::article_id.eq_any(ids).and(outbox::kind.ne(OutboxKind::Notification)))
        .order(outbox::id)
        .select((
            outbox::article_id,
            outbox::state,
            outbox::error,
            outbox::try_at,
            outbox::created_at,
            outbox::outcomes,
        ))
        .kept()
        .rows(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(article, state, error, try_at, made_for, outcomes)| {
            let mut refused = crate::outbox::settled(&outcomes);
            refused.retain(|one| !one.taken);
            Some((article?, DeliveryStatus { state, error, try_at, made_for, refused }))
        })
        .collect())
}

/// All that changed, the oldest first.
///
/// # Errors
/// Those of the database.
pub fn history(conn: &mut Conn, access: &TicketAccess<Read>) -> Result<Vec<Event>> {
    Ok(events::table
        .filter(events::ticket_id.eq(access.ticket().id))
        .order(events::id)
        .select(columns::<Event>())
        .rows(conn)?)
}

/// A file by its public id: of an article that the actor may read, or of his own draft, which nobody sees with his eyes.
///
/// # Errors
/// [`Error::NotFound`] otherwise.
pub fn attachment(conn: &mut Conn, actor: &Actor, uid: &str) -> Result<Attachment> {
    let file: Attachment = attachments::table
        .filter(attachments::uid.eq(uid))
        .select(columns::<Attachment>())
        .first_row(conn)?;
    match file.article_id {
        Some(id) => article(conn, actor, id).map(|_| file),
        None if file.agent_id == Some(actor.himself()) || is_left_out(Check::OwnFile) => Ok(file),
        None => Err(Error::NotFound),
    }
}

/// The original HTML of an article, not cleaned.
///
/// # Errors
/// When its bytes cannot be read.
pub fn html(conn: &mut Conn, blobs: &Blobs, article: &Article) -> Result<Option<String>> {
    let Some(digest) = &article.html_digest else { return Ok(None) };
    Ok(Some(String::from_utf8_lossy(&blobs.read(conn, digest)?).into_owned()))
}

/// Tickets that belong together with this one, as far as the actor may read them.
///
/// # Errors
/// Those of the database.
pub fn links(conn: &mut Conn, actor: &Actor, access: &TicketAccess<Read>) -> Result<Vec<Linked>> {
    let id = access.ticket().id;
    let rows: Vec<(TicketId, TicketId, LinkKind)> = ticket_links::table
        .filter(ticket_links::ticket_id.eq(id).or(ticket_links::other_id.eq(id)))
        .select((ticket_links::ticket_id, ticket_links::other_id, ticket_links::kind))
        .rows(conn)?;
    let mut links = Vec::new();
    for (from, to, kind) in rows {
        let reverse = to == id;
        match readable_by_id(conn, actor, if reverse { from } else { to }) {
            // What was merged into this ticket is this ticket.
            Ok(other) if other.ticket().state == State::Merged => {
                if survivor(conn, other.ticket().id)?.id != id {
                    links.push(Linked { kind, reverse, ticket: other.ticket().clone() });
                }
            }
            Ok(other) => links.push(Linked { kind, reverse, ticket: other.ticket().clone() }),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(links)
}

/// The customer's other tickets that the actor may read, the last changed first.
///
/// # Errors
/// Those of the database.
pub fn others_of_customer(
    conn: &mut Conn,
    actor: &Actor,
    access: &TicketAccess<Read>,
) -> Result<Vec<Ticket>> {
    let Some(customer) = access.ticket().customer_id else { return Ok(Vec::new()) };
    let filter = list::Filter { customer: Some(customer), all_states: true, ..list::Filter::default() };
    let (rows, _) = list::page(conn, actor, &filter, None, 9)?;
    Ok(rows
        .into_iter()
        .map(|row| row.ticket)
        .filter(|other| other.id != access.ticket().id && other.state != State::Merged)
        .take(8)
        .collect())
}

/// Tags, in order.
///
/// # Errors
/// Those of the database.
pub fn tags(conn: &mut Conn, ticket: TicketId) -> Result<Vec<String>> {
    Ok(ticket_tags::table
        .filter(ticket_tags::ticket_id.eq(ticket))
        .order(ticket_tags::tag)
        .select(ticket_tags::tag)
        .rows(conn)?)
}

/// Who watches it.
///
/// # Errors
/// Those of the database.
pub fn watchers(conn: &mut Conn, ticket: TicketId) -> Result<Vec<AgentId>> {
    Ok(watchers::table.filter(watchers::ticket_id.eq(ticket)).select(watchers::agent_id).rows(conn)?)
}

/// Login and name of these agents.
///
/// # Errors
/// Those of the database.
pub fn agents(conn: &mut Conn, ids: &[AgentId]) -> Result<HashMap<AgentId, (String, String)>> {
    once_each(conn, "agents", ids, |conn, ids| {
        let rows: Vec<(AgentId, String, String)> = agents::table
            .filter(agents::id.eq_any(ids))
            .select((agents::id, agents::login, agents::name))
            .kept()
            .load(conn)?;
        Ok(rows.into_iter().map(|(id, login, name)| (id, (login, name))).collect())
    })
}

/// Login and name of those agents who are named in events: who acted, and whose ticket or lock it was or became.
///
/// # Errors
/// Those of the database.
pub fn agents_in(conn: &mut Conn, events: &[Event]) -> Result<HashMap<AgentId, (String, String)>> {
    let ids: Vec<AgentId> = events.iter().filter_map(|event| event.agent_id).collect();
    let mut found = agents(conn, &ids)?;
    let values = events.iter().filter(|event| event.kind.names_agents());
    let mut logins: Vec<String> =
        values.flat_map(|event| [&event.old_value, &event.new_value]).flatten().cloned().collect();
    logins.retain(|login| !found.values().any(|(known, _)| known == login));
    logins.sort_unstable();
    logins.dedup();
    if !logins.is_empty() {
        let others: Vec<(AgentId, String, String)> = agents::table
            .filter(agents::login.eq_any(logins))
            .select((agents::id, agents::login, agents::name))
            .load(conn)?;
        found.extend(others.into_iter().map(|(id, login, name)| (id, (login, name))));
    }
    Ok(found)
}

/// The logins of all agents, disabled ones included.
///
/// # Errors
/// Those of the database.
pub fn logins(conn: &mut Conn) -> Result<HashSet<String>> {
    Ok(agents::table.select(agents::login).kept().rows::<String>(conn)?.into_iter().collect())
}

/// Numbers of these tickets.
///
/// # Errors
/// Those of the database.
pub fn numbers(conn: &mut Conn, ids: &[TicketId]) -> Result<HashMap<TicketId, String>> {
    Ok(tickets::table
        .filter(tickets::id.eq_any(ids.to_vec()))
        .select((tickets::id, tickets::number))
        .kept()
        .load::<(TicketId, String)>(conn)?
        .into_iter()
        .collect())
}

/// The tickets of these numbers, in their order; a number that is none is left out.
///
/// # Errors
/// Those of the database.
pub fn ids(conn: &mut Conn, numbers: &[String]) -> Result<Vec<TicketId>> {
    let mut found: HashMap<String, TicketId> = HashMap::new();
    for part in numbers.chunks(500) {
        let rows: Vec<(String, TicketId)> = tickets::table
            .filter(tickets::number.eq_any(part.to_vec()))
            .select((tickets::number, tickets::id))
            .rows(conn)?;
        found.extend(rows);
    }
    Ok(numbers.iter().filter_map(|number| found.get(number).copied()).collect())
}

/// When the lock of this ticket runs out.
///
/// # Errors
/// Those of the database.
pub fn lock_until(conn: &mut Conn, ticket: TicketId) -> Result<Option<Ts>> {
    use crate::db::{DeadlineKind, schema::deadlines};
    Ok(deadlines::table
        .find((ticket, DeadlineKind::Unlock))
        .select(deadlines::due_at)
        .row(conn)
        .optional()?)
}

/// What changed after this event, the oldest first: for whoever passes changes on to listeners.
///
/// # Errors
/// Those of the database.
pub(crate) fn events_after(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<Event>> {
    Ok(events::table
        .filter(events::id.gt(crate::db::EventId(after)))
        .order(events::id)
        .limit(limit)
        .select(columns::<Event>())
        .rows(conn)?)
}

/// The newest event, or 0.
///
/// # Errors
/// Those of the database.
pub(crate) fn last_event(conn: &mut Conn) -> Result<i64> {
    let last: Option<crate::db::EventId> =
        events::table.order(events::id.desc()).select(events::id).first_row(conn).optional()?;
    Ok(last.map_or(0, |id| id.0))
}
