//! What agents chose about their way of working.

use diesel::prelude::*;

use super::keys::Map;
use crate::{
    access::Actor,
    db::{AfterSending, AgentId, Conn, Direct, Tx, columns, each, schema::agent_habits},
    error::Result,
};

/// How an agent works.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = agent_habits)]
pub struct Habits {
    /// What opens once he has sent a reply.
    pub after_sending: AfterSending,
    /// Whether the list stays beside a ticket that was opened from it.
    pub list_beside: bool,
    /// Whether his composer opens with formatting.
    pub rich_text: bool,
    /// Where he begins: an entry of the sidebar, or nothing for the dashboard.
    pub start_at: String,
    /// Where he laid keys, as [`super::keys::Map`] reads it.
    pub keys: String,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            after_sending: AfterSending::Done,
            list_beside: true,
            rich_text: false,
            start_at: String::new(),
            keys: String::new(),
        }
    }
}

/// An agent's.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, agent: AgentId) -> Result<Habits> {
    let chosen = agent_habits::table.find(agent).select(columns::<Habits>()).row(conn).optional()?;
    Ok(chosen.unwrap_or_default())
}

/// Chooses what opens after sending.
///
/// # Errors
/// Those of the database.
pub fn set_after_sending(tx: &mut Tx<'_>, actor: &Actor, wish: AfterSending) -> Result<()> {
    row_of(tx, actor)?;
    diesel::update(agent_habits::table.find(actor.agent.id))
        .set(agent_habits::after_sending.eq(wish))
        .exec(tx)?;
    Ok(())
}

/// Chooses whether lists stay beside tickets.
///
/// # Errors
/// Those of the database.
pub fn set_list_beside(tx: &mut Tx<'_>, actor: &Actor, wish: bool) -> Result<()> {
    row_of(tx, actor)?;
    diesel::update(agent_habits::table.find(actor.agent.id))
        .set(agent_habits::list_beside.eq(wish))
        .exec(tx)?;
    Ok(())
}

/// Chooses whether the composer opens with formatting.
///
/// # Errors
/// Those of the database.
pub fn set_rich_text(tx: &mut Tx<'_>, actor: &Actor, wish: bool) -> Result<()> {
    row_of(tx, actor)?;
    diesel::update(agent_habits::table.find(actor.agent.id))
        .set(agent_habits::rich_text.eq(wish))
        .exec(tx)?;
    Ok(())
}

/// Chooses where he begins after signing in.
///
/// # Errors
/// Those of the database.
pub fn set_start(tx: &mut Tx<'_>, actor: &Actor, wish: &str) -> Result<()> {
    row_of(tx, actor)?;
    diesel::update(agent_habits::table.find(actor.agent.id)).set(agent_habits::start_at.eq(wish)).exec(tx)?;
    Ok(())
}

/// Lays keys elsewhere.
///
/// # Errors
/// [`crate::error::Error::Invalid`] for keys that cannot be.
pub fn set_keys(tx: &mut Tx<'_>, actor: &Actor, map: &Map) -> Result<()> {
    map.check()?;
    row_of(tx, actor)?;
    diesel::update(agent_habits::table.find(actor.agent.id))
        .set(agent_habits::keys.eq(map.kept()))
        .exec(tx)?;
    Ok(())
}

// His row, with the defaults where he chose nothing yet.
fn row_of(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    let row = (
        agent_habits::agent_id.eq(actor.agent.id),
        agent_habits::after_sending.eq(Habits::default().after_sending),
    );
    each!(&mut **tx, |c| diesel::insert_into(agent_habits::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}
