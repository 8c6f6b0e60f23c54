//! A list taken out as a table: the same tickets in the same order, part by part, so that none has to be held at once.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{
    Ticket,
    list::{self, Cursor, Filter},
    view,
};
use crate::{
    access::Actor,
    audit,
    csv::Csv,
    db::{AgentId, Audited, Conn, InstallationRight, QueueId, TicketId, Ts, Tx, schema::ticket_tags},
    error::Result,
    queues,
    terms::Terms,
};

/// So many tickets are read at once.
const PART: i64 = 200;
/// So many tickets has a table at most.
pub const MOST: usize = 100_000;

const COLUMNS: [&str; 18] = [
    "number",
    "title",
    "queue",
    "state",
    "priority",
    "owner",
    "locked",
    "customer_name",
    "customer_address",
    "tags",
    "messages",
    "last_sender",
    "waiting_since",
    "pending_until",
    "created_at",
    "updated_at",
    "state_type",
    "priority_rank",
];

/// Writes down that the actor takes tickets out, before he gets any; `what` is his search.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to export.
pub fn begin(tx: &mut Tx<'_>, actor: &Actor, what: &str, now: Ts) -> Result<()> {
    actor.require(InstallationRight::Export)?;
    audit::record(tx, actor, Audited::Export, what, now)
}

/// The line above all others.
pub fn head() -> String {
    Csv::new(&COLUMNS).finish()
}

/// The next lines, and where the ones after them begin. Rights are asked for each part anew: `actor` is as of now.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] once the right to export is gone.
pub fn part(
    conn: &mut Conn,
    actor: &Actor,
    filter: &Filter,
    after: Option<Cursor>,
) -> Result<(String, usize, Option<Cursor>)> {
    actor.require(InstallationRight::Export)?;
    let (rows, next) = list::page(conn, actor, filter, after, PART)?;
    let tickets: Vec<Ticket> = rows.into_iter().map(|row| row.ticket).collect();
    let queues: HashMap<QueueId, String> =
        queues::all(conn)?.into_iter().map(|queue| (queue.id, queue.name)).collect();
    let owners: Vec<AgentId> = tickets.iter().filter_map(|ticket| ticket.owner_id).collect();
    let owners = view::agents(conn, &owners)?;
    let tags = tags_of(conn, &tickets)?;
    let terms = Terms::load(conn)?;
    let mut table = Csv::more();
    for ticket in &tickets {
        let owner = ticket.owner_id.and_then(|id| owners.get(&id)).map(|(login, _)| login.clone());
        let time = |at: Option<Ts>| at.map_or_else(String::new, |at| at.0.to_string());
        table.line([
            ticket.number.clone(),
            ticket.title.clone(),
            queues.get(&ticket.queue_id).cloned().unwrap_or_default(),
            terms.state_word(ticket.status()),
            terms.priority_word(ticket.priority),
            owner.unwrap_or_default(),
            if ticket.locked_at.is_some() { "yes" } else { "no" }.to_owned(),
            ticket.customer_name.clone(),
            ticket.customer_address.clone(),
            tags.get(&ticket.id).map(|tags| tags.join(", ")).unwrap_or_default(),
            ticket.article_count.to_string(),
            ticket.last_sender.clone(),
            time(ticket.unanswered_since),
            time(ticket.pending_until),
            time(Some(ticket.created_at)),
            time(Some(ticket.updated_at)),
            ticket.state.kind().to_owned(),
            ticket.priority.level().to_string(),
        ]);
    }
    Ok((table.finish(), tickets.len(), next))
}

fn tags_of(conn: &mut Conn, tickets: &[Ticket]) -> Result<HashMap<TicketId, Vec<String>>> {
    let ids: Vec<TicketId> = tickets.iter().map(|ticket| ticket.id).collect();
    let rows: Vec<(TicketId, String)> = ticket_tags::table
        .filter(ticket_tags::ticket_id.eq_any(ids))
        .order((ticket_tags::ticket_id, ticket_tags::tag))
        .select((ticket_tags::ticket_id, ticket_tags::tag))
        .load(conn)?;
    let mut tags: HashMap<TicketId, Vec<String>> = HashMap::new();
    for (ticket, tag) in rows {
        tags.entry(ticket).or_default().push(tag);
    }
    Ok(tags)
}
