//! Settings that are changed on a page: few, each kept in the database with who changed it and when. What the settings
//! file or the environment says wins. Read where they are needed, in the transaction that needs them: nothing is cached.

pub mod colour;
mod known;
pub mod look;
pub mod relay;

use std::collections::BTreeMap;

use diesel::prelude::*;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use self::known::{CHANGEABLE, Changeable};
use crate::{
    access::Actor,
    audit,
    config::{Config, Fixed, Limits},
    db::{AgentId, Audited, Conn, Direct, InstallationRight, Ts, Tx, backend, schema::settings},
    error::{Error, Result, say},
};

/// What the keys of our rows begin with, and the first that no longer does.
const FIRST: &str = "set:";
const BEHIND: &str = "set;";

/// A value that was set on a page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// The value, as it would stand in the settings file.
    pub value: String,
    /// Who set it.
    pub agent: AgentId,
    /// When, RFC 3339.
    pub at: String,
}

/// All values that were set on a page, by the setting's name.
///
/// # Errors
/// Those of the database.
pub fn kept(conn: &mut Conn) -> Result<BTreeMap<String, Kept>> {
    let rows: Vec<(String, String)> = settings::table
        .filter(settings::key.ge(FIRST).and(settings::key.lt(BEHIND)))
        .select((settings::key, settings::value))
        .rows(conn)?;
    let read = |(key, value): (String, String)| {
        let kept = serde_json::from_str(&value).ok()?;
        Some((key.strip_prefix(FIRST)?.to_owned(), kept))
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// A setting's number where one was set on a page.
fn number(kept: &BTreeMap<String, Kept>, key: &str) -> Option<u32> {
    kept.get(key).and_then(|kept| kept.value.parse().ok())
}

/// The limits in force: those of the settings, with what was set on a page where the settings leave it open.
///
/// # Errors
/// Those of the database.
pub fn limits(conn: &mut Conn, given: &Limits) -> Result<Limits> {
    if given.fixed == Fixed::ALL {
        return Ok(*given);
    }
    let kept = kept(conn)?;
    let (mut limits, fixed) = (*given, given.fixed);
    let open = |fixed: bool, key: &str| number(&kept, key).filter(|_| !fixed);
    if let Some(days) = open(fixed.bin_days, "BIN_DAYS").and_then(|days| days.try_into().ok()) {
        limits.bin_days = days;
    }
    if let Some(tries) = open(fixed.sign_in_tries, "SIGN_IN_TRIES").and_then(|tries| tries.try_into().ok()) {
        limits.sign_in_tries = tries;
    }
    if let Some(minutes) = open(fixed.session_idle, "SESSION_IDLE_MINUTES") {
        limits.session_idle = SignedDuration::from_mins(minutes.into());
    }
    if let Some(hours) = open(fixed.session_longest, "SESSION_HOURS") {
        limits.session_longest = SignedDuration::from_hours(hours.into());
    }
    if let Some(count) = open(fixed.auto_responses, "AUTO_RESPONSES_PER_DAY").and_then(|n| n.try_into().ok())
    {
        limits.auto_responses = count;
    }
    Ok(limits)
}

/// After how many days a filed mail loses its original; `None`: never.
///
/// # Errors
/// Those of the database.
pub fn retention(conn: &mut Conn, config: &Config) -> Result<Option<u32>> {
    if config.is_given("MAIL_RETENTION_DAYS") {
        return Ok(config.mail_retention_days);
    }
    Ok(number(&kept(conn)?, "MAIL_RETENTION_DAYS").or(config.mail_retention_days))
}

/// Sets a value, or with `None` takes it back: then the usual one is in force, or what the file says.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage people; [`Error::NotFound`] for what no page changes;
/// [`Error::Conflict`] for another value than the file or the environment says; [`Error::Invalid`] for what makes no sense.
pub fn change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    config: &Config,
    key: &str,
    value: Option<&str>,
    now: Ts,
) -> Result<()> {
    actor.require(InstallationRight::People)?;
    if key == relay::KEY {
        return relay::change_by_words(tx, actor, config, (value, None), now);
    }
    let setting = CHANGEABLE.iter().find(|setting| setting.key == key).ok_or(Error::NotFound)?;
    // What was set here before the file said it lies idle, and can be taken away.
    if value.is_some() && config.is_given(key) {
        return Err(Error::Conflict(say!("refused-setting-given", key = key)));
    }
    let before = kept(tx)?.remove(key).map(|kept| kept.value);
    let after = value.map(|value| setting.check(value)).transpose()?;
    if before == after {
        return Ok(());
    }
    let row = format!("{FIRST}{key}");
    match &after {
        Some(value) => {
            let kept = Kept { value: value.clone(), agent: actor.agent.id, at: now.0.to_string() };
            backend::put_setting(tx, &row, &serde_json::to_string(&kept)?)?;
        }
        None => {
            diesel::delete(settings::table.find(&row)).execute(&mut **tx)?;
        }
    }
    let told = |value: &Option<String>| json!({ "value": value });
    audit::changed(tx, &actor.who(), Audited::Settings, key, &told(&before), &told(&after), now)
}
