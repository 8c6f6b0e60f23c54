//! What a list shows beside the tickets' own rows: a fixed number of queries, however many tickets.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Article, Event};
use crate::{
    access::{Read, TicketAccess},
    db::{
        ArticleId, Conn, DeadlineKind, EventId, Keep, TicketId, Ts,
        schema::{articles, deadlines, events, ticket_tags},
    },
    error::Result,
};

/// Tags of these tickets, in order.
///
/// # Errors
/// Those of the database.
pub fn tags(conn: &mut Conn, of: &[TicketId]) -> Result<HashMap<TicketId, Vec<String>>> {
    let rows: Vec<(TicketId, String)> = ticket_tags::table
        .filter(ticket_tags::ticket_id.eq_any(of.to_vec()))
        .order((ticket_tags::ticket_id, ticket_tags::tag))
        .select((ticket_tags::ticket_id, ticket_tags::tag))
        .kept()
        .load(conn)?;
    let mut grouped: HashMap<TicketId, Vec<String>> = HashMap::new();
    for (ticket, tag) in rows {
        grouped.entry(ticket).or_default().push(tag);
    }
    Ok(grouped)
}

/// When the locks of these tickets run out.
///
/// # Errors
/// Those of the database.
pub fn locks_until(conn: &mut Conn, of: &[TicketId]) -> Result<HashMap<TicketId, Ts>> {
    Ok(deadlines::table
        .filter(deadlines::ticket_id.eq_any(of.to_vec()))
        .filter(deadlines::kind.eq(DeadlineKind::Unlock))
        .select((deadlines::ticket_id, deadlines::due_at))
        .kept()
        .load::<(TicketId, Ts)>(conn)?
        .into_iter()
        .collect())
}

/// Articles of a ticket after `after`, the oldest first.
///
/// # Errors
/// Those of the database.
pub fn articles_after(
    conn: &mut Conn,
    access: &TicketAccess<Read>,
    after: ArticleId,
    limit: i64,
) -> Result<Vec<Article>> {
    Ok(articles::table
        .filter(articles::ticket_id.eq(access.ticket().id).and(articles::id.gt(after)))
        .order(articles::id)
        .limit(limit)
        .select(Article::as_select())
        .load(conn)?)
}

/// Changes of a ticket after `after`, the oldest first.
///
/// # Errors
/// Those of the database.
pub fn history_after(
    conn: &mut Conn,
    access: &TicketAccess<Read>,
    after: EventId,
    limit: i64,
) -> Result<Vec<Event>> {
    Ok(events::table
        .filter(events::ticket_id.eq(access.ticket().id).and(events::id.gt(after)))
        .order(events::id)
        .limit(limit)
        .select(Event::as_select())
        .load(conn)?)
}
