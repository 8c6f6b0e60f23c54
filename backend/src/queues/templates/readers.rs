//! Who can use a text of the house, for those who keep it.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{Scope, Template};
use crate::{
    access::{self, Actor},
    db::{
        AgentId, Conn, InstallationRight, QueueId, Right, Ts,
        schema::{agent_roles, agents, roles},
    },
    error::Result,
    queues,
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
    let places: Vec<QueueId> = match template.scope() {
        Scope::Everybody | Scope::Personal => return Ok(None),
        Scope::Queues => template.queues.clone(),
        Scope::Roles => queues::all(conn)?.into_iter().map(|queue| queue.id).collect(),
    };
    let mut writers = BTreeSet::new();
    for queue in places {
        writers.extend(access::holders_of(conn, Right::Note, queue, now)?);
    }
    let ids: BTreeSet<AgentId> = match template.scope() {
        Scope::Everybody | Scope::Personal | Scope::Queues => writers,
        Scope::Roles => agent_roles::table
            .inner_join(roles::table)
            .filter(agent_roles::role_id.eq_any(template.roles.clone()))
            .filter(roles::retired_at.is_null())
            .select(agent_roles::agent_id)
            .load::<AgentId>(conn)?
            .into_iter()
            .filter(|agent| writers.contains(agent))
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
