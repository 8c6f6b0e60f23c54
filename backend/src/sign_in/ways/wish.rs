//! A way in as somebody wants it: what he means, whether that makes sense, and with which secret.

use jiff::{SignedDuration, Timestamp};

use super::{Kept, kept};
use crate::{
    access::Actor,
    config::{
        Config,
        sign_in::{Entry, Method},
    },
    db::Conn,
    error::{Error, Result, say},
    seal::Key,
};

/// Ports below the first that needs no privilege at which directories and sites listen.
const PORTS: [u16; 4] = [389, 636, 443, 80];
/// The first port that needs no privilege.
const FREE: u16 = 1024;
/// How long a secret that was tried need not be typed again.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// A way in as somebody wants it.
#[derive(Clone)]
pub(crate) struct Wish {
    /// What is said; an empty secret means the one that is kept for exactly this place, or was tried with it.
    pub entry: Entry,
    /// A secret that was typed before, sealed by [`seal_tried`].
    pub tried: String,
    /// Whether it is known that agents are tied to its id from before.
    pub knows: bool,
}

/// A way in that a wish means.
pub(crate) struct Meant {
    /// The way in.
    pub method: Method,
    /// Its secret, where it needs one.
    pub(super) secret: Option<String>,
    /// Whether that was given now, and is not the one that is kept.
    pub(super) given: bool,
}

/// The way in that a wish means, with its secret: the typed one, or where none was typed the one that is kept for exactly
/// this place, or was tried with it.
///
/// # Errors
/// [`Error::Invalid`] with what is wrong at which field.
pub(crate) fn meant(
    conn: &mut Conn,
    actor: &Actor,
    config: &Config,
    wish: &Wish,
    now: Timestamp,
) -> Result<Meant> {
    let mut entry = wish.entry.clone();
    let mut given = true;
    if entry.secret().is_some_and(str::is_empty) {
        let tried = tried(config, actor, wish, now)?;
        given = tried.is_some();
        let kept = secret_of(conn, entry.id())?;
        let secret = match tried {
            None => Key::load(config)?.open(&kept, &entry.purpose()),
            tried => tried,
        };
        if let Some(secret) = secret {
            entry.set_secret(secret);
        }
    }
    let secret = entry.secret().map(str::to_owned);
    let method = entry.checked()?;
    must_be_a_usual_port(&method)?;
    Ok(Meant { method, secret, given })
}

fn tried_purpose(entry: &Entry, actor: &Actor) -> String {
    format!("{} tried by {}", entry.purpose(), actor.agent.id.0)
}

/// The secret that somebody typed for exactly this place before, not too long ago.
fn tried(config: &Config, actor: &Actor, wish: &Wish, now: Timestamp) -> Result<Option<String>> {
    if wish.tried.is_empty() {
        return Ok(None);
    }
    let opened = Key::load(config)?.open(&wish.tried, &tried_purpose(&wish.entry, actor));
    let fresh = opened.as_deref().and_then(|opened| {
        let (at, secret) = opened.split_once('\n')?;
        let at: Timestamp = at.parse().ok()?;
        (now.duration_since(at).abs() < FRESH).then(|| secret.to_owned())
    });
    Ok(fresh)
}

/// What goes back with a form for a secret that was typed, so that nobody types it twice: sealed for whoever typed it, for this
/// place and an hour alone. Nothing for one that is kept: it goes nowhere.
///
/// # Errors
/// When the key that seals secrets cannot be read.
pub(crate) fn seal_tried(config: &Config, actor: &Actor, wish: &Wish, now: Timestamp) -> Result<String> {
    match wish.entry.secret().filter(|secret| !secret.is_empty()) {
        Some(secret) => {
            Ok(Key::load(config)?.seal(&format!("{now}\n{secret}"), &tried_purpose(&wish.entry, actor))?)
        }
        None => Ok(wish.tried.clone()),
    }
}

/// A page is no means to knock at whatever listens inside: only what a directory or a site may listen at is asked.
fn must_be_a_usual_port(method: &Method) -> Result<()> {
    let (field, address) = match method {
        Method::Ldap(one) => ("url", &one.url),
        Method::Oidc(one) => ("issuer", &one.issuer),
        Method::Local { .. } | Method::Certificate(_) => return Ok(()),
    };
    let port = url::Url::parse(address).ok().and_then(|url| url.port());
    match port {
        Some(port) if port < FREE && !PORTS.contains(&port) => {
            Err(Error::invalid(field, say!("refused-way-port")))
        }
        _ => Ok(()),
    }
}

/// The sealed secret of a way; empty where there is none.
pub(super) fn secret_of(conn: &mut Conn, id: &str) -> Result<String> {
    let of_this = |kept: Kept| (kept.entry.id() == id).then_some(kept.secret);
    Ok(kept(conn)?.into_iter().find_map(of_this).unwrap_or_default())
}

/// An entry that makes sense, whatever its secret will be.
///
/// # Errors
/// [`Error::Invalid`] with what is wrong at which field.
pub(crate) fn checked(entry: Entry) -> Result<Entry> {
    let mut with_secret = entry.clone();
    if entry.secret().is_some_and(str::is_empty) {
        with_secret.set_secret("known to nobody".to_owned());
    }
    must_be_a_usual_port(&with_secret.checked()?)?;
    Ok(entry)
}
