//! The file that `SIGN_IN_FILE` names. It is read once, at the start, with everything in it checked; what is wrong stops the
//! start, like any other setting.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use mail_ingest::fetch::{Security, Server, check_ca};
use serde::Deserialize;
use url::Url;

use super::certificate::CertificateEntry;
use super::{Attributes, Bind, Groups, Ldap, Method, Oidc, RoleMap, Secret, SignIn, is_protected};

/// How long a directory or a provider may take to answer, in seconds, where nobody said another number.
const PATIENCE: u64 = 5;
/// How often a directory is compared with the agents, in minutes, where nobody said another number.
const SYNC: u32 = 60;
/// More ways in are a mistake.
const MOST: usize = 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    method: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Entry {
    Local(LocalEntry),
    Ldap(Box<LdapEntry>),
    Oidc(Box<OidcEntry>),
    Certificate(Box<CertificateEntry>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LocalEntry {
    #[serde(default)]
    only_admins: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LdapEntry {
    id: String,
    url: String,
    #[serde(default)]
    tls: String,
    ca: Option<String>,
    bind_dn: Option<String>,
    bind_password: Option<String>,
    bind_password_file: Option<String>,
    direct_bind: Option<String>,
    base: String,
    filter: Option<String>,
    id_attribute: Option<String>,
    login_attribute: Option<String>,
    name_attribute: Option<String>,
    mail_attribute: Option<String>,
    groups_attribute: Option<String>,
    expires_attribute: Option<String>,
    disabled_attribute: Option<String>,
    #[serde(default)]
    disabled_values: Vec<String>,
    group_base: Option<String>,
    group_filter: Option<String>,
    #[serde(default)]
    roles: BTreeMap<String, Vec<String>>,
    #[serde(default = "yes")]
    make_agents: bool,
    #[serde(default)]
    trust_email: bool,
    sync_minutes: Option<u32>,
    timeout_seconds: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OidcEntry {
    id: String,
    label: String,
    issuer: String,
    client_id: String,
    client_secret: Option<String>,
    client_secret_file: Option<String>,
    scopes: Option<Vec<String>>,
    roles_claim: Option<String>,
    #[serde(default)]
    roles: BTreeMap<String, Vec<String>>,
    #[serde(default = "yes")]
    make_agents: bool,
    #[serde(default)]
    trust_email: bool,
    ca: Option<String>,
    timeout_seconds: Option<u64>,
}

pub(super) fn yes() -> bool {
    true
}

/// Reads the file.
///
/// # Errors
/// A sentence that says what is wrong, and where; never a value that may be a password.
pub(in crate::config) fn file(path: &str) -> Result<SignIn, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("The file can't be read ({error}). Correct the path or its rights."))?;
    read(&text, Path::new(path).parent().unwrap_or(Path::new(".")))
}

/// Reads its text; other files are named from `beside`.
///
/// # Errors
/// As [`file`].
pub fn read(text: &str, beside: &Path) -> Result<SignIn, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        // A broken line may hold a password: the parser's excerpt of it is left out.
        let line = error.span().map(|span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        let line = line.map_or_else(String::new, |line| format!(" in line {line}"));
        format!("This is not TOML{line} ({}).", error.message())
    })?;
    let file: File = serde_path_to_error::deserialize(toml::Value::Table(table)).map_err(|error| {
        let place = error.path().to_string();
        let error = error.into_inner();
        // What was found may be a password: only what belongs there is repeated.
        match error.message().rsplit_once(", expected ") {
            Some((_, expected)) if error.message().starts_with("invalid ") => {
                format!("At {place}: {expected} belongs there.")
            }
            _ => format!("At {place}: {}.", error.message()),
        }
    })?;
    let mut methods: Vec<Method> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    for (index, entry) in file.method.into_iter().enumerate() {
        let method = match entry {
            Entry::Local(local) => Ok(Method::Local { only_admins: local.only_admins }),
            Entry::Ldap(ldap) => ldap.checked(beside).map(|ldap| Method::Ldap(Box::new(ldap))),
            Entry::Oidc(oidc) => oidc.checked(beside).map(|oidc| Method::Oidc(Box::new(oidc))),
            Entry::Certificate(one) => one.checked(beside).map(|one| Method::Certificate(Box::new(one))),
        };
        let method = method.map_err(|why| format!("Method {}: {why}", index + 1))?;
        let id = match &method {
            Method::Local { .. } => "local".to_owned(),
            Method::Ldap(ldap) => ldap.id.clone(),
            Method::Oidc(oidc) => oidc.id.clone(),
            Method::Certificate(certificate) => certificate.id.clone(),
        };
        if ids.contains(&id) {
            return Err(format!("Method {}: there is already one called {id}.", index + 1));
        }
        ids.push(id);
        methods.push(method);
    }
    if methods.len() > MOST {
        return Err(format!("More than {MOST} methods are a mistake."));
    }
    if !methods.iter().any(|method| matches!(method, Method::Local { .. })) {
        // Whatever happens to a directory: somebody can get in and put it right.
        methods.push(Method::Local { only_admins: true });
    }
    Ok(SignIn { methods })
}

pub(super) fn checked_id(id: &str) -> Result<String, String> {
    let good = (1..=30).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && id != "local";
    if good {
        Ok(id.to_owned())
    } else {
        Err(format!(
            "the id {id:?} has to be 1 to 30 small letters, digits and dashes, and not “local”. Agents are known by it: do not change it later."
        ))
    }
}

fn secret(
    name: &str,
    typed: Option<String>,
    file: Option<String>,
    beside: &Path,
) -> Result<Option<Secret>, String> {
    let text = match (typed, file) {
        (Some(_), Some(_)) => return Err(format!("write {name} or {name}_file, not both.")),
        (Some(text), None) => text,
        (None, Some(path)) => {
            let path = beside.join(path);
            let text = std::fs::read_to_string(&path)
                .map_err(|error| format!("{name}_file {} can't be read ({error}).", path.display()))?;
            text.trim_end_matches(['\r', '\n']).to_owned()
        }
        (None, None) => return Ok(None),
    };
    if text.is_empty() { Err(format!("{name} is empty.")) } else { Ok(Some(Secret::new(text))) }
}

pub(super) fn authority(path: Option<String>, beside: &Path) -> Result<Option<String>, String> {
    let Some(path) = path else { return Ok(None) };
    let path = beside.join(path);
    let pem = std::fs::read_to_string(&path)
        .map_err(|error| format!("ca: {} can't be read ({error}).", path.display()))?;
    match check_ca(&pem) {
        Ok(()) if !pem.trim().is_empty() => Ok(Some(pem)),
        _ => Err(format!("ca: {} holds no certificate in PEM form.", path.display())),
    }
}

fn patience(seconds: Option<u64>) -> Result<Duration, String> {
    match seconds.unwrap_or(PATIENCE) {
        seconds @ 1..=60 => Ok(Duration::from_secs(seconds)),
        other => Err(format!("timeout_seconds is {other}; write a number from 1 to 60.")),
    }
}

pub(super) fn role_map(roles: BTreeMap<String, Vec<String>>) -> Result<RoleMap, String> {
    match roles.iter().find(|(group, names)| group.trim().is_empty() || names.is_empty()) {
        Some((group, _)) => Err(format!("roles: the group {group:?} gives nothing; name at least one role.")),
        None => Ok(RoleMap(roles)),
    }
}

/// What can be an attribute's name in a filter.
fn attribute(name: Option<String>, usual: &str) -> Result<String, String> {
    let name = name.unwrap_or_else(|| usual.to_owned());
    let good = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-;.".contains(&b));
    if good { Ok(name) } else { Err(format!("{name:?} is no name of an attribute.")) }
}

fn optional(name: Option<String>) -> Result<Option<String>, String> {
    name.map(|name| attribute(Some(name), "")).transpose()
}

impl LdapEntry {
    fn checked(self, beside: &Path) -> Result<Ldap, String> {
        let id = checked_id(&self.id)?;
        let url = Url::parse(&self.url).map_err(|_| {
            "url: write it like ldaps://ldap.example.org or ldap://ldap.example.org:389.".to_owned()
        })?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty()
            || !url.username().is_empty()
            || url.password().is_some()
            || url.fragment().is_some()
            || !["", "/"].contains(&url.path())
            || url.query().is_some()
        {
            return Err("url: only ldap:// or ldaps://, a host and a port belong there.".to_owned());
        }
        let security = match (url.scheme(), self.tls.as_str()) {
            ("ldaps", "") => Security::Tls,
            ("ldap", "" | "starttls") => Security::StartTls,
            ("ldap", "none") if Server::is_loopback(&host) => Security::None,
            ("ldap", "none") => {
                return Err(format!(
                    "tls: passwords would cross the network to {host} unencrypted. Leave tls out for StartTLS, or write ldaps://."
                ));
            }
            ("ldap" | "ldaps", _) => return Err("tls: write starttls, or nothing.".to_owned()),
            _ => return Err("url: write it like ldaps://ldap.example.org.".to_owned()),
        };
        let password = secret("bind_password", self.bind_password, self.bind_password_file, beside)?;
        let bind = match (self.bind_dn, password, self.direct_bind) {
            (Some(dn), Some(password), None) if !dn.trim().is_empty() => Bind::Service { dn, password },
            (None, None, Some(template)) if template.contains("{login}") => Bind::Direct { template },
            (None, None, Some(_)) => return Err("direct_bind: {login} is missing in it.".to_owned()),
            _ => {
                return Err(
                    "write bind_dn together with bind_password or bind_password_file; or direct_bind alone."
                        .to_owned(),
                );
            }
        };
        let login = attribute(self.login_attribute, "uid")?;
        let filter = self.filter.unwrap_or_else(|| format!("({login}={{login}})"));
        check_filter("filter", &filter, &["{login}"])?;
        let groups = match (self.group_base, self.group_filter) {
            (Some(base), filter) => {
                let filter = filter
                    .unwrap_or_else(|| "(|(member={dn})(uniqueMember={dn})(memberUid={login}))".to_owned());
                check_filter("group_filter", &filter, &["{dn}", "{login}"])?;
                Some(Groups { base, filter })
            }
            (None, Some(_)) => return Err("group_filter: write group_base as well.".to_owned()),
            (None, None) => None,
        };
        let roles = role_map(self.roles)?;
        // Whoever may make a group anywhere could call it like ours.
        if let Some(short) = roles.0.keys().find(|group| groups.is_none() && !group.contains('=')) {
            return Err(format!(
                "roles: write the whole name of the group {short:?}, such as \"cn={short},ou=groups,dc=example,dc=org\"; its own name alone is enough only with a group_base, which says where groups are."
            ));
        }
        let attributes = Attributes {
            id: optional(self.id_attribute)?,
            login,
            name: attribute(self.name_attribute, "cn")?,
            mail: attribute(self.mail_attribute, "mail")?,
            groups: attribute(self.groups_attribute, "memberOf")?,
            expires: optional(self.expires_attribute)?,
            disabled: optional(self.disabled_attribute)?,
            disabled_values: self.disabled_values,
        };
        let sync = match (&bind, self.sync_minutes) {
            (Bind::Direct { .. }, Some(_)) => {
                return Err("sync_minutes: without a bind_dn nobody can look at all people.".to_owned());
            }
            (Bind::Direct { .. }, None) | (_, Some(0)) => None,
            (_, Some(minutes)) if minutes <= 10_080 => Some(minutes),
            (_, None) => Some(SYNC),
            _ => return Err("sync_minutes: write a number up to 10080, or 0 for never.".to_owned()),
        };
        Ok(Ldap {
            id,
            url: self.url,
            host,
            security,
            ca: authority(self.ca, beside)?,
            bind,
            base: self.base,
            filter,
            attributes,
            groups,
            roles,
            make: self.make_agents,
            trust_email: self.trust_email,
            sync: sync.map(|minutes| Duration::from_secs(u64::from(minutes) * 60)),
            patience: patience(self.timeout_seconds)?,
        })
    }
}

/// A filter as far as it can be judged without a directory: parentheses that close, and a place for the person.
fn check_filter(name: &str, filter: &str, places: &[&str]) -> Result<(), String> {
    if !places.iter().any(|place| filter.contains(place)) {
        return Err(format!("{name}: {} is missing in it.", places.join(" or ")));
    }
    let sample = places.iter().fold(filter.to_owned(), |text, place| text.replace(place, "x"));
    if ldap3::parse_filter(sample).is_err() {
        return Err(format!(
            "{name}: this is no filter of LDAP. Write it like (&(objectClass=person)(uid={{login}}))."
        ));
    }
    Ok(())
}

impl OidcEntry {
    fn checked(self, beside: &Path) -> Result<Oidc, String> {
        let id = checked_id(&self.id)?;
        if self.label.trim().is_empty() || self.label.chars().count() > 60 {
            return Err("label: write what the button shall say, in up to 60 characters.".to_owned());
        }
        if !is_protected(&self.issuer) || self.issuer.contains(['?', '#']) {
            return Err("issuer: write its https:// address as it calls itself.".to_owned());
        }
        if self.client_id.is_empty() {
            return Err("client_id is empty.".to_owned());
        }
        let client_secret = secret("client_secret", self.client_secret, self.client_secret_file, beside)?
            .ok_or_else(|| "write client_secret or client_secret_file.".to_owned())?;
        let mut scopes = self.scopes.unwrap_or_else(|| vec!["email".to_owned(), "profile".to_owned()]);
        scopes.retain(|scope| scope != "openid");
        scopes.insert(0, "openid".to_owned());
        Ok(Oidc {
            id,
            label: self.label.trim().to_owned(),
            issuer: self.issuer,
            client_id: self.client_id,
            client_secret,
            scopes,
            roles_claim: self.roles_claim.unwrap_or_else(|| "groups".to_owned()),
            roles: role_map(self.roles)?,
            make: self.make_agents,
            trust_email: self.trust_email,
            ca: authority(self.ca, beside)?,
            patience: patience(self.timeout_seconds)?,
        })
    }
}
