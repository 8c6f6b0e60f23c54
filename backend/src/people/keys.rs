//! Single keys: what each does, and where an agent laid it.

use crate::error::{Error, FieldError, Result, say};

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name, in forms and in the database.
    pub name: &'static str,
    /// Where it lies unless somebody laid it elsewhere; scripts call it by this.
    pub usual: &'static str,
    /// Where it works.
    pub group: Group,
    /// The message that says what it does.
    pub says: &'static str,
}

/// Where a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// In lists.
    List,
    /// On a ticket.
    Ticket,
    /// Anywhere.
    Anywhere,
    /// Behind the key that goes to places.
    Place,
}

const fn key(name: &'static str, usual: &'static str, group: Group, says: &'static str) -> Key {
    Key { name, usual, group, says }
}

/// All keys, as they are shown.
pub const ALL: [Key; 19] = [
    key("next", "j", Group::List, "keys-down"),
    key("previous", "k", Group::List, "keys-up"),
    key("open", "o", Group::List, "keys-open"),
    key("select", "x", Group::List, "keys-select"),
    key("lock", "l", Group::Ticket, "keys-lock"),
    key("reply", "r", Group::Ticket, "keys-reply"),
    key("note", "n", Group::Ticket, "keys-note"),
    key("forward", "f", Group::Ticket, "keys-forward"),
    key("move", "m", Group::Ticket, "keys-move"),
    key("search", "/", Group::Anywhere, "keys-search"),
    key("undo", "z", Group::Anywhere, "keys-undo"),
    key("new", "c", Group::Anywhere, "keys-new"),
    key("sheet", "?", Group::Anywhere, "keys-list"),
    key("go", "g", Group::Anywhere, "keys-go"),
    key("go_dashboard", "d", Group::Place, "keys-dashboard"),
    key("go_tickets", "i", Group::Place, "keys-tickets"),
    key("go_search", "s", Group::Place, "keys-search"),
    key("go_administration", "a", Group::Place, "keys-administration"),
    key("go_preferences", ",", Group::Place, "keys-preferences"),
];

/// Where each key lies: one character, or nothing for a key that is off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map(Vec<(Key, String)>);

impl Map {
    /// What is kept in the database; what is not understood lies where it usually does.
    pub fn read(kept: &str) -> Self {
        let laid = |key: &Key| {
            let mut words = kept.split(' ').filter_map(|word| word.split_once('='));
            words.find(|(name, _)| *name == key.name).map(|(_, at)| at.to_owned())
        };
        Self(ALL.iter().map(|key| (*key, laid(key).unwrap_or_else(|| key.usual.to_owned()))).collect())
    }

    /// What somebody typed, by the names of the keys.
    pub fn typed(of: impl Fn(&str) -> String) -> Self {
        Self(ALL.iter().map(|key| (*key, of(key.name).trim().to_owned())).collect())
    }

    /// Each key and where it lies.
    pub fn keys(&self) -> &[(Key, String)] {
        &self.0
    }

    /// What differs from the usual, for the database.
    pub fn kept(&self) -> String {
        let other = self.0.iter().filter(|(key, at)| key.usual != at);
        other.map(|(key, at)| format!("{}={at}", key.name)).collect::<Vec<_>>().join(" ")
    }

    /// Looks for what cannot be: more than one character, and two acts on one key.
    ///
    /// # Errors
    /// [`Error::Invalid`] names the keys.
    pub fn check(&self) -> Result<()> {
        let mut problems = Vec::new();
        for (at, (key, laid)) in self.0.iter().enumerate() {
            let mut chars = laid.chars();
            let whole = match (chars.next(), chars.next()) {
                (None, _) => continue,
                (Some(c), None) => !c.is_whitespace() && !c.is_control() && c != '=',
                (Some(_), Some(_)) => false,
            };
            let place = |key: &Key| key.group == Group::Place;
            let twice =
                self.0.iter().take(at).any(|(other, there)| there == laid && place(other) == place(key));
            let message = match (whole, twice) {
                (false, _) => say!("refused-key"),
                (true, true) => say!("refused-key-twice", key = laid),
                (true, false) => continue,
            };
            problems.push(FieldError { field: key.name.to_owned(), message });
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }
}
