//! Pieces that several pages show: a person, a state, a priority, a row of a list.

use jiff::Timestamp;
use serde::Serialize;

use super::times::Reader;
use crate::db::{AgentId, Priority, State, Status};

/// A person as a circle with initials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Face {
    /// The whole name, or the address where there is none.
    pub name: String,
    /// One or two letters.
    pub initials: String,
    /// 1 to 8, the same for the same person everywhere.
    pub hue: u8,
}

impl Face {
    /// An agent's: the hue follows from his key.
    pub fn of_agent(id: AgentId, name: &str) -> Self {
        Self { name: name.to_owned(), initials: initials(name), hue: hue(id.0.unsigned_abs()) }
    }

    /// Somebody's from outside: the hue follows from the address.
    pub fn of_mailbox(name: &str, address: &str) -> Self {
        let shown = if name.trim().is_empty() { address } else { name };
        let sum = address
            .to_lowercase()
            .bytes()
            .fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        Self { name: shown.to_owned(), initials: initials(shown), hue: hue(sum) }
    }
}

fn hue(number: u64) -> u8 {
    u8::try_from(number % 8).unwrap_or(0) + 1
}

fn initials(name: &str) -> String {
    let mut words = name.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    let first = words.next().and_then(|word| word.chars().next());
    // An address has its first letter only: the domain says nothing about the person.
    let last = if name.contains('@') { None } else { words.next_back().and_then(|word| word.chars().next()) };
    let letters: String = first.into_iter().chain(last).flat_map(char::to_uppercase).collect();
    if letters.is_empty() { "?".to_owned() } else { letters }
}

/// A state by its shape and its word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StateView {
    /// `new`, `open`, `wait`, `done`: shape and colour.
    pub look: &'static str,
    /// Its name.
    pub word: String,
}

impl StateView {
    /// How a state looks.
    pub fn of(state: impl Into<Status>, reader: &Reader) -> Self {
        let state = state.into();
        Self { look: look_of(state.kind), word: reader.terms.state(state, &reader.language) }
    }
}

/// The shape of a state.
pub fn look_of(state: State) -> &'static str {
    match state {
        State::New => "new",
        State::Open => "open",
        State::PendingReminder | State::PendingAutoClose => "wait",
        State::Closed | State::Merged | State::Removed => "done",
    }
}

/// A priority by its bars and its word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PriorityView {
    /// 1 to 5.
    pub level: i32,
    /// Its name.
    pub word: String,
}

impl PriorityView {
    /// How a priority looks.
    pub fn of(priority: Priority, reader: &Reader) -> Self {
        Self { level: priority.level(), word: reader.terms.priority(priority, &reader.language) }
    }
}

/// One of several to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What a person reads.
    pub label: String,
    /// Whether it is chosen.
    pub current: bool,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>, current: bool) -> Self {
        Self { value: value.into(), label: label.into(), current }
    }
}

/// A link of which one is where we are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tab {
    /// Where it leads.
    pub url: String,
    /// What it says.
    pub label: String,
    /// Whether we are there.
    pub current: bool,
    /// How many there are, where that is known and not nothing.
    pub n: Option<i64>,
}

/// A ticket in a list.
#[derive(Clone, Debug, Serialize)]
pub struct RowView {
    /// Its number.
    pub number: String,
    /// Its page.
    pub url: String,
    /// Its title, or a word for one without.
    pub subject: String,
    /// Its state.
    pub state: StateView,
    /// Whether it holds something unseen.
    pub unread: bool,
    /// Articles by people.
    pub messages: i32,
    /// Whether it has attachments.
    pub clip: bool,
    /// The customer.
    pub who: String,
    /// The beginning of the newest text.
    pub excerpt: String,
    /// Its queue's name.
    pub queue: String,
    /// Its priority.
    pub priority: PriorityView,
    /// Whose it is.
    pub owner: Option<Face>,
    /// Whether the owner is on it.
    pub locked: bool,
    /// That an agent had the last word, where he did.
    pub turn: String,
    /// Its last change.
    pub updated: Timestamp,
    /// Its tags.
    pub tags: Vec<String>,
    /// When it falls due, for lists of reminders.
    pub due: Option<Timestamp>,
}
