//! A way in as somebody writes it: in the file that `SIGN_IN_FILE` names, on the page, or in the configuration's file. What is
//! wrong with it is said by the name of the setting, so that a form can show it there.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mail_ingest::fetch::check_ca;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::ldap::LdapEntry;
use super::oidc::OidcEntry;
use super::{Method, RoleMap};
use crate::error::{Error, FieldError, Result, Sentence, say};

/// How long a directory or a provider may take to answer, in seconds, where nobody said another number.
const PATIENCE: u64 = 5;

/// A way in that can be said without the files of this machine.
#[derive(Clone, PartialEq)]
pub enum Entry {
    /// Passwords that are kept here.
    Local(LocalEntry),
    /// A directory.
    Ldap(Box<LdapEntry>),
    /// A site that vouches for people.
    Oidc(Box<OidcEntry>),
}

/// Passwords that are kept here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalEntry {
    /// Whether only those sign in with one who manage people.
    #[serde(default)]
    pub only_admins: bool,
}

impl fmt::Debug for Entry {
    /// Only which it is: what it holds may be a password.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Entry").field(&self.id()).finish()
    }
}

impl Entry {
    /// Reads one: its settings by their names, `kind` among them.
    ///
    /// # Errors
    /// [`Error::Invalid`] names the setting, and never repeats a value that may be a password.
    pub fn read(mut settings: Map<String, Value>) -> Result<Self> {
        let names = settings.keys().cloned().collect::<Vec<_>>().join(", ");
        match settings.remove("kind").as_ref().and_then(Value::as_str) {
            Some("local") => read_settings(settings).map(Self::Local),
            Some("ldap") => read_settings(settings).map(Self::Ldap),
            Some("oidc") => read_settings(settings).map(Self::Oidc),
            _ => Err(Error::invalid("kind", say!("refused-way-kind", names = names))),
        }
    }

    /// Its settings by their names, `kind` among them, without the secret.
    ///
    /// # Errors
    /// When something cannot be written down, which nothing here cannot.
    pub fn written(&self) -> Result<Value> {
        let (kind, mut settings) = match self {
            Self::Local(local) => ("local", serde_json::to_value(local)?),
            Self::Ldap(ldap) => ("ldap", serde_json::to_value(ldap)?),
            Self::Oidc(oidc) => ("oidc", serde_json::to_value(oidc)?),
        };
        settings["kind"] = Value::from(kind);
        Ok(settings)
    }

    /// Its name in the database, the log and commands.
    pub fn id(&self) -> &str {
        match self {
            Self::Local(_) => "local",
            Self::Ldap(ldap) => &ldap.id,
            Self::Oidc(oidc) => &oidc.id,
        }
    }

    /// What is given to roles by hand no longer, once this way says it.
    pub fn roles(&self) -> Option<&BTreeMap<String, Vec<String>>> {
        match self {
            Self::Local(_) => None,
            Self::Ldap(ldap) => Some(&ldap.roles),
            Self::Oidc(oidc) => Some(&oidc.roles),
        }
    }

    /// What we prove ourselves with; `None` where nothing is needed, empty where it is missing.
    pub fn secret(&self) -> Option<&str> {
        match self {
            Self::Local(_) => None,
            Self::Ldap(ldap) => {
                ldap.bind_dn.as_ref().map(|_| ldap.bind_password.as_deref().unwrap_or_default())
            }
            Self::Oidc(oidc) => Some(oidc.client_secret.as_deref().unwrap_or_default()),
        }
    }

    /// Puts in what we prove ourselves with, where something is needed.
    pub fn set_secret(&mut self, secret: String) {
        match self {
            Self::Ldap(ldap) if ldap.bind_dn.is_some() => ldap.bind_password = Some(secret),
            Self::Oidc(oidc) => oidc.client_secret = Some(secret),
            Self::Local(_) | Self::Ldap(_) => {}
        }
    }

    /// What a secret is sealed for: any change of where it goes, as whose, or how it is protected on the way makes another.
    pub fn purpose(&self) -> String {
        match self {
            Self::Local(_) => "sign-in local".to_owned(),
            Self::Ldap(ldap) => {
                let dn = ldap.bind_dn.as_deref().unwrap_or_default();
                format!("sign-in {} {} {} {} {dn}", ldap.id, ldap.url, ldap.tls, hash(ldap.ca.as_deref()))
            }
            Self::Oidc(oidc) => {
                let ca = hash(oidc.ca.as_deref());
                format!("sign-in {} {} {ca} {}", oidc.id, oidc.issuer, oidc.client_id)
            }
        }
    }

    /// The way in itself.
    ///
    /// # Errors
    /// [`Error::Invalid`] names each setting that is wrong, and never a value that may be a password.
    pub fn checked(self) -> Result<Method> {
        match self {
            Self::Local(local) => Ok(Method::Local { only_admins: local.only_admins }),
            Self::Ldap(ldap) => ldap.checked().map(|ldap| Method::Ldap(Box::new(ldap))),
            Self::Oidc(oidc) => oidc.checked().map(|oidc| Method::Oidc(Box::new(oidc))),
        }
    }
}

/// Whose certificates are trusted, in a word.
fn hash(ca: Option<&str>) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(ca.unwrap_or_default().trim()))
}

/// Reads settings by their names.
///
/// # Errors
/// As [`Entry::read`].
pub(super) fn read_settings<T: DeserializeOwned>(settings: Map<String, Value>) -> Result<T> {
    serde_path_to_error::deserialize(Value::Object(settings)).map_err(|error| {
        let place = error.path().to_string();
        let said = error.into_inner().to_string();
        // What was found may be a password: only what belongs there is repeated.
        let why = match said.rsplit_once(", expected ") {
            Some((_, expected)) if said.starts_with("invalid ") => format!("{expected} belongs there."),
            _ => format!("{said}."),
        };
        Error::invalid(if place == "." { "" } else { &place }, why)
    })
}

/// Collects what is wrong, so that a form says all of it at once.
#[derive(Default)]
pub(super) struct Problems(Vec<FieldError>);

impl Problems {
    /// The value, or a note of what is wrong with it.
    pub fn take<T>(&mut self, field: &str, checked: Result<T, Sentence>) -> Option<T> {
        checked.map_err(|message| self.0.push(FieldError { field: field.to_owned(), message })).ok()
    }

    /// All that was noted.
    pub fn error(self) -> Error {
        Error::Invalid(self.0)
    }
}

pub(super) fn yes() -> bool {
    true
}

pub(super) fn id(id: &str) -> Result<String, Sentence> {
    let good = (1..=30).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && id != "local";
    if good { Ok(id.to_owned()) } else { Err(say!("refused-way-id")) }
}

/// What a button says.
pub(super) fn label(label: &str) -> Result<String, Sentence> {
    let label = label.trim();
    let good = !label.is_empty() && label.chars().count() <= 60;
    if good { Ok(label.to_owned()) } else { Err(say!("refused-way-label")) }
}

/// PEM certificates that are trusted in place of the system's.
pub(super) fn authority(pem: Option<String>) -> Result<Option<String>, Sentence> {
    match pem.filter(|pem| !pem.trim().is_empty()) {
        Some(pem) if check_ca(&pem).is_ok() => Ok(Some(pem)),
        Some(_) => Err(say!("refused-way-ca")),
        None => Ok(None),
    }
}

pub(super) fn patience(seconds: Option<u64>) -> Result<std::time::Duration, Sentence> {
    match seconds.unwrap_or(PATIENCE) {
        seconds @ 1..=60 => Ok(std::time::Duration::from_secs(seconds)),
        other => Err(say!("refused-way-timeout", seconds = other)),
    }
}

pub(super) fn role_map(roles: BTreeMap<String, Vec<String>>) -> Result<RoleMap, Sentence> {
    match roles.iter().find(|(group, names)| group.trim().is_empty() || names.is_empty()) {
        Some((group, _)) => Err(say!("refused-way-roles-empty", group = group)),
        None => Ok(RoleMap(roles)),
    }
}
