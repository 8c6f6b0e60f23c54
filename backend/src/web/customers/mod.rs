//! Customers: their list for whoever manages people, and the page of one for whoever may read a ticket of his.

pub mod addresses;
mod form;
pub mod list;
pub mod merges;
pub mod new;
pub mod page;
pub mod personal;

use crate::db::CustomerId;

/// A customer's page.
pub fn address(id: CustomerId) -> String {
    format!("/customers/{id}")
}

/// Where what belongs to a customer is changed.
pub fn admin(id: CustomerId) -> String {
    format!("/admin/customers/{id}")
}
