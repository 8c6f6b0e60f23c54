//! Tickets and what can be done to them: each verb once, in a file of its own, used by pages, API and mail alike.
//!
//! A verb runs in one transaction, asks for a proof of permission, and leaves the change, its event, its
//! notifications and its outgoing mail behind, or nothing.

pub mod acts;
pub mod assign;
pub mod belongs;
pub mod bin;
pub mod bulk;
pub mod call;
pub mod clear_out;
pub mod customer;
pub mod drafts;
pub mod export;
pub mod feed;
pub mod follow_up;
pub mod formatted;
pub mod forward;
pub mod links;
pub mod list;
mod locking;
pub mod merge;
mod model;
pub mod move_to;
pub mod note;
pub mod open;
pub mod participants;
pub(crate) mod planned;
pub mod priority;
pub mod promise;
pub(crate) mod purge;
pub mod read;
mod recount;
pub mod redirect;
pub mod reply;
pub mod salutation;
pub mod split;
pub mod state;
pub(crate) mod store;
pub mod summary;
pub mod tag_list;
pub mod tags;
pub mod templates;
pub mod undo;
pub mod unmerge;
pub mod uploads;
pub mod view;
pub mod watch;
pub mod withdraw;

pub mod lock;

pub use self::formatted::{Clean, Formatted};
pub(crate) use self::model::NewArticle;
pub use self::model::{Article, Attachment, Event, NewFile, Person, Recipients, Ticket};
pub(crate) use self::recount::preview_of;

use jiff::{Timestamp, tz::TimeZone};

use crate::db::Ts;

/// The moment at which something is done, and the zone of calendars that name none.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Now.
    pub now: Timestamp,
    /// The installation's zone.
    pub zone: TimeZone,
}

impl Moment {
    /// The same moment in an agent's own zone, for what he means by a day.
    #[must_use]
    pub fn seen_by(self, agent: &crate::people::Agent) -> Self {
        let own = agent.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        Self { zone: own.unwrap_or(self.zone), ..self }
    }

    /// Now, as the database keeps it.
    pub fn ts(&self) -> Ts {
        Ts(self.now)
    }
}
