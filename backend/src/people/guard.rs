//! There is always somebody who can manage people, and who can sign in: asked before and after every change that could
//! leave nobody.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::{
    db::{
        AgentId, Conn, InstallationRight, Ts, Tx, backend,
        schema::{agent_roles, agents, roles},
    },
    error::{Error, Result, say},
};

/// Changes that could leave nobody wait for each other under this name: two at once would each see the other's admin.
const ONE: &str = "admins";

/// Who could manage people before a change.
#[derive(Debug)]
pub(super) struct Guard {
    lasting: bool,
    any: bool,
}

impl Guard {
    /// Looks before the change.
    pub(super) fn before(tx: &mut Tx<'_>, now: Ts) -> Result<Self> {
        backend::one_at_a_time(tx, ONE)?;
        Ok(Self { lasting: !admins(tx, None)?.is_empty(), any: !admins(tx, Some(now))?.is_empty() })
    }

    /// Looks after it.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nobody is left who can sign in and manage people for good; where there was nobody of
    /// that kind before, when nobody is left at all.
    pub(super) fn after(self, tx: &mut Tx<'_>, now: Ts) -> Result<()> {
        let lost =
            (self.lasting && admins(tx, None)?.is_empty()) || (self.any && admins(tx, Some(now))?.is_empty());
        if lost { Err(Error::Conflict(say!("refused-last-admin"))) } else { Ok(()) }
    }
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
