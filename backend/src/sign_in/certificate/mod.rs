//! Certificates: a browser shows one to a listener of ours, or to a proxy that we trust, and whoever has its key is let in.
//!
//! That the key is there is proven on the line, once for each line: nothing is resumed. Everything else (from whom the
//! certificate descends, its times, its purpose, that it is not revoked) is asked here, at each sign-in, of the files as
//! they are at that moment. So a refusal has words instead of a broken line, what a proxy says is looked at as closely as
//! what we hear ourselves, and a line that is kept open keeps nobody in who was revoked since.

mod facts;
pub mod header;
mod houses;
pub(super) mod trust;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use serde::Deserialize;

pub use self::facts::Facts;
pub use self::trust::Trust;
use super::errand::{Begun, Errand};
use crate::{
    config::{Config, sign_in::Certificate},
    db::AgentId,
    desk::Desk,
    error::{Error, Result},
    people::identities::{self, Known, Refusal},
};

/// The longest chain that is looked at.
const CHAIN: usize = 10;

/// Why a certificate is no proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// None was shown.
    Nothing,
    /// It does not descend from an authority that counts, or is damaged; why, for the log.
    Untrusted(String),
    /// It is over.
    Expired,
    /// It is not valid yet.
    Early,
    /// Its authority has revoked it.
    Revoked,
    /// It is for something else.
    Purpose,
    /// Nobody can say whether it is revoked, or who counts; why, for the log.
    Lists(String),
    /// It does not say who its owner is, in the way that is asked for.
    Nameless,
}

impl Doubt {
    /// A word for addresses, and for the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Nothing => "none",
            Self::Untrusted(_) => "untrusted",
            Self::Expired => "expired",
            Self::Early => "early",
            Self::Revoked => "revoked",
            Self::Purpose => "purpose",
            Self::Lists(_) => "list",
            Self::Nameless => "nameless",
        }
    }

    /// What the log says besides.
    pub fn detail(&self) -> &str {
        match self {
            Self::Untrusted(why) | Self::Lists(why) => why,
            _ => "",
        }
    }
}

/// The authorities of all ways in by a certificate, by their ids. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct Trusts(Arc<HashMap<String, Arc<Trust>>>);

impl Trusts {
    /// Those of the settings.
    pub fn of(config: &Config) -> Self {
        let all = config.sign_in.certificates();
        Self(Arc::new(all.map(|one| (one.id.clone(), Arc::new(Trust::of(one)))).collect()))
    }

    /// Those of one method.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a method that is not there.
    pub fn get(&self, id: &str) -> Result<Arc<Trust>> {
        self.0.get(id).cloned().ok_or(Error::NotFound)
    }
}

/// What the browser brings back.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Back {
    state: String,
}

/// What a browser was sent for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where it goes afterwards.
    pub next: String,
    /// The session whose owner shows once more who he is; empty for a sign-in.
    pub session: String,
    /// When it was sent.
    pub begun: Timestamp,
}

/// Sends a browser to where it shows its certificate.
///
/// # Errors
/// Those of the key that seals the errand.
pub fn begin(desk: &Desk, method: &Certificate, next: &str, session: &str) -> Result<Begun> {
    let errand = Errand::new(&method.id, next, session, desk.clock.now());
    let mut address = method.address(&desk.config).map_err(|error| Error::Unexpected(error.into()))?;
    address.query_pairs_mut().append_pair("state", &errand.state);
    Ok(Begun { address, cookie: errand.sealed(desk)? })
}

/// Takes the errand of a browser that comes to show its certificate; `None`: it is not this browser's, too old, or was
/// taken before.
///
/// # Errors
/// Those of the database.
pub async fn errand(
    desk: &Desk,
    method: &Certificate,
    cookie: Option<String>,
    back: &Back,
) -> Result<Option<Wanted>> {
    let Some(errand) = Errand::of_this_browser(desk, &method.id, cookie, &back.state)? else {
        return Ok(None);
    };
    if !errand.spent(desk).await? {
        return Ok(None);
    }
    Ok(Some(Wanted { next: errand.next, session: errand.session, begun: errand.begun }))
}

/// Looks at what was shown, and says who has shown it.
///
/// # Errors
/// Why it is no proof. Everything that was read of it is said in the log.
pub fn shown(
    trust: &Trust,
    method: &Certificate,
    chain: &[CertificateDer<'_>],
    now: Timestamp,
) -> Result<Known, Doubt> {
    let looked = look(trust, method, chain, now);
    if let (Err(doubt), Some(own)) = (&looked, chain.first()) {
        let facts = Facts::of(own).ok();
        let subject = facts.as_ref().map(|facts| facts.subject.as_str()).unwrap_or_default();
        let number = facts.as_ref().map(|facts| facts.number.as_str()).unwrap_or_default();
        let (method, why, detail) = (method.id.as_str(), doubt.word(), doubt.detail());
        tracing::warn!(target: "turnstone::sign_in", method, subject, number, why, detail, "a certificate is not believed");
    }
    looked
}

fn look(
    trust: &Trust,
    method: &Certificate,
    chain: &[CertificateDer<'_>],
    now: Timestamp,
) -> Result<Known, Doubt> {
    let Some(own) = chain.first() else { return Err(Doubt::Nothing) };
    if chain.len() > CHAIN {
        return Err(Doubt::Untrusted(format!("{} certificates on the way to an authority", chain.len() - 1)));
    }
    trust.believed(chain, now)?;
    let mut facts = Facts::of(own).map_err(Doubt::Untrusted)?;
    let (key, others) = trust.issuer_keys(chain, now)?;
    facts.issuer_key = key;
    // Without a word about its purpose the library takes it for any.
    if !facts.is_for_clients {
        return Err(Doubt::Purpose);
    }
    let mut known = known(method, &facts).ok_or(Doubt::Nameless)?;
    known.earlier = others
        .into_iter()
        .filter_map(|issuer_key| Facts { issuer_key, ..facts.clone() }.known_as(method.naming))
        .collect();
    Ok(known)
}

/// The agent of whoever has shown it: tied to it, or tied or made now. A name that an agent has here stays, whatever
/// certificates call him.
///
/// # Errors
/// Those of the database.
pub async fn enter(desk: &Desk, mut known: Known) -> Result<Result<AgentId, Refusal>> {
    let (somebody, at) = (known.clone(), desk.moment());
    // Why not is found once more below, and said there.
    let _ = desk.db.write(move |tx| identities::enter(tx, &somebody, &at)).await?;
    known.name.clear();
    super::settle(desk, known).await
}

/// Whom a believed certificate is about. Its address ties nobody to an agent unless the file says that the authority
/// looks at addresses.
pub fn known(method: &Certificate, facts: &Facts) -> Option<Known> {
    let email = facts.email().filter(|_| method.trust_email).map(str::to_owned);
    Some(Known {
        method: method.id.clone(),
        subject: facts.known_as(method.naming)?,
        login: facts.login(method.naming),
        name: facts.common_name().to_owned(),
        vouched_email: email.is_some(),
        email,
        given: method.roles.given(|written| facts.has(written)),
        managed: method.roles.managed(),
        expires_at: None,
        make: method.make,
        earlier: Vec::new(),
    })
}
