//! Mailboxes that mail is fetched from: their settings, who fetches, what is known of each mail, and the watch over
//! them.
//!
//! A mail leaves its source only after [`crate::postmaster::accept_with`] has committed it, and in that very transaction
//! it is noted as known: whenever the process ends, no mail is lost and none becomes a second ticket.

mod fetch;
mod model;
mod oauth;
mod probe;
mod remove;
mod seal;
mod seen;
mod settings;
mod state;
mod take;
mod view;
mod watch;
mod worker;

pub use self::{
    model::{Mailbox, State},
    probe::{Hop, HopState, Test, start as start_test},
    remove::remove,
    settings::{Wish, create, enable, update},
    view::{Listed, all, get, hops},
    watch::{alarmed, measure, run as watch},
    worker::run,
};
pub(crate) use self::{
    probe::send as send_test,
    remove::retire,
    settings::{insert, opens_like, switch},
    view::load,
};

/// Why a mailbox gives no mail: a word that chooses the sentence, and what the other side said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    word: &'static str,
    detail: String,
}

impl Trouble {
    fn new(word: &'static str, detail: impl Into<String>) -> Self {
        Self { word, detail: detail.into() }
    }
}

impl From<mail_ingest::fetch::FetchError> for Trouble {
    fn from(error: mail_ingest::fetch::FetchError) -> Self {
        Self::new(error.word(), error.detail())
    }
}

impl From<crate::error::Error> for Trouble {
    fn from(error: crate::error::Error) -> Self {
        Self::new("store", error.to_string())
    }
}
