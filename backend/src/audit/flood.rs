//! What a stranger can do as often as he likes has a bound here: the first ones of an hour are rows, the others a number.

use diesel::prelude::*;

use super::noted;
use crate::{
    access::{Actor, Who},
    db::{Audited, Cause, Keep, Ts, Tx, each, schema::audit_counts::dsl},
    error::Result,
};

/// So many rows of one kind from one source in an hour.
const ROWS: i64 = 20;
/// So many failed sign-ins in an hour, wherever they come from.
const FAILED: i64 = 200;

/// Writes down something of which there may be a flood: a row, or one more in the hour's number.
///
/// # Errors
/// Those of the database.
pub fn counted(
    tx: &mut Tx<'_>,
    who: &Who,
    kind: Audited,
    subject: &str,
    detail: &str,
    n: i64,
    now: Ts,
) -> Result<()> {
    let of = who.login.as_deref().unwrap_or_default().to_owned();
    let most = match kind {
        Audited::SignInThrottled => 0,
        Audited::SignInFailed => FAILED,
        _ => ROWS,
    };
    let before = add(tx, kind, &of, n, now)?;
    if before < most { noted(tx, who, kind, subject, detail, now) } else { Ok(()) }
}

/// Writes down that the actor was refused what he asked for; `detail` says why, where it is not a missing right.
///
/// # Errors
/// Those of the database.
pub fn refused(tx: &mut Tx<'_>, actor: &Actor, what: &str, detail: &str, now: Ts) -> Result<()> {
    counted(tx, &actor.who(), Audited::Refused, what, detail, 1, now)
}

fn hour(now: Ts) -> Ts {
    const HOUR: i64 = 3_600;
    let begun = now.0.as_second().div_euclid(HOUR) * HOUR;
    Ts(jiff::Timestamp::from_second(begun).unwrap_or(now.0))
}

/// Adds to the hour's number; what it was before.
fn add(tx: &mut Tx<'_>, kind: Audited, of: &str, n: i64, now: Ts) -> Result<i64> {
    let key = (kind.as_str(), of, hour(now));
    let row = (dsl::kind.eq(key.0), dsl::of.eq(of), dsl::hour.eq(key.2), dsl::n.eq(0));
    each!(&mut **tx, |c| diesel::insert_into(dsl::audit_counts)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    diesel::update(dsl::audit_counts.find(key)).set(dsl::n.eq(dsl::n + n)).execute(&mut **tx)?;
    let now: i64 = dsl::audit_counts.find(key).select(dsl::n).first(&mut **tx)?;
    Ok(now - n)
}

/// Writes the numbers of past hours down: one row for each, of what had none of its own.
///
/// # Errors
/// Those of the database.
pub fn fold(tx: &mut Tx<'_>, now: Ts) -> Result<()> {
    let past: Vec<(String, String, Ts, i64)> = dsl::audit_counts
        .filter(dsl::hour.lt(hour(now)))
        .order((dsl::hour, dsl::kind, dsl::of))
        .limit(1_000)
        .load(&mut **tx)?;
    for (kind, of, hour, n) in past {
        let gone = diesel::delete(dsl::audit_counts.find((&kind, &of, hour))).kept().execute(&mut **tx)?;
        let Ok(kind) = kind.parse::<Audited>() else { continue };
        let rows = match kind {
            Audited::SignInThrottled => 0,
            Audited::SignInFailed => FAILED,
            _ => ROWS,
        };
        // Another node may have been first.
        if gone == 1 && n > rows {
            let detail = format!("{} more in the hour from {}", n - rows, hour.0);
            noted(tx, &Who::machine(Cause::System), kind, &of, &detail, now)?;
        }
    }
    Ok(())
}
