//! Who stands in for whom. An absence that meets another one is passed on, until somebody is there.

use std::collections::HashMap;

use diesel::prelude::*;
use jiff::Timestamp;

use super::agents::{self, Agent};
use crate::{
    access::{self, Actor},
    db::{AgentId, Cause, Conn, Direct, TicketId, Ts, schema::agents as table},
    error::{Error, Result, Sentence, say},
};

/// Why somebody cannot stand in for an agent, if so.
pub(super) fn refused(
    conn: &mut Conn,
    agent: AgentId,
    stand_in: AgentId,
    now: Timestamp,
) -> Result<Option<Sentence>> {
    let mut seen = vec![agent];
    let mut next = Some(stand_in);
    while let Some(id) = next {
        if seen.contains(&id) {
            return Ok(Some(say!("refused-stand-in-circle")));
        }
        seen.push(id);
        let found = match agents::get(conn, id) {
            Ok(found) if found.is_active(now) => found,
            Ok(_) | Err(Error::NotFound) => return Ok(Some(say!("refused-stand-in"))),
            Err(error) => return Err(error),
        };
        // Whoever is there passes nothing on.
        next = found.stand_in_id.filter(|_| !found.is_present(now));
    }
    Ok(None)
}

/// Who hears of a ticket instead of this agent: the first of the chain who is there and may read it; nobody where no
/// such person is, and for an agent who is there himself.
pub(crate) fn instead_of(
    conn: &mut Conn,
    agent: AgentId,
    ticket: TicketId,
    now: Timestamp,
) -> Result<Option<AgentId>> {
    let mut at = agents::get(conn, agent)?;
    let mut seen = vec![agent];
    while !at.is_present(now) {
        let Some(next) = at.stand_in_id.filter(|next| !seen.contains(next)) else { return Ok(None) };
        seen.push(next);
        at = agents::get(conn, next)?;
        if !at.is_active(now) {
            return Ok(None);
        }
    }
    if at.id == agent || !may_read(conn, &at, ticket, now)? {
        return Ok(None);
    }
    Ok(Some(at.id))
}

fn may_read(conn: &mut Conn, agent: &Agent, ticket: TicketId, now: Timestamp) -> Result<bool> {
    let actor = Actor::load(conn, agent.id, Cause::System, now)?;
    match access::readable_by_id(conn, &actor, ticket) {
        Ok(_) => Ok(true),
        Err(Error::NotFound | Error::Forbidden(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// An agent who is away.
#[derive(Clone, Debug)]
pub struct Absence {
    /// Until then.
    pub until: Timestamp,
    /// The name of whoever stands in for him.
    pub stand_in: Option<String>,
}

/// All who are away.
///
/// # Errors
/// Those of the database.
pub fn absences(conn: &mut Conn, now: Timestamp) -> Result<HashMap<AgentId, Absence>> {
    let away: Vec<(AgentId, Option<Ts>, Option<AgentId>)> = table::table
        .filter(table::away_until.gt(Ts(now)).and(table::disabled_at.is_null()))
        .select((table::id, table::away_until, table::stand_in_id))
        .rows(conn)?;
    let mut absences = HashMap::new();
    for (id, until, stand_in) in away {
        let stand_in = stand_in.map(|stand_in| agents::name(conn, stand_in)).transpose()?;
        absences.insert(id, Absence { until: until.map_or(now, |until| until.0), stand_in });
    }
    Ok(absences)
}

/// Those who could stand in for an agent: key and name of all others who can sign in.
///
/// # Errors
/// Those of the database.
pub fn candidates(conn: &mut Conn, agent: AgentId, now: Timestamp) -> Result<Vec<(AgentId, String)>> {
    let all = agents::all(conn)?;
    let others = all.into_iter().filter(|other| other.id != agent && other.is_active(now));
    Ok(others.map(|other| (other.id, other.name)).collect())
}
