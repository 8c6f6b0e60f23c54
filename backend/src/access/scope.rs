//! What an agent's roles allow him, everywhere at once.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Check, Rights, is_left_out};
use crate::{
    db::{
        AgentId, Conn, Direct, InstallationRight, Keep, QueueId, Right, RoleId, Ts,
        schema::{agent_roles, agents, queues, role_grants, roles},
    },
    error::Result,
    tickets::Ticket,
};

/// What an agent may do in each queue, and the rights that belong to no queue.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    everywhere: Rights,
    queues: HashMap<QueueId, Rights>,
    installation: Vec<InstallationRight>,
    roles: Vec<RoleId>,
    agent: Option<AgentId>,
}

impl Scope {
    /// His rights at the moment of writing. A request may have been under way for long: whoever was retired meanwhile has
    /// none.
    ///
    /// # Errors
    /// [`Error::NotFound`] for such a one.
    pub(super) fn at_hand(conn: &mut Conn, agent: AgentId) -> Result<Self> {
        let _: AgentId = agents::table
            .find(agent)
            .filter(agents::disabled_at.is_null())
            .select(agents::id)
            .first_row(conn)?;
        Self::of(conn, agent)
    }

    /// The union over an agent's roles. A right in a queue holds in the queues below it as well.
    pub(super) fn of(conn: &mut Conn, agent: AgentId) -> Result<Self> {
        let all: Vec<(RoleId, String, Option<Ts>)> = agent_roles::table
            .inner_join(roles::table)
            .filter(agent_roles::agent_id.eq(agent))
            .select((roles::id, roles::installation, roles::retired_at))
            .rows(conn)?;
        let gives = |retired_at: &Option<Ts>| retired_at.is_none() || is_left_out(Check::RetiredRoles);
        let roles: Vec<(RoleId, String)> = all
            .into_iter()
            .filter(|(.., retired_at)| gives(retired_at))
            .map(|(id, installation, _)| (id, installation))
            .collect();
        let ids: Vec<_> = roles.iter().map(|(id, _)| *id).collect();
        let grants: Vec<(Option<QueueId>, Right)> = role_grants::table
            .filter(role_grants::role_id.eq_any(ids))
            .select((role_grants::queue_id, role_grants::permission))
            .kept()
            .rows(conn)?;
        Ok(Self::build(agent, &roles, &grants, &tree(conn)?))
    }

    fn build(
        agent: AgentId,
        roles: &[(RoleId, String)],
        grants: &[(Option<QueueId>, Right)],
        tree: &Tree,
    ) -> Self {
        let mut everywhere = Rights::NONE;
        let mut direct: HashMap<QueueId, Rights> = HashMap::new();
        for (queue, right) in grants {
            match queue {
                None => everywhere = everywhere.with(*right),
                Some(queue) => {
                    let rights = direct.entry(*queue).or_default();
                    *rights = rights.with(*right);
                }
            }
        }
        let queues = tree
            .keys()
            .map(|queue| {
                let rights = ancestry(tree, *queue)
                    .into_iter()
                    .filter_map(|above| direct.get(&above))
                    .fold(everywhere, |all, more| all.or(*more));
                (*queue, rights)
            })
            .collect();
        let installation = roles
            .iter()
            .flat_map(|(_, words)| words.split(','))
            .filter_map(|word| word.trim().parse().ok())
            .collect();
        let roles = roles.iter().map(|(role, _)| *role).collect();
        Self { everywhere, queues, installation, roles, agent: Some(agent) }
    }

    /// The rights in a queue.
    pub fn in_queue(&self, queue: QueueId) -> Rights {
        if is_left_out(Check::InQueue) {
            return Rights::ALL;
        }
        self.queues.get(&queue).copied().unwrap_or(self.everywhere)
    }

    /// The rights on a ticket. Its owner keeps reading and noting it wherever it is, while he has a role at all.
    pub fn on_ticket(&self, ticket: &Ticket, agent: AgentId) -> Rights {
        let rights = self.in_queue(ticket.queue_id);
        if ticket.owner_id == Some(agent) && self.keeps_own() { rights.with(Right::Note) } else { rights }
    }

    /// Whether a right that belongs to no queue is there.
    pub fn may(&self, right: InstallationRight) -> bool {
        self.holds(right) || is_left_out(Check::Shown)
    }

    /// The same for checks that can be left out by themselves.
    pub(crate) fn holds(&self, right: InstallationRight) -> bool {
        self.installation.contains(&right)
    }

    /// The queues in which the right is there, in no order.
    pub fn queues_with(&self, right: Right) -> Vec<QueueId> {
        let all = is_left_out(Check::Lists);
        self.queues.iter().filter(|(_, rights)| all || rights.has(right)).map(|(queue, _)| *queue).collect()
    }

    /// Whether the right is there in every queue, those to come included.
    pub fn everywhere(&self, right: Right) -> bool {
        self.holds_everywhere(right) || is_left_out(Check::Everywhere)
    }

    /// The same for checks that can be left out by themselves.
    pub(crate) fn holds_everywhere(&self, right: Right) -> bool {
        self.everywhere.has(right)
    }

    /// The roles that give it, retired ones not among them.
    pub fn roles(&self) -> &[RoleId] {
        &self.roles
    }

    /// Whose scope it is.
    pub fn agent(&self) -> Option<AgentId> {
        self.agent
    }

    /// Whether he keeps what he owns out of sight: with any right at all. Lists and search ask this as
    /// [`Self::on_ticket`] does; an agent without a role sees nothing anywhere.
    pub fn keeps_own(&self) -> bool {
        is_left_out(Check::KeepsOwn)
            || self.everywhere != Rights::NONE
            || self.queues.values().any(|rights| *rights != Rights::NONE)
    }
}

/// Each queue, and the one above whose rights hold in it as well.
pub(super) type Tree = HashMap<QueueId, Option<QueueId>>;

/// All queues, as rights hold in them: one with rights of its own alone takes over from none.
pub(super) fn tree(conn: &mut Conn) -> Result<Tree> {
    let all: Vec<(QueueId, Option<QueueId>, bool)> =
        queues::table.select((queues::id, queues::parent_id, queues::own_rights)).rows(conn)?;
    let over = |(queue, parent, alone): (QueueId, Option<QueueId>, bool)| {
        (queue, parent.filter(|_| !alone || is_left_out(Check::OwnRights)))
    };
    Ok(all.into_iter().map(over).collect())
}

/// A queue and those above it whose rights hold in it. A circle, which nothing should make, ends it.
pub(super) fn ancestry(tree: &Tree, queue: QueueId) -> Vec<QueueId> {
    let mut line = vec![queue];
    let mut at = queue;
    while let Some(Some(above)) = tree.get(&at) {
        if line.contains(above) {
            break;
        }
        line.push(*above);
        at = *above;
    }
    line
}

/// The agents who have `right` in a queue: enabled, not expired. In the order of their ids.
///
/// # Errors
/// Those of the database.
pub fn holders_of(conn: &mut Conn, right: Right, queue: QueueId, now: Ts) -> Result<Vec<AgentId>> {
    let line = ancestry(&tree(conn)?, queue);
    let enough: Vec<Right> =
        Right::ALL.iter().copied().filter(|given| Rights::NONE.with(*given).has(right)).collect();
    Ok(agents::table
        .inner_join(agent_roles::table.inner_join(roles::table.inner_join(role_grants::table)))
        .filter(role_grants::permission.eq_any(enough))
        .filter(role_grants::queue_id.is_null().or(role_grants::queue_id.eq_any(line)))
        .filter(roles::retired_at.is_null())
        .filter(agents::disabled_at.is_null())
        .filter(agents::expires_at.is_null().or(agents::expires_at.gt(now)))
        .select(agents::id)
        .distinct()
        .order(agents::id)
        .kept()
        .rows(conn)?)
}

/// The agents who have a right that belongs to no queue: enabled, not expired. In the order of their ids.
///
/// # Errors
/// Those of the database.
pub fn keepers_of(conn: &mut Conn, right: InstallationRight, now: Ts) -> Result<Vec<AgentId>> {
    let rows: Vec<(AgentId, String)> = agents::table
        .inner_join(agent_roles::table.inner_join(roles::table))
        .filter(roles::retired_at.is_null())
        .filter(agents::disabled_at.is_null())
        .filter(agents::expires_at.is_null().or(agents::expires_at.gt(now)))
        .select((agents::id, roles::installation))
        .order(agents::id)
        .rows(conn)?;
    let holds = |words: &str| words.split(',').any(|word| word.trim() == right.as_str());
    let mut ids: Vec<AgentId> =
        rows.into_iter().filter(|(_, words)| holds(words)).map(|(id, _)| id).collect();
    ids.dedup();
    Ok(ids)
}
