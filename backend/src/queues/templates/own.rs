//! The texts that agents keep for themselves. Nobody else sees, uses, counts or is told of them, not even who manages
//! everything: each function begins with whose they are. What they do besides is done with its author's rights, as
//! that of the house's texts is.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use super::{Change, Row, Template, check, insert, write};
use crate::{
    access::Actor,
    db::{
        AgentId, Conn, Right, TemplateId, Ts, Tx,
        schema::{agents, reply_templates},
    },
    error::{Error, Result, say},
};

/// So many can one agent have.
const MOST: i64 = 100;
/// For so long they wait for an agent who is gone.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// One's own, by name.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut Conn, actor: &Actor) -> Result<Vec<Template>> {
    let rows: Vec<Row> = reply_templates::table
        .filter(reply_templates::owner_id.eq(actor.himself()))
        .order((reply_templates::name, reply_templates::id))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|row| row.with(Vec::new(), Vec::new())).collect())
}

/// One of them.
///
/// # Errors
/// [`Error::NotFound`], also for what is another's or the house's.
pub fn get(conn: &mut Conn, actor: &Actor, id: TemplateId) -> Result<Template> {
    let row: Row = reply_templates::table
        .find(id)
        .filter(reply_templates::owner_id.eq(actor.himself()))
        .select(Row::as_select())
        .first(conn)?;
    Ok(row.with(Vec::new(), Vec::new()))
}

/// Keeps a new one. `change` names neither queues nor roles.
///
/// # Errors
/// [`Error::Invalid`] for what is wrong with it, or one too many.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, change: &Change, now: Ts) -> Result<Template> {
    let there: i64 = reply_templates::table
        .filter(reply_templates::owner_id.eq(actor.himself()))
        .count()
        .get_result(&mut **tx)?;
    if there >= MOST {
        return Err(Error::invalid("name", say!("refused-own-templates", most = MOST)));
    }
    let checked = checked(tx, actor, None, change)?;
    let id = insert(tx, Some(actor.agent.id), &checked, now)?;
    write(tx, actor, id, &checked, now)?;
    get(tx, actor, id)
}

/// Keeps one in place of what it was.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for what is wrong with it.
pub fn change(tx: &mut Tx<'_>, actor: &Actor, id: TemplateId, change: &Change, now: Ts) -> Result<Template> {
    get(tx, actor, id)?;
    let checked = checked(tx, actor, Some(id), change)?;
    write(tx, actor, id, &checked, now)?;
    get(tx, actor, id)
}

/// Throws one away.
///
/// # Errors
/// [`Error::NotFound`].
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, id: TemplateId) -> Result<()> {
    get(tx, actor, id)?;
    diesel::delete(reply_templates::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

fn checked(tx: &mut Tx<'_>, actor: &Actor, id: Option<TemplateId>, change: &Change) -> Result<Change> {
    // A queue into which he may not move is none, whether or not it is there.
    let hidden = |queue| !actor.scope.in_queue(queue).has(Right::MoveInto);
    if change.effects.queue.is_some_and(hidden) {
        return Err(Error::invalid("queues", say!("refused-template-queue")));
    }
    let own = Change { queues: Vec::new(), roles: Vec::new(), ..change.clone() };
    check(tx, Some(actor.agent.id), id, &own)
}

/// Throws away what agents kept who have been gone for a month: nobody could read it any more.
///
/// # Errors
/// Those of the database.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    let Ok(before) = now.checked_sub(KEPT) else { return Ok(()) };
    let gone: Vec<AgentId> = agents::table
        .filter(agents::disabled_at.lt(Ts(before)).or(agents::expires_at.lt(Ts(before))))
        .select(agents::id)
        .load(&mut **tx)?;
    diesel::delete(reply_templates::table.filter(reply_templates::owner_id.eq_any(gone)))
        .execute(&mut **tx)?;
    Ok(())
}
