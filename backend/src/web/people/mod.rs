//! The administration's pages of agents.

pub mod access;
pub mod domains;
mod form;
pub mod list;
pub mod new;
pub mod page;
pub mod retirement;
pub mod rights;
pub mod roles;

use crate::db::AgentId;

/// An agent's page.
pub fn address(id: AgentId) -> String {
    format!("/admin/people/{id}")
}
