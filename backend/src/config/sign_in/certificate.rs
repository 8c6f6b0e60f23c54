//! The part of the file that says how people come in by a certificate.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

use super::RoleMap;
use super::entry::{self, yes};
use super::file::authority;
use crate::config::Config;

/// More lists of what is revoked than this are a mistake.
const LISTS: usize = 50;

/// People who prove by a certificate who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its name in addresses, the log, ties and commands.
    pub id: String,
    /// What the button says; `None`: that one signs in with a certificate.
    pub label: Option<String>,
    /// The file of the authorities (PEM) whose word counts; each of them is believed by itself. Read again when it changes.
    pub ca: PathBuf,
    /// Files of what they have revoked (PEM or DER). Read again when they change.
    pub crl: Vec<PathBuf>,
    /// Whether lists count whose next one should have come by now.
    pub accept_expired_crl: bool,
    /// What in a certificate says who somebody is.
    pub naming: Naming,
    /// How certificates come to us.
    pub presented: Presented,
    /// The port that browsers use for it; `None`: that of the listener, or of `PUBLIC_URL`.
    pub port: Option<u16>,
    /// What parts of a certificate's name give; `*` is everybody.
    pub roles: RoleMap,
    /// Whether somebody who signs in for the first time becomes an agent.
    pub make: bool,
    /// Whether the address in a certificate is proof enough to be an agent who has it: where the authority looks at it.
    pub trust_email: bool,
}

/// What in a certificate says who somebody is, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Naming {
    /// Its mail address (the alternative name of the kind `rfc822Name`).
    Email,
    /// Its whole subject.
    Subject,
    /// The `serialNumber` in its subject: the person's, not the certificate's.
    SerialNumber,
    /// The `UID` in its subject.
    Uid,
    /// The `CN` in its subject.
    Cn,
    /// The certificate itself, by its SHA-256: the next one has to be tied anew.
    Sha256,
}

impl Naming {
    /// Its word, as in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Subject => "subject",
            Self::SerialNumber => "serialnumber",
            Self::Uid => "uid",
            Self::Cn => "cn",
            Self::Sha256 => "sha256",
        }
    }
}

/// How certificates come to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presented {
    /// To a listener of ours, which asks for one. Port 0 takes a free one.
    Listener(SocketAddr),
    /// To a proxy, which tells of it in headers.
    Proxy {
        /// The header that holds the certificate, in small letters.
        certificate: String,
        /// The header that says `SUCCESS`, in small letters.
        verified: String,
    },
}

impl Certificate {
    /// Whether showing one proves that its key is there now: to a listener of ours on a line that has just begun. A proxy
    /// tells of what it was shown when its own line began, which may be hours ago.
    pub fn is_fresh(&self) -> bool {
        matches!(self.presented, Presented::Listener(_))
    }

    /// Where a browser shows its certificate: the host of `PUBLIC_URL`, whose cookies come along to every port.
    ///
    /// # Errors
    /// Never for a checked configuration.
    pub fn address(&self, config: &Config) -> Result<Url, url::ParseError> {
        let mut url = config.public_url.join(&format!("/login/with/{}/callback", self.id))?;
        let port = match (self.port, &self.presented) {
            (Some(port), _) => Some(port),
            (None, Presented::Listener(address)) => Some(address.port()),
            (None, Presented::Proxy { .. }) => None,
        };
        if let Some(port) = port {
            // Only an address without a host takes no port.
            url.set_port(Some(port)).map_err(|()| url::ParseError::EmptyHost)?;
        }
        Ok(url)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CertificateEntry {
    id: String,
    label: Option<String>,
    ca: String,
    #[serde(default)]
    crl: Paths,
    #[serde(default)]
    accept_expired_crl: bool,
    person: Option<Naming>,
    listen: Option<SocketAddr>,
    header: Option<String>,
    verify_header: Option<String>,
    port: Option<u16>,
    #[serde(default)]
    roles: BTreeMap<String, Vec<String>>,
    #[serde(default = "yes")]
    make_agents: bool,
    #[serde(default)]
    trust_email: bool,
}

/// One path or several.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a path, or a list of paths")]
enum Paths {
    One(String),
    Several(Vec<String>),
}

impl Default for Paths {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl CertificateEntry {
    pub(super) fn checked(self, beside: &Path) -> Result<Certificate, String> {
        let id = entry::id(&self.id).map_err(|why| format!("id: {why}"))?;
        let label = self.label.as_deref().map(entry::label).transpose();
        let label = label.map_err(|why| format!("label: {why}"))?;
        authority(Some(self.ca.clone()), beside)?;
        // A list of what is revoked is made anew every day by another program. A bad one shuts this way in, and is said by
        // doctor; it does not keep the helpdesk from starting.
        let crl: Vec<PathBuf> = match self.crl {
            Paths::One(path) => vec![beside.join(path)],
            Paths::Several(paths) => paths.into_iter().map(|path| beside.join(path)).collect(),
        };
        if crl.len() > LISTS {
            return Err(format!("crl: more than {LISTS} lists are a mistake."));
        }
        let presented = match (self.listen, self.header, self.verify_header) {
            (Some(address), None, None) => Presented::Listener(address),
            (None, Some(certificate), Some(verified)) => Presented::Proxy {
                certificate: header("header", &certificate)?,
                verified: header("verify_header", &verified)?,
            },
            (None, Some(_), None) | (None, None, Some(_)) => {
                return Err("write header and verify_header, both: a proxy says what it was shown, and whether it held.".to_owned());
            }
            _ => {
                return Err(
                    "write listen, for a listener of our own; or header and verify_header, where a proxy asks for certificates."
                        .to_owned(),
                );
            }
        };
        let roles = entry::role_map(self.roles).map_err(|why| format!("roles: {why}"))?;
        if let Some(wrong) = roles.0.keys().find(|key| *key != "*" && !key.contains('=')) {
            return Err(format!(
                "roles: write {wrong:?} as a part of the certificate's name, such as \"OU={wrong}\", or \"*\" for everybody."
            ));
        }
        Ok(Certificate {
            id,
            label,
            ca: beside.join(self.ca),
            crl,
            accept_expired_crl: self.accept_expired_crl,
            naming: self.person.unwrap_or(Naming::Email),
            presented,
            port: self.port,
            roles,
            make: self.make_agents,
            trust_email: self.trust_email,
        })
    }
}

fn header(setting: &str, name: &str) -> Result<String, String> {
    let good = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if good {
        Ok(name.to_ascii_lowercase())
    } else {
        Err(format!("{setting}: {name:?} is no name of a header."))
    }
}
