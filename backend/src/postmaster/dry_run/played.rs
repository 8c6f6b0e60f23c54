//! The world of a dry run: it begins as the installation was, and holds what the mails of the run have made of it so far.

use std::collections::{HashMap, HashSet};

use super::{
    super::{
        clues::Clues,
        world::{self, Brake, Copy, Had, Lead, World},
    },
    acts::Act,
    look::Fact,
    start::{Standing, Start},
};
use crate::{
    db::{AgentId, AnswerKind, ArticleId, Conn, CustomerId, QueueId, State, TicketId, Ts},
    error::{Error, Result},
    notify::answers,
    queues::Queue,
    tickets::Ticket,
};

/// A chain of merges longer than this is a circle, which nothing should make.
const LONGEST_CHAIN: usize = 1_000;

/// The world as it is when the next mail comes.
pub(super) struct Played<'a> {
    /// For what is rarely asked.
    conn: &'a mut Conn,
    pub start: &'a Start,
    /// Tickets that were touched.
    pub tickets: HashMap<TicketId, Standing>,
    /// Where a ticket is that began otherwise in reality.
    alias: HashMap<TicketId, TicketId>,
    ids: HashMap<String, Vec<Lead>>,
    pub internal: HashSet<ArticleId>,
    /// Mails that count as seen, and where they went.
    copies: HashMap<(String, String), (Ts, Copy)>,
    pub next: HashMap<TicketId, Vec<TicketId>>,
    brakes: HashMap<String, Brake>,
    /// Automatic answers: to whom, about which ticket; then all of them.
    had: HashMap<String, Vec<(TicketId, Ts)>>,
    sent: Vec<Ts>,
    pub closed: HashMap<TicketId, Ts>,
    switches: HashMap<(QueueId, AnswerKind), bool>,
    known_customers: HashMap<Option<CustomerId>, bool>,
    deeds: usize,
    pub now: Ts,
}

impl<'a> Played<'a> {
    pub(super) fn new(conn: &'a mut Conn, start: &'a Start) -> Self {
        let mut played = Self {
            conn,
            start,
            tickets: HashMap::new(),
            alias: HashMap::new(),
            ids: HashMap::new(),
            internal: HashSet::new(),
            copies: HashMap::new(),
            next: HashMap::new(),
            brakes: HashMap::new(),
            had: HashMap::new(),
            sent: Vec::new(),
            closed: HashMap::new(),
            switches: HashMap::new(),
            known_customers: HashMap::new(),
            deeds: 0,
            now: Ts(jiff::Timestamp::MIN),
        };
        for (address, ticket, at) in &start.answers {
            played.answered(address.clone(), *ticket, *at);
        }
        played
    }

    /// Goes on to an instant: what people did until then is done.
    pub(super) fn go_on(&mut self, to: Ts) {
        self.now = self.now.max(to);
        while let Some(deed) = self.start.deeds.get(self.deeds).filter(|deed| deed.at <= self.now) {
            self.deeds += 1;
            let Some(id) = self.resolve(deed.ticket) else { continue };
            let mut act = deed.act.clone();
            if let Act::Merged(into) = &mut act {
                let Some(target) = self.resolve(*into).filter(|target| *target != id) else { continue };
                *into = target;
            }
            let Some(one) = self.standing(id) else { continue };
            let closes = one.ticket.state != State::Closed;
            one.act(&act);
            if closes && matches!(act, Act::State(status) if status.kind == State::Closed) {
                self.closed.insert(id, deed.at);
            }
        }
    }

    /// The ticket that stands here for this one of reality.
    pub(super) fn resolve(&self, id: TicketId) -> Option<TicketId> {
        let id = self.alias.get(&id).copied().unwrap_or(id);
        (self.tickets.contains_key(&id) || self.start.older.contains_key(&id)).then_some(id)
    }

    /// From now on this ticket of reality, if it is not there itself, is another one here.
    pub(super) fn stands_for(&mut self, real: TicketId, here: TicketId) {
        if real != here && self.resolve(real).is_none() {
            self.alias.insert(real, here);
        }
    }

    /// A ticket, to be changed.
    pub(super) fn standing(&mut self, id: TicketId) -> Option<&mut Standing> {
        if !self.tickets.contains_key(&id) {
            let one = self.start.older.get(&id)?.clone();
            self.tickets.insert(id, one);
        }
        self.tickets.get_mut(&id)
    }

    fn look_at(&self, id: TicketId) -> Option<&Standing> {
        self.tickets.get(&id).or_else(|| self.start.older.get(&id))
    }

    /// From now on an id leads to a ticket.
    pub(super) fn leads_to(&mut self, id: &str, ticket: TicketId, article: ArticleId) {
        if id.is_empty() {
            return;
        }
        let known = self.ids.entry(id.to_owned()).or_default();
        if !known.iter().any(|lead| lead.ticket == ticket) {
            known.push(Lead { id: id.to_owned(), ticket, article: Some(article), learned_from: None });
        }
    }

    /// From now on a mail counts as seen.
    pub(super) fn seen(&mut self, mail: &Clues, at: Ts, to: Copy) {
        let key = (mail.message_id.clone(), mail.content_hash.clone());
        self.copies.entry(key).or_insert((at, to));
    }

    /// An automatic answer went out.
    pub(super) fn answered(&mut self, address: String, ticket: TicketId, at: Ts) {
        self.had.entry(address).or_default().push((ticket, at));
        self.sent.push(at);
    }

    /// Whether a fact holds by now, and where it leads.
    fn lead_of(&self, fact: &Fact) -> Option<Lead> {
        let mut lead = fact.lead.clone();
        if let Some(from) = lead.learned_from
            && fact.learned_at.is_some_and(|at| at > self.now)
        {
            // Nobody had said so yet. Where the mail itself is played, it went where it went.
            (lead.ticket, lead.learned_from) = (from, None);
            if fact.by_a_mail {
                return None;
            }
        }
        lead.ticket = self.resolve(lead.ticket)?;
        lead.learned_from = lead.learned_from.map(|from| self.resolve(from).unwrap_or(from));
        Some(lead)
    }
}

impl World for Played<'_> {
    fn copy(&mut self, mail: &Clues, since: Ts) -> Result<Option<Copy>> {
        let key = (mail.message_id.clone(), mail.content_hash.clone());
        Ok(self.copies.get(&key).filter(|(at, _)| *at > since).map(|(_, copy)| *copy))
    }

    fn leads(&mut self, ids: &[&String]) -> Result<Vec<Lead>> {
        let mut found: Vec<Lead> = Vec::new();
        for id in ids {
            let played = self.ids.get(*id).into_iter().flatten().cloned();
            let facts = self.start.facts.get(*id).into_iter().flatten();
            found.extend(played.chain(facts.filter_map(|fact| self.lead_of(fact))));
        }
        let age = |lead: &Lead| self.look_at(lead.ticket).map_or(0, |one| one.age);
        found.sort_by_key(|lead| std::cmp::Reverse((age(lead), lead.ticket)));
        Ok(found)
    }

    fn exists(&mut self, ticket: TicketId) -> Result<bool> {
        Ok(self.resolve(ticket).is_some())
    }

    fn survivor(&mut self, ticket: TicketId) -> Result<Ticket> {
        let mut at = self.resolve(ticket).ok_or(Error::NotFound)?;
        for _ in 0..LONGEST_CHAIN {
            let one = self.look_at(at).ok_or(Error::NotFound)?;
            match one.ticket.merged_into {
                Some(next) => at = self.resolve(next).ok_or(Error::NotFound)?,
                None => return Ok(one.ticket.clone()),
            }
        }
        Err(anyhow::anyhow!("the merges of ticket {ticket} form a circle").into())
    }

    fn numbered(&mut self, number: &str) -> Result<Option<TicketId>> {
        Ok(self.start.numbers.get(number).and_then(|id| self.resolve(*id)))
    }

    fn takes_part(&mut self, ticket: &Ticket, address: &str) -> Result<bool> {
        let accepted = self.look_at(ticket.id).and_then(|one| one.people.get(address)) == Some(&true);
        if accepted || ticket.customer_address == address {
            return Ok(true);
        }
        let (Some(customer), Some(writer)) = (ticket.customer_id, self.start.people.get(address)) else {
            return Ok(false);
        };
        let of = |customer| self.start.organisations.get(customer);
        Ok(*writer == customer || of(writer).is_some_and(|theirs| of(&customer) == Some(theirs)))
    }

    fn is_internal(&mut self, article: ArticleId) -> Result<bool> {
        Ok(self.internal.contains(&article) || self.start.internal.contains(&article))
    }

    fn was_written_internally(&mut self, ticket: TicketId, address: &str) -> Result<bool> {
        Ok(self.look_at(ticket).is_some_and(|one| one.told.contains(address)))
    }

    fn agent(&mut self, address: &str) -> Result<Option<AgentId>> {
        Ok(self.start.agents.get(&address.to_lowercase()).copied())
    }

    fn is_spammer(&mut self, address: &str) -> Result<bool> {
        Ok(self.start.spammers.contains(&address.to_lowercase()))
    }

    fn queue(&mut self, queue: QueueId) -> Result<Queue> {
        self.start.queues.get(&queue).cloned().ok_or(Error::NotFound)
    }

    fn default_queue(&mut self) -> Result<QueueId> {
        self.start.default_queue.ok_or(Error::NotFound)
    }

    fn closed_at(&mut self, ticket: &Ticket) -> Result<Ts> {
        if let Some(at) = self.closed.get(&ticket.id) {
            return Ok(*at);
        }
        Ok(self.start.closed_at(self.conn, ticket.id)?.unwrap_or(ticket.updated_at))
    }

    fn continued_by(&mut self, closed: TicketId) -> Result<Option<TicketId>> {
        let played = self.next.get(&closed).into_iter().flatten().rev();
        let older = self.start.next.get(&closed).into_iter().flatten().rev();
        Ok(played.chain(older).find_map(|next| self.resolve(*next)))
    }

    fn brake(&mut self, shape: &str) -> Result<Option<Brake>> {
        Ok(self.brakes.get(shape).copied())
    }

    fn put_brake(&mut self, shape: &str, brake: Brake, since: Option<Ts>) -> Result<()> {
        if let Some(since) = since {
            self.brakes.retain(|_, brake| brake.since > since);
        }
        self.brakes.insert(shape.to_owned(), brake);
        Ok(())
    }

    fn answers_per_day(&self) -> usize {
        self.start.answers_per_day
    }

    fn answers(&mut self, address: &str, since: Ts) -> Result<Vec<Had>> {
        let had = self.had.get(address).into_iter().flatten().rev();
        let had = had.take_while(|(_, at)| *at > since).take(self.start.answers_per_day);
        Ok(had
            .filter_map(|(ticket, at)| {
                let ticket = &self.look_at(self.resolve(*ticket)?)?.ticket;
                Some(Had { number: ticket.number.clone(), title: ticket.title.clone(), at: *at })
            })
            .collect())
    }

    fn was_answered(&mut self, address: &str, ticket: TicketId) -> Result<bool> {
        Ok(self.had.get(address).is_some_and(|had| had.iter().any(|(about, _)| *about == ticket)))
    }

    fn all_answers(&mut self, since: Ts) -> Result<i64> {
        let new = self.sent.iter().rev().take_while(|at| **at > since).count();
        Ok(i64::try_from(new).unwrap_or(i64::MAX))
    }

    fn is_answer(&mut self, ids: &[String]) -> Result<bool> {
        world::is_answer(self.conn, ids)
    }

    fn knows_customer(&mut self, ticket: &Ticket) -> Result<bool> {
        if let Some(known) = self.known_customers.get(&ticket.customer_id) {
            return Ok(*known);
        }
        let known = world::knows_customer(self.conn, ticket)?;
        self.known_customers.insert(ticket.customer_id, known);
        Ok(known)
    }

    fn answers_enabled(&mut self, queue: &Queue, kind: AnswerKind) -> Result<bool> {
        if let Some(enabled) = self.switches.get(&(queue.id, kind)) {
            return Ok(*enabled);
        }
        let enabled = answers::enabled(self.conn, queue, kind)?;
        self.switches.insert((queue.id, kind), enabled);
        Ok(enabled)
    }
}
