//! The words that a queue puts above a reply. They are made once, when its author sends or plans it, and are a part of
//! its text and its HTML from then on: whatever is changed later, everybody reads what the customer got.

use diesel::prelude::*;
use mail_ingest::{address, html};

use super::{Article, Formatted, Person, Ticket, formatted::Clean, reply::ReplyInput, templates};
use crate::{
    access::Actor,
    db::{ArticleId, Conn, Tx, schema::article_salutations},
    error::Result,
    people::{Agent, customers, setup},
    queues::{Queue, placeholders},
};

/// The longest name that somebody is called by, in characters.
const NAME: usize = 100;

/// The words above a reply to these people; empty where there are none. Those for a name that is not known stand in
/// where a name has no value, or where they would call the customer though he is not among `to`; where they lack a
/// value as well, nothing is better than “Hello ,”.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, ticket: &Ticket, agent: &Agent, queue: &Queue, to: &[Person]) -> Result<String> {
    if queue.salutation.trim().is_empty() {
        return Ok(String::new());
    }
    let present = is_among(conn, ticket, to)?;
    words(conn, ticket, agent, queue, present)
}

fn words(conn: &mut Conn, ticket: &Ticket, agent: &Agent, queue: &Queue, present: bool) -> Result<String> {
    first_whole(conn, queue, present, &|conn, name| match name {
        "customer.name" => name_of(conn, ticket),
        name => templates::value(conn, name, ticket, agent),
    })
}

/// What stands above a reply while its author still chooses to whom it goes.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The words where the customer is among those to whom it goes.
    pub to_customer: String,
    /// The words where he is not.
    pub to_others: String,
    /// His address, and all others that are known to be his.
    pub addresses: Vec<String>,
    /// Whether he is among those to whom it would go now.
    pub present: bool,
}

/// The words for both, where they differ by it.
///
/// # Errors
/// Those of the database.
pub fn choice(
    conn: &mut Conn,
    ticket: &Ticket,
    agent: &Agent,
    queue: &Queue,
    to: &[Person],
) -> Result<Choice> {
    if queue.salutation.trim().is_empty() {
        return Ok(Choice::default());
    }
    let mut addresses = customers::addresses_beside(conn, &ticket.customer_address)?;
    if !addresses.contains(&ticket.customer_address) {
        addresses.push(ticket.customer_address.clone());
    }
    Ok(Choice {
        to_customer: words(conn, ticket, agent, queue, true)?,
        to_others: words(conn, ticket, agent, queue, false)?,
        present: is_among(conn, ticket, to)?,
        addresses,
    })
}

/// The same for a customer of this name, who wrote about something of this number and subject: for a look beforehand.
///
/// # Errors
/// Those of the database.
pub fn sample(
    conn: &mut Conn,
    actor: &Actor,
    queue: &Queue,
    about: (&str, &str),
    customer: &str,
) -> Result<String> {
    if queue.salutation.trim().is_empty() {
        return Ok(String::new());
    }
    let (number, subject) = about;
    let address = format!("{}@customer.example", customer.split_whitespace().next().unwrap_or("info"));
    first_whole(conn, queue, true, &|conn, name| {
        Ok(match name {
            "customer.name" => customer.to_owned(),
            "customer.address" => address.to_lowercase(),
            "customer.organisation" => "Customer Ltd".to_owned(),
            "ticket.number" => number.to_owned(),
            "ticket.subject" => subject.to_owned(),
            "queue.name" => queue.name.clone(),
            "agent.name" => actor.agent.name.clone(),
            "agent.email" => actor.agent.email.clone(),
            "organisation.name" => setup::organisation(conn)?,
            _ => String::new(),
        })
    })
}

// The first of the queue's two texts in which every name has a value; `present`: the customer may be called by name.
fn first_whole(
    conn: &mut Conn,
    queue: &Queue,
    present: bool,
    value: &dyn Fn(&mut Conn, &str) -> Result<String>,
) -> Result<String> {
    for text in [&queue.salutation, &queue.salutation_unnamed] {
        let text = tidy(text);
        let of_him = placeholders::left(&text).iter().any(|name| name.starts_with("customer."));
        if text.is_empty() || (of_him && !present) {
            continue;
        }
        let filled = templates::filled(&text, |name| value(conn, name))?;
        if filled.missing.is_empty() {
            // As HTML says it too: signs that it does not keep would make two texts of one.
            return Ok(as_html(&tidy(&filled.text)).text().trim_end().to_owned());
        }
    }
    Ok(String::new())
}

/// Whether the customer is among these people, by any of his addresses.
fn is_among(conn: &mut Conn, ticket: &Ticket, to: &[Person]) -> Result<bool> {
    let his = |person: &Person| {
        address::normalise(&person.address).is_some_and(|address| address == ticket.customer_address)
    };
    Ok(to.iter().any(his) || customers::is_same(conn, &ticket.customer_address, to)?)
}

/// What the customer is called: as he calls himself in his mails, or as he was written down. Empty where that is no
/// name: an address, signs without a letter, or more than anybody is called.
fn name_of(conn: &mut Conn, ticket: &Ticket) -> Result<String> {
    let own = plain_name(&ticket.customer_name);
    if !own.is_empty() {
        return Ok(own);
    }
    let Some(id) = ticket.customer_id else { return Ok(own) };
    Ok(plain_name(&customers::name(conn, id)?))
}

fn plain_name(name: &str) -> String {
    // Signs that cannot be seen and only turn or part what is beside them.
    let odd = |c: char| matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}' | '\u{ad}');
    let name = crate::notify::answers::one_line(&name.replace(odd, ""), NAME + 1);
    let is_name = name.chars().any(char::is_alphabetic)
        && name.chars().count() <= NAME
        && !name.contains("://")
        && !name.to_lowercase().contains("www.")
        && address::normalise(&name).is_none();
    if is_name { name } else { String::new() }
}

// Lines as they are typed: a stranger's name makes neither a quote nor the mark before a signature of them.
fn tidy(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = words.trim_start_matches(['>', ' ']);
        let mark = !line.is_empty() && line.chars().all(|c| c == '-' || c == '_');
        let again = line.is_empty() && lines.last().is_none_or(String::is_empty);
        if !mark && !again {
            lines.push(line.to_owned());
        }
    }
    lines.join("\n").trim_end().to_owned()
}

/// A reply's text and HTML with the words above them.
#[derive(Debug)]
pub(super) struct Greeted {
    /// The text.
    pub text: String,
    /// The same, formatted.
    pub html: Option<Formatted>,
    /// How long the words are, in characters; 0 where there are none.
    length: usize,
}

/// Puts the words above what somebody wrote, unless he begins with them himself.
///
/// # Errors
/// [`crate::error::Error::Invalid`] when the HTML gets too long.
pub(super) fn above(words: &str, input: &ReplyInput) -> Result<Greeted> {
    let own = input.body_text.trim_start_matches('\n');
    let beside = |html: &Clean| html.text().trim_end() == input.body_text.trim_end();
    // Of a text and an HTML that say the same each begins as the other does; a program may have given two of its own.
    let made = match &input.body_html {
        Some(html) if !words.is_empty() && !begins_with(&html.clean().text(), words) => {
            Some((html.below(&as_html(words))?, beside(html.clean())))
        }
        html => html.clone().map(|html| (html, false)),
    };
    if words.is_empty() || begins_with(&input.body_text, words) {
        return Ok(Greeted { text: input.body_text.clone(), html: made.map(|(html, _)| html), length: 0 });
    }
    let text = match &made {
        // The text was made of the HTML, and still is.
        Some((html, true)) => html.clean().text(),
        _ => format!("{words}\n\n{own}"),
    };
    let length = if text.starts_with(words) { words.chars().count() } else { 0 };
    Ok(Greeted { text, html: made.map(|(html, _)| html), length })
}

/// Whether a text begins with these words, however they are spaced and in capitals or not.
fn begins_with(text: &str, words: &str) -> bool {
    let mut own = text.split_whitespace().map(str::to_lowercase);
    words.split_whitespace().all(|word| own.next().is_some_and(|own| own == word.to_lowercase()))
}

/// Notes how much of an article are such words.
///
/// # Errors
/// Those of the database.
pub(super) fn note(tx: &mut Tx<'_>, article: ArticleId, greeted: &Greeted) -> Result<()> {
    let length = i32::try_from(greeted.length).unwrap_or(0);
    if length > 0 {
        diesel::insert_into(article_salutations::table)
            .values((article_salutations::article_id.eq(article), article_salutations::length.eq(length)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// How long the words are that were put above an article, in characters; 0 where there are none.
///
/// # Errors
/// Those of the database.
pub(crate) fn length(conn: &mut Conn, article: ArticleId) -> Result<usize> {
    let length: Option<i32> = article_salutations::table
        .find(article)
        .select(article_salutations::length)
        .first(conn)
        .optional()?;
    Ok(length.and_then(|length| usize::try_from(length).ok()).unwrap_or(0))
}

/// The words that were put above an article.
///
/// # Errors
/// Those of the database.
pub(super) fn put_above(conn: &mut Conn, article: &Article) -> Result<String> {
    let length = length(conn, article.id)?;
    Ok(article.body_text.chars().take(length).collect())
}

/// What stands below these words: its author's own text.
pub(super) fn own_text<'a>(text: &'a str, words: &str) -> &'a str {
    match text.strip_prefix(words) {
        Some(own) if !words.is_empty() => own.trim_start_matches('\n'),
        _ => text,
    }
}

/// The same of HTML.
pub(super) fn own_html(html: Clean, words: &str) -> Clean {
    match html.html().strip_prefix(as_html(words).html()) {
        Some(own) if !words.is_empty() => Clean::of(own, &|_| true),
        _ => html,
    }
}

fn as_html(words: &str) -> Clean {
    Clean::of(&html::from_text(words), &|_| true)
}
