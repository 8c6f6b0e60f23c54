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

/// The fields of the forms: of the list and of versions, of a rule, and of its conditions.
const FIELDS: [&str; 28] = [
    "version",
    "rule",
    "act",
    "at",
    "then",
    "name",
    "mails",
    "mails_n",
    "enabled",
    "any",
    "stop",
    "queue",
    "owner",
    "priority",
    "state",
    "hours",
    "tags",
    "aside",
    "quiet",
    "customer",
    "customer_header",
    "c_on",
    "c_header",
    "c_test",
    "c_value",
    "c_kind",
    "c_spam",
    "c_result",
];

/// What a form sends, in its order: conditions are rows whose fields have the same names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Vec<(String, String)>")]
pub struct Fields(Vec<(String, String)>);

/// Refuses a field that no form of these pages has.
impl TryFrom<Vec<(String, String)>> for Fields {
    type Error = &'static str;

    fn try_from(sent: Vec<(String, String)>) -> Result<Self, Self::Error> {
        match sent.iter().all(|(name, _)| FIELDS.contains(&name.as_str())) {
            true => Ok(Self(sent)),
            false => Err("a field that nobody reads"),
        }
    }
}

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
