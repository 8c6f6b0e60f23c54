//! An agent goes: he is let in no more, his open tickets find somebody, his name stays on what he did.

use diesel::prelude::*;
use serde_json::json;

use super::{account, agents, guard::Guard, journal};
use crate::{
    access::{PeopleAccess, for_hand_over},
    db::{
        AgentId, Audited, Conn, TicketId, Tx,
        schema::{agents as table, tickets},
    },
    error::{Error, Result, say},
    notify::gathering,
    tickets::{Moment, assign, bulk},
};

/// Where the open tickets of an agent go who is retired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOver {
    /// To nobody: whoever works in their queues takes them.
    Nobody,
    /// To a colleague; those that lie where he may not work, to nobody.
    To(AgentId),
}

/// What became of his open tickets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HandedOver {
    /// So many have a new owner.
    pub given: usize,
    /// So many have none.
    pub free: usize,
}

/// How many open tickets an agent owns.
///
/// # Errors
/// Those of the database.
pub fn open_tickets(conn: &mut Conn, agent: AgentId) -> Result<i64> {
    Ok(tickets::table
        .filter(tickets::owner_id.eq(agent).and(tickets::active.eq(true)))
        .count()
        .get_result(conn)?)
}

/// Shuts an agent out and hands his open tickets over: sessions, tokens and links end at once.
///
/// # Errors
/// [`Error::Conflict`] for the last agent who can manage people, and for one who is retired already;
/// [`Error::Invalid`] for a colleague who is gone himself.
pub fn retire(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    id: AgentId,
    to: HandOver,
    at: &Moment,
) -> Result<HandedOver> {
    let agent = agents::get(tx, id)?;
    if agent.disabled_at.is_some() {
        return Err(Error::Conflict(say!("refused-agent-gone", name = agent.name)));
    }
    if let HandOver::To(colleague) = to
        && (colleague == id || !agents::get(tx, colleague)?.is_active(at.now))
    {
        return Err(Error::invalid("to", say!("refused-hand-over")));
    }
    let guard = Guard::before(tx, people, at.ts())?;
    diesel::update(table::table.find(id)).set(table::disabled_at.eq(at.ts())).execute(&mut **tx)?;
    account::cut(tx, id, at.ts())?;
    guard.after(tx, at.ts())?;
    let handed = hand_over(tx, people, id, to, at)?;
    let told = (
        json!({ "active": true }),
        json!({ "active": false, "tickets_given": handed.given, "tickets_free": handed.free }),
    );
    journal::changed(tx, people, Audited::Agent, &agent.login, told, at.ts())?;
    Ok(handed)
}

/// In the order of their keys, so that nobody waits in a circle.
fn hand_over(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    from: AgentId,
    to: HandOver,
    at: &Moment,
) -> Result<HandedOver> {
    let his: Vec<TicketId> = tickets::table
        .filter(tickets::owner_id.eq(from).and(tickets::active.eq(true)))
        .order(tickets::id)
        .select(tickets::id)
        .load(&mut **tx)?;
    let mut handed = HandedOver::default();
    let together = match to {
        HandOver::To(colleague) if !his.is_empty() => {
            Some(bulk::for_hand_over(tx, people.who().agent.unwrap_or(colleague), colleague, at)?)
        }
        _ => None,
    };
    // The colleague hears of all of them at once.
    if let Some(together) = together {
        tx.part_of(together);
    }
    for ticket in his {
        let mut access = match for_hand_over(tx, people, ticket, from) {
            Ok(access) => access,
            // Somebody else took it meanwhile.
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let given = match to {
            HandOver::Nobody => false,
            HandOver::To(colleague) => match assign::assign(tx, &mut access, Some(colleague), at) {
                Ok(()) => true,
                Err(Error::Invalid(_)) => false,
                Err(error) => return Err(error),
            },
        };
        if given {
            handed.given += 1;
        } else {
            assign::assign(tx, &mut access, None, at)?;
            handed.free += 1;
        }
    }
    if let Some(together) = together {
        tx.part_of_nothing();
        while gathering::bulk_ended(tx, together, at.ts())? {}
    }
    Ok(handed)
}

/// Lets an agent in again. What let him in before stays ended: he signs in anew.
///
/// # Errors
/// [`Error::Conflict`] for an agent who is not retired; [`Error::Forbidden`] for one who would have more rights than
/// the actor.
pub fn restore(tx: &mut Tx<'_>, people: &PeopleAccess, id: AgentId, at: &Moment) -> Result<()> {
    let agent = agents::get(tx, id)?;
    if agent.disabled_at.is_none() {
        return Err(Error::Conflict(say!("refused-agent-there", name = agent.name)));
    }
    super::roles::may_have_all_of(tx, people, id)?;
    diesel::update(table::table.find(id))
        .set(table::disabled_at.eq(None::<crate::db::Ts>))
        .execute(&mut **tx)?;
    let told = (json!({ "active": false }), json!({ "active": true }));
    journal::changed(tx, people, Audited::Agent, &agent.login, told, at.ts())
}
