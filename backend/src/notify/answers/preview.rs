//! A look at an answer before anybody gets it: in the page, or as a mail to oneself.

use super::{About, Change, Text, check, write};
use crate::{
    access::{self, Actor},
    clock::public_id,
    db::{Conn, Delivery, InstallationRight, OutboxKind, Priority, QueueId, State, TicketId, Ts, Tx},
    error::{Error, Result, say},
    notify::letters::Letter,
    outbox, queues,
    tickets::{Person, Ticket, reply::domain_of},
};

/// What a preview is about where no ticket is named.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The subject.
    pub subject: String,
    /// The customer.
    pub customer: Person,
}

/// An answer as it would go out.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Who writes.
    pub from: Person,
    /// To whom.
    pub to: Person,
    /// What it says.
    pub letter: Letter,
}

/// Writes an answer about a ticket that the actor may read, or about a made-up one where none is named.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage queues and mail; [`Error::Invalid`] for a wrong text, or a number of no
/// ticket that the actor may read.
pub fn preview(
    conn: &mut Conn,
    actor: &Actor,
    change: &Change,
    number: &str,
    sample: &Sample,
    now: Ts,
) -> Result<Preview> {
    actor.require(InstallationRight::QueuesAndMail)?;
    let text: Text = check(change)?;
    let queue = match change.queue {
        Some(queue) => queues::get(conn, queue)?,
        None => {
            let id = queues::default_queue(conn)?;
            queues::get(conn, id)?
        }
    };
    let from = queues::sender(conn, &queue)?;
    let number = number.trim().trim_start_matches('#');
    let ticket = if number.is_empty() {
        made_up(sample, queue.id, now)
    } else {
        match access::readable(conn, actor, number) {
            Ok(access) => access.ticket().clone(),
            Err(Error::NotFound) => {
                return Err(Error::invalid("ticket", say!("refused-preview-ticket", number = number)));
            }
            Err(error) => return Err(error),
        }
    };
    let to = Person { name: ticket.customer_name.clone(), address: ticket.customer_address.clone() };
    let about = About {
        ticket: &ticket,
        to: &to,
        from: &from,
        subject: &ticket.title,
        old_ticket: OLD,
        signature: &queue.signature,
    };
    let letter = write(conn, &text, about)?;
    Ok(Preview { from, to, letter })
}

/// The number of the ticket before, in a preview.
const OLD: &str = "10001";
/// The number of a made-up ticket.
const NUMBER: &str = "48217";

fn made_up(sample: &Sample, queue: QueueId, now: Ts) -> Ticket {
    Ticket {
        id: TicketId(0),
        number: NUMBER.to_owned(),
        title: sample.subject.clone(),
        queue_id: queue,
        state: State::New,
        active: true,
        priority: Priority::NORMAL,
        owner_id: None,
        locked_at: None,
        pending_until: None,
        customer_id: None,
        customer_name: sample.customer.name.clone(),
        customer_address: sample.customer.address.clone(),
        root_message_id: String::new(),
        merged_into: None,
        preview: String::new(),
        last_sender: String::new(),
        article_count: 1,
        has_attachments: false,
        last_article_id: 0,
        unanswered_since: None,
        created_at: now,
        state_id: None,
        updated_at: now,
    }
}

/// Sends an answer to the actor instead of a customer; the address that it goes to.
///
/// # Errors
/// As [`preview`].
pub fn send_to_self(
    tx: &mut Tx<'_>,
    actor: &Actor,
    change: &Change,
    number: &str,
    sample: &Sample,
    now: Ts,
) -> Result<String> {
    let Preview { from, letter, .. } = preview(tx, actor, change, number, sample, now)?;
    outbox::enqueue(
        tx,
        &outbox::NewMail {
            kind: OutboxKind::AutoResponse,
            state: Delivery::Due,
            ticket: None,
            article: None,
            agent: Some(actor.agent.id),
            event: change.queue.map_or_else(String::new, |queue| queue.to_string()),
            envelope_from: String::new(),
            envelope_to: vec![actor.agent.email.clone()],
            message_id: format!("{}.test@{}", public_id(now.0).simple(), domain_of(&from.address)),
            subject: letter.subject,
            body_text: letter.body,
            try_at: now,
        },
        now,
    )?;
    Ok(actor.agent.email.clone())
}
