//! Passkeys (WebAuthn): an authenticator signs, with a key that it has for us alone, what we have thought up for it. They
//! are the second step behind a password, or the only one where the authenticator makes sure who touches it; and in place
//! of the password once more.
//!
//! `challenges` is what has to be signed, [`answer`] whether what comes back is believed (with `key` and `cbor` below it),
//! `options` what browsers are asked; this file knows whose passkey is which.

pub mod answer;
mod cbor;
mod challenges;
mod key;
mod options;
mod site;

use diesel::prelude::*;
use serde_json::{Value, json};

use self::answer::{Made, Shown};
pub(crate) use self::challenges::sweep;
pub use self::{
    answer::Doubt,
    challenges::{Asker, asks_too_much, counts_for},
    options::{to_make, to_show},
    site::Site,
};
use super::{Agent, factor, sessions};
use crate::{
    access::{Actor, Check, Who, is_left_out},
    audit,
    clock::random_token,
    db::{
        AgentId, Audited, Cause, Conn, PasskeyId, PasskeyPurpose, Ts, Tx, backend, each,
        schema::passkeys::{self, table},
    },
    error::{Error, Result, say},
    notify::security::{self, Changed},
};

/// So many has one agent at most.
const MOST: usize = 20;
/// The longest name, in characters.
const LONGEST_NAME: usize = 60;

/// One that is kept, without what it is checked with.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = passkeys)]
pub struct Passkey {
    /// Its key.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Ts,
    /// When somebody last came in with it.
    pub used_at: Option<Ts>,
}

/// The agent's passkeys, the oldest first.
///
/// # Errors
/// Those of the database.
pub fn of_agent(conn: &mut Conn, agent: AgentId) -> Result<Vec<Passkey>> {
    let own = table.filter(passkeys::agent_id.eq(agent)).order(passkeys::id);
    Ok(own.select(Passkey::as_select()).load(conn)?)
}

/// Whether the agent has any.
///
/// # Errors
/// Those of the database.
pub fn has_any(conn: &mut Conn, agent: AgentId) -> Result<bool> {
    let own = table.filter(passkeys::agent_id.eq(agent));
    Ok(own.select(passkeys::id).first::<PasskeyId>(conn).optional()?.is_some())
}

/// Which of these agents have any.
pub(super) fn owners(conn: &mut Conn, agents: &[AgentId]) -> Result<Vec<AgentId>> {
    let theirs = table.filter(passkeys::agent_id.eq_any(agents));
    Ok(theirs.select(passkeys::agent_id).distinct().load(conn)?)
}

/// Whether anybody has one: else the sign-in page need not ask for it.
///
/// # Errors
/// Those of the database.
pub fn are_used(conn: &mut Conn) -> Result<bool> {
    Ok(table.select(passkeys::id).first::<PasskeyId>(conn).optional()?.is_some())
}

fn names(conn: &mut Conn, agent: AgentId) -> Result<Vec<String>> {
    let own = table.filter(passkeys::agent_id.eq(agent)).order(passkeys::id);
    Ok(own.select(passkeys::name).load(conn)?)
}

fn credentials(conn: &mut Conn, agent: AgentId) -> Result<Vec<String>> {
    let own = table.filter(passkeys::agent_id.eq(agent)).order(passkeys::id);
    Ok(own.select(passkeys::credential).load(conn)?)
}

fn handle_of(conn: &mut Conn, agent: AgentId) -> Result<Option<String>> {
    let own = table.filter(passkeys::agent_id.eq(agent)).order(passkeys::id);
    Ok(own.select(passkeys::handle).first(conn).optional()?)
}

/// What the audit log is told of them.
pub(super) fn told(conn: &mut Conn, agent: &Agent) -> Result<(String, Value)> {
    Ok((agent.login.clone(), json!({ "passkeys": names(conn, agent.id)? })))
}

/// Asks for one to be made: what the browser is to be told.
///
/// # Errors
/// [`Error::Conflict`] for an agent who has very many.
pub fn ask_for_new(tx: &mut Tx<'_>, site: &Site, agent: &Agent, asker: &Asker<'_>, now: Ts) -> Result<Value> {
    let kept = credentials(tx, agent.id)?;
    if kept.len() >= MOST {
        return Err(Error::Conflict(say!("refused-passkeys-many", n = MOST)));
    }
    // One name for all: an authenticator keeps one passkey for each name that a site gives its people.
    let handle = handle_of(tx, agent.id)?.unwrap_or_else(random_token);
    let challenge = challenges::begin(tx, asker, &handle, now)?;
    Ok(to_make(site, &challenge, agent, &handle, &kept))
}

/// Asks for one to be shown: of this agent, or of whoever it may be. What the browser is to be told.
///
/// # Errors
/// [`Error::Conflict`] for an agent who has none.
pub fn ask_for(
    tx: &mut Tx<'_>,
    site: &Site,
    agent: Option<AgentId>,
    asker: &Asker<'_>,
    now: Ts,
) -> Result<Value> {
    let kept = match agent {
        Some(agent) => credentials(tx, agent)?,
        None => Vec::new(),
    };
    if agent.is_some() && kept.is_empty() {
        return Err(Error::Conflict(say!("passkey-none")));
    }
    let challenge = challenges::begin(tx, asker, "", now)?;
    Ok(to_show(site, &challenge, &kept, must_verify(asker.purpose)))
}

/// Whether the authenticator has to make sure who touches it: behind a password having it is enough.
fn must_verify(purpose: PasskeyPurpose) -> bool {
    match purpose {
        PasskeyPurpose::SignIn | PasskeyPurpose::Raise => true,
        PasskeyPurpose::Factor | PasskeyPurpose::Add => false,
    }
}

/// Keeps one that was made. With the first second factor come recovery codes, which are shown this once.
///
/// # Errors
/// [`Error::Invalid`] for a name that is none.
pub fn add(
    tx: &mut Tx<'_>,
    site: &Site,
    agent: &Agent,
    (holder, brought): (&str, &str),
    name: &str,
    now: Ts,
) -> Result<Result<Vec<String>, Doubt>> {
    let name = checked(name)?;
    let made = match Made::read(brought) {
        Ok(made) => made,
        Err(doubt) => return Ok(Err(doubt)),
    };
    let spent = challenges::spend(tx, made.challenge(), PasskeyPurpose::Add, holder, now)?;
    let Some(handle) = spent else { return Ok(Err(Doubt::Challenge)) };
    let new = match made.check(site) {
        Ok(new) => new,
        Err(doubt) => return Ok(Err(doubt)),
    };
    backend::hold_agent(tx, agent.id)?;
    let (_, before) = told(tx, agent)?;
    // Asked for several at once, or under another name than one that came first.
    let (kept, own) = (credentials(tx, agent.id)?.len(), handle_of(tx, agent.id)?);
    if kept >= MOST {
        return Err(Error::Conflict(say!("refused-passkeys-many", n = MOST)));
    }
    if own.is_some_and(|own| own != handle) {
        return Ok(Err(Doubt::Challenge));
    }
    let called = name.clone();
    let row = (
        passkeys::agent_id.eq(agent.id),
        passkeys::credential.eq(new.credential),
        passkeys::handle.eq(handle),
        passkeys::public_key.eq(new.key),
        passkeys::counter.eq(i64::from(new.counter)),
        passkeys::can_be_copied.eq(new.can_be_copied),
        passkeys::is_copied.eq(new.is_copied),
        passkeys::name.eq(name),
        passkeys::created_at.eq(now),
    );
    let made =
        each!(&mut **tx, |c| diesel::insert_into(table).values(row).on_conflict_do_nothing().execute(c))?;
    if made == 0 {
        return Ok(Err(Doubt::Taken));
    }
    let (login, after) = told(tx, agent)?;
    let who = Who { agent: Some(agent.id), login: Some(login.clone()), cause: Cause::Web };
    audit::changed(tx, &who, Audited::Factor, &login, &before, &after, now)?;
    security::tell(tx, agent, &who, Changed::PasskeyAdded(&called), now)?;
    // A secret that no app has shown a code of would go on asking for one.
    factor::forget_pending(tx, agent.id)?;
    factor::first_codes(tx, agent.id).map(Ok)
}

fn checked(name: &str) -> Result<String> {
    let name: String = name.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(Error::invalid("name", say!("refused-passkey-name", n = LONGEST_NAME)));
    }
    Ok(name)
}

/// Gives one of the actor's own another name.
///
/// # Errors
/// [`Error::NotFound`] for one that is not his; [`Error::Invalid`] for a name that is none.
pub fn rename(tx: &mut Tx<'_>, actor: &Actor, id: PasskeyId, name: &str, now: Ts) -> Result<()> {
    own(tx, actor, id)?;
    let name = checked(name)?;
    let agent = &actor.agent;
    audit::around(
        tx,
        (&actor.who(), Audited::Factor, now),
        |conn| told(conn, agent),
        |tx| {
            diesel::update(table.find(id)).set(passkeys::name.eq(name)).execute(&mut **tx)?;
            Ok(())
        },
    )
}

/// Takes one of the actor's own away. His other sessions end: one of them may have begun with what he has lost.
///
/// # Errors
/// [`Error::NotFound`] for one that is not his; [`Error::Conflict`] for the last second factor of somebody whose role asks
/// for one.
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, session: &str, id: PasskeyId, now: Ts) -> Result<()> {
    own(tx, actor, id)?;
    sessions::end_others(tx, actor.agent.id, session)?;
    let agent = &actor.agent;
    let called: String = table.find(id).select(passkeys::name).first(&mut **tx)?;
    security::tell(tx, agent, &actor.who(), Changed::PasskeyRemoved(&called), now)?;
    audit::around(
        tx,
        (&actor.who(), Audited::Factor, now),
        |conn| told(conn, agent),
        |tx| {
            diesel::delete(table.find(id)).execute(&mut **tx)?;
            factor::after_removal(tx, agent.id)
        },
    )
}

/// Whether this one is the agent's.
///
/// # Errors
/// Those of the database.
pub fn is_of(conn: &mut Conn, agent: AgentId, id: PasskeyId) -> Result<bool> {
    let his = table.filter(passkeys::id.eq(id).and(passkeys::agent_id.eq(agent)));
    Ok(his.select(passkeys::id).first::<PasskeyId>(conn).optional()?.is_some())
}

/// Looks whether it is the actor's own.
fn own(tx: &mut Tx<'_>, actor: &Actor, id: PasskeyId) -> Result<()> {
    backend::hold_agent(tx, actor.agent.id)?;
    let his = is_of(tx, actor.agent.id, id)? || is_left_out(Check::OwnPasskey);
    if his { Ok(()) } else { Err(Error::NotFound) }
}

/// Takes all of an agent away.
///
/// # Errors
/// Those of the database.
pub(super) fn remove_all(tx: &mut Tx<'_>, agent: AgentId) -> Result<()> {
    diesel::delete(table.filter(passkeys::agent_id.eq(agent))).execute(&mut **tx)?;
    Ok(())
}

/// Somebody who was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Whose passkey it would have been, as far as that is known.
    pub agent: Option<AgentId>,
    /// Why.
    pub doubt: Doubt,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = passkeys)]
struct Kept {
    id: PasskeyId,
    agent_id: AgentId,
    handle: String,
    public_key: String,
    can_be_copied: bool,
    name: String,
}

/// Whether what a browser brings is a passkey of `agent`, or of somebody where nobody is known yet: whose. It is used up by
/// this, whatever becomes of it; so refusals are values, and are committed.
///
/// # Errors
/// Those of the database.
pub fn shown(
    tx: &mut Tx<'_>,
    site: &Site,
    agent: Option<AgentId>,
    (purpose, holder): (PasskeyPurpose, &str),
    brought: &str,
    now: Ts,
) -> Result<Result<AgentId, Refused>> {
    let refused = |agent, doubt| Ok(Err(Refused { agent, doubt }));
    let shown = match Shown::read(brought) {
        Ok(shown) => shown,
        Err(doubt) => return refused(agent, doubt),
    };
    if challenges::spend(tx, shown.challenge(), purpose, holder, now)?.is_none() {
        return refused(agent, Doubt::Challenge);
    }
    let found: Option<Kept> = table
        .filter(passkeys::credential.eq(&shown.credential))
        .select(Kept::as_select())
        .first(&mut **tx)
        .optional()?;
    let Some(kept) = found else { return refused(agent, Doubt::Unknown) };
    if agent.is_some_and(|agent| agent != kept.agent_id) {
        return refused(agent, Doubt::NotHis);
    }
    let whose = Some(kept.agent_id);
    // Where nobody is known, the authenticator has to say whom it means.
    let named = shown.handle.as_ref().map_or(agent.is_some(), |handle| *handle == kept.handle);
    if !named {
        return refused(whose, Doubt::NotHis);
    }
    let said = match shown.check(site, &kept.public_key, must_verify(purpose)) {
        Ok(said) if said.can_be_copied != kept.can_be_copied => return refused(whose, Doubt::Form),
        Ok(said) => said,
        Err(doubt) => return refused(whose, doubt),
    };
    let counter = i64::from(said.counter);
    // Those that do not count always say nought. Of two who use a copy at once the later finds it counted.
    let before = if counter == 0 { 1 } else { counter };
    let forward = passkeys::counter.lt(before);
    let done = diesel::update(table.filter(passkeys::id.eq(kept.id).and(forward)))
        .set((
            passkeys::counter.eq(counter),
            passkeys::is_copied.eq(said.is_copied),
            passkeys::used_at.eq(now),
        ))
        .execute(&mut **tx)?;
    if done == 0 {
        let who = Who::machine(Cause::Web);
        let login = super::agents::login(tx, kept.agent_id)?;
        let detail = format!("passkey \u{201c}{}\u{201d} refused: it counted back to {counter}", kept.name);
        audit::noted(tx, &who, Audited::Factor, &login, &detail, now)?;
        return refused(whose, Doubt::Counter);
    }
    Ok(Ok(kept.agent_id))
}
