//! The search language and full text over all that was written. Permission is part of the query: what is found is a list
//! of tickets like any other, narrowed down by what was typed.
//!
//! [`language`] takes apart what was typed, [`meaning`] looks its names up, [`crate::tickets::list`] finds, [`excerpt`]
//! shows where.

pub mod complete;
pub mod excerpt;
pub mod language;
pub mod meaning;
pub mod rebuild;
pub mod table;
pub mod views;

use std::collections::HashMap;

use diesel::{dsl::sql, prelude::*, sql_types::Text};

use self::language::{Asks, Clause};
use crate::{
    access::{self, Actor},
    db::{
        Conn, Sender, State, TicketId,
        schema::articles,
        ticket_text::{Field, Phrase},
    },
    error::{Error, Result, say},
    tickets::{
        Moment, Ticket,
        list::{self, Condition, Cursor, Filter, Row, Test},
    },
};

/// The most tickets on a page of what was found.
pub const HITS: i64 = 50;
/// A search that takes longer is given up.
pub const TIME: std::time::Duration = std::time::Duration::from_secs(2);
/// So many articles are looked through for what was found.
const ARTICLES: i64 = 600;
/// So many characters of each.
const CHARACTERS: usize = 12_000;

/// A ticket that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The ticket, and whether the actor has read it.
    pub row: Row,
    /// The title; what was found stands between [`excerpt::BEGIN`] and [`excerpt::END`].
    pub title: String,
    /// The text around what was found, marked like that.
    pub excerpt: String,
}

/// What is said of a search that was given up.
pub fn too_slow() -> Error {
    Error::invalid("q", say!("refused-search-slow"))
}

/// A search that was understood.
#[derive(Clone, Debug)]
pub struct Search {
    /// What was typed, part by part.
    pub clauses: Vec<Clause>,
    /// Which tickets it finds.
    pub filter: Filter,
}

impl Search {
    /// Reads what was typed, for this agent. `within` is what the list is narrowed down from.
    ///
    /// # Errors
    /// [`Error::Invalid`] of the field `q` names the word that is wrong and says what to type instead.
    pub fn read(conn: &mut Conn, actor: &Actor, typed: &str, at: &Moment, within: Filter) -> Result<Self> {
        let clauses = language::parse(typed)?;
        let mut filter = within;
        meaning::narrow(conn, actor, &clauses, at, &mut filter)?;
        let states = |condition: &Condition| matches!(condition.test, Test::States(_)) && !condition.negated;
        if filter.state.is_none() && !filter.also.iter().any(states) {
            // What was merged is found in its survivor.
            filter.also.push(Condition { test: Test::States(vec![State::Merged.into()]), negated: true });
        }
        Ok(Self { clauses, filter })
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// The words and phrases that must be there.
    fn phrases(&self) -> Vec<Phrase> {
        let texts = self.filter.also.iter().filter(|condition| !condition.negated);
        texts
            .filter_map(|condition| match &condition.test {
                Test::Text(phrases) => Some(phrases.clone()),
                _ => None,
            })
            .flatten()
            .collect()
    }

    /// The same where words need to stand in the title or in the names of those who wrote; `None` where none is asked for.
    pub fn in_heads(&self) -> Option<Self> {
        let mut heads = self.clone();
        let mut changed = false;
        for condition in heads.filter.also.iter_mut().filter(|condition| !condition.negated) {
            let Test::Text(phrases) = &mut condition.test else { continue };
            for phrase in phrases.iter_mut().filter(|phrase| phrase.field == Field::Any) {
                phrase.field = Field::Head;
                changed = true;
            }
        }
        changed.then_some(heads)
    }

    /// The ticket of that number, where nothing but a number was typed.
    fn number(&self) -> Option<&str> {
        let [Clause { source, negated: false, asks: Asks::Text(_) }] = self.clauses.as_slice() else {
            return None;
        };
        let digits = source.trim_start_matches('#');
        (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
    }
}

/// Tickets that a search finds, in the order of its filter, and where the next page begins. Where a number alone was typed,
/// the ticket of that number stands before all others.
///
/// # Errors
/// Those of the database.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    search: &Search,
    after: Option<Cursor>,
    limit: i64,
) -> Result<(Vec<Row>, Option<Cursor>)> {
    let (mut rows, next) = list::page(conn, actor, &search.filter, after, limit)?;
    if let (Some(number), None) = (search.number(), after)
        && let Some(named) = by_number(conn, actor, number)?
    {
        rows.retain(|row| row.ticket.id != named.id);
        let unread = list::is_unread(conn, actor, &named)?;
        rows.insert(0, Row { ticket: named, unread });
    }
    Ok((rows, next))
}

/// [`page`] with the places where it was found.
///
/// # Errors
/// Those of the database.
pub fn hits(
    conn: &mut Conn,
    actor: &Actor,
    search: &Search,
    after: Option<Cursor>,
    limit: i64,
) -> Result<(Vec<Hit>, Option<Cursor>)> {
    let (rows, next) = page(conn, actor, search, after, limit.clamp(1, HITS))?;
    let phrases = search.phrases();
    let anywhere: Vec<Phrase> = phrases.iter().filter(|phrase| phrase.field == Field::Any).cloned().collect();
    let titles: Vec<Phrase> =
        phrases.iter().filter(|phrase| matches!(phrase.field, Field::Any | Field::Title)).cloned().collect();
    let mut texts = if anywhere.is_empty() { HashMap::new() } else { texts_of(conn, &rows)? };
    let hits = rows.into_iter().map(|row| {
        let found = texts.remove(&row.ticket.id).and_then(|texts| excerpt::of(&texts, &anywhere));
        let excerpt = found.unwrap_or_else(|| excerpt::marked(&row.ticket.preview, &anywhere));
        Hit { title: excerpt::marked(&row.ticket.title, &titles), excerpt, row }
    });
    Ok((hits.collect(), next))
}

/// What was written on these tickets, the newest first.
fn texts_of(conn: &mut Conn, rows: &[Row]) -> Result<HashMap<TicketId, Vec<String>>> {
    let ids: Vec<TicketId> = rows.iter().map(|row| row.ticket.id).collect();
    let found: Vec<(TicketId, String)> = articles::table
        .filter(articles::ticket_id.eq_any(ids))
        // Our automatic answers repeat what somebody wrote.
        .filter(articles::sender.ne(Sender::System))
        .order(articles::id.desc())
        .limit(ARTICLES)
        .select((articles::ticket_id, sql::<Text>(&format!("substr(articles.body_text, 1, {CHARACTERS})"))))
        .load(conn)?;
    let mut texts: HashMap<TicketId, Vec<String>> = HashMap::new();
    for (ticket, text) in found {
        texts.entry(ticket).or_default().push(text);
    }
    Ok(texts)
}

/// The ticket of a number; the number of a merged one is another name of its survivor.
fn by_number(conn: &mut Conn, actor: &Actor, number: &str) -> Result<Option<Ticket>> {
    match access::readable(conn, actor, number) {
        Ok(access) if access.ticket().state == State::Removed => Ok(None),
        Ok(access) => Ok(Some(access.ticket().clone())),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
