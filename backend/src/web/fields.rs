//! A form whose fields may come several times, as check boxes do. Each handler names those that it takes, also where a form
//! beside it has others: a field that nobody reads is refused.

use actix_web::http::StatusCode;
use serde::Deserialize;

use super::failure::Failure;

/// What was sent, in its order.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Fields(Vec<(String, String)>);

/// Refuses a name that is not known.
///
/// # Errors
/// As [`Fields::only`].
pub(super) fn known<'a>(
    sent: impl IntoIterator<Item = &'a str>,
    is_known: impl Fn(&str) -> bool,
) -> Result<(), Failure> {
    match sent.into_iter().find(|name| !is_known(name)) {
        None => Ok(()),
        Some(name) => {
            tracing::info!(field = ?name, "a form was refused: no page of ours sends this field");
            Err(Failure::plain(StatusCode::BAD_REQUEST))
        }
    }
}

impl FromIterator<(String, String)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl Fields {
    /// Refuses a form with a field that is not one of these: what the page did not offer is not done.
    ///
    /// # Errors
    /// 400, as for a form that is not understood; the gate writes it down.
    pub fn only(&self, names: &[&str]) -> Result<(), Failure> {
        known(self.0.iter().map(|(name, _)| name.as_str()), |name| names.contains(&name))
    }

    /// The first value of a field; empty where it is missing.
    pub fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Whether a field came with this value.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(field, given)| field == name && given == value)
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.clone()).collect()
    }
}
