//! Ways to sign in, as they stand in the file: all that any kind of them says, so that a mistake is told of with its line; and
//! what of it a kind knows is judged afterwards.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::sign_in::Entry;
use crate::error::{Error, Result, say};

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WayKind {
    Local,
    Ldap,
    Oidc,
}

/// A way to sign in, without what it is opened with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WayText {
    kind: WayKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    only_admins: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bind_dn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direct_bind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    login_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mail_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_values: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_base: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_filter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sync_minutes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roles_claim: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    make_agents: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trust_email: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<BTreeMap<String, Vec<String>>>,
    /// Refused: secrets are no part of the configuration's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    bind_password: Option<String>,
    /// As `bind_password`.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

impl WayText {
    /// What is kept, as it stands in the file.
    pub(super) fn of(entry: &Entry) -> Result<Self> {
        Ok(serde_json::from_value(serde_json::to_value(entry)?)?)
    }

    /// What is to be kept.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what its kind does not know, for want of what it needs, and for a secret.
    pub(super) fn entry(&self) -> Result<Entry> {
        for (field, given) in [("bind_password", &self.bind_password), ("client_secret", &self.client_secret)]
        {
            if given.is_some() {
                return Err(Error::invalid(field, say!("refused-way-secret")));
            }
        }
        serde_json::from_value(serde_json::to_value(self)?)
            .map_err(|error| Error::invalid("", error.to_string()))
    }
}
