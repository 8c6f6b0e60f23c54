//! Signing mails as a sender's server does (RFC 6376, RFC 8463).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;

/// A key of a domain, made for one test.
#[derive(Debug)]
pub struct Signer {
    pkcs8: Vec<u8>,
    domain: String,
}

impl Signer {
    /// A new key for `domain`, under the selector `test`.
    pub fn new(domain: &str) -> Self {
        let pkcs8 = Ed25519Key::generate_pkcs8().expect("a key");
        Self { pkcs8, domain: domain.to_owned() }
    }

    fn key(&self) -> Ed25519Key {
        Ed25519Key::from_pkcs8_der(&self.pkcs8).expect("the key that was made")
    }

    /// The name under which the public key is published.
    pub fn name(&self) -> String {
        format!("test._domainkey.{}", self.domain)
    }

    /// What is published there.
    pub fn record(&self) -> String {
        format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(self.key().public_key()))
    }

    /// The mail with a signature above it.
    pub fn sign(&self, mail: &[u8]) -> Vec<u8> {
        let signer = DkimSigner::from_key(self.key()).domain(&self.domain).selector("test");
        let signature =
            signer.headers(["From", "To", "Subject", "Message-ID"]).sign(mail).expect("a signature");
        [signature.to_header().as_bytes(), mail].concat()
    }
}
