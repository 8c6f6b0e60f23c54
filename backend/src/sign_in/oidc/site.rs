//! What a site says of itself: where it takes people and codes, and which keys it signs with. Fetched when it is needed,
//! kept for an hour.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mail_ingest::fetch::{Server, oauth};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use url::Url;

use super::id_token::PublicKey;
use crate::config::sign_in::{Oidc, is_protected};
use crate::error::{Sentence, say};

/// How long a description is good.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(1);
/// A token of an unknown key makes us fetch keys anew, but not more often than this.
const AGAIN: SignedDuration = SignedDuration::from_secs(5);
/// So many questions to sites at once.
static SLOTS: Semaphore = Semaphore::const_new(16);
/// More keys than this nobody has.
const KEYS: usize = 100;

/// What a site says of itself.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Description {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    #[serde(default)]
    pub end_session_endpoint: Option<String>,
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

#[derive(Deserialize)]
struct KeySet {
    #[serde(default)]
    keys: Vec<serde_json::Value>,
}

/// A description with the keys.
#[derive(Debug)]
pub(super) struct Site {
    pub description: Description,
    pub keys: Vec<PublicKey>,
    fetched: Timestamp,
}

/// What was fetched, by the site's own name: under one id another may stand by now. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Sites(Arc<Mutex<HashMap<String, Arc<Site>>>>);

impl Sites {
    /// What a site says of itself; fetched anew where it is old, or where `unknown` says that a key is missing.
    ///
    /// # Errors
    /// Why it cannot be asked, or not be believed.
    pub(super) async fn get(
        &self,
        provider: &Oidc,
        now: Timestamp,
        unknown: bool,
    ) -> Result<Arc<Site>, Sentence> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&provider.issuer).cloned();
        if let Some(site) = kept {
            let age = now.duration_since(site.fetched).abs();
            if age < if unknown { AGAIN } else { GOOD_FOR } {
                return Ok(site);
            }
        }
        let site = Arc::new(fetch(provider, now).await?);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(provider.issuer.clone(), Arc::clone(&site));
        Ok(site)
    }
}

/// Fetches description and keys.
pub(super) async fn fetch(provider: &Oidc, now: Timestamp) -> Result<Site, Sentence> {
    let address = format!("{}/.well-known/openid-configuration", provider.issuer.trim_end_matches('/'));
    let description: Description = get(provider, &address).await?;
    // Whoever describes itself under another name is somebody else.
    if description.issuer != provider.issuer {
        return Err(say!("why-site-name", said = description.issuer, name = provider.issuer));
    }
    let addresses = [
        Some(&description.authorization_endpoint),
        Some(&description.token_endpoint),
        Some(&description.jwks_uri),
        description.end_session_endpoint.as_ref(),
    ];
    if let Some(bad) = addresses.into_iter().flatten().find(|address| !may_lead(provider, address)) {
        return Err(say!("why-plain", address = bad));
    }
    let set: KeySet = get(provider, &description.jwks_uri).await?;
    // Kinds of keys that are not known are nothing to us, and no mistake.
    let keys = set.keys.into_iter().take(KEYS).filter_map(|key| serde_json::from_value(key).ok()).collect();
    Ok(Site { description, keys, fetched: now })
}

/// Whether an address may be gone to: encrypted; without that only on this machine, and only where the site itself is here,
/// so that no site sends us to what listens beside us.
fn may_lead(provider: &Oidc, address: &str) -> bool {
    let is_plain =
        |address: &str| address.get(..5).is_none_or(|scheme| !scheme.eq_ignore_ascii_case("https"));
    is_protected(address) && (!is_plain(address) || is_plain(&provider.issuer))
}

async fn get<T: DeserializeOwned>(provider: &Oidc, address: &str) -> Result<T, Sentence> {
    let answer = ask(provider, address, oauth::Ask::Get).await?;
    if answer.status != 200 {
        return Err(say!("why-status", address = address, status = answer.status));
    }
    serde_json::from_slice(&answer.body)
        .map_err(|error| say!("why-cannot-read", file = address, said = error))
}

/// Asks an address of a site: no redirects, an answer of bounded length, in bounded time.
pub(super) async fn ask(
    provider: &Oidc,
    address: &str,
    what: oauth::Ask<'_>,
) -> Result<oauth::Answer, Sentence> {
    if !may_lead(provider, address) {
        return Err(say!("why-plain", address = address));
    }
    let Ok(_slot) = SLOTS.try_acquire() else {
        return Err(say!("why-busy"));
    };
    let endpoint = endpoint(address).ok_or_else(|| say!("why-no-address", address = address))?;
    let asking = oauth::ask(&endpoint, what, provider.ca.clone(), provider.patience);
    match tokio::time::timeout(provider.patience + Duration::from_secs(1), asking).await {
        Ok(answer) => answer.map_err(|error| Sentence::from(format!("{}: {error}", endpoint.host))),
        Err(_) => Err(say!("why-host-late", host = endpoint.host)),
    }
}

fn endpoint(address: &str) -> Option<oauth::Endpoint> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
    let tls = url.scheme() == "https" || !Server::is_loopback(&host);
    let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
    Some(oauth::Endpoint {
        host,
        port: url.port_or_known_default()?,
        path: format!("{}{query}", url.path()),
        tls,
    })
}
