//! The file as text, and what differs between two of them.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::{document::Document, places};
use crate::error::{Error, Result};

/// What our files begin with. Those of the first format, which say none, have no line at their end.
const FIRST: &str = "# The configuration of a Turnstone, format 2.";
/// What they end with.
const LAST: &str = "# This is the end of the configuration.";

/// What stands above each part of the file.
const PARTS: [(&str, &str); 12] = [
    ("look", "Colour (empty: Turnstone's own), theme of whoever has chosen none, and the logo in base64."),
    ("settings", "What was set on the settings page. What turnstone.toml or the environment says wins."),
    (
        "states",
        "States that you have named, by kind: open, pending reminder, pending auto close or closed. `place` is their order.",
    ),
    (
        "priorities",
        "The five priorities: how they are `called` here (empty: as each language does), with which one tickets begin (`usual`), and which are not offered.",
    ),
    (
        "calendars",
        "Working-time calendars; the one that is `own` counts for queues that name none. Hours by day, in order; holidays as `2026-12-25 Name`, or `12-25 Name` for each year.",
    ),
    (
        "queues",
        "Queues. `answers` are the kinds of automatic answers that a queue sends; `closed_days` may be missing: never.",
    ),
    (
        "roles",
        "Roles: rights by queue (`*`: all, those to come included), and rights that belong to no queue.",
    ),
    (
        "sign_in",
        "Ways to sign in, all of them in their order. What they are opened with is not here: a new one rests until somebody gives it on its page.",
    ),
    (
        "templates",
        "Templates; those that do something besides are macros. Without `queues` and `roles` they are for everybody. What agents keep for themselves is not here.",
    ),
    (
        "auto_responses",
        "Texts of automatic answers in place of the built-in ones; without `queue` for all queues without their own.",
    ),
    (
        "mailboxes",
        "Mailboxes. What they are opened with is not here: a new one rests until somebody sets that and wakes it.",
    ),
    ("filters", "The postmaster's rules, all of them in their order."),
];

/// The file, with what each part is.
///
/// # Errors
/// When something cannot be written as TOML, which nothing here cannot.
pub fn text(document: &Document) -> Result<String> {
    let mut text = format!(
        "{FIRST} `turnstone config apply FILE` brings another one to the same;\n\
         # `--dry-run` shows what would change. What is left out stays as it is.\n\n",
    );
    let head = BTreeMap::from([
        ("agent_domains", serde_json::to_value(&document.agent_domains)?),
        ("organisation", serde_json::to_value(&document.organisation)?),
    ]);
    text.push_str(&toml_of(&head)?);
    let whole = serde_json::to_value(document)?;
    for (name, meaning) in PARTS {
        let Some(part) = whole.get(name) else { continue };
        if part.as_array().is_some_and(Vec::is_empty)
            || part.as_object().is_some_and(serde_json::Map::is_empty)
        {
            continue;
        }
        text.push_str(&format!("\n# {meaning}\n{}", toml_of(&BTreeMap::from([(name, part)]))?));
    }
    text.push_str(&format!("\n{LAST}\n"));
    Ok(text)
}

fn toml_of(part: &impl Serialize) -> Result<String> {
    toml::to_string_pretty(part).map_err(|error| Error::Unexpected(error.into()))
}

/// Reads a file. One that begins as we write them has to end so: cut off between two lines it would still be TOML, and a role
/// that lost its rights on the way looks like one that has none.
///
/// # Errors
/// [`Error::Invalid`] says in which line what is wrong.
pub fn parse(text: &str) -> Result<Document> {
    let text = places::plain(text);
    let document = toml::from_str(&text).map_err(|error| places::unreadable(&text, &error))?;
    if text.trim_start().starts_with(FIRST) && text.trim_end().lines().next_back() != Some(LAST) {
        return Err(places::broken_off(&text, LAST));
    }
    Ok(document)
}

/// Something that is not as the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Of which part, and its name.
    pub what: String,
    /// Whether there is none of that name yet.
    pub new: bool,
    /// What is different: the field, what it is, what it shall be.
    pub fields: Vec<(String, String, String)>,
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", if self.new { "+" } else { "~" }, self.what)?;
        for (field, was, becomes) in &self.fields {
            match self.new {
                true => write!(out, "\n    {field}: {becomes}")?,
                false => write!(out, "\n    {field}: {was} → {becomes}")?,
            }
        }
        Ok(())
    }
}

/// What of a document is not so yet. What it leaves out is as it should be.
///
/// # Errors
/// When something cannot be written down, which nothing here cannot.
pub fn differences(is: &Document, wanted: &Document) -> Result<Vec<Difference>> {
    let (is, wanted) = (serde_json::to_value(is)?, serde_json::to_value(wanted)?);
    let mut all = Vec::new();
    let none = serde_json::Map::new();
    for (part, wanted) in wanted.as_object().unwrap_or(&none) {
        let is = is.get(part).unwrap_or(&Value::Null);
        match wanted {
            Value::Null => {}
            // A list of rules is one thing: their order counts.
            Value::Array(items) if !["filters", "sign_in", "agent_domains"].contains(&part.as_str()) => {
                for item in items {
                    let before = is.as_array().and_then(|all| all.iter().find(|one| name(one) == name(item)));
                    all.extend(difference(format!("{part}: {}", name(item)), before, item));
                }
            }
            Value::Object(values) => {
                for (key, value) in values {
                    let before = is.get(key).unwrap_or(&Value::Null);
                    all.extend(single(&format!("{part}: {key}"), before, value));
                }
            }
            value => all.extend(single(part, is, value)),
        }
    }
    Ok(all)
}

/// What tells one of a kind from another.
pub(super) fn name(item: &Value) -> String {
    // A way to sign in goes by what it is called everywhere.
    if let Some(id) = item.get("id").and_then(Value::as_str) {
        return id.to_owned();
    }
    let words = ["queue", "kind", "name", "language"].map(|field| item.get(field).and_then(Value::as_str));
    // A template of one name may be there in each language; a mailbox leads to a queue that is not its name.
    let words = if item.get("name").is_some() {
        [None, None, words[2], words[3].filter(|_| item.get("body").is_some())]
    } else {
        words
    };
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn single(what: &str, is: &Value, wanted: &Value) -> Option<Difference> {
    (is != wanted).then(|| Difference {
        what: what.to_owned(),
        new: is.is_null(),
        fields: vec![(String::from("value"), short(is), short(wanted))],
    })
}

fn difference(what: String, before: Option<&Value>, wanted: &Value) -> Option<Difference> {
    let none = serde_json::Map::new();
    let was = before.and_then(Value::as_object).unwrap_or(&none);
    let becomes = wanted.as_object().unwrap_or(&none);
    let keys: std::collections::BTreeSet<&String> = was.keys().chain(becomes.keys()).collect();
    let at = |map: &serde_json::Map<String, Value>, key: &str| map.get(key).cloned().unwrap_or(Value::Null);
    let fields: Vec<_> = keys
        .into_iter()
        .filter(|key| at(was, key) != at(becomes, key))
        .map(|key| (key.clone(), short(&at(was, key)), short(&at(becomes, key))))
        .collect();
    (!fields.is_empty()).then(|| Difference { what, new: before.is_none(), fields })
}

/// A value in one line that is not too long.
fn short(value: &Value) -> String {
    const MOST: usize = 120;
    let text = value.to_string();
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST).chain(['…']).collect() }
}
