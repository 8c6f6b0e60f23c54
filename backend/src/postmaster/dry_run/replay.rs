//! Mails played through in their order, in a world of their own that begins as the real one was before them.

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use super::{
    super::process::REMEMBERED,
    look::{Looked, Stored},
};
use crate::{
    access::holders_of,
    db::{
        AgentId, Conn, Disposition, FollowUpPolicy, Priority, QueueId, Right, RuleOutcome, State, TicketId,
        Ts,
        schema::{participants, ticket_tags, tickets},
    },
    error::Result,
    filters::{Arrival, Aside, Decision, Names},
    queues,
};

/// So many tags has a ticket at most.
const TAGS: usize = 50;
/// So many tickets are loaded by one query.
const LOADED: usize = 500;

/// What would become of a mail, and how its ticket would stand afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Predicted {
    /// What would become of it; `None` for one that could not be processed.
    pub disposition: Option<Disposition>,
    /// Mails with the same number are in one ticket.
    pub conversation: Option<usize>,
    /// The ticket's queue.
    pub queue: Option<QueueId>,
    /// Its priority.
    pub priority: Option<Priority>,
    /// Its state.
    pub state: Option<State>,
    /// Its owner.
    pub owner: Option<AgentId>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The rules that spoke, by position.
    pub fired: Vec<usize>,
}

impl Predicted {
    fn bare(disposition: Option<Disposition>) -> Self {
        Self { disposition, ..Self::default() }
    }

    /// Whether nothing differs that a person would notice.
    pub fn same(&self, other: &Self) -> bool {
        let seen = |one: &Self| (one.disposition, one.queue, one.priority, one.state, one.owner);
        seen(self) == seen(other) && self.tags == other.tags
    }
}

/// A ticket of the played world.
#[derive(Clone, Debug)]
struct Ticket {
    queue: QueueId,
    priority: Priority,
    state: State,
    owner: Option<AgentId>,
    tags: BTreeSet<String>,
    /// Who takes part.
    people: HashSet<String>,
    /// Where it went on after it was closed.
    next: Option<usize>,
}

/// The world as it was before the first mail.
#[derive(Clone, Debug, Default)]
pub(super) struct World {
    queues: HashMap<QueueId, (FollowUpPolicy, bool, bool)>,
    default_queue: Option<QueueId>,
    able: HashMap<QueueId, Vec<AgentId>>,
    agents: HashSet<String>,
    tickets: Vec<Ticket>,
    /// Tickets of the real world that are there in this one.
    real: HashMap<TicketId, usize>,
    /// Ids that lead to a ticket.
    ids: HashMap<String, usize>,
    /// Ids of all mails that are played.
    played: HashSet<String>,
    /// Mails that count as seen, and those that wait in quarantine.
    done: HashMap<(String, String), Timestamp>,
    waiting: HashSet<(String, String)>,
}

enum Place {
    New { queue: Option<QueueId>, after: Option<usize> },
    Ticket(usize),
    Rejected,
}

impl World {
    /// Reads queues, agents, and the tickets that these mails joined but did not open.
    pub(super) fn load(conn: &mut Conn, names: &Names, rows: &[Stored], now: Timestamp) -> Result<Self> {
        let mut world = Self { default_queue: queues::default_queue(conn).ok(), ..Self::default() };
        for queue in &names.queues {
            let facts = (queue.follow_up_policy, queue.strict_matching, queue.retired_at.is_none());
            world.queues.insert(queue.id, facts);
            world.able.insert(queue.id, holders_of(conn, Right::Note, queue.id, Ts(now))?);
        }
        let enabled = names.agents.iter().filter(|agent| agent.disabled_at.is_none());
        world.agents = enabled.map(|agent| agent.email.to_lowercase()).collect();
        let opened: HashSet<TicketId> = rows
            .iter()
            .filter(|row| row.disposition == Some(Disposition::New))
            .filter_map(|row| row.ticket_id)
            .collect();
        let joined: BTreeSet<TicketId> = rows.iter().filter_map(|row| row.ticket_id).collect();
        let older: Vec<TicketId> = joined.into_iter().filter(|id| !opened.contains(id)).collect();
        for ids in older.chunks(LOADED) {
            world.load_tickets(conn, ids)?;
        }
        Ok(world)
    }

    fn load_tickets(&mut self, conn: &mut Conn, ids: &[TicketId]) -> Result<()> {
        type Row = (TicketId, QueueId, Priority, State, Option<AgentId>, String);
        let rows: Vec<Row> = tickets::table
            .filter(tickets::id.eq_any(ids.to_vec()))
            .select((
                tickets::id,
                tickets::queue_id,
                tickets::priority,
                tickets::state,
                tickets::owner_id,
                tickets::customer_address,
            ))
            .load(conn)?;
        for (id, queue, priority, state, owner, customer) in rows {
            if state == State::Removed {
                continue;
            }
            let people = HashSet::from([customer]);
            let ticket = Ticket { queue, priority, state, owner, tags: BTreeSet::new(), people, next: None };
            self.real.insert(id, self.tickets.len());
            self.tickets.push(ticket);
        }
        let tags: Vec<(TicketId, String)> = ticket_tags::table
            .filter(ticket_tags::ticket_id.eq_any(ids.to_vec()))
            .select((ticket_tags::ticket_id, ticket_tags::tag))
            .load(conn)?;
        for (id, tag) in tags {
            if let Some(ticket) = self.real.get(&id).and_then(|at| self.tickets.get_mut(*at)) {
                ticket.tags.insert(tag);
            }
        }
        let people: Vec<(TicketId, String)> = participants::table
            .filter(participants::ticket_id.eq_any(ids.to_vec()).and(participants::accepted.eq(true)))
            .select((participants::ticket_id, participants::address))
            .load(conn)?;
        for (id, address) in people {
            if let Some(ticket) = self.real.get(&id).and_then(|at| self.tickets.get_mut(*at)) {
                ticket.people.insert(address);
            }
        }
        Ok(())
    }

    /// Plays all mails through under one of the two lists of rules.
    pub(super) fn replay(mut self, mails: &[Looked], rules: usize) -> Vec<Predicted> {
        self.played = mails.iter().flat_map(|mail| mail.ids.iter().cloned()).collect();
        mails.iter().map(|mail| self.play(mail, rules)).collect()
    }

    fn play(&mut self, mail: &Looked, rules: usize) -> Predicted {
        let row = &mail.row;
        let known = (row.message_id.clone(), row.content_hash.clone());
        if let Some(same) = self.duplicate(mail, &known) {
            return same;
        }
        let by_rule =
            row.rule_outcome == RuleOutcome::Ignored || row.rule_outcome == RuleOutcome::Quarantined;
        let untouched = match row.disposition {
            // Our own mail came back; a mail that could not be processed.
            Some(Disposition::Ignored) => !by_rule && row.ticket_id.is_none(),
            Some(Disposition::Quarantined) => !by_rule,
            Some(Disposition::FollowUp) => mail.marked,
            None => true,
            _ => false,
        };
        if untouched {
            self.done.insert(known, row.received_at.0);
            return Predicted::bare(row.disposition);
        }
        let place = self.place(mail);
        let arrival = if matches!(place, Place::New { .. }) { Arrival::New } else { Arrival::FollowUp };
        let decision = mail.decision(rules, arrival);
        let fired = decision.fired.clone();
        match (&decision.aside, place) {
            (Some((Aside::Ignore, _)), _) | (None, Place::Rejected) => {
                self.done.insert(known, row.received_at.0);
                Predicted { fired, ..Predicted::bare(Some(Disposition::Ignored)) }
            }
            (Some((Aside::Quarantine, _)), _) => {
                self.waiting.insert(known);
                Predicted { fired, ..Predicted::bare(Some(Disposition::Quarantined)) }
            }
            (None, Place::Ticket(at)) => {
                self.done.insert(known, row.received_at.0);
                self.join(at, mail, decision);
                Predicted { fired, ..self.standing(at, Disposition::FollowUp) }
            }
            (None, Place::New { queue, after }) => {
                self.done.insert(known, row.received_at.0);
                let Some(at) = self.open(mail, queue, decision) else { return Predicted::bare(None) };
                if let Some(before) = after.and_then(|before| self.tickets.get_mut(before)) {
                    before.next = Some(at);
                }
                Predicted { fired, ..self.standing(at, Disposition::New) }
            }
        }
    }

    /// As intake does: the same id and content, within the time for which copies are remembered.
    fn duplicate(&self, mail: &Looked, known: &(String, String)) -> Option<Predicted> {
        let row = &mail.row;
        if row.content_hash.is_empty() {
            return None;
        }
        let seen = self.done.get(known).is_some_and(|first| {
            let age = row.received_at.0.duration_since(*first);
            age < REMEMBERED && age >= SignedDuration::ZERO
        });
        // The first copy may be older than what is looked at.
        let before = row.disposition == Some(Disposition::Duplicate) && !self.waiting.contains(known);
        (seen || before).then(|| Predicted::bare(Some(Disposition::Duplicate)))
    }

    /// As intake finds it. Ids of mails that are played lead where those went; all else leads where it led: a mail of
    /// ours that is answered, an older mail, a number in the subject, a signed address.
    fn place(&self, mail: &Looked) -> Place {
        let joined = mail.row.disposition != Some(Disposition::New);
        let real = mail.row.ticket_id.filter(|_| joined).and_then(|id| self.real.get(&id)).copied();
        for id in &mail.answers {
            if let Some(at) = self.ids.get(id) {
                return self.by_reference(*at, mail);
            }
            if let Some(at) = real.filter(|_| mail.known.contains(id) && !self.played.contains(id)) {
                return self.by_policy(at, mail);
            }
        }
        match real.filter(|_| mail.known.is_empty() || mail.signed) {
            Some(at) => self.by_policy(at, mail),
            None => Place::New { queue: mail.row.matched_queue_id.filter(|_| !joined), after: None },
        }
    }

    fn by_reference(&self, at: usize, mail: &Looked) -> Place {
        let Some(ticket) = self.tickets.get(at) else { return Place::New { queue: None, after: None } };
        let strict = self.queues.get(&ticket.queue).is_some_and(|(_, strict, _)| *strict);
        let stranger = !self.takes_part(ticket, &mail.author);
        if strict && stranger && mail.row.disposition != Some(Disposition::FollowUp) {
            return Place::New { queue: Some(ticket.queue), after: None };
        }
        self.by_policy(at, mail)
    }

    fn takes_part(&self, ticket: &Ticket, address: &str) -> bool {
        !address.is_empty() && (ticket.people.contains(address) || self.agents.contains(address))
    }

    fn by_policy(&self, at: usize, mail: &Looked) -> Place {
        let Some(ticket) = self.tickets.get(at) else { return Place::New { queue: None, after: None } };
        let policy = self.queues.get(&ticket.queue).map_or(FollowUpPolicy::Reopen, |(policy, ..)| *policy);
        if ticket.state != State::Closed || policy == FollowUpPolicy::Reopen || mail.automatic {
            return Place::Ticket(at);
        }
        if policy == FollowUpPolicy::Reject {
            return Place::Rejected;
        }
        let next =
            ticket.next.filter(|next| self.tickets.get(*next).is_some_and(|next| next.state.is_active()));
        next.map_or(Place::New { queue: Some(ticket.queue), after: Some(at) }, Place::Ticket)
    }

    fn open(&mut self, mail: &Looked, matched: Option<QueueId>, decision: &Decision) -> Option<usize> {
        let open = |id: &QueueId| self.queues.get(id).is_some_and(|(_, _, takes)| *takes);
        let by_address = || mail.queues.iter().copied().find(open);
        let ruled = decision.queue.as_ref().map(|(queue, _)| *queue);
        let queue = ruled.or(matched).or_else(by_address).or(self.default_queue)?;
        let customer = decision.customer.as_ref().map_or(&mail.author, |person| &person.address);
        let at = self.tickets.len();
        self.tickets.push(Ticket {
            queue,
            priority: Priority::NORMAL,
            state: State::New,
            owner: None,
            tags: BTreeSet::new(),
            people: mail.people.iter().chain([customer]).cloned().collect(),
            next: None,
        });
        if let Some(real) = mail.row.ticket_id.filter(|_| mail.row.disposition == Some(Disposition::New)) {
            self.real.insert(real, at);
        }
        self.found_by(at, mail);
        self.carry_out(at, decision);
        Some(at)
    }

    fn join(&mut self, at: usize, mail: &Looked, decision: &Decision) {
        self.found_by(at, mail);
        let agent = self.agents.contains(&mail.author);
        if let Some(ticket) = self.tickets.get_mut(at) {
            let outside = !agent || ticket.people.contains(&mail.author);
            if outside && !mail.automatic && (ticket.state.is_pending() || ticket.state == State::Closed) {
                ticket.state = State::Open;
            }
            if outside && (agent || ticket.people.contains(&mail.author)) {
                ticket.people.extend(mail.people.iter().cloned());
            }
            if let Some((queue, _)) = &decision.queue {
                ticket.queue = *queue;
            }
        }
        self.carry_out(at, decision);
    }

    fn found_by(&mut self, at: usize, mail: &Looked) {
        for id in &mail.ids {
            self.ids.entry(id.clone()).or_insert(at);
        }
    }

    fn carry_out(&mut self, at: usize, decision: &Decision) {
        let Some(ticket) = self.tickets.get_mut(at) else { return };
        ticket.priority = decision.priority.unwrap_or(ticket.priority);
        let able = self.able.get(&ticket.queue);
        if let Some(owner) = decision.owner.filter(|owner| able.is_some_and(|able| able.contains(owner))) {
            ticket.owner = Some(owner);
        }
        for tag in &decision.tags {
            if ticket.tags.len() < TAGS {
                ticket.tags.insert(tag.clone());
            }
        }
        if let Some((state, _)) = decision.state {
            ticket.state = state;
        }
    }

    fn standing(&self, at: usize, disposition: Disposition) -> Predicted {
        let Some(ticket) = self.tickets.get(at) else { return Predicted::bare(Some(disposition)) };
        Predicted {
            disposition: Some(disposition),
            conversation: Some(at),
            queue: Some(ticket.queue),
            priority: Some(ticket.priority),
            state: Some(ticket.state),
            owner: ticket.owner,
            tags: ticket.tags.iter().cloned().collect(),
            fired: Vec::new(),
        }
    }
}
