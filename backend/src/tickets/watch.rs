//! Watching: an agent's own wish to hear of a ticket. It gives no right, and changes nothing of the ticket.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::{
    access::{Actor, Read, TicketAccess},
    db::{AgentId, Conn, TicketId, Tx, each, schema::watchers},
    error::Result,
};

/// The actor watches the ticket; twice is as good as once.
///
/// # Errors
/// Those of the database.
pub fn watch(tx: &mut Tx<'_>, access: &TicketAccess<Read>, actor: &Actor) -> Result<()> {
    let row = (watchers::ticket_id.eq(access.ticket().id), watchers::agent_id.eq(actor.agent.id));
    each!(&mut **tx, |c| diesel::insert_into(watchers::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// The actor no longer watches the ticket.
///
/// # Errors
/// Those of the database.
pub fn unwatch(tx: &mut Tx<'_>, access: &TicketAccess<Read>, actor: &Actor) -> Result<()> {
    diesel::delete(watchers::table.find((access.ticket().id, actor.agent.id))).execute(&mut **tx)?;
    Ok(())
}

/// Those of these tickets that the agent watches.
///
/// # Errors
/// Those of the database.
pub fn among(conn: &mut Conn, agent: AgentId, tickets: &[TicketId]) -> Result<HashSet<TicketId>> {
    Ok(watchers::table
        .filter(watchers::agent_id.eq(agent).and(watchers::ticket_id.eq_any(tickets.to_vec())))
        .select(watchers::ticket_id)
        .load::<TicketId>(conn)?
        .into_iter()
        .collect())
}
