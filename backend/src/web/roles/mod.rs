//! The administration's pages of roles.

pub mod list;
mod matrix;
pub mod page;
pub mod retirement;

use crate::db::RoleId;

/// A role's page.
pub fn address(id: RoleId) -> String {
    format!("/admin/roles/{id}")
}
