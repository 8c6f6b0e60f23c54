//! Signed reply addresses: `support+TOKEN@…` names the ticket to which an answer belongs, and proves that its writer got
//! a mail of ours. A mail program that drops every header still answers to this address.
//!
//! A token is always 32 characters: the number of the key, the ticket, and 96 bits of an HMAC-SHA256 over both. With 31
//! characters left for the queue's own name it fits into a local part, and a wrong one is no address detail of ours at
//! all: such a mail is matched by other means.
//!
//! Keys lie in the database, because all nodes need them and they must outlive a move to another machine. A new one is
//! made each 90 days; an old one is accepted for 400 days after it was replaced.

use diesel::prelude::*;
use hmac::{Hmac, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::{
    clock::random_bytes,
    db::{Conn, Direct, TicketId, Tx, backend, hex, schema::settings},
    error::Result,
};

/// The setting that holds the keys.
const SETTING: &str = "reply_keys";
/// After so long a new key signs.
const SIGNS: SignedDuration = SignedDuration::from_hours(90 * 24);
/// For so long after it was replaced a key is accepted.
const ACCEPTED: SignedDuration = SignedDuration::from_hours(400 * 24);
/// Bytes of the HMAC in a token.
const MAC: usize = 12;
/// Bytes of a token: key, ticket, HMAC.
const BYTES: usize = 1 + 7 + MAC;
/// Characters of a token.
const TOKEN: usize = BYTES * 8 / 5;
/// The longest local part (RFC 5321, 4.5.3.1.1).
const LONGEST: usize = 64;
/// Local parts are compared without case: RFC 4648's alphabet in small letters.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

#[derive(Clone, Serialize, Deserialize)]
struct Key {
    id: u8,
    since: Timestamp,
    /// In hexadecimal.
    key: String,
}

/// The keys of an installation, the oldest first.
#[derive(Clone, Default)]
pub(crate) struct Keys(Vec<Key>);

impl Keys {
    /// Reads them.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn load(conn: &mut Conn) -> Result<Self> {
        let text: Option<String> =
            settings::table.find(SETTING).select(settings::value).row(conn).optional()?;
        // Keys that cannot be read are made anew; what was signed with them is matched by other means.
        Ok(Self(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()))
    }

    /// The address at which answers about this ticket are asked for; `None` where no token fits, or there is no key yet.
    pub(crate) fn address(&self, address: &str, ticket: TicketId) -> Option<String> {
        let (local, domain) = address.rsplit_once('@')?;
        if local.starts_with('"') || local.len() + 1 + TOKEN > LONGEST {
            return None;
        }
        let key = self.0.last()?;
        let mut token = vec![key.id];
        token.extend(ticket.0.to_be_bytes().get(1..)?);
        let mac = mac(key, &token);
        token.extend(mac.get(..MAC)?);
        Some(format!("{local}+{}@{domain}", encode(&token)))
    }

    /// The ticket that an address names with a good signature.
    pub(crate) fn ticket(&self, address: &str) -> Option<TicketId> {
        let token = decode(detail(address)?)?;
        let (signed, given) = token.split_at_checked(BYTES - MAC)?;
        let (id, ticket) = signed.split_first()?;
        let key = self.0.iter().rev().find(|key| key.id == *id)?;
        let expected = mac(key, signed);
        if !bool::from(expected.get(..MAC)?.ct_eq(given)) {
            return None;
        }
        Some(TicketId(ticket.iter().fold(0, |number, byte| (number << 8) | i64::from(*byte))))
    }
}

/// Whether an address has the shape of a signed one: worth reading the keys for.
pub(crate) fn is_shaped(address: &str) -> bool {
    detail(address).is_some_and(|detail| decode(detail).is_some())
}

/// Makes the first key, and a new one when it is time.
///
/// # Errors
/// Those of the database.
pub(crate) fn rotate(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    let fresh = |keys: &Keys| keys.0.last().is_some_and(|key| now.duration_since(key.since) < SIGNS);
    if fresh(&Keys::load(tx)?) {
        return Ok(());
    }
    backend::one_at_a_time(tx, SETTING)?;
    let mut keys = Keys::load(tx)?;
    if fresh(&keys) {
        return Ok(());
    }
    let id = keys.0.last().map_or(0, |key| key.id.wrapping_add(1));
    keys.0.push(Key { id, since: now, key: hex(&random_bytes::<32>()) });
    // A key is accepted from the moment of its successor on for a while.
    let ends: Vec<Option<Timestamp>> =
        keys.0.iter().skip(1).map(|next| Some(next.since)).chain([None]).collect();
    let kept = keys
        .0
        .into_iter()
        .zip(ends)
        .filter(|(_, replaced)| replaced.is_none_or(|replaced| now.duration_since(replaced) < ACCEPTED));
    let kept: Vec<Key> = kept.map(|(key, _)| key).collect();
    backend::put_setting(tx, SETTING, &serde_json::to_string(&kept)?)
}

fn mac(key: &Key, signed: &[u8]) -> Vec<u8> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key.key.as_bytes()).expect("a key of any length");
    mac.update(b"reply\n");
    mac.update(signed);
    mac.finalize().into_bytes().to_vec()
}

/// What stands behind the last `+` of a local part, where it has a token's length.
fn detail(address: &str) -> Option<&str> {
    let (local, _) = address.rsplit_once('@')?;
    let (_, detail) = local.rsplit_once('+')?;
    (detail.len() == TOKEN).then_some(detail)
}

fn encode(bytes: &[u8]) -> String {
    let (mut text, mut bits, mut held) = (String::with_capacity(TOKEN), 0_u32, 0_u32);
    for byte in bytes {
        (held, bits) = ((held << 8) | u32::from(*byte), bits + 8);
        while bits >= 5 {
            bits -= 5;
            let at = usize::try_from((held >> bits) & 31).unwrap_or(0);
            text.push(ALPHABET.get(at).map_or('a', |letter| char::from(*letter)));
        }
        held &= (1 << bits) - 1;
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(BYTES), 0_u32, 0_u32);
    for letter in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == letter.to_ascii_lowercase())?;
        (held, bits) = ((held << 5) | u32::try_from(value).ok()?, bits + 5);
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    (bytes.len() == BYTES).then_some(bytes)
}
