//! OpenID Connect: another site vouches for somebody. Our browser takes an errand there and back; the errand is bound to
//! the browser by a sealed cookie, to the site's answer by `state`, to its token by `nonce`, and to us by PKCE.

pub mod id_token;
mod site;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mail_ingest::fetch::oauth::Ask;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use self::id_token::{Claims, Doubt, Expected};
pub use self::site::Sites;
use super::errand::{Begun, Errand};
use crate::{
    config::{Config, sign_in::Oidc},
    desk::Desk,
    error::{Error, Result, Sentence, say},
    people::identities::Known,
};

/// A password that was given there so long ago counts as given now, in seconds.
const JUST_NOW: u64 = 120;
/// More values of a claim than this count for nothing.
const VALUES: usize = 1_000;

/// What the browser brings back.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Back {
    code: String,
    state: String,
    iss: Option<String>,
    error: String,
}

/// Somebody for whom the site vouches.
#[derive(Clone, Debug)]
pub struct Vouched {
    /// Who.
    pub known: Known,
    /// Where he wanted to go.
    pub next: String,
    /// The session whose owner has given his password once more; empty for a sign-in.
    pub session: String,
}

/// Why nobody comes in.
#[derive(Debug)]
pub enum Trouble {
    /// The errand is not of this browser, too old, or has come back already.
    Errand,
    /// The site says no.
    Denied,
    /// It cannot be asked.
    Away(String),
    /// What it says is not believed.
    Doubt(String),
    /// It does not vouch for the address.
    Email,
    /// A fault of ours.
    Ours(Error),
}

impl Trouble {
    /// It cannot be asked; in English, for the log.
    fn away(why: Sentence) -> Self {
        Self::Away(why.to_string())
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

/// Where the site sends browsers back to.
///
/// # Errors
/// Never for a checked configuration.
pub fn return_address(config: &Config, provider: &Oidc) -> Result<Url> {
    let path = format!("/login/with/{}/callback", provider.id);
    config.public_url.join(&path).map_err(|error| Error::Unexpected(error.into()))
}

/// Begins an errand. With a session its owner is asked for his password again, whatever he did there before.
///
/// # Errors
/// [`Trouble::Away`] where the site does not say what it is.
pub async fn begin(
    desk: &Desk,
    sites: &Sites,
    provider: &Oidc,
    next: &str,
    session: &str,
) -> Result<Begun, Trouble> {
    let now = desk.clock.now();
    let site = sites.get(provider, now, false).await.map_err(Trouble::away)?;
    let errand = Errand::new(&provider.id, next, session, now);
    let mut address = Url::parse(&site.description.authorization_endpoint)
        .map_err(|error| Trouble::Away(error.to_string()))?;
    let back = return_address(&desk.config, provider)?;
    address
        .query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &provider.client_id)
        .append_pair("redirect_uri", back.as_str())
        .append_pair("scope", &provider.scopes.join(" "))
        .append_pair("state", &errand.state)
        .append_pair("nonce", &errand.nonce)
        .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(errand.verifier.as_bytes())))
        .append_pair("code_challenge_method", "S256");
    if !session.is_empty() {
        address.query_pairs_mut().append_pair("prompt", "login").append_pair("max_age", "0");
    }
    Ok(Begun { address, cookie: errand.sealed(desk)? })
}

/// Takes an errand that comes back.
///
/// # Errors
/// Why nobody comes in.
pub async fn finish(
    desk: &Desk,
    sites: &Sites,
    provider: &Oidc,
    cookie: Option<String>,
    back: Back,
) -> Result<Vouched, Trouble> {
    let errand = Errand::of_this_browser(desk, &provider.id, cookie, &back.state)?.ok_or(Trouble::Errand)?;
    if !errand.spent(desk).await? {
        return Err(Trouble::Errand);
    }
    let now = desk.clock.now();
    let site = sites.get(provider, now, false).await.map_err(Trouble::away)?;
    // A site that answers in the place of another: the code is not for it.
    let must_say = site.description.authorization_response_iss_parameter_supported;
    match &back.iss {
        Some(issuer) if *issuer != provider.issuer => {
            return Err(Trouble::Doubt("the answer is of another issuer".to_owned()));
        }
        None if must_say => return Err(Trouble::Doubt("the answer does not say whose it is".to_owned())),
        _ => {}
    }
    if !back.error.is_empty() || back.code.is_empty() {
        return Err(Trouble::Denied);
    }
    let token = redeem(desk, provider, &site.description, &back.code, &errand.verifier).await?;
    let expected = Expected {
        issuer: &provider.issuer,
        audience: &provider.client_id,
        nonce: &errand.nonce,
        now: now.as_second(),
    };
    let mut believed = id_token::believed(&token, &site.keys, &expected);
    if believed == Err(Doubt::Key) {
        // The site may sign with a new key.
        let fresh = sites.get(provider, now, true).await.map_err(Trouble::away)?;
        believed = id_token::believed(&token, &fresh.keys, &expected);
    }
    let claims = believed.map_err(|doubt| Trouble::Doubt(format!("the token is not believed: {doubt}")))?;
    if !errand.session.is_empty() {
        let given = id_token::moment(&claims, "auth_time");
        if given.is_none_or(|at| now.as_second().abs_diff(at) > JUST_NOW) {
            return Err(Trouble::Doubt("the password was not given again".to_owned()));
        }
    }
    let known = known(provider, &claims)?;
    Ok(Vouched { known, next: errand.next, session: errand.session })
}

#[derive(Deserialize)]
struct Redeemed {
    id_token: Option<String>,
}

/// Gives the code back for a token, at the site itself.
async fn redeem(
    desk: &Desk,
    provider: &Oidc,
    description: &site::Description,
    code: &str,
    verifier: &str,
) -> Result<String, Trouble> {
    let back = return_address(&desk.config, provider)?;
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", back.as_str())
        .append_pair("code_verifier", verifier);
    let methods = description.token_endpoint_auth_methods_supported.as_deref();
    // Nothing said is the header (Discovery, 3).
    let in_form = methods.is_some_and(|all| {
        all.iter().any(|one| one == "client_secret_post")
            && !all.iter().any(|one| one == "client_secret_basic")
    });
    let secret = provider.client_secret.reveal();
    let who = if in_form {
        form.append_pair("client_id", &provider.client_id).append_pair("client_secret", secret);
        None
    } else {
        let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let both = format!("{}:{}", encoded(&provider.client_id), encoded(secret));
        Some(format!("Basic {}", STANDARD.encode(both)))
    };
    let form = form.finish();
    let answer = site::ask(provider, &description.token_endpoint, Ask::Post(&form, who.as_deref()))
        .await
        .map_err(Trouble::away)?;
    if answer.status != 200 {
        let said: String = String::from_utf8_lossy(&answer.body)
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(200)
            .collect();
        return Err(Trouble::Doubt(format!("the code was not taken: {} {said}", answer.status)));
    }
    let redeemed: Redeemed = serde_json::from_slice(&answer.body)
        .map_err(|_| Trouble::Doubt("the answer to the code cannot be read".to_owned()))?;
    redeemed.id_token.ok_or_else(|| Trouble::Doubt("no id_token came for the code".to_owned()))
}

/// Who a believed token is about.
fn known(provider: &Oidc, claims: &Claims) -> Result<Known, Trouble> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default();
    // Some write the word.
    let verified = match claims.get("email_verified") {
        Some(Value::Bool(yes)) => *yes,
        Some(Value::String(word)) => word == "true",
        Some(_) => false,
        None => provider.trust_email,
    };
    let email = text("email");
    if email.is_empty() || !verified {
        return Err(Trouble::Email);
    }
    let login = [text("preferred_username"), email].into_iter().find(|login| !login.is_empty());
    let has = values(claims, &provider.roles_claim);
    Ok(Known {
        method: provider.issuer.clone(),
        subject: text("sub").to_owned(),
        login: login.unwrap_or_default().to_owned(),
        name: text("name").to_owned(),
        email: Some(email.to_owned()),
        vouched_email: true,
        given: provider.roles.given(|group| has.iter().any(|value| value == group)),
        managed: provider.roles.managed(),
        expires_at: None,
        make: provider.make,
        earlier: Vec::new(),
    })
}

/// The values of a claim; a dot leads into it, as in `realm_access.roles`, where no claim is called so.
fn values(claims: &Claims, name: &str) -> Vec<String> {
    let mut at = claims.get(name);
    if at.is_none() {
        let mut parts = name.split('.');
        at = parts.next().and_then(|first| claims.get(first));
        for part in parts {
            at = at.and_then(|value| value.get(part));
        }
    }
    match at {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(all)) => {
            all.iter().take(VALUES).filter_map(|value| value.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

/// Where somebody ends his session at the site as well; `None`: it has no such place.
///
/// # Errors
/// [`Trouble::Away`] where the site does not say what it is.
pub async fn farewell(desk: &Desk, sites: &Sites, provider: &Oidc) -> Result<Option<Url>, Trouble> {
    let site = sites.get(provider, desk.clock.now(), false).await.map_err(Trouble::away)?;
    let Some(address) = &site.description.end_session_endpoint else { return Ok(None) };
    let mut address = Url::parse(address).map_err(|error| Trouble::Away(error.to_string()))?;
    let back = desk.config.public_url.join("/login").map_err(|error| Error::Unexpected(error.into()))?;
    address
        .query_pairs_mut()
        .append_pair("client_id", &provider.client_id)
        .append_pair("post_logout_redirect_uri", back.as_str());
    Ok(Some(address))
}

/// Whether a site says what it is, and has a key that tokens can be signed with.
///
/// # Errors
/// Why not.
pub async fn probe(provider: &Oidc) -> Result<(), Sentence> {
    let site = site::fetch(provider, jiff::Timestamp::UNIX_EPOCH).await?;
    let usable = |key: &id_token::PublicKey| key.kty == "RSA" || (key.kty == "EC" && key.crv == "P-256");
    if site.keys.iter().any(usable) { Ok(()) } else { Err(say!("why-no-key")) }
}
