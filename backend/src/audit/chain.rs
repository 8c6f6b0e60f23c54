//! The chain: each hash is made of the one before and of the row. Whoever changes a row, or takes one out, has to make
//! all that follow anew, and then the last one is not what somebody wrote down elsewhere.

use diesel::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::{
    access::Who,
    db::{
        AgentId, AuditId, Audited, Conn, Ts, Tx, backend, hex,
        schema::audit_events::{self, dsl},
    },
    error::Result,
};

/// So many rows are read at once.
const PART: i64 = 1_000;

/// A row before it has its place.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = audit_events)]
pub(super) struct Row {
    at: Ts,
    agent_id: Option<AgentId>,
    cause: String,
    kind: String,
    subject: String,
    detail: String,
    pub(super) was: String,
    pub(super) becomes: String,
}

impl Row {
    pub(super) fn new(who: &Who, kind: Audited, subject: &str, detail: &str, now: Ts) -> Self {
        Self {
            at: now,
            agent_id: who.agent,
            cause: who.cause.to_string(),
            kind: kind.to_string(),
            subject: subject.to_owned(),
            detail: detail.to_owned(),
            was: String::new(),
            becomes: String::new(),
        }
    }
}

/// A row as it lies there, whatever somebody made of it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = audit_events)]
struct Kept {
    id: AuditId,
    at: Ts,
    agent_id: Option<AgentId>,
    cause: String,
    kind: String,
    subject: String,
    detail: String,
    was: String,
    becomes: String,
    hash: String,
}

impl Kept {
    /// The row's hash behind this one. Each field goes in with its length, so that none can be moved into the next.
    fn hashed(&self, previous: &str) -> String {
        let agent = self.agent_id.map(|id| id.to_string()).unwrap_or_default();
        let fields = [
            previous,
            &self.id.to_string(),
            &self.at.0.as_microsecond().to_string(),
            &agent,
            &self.cause,
            &self.kind,
            &self.subject,
            &self.detail,
            &self.was,
            &self.becomes,
        ];
        let mut hash = Sha256::new();
        for field in fields {
            hash.update(format!("{}:", field.len()));
            hash.update(field);
        }
        hex(&hash.finalize())
    }
}

/// Adds a row at the end. Who adds waits for who adds, until the end of his transaction: it is one chain.
pub(super) fn append(tx: &mut Tx<'_>, row: Row) -> Result<()> {
    backend::one_at_a_time(tx, "audit")?;
    let last: Option<String> =
        dsl::audit_events.order(dsl::id.desc()).select(dsl::hash).first(&mut **tx).optional()?;
    let previous = match last {
        None => String::new(),
        Some(hash) if hash.is_empty() => chain_what_lies_there(tx)?,
        Some(hash) => hash,
    };
    let id: AuditId =
        diesel::insert_into(dsl::audit_events).values(&row).returning(dsl::id).get_result(&mut **tx)?;
    // As it is read: what a column rounds or trims is the same at each later look.
    let kept: Kept = dsl::audit_events.find(id).select(Kept::as_select()).first(&mut **tx)?;
    diesel::update(dsl::audit_events.find(id))
        .set(dsl::hash.eq(kept.hashed(&previous)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Gives the rows from before the chain their hashes; the last of them.
fn chain_what_lies_there(tx: &mut Tx<'_>) -> Result<String> {
    let rows: Vec<Kept> = dsl::audit_events.order(dsl::id).select(Kept::as_select()).load(&mut **tx)?;
    let mut previous = String::new();
    for row in rows {
        if row.hash.is_empty() {
            let hash = row.hashed(&previous);
            diesel::update(dsl::audit_events.find(row.id)).set(dsl::hash.eq(&hash)).execute(&mut **tx)?;
            previous = hash;
        } else {
            previous = row.hash;
        }
    }
    Ok(previous)
}

/// A chain without a break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many rows it has.
    pub rows: u64,
    /// The hash of the last one; empty where there is none.
    pub head: String,
    /// Whether the wanted hash stands in it.
    pub found: bool,
}

/// The first row that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Its key.
    pub id: AuditId,
    /// When it says that it was written.
    pub at: Ts,
}

/// Goes through the whole chain; `wanted` is a hash that somebody wrote down earlier, which must stand in it.
///
/// # Errors
/// Those of the database.
pub fn verify(conn: &mut Conn, wanted: Option<&str>) -> Result<Result<Verified, Broken>> {
    let mut seen = Verified { rows: 0, head: String::new(), found: wanted.is_none() };
    let mut after = AuditId(0);
    // Those that the next entry chains stand alone at the beginning: behind a chained row, or before one, they don't.
    let mut loose: Option<Broken> = None;
    loop {
        let rows: Vec<Kept> = dsl::audit_events
            .filter(dsl::id.gt(after))
            .order(dsl::id)
            .limit(PART)
            .select(Kept::as_select())
            .load(conn)?;
        let Some(last) = rows.last().map(|row| row.id) else { return Ok(Ok(seen)) };
        for row in &rows {
            let hash = row.hashed(&seen.head);
            if row.hash.is_empty() {
                if seen.rows > 0 && loose.is_none() {
                    return Ok(Err(Broken { id: row.id, at: row.at }));
                }
                loose.get_or_insert(Broken { id: row.id, at: row.at });
            } else if let Some(broken) = loose {
                return Ok(Err(broken));
            } else if row.hash != hash {
                return Ok(Err(Broken { id: row.id, at: row.at }));
            }
            seen.found |= wanted == Some(hash.as_str());
            (seen.rows, seen.head) = (seen.rows + 1, hash);
        }
        after = last;
    }
}
