//! Roles: the only thing that gives rights.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde_json::Value;

use crate::{
    access::PeopleAccess,
    db::{
        AgentId, Audited, Conn, InstallationRight, QueueId, Right, RoleId, Ts, Tx,
        schema::{agent_roles, role_grants, roles},
    },
    error::{Error, FieldError, Result, say},
    people::{guard, journal},
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
    /// What it is for, in a sentence.
    pub description: String,
    /// Whether who has it needs a second factor.
    pub needs_factor: bool,
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
/// [`Error::Forbidden`] for what the actor does not have; [`Error::Invalid`] for what is wrong or taken.
pub fn create(tx: &mut Tx<'_>, people: &PeopleAccess, new: &NewRole, now: Ts) -> Result<Role> {
    guard::one_at_a_time(tx)?;
    let (_, grants) = check(tx, new)?;
    people.may_give(grants, new.installation.iter().copied())?;
    let role = insert(tx, new, now)?;
    let grants = self::grants(tx, role.id)?.into_iter().collect();
    let made = journal::role(tx, &role, &grants, false)?;
    journal::changed(tx, people, Audited::Role, &role.name, (Value::Null, made), now)?;
    Ok(role)
}

/// Whether the actor has everything that a role gives, and so may give the role to somebody.
///
/// # Errors
/// [`Error::Forbidden`] names a right that he does not have.
pub(super) fn may_give_role(conn: &mut Conn, people: &PeopleAccess, role: RoleId) -> Result<()> {
    let words: String = roles::table.find(role).select(roles::installation).first(conn)?;
    people.may_give(grants(conn, role)?, rights(&words))
}

/// Whether the actor has everything that this agent has, and so may act with his account.
///
/// # Errors
/// [`Error::Forbidden`] names a right that he does not have.
pub(super) fn may_have_all_of(conn: &mut Conn, people: &PeopleAccess, agent: AgentId) -> Result<()> {
    let his: Vec<RoleId> = agent_roles::table
        .inner_join(roles::table)
        .filter(agent_roles::agent_id.eq(agent).and(roles::retired_at.is_null()))
        .select(roles::id)
        .load(conn)?;
    his.into_iter().try_for_each(|role| may_give_role(conn, people, role))
}

/// Whether this can be a role's name.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= 100 && !name.chars().any(char::is_control)
}

/// The rights that a role's words name.
pub(crate) fn rights(words: &str) -> Vec<InstallationRight> {
    words.split(',').filter_map(|word| word.trim().parse().ok()).collect()
}

/// Makes a role before there is anybody who could.
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
    if !is_name(&name) {
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
