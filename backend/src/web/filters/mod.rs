//! Postmaster filters: the rules in their order, the form of one, what they would do, and their versions.

mod form;
mod list;
mod report;
mod row;
mod rule;
mod versions;
mod words;

pub use self::{
    list::{change, list},
    report::try_saved,
    rule::{create, edit, new},
    versions::{restore, version, versions},
};
use crate::web::fields::Fields;

/// The path of the page.
const PAGE: &str = "/admin/filters";

/// The version that a form was made from.
fn base(form: &Fields) -> Option<i64> {
    form.one("version").parse().ok()
}
