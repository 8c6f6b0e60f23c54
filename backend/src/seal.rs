//! Secrets under a seal whose key is not in the database: a copy of the database opens none of them.

use std::io::{Read as _, Write as _};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::{
    clock::random_bytes,
    config::{Config, Secret},
};

/// The key's file in the data directory.
const FILE: &str = "secret.key";
/// What a sealed text begins with, so that a later way of sealing can be told apart.
const MARK: &str = "v1:";

/// The key.
pub(crate) struct Key(LessSafeKey);

impl Key {
    /// The key of the settings, or of the data directory, where it is made when it is first needed.
    ///
    /// # Errors
    /// When the file can be neither read nor made.
    pub(crate) fn load(config: &Config) -> anyhow::Result<Self> {
        let bytes = match &config.secret_key {
            Some(text) => from_hex(text.reveal()).context("SECRET_KEY is not 64 hexadecimal digits")?,
            None => file(config)?,
        };
        let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes)
            .map_err(|_| anyhow::anyhow!("the key that seals secrets has a wrong length"))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Seals a text for one purpose.
    pub(crate) fn seal(&self, text: &str, purpose: &str) -> anyhow::Result<String> {
        let nonce: [u8; NONCE_LEN] = random_bytes();
        let mut sealed = text.as_bytes().to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(purpose.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| anyhow::anyhow!("a secret could not be sealed"))?;
        let mut whole = nonce.to_vec();
        whole.append(&mut sealed);
        Ok(format!("{MARK}{}", STANDARD.encode(whole)))
    }

    /// Opens what was sealed for this purpose with this key; `None` for anything else.
    pub(crate) fn open(&self, sealed: &str, purpose: &str) -> Option<String> {
        let whole = STANDARD.decode(sealed.strip_prefix(MARK)?).ok()?;
        let (nonce, sealed) = whole.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let open = self.0.open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut sealed).ok()?;
        String::from_utf8(open.to_vec()).ok()
    }
}

/// Whether the key is there already.
pub(crate) fn has_key(config: &Config) -> bool {
    config.secret_key.is_some() || config.data_dir.join(FILE).exists()
}

/// Has something else seal in the place of a key that is not there yet: for what is thrown away afterwards, and leaves nothing.
pub(crate) fn rehearse(config: &mut Config) {
    if !has_key(config) {
        config.secret_key = Some(Secret::new(crate::db::hex(&random_bytes::<32>())));
    }
}

fn file(config: &Config) -> anyhow::Result<[u8; 32]> {
    let path = config.data_dir.join(FILE);
    let shown = path.display();
    match std::fs::File::open(&path) {
        Ok(mut open) => {
            let mut text = String::new();
            open.read_to_string(&mut text).with_context(|| format!("{shown} cannot be read"))?;
            from_hex(text.trim()).with_context(|| format!("{shown} holds no key; restore it from a backup"))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            make(&path).with_context(|| format!("{shown} cannot be made"))?;
            // Whoever was first has made it: read what is there now.
            let text = std::fs::read_to_string(&path).with_context(|| format!("{shown} cannot be read"))?;
            from_hex(text.trim()).with_context(|| format!("{shown} holds no key"))
        }
        Err(error) => Err(error).with_context(|| format!("{shown} cannot be read")),
    }
}

/// Written elsewhere and linked: nobody ever reads half a key, and of two who make one at once only one wins.
fn make(path: &std::path::Path) -> std::io::Result<()> {
    let directory = path.parent().unwrap_or(std::path::Path::new("."));
    let mut draft = tempfile::Builder::new().prefix(".key").tempfile_in(directory)?;
    writeln!(draft, "{}", crate::db::hex(&random_bytes::<32>()))?;
    draft.as_file().sync_all()?;
    match draft.persist_noclobber(path) {
        Ok(_) => std::fs::File::open(directory)?.sync_all(),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}
