//! Looking at it.

use diesel::prelude::*;

use crate::{
    access::Actor,
    db::{
        AgentId, AuditId, Audited, Cause, Conn, InstallationRight, Ts,
        schema::{agents, audit_events},
    },
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
    /// Who did it; `None`: a stranger, the command line or Turnstone itself.
    pub agent_id: Option<AgentId>,
    /// By which way.
    pub cause: Cause,
    /// What.
    pub kind: Audited,
    /// To what or whom.
    pub subject: String,
    /// More about it: a search, an address.
    pub detail: String,
    /// What changed, as it was: JSON, or empty.
    pub was: String,
    /// What changed, as it is.
    pub becomes: String,
    /// The chain's hash.
    pub hash: String,
}

/// Which ones.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Done by this login, or to it.
    pub agent: Option<String>,
    /// Of this kind.
    pub kind: Option<Audited>,
    /// Within this time: from, until before.
    pub within: Option<(Ts, Ts)>,
}

/// What was done before `before`, the newest first.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to manage people.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &Filter,
    before: AuditId,
    limit: i64,
) -> Result<Vec<Entry>> {
    actor.require(InstallationRight::People)?;
    load(conn, filter, before, limit)
}

/// The same for the operator.
pub(crate) fn load(conn: &mut Conn, filter: &Filter, before: AuditId, limit: i64) -> Result<Vec<Entry>> {
    let mut rows = audit_events::table
        .filter(audit_events::id.lt(before))
        .order(audit_events::id.desc())
        .limit(limit.clamp(1, 1_001))
        .select(Entry::as_select())
        .into_boxed();
    if let Some(login) = &filter.agent {
        let login = login.trim().to_lowercase().replace('\0', "");
        let ids: Vec<AgentId> =
            agents::table.filter(agents::login.eq(&login)).select(agents::id).load(conn)?;
        rows = rows.filter(
            audit_events::agent_id.eq_any(ids.into_iter().map(Some)).or(audit_events::subject.eq(login)),
        );
    }
    if let Some(kind) = filter.kind {
        rows = rows.filter(audit_events::kind.eq(kind));
    }
    if let Some((from, until)) = filter.within {
        rows = rows.filter(audit_events::at.ge(from).and(audit_events::at.lt(until)));
    }
    Ok(rows.load(conn)?)
}
