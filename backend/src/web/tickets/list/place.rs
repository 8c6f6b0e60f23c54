//! Where in the tickets somebody is: what the address of a list says, and the addresses that lead on from there.

use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::db::{QueueId, State};
use crate::error::Result;
use crate::i18n::Language;
use crate::search::language::{self, Asks, Clause, Key};
use crate::search::meaning;
use crate::tickets::list::{Condition, Filter, Side, Sort, Test, Whose};

/// What the address says about which tickets to show.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// Only of this queue.
    pub queue: Option<i64>,
    /// One of [`View::ALL`].
    pub view: String,
    /// A search that narrows the list down.
    pub q: String,
    /// One of [`Sort::ALL`].
    pub sort: String,
    /// Where the page begins.
    pub cursor: Option<String>,
}

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident = $word:literal),* $(,)?) => {
        /// Which of the tickets.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum View { $($(#[$doc])* $name),* }

        impl View {
            /// All of them, as they are offered.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its word in an address.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
        }
    };
}

views! {
    /// All that is to be done.
    #[default]
    All = "all",
    /// One's own.
    Mine = "mine",
    /// Those of nobody.
    Nobody = "nobody",
    /// New ones.
    New = "new",
    /// Those that wait for us.
    Us = "us",
    /// Those that wait for the customer.
    Customer = "customer",
    /// Pending ones.
    Waiting = "waiting",
    /// Those that one watches.
    Watched = "watched",
    /// Those that were closed.
    Closed = "closed",
    /// In whatever state: what a search finds.
    Any = "any",
}

impl View {
    /// What it is called.
    pub fn label(self, language: &Language) -> String {
        language.tr(&format!("list-view-{}", self.word()))
    }
}

/// A list: which tickets, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Only of this queue.
    pub queue: Option<QueueId>,
    /// Which of them.
    pub view: View,
    /// What narrows them down.
    pub q: String,
    /// In which order.
    pub sort: Sort,
}

impl Place {
    /// What an address says. A view that is none is all; a search without a view finds closed tickets too.
    ///
    /// # Errors
    /// [`crate::error::Error::Invalid`] for an order that is none.
    pub fn read(wish: &Wish) -> Result<Self> {
        let otherwise = if wish.q.trim().is_empty() { View::All } else { View::Any };
        let view = View::ALL.iter().copied().find(|view| view.word() == wish.view).unwrap_or(otherwise);
        let sort = if wish.sort.is_empty() { Sort::default() } else { Sort::named(&wish.sort)? };
        Ok(Self { queue: wish.queue.map(QueueId), view, q: wish.q.trim().to_owned(), sort })
    }

    /// Its address.
    pub fn url(&self, cursor: Option<&str>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(queue) = self.queue {
            query.append_pair("queue", &queue.to_string());
        }
        let silent = if self.q.is_empty() { View::All } else { View::Any };
        if self.view != silent {
            query.append_pair("view", self.view.word());
        }
        if !self.q.is_empty() {
            query.append_pair("q", &self.q);
        }
        if self.sort != Sort::default() {
            query.append_pair("sort", self.sort.word());
        }
        if let Some(cursor) = cursor {
            query.append_pair("cursor", cursor);
        }
        let query = query.finish();
        if query.is_empty() { "/tickets".to_owned() } else { format!("/tickets?{query}") }
    }

    /// The same with another view.
    pub fn with_view(&self, view: View) -> Self {
        // Without a search nobody looks for tickets in whatever state.
        Self { view, ..self.clone() }
    }

    /// The same in another order.
    pub fn with_sort(&self, sort: Sort) -> Self {
        Self { sort, ..self.clone() }
    }

    /// The same as a search alone, as it would be typed; `queue` is the name of the queue.
    pub fn as_search(&self, queue: Option<&str>) -> String {
        let view = match self.view {
            View::All => "state:active",
            View::Mine => "owner:me state:active",
            View::Nobody => "is:unassigned state:active",
            View::New => "state:new",
            View::Us => "waiting:us",
            View::Customer => "waiting:customer",
            View::Waiting => "state:pending",
            View::Watched => "is:watched state:active",
            View::Closed => "state:closed",
            View::Any => "",
        };
        let queue = queue.map(|name| language::typed(Key::Queue, name));
        let parts = [queue.as_deref().unwrap_or(""), view, &self.q];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The tickets of this place, before what was typed narrows them down.
    pub fn filter(&self, actor: &Actor) -> Filter {
        let me = actor.agent.id;
        let mut filter = Filter { queue: self.queue, sort: self.sort, ..Filter::default() };
        let also = |test: Test| vec![Condition::from(test)];
        match self.view {
            View::All => {}
            View::Mine => filter.owner = Some(Whose::Agent(me)),
            View::Nobody => filter.owner = Some(Whose::Nobody),
            View::New => filter.state = Some(State::New),
            View::Us => filter.also = also(Test::Waits(Side::Us)),
            View::Customer => filter.also = also(Test::Waits(Side::Customer)),
            View::Waiting => {
                filter.also =
                    also(Test::States(vec![State::PendingReminder.into(), State::PendingAutoClose.into()]));
            }
            View::Watched => filter.also = also(Test::Watched(me)),
            View::Closed => filter.state = Some(State::Closed),
            View::Any => filter.all_states = true,
        }
        filter
    }
}

/// A part of a search, with the address of the list without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chip {
    /// As it was typed.
    pub label: String,
    /// The list without it.
    pub url: String,
}

/// Each part of what was typed.
pub fn chips(place: &Place, clauses: &[Clause]) -> Vec<Chip> {
    let without = |gone: usize| {
        let left = clauses.iter().enumerate().filter(|(at, _)| *at != gone);
        let q: Vec<&str> = left.map(|(_, clause)| clause.source.as_str()).collect();
        let q = q.join(" ");
        // A list that was opened by a search alone is the list of all again.
        let view = if q.is_empty() && place.view == View::Any { View::All } else { place.view };
        Place { q, view, ..place.clone() }.url(None)
    };
    clauses
        .iter()
        .enumerate()
        .map(|(at, clause)| Chip { label: clause.source.clone(), url: without(at) })
        .collect()
}

/// Whether what was typed says itself which states it wants.
pub fn says_state(clauses: &[Clause]) -> bool {
    clauses.iter().any(|clause| match &clause.asks {
        Asks::Key(Key::State, _) => true,
        Asks::Key(Key::Is, values) => values.iter().any(|word| meaning::is_state(word)),
        _ => false,
    })
}
