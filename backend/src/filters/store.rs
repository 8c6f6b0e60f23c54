//! Versions of the rules. A version is a whole list; it is appended and never changed, and the newest one is in force.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::prelude::*;
use serde_json::{Value, json};

use super::{check::check, compile::Compiled, model::Rule, names::Names};
use crate::{
    access::Actor,
    audit,
    db::{
        AgentId, Audited, Conn, Direct, InstallationRight, Ts, Tx, backend,
        schema::{agents, filter_versions},
    },
    error::{Error, Result, say},
};

/// A list of rules as it was in force once, or is.
#[derive(Clone, Debug, Default)]
pub struct Version {
    /// Its number; 0 where none was ever saved.
    pub id: i64,
    /// The rules in their order.
    pub rules: Vec<Rule>,
    /// Who saved it.
    pub author: String,
    /// When.
    pub at: Option<Ts>,
    /// The version that it brought back.
    pub restored: Option<i64>,
}

type Row = (i64, String, Option<String>, Ts, Option<i64>);

fn version((id, rules, author, at, restored): Row) -> Result<Version> {
    let rules = serde_json::from_str(&rules)?;
    Ok(Version { id, rules, author: author.unwrap_or_default(), at: Some(at), restored })
}

/// The number of the version in force; 0 while there is none.
///
/// # Errors
/// Those of the database.
pub fn current_id(conn: &mut Conn) -> Result<i64> {
    let newest = filter_versions::table.order(filter_versions::id.desc()).select(filter_versions::id);
    Ok(newest.first_row(conn).optional()?.unwrap_or_default())
}

/// A version.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage queues and mail; [`Error::NotFound`].
pub fn get(conn: &mut Conn, actor: &Actor, id: i64) -> Result<Version> {
    actor.require(InstallationRight::QueuesAndMail)?;
    load(conn, id)
}

/// The version in force.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage queues and mail.
pub fn current(conn: &mut Conn, actor: &Actor) -> Result<Version> {
    actor.require(InstallationRight::QueuesAndMail)?;
    match current_id(conn)? {
        0 => Ok(Version::default()),
        id => load(conn, id),
    }
}

fn load(conn: &mut Conn, id: i64) -> Result<Version> {
    let row: Row = filter_versions::table
        .left_join(agents::table)
        .filter(filter_versions::id.eq(id))
        .select((
            filter_versions::id,
            filter_versions::rules,
            agents::name.nullable(),
            filter_versions::created_at,
            filter_versions::restored_id,
        ))
        .first_row(conn)?;
    version(row)
}

/// Versions, the newest first, from `before` on.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage queues and mail.
pub fn page(conn: &mut Conn, actor: &Actor, before: Option<i64>, limit: i64) -> Result<Vec<Version>> {
    actor.require(InstallationRight::QueuesAndMail)?;
    let rows: Vec<Row> = filter_versions::table
        .left_join(agents::table)
        .filter(filter_versions::id.lt(before.unwrap_or(i64::MAX)))
        .order(filter_versions::id.desc())
        .limit(limit.clamp(1, 200))
        .select((
            filter_versions::id,
            filter_versions::rules,
            agents::name.nullable(),
            filter_versions::created_at,
            filter_versions::restored_id,
        ))
        .rows(conn)?;
    rows.into_iter().map(version).collect()
}

/// Saves rules as a new version, which is in force from then on. `base` is the version that they were made from: when
/// another one is in force meanwhile, nothing is saved.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Invalid`], [`Error::Conflict`].
pub fn save(tx: &mut Tx<'_>, actor: &Actor, rules: Vec<Rule>, base: Option<i64>, now: Ts) -> Result<i64> {
    append(tx, actor, rules, base, None, now)
}

/// Brings an old version back, as a new one.
///
/// # Errors
/// As [`save`]; [`Error::NotFound`].
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, id: i64, base: Option<i64>, now: Ts) -> Result<i64> {
    let old = get(tx, actor, id)?;
    append(tx, actor, old.rules, base, Some(id), now)
}

fn append(
    tx: &mut Tx<'_>,
    actor: &Actor,
    rules: Vec<Rule>,
    base: Option<i64>,
    restored: Option<i64>,
    now: Ts,
) -> Result<i64> {
    actor.require(InstallationRight::QueuesAndMail)?;
    backend::one_at_a_time(tx, "filters")?;
    let current = current_id(tx)?;
    if base.is_some_and(|base| base != current) {
        let newest = if current == 0 { Version::default() } else { load(tx, current)? };
        return Err(Error::Conflict(say!("filter-refused-stale", name = newest.author, version = current)));
    }
    let names = Names::load(tx, now.0)?;
    let mut rules = rules;
    for rule in &mut rules {
        rule.name = rule.name.trim().to_owned();
    }
    // An old version was good when it was saved; a queue that is gone since is told on the page.
    let rules = if restored.is_some() { rules } else { check(rules, &names)?.rules };
    let author: AgentId = actor.agent.id;
    let id: i64 = diesel::insert_into(filter_versions::table)
        .values((
            filter_versions::rules.eq(serde_json::to_string(&rules)?),
            filter_versions::agent_id.eq(author),
            filter_versions::restored_id.eq(restored),
            filter_versions::created_at.eq(now),
        ))
        .returning(filter_versions::id)
        .row(tx)?;
    // The versions themselves are kept whole, and never change.
    let told = |id: i64, rules: &[Rule]| json!({ "version": id, "rules": rules.iter().map(|rule| &rule.name).collect::<Vec<_>>() });
    let before = if current == 0 { Value::Null } else { told(current, &load(tx, current)?.rules) };
    audit::changed(tx, &actor.who(), Audited::Filters, "", &before, &told(id, &rules), now)?;
    Ok(id)
}

/// The version in force, compiled once and kept: a batch of mails costs one look at the newest number.
#[derive(Clone, Debug, Default)]
pub struct Cache(Arc<Mutex<Arc<Compiled>>>);

impl Cache {
    /// The version in force. One that cannot be read, which a damaged database alone brings, holds up no mail: it is
    /// reported, and no rule is asked.
    ///
    /// # Errors
    /// Those of the database.
    pub fn get(&self, conn: &mut Conn) -> Result<Arc<Compiled>> {
        let id = current_id(conn)?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.version != id {
            let made = load(conn, id).and_then(|version| Compiled::new(version.id, version.rules));
            *kept = Arc::new(match made {
                Ok(compiled) => compiled,
                Err(error @ Error::Unavailable(_)) => return Err(error),
                Err(error) => {
                    tracing::error!(version = id, %error, "the postmaster filters cannot be read; no rule is asked");
                    Compiled::none(id)
                }
            });
        }
        Ok(Arc::clone(&kept))
    }
}
