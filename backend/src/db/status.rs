//! The state of a ticket as people see it: a kind, and perhaps a name of the house.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::types::{State, StateId};

/// The state of a ticket: its kind, by which every rule goes, and which of the states that the house has named it is. Where
/// only a kind is said, it is the one that the kind is by itself: whatever rule sets a state clears the name with it.
///
/// Written down as `closed`, or `closed#7` where it has a name: in events, in what undoes something, in fields of forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status {
    /// What rules see.
    pub kind: State,
    /// What people see; `None`: the kind.
    pub named: Option<StateId>,
}

impl Status {
    /// A state that the house has named.
    pub const fn named(kind: State, id: StateId) -> Self {
        Self { kind, named: Some(id) }
    }

    /// Whether somebody still has to do something.
    pub const fn is_active(self) -> bool {
        self.kind.is_active()
    }

    /// Whether the ticket waits for a moment.
    pub const fn is_pending(self) -> bool {
        self.kind.is_pending()
    }
}

impl From<State> for Status {
    fn from(kind: State) -> Self {
        Self { kind, named: None }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.named {
            Some(id) => write!(out, "{}#{id}", self.kind),
            None => self.kind.fmt(out),
        }
    }
}

impl FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((kind, id)) = text.split_once('#') else { return text.parse().map(State::into) };
        let id = id.parse().map_err(|_| format!("“{text}” is no state"))?;
        Ok(Self::named(kind.parse()?, id))
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        String::deserialize(source)?.parse().map_err(serde::de::Error::custom)
    }
}
