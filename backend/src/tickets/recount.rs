//! A ticket's summary, made anew from its articles: for verbs that take articles away or bring them.

use diesel::prelude::*;

use super::{model::Ticket, store};
use crate::{
    db::{
        ArticleId, Channel, Conn, Sender, TicketId, Ts, Tx,
        schema::{articles, attachments},
    },
    error::Result,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = articles)]
struct Entry {
    id: ArticleId,
    sender: Sender,
    channel: Channel,
    visible: bool,
    automatic: bool,
    created_at: Ts,
}

impl Entry {
    /// A person outside speaks, or is heard on the telephone.
    fn asks(&self) -> bool {
        !self.automatic && self.visible && self.sender == Sender::Customer
    }

    /// An agent answers.
    fn answers(&self) -> bool {
        self.sender == Sender::Agent && self.visible && self.channel != Channel::Note
    }
}

/// As the verbs leave it: neither a note nor a machine's mail is what a list shows.
fn shown(entries: &[Entry]) -> Option<&Entry> {
    let usual = entries.iter().rev().find(|entry| !entry.automatic && entry.channel != Channel::Note);
    usual.or(entries.last())
}

fn entries(conn: &mut Conn, ticket: TicketId) -> Result<Vec<Entry>> {
    Ok(articles::table
        .filter(articles::ticket_id.eq(ticket).and(articles::sender.ne(Sender::System)))
        .order(articles::id)
        .select(Entry::as_select())
        .load(conn)?)
}

fn preview(conn: &mut Conn, entry: &Entry) -> Result<String> {
    let text: String = articles::table.find(entry.id).select(articles::body_text).first(conn)?;
    Ok(store::preview_of(&text))
}

/// The first words that lists show of a ticket, as its articles are now.
///
/// # Errors
/// Those of the database.
pub(crate) fn preview_of(conn: &mut Conn, ticket: TicketId) -> Result<String> {
    match shown(&entries(conn, ticket)?) {
        Some(entry) => preview(conn, entry),
        None => Ok(String::new()),
    }
}

/// Counts the ticket's articles and says who waits for whom; the caller saves the ticket.
pub(super) fn recount(tx: &mut Tx<'_>, ticket: &mut Ticket) -> Result<()> {
    let entries = entries(tx, ticket.id)?;
    ticket.article_count = i32::try_from(entries.len()).unwrap_or(i32::MAX);
    ticket.last_article_id = entries.last().map_or(0, |entry| entry.id.0);
    match shown(&entries) {
        Some(entry) => {
            ticket.preview = preview(tx, entry)?;
            ticket.last_sender = entry.sender.as_str().to_owned();
        }
        None => {
            ticket.preview.clear();
            ticket.last_sender.clear();
        }
    }
    ticket.unanswered_since = None;
    for entry in entries.iter().filter(|_| ticket.state.is_active()) {
        if entry.answers() {
            ticket.unanswered_since = None;
        } else if entry.asks() && ticket.unanswered_since.is_none() {
            ticket.unanswered_since = Some(entry.created_at);
        }
    }
    let files: i64 = attachments::table
        .inner_join(articles::table.on(attachments::article_id.eq(articles::id.nullable())))
        .filter(articles::ticket_id.eq(ticket.id).and(attachments::inline.eq(false)))
        .count()
        .get_result(&mut **tx)?;
    ticket.has_attachments = files > 0;
    Ok(())
}
