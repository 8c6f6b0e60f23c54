//! By which means people sign in, in which order.

mod certificate;
mod entry;
mod file;
mod ldap;
mod oidc;

use std::collections::BTreeMap;
use std::time::Duration;

use mail_ingest::fetch::{Security, Server};
use url::Url;

pub use self::certificate::{Certificate, Naming, Presented};
pub use self::entry::{Entry, LocalEntry};
pub(super) use self::file::file;
pub use self::file::{MOST, read};
pub use self::ldap::LdapEntry;
pub use self::oidc::OidcEntry;
use super::types::Secret;

/// Ways to sign in, in the order in which they are asked.
#[derive(Clone, Debug, PartialEq)]
pub struct SignIn {
    /// At least one: passwords of our own are always among them, at least for those who manage people.
    pub methods: Vec<Method>,
}

/// One way to sign in.
#[derive(Clone, Debug, PartialEq)]
pub enum Method {
    /// A password that is kept here.
    Local {
        /// Whether only those sign in with one who manage people.
        only_admins: bool,
    },
    /// A password that a directory knows.
    Ldap(Box<Ldap>),
    /// Another site that vouches for somebody.
    Oidc(Box<Oidc>),
    /// A certificate of somebody's own.
    Certificate(Box<Certificate>),
}

/// What groups or claims give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleMap(pub BTreeMap<String, Vec<String>>);

impl RoleMap {
    /// All roles that are given and taken by it; others are left to people.
    pub fn managed(&self) -> Vec<String> {
        let mut all: Vec<String> = self.0.values().flatten().cloned().collect();
        all.sort();
        all.dedup();
        all
    }

    /// What somebody gets for whom `has` says which of the groups he is in.
    pub fn given(&self, has: impl Fn(&str) -> bool) -> Vec<String> {
        let mut all: Vec<String> =
            self.0.iter().filter(|(group, _)| has(group)).flat_map(|(_, roles)| roles.clone()).collect();
        all.sort();
        all.dedup();
        all
    }
}

/// A directory.
#[derive(Clone, Debug, PartialEq)]
pub struct Ldap {
    /// Its name in the database, the log and commands.
    pub id: String,
    /// `ldap://HOST:PORT` or `ldaps://HOST:PORT`.
    pub url: String,
    /// Its name, which its certificate must carry.
    pub host: String,
    /// How the line is protected.
    pub security: Security,
    /// PEM certificates that are trusted in place of the system's.
    pub ca: Option<String>,
    /// Who looks people up.
    pub bind: Bind,
    /// Below which entry people are looked for.
    pub base: String,
    /// What finds one of them: `{login}` stands for what he typed.
    pub filter: String,
    /// Where an entry says what of a person.
    pub attributes: Attributes,
    /// Where groups are looked for that name their members; `None`: people's entries name their groups.
    pub groups: Option<Groups>,
    /// What membership in a group gives.
    pub roles: RoleMap,
    /// Whether somebody who signs in for the first time becomes an agent.
    pub make: bool,
    /// Whether an address in it is proof enough to be an agent who has it: where people cannot write their own.
    pub trust_email: bool,
    /// How often it is compared with the agents; `None`: only on command.
    pub sync: Option<Duration>,
    /// How long to wait for each answer.
    pub patience: Duration,
}

/// Who speaks to a directory.
#[derive(Clone, Debug, PartialEq)]
pub enum Bind {
    /// An account of ours looks people up; what they typed is tried afterwards.
    Service {
        /// Its distinguished name.
        dn: String,
        /// Its password.
        password: Secret,
    },
    /// People themselves, under a name made of what they typed: `{login}`.
    Direct {
        /// Such as `uid={login},ou=people,dc=example,dc=org` or `{login}@example.org`.
        template: String,
    },
}

/// Where an entry says what of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// What never changes; `None`: `entryUUID` or `objectGUID`; `dn`: the entry's name.
    pub id: Option<String>,
    /// What he signs in with.
    pub login: String,
    /// His name.
    pub name: String,
    /// His address.
    pub mail: String,
    /// His groups.
    pub groups: String,
    /// When his account ends.
    pub expires: Option<String>,
    /// Whether it is shut.
    pub disabled: Option<String>,
    /// What it says then; nothing: that it is there at all.
    pub disabled_values: Vec<String>,
}

/// Where groups are that name their members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    /// Below which entry.
    pub base: String,
    /// What finds those of one person: `{dn}` and `{login}` stand for him.
    pub filter: String,
}

/// A site that vouches for people by OpenID Connect.
#[derive(Clone, Debug, PartialEq)]
pub struct Oidc {
    /// Its name in addresses, the log and commands.
    pub id: String,
    /// What the button says.
    pub label: String,
    /// As it calls itself; its description is at `/.well-known/openid-configuration` below it.
    pub issuer: String,
    /// As what we are known there.
    pub client_id: String,
    /// Our password there.
    pub client_secret: Secret,
    /// What we ask for.
    pub scopes: Vec<String>,
    /// The claim that names roles or groups.
    pub roles_claim: String,
    /// What its values give.
    pub roles: RoleMap,
    /// Whether somebody who signs in for the first time becomes an agent.
    pub make: bool,
    /// Whether addresses count that it does not call verified: for providers that never say so, and verify all.
    pub trust_email: bool,
    /// PEM certificates that are trusted in place of the system's.
    pub ca: Option<String>,
    /// How long to wait for each answer.
    pub patience: Duration,
}

impl Default for SignIn {
    fn default() -> Self {
        Self { methods: vec![Method::Local { only_admins: false }] }
    }
}

impl Method {
    /// Its name in the database, the log and commands.
    pub fn id(&self) -> &str {
        match self {
            Self::Local { .. } => "local",
            Self::Ldap(ldap) => &ldap.id,
            Self::Oidc(oidc) => &oidc.id,
            Self::Certificate(certificate) => &certificate.id,
        }
    }
}

impl SignIn {
    /// The directories.
    pub fn directories(&self) -> impl Iterator<Item = &Ldap> {
        self.methods.iter().filter_map(|method| match method {
            Method::Ldap(ldap) => Some(&**ldap),
            _ => None,
        })
    }

    /// The sites that vouch for people.
    pub fn providers(&self) -> impl Iterator<Item = &Oidc> {
        self.methods.iter().filter_map(|method| match method {
            Method::Oidc(oidc) => Some(&**oidc),
            _ => None,
        })
    }

    /// The ways in by a certificate.
    pub fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.methods.iter().filter_map(|method| match method {
            Method::Certificate(certificate) => Some(&**certificate),
            _ => None,
        })
    }
}

/// Whether an address is encrypted, or leads no further than this machine.
pub(crate) fn is_protected(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let plain = url.username().is_empty() && url.password().is_none() && !host.is_empty();
    plain && (url.scheme() == "https" || (url.scheme() == "http" && Server::is_loopback(host)))
}
