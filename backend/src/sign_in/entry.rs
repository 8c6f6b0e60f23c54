//! What an entry of a directory says of a person.

use std::collections::HashMap;

use jiff::Timestamp;
use ldap3::SearchEntry;

use crate::{config::sign_in::Ldap, db::hex, people::identities::Known};

/// What never changes, by the directories that have it.
const IDS: [&str; 2] = ["entryUUID", "objectGUID"];
/// The bit of `userAccountControl` that shuts an account.
const SHUT: i64 = 2;
/// Seconds from the first day of 1601, which `accountExpires` counts from, to that of 1970.
const FROM_1601: i64 = 11_644_473_600;
/// The longest list of groups that is looked at.
const GROUPS: usize = 5_000;

/// Somebody in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// His entry's name.
    pub dn: String,
    /// What never changes.
    pub subject: String,
    /// What he signs in with.
    pub login: String,
    /// What he may type: logins and addresses, in small letters.
    pub typed: Vec<String>,
    /// His name.
    pub name: String,
    /// His address.
    pub email: Option<String>,
    /// Names of his groups' entries.
    pub groups: Vec<String>,
    /// Whether his account is shut there.
    pub disabled: bool,
    /// When it ends; `None`: the directory is not asked for that.
    pub expires_at: Option<Option<Timestamp>>,
    /// Why his entry cannot be understood: he is there, and neither let in nor shut out by it.
    pub trouble: Option<String>,
}

impl Person {
    /// Whether his account is neither shut nor over.
    pub(super) fn is_open(&self, now: Timestamp) -> bool {
        !self.disabled && self.expires_at.flatten().is_none_or(|end| end > now)
    }

    /// Whether this is what he is called, letter by letter. Directories take other spellings for the same, and each would be
    /// a name of its own to whoever counts wrong passwords.
    pub(super) fn is_called(&self, typed: &str) -> bool {
        self.typed.contains(&typed.to_lowercase())
    }

    /// As the agents are told of him.
    pub(super) fn known(&self, ldap: &Ldap) -> Known {
        Known {
            method: ldap.id.clone(),
            subject: self.subject.clone(),
            login: self.login.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
            vouched_email: ldap.trust_email,
            given: ldap.roles.given(|group| self.is_in(group)),
            managed: ldap.roles.managed(),
            expires_at: self.expires_at,
            make: ldap.make,
            earlier: Vec::new(),
        }
    }

    /// Whether he is in a group, by its entry's whole name or by its own.
    fn is_in(&self, group: &str) -> bool {
        if group.contains('=') {
            let wanted = plain(group);
            return self.groups.iter().any(|dn| plain(dn) == wanted);
        }
        self.groups.iter().filter_map(|dn| own_name(dn)).any(|name| name.eq_ignore_ascii_case(group))
    }
}

/// A distinguished name without what does not distinguish.
fn plain(dn: &str) -> String {
    let parts: Vec<String> = dn.split(',').map(|part| part.trim().to_lowercase()).collect();
    parts.join(",")
}

/// `helpdesk` of `cn=helpdesk,ou=groups,…`.
fn own_name(dn: &str) -> Option<&str> {
    let first = dn.split_once(',').map_or(dn, |(first, _)| first);
    first.split_once('=').map(|(_, name)| name.trim())
}

/// What is asked for.
pub(super) fn attributes(ldap: &Ldap) -> Vec<String> {
    let wanted = &ldap.attributes;
    let mut all =
        vec![wanted.login.clone(), wanted.name.clone(), wanted.mail.clone(), "userAccountControl".into()];
    match &wanted.id {
        Some(id) => all.push(id.clone()),
        None => all.extend(IDS.map(str::to_owned)),
    }
    if ldap.groups.is_none() {
        all.push(wanted.groups.clone());
    }
    all.extend(wanted.expires.clone());
    all.extend(wanted.disabled.clone());
    all
}

/// The values of an entry, whatever case its attributes are written in.
struct Values {
    texts: HashMap<String, Vec<String>>,
    bytes: HashMap<String, Vec<Vec<u8>>>,
}

impl Values {
    fn all(&self, name: &str) -> &[String] {
        self.texts.get(&name.to_ascii_lowercase()).map(Vec::as_slice).unwrap_or_default()
    }

    fn first(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    /// A name for ever: a text as it is, bytes as digits. `objectGUID` is bytes even where these happen to be a text.
    fn id(&self, name: &str) -> Option<String> {
        let name = name.to_ascii_lowercase();
        if let Some(bytes) = self.bytes.get(&name).and_then(|all| all.first()) {
            return Some(hex(bytes));
        }
        if name == "objectguid" {
            return self.all(&name).first().map(|text| hex(text.as_bytes()));
        }
        self.first(&name).map(str::to_owned)
    }
}

/// Reads an entry. One that cannot be understood says so: without a name for ever nobody knows whose it is, and whoever
/// should be gone is not let in by an end that is misread.
pub(super) fn person(ldap: &Ldap, entry: SearchEntry) -> Person {
    let lower = |name: String| name.to_ascii_lowercase();
    let values = Values {
        texts: entry.attrs.into_iter().map(|(name, values)| (lower(name), values)).collect(),
        bytes: entry.bin_attrs.into_iter().map(|(name, values)| (lower(name), values)).collect(),
    };
    let names = &ldap.attributes;
    let id = match &names.id {
        // Only where the settings say so: a name that changes would be somebody else's tomorrow.
        Some(name) if name.eq_ignore_ascii_case("dn") => Some(plain(&entry.dn)),
        Some(name) => values.id(name),
        None => IDS.iter().find_map(|name| values.id(name)),
    };
    let mut trouble = None;
    if id.is_none() {
        let wanted = names.id.clone().unwrap_or_else(|| IDS.join(" or "));
        trouble = Some(format!("{}: there is no {wanted} to be read", entry.dn));
    }
    let expires_at = names.expires.as_ref().map(|name| {
        let text = values.first(name)?;
        let read = end(name, text);
        if read.is_none() {
            trouble = Some(format!("{}: {name} is {text:?}, which is no time", entry.dn));
        }
        read.flatten()
    });
    let control = values.first("userAccountControl").and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    let shut = names.disabled.as_deref().is_some_and(|name| {
        let said = values.all(name);
        match names.disabled_values.as_slice() {
            [] => !said.is_empty(),
            words => {
                said.iter().any(|value| words.iter().any(|word| word.eq_ignore_ascii_case(value.trim())))
            }
        }
    });
    let called = [&names.login, &names.mail].into_iter().flat_map(|name| values.all(name));
    Person {
        subject: id.unwrap_or_default(),
        typed: called.map(|text| text.trim().to_lowercase()).collect(),
        login: values.first(&names.login).unwrap_or_default().to_owned(),
        name: values.first(&names.name).unwrap_or_default().to_owned(),
        email: values.first(&names.mail).map(str::to_owned),
        groups: values.all(&names.groups).iter().take(GROUPS).cloned().collect(),
        disabled: shut || control & SHUT != 0,
        expires_at,
        trouble,
        dn: entry.dn,
    }
}

/// The end of an account, as directories write it. The outer `None`: cannot be read; the inner one: never.
pub(super) fn end(name: &str, text: &str) -> Option<Option<Timestamp>> {
    let number = text.parse::<i64>().ok();
    match (name.to_ascii_lowercase().as_str(), number) {
        // Active Directory: tenths of a microsecond since 1601; nothing and the greatest number are never.
        ("accountexpires", Some(0 | i64::MAX)) => Some(None),
        // As is what no calendar holds.
        ("accountexpires", Some(ticks)) => Some(Timestamp::from_second(ticks / 10_000_000 - FROM_1601).ok()),
        // Days since 1970; less than nothing is never.
        ("shadowexpire", Some(days)) if days < 0 => Some(None),
        ("shadowexpire", Some(days)) => Timestamp::from_second(days.checked_mul(86_400)?).ok().map(Some),
        _ => generalized(text).map(Some),
    }
}

/// `20261231235959Z`: minutes and seconds may be missing, a fraction or an offset (`+0100`) may follow; or `2026-12-31`, the
/// first moment of which is the end.
fn generalized(text: &str) -> Option<Timestamp> {
    if let Ok(date) = text.parse::<jiff::civil::Date>() {
        return Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp());
    }
    let at = text.find(['Z', '+', '-'])?;
    let (digits, zone) = text.split_at_checked(at)?;
    let digits = digits.split_once(['.', ',']).map_or(digits, |(whole, _)| whole);
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if ![10, 12, 14].contains(&digits.len()) || !is_number(digits) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to);
    let (y, mo, d, h) = (part(0, 4)?, part(4, 6)?, part(6, 8)?, part(8, 10)?);
    let (mi, s) = (part(10, 12).unwrap_or("00"), part(12, 14).unwrap_or("00"));
    let zone = match (zone, zone.get(1..3), zone.get(3..)) {
        ("Z", ..) => "Z".to_owned(),
        (_, Some(hours), Some(minutes))
            if is_number(hours) && is_number(minutes) && [0, 2].contains(&minutes.len()) =>
        {
            let minutes = if minutes.is_empty() { "00" } else { minutes };
            format!("{}{hours}:{minutes}", zone.get(..1)?)
        }
        _ => return None,
    };
    format!("{y}-{mo}-{d}T{h}:{mi}:{s}{zone}").parse().ok()
}
