//! `{ticket}` and its like in the texts of automatic answers. What stands in for them is put in as it is: nothing in it
//! is read once more.

use crate::{db::AnswerKind, error::Result};

/// What every automatic answer may name.
const EVERYWHERE: [&str; 8] = [
    "ticket",
    "subject",
    "queue",
    "customer_name",
    "customer_address",
    "customer_organisation",
    "organisation",
    "reopen_address",
];
/// The longest name between braces, in characters; what is longer is text.
const NAME: usize = 40;

/// The names that a kind of answer may use.
pub fn known(kind: AnswerKind) -> Vec<&'static str> {
    let mut names = EVERYWHERE.to_vec();
    if kind == AnswerKind::NewBecauseClosed {
        names.push("old_ticket");
    }
    names
}

/// Names in a text that the kind does not know, as they were written, each once.
pub fn unknown(text: &str, kind: AnswerKind) -> Vec<String> {
    let known = known(kind);
    let mut unknown: Vec<String> = Vec::new();
    for piece in pieces(text) {
        if let Piece::Name(name) = piece
            && !known.contains(&plain(name).as_str())
            && !unknown.iter().any(|before| before == name)
        {
            unknown.push(name.to_owned());
        }
    }
    unknown
}

/// A text with its names replaced; `value` is asked for each, and for an unknown one that came from an older version.
pub(super) fn fill(text: &str, mut value: impl FnMut(&str) -> Result<String>) -> Result<String> {
    let mut filled = String::with_capacity(text.len() + 200);
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Name(name) => filled.push_str(&value(&plain(name))?),
        }
    }
    Ok(filled)
}

/// `{Customer name}` is `customer_name`.
fn plain(name: &str) -> String {
    name.trim()
        .to_lowercase()
        .split([' ', '-', '_'])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
}

/// Braces that hold a short piece of one line are a name; doubled ones are braces.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, tail) = rest.split_at(at);
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        let inner = tail.get(1..).unwrap_or_default();
        let end = inner.find(['{', '}', '\n']);
        rest = if let Some(after) = tail.strip_prefix("{{").or(tail.strip_prefix("}}")) {
            pieces.push(Piece::Text(tail.get(..1).unwrap_or_default()));
            after
        } else if let Some(end) = end.filter(|end| {
            tail.starts_with('{')
                && inner.get(*end..).is_some_and(|rest| rest.starts_with('}'))
                && inner.get(..*end).is_some_and(|name| name.chars().count() <= NAME)
        }) {
            pieces.push(Piece::Name(inner.get(..end).unwrap_or_default()));
            inner.get(end + 1..).unwrap_or_default()
        } else {
            pieces.push(Piece::Text(tail.get(..1).unwrap_or_default()));
            inner
        };
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}
