//! What a passkey has to sign: random, for one purpose and one browser, good once and not for long. Rows, so that the answer
//! may come to another node than the one that asked.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use crate::{
    clock::random_token,
    db::{
        Conn, PasskeyPurpose, Ts, Tx,
        schema::passkey_challenges::{self, table},
    },
    error::Result,
    people::sessions::digest,
};

/// For how long an answer is waited for.
const LIFE: SignedDuration = SignedDuration::from_mins(5);
/// What browsers are told, in milliseconds: sooner, so that what they bring is still waited for.
pub(super) const PATIENCE: u32 = 240_000;
/// So many of one asker wait at once; with one more the oldest is forgotten.
const AT_ONCE: i64 = 50;
/// So many wait in all; strangers are asked to come back then.
const IN_ALL: i64 = 10_000;
/// So many while pages ask by themselves: what is left is for those who press a button.
const OFFERED: i64 = IN_ALL / 2;

/// Who asks for what.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// What for.
    pub purpose: PasskeyPurpose,
    /// The hash of what the browser holds: its session, whole or half, or what a stranger was given along.
    pub holder: &'a str,
    /// For whom its challenges are counted: the holder, or the address of a stranger.
    pub counts_for: &'a str,
}

/// A new challenge. `handle` is what the person to be is called by the authenticator.
///
/// # Errors
/// Those of the database.
pub(super) fn begin(tx: &mut Tx<'_>, asker: &Asker<'_>, handle: &str, now: Ts) -> Result<String> {
    sweep(tx, now.0)?;
    let of_asker = passkey_challenges::counts_for.eq(asker.counts_for);
    let eldest: Option<Ts> = table
        .filter(of_asker)
        .order(passkey_challenges::made_at.desc())
        .offset(AT_ONCE - 1)
        .select(passkey_challenges::made_at)
        .first(&mut **tx)
        .optional()?;
    if let Some(eldest) = eldest {
        diesel::delete(table.filter(of_asker.and(passkey_challenges::made_at.le(eldest))))
            .execute(&mut **tx)?;
    }
    let challenge = random_token();
    diesel::insert_into(table)
        .values((
            passkey_challenges::hash.eq(digest(&challenge)),
            passkey_challenges::purpose.eq(asker.purpose),
            passkey_challenges::holder.eq(asker.holder),
            passkey_challenges::counts_for.eq(asker.counts_for),
            passkey_challenges::handle.eq(handle),
            passkey_challenges::made_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(challenge)
}

/// For whom a stranger's challenges are counted: his network. Each page at which somebody could sign in has one waiting that
/// nobody asked for (`offered`); an office behind one address has as many of those as of the others.
pub fn counts_for(network: &str, offered: bool) -> String {
    if offered { format!("offered {network}") } else { network.to_owned() }
}

/// Whether a stranger's network has asked for so many that wait that it gets no more, or all of them have; see [`counts_for`].
///
/// # Errors
/// Those of the database.
pub fn asks_too_much(conn: &mut Conn, counts_for: &str, offered: bool, now: Ts) -> Result<bool> {
    let most = if offered { OFFERED } else { IN_ALL };
    let young = passkey_challenges::made_at.gt(Ts(now.0.checked_sub(LIFE).unwrap_or(now.0)));
    let of_asker = passkey_challenges::counts_for.eq(counts_for).and(young);
    let own: i64 = table.filter(of_asker).count().get_result(conn)?;
    let all: i64 = if own < AT_ONCE { table.filter(young).count().get_result(conn)? } else { 0 };
    Ok(own >= AT_ONCE || all >= most)
}

/// Uses a challenge up: the handle it was made with, where it waited for this purpose and this browser. Of two answers to one
/// challenge the later finds none, on other nodes too.
///
/// # Errors
/// Those of the database.
pub(super) fn spend(
    tx: &mut Tx<'_>,
    challenge: &str,
    purpose: PasskeyPurpose,
    holder: &str,
    now: Ts,
) -> Result<Option<String>> {
    let hash = digest(challenge);
    let found: Option<(PasskeyPurpose, String, String, Ts)> = table
        .find(&hash)
        .select((
            passkey_challenges::purpose,
            passkey_challenges::holder,
            passkey_challenges::handle,
            passkey_challenges::made_at,
        ))
        .first(&mut **tx)
        .optional()?;
    // Whatever becomes of it: it was answered.
    let gone = diesel::delete(table.find(&hash)).execute(&mut **tx)?;
    Ok(found
        .filter(|(wanted, of, _, made)| {
            gone == 1 && *wanted == purpose && of == holder && now.0.duration_since(made.0).abs() < LIFE
        })
        .map(|(_, _, handle, _)| handle))
}

/// Throws away what nobody answered.
///
/// # Errors
/// Those of the database.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    let old = Ts(now.checked_sub(LIFE).unwrap_or(now));
    diesel::delete(table.filter(passkey_challenges::made_at.lt(old))).execute(&mut **tx)?;
    Ok(())
}
