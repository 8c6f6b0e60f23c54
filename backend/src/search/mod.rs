//! Full text over all that was written, and ticket numbers. Permission is part of the query.

use diesel::prelude::*;

use crate::{
    access::{self, Actor},
    db::{Conn, QueueId, Right, TicketId, backend, schema::tickets},
    error::{Error, Result, say},
    tickets::Ticket,
};

/// The longest question, in characters.
const LONGEST: usize = 200;
/// The most words.
const WORDS: usize = 8;
/// The most tickets found.
const HITS: usize = 50;
/// So many articles are looked at for them: several hits are often of one ticket.
const ARTICLES: i64 = 200;

/// A ticket that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The ticket.
    pub ticket: Ticket,
    /// The text around the newest hit; what was hit stands between U+E000 and U+E001.
    pub excerpt: String,
}

/// Tickets that contain all words of the question, the newest hit first; a ticket of that number before all others.
///
/// # Errors
/// [`Error::Invalid`] for a question that is too long.
pub fn find(conn: &mut Conn, actor: &Actor, question: &str) -> Result<Vec<Hit>> {
    let words = words(question)?;
    if words.is_empty() || !actor.scope.keeps_own() {
        return Ok(Vec::new());
    }
    let mut hits = by_number(conn, actor, question.trim().trim_start_matches('#'))?;
    let readable: Option<Vec<QueueId>> =
        if actor.scope.everywhere(Right::Read) { None } else { Some(actor.scope.queues_with(Right::Read)) };
    let found = backend::search_articles(conn, &words, readable.as_deref(), actor.agent.id, ARTICLES)?;
    let mut ids: Vec<TicketId> = Vec::new();
    for hit in &found {
        let id = TicketId(hit.ticket_id);
        if !ids.contains(&id) && ids.len() < HITS && hits.iter().all(|known| known.ticket.id != id) {
            ids.push(id);
        }
    }
    let loaded: Vec<Ticket> =
        tickets::table.filter(tickets::id.eq_any(ids.clone())).select(Ticket::as_select()).load(conn)?;
    for id in ids {
        let (Some(ticket), Some(hit)) =
            (loaded.iter().find(|ticket| ticket.id == id), found.iter().find(|hit| hit.ticket_id == id.0))
        else {
            continue;
        };
        hits.push(Hit { ticket: ticket.clone(), excerpt: hit.excerpt.clone() });
    }
    Ok(hits)
}

// Words as the index knows them: letters and digits. What stands between them only divides.
fn words(question: &str) -> Result<Vec<String>> {
    let words: Vec<String> = question
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if question.chars().count() > LONGEST || words.len() > WORDS {
        let message = say!("refused-search", characters = LONGEST, words = WORDS);
        return Err(Error::invalid("q", message));
    }
    Ok(words)
}

fn by_number(conn: &mut Conn, actor: &Actor, number: &str) -> Result<Vec<Hit>> {
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Vec::new());
    }
    match access::readable(conn, actor, number) {
        Ok(access) => {
            let ticket = access.ticket().clone();
            Ok(vec![Hit { excerpt: ticket.preview.clone(), ticket }])
        }
        Err(Error::NotFound) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
