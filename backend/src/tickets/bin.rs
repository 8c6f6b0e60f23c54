//! The bin: deleting a ticket, marking it as spam, taking it out again.
//!
//! A ticket in the bin is in no list and no search, takes no mail and sends none. Nothing of it is lost until
//! [`super::purge`] throws it away for good.

use diesel::prelude::*;

use super::{
    Moment,
    acts::{self, Snapshot},
    locking,
    model::Ticket,
    recount::recount,
    state, store,
};
use crate::{
    access::{Full, TicketAccess, Who},
    db::{
        ActKind, AgentId, BinReason, Conn, DeadlineKind, EventKind, State, Status, TicketId, Ts, Tx, each,
        schema::bin,
    },
    error::{Error, Result, say},
    outbox,
};

/// How a ticket came into the bin.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = bin)]
pub struct Binned {
    /// Which ticket.
    pub ticket_id: TicketId,
    /// Why.
    pub reason: BinReason,
    /// Who put it there.
    pub agent_id: Option<AgentId>,
    state: String,
    pending_until: Option<Ts>,
    /// When.
    pub removed_at: Ts,
}

/// Puts the ticket into the bin. What has not left yet does not leave any more.
///
/// # Errors
/// Those of the database.
pub fn remove(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Full>,
    reason: BinReason,
    at: &Moment,
) -> Result<()> {
    let (ticket, who) = access.parts();
    let before = Snapshot::of(ticket);
    lay_in(tx, ticket, who, reason, at)?;
    store::save(tx, ticket, at.ts())?;
    let kind = if reason == BinReason::Spam { ActKind::Spam } else { ActKind::Removed };
    acts::keep(tx, ticket, who, &before, kind, at)
}

/// Takes the ticket out of the bin; it is in the state that it had. A moment that has passed is no reason to wait.
///
/// # Errors
/// [`Error::Conflict`] for a ticket that was thrown away for good.
pub fn restore(tx: &mut Tx<'_>, access: &mut TicketAccess<Full>, at: &Moment) -> Result<()> {
    let (ticket, who) = access.parts();
    let before = Snapshot::of(ticket);
    let row = of(tx, ticket.id)?.ok_or_else(|| Error::Conflict(say!("refused-gone-for-good")))?;
    let until = row.pending_until.map(|until| until.0);
    let state: Status = row.state.parse().map_err(anyhow::Error::msg)?;
    take_out(tx, ticket, who, state, until, at)?;
    recount(tx, ticket)?;
    store::save(tx, ticket, at.ts())?;
    acts::keep(tx, ticket, who, &before, ActKind::Restored, at)
}

/// Puts it there; the caller saves the ticket.
pub(super) fn lay_in(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    who: &Who,
    reason: BinReason,
    at: &Moment,
) -> Result<()> {
    locking::release(tx, ticket, who, EventKind::Unlocked, at.ts())?;
    store::clear_deadline(tx, ticket.id, DeadlineKind::Reminder)?;
    store::clear_deadline(tx, ticket.id, DeadlineKind::AutoClose)?;
    let state = ticket.status().to_string();
    let row = (
        bin::ticket_id.eq(ticket.id),
        bin::reason.eq(reason),
        bin::agent_id.eq(who.agent),
        bin::state.eq(&state),
        bin::pending_until.eq(ticket.pending_until),
        bin::address.eq(ticket.customer_address.to_lowercase()),
        bin::removed_at.eq(at.ts()),
    );
    each!(&mut **tx, |c| diesel::insert_into(bin::table).values(row).execute(c))?;
    let gone = store::Change::of(EventKind::Removed).between(Some(&state), Some(reason.as_str()));
    store::record(tx, ticket, who, at.ts(), gone)?;
    ticket.set_status(State::Removed);
    (ticket.pending_until, ticket.unanswered_since) = (None, None);
    outbox::cancel_waiting(tx, ticket.id)
}

/// Takes it out; the caller counts its articles and saves it.
pub(super) fn take_out(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    who: &Who,
    to: Status,
    until: Option<jiff::Timestamp>,
    at: &Moment,
) -> Result<()> {
    diesel::delete(bin::table.find(ticket.id)).execute(&mut **tx)?;
    let (to, until) = state::as_it_was(to, until, at);
    ticket.set_status(to);
    ticket.pending_until = until.map(Ts);
    state::wait(tx, ticket)?;
    let to = to.to_string();
    let back = store::Change::of(EventKind::Restored).between(None, Some(&to));
    store::record(tx, ticket, who, at.ts(), back)
}

/// How a ticket came into the bin; `None` where it is not there, or no longer.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, ticket: TicketId) -> Result<Option<Binned>> {
    Ok(bin::table.find(ticket).select(Binned::as_select()).first(conn).optional()?)
}

/// The same of these tickets, in no order.
///
/// # Errors
/// Those of the database.
pub fn of_all(conn: &mut Conn, tickets: &[TicketId]) -> Result<Vec<Binned>> {
    Ok(bin::table.filter(bin::ticket_id.eq_any(tickets.to_vec())).select(Binned::as_select()).load(conn)?)
}

/// Whether a ticket of this address was marked as spam, and still is.
///
/// # Errors
/// Those of the database.
pub(crate) fn is_spammer(conn: &mut Conn, address: &str) -> Result<bool> {
    let marked = bin::table
        .filter(bin::address.eq(address.to_lowercase()).and(bin::reason.eq(BinReason::Spam)))
        .select(bin::ticket_id);
    Ok(marked.first::<TicketId>(conn).optional()?.is_some())
}

/// The addresses whose tickets were marked as spam, and still are.
///
/// # Errors
/// Those of the database.
pub(crate) fn spammers(conn: &mut Conn) -> Result<std::collections::HashSet<String>> {
    let marked = bin::table.filter(bin::reason.eq(BinReason::Spam)).select(bin::address);
    Ok(marked.load::<String>(conn)?.into_iter().collect())
}

/// When a ticket is thrown away for good that may lie in the bin for so many days.
pub fn until(row: &Binned, days: u16) -> Option<jiff::Timestamp> {
    row.removed_at.0.checked_add(jiff::SignedDuration::from_hours(24 * i64::from(days))).ok()
}
