//! An authenticator in the test's own process: it keeps passkeys, signs as a browser and a key together would, and lies where
//! the test says so.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Somebody touched it.
pub const PRESENT: u8 = 1;
/// It made sure who.
pub const VERIFIED: u8 = 1 << 2;
/// A key comes along.
pub const HAS_KEY: u8 = 1 << 6;
/// Extensions come along.
pub const HAS_MORE: u8 = 1 << 7;

/// What it signs with.
pub enum Key {
    /// As nearly all do.
    P256(EcdsaKeyPair),
    /// As some do.
    Ed25519(Ed25519KeyPair),
    /// As old ones do.
    Rsa(Box<RsaKeyPair>),
}

impl Key {
    /// A new one on P-256.
    pub fn p256() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random);
        Self::P256(pair.unwrap())
    }

    /// A new one on Ed25519.
    pub fn ed25519() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::P256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
                signature
            }
        }
    }

    fn cose(&self) -> Vec<u8> {
        match self {
            Self::P256(pair) => {
                let point = pair.public_key().as_ref();
                map(&[
                    (number(1), number(2)),
                    (number(3), number(-7)),
                    (number(-1), number(1)),
                    (number(-2), bytes(&point[1..33])),
                    (number(-3), bytes(&point[33..])),
                ])
            }
            Self::Ed25519(pair) => map(&[
                (number(1), number(1)),
                (number(3), number(-8)),
                (number(-1), number(6)),
                (number(-2), bytes(pair.public_key().as_ref())),
            ]),
            Self::Rsa(pair) => {
                let public = pair.public();
                let parts = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(public);
                map(&[
                    (number(1), number(3)),
                    (number(3), number(-257)),
                    (number(-1), bytes(&parts.n)),
                    (number(-2), bytes(&parts.e)),
                ])
            }
        }
    }
}

fn head(kind: u8, n: u64) -> Vec<u8> {
    let kind = kind << 5;
    match n {
        0..24 => vec![kind | u8::try_from(n).unwrap()],
        24..256 => vec![kind | 24, u8::try_from(n).unwrap()],
        _ => [&[kind | 25][..], &u16::try_from(n).unwrap().to_be_bytes()].concat(),
    }
}

fn number(n: i64) -> Vec<u8> {
    if n < 0 { head(1, u64::try_from(-1 - n).unwrap()) } else { head(0, u64::try_from(n).unwrap()) }
}

fn bytes(of: &[u8]) -> Vec<u8> {
    [head(2, of.len() as u64), of.to_vec()].concat()
}

fn text(of: &str) -> Vec<u8> {
    [head(3, of.len() as u64), of.as_bytes().to_vec()].concat()
}

fn map(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut all = head(5, entries.len() as u64);
    for (key, value) in entries {
        all.extend_from_slice(key);
        all.extend_from_slice(value);
    }
    all
}

/// Bytes as our pages and script write them.
pub fn written(of: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(of)
}

/// One passkey and the browser around it. What it says can be changed, so that it lies as an attacker would.
#[derive(Clone)]
pub struct Authenticator {
    /// What it signs with.
    pub key: Arc<Key>,
    /// Under which it knows its key.
    pub credential: Vec<u8>,
    /// What it calls its owner, once it was made: base64url.
    pub handle: Option<String>,
    /// The site it believes to be on; the page said so.
    pub site: String,
    /// The page's address.
    pub origin: String,
    /// What it says of whoever touched it.
    pub flags: u8,
    /// What it counts; nought where it does not.
    pub counter: u32,
    /// The purpose that the browser writes down, where it lies about it.
    pub kind: Option<&'static str>,
    /// What is between the head and the end: extensions.
    pub more: Vec<u8>,
    /// Whether the page says that it stands in a frame of another.
    pub framed: bool,
}

impl Authenticator {
    /// A new one, in a browser at this address.
    pub fn new(origin: &str) -> Self {
        let site = url::Url::parse(origin).unwrap().host_str().unwrap().to_owned();
        let mut credential = [0_u8; 32];
        ring::rand::SecureRandom::fill(&SystemRandom::new(), &mut credential).unwrap();
        Self {
            key: Arc::new(Key::p256()),
            credential: credential.to_vec(),
            handle: None,
            site,
            origin: origin.to_owned(),
            flags: PRESENT | VERIFIED,
            counter: 0,
            kind: None,
            more: Vec::new(),
            framed: false,
        }
    }

    fn client(&self, kind: &str, challenge: &str) -> Vec<u8> {
        let kind = self.kind.unwrap_or(kind);
        let said = json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.framed });
        said.to_string().into_bytes()
    }

    fn authenticator(&self, flags: u8) -> Vec<u8> {
        let mut all = Sha256::digest(self.site.as_bytes()).to_vec();
        let more = if self.more.is_empty() { 0 } else { HAS_MORE };
        all.push(self.flags | flags | more);
        all.extend_from_slice(&self.counter.to_be_bytes());
        all
    }

    /// `navigator.credentials.create` with what the server asks for: what our script sends.
    pub fn make(&mut self, options: &Value) -> String {
        self.handle = options["user"]["id"].as_str().map(str::to_owned);
        let client = self.client("webauthn.create", options["challenge"].as_str().unwrap());
        let mut said = self.authenticator(HAS_KEY);
        said.extend_from_slice(&[0; 16]);
        said.extend_from_slice(&u16::try_from(self.credential.len()).unwrap().to_be_bytes());
        said.extend_from_slice(&self.credential);
        said.extend_from_slice(&self.key.cose());
        said.extend_from_slice(&self.more);
        let object = map(&[
            (text("fmt"), text("none")),
            (text("attStmt"), map(&[])),
            (text("authData"), bytes(&said)),
        ]);
        json!({ "clientDataJSON": written(&client), "attestationObject": written(&object) }).to_string()
    }

    /// `navigator.credentials.get`.
    pub fn show(&self, options: &Value) -> String {
        self.signed(options, &self.key)
    }

    /// The same, signed with another key.
    pub fn signed(&self, options: &Value, key: &Key) -> String {
        let client = self.client("webauthn.get", options["challenge"].as_str().unwrap());
        let mut said = self.authenticator(0);
        said.extend_from_slice(&self.more);
        let message = [said.as_slice(), &Sha256::digest(&client)].concat();
        json!({
            "id": written(&self.credential), "clientDataJSON": written(&client),
            "authenticatorData": written(&said), "signature": written(&key.sign(&message)),
            "userHandle": self.handle,
        })
        .to_string()
    }
}
