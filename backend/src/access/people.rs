//! The proof that somebody may manage people, and how far: nobody gives what he does not have.

use diesel::prelude::*;

use super::{Actor, Check, Owner, Rights, Scope, TicketAccess, Who, is_left_out};
use crate::{
    db::{
        AgentId, Cause, Conn, CustomerId, Direct, InstallationRight, QueueId, Right, TicketId, Tx, backend,
        schema::tickets,
    },
    error::{Error, Result, say},
    tickets::Ticket,
};

/// Proof that agents and roles may be managed: an agent with that right, or the operator at the command line.
#[derive(Clone, Debug)]
pub struct PeopleAccess {
    /// `None`: the operator.
    manager: Option<(AgentId, Scope)>,
    who: Who,
}

impl PeopleAccess {
    /// Who acts.
    pub fn who(&self) -> &Who {
        &self.who
    }

    /// Whether this agent is the one who acts.
    pub fn is(&self, agent: AgentId) -> bool {
        self.manager.as_ref().is_some_and(|(id, _)| *id == agent)
    }

    /// Asks whether he has all of this himself, and so may give it.
    ///
    /// # Errors
    /// [`Error::Forbidden`] names a right that he does not have.
    pub fn may_give(
        &self,
        grants: impl IntoIterator<Item = (Option<QueueId>, Right)>,
        installation: impl IntoIterator<Item = InstallationRight>,
    ) -> Result<()> {
        let Some((_, scope)) = &self.manager else { return Ok(()) };
        if is_left_out(Check::Giving) {
            return Ok(());
        }
        let has = |queue: Option<QueueId>, right| match queue {
            None => scope.holds_everywhere(right),
            Some(queue) => scope.in_queue(queue).has(right),
        };
        let lacking = grants
            .into_iter()
            .find(|(queue, right)| !has(*queue, *right))
            .map(|(_, right)| right.to_string())
            .or_else(|| {
                installation.into_iter().find(|right| !scope.holds(*right)).map(|right| right.to_string())
            });
        match lacking {
            None => Ok(()),
            Some(right) => Err(Error::Forbidden(say!("refused-give", right = right))),
        }
    }
}

/// Asks whether the actor may manage people. His rights are looked up once more, so that they hold at the moment of
/// writing.
///
/// # Errors
/// [`Error::Forbidden`] without the right.
pub fn for_people(conn: &mut Conn, actor: &Actor) -> Result<PeopleAccess> {
    actor.must_not_only_look()?;
    let scope = Scope::at_hand(conn, actor.agent.id)?;
    if !scope.holds(InstallationRight::People) && !is_left_out(Check::Installation(InstallationRight::People))
    {
        return Err(Error::Forbidden(say!("refused-right", right = InstallationRight::People)));
    }
    Ok(PeopleAccess { manager: Some((actor.agent.id, scope)), who: actor.who() })
}

/// Asks whether the actor may do what changes each ticket of a customer: he manages people, or may do everything in each
/// of their queues.
///
/// # Errors
/// [`Error::Forbidden`], which names neither the customer nor a queue.
pub fn for_all_tickets_of(tx: &mut Tx<'_>, actor: &Actor, customer: CustomerId) -> Result<()> {
    let scope = Scope::at_hand(tx, actor.agent.id)?;
    if scope.holds(InstallationRight::People)
        || scope.holds_everywhere(Right::Full)
        || is_left_out(Check::AllTicketsOf)
    {
        return Ok(());
    }
    let elsewhere: Option<TicketId> = tickets::table
        .filter(tickets::customer_id.eq(customer))
        .filter(tickets::queue_id.ne_all(scope.queues_with(Right::Full)))
        .select(tickets::id)
        .first_row(tx)
        .optional()?;
    match elsewhere {
        None => Ok(()),
        Some(_) => Err(Error::Forbidden(say!("refused-is-customer"))),
    }
}

/// People in the hands of the operator, who has the database anyway.
pub(crate) fn people_for_operator() -> PeopleAccess {
    PeopleAccess { manager: None, who: Who::machine(Cause::Cli) }
}

/// People where there is nobody yet who could manage them.
pub(crate) fn people_for_setup() -> PeopleAccess {
    PeopleAccess { manager: None, who: Who::machine(Cause::System) }
}

/// People in the hands of the directories and sites that the operator has set up: what a group gives stands in his
/// settings.
pub(crate) fn people_for_directory() -> PeopleAccess {
    PeopleAccess { manager: None, who: Who::machine(Cause::System) }
}

/// A ticket of an agent who goes, to be given to another: it tells nothing of the ticket, held until the transaction
/// ends.
///
/// # Errors
/// [`Error::NotFound`] for a ticket that is not his any more.
pub(crate) fn for_hand_over(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    ticket: TicketId,
    owner: AgentId,
) -> Result<TicketAccess<Owner>> {
    backend::hold_ticket(tx, ticket)?;
    let ticket: Ticket = tickets::table
        .find(ticket)
        .filter(tickets::owner_id.eq(owner))
        .select(Ticket::as_select())
        .first(&mut **tx)?;
    let rights = Rights::NONE.with(Right::Owner);
    Ok(TicketAccess { ticket, who: people.who.clone(), rights, level: std::marker::PhantomData })
}
