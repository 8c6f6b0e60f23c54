//! There is always somebody who can manage people, and who can sign in; and nobody takes the last of a right away who does
//! not have it himself, as he could not give it back. Asked before and after every change that could leave nobody.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::roles::rights;
use crate::{
    access::PeopleAccess,
    db::{
        AgentId, Conn, InstallationRight, Right, Ts, Tx, backend,
        schema::{agent_roles, agents, role_grants, roles},
    },
    error::{Error, Result, say},
};

/// Changes that could leave nobody wait for each other under this name: two at once would each see the other's admin.
const ONE: &str = "admins";

/// Lets changes of agents and roles wait for each other: what is asked before one, such as whether a name is free, then still
/// holds when it is made.
pub(super) fn one_at_a_time(tx: &mut Tx<'_>) -> Result<()> {
    backend::one_at_a_time(tx, ONE)
}

/// Who could manage people before a change.
#[derive(Debug)]
pub(super) struct Guard {
    lasting: bool,
    any: bool,
    /// Rights that somebody has, and whoever acts has not.
    others: BTreeSet<Held>,
}

/// A right that can be lost to all: one of the installation, or everything in every queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    Installation(InstallationRight),
    Everything,
}

impl Guard {
    /// Looks before the change.
    pub(super) fn before(tx: &mut Tx<'_>, people: &PeopleAccess, now: Ts) -> Result<Self> {
        one_at_a_time(tx)?;
        let mut others = held(tx, now)?;
        others.retain(|right| match right {
            Held::Installation(right) => people.may_give([], [*right]).is_err(),
            Held::Everything => people.may_give([(None, Right::Full)], []).is_err(),
        });
        Ok(Self { lasting: !admins(tx, None)?.is_empty(), any: !admins(tx, Some(now))?.is_empty(), others })
    }

    /// Looks after it.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nobody is left who can sign in and manage people for good; where there was nobody of
    /// that kind before, when nobody is left at all. And when nobody is left who has a right that whoever acts has not.
    pub(super) fn after(self, tx: &mut Tx<'_>, now: Ts) -> Result<()> {
        let lost =
            (self.lasting && admins(tx, None)?.is_empty()) || (self.any && admins(tx, Some(now))?.is_empty());
        if lost {
            return Err(Error::Conflict(say!("refused-last-admin")));
        }
        let left = if self.others.is_empty() { BTreeSet::new() } else { held(tx, now)? };
        match self.others.difference(&left).next() {
            None => Ok(()),
            Some(Held::Installation(right)) => {
                Err(Error::Conflict(say!("refused-last-holder", right = right)))
            }
            Some(Held::Everything) => Err(Error::Conflict(say!("refused-last-holder", right = Right::Full))),
        }
    }
}

/// Which of these rights somebody has who is neither retired nor expired. Whoever expires some day counts until then: that day
/// was set by somebody who was asked.
fn held(conn: &mut Conn, now: Ts) -> Result<BTreeSet<Held>> {
    let active = || {
        agents::disabled_at
            .is_null()
            .and(agents::expires_at.is_null().or(agents::expires_at.gt(now)))
            .and(roles::retired_at.is_null())
    };
    let words: Vec<String> = agents::table
        .inner_join(agent_roles::table.inner_join(roles::table))
        .filter(active())
        .select(roles::installation)
        .distinct()
        .load(conn)?;
    let everything: i64 = agents::table
        .inner_join(agent_roles::table.inner_join(roles::table.inner_join(role_grants::table)))
        .filter(active())
        .filter(role_grants::queue_id.is_null().and(role_grants::permission.eq(Right::Full)))
        .count()
        .get_result(conn)?;
    let mut held: BTreeSet<Held> =
        words.iter().flat_map(|words| rights(words)).map(Held::Installation).collect();
    if everything > 0 {
        held.insert(Held::Everything);
    }
    Ok(held)
}

/// Agents who can sign in and manage people; those who expire count only while they have not, where `now` is given.
fn admins(conn: &mut Conn, now: Option<Ts>) -> Result<BTreeSet<AgentId>> {
    let rows: Vec<(AgentId, String, Option<Ts>)> = agents::table
        .inner_join(agent_roles::table.inner_join(roles::table))
        .filter(agents::disabled_at.is_null().and(agents::password_hash.is_not_null()))
        .filter(roles::retired_at.is_null())
        .select((agents::id, roles::installation, agents::expires_at))
        .load(conn)?;
    let holds = |words: &str| words.split(',').any(|word| word.trim() == InstallationRight::People.as_str());
    let lasts = |end: Option<Ts>| match (end, now) {
        (None, _) => true,
        (Some(end), Some(now)) => end > now,
        (Some(_), None) => false,
    };
    Ok(rows.into_iter().filter(|(_, words, end)| holds(words) && lasts(*end)).map(|(id, ..)| id).collect())
}
