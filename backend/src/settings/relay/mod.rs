//! The relay as a page sets it: checked, its password sealed for this relay and user alone. What the settings file or the
//! environment says of `SMTP_RELAY` wins.

mod change;
mod wish;

pub use self::wish::Wish;
pub(crate) use self::{
    change::{change, change_by_words, may_change, may_try},
    wish::{Tried, meant, seal_trial},
};

use diesel::prelude::*;
use sha2::{Digest as _, Sha256};

use super::{FIRST, Kept};
use crate::{
    config::{Config, Relay, Secret},
    db::{Conn, Direct, Keep, Ts, Tx, backend, hex, schema::settings},
    error::Result,
    seal::Key,
};

/// Its name among the settings.
pub const KEY: &str = "SMTP_RELAY";
/// The row of its sealed password.
const SECRET: &str = "relay_secret";
/// The row that says of which state of the setting a sender cannot open the password.
const SEALED: &str = "relay_sealed";
/// The relay that is in force, as far as it is known.
#[derive(Clone, Debug)]
pub struct InForce {
    /// The relay; `None`: mail waits.
    pub relay: Option<Relay>,
    /// Tells one state of the setting from another.
    pub mark: String,
    /// Whether the file or the environment says it, so that a page cannot.
    pub given: bool,
    /// Since when a page says it.
    pub since: Option<Ts>,
    /// Whether a relay was set here whose password is not known: it was never given, or sealed with another key.
    pub sealed: bool,
}

/// What a password is sealed for. Any change of where it goes, whose it is, or how it is protected on the way makes another.
fn purpose(relay: &Relay) -> String {
    let user = relay.credentials.as_ref().map_or("", |(user, _)| user);
    format!("relay {}:{} {} {user}", relay.host.to_lowercase(), relay.port, relay.tls.word())
}

/// Whether the file or the environment says it.
pub fn is_given(config: &Config) -> bool {
    config.smtp_relay.is_some() || config.is_given(KEY)
}

/// What was set on the page: the relay without its password, and the sealed password.
fn rows(conn: &mut Conn) -> Result<(Option<Kept>, String)> {
    let row = format!("{FIRST}{KEY}");
    let found: Vec<(String, String)> = settings::table
        .filter(settings::key.eq_any([row.as_str(), SECRET]))
        .select((settings::key, settings::value))
        .kept()
        .rows(conn)?;
    let of = |key: &str| found.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
    // Only we write this row; one that cannot be read is set anew.
    let kept = of(&row).and_then(|value| serde_json::from_str(&value).ok());
    Ok((kept, of(SECRET).unwrap_or_default()))
}

/// Whether there is a relay, for pages that only say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is one.
    Set,
    /// There is none.
    None,
    /// There is one, and its password is missing or cannot be opened where mail is sent.
    Sealed,
}

/// How it stands, without opening the password: that is done where mail is sent, which notes when it cannot ([`note_sealed`]).
///
/// # Errors
/// Those of the database.
pub fn standing(conn: &mut Conn, config: &Config) -> Result<Standing> {
    if is_given(config) {
        return Ok(if config.smtp_relay.is_some() { Standing::Set } else { Standing::None });
    }
    let (kept, secret) = rows(conn)?;
    let Some(relay) = kept.as_ref().and_then(|kept| Relay::read(&kept.value).ok()) else {
        return Ok(Standing::None);
    };
    if relay.credentials.is_none() {
        return Ok(Standing::Set);
    }
    let noted: Option<String> =
        settings::table.find(SEALED).select(settings::value).first(conn).optional()?;
    let sealed =
        secret.is_empty() || noted.is_some_and(|noted| noted == named(&marked(kept.as_ref(), &secret)));
    Ok(if sealed { Standing::Sealed } else { Standing::Set })
}

/// Whether mail can leave, as far as is known.
///
/// # Errors
/// Those of the database.
pub fn is_there(conn: &mut Conn, config: &Config) -> Result<bool> {
    Ok(standing(conn, config)? == Standing::Set)
}

/// Notes, or no longer, that the password cannot be opened where mail is sent.
///
/// # Errors
/// Those of the database.
pub(crate) fn note_sealed(tx: &mut Tx<'_>, mark: Option<&str>) -> Result<()> {
    match mark {
        Some(mark) => backend::put_setting(tx, SEALED, &named(mark)),
        None => {
            diesel::delete(settings::table.find(SEALED)).execute(&mut **tx)?;
            Ok(())
        }
    }
}

fn named(mark: &str) -> String {
    hex(&Sha256::digest(mark))
}

/// The relay in force.
///
/// # Errors
/// Those of the database; when the key that opens secrets cannot be read.
pub fn in_force(conn: &mut Conn, config: &Config) -> Result<InForce> {
    if is_given(config) {
        let relay = config.smtp_relay.clone();
        return Ok(InForce { relay, mark: String::new(), given: true, since: None, sealed: false });
    }
    let (kept, secret) = rows(conn)?;
    let mark = marked(kept.as_ref(), &secret);
    let since = kept.as_ref().and_then(|kept| kept.at.parse().ok()).map(Ts);
    let said = kept.and_then(|kept| Relay::read(&kept.value).ok());
    let relay = said.clone().map(|relay| with_password(relay, config, &secret)).transpose()?.flatten();
    let sealed = said.is_some() && relay.is_none();
    Ok(InForce { relay, mark, given: false, since, sealed })
}

/// What tells one state of the setting from another, where a page may set it.
///
/// # Errors
/// Those of the database.
pub(crate) fn mark(conn: &mut Conn) -> Result<String> {
    let (kept, secret) = rows(conn)?;
    Ok(marked(kept.as_ref(), &secret))
}

fn marked(kept: Option<&Kept>, secret: &str) -> String {
    format!("{}\n{secret}", kept.map_or("", |kept| &kept.value))
}

/// What was set on the page, its password left out, whether or not that is known.
///
/// # Errors
/// Those of the database.
pub fn said(conn: &mut Conn) -> Result<Option<Relay>> {
    Ok(rows(conn)?.0.and_then(|kept| Relay::read(&kept.value).ok()))
}

/// The name or address of the relay that is in force, or that waits for its password.
///
/// # Errors
/// Those of the database.
pub fn host(conn: &mut Conn, config: &Config) -> Result<Option<String>> {
    let relay = if is_given(config) { config.smtp_relay.clone() } else { said(conn)? };
    Ok(relay.map(|relay| relay.host))
}

/// The relay with its password; `None` where it needs one that cannot be opened.
fn with_password(mut relay: Relay, config: &Config, sealed: &str) -> Result<Option<Relay>> {
    let purpose = purpose(&relay);
    let Some((_, password)) = &mut relay.credentials else { return Ok(Some(relay)) };
    if sealed.is_empty() {
        return Ok(None);
    }
    let Some(opened) = Key::load(config)?.open(sealed, &purpose) else { return Ok(None) };
    *password = Secret::new(opened);
    Ok(Some(relay))
}
