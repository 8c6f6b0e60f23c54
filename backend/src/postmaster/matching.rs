//! To which ticket a mail belongs, and in which queue a new one begins. Everything here only asks: see [`World`].

use jiff::SignedDuration;

use super::{
    clues::{Clues, DIGITS},
    record::Steps,
    world::{self, World},
};
use crate::{
    db::{AgentId, ArticleId, FollowUpPolicy, LinkKind, QueueId, Sender, State, TicketId, Ts},
    error::Result,
    tickets::{Moment, Ticket},
};

/// So many numbers of a subject are looked up.
const NUMBERS: usize = 10;

/// How the author of a mail stands to the ticket that it joins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    /// He was in the conversation before.
    pub takes_part: bool,
    /// He answers what an agent forwarded internally: the customer sees neither.
    pub internal: bool,
}

/// Where a mail goes.
#[derive(Debug)]
pub(super) enum Place {
    /// Into a ticket.
    Ticket { ticket: Box<Ticket>, part: Part },
    /// Into a new ticket, perhaps linked to another one, perhaps in that one's queue.
    New { link: Option<(Box<Ticket>, LinkKind)>, queue: Option<QueueId> },
    /// Nowhere: the ticket is closed for good.
    Rejected(Box<Ticket>),
}

/// What led from a mail to a ticket.
struct Way {
    ticket: TicketId,
    /// The article whose id the mail names.
    article: Option<ArticleId>,
    why: String,
    /// An agent said that this thread belongs there.
    learned: bool,
    /// The mail came to an address that we signed for this ticket.
    proven: bool,
}

/// Finds the place of a mail; each decision leaves its reason.
pub(super) fn find(world: &mut impl World, mail: &Clues, at: &Moment, steps: &mut Steps) -> Result<Place> {
    if let Some(way) = way(world, mail)? {
        let ticket = world.survivor(way.ticket)?;
        let why = &way.why;
        if ticket.state == State::Removed {
            steps.add("match", "new ticket", format!("{why}, but ticket {} is deleted", ticket.number));
            return Ok(Place::New { link: None, queue: None });
        }
        let mut part = part(world, mail, &ticket, way.article)?;
        part.takes_part |= way.proven;
        // What an agent has decided holds in a strict queue as well.
        let strict = !way.learned && world.queue(ticket.queue_id)?.strict_matching;
        if !part.takes_part && !part.internal && strict {
            let text = format!("{why}, but its author takes no part and the queue is strict");
            steps.add("match", "new ticket", text);
            let queue = Some(ticket.queue_id);
            return Ok(Place::New { link: Some((Box::new(ticket), LinkKind::PossiblyBelongsTo)), queue });
        }
        let who = match part {
            Part { internal: true, .. } => "an answer to what was forwarded internally",
            Part { takes_part: true, .. } => "its author takes part",
            _ => "its author is new in this conversation",
        };
        steps.add("match", format!("ticket {}", ticket.number), format!("{why}; {who}"));
        return by_policy(world, ticket, part, mail, at, steps);
    }
    if let Some(ticket) = by_number(world, mail)? {
        // A number everybody can guess, and a sender that his own domain disowns, are nothing at all.
        let part = if mail.is_forged() { Part::default() } else { part(world, mail, &ticket, None)? };
        if part.takes_part || part.internal {
            steps.add(
                "match",
                format!("ticket {}", ticket.number),
                "number in the subject, and its author takes part",
            );
            return by_policy(world, ticket, part, mail, at, steps);
        }
        let why = format!("the subject names ticket {}, but its author takes no part in it", ticket.number);
        steps.add("match", "new ticket", why);
        return Ok(Place::New { link: Some((Box::new(ticket), LinkKind::PossiblyBelongsTo)), queue: None });
    }
    steps.add("match", "new ticket", "no known id and no known number");
    Ok(Place::New { link: None, queue: None })
}

/// The ticket to which a mail leads: what an agent said about its thread, the signed address that it came to, an id that
/// we sent or received, then Outlook's Thread-Index.
fn way(world: &mut impl World, mail: &Clues) -> Result<Option<Way>> {
    let asked: Vec<&String> = mail.ids.iter().chain(&mail.conversation).collect();
    let mut known = if asked.is_empty() { Vec::new() } else { world.leads(&asked)? };
    // Of one id in two tickets the place that an agent chose, then the newer one.
    known.sort_by_key(|row| row.learned_from.is_none());
    let of = |id: &String| known.iter().find(|row| row.id == *id);
    let way = |row: &world::Lead, why: String| Way {
        ticket: row.ticket,
        article: row.article,
        why,
        learned: row.learned_from.is_some(),
        proven: mail.signed.is_some_and(|signed| signed == row.ticket || Some(signed) == row.learned_from),
    };
    if let Some(row) = mail.ids.iter().filter_map(of).find(|row| row.learned_from.is_some()) {
        return Ok(Some(way(row, format!("answers {}, which an agent took there", row.id))));
    }
    // A signature outlives its ticket where a database was put back to an earlier day.
    if let Some(ticket) = mail.signed
        && world.exists(ticket)?
    {
        // Which of our mails it answers, its ids may say all the same.
        let article =
            mail.ids.iter().filter_map(of).find(|row| row.ticket == ticket).and_then(|row| row.article);
        let why = "came to the address that was signed for this ticket".to_owned();
        return Ok(Some(Way { ticket, article, why, learned: false, proven: true }));
    }
    if let Some(row) = mail.ids.iter().find_map(of) {
        return Ok(Some(way(row, format!("answers {}", row.id))));
    }
    Ok(mail.conversation.as_ref().and_then(of).map(|row| {
        let why = if row.learned_from.is_some() {
            "its Thread-Index is of a conversation that an agent took there"
        } else {
            "its Thread-Index is of this conversation"
        };
        way(row, why.to_owned())
    }))
}

fn by_number(world: &mut impl World, mail: &Clues) -> Result<Option<Ticket>> {
    for number in &mail.numbers {
        if let Some(id) = world.numbered(number)? {
            let ticket = world.survivor(id)?;
            return Ok(Some(ticket).filter(|ticket| ticket.state != State::Removed));
        }
    }
    Ok(None)
}

/// Numbers in a subject that look like a ticket's: behind `#` or the word ticket, or alone in brackets.
pub(super) fn numbers(subject: &str) -> Vec<String> {
    let lower = subject.to_lowercase();
    let mut found: Vec<String> = Vec::new();
    let mut before = String::new();
    let mut rest = lower.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (head, tail) = rest.split_at(start);
        let end = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        let (digits, after) = tail.split_at(end);
        before.push_str(head);
        let hooked = is_hook(&before) || (before.trim_end().ends_with('[') && after.starts_with(']'));
        if hooked && (1..=DIGITS).contains(&digits.len()) && !found.iter().any(|known| known == digits) {
            found.push(digits.to_owned());
            // Each is looked up while no other mail can be.
            if found.len() >= NUMBERS {
                break;
            }
        }
        before.push_str(digits);
        rest = after;
    }
    found
}

/// Whether a number that follows this (lower-case) text is meant as a ticket's: `#`, `ticket`, `ticket no.`, `ticket-id:`.
fn is_hook(before: &str) -> bool {
    let bare = |text: &str| text.trim_end_matches([' ', ':', '.', '-', '_', '=']).len();
    if before.trim_end().ends_with('#') {
        return true;
    }
    let lead = before.get(..bare(before)).unwrap_or_default();
    let named = ["number", "nummer", "no", "nr", "id", "n°", "№", "numéro"]
        .iter()
        .find_map(|word| lead.strip_suffix(word))
        .and_then(|lead| lead.get(..bare(lead)));
    lead.ends_with("ticket") || named.is_some_and(|lead| lead.ends_with("ticket"))
}

/// How the author stands to the ticket, and whether he answers an internal article.
fn part(world: &mut impl World, mail: &Clues, ticket: &Ticket, answered: Option<ArticleId>) -> Result<Part> {
    let address = &mail.author;
    let takes_part = !address.is_empty() && world.takes_part(ticket, address)?;
    let internal = match answered {
        Some(article) if world.is_internal(article)? => true,
        // Whatever he names: he knows of the ticket only what an agent told him without the customer.
        _ => !takes_part && !address.is_empty() && world.was_written_internally(ticket.id, address)?,
    };
    let agent =
        !takes_part && !address.is_empty() && mail.is_vouched_for() && world.agent(address)?.is_some();
    Ok(Part { takes_part: takes_part || agent, internal })
}

/// What the queue does with a follow-up to a closed ticket.
fn by_policy(
    world: &mut impl World,
    ticket: Ticket,
    part: Part,
    mail: &Clues,
    at: &Moment,
    steps: &mut Steps,
) -> Result<Place> {
    // A machine's mail changes no state, and an internal answer is none of the customer's: they join whatever there is.
    if ticket.state != State::Closed || mail.automatic || part.internal {
        return Ok(into(ticket, part));
    }
    let queue = world.queue(ticket.queue_id)?;
    let too_long = match queue.closed_days {
        Some(days) => closed_for(world, &ticket, at)? > SignedDuration::from_hours(24 * i64::from(days)),
        None => false,
    };
    let why = match queue.follow_up_policy {
        FollowUpPolicy::Reopen if !too_long => return Ok(into(ticket, part)),
        FollowUpPolicy::Reject => {
            let text = format!("ticket {} is closed, and its queue takes no follow-ups then", ticket.number);
            steps.add("policy", "rejected", text);
            return Ok(Place::Rejected(Box::new(ticket)));
        }
        FollowUpPolicy::Reopen => {
            let days = queue.closed_days.unwrap_or_default();
            format!("ticket {} has been closed for more than {days} days", ticket.number)
        }
        FollowUpPolicy::NewTicket => {
            format!("ticket {} is closed, and its queue begins a new one then", ticket.number)
        }
    };
    if let Some(next) = continued_by(world, ticket.id)? {
        let text = format!("ticket {} is closed and goes on there", ticket.number);
        steps.add("policy", format!("ticket {}", next.number), text);
        return Ok(into(next, part));
    }
    steps.add("policy", "new ticket", why);
    let queue = Some(ticket.queue_id);
    Ok(Place::New { link: Some((Box::new(ticket), LinkKind::Continues)), queue })
}

/// For how long a ticket has been closed.
fn closed_for(world: &mut impl World, ticket: &Ticket, at: &Moment) -> Result<SignedDuration> {
    let Ts(since) = world.closed_at(ticket)?;
    Ok(at.now.duration_since(since))
}

fn into(ticket: Ticket, part: Part) -> Place {
    Place::Ticket { ticket: Box::new(ticket), part }
}

/// The ticket that went on where a closed one ended, while that one is not closed itself.
fn continued_by(world: &mut impl World, closed: TicketId) -> Result<Option<Ticket>> {
    let Some(next) = world.continued_by(closed)? else { return Ok(None) };
    let ticket = world.survivor(next)?;
    Ok(Some(ticket).filter(|ticket| ticket.state.is_active()))
}

/// The queue of a new ticket: what its source insists on, the first of the envelope's and the headers' recipients that
/// is one of our addresses, or the default queue.
pub(super) fn queue(world: &mut impl World, mail: &Clues, steps: &mut Steps) -> Result<QueueId> {
    for (why, id) in &mail.queues {
        let queue = world.queue(*id)?;
        if queue.retired_at.is_none() {
            steps.add("queue", queue.name, *why);
            return Ok(*id);
        }
    }
    let id = world.default_queue()?;
    steps.add("queue", world.queue(id)?.name, "the default: no recipient is one of our addresses");
    Ok(id)
}

/// As whom the author of a mail writes into a ticket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice {
    pub sender: Sender,
    /// Whether the customer may see it.
    pub visible: bool,
    /// The agent whose mail it is.
    pub agent: Option<AgentId>,
    /// The agent whose address stands in From, where nothing vouches for that.
    pub claimed: Option<AgentId>,
}

/// Whose word a mail is in the ticket that it joins.
pub(super) fn voice(world: &mut impl World, mail: &Clues, ticket: &Ticket, part: Part) -> Result<Voice> {
    let named = world.agent(&mail.author)?;
    let from_outside = named.is_none() || world.takes_part(ticket, &mail.author)?;
    let agent = named.filter(|_| !from_outside && mail.is_vouched_for());
    let customer = &ticket.customer_address;
    let (sender, visible) = match agent {
        // An agent's mail is internal, unless the customer got it as well.
        Some(_) => (Sender::Agent, !customer.is_empty() && mail.named.contains(customer)),
        None => (Sender::Customer, true),
    };
    let claimed = named.filter(|_| !mail.is_vouched_for());
    Ok(Voice { sender, visible: visible && !part.internal, agent, claimed })
}
