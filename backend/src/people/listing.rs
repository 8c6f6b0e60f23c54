//! People and roles for lists: one query for all rows of a kind.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::{
    db::{
        AgentId, Conn, QueueId, Right, RoleId,
        schema::{agent_roles, role_grants, roles},
    },
    error::Result,
};

/// Names of the roles of all agents, in order.
///
/// # Errors
/// Those of the database.
pub fn roles_by_agent(conn: &mut Conn) -> Result<HashMap<AgentId, Vec<String>>> {
    let rows: Vec<(AgentId, String)> = agent_roles::table
        .inner_join(roles::table)
        .order((agent_roles::agent_id, roles::name))
        .select((agent_roles::agent_id, roles::name))
        .load(conn)?;
    let mut grouped: HashMap<AgentId, Vec<String>> = HashMap::new();
    for (agent, role) in rows {
        grouped.entry(agent).or_default().push(role);
    }
    Ok(grouped)
}

/// Rights of a role: the queue, `None` for all queues, and the right.
pub type Grants = Vec<(Option<QueueId>, Right)>;

/// The rights of all roles; a queue of `None` is all queues.
///
/// # Errors
/// Those of the database.
pub fn grants_by_role(conn: &mut Conn) -> Result<HashMap<RoleId, Grants>> {
    let rows: Vec<(RoleId, Option<QueueId>, Right)> = role_grants::table
        .order(role_grants::id)
        .select((role_grants::role_id, role_grants::queue_id, role_grants::permission))
        .load(conn)?;
    let mut grouped: HashMap<RoleId, Grants> = HashMap::new();
    for (role, queue, right) in rows {
        grouped.entry(role).or_default().push((queue, right));
    }
    Ok(grouped)
}
