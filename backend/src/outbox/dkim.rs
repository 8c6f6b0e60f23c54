//! Signing what we send (RFC 6376, RFC 8463), relaxed in headers and body. The signature is part of the bytes that are
//! kept, so that a repetition carries the same one.

use anyhow::{Context as _, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject as _};
use sha2::{Digest as _, Sha256};

use crate::{
    config::{Config, Dkim},
    error::{Error, Result},
};

/// Headers that are signed where they are there. `From` stands twice in the list, so that no second one can be put in
/// front of ours.
const SIGNED: [&str; 13] = [
    "from",
    "from",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];

/// The shortest RSA key that others believe, in bytes of its modulus (RFC 8301).
const SHORTEST: usize = 128;

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

/// Signs our mails for the domain of their From.
pub struct Signer {
    key: Key,
    selector: String,
}

impl Signer {
    /// The signer that the settings ask for.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the key.
    pub fn of(config: &Config) -> anyhow::Result<Option<Self>> {
        config.dkim.as_ref().map(Self::load).transpose()
    }

    /// Reads the key.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn load(dkim: &Dkim) -> anyhow::Result<Self> {
        let file = dkim.key.display();
        let pem = std::fs::read(&dkim.key).with_context(|| format!("DKIM_KEY {file} can't be read"))?;
        let der = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| {
            anyhow::anyhow!("DKIM_KEY {file} is no private key in PEM ({error}). Make one: openssl genrsa -out {file} 2048")
        })?;
        let key = match &der {
            PrivateKeyDer::Pkcs1(key) => {
                RsaKeyPair::from_der(key.secret_pkcs1_der()).ok().map(Box::new).map(Key::Rsa)
            }
            PrivateKeyDer::Pkcs8(key) => {
                let der = key.secret_pkcs8_der();
                let rsa = RsaKeyPair::from_pkcs8(der).ok().map(Box::new).map(Key::Rsa);
                // OpenSSL writes Ed25519 keys without their public half.
                rsa.or_else(|| Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok().map(Key::Ed25519))
            }
            _ => None,
        };
        let Some(key) = key else {
            bail!(
                "DKIM_KEY {file} is neither an RSA key of 2048 to 4096 bits nor an Ed25519 key. Make one: openssl genrsa -out {file} 2048"
            );
        };
        if let Key::Rsa(rsa) = &key
            && rsa.public().modulus_len() < SHORTEST
        {
            bail!("DKIM_KEY {file} is too short to be believed. Make one: openssl genrsa -out {file} 2048");
        }
        Ok(Self { key, selector: dkim.selector.clone() })
    }

    /// Where in the DNS the key is published for a domain.
    pub fn record_name(&self, domain: &str) -> String {
        format!("{}._domainkey.{domain}", self.selector)
    }

    /// The line of a zone that publishes it: a string of the DNS holds 255 octets, so that a long key comes in several.
    pub fn zone_line(&self, domain: &str) -> String {
        const STRING: usize = 255;
        let record = self.record();
        let pieces: Vec<String> = record
            .as_bytes()
            .chunks(STRING)
            .map(|piece| format!("\"{}\"", String::from_utf8_lossy(piece)))
            .collect();
        format!("{}. TXT {}", self.record_name(domain), pieces.join(" "))
    }

    /// What is published there.
    pub fn record(&self) -> String {
        match &self.key {
            Key::Rsa(key) => {
                format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public_info(key.public().as_ref())))
            }
            Key::Ed25519(key) => {
                format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(key.public_key().as_ref()))
            }
        }
    }

    /// The mail with its signature in front.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when the key refuses.
    pub(super) fn sign(&self, mail: Vec<u8>, now: Timestamp) -> Result<Vec<u8>> {
        let end = mail.windows(4).position(|four| four == b"\r\n\r\n").map_or(mail.len(), |at| at + 2);
        let (head, body) = mail.split_at(end);
        let fields = fields(&String::from_utf8_lossy(head));
        let Some(domain) = domain_of(&fields) else { return Ok(mail) };
        let mut names: Vec<&str> = Vec::new();
        let mut text = String::new();
        for name in SIGNED {
            // Of several fields of a name the last is taken first; one that is not there is signed as missing.
            let before = names.iter().filter(|known| **known == name).count();
            let found = fields.iter().rev().filter(|(known, _)| known == name).nth(before);
            match found {
                Some((_, value)) => text.push_str(&format!("{name}:{value}\r\n")),
                None if name != "from" => continue,
                None => {}
            }
            names.push(name);
        }
        let algorithm = match self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let hash = STANDARD.encode(Sha256::digest(relaxed(body.strip_prefix(b"\r\n").unwrap_or(body))));
        let field = format!(
            "v=1; a={algorithm}; c=relaxed/relaxed; d={domain}; s={}; t={};\r\n\th={};\r\n\tbh={hash};\r\n\tb=",
            self.selector,
            now.as_second(),
            names.join(":"),
        );
        text.push_str(&format!("dkim-signature:{}", unfolded(&field)));
        let signature = self.signature(text.as_bytes())?;
        let mut signed =
            format!("DKIM-Signature: {field}{}\r\n", folded(&STANDARD.encode(signature))).into_bytes();
        signed.extend(mail);
        Ok(signed)
    }

    fn signature(&self, text: &[u8]) -> Result<Vec<u8>> {
        match &self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature)
                    .map_err(|_| Error::Unexpected(anyhow::anyhow!("the DKIM key could not sign")))?;
                Ok(signature)
            }
            // RFC 8463: the digest is what is signed.
            Key::Ed25519(key) => Ok(key.sign(&Sha256::digest(text)).as_ref().to_vec()),
        }
    }
}

/// Names in lower case and values on one line, as relaxed (RFC 6376, 3.4.2).
fn fields(head: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n").filter(|line| !line.is_empty()) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.to_owned()));
        }
    }
    for (_, value) in &mut fields {
        *value = unfolded(value);
    }
    fields
}

/// White space of any length is one blank, none at the ends.
fn unfolded(value: &str) -> String {
    value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn folded(base64: &str) -> String {
    let lines: Vec<String> =
        base64.as_bytes().chunks(72).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    lines.join("\r\n\t ")
}

/// The body as relaxed (RFC 6376, 3.4.4).
fn relaxed(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 2);
    let mut empty = 0_usize;
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut packed = Vec::with_capacity(line.len());
        for byte in line {
            match byte {
                b' ' | b'\t' if packed.last() == Some(&b' ') => {}
                b' ' | b'\t' => packed.push(b' '),
                other => packed.push(*other),
            }
        }
        if packed.last() == Some(&b' ') {
            packed.pop();
        }
        if packed.is_empty() {
            empty += 1;
            continue;
        }
        for _ in 0..empty {
            out.extend_from_slice(b"\r\n");
        }
        empty = 0;
        out.extend_from_slice(&packed);
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// The domain that the mail says it is from.
fn domain_of(fields: &[(String, String)]) -> Option<String> {
    let (_, from) = fields.iter().find(|(name, _)| name == "from")?;
    let (_, domain) = from.rsplit_once('@')?;
    let domain = domain.trim().trim_end_matches('>').to_lowercase();
    let url = url::Host::parse(&domain).ok()?;
    // Letters outside of ASCII are published in their ASCII form.
    Some(url.to_string()).filter(|domain| domain.contains('.') || domain == "localhost")
}

/// A SubjectPublicKeyInfo around an RSA key: the form in which keys are published.
fn public_info(key: &[u8]) -> Vec<u8> {
    const RSA: [u8; 15] =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let mut bits = vec![0];
    bits.extend_from_slice(key);
    let mut inner = RSA.to_vec();
    inner.extend(der(0x03, &bits));
    der(0x30, &inner)
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len().to_be_bytes();
    let significant: Vec<u8> = length.iter().copied().skip_while(|byte| *byte == 0).collect();
    match (content.len(), u8::try_from(significant.len())) {
        (short @ 0..=127, _) => out.extend(u8::try_from(short)),
        (_, Ok(count)) => {
            out.push(0x80 | count);
            out.extend(significant);
        }
        (_, Err(_)) => {}
    }
    out.extend_from_slice(content);
    out
}
