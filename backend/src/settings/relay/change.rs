//! Setting the relay, or taking it away.

use diesel::prelude::*;
use serde_json::json;

use super::{
    KEY, SECRET, Tried, Wish, in_force, is_given, meant, purpose, rows, wish::check_way, with_password,
};
use crate::{
    access::{Actor, for_people},
    audit,
    config::{Config, Relay, Secret},
    db::{Audited, InstallationRight, Right, Ts, Tx, Wake, backend, schema::settings},
    error::{Error, FieldError, Result, say},
    seal::Key,
    settings::{FIRST, Kept},
};

/// Sets the relay, or with `None` takes it away: then mail waits in the outbox. Workers take it up at once. Where the file or
/// the environment says it, what a page has set lies idle, and can only be taken away.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage people, and for another one without all others as well: whoever reads
/// all mail reads the links by which passwords are chosen anew; [`Error::Conflict`] for another one where the file or the environment says it; [`Error::Invalid`] for what makes no sense.
pub(crate) fn change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    config: &Config,
    wish: Option<&Wish>,
    tried: Option<&Tried>,
    now: Ts,
) -> Result<()> {
    may_change(tx, actor, config, wish.is_some())?;
    match wish {
        Some(wish) => {
            let relay = meant(tx, config, wish, tried)?;
            store(tx, actor, config, &relay, now)
        }
        None => take_away(tx, actor, now),
    }
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
    may_change(tx, actor, config, words.is_some())?;
    let Some(words) = words else { return take_away(tx, actor, now) };
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
        return store(tx, actor, config, &said, now);
    }
    let (_, sealed) = rows(tx)?;
    let relay = with_password(said.clone(), config, &sealed)?.unwrap_or(said);
    store(tx, actor, config, &relay, now)
}

/// Whether somebody may set a relay, or where `sets` is false take it away: what a page asks before it looks at anything else.
///
/// # Errors
/// [`Error::Forbidden`] and [`Error::Conflict`] of [`change`].
pub(crate) fn may_change(tx: &mut Tx<'_>, actor: &Actor, config: &Config, sets: bool) -> Result<()> {
    actor.require(InstallationRight::People)?;
    if !sets {
        return Ok(());
    }
    may_choose(tx, actor)?;
    if is_given(config) {
        return Err(Error::Conflict(say!("refused-setting-given", key = KEY)));
    }
    Ok(())
}

/// Whether somebody may choose where mail goes: with everybody's mail he could come in as anybody.
fn may_choose(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    let everything = (None, Right::Full);
    match for_people(tx, actor)?.may_give([everything], InstallationRight::ALL.iter().copied()) {
        Err(Error::Forbidden(_)) => Err(Error::Forbidden(say!("refused-relay-rights"))),
        other => other,
    }
}

/// Whether somebody may try a relay out. The one in force anybody may who manages people; another one is asked only by who may
/// choose it, so that nobody else has this machine knock at doors within.
///
/// # Errors
/// [`Error::Forbidden`] of [`may_change`].
pub(crate) fn may_try(tx: &mut Tx<'_>, actor: &Actor, config: &Config, relay: &Relay) -> Result<()> {
    actor.require(InstallationRight::People)?;
    let force = in_force(tx, config)?.relay;
    match force.is_some_and(|force| purpose(&force) == purpose(relay)) {
        true => Ok(()),
        false => may_choose(tx, actor),
    }
}

fn row() -> String {
    format!("{FIRST}{KEY}")
}

/// An empty password of a user is one that is not known.
fn store(tx: &mut Tx<'_>, actor: &Actor, config: &Config, relay: &Relay, now: Ts) -> Result<()> {
    let before = in_force(tx, config)?;
    let was = rows(tx)?.0.map(|kept| kept.value);
    let secret = |relay: &Relay| {
        relay.credentials.as_ref().map(|(_, password)| password.reveal().to_owned()).unwrap_or_default()
    };
    let password = secret(relay);
    let same_secret = password == before.relay.as_ref().map(secret).unwrap_or_default();
    let becomes = relay.written();
    if was.as_ref() == Some(&becomes) && same_secret {
        return Ok(());
    }
    let kept = Kept { value: becomes.clone(), agent: actor.agent.id, at: now.0.to_string() };
    backend::put_setting(tx, &row(), &serde_json::to_string(&kept)?)?;
    let sealed = match password.as_str() {
        "" => String::new(),
        password => Key::load(config)?.seal(password, &purpose(relay))?,
    };
    backend::put_setting(tx, SECRET, &sealed)?;
    tx.wake(Wake::OUTBOX);
    // Nothing of the password but whether it is another one.
    let news = match (same_secret, password.as_str()) {
        (true, _) => "as it was",
        (false, "") => "none",
        (false, _) => "given anew",
    };
    let (before, after) = (json!({ "value": was }), json!({ "value": becomes, "password": news }));
    audit::changed(tx, &actor.who(), Audited::Settings, KEY, &before, &after, now)
}

fn take_away(tx: &mut Tx<'_>, actor: &Actor, now: Ts) -> Result<()> {
    let (kept, secret) = rows(tx)?;
    let both = settings::table.filter(settings::key.eq_any([row(), SECRET.to_owned()]));
    if diesel::delete(both).execute(&mut **tx)? == 0 {
        return Ok(());
    }
    tx.wake(Wake::OUTBOX);
    let news = if secret.is_empty() { "as it was" } else { "none" };
    let before = json!({ "value": kept.map(|kept| kept.value) });
    let after = json!({ "value": null, "password": news });
    audit::changed(tx, &actor.who(), Audited::Settings, KEY, &before, &after, now)
}
