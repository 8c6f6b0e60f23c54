//! What a mailbox signs in with, as it lies sealed in the database.

use serde::{Deserialize, Serialize};

pub(super) use crate::seal::Key;

/// What a mailbox signs in with.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Secrets {
    /// Of the user.
    #[serde(default)]
    pub password: String,
    /// Of the program, for OAuth2.
    #[serde(default)]
    pub client_secret: String,
    /// What access tokens are renewed with.
    #[serde(default)]
    pub refresh_token: String,
}
