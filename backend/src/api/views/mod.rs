//! What the API shows: loaded in a fixed number of queries, however many items.

mod article;
mod event;
mod ticket;

pub use self::{
    article::{ArticleView, AttachmentView, DeliveryView, article, articles, attachment_url},
    event::{EventView, events},
    ticket::{LockView, TicketView, ticket, tickets},
};

use serde::Serialize;
use utoipa::ToSchema;

use crate::{db::Ts, tickets::Person};

/// A person: in a mail header, or the customer of a ticket.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonView {
    /// The name; may be empty.
    pub name: String,
    /// The mail address; empty where there is none.
    pub address: String,
}

impl From<Person> for PersonView {
    fn from(person: Person) -> Self {
        Self { name: person.name, address: person.address }
    }
}

/// An instant as RFC 3339 in UTC.
pub fn instant(at: Ts) -> String {
    at.0.to_string()
}
