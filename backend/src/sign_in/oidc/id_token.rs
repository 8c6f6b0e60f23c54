//! Is this token what it claims to be (OpenID Connect Core, 3.1.3.7): signed by a key of the site, made for us, for this
//! errand, and for now. Two algorithms, RS256 and ES256, which every provider has; with what `ring` gives and nothing
//! else, because a library for all of OpenID Connect would bring an HTTP client and a second set of cryptography.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature;
use serde::Deserialize;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

/// The longest token, in bytes.
const LONGEST: usize = 64 * 1024;
/// So far may two clocks differ, in seconds.
const SKEW: i64 = 60;
/// A token for a sign-in that began minutes ago is no older than this, in seconds.
const OLDEST: i64 = 3_600;

/// A key of a site, as it publishes it (RFC 7517).
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PublicKey {
    /// RSA or EC.
    #[serde(default)]
    pub kty: String,
    /// Its name.
    #[serde(default)]
    pub kid: Option<String>,
    /// `sig`, where it says so.
    #[serde(default, rename = "use")]
    pub usage: Option<String>,
    /// For which algorithm, where it says so.
    #[serde(default)]
    pub alg: Option<String>,
    /// RSA: the modulus.
    #[serde(default)]
    pub n: String,
    /// RSA: the exponent.
    #[serde(default)]
    pub e: String,
    /// EC: the curve.
    #[serde(default)]
    pub crv: String,
    /// EC: the point.
    #[serde(default)]
    pub x: String,
    /// EC: the point.
    #[serde(default)]
    pub y: String,
}

/// What a token has to be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Who has to have made it.
    pub issuer: &'a str,
    /// For whom.
    pub audience: &'a str,
    /// For which errand.
    pub nonce: &'a str,
    /// Now, in seconds since 1970.
    pub now: i64,
}

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// It is no token.
    #[error("it cannot be read")]
    Form,
    /// It is signed in a way that is not believed: not at all, with a shared secret, or otherwise.
    #[error("it is not signed with RS256 or ES256")]
    Algorithm,
    /// The site publishes no such key. It may have a new one.
    #[error("the site publishes no key that it is signed with")]
    Key,
    /// The signature is not of that key.
    #[error("its signature is not right")]
    Signature,
    /// Somebody else made it.
    #[error("it is of another issuer")]
    Issuer,
    /// It is for somebody else.
    #[error("it is for another audience")]
    Audience,
    /// It belongs to another errand.
    #[error("its nonce is another")]
    Nonce,
    /// It is over, or of the future.
    #[error("it is not of now")]
    Time,
    /// It names nobody.
    #[error("it names nobody")]
    Subject,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

/// What a token says, once it is believed.
pub type Claims = Map<String, Value>;

/// Reads a token and believes it, or says why not.
///
/// # Errors
/// The first doubt.
pub fn believed(token: &str, keys: &[PublicKey], expected: &Expected<'_>) -> Result<Claims, Doubt> {
    if token.len() > LONGEST {
        return Err(Doubt::Form);
    }
    let mut parts = token.split('.');
    let (Some(head), Some(body), Some(mark), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Doubt::Form);
    };
    let header: Header = serde_json::from_slice(&bytes(head)?).map_err(|_| Doubt::Form)?;
    if header.crit.is_some() {
        // Something that has to be understood, and is not.
        return Err(Doubt::Form);
    }
    let kind = match header.alg.as_str() {
        "RS256" => "RSA",
        "ES256" => "EC",
        _ => return Err(Doubt::Algorithm),
    };
    let key = fitting(keys, kind, &header)?;
    let signed = token.get(..head.len() + 1 + body.len()).ok_or(Doubt::Form)?;
    check(key, kind, signed.as_bytes(), &bytes(mark)?)?;
    let claims: Claims = serde_json::from_slice(&bytes(body)?).map_err(|_| Doubt::Form)?;
    compare(&claims, expected)?;
    Ok(claims)
}

fn bytes(text: &str) -> Result<Vec<u8>, Doubt> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Doubt::Form)
}

/// The key that a token names; where it names none, the only one of its kind.
fn fitting<'a>(keys: &'a [PublicKey], kind: &str, header: &Header) -> Result<&'a PublicKey, Doubt> {
    let mut found = keys.iter().filter(|key| {
        key.kty == kind
            && key.usage.as_deref().is_none_or(|usage| usage == "sig")
            && key.alg.as_deref().is_none_or(|alg| alg == header.alg)
            && (header.kid.is_none() || key.kid == header.kid)
    });
    match (found.next(), found.next()) {
        (Some(key), None) => Ok(key),
        _ => Err(Doubt::Key),
    }
}

fn check(key: &PublicKey, kind: &str, signed: &[u8], mark: &[u8]) -> Result<(), Doubt> {
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Doubt::Key);
    let good = if kind == "RSA" {
        // Modulus and exponent as numbers: zeros in front are no part of them.
        let (n, e) = (part(&key.n)?, part(&key.e)?);
        let plain = |number: &[u8]| -> Vec<u8> { number.iter().copied().skip_while(|b| *b == 0).collect() };
        let public = signature::RsaPublicKeyComponents { n: plain(&n), e: plain(&e) };
        public.verify(&signature::RSA_PKCS1_2048_8192_SHA256, signed, mark)
    } else {
        let (x, y) = (part(&key.x)?, part(&key.y)?);
        if key.crv != "P-256" || x.len() != 32 || y.len() != 32 {
            return Err(Doubt::Key);
        }
        let point = [&[4_u8][..], &x, &y].concat();
        signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(signed, mark)
    };
    good.map_err(|_| Doubt::Signature)
}

fn compare(claims: &Claims, expected: &Expected<'_>) -> Result<(), Doubt> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(Doubt::Issuer);
    }
    let audiences: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let party = claims.get("azp");
    let ours = audiences.contains(&expected.audience)
        && (audiences.len() == 1 || party.is_some())
        && party.is_none_or(|party| party.as_str() == Some(expected.audience));
    if !ours {
        return Err(Doubt::Audience);
    }
    let nonce = text("nonce").unwrap_or_default();
    if expected.nonce.is_empty() || !bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
        return Err(Doubt::Nonce);
    }
    let now = expected.now;
    let end = moment(claims, "exp").ok_or(Doubt::Time)?;
    let made = moment(claims, "iat").ok_or(Doubt::Time)?;
    let from = moment(claims, "nbf").unwrap_or(made);
    if end <= now - SKEW || made > now + SKEW || from > now + SKEW || made < now - OLDEST {
        return Err(Doubt::Time);
    }
    match text("sub") {
        Some(subject) if !subject.is_empty() && subject.len() <= 255 => Ok(()),
        _ => Err(Doubt::Subject),
    }
}

/// A moment in whole seconds since 1970.
pub(super) fn moment(claims: &Claims, name: &str) -> Option<i64> {
    let value = claims.get(name)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what is no second of our time is refused by comparison"
    )]
    let cut = value.as_f64().map(|seconds| seconds as i64);
    value.as_i64().or(cut)
}
