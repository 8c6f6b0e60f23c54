//! What is different about an agent from what is known of him elsewhere, and its carrying over.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{Known, find};
use crate::{
    access::people_for_directory,
    db::{
        AgentId, Conn, RoleId, Ts, Tx, backend,
        schema::{agent_roles, agents as people_table, identities, roles as role_table},
    },
    error::Result,
    people::{Agent, edit, roles},
};

/// Roles that somebody gains and loses by his groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// Those that he gains.
    pub gains: Vec<RoleId>,
    /// Those that he loses.
    pub loses: Vec<RoleId>,
}

/// What has to be changed about an agent, so that he is as he is elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// What his groups give and take, where that is anything.
    pub roles: Option<Roles>,
    /// Names of roles that he gains.
    pub gains: Vec<String>,
    /// Names of roles that he loses.
    pub loses: Vec<String>,
    /// Name and address, where these are others.
    pub change: Option<edit::Change>,
    /// When his account ends, where that is another time.
    pub end: Option<Option<Timestamp>>,
}

impl Difference {
    /// Whether there is nothing to do.
    pub fn is_none(&self) -> bool {
        self.roles.is_none() && self.change.is_none() && self.end.is_none()
    }
}

/// Compares an agent with what is known of him elsewhere.
///
/// # Errors
/// Those of the database.
pub fn compare(conn: &mut Conn, agent: &Agent, known: &Known) -> Result<Difference> {
    let mut found = Difference::default();
    let all = roles::all(conn)?;
    let has = current(conn, agent.id)?;
    let mut changed = Roles::default();
    for role in &all {
        let had = has.contains(&role.id);
        let managed = known.managed.contains(&role.name);
        let wants = if managed { known.given.contains(&role.name) } else { had };
        match (had, wants) {
            (false, true) => {
                found.gains.push(role.name.clone());
                changed.gains.push(role.id);
            }
            (true, false) => {
                found.loses.push(role.name.clone());
                changed.loses.push(role.id);
            }
            _ => {}
        }
    }
    found.roles = Some(changed).filter(|changed| *changed != Roles::default());
    let mut change = edit::Change::default();
    let name: String = known.name.chars().filter(|c| !c.is_control()).take(200).collect();
    let name = name.trim();
    if !name.is_empty() && name != agent.name {
        change.name = Some(name.to_owned());
    }
    let email = known.email.as_deref().and_then(mail_ingest::address::normalise);
    if let Some(email) = email.filter(|email| *email != agent.email) {
        if is_anothers(conn, agent.id, &email)? {
            tracing::warn!(target: "turnstone::sign_in", method = known.method, agent = agent.login, "another agent has this mail address: it is not carried over");
        } else {
            change.email = Some(email);
        }
    }
    if change.name.is_some() || change.email.is_some() {
        found.change = Some(change);
    }
    if let Some(end) = known.expires_at.filter(|end| end.map(Ts) != agent.expires_at) {
        // An end that people set here holds: from elsewhere it comes sooner, and later only where it came from there.
        let sooner = match (end, agent.expires_at) {
            (Some(end), Some(kept)) => end < kept.0,
            (Some(_), None) => true,
            (None, _) => false,
        };
        let last = find(conn, &known.method, &known.subject)?.and_then(|tie| tie.ends_at);
        if sooner || last == agent.expires_at {
            found.end = Some(end);
        }
    }
    Ok(found)
}

/// Whether an agent who is not shut out has this address already.
fn is_anothers(conn: &mut Conn, agent: AgentId, email: &str) -> Result<bool> {
    let others: i64 = people_table::table
        .filter(people_table::email.eq(email).and(people_table::id.ne(agent)))
        .filter(people_table::disabled_at.is_null())
        .count()
        .get_result(conn)?;
    Ok(others > 0)
}

/// Gives an agent the roles that his groups give, and takes those away that they gave. Roles of other origin stay as they
/// are by now: people may have given or taken some since both sides were compared.
///
/// # Errors
/// [`crate::error::Error::Conflict`] when nobody would be left to manage people.
pub fn put_roles(tx: &mut Tx<'_>, agent: AgentId, changed: &Roles, now: Ts) -> Result<()> {
    backend::one_at_a_time(tx, "admins")?;
    let mut wanted = current(tx, agent)?;
    wanted.retain(|role| !changed.loses.contains(role));
    let gained: Vec<RoleId> = changed.gains.iter().filter(|role| !wanted.contains(role)).copied().collect();
    wanted.extend(gained);
    edit::set_roles(tx, &people_for_directory(), agent, &wanted, now)
}

fn current(conn: &mut Conn, agent: AgentId) -> Result<Vec<RoleId>> {
    Ok(agent_roles::table
        .inner_join(role_table::table)
        .filter(agent_roles::agent_id.eq(agent).and(role_table::retired_at.is_null()))
        .select(agent_roles::role_id)
        .load(conn)?)
}

/// Carries name and address over.
///
/// # Errors
/// [`crate::error::Error::Invalid`] for what cannot be here.
pub fn put_change(tx: &mut Tx<'_>, agent: AgentId, change: &edit::Change, now: Ts) -> Result<()> {
    edit::change(tx, &people_for_directory(), agent, change, now).map(drop)
}

/// Carries the end of his account over, and keeps that it came from there.
///
/// # Errors
/// [`crate::error::Error::Conflict`] for the last agent who can manage people.
pub fn put_end(
    tx: &mut Tx<'_>,
    agent: AgentId,
    known: &Known,
    end: Option<Timestamp>,
    now: Ts,
) -> Result<()> {
    let change = edit::Change { expires_at: Some(end), ..edit::Change::default() };
    edit::change(tx, &people_for_directory(), agent, &change, now)?;
    remember_end(tx, known, end)
}

/// Keeps which end came from there.
pub(super) fn remember_end(tx: &mut Tx<'_>, known: &Known, end: Option<Timestamp>) -> Result<()> {
    diesel::update(identities::table.find((&known.method, &known.subject)))
        .set(identities::ends_at.eq(end.map(Ts)))
        .execute(&mut **tx)?;
    Ok(())
}
