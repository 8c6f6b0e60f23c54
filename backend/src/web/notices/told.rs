//! A notice in the reader's words, with the way to what it is about.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::db::{Conn, Notice, QueueId};
use crate::error::Result;
use crate::i18n::Language;
use crate::notify::board::Entry;
use crate::notify::letters;
use crate::queues;
use crate::tickets::Ticket;

/// A notice as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Its key.
    pub id: i64,
    /// What happened.
    pub text: String,
    /// The ticket's subject; nothing for a deed on many tickets.
    pub title: String,
    /// The ticket's number; nothing for a deed on many tickets.
    pub ticket: String,
    /// Where it leads.
    pub url: String,
    /// For whom the reader stands in, as a sentence, or nothing.
    pub absent: String,
    /// When it happened.
    pub at: Timestamp,
    /// Whether the reader has not seen it.
    pub new: bool,
}

/// The names of all queues.
pub fn queue_names(conn: &mut Conn) -> Result<HashMap<QueueId, String>> {
    Ok(queues::all(conn)?.into_iter().map(|queue| (queue.id, queue.name)).collect())
}

/// All of these, for whoever may read their tickets.
pub fn all(
    language: &Language,
    names: &HashMap<QueueId, String>,
    entries: Vec<(Entry, Ticket)>,
) -> Vec<Told> {
    let name = |queue: QueueId| names.get(&queue).map_or("", String::as_str);
    let told = entries
        .into_iter()
        .filter_map(|(entry, ticket)| one(language, &entry, &ticket, name(ticket.queue_id)));
    told.collect()
}

fn one(language: &Language, entry: &Entry, ticket: &Ticket, queue: &str) -> Option<Told> {
    let notice = entry.notice()?;
    let n = i64::from(entry.n);
    let bulk = entry.bulk_id.is_some();
    let text = match bulk {
        true => letters::bulk_sentence(language, notice, n, queue),
        false => letters::sentence(language, notice, n, &ticket.number, queue),
    };
    let place = entry.article_id.map_or_else(String::new, |article| format!("#a-{article}"));
    let absent = match entry.absent.as_str() {
        "" => String::new(),
        name => language.tr_with("mail-stands-in", &[("name", name)]),
    };
    Some(Told {
        id: entry.id.0,
        text,
        url: match (bulk, notice) {
            (false, _) => format!("/tickets/{}{place}", ticket.number),
            (true, Notice::Assigned) => "/tickets?view=mine".to_owned(),
            (true, _) => format!("/tickets?queue={}", ticket.queue_id),
        },
        title: if bulk { String::new() } else { ticket.title.clone() },
        ticket: if bulk { String::new() } else { ticket.number.clone() },
        absent,
        at: entry.at.0,
        new: entry.read_at.is_none(),
    })
}
