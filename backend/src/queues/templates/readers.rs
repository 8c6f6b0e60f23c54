//! Who can use a text of the house, for those who keep it.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{Scope, Template};
use crate::{
    access::{self, Actor},
    db::{
        AgentId, Conn, InstallationRight, Right, Ts,
        schema::{agent_roles, agents, roles},
    },
    error::Result,
};

/// The names of the agents to whom a text is offered somewhere, by name: those who are let in and may write at least
/// notes where it is. `None` where that is everybody, or nobody's business: it takes the right to manage people.
///
/// # Errors
/// Those of the database.
pub fn readers(conn: &mut Conn, actor: &Actor, template: &Template, now: Ts) -> Result<Option<Vec<String>>> {
    if !actor.scope.may(InstallationRight::People) {
        return Ok(None);
    }
    let ids: BTreeSet<AgentId> = match template.scope() {
        Scope::Everybody | Scope::Personal => return Ok(None),
        Scope::Queues => {
            let mut ids = BTreeSet::new();
            for queue in &template.queues {
                ids.extend(access::holders_of(conn, Right::Note, *queue, now)?);
            }
            ids
        }
        Scope::Roles => agent_roles::table
            .inner_join(roles::table)
            .filter(agent_roles::role_id.eq_any(template.roles.clone()))
            .filter(roles::retired_at.is_null())
            .select(agent_roles::agent_id)
            .load::<AgentId>(conn)?
            .into_iter()
            .collect(),
    };
    let names = agents::table
        .filter(agents::id.eq_any(Vec::from_iter(ids)))
        .filter(agents::disabled_at.is_null())
        .filter(agents::expires_at.is_null().or(agents::expires_at.gt(now)))
        .order((agents::name, agents::id))
        .select(agents::name)
        .load(conn)?;
    Ok(Some(names))
}
