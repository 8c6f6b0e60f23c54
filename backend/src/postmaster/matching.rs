//! To which ticket a mail belongs, and in which queue a new one begins.

use diesel::prelude::*;

use super::{prepare::Prepared, record::Steps};
use crate::{
    access::{self, Reply, TicketAccess},
    db::{
        Cause, Conn, FollowUpPolicy, LinkKind, QueueId, State, TicketId, Tx,
        schema::{message_ids, queues as queues_table, ticket_links, tickets},
    },
    error::Result,
    outbox::thread as outlook,
    people, queues,
    tickets::{Ticket, store},
};

/// A chain of merges longer than this is a circle.
const LONGEST_CHAIN: usize = 100;
/// So many numbers of a subject are looked up.
const NUMBERS: usize = 10;

/// Where a mail goes.
pub(super) enum Place {
    /// Into a ticket. `takes_part`: its author was in the conversation before.
    Ticket { access: Box<TicketAccess<Reply>>, takes_part: bool },
    /// Into a new ticket, perhaps linked to another one, perhaps in that one's queue.
    New { link: Option<(Box<Ticket>, LinkKind)>, queue: Option<QueueId> },
    /// Nowhere: the ticket is closed for good.
    Rejected(Box<Ticket>),
}

/// Finds the place of a mail; each decision leaves its reason.
pub(super) fn find(tx: &mut Tx<'_>, mail: &Prepared, steps: &mut Steps) -> Result<Place> {
    if let Some((id, by)) = by_reference(tx, mail)? {
        let ticket = survivor(tx, id)?;
        if ticket.state == State::Removed {
            steps.add("match", "new ticket", format!("{by}, but ticket {} is deleted", ticket.number));
            return Ok(Place::New { link: None, queue: None });
        }
        let takes_part = takes_part(tx, mail, &ticket)?;
        let strict = queues::get(tx, ticket.queue_id)?.strict_matching;
        if !takes_part && strict {
            steps.add(
                "match",
                "new ticket",
                format!("{by}, but its author takes no part and the queue is strict"),
            );
            let queue = Some(ticket.queue_id);
            return Ok(Place::New { link: Some((Box::new(ticket), LinkKind::PossiblyBelongsTo)), queue });
        }
        let who = if takes_part { "its author takes part" } else { "its author is new in this conversation" };
        steps.add("match", format!("ticket {}", ticket.number), format!("{by}; {who}"));
        return by_policy(tx, ticket, takes_part, mail, steps);
    }
    if let Some(ticket) = by_number(tx, mail)? {
        if takes_part(tx, mail, &ticket)? {
            steps.add(
                "match",
                format!("ticket {}", ticket.number),
                "number in the subject, and its author takes part",
            );
            return by_policy(tx, ticket, true, mail, steps);
        }
        let why = format!("the subject names ticket {}, but its author takes no part in it", ticket.number);
        steps.add("match", "new ticket", why);
        return Ok(Place::New { link: Some((Box::new(ticket), LinkKind::PossiblyBelongsTo)), queue: None });
    }
    steps.add("match", "new ticket", "no known id and no known number");
    Ok(Place::New { link: None, queue: None })
}

/// The ticket of a mail of ours that its address names, or of an id that we sent or received: In-Reply-To first, then
/// References from the last to the first, then Outlook's Thread-Index.
fn by_reference(tx: &mut Tx<'_>, mail: &Prepared) -> Result<Option<(TicketId, String)>> {
    let own_id = mail.facts.message_id.as_str();
    let tokens = mail.tokens();
    let ids = tokens.iter().chain(&mail.mail.in_reply_to).chain(mail.mail.references.iter().rev());
    for id in ids.map(|id| super::prepare::key(id)).filter(|id| id != own_id) {
        let known: Option<TicketId> = message_ids::table
            .filter(message_ids::message_id.eq(&id))
            .order(message_ids::ticket_id.desc())
            .select(message_ids::ticket_id)
            .first(&mut **tx)
            .optional()?;
        if let Some(ticket) = known {
            return Ok(Some((ticket, format!("answers {id}"))));
        }
    }
    let Some(conversation) = mail.mail.thread_index.as_deref().and_then(outlook::key) else {
        return Ok(None);
    };
    let known: Option<TicketId> = message_ids::table
        .filter(message_ids::message_id.eq(conversation))
        .order(message_ids::ticket_id.desc())
        .select(message_ids::ticket_id)
        .first(&mut **tx)
        .optional()?;
    Ok(known.map(|ticket| (ticket, "its Thread-Index is of this conversation".to_owned())))
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

/// The ticket in which a merged one lives on.
fn survivor(tx: &mut Tx<'_>, id: TicketId) -> Result<Ticket> {
    let mut at = id;
    for _ in 0..LONGEST_CHAIN {
        let ticket = tickets::table.find(at).select(Ticket::as_select()).first(&mut **tx)?;
        match ticket.merged_into {
            Some(next) => at = next,
            None => return Ok(ticket),
        }
    }
    Err(anyhow::anyhow!("the merges of ticket {id} form a circle").into())
}

fn takes_part(conn: &mut Conn, mail: &Prepared, ticket: &Ticket) -> Result<bool> {
    if mail.author.address.is_empty() {
        return Ok(false);
    }
    if store::takes_part(conn, ticket, &mail.author.address)? {
        return Ok(true);
    }
    Ok(people::agents::by_email(conn, &mail.author.address)?.is_some())
}

/// What the queue does with a follow-up to a closed ticket.
fn by_policy(
    tx: &mut Tx<'_>,
    ticket: Ticket,
    takes_part: bool,
    mail: &Prepared,
    steps: &mut Steps,
) -> Result<Place> {
    let policy: FollowUpPolicy =
        queues_table::table.find(ticket.queue_id).select(queues_table::follow_up_policy).first(&mut **tx)?;
    // A machine's mail changes no state: it may join whatever there is.
    if ticket.state != State::Closed || policy == FollowUpPolicy::Reopen || mail.class.automatic {
        return into(tx, ticket.id, takes_part);
    }
    if policy == FollowUpPolicy::Reject {
        steps.add(
            "policy",
            "rejected",
            format!("ticket {} is closed, and its queue takes no follow-ups then", ticket.number),
        );
        return Ok(Place::Rejected(Box::new(ticket)));
    }
    if let Some(next) = continued_by(tx, ticket.id)? {
        steps.add(
            "policy",
            format!("ticket {}", next.number),
            format!("ticket {} is closed and goes on there", ticket.number),
        );
        return into(tx, next.id, takes_part);
    }
    steps.add(
        "policy",
        "new ticket",
        format!("ticket {} is closed, and its queue begins a new one then", ticket.number),
    );
    let queue = Some(ticket.queue_id);
    Ok(Place::New { link: Some((Box::new(ticket), LinkKind::Continues)), queue })
}

fn into(tx: &mut Tx<'_>, id: TicketId, takes_part: bool) -> Result<Place> {
    let access = Box::new(access::for_machine(tx, id, Cause::Mail)?);
    Ok(Place::Ticket { access, takes_part })
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
