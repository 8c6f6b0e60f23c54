//! A ticket's summary, made anew from its articles: for verbs that take articles away or bring them.

use diesel::prelude::*;

use super::{model::Ticket, store};
use crate::{
    db::{
        ArticleId, Channel, Sender, Ts, Tx,
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

/// Counts the ticket's articles and says who waits for whom; the caller saves the ticket.
pub(super) fn recount(tx: &mut Tx<'_>, ticket: &mut Ticket) -> Result<()> {
    let entries: Vec<Entry> = articles::table
        .filter(articles::ticket_id.eq(ticket.id).and(articles::sender.ne(Sender::System)))
        .order(articles::id)
        .select(Entry::as_select())
        .load(&mut **tx)?;
    ticket.article_count = i32::try_from(entries.len()).unwrap_or(i32::MAX);
    ticket.last_article_id = entries.last().map_or(0, |entry| entry.id.0);
    // As the verbs leave it: neither a note nor a machine's mail is what a list shows.
    let shown = entries.iter().rev().find(|entry| !entry.automatic && entry.channel != Channel::Note);
    match shown.or(entries.last()) {
        Some(entry) => {
            let text: String = articles::table.find(entry.id).select(articles::body_text).first(&mut **tx)?;
            ticket.preview = store::preview_of(&text);
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
