//! What a browser brings of an authenticator (WebAuthn level 3, sections 7.1 and 7.2), and whether it is believed. Nothing
//! here asks the database: whose passkey it is, and whether the challenge is one of ours, comes before.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use serde::Deserialize;

use super::{
    cbor::{Item, read},
    key::Public,
    site::Site,
};

/// Why something is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It cannot be read.
    Form,
    /// Its challenge is not one of ours that waits, for this purpose and this browser.
    Challenge,
    /// It was made for something else: to make a passkey instead of showing one, or the other way round.
    Kind,
    /// It was made for a page at another address.
    Origin,
    /// It was made for another site's passkey.
    Site,
    /// Nobody touched the authenticator.
    Presence,
    /// The authenticator did not make sure who touched it.
    Verification,
    /// There is no such passkey here.
    Unknown,
    /// It is somebody else's.
    NotHis,
    /// The signature is not that of the passkey.
    Signature,
    /// The authenticator has counted further before: there are two of it.
    Counter,
    /// This passkey is kept already.
    Taken,
}

impl Doubt {
    /// The word in the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Form => "unreadable",
            Self::Challenge => "challenge",
            Self::Kind => "kind",
            Self::Origin => "origin",
            Self::Site => "site",
            Self::Presence => "presence",
            Self::Verification => "verification",
            Self::Unknown => "unknown",
            Self::NotHis => "not his",
            Self::Signature => "signature",
            Self::Counter => "counter",
            Self::Taken => "taken",
        }
    }
}

/// Bytes as browsers and we write them: base64url without padding.
pub(super) fn plain(text: &str) -> Result<Vec<u8>, Doubt> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Doubt::Form)
}

/// The other way round.
pub(super) fn written(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the browser says of the ceremony; the authenticator has signed a hash of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Client {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

impl Client {
    fn read(bytes: &[u8]) -> Result<Self, Doubt> {
        serde_json::from_slice(bytes).map_err(|_| Doubt::Form)
    }

    fn check(&self, site: &Site, kind: &str) -> Result<(), Doubt> {
        if self.kind != kind {
            return Err(Doubt::Kind);
        }
        // Our pages are framed by nobody.
        if self.origin != site.origin || self.cross_origin || self.top_origin.is_some() {
            return Err(Doubt::Origin);
        }
        Ok(())
    }
}

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const CAN_BE_COPIED: u8 = 1 << 3;
const IS_COPIED: u8 = 1 << 4;
const HAS_KEY: u8 = 1 << 6;
const HAS_MORE: u8 = 1 << 7;

/// What is kept of what an authenticator says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// How far it has counted.
    pub counter: u32,
    /// Whether the passkey may be copied to other devices of its owner; that never changes.
    pub can_be_copied: bool,
    /// Whether it has been.
    pub is_copied: bool,
}

/// What the authenticator says.
struct Authenticator<'a> {
    flags: u8,
    counter: u32,
    rest: &'a [u8],
}

impl<'a> Authenticator<'a> {
    fn read(bytes: &'a [u8]) -> Result<(&'a [u8], Self), Doubt> {
        let (site, rest) = bytes.split_at_checked(32).ok_or(Doubt::Form)?;
        let (flags, rest) = rest.split_first().ok_or(Doubt::Form)?;
        let (counter, rest) = rest.split_first_chunk::<4>().ok_or(Doubt::Form)?;
        Ok((site, Self { flags: *flags, counter: u32::from_be_bytes(*counter), rest }))
    }

    fn check(bytes: &'a [u8], site: &Site, verified: bool) -> Result<Self, Doubt> {
        let (hash, this) = Self::read(bytes)?;
        if hash != digest(&SHA256, site.id.as_bytes()).as_ref() {
            return Err(Doubt::Site);
        }
        if this.flags & PRESENT == 0 {
            return Err(Doubt::Presence);
        }
        if verified && this.flags & VERIFIED == 0 {
            return Err(Doubt::Verification);
        }
        if this.flags & IS_COPIED != 0 && this.flags & CAN_BE_COPIED == 0 {
            return Err(Doubt::Form);
        }
        Ok(this)
    }

    fn told(&self) -> Said {
        let (can, is) = (self.flags & CAN_BE_COPIED != 0, self.flags & IS_COPIED != 0);
        Said { counter: self.counter, can_be_copied: can, is_copied: is }
    }

    /// Extensions: none is asked for, so that they are read over, and nothing may come behind.
    fn ends(&self, rest: &[u8]) -> Result<(), Doubt> {
        let rest = match self.flags & HAS_MORE {
            0 => rest,
            _ => match read(rest) {
                Some((Item::Map(_), rest)) => rest,
                _ => return Err(Doubt::Form),
            },
        };
        if rest.is_empty() { Ok(()) } else { Err(Doubt::Form) }
    }
}

/// A passkey that was shown: `navigator.credentials.get`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ShownText {
    id: String,
    #[serde(rename = "clientDataJSON")]
    client: String,
    authenticator_data: String,
    signature: String,
    user_handle: Option<String>,
}

/// A passkey that was shown, as far as it could be read.
#[derive(Debug)]
pub struct Shown {
    /// Which one: base64url.
    pub credential: String,
    /// Whose, as the authenticator has it: base64url.
    pub handle: Option<String>,
    client: Client,
    authenticator: Vec<u8>,
    /// What was signed.
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Shown {
    /// Reads what our script sends.
    ///
    /// # Errors
    /// [`Doubt::Form`].
    pub fn read(json: &str) -> Result<Self, Doubt> {
        let text: ShownText = serde_json::from_str(json).map_err(|_| Doubt::Form)?;
        let client = plain(&text.client)?;
        let authenticator = plain(&text.authenticator_data)?;
        let message = [authenticator.as_slice(), digest(&SHA256, &client).as_ref()].concat();
        Ok(Self {
            // Written anew: the same bytes are the same text.
            credential: written(&plain(&text.id)?),
            handle: text.user_handle.as_deref().map(plain).transpose()?.map(|bytes| written(&bytes)),
            client: Client::read(&client)?,
            authenticator,
            message,
            signature: plain(&text.signature)?,
        })
    }

    /// What was signed: whoever thought it up knows it again.
    pub fn challenge(&self) -> &str {
        &self.client.challenge
    }

    /// Whether it was shown to us, with this key: what its authenticator says besides. With `verified` it has to have
    /// made sure who touched it, by a fingerprint, a face or a PIN.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, site: &Site, key: &str, verified: bool) -> Result<Said, Doubt> {
        self.client.check(site, "webauthn.get")?;
        let said = Authenticator::check(&self.authenticator, site, verified)?;
        said.ends(said.rest)?;
        let key = plain(key)?;
        let (key, _) = Public::read(&key).ok_or(Doubt::Form)?;
        if !key.signed(&self.message, &self.signature) {
            return Err(Doubt::Signature);
        }
        Ok(said.told())
    }
}

/// A passkey that was made: `navigator.credentials.create`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MadeText {
    #[serde(rename = "clientDataJSON")]
    client: String,
    attestation_object: String,
}

/// A passkey that was made, as far as it could be read.
#[derive(Debug)]
pub struct Made {
    client: Client,
    attestation: Vec<u8>,
}

/// A passkey to be kept.
#[derive(Debug)]
pub struct New {
    /// Under which its authenticator knows it: base64url.
    pub credential: String,
    /// The COSE key: base64url.
    pub key: String,
    /// How far its authenticator has counted.
    pub counter: u32,
    /// Whether it may be copied to other devices of its owner.
    pub can_be_copied: bool,
    /// Whether it has been.
    pub is_copied: bool,
}

impl Made {
    /// Reads what our script sends.
    ///
    /// # Errors
    /// [`Doubt::Form`].
    pub fn read(json: &str) -> Result<Self, Doubt> {
        let text: MadeText = serde_json::from_str(json).map_err(|_| Doubt::Form)?;
        Ok(Self {
            client: Client::read(&plain(&text.client)?)?,
            attestation: plain(&text.attestation_object)?,
        })
    }

    /// What it was made upon: whoever thought it up knows it again.
    pub fn challenge(&self) -> &str {
        &self.client.challenge
    }

    /// Whether it was made for us, and what is to be kept of it. Who built the authenticator is not asked, and a statement
    /// about that is not believed: whoever wants to lie about it could as well say nothing.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, site: &Site) -> Result<New, Doubt> {
        self.client.check(site, "webauthn.create")?;
        let (object, rest) = read(&self.attestation).ok_or(Doubt::Form)?;
        let bytes = object.named("authData").and_then(Item::bytes).ok_or(Doubt::Form)?;
        if !rest.is_empty() || object.named("fmt").is_none() || object.named("attStmt").is_none() {
            return Err(Doubt::Form);
        }
        let said = Authenticator::check(bytes, site, false)?;
        if said.flags & HAS_KEY == 0 {
            return Err(Doubt::Form);
        }
        let (_model, rest) = said.rest.split_at_checked(16).ok_or(Doubt::Form)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(Doubt::Form)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (id, rest) = rest.split_at_checked(length).ok_or(Doubt::Form)?;
        if !(1..=1023).contains(&length) {
            return Err(Doubt::Form);
        }
        let (_, behind) = Public::read(rest).ok_or(Doubt::Form)?;
        let key = rest.get(..rest.len() - behind.len()).ok_or(Doubt::Form)?;
        said.ends(behind)?;
        let Said { counter, can_be_copied, is_copied } = said.told();
        Ok(New { credential: written(id), key: written(key), counter, can_be_copied, is_copied })
    }
}
