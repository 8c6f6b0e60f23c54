//! Tickets: the list, one ticket, what can be done to it.

pub mod acts;
pub mod articles;
pub mod bulk;
pub mod colleagues;
pub mod compose;
pub mod composer;
pub mod draft;
pub mod effects;
pub mod export;
pub mod history;
pub mod list;
pub mod merges;
pub mod new;
pub mod page;
pub mod passing;
pub mod send;
pub mod templates;
