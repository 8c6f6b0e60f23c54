//! One deed on many tickets. They are rows first: a job works them off, each in a transaction of its own, through the
//! same verb and the same proof as a single one. What one ticket refuses holds up no other, and each says why.

mod deed;
mod files;
mod store;
mod undo;
mod worker;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

pub(crate) use self::worker::run;
pub use self::{
    deed::Deed,
    files::{keep as keep_files, names as files, put_away as put_files_away},
    store::{MOST, Progress, begin, choose, get, items, offered, progress, start, undo_all},
};
pub(crate) use self::{files::sweep as sweep_files, store::for_hand_over};
use crate::{
    db::{
        AgentId, ArticleId, BulkId, BulkItemState, BulkState, Cause, TicketId, Ts,
        schema::{bulk_items, bulks},
    },
    error::{Error, Result},
    i18n::Language,
};

/// A deed on many tickets.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = bulks)]
pub struct Bulk {
    /// Its key.
    pub id: BulkId,
    /// Whose it is: nobody else sees it.
    pub agent_id: AgentId,
    /// By which way he acts.
    pub cause: Cause,
    /// How far it is.
    pub state: BulkState,
    deed: String,
    /// The list that it began on.
    pub back: String,
    /// The bulk that this one undoes.
    pub undoes: Option<BulkId>,
    /// When it was made.
    pub created_at: Ts,
    /// When the last ticket was worked off.
    pub finished_at: Option<Ts>,
}

impl Bulk {
    /// What is done to each ticket; `None` while that is not chosen.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn deed(&self) -> Result<Option<Deed>> {
        if self.deed.is_empty() { Ok(None) } else { Ok(Some(serde_json::from_str(&self.deed)?)) }
    }
}

/// One of its tickets.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = bulk_items)]
pub struct Item {
    /// The bulk.
    pub bulk_id: BulkId,
    /// The ticket.
    pub ticket_id: TicketId,
    /// Its place.
    pub position: i32,
    /// What became of it.
    pub state: BulkItemState,
    reason: String,
    /// What was written into it.
    pub article_id: Option<ArticleId>,
}

impl Item {
    /// Why it was refused.
    pub fn reason(&self) -> Option<Reason> {
        serde_json::from_str(&self.reason).ok()
    }
}

/// Why a ticket was refused, to be said in the language of whoever reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    key: String,
    values: Vec<(String, String)>,
    text: String,
}

impl Reason {
    /// A message by its key.
    pub(super) fn message(key: &str) -> Self {
        Self { key: key.to_owned(), values: Vec::new(), text: String::new() }
    }

    /// What an error says to a person. A fault of ours is told in general words.
    pub(super) fn of(error: &Error) -> Self {
        let sentence = match error {
            Error::NotFound => return Self::message("bulk-why-gone"),
            Error::Unavailable(_) | Error::Unexpected(_) => return Self::message("bulk-why-fault"),
            Error::Forbidden(why) | Error::Conflict(why) => why.clone(),
            Error::Invalid(fields) => match fields.first() {
                Some(field) => field.message.clone(),
                None => return Self::message("bulk-why-fault"),
            },
        };
        match sentence {
            crate::error::Sentence::Text(text) => Self { key: String::new(), values: Vec::new(), text },
            crate::error::Sentence::Message(key, values) => Self {
                key: key.to_owned(),
                values: values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                text: String::new(),
            },
        }
    }

    /// The sentence in a language.
    pub fn in_language(&self, language: &Language) -> String {
        if self.key.is_empty() { self.text.clone() } else { language.tr_stored(&self.key, &self.values) }
    }
}
