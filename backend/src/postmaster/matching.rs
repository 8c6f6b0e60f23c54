//! To which ticket a mail belongs, and in which queue a new one begins.

use diesel::prelude::*;
use jiff::SignedDuration;

use super::{prepare::Prepared, record::Steps};
use crate::{
    access::{self, Reply, TicketAccess, survivor},
    db::{
        ArticleId, Channel, Conn, EventKind, FollowUpPolicy, LinkKind, QueueId, State, TicketId, Ts, Tx,
        schema::{articles, events, message_ids, ticket_links, tickets},
    },
    error::Result,
    outbox::thread as outlook,
    people, queues,
    tickets::{Moment, Ticket, store},
};

/// So many numbers of a subject are looked up.
const NUMBERS: usize = 10;
/// So many ids of a mail are looked up: the ones nearest to it.
const IDS: usize = 100;

/// How the author of a mail stands to the ticket that it joins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    /// He was in the conversation before.
    pub takes_part: bool,
    /// He answers what an agent forwarded internally: the customer sees neither.
    pub internal: bool,
}

/// Where a mail goes.
pub(super) enum Place {
    /// Into a ticket.
    Ticket { access: Box<TicketAccess<Reply>>, part: Part },
    /// Into a new ticket, perhaps linked to another one, perhaps in that one's queue.
    New { link: Option<(Box<Ticket>, LinkKind)>, queue: Option<QueueId> },
    /// Nowhere: the ticket is closed for good.
    Rejected(Box<Ticket>),
}

/// What led from a mail to a ticket.
struct Lead {
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
pub(super) fn find(tx: &mut Tx<'_>, mail: &Prepared, at: &Moment, steps: &mut Steps) -> Result<Place> {
    if let Some(lead) = lead(tx, mail)? {
        let ticket = survivor(tx, lead.ticket)?;
        let why = &lead.why;
        if ticket.state == State::Removed {
            steps.add("match", "new ticket", format!("{why}, but ticket {} is deleted", ticket.number));
            return Ok(Place::New { link: None, queue: None });
        }
        let mut part = part(tx, mail, &ticket, lead.article)?;
        part.takes_part |= lead.proven;
        // What an agent has decided holds in a strict queue as well.
        let strict = !lead.learned && queues::get(tx, ticket.queue_id)?.strict_matching;
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
        return by_policy(tx, ticket, part, mail, at, steps);
    }
    if let Some(ticket) = by_number(tx, mail)? {
        // A number everybody can guess, and a sender that his own domain disowns, are nothing at all.
        let part = if mail.is_forged() { Part::default() } else { part(tx, mail, &ticket, None)? };
        if part.takes_part || part.internal {
            steps.add(
                "match",
                format!("ticket {}", ticket.number),
                "number in the subject, and its author takes part",
            );
            return by_policy(tx, ticket, part, mail, at, steps);
        }
        let why = format!("the subject names ticket {}, but its author takes no part in it", ticket.number);
        steps.add("match", "new ticket", why);
        return Ok(Place::New { link: Some((Box::new(ticket), LinkKind::PossiblyBelongsTo)), queue: None });
    }
    steps.add("match", "new ticket", "no known id and no known number");
    Ok(Place::New { link: None, queue: None })
}

/// An id of a mail that is known.
#[derive(Queryable)]
struct Known {
    id: String,
    ticket: TicketId,
    article: Option<ArticleId>,
    learned_from: Option<TicketId>,
}

/// The ticket to which a mail leads: what an agent said about its thread, the signed address that it came to, an id that
/// we sent or received (the mail of ours that its address names, In-Reply-To, References from the last to the first),
/// then Outlook's Thread-Index.
fn lead(tx: &mut Tx<'_>, mail: &Prepared) -> Result<Option<Lead>> {
    let own_id = mail.facts.message_id.as_str();
    let tokens = mail.tokens();
    let named = tokens.iter().chain(&mail.mail.in_reply_to).chain(mail.mail.references.iter().rev());
    let ids: Vec<String> =
        named.map(|id| super::prepare::key(id)).filter(|id| id != own_id).take(IDS).collect();
    let conversation = mail.mail.thread_index.as_deref().and_then(outlook::key);
    let asked: Vec<&String> = ids.iter().chain(&conversation).collect();
    let mut known: Vec<Known> = if asked.is_empty() {
        Vec::new()
    } else {
        message_ids::table
            .filter(message_ids::message_id.eq_any(asked))
            .order(message_ids::ticket_id.desc())
            .select((
                message_ids::message_id,
                message_ids::ticket_id,
                message_ids::article_id,
                message_ids::learned_from,
            ))
            .load(&mut **tx)?
    };
    // Of one id in two tickets the place that an agent chose, then the newer one.
    known.sort_by_key(|row| row.learned_from.is_none());
    let of = |id: &String| known.iter().find(|row| row.id == *id);
    let signed = mail.signed_ticket(tx)?;
    let lead = |row: &Known, why: String| Lead {
        ticket: row.ticket,
        article: row.article,
        why,
        learned: row.learned_from.is_some(),
        proven: signed.is_some_and(|signed| signed == row.ticket || Some(signed) == row.learned_from),
    };
    if let Some(row) = ids.iter().filter_map(of).find(|row| row.learned_from.is_some()) {
        return Ok(Some(lead(row, format!("answers {}, which an agent took there", row.id))));
    }
    if let Some(ticket) = existing(tx, signed)? {
        // Which of our mails it answers, its ids may say all the same.
        let article = ids.iter().filter_map(of).find(|row| row.ticket == ticket).and_then(|row| row.article);
        let why = "came to the address that was signed for this ticket".to_owned();
        return Ok(Some(Lead { ticket, article, why, learned: false, proven: true }));
    }
    if let Some(row) = ids.iter().find_map(of) {
        return Ok(Some(lead(row, format!("answers {}", row.id))));
    }
    Ok(conversation.as_ref().and_then(of).map(|row| {
        let why = if row.learned_from.is_some() {
            "its Thread-Index is of a conversation that an agent took there"
        } else {
            "its Thread-Index is of this conversation"
        };
        lead(row, why.to_owned())
    }))
}

// A signature outlives its ticket where a database was put back to an earlier day.
fn existing(conn: &mut Conn, ticket: Option<TicketId>) -> Result<Option<TicketId>> {
    let Some(ticket) = ticket else { return Ok(None) };
    Ok(tickets::table.find(ticket).select(tickets::id).first(conn).optional()?)
}

fn by_number(tx: &mut Tx<'_>, mail: &Prepared) -> Result<Option<Ticket>> {
    for number in numbers(&mail.mail.subject) {
        let found: Option<TicketId> = tickets::table
            .filter(tickets::number.eq(&number))
            .select(tickets::id)
            .first(&mut **tx)
            .optional()?;
        if let Some(id) = found {
            let ticket = survivor(tx, id)?;
            return Ok(Some(ticket).filter(|ticket| ticket.state != State::Removed));
        }
    }
    Ok(None)
}

/// Numbers in a subject that look like a ticket's: behind `#` or the word ticket, or alone in brackets.
fn numbers(subject: &str) -> Vec<String> {
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
        if hooked && (1..=20).contains(&digits.len()) && !found.iter().any(|known| known == digits) {
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
fn part(conn: &mut Conn, mail: &Prepared, ticket: &Ticket, answered: Option<ArticleId>) -> Result<Part> {
    let address = &mail.author.address;
    let takes_part = !address.is_empty() && store::takes_part(conn, ticket, address)?;
    let internal = match answered {
        Some(article) if is_internal(conn, article)? => true,
        // Whatever he names: he knows of the ticket only what an agent told him without the customer.
        _ => !takes_part && !address.is_empty() && store::was_written_internally(conn, ticket.id, address)?,
    };
    let agent = !takes_part
        && !address.is_empty()
        && mail.is_vouched_for()
        && people::agents::by_email(conn, address)?.is_some();
    Ok(Part { takes_part: takes_part || agent, internal })
}

/// Whether an article is a mail that the customer does not see: forwarded to a third party, or that one's answer.
fn is_internal(conn: &mut Conn, article: ArticleId) -> Result<bool> {
    let internal: Option<ArticleId> = articles::table
        .find(article)
        .filter(articles::visible.eq(false).and(articles::channel.eq(Channel::Mail)))
        .select(articles::id)
        .first(conn)
        .optional()?;
    Ok(internal.is_some())
}

/// What the queue does with a follow-up to a closed ticket.
fn by_policy(
    tx: &mut Tx<'_>,
    ticket: Ticket,
    part: Part,
    mail: &Prepared,
    at: &Moment,
    steps: &mut Steps,
) -> Result<Place> {
    // A machine's mail changes no state, and an internal answer is none of the customer's: they join whatever there is.
    if ticket.state != State::Closed || mail.class.automatic || part.internal {
        return into(tx, ticket.id, part);
    }
    let queue = queues::get(tx, ticket.queue_id)?;
    let too_long = match queue.closed_days {
        Some(days) => closed_for(tx, &ticket, at)? > SignedDuration::from_hours(24 * i64::from(days)),
        None => false,
    };
    let why = match queue.follow_up_policy {
        FollowUpPolicy::Reopen if !too_long => return into(tx, ticket.id, part),
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
    if let Some(next) = continued_by(tx, ticket.id)? {
        let text = format!("ticket {} is closed and goes on there", ticket.number);
        steps.add("policy", format!("ticket {}", next.number), text);
        return into(tx, next.id, part);
    }
    steps.add("policy", "new ticket", why);
    let queue = Some(ticket.queue_id);
    Ok(Place::New { link: Some((Box::new(ticket), LinkKind::Continues)), queue })
}

/// For how long a ticket has been closed.
fn closed_for(conn: &mut Conn, ticket: &Ticket, at: &Moment) -> Result<SignedDuration> {
    let since: Option<Ts> = events::table
        .filter(events::ticket_id.eq(ticket.id).and(events::kind.eq(EventKind::StateChanged)))
        .filter(events::new_value.eq(State::Closed.as_str()))
        .order(events::id.desc())
        .select(events::at)
        .first(conn)
        .optional()?;
    // Without such an event it was opened closed.
    Ok(at.now.duration_since(since.unwrap_or(ticket.updated_at).0))
}

fn into(tx: &mut Tx<'_>, id: TicketId, part: Part) -> Result<Place> {
    let access = Box::new(access::for_mail(tx, id)?);
    Ok(Place::Ticket { access, part })
}

/// The ticket that went on where a closed one ended, while that one is not closed itself.
fn continued_by(tx: &mut Tx<'_>, closed: TicketId) -> Result<Option<Ticket>> {
    let next: Option<TicketId> = ticket_links::table
        .filter(ticket_links::other_id.eq(closed).and(ticket_links::kind.eq(LinkKind::Continues)))
        .order(ticket_links::ticket_id.desc())
        .select(ticket_links::ticket_id)
        .first(&mut **tx)
        .optional()?;
    let Some(next) = next else { return Ok(None) };
    let ticket = survivor(tx, next)?;
    Ok(Some(ticket).filter(|ticket| ticket.state.is_active()))
}

/// The queue of a new ticket: what its source insists on, the first of the envelope's and the headers' recipients that
/// is one of our addresses, or the default queue.
pub(super) fn queue(tx: &mut Tx<'_>, mail: &Prepared, steps: &mut Steps) -> Result<QueueId> {
    let mut wanted: Vec<(&str, QueueId)> = Vec::new();
    if let Some(queue) = mail.row.queue_id {
        wanted.push(("its source says so", queue));
    }
    let envelope = mail.envelope_to.iter().map(|address| ("the envelope's recipient", address.as_str()));
    let hints = mail.mail.recipients_hint.iter().map(|address| ("a trace header", address.as_str()));
    let to = mail.mail.to.iter().map(|person| ("the To header", person.address.as_str()));
    let cc = mail.mail.cc.iter().map(|person| ("the Cc header", person.address.as_str()));
    for (why, address) in envelope.chain(hints).chain(to).chain(cc) {
        if let Some(queue) = mail.own.queue(address) {
            wanted.push((why, queue));
        }
    }
    for (why, id) in wanted {
        let queue = queues::get(tx, id)?;
        if queue.retired_at.is_none() {
            steps.add("queue", queue.name, why);
            return Ok(id);
        }
    }
    let id = queues::default_queue(tx)?;
    steps.add("queue", queues::get(tx, id)?.name, "the default: no recipient is one of our addresses");
    Ok(id)
}
