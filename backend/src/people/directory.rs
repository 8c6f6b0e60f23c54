//! Agents as whoever manages them looks for them: by name, by what became of them, page by page.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use jiff::Timestamp;

use super::Agent;
use crate::{
    access::Actor,
    db::{
        AgentId, Conn, InstallationRight, RoleId,
        schema::{agent_roles, agents, identities, roles},
    },
    error::Result,
};

/// What became of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// He can sign in.
    Active,
    /// He has no password yet, and nobody elsewhere vouches for him.
    Invited,
    /// His time is over.
    Expired,
    /// He was retired.
    Retired,
}

impl Standing {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Active, Self::Invited, Self::Expired, Self::Retired];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Invited => "invited",
            Self::Expired => "expired",
            Self::Retired => "retired",
        }
    }

    fn of(agent: &Agent, can_sign_in: bool, now: Timestamp) -> Self {
        if agent.disabled_at.is_some() {
            Self::Retired
        } else if !agent.is_active(now) {
            Self::Expired
        } else if can_sign_in {
            Self::Active
        } else {
            Self::Invited
        }
    }
}

impl std::str::FromStr for Standing {
    type Err = ();

    fn from_str(word: &str) -> std::result::Result<Self, ()> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == word).ok_or(())
    }
}

/// A role as it stands beside an agent.
#[derive(Clone, Debug)]
pub struct Given {
    /// Its key.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// Whether it gives nothing any more.
    pub retired: bool,
}

/// An agent of the list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The agent.
    pub agent: Agent,
    /// What became of him.
    pub standing: Standing,
    /// His roles, by name.
    pub roles: Vec<Given>,
}

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Words that name, login or address hold, each of them.
    pub q: String,
    /// Only these; `None`: all who are not retired.
    pub standing: Option<Standing>,
    /// Behind this one.
    pub after: Option<AgentId>,
    /// So many at most.
    pub limit: usize,
}

/// A page of the list.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its agents, by name.
    pub entries: Vec<Entry>,
    /// Where the next page begins.
    pub next: Option<AgentId>,
    /// How many there are of each standing, searched or not.
    pub counts: HashMap<&'static str, i64>,
}

/// Finds agents. Names are compared here and not in the database: SQLite knows capitals of English only.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to manage people.
pub fn find(conn: &mut Conn, actor: &Actor, wish: &Wish, now: Timestamp) -> Result<Found> {
    actor.require(InstallationRight::People)?;
    let rows: Vec<(Agent, bool)> =
        agents::table.select((Agent::as_select(), agents::password_hash.is_not_null())).load(conn)?;
    let tied: HashSet<AgentId> =
        identities::table.select(identities::agent_id).load(conn)?.into_iter().collect();
    let mut counts = HashMap::new();
    let words: Vec<String> = wish.q.split_whitespace().map(str::to_lowercase).collect();
    let mut fitting: Vec<(String, Agent, Standing)> = Vec::new();
    for (agent, has_password) in rows {
        let standing = Standing::of(&agent, has_password || tied.contains(&agent.id), now);
        *counts.entry(standing.as_str()).or_insert(0) += 1;
        let wanted = match wish.standing {
            Some(only) => standing == only,
            None => standing != Standing::Retired,
        };
        let text = format!("{} {} {}", agent.name, agent.login, agent.email).to_lowercase();
        if wanted && words.iter().all(|word| text.contains(word)) {
            fitting.push((agent.name.to_lowercase(), agent, standing));
        }
    }
    fitting.sort_by(|(left, one, _), (right, other, _)| left.cmp(right).then(one.id.cmp(&other.id)));
    // Behind the place where the last page ended, whether or not that agent still fits.
    if let Some(after) = wish.after {
        let last: Option<String> =
            agents::table.find(after).select(agents::name).first::<String>(conn).optional()?;
        let last = last.map(|name| name.to_lowercase()).unwrap_or_default();
        fitting.retain(|(name, agent, _)| (name.as_str(), agent.id) > (last.as_str(), after));
    }
    let more = fitting.len() > wish.limit;
    fitting.truncate(wish.limit);
    let next = fitting.last().filter(|_| more).map(|(_, agent, _)| agent.id);
    let ids: Vec<AgentId> = fitting.iter().map(|(_, agent, _)| agent.id).collect();
    let mut roles = roles_of(conn, &ids)?;
    let entries = fitting
        .into_iter()
        .map(|(_, agent, standing)| Entry {
            roles: roles.remove(&agent.id).unwrap_or_default(),
            agent,
            standing,
        })
        .collect();
    Ok(Found { entries, next, counts })
}

/// One agent with all that the list says of him.
///
/// # Errors
/// [`crate::error::Error::NotFound`], and [`crate::error::Error::Forbidden`] without the right to manage people.
pub fn get(conn: &mut Conn, actor: &Actor, id: AgentId, now: Timestamp) -> Result<Entry> {
    actor.require(InstallationRight::People)?;
    let (agent, has_password): (Agent, bool) = agents::table
        .find(id)
        .select((Agent::as_select(), agents::password_hash.is_not_null()))
        .first(conn)?;
    let roles = roles_of(conn, &[id])?.remove(&id).unwrap_or_default();
    let can_sign_in = has_password || !super::identities::of_agent(conn, id)?.is_empty();
    Ok(Entry { standing: Standing::of(&agent, can_sign_in, now), agent, roles })
}

fn roles_of(conn: &mut Conn, ids: &[AgentId]) -> Result<HashMap<AgentId, Vec<Given>>> {
    let rows: Vec<(AgentId, RoleId, String, Option<crate::db::Ts>)> = agent_roles::table
        .inner_join(roles::table)
        .filter(agent_roles::agent_id.eq_any(ids.to_vec()))
        .order(roles::name)
        .select((agent_roles::agent_id, roles::id, roles::name, roles::retired_at))
        .load(conn)?;
    let mut by_agent: HashMap<AgentId, Vec<Given>> = HashMap::new();
    for (agent, id, name, retired_at) in rows {
        by_agent.entry(agent).or_default().push(Given { id, name, retired: retired_at.is_some() });
    }
    Ok(by_agent)
}
