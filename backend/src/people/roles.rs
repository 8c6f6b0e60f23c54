//! Roles: the only thing that gives rights.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::{
    access::Actor,
    db::{
        AgentId, Conn, InstallationRight, QueueId, Right, RoleId, Ts, Tx,
        schema::{agent_roles, agents, role_grants, roles},
    },
    error::{Error, FieldError, Result, say},
    queues,
};

/// A role to be made.
#[derive(Clone, Debug, Default)]
pub struct NewRole {
    /// Its name.
    pub name: String,
    /// Rights by queue; a queue's name, or `*` for all queues.
    pub grants: Vec<(String, Vec<Right>)>,
    /// Rights that belong to no queue.
    pub installation: Vec<InstallationRight>,
}

/// A role.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = roles)]
pub struct Role {
    /// Its key.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// Rights that belong to no queue, comma separated.
    pub installation: String,
}

/// All roles that are in use, by name.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut Conn) -> Result<Vec<Role>> {
    Ok(roles::table
        .filter(roles::retired_at.is_null())
        .order(roles::name)
        .select(Role::as_select())
        .load(conn)?)
}

/// The rights of a role by queue; `None` is all queues.
///
/// # Errors
/// Those of the database.
pub fn grants(conn: &mut Conn, role: RoleId) -> Result<Vec<(Option<QueueId>, Right)>> {
    Ok(role_grants::table
        .filter(role_grants::role_id.eq(role))
        .order(role_grants::id)
        .select((role_grants::queue_id, role_grants::permission))
        .load(conn)?)
}

/// Makes a role. Nobody can give what he does not have himself.
///
/// # Errors
/// [`Error::Forbidden`] without the right; [`Error::Invalid`] for what is wrong or taken.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewRole, now: Ts) -> Result<Role> {
    actor.require(InstallationRight::People)?;
    let (_, grants) = check(tx, new)?;
    may_give(actor, grants, &new.installation)?;
    insert(tx, new, now)
}

/// Whether the actor has everything that a role gives, and so may give the role to somebody.
///
/// # Errors
/// [`Error::Forbidden`] names a right that he does not have.
pub(super) fn may_give_role(conn: &mut Conn, actor: &Actor, role: RoleId) -> Result<()> {
    let words: String = roles::table.find(role).select(roles::installation).first(conn)?;
    let installation: Vec<_> = words.split(',').filter_map(|word| word.trim().parse().ok()).collect();
    may_give(actor, grants(conn, role)?, &installation)
}

fn may_give(
    actor: &Actor,
    grants: impl IntoIterator<Item = (Option<QueueId>, Right)>,
    installation: &[InstallationRight],
) -> Result<()> {
    let has = |queue: Option<QueueId>, right| match queue {
        None => actor.scope.everywhere(right),
        Some(queue) => actor.scope.in_queue(queue).has(right),
    };
    let lacking = grants
        .into_iter()
        .find(|(queue, right)| !has(*queue, *right))
        .map(|(_, right)| right.to_string())
        .or_else(|| {
            installation.iter().find(|right| !actor.scope.may(**right)).map(|right| right.to_string())
        });
    match lacking {
        None => Ok(()),
        Some(right) => Err(Error::Forbidden(say!("refused-give", right = right))),
    }
}

/// Makes a role on behalf of the operator.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &NewRole, now: Ts) -> Result<Role> {
    let (name, grants) = check(tx, new)?;
    let installation: BTreeSet<&str> = new.installation.iter().map(|right| right.as_str()).collect();
    let installation = installation.into_iter().collect::<Vec<_>>().join(",");
    let id: RoleId = diesel::insert_into(roles::table)
        .values((roles::name.eq(name), roles::installation.eq(installation), roles::created_at.eq(now)))
        .returning(roles::id)
        .get_result(&mut **tx)?;
    for (queue, right) in grants {
        diesel::insert_into(role_grants::table)
            .values((
                role_grants::role_id.eq(id),
                role_grants::queue_id.eq(queue),
                role_grants::permission.eq(right),
            ))
            .execute(&mut **tx)?;
    }
    Ok(roles::table.find(id).select(Role::as_select()).first(&mut **tx)?)
}

type Grants = BTreeSet<(Option<QueueId>, Right)>;

fn check(conn: &mut Conn, new: &NewRole) -> Result<(String, Grants)> {
    let mut problems = Vec::new();
    let mut refuse = |field: &str, message: crate::error::Sentence| {
        problems.push(FieldError { field: field.into(), message })
    };
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        refuse("name", say!("refused-role-name"));
    } else {
        let taken: i64 = roles::table.filter(roles::name.eq(&name)).count().get_result(conn)?;
        if taken > 0 {
            refuse("name", say!("refused-role-taken", name = name));
        }
    }
    let mut grants = Grants::new();
    for (queue, rights) in &new.grants {
        let id = match queue.as_str() {
            "*" => None,
            named => match queues::by_name(conn, named) {
                Ok(queue) => Some(queue.id),
                Err(Error::NotFound) => {
                    refuse("grants", say!("refused-grant-queue", name = named));
                    continue;
                }
                Err(error) => return Err(error),
            },
        };
        grants.extend(rights.iter().map(|right| (id, *right)));
    }
    if problems.is_empty() { Ok((name, grants)) } else { Err(Error::Invalid(problems)) }
}

/// Whether without this agent nobody could manage people any more.
///
/// # Errors
/// Those of the database.
pub fn is_last_admin(conn: &mut Conn, agent: AgentId, now: Ts) -> Result<bool> {
    let rows: Vec<(AgentId, String)> = agents::table
        .inner_join(agent_roles::table.inner_join(roles::table))
        .filter(agents::disabled_at.is_null())
        .filter(agents::expires_at.is_null().or(agents::expires_at.gt(now)))
        .filter(roles::retired_at.is_null())
        .select((agents::id, roles::installation))
        .load(conn)?;
    let admins: BTreeSet<AgentId> = rows
        .into_iter()
        .filter(|(_, words)| words.split(',').any(|word| word == InstallationRight::People.as_str()))
        .map(|(id, _)| id)
        .collect();
    Ok(admins.len() == 1 && admins.contains(&agent))
}
