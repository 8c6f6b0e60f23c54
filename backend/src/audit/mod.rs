//! Who did what that no ticket's history tells: rows that are added and never changed, each chained to the one before.

mod chain;
mod flood;
pub mod forward;
mod read;
pub mod witness;

use serde_json::{Map, Value};

use self::chain::{Row, append};
pub(crate) use self::read::load;
pub use self::{
    chain::{Broken, Verified, verify},
    flood::{counted, fold, refused},
    read::{Also, Entry, Filter, Found, LastChange, Part, last_changes, page},
};
use crate::{
    access::{Actor, Who},
    db::{Audited, Conn, Ts, Tx},
    error::{Error, Result},
};

/// The longest text of a value that is kept, in characters; of a longer one only the beginning.
const LONGEST: usize = 2_000;

/// Writes down what the actor does, in the transaction that does it.
///
/// # Errors
/// Those of the database.
pub fn record(tx: &mut Tx<'_>, actor: &Actor, kind: Audited, detail: &str, now: Ts) -> Result<()> {
    noted(tx, &actor.who(), kind, "", detail, now)
}

/// Writes down that something happened to `subject`.
///
/// # Errors
/// Those of the database.
pub fn noted(tx: &mut Tx<'_>, who: &Who, kind: Audited, subject: &str, detail: &str, now: Ts) -> Result<()> {
    append(tx, Row::new(who, kind, &cut(subject), &cut(detail), now))
}

/// Writes down a change of `subject`, in the transaction that makes it: of two objects only the fields that differ, and
/// nothing at all where none does. [`Value::Null`] is "there was none" and "there is none any more". No secret is ever
/// handed in; that one was changed is said by a field that differs, such as a count.
///
/// `who` is [`Actor::who`], or [`Who::machine`] for the command line.
///
/// # Errors
/// Those of the database.
pub fn changed(
    tx: &mut Tx<'_>,
    who: &Who,
    kind: Audited,
    subject: &str,
    before: &Value,
    after: &Value,
    now: Ts,
) -> Result<()> {
    if before == after {
        return Ok(());
    }
    let (before, after) = different(before, after);
    let mut row = Row::new(who, kind, &cut(subject), "", now);
    (row.was, row.becomes) = (text(&before), text(&after));
    append(tx, row)
}

/// Does `act` and writes down what it changed, as `told` tells of it before and after: the subject's name, and what is
/// worth knowing of it. Before, there may be none.
///
/// # Errors
/// Those of `act`, and of the database.
pub(crate) fn around<T>(
    tx: &mut Tx<'_>,
    (who, kind, now): (&Who, Audited, Ts),
    told: impl Fn(&mut Conn) -> Result<(String, Value)>,
    act: impl FnOnce(&mut Tx<'_>) -> Result<T>,
) -> Result<T> {
    let before = match told(tx) {
        Ok((_, before)) => before,
        Err(Error::NotFound) => Value::Null,
        Err(error) => return Err(error),
    };
    let done = act(tx)?;
    let (subject, after) = told(tx)?;
    changed(tx, who, kind, &subject, &before, &after, now)?;
    Ok(done)
}

/// What differs.
fn different(before: &Value, after: &Value) -> (Value, Value) {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return (before.clone(), after.clone());
    };
    let only = |one: &Map<String, Value>, other: &Map<String, Value>| {
        let fields = one.iter().filter(|(name, value)| other.get(*name) != Some(value));
        Value::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect())
    };
    (only(old, new), only(new, old))
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        value => shortened(value).to_string(),
    }
}

fn shortened(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(cut(text)),
        Value::Array(values) => Value::Array(values.iter().map(shortened).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), shortened(value))).collect())
        }
        other => other.clone(),
    }
}

/// The text without what PostgreSQL cannot keep, and not longer than is useful.
fn cut(text: &str) -> String {
    let mut kept: String = text.chars().filter(|c| *c != '\0').take(LONGEST).collect();
    if text.chars().count() > LONGEST {
        kept.push('…');
    }
    kept
}
