//! A password that was forgotten: its owner asks for a link himself.

use diesel::prelude::*;
use jiff::SignedDuration;

use super::{Agent, agents, links};
use crate::{
    access::Who,
    audit,
    config::Config,
    db::{
        Audited, Cause, Conn, PasswordLink, Ts, Tx, backend,
        schema::{agents as people, password_requests},
    },
    error::Result,
    sign_in,
};

/// So many links an account gets in an hour.
const LINKS: i64 = 3;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Sends a link to the owner of this login or mail address, if there is one and he has not had too many. Says nothing of
/// that: whoever asks is a stranger.
///
/// # Errors
/// Those of the database.
pub fn ask(tx: &mut Tx<'_>, config: &Config, typed: &str, address: &str, now: Ts) -> Result<()> {
    let Some(agent) = whoever_may(tx, config, typed, now)? else { return Ok(()) };
    backend::one_at_a_time(tx, &format!("password request {}", agent.id))?;
    let since = Ts(now.0.checked_sub(HOUR).unwrap_or(now.0));
    diesel::delete(
        password_requests::table
            .filter(password_requests::agent_id.eq(agent.id).and(password_requests::at.le(since))),
    )
    .execute(&mut **tx)?;
    if sent(tx, &agent, now)? >= LINKS {
        return Ok(());
    }
    diesel::insert_into(password_requests::table)
        .values((password_requests::agent_id.eq(agent.id), password_requests::at.eq(now)))
        .execute(&mut **tx)?;
    let secret = links::make_for_owner(tx, agent.id, now)?;
    links::mail(tx, agent.id, PasswordLink::Reset, &links::address(&config.public_url, &secret), now)?;
    let who = Who::machine(Cause::Web);
    audit::noted(tx, &who, Audited::Password, &agent.login, &format!("link asked for from {address}"), now)
}

/// Whether [`ask`] would send one: strangers ask as often as they like, and nothing is written for it.
///
/// # Errors
/// Those of the database.
pub fn would_send(conn: &mut Conn, config: &Config, typed: &str, now: Ts) -> Result<bool> {
    let Some(agent) = whoever_may(conn, config, typed, now)? else { return Ok(false) };
    Ok(sent(conn, &agent, now)? < LINKS)
}

/// So many were sent within the last hour.
fn sent(conn: &mut Conn, agent: &Agent, now: Ts) -> Result<i64> {
    let since = Ts(now.0.checked_sub(HOUR).unwrap_or(now.0));
    Ok(password_requests::table
        .filter(password_requests::agent_id.eq(agent.id).and(password_requests::at.gt(since)))
        .count()
        .get_result(conn)?)
}

/// The owner, where he may choose a password here.
fn whoever_may(conn: &mut Conn, config: &Config, typed: &str, now: Ts) -> Result<Option<Agent>> {
    let Some(agent) = owner(conn, typed)?.filter(|agent| agent.is_active(now.0)) else { return Ok(None) };
    // Whose password is kept elsewhere chooses none here, past those who may shut him out there.
    Ok(if sign_in::only_elsewhere(conn, config, agent.id, now.0)? { None } else { Some(agent) })
}

fn owner(conn: &mut Conn, typed: &str) -> Result<Option<Agent>> {
    let typed = crate::tickets::store::without_nul(typed.trim().to_lowercase());
    if typed.is_empty() {
        return Ok(None);
    }
    let by_login: Option<Agent> =
        people::table.filter(people::login.eq(&typed)).select(Agent::as_select()).first(conn).optional()?;
    match by_login {
        Some(agent) => Ok(Some(agent)),
        None => agents::by_email(conn, &typed),
    }
}
