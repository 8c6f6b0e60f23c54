//! Agents as whoever manages them looks for them: by name, by what became of them, page by page.

use std::collections::HashMap;

use diesel::prelude::*;
use jiff::Timestamp;

use super::Agent;
use crate::{
    access::Actor,
    db::{
        AgentId, Conn, InstallationRight, MultiBackend, RoleId, Ts,
        schema::{agent_roles, agents, identities, roles},
        words::words_of,
    },
    error::Result,
};

/// So many words are looked for at most.
const WORDS: usize = 8;

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

    /// Those of these agents who stand so, as [`Standing::of`] says it of one.
    fn among(self, all: Boxed<'_>, now: Timestamp) -> Boxed<'_> {
        let over = agents::expires_at.le(Ts(now));
        let lasts = agents::expires_at.is_null().or(agents::expires_at.gt(Ts(now)));
        let here = agents::disabled_at.is_null();
        let tied = identities::table.select(identities::agent_id);
        match self {
            Self::Retired => all.filter(agents::disabled_at.is_not_null()),
            Self::Expired => all.filter(here.and(over)),
            Self::Active => all
                .filter(here.and(lasts))
                .filter(agents::password_hash.is_not_null().or(agents::id.eq_any(tied))),
            Self::Invited => all
                .filter(here.and(lasts))
                .filter(agents::password_hash.is_null().and(agents::id.ne_all(tied))),
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
    /// Words that name, login or address hold, each of them, whatever their capitals and accents.
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

type Boxed<'a> = agents::BoxedQuery<'a, MultiBackend>;

/// Finds agents, in the order of `agents_list`, from where the last page ended.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to manage people.
pub fn find(conn: &mut Conn, actor: &Actor, wish: &Wish, now: Timestamp) -> Result<Found> {
    actor.require(InstallationRight::People)?;
    let mut counts = HashMap::new();
    for standing in Standing::ALL {
        let n: i64 = standing.among(agents::table.into_boxed(), now).count().get_result(conn)?;
        if n > 0 {
            counts.insert(standing.as_str(), n);
        }
    }
    let all = agents::table.into_boxed();
    let mut query = match wish.standing {
        Some(only) => only.among(all, now),
        None => all.filter(agents::disabled_at.is_null()),
    };
    for word in words_of(&wish.q).into_iter().take(WORDS) {
        let pattern = format!("%{}%", word.replace(['%', '_', '\\'], "_"));
        query = query.filter(agents::found_by.like(pattern));
    }
    if let Some(after) = wish.after {
        // Behind the place where the last page ended, whether or not that agent still fits.
        let place: Option<String> =
            agents::table.find(after).select(agents::sort_name).first(conn).optional()?;
        let place = place.unwrap_or_default();
        // The first condition alone is a range of the index.
        query = query
            .filter(agents::sort_name.ge(place.clone()))
            .filter(agents::sort_name.gt(place).or(agents::id.gt(after)));
    }
    let limit = i64::try_from(wish.limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut found: Vec<(Agent, bool)> = query
        .order((agents::sort_name, agents::id))
        .limit(limit)
        .select((Agent::as_select(), agents::password_hash.is_not_null()))
        .load(conn)?;
    let more = found.len() > wish.limit;
    found.truncate(wish.limit);
    let next = found.last().filter(|_| more).map(|(agent, _)| agent.id);
    let ids: Vec<AgentId> = found.iter().map(|(agent, _)| agent.id).collect();
    let tied: Vec<AgentId> = identities::table
        .filter(identities::agent_id.eq_any(ids.clone()))
        .select(identities::agent_id)
        .load(conn)?;
    let mut roles = roles_of(conn, &ids)?;
    let entries = found
        .into_iter()
        .map(|(agent, has_password)| Entry {
            roles: roles.remove(&agent.id).unwrap_or_default(),
            standing: Standing::of(&agent, has_password || tied.contains(&agent.id), now),
            agent,
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
