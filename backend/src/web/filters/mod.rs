//! Postmaster filters: the rules in their order, the form of one, what they would do, and their versions.

mod form;
mod list;
mod report;
mod row;
mod rule;
mod versions;
mod words;

use serde::Deserialize;

pub use self::{
    list::{change, list},
    report::try_saved,
    rule::{create, edit, new},
    versions::{restore, version, versions},
};

/// The path of the page.
const PAGE: &str = "/admin/filters";

/// What a form sends, in its order: conditions are rows whose fields have the same names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    fn is_on(&self, name: &str) -> bool {
        !self.one(name).is_empty()
    }

    /// The version that the form was made from.
    fn base(&self) -> Option<i64> {
        self.one("version").parse().ok()
    }
}
