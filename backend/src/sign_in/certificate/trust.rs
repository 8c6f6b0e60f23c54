//! Which authorities are believed, and what they have revoked: from files that are read again when they change. What
//! cannot be read then (half a file, while another program still writes it) leaves the last good state in force.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{CertificateError, DistinguishedName, RootCertStore};
use x509_parser::prelude::{CertificateRevocationList, FromDer as _, X509Certificate};

use super::Doubt;
use super::facts::{moment, name};
use crate::config::sign_in::Certificate;

/// What the first byte of a file in the binary form is.
const SEQUENCE: u8 = 0x30;

/// The authorities of one way to sign in, as they are now.
#[derive(Debug)]
pub struct Trust {
    method: Certificate,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Of which version of the files the last look was.
    stamps: Option<Vec<Stamp>>,
    good: Option<Arc<Authorities>>,
    trouble: String,
}

/// What tells one version of a file from another.
type Stamp = Option<(u64, u64, i64, i64)>;

/// What the files say.
#[derive(Debug)]
pub(in crate::sign_in) struct Authorities {
    verifier: Arc<dyn ClientCertVerifier>,
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
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        all.verifier.verify_client_cert(own, above, now).map(drop).map_err(doubt)
    }

    fn now(&self, now: Timestamp) -> Result<Arc<Authorities>, String> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Before they are read: what changes meanwhile is seen at the next look.
        let stamps = self.stamps();
        let over = state.good.as_ref().is_some_and(|good| now >= good.until);
        if over || state.stamps.as_ref() != Some(&stamps) {
            let method = self.method.id.as_str();
            match read(&self.method, now) {
                Ok(all) => {
                    if state.stamps.is_some() {
                        tracing::info!(target: "turnstone::sign_in", method, "authorities and revoked certificates were read again");
                    }
                    state.good = Some(Arc::new(all));
                    state.trouble.clear();
                }
                Err(why) => {
                    let kept = state.good.is_some() && !over;
                    tracing::warn!(target: "turnstone::sign_in", method, why, kept, "authorities or revoked certificates cannot be read");
                    if over {
                        state.good = None;
                    }
                    state.trouble = why;
                }
            }
            state.stamps = Some(stamps);
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

/// Reads the files of a method.
///
/// # Errors
/// Which of them cannot be used, and why.
pub(in crate::sign_in) fn read(method: &Certificate, now: Timestamp) -> Result<Authorities, String> {
    let (mut roots, mut authorities, mut until) = (RootCertStore::empty(), Vec::new(), Timestamp::MAX);
    for der in certificates(&method.ca)? {
        let (_, parsed) = X509Certificate::from_der(&der)
            .map_err(|error| format!("{}: a certificate cannot be read ({error})", method.ca.display()))?;
        let (from, end) = (moment(parsed.validity().not_before), moment(parsed.validity().not_after));
        // An authority's own times are nobody's to look at but ours: as an anchor it is believed without.
        if from > now {
            until = until.min(from);
        } else if end > now {
            until = until.min(end);
            authorities.push((name(parsed.subject()), end));
            let held = roots.add(der.clone());
            held.map_err(|error| format!("{}: an authority cannot be used ({error})", method.ca.display()))?;
        }
    }
    if roots.is_empty() {
        return Err(format!("{}: no authority in it is valid now", method.ca.display()));
    }
    let (mut lists, mut revoked) = (Vec::new(), Vec::new());
    for file in &method.crl {
        for der in crls(file)? {
            let shown = file.display().to_string();
            let (rest, parsed) = CertificateRevocationList::from_der(&der)
                .map_err(|_| format!("{shown}: a list of revoked certificates cannot be read"))?;
            let next = parsed.next_update().filter(|_| rest.is_empty());
            let next =
                next.ok_or_else(|| format!("{shown}: the list does not say when the next one comes"))?;
            lists.push(List {
                file: shown,
                issuer: name(parsed.issuer()),
                made: moment(parsed.last_update()),
                next: moment(next),
            });
            revoked.push(der.clone());
        }
    }
    let builder =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(ring::default_provider()))
            .with_crls(revoked);
    let builder = if method.accept_expired_crl { builder } else { builder.enforce_revocation_expiration() };
    let verifier = builder.build().map_err(|error| {
        format!("a list of revoked certificates cannot be used ({error}); it has to be of version 2")
    })?;
    Ok(Authorities { verifier, authorities, lists, until })
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
