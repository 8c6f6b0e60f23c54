//! An authority of the test's own: certificates for people, whatever they say, and lists of what was revoked.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SanType,
    SerialNumber,
};
use turnstone::config::TlsFiles;

/// Numbers of certificates; each once, whoever issues it.
static NUMBER: AtomicU64 = AtomicU64::new(1_000);

/// An authority.
#[derive(Debug)]
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    number: u64,
}

/// A certificate with its key.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate, and those that lead to the authority.
    pub certificate: String,
    /// Its key.
    pub key: String,
    /// Its number.
    pub number: u64,
}

impl Identity {
    /// Both in one text, as HTTP clients take them.
    pub fn pem(&self) -> Vec<u8> {
        format!("{}{}", self.certificate, self.key).into_bytes()
    }

    /// As nginx writes it into a header (`$ssl_client_escaped_cert`).
    pub fn escaped(&self) -> String {
        percent(&self.certificate)
    }
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

/// A day so many days from now.
fn days(from_now: i64) -> [i64; 3] {
    let date = Timestamp::now() + SignedDuration::from_hours(24 * from_now);
    let date = date.to_zoned(TimeZone::UTC);
    [i64::from(date.year()), i64::from(date.month()), i64::from(date.day())]
}

macro_rules! date {
    ($days:expr) => {{
        let [year, month, day] = days($days);
        rcgen::date_time_ymd(year as i32, month as u8, day as u8)
    }};
}

impl Authority {
    /// A new one.
    pub fn new(name: &str) -> Self {
        Self::ending(name, 3_650)
    }

    /// One that ends so many days from now.
    pub fn ending(name: &str, days: i64) -> Self {
        let (params, number) = Self::params(name, days);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer, number }
    }

    /// One below this one.
    pub fn below(&self, name: &str) -> Self {
        let (mut params, number) = Self::params(name, 3_650);
        params.use_authority_key_identifier_extension = true;
        let issuer = CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), &self.issuer).unwrap();
        Self { issuer, number }
    }

    fn params(name: &str, until: i64) -> (CertificateParams, u64) {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "Company, Inc.");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = date!(-100);
        params.not_after = date!(until);
        params.serial_number = Some(SerialNumber::from(number));
        (params, number)
    }

    /// Its own certificate as its authority would revoke it.
    pub fn identity(&self) -> Identity {
        Identity { certificate: self.pem(), key: String::new(), number: self.number }
    }

    /// Its own certificate.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate for somebody: his name, his address, the unit he works in; valid for a year, for clients.
    pub fn person(&self, name: &str, email: &str) -> Identity {
        self.person_with(name, email, |_| {})
    }

    /// The same, as the test changes it.
    pub fn person_with(
        &self,
        name: &str,
        email: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Identity {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationalUnitName, "Helpdesk");
        params.distinguished_name.push(DnType::CommonName, name);
        if !email.is_empty() {
            params.subject_alt_names = vec![SanType::Rfc822Name(email.try_into().unwrap())];
        }
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.not_before = date!(-2);
        params.not_after = date!(365);
        params.serial_number = Some(SerialNumber::from(number));
        params.use_authority_key_identifier_extension = true;
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let made = params.signed_by(&key, &self.issuer).unwrap();
        Identity { certificate: made.pem(), key: key.serialize_pem(), number }
    }

    /// A certificate that is valid from and until so many days from now.
    pub fn person_between(&self, name: &str, email: &str, from: i64, until: i64) -> Identity {
        self.person_with(name, email, |params| {
            params.not_before = date!(from);
            params.not_after = date!(until);
        })
    }

    /// Its list of what it has revoked, good for thirty days from today.
    pub fn list(&self, revoked: &[&Identity]) -> String {
        self.list_between(revoked, -1, 30)
    }

    /// The same, made and due so many days from now.
    pub fn list_between(&self, revoked: &[&Identity], made: i64, due: i64) -> String {
        let revoked = revoked.iter().map(|identity| RevokedCertParams {
            serial_number: SerialNumber::from(identity.number),
            revocation_time: date!(-1),
            reason_code: None,
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: date!(made),
            next_update: date!(due),
            crl_number: SerialNumber::from(NUMBER.fetch_add(1, Ordering::Relaxed)),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().pem().unwrap()
    }
}

/// Writes a file of this directory.
pub fn write(directory: &Path, name: &str, text: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

/// A certificate for a server on this machine, in this directory.
pub fn server(directory: &Path) -> TlsFiles {
    let made =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    TlsFiles {
        cert: write(directory, "server.pem", &made.cert.pem()),
        key: write(directory, "server.key", &made.signing_key.serialize_pem()),
    }
}
