//! Who may do what. The only maker of proofs: whatever acts on a ticket asks for a [`TicketAccess`], and lists ask
//! for a [`Scope`]; neither can be made elsewhere.

pub mod checks;
mod hidden;
mod levels;
mod people;
mod rights;
mod scope;
mod survivor;
pub mod why;

use std::marker::PhantomData;

use diesel::prelude::*;

pub(crate) use self::checks::is_left_out;
pub use self::{
    checks::Check,
    hidden::{Named, is_hidden},
};
pub use self::{
    levels::{Full, Level, Move, Note, Owner, Priority, Read, Reply},
    people::{PeopleAccess, for_all_tickets_of, for_people},
    rights::Rights,
    scope::{Scope, holders_of, keepers_of},
    survivor::{for_pair, for_unmerge, readable_survivor},
};
pub(crate) use self::{
    people::{for_hand_over, people_for_directory, people_for_operator, people_for_setup},
    survivor::{for_mail, survivor},
};
use crate::{
    db::{
        AgentId, Cause, Conn, Direct, InstallationRight, QueueId, Right, State, TicketId, Tx, backend,
        columns,
        schema::{agents, tickets},
    },
    error::{Error, Result, say},
    people::Agent,
    tickets::Ticket,
};

/// A signed-in agent and what his roles allow, as of the moment he was looked up.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The agent.
    pub agent: Agent,
    /// What he may do where.
    pub scope: Scope,
    /// By which way he acts: browser, program, command line.
    pub cause: Cause,
    /// Whether somebody else looks through his eyes.
    looked_through: bool,
}

impl Actor {
    /// Looks an agent up with the rights that his roles give him now.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an agent who does not exist, is disabled or has expired.
    pub fn load(conn: &mut Conn, id: AgentId, cause: Cause, now: jiff::Timestamp) -> Result<Self> {
        let agent: Agent = agents::table.find(id).select(columns::<Agent>()).row(conn)?;
        if !agent.is_active(now) && !is_left_out(Check::Active) {
            return Err(Error::NotFound);
        }
        let scope = Scope::of(conn, id)?;
        Ok(Self { agent, scope, cause, looked_through: false })
    }

    /// Asks for a right that belongs to no queue.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without it.
    pub fn require(&self, right: InstallationRight) -> Result<()> {
        if self.scope.holds(right) || is_left_out(Check::Installation(right)) {
            return Ok(());
        }
        Err(Error::Forbidden(say!("refused-right", right = right)))
    }

    /// The same for somebody who only looks: nothing is changed then, and what only the agent knows is not shown.
    #[must_use]
    pub fn looked_through(self) -> Self {
        Self { looked_through: true, ..self }
    }

    /// Refuses changes to whoever looks through the agent's eyes.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub(crate) fn must_not_only_look(&self) -> Result<()> {
        if self.looked_through && !is_left_out(Check::OnlyLooks) {
            return Err(Error::Forbidden(say!("refused-viewing")));
        }
        Ok(())
    }

    /// Whose drafts and texts of his own are shown: nobody's, `AgentId(0)`, to whoever looks through the agent's eyes.
    pub(crate) fn himself(&self) -> AgentId {
        let hides = self.looked_through && !is_left_out(Check::Unsaid);
        if hides { AgentId(0) } else { self.agent.id }
    }

    /// The actor as history shows him.
    pub fn who(&self) -> Who {
        Who { agent: Some(self.agent.id), login: Some(self.agent.login.clone()), cause: self.cause }
    }
}

/// Who changes something, for history.
#[derive(Clone, Debug)]
pub struct Who {
    /// The agent; `None` for a mail, a deadline or Turnstone itself.
    pub agent: Option<AgentId>,
    /// His login.
    pub login: Option<String>,
    /// What caused the change.
    pub cause: Cause,
}

impl Who {
    /// Turnstone, because of a mail, a deadline or a rule.
    pub fn machine(cause: Cause) -> Self {
        Self { agent: None, login: None, cause }
    }
}

/// Proof that `who` may do `L` to this ticket. Holds the ticket, so that proof and ticket cannot disagree.
#[derive(Clone, Debug)]
pub struct TicketAccess<L> {
    ticket: Ticket,
    who: Who,
    rights: Rights,
    level: PhantomData<fn() -> L>,
}

impl<L> TicketAccess<L> {
    /// The ticket as it is now.
    pub fn ticket(&self) -> &Ticket {
        &self.ticket
    }

    /// Who acts.
    pub fn who(&self) -> &Who {
        &self.who
    }

    /// All that he may do to this ticket: which buttons to show.
    pub fn rights(&self) -> Rights {
        self.rights
    }

    /// Asks for a right on the ticket besides the one that this proves.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without it.
    pub fn must(&self, right: Right) -> Result<()> {
        if self.rights.has(right) || is_left_out(Check::Besides(right)) {
            return Ok(());
        }
        Err(Error::Forbidden(say!("refused-ticket-right", right = right)))
    }

    /// For the verbs: the ticket to change and who changes it.
    pub(crate) fn parts(&mut self) -> (&mut Ticket, &Who) {
        (&mut self.ticket, &self.who)
    }
}

/// A ticket that the actor may read.
///
/// # Errors
/// [`Error::NotFound`] also for a ticket that he may not know of.
pub fn readable(conn: &mut Conn, actor: &Actor, number: &str) -> Result<TicketAccess<Read>> {
    let ticket = by_number(conn, number)?;
    decide(ticket, actor, &actor.scope)
}

/// The same by its key.
///
/// # Errors
/// As [`readable`].
pub fn readable_by_id(conn: &mut Conn, actor: &Actor, id: TicketId) -> Result<TicketAccess<Read>> {
    let ticket: Ticket = tickets::table.find(id).select(columns::<Ticket>()).row(conn)?;
    decide(ticket, actor, &actor.scope)
}

/// A ticket that the actor may do `L` to, held until the transaction ends. His rights are looked up once more, so that
/// they hold at the moment of writing. For a program the number of a merged ticket is another name of its survivor; a
/// person is told first, because what he typed was meant for what he saw.
///
/// # Errors
/// [`Error::NotFound`] where he may not read it, [`Error::Forbidden`] where he may not do this, [`Error::Conflict`] for
/// a merged ticket, and for one in the bin where more is asked for than reading.
pub fn for_change<L: Level>(tx: &mut Tx<'_>, actor: &Actor, number: &str) -> Result<TicketAccess<L>> {
    actor.must_not_only_look()?;
    let id = by_number(tx, number)?.id;
    let ticket = if actor.cause == Cause::Api {
        survivor::held(tx, id)?
    } else {
        backend::hold_ticket(tx, id)?;
        tickets::table.find(id).select(columns::<Ticket>()).row(tx)?
    };
    let scope = Scope::at_hand(tx, actor.agent.id)?;
    let access: TicketAccess<L> = decide(ticket, actor, &scope)?;
    if access.ticket.state == State::Merged {
        return Err(Error::Conflict(say!("refused-merged")));
    }
    if access.ticket.state == State::Removed && L::NEEDS != Right::Read && !is_left_out(Check::Bin) {
        return Err(Error::Conflict(say!("refused-in-bin")));
    }
    Ok(access)
}

/// A ticket in the bin that the actor may take out, held until the transaction ends.
///
/// # Errors
/// As [`for_change`]; [`Error::Conflict`] for a ticket that is not there.
pub fn for_restore(tx: &mut Tx<'_>, actor: &Actor, number: &str) -> Result<TicketAccess<Full>> {
    let access = for_change::<Read>(tx, actor, number)?;
    access.must(Full::NEEDS)?;
    if access.ticket.state != State::Removed {
        return Err(Error::Conflict(say!("refused-not-in-bin")));
    }
    Ok(TicketAccess { ticket: access.ticket, who: access.who, rights: access.rights, level: PhantomData })
}

/// A ticket in the hands of Turnstone itself, held until the transaction ends.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub(crate) fn for_machine<L: Level>(tx: &mut Tx<'_>, id: TicketId, cause: Cause) -> Result<TicketAccess<L>> {
    backend::hold_ticket(tx, id)?;
    let ticket: Ticket = tickets::table.find(id).select(columns::<Ticket>()).row(tx)?;
    Ok(TicketAccess { ticket, who: Who::machine(cause), rights: Rights::ALL, level: PhantomData })
}

fn by_number(conn: &mut Conn, number: &str) -> Result<Ticket> {
    Ok(tickets::table.filter(tickets::number.eq(number)).select(columns::<Ticket>()).first_row(conn)?)
}

fn decide<L: Level>(ticket: Ticket, actor: &Actor, scope: &Scope) -> Result<TicketAccess<L>> {
    let rights = scope.on_ticket(&ticket, actor.agent.id);
    if !rights.has(Right::Read) && !is_left_out(Check::Read) {
        return Err(Error::NotFound);
    }
    let level = if L::NEEDS == Right::Read { Check::Read } else { Check::Level(L::NEEDS) };
    if !rights.has(L::NEEDS) && !is_left_out(level) {
        return Err(Error::Forbidden(say!("refused-ticket-right", right = L::NEEDS)));
    }
    Ok(TicketAccess { ticket, who: actor.who(), rights, level: PhantomData })
}

/// Proof that the actor may move tickets into a queue, or open tickets in it.
#[derive(Clone, Debug)]
pub struct QueueAccess {
    queue: QueueId,
    right: Right,
}

impl QueueAccess {
    /// The queue.
    pub fn queue(&self) -> QueueId {
        self.queue
    }

    /// What may be done: `move_into` or `create`.
    pub fn right(&self) -> Right {
        self.right
    }
}

/// Asks whether the actor may do `right` in a queue. A queue of which he has no right at all does not exist for him.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Forbidden`].
pub fn for_queue(conn: &mut Conn, actor: &Actor, queue: QueueId, right: Right) -> Result<QueueAccess> {
    let rights = Scope::at_hand(conn, actor.agent.id)?.in_queue(queue);
    if rights.has(right) || is_left_out(Check::Queue(right)) {
        return Ok(QueueAccess { queue, right });
    }
    if rights == Rights::NONE {
        return Err(Error::NotFound);
    }
    Err(Error::Forbidden(say!("refused-queue-right", right = right)))
}

/// A queue in the hands of Turnstone itself.
pub(crate) fn queue_for_machine(queue: QueueId, right: Right) -> QueueAccess {
    QueueAccess { queue, right }
}
