//! Which authorities are believed, and what they have revoked: from files that are read again when they change. What
//! cannot be read then (half a file, while another program still writes it) leaves the last good state in force.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{CertificateError, DistinguishedName, RootCertStore};
use sha2::{Digest as _, Sha256};
use x509_parser::asn1_rs::{Oid, oid};
use x509_parser::prelude::{CertificateRevocationList, FromDer as _, X509Certificate};

use super::Doubt;
use super::facts::{moment, name};
use crate::config::sign_in::Certificate;
use crate::db::hex;

/// What the first byte of a file in the binary form is.
const SEQUENCE: u8 = 0x30;
/// Files that could not be read are tried again after so long, changed or not.
const AGAIN: Duration = Duration::from_secs(5);
/// What tells lists of one issuer apart: its key, and which part of its certificates a list is for.
const SCOPE: [Oid<'static>; 2] = [oid!(2.5.29.35), oid!(2.5.29.28)];

/// The authorities of one way to sign in, as they are now.
#[derive(Debug)]
pub struct Trust {
    method: Certificate,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Of which version of the files the state is.
    stamps: Option<Vec<Stamp>>,
    good: Option<Arc<Authorities>>,
    trouble: String,
    /// The last look that failed.
    failed: Option<(Vec<Stamp>, Instant)>,
}

/// What tells one version of a file from another.
type Stamp = Option<(u64, u64, i64, i64)>;

/// What the files say.
#[derive(Debug)]
pub(in crate::sign_in) struct Authorities {
    verifier: Arc<dyn ClientCertVerifier>,
    /// Those that another one vouches for: they are looked at like what is shown, lists included.
    between: Vec<CertificateDer<'static>>,
    /// Names and keys of all of them, as they stand in certificates.
    keys: Vec<(Vec<u8>, Vec<u8>)>,
    /// Each authority that counts now, and when it ends.
    pub authorities: Vec<(String, Timestamp)>,
    /// Each list: its file, its issuer, and when the next one is due.
    pub lists: Vec<List>,
    /// When it has to be thought over, though no file changes: an authority begins or ends.
    until: Timestamp,
}

/// A list of what is revoked.
#[derive(Debug)]
pub(in crate::sign_in) struct List {
    /// Its file.
    pub file: String,
    /// Who made it.
    pub issuer: String,
    /// When it was made.
    pub made: Timestamp,
    /// When the next one is due.
    pub next: Timestamp,
    /// What it replaces an older one of: issuer, key and part.
    about: Vec<Vec<u8>>,
}

impl Trust {
    /// The authorities of a method; its files are read when they are first needed.
    pub fn of(method: &Certificate) -> Self {
        Self { method: method.clone(), state: Mutex::default() }
    }

    /// Names of the authorities, for browsers, which then offer only certificates that could do; nothing where the files
    /// cannot be read.
    pub fn hints(&self, now: Timestamp) -> Vec<DistinguishedName> {
        self.now(now).map(|all| all.verifier.root_hint_subjects().to_vec()).unwrap_or_default()
    }

    /// Whether a certificate holds now: whom it descends from, its times, its purpose, and that it is not revoked. Reads
    /// files where these have changed.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn believed(&self, chain: &[CertificateDer<'_>], now: Timestamp) -> Result<(), Doubt> {
        let Some((own, above)) = chain.split_first() else { return Err(Doubt::Nothing) };
        let all = self.now(now).map_err(Doubt::Lists)?;
        let above: Vec<CertificateDer<'_>> = above.iter().chain(&all.between).cloned().collect();
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        all.verifier.verify_client_cert(own, &above, now).map(drop).map_err(doubt)
    }

    /// The key of whoever issued a certificate, by its SHA-256: two authorities may bear one name, and only one has it.
    ///
    /// # Errors
    /// Where several of that name stand on the way, or none.
    pub(in crate::sign_in) fn issuer_key(
        &self,
        chain: &[CertificateDer<'_>],
        now: Timestamp,
    ) -> Result<String, Doubt> {
        let untrusted = |why: &str| Doubt::Untrusted(why.to_owned());
        let Some((own, above)) = chain.split_first() else { return Err(Doubt::Nothing) };
        let all = self.now(now).map_err(Doubt::Lists)?;
        let (_, own) = X509Certificate::from_der(own).map_err(|_| untrusted("it cannot be read"))?;
        let mut found: Vec<Vec<u8>> = Vec::new();
        for der in above {
            let (_, one) =
                X509Certificate::from_der(der).map_err(|_| untrusted("one on the way cannot be read"))?;
            if one.subject().as_raw() == own.issuer().as_raw() {
                found.push(one.public_key().raw.to_vec());
            }
        }
        found.extend(
            all.keys.iter().filter(|(name, _)| name == own.issuer().as_raw()).map(|(_, key)| key.clone()),
        );
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [key] => Ok(hex(&Sha256::digest(key)).chars().take(16).collect()),
            [] => Err(untrusted("its issuer is not there")),
            _ => Err(untrusted("two authorities of its issuer's name, with different keys")),
        }
    }

    fn now(&self, now: Timestamp) -> Result<Arc<Authorities>, String> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Before they are read: what changes meanwhile is seen at the next look.
        let stamps = self.stamps();
        let over = state.good.as_ref().is_some_and(|good| now >= good.until);
        let changed = state.stamps.as_ref() != Some(&stamps);
        let waits = state.failed.as_ref().is_some_and(|(of, at)| *of == stamps && at.elapsed() < AGAIN);
        if (over || changed || state.good.is_none()) && !waits {
            let method = self.method.id.as_str();
            let before = state.good.clone();
            match read(&self.method, now).and_then(|all| not_older(all, before.as_deref())) {
                Ok(all) => {
                    if state.stamps.is_some() {
                        tracing::info!(target: "turnstone::sign_in", method, "authorities and revoked certificates were read again");
                    }
                    state.good = Some(Arc::new(all));
                    state.trouble.clear();
                    state.stamps = Some(stamps);
                    state.failed = None;
                }
                Err(why) => {
                    let kept = state.good.is_some() && !over;
                    tracing::warn!(target: "turnstone::sign_in", method, why, kept, "authorities or revoked certificates cannot be read");
                    if over {
                        state.good = None;
                    }
                    state.trouble = why;
                    state.failed = Some((stamps, Instant::now()));
                }
            }
        }
        state.good.clone().ok_or_else(|| state.trouble.clone())
    }

    fn stamps(&self) -> Vec<Stamp> {
        let files = std::iter::once(&self.method.ca).chain(&self.method.crl);
        let stamp = |path: &std::path::PathBuf| {
            let about = std::fs::metadata(path).ok()?;
            Some((about.ino(), about.size(), about.ctime(), about.ctime_nsec()))
        };
        files.map(stamp).collect()
    }
}

/// What was read anew, unless a list in it is older than the one in force: whoever puts an old one back lets revoked
/// certificates in again.
fn not_older(all: Authorities, before: Option<&Authorities>) -> Result<Authorities, String> {
    for list in before.map(|before| &before.lists).into_iter().flatten() {
        if let Some(new) = all.lists.iter().find(|new| new.about == list.about && new.made < list.made) {
            return Err(format!("{}: the list is older than the one that counts", new.file));
        }
    }
    Ok(all)
}

/// Reads the files of a method.
///
/// # Errors
/// Which of them cannot be used, and why.
pub(in crate::sign_in) fn read(method: &Certificate, now: Timestamp) -> Result<Authorities, String> {
    let (mut roots, mut between) = (RootCertStore::empty(), Vec::new());
    let (mut authorities, mut keys, mut until) = (Vec::new(), Vec::new(), Timestamp::MAX);
    let shown = method.ca.display();
    let ders = certificates(&method.ca)?;
    let mut all = Vec::with_capacity(ders.len());
    for der in &ders {
        let (_, parsed) = X509Certificate::from_der(der)
            .map_err(|error| format!("{shown}: a certificate cannot be read ({error})"))?;
        all.push((der, parsed));
    }
    for (der, parsed) in &all {
        let signs = parsed.key_usage().ok().flatten().is_none_or(|usage| usage.value.key_cert_sign());
        if !parsed.is_ca() || !signs {
            return Err(format!("{shown}: {} is no authority", name(parsed.subject())));
        }
        keys.push((parsed.subject().as_raw().to_vec(), parsed.public_key().raw.to_vec()));
        let (from, end) = (moment(parsed.validity().not_before), moment(parsed.validity().not_after));
        // An authority's own times are nobody's to look at but ours: as an anchor it is believed without.
        if from > now {
            until = until.min(from);
            continue;
        } else if end <= now {
            continue;
        }
        until = until.min(end);
        authorities.push((name(parsed.subject()), end));
        let issuer = parsed.issuer().as_raw();
        // Whom another one in the file vouches for is believed because of that one, and while it does not revoke him.
        if issuer != parsed.subject().as_raw()
            && all.iter().any(|(_, other)| other.subject().as_raw() == issuer)
        {
            between.push((*der).clone());
        } else {
            let held = roots.add((*der).clone());
            held.map_err(|error| format!("{shown}: an authority cannot be used ({error})"))?;
        }
    }
    if roots.is_empty() {
        return Err(format!("{shown}: no authority in it is valid now"));
    }
    let (lists, revoked) = newest(method)?;
    let builder =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(ring::default_provider()))
            .with_crls(revoked);
    let builder = if method.accept_expired_crl { builder } else { builder.enforce_revocation_expiration() };
    let verifier = builder.build().map_err(|error| {
        format!("a list of revoked certificates cannot be used ({error}); it has to be of version 2")
    })?;
    Ok(Authorities { verifier, between, keys, authorities, lists, until })
}

/// The newest list of each issuer: of several the library would take the first.
fn newest(method: &Certificate) -> Result<(Vec<List>, Vec<CertificateRevocationListDer<'static>>), String> {
    let mut kept: Vec<(List, CertificateRevocationListDer<'static>, _)> = Vec::new();
    for file in &method.crl {
        for der in crls(file)? {
            let shown = file.display().to_string();
            let (rest, parsed) = CertificateRevocationList::from_der(&der)
                .map_err(|_| format!("{shown}: a list of revoked certificates cannot be read"))?;
            let next = parsed.next_update().filter(|_| rest.is_empty());
            let next =
                next.ok_or_else(|| format!("{shown}: the list does not say when the next one comes"))?;
            let part = |oid: &Oid<'_>| {
                let found = parsed.extensions().iter().find(|extension| extension.oid == *oid);
                found.map(|extension| extension.value.to_vec()).unwrap_or_default()
            };
            let mut about = vec![parsed.issuer().as_raw().to_vec()];
            about.extend(SCOPE.iter().map(part));
            let number = parsed.crl_number().cloned();
            let list = List {
                file: shown,
                issuer: name(parsed.issuer()),
                made: moment(parsed.last_update()),
                next: moment(next),
                about,
            };
            let der = der.clone();
            match kept.iter_mut().find(|(other, _, _)| other.about == list.about) {
                Some(other) if (list.made, &number) > (other.0.made, &other.2) => {
                    *other = (list, der, number)
                }
                Some(_) => {}
                None => kept.push((list, der, number)),
            }
        }
    }
    kept.sort_by_key(|(list, _, _)| std::cmp::Reverse(list.made));
    Ok(kept.into_iter().map(|(list, der, _)| (list, der)).unzip())
}

/// The certificates of a file in PEM form: at least one.
///
/// # Errors
/// Why there is none.
pub(in crate::sign_in) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| format!("{shown} cannot be read ({error})"))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(format!("{shown} holds no certificate in PEM form")),
        Err(error) => Err(format!("{shown}: {error}")),
    }
}

fn crls(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, String> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| format!("{shown} cannot be read ({error})"))?;
    if bytes.first() == Some(&SEQUENCE) {
        return Ok(vec![CertificateRevocationListDer::from(bytes)]);
    }
    let found: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(format!("{shown} holds no list of revoked certificates")),
        Err(error) => Err(format!("{shown}: {error}")),
    }
}

/// What a refusal of the library means for whoever shows the certificate.
fn doubt(error: rustls::Error) -> Doubt {
    use CertificateError as Why;
    let why = match error {
        rustls::Error::InvalidCertificate(why) => why,
        rustls::Error::InvalidCertRevocationList(why) => return Doubt::Lists(format!("{why:?}")),
        other => return Doubt::Untrusted(other.to_string()),
    };
    match why {
        Why::Expired | Why::ExpiredContext { .. } => Doubt::Expired,
        Why::NotValidYet | Why::NotValidYetContext { .. } => Doubt::Early,
        Why::Revoked => Doubt::Revoked,
        Why::InvalidPurpose | Why::InvalidPurposeContext { .. } => Doubt::Purpose,
        Why::UnknownRevocationStatus => Doubt::Lists("there is no list of its issuer".to_owned()),
        Why::ExpiredRevocationList | Why::ExpiredRevocationListContext { .. } => {
            Doubt::Lists("the next list should have come by now".to_owned())
        }
        other => Doubt::Untrusted(other.to_string()),
    }
}
