//! What a directory needs to be told of.

use std::collections::BTreeMap;
use std::time::Duration;

use mail_ingest::fetch::{Security, Server};
use serde::{Deserialize, Serialize};
use url::Url;

use super::entry::{Problems, authority, id, patience, role_map, yes};
use super::{Attributes, Bind, Groups, Ldap};
use crate::config::Secret;
use crate::error::{Result, Sentence, say};

/// How often a directory is compared with the agents, in minutes, where nobody said another number.
const SYNC: u32 = 60;
/// Most minutes between two comparisons: a week.
const LONGEST: u32 = 10_080;
/// What finds the groups of somebody, where nobody said another filter.
const OF_MEMBER: &str = "(|(member={dn})(uniqueMember={dn})(memberUid={login}))";

/// A directory, as somebody writes it: the names of the settings are those of the file.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is said by the field of `Ldap` that it becomes")]
pub struct LdapEntry {
    pub id: String,
    pub url: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tls: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind_dn: Option<String>,
    #[serde(skip_serializing)]
    pub bind_password: Option<String>,
    #[serde(skip_serializing)]
    pub bind_password_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct_bind: Option<String>,
    pub base: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_attribute: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disabled_values: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_base: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_filter: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, Vec<String>>,
    #[serde(default = "yes")]
    pub make_agents: bool,
    #[serde(default)]
    pub trust_email: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_minutes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u64>,
}

impl LdapEntry {
    pub(super) fn checked(self) -> Result<Ldap> {
        let mut no = Problems::default();
        let id = no.take("id", id(&self.id));
        let host = no.take("url", host(&self.url));
        let security = host.as_deref().map(|host| security(&self.url, host, &self.tls));
        let security = security.and_then(|security| no.take("tls", security));
        let bind = self.bind(&mut no);
        let attributes = self.attributes(&mut no);
        let usual = || format!("({}={{login}})", self.login_attribute.as_deref().unwrap_or("uid"));
        let filter = self.filter.clone().unwrap_or_else(usual);
        let filter = no.take("filter", filter_of(filter, &["{login}"]));
        let groups = self.groups(&mut no);
        let by_place = groups.as_ref().is_some_and(Option::is_some);
        let roles = no.take("roles", role_map(self.roles));
        let short =
            roles.as_ref().and_then(|roles| roles.0.keys().find(|group| !by_place && !group.contains('=')));
        // Whoever may make a group anywhere could call it like ours.
        no.take("roles", short.map_or(Ok(()), |short| Err(say!("refused-way-roles-short", group = short))));
        let short = short.is_some();
        let sync = no.take("sync_minutes", sync(bind.as_ref(), self.sync_minutes));
        let ca = no.take("ca", authority(self.ca));
        let patience = no.take("timeout_seconds", patience(self.timeout_seconds));
        let (Some(id), Some(host), Some(security), Some(bind), Some(attributes)) =
            (id, host, security, bind, attributes)
        else {
            return Err(no.error());
        };
        let (Some(filter), Some(groups), Some(roles), Some(sync), Some(ca), Some(patience)) =
            (filter, groups, roles.filter(|_| !short), sync, ca, patience)
        else {
            return Err(no.error());
        };
        Ok(Ldap {
            id,
            url: self.url,
            host,
            security,
            ca,
            bind,
            base: self.base,
            filter,
            attributes,
            groups,
            roles,
            make: self.make_agents,
            trust_email: self.trust_email,
            sync,
            patience,
        })
    }

    fn bind(&self, no: &mut Problems) -> Option<Bind> {
        let dn = self.bind_dn.as_deref().filter(|dn| !dn.trim().is_empty());
        match (dn, &self.bind_password, &self.direct_bind) {
            (Some(_), None, None) => no.take("bind_password", Err(say!("refused-way-bind-password"))),
            (Some(dn), Some(password), None) if !password.is_empty() => {
                Some(Bind::Service { dn: dn.to_owned(), password: Secret::new(password.clone()) })
            }
            (Some(_), Some(_), None) => no.take("bind_password", Err(say!("refused-way-bind-password"))),
            (None, None, Some(template)) => {
                let has_place = template.contains("{login}");
                let template = if has_place { Ok(template.clone()) } else { Err(missing(&["{login}"])) };
                no.take("direct_bind", template).map(|template| Bind::Direct { template })
            }
            _ => no.take("bind_dn", Err(say!("refused-way-bind"))),
        }
    }

    fn attributes(&self, no: &mut Problems) -> Option<Attributes> {
        let mut named = |field: &str, name: &Option<String>, usual: &str| {
            no.take(field, attribute(name.as_deref().unwrap_or(usual)))
        };
        let login = named("login_attribute", &self.login_attribute, "uid");
        let name = named("name_attribute", &self.name_attribute, "cn");
        let mail = named("mail_attribute", &self.mail_attribute, "mail");
        let groups = named("groups_attribute", &self.groups_attribute, "memberOf");
        let mut optional =
            |field: &str, name: &Option<String>| no.take(field, name.as_deref().map(attribute).transpose());
        let id = optional("id_attribute", &self.id_attribute);
        let expires = optional("expires_attribute", &self.expires_attribute);
        let disabled = optional("disabled_attribute", &self.disabled_attribute);
        Some(Attributes {
            id: id?,
            login: login?,
            name: name?,
            mail: mail?,
            groups: groups?,
            expires: expires?,
            disabled: disabled?,
            disabled_values: self.disabled_values.clone(),
        })
    }

    fn groups(&self, no: &mut Problems) -> Option<Option<Groups>> {
        let Some(base) = self.group_base.clone() else {
            let alone = self.group_filter.is_some();
            return no.take("group_base", if alone { Err(say!("refused-way-group-base")) } else { Ok(None) });
        };
        let filter = self.group_filter.clone().unwrap_or_else(|| OF_MEMBER.to_owned());
        let filter = no.take("group_filter", filter_of(filter, &["{dn}", "{login}"]))?;
        Some(Some(Groups { base, filter }))
    }
}

/// Whose certificate an address needs: only a scheme, a host and a port belong into it.
fn host(url: &str) -> Result<String, Sentence> {
    let parsed = Url::parse(url).map_err(|_| say!("refused-way-url"))?;
    if !matches!(parsed.scheme(), "ldap" | "ldaps") {
        return Err(say!("refused-way-url"));
    }
    let host = parsed.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let bare = parsed.username().is_empty() && parsed.password().is_none() && parsed.fragment().is_none();
    let good = !host.is_empty() && bare && ["", "/"].contains(&parsed.path()) && parsed.query().is_none();
    if good { Ok(host) } else { Err(say!("refused-way-url-more")) }
}

fn security(url: &str, host: &str, tls: &str) -> Result<Security, Sentence> {
    match (url.starts_with("ldaps:"), tls) {
        (true, "") => Ok(Security::Tls),
        (false, "" | "starttls") => Ok(Security::StartTls),
        (false, "none") if Server::is_loopback(host) => Ok(Security::None),
        (false, "none") => Err(say!("refused-way-tls-plain", host = host)),
        _ => Err(say!("refused-way-tls")),
    }
}

/// How often it is compared: only an account of ours may look at all people.
fn sync(bind: Option<&Bind>, minutes: Option<u32>) -> Result<Option<Duration>, Sentence> {
    let minutes = match (bind, minutes) {
        (Some(Bind::Direct { .. }), Some(minutes)) if minutes > 0 => {
            return Err(say!("refused-way-sync-direct"));
        }
        (Some(Bind::Direct { .. }), _) | (_, Some(0)) => None,
        (_, Some(minutes)) if minutes <= LONGEST => Some(minutes),
        (_, None) => Some(SYNC),
        _ => return Err(say!("refused-way-sync", most = LONGEST)),
    };
    Ok(minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60)))
}

/// What can be an attribute's name in a filter.
fn attribute(name: &str) -> Result<String, Sentence> {
    let good = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-;.".contains(&b));
    if good { Ok(name.to_owned()) } else { Err(say!("refused-way-attribute", name = name)) }
}

fn missing(places: &[&str]) -> Sentence {
    say!("refused-way-place", place = places.join(", "))
}

/// A filter as far as it can be judged without a directory: parentheses that close, and a place for the person.
fn filter_of(filter: String, places: &[&str]) -> Result<String, Sentence> {
    if !places.iter().any(|place| filter.contains(place)) {
        return Err(missing(places));
    }
    let sample = places.iter().fold(filter.clone(), |text, place| text.replace(place, "x"));
    match ldap3::parse_filter(sample) {
        Ok(_) => Ok(filter),
        Err(_) => Err(say!("refused-way-filter", example = "(&(objectClass=person)(uid={login}))")),
    }
}
