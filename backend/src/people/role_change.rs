//! What is changed about a role: its rights hold from the next request on.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde_json::json;

use super::{
    agents::Agent,
    guard::Guard,
    journal,
    roles::{self, Role},
};
use crate::{
    access::PeopleAccess,
    db::{
        Audited, Conn, InstallationRight, QueueId, Right, RoleId, Ts, Tx, Wake,
        schema::{agent_roles, agents, queues, role_grants, roles as table},
    },
    error::{Error, FieldError, Result, say},
};

/// The longest description, in characters.
const DESCRIPTION: usize = 500;

/// What shall be otherwise; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Its name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Its rights in queues; `None` as a queue: in all.
    pub grants: Option<BTreeSet<(Option<QueueId>, Right)>>,
    /// Its rights that belong to no queue.
    pub installation: Option<BTreeSet<InstallationRight>>,
}

/// A role and whether it gives nothing any more.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(conn: &mut Conn, id: RoleId) -> Result<(Role, bool)> {
    let (role, retired_at): (Role, Option<Ts>) =
        table::table.find(id).select((Role::as_select(), table::retired_at)).first(conn)?;
    Ok((role, retired_at.is_some()))
}

/// All roles, retired ones included, by name.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut Conn) -> Result<Vec<(Role, bool)>> {
    let rows: Vec<(Role, Option<Ts>)> =
        table::table.order(table::name).select((Role::as_select(), table::retired_at)).load(conn)?;
    Ok(rows.into_iter().map(|(role, retired_at)| (role, retired_at.is_some())).collect())
}

/// Who has a role, by name; whoever is retired does not count.
///
/// # Errors
/// Those of the database.
pub fn members(conn: &mut Conn, id: RoleId) -> Result<Vec<Agent>> {
    Ok(agents::table
        .inner_join(agent_roles::table)
        .filter(agent_roles::role_id.eq(id).and(agents::disabled_at.is_null()))
        .order(agents::name)
        .select(Agent::as_select())
        .load(conn)?)
}

/// Changes a role. Nobody adds what he does not have himself, nor gives its name to another.
///
/// # Errors
/// [`Error::Invalid`] names the field; [`Error::Forbidden`] for a right that the actor does not have;
/// [`Error::Conflict`] when nobody would be left to manage people.
pub fn change(tx: &mut Tx<'_>, people: &PeopleAccess, id: RoleId, wish: &Change, now: Ts) -> Result<Role> {
    let guard = Guard::before(tx, people, now)?;
    let (before, retired) = get(tx, id)?;
    let held: BTreeSet<(Option<QueueId>, Right)> = roles::grants(tx, id)?.into_iter().collect();
    let had: BTreeSet<InstallationRight> = roles::rights(&before.installation).into_iter().collect();
    let name = wish.name.as_deref().unwrap_or(&before.name).trim().to_owned();
    let description = wish.description.as_deref().unwrap_or(&before.description).trim().to_owned();
    let grants = wish.grants.clone().unwrap_or_else(|| held.clone());
    let installation = wish.installation.clone().unwrap_or_else(|| had.clone());
    check(tx, id, &name, &description, &grants)?;
    people.may_give(grants.difference(&held).copied(), installation.difference(&had).copied())?;
    if name != before.name {
        // Directories and sites give roles by their names: who renames one gives it to their groups, or takes it away.
        roles::may_give_role(tx, people, id)?;
    }
    let words: Vec<&str> = installation.iter().map(|right| right.as_str()).collect();
    diesel::update(table::table.find(id))
        .set((
            table::name.eq(&name),
            table::description.eq(&description),
            table::installation.eq(words.join(",")),
        ))
        .execute(&mut **tx)?;
    for (queue, right) in held.difference(&grants) {
        let row =
            role_grants::table.filter(role_grants::role_id.eq(id).and(role_grants::permission.eq(right)));
        match queue {
            Some(queue) => diesel::delete(row.filter(role_grants::queue_id.eq(queue))).execute(&mut **tx)?,
            None => diesel::delete(row.filter(role_grants::queue_id.is_null())).execute(&mut **tx)?,
        };
    }
    for (queue, right) in grants.difference(&held) {
        diesel::insert_into(role_grants::table)
            .values((
                role_grants::role_id.eq(id),
                role_grants::queue_id.eq(queue),
                role_grants::permission.eq(right),
            ))
            .execute(&mut **tx)?;
    }
    guard.after(tx, now)?;
    tx.wake(Wake::EVENTS);
    let (after, _) = get(tx, id)?;
    let was = journal::role(tx, &before, &held, retired)?;
    let told = (was, journal::role(tx, &after, &grants, retired)?);
    journal::changed(tx, people, Audited::Role, &after.name, told, now)?;
    Ok(after)
}

fn check(
    conn: &mut Conn,
    id: RoleId,
    name: &str,
    description: &str,
    grants: &BTreeSet<(Option<QueueId>, Right)>,
) -> Result<()> {
    let mut problems = Vec::new();
    let mut refuse = |field: &str, message: crate::error::Sentence| {
        problems.push(FieldError { field: field.into(), message });
    };
    if !roles::is_name(name) {
        refuse("name", say!("refused-role-name"));
    } else {
        let taken: i64 =
            table::table.filter(table::name.eq(name).and(table::id.ne(id))).count().get_result(conn)?;
        if taken > 0 {
            refuse("name", say!("refused-role-taken", name = name));
        }
    }
    if description.chars().count() > DESCRIPTION {
        refuse("description", say!("refused-role-description", most = DESCRIPTION));
    }
    let known: BTreeSet<QueueId> =
        queues::table.select(queues::id).load::<QueueId>(conn)?.into_iter().collect();
    if let Some((Some(queue), _)) =
        grants.iter().find(|(queue, _)| queue.is_some_and(|id| !known.contains(&id)))
    {
        refuse("grants", say!("refused-grant-queue", name = queue));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Retires a role: it gives nothing from now on and is offered nowhere; who has it keeps its name.
///
/// # Errors
/// [`Error::Conflict`] when nobody would be left to manage people, and for one that is retired already.
pub fn retire(tx: &mut Tx<'_>, people: &PeopleAccess, id: RoleId, now: Ts) -> Result<()> {
    let (role, retired) = get(tx, id)?;
    if retired {
        return Err(Error::Conflict(say!("refused-role-retired", name = role.name)));
    }
    let guard = Guard::before(tx, people, now)?;
    diesel::update(table::table.find(id)).set(table::retired_at.eq(now)).execute(&mut **tx)?;
    guard.after(tx, now)?;
    tx.wake(Wake::EVENTS);
    let told = (json!({ "retired": false }), json!({ "retired": true }));
    journal::changed(tx, people, Audited::Role, &role.name, told, now)
}

/// Puts a role into use again, for all who have it.
///
/// # Errors
/// [`Error::Conflict`] for one that is in use; [`Error::Forbidden`] for one that gives what the actor does not have.
pub fn restore(tx: &mut Tx<'_>, people: &PeopleAccess, id: RoleId, now: Ts) -> Result<()> {
    let (role, retired) = get(tx, id)?;
    if !retired {
        return Err(Error::Conflict(say!("refused-role-in-use", name = role.name)));
    }
    roles::may_give_role(tx, people, id)?;
    diesel::update(table::table.find(id)).set(table::retired_at.eq(None::<Ts>)).execute(&mut **tx)?;
    tx.wake(Wake::EVENTS);
    let told = (json!({ "retired": true }), json!({ "retired": false }));
    journal::changed(tx, people, Audited::Role, &role.name, told, now)
}
