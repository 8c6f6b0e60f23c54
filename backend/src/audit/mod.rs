//! Who did what that no ticket's history tells: rows that are added and never changed.

use diesel::prelude::*;

use crate::{
    access::Actor,
    db::{AgentId, AuditId, Audited, Cause, Conn, InstallationRight, Ts, Tx, schema::audit_events},
    error::Result,
};

/// Something that was done.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = audit_events)]
pub struct Entry {
    /// Its key.
    pub id: AuditId,
    /// When.
    pub at: Ts,
    /// Who did it.
    pub agent_id: AgentId,
    /// By which way.
    pub cause: Cause,
    /// What.
    pub kind: Audited,
    /// About what: a search, say.
    pub detail: String,
}

/// Writes down what the actor does, in the transaction that does it.
///
/// # Errors
/// Those of the database.
pub fn record(tx: &mut Tx<'_>, actor: &Actor, kind: Audited, detail: &str, now: Ts) -> Result<()> {
    diesel::insert_into(audit_events::table)
        .values((
            audit_events::at.eq(now),
            audit_events::agent_id.eq(actor.agent.id),
            audit_events::cause.eq(actor.cause),
            audit_events::kind.eq(kind),
            audit_events::detail.eq(detail),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What was done before `before`, the newest first.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to manage people.
pub fn page(conn: &mut Conn, actor: &Actor, before: AuditId, limit: i64) -> Result<Vec<Entry>> {
    actor.require(InstallationRight::People)?;
    Ok(audit_events::table
        .filter(audit_events::id.lt(before))
        .order(audit_events::id.desc())
        .limit(limit.clamp(1, 201))
        .select(Entry::as_select())
        .load(conn)?)
}
