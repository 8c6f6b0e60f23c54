//! States that the house has named: made, renamed, put in order, retired. None is ever deleted: tickets and their history
//! name it.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::{Value, json};

use super::{KINDS, check};
use crate::{
    access::Actor,
    audit,
    db::{
        Audited, Conn, Direct, InstallationRight, State, StateId, Status, Ts, Tx, backend, columns,
        schema::{reply_templates, states},
    },
    error::{Error, Result, say},
};

/// So many can be there, retired ones included.
const MOST: usize = 100;

/// A state that the house has named.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = states)]
pub struct NamedState {
    /// Its key.
    pub id: StateId,
    /// What rules see; never changed.
    pub kind: State,
    /// What people see, unique in any case.
    pub name: String,
    /// Where it stands among those of its kind: the smallest first.
    pub place: i32,
    retired_at: Option<Ts>,
}

impl NamedState {
    /// It as the state of a ticket.
    pub const fn status(&self) -> Status {
        Status::named(self.kind, self.id)
    }

    /// Whether it is offered no more.
    pub const fn is_retired(&self) -> bool {
        self.retired_at.is_some()
    }
}

/// All of them, retired ones included: by kind, and in their order.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut Conn) -> Result<Vec<NamedState>> {
    let mut all: Vec<NamedState> =
        states::table.order((states::place, states::id)).select(columns::<NamedState>()).rows(conn)?;
    all.sort_by_key(|state| KINDS.iter().position(|kind| *kind == state.kind));
    Ok(all)
}

/// One of them.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(conn: &mut Conn, id: StateId) -> Result<NamedState> {
    Ok(states::table.find(id).select(columns::<NamedState>()).row(conn)?)
}

/// Refuses a state that cannot be chosen: a name that is retired, unknown, or of another kind.
///
/// # Errors
/// [`Error::Invalid`] of the field.
pub fn must_be_offered(conn: &mut Conn, field: &str, of: Status) -> Result<()> {
    let Some(id) = of.named else { return Ok(()) };
    match get(conn, id) {
        Ok(state) if state.kind == of.kind && !state.is_retired() => Ok(()),
        Ok(state) => Err(Error::invalid(field, say!("refused-term-retired", name = state.name))),
        Err(Error::NotFound) => Err(Error::invalid(field, say!("refused-no-state"))),
        Err(error) => Err(error),
    }
}

/// Names a state of a kind; it stands behind the others of that kind.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage queues and mail; [`Error::Invalid`] for a kind of which there is but
/// one, for what is no name, or is one already.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, kind: State, name: &str, now: Ts) -> Result<NamedState> {
    actor.require(InstallationRight::QueuesAndMail)?;
    backend::one_at_a_time(tx, "states")?;
    if !KINDS.contains(&kind) {
        return Err(Error::invalid("kind", say!("refused-state-kind")));
    }
    let there = all(tx)?;
    if there.len() >= MOST {
        return Err(Error::invalid("name", say!("refused-states", most = MOST)));
    }
    let name = free_name(&there, None, name)?;
    let last = there.iter().filter(|state| state.kind == kind).map(|state| state.place).max();
    let id: StateId = diesel::insert_into(states::table)
        .values((
            states::kind.eq(kind),
            states::name.eq(&name),
            states::key.eq(check::key(&name)),
            states::place.eq(last.unwrap_or(0) + 1),
        ))
        .returning(states::id)
        .row(tx)?;
    let (name, made) = told(tx, id)?;
    audit::changed(tx, &actor.who(), Audited::State, &name, &Value::Null, &made, now)?;
    get(tx, id)
}

/// Gives a state another name, on every ticket that is in it; the name that it had is free.
///
/// # Errors
/// As [`create`]; [`Error::NotFound`].
pub fn rename(tx: &mut Tx<'_>, actor: &Actor, id: StateId, name: &str, now: Ts) -> Result<NamedState> {
    actor.require(InstallationRight::QueuesAndMail)?;
    backend::one_at_a_time(tx, "states")?;
    get(tx, id)?;
    let there = all(tx)?;
    let name = free_name(&there, Some(id), name)?;
    around(tx, actor, id, now, |tx| {
        diesel::update(states::table.find(id))
            .set((states::name.eq(&name), states::key.eq(check::key(&name))))
            .exec(tx)?;
        Ok(())
    })
}

/// Puts a state at a place among those of its kind: 1 is the first. What stands there goes one further; beyond the last
/// place is the last.
///
/// # Errors
/// [`Error::Forbidden`] without the right; [`Error::NotFound`].
pub fn put_at(tx: &mut Tx<'_>, actor: &Actor, id: StateId, place: usize, now: Ts) -> Result<NamedState> {
    actor.require(InstallationRight::QueuesAndMail)?;
    backend::one_at_a_time(tx, "states")?;
    let moved = get(tx, id)?;
    let mut order: Vec<NamedState> = all(tx)?.into_iter().filter(|state| state.kind == moved.kind).collect();
    order.retain(|state| state.id != id);
    order.insert(place.saturating_sub(1).min(order.len()), moved);
    around(tx, actor, id, now, |tx| {
        for (at, state) in (1..).zip(&order).filter(|(at, state)| state.place != *at) {
            diesel::update(states::table.find(state.id)).set(states::place.eq(at)).exec(tx)?;
        }
        Ok(())
    })
}

/// Offers a state no more, or again. Tickets that are in it stay in it and go on showing its name.
///
/// # Errors
/// [`Error::Forbidden`] without the right; [`Error::NotFound`]; [`Error::Conflict`] where a macro of the house still sets it.
pub fn retire(tx: &mut Tx<'_>, actor: &Actor, id: StateId, retired: bool, now: Ts) -> Result<NamedState> {
    actor.require(InstallationRight::QueuesAndMail)?;
    // Nobody keeps a macro meanwhile that sets it.
    backend::one_at_a_time(tx, "states")?;
    let state = get(tx, id)?;
    let macros = macros(tx, id)?;
    if retired && !macros.is_empty() {
        let macros = macros.join(", ");
        return Err(Error::Conflict(say!("refused-term-used", name = state.name, macros = macros)));
    }
    let since = retired.then_some(now);
    around(tx, actor, id, now, |tx| {
        diesel::update(states::table.find(id)).set(states::retired_at.eq(since)).exec(tx)?;
        Ok(())
    })
}

/// The names of the house's macros that set a state. What somebody wrote for himself is nobody else's to know: it is refused
/// when he uses it.
fn macros(conn: &mut Conn, id: StateId) -> Result<Vec<String>> {
    Ok(reply_templates::table
        .filter(reply_templates::state_id.eq(id).and(reply_templates::retired_at.is_null()))
        .filter(reply_templates::owner_id.is_null())
        .order((reply_templates::name, reply_templates::id))
        .select(reply_templates::name)
        .rows(conn)?)
}

/// The names of the house's macros that set states, by state.
///
/// # Errors
/// Those of the database.
pub fn all_macros(conn: &mut Conn) -> Result<HashMap<StateId, Vec<String>>> {
    let rows: Vec<(Option<StateId>, String)> = reply_templates::table
        .filter(reply_templates::state_id.is_not_null().and(reply_templates::retired_at.is_null()))
        .filter(reply_templates::owner_id.is_null())
        .order((reply_templates::name, reply_templates::id))
        .select((reply_templates::state_id, reply_templates::name))
        .rows(conn)?;
    let mut all: HashMap<StateId, Vec<String>> = HashMap::new();
    for (state, name) in rows {
        all.entry(state.unwrap_or(StateId(0))).or_default().push(name);
    }
    Ok(all)
}

fn around(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: StateId,
    now: Ts,
    act: impl FnOnce(&mut Tx<'_>) -> Result<()>,
) -> Result<NamedState> {
    audit::around(tx, (&actor.who(), Audited::State, now), |conn| told(conn, id), act)?;
    get(tx, id)
}

/// What the audit log is told of a state.
fn told(conn: &mut Conn, id: StateId) -> Result<(String, Value)> {
    let it = get(conn, id)?;
    let value = json!({
        "name": it.name, "kind": it.kind.as_str(), "place": it.place, "retired": it.is_retired(),
    });
    Ok((it.name, value))
}

fn free_name(there: &[NamedState], own: Option<StateId>, typed: &str) -> Result<String> {
    let name = check::name("name", typed)?;
    let key = check::key(&name);
    let taken = there.iter().any(|state| Some(state.id) != own && check::key(&state.name) == key);
    if taken || check::is_own_state(&name) {
        return Err(Error::invalid("name", say!("refused-term-taken", name = name)));
    }
    Ok(name)
}
