//! The form of a directory or a site, field by field: what is said of it as text, and back. The fields are called as the settings
//! of the file are.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::config::sign_in::{Entry, LdapEntry, OidcEntry};
use crate::error::{Error, FieldError, Result, say};
use crate::web::failure::Failure;
use crate::web::fields::Fields;

/// The longest text of a field but certificates, in characters.
const TEXT: usize = 1_000;
/// So many rows wait for groups besides those that are filled in.
const SPARE: usize = 3;

/// Fields of a directory that are a text or nothing.
const LDAP: [&str; 13] = [
    "bind_dn",
    "direct_bind",
    "filter",
    "id_attribute",
    "login_attribute",
    "name_attribute",
    "mail_attribute",
    "groups_attribute",
    "expires_attribute",
    "disabled_attribute",
    "group_base",
    "group_filter",
    "ca",
];
/// The other fields of a directory that are shown again.
const LDAP_MORE: [&str; 6] = ["id", "url", "tls", "base", "disabled_values", "sync_minutes"];
/// Fields of a site that are shown again.
const OIDC: [&str; 7] = ["id", "label", "issuer", "client_id", "scopes", "roles_claim", "ca"];
/// Fields of both that are shown again.
const BOTH: [&str; 3] = ["timeout_seconds", "make_agents", "trust_email"];
/// Where something can be wrong besides the fields that are shown again.
pub(super) const WRONG: [&str; 4] = ["whole", "roles", "bind_password", "client_secret"];
/// Fields that are no settings, or are not shown again.
const BESIDE: [&str; 9] =
    ["knows", "group", "role", "bind_password", "client_secret", "who", "tried", "shown", "then"];

/// What a page sets: what else there is, a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ldap,
    Oidc,
}

impl Kind {
    /// The kind of this word of an address.
    pub fn named(word: &str) -> Result<Self> {
        match word {
            "ldap" => Ok(Self::Ldap),
            "oidc" => Ok(Self::Oidc),
            _ => Err(Error::NotFound),
        }
    }

    /// The kind of what is kept.
    pub fn of(entry: &Entry) -> Result<Self> {
        match entry {
            Entry::Ldap(_) => Ok(Self::Ldap),
            Entry::Oidc(_) => Ok(Self::Oidc),
            Entry::Local(_) => Err(Error::NotFound),
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Ldap => "ldap",
            Self::Oidc => "oidc",
        }
    }

    /// The fields that are shown again.
    pub fn shown(self) -> Vec<&'static str> {
        let own: Vec<&str> = match self {
            Self::Ldap => LDAP.into_iter().chain(LDAP_MORE).collect(),
            Self::Oidc => OIDC.to_vec(),
        };
        own.into_iter().chain(BOTH).collect()
    }

    /// Refuses a form with a field that the page does not offer.
    pub fn only(self, fields: &Fields) -> Result<(), Failure> {
        let names: Vec<&str> = self.shown().into_iter().chain(BESIDE).collect();
        fields.only(&names)
    }
}

/// What a form shows.
#[derive(Clone, Serialize)]
pub(super) struct Shown {
    /// The fields by their names.
    pub form: BTreeMap<&'static str, String>,
    /// Groups and what each gives, with some rows to spare.
    pub rows: Vec<Row>,
}

/// A group and a role that it gives.
#[derive(Clone, Default, Serialize)]
pub(super) struct Row {
    pub group: String,
    pub role: String,
}

impl Shown {
    /// What was typed.
    pub fn typed(kind: Kind, fields: &Fields) -> Self {
        let form = kind.shown().into_iter().map(|name| (name, fields.one(name).to_owned())).collect();
        Self { form, rows: spared(rows(fields)) }
    }

    /// A new one: what is usual is filled in.
    pub fn new(kind: Kind) -> Self {
        let mut form: BTreeMap<&str, String> =
            kind.shown().into_iter().map(|name| (name, String::new())).collect();
        form.insert("make_agents", "yes".to_owned());
        Self { form, rows: spared(Vec::new()) }
    }

    /// What is kept.
    pub fn kept(entry: &Entry) -> Result<Self> {
        let kind = Kind::of(entry)?;
        let mut shown = Self::new(kind);
        shown.form.remove("make_agents");
        let said = entry.written()?;
        for name in kind.shown() {
            let text = match &said[name] {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Number(number) => number.to_string(),
                serde_json::Value::Bool(true) => "yes".to_owned(),
                serde_json::Value::Array(all) => {
                    all.iter().filter_map(serde_json::Value::as_str).collect::<Vec<_>>().join(", ")
                }
                _ => String::new(),
            };
            shown.form.insert(name, text);
        }
        let pairs = entry.roles().into_iter().flatten();
        let rows = pairs.flat_map(|(group, roles)| {
            roles.iter().map(move |role| Row { group: group.clone(), role: role.clone() })
        });
        shown.rows = spared(rows.collect());
        Ok(shown)
    }
}

fn spared(mut rows: Vec<Row>) -> Vec<Row> {
    rows.extend(std::iter::repeat_n(Row::default(), SPARE));
    rows
}

/// Rows in which something was filled in.
fn rows(fields: &Fields) -> Vec<Row> {
    let pairs = fields.all("group").into_iter().zip(fields.all("role"));
    let rows = pairs.map(|(group, role)| Row { group: clean(&group), role });
    rows.filter(|row| !row.group.is_empty() || !row.role.is_empty()).collect()
}

fn clean(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(TEXT).collect()
}

/// What a form says, and what of it cannot even be read; the rest is judged by whoever knows the settings.
pub(super) fn entry(kind: Kind, id: &str, fields: &Fields) -> (Entry, Vec<FieldError>) {
    let mut wrong = Vec::new();
    let mut number = |name: &str, message| -> Option<u32> {
        let text = fields.one(name).trim();
        let number = text.parse().ok();
        if !text.is_empty() && number.is_none() {
            wrong.push(FieldError { field: name.to_owned(), message });
        }
        number
    };
    let timeout =
        number("timeout_seconds", say!("refused-way-timeout", seconds = fields.one("timeout_seconds")));
    let sync = number("sync_minutes", say!("refused-way-sync", most = 10_080));
    let mut roles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows(fields) {
        if row.group.is_empty() || row.role.is_empty() {
            wrong.push(FieldError { field: "roles".to_owned(), message: say!("refused-way-row") });
        }
        let of_group = roles.entry(row.group).or_default();
        if !of_group.contains(&row.role) {
            of_group.push(row.role);
        }
    }
    let timeout = timeout.map(u64::from);
    let entry = match kind {
        Kind::Ldap => {
            Entry::Ldap(Box::new(LdapEntry { roles, sync_minutes: sync, ..ldap(id, fields, timeout) }))
        }
        Kind::Oidc => Entry::Oidc(Box::new(OidcEntry { roles, ..oidc(id, fields, timeout) })),
    };
    (entry, wrong)
}

/// A text, or nothing.
fn optional(fields: &Fields, name: &str) -> Option<String> {
    Some(clean(fields.one(name))).filter(|text| !text.is_empty())
}

/// Several texts, a comma between two.
fn several(fields: &Fields, name: &str) -> Vec<String> {
    let texts = fields.one(name).split(',').map(clean);
    texts.filter(|text| !text.is_empty()).collect()
}

/// Certificates as they were pasted, in lines.
fn authority(fields: &Fields) -> Option<String> {
    Some(fields.one("ca").replace('\r', "")).filter(|pem| !pem.trim().is_empty())
}

fn ldap(id: &str, fields: &Fields, timeout_seconds: Option<u64>) -> LdapEntry {
    let text = |name: &str| optional(fields, name);
    // A password without an account means nothing: browsers fill in what nobody asked for.
    let bind_dn = text("bind_dn");
    let bind_password = bind_dn.is_some().then(|| fields.one("bind_password").to_owned());
    LdapEntry {
        id: id.to_owned(),
        url: clean(fields.one("url")),
        tls: clean(fields.one("tls")),
        ca: authority(fields),
        bind_dn,
        bind_password,
        bind_password_file: None,
        direct_bind: text("direct_bind"),
        base: clean(fields.one("base")),
        filter: text("filter"),
        id_attribute: text("id_attribute"),
        login_attribute: text("login_attribute"),
        name_attribute: text("name_attribute"),
        mail_attribute: text("mail_attribute"),
        groups_attribute: text("groups_attribute"),
        expires_attribute: text("expires_attribute"),
        disabled_attribute: text("disabled_attribute"),
        disabled_values: several(fields, "disabled_values"),
        group_base: text("group_base"),
        group_filter: text("group_filter"),
        roles: BTreeMap::new(),
        make_agents: fields.one("make_agents") == "yes",
        trust_email: fields.one("trust_email") == "yes",
        sync_minutes: None,
        timeout_seconds,
    }
}

fn oidc(id: &str, fields: &Fields, timeout_seconds: Option<u64>) -> OidcEntry {
    let scopes = several(fields, "scopes");
    OidcEntry {
        id: id.to_owned(),
        label: clean(fields.one("label")),
        issuer: clean(fields.one("issuer")),
        client_id: clean(fields.one("client_id")),
        client_secret: Some(fields.one("client_secret").to_owned()),
        client_secret_file: None,
        scopes: (!scopes.is_empty()).then_some(scopes),
        roles_claim: optional(fields, "roles_claim"),
        roles: BTreeMap::new(),
        make_agents: fields.one("make_agents") == "yes",
        trust_email: fields.one("trust_email") == "yes",
        ca: authority(fields),
        timeout_seconds,
    }
}
