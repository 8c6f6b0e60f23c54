//! The relay as a page sets it: checked, its password sealed for this relay and user alone. What the settings file or the
//! environment says of `SMTP_RELAY` wins.

use std::net::IpAddr;

use diesel::prelude::*;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{FIRST, Kept};
use crate::{
    access::Actor,
    audit,
    config::{Config, Relay, RelayTls, Secret},
    db::{Audited, Conn, Direct, InstallationRight, Ts, Tx, Wake, backend, hex, schema::settings},
    error::{Error, FieldError, Result, Sentence, say},
    seal::Key,
};

/// Its name among the settings.
pub const KEY: &str = "SMTP_RELAY";
/// The row of its sealed password.
const SECRET: &str = "relay_secret";
/// The row that says of which state of the setting a sender cannot open the password.
const SEALED: &str = "relay_sealed";
/// Ports at which relays listen. On this machine any that needs no privilege may be one.
const PORTS: [u16; 4] = [25, 465, 587, 2525];
/// The first port that needs no privilege.
const FREE: u16 = 1024;
/// The longest text of a field, in characters.
const TEXT: usize = 300;

/// A relay as somebody wants it.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Name or address.
    pub host: String,
    /// Its port; 0: the usual one.
    pub port: u16,
    /// How the line is protected.
    pub tls: RelayTls,
    /// Who signs in; empty: nobody has to.
    pub user: String,
    /// With what; empty: with what is kept for the same relay and user.
    pub password: Secret,
    /// Whether user and password are given up.
    pub forget: bool,
}

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

/// Seals the password of a relay that somebody tries out, for him alone; empty where it has none.
pub(crate) fn seal_trial(config: &Config, relay: &Relay, agent: i64) -> Result<String> {
    match &relay.credentials {
        None => Ok(String::new()),
        Some((_, password)) => {
            Ok(Key::load(config)?.seal(password.reveal(), &format!("{} {agent}", purpose(relay)))?)
        }
    }
}

/// A password that was typed for a trial.
#[derive(Clone, Debug)]
pub(crate) struct Tried {
    /// Sealed by [`seal_trial`].
    pub sealed: String,
    /// By whom.
    pub agent: i64,
}

/// The relay that a wish means, with its password: the typed one, or where none was typed the one that is kept for exactly
/// this relay and user, or was tried with them.
///
/// # Errors
/// [`Error::Invalid`] with what is wrong at which field.
pub(crate) fn meant(conn: &mut Conn, config: &Config, wish: &Wish, tried: Option<&Tried>) -> Result<Relay> {
    if let Some(given) = &config.smtp_relay
        && is_meant(given, wish)
    {
        return Ok(given.clone());
    }
    let mut relay = check(config, wish)?;
    // What only words can say stays with the server that it was said of.
    if let Some(said) = said(conn)?.filter(|said| (&said.host, said.port) == (&relay.host, relay.port)) {
        (relay.connections, relay.rate) = (said.connections, said.rate);
    }
    let purpose = purpose(&relay);
    let Some((_, password)) = &mut relay.credentials else { return Ok(relay) };
    if !wish.password.reveal().is_empty() {
        *password = wish.password.clone();
        return Ok(relay);
    }
    let key = Key::load(config)?;
    let (_, kept) = rows(conn)?;
    let of_trial = tried.and_then(|tried| key.open(&tried.sealed, &format!("{purpose} {}", tried.agent)));
    match of_trial.or_else(|| key.open(&kept, &purpose)) {
        Some(opened) => *password = Secret::new(opened),
        None => return Err(Error::invalid("password", say!("refused-relay-password"))),
    }
    Ok(relay)
}

/// Whether a wish says nothing else than the file, so that its password is the file's.
fn is_meant(given: &Relay, wish: &Wish) -> bool {
    let user = given.credentials.as_ref().map_or("", |(user, _)| user.as_str());
    wish.password.reveal().is_empty()
        && !wish.forget
        && (wish.host.trim(), wish.port, wish.tls, wish.user.trim())
            == (given.host.as_str(), given.port, given.tls, user)
}

/// What a wish says, its gaps filled; a user's password is empty.
fn check(config: &Config, wish: &Wish) -> Result<Relay> {
    let mut problems = Vec::new();
    let mut refuse =
        |field: &str, message: Sentence| problems.push(FieldError { field: field.into(), message });
    let clean =
        |text: &str| -> String { text.trim().chars().filter(|c| !c.is_control()).take(TEXT).collect() };
    let host = clean(&wish.host).trim_matches(['[', ']']).to_owned();
    let user = if wish.forget { String::new() } else { clean(&wish.user) };
    let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if host.parse::<IpAddr>().is_err() && (host.is_empty() || !host.chars().all(named)) {
        refuse("host", say!("refused-relay-host"));
    }
    let port = match wish.port {
        0 if wish.tls == RelayTls::Implicit => 465,
        0 if !user.is_empty() => 587,
        0 => 25,
        port => port,
    };
    let credentials = (!user.is_empty()).then(|| (user, Secret::new("")));
    let relay = Relay {
        host,
        port,
        tls: wish.tls,
        credentials,
        connections: Relay::CONNECTIONS,
        rate: None,
        ca: None,
    };
    check_way(config, &relay, &mut refuse);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    // As it will be read back: an address has many spellings, and the password is sealed for one.
    Relay::read(&relay.written()).map_err(|_| Error::invalid("host", say!("refused-relay-host")))
}

fn check_way(config: &Config, relay: &Relay, refuse: &mut impl FnMut(&str, Sentence)) {
    let local = relay.is_local();
    let usual = PORTS.contains(&relay.port) || (local && relay.port >= FREE);
    if !usual {
        refuse("port", say!("refused-relay-port"));
    }
    // Our mail would come back to us for ever.
    if local && config.smtp_listen.is_some_and(|own| own.port() == relay.port) {
        refuse("port", say!("refused-relay-own"));
    }
    if relay.credentials.is_some() && !relay.tls.is_verified() && !local {
        refuse("tls", say!("refused-relay-plain"));
    }
}

/// Sets the relay, or with `None` takes it away: then mail waits in the outbox. Workers take it up at once.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage people, which whoever reads all mail could take; [`Error::Conflict`]
/// where the file or the environment says it; [`Error::Invalid`] for what makes no sense.
pub(crate) fn change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    config: &Config,
    wish: Option<&Wish>,
    tried: Option<&Tried>,
    now: Ts,
) -> Result<()> {
    allowed(actor, config)?;
    let relay = wish.map(|wish| meant(tx, config, wish, tried)).transpose()?;
    store(tx, actor, config, relay.as_ref(), now)
}

/// The same by words, as they stand in the configuration's file, which knows no password: the one that is kept for the same
/// relay stays, and without one mail waits until somebody gives it.
///
/// # Errors
/// As [`change`].
pub(crate) fn change_by_words(
    tx: &mut Tx<'_>,
    actor: &Actor,
    config: &Config,
    (words, password): (Option<&str>, Option<&Secret>),
    now: Ts,
) -> Result<()> {
    allowed(actor, config)?;
    let Some(words) = words else { return store(tx, actor, config, None, now) };
    let mut said = Relay::read(words).map_err(|remedy| Error::invalid(KEY, remedy))?;
    if said.ca.is_some() {
        return Err(Error::invalid(KEY, say!("refused-relay-ca")));
    }
    let mut problems = Vec::new();
    check_way(config, &said, &mut |_: &str, message| {
        problems.push(FieldError { field: KEY.into(), message })
    });
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    if let Some(given) = password {
        let Some((_, password)) = said.credentials.as_mut().filter(|_| !given.reveal().is_empty()) else {
            return Err(Error::invalid("password", say!("refused-setting-password")));
        };
        *password = given.clone();
        return store(tx, actor, config, Some(&said), now);
    }
    let (_, sealed) = rows(tx)?;
    let relay = with_password(said.clone(), config, &sealed)?.unwrap_or(said);
    store(tx, actor, config, Some(&relay), now)
}

fn allowed(actor: &Actor, config: &Config) -> Result<()> {
    actor.require(InstallationRight::People)?;
    if is_given(config) {
        return Err(Error::Conflict(say!("refused-setting-given", key = KEY)));
    }
    Ok(())
}

/// An empty password of a user is one that is not known.
fn store(tx: &mut Tx<'_>, actor: &Actor, config: &Config, relay: Option<&Relay>, now: Ts) -> Result<()> {
    let before = in_force(tx, config)?;
    let was = rows(tx)?.0.map(|kept| kept.value);
    let row = format!("{FIRST}{KEY}");
    let password = relay.and_then(|relay| Some(&relay.credentials.as_ref()?.1)).map_or("", Secret::reveal);
    let same_secret = password
        == before
            .relay
            .as_ref()
            .map_or("", |old| old.credentials.as_ref().map_or("", |(_, password)| password.reveal()));
    let becomes = relay.map(Relay::written);
    if was == becomes && same_secret {
        return Ok(());
    }
    match (relay, &becomes) {
        (Some(relay), Some(value)) => {
            let kept = Kept { value: value.clone(), agent: actor.agent.id, at: now.0.to_string() };
            backend::put_setting(tx, &row, &serde_json::to_string(&kept)?)?;
            let sealed = match password {
                "" => String::new(),
                password => Key::load(config)?.seal(password, &purpose(relay))?,
            };
            backend::put_setting(tx, SECRET, &sealed)?;
        }
        _ => {
            let both = settings::table.filter(settings::key.eq_any([row.as_str(), SECRET]));
            diesel::delete(both).execute(&mut **tx)?;
        }
    }
    tx.wake(Wake::OUTBOX);
    // Nothing of the password but whether it is another one.
    let news = match (same_secret, password) {
        (true, _) => "as it was",
        (false, "") => "none",
        (false, _) => "given anew",
    };
    let (before, after) = (json!({ "value": was }), json!({ "value": becomes, "password": news }));
    audit::changed(tx, &actor.who(), Audited::Settings, KEY, &before, &after, now)
}
