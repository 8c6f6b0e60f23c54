//! The state that a ticket goes into with what is written: the words of forms for the two that everybody knows, and the
//! states that the house has named.

use serde::Serialize;

use crate::db::{State, Status};
use crate::web::times::Reader;
use crate::web::view::{Choice, StateView, look_of};

/// What a form asks for; anything else is no state.
pub fn state(then: &str) -> Option<Status> {
    match then {
        "close" => Some(State::Closed.into()),
        "open" => Some(State::Open.into()),
        other => other.parse::<Status>().ok().filter(|state| state.named.is_some()),
    }
}

/// A form sends *open* when its writer has chosen nothing: that leaves a ticket which is open in the state that it has, under
/// whichever name.
pub fn as_it_stands(wanted: Option<Status>, now: Status) -> Option<Status> {
    wanted.filter(|wanted| *wanted != State::Open.into() || now.kind != State::Open)
}

/// A named state that can be asked for, with its shape.
#[derive(Clone, Debug, Serialize)]
pub struct Named {
    look: &'static str,
    #[serde(flatten)]
    choice: Choice,
}

/// [`choices`] with their shapes, for a menu.
pub fn menu(reader: &Reader, pending: bool) -> Vec<Named> {
    let look = |choice: &Choice| choice.value.parse::<Status>().map_or("open", |state| look_of(state.kind));
    choices(reader, pending, "").into_iter().map(|choice| Named { look: look(&choice), choice }).collect()
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
