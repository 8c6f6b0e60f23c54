//! The state that a ticket goes into with what is written: the words of forms for the two that everybody knows, and the
//! states that the house has named.

use crate::db::{State, Status};
use crate::web::times::Reader;
use crate::web::view::{Choice, StateView};

/// What a form asks for; anything else is no state.
pub fn state(then: &str) -> Option<Status> {
    match then {
        "close" => Some(State::Closed.into()),
        "open" => Some(State::Open.into()),
        other => other.parse::<Status>().ok().filter(|state| state.named.is_some()),
    }
}

/// The named states that can be asked for: those that wait for a moment, or those that do not.
pub fn choices(reader: &Reader, pending: bool, chosen: &str) -> Vec<Choice> {
    let offered = reader.terms.offered(None).into_iter();
    offered
        .filter(|state| state.named.is_some() && state.is_pending() == pending)
        .map(|state| {
            Choice::new(state.to_string(), StateView::of(state, reader).word, state.to_string() == chosen)
        })
        .collect()
}
