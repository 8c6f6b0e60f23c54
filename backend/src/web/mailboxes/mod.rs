//! Mailboxes that mail is fetched from: how they do, their settings, and a test mail hop by hop.

pub mod form;
pub mod list;
pub mod page;
