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
            Naming::Email => one(self.emails.iter().map(String::as_str).collect()),
            Naming::Subject => Some(self.subject.clone()),
            Naming::SerialNumber => one(self.all("serialNumber").collect()),
            Naming::Uid => one(self.all("UID").collect()),
            Naming::Cn => one(self.all("CN").collect()),
            Naming::Sha256 => Some(self.sha256.clone()),
        }?;
        let good = !text.is_empty()
            && text.len() <= LONGEST
            && !self.issuer.is_empty()
            && self.issuer.len() <= LONGEST;
        // What names him goes along: a CN of today is nobody's UID of tomorrow.
        good.then(|| format!("{}={text} by {}", naming.word(), self.issuer))
    }

    /// What its owner signs in with, as far as the certificate has a word for it.
    pub(super) fn login(&self, naming: Naming) -> String {
        let part = match naming {
            Naming::SerialNumber => "serialNumber",
            Naming::Uid => "UID",
            Naming::Cn => "CN",
            Naming::Email | Naming::Subject | Naming::Sha256 => "",
        };
        let found = self.all(part).next().or(self.emails.first().map(String::as_str));
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

/// A name in the order in which it stands, with what would be taken for another part of it escaped.
pub(super) fn name(name: &X509Name<'_>) -> String {
    let mut text = String::new();
    for part in name.iter_attributes() {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&called(part.attr_type()));
        text.push('=');
        match part.as_str() {
            Ok(value) => {
                for c in value.chars() {
                    if ",+\"\\<>;=".contains(c) {
                        text.push('\\');
                    }
                    text.push(if c.is_control() { '?' } else { c });
                }
            }
            // Of a kind that is no text: by its bytes (RFC 4514, 2.4).
            Err(_) => {
                let _ = write!(text, "#{}", hex(part.as_slice()));
            }
        }
    }
    text
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
