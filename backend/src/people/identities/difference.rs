//! What is different about an agent from what is known of him elsewhere, and its carrying over.

use diesel::prelude::*;

use super::Known;
use crate::{
    access::people_for_directory,
    db::{
        AgentId, Conn, RoleId, Ts, Tx,
        schema::{agent_roles, roles as role_table},
    },
    error::Result,
    people::{Agent, edit, roles},
};

/// What has to be changed about an agent, so that he is as he is elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// The roles that he shall have, where these are others.
    pub roles: Option<Vec<RoleId>>,
    /// Names of roles that he gains.
    pub gains: Vec<String>,
    /// Names of roles that he loses.
    pub loses: Vec<String>,
    /// Name, address and end, where these are others.
    pub change: Option<edit::Change>,
}

impl Difference {
    /// Whether there is nothing to do.
    pub fn is_none(&self) -> bool {
        self.roles.is_none() && self.change.is_none()
    }
}

/// Compares an agent with what is known of him elsewhere.
///
/// # Errors
/// Those of the database.
pub fn compare(conn: &mut Conn, agent: &Agent, known: &Known) -> Result<Difference> {
    let mut found = Difference::default();
    let all = roles::all(conn)?;
    let has: Vec<RoleId> = agent_roles::table
        .inner_join(role_table::table)
        .filter(agent_roles::agent_id.eq(agent.id).and(role_table::retired_at.is_null()))
        .select(agent_roles::role_id)
        .load(conn)?;
    let mut wanted = Vec::new();
    for role in &all {
        let had = has.contains(&role.id);
        let managed = known.managed.contains(&role.name);
        let wants = if managed { known.given.contains(&role.name) } else { had };
        match (had, wants) {
            (false, true) => found.gains.push(role.name.clone()),
            (true, false) => found.loses.push(role.name.clone()),
            _ => {}
        }
        if wants {
            wanted.push(role.id);
        }
    }
    if !found.gains.is_empty() || !found.loses.is_empty() {
        found.roles = Some(wanted);
    }
    let mut change = edit::Change::default();
    let name: String = known.name.chars().filter(|c| !c.is_control()).take(200).collect();
    let name = name.trim();
    if !name.is_empty() && name != agent.name {
        change.name = Some(name.to_owned());
    }
    let email = known.email.as_deref().and_then(mail_ingest::address::normalise);
    if let Some(email) = email.filter(|email| *email != agent.email) {
        change.email = Some(email);
    }
    if let Some(end) = known.expires_at
        && end.map(Ts) != agent.expires_at
    {
        change.expires_at = Some(end);
    }
    if change.name.is_some() || change.email.is_some() || change.expires_at.is_some() {
        found.change = Some(change);
    }
    Ok(found)
}

/// Gives an agent the roles that his groups give, and takes those away that they gave.
///
/// # Errors
/// [`crate::error::Error::Conflict`] when nobody would be left to manage people.
pub fn put_roles(tx: &mut Tx<'_>, agent: AgentId, wanted: &[RoleId], now: Ts) -> Result<()> {
    edit::set_roles(tx, &people_for_directory(), agent, wanted, now)
}

/// Carries name, address and end over.
///
/// # Errors
/// [`crate::error::Error::Invalid`] for what cannot be here; [`crate::error::Error::Conflict`] for the last agent who can manage people.
pub fn put_change(tx: &mut Tx<'_>, agent: AgentId, change: &edit::Change, now: Ts) -> Result<()> {
    edit::change(tx, &people_for_directory(), agent, change, now).map(drop)
}
