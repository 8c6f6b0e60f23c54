//! Set the state: open, pending until a moment, closed.

use jiff::Timestamp;

use super::{
    Moment,
    acts::{self, Snapshot},
    locking,
    model::Ticket,
    store,
};
use crate::{
    access::{Reply, TicketAccess, Who},
    db::{ActKind, DeadlineKind, EventKind, State, Status, Ts, Tx},
    error::{Error, Result, say},
    notify,
    terms::states,
};

/// Sets the state. Closing frees the ticket; leaving a pending state clears its moment.
///
/// # Errors
/// [`Error::Invalid`] for a pending state without a moment to come, for `merged` and `removed`, which have verbs of their
/// own, and for a name that is offered no more, unless the ticket is in that state.
pub fn set_state(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Reply>,
    to: impl Into<Status>,
    until: Option<Timestamp>,
    at: &Moment,
) -> Result<()> {
    let to = to.into();
    let (ticket, who) = access.parts();
    if to != ticket.status() {
        states::must_be_offered(tx, "value", to)?;
    }
    let before = Snapshot::of(ticket);
    // Another name for a ticket that is closed anyway closes nothing.
    let closes = to.kind == State::Closed && ticket.state != State::Closed;
    change(tx, ticket, who, to, until, at)?;
    store::save(tx, ticket, at.ts())?;
    let kind = if closes { ActKind::Closed } else { ActKind::StateChanged };
    acts::keep(tx, ticket, who, &before, kind, at)
}

/// Changes the state; the caller saves the ticket.
pub(super) fn change(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    who: &Who,
    to: impl Into<Status>,
    until: Option<Timestamp>,
    at: &Moment,
) -> Result<()> {
    let to = to.into();
    check(to.kind, until, at)?;
    let until = until.filter(|_| to.is_pending()).map(Ts);
    if ticket.status() == to && ticket.pending_until == until {
        return if to.kind == State::Closed { close(tx, ticket, who, at) } else { Ok(()) };
    }
    let (before, after) = (ticket.status().to_string(), to.to_string());
    store::record(tx, ticket, who, at.ts(), store::state_changed(&before, &after))?;
    ticket.set_status(to);
    ticket.pending_until = until;
    wait(tx, ticket)?;
    if to.kind == State::Closed { close(tx, ticket, who, at) } else { Ok(()) }
}

/// The moment at which a pending ticket falls due is the one that it names; any other has none.
pub(super) fn wait(tx: &mut Tx<'_>, ticket: &Ticket) -> Result<()> {
    store::clear_deadline(tx, ticket.id, DeadlineKind::Reminder)?;
    store::clear_deadline(tx, ticket.id, DeadlineKind::AutoClose)?;
    let auto = ticket.state == State::PendingAutoClose;
    let kind = if auto { DeadlineKind::AutoClose } else { DeadlineKind::Reminder };
    match ticket.pending_until {
        Some(due) => store::set_deadline(tx, ticket.id, kind, due),
        None => Ok(()),
    }
}

/// A state that a ticket had before: a moment that has passed is no reason to wait.
pub(super) fn as_it_was(state: Status, until: Option<Timestamp>, at: &Moment) -> (Status, Option<Timestamp>) {
    match (state.is_pending(), until.filter(|until| *until > at.now)) {
        (true, None) => (State::Open.into(), None),
        (true, until) => (state, until),
        (false, _) => (state, None),
    }
}

/// Whoever writes on a ticket takes its lock. Where it was closed before and stays so, he is done with it.
pub(super) fn free_closed(tx: &mut Tx<'_>, ticket: &mut Ticket, who: &Who, at: &Moment) -> Result<()> {
    if ticket.state == State::Closed { close(tx, ticket, who, at) } else { Ok(()) }
}

/// Nobody waits for anybody on a closed ticket, and nobody is on it; also where it was answered while closed.
fn close(tx: &mut Tx<'_>, ticket: &mut Ticket, who: &Who, at: &Moment) -> Result<()> {
    ticket.unanswered_since = None;
    locking::release(tx, ticket, who, EventKind::Unlocked, at.ts())
}

fn check(to: State, until: Option<Timestamp>, at: &Moment) -> Result<()> {
    match (to, until) {
        (State::Merged | State::Removed, _) => {
            Err(Error::invalid("value", say!("refused-state", state = to)))
        }
        (state, None) if state.is_pending() => Err(Error::invalid("until", say!("refused-no-date"))),
        (state, Some(until)) if state.is_pending() && until <= at.now => {
            Err(Error::invalid("until", say!("refused-past")))
        }
        _ => Ok(()),
    }
}

/// The moment of a pending ticket has come: reminds its owner, or closes it.
///
/// # Errors
/// Those of the database.
pub(crate) fn fall_due(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Reply>,
    kind: DeadlineKind,
    at: &Moment,
) -> Result<()> {
    let (ticket, who) = access.parts();
    match (kind, ticket.state) {
        (DeadlineKind::Reminder, State::PendingReminder) => {
            store::record(tx, ticket, who, at.ts(), store::Change::of(EventKind::Reminded))?;
            notify::reminder(tx, ticket, at.ts())?;
            store::save(tx, ticket, at.ts())
        }
        (DeadlineKind::AutoClose, State::PendingAutoClose) => {
            change(tx, ticket, who, State::Closed, None, at)?;
            store::save(tx, ticket, at.ts())
        }
        // Something else happened to the ticket first.
        _ => Ok(()),
    }
}
