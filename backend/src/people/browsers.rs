//! Browsers with which somebody has signed in. Wrong passwords count against a login wherever they come from, so whoever
//! knows a login could keep its owner waiting for as long as he likes to guess; from a browser with which she has been in
//! before they count by themselves. What it keeps says so, sealed, and opens nothing.

use diesel::prelude::*;
use hmac::{Hmac, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::{
    clock::{random_bytes, random_token},
    db::{
        AgentId, Conn, Tx, backend, hex,
        schema::{agents, settings},
    },
    error::Result,
    people::password,
};

/// Where the key is kept, the same for all processes.
const SETTING: &str = "browser_key";
/// For how long a browser is known that nobody signs in with.
pub const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(180 * 24);

fn key(conn: &mut Conn) -> Result<Option<String>> {
    Ok(settings::table.find(SETTING).select(settings::value).first(conn).optional()?)
}

/// What a browser keeps with which the owner of this login has come in: `until.nonce.seal`. It ends with the password: of
/// whoever came in with the old one nothing is known any more.
///
/// # Errors
/// Those of the database.
pub fn known(tx: &mut Tx<'_>, login: &str, now: Timestamp) -> Result<String> {
    if key(tx)?.is_none() {
        backend::put_setting_once(tx, SETTING, &hex(&random_bytes::<32>()))?;
    }
    let until = now.checked_add(KNOWN_FOR).unwrap_or(now).as_second();
    let said = format!("{until}.{}", random_token());
    let seal = seal(tx, login, &said)?.unwrap_or_default();
    Ok(format!("{said}.{seal}"))
}

/// Under which name wrong passwords of this login are counted that come from a browser which keeps that: its own where the
/// owner has come in with it, else the login itself. No login has a colon.
///
/// # Errors
/// Those of the database.
pub fn counted_as(conn: &mut Conn, login: &str, kept: Option<&str>, now: Timestamp) -> Result<String> {
    let Some((said, shown)) = kept.and_then(|kept| kept.rsplit_once('.')) else {
        return Ok(login.to_owned());
    };
    let Some((until, nonce)) = said.split_once('.') else { return Ok(login.to_owned()) };
    let lasts = until.parse().is_ok_and(|until: i64| until > now.as_second());
    let is_ours = seal(conn, login, said)?.is_some_and(|seal| seal.as_bytes().ct_eq(shown.as_bytes()).into());
    Ok(if lasts && is_ours { format!("browser:{nonce}") } else { login.to_owned() })
}

/// Under which name they are counted of somebody who is in already: those outside do not hold him up.
pub fn counted_within(agent: AgentId) -> String {
    format!("inside:{agent}")
}

/// The same work whether somebody has this login or not. `None`: no browser was told anything yet.
fn seal(conn: &mut Conn, login: &str, said: &str) -> Result<Option<String>> {
    let Some(key) = key(conn)? else { return Ok(None) };
    let password: Option<Option<String>> = agents::table
        .filter(agents::login.eq(login.replace('\0', "")))
        .select(agents::password_hash)
        .first(conn)
        .optional()?;
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key of any length");
    mac.update(b"browser\n");
    mac.update(said.as_bytes());
    mac.update(b"\n");
    mac.update(login.as_bytes());
    mac.update(b"\n");
    // Not the hash: at a sign-in it is made anew whenever passwords cost more than they did.
    mac.update(password::mark(&password.flatten().unwrap_or_default()).as_bytes());
    Ok(Some(hex(&mac.finalize().into_bytes())))
}
