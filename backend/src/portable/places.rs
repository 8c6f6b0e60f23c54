//! Where in the file something is wrong.

use serde::Serialize;
use serde_json::Value;

use super::{document::Document, render::name};
use crate::error::{Error, FieldError, say};

/// So much of a line is shown.
const SHOWN: usize = 100;

/// What went wrong with an entry of a part, said of that entry: `queues: Billing: parent`.
pub(super) fn of<'a, T: Serialize>(part: &'a str, entry: &'a T) -> impl FnOnce(Error) -> Error + 'a {
    move |error| {
        let entry = serde_json::to_value(entry).map_or_else(|_| String::new(), |entry| name(&entry));
        within(format!("{part}: {entry}"), error)
    }
}

/// The same of a rule, which goes by its place: `filters: 3`.
pub(super) fn of_rule(at: usize) -> impl FnOnce(Error) -> Error {
    move |error| within(format!("filters: {}", at + 1), error)
}

/// The same of a part that is one thing.
pub(super) fn of_part(part: &str) -> impl FnOnce(Error) -> Error {
    move |error| within(part.to_owned(), error)
}

/// The same of a setting. What no page changes is none.
pub(super) fn of_setting(key: &str) -> impl FnOnce(Error) -> Error {
    move |error| {
        let error = match error {
            Error::NotFound => {
                let known: Vec<&str> = crate::settings::CHANGEABLE
                    .iter()
                    .map(|setting| setting.key)
                    .chain([crate::settings::relay::KEY])
                    .collect();
                Error::invalid(key, say!("refused-setting-unknown", name = key, known = known.join(", ")))
            }
            other => other,
        };
        match error {
            Error::Invalid(fields) => Error::Invalid(
                fields
                    .into_iter()
                    .map(|field| FieldError { field: format!("settings: {key}"), ..field })
                    .collect(),
            ),
            other => within(format!("settings: {key}"), other),
        }
    }
}

fn within(place: String, error: Error) -> Error {
    match error {
        Error::Invalid(fields) => Error::Invalid(
            fields
                .into_iter()
                .map(|FieldError { field, message }| match field.as_str() {
                    "" => FieldError { field: place.clone(), message },
                    field => FieldError { field: format!("{place}: {field}"), message },
                })
                .collect(),
        ),
        Error::Conflict(message) => Error::Invalid(vec![FieldError { field: place, message }]),
        other => other,
    }
}

/// The text as it is read: without the mark that some editors put in front, with the ends of lines that all others have.
pub(super) fn plain(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n")
}

/// What TOML has against the text, at its line, which is shown.
pub(super) fn unreadable(text: &str, error: &toml::de::Error) -> Error {
    let at = error.span().map_or(text.len(), |span| span.start.min(text.len()));
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count();
    let shown: String = text.lines().nth(line).unwrap_or_default().trim().chars().take(SHOWN).collect();
    let message = error.message().trim();
    let message = if shown.is_empty() { message.to_owned() } else { format!("{message}\n    {shown}") };
    Error::invalid(numbered(line), message)
}

/// That the file breaks off: it begins like one of ours, and its last line is not there.
pub(super) fn broken_off(text: &str, last: &str) -> Error {
    Error::invalid(numbered(text.lines().count().saturating_sub(1)), say!("refused-file-cut", last = last))
}

fn numbered(line: usize) -> String {
    format!("line {}", line + 1)
}

/// What a document was refused for, with the line of its text that speaks of it, as far as that can be found.
pub fn located(text: &str, wanted: &Document, error: Error) -> Error {
    let Error::Invalid(fields) = error else { return error };
    let whole = serde_json::to_value(wanted).unwrap_or(Value::Null);
    let text = plain(text);
    let lines: Vec<&str> = text.lines().collect();
    let placed = fields.into_iter().map(|FieldError { field, message }| {
        let field = match line_of(&lines, &whole, &field) {
            Some(line) => format!("{}: {field}", numbered(line)),
            None => field,
        };
        FieldError { field, message }
    });
    Error::Invalid(placed.collect())
}

/// In which line a place of the document stands, as our own files write them.
fn line_of(lines: &[&str], whole: &Value, place: &str) -> Option<usize> {
    let (part, rest) = place.split_once(": ").unwrap_or((place, ""));
    let key = |line: &str| line.split_once('=').map(|(key, _)| key.trim().trim_matches('"').to_owned());
    let Some(entries) = whole.get(part)?.as_array().filter(|_| part != "agent_domains") else {
        let wanted = if rest.is_empty() { part } else { rest.split(": ").next()? };
        let of = |wanted: &str| lines.iter().position(|line| key(line).is_some_and(|key| key == wanted));
        return of(wanted).or_else(|| of(part));
    };
    let label = |at: usize, entry: &Value| if part == "filters" { (at + 1).to_string() } else { name(entry) };
    let (at, field) = entries.iter().enumerate().find_map(|(at, entry)| {
        let field = rest.strip_prefix(&label(at, entry))?;
        (field.is_empty() || field.starts_with(": ")).then(|| (at, field.trim_start_matches(": ")))
    })?;
    let header = format!("[[{part}]]");
    let begins = lines.iter().enumerate().filter(|(_, line)| line.trim() == header).nth(at)?.0;
    let within = lines.get(begins + 1..)?;
    let ends = within.iter().position(|line| line.trim() == header).unwrap_or(within.len());
    let field = field.split(['.', ':', '[', ' ']).next().filter(|field| !field.is_empty());
    let exact = field.and_then(|field| {
        within.iter().take(ends).position(|line| key(line).is_some_and(|key| key == field))
    });
    Some(exact.map_or(begins, |at| begins + 1 + at))
}
