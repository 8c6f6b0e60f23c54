//! What the house calls the states and the priorities of its tickets. What rules go by lies elsewhere: the kind of a state
//! and the rank of a priority are [`State`] and [`Priority`], and neither is ever added to.

mod check;
pub mod priorities;
pub mod states;

use crate::{
    db::{Conn, Priority, State, StateId, Status},
    error::{Error, Result, say},
    i18n::Language,
};

use self::{priorities::Rank, states::NamedState};

/// The kinds of which the house can name states, in the order in which they are offered. The others have one state each:
/// nothing is new, merged or removed in more than one way.
pub const KINDS: [State; 4] = [State::Open, State::PendingReminder, State::PendingAutoClose, State::Closed];

/// All names, retired ones included: read once for a page, however many tickets it shows.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// States that the house has named, by kind and in their order.
    pub states: Vec<NamedState>,
    /// The five ranks, from the lowest; none are there for whoever has not signed in.
    pub ranks: Vec<Rank>,
}

impl Terms {
    /// Reads them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn load(conn: &mut Conn) -> Result<Self> {
        Ok(Self { states: states::all(conn)?, ranks: priorities::all(conn)? })
    }

    /// The state that the house has named so.
    pub fn named(&self, id: StateId) -> Option<&NamedState> {
        self.states.iter().find(|state| state.id == id)
    }

    /// A state in the words of its reader.
    pub fn state(&self, of: impl Into<Status>, language: &Language) -> String {
        let of = of.into();
        let named = of.named.and_then(|id| self.named(id)).map(|state| state.name.clone());
        named.unwrap_or_else(|| language.tr(&format!("state-{}", of.kind.kind())))
    }

    /// A state in the words that programs read and send.
    pub fn state_word(&self, of: impl Into<Status>) -> String {
        let of = of.into();
        let named = of.named.and_then(|id| self.named(id)).map(|state| state.name.clone());
        named.unwrap_or_else(|| of.kind.to_string())
    }

    /// The state that an event has written down, in the words of programs; what is none stays as it is.
    pub fn event_word(&self, written: &str) -> String {
        written.parse::<Status>().map_or_else(|_| written.to_owned(), |status| self.state_word(status))
    }

    /// A priority in the words of its reader.
    pub fn priority(&self, of: Priority, language: &Language) -> String {
        self.rank_name(of).unwrap_or_else(|| language.tr(&format!("priority-{}", of.level())))
    }

    /// A priority in the words that programs read and send.
    pub fn priority_word(&self, of: Priority) -> String {
        self.rank_name(of).unwrap_or_else(|| of.as_str().to_owned())
    }

    fn rank_name(&self, of: Priority) -> Option<String> {
        self.ranks.iter().find(|rank| rank.level == of).and_then(|rank| rank.name.clone())
    }

    /// The states that can be chosen: of each kind the one that it is by itself, then those with a name. `chosen` is among
    /// them as well, retired or not.
    pub fn offered(&self, chosen: Option<Status>) -> Vec<Status> {
        let mut all = Vec::new();
        for kind in KINDS {
            all.push(Status::from(kind));
            let named = self.states.iter().filter(|state| state.kind == kind);
            let named = named.filter(|state| !state.is_retired() || Some(state.status()) == chosen);
            all.extend(named.map(NamedState::status));
        }
        all
    }

    /// The priorities that can be chosen, from the lowest. `chosen` is among them as well, retired or not.
    pub fn offered_priorities(&self, chosen: Option<Priority>) -> Vec<Priority> {
        let retired = |of: Priority| self.ranks.iter().any(|rank| rank.level == of && rank.is_retired());
        Priority::all().filter(|of| !retired(*of) || Some(*of) == chosen).collect()
    }

    /// The priority of a ticket about which nobody said anything.
    pub fn usual(&self) -> Priority {
        self.ranks.iter().find(|rank| rank.usual).map_or(Priority::NORMAL, |rank| rank.level)
    }

    /// The state that a word means, in any case: the word of a kind, or a name of the house.
    pub fn state_of(&self, word: &str) -> Option<Status> {
        let key = check::key(word);
        let kind = State::ALL.iter().find(|kind| kind.as_str() == key).copied();
        kind.map(Status::from).or_else(|| {
            self.states.iter().find(|state| check::key(&state.name) == key).map(NamedState::status)
        })
    }

    /// The priority that a word means, in any case: a name of the house, 1 to 5, or what a rank is called by default, which
    /// programs may go on saying.
    pub fn priority_of(&self, word: &str) -> Option<Priority> {
        let key = check::key(word);
        let named = |rank: &&Rank| rank.name.as_deref().is_some_and(|name| check::key(name) == key);
        self.ranks.iter().find(named).map(|rank| rank.level).or_else(|| key.replace('_', " ").parse().ok())
    }

    /// The state that a program asks for by `word`.
    ///
    /// # Errors
    /// [`Error::Invalid`] of the field names the states there are.
    pub fn wanted_state(&self, field: &str, word: &str) -> Result<Status> {
        self.state_of(word).ok_or_else(|| {
            let kinds = State::ALL.iter().map(|kind| kind.as_str().to_owned());
            let named =
                self.states.iter().filter(|state| !state.is_retired()).map(|state| state.name.clone());
            let known: Vec<String> = kinds.chain(named).collect();
            Error::invalid(field, say!("refused-no-term", name = word, known = known.join(", ")))
        })
    }

    /// The priority that a program asks for by `word`.
    ///
    /// # Errors
    /// [`Error::Invalid`] of the field names the priorities there are.
    pub fn wanted_priority(&self, field: &str, word: &str) -> Result<Priority> {
        self.priority_of(word).ok_or_else(|| {
            let known: Vec<String> =
                self.offered_priorities(None).into_iter().map(|of| self.priority_word(of)).collect();
            Error::invalid(field, say!("refused-no-term", name = word, known = known.join(", ")))
        })
    }
}
