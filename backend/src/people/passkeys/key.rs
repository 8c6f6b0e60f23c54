//! The public half of a passkey (a COSE key, RFC 9053), and whether something was signed with the other half.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::cbor::{Item, read};

const ES256: i64 = -7;
const ED_DSA: i64 = -8;
const RS256: i64 = -257;
/// What is asked for when a passkey is made, the best first: all that `ring` checks and authenticators are known to have.
pub(super) const ALGORITHMS: [i64; 3] = [ES256, ED_DSA, RS256];

/// A public key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Public {
    /// ECDSA on P-256: the point, uncompressed.
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
}

impl Public {
    /// The key that stands at the beginning, and what comes behind it.
    pub(super) fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (map, rest) = read(bytes)?;
        let number = |key: i64| map.at(key).and_then(Item::number);
        let coordinate = |key: i64| map.at(key).and_then(Item::bytes).filter(|bytes| bytes.len() == 32);
        let key = match (number(1)?, number(3)?) {
            (2, ES256) if number(-1)? == 1 => Self::P256([&[4], coordinate(-2)?, coordinate(-3)?].concat()),
            (1, ED_DSA) if number(-1)? == 6 => Self::Ed25519(coordinate(-2)?.to_vec()),
            (3, RS256) => Self::Rsa {
                // What `ring` checks with: 2048 to 8192 bits.
                modulus: map
                    .at(-1)
                    .and_then(Item::bytes)
                    .filter(|n| (256..=1024).contains(&n.len()))?
                    .to_vec(),
                exponent: map.at(-2).and_then(Item::bytes).filter(|e| (1..=8).contains(&e.len()))?.to_vec(),
            },
            _ => return None,
        };
        Some((key, rest))
    }

    /// Whether this key's other half signed the message.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let checked = match self {
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::Rsa { modulus, exponent } => {
                let key = RsaPublicKeyComponents { n: modulus, e: exponent };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        checked.is_ok()
    }
}
