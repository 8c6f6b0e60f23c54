//! The five ranks of urgency: what the house calls them, which of them it offers, and with which a ticket begins.

use std::collections::HashSet;

use diesel::prelude::*;
use serde_json::{Value, json};

use super::check;
use crate::{
    access::Actor,
    audit,
    db::{
        Audited, Conn, Direct, InstallationRight, Priority, Ts, Tx, backend, columns,
        schema::{priorities, reply_templates},
    },
    error::{Error, FieldError, Result, say},
};

/// What the audit log calls them together.
const ALL: &str = "priorities";

/// A rank.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = priorities)]
pub struct Rank {
    /// Which.
    pub level: Priority,
    /// What the house calls it; `None`: what its reader's language does.
    pub name: Option<String>,
    retired_at: Option<Ts>,
    /// Whether a ticket begins with it about which nobody said anything.
    pub usual: bool,
}

impl Rank {
    /// Whether it is offered no more.
    pub const fn is_retired(&self) -> bool {
        self.retired_at.is_some()
    }
}

/// All five, from the lowest.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut Conn) -> Result<Vec<Rank>> {
    Ok(priorities::table.order(priorities::level).select(columns::<Rank>()).rows(conn)?)
}

/// The priority of a ticket about which nobody said anything.
///
/// # Errors
/// Those of the database.
pub fn usual(conn: &mut Conn) -> Result<Priority> {
    let found: Option<Priority> = priorities::table
        .filter(priorities::usual.eq(true))
        .select(priorities::level)
        .first_row(conn)
        .optional()?;
    Ok(found.unwrap_or(Priority::NORMAL))
}

/// Refuses a priority that is offered no more.
///
/// # Errors
/// [`Error::Invalid`] of the field.
pub fn must_be_offered(conn: &mut Conn, field: &str, of: Priority) -> Result<()> {
    let rank: Rank = priorities::table.find(of).select(columns::<Rank>()).row(conn).map_err(Error::from)?;
    if rank.is_retired() {
        let name = rank.name.unwrap_or_else(|| of.as_str().to_owned());
        return Err(Error::invalid(field, say!("refused-term-retired", name = name)));
    }
    Ok(())
}

/// A rank as it shall be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What it is called; empty: as each language does.
    pub name: String,
    /// Whether it is offered no more.
    pub retired: bool,
}

/// Sets all five, from the lowest, and with which of them tickets begin.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage queues and mail; [`Error::Invalid`] names each field that is wrong:
/// `name_1` to `name_5`, and `usual`.
pub fn set(tx: &mut Tx<'_>, actor: &Actor, wanted: &[Wanted; 5], usual: Priority, now: Ts) -> Result<()> {
    actor.require(InstallationRight::QueuesAndMail)?;
    backend::one_at_a_time(tx, "priorities")?;
    let names = check(tx, wanted, usual)?;
    let there = all(tx)?;
    audit::around(tx, (&actor.who(), Audited::Priorities, now), told, |tx| {
        // One at a time is the usual one: first none is.
        diesel::update(priorities::table).set(priorities::usual.eq(false)).exec(tx)?;
        for ((rank, wish), name) in there.iter().zip(wanted).zip(names) {
            let since = wish.retired.then(|| rank.retired_at.unwrap_or(now));
            diesel::update(priorities::table.find(rank.level))
                .set((
                    priorities::name.eq(name),
                    priorities::retired_at.eq(since),
                    priorities::usual.eq(rank.level == usual),
                ))
                .exec(tx)?;
        }
        Ok(())
    })
}

fn check(conn: &mut Conn, wanted: &[Wanted; 5], usual: Priority) -> Result<Vec<Option<String>>> {
    let mut problems: Vec<FieldError> = Vec::new();
    let (mut names, mut seen) = (Vec::new(), HashSet::new());
    for (rank, wish) in Priority::all().zip(wanted) {
        let field = format!("name_{}", rank.level());
        let name = match wish.name.trim() {
            "" => None,
            typed => match check::name(&field, typed) {
                Ok(name) => Some(name),
                Err(Error::Invalid(wrong)) => {
                    problems.extend(wrong);
                    None
                }
                Err(error) => return Err(error),
            },
        };
        if let Some(name) = &name {
            // What another rank is called by default still means that one, to programs and in searches.
            let others = check::own_priority(name).is_some_and(|other| other != rank);
            let number = name.chars().all(|c| c.is_ascii_digit());
            if others || number || !seen.insert(check::key(name)) {
                let message = say!("refused-term-taken", name = name);
                problems.push(FieldError { field: field.clone(), message });
            }
        }
        if wish.retired && rank == usual {
            problems.push(FieldError { field: "usual".into(), message: say!("refused-usual-retired") });
        }
        let macros = if wish.retired { macros(conn, rank)? } else { Vec::new() };
        if !macros.is_empty() {
            let name = name.clone().unwrap_or_else(|| rank.as_str().to_owned());
            let message = say!("refused-term-used", name = name, macros = macros.join(", "));
            problems.push(FieldError { field, message });
        }
        names.push(name);
    }
    if problems.is_empty() { Ok(names) } else { Err(Error::Invalid(problems)) }
}

/// The names of the house's macros that set a priority; one's own is refused when it is used.
fn macros(conn: &mut Conn, of: Priority) -> Result<Vec<String>> {
    Ok(reply_templates::table
        .filter(reply_templates::priority.eq(of).and(reply_templates::retired_at.is_null()))
        .filter(reply_templates::owner_id.is_null())
        .order((reply_templates::name, reply_templates::id))
        .select(reply_templates::name)
        .rows(conn)?)
}

/// What the audit log is told of them.
fn told(conn: &mut Conn) -> Result<(String, Value)> {
    let ranks = all(conn)?;
    let mut value = serde_json::Map::new();
    for rank in &ranks {
        let one = json!({ "name": rank.name, "retired": rank.is_retired(), "usual": rank.usual });
        value.insert(rank.level.level().to_string(), one);
    }
    Ok((ALL.to_owned(), Value::Object(value)))
}
