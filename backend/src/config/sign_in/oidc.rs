//! What a site that vouches for people needs to be told of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::{Problems, authority, id, label, patience, role_map, yes};
use super::{Oidc, is_protected};
use crate::config::Secret;
use crate::error::{Result, Sentence, say};

/// A site that vouches for people, as somebody writes it: the names of the settings are those of the file.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is said by the field of `Oidc` that it becomes")]
pub struct OidcEntry {
    pub id: String,
    pub label: String,
    pub issuer: String,
    pub client_id: String,
    #[serde(skip_serializing)]
    pub client_secret: Option<String>,
    #[serde(skip_serializing)]
    pub client_secret_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles_claim: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, Vec<String>>,
    #[serde(default = "yes")]
    pub make_agents: bool,
    #[serde(default)]
    pub trust_email: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u64>,
}

impl OidcEntry {
    pub(super) fn checked(self) -> Result<Oidc> {
        let mut no = Problems::default();
        let id = no.take("id", id(&self.id));
        let label = no.take("label", label(&self.label));
        let issuer = no.take("issuer", issuer(self.issuer));
        let client_id = no.take("client_id", present(self.client_id, say!("refused-way-client-id")));
        let secret = self.client_secret.unwrap_or_default();
        let secret = no.take("client_secret", present(secret, say!("refused-way-client-secret")));
        let mut scopes = self.scopes.unwrap_or_else(|| vec!["email".to_owned(), "profile".to_owned()]);
        scopes.retain(|scope| scope != "openid");
        scopes.insert(0, "openid".to_owned());
        let roles = no.take("roles", role_map(self.roles));
        let ca = no.take("ca", authority(self.ca));
        let patience = no.take("timeout_seconds", patience(self.timeout_seconds));
        let (Some(id), Some(label), Some(issuer), Some(client_id), Some(secret)) =
            (id, label, issuer, client_id, secret)
        else {
            return Err(no.error());
        };
        let (Some(roles), Some(ca), Some(patience)) = (roles, ca, patience) else { return Err(no.error()) };
        Ok(Oidc {
            id,
            label,
            issuer,
            client_id,
            client_secret: Secret::new(secret),
            scopes,
            roles_claim: self.roles_claim.unwrap_or_else(|| "groups".to_owned()),
            roles,
            make: self.make_agents,
            trust_email: self.trust_email,
            ca,
            patience,
        })
    }
}

fn issuer(issuer: String) -> Result<String, Sentence> {
    let good = is_protected(&issuer) && !issuer.contains(['?', '#']);
    if good { Ok(issuer) } else { Err(say!("refused-way-issuer")) }
}

fn present(text: String, missing: Sentence) -> Result<String, Sentence> {
    if text.is_empty() { Err(missing) } else { Ok(text) }
}
