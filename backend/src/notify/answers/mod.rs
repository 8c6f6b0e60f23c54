//! What automatic answers to customers say: built-in texts, texts of the installation, texts of a queue; and which kinds a
//! queue sends.

pub mod builtin;
pub mod placeholders;
pub mod preview;
mod store;

pub use self::store::{
    Change, Origin, Own, Switches, all, check, enabled, is_on, reset, save, set_language, set_switch,
    switches, template,
};

use diesel::prelude::*;

use super::letters::Letter;
use crate::{
    db::{
        AnswerKind, Conn, Direct,
        schema::{customers, organisations},
    },
    error::Result,
    people,
    tickets::{Person, Ticket},
};

/// The longest value that stands in for a name, in characters: a stranger chooses most of them.
const VALUE: usize = 200;
/// The longest subject of an answer, in characters.
const SUBJECT: usize = 250;

/// Subject and body of an answer, with names in braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// One line.
    pub subject: String,
    /// The body, without signature.
    pub body: String,
}

/// What an answer is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The ticket.
    pub ticket: &'a Ticket,
    /// To whom the answer goes.
    pub to: &'a Person,
    /// The queue's name and address in mails.
    pub from: &'a Person,
    /// The customer's subject, without marks of answers.
    pub subject: &'a str,
    /// The number of the ticket that was closed before, where there is one.
    pub old_ticket: &'a str,
    /// What stands below.
    pub signature: &'a str,
}

/// Writes an answer.
///
/// # Errors
/// Those of the database.
pub fn write(conn: &mut Conn, text: &Text, about: About<'_>) -> Result<Letter> {
    let mut value = |name: &str| value(conn, name, about);
    let subject = placeholders::fill(&text.subject, &mut value)?;
    let body = placeholders::fill(&text.body, &mut value)?;
    let signature = match about.signature.trim() {
        "" => about.from.name.as_str(),
        signature => signature,
    };
    Ok(Letter {
        subject: one_line(&subject, SUBJECT),
        body: format!("{}\n\n-- \n{signature}", body.trim_end()),
    })
}

fn value(conn: &mut Conn, name: &str, about: About<'_>) -> Result<String> {
    let value = match name {
        "ticket" => about.ticket.number.clone(),
        "subject" => about.subject.to_owned(),
        "queue" => about.from.name.clone(),
        "customer_name" if about.to.name.trim().is_empty() => about.to.address.clone(),
        "customer_name" => about.to.name.clone(),
        "customer_address" => about.to.address.clone(),
        "customer_organisation" => employer(conn, about.ticket)?,
        "organisation" => people::setup::organisation(conn)?,
        "reopen_address" => about.from.address.clone(),
        "old_ticket" => about.old_ticket.to_owned(),
        _ => String::new(),
    };
    Ok(one_line(&value, VALUE))
}

/// The name of the organisation that the customer of a ticket works for; empty where nobody knows.
pub(crate) fn employer(conn: &mut Conn, ticket: &Ticket) -> Result<String> {
    let Some(customer) = ticket.customer_id else { return Ok(String::new()) };
    let name: Option<String> = customers::table
        .inner_join(organisations::table.on(customers::organisation_id.eq(organisations::id.nullable())))
        .filter(customers::id.eq(customer))
        .select(organisations::name)
        .first_row(conn)
        .optional()?;
    Ok(name.unwrap_or_default())
}

/// One line of a sane length: no control characters, and none that turn the direction of what follows.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let line = text.replace(odd, " ").split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// Whether a kind of answer is sent by a queue of which nobody said anything.
pub const fn by_default(kind: AnswerKind) -> bool {
    !matches!(kind, AnswerKind::Reopened)
}
