//! Full text over tickets: the words of each, brought up to date in the transaction that changed them, and what finds
//! them. FTS5 on SQLite, `tsvector` and GIN on PostgreSQL.

use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Text},
};

use super::{
    Conn, Direct, Keep, TicketId, Tx,
    schema::{articles, attachments, participants, ticket_tags, tickets},
    words::words_of,
};
use crate::error::Result;

/// So many words of a ticket are found, the newest articles first: as many as PostgreSQL takes, whatever they are.
const WORDS: usize = 45_000;
/// And so many bytes of them.
const BYTES: usize = 350_000;
/// So many words of one article: a log file does not take the place of the conversation.
const OF_ARTICLE: usize = 15_000;
/// So many characters of an article are looked at for them.
const CHARACTERS: usize = 200_000;
/// So many articles are read at once.
const AT_ONCE: i64 = 50;

/// Where words stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Anywhere.
    Any,
    /// In the title; number and tags stand there too.
    Title,
    /// In the title, or in names and addresses of those who wrote.
    Head,
    /// In names and addresses of those who wrote, the customer's among them.
    Writers,
    /// In the names of files.
    Files,
}

/// Words that stand one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// Where.
    pub field: Field,
    /// The words, as [`words_of`] gives them; at least one.
    pub words: Vec<String>,
    /// Whether the last one may go on.
    pub open: bool,
}

impl Phrase {
    /// Whether the last word may go on. Two letters begin too many words.
    fn goes_on(&self) -> bool {
        self.open && self.words.last().is_some_and(|word| word.chars().count() > 2)
    }

    /// Whether `word` is the one at this place.
    pub fn fits(&self, at: usize, word: &str) -> bool {
        let last = at + 1 == self.words.len();
        self.words.get(at).is_some_and(|own| own == word || (last && self.goes_on() && word.starts_with(own)))
    }
}

/// All of these phrases, as the database's full text writes it. Only letters and digits are left of what a person typed:
/// nothing is an operator.
pub fn expression(conn: &Conn, phrases: &[Phrase]) -> String {
    match conn {
        Conn::Sqlite(_) => phrases.iter().map(fts5).collect::<Vec<_>>().join(" AND "),
        Conn::Pg(_) => phrases.iter().map(tsquery).collect::<Vec<_>>().join(" & "),
    }
}

fn fts5(phrase: &Phrase) -> String {
    let column = match phrase.field {
        Field::Any => "",
        Field::Title => "title : ",
        Field::Head => "{title writers} : ",
        Field::Writers => "writers : ",
        Field::Files => "files : ",
    };
    let star = if phrase.goes_on() { " *" } else { "" };
    format!("({column}\"{}\"{star})", phrase.words.join(" "))
}

fn tsquery(phrase: &Phrase) -> String {
    let weight = match phrase.field {
        Field::Any => "",
        Field::Title => "A",
        Field::Head => "AB",
        Field::Writers => "B",
        Field::Files => "C",
    };
    let last = phrase.words.len().saturating_sub(1);
    let star = |at: usize| if at == last && phrase.goes_on() { "*" } else { "" };
    let words: Vec<String> = phrase
        .words
        .iter()
        .enumerate()
        .map(|(at, word)| match format!("{}{weight}", star(at)) {
            marks if marks.is_empty() => format!("'{word}'"),
            marks => format!("'{word}':{marks}"),
        })
        .collect();
    format!("({})", words.join(" <-> "))
}

/// The statement that gives the keys of the tickets whose text an expression finds: what stands before and behind it.
pub fn matching(conn: &Conn) -> (&'static str, &'static str) {
    match conn {
        Conn::Sqlite(_) => ("SELECT rowid AS id FROM ticket_text WHERE ticket_text MATCH ", ""),
        Conn::Pg(_) => ("SELECT id FROM ticket_text WHERE document @@ CAST(", " AS tsquery)"),
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Tickets in which the words of `text` stand one after the other, anywhere; in no order.
///
/// # Errors
/// Those of the database.
pub fn with_words(conn: &mut Conn, text: &str) -> Result<Vec<TicketId>> {
    let words = words_of(text);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = expression(conn, &[Phrase { field: Field::Any, words, open: false }]);
    let (before, behind) = matching(conn);
    let sql = format!("{before}$1{behind}");
    let found: Vec<Found> = match conn {
        Conn::Sqlite(sqlite) => diesel::sql_query(sql).bind::<Text, _>(wanted).load(sqlite)?,
        Conn::Pg(pg) => diesel::sql_query(sql).bind::<Text, _>(wanted).load(pg)?,
    };
    Ok(found.into_iter().map(|found| TicketId(found.id)).collect())
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = BigInt)]
    ticket_id: i64,
}

/// Takes the tickets whose words are to be said anew, because something of them changed: triggers have noted them.
/// [`super::Db::write`] says them before it commits, so that what is stored is found.
pub(super) fn take_due(tx: &mut Tx<'_>) -> QueryResult<Vec<TicketId>> {
    let due: Vec<Due> =
        diesel::sql_query("DELETE FROM ticket_text_due RETURNING ticket_id").kept().rows(tx)?;
    Ok(due.into_iter().map(|due| TicketId(due.ticket_id)).collect())
}

/// The words of a ticket, by where they stand.
#[derive(Default)]
struct Document {
    title: Vec<String>,
    writers: Vec<String>,
    files: Vec<String>,
    body: Vec<String>,
    words: usize,
    bytes: usize,
}

impl Document {
    /// As many of `words` as there is room for.
    fn room(&mut self, text: &str, most: usize) -> Vec<String> {
        let mut words = words_of(text);
        words.truncate(most.min(WORDS.saturating_sub(self.words)));
        let mut bytes = self.bytes;
        let fits = words.iter().take_while(|word| {
            bytes += word.len() + 1;
            bytes <= BYTES
        });
        let fits = fits.count();
        words.truncate(fits);
        self.words += words.len();
        self.bytes += words.iter().map(|word| word.len() + 1).sum::<usize>();
        words
    }

    fn title(&mut self, text: &str) {
        let words = self.room(text, OF_ARTICLE);
        self.title.extend(words);
    }

    fn writer(&mut self, text: &str) {
        let words = self.room(text, 200);
        // Somebody writes many articles; he is found as well by the first.
        if !self.writers.windows(words.len().max(1)).any(|known| known == words) {
            self.writers.extend(words);
        }
    }

    fn body(&mut self, text: &str) {
        let words = self.room(text, OF_ARTICLE);
        self.body.extend(words);
    }

    fn is_full(&self) -> bool {
        self.words >= WORDS || self.bytes >= BYTES
    }
}

/// Says the words of one ticket anew.
pub(super) fn put(tx: &mut Tx<'_>, id: TicketId) -> Result<()> {
    let document = read(tx, id)?;
    match &mut **tx {
        Conn::Sqlite(sqlite) => {
            diesel::sql_query("DELETE FROM ticket_text WHERE rowid = $1")
                .bind::<BigInt, _>(id.0)
                .kept()
                .execute(sqlite)?;
            let Some(document) = document else { return Ok(()) };
            diesel::sql_query(
                "INSERT INTO ticket_text (rowid, title, writers, files, body) VALUES ($1, $2, $3, $4, $5)",
            )
            .bind::<BigInt, _>(id.0)
            .bind::<Text, _>(document.title.join(" "))
            .bind::<Text, _>(document.writers.join(" "))
            .bind::<Text, _>(document.files.join(" "))
            .bind::<Text, _>(document.body.join(" "))
            .kept()
            .execute(sqlite)?;
        }
        Conn::Pg(pg) => {
            let Some(document) = document else {
                diesel::sql_query("DELETE FROM ticket_text WHERE id = $1")
                    .bind::<BigInt, _>(id.0)
                    .execute(pg)?;
                return Ok(());
            };
            diesel::sql_query(
                "INSERT INTO ticket_text (id, document) VALUES ($1, CAST($2 AS tsvector))
                 ON CONFLICT (id) DO UPDATE SET document = excluded.document",
            )
            .bind::<BigInt, _>(id.0)
            .bind::<Text, _>(tsvector(&document))
            .kept()
            .execute(pg)?;
        }
    }
    Ok(())
}

/// Words with places and weights, past PostgreSQL's parser, which would take addresses for something else than words.
fn tsvector(document: &Document) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(document.bytes * 2);
    let mut place = 1;
    let fields =
        [(&document.title, "A"), (&document.writers, "B"), (&document.files, "C"), (&document.body, "")];
    for (words, weight) in fields {
        for word in words {
            // Writing to a string does not fail.
            let _ = write!(text, "'{word}':{place}{weight} ");
            place += 1;
        }
        // No phrase goes from one field into the next.
        place += 1;
    }
    text
}

/// What an article gives.
type Part = (i64, String, String, String, String, String);

fn read(tx: &mut Tx<'_>, id: TicketId) -> Result<Option<Document>> {
    let head: Option<(String, String, String, String)> = tickets::table
        .find(id)
        .select((tickets::number, tickets::title, tickets::customer_name, tickets::customer_address))
        .row(tx)
        .optional()?;
    let Some((number, title, name, address)) = head else { return Ok(None) };
    let mut document = Document::default();
    document.title(&format!("{number} {title}"));
    let tags: Vec<String> =
        ticket_tags::table.filter(ticket_tags::ticket_id.eq(id)).select(ticket_tags::tag).rows(tx)?;
    tags.iter().for_each(|tag| document.title(tag));
    document.writer(&format!("{name} {address}"));
    let people: Vec<(String, String)> = participants::table
        .filter(participants::ticket_id.eq(id))
        .select((participants::name, participants::address))
        .rows(tx)?;
    people.iter().for_each(|(name, address)| document.body(&format!("{name} {address}")));
    let files: Vec<String> = attachments::table
        .inner_join(articles::table)
        .filter(articles::ticket_id.eq(id))
        .order(attachments::id.desc())
        .limit(2_000)
        .select(attachments::name)
        .rows(tx)?;
    for file in &files {
        let words = document.room(file, 200);
        document.files.extend(words);
    }
    let mut before = i64::MAX;
    while !document.is_full() {
        let parts = older(tx, id, before)?;
        let Some(last) = parts.last() else { break };
        before = last.0;
        for (_, subject, name, address, recipients, body) in &parts {
            document.writer(&format!("{name} {address}"));
            document.body(subject);
            document.body(&people_of(recipients));
            document.body(body);
        }
    }
    Ok(Some(document))
}

fn older(tx: &mut Tx<'_>, id: TicketId, before: i64) -> Result<Vec<Part>> {
    let rows: Vec<(super::ArticleId, String, String, String, String, String)> = articles::table
        .filter(articles::ticket_id.eq(id).and(articles::id.lt(super::ArticleId(before))))
        .order(articles::id.desc())
        .limit(AT_ONCE)
        .select((
            articles::id,
            articles::subject,
            articles::from_name,
            articles::from_address,
            articles::recipients,
            sql::<Text>(&format!("substr(articles.body_text, 1, {CHARACTERS})")),
        ))
        .kept()
        .rows(tx)?;
    Ok(rows
        .into_iter()
        .map(|(id, subject, name, address, to, body)| (id.0, subject, name, address, to, body))
        .collect())
}

/// Names and addresses out of the recipients' JSON.
fn people_of(recipients: &str) -> String {
    fn texts(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) => found.push(text.clone()),
            serde_json::Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
            serde_json::Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Ok(value) = serde_json::from_str(recipients) {
        texts(&value, &mut found);
    }
    found.join(" ")
}

/// Says anew what tickets are found by, the newest first, below `below`; the lowest key of those, or `None` when nothing
/// is left. For a database from before this index, or after a change of what a word is.
pub fn rebuild(tx: &mut Tx<'_>, below: TicketId, at_once: i64) -> Result<Option<TicketId>> {
    let ids: Vec<TicketId> = tickets::table
        .filter(tickets::id.lt(below))
        .order(tickets::id.desc())
        .limit(at_once)
        .select(tickets::id)
        .rows(tx)?;
    for id in &ids {
        put(tx, *id)?;
    }
    Ok(ids.last().copied())
}
