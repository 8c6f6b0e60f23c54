//! What a dry run begins with: the installation as it was before the first of the mails, and what people did between
//! them. Read in bulk, so that ten thousand mails take a few statements.

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use super::{
    super::{caps, world},
    acts::{self, Act, Deed},
    look::{Fact, Looked, Stored},
};
use crate::{
    access::holders_of,
    db::{
        AgentId, ArticleId, Conn, CustomerId, Disposition, OrganisationId, Priority, QueueId, Right, State,
        Status, TicketId, Ts,
        schema::{
            auto_responses, customer_addresses, customers, participants, ticket_links, ticket_tags, tickets,
        },
    },
    error::Result,
    filters::Names,
    queues::{self, Queue},
    tickets::{Ticket, bin},
};

/// So many rows are asked for by one statement.
const PORTION: usize = 500;
/// So often what a ticket leads to is loaded as well.
const ROUNDS: usize = 10;

/// A ticket with what belongs to it.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub ticket: Ticket,
    /// Who takes part, and whether he was accepted.
    pub people: HashMap<String, bool>,
    pub tags: BTreeSet<String>,
    /// To whom an agent wrote about it without the customer.
    pub told: HashSet<String>,
    /// Of two tickets the newer one has the larger number.
    pub age: usize,
}

/// The installation before the first of the mails.
#[derive(Debug, Default)]
pub(super) struct Start {
    pub queues: HashMap<QueueId, Queue>,
    pub default_queue: Option<QueueId>,
    /// With which priority tickets begin.
    pub usual: Option<Priority>,
    /// Who may be given tickets of a queue.
    pub able: HashMap<QueueId, Vec<AgentId>>,
    /// Agents by their addresses.
    pub agents: HashMap<String, AgentId>,
    /// Whose tickets were marked as spam.
    pub spammers: HashSet<String>,
    /// Customers by their addresses.
    pub people: HashMap<String, CustomerId>,
    pub organisations: HashMap<CustomerId, OrganisationId>,
    /// Ids that lead to tickets without any of the mails.
    pub facts: HashMap<String, Vec<Fact>>,
    /// Articles that the customer does not see.
    pub internal: HashSet<ArticleId>,
    pub numbers: HashMap<String, TicketId>,
    /// Tickets that one of the mails opened, with their numbers: they are not there yet.
    pub opened: HashMap<TicketId, String>,
    /// Tickets that are.
    pub older: HashMap<TicketId, Standing>,
    /// Which tickets went on where another one ended.
    pub next: HashMap<TicketId, Vec<TicketId>>,
    /// What people did meanwhile, in that order.
    pub deeds: Vec<Deed>,
    /// Automatic answers that had gone out: to whom, about which ticket.
    pub answers: Vec<(String, TicketId, Ts)>,
    pub answers_per_day: usize,
    /// When the first of the mails came.
    pub since: Option<Ts>,
}

impl Start {
    /// Reads it.
    pub(super) fn load(
        conn: &mut Conn,
        names: &Names,
        mails: &[Looked],
        facts: Vec<Fact>,
        answers_per_day: usize,
        now: Timestamp,
    ) -> Result<Self> {
        let rows = || mails.iter().map(|mail| &mail.row);
        let mut start = Self {
            default_queue: queues::default_queue(conn).ok(),
            since: rows().map(|row| row.received_at).min(),
            opened: rows().filter_map(opened_by).map(|id| (id, String::new())).collect(),
            answers_per_day,
            usual: Some(names.terms.usual()),
            ..Self::default()
        };
        for queue in &names.queues {
            start.able.insert(queue.id, holders_of(conn, Right::Note, queue.id, Ts(now))?);
            start.queues.insert(queue.id, queue.clone());
        }
        let enabled = names.agents.iter().filter(|agent| agent.disabled_at.is_none());
        start.agents = enabled.map(|agent| (agent.email.to_lowercase(), agent.id)).collect();
        start.spammers = bin::spammers(conn)?;
        start.load_numbers(conn, mails)?;
        start.take_facts(mails, facts);
        start.load_older(conn, mails)?;
        start.load_customers(conn, mails)?;
        start.load_answers(conn)?;
        let touched: BTreeSet<TicketId> = start.older.keys().chain(start.opened.keys()).copied().collect();
        let touched: Vec<TicketId> = touched.into_iter().collect();
        for ids in touched.chunks(PORTION) {
            acts::load(conn, ids, names, &mut start)?;
        }
        start.deeds.sort_by_key(|deed| (deed.at, deed.order));
        Ok(start)
    }

    fn load_numbers(&mut self, conn: &mut Conn, mails: &[Looked]) -> Result<()> {
        let numbers: BTreeSet<&String> = mails.iter().flat_map(|mail| &mail.clues.numbers).collect();
        let numbers: Vec<&String> = numbers.into_iter().collect();
        for numbers in numbers.chunks(PORTION) {
            let rows: Vec<(String, TicketId)> = tickets::table
                .filter(tickets::number.eq_any(numbers))
                .select((tickets::number, tickets::id))
                .load(conn)?;
            self.numbers.extend(rows);
        }
        Ok(())
    }

    /// Keeps of what is known about ids what none of the mails brought itself.
    fn take_facts(&mut self, mails: &[Looked], facts: Vec<Fact>) {
        let played: HashSet<_> = mails.iter().map(|mail| mail.row.id).collect();
        for fact in facts {
            let by_a_mail = fact.inbound.is_some_and(|mail| played.contains(&mail));
            if by_a_mail && fact.lead.learned_from.is_none() {
                continue;
            }
            if let Some(article) = fact.lead.article.filter(|_| fact.internal) {
                self.internal.insert(article);
            }
            let known = self.facts.entry(fact.lead.id.clone()).or_default();
            if !known.iter().any(|other| other.lead.ticket == fact.lead.ticket) {
                known.push(Fact { by_a_mail, ..fact });
            }
        }
    }

    /// Tickets to which anything leads, and those to which they lead.
    fn load_older(&mut self, conn: &mut Conn, mails: &[Looked]) -> Result<()> {
        let joined = mails.iter().filter_map(|mail| mail.row.ticket_id);
        let signed = mails.iter().filter_map(|mail| mail.clues.signed);
        let facts = self.facts.values().flatten();
        let known = facts.flat_map(|fact| [Some(fact.lead.ticket), fact.lead.learned_from]).flatten();
        let mut wanted: BTreeSet<TicketId> =
            joined.chain(signed).chain(known).chain(self.numbers.values().copied()).collect();
        let opened: Vec<TicketId> = self.opened.keys().copied().collect();
        for ids in opened.chunks(PORTION) {
            let rows: Vec<(TicketId, String, Option<TicketId>)> = tickets::table
                .filter(tickets::id.eq_any(ids))
                .select((tickets::id, tickets::number, tickets::merged_into))
                .load(conn)?;
            for (id, number, into) in rows {
                wanted.extend(into);
                self.opened.insert(id, number);
            }
        }
        for _ in 0..ROUNDS {
            wanted.retain(|id| !self.opened.contains_key(id) && !self.older.contains_key(id));
            if wanted.is_empty() {
                break;
            }
            let ids: Vec<TicketId> = std::mem::take(&mut wanted).into_iter().collect();
            for ids in ids.chunks(PORTION) {
                wanted.extend(self.load_tickets(conn, ids)?);
            }
        }
        Ok(())
    }

    /// Loads some tickets; to which others they lead.
    fn load_tickets(&mut self, conn: &mut Conn, ids: &[TicketId]) -> Result<Vec<TicketId>> {
        let rows: Vec<Ticket> =
            tickets::table.filter(tickets::id.eq_any(ids)).select(Ticket::as_select()).load(conn)?;
        let mut further: Vec<TicketId> = rows.iter().filter_map(|ticket| ticket.merged_into).collect();
        for ticket in rows {
            self.older.insert(ticket.id, Standing::of(ticket, 0));
        }
        let tags: Vec<(TicketId, String)> = ticket_tags::table
            .filter(ticket_tags::ticket_id.eq_any(ids))
            .select((ticket_tags::ticket_id, ticket_tags::tag))
            .load(conn)?;
        for (id, tag) in tags {
            if let Some(one) = self.older.get_mut(&id) {
                one.tags.insert(tag);
            }
        }
        let people: Vec<(TicketId, String, bool)> = participants::table
            .filter(participants::ticket_id.eq_any(ids))
            .select((participants::ticket_id, participants::address, participants::accepted))
            .load(conn)?;
        for (id, address, accepted) in people {
            if let Some(one) = self.older.get_mut(&id) {
                one.people.insert(address, accepted);
            }
        }
        let next: Vec<(TicketId, TicketId)> = ticket_links::table
            .filter(ticket_links::other_id.eq_any(ids))
            .filter(ticket_links::kind.eq(crate::db::LinkKind::Continues))
            .order(ticket_links::ticket_id)
            .select((ticket_links::other_id, ticket_links::ticket_id))
            .load(conn)?;
        for (closed, next) in next {
            further.push(next);
            self.next.entry(closed).or_default().push(next);
        }
        Ok(further)
    }

    fn load_customers(&mut self, conn: &mut Conn, mails: &[Looked]) -> Result<()> {
        let addresses: BTreeSet<&String> = mails.iter().flat_map(Looked::customers).collect();
        let addresses: Vec<&String> = addresses.into_iter().collect();
        let mut ids: BTreeSet<CustomerId> =
            self.older.values().filter_map(|one| one.ticket.customer_id).collect();
        for addresses in addresses.chunks(PORTION) {
            let rows: Vec<(String, CustomerId)> = customer_addresses::table
                .filter(customer_addresses::address.eq_any(addresses))
                .select((customer_addresses::address, customer_addresses::customer_id))
                .load(conn)?;
            ids.extend(rows.iter().map(|(_, id)| *id));
            self.people.extend(rows);
        }
        let ids: Vec<CustomerId> = ids.into_iter().collect();
        for ids in ids.chunks(PORTION) {
            let rows: Vec<(CustomerId, Option<OrganisationId>)> = customers::table
                .filter(customers::id.eq_any(ids).and(customers::organisation_id.is_not_null()))
                .select((customers::id, customers::organisation_id))
                .load(conn)?;
            self.organisations.extend(rows.into_iter().filter_map(|(id, of)| Some((id, of?))));
        }
        Ok(())
    }

    fn load_answers(&mut self, conn: &mut Conn) -> Result<()> {
        let Some(Ts(first)) = self.since else { return Ok(()) };
        let day = first.checked_sub(SignedDuration::from_hours(24)).unwrap_or(first);
        self.answers = auto_responses::table
            .filter(auto_responses::at.gt(Ts(day)).and(auto_responses::at.lt(Ts(first))))
            .order(auto_responses::at)
            .select((auto_responses::address, auto_responses::ticket_id, auto_responses::at))
            .load(conn)?;
        debug_assert!(self.answers.iter().all(|(address, ..)| caps::counted(address) == *address));
        Ok(())
    }

    /// When a ticket that is older than the mails was closed.
    pub(super) fn closed_at(&self, conn: &mut Conn, ticket: TicketId) -> Result<Option<Ts>> {
        world::closed_at(conn, ticket, self.since)
    }
}

/// The ticket that a mail opened.
pub(super) fn opened_by(row: &Stored) -> Option<TicketId> {
    row.ticket_id.filter(|_| row.disposition == Some(Disposition::New))
}

impl Standing {
    pub(super) fn of(ticket: Ticket, age: usize) -> Self {
        let (people, tags, told) = (HashMap::new(), BTreeSet::new(), HashSet::new());
        Self { ticket, people, tags, told, age }
    }

    pub(super) fn set_state(&mut self, state: impl Into<Status>) {
        self.ticket.set_status(state);
        self.ticket.active = self.ticket.state.is_active();
    }

    /// Does what a person did.
    pub(super) fn act(&mut self, act: &Act) {
        match act {
            Act::State(state) => {
                self.set_state(*state);
                self.ticket.merged_into = None;
            }
            Act::Queue(queue) => self.ticket.queue_id = *queue,
            Act::Owner(owner) => self.ticket.owner_id = *owner,
            Act::Priority(priority) => self.ticket.priority = *priority,
            Act::Tagged(tag) => {
                self.tags.insert(tag.clone());
            }
            Act::Untagged(tag) => {
                self.tags.remove(tag);
            }
            Act::Merged(into) => {
                self.set_state(State::Merged);
                self.ticket.merged_into = Some(*into);
            }
            Act::Accepted(address) => {
                self.people.insert(address.clone(), true);
            }
            Act::Removed(address) => {
                self.people.remove(address);
            }
            Act::Answered(people) => {
                for address in people.iter().filter(|address| **address != self.ticket.customer_address) {
                    self.people.insert(address.clone(), true);
                }
            }
            Act::Told(people) => self.told.extend(people.iter().cloned()),
        }
    }
}
