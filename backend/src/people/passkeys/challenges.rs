//! What a passkey has to sign: random, for one purpose and one browser, good once and not for long. Rows, so that the answer
//! may come to another node than the one that asked.

use std::{collections::HashMap, net::IpAddr};

use diesel::{dsl::count_star, prelude::*};
use jiff::{SignedDuration, Timestamp};

use crate::{
    clock::random_token,
    db::{
        Conn, PasskeyPurpose, Ts, Tx,
        schema::passkey_challenges::{self, table},
    },
    error::Result,
    people::sessions::{digest, house},
};

/// For how long an answer is waited for.
const LIFE: SignedDuration = SignedDuration::from_mins(5);
/// What browsers are told, in milliseconds: sooner, so that what they bring is still waited for.
pub(super) const PATIENCE: u32 = 240_000;
/// So many of one asker wait at once; with one more the oldest is forgotten.
const AT_ONCE: i64 = 50;
/// So many wait in all; with one more, some of those are forgotten whose house has most.
const IN_ALL: i64 = 10_000;
/// So many are forgotten together: it takes a look at all of them to know whose.
const TOGETHER: i64 = 100;
/// So many askers are named in one statement.
const AT_A_TIME: usize = 500;
/// What stands before the network of a page that asks by itself.
const OFFERED: &str = "offered ";

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
    make_room(tx)?;
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
    if offered { format!("{OFFERED}{network}") } else { network.to_owned() }
}

/// Whether a stranger's network has asked for so many that wait that it gets no more; see [`counts_for`].
///
/// # Errors
/// Those of the database.
pub fn asks_too_much(conn: &mut Conn, counts_for: &str, now: Ts) -> Result<bool> {
    let young = passkey_challenges::made_at.gt(Ts(now.0.checked_sub(LIFE).unwrap_or(now.0)));
    let of_asker = passkey_challenges::counts_for.eq(counts_for).and(young);
    Ok(table.filter(of_asker).count().get_result::<i64>(conn)? >= AT_ONCE)
}

/// Forgets the oldest of the house that has most, where no more fit, and never more than half of them: who came last may just
/// be about to answer. Those of people who have a session are theirs.
fn make_room(tx: &mut Tx<'_>) -> Result<()> {
    if table.count().get_result::<i64>(&mut **tx)? < IN_ALL {
        return Ok(());
    }
    let Some(most) = houses(tx)?.into_values().max_by_key(|house| house.waiting) else { return Ok(()) };
    let mut oldest: Vec<(Ts, String)> = Vec::new();
    for part in most.askers.chunks(AT_A_TIME) {
        let of = table.filter(passkey_challenges::counts_for.eq_any(part.to_vec()));
        oldest.extend(
            of.order(passkey_challenges::made_at)
                .limit(TOGETHER)
                .select((passkey_challenges::made_at, passkey_challenges::hash))
                .load::<(Ts, String)>(&mut **tx)?,
        );
    }
    oldest.sort_unstable();
    let so_many = TOGETHER.min(most.waiting.midpoint(1)).max(1);
    oldest.truncate(usize::try_from(so_many).unwrap_or(1));
    let hashes: Vec<String> = oldest.into_iter().map(|(_, hash)| hash).collect();
    diesel::delete(table.filter(passkey_challenges::hash.eq_any(hashes))).execute(&mut **tx)?;
    Ok(())
}

/// What waits for the strangers of a house.
#[derive(Default)]
struct House {
    waiting: i64,
    askers: Vec<String>,
}

fn houses(conn: &mut Conn) -> Result<HashMap<IpAddr, House>> {
    let counts: Vec<(String, i64)> = table
        .group_by(passkey_challenges::counts_for)
        .select((passkey_challenges::counts_for, count_star()))
        .load(conn)?;
    let mut houses: HashMap<IpAddr, House> = HashMap::new();
    for (asker, waiting) in counts {
        if let Some(house) = house_of(&asker) {
            let house = houses.entry(house).or_default();
            house.waiting += waiting;
            house.askers.push(asker);
        }
    }
    Ok(houses)
}

/// The house of a stranger's network, as [`counts_for`] names it.
fn house_of(asker: &str) -> Option<IpAddr> {
    let network = asker.strip_prefix(OFFERED).unwrap_or(asker);
    network.strip_suffix("/64").unwrap_or(network).parse().ok().map(house)
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
