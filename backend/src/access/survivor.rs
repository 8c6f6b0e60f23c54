//! Merged tickets: where their numbers lead, and proofs about two tickets at once.

use diesel::prelude::*;

use super::{Actor, Level, Read, Reply, Rights, Scope, TicketAccess, Who, by_number, decide};
use crate::{
    db::{Cause, Conn, Direct, State, TicketId, Tx, backend, columns, schema::tickets},
    error::{Error, Result, say},
    tickets::Ticket,
};

/// A chain of merges longer than this is a circle, which nothing should make.
const LONGEST_CHAIN: usize = 1_000;
/// Merges wait for each other under this name: two at once could make a circle that neither of them sees.
const MERGES: &str = "merges";

/// The ticket in which a merged one lives on, however long the chain; any other ticket is its own.
///
/// # Errors
/// Those of the database.
pub(crate) fn survivor(conn: &mut Conn, id: TicketId) -> Result<Ticket> {
    let mut at = id;
    for _ in 0..LONGEST_CHAIN {
        let ticket: Ticket = tickets::table.find(at).select(columns::<Ticket>()).row(conn)?;
        match ticket.merged_into {
            Some(next) => at = next,
            None => return Ok(ticket),
        }
    }
    Err(anyhow::anyhow!("the merges of ticket {id} form a circle").into())
}

/// The survivor, held until the transaction ends: it is not merged itself meanwhile.
pub(super) fn held(tx: &mut Tx<'_>, id: TicketId) -> Result<Ticket> {
    let mut at = id;
    for _ in 0..LONGEST_CHAIN {
        at = survivor(tx, at)?.id;
        backend::hold_ticket(tx, at)?;
        let ticket: Ticket = tickets::table.find(at).select(columns::<Ticket>()).row(tx)?;
        if ticket.merged_into.is_none() {
            return Ok(ticket);
        }
    }
    Err(anyhow::anyhow!("the merges of ticket {id} form a circle").into())
}

/// A ticket that the actor may read, or the one in which it lives on.
///
/// # Errors
/// As [`super::readable`].
pub fn readable_survivor(conn: &mut Conn, actor: &Actor, number: &str) -> Result<TicketAccess<Read>> {
    let id = by_number(conn, number)?.id;
    decide(survivor(conn, id)?, actor, &actor.scope)
}

/// The ticket to which a mail belongs, in the hands of Turnstone itself, held until the transaction ends: a merged one
/// leads to its survivor.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub(crate) fn for_mail<L: Level>(tx: &mut Tx<'_>, id: TicketId) -> Result<TicketAccess<L>> {
    let ticket = held(tx, id)?;
    let who = Who::machine(Cause::Mail);
    Ok(TicketAccess { ticket, who, rights: Rights::ALL, level: std::marker::PhantomData })
}

/// Two tickets between which something passes, both held until the transaction ends. Where the second was merged, it is
/// the survivor.
///
/// # Errors
/// As [`super::for_change`], for either.
pub fn for_pair(
    tx: &mut Tx<'_>,
    actor: &Actor,
    first: &str,
    second: &str,
) -> Result<(TicketAccess<Reply>, TicketAccess<Reply>)> {
    backend::one_at_a_time(tx, MERGES)?;
    let first = by_number(tx, first)?;
    // Whoever may not touch the one learns nothing of the other, not even that it is there.
    let scope = Scope::at_hand(tx, actor.agent.id)?;
    decide::<Reply>(first.clone(), actor, &scope)?;
    let second = by_number(tx, second)?.id;
    let second = survivor(tx, second)?.id;
    let pair = both(tx, actor, first.id, second)?;
    if pair.0.ticket.state == State::Merged {
        return Err(Error::Conflict(say!("refused-merged")));
    }
    Ok(pair)
}

/// A merged ticket that shall stand on its own again, and its survivor, both held until the transaction ends.
///
/// # Errors
/// As [`super::for_change`], for either; [`Error::Conflict`] for a ticket that is not merged.
pub fn for_unmerge(
    tx: &mut Tx<'_>,
    actor: &Actor,
    number: &str,
) -> Result<(TicketAccess<Reply>, TicketAccess<Reply>)> {
    backend::one_at_a_time(tx, MERGES)?;
    let source = by_number(tx, number)?;
    let target = survivor(tx, source.id)?.id;
    let pair = both(tx, actor, source.id, target)?;
    if pair.0.ticket.state != State::Merged {
        return Err(Error::Conflict(say!("refused-not-merged")));
    }
    Ok(pair)
}

// In the order of their keys, so that nobody waits in a circle.
fn both(
    tx: &mut Tx<'_>,
    actor: &Actor,
    first: TicketId,
    second: TicketId,
) -> Result<(TicketAccess<Reply>, TicketAccess<Reply>)> {
    backend::hold_ticket(tx, first.min(second))?;
    backend::hold_ticket(tx, first.max(second))?;
    let scope = Scope::at_hand(tx, actor.agent.id)?;
    let mut proof = |id: TicketId| -> Result<TicketAccess<Reply>> {
        let ticket: Ticket = tickets::table.find(id).select(columns::<Ticket>()).row(tx)?;
        decide(ticket, actor, &scope)
    };
    Ok((proof(first)?, proof(second)?))
}
