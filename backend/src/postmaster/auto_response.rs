//! Automatic answers to customers: at most one per sender and ticket, never to machines, capped.

use diesel::prelude::*;
use jiff::SignedDuration;

use super::prepare::Prepared;
use crate::{
    clock::public_id,
    db::{
        AgentId, Channel, Conn, Delivery, EventKind, OutboxKind, Sender, Ts, Tx,
        schema::{articles, auto_responses},
    },
    error::Result,
    i18n::Language,
    notify::letters::{self, Letter},
    outbox, queues,
    tickets::{Moment, NewArticle, Person, Recipients, Ticket, reply::domain_of, store},
};

/// What the recorder says when the answer's row is written.
pub(super) const SENT: &str = "sent";
/// So many automatic answers an address gets within a day.
const PER_ADDRESS: i64 = 5;
/// So many automatic answers leave within an hour to addresses that no agent ever answered.
const TO_STRANGERS: i64 = 60;

/// Confirms a new ticket to its author, or says why not.
pub(super) fn received(tx: &mut Tx<'_>, ticket: &mut Ticket, mail: &Prepared, at: &Moment) -> Result<String> {
    let queue = queues::get(tx, ticket.queue_id)?;
    if !queue.auto_response {
        return Ok("the queue sends none".into());
    }
    if let Some(why) = refused(tx, ticket, mail, Often::OncePerTicket, at)? {
        return Ok(why);
    }
    let from = queues::sender(tx, &queue)?;
    let letter =
        letters::received(&Language::english(), ticket, &from, subject(mail, ticket), &queue.signature);
    send(tx, ticket, mail, &from, &letter, at)?;
    Ok(SENT.into())
}

/// Tells an author that his ticket is closed for good, or says why not.
pub(super) fn rejected(tx: &mut Tx<'_>, ticket: &mut Ticket, mail: &Prepared, at: &Moment) -> Result<String> {
    if let Some(why) = refused(tx, ticket, mail, Often::EachTime, at)? {
        return Ok(why);
    }
    let queue = queues::get(tx, ticket.queue_id)?;
    let from = queues::sender(tx, &queue)?;
    let subject = subject(mail, ticket);
    let letter =
        letters::rejected(&Language::english(), ticket, &mail.author, &from, subject, &queue.signature);
    send(tx, ticket, mail, &from, &letter, at)?;
    Ok(SENT.into())
}

fn subject<'a>(mail: &'a Prepared, ticket: &'a Ticket) -> &'a str {
    match crate::tickets::open::without_prefixes(&mail.mail.subject) {
        "" => &ticket.title,
        subject => subject,
    }
}

/// How often a person gets an answer of a kind, within the caps.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Often {
    /// A confirmation.
    OncePerTicket,
    /// A refusal: whoever writes again must hear again that nobody reads it.
    EachTime,
}

/// Why no answer may go out.
fn refused(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    mail: &Prepared,
    often: Often,
    at: &Moment,
) -> Result<Option<String>> {
    if let Some(why) = &mail.class.no_answer {
        return Ok(Some(why.clone()));
    }
    let to = &mail.author.address;
    if to.is_empty() {
        return Ok(Some("the mail names no address to answer to".into()));
    }
    if mail.own.contains(to) {
        return Ok(Some("its author is one of our own addresses".into()));
    }
    let hours = |hours: i64| Ts(at.now.checked_sub(SignedDuration::from_hours(hours)).unwrap_or(at.now));
    let here: i64 = auto_responses::table
        .filter(auto_responses::address.eq(to).and(auto_responses::ticket_id.eq(ticket.id)))
        .count()
        .get_result(&mut **tx)?;
    if here > 0 && often == Often::OncePerTicket {
        return Ok(Some("its author has had one for this ticket".into()));
    }
    let today: i64 = auto_responses::table
        .filter(auto_responses::address.eq(to).and(auto_responses::at.gt(hours(24))))
        .count()
        .get_result(&mut **tx)?;
    if today >= PER_ADDRESS {
        return Ok(Some(format!("its author has had {PER_ADDRESS} within 24 hours")));
    }
    let this_hour: i64 =
        auto_responses::table.filter(auto_responses::at.gt(hours(1))).count().get_result(&mut **tx)?;
    if this_hour >= TO_STRANGERS && is_stranger(tx, ticket)? {
        return Ok(Some(format!(
            "{TO_STRANGERS} have gone out within an hour, and no agent has ever answered its author"
        )));
    }
    Ok(None)
}

/// Whether no agent has ever answered this customer.
fn is_stranger(conn: &mut Conn, ticket: &Ticket) -> Result<bool> {
    use crate::db::schema::tickets;
    let Some(customer) = ticket.customer_id else { return Ok(true) };
    let answered: Option<Option<AgentId>> = articles::table
        .inner_join(tickets::table)
        .filter(tickets::customer_id.eq(customer).and(articles::sender.eq(Sender::Agent)))
        .filter(articles::visible.eq(true))
        .select(articles::agent_id)
        .first(conn)
        .optional()?;
    Ok(answered.is_none())
}

fn send(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    mail: &Prepared,
    from: &Person,
    letter: &Letter,
    at: &Moment,
) -> Result<()> {
    let recipients = Recipients { to: vec![mail.author.clone()], ..Recipients::default() };
    let new = NewArticle {
        ticket_id: ticket.id,
        sender: Sender::System,
        channel: Channel::Mail,
        visible: true,
        automatic: true,
        agent_id: None,
        from_name: from.name.clone(),
        from_address: from.address.clone(),
        recipients: serde_json::to_string(&recipients)?,
        subject: letter.subject.clone(),
        message_id: format!("{}.auto@{}", public_id(at.now).simple(), domain_of(&from.address)),
        body_text: letter.body.clone(),
        html_digest: None,
        inbound_id: None,
        created_at: at.ts(),
    };
    let article = store::add_article(tx, ticket, new, &[])?;
    let who = crate::access::Who::machine(crate::db::Cause::Mail);
    store::record(
        tx,
        ticket,
        &who,
        at.ts(),
        store::Change::of(EventKind::AutoResponded).article(article.id),
    )?;
    diesel::insert_into(auto_responses::table)
        .values((
            auto_responses::address.eq(&mail.author.address),
            auto_responses::ticket_id.eq(ticket.id),
            auto_responses::at.eq(at.ts()),
        ))
        .execute(&mut **tx)?;
    outbox::enqueue(
        tx,
        &outbox::NewMail {
            kind: OutboxKind::AutoResponse,
            state: Delivery::Due,
            ticket: Some(ticket.id),
            article: Some(article.id),
            agent: None,
            event: String::new(),
            envelope_from: String::new(),
            envelope_to: vec![mail.author.address.clone()],
            message_id: article.message_id,
            subject: String::new(),
            body_text: String::new(),
            try_at: at.ts(),
        },
        at.ts(),
    )
}
