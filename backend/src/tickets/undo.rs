//! Undo what an agent did: what is still as he left it is set back. What somebody has changed since is asked about, not
//! overwritten.

use diesel::prelude::*;

use super::{
    Event, Moment,
    acts::{self, Act, Change, Snapshot, TagChange},
    assign, bin, customer, locking,
    model::Ticket,
    move_to,
    recount::recount,
    state, store, tags,
};
use crate::{
    access::{self, Actor, Read, TicketAccess, Who},
    db::{
        ActId, ActKind, BinReason, Conn, EventKind, Priority, Right, State, Tx, UndoField,
        schema::{acts as acts_table, events},
    },
    error::{Error, Result, say},
    people,
};

/// How a field stands that an act has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As the act left it: undoing sets it back.
    AsLeft,
    /// As it was before the act: there is nothing to do.
    AsBefore,
    /// Neither: somebody has changed it since.
    ChangedSince,
}

/// What undoing would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What was done.
    pub act: Act,
    /// The ticket before and after it.
    pub change: Change,
    /// The ticket now.
    pub now: Snapshot,
    /// What the act has changed.
    pub fields: Vec<(UndoField, Standing)>,
    /// What happened since.
    pub since: Vec<Event>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is undone.
    Done,
    /// Something changed since, about which nobody was asked. Nothing was done.
    Ask,
}

/// What undoing would do, and what happened since.
///
/// # Errors
/// [`Error::NotFound`] for what was not done to this ticket; [`Error::Conflict`] when it is undone already.
pub fn preview(conn: &mut Conn, access: &TicketAccess<Read>, id: ActId) -> Result<Preview> {
    let act = open(conn, access, id)?;
    let change = act.change()?;
    let fields = standings(conn, access.ticket(), &change)?;
    let since = events::table
        .filter(events::ticket_id.eq(access.ticket().id).and(events::id.gt(act.event_id)))
        .filter(events::at.gt(act.created_at))
        .order(events::id)
        .select(Event::as_select())
        .load(conn)?;
    Ok(Preview { now: Snapshot::of(access.ticket()), act, change, fields, since })
}

/// What an act has changed, and how it stands now.
///
/// # Errors
/// Those of the database.
pub fn fields(conn: &mut Conn, access: &TicketAccess<Read>, act: &Act) -> Result<Vec<(UndoField, Standing)>> {
    standings(conn, access.ticket(), &act.change()?)
}

/// Undoes it. `anyway` names what is set back although it changed since; `None`: nobody was asked. Each thing needs the
/// right that changing it needs, now.
///
/// # Errors
/// [`Error::Forbidden`] without one of the rights; [`Error::Conflict`] when it is undone already.
pub fn undo(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Read>,
    actor: &Actor,
    id: ActId,
    anyway: Option<&[UndoField]>,
    at: &Moment,
) -> Result<Outcome> {
    let act = open(tx, access, id)?;
    let change = act.change()?;
    let fields = standings(tx, access.ticket(), &change)?;
    let news = fields.iter().any(|(_, standing)| *standing == Standing::ChangedSince);
    if anyway.is_none() && (news || taken_since(access.ticket(), actor, &change)) {
        return Ok(Outcome::Ask);
    }
    let chosen = anyway.unwrap_or_default();
    let back: Vec<UndoField> = fields
        .into_iter()
        .filter(|(field, standing)| match standing {
            Standing::AsLeft => true,
            Standing::AsBefore => false,
            Standing::ChangedSince => chosen.contains(field),
        })
        .map(|(field, _)| field)
        .collect();
    permit(tx, access, actor, &act, &change, &back)?;
    let (ticket, who) = access.parts();
    let was = Snapshot::of(ticket);
    let undone = store::Change::of(EventKind::Undone).between(Some(act.kind.as_str()), None);
    store::record(tx, ticket, who, at.ts(), undone)?;
    for field in &back {
        set_back(tx, ticket, who, *field, &change, at)?;
    }
    lock_again(tx, ticket, who, &act, &change, &was, at)?;
    recount(tx, ticket)?;
    store::save(tx, ticket, at.ts())?;
    diesel::update(acts_table::table.find(id)).set(acts_table::undone_at.eq(at.ts())).execute(&mut **tx)?;
    let tag = change.tag.filter(|_| back.contains(&UndoField::Tag));
    let tag = tag.map(|tag| TagChange { added: !tag.added, ..tag });
    acts::keep_undone(tx, ticket, who, &was, tag, at)?;
    Ok(Outcome::Done)
}

fn open(conn: &mut Conn, access: &TicketAccess<Read>, id: ActId) -> Result<Act> {
    let act = acts::get(conn, access.ticket().id, id)?;
    if act.undone_at.is_some() {
        return Err(Error::Conflict(say!("refused-undone")));
    }
    Ok(act)
}

/// What an act has changed, and how it stands.
fn standings(conn: &mut Conn, ticket: &Ticket, change: &Change) -> Result<Vec<(UndoField, Standing)>> {
    let now = Snapshot::of(ticket);
    let (before, after) = (&change.before, &change.after);
    let mut found = Vec::new();
    let mut look = |field: UndoField, before_is_after: bool, now_is_after: bool, now_is_before: bool| {
        if before_is_after {
            return;
        }
        let standing = match (now_is_after, now_is_before) {
            (true, _) => Standing::AsLeft,
            (false, true) => Standing::AsBefore,
            (false, false) => Standing::ChangedSince,
        };
        found.push((field, standing));
    };
    let state = |snapshot: &Snapshot| (snapshot.state, snapshot.until);
    look(
        UndoField::State,
        state(before) == state(after),
        state(&now) == state(after),
        state(&now) == state(before),
    );
    look(UndoField::Queue, before.queue == after.queue, now.queue == after.queue, now.queue == before.queue);
    look(UndoField::Owner, before.owner == after.owner, now.owner == after.owner, now.owner == before.owner);
    look(
        UndoField::Priority,
        before.priority == after.priority,
        now.priority == after.priority,
        now.priority == before.priority,
    );
    let customer = |snapshot: &Snapshot| snapshot.customer.address.clone();
    look(
        UndoField::Customer,
        customer(before) == customer(after),
        customer(&now) == customer(after),
        customer(&now) == customer(before),
    );
    if let Some(tag) = &change.tag {
        let left = tags::is_on(conn, ticket, &tag.tag)? == tag.added;
        found.push((UndoField::Tag, if left { Standing::AsLeft } else { Standing::AsBefore }));
    }
    Ok(found)
}

/// Whether a colleague is on the ticket who was not when the act was done: he is not to be surprised.
fn taken_since(ticket: &Ticket, actor: &Actor, change: &Change) -> bool {
    let holder = ticket.lock_holder();
    ticket.is_locked_by_other(actor.agent.id) && holder != change.after.holder
}

/// Each thing needs what changing it needs, as of now and where the ticket is now.
fn permit(
    conn: &mut Conn,
    access: &TicketAccess<Read>,
    actor: &Actor,
    act: &Act,
    change: &Change,
    back: &[UndoField],
) -> Result<()> {
    // Also where nothing is left to be set back: who may not touch the ticket has nothing to undo on it.
    access.must(if act.kind == ActKind::PriorityChanged { Right::Read } else { Right::Note })?;
    for field in back {
        let states = [change.before.state.kind, access.ticket().state];
        let right = match field {
            UndoField::State if states.contains(&State::Removed) => Right::Full,
            UndoField::State | UndoField::Queue | UndoField::Tag => Right::Reply,
            // Taking a lock made him the owner, and needed no more.
            UndoField::Owner if act.kind == ActKind::Locked => Right::Reply,
            UndoField::Owner => Right::Owner,
            UndoField::Priority => Right::Priority,
            UndoField::Customer => Right::Full,
        };
        access.must(right)?;
        if *field == UndoField::Queue {
            access::for_queue(conn, actor, change.before.queue, Right::MoveInto)?;
        }
    }
    if access.ticket().state == State::Removed && !back.contains(&UndoField::State) {
        return Err(Error::Conflict(say!("refused-in-bin")));
    }
    Ok(())
}

/// Sets one thing back and records it; the caller saves the ticket.
fn set_back(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    who: &Who,
    field: UndoField,
    change: &Change,
    at: &Moment,
) -> Result<()> {
    let before = &change.before;
    match field {
        UndoField::State if before.state.kind == State::Removed => {
            bin::lay_in(tx, ticket, who, BinReason::Deleted, at)
        }
        UndoField::State if ticket.state == State::Removed => {
            if bin::of(tx, ticket.id)?.is_none() {
                return Err(Error::Conflict(say!("refused-gone-for-good")));
            }
            bin::take_out(tx, ticket, who, before.state, before.until, at)
        }
        UndoField::State => {
            let (to, until) = state::as_it_was(before.state, before.until, at);
            state::change(tx, ticket, who, to, until, at)
        }
        UndoField::Queue => {
            let to = crate::queues::get(tx, before.queue)?;
            if to.retired_at.is_some() {
                return Err(Error::invalid("queue", say!("refused-retired", name = to.name)));
            }
            locking::release(tx, ticket, who, EventKind::Unlocked, at.ts())?;
            move_to::put(tx, ticket, who, to.id, at)
        }
        UndoField::Owner => assign::put(tx, ticket, who, before.owner, at),
        UndoField::Priority => {
            let to: Priority = before.priority.to_string().parse().map_err(anyhow::Error::msg)?;
            let set = store::Change::of(EventKind::PriorityChanged)
                .between(Some(ticket.priority.as_str()), Some(to.as_str()));
            store::record(tx, ticket, who, at.ts(), set)?;
            ticket.priority = to;
            Ok(())
        }
        UndoField::Customer => customer::put(tx, ticket, who, &before.customer, at),
        UndoField::Tag => match &change.tag {
            Some(tag) if tag.added => tags::take_off(tx, ticket, who, &tag.tag, at).map(drop),
            Some(tag) => tags::put_on(tx, ticket, who, &tag.tag, at).map(drop),
            None => Ok(()),
        },
    }
}

/// The lock as it was, unless somebody else has taken it since, or its holder is not there to hold it.
fn lock_again(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    who: &Who,
    act: &Act,
    change: &Change,
    was: &Snapshot,
    at: &Moment,
) -> Result<()> {
    if change.before.holder == change.after.holder || was.holder != change.after.holder {
        return Ok(());
    }
    match change.before.holder {
        None if act.kind == ActKind::Locked => {
            locking::release(tx, ticket, who, EventKind::Unlocked, at.ts())
        }
        Some(holder)
            if ticket.state.is_active()
                && ticket.owner_id == Some(holder)
                && people::agents::get(tx, holder)?.is_present(at.now) =>
        {
            locking::take(tx, ticket, who, holder, at)
        }
        _ => Ok(()),
    }
}
