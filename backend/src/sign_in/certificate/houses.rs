//! Authorities and their lists as the library looks at them. While an authority changes its key there are two of its name,
//! each with a list of its own; the library would take the first list of that name and find it signed by the other. So the
//! keys of one name are taken one at a time: in each house no two authorities share a name.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{CertificateError, DistinguishedName, RootCertStore};
use x509_parser::prelude::{CertificateRevocationList, FromDer as _, SubjectPublicKeyInfo};

use super::Doubt;
use crate::config::sign_in::Certificate;
use crate::error::{Sentence, say};

/// In so many ways keys of authorities of one name are taken one at a time.
const WAYS: usize = 16;

/// Authorities of which no two of one name have different keys, and their lists.
#[derive(Debug)]
pub(super) struct House {
    verifier: Arc<dyn ClientCertVerifier>,
    /// Those that another one vouches for: they are looked at like what is shown, lists included.
    between: Vec<CertificateDer<'static>>,
    /// Whether there are lists, and none of them is of this house: the library would take that for none being wanted.
    listless: bool,
}

impl House {
    /// Names of those that count by themselves.
    pub(super) fn names(&self) -> &[DistinguishedName] {
        self.verifier.root_hint_subjects()
    }

    /// Whether a certificate descends from one of them, holds, and is not revoked.
    pub(super) fn believes(
        &self,
        own: &CertificateDer<'_>,
        above: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Doubt> {
        let above: Vec<CertificateDer<'_>> = above.iter().chain(&self.between).cloned().collect();
        self.verifier.verify_client_cert(own, &above, now).map_err(doubt)?;
        if self.listless {
            return Err(Doubt::Lists("there is no list of its issuer".to_owned()));
        }
        Ok(())
    }
}

/// An authority of the file that is valid now.
pub(super) struct Placed {
    /// Its name, as it stands in it.
    pub name: Vec<u8>,
    /// Its key, as it stands in it.
    pub key: Vec<u8>,
    /// All of it.
    pub der: CertificateDer<'static>,
    /// Whether another one in the file vouches for it.
    pub below: bool,
}

/// The authorities of the file in houses, with the lists. One that cannot be used believes nobody, and keeps no other from it.
///
/// # Errors
/// Why none of them can be used.
pub(super) fn houses(
    method: &Certificate,
    valid: &[Placed],
    lists: &[CertificateRevocationListDer<'static>],
) -> Result<Vec<House>, Sentence> {
    let ways = keys_left_out(valid).ok_or_else(|| say!("why-namesakes", file = method.ca.display()))?;
    let (mut good, mut first) = (Vec::with_capacity(ways.len()), None);
    for left_out in &ways {
        match house(method, valid, lists, left_out) {
            Ok(house) => good.push(house),
            Err(why) => {
                tracing::warn!(target: "turnstone::sign_in", method = method.id.as_str(), why = %why, "some of the authorities cannot be used");
                first.get_or_insert(why);
            }
        }
    }
    match first {
        Some(why) if good.is_empty() => Err(why),
        _ => Ok(good),
    }
}

/// Of authorities of one name with different keys one is taken at a time: for each way to do that, the keys that are left out.
/// `None`: there are too many ways.
fn keys_left_out(valid: &[Placed]) -> Option<Vec<Vec<Vec<u8>>>> {
    let mut by_name: BTreeMap<&[u8], Vec<&[u8]>> = BTreeMap::new();
    for one in valid {
        let keys = by_name.entry(&one.name).or_default();
        if !keys.contains(&one.key.as_slice()) {
            keys.push(&one.key);
        }
    }
    let mut ways: Vec<Vec<Vec<u8>>> = vec![Vec::new()];
    for keys in by_name.values().filter(|keys| keys.len() > 1) {
        let taken =
            |kept: &[u8]| keys.iter().filter(|key| **key != kept).map(|key| key.to_vec()).collect::<Vec<_>>();
        let more = |way: &Vec<Vec<u8>>| {
            keys.iter().map(|kept| way.iter().cloned().chain(taken(kept)).collect()).collect::<Vec<_>>()
        };
        ways = ways.iter().flat_map(more).collect();
        if ways.len() > WAYS {
            return None;
        }
    }
    Some(ways)
}

/// The authorities of the file without these keys, with the lists of those that are left; one of somebody else stays as well.
fn house(
    method: &Certificate,
    valid: &[Placed],
    lists: &[CertificateRevocationListDer<'static>],
    left_out: &[Vec<u8>],
) -> Result<House, Sentence> {
    let shown = method.ca.display();
    let (mut roots, mut between) = (RootCertStore::empty(), Vec::new());
    for one in valid.iter().filter(|one| !left_out.contains(&one.key)) {
        if one.below {
            between.push(one.der.clone());
        } else {
            let held = roots.add(one.der.clone());
            held.map_err(|error| say!("why-authority-unusable", file = shown, said = error))?;
        }
    }
    if roots.is_empty() {
        return Err(say!("why-none-valid", file = shown));
    }
    let revoked: Vec<_> =
        lists.iter().filter(|list| !left_out.iter().any(|key| is_list_of(list, key))).cloned().collect();
    let listless = revoked.is_empty() && !lists.is_empty();
    let builder =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(ring::default_provider()))
            .with_crls(revoked);
    let builder = if method.accept_expired_crl { builder } else { builder.enforce_revocation_expiration() };
    let verifier = builder.build().map_err(|error| say!("why-list-unusable", said = error))?;
    Ok(House { verifier, between, listless })
}

/// Whether a list was made with this key.
fn is_list_of(list: &CertificateRevocationListDer<'_>, key: &[u8]) -> bool {
    let Ok((_, parsed)) = CertificateRevocationList::from_der(list) else { return false };
    has_signed(key, |key| parsed.verify_signature(key).is_ok())
}

/// Whether what was signed was signed with this key.
pub(super) fn has_signed(key: &[u8], verified: impl FnOnce(&SubjectPublicKeyInfo<'_>) -> bool) -> bool {
    SubjectPublicKeyInfo::from_der(key).is_ok_and(|(_, key)| verified(&key))
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
