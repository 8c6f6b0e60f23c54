//! Which news of which queue an agent who follows it does not want.

use diesel::prelude::*;

use crate::{
    access::Actor,
    db::{AgentId, Conn, Notice, QueueId, Tx, schema::queue_mutes},
    error::Result,
};

/// What can be switched off for one queue: what its followers hear as such. An owner and a watcher hear of their tickets.
pub const OFFERED: [Notice; 3] = [Notice::NewTicket, Notice::Move, Notice::FollowUp];

/// What an agent has switched off.
///
/// # Errors
/// Those of the database.
pub fn muted(conn: &mut Conn, agent: AgentId) -> Result<Vec<(QueueId, Notice)>> {
    let rows: Vec<(QueueId, String)> = queue_mutes::table
        .filter(queue_mutes::agent_id.eq(agent))
        .select((queue_mutes::queue_id, queue_mutes::event))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(queue, event)| Some((queue, event.parse().ok()?))).collect())
}

/// Switches off what is named here, and all else on.
///
/// # Errors
/// Those of the database.
pub fn set_muted(tx: &mut Tx<'_>, actor: &Actor, muted: &[(QueueId, Notice)]) -> Result<()> {
    diesel::delete(queue_mutes::table.filter(queue_mutes::agent_id.eq(actor.agent.id))).execute(&mut **tx)?;
    for (queue, notice) in muted {
        diesel::insert_into(queue_mutes::table)
            .values((
                queue_mutes::agent_id.eq(actor.agent.id),
                queue_mutes::queue_id.eq(*queue),
                queue_mutes::event.eq(notice.as_str()),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}
