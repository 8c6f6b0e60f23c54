//! Every change of people is written down: the one place that does it, with what was before and what is after. Never a
//! secret.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use serde_json::{Value, json};

use super::{Agent, roles::Role};
use crate::{
    access::PeopleAccess,
    audit,
    db::{Audited, Conn, Direct, QueueId, Right, Ts, Tx, schema::queues},
    error::Result,
};

type Grants = BTreeSet<(Option<QueueId>, Right)>;

/// A change of something that is called `subject`.
pub(super) fn changed(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    kind: Audited,
    subject: &str,
    (before, after): (Value, Value),
    now: Ts,
) -> Result<()> {
    audit::changed(tx, people.who(), kind, subject, &before, &after, now)
}

/// What an agent is like, for a change of him.
pub(super) fn agent(agent: &Agent) -> Value {
    json!({
        "name": agent.name, "email": agent.email, "active": agent.disabled_at.is_none(),
        "expires_at": agent.expires_at.map(|end| end.0.to_string()), "page_size": agent.page_size,
        "language": agent.language, "time_zone": agent.time_zone,
    })
}

/// What a role is like, for a change of it. Queues are called as they are called now: who reads it years later knows no
/// number.
///
/// # Errors
/// Those of the database.
pub(super) fn role(conn: &mut Conn, role: &Role, grants: &Grants, retired: bool) -> Result<Value> {
    let names: Vec<(QueueId, String)> = queues::table.select((queues::id, queues::name)).rows(conn)?;
    let names: BTreeMap<QueueId, String> = names.into_iter().collect();
    let word = |queue: &Option<QueueId>| match queue {
        None => "*".to_owned(),
        Some(id) => names.get(id).cloned().unwrap_or_else(|| id.to_string()),
    };
    let grants: Vec<String> =
        grants.iter().map(|(queue, right)| format!("{}:{right}", word(queue))).collect();
    Ok(json!({
        "name": role.name, "description": role.description, "installation": role.installation,
        "grants": grants, "retired": retired,
    }))
}

/// A way into an agent's account was made: a link, or a password.
pub(super) fn way_in(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    login: &str,
    detail: &str,
    now: Ts,
) -> Result<()> {
    audit::noted(tx, people.who(), Audited::Password, login, detail, now)
}
