//! Which authorities are believed, and what they have revoked: from files that are read again when they change. What
//! cannot be read then (half a file, while another program still writes it) leaves the last good state in force.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustls::DistinguishedName;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use sha2::{Digest as _, Sha256};
use x509_parser::asn1_rs::{Oid, oid};
use x509_parser::prelude::{CertificateRevocationList, FromDer as _, X509Certificate};

use super::Doubt;
use super::facts::{moment, name};
use super::houses::{House, Placed, has_signed, houses};
use crate::config::sign_in::Certificate;
use crate::db::hex;
use crate::error::{Sentence, say};

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
    trouble: Option<Sentence>,
    /// The last look that failed.
    failed: Option<(Vec<Stamp>, Instant)>,
}

/// What tells one version of a file from another.
type Stamp = Option<(u64, u64, i64, i64)>;

/// What the files say.
#[derive(Debug)]
pub(in crate::sign_in) struct Authorities {
    /// One, or while an authority changes its key one for each of its keys: the library takes lists by their name alone.
    houses: Vec<House>,
    /// All of them, as they stand in certificates.
    keys: Vec<Named>,
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

/// An authority by what makes it the same one under another key.
#[derive(Debug)]
struct Named {
    name: Vec<u8>,
    /// Who vouches for it: departments of two houses may be called alike.
    parent: Vec<u8>,
    key: Vec<u8>,
}

impl Trust {
    /// The authorities of a method; its files are read when they are first needed.
    pub fn of(method: &Certificate) -> Self {
        Self { method: method.clone(), state: Mutex::default() }
    }

    /// Names of the authorities, for browsers, which then offer only certificates that could do; nothing where the files
    /// cannot be read.
    pub fn hints(&self, now: Timestamp) -> Vec<DistinguishedName> {
        let Ok(all) = self.now(now) else { return Vec::new() };
        let mut hints: Vec<DistinguishedName> = Vec::new();
        for one in all.houses.iter().flat_map(House::names) {
            if !hints.iter().any(|known| known.as_ref() == one.as_ref()) {
                hints.push(one.clone());
            }
        }
        hints
    }

    /// Whether a certificate holds now: whom it descends from, its times, its purpose, and that it is not revoked. Reads
    /// files where these have changed.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn believed(&self, chain: &[CertificateDer<'_>], now: Timestamp) -> Result<(), Doubt> {
        let Some((own, above)) = chain.split_first() else { return Err(Doubt::Nothing) };
        let all = self.now(now).map_err(|why| Doubt::Lists(why.to_string()))?;
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let mut first = None;
        for house in &all.houses {
            match house.believes(own, above, now) {
                Ok(()) => return Ok(()),
                // Whom one of them has issued it to, and does not believe any more, is told that; of the others it is none.
                Err(doubt) if matches!(first, None | Some(Doubt::Untrusted(_))) => first = Some(doubt),
                Err(_) => {}
            }
        }
        Err(first.unwrap_or(Doubt::Nothing))
    }

    /// The key of whoever issued a certificate, by its SHA-256: two authorities may bear one name, and only one has signed it.
    /// Behind it the other keys of that name among the authorities that the settings name: whoever writes two of one name
    /// there, of one parent or each its own, says that it is one, which changes its key.
    ///
    /// # Errors
    /// Where none of that name on the way has signed it.
    pub(in crate::sign_in) fn issuer_keys(
        &self,
        chain: &[CertificateDer<'_>],
        now: Timestamp,
    ) -> Result<(String, Vec<String>), Doubt> {
        let untrusted = |why: &str| Doubt::Untrusted(why.to_owned());
        let Some((own, above)) = chain.split_first() else { return Err(Doubt::Nothing) };
        let all = self.now(now).map_err(|why| Doubt::Lists(why.to_string()))?;
        let (_, own) = X509Certificate::from_der(own).map_err(|_| untrusted("it cannot be read"))?;
        let issuer = own.issuer().as_raw();
        let mut found: Vec<Vec<u8>> = Vec::new();
        for der in above {
            let (_, one) =
                X509Certificate::from_der(der).map_err(|_| untrusted("one on the way cannot be read"))?;
            if one.subject().as_raw() == issuer {
                found.push(one.public_key().raw.to_vec());
            }
        }
        let of_house: Vec<&Named> = all.keys.iter().filter(|one| one.name == issuer).collect();
        found.extend(of_house.iter().map(|one| one.key.clone()));
        found.sort_unstable();
        found.dedup();
        if found.len() > 1 {
            found.retain(|key| has_signed(key, |key| own.verify_signature(Some(key)).is_ok()));
        }
        let short = |key: &[u8]| hex(&Sha256::digest(key)).chars().take(16).collect::<String>();
        match found.as_slice() {
            [key] => {
                // One that came along on the way, under the name of one of ours, is none of ours.
                let parents: Vec<&Vec<u8>> =
                    of_house.iter().filter(|one| one.key == *key).map(|one| &one.parent).collect();
                let same = |one: &&&Named| one.key != *key && parents.contains(&&one.parent);
                let mut others: Vec<String> =
                    of_house.iter().filter(same).map(|one| short(&one.key)).collect();
                others.dedup();
                Ok((short(key), others))
            }
            [] => Err(untrusted("its issuer is not there")),
            _ => Err(untrusted("two authorities of its issuer's name, with different keys")),
        }
    }

    fn now(&self, now: Timestamp) -> Result<Arc<Authorities>, Sentence> {
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
                    state.trouble = None;
                    state.stamps = Some(stamps);
                    state.failed = None;
                }
                Err(why) => {
                    let kept = state.good.is_some() && !over;
                    tracing::warn!(target: "turnstone::sign_in", method, why = %why, kept, "authorities or revoked certificates cannot be read");
                    if over {
                        state.good = None;
                    }
                    state.trouble = Some(why);
                    state.failed = Some((stamps, Instant::now()));
                }
            }
        }
        state.good.clone().ok_or_else(|| state.trouble.clone().unwrap_or_else(|| say!("why-unreadable")))
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
fn not_older(all: Authorities, before: Option<&Authorities>) -> Result<Authorities, Sentence> {
    for list in before.map(|before| &before.lists).into_iter().flatten() {
        if let Some(new) = all.lists.iter().find(|new| new.about == list.about && new.made < list.made) {
            return Err(say!("why-list-older", file = new.file));
        }
    }
    Ok(all)
}

/// Reads the files of a method.
///
/// # Errors
/// Which of them cannot be used, and why.
pub(in crate::sign_in) fn read(method: &Certificate, now: Timestamp) -> Result<Authorities, Sentence> {
    let (mut authorities, mut keys, mut until) = (Vec::new(), Vec::new(), Timestamp::MAX);
    let mut valid: Vec<Placed> = Vec::new();
    let shown = method.ca.display();
    let ders = certificates(&method.ca)?;
    let mut all = Vec::with_capacity(ders.len());
    for der in &ders {
        let (_, parsed) = X509Certificate::from_der(der)
            .map_err(|error| say!("why-certificate-unreadable", file = shown, said = error))?;
        all.push((der, parsed));
    }
    for (der, parsed) in &all {
        let signs = parsed.key_usage().ok().flatten().is_none_or(|usage| usage.value.key_cert_sign());
        if !parsed.is_ca() || !signs {
            return Err(say!("why-no-authority", file = shown, name = name(parsed.subject())));
        }
        keys.push(Named {
            name: parsed.subject().as_raw().to_vec(),
            parent: parsed.issuer().as_raw().to_vec(),
            key: parsed.public_key().raw.to_vec(),
        });
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
        valid.push(Placed {
            name: parsed.subject().as_raw().to_vec(),
            key: parsed.public_key().raw.to_vec(),
            der: (*der).clone(),
            // Whom another one in the file vouches for is believed because of that one, and while it does not revoke him.
            below: issuer != parsed.subject().as_raw()
                && all.iter().any(|(_, other)| other.subject().as_raw() == issuer),
        });
    }
    let (lists, revoked) = newest(method)?;
    Ok(Authorities { houses: houses(method, &valid, &revoked)?, keys, authorities, lists, until })
}

/// The newest list of each issuer: of several the library would take the first.
fn newest(method: &Certificate) -> Result<(Vec<List>, Vec<CertificateRevocationListDer<'static>>), Sentence> {
    let mut kept: Vec<(List, CertificateRevocationListDer<'static>, _)> = Vec::new();
    for file in &method.crl {
        for der in crls(file)? {
            let shown = file.display().to_string();
            let (rest, parsed) = CertificateRevocationList::from_der(&der)
                .map_err(|_| say!("why-list-unreadable", file = shown))?;
            let next = parsed.next_update().filter(|_| rest.is_empty());
            let next = next.ok_or_else(|| say!("why-list-endless", file = shown))?;
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
pub(in crate::sign_in) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Sentence> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| say!("why-cannot-read", file = shown, said = error))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(say!("why-no-certificate", file = shown)),
        Err(error) => Err(format!("{shown}: {error}").into()),
    }
}

fn crls(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, Sentence> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| say!("why-cannot-read", file = shown, said = error))?;
    if bytes.first() == Some(&SEQUENCE) {
        return Ok(vec![CertificateRevocationListDer::from(bytes)]);
    }
    let found: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(say!("why-no-list", file = shown)),
        Err(error) => Err(format!("{shown}: {error}").into()),
    }
}
