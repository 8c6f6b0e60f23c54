//! Why somebody may do something: every fact that gives him a right, so that it can be found and taken away.

use diesel::prelude::*;

use super::{
    Actor, Rights, Scope, readable,
    scope::{ancestry, tree},
};
use crate::{
    db::{
        AgentId, Conn, InstallationRight, QueueId, Right, RoleId,
        schema::{agent_roles, role_grants, roles},
    },
    error::Result,
    people::agents,
};

/// Something that gives a right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A role of his.
    Role {
        /// Which.
        role: RoleId,
        /// Its name.
        name: String,
        /// In which queue it gives the right; `None`: in all.
        queue: Option<QueueId>,
        /// The right that it names, which may bring the one that is asked about.
        names: Right,
    },
    /// The ticket is his.
    Owner,
}

/// A right and all that gives it: taken away is it only when none of them is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The right.
    pub right: Right,
    /// What gives it; nothing: he does not have it.
    pub facts: Vec<Fact>,
}

/// Why an agent may do what in a queue: every right, in order.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to manage people.
pub fn in_queue(conn: &mut Conn, actor: &Actor, agent: AgentId, queue: QueueId) -> Result<Vec<Reason>> {
    actor.require(InstallationRight::People)?;
    agents::get(conn, agent)?;
    let granted: Vec<(RoleId, String, Option<QueueId>, Right)> = agent_roles::table
        .inner_join(roles::table.inner_join(role_grants::table))
        .filter(agent_roles::agent_id.eq(agent).and(roles::retired_at.is_null()))
        .order((roles::name, role_grants::id))
        .select((roles::id, roles::name, role_grants::queue_id, role_grants::permission))
        .load(conn)?;
    let line = ancestry(&tree(conn)?, queue);
    let reasons = Right::ALL.iter().map(|right| {
        let gives = |(role, name, place, names): &(RoleId, String, Option<QueueId>, Right)| {
            let here = place.is_none_or(|place| line.contains(&place));
            (here && Rights::NONE.with(*names).has(*right)).then(|| Fact::Role {
                role: *role,
                name: name.clone(),
                queue: *place,
                names: *names,
            })
        };
        Reason { right: *right, facts: granted.iter().filter_map(gives).collect() }
    });
    Ok(reasons.collect())
}

/// What a role gives in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The role.
    pub role: RoleId,
    /// Its name.
    pub name: String,
    /// Where it says so: this queue or one above it; `None`: for all queues.
    pub queue: Option<QueueId>,
    /// The rights that it names there, in order.
    pub rights: Vec<Right>,
}

/// Which roles give what in a queue, by name: what they say of it, of those above it, and of all queues.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to manage people.
pub fn roles_in_queue(conn: &mut Conn, actor: &Actor, queue: QueueId) -> Result<Vec<Given>> {
    actor.require(InstallationRight::People)?;
    let line = ancestry(&tree(conn)?, queue);
    let granted: Vec<(RoleId, String, Option<QueueId>, Right)> = roles::table
        .inner_join(role_grants::table)
        .filter(roles::retired_at.is_null())
        .filter(role_grants::queue_id.is_null().or(role_grants::queue_id.eq_any(line)))
        .order((roles::name, roles::id, role_grants::queue_id, role_grants::id))
        .select((roles::id, roles::name, role_grants::queue_id, role_grants::permission))
        .load(conn)?;
    let mut given: Vec<Given> = Vec::new();
    for (role, name, queue, right) in granted {
        match given.last_mut().filter(|last| last.role == role && last.queue == queue) {
            Some(last) => last.rights.push(right),
            None => given.push(Given { role, name, queue, rights: vec![right] }),
        }
    }
    for one in &mut given {
        one.rights.sort_unstable();
    }
    Ok(given)
}

/// Why an agent may do what to a ticket that the actor may read: its queue, and the rights.
///
/// # Errors
/// As [`in_queue`], and [`crate::error::Error::NotFound`] for a ticket that the actor may not read himself.
pub fn on_ticket(
    conn: &mut Conn,
    actor: &Actor,
    agent: AgentId,
    number: &str,
) -> Result<(QueueId, Vec<Reason>)> {
    let access = readable(conn, actor, number)?;
    let ticket = access.ticket();
    let mut reasons = in_queue(conn, actor, agent, ticket.queue_id)?;
    if ticket.owner_id == Some(agent) && Scope::of(conn, agent)?.keeps_own() {
        for reason in reasons.iter_mut().filter(|reason| Rights::NONE.with(Right::Note).has(reason.right)) {
            reason.facts.push(Fact::Owner);
        }
    }
    Ok((ticket.queue_id, reasons))
}
