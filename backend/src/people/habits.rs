//! What agents chose about their way of working.

use diesel::prelude::*;

use crate::{
    access::Actor,
    db::{AfterSending, AgentId, Conn, Tx, each, schema::agent_habits},
    error::Result,
};

/// What opens once the agent has sent a reply.
///
/// # Errors
/// Those of the database.
pub fn after_sending(conn: &mut Conn, agent: AgentId) -> Result<AfterSending> {
    let chosen: Option<AfterSending> =
        agent_habits::table.find(agent).select(agent_habits::after_sending).first(conn).optional()?;
    Ok(chosen.unwrap_or(AfterSending::Done))
}

/// Whether his composer opens with formatting.
///
/// # Errors
/// Those of the database.
pub fn rich_text(conn: &mut Conn, agent: AgentId) -> Result<bool> {
    let chosen: Option<bool> =
        agent_habits::table.find(agent).select(agent_habits::rich_text).first(conn).optional()?;
    Ok(chosen.unwrap_or(false))
}

/// Chooses that.
///
/// # Errors
/// Those of the database.
pub fn set_rich_text(tx: &mut Tx<'_>, actor: &Actor, wish: bool) -> Result<()> {
    let row = (
        agent_habits::agent_id.eq(actor.agent.id),
        agent_habits::after_sending.eq(AfterSending::Done),
        agent_habits::rich_text.eq(wish),
    );
    each!(&mut **tx, |c| diesel::insert_into(agent_habits::table)
        .values(row)
        .on_conflict(agent_habits::agent_id)
        .do_update()
        .set(agent_habits::rich_text.eq(wish))
        .execute(c))?;
    Ok(())
}

/// Chooses what opens once a reply is sent.
///
/// # Errors
/// Those of the database.
pub fn set_after_sending(tx: &mut Tx<'_>, actor: &Actor, wish: AfterSending) -> Result<()> {
    let row = (agent_habits::agent_id.eq(actor.agent.id), agent_habits::after_sending.eq(wish));
    each!(&mut **tx, |c| diesel::insert_into(agent_habits::table)
        .values(row)
        .on_conflict(agent_habits::agent_id)
        .do_update()
        .set(agent_habits::after_sending.eq(wish))
        .execute(c))?;
    Ok(())
}
