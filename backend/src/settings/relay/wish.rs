//! A relay as somebody wants it: what he means, whether that makes sense, and with which password.

use std::net::IpAddr;

use super::{purpose, rows, said};
use crate::{
    config::{Config, Relay, RelayTls, Secret},
    db::Conn,
    error::{Error, FieldError, Result, Sentence, say},
    seal::Key,
};

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

pub(super) fn check_way(config: &Config, relay: &Relay, refuse: &mut impl FnMut(&str, Sentence)) {
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
