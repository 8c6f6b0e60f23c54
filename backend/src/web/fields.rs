//! A form whose fields may come several times, as check boxes do; a field that nobody reads is refused.

use actix_web::http::StatusCode;
use serde::Deserialize;

use super::failure::Failure;

/// What was sent, in its order.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Refuses a form with a field that is not one of these: what the page did not offer is not done.
    pub fn only(&self, names: &[&str]) -> Result<(), Failure> {
        if self.0.iter().all(|(name, _)| names.contains(&name.as_str())) {
            return Ok(());
        }
        Err(Failure::plain(StatusCode::BAD_REQUEST))
    }

    /// The first value of a field; empty where it is missing.
    pub fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.clone()).collect()
    }
}
