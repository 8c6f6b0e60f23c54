//! The administration's page of states and priorities: what the house calls them, and which of them it offers.

pub mod list;
pub mod priorities;
mod view;

/// Where the page is.
const HOME: &str = "/admin/states";
