//! Somebody who manages people looks at the pages as another agent sees them. He changes nothing meanwhile: the gate refuses
//! it, and so does the database for whatever his request runs. He never sees more than he could himself: he must hold every
//! right of the other and read every queue, now and at each request.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use super::{agents, directory, roles};
use crate::{
    access::{Actor, Check, PeopleAccess, for_people, is_left_out},
    audit,
    db::{AgentId, Audited, Cause, Conn, Direct, Right, Ts, Tx, each, schema::viewings},
    error::{Error, Result, say},
};

/// It ends by itself after so long.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// Begins to look as another agent.
///
/// # Errors
/// [`Error::Forbidden`] for an agent who has a right that the actor has not; [`Error::Conflict`] for oneself, and for one
/// who cannot sign in.
pub fn begin(
    tx: &mut Tx<'_>,
    actor: &Actor,
    people: &PeopleAccess,
    session: &str,
    agent: AgentId,
    now: Ts,
) -> Result<()> {
    if people.is(agent) {
        return Err(Error::Conflict(say!("refused-view-self")));
    }
    let entry = directory::get(tx, actor, agent, now.0)?;
    if !matches!(entry.standing, directory::Standing::Active | directory::Standing::Invited) {
        return Err(Error::Conflict(say!("refused-agent-gone", name = entry.agent.name)));
    }
    may_view(tx, actor, people, agent)?;
    end_row(tx, session)?;
    let row = (
        viewings::session_hash.eq(session),
        viewings::viewer_id.eq(actor.agent.id),
        viewings::agent_id.eq(agent),
        viewings::begun_at.eq(now),
    );
    each!(&mut **tx, |c| diesel::insert_into(viewings::table).values(row).execute(c))?;
    audit::noted(tx, people.who(), Audited::Viewing, &entry.agent.login, "begun", now)
}

fn may_view(conn: &mut Conn, actor: &Actor, people: &PeopleAccess, agent: AgentId) -> Result<()> {
    if is_left_out(Check::LooksNoFurther) {
        return Ok(());
    }
    // The other keeps what he owns out of sight of his roles: only who reads everything gains nothing by that.
    if !actor.scope.holds_everywhere(Right::Read) {
        return Err(Error::Forbidden(say!("refused-view-queues")));
    }
    roles::may_have_all_of(conn, people, agent)
}

/// As whom a session looks: the other agent with his rights as of now, on behalf of the one who signed in. `None` where it
/// does not look as anybody, or may no longer. With the moment when it began, which tells this look from others.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, viewer: &Actor, session: &str, now: Timestamp) -> Result<Option<(Actor, Ts)>> {
    let row: Option<(AgentId, Ts)> = viewings::table
        .find(session)
        .filter(viewings::viewer_id.eq(viewer.agent.id))
        .select((viewings::agent_id, viewings::begun_at))
        .row(conn)
        .optional()?;
    let Some((agent, begun)) = row.filter(|(_, begun)| now.duration_since(begun.0).abs() < LONGEST) else {
        return Ok(None);
    };
    let allowed = for_people(conn, viewer).and_then(|people| may_view(conn, viewer, &people, agent));
    match allowed {
        Ok(()) => {}
        Err(Error::Forbidden(_)) => return Ok(None),
        Err(error) => return Err(error),
    }
    match Actor::load(conn, agent, Cause::Web, now) {
        Ok(seen) => Ok(Some((seen.looked_through(), begun))),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Ends it, where there is something to end; whose eyes they were.
///
/// # Errors
/// Those of the database.
pub fn end(tx: &mut Tx<'_>, session: &str, now: Ts) -> Result<Option<AgentId>> {
    let row: Option<(AgentId, AgentId)> = viewings::table
        .find(session)
        .select((viewings::viewer_id, viewings::agent_id))
        .first(&mut **tx)
        .optional()?;
    let Some((viewer, agent)) = row else { return Ok(None) };
    end_row(tx, session)?;
    let who = crate::access::Who {
        agent: Some(viewer),
        login: Some(agents::login(tx, viewer)?),
        cause: Cause::Web,
    };
    let login = agents::login(tx, agent)?;
    audit::noted(tx, &who, Audited::Viewing, &login, "ended", now)?;
    Ok(Some(agent))
}

fn end_row(tx: &mut Tx<'_>, session: &str) -> Result<()> {
    diesel::delete(viewings::table.find(session)).execute(&mut **tx)?;
    Ok(())
}

/// Ends those whose time is over.
///
/// # Errors
/// Those of the database.
pub fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    let past = Ts(now.checked_sub(LONGEST).unwrap_or(now));
    let over: Vec<String> =
        viewings::table.filter(viewings::begun_at.lt(past)).select(viewings::session_hash).load(&mut **tx)?;
    for session in over {
        end(tx, &session, Ts(now))?;
    }
    Ok(())
}
