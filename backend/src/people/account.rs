//! What an agent has open: sessions in browsers, tokens of programs.

use diesel::prelude::*;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{agents, journal, links, roles};
use crate::{
    access::PeopleAccess,
    config::Limits,
    db::{
        AgentId, Audited, Conn, SessionStage, TokenId, Ts, Tx, Wake,
        schema::{sessions, tokens},
    },
    error::{Error, Result},
    notify::security::{self, Changed},
    settings,
};

/// A browser that is signed in.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct OpenSession {
    /// The hash of its secret.
    pub id_hash: String,
    /// Since when.
    pub created_at: Ts,
    /// When it was last used, roughly.
    pub seen_at: Ts,
    /// From where it began.
    pub address: String,
    /// What the browser calls itself.
    pub user_agent: String,
}

/// The sessions of an agent that let him in, the last used first.
///
/// # Errors
/// Those of the database.
pub fn sessions(
    conn: &mut Conn,
    agent: AgentId,
    limits: &Limits,
    now: Timestamp,
) -> Result<Vec<OpenSession>> {
    let limits = settings::limits(conn, limits)?;
    let earliest = |age| now.checked_sub(age).map_or(Ts(Timestamp::MIN), Ts);
    Ok(sessions::table
        .filter(sessions::agent_id.eq(agent).and(sessions::stage.eq(SessionStage::Whole)))
        .filter(sessions::seen_at.gt(earliest(limits.session_idle)))
        .filter(sessions::created_at.gt(earliest(limits.session_longest)))
        .order(sessions::seen_at.desc())
        .select(OpenSession::as_select())
        .load(conn)?)
}

/// Ends one session of an agent, or all of them.
///
/// # Errors
/// [`Error::NotFound`] for a session that is not his.
pub fn end_sessions(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    agent: AgentId,
    one: Option<&str>,
    now: Ts,
) -> Result<()> {
    let login = agents::login(tx, agent)?;
    let of_agent = || sessions::table.filter(sessions::agent_id.eq(agent));
    // One that waits for its second factor is none yet.
    let whole = || of_agent().filter(sessions::stage.eq(SessionStage::Whole)).count();
    let before: i64 = whole().get_result(&mut **tx)?;
    let ended = match one {
        Some(hash) => diesel::delete(of_agent().filter(sessions::id_hash.eq(hash))).execute(&mut **tx)?,
        None => diesel::delete(of_agent()).execute(&mut **tx)?,
    };
    if ended == 0 && one.is_some() {
        return Err(Error::NotFound);
    }
    tx.wake(Wake::EVENTS);
    let left: i64 = whole().get_result(&mut **tx)?;
    let told = (json!({ "sessions": before }), json!({ "sessions": left }));
    journal::changed(tx, people, Audited::Agent, &login, told, now)
}

/// Revokes a token of an agent.
///
/// # Errors
/// [`Error::NotFound`] for a token that is not his, or does not work any more.
pub fn revoke_token(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    agent: AgentId,
    token: TokenId,
    now: Ts,
) -> Result<()> {
    let login = agents::login(tx, agent)?;
    let his = tokens::table
        .filter(tokens::id.eq(token).and(tokens::agent_id.eq(agent)).and(tokens::revoked_at.is_null()));
    let name: String = his.select(tokens::name).first(&mut **tx)?;
    diesel::update(his).set(tokens::revoked_at.eq(now)).execute(&mut **tx)?;
    tx.wake(Wake::EVENTS);
    security::tell_by_key(tx, agent, people.who(), Changed::TokenEnded(&name), now)?;
    journal::changed(tx, people, Audited::Token, &login, (json!({ "token": name }), Value::Null), now)
}

/// Ends all that lets an agent in: sessions, tokens, links.
pub(super) fn cut(tx: &mut Tx<'_>, agent: AgentId, now: Ts) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::agent_id.eq(agent))).execute(&mut **tx)?;
    diesel::update(tokens::table.filter(tokens::agent_id.eq(agent).and(tokens::revoked_at.is_null())))
        .set(tokens::revoked_at.eq(now))
        .execute(&mut **tx)?;
    links::forget(tx, agent)?;
    tx.wake(Wake::EVENTS);
    Ok(())
}

/// Sets an agent's password for him: he has to choose one of his own when he signs in with it.
///
/// # Errors
/// [`Error::Forbidden`] for an agent who may do what the actor may not.
pub fn set_password(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    agent: AgentId,
    hash: &super::password::Hash,
    now: Ts,
) -> Result<()> {
    let login = agents::login(tx, agent)?;
    roles::may_have_all_of(tx, people, agent)?;
    agents::set_password(tx, agent, hash, people.who(), now)?;
    agents::ask_for_new_password(tx, agent)?;
    journal::way_in(tx, people, &login, "generated", now)
}
