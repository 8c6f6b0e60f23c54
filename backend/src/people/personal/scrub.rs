//! A person's addresses and names taken out of texts.

use regex::Regex;
use serde_json::Value;

use super::Called;
use crate::error::{Error, Result};

/// What stands where something was; the same in every language, and in JSON as it is.
pub const MARK: &str = "[…]";
/// The longest pattern, in bytes of the compiled form.
const LARGEST: usize = 16 << 20;

/// Where texts stand: how sure it must be that a name means him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// In his own tickets: all of his names.
    Own,
    /// In tickets of others: whole names that somebody gave him, not what mails called him.
    Others,
    /// In what is nobody's conversation: addresses alone.
    Elsewhere,
}

/// Finds a person in texts. Linear in the text, whatever he is called.
#[derive(Debug)]
pub struct Scrub {
    addresses: Vec<String>,
    written: Option<Regex>,
    names: Option<Regex>,
}

impl Scrub {
    /// For his addresses, and for names as words of their own.
    pub fn new(known: &Called, place: Where) -> Result<Self> {
        let names: Vec<&String> = match place {
            Where::Own => known.names.iter().chain(&known.learned).collect(),
            Where::Others => known.names.iter().filter(|name| super::is_whole(name)).collect(),
            Where::Elsewhere => Vec::new(),
        };
        let names = names.into_iter().chain(&known.marks);
        let edge = |c: Option<char>| if c.is_some_and(char::is_alphanumeric) { r"\b" } else { "" };
        let names = names.map(|name| {
            let (first, last) = (edge(name.chars().next()), edge(name.chars().next_back()));
            format!("{first}{}{last}", regex::escape(name))
        });
        // In addresses of pages the sign is written otherwise.
        let written = known.addresses.iter().map(|address| regex::escape(address).replace('@', "(?:@|%40)"));
        Ok(Self {
            addresses: known.addresses.clone(),
            written: any(written.collect())?,
            names: any(names.collect())?,
        })
    }

    /// The text without him.
    pub fn text(&self, text: &str) -> String {
        let text = self.without_addresses(text);
        match &self.names {
            Some(names) => names.replace_all(&text, MARK).into_owned(),
            None => text,
        }
    }

    /// The same of a value that programs read too: one that is a word of theirs is no name.
    pub fn value(&self, value: &str) -> String {
        let is_word = value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if is_word { value.to_owned() } else { self.text(value) }
    }

    /// The same of a value that may be missing.
    pub fn maybe(&self, value: Option<&str>) -> Option<String> {
        value.map(|value| self.value(value))
    }

    /// The same of JSON: of the texts in it, never of what they are called.
    pub fn json(&self, json: &str) -> String {
        let Ok(mut value) = serde_json::from_str::<Value>(json) else { return self.text(json) };
        if !self.clean(&mut value) {
            return json.to_owned();
        }
        value.to_string()
    }

    /// Whether something was taken out.
    fn clean(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => {
                let without = self.value(text);
                let differs = without != *text;
                *text = without;
                differs
            }
            Value::Array(items) => items.iter_mut().fold(false, |found, item| self.clean(item) | found),
            Value::Object(fields) => {
                // What stands beside his address is a name of his, whatever it is.
                let his = fields.get("address").and_then(Value::as_str).is_some_and(|one| self.is(one));
                if let Some(name) = fields.get_mut("name").filter(|_| his) {
                    *name = Value::from("");
                }
                fields.values_mut().fold(false, |found, field| self.clean(field) | found)
            }
            _ => false,
        }
    }

    /// A whole field that holds an address or nothing.
    pub fn address(&self, address: &str) -> String {
        if self.is(address) { MARK.to_owned() } else { address.to_owned() }
    }

    /// A field that holds a list of addresses as JSON.
    pub fn list(&self, list: &str) -> String {
        match serde_json::from_str::<Vec<String>>(list) {
            Ok(all) if all.iter().any(|one| self.is(one)) => {
                Value::from(all.iter().map(|one| self.address(one)).collect::<Vec<_>>()).to_string()
            }
            Ok(_) => list.to_owned(),
            Err(_) => self.without_addresses(list),
        }
    }

    /// Whether one of these addresses, a list as JSON, is his.
    pub fn is_among(&self, list: &str) -> bool {
        match serde_json::from_str::<Vec<String>>(list) {
            Ok(all) => all.iter().any(|one| self.is(one)),
            Err(_) => self.addressed(list),
        }
    }

    /// Whether he is in it, by name or address.
    pub fn finds(&self, text: &str) -> bool {
        self.addressed(text) || self.names.as_ref().is_some_and(|names| names.is_match(text))
    }

    /// Whether one of his addresses is in it. Whoever is called like him is somebody else.
    pub fn addressed(&self, text: &str) -> bool {
        self.places(text).next().is_some()
    }

    /// Whether this is one of his addresses and nothing else.
    pub fn is(&self, address: &str) -> bool {
        self.addresses.iter().any(|his| his.eq_ignore_ascii_case(address.trim()))
    }

    /// Where his addresses stand, and not as a part of longer ones.
    fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = std::ops::Range<usize>> + 'a {
        let found = self.written.as_ref().map(|written| written.find_iter(text));
        found.into_iter().flatten().map(|found| found.range()).filter(|place| {
            begins(text.get(..place.start).unwrap_or_default())
                && ends(text.get(place.end..).unwrap_or_default())
        })
    }

    fn without_addresses(&self, text: &str) -> String {
        let (mut without, mut done) = (String::with_capacity(text.len()), 0);
        for place in self.places(text) {
            without.push_str(text.get(done..place.start).unwrap_or_default());
            without.push_str(MARK);
            done = place.end;
        }
        without.push_str(text.get(done..).unwrap_or_default());
        without
    }
}

/// Any of these; `None` where there are none.
fn any(mut patterns: Vec<String>) -> Result<Option<Regex>> {
    if patterns.is_empty() {
        return Ok(None);
    }
    // The longest first: of two that begin alike it is the one that is meant.
    patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.len()));
    regex::RegexBuilder::new(&patterns.join("|"))
        .case_insensitive(true)
        .size_limit(LARGEST)
        .build()
        .map(Some)
        .map_err(|error| Error::Unexpected(error.into()))
}

/// Whether an address may begin behind this: it does not go on to the left.
fn begins(before: &str) -> bool {
    let before = match before.char_indices().rev().nth(2) {
        // In addresses of pages a colon or a quotation mark is written like this.
        Some((at, '%')) => match u8::from_str_radix(before.get(at + 1..).unwrap_or_default(), 16) {
            Ok(byte) if byte.is_ascii() && !continues(char::from(byte)) => return true,
            _ => before,
        },
        _ => before,
    };
    // Neither begins with a mark: behind nothing else those are a line or dots.
    let rest = before.trim_end_matches(['.', '+', '-']);
    match rest.chars().next_back() {
        Some('\'') if rest.len() == before.len() => {
            // O'Ann is not Ann; quotation marks stand behind no letter.
            !rest.chars().rev().nth(1).is_some_and(char::is_alphanumeric)
        }
        Some(c) => !continues(c),
        None => true,
    }
}

fn continues(c: char) -> bool {
    c.is_alphanumeric() || "._%+-".contains(c)
}

/// Whether an address may end before this: its domain does not go on.
fn ends(after: &str) -> bool {
    let mut on = after.chars();
    match on.next() {
        None => true,
        Some('.') => !on.next().is_some_and(char::is_alphanumeric),
        Some(c) => !(c.is_alphanumeric() || c == '-'),
    }
}
