//! Mails played through in their order, in a world of their own. What becomes of each is decided by [`decide`], as in the
//! real intake; here that is only noted.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    super::{
        brake, caps,
        decide::{self, Joining, Opening, Verdict},
        record::Steps,
    },
    look::Looked,
    played::Played,
    start::{Standing, Start, opened_by},
};
use crate::{
    db::{
        AgentId, AnswerKind, ArticleId, Conn, Disposition, Priority, QueueId, RuleOutcome, Sender, State,
        Status, TicketId, Ts,
    },
    error::Result,
    filters::{Aside, Decision},
    tickets::{Moment, Person, Ticket, follow_up, open},
};

/// So many tags has a ticket at most.
const TAGS: usize = 50;

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
    pub state: Option<Status>,
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

/// Plays all mails through under one of the two lists of rules.
pub(super) fn replay(
    conn: &mut Conn,
    start: &Start,
    mails: &[Looked],
    rules: usize,
) -> Result<Vec<Predicted>> {
    let world = Played::new(conn, start);
    let mut replay = Replay { world, rules, waiting: HashSet::new(), conversations: HashMap::new() };
    mails.iter().map(|mail| replay.play(mail)).collect()
}

struct Replay<'a> {
    world: Played<'a>,
    rules: usize,
    /// Mails that wait in quarantine: of them there is no copy yet.
    waiting: HashSet<(String, String)>,
    conversations: HashMap<TicketId, usize>,
}

impl Replay<'_> {
    fn play(&mut self, mail: &Looked) -> Result<Predicted> {
        let (row, clues) = (&mail.row, &mail.clues);
        self.world.go_on(row.received_at);
        let at = Moment { now: self.world.now.0, zone: jiff::tz::TimeZone::UTC };
        let key = (clues.message_id.clone(), clues.content_hash.clone());
        // The first copy may be older than what is looked at.
        let before = row.disposition == Some(Disposition::Duplicate) && !self.waiting.contains(&key);
        if before || decide::first_copy(&mut self.world, clues, &at)?.is_some() {
            return Ok(Predicted::bare(Some(Disposition::Duplicate)));
        }
        if let Some(same) = self.untouched(mail) {
            return Ok(same);
        }
        let rules = self.rules;
        let mut steps = Steps::unkept();
        let (verdict, rules) = decide::decide(&mut self.world, clues, &at, &mut steps, |_, arrival, _| {
            Ok(mail.decision(rules, arrival).clone())
        })?;
        let quarantined = matches!(rules.aside, Some((Aside::Quarantine, _)));
        let fired = rules.fired.clone();
        let predicted = self.carry_out(mail, verdict, &rules, &at)?;
        if quarantined {
            self.waiting.insert(key);
        } else {
            self.world.seen(clues, row.received_at, (None, None));
        }
        Ok(Predicted { fired, ..predicted })
    }

    /// What no rule is asked about: a mail of ours that came back, one that could not be processed, and a report about a
    /// mail of ours.
    fn untouched(&mut self, mail: &Looked) -> Option<Predicted> {
        let row = &mail.row;
        let by_rule = matches!(row.rule_outcome, RuleOutcome::Ignored | RuleOutcome::Quarantined);
        let untouched = match row.disposition {
            Some(Disposition::Ignored) => !by_rule && row.ticket_id.is_none(),
            Some(Disposition::Quarantined) => !by_rule,
            None => true,
            _ => false,
        };
        if !untouched && !mail.about_ours {
            return None;
        }
        if row.disposition == Some(Disposition::Quarantined) {
            self.waiting.insert((mail.clues.message_id.clone(), mail.clues.content_hash.clone()));
        } else {
            self.world.seen(&mail.clues, row.received_at, (None, None));
        }
        let joined = row.ticket_id.filter(|_| row.disposition == Some(Disposition::FollowUp));
        match joined.and_then(|ticket| self.world.resolve(ticket)) {
            Some(ticket) => {
                self.world.leads_to(&mail.clues.message_id, ticket, article(mail));
                Some(self.standing(ticket, Disposition::FollowUp))
            }
            None => Some(Predicted::bare(row.disposition)),
        }
    }

    fn carry_out(
        &mut self,
        mail: &Looked,
        verdict: Verdict,
        rules: &Decision,
        at: &Moment,
    ) -> Result<Predicted> {
        let ignored = || Predicted::bare(Some(Disposition::Ignored));
        Ok(match verdict {
            Verdict::Aside { aside: Aside::Ignore, .. } => ignored(),
            Verdict::Aside { aside: Aside::Quarantine, .. } => {
                Predicted::bare(Some(Disposition::Quarantined))
            }
            Verdict::Joins(joining) => {
                let id = joining.ticket.id;
                self.join(mail, joining, rules, at)?;
                self.rule(id, rules, false);
                self.standing(id, Disposition::FollowUp)
            }
            Verdict::Braked { ticket, .. } => {
                self.world.leads_to(&mail.clues.message_id, ticket.id, article(mail));
                self.world.internal.insert(article(mail));
                self.rule(ticket.id, rules, true);
                self.standing(ticket.id, Disposition::FollowUp)
            }
            Verdict::Flood { ticket, .. } => {
                self.rule(ticket.id, rules, true);
                ignored()
            }
            Verdict::Opens(opening) => {
                let id = self.open(mail, &opening, rules, at)?;
                self.rule(id, rules, true);
                self.standing(id, Disposition::New)
            }
            Verdict::Rejected { ticket, echo } => {
                if rules.quiet.is_none() {
                    self.answer(AnswerKind::Rejected, &ticket, mail, &mail.clues.author, echo, at)?;
                }
                ignored()
            }
        })
    }

    fn open(&mut self, mail: &Looked, opening: &Opening, rules: &Decision, at: &Moment) -> Result<TicketId> {
        let clues = &mail.clues;
        let customer = rules.customer.as_ref().map_or(&clues.author, |person| &person.address).clone();
        let age = self.conversations.len() + 1;
        // A ticket that this mail opened in reality keeps its key; others have none there.
        let id = opened_by(&mail.row).unwrap_or(TicketId(-i64::try_from(age).unwrap_or(i64::MAX)));
        let ticket = Ticket {
            number: self.world.start.opened.get(&id).cloned().unwrap_or_default(),
            queue_id: opening.queue,
            title: open::title_of(&mail.row.subject),
            customer_id: self.world.start.people.get(&customer).copied(),
            customer_address: customer.clone(),
            priority: self.world.start.usual.unwrap_or(Priority::NORMAL),
            ..blank(id, at.ts())
        };
        self.conversations.insert(id, age);
        self.world.tickets.insert(id, Standing::of(ticket.clone(), age));
        if let Some(real) = mail.row.ticket_id {
            self.world.stands_for(real, id);
        }
        self.found_by(id, mail);
        self.take_in(id, &clues.people, true);
        if let Some(old) = opening.goes_on_from() {
            self.world.next.entry(old.id).or_default().push(id);
        }
        if rules.quiet.is_none() {
            self.answer(opening.answer(), &ticket, mail, &customer, opening.echo.clone(), at)?;
        }
        brake::opened(&mut self.world, &opening.shape, id, at)?;
        Ok(id)
    }

    fn join(&mut self, mail: &Looked, joining: Joining, rules: &Decision, at: &Moment) -> Result<()> {
        let Joining { ticket, part, voice } = joining;
        let clues = &mail.clues;
        self.found_by(ticket.id, mail);
        if let Some(real) = opened_by(&mail.row) {
            self.world.stands_for(real, ticket.id);
        }
        if !voice.visible {
            self.world.internal.insert(article(mail));
        }
        if voice.sender == Sender::Customer && !part.internal {
            self.take_in(ticket.id, &clues.people, part.takes_part);
        }
        let automatic = clues.is_by_machine();
        if !follow_up::reopens(ticket.state, voice.sender, automatic) {
            return Ok(());
        }
        if let Some(one) = self.world.standing(ticket.id) {
            one.set_state(State::Open);
        }
        let quiet = clues.no_answer.is_some() || rules.quiet.is_some() || part.internal || !part.takes_part;
        if ticket.state == State::Closed && !quiet {
            let echo = caps::echo(&mut self.world, clues, at)?;
            self.answer(AnswerKind::Reopened, &ticket, mail, &clues.author, echo, at)?;
        }
        Ok(())
    }

    fn answer(
        &mut self,
        kind: AnswerKind,
        ticket: &Ticket,
        mail: &Looked,
        to: &str,
        echo: Option<caps::Echo>,
        at: &Moment,
    ) -> Result<()> {
        let why = caps::refused(&mut self.world, kind, ticket, &mail.clues, to, echo.as_ref(), at)?;
        if why.is_none() {
            self.world.answered(caps::counted(to), ticket.id, at.ts());
        }
        Ok(())
    }

    fn found_by(&mut self, ticket: TicketId, mail: &Looked) {
        let clues = &mail.clues;
        self.world.leads_to(&clues.message_id, ticket, article(mail));
        if let Some(conversation) = &clues.conversation {
            self.world.leads_to(conversation, ticket, article(mail));
        }
    }

    fn take_in(&mut self, ticket: TicketId, people: &[Person], takes_part: bool) {
        let Some(one) = self.world.standing(ticket) else { return };
        for person in people.iter().filter(|person| person.address != one.ticket.customer_address) {
            *one.people.entry(person.address.clone()).or_default() |= takes_part;
        }
    }

    /// What the rules do to the ticket.
    fn rule(&mut self, id: TicketId, rules: &Decision, new: bool) {
        let (start, now) = (self.world.start, self.world.now);
        let Some(one) = self.world.standing(id) else { return };
        if let Some((queue, _)) = rules.queue.as_ref().filter(|_| !new) {
            one.ticket.queue_id = *queue;
        }
        one.ticket.priority = rules.priority.unwrap_or(one.ticket.priority);
        let able = start.able.get(&one.ticket.queue_id);
        if let Some(owner) = rules.owner.filter(|owner| able.is_some_and(|able| able.contains(owner))) {
            one.ticket.owner_id = Some(owner);
        }
        for tag in &rules.tags {
            if one.tags.len() < TAGS {
                one.tags.insert(tag.clone());
            }
        }
        if let Some((state, _)) = rules.state {
            let closes = state.kind == State::Closed && one.ticket.state != State::Closed;
            one.set_state(state);
            if closes {
                self.world.closed.insert(id, now);
            }
        }
    }

    fn standing(&mut self, id: TicketId, disposition: Disposition) -> Predicted {
        let next = self.conversations.len() + 1;
        let conversation = *self.conversations.entry(id).or_insert(next);
        let Some(one) = self.world.standing(id) else { return Predicted::bare(Some(disposition)) };
        let tags: &BTreeSet<String> = &one.tags;
        Predicted {
            disposition: Some(disposition),
            conversation: Some(conversation),
            queue: Some(one.ticket.queue_id),
            priority: Some(one.ticket.priority),
            state: Some(one.ticket.status()),
            owner: one.ticket.owner_id,
            tags: tags.iter().cloned().collect(),
            fired: Vec::new(),
        }
    }
}

/// The article that a mail becomes: its own of reality, or one that there is not.
fn article(mail: &Looked) -> ArticleId {
    mail.row.article_id.unwrap_or(ArticleId(-mail.row.id.0))
}

/// A new ticket that nothing is known about.
fn blank(id: TicketId, now: Ts) -> Ticket {
    Ticket {
        id,
        number: String::new(),
        title: String::new(),
        queue_id: QueueId(0),
        state: State::New,
        active: true,
        priority: Priority::NORMAL,
        owner_id: None,
        locked_at: None,
        pending_until: None,
        customer_id: None,
        customer_name: String::new(),
        customer_address: String::new(),
        root_message_id: String::new(),
        merged_into: None,
        preview: String::new(),
        last_sender: String::new(),
        article_count: 0,
        has_attachments: false,
        last_article_id: 0,
        unanswered_since: None,
        created_at: now,
        updated_at: now,
        state_id: None,
    }
}
