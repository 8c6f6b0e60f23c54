//! What a certificate says of somebody. Read only once it is believed, or for whoever sets it up.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use x509_parser::asn1_rs::{Oid, oid};
use x509_parser::prelude::{ASN1Time, FromDer as _, GeneralName, X509Certificate, X509Name};

use crate::{config::sign_in::Naming, db::hex};

/// Names of parts of a name, as they are usually written; others are written by their number.
const PARTS: [(Oid<'static>, &str); 11] = [
    (oid!(2.5.4.3), "CN"),
    (oid!(2.5.4.4), "SN"),
    (oid!(2.5.4.5), "serialNumber"),
    (oid!(2.5.4.6), "C"),
    (oid!(2.5.4.7), "L"),
    (oid!(2.5.4.8), "ST"),
    (oid!(2.5.4.10), "O"),
    (oid!(2.5.4.11), "OU"),
    (oid!(2.5.4.42), "GN"),
    (oid!(0.9.2342.19200300.100.1.1), "UID"),
    (oid!(0.9.2342.19200300.100.1.25), "DC"),
];
/// The longest name that somebody is tied by, in bytes; with its issuer it has to fit where ties are kept.
const LONGEST: usize = 240;

/// What a certificate says.
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    /// Whose it is.
    pub subject: String,
    /// Who made it.
    pub issuer: String,
    /// The key of whoever made it, by the beginning of its SHA-256; nothing where nobody has looked.
    pub issuer_key: String,
    /// Its own number, in hexadecimal digits.
    pub number: String,
    /// The SHA-256 of it, in hexadecimal digits.
    pub sha256: String,
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// The mail addresses in it.
    pub emails: Vec<String>,
    /// The parts of the subject: what they are called, and what they say.
    pub parts: Vec<(String, String)>,
    /// Whether it is made for proving who one is.
    pub is_for_clients: bool,
}

impl Facts {
    /// Reads a certificate.
    ///
    /// # Errors
    /// That it is none, in a word for the log.
    pub fn of(der: &[u8]) -> Result<Self, String> {
        let (_, parsed) = X509Certificate::from_der(der).map_err(|error| error.to_string())?;
        let usage = parsed.extended_key_usage().map_err(|error| error.to_string())?;
        let names = parsed.subject_alternative_name().map_err(|error| error.to_string())?;
        let addresses = names.iter().flat_map(|names| &names.value.general_names);
        let emails = addresses.filter_map(|one| match one {
            GeneralName::RFC822Name(address) => mail_ingest::address::normalise(address),
            _ => None,
        });
        let mut emails: Vec<String> = emails.collect();
        emails.dedup();
        let parts = parsed.subject().iter_attributes().filter_map(|part| {
            let text = part.as_str().ok()?.trim().to_owned();
            (!text.is_empty() && !text.chars().any(char::is_control))
                .then(|| (called(part.attr_type()), text))
        });
        Ok(Self {
            subject: name(parsed.subject()),
            issuer: name(parsed.issuer()),
            issuer_key: String::new(),
            number: hex(parsed.raw_serial()),
            sha256: hex(&Sha256::digest(der)),
            from: moment(parsed.validity().not_before),
            until: moment(parsed.validity().not_after),
            emails,
            parts: parts.collect(),
            is_for_clients: usage.is_some_and(|usage| usage.value.client_auth),
        })
    }

    /// The values of a part of the subject.
    fn all<'a>(&'a self, part: &'a str) -> impl Iterator<Item = &'a str> {
        self.parts.iter().filter(move |(name, _)| name == part).map(|(_, text)| text.as_str())
    }

    /// The name in it.
    pub(super) fn common_name(&self) -> &str {
        self.all("CN").next().unwrap_or_default()
    }

    /// The one address in it; `None` where there are several, or one that is not written plainly.
    pub(super) fn email(&self) -> Option<&str> {
        match self.emails.as_slice() {
            [one] if mail_ingest::address::normalise(one).as_ref() == Some(one) => Some(one),
            _ => None,
        }
    }

    /// What its owner is called by this way of naming, once and for all, and by which authority: another's may call
    /// somebody else so. `None`: nothing, or several things.
    pub fn known_as(&self, naming: Naming) -> Option<String> {
        let one = |mut all: Vec<&str>| {
            all.dedup();
            match all.as_slice() {
                [one] => Some((*one).to_owned()),
                _ => None,
            }
        };
        let text = match naming {
            Naming::Email => self.email().map(str::to_owned),
            Naming::Subject => Some(self.subject.clone()),
            Naming::SerialNumber => one(self.all("serialNumber").collect()),
            Naming::Uid => one(self.all("UID").collect()),
            Naming::Cn => one(self.all("CN").collect()),
            Naming::Sha256 => Some(self.sha256.clone()),
        }?;
        let good = !text.is_empty()
            && text.len() <= LONGEST
            && !self.issuer_key.is_empty()
            && self.issuer.len() <= LONGEST;
        // What names him goes along: a CN of today is nobody's UID of tomorrow.
        good.then(|| format!("{}={text} by {} ({})", naming.word(), self.issuer, self.issuer_key))
    }

    /// What its owner signs in with, as far as the certificate has a word for it.
    pub(super) fn login(&self, naming: Naming) -> String {
        let part = match naming {
            Naming::SerialNumber => "serialNumber",
            Naming::Uid => "UID",
            Naming::Cn => "CN",
            Naming::Email | Naming::Subject | Naming::Sha256 => "",
        };
        let found = self.all(part).next().or(self.email());
        found.unwrap_or_else(|| self.common_name()).to_owned()
    }

    /// Whether a part of the name is written like this, as in `OU=Helpdesk`; `*` is everybody.
    pub(super) fn has(&self, written: &str) -> bool {
        let Some((part, text)) = written.split_once('=') else { return written == "*" };
        let same =
            |(name, value): &(String, String)| name.eq_ignore_ascii_case(part.trim()) && value == text.trim();
        self.parts.iter().any(same)
    }
}

/// A name in the order in which it stands, with what would be taken for something else in it escaped (RFC 4514).
pub(super) fn name(name: &X509Name<'_>) -> String {
    let mut text = String::new();
    for set in name.iter() {
        let mut between = ", ";
        for part in set.iter() {
            if !text.is_empty() {
                text.push_str(between);
            }
            between = "+";
            text.push_str(&called(part.attr_type()));
            text.push('=');
            match part.as_str() {
                Ok(value) => plainly(&mut text, value),
                // Of a kind that is no text: which kind, and its bytes.
                Err(_) => {
                    let _ = write!(text, "#{}:{}", part.attr_value().tag().0, hex(part.as_slice()));
                }
            }
        }
    }
    text
}

fn plainly(text: &mut String, value: &str) {
    for (at, c) in value.chars().enumerate() {
        if c.is_control() {
            let _ = write!(text, "\\u{:04x}", u32::from(c));
            continue;
        }
        if ",+\"\\<>;=".contains(c) || (at == 0 && c == '#') {
            text.push('\\');
        }
        text.push(c);
    }
}

fn called(part: &Oid<'_>) -> String {
    let known = PARTS.into_iter().find(|(oid, _)| oid == part);
    known.map_or_else(|| part.to_id_string(), |(_, word)| word.to_owned())
}

/// A time as it stands in certificates.
pub(super) fn moment(time: ASN1Time) -> Timestamp {
    let end = if time.timestamp() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(time.timestamp()).unwrap_or(end)
}
