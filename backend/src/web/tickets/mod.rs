//! Tickets: the list, one ticket, what can be done to it.

pub mod acts;
pub mod articles;
pub mod bin;
pub mod bonds;
pub mod bulk;
pub mod calls;
pub mod colleagues;
pub mod compose;
pub mod composer;
pub mod customer;
pub mod draft;
pub mod effects;
pub mod history;
pub mod list;
pub mod merges;
pub mod new;
pub mod next;
pub mod page;
pub mod paper;
pub mod passing;
pub mod reminder;
pub mod send;
pub mod side;
pub mod splits;
pub mod templates;
pub mod undo;
