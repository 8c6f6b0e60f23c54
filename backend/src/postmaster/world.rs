//! What there is when a mail comes. Whatever decides about a mail asks only a [`World`]: the database, or the one that
//! a dry run plays through in memory. So both decide alike, by the same lines of code.

use diesel::prelude::*;
use jiff::SignedDuration;

use super::{clues::Clues, prepare::Prepared};
use crate::{
    access::survivor,
    db::{
        AgentId, AnswerKind, ArticleId, Channel, Conn, Direct, Disposition, EventKind, InboundId,
        InboundStatus, Keep, LinkKind, OutboxKind, QueueId, Sender, State, TicketId, Ts, Tx, columns,
        received,
        schema::{
            articles, auto_responses, events, inbound_mails, intake_brakes, message_ids,
            outbox as outbox_table, ticket_links, tickets,
        },
    },
    error::Result,
    notify::answers,
    people,
    queues::{self, Queue},
    tickets::{Moment, Ticket, bin, store},
};

/// An id that leads to a ticket.
#[derive(Clone, Debug, Queryable)]
pub(super) struct Lead {
    pub id: String,
    pub ticket: TicketId,
    /// The article that has this id.
    pub article: Option<ArticleId>,
    /// An agent said that it belongs there, not to this ticket.
    pub learned_from: Option<TicketId>,
}

/// What the loop brake remembers of a shape of mails.
#[derive(Clone, Copy, Debug, Queryable, Selectable)]
#[diesel(table_name = intake_brakes)]
pub(super) struct Brake {
    pub since: Ts,
    pub mails: i32,
    pub ticket_id: TicketId,
}

/// An automatic answer that somebody had.
#[derive(Clone, Debug, Queryable)]
pub(super) struct Had {
    /// The number of its ticket,
    pub number: String,
    /// and its title.
    pub title: String,
    pub at: Ts,
}

/// The first copy of a mail: where it went.
pub(super) type Copy = (Option<TicketId>, Option<ArticleId>);

/// What there is when a mail comes.
pub(super) trait World {
    /// The first copy of this mail since then: the same id, the same content.
    fn copy(&mut self, mail: &Clues, since: Ts) -> Result<Option<Copy>>;
    /// What is known of these ids; of one id in several tickets the newest first.
    fn leads(&mut self, ids: &[&String]) -> Result<Vec<Lead>>;
    /// Whether there is such a ticket.
    fn exists(&mut self, ticket: TicketId) -> Result<bool>;
    /// The ticket, or where it lives on.
    fn survivor(&mut self, ticket: TicketId) -> Result<Ticket>;
    /// The ticket with this number.
    fn numbered(&mut self, number: &str) -> Result<Option<TicketId>>;
    /// Whether this person takes part in the conversation and was accepted.
    fn takes_part(&mut self, ticket: &Ticket, address: &str) -> Result<bool>;
    /// Whether an article is a mail that the customer does not see: forwarded to a third party, or that one's answer.
    fn is_internal(&mut self, article: ArticleId) -> Result<bool>;
    /// Whether an agent wrote to this address about the ticket without the customer.
    fn was_written_internally(&mut self, ticket: TicketId, address: &str) -> Result<bool>;
    /// The agent with this address.
    fn agent(&mut self, address: &str) -> Result<Option<AgentId>>;
    /// A queue.
    fn queue(&mut self, queue: QueueId) -> Result<Queue>;
    /// The queue for mail that belongs nowhere else.
    fn default_queue(&mut self) -> Result<QueueId>;
    /// Since when a closed ticket is closed.
    fn closed_at(&mut self, ticket: &Ticket) -> Result<Ts>;
    /// The newest ticket that went on where a closed one ended.
    fn continued_by(&mut self, closed: TicketId) -> Result<Option<TicketId>>;
    /// What the brake remembers of a shape.
    fn brake(&mut self, shape: &str) -> Result<Option<Brake>>;
    /// Has the brake remember; what it began to remember before `since` can go.
    fn put_brake(&mut self, shape: &str, brake: Brake, since: Option<Ts>) -> Result<()>;
    /// Whether a ticket of this address was marked as spam.
    fn is_spammer(&mut self, address: &str) -> Result<bool>;
    /// So many automatic answers an address gets within a day.
    fn answers_per_day(&self) -> usize;
    /// Automatic answers to an address since then, the newest first.
    fn answers(&mut self, address: &str, since: Ts) -> Result<Vec<Had>>;
    /// Whether one went there about this ticket, ever.
    fn was_answered(&mut self, address: &str, ticket: TicketId) -> Result<bool>;
    /// How many went out to anybody since then.
    fn all_answers(&mut self, since: Ts) -> Result<i64>;
    /// Whether any of these ids is one of our automatic answers.
    fn is_answer(&mut self, ids: &[String]) -> Result<bool>;
    /// Whether an agent has ever answered this ticket's customer.
    fn knows_customer(&mut self, ticket: &Ticket) -> Result<bool>;
    /// Whether a queue sends this kind of answer.
    fn answers_enabled(&mut self, queue: &Queue, kind: AnswerKind) -> Result<bool>;
}

/// The database, in the transaction of a mail that is processed.
pub(super) struct Real<'a, 'b> {
    pub tx: &'a mut Tx<'b>,
    mail: InboundId,
    answers_per_day: u16,
}

impl<'a, 'b> Real<'a, 'b> {
    /// As this mail meets it.
    pub(super) fn of(tx: &'a mut Tx<'b>, mail: &Prepared) -> Self {
        Self { tx, mail: mail.row.id, answers_per_day: mail.answers_per_day }
    }
}

impl World for Real<'_, '_> {
    fn copy(&mut self, mail: &Clues, since: Ts) -> Result<Option<Copy>> {
        Ok(inbound_mails::table
            .filter(inbound_mails::message_id.eq(&mail.message_id))
            .filter(inbound_mails::content_hash.eq(&mail.content_hash).and(received::has_content_hash()))
            .filter(inbound_mails::status.eq(InboundStatus::Done).and(inbound_mails::id.ne(self.mail)))
            .filter(inbound_mails::received_at.gt(since))
            // A copy is not what there was first: a mail that is processed again must not be taken for its copy.
            .filter(inbound_mails::disposition.ne(Disposition::Duplicate))
            .order(inbound_mails::id)
            .select((inbound_mails::ticket_id, inbound_mails::article_id))
            .limit(1)
            .kept()
            .row(self.tx)
            .optional()?)
    }

    fn leads(&mut self, ids: &[&String]) -> Result<Vec<Lead>> {
        Ok(message_ids::table
            .filter(message_ids::message_id.eq_any(ids))
            .order(message_ids::ticket_id.desc())
            .select((
                message_ids::message_id,
                message_ids::ticket_id,
                message_ids::article_id,
                message_ids::learned_from,
            ))
            .rows(self.tx)?)
    }

    fn exists(&mut self, ticket: TicketId) -> Result<bool> {
        let found: Option<TicketId> =
            tickets::table.find(ticket).select(tickets::id).row(self.tx).optional()?;
        Ok(found.is_some())
    }

    fn survivor(&mut self, ticket: TicketId) -> Result<Ticket> {
        survivor(self.tx, ticket)
    }

    fn numbered(&mut self, number: &str) -> Result<Option<TicketId>> {
        by_number(self.tx, number)
    }

    fn takes_part(&mut self, ticket: &Ticket, address: &str) -> Result<bool> {
        store::takes_part(self.tx, ticket, address)
    }

    fn is_internal(&mut self, article: ArticleId) -> Result<bool> {
        let internal: Option<ArticleId> = articles::table
            .find(article)
            .filter(articles::visible.eq(false).and(articles::channel.eq(Channel::Mail)))
            .select(articles::id)
            .row(self.tx)
            .optional()?;
        Ok(internal.is_some())
    }

    fn was_written_internally(&mut self, ticket: TicketId, address: &str) -> Result<bool> {
        store::was_written_internally(self.tx, ticket, address)
    }

    fn agent(&mut self, address: &str) -> Result<Option<AgentId>> {
        Ok(people::agents::by_email(self.tx, address)?.map(|agent| agent.id))
    }

    fn queue(&mut self, queue: QueueId) -> Result<Queue> {
        Ok(queues::at_hand(self.tx, queue)?.queue.clone())
    }

    fn default_queue(&mut self) -> Result<QueueId> {
        queues::default_queue(self.tx)
    }

    fn closed_at(&mut self, ticket: &Ticket) -> Result<Ts> {
        // Without such an event it was opened closed.
        Ok(closed_at(self.tx, ticket.id, None)?.unwrap_or(ticket.updated_at))
    }

    fn continued_by(&mut self, closed: TicketId) -> Result<Option<TicketId>> {
        Ok(continuations(self.tx, closed)?.into_iter().next())
    }

    fn brake(&mut self, shape: &str) -> Result<Option<Brake>> {
        Ok(intake_brakes::table.find(shape).select(columns::<Brake>()).row(self.tx).optional()?)
    }

    /// Mails are taken one by one: nobody inserts between these two.
    fn put_brake(&mut self, shape: &str, brake: Brake, since: Option<Ts>) -> Result<()> {
        if let Some(since) = since {
            diesel::delete(intake_brakes::table.filter(intake_brakes::since.le(since))).exec(self.tx)?;
        }
        let values = (
            intake_brakes::key.eq(shape),
            intake_brakes::since.eq(brake.since),
            intake_brakes::mails.eq(brake.mails),
            intake_brakes::ticket_id.eq(brake.ticket_id),
        );
        if diesel::update(intake_brakes::table.find(shape)).set(values).exec(self.tx)? == 0 {
            diesel::insert_into(intake_brakes::table).values(values).exec(self.tx)?;
        }
        Ok(())
    }

    fn is_spammer(&mut self, address: &str) -> Result<bool> {
        bin::is_spammer(self.tx, address)
    }

    fn answers_per_day(&self) -> usize {
        self.answers_per_day.into()
    }

    fn answers(&mut self, address: &str, since: Ts) -> Result<Vec<Had>> {
        Ok(auto_responses::table
            .inner_join(tickets::table)
            .filter(auto_responses::address.eq(address).and(auto_responses::at.gt(since)))
            .order(auto_responses::at.desc())
            .limit(self.answers_per_day.into())
            .select((tickets::number, tickets::title, auto_responses::at))
            .rows(self.tx)?)
    }

    fn was_answered(&mut self, address: &str, ticket: TicketId) -> Result<bool> {
        let here: i64 = auto_responses::table
            .filter(auto_responses::address.eq(address).and(auto_responses::ticket_id.eq(ticket)))
            .count()
            .row(self.tx)?;
        Ok(here > 0)
    }

    fn all_answers(&mut self, since: Ts) -> Result<i64> {
        Ok(auto_responses::table.filter(auto_responses::at.gt(since)).count().row(self.tx)?)
    }

    fn is_answer(&mut self, ids: &[String]) -> Result<bool> {
        is_answer(self.tx, ids)
    }

    fn knows_customer(&mut self, ticket: &Ticket) -> Result<bool> {
        knows_customer(self.tx, ticket)
    }

    fn answers_enabled(&mut self, queue: &Queue, kind: AnswerKind) -> Result<bool> {
        answers::enabled(self.tx, queue, kind)
    }
}

/// The ticket with this number.
pub(super) fn by_number(conn: &mut Conn, number: &str) -> Result<Option<TicketId>> {
    Ok(tickets::table.filter(tickets::number.eq(number)).select(tickets::id).first_row(conn).optional()?)
}

/// When a ticket was closed last, or last before an instant.
pub(super) fn closed_at(conn: &mut Conn, ticket: TicketId, before: Option<Ts>) -> Result<Option<Ts>> {
    Ok(events::table
        .filter(events::ticket_id.eq(ticket).and(events::kind.eq(EventKind::StateChanged)))
        // As `Status` writes a state down: with a name behind the kind, or without.
        .filter(events::new_value.eq(State::Closed.as_str()).or(events::new_value.like("closed#%")))
        // Another name on a ticket that was closed before closes it no later.
        .filter(
            events::old_value
                .is_null()
                .or(events::old_value.ne(State::Closed.as_str()).and(events::old_value.not_like("closed#%"))),
        )
        .filter(events::at.le(before.unwrap_or(Ts(jiff::Timestamp::MAX))))
        .order(events::id.desc())
        .select(events::at)
        .first_row(conn)
        .optional()?)
}

/// The tickets that went on where a closed one ended, the newest first.
pub(super) fn continuations(conn: &mut Conn, closed: TicketId) -> Result<Vec<TicketId>> {
    Ok(ticket_links::table
        .filter(ticket_links::other_id.eq(closed).and(ticket_links::kind.eq(LinkKind::Continues)))
        .order(ticket_links::ticket_id.desc())
        .select(ticket_links::ticket_id)
        .rows(conn)?)
}

/// Whether any of these ids is one of our automatic answers.
pub(super) fn is_answer(conn: &mut Conn, ids: &[String]) -> Result<bool> {
    if ids.is_empty() {
        return Ok(false);
    }
    let found: Option<Option<TicketId>> = outbox_table::table
        .filter(outbox_table::message_id.eq_any(ids))
        .filter(outbox_table::kind.eq(OutboxKind::AutoResponse))
        .select(outbox_table::ticket_id)
        .first_row(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Whether an agent has ever answered this ticket's customer.
pub(super) fn knows_customer(conn: &mut Conn, ticket: &Ticket) -> Result<bool> {
    let Some(customer) = ticket.customer_id else { return Ok(false) };
    let answered: Option<Option<AgentId>> = articles::table
        .inner_join(tickets::table)
        .filter(tickets::customer_id.eq(customer).and(articles::sender.eq(Sender::Agent)))
        .filter(articles::visible.eq(true))
        .select(articles::agent_id)
        .first_row(conn)
        .optional()?;
    Ok(answered.is_some())
}

/// So long before.
pub(super) fn ago(at: &Moment, time: SignedDuration) -> Ts {
    Ts(at.now.checked_sub(time).unwrap_or(at.now))
}
