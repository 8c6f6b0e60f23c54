//! Writing tickets, articles and events: the statements behind the verbs.

use diesel::prelude::*;

use super::model::{Article, NewArticle, NewFile, NewTicket, Ticket};
use crate::{
    access::Who,
    clock::public_id,
    db::{
        AgentId, ArticleId, Channel, DeadlineKind, Direct, EventKind, Keep, Sender, TicketId, Ts, Tx, Wake,
        backend, each,
        schema::{articles, attachments, deadlines, events, tickets},
    },
    error::Result,
};

/// How much of a text a list shows, in characters.
const PREVIEW: usize = 160;
/// The longest text that is kept with an article, in bytes; the raw mail keeps the rest.
const BODY: usize = 1024 * 1024;

pub(super) fn insert_ticket(tx: &mut Tx<'_>, new: NewTicket) -> Result<Ticket> {
    let id: TicketId =
        diesel::insert_into(tickets::table).values(new.clone()).returning(tickets::id).row(tx)?;
    Ok(new.stored_as(id))
}

/// Writes the ticket's fields back.
pub(crate) fn save(tx: &mut Tx<'_>, ticket: &mut Ticket, now: Ts) -> Result<()> {
    ticket.active = ticket.state.is_active();
    ticket.updated_at = now;
    diesel::update(tickets::table.find(ticket.id)).set(&*ticket).kept().exec(tx)?;
    Ok(())
}

/// Writes back what the first articles of a ticket change of it, in the transaction that opened it. No more than that:
/// each column that is named brings the indexes over it up to date, changed or not.
pub(crate) fn save_opened(tx: &mut Tx<'_>, ticket: &Ticket) -> Result<()> {
    diesel::update(tickets::table.find(ticket.id))
        .set((
            tickets::preview.eq(&ticket.preview),
            tickets::last_sender.eq(&ticket.last_sender),
            tickets::article_count.eq(ticket.article_count),
            tickets::has_attachments.eq(ticket.has_attachments),
            tickets::last_article_id.eq(ticket.last_article_id),
            tickets::unanswered_since.eq(ticket.unanswered_since),
        ))
        .kept()
        .exec(tx)?;
    Ok(())
}

/// Records what changed and tells whoever listens.
pub(crate) fn record(tx: &mut Tx<'_>, ticket: &Ticket, who: &Who, now: Ts, what: Change<'_>) -> Result<()> {
    diesel::insert_into(events::table)
        .values((
            events::at.eq(now),
            events::ticket_id.eq(ticket.id),
            events::queue_id.eq(ticket.queue_id),
            events::kind.eq(what.kind),
            events::article_id.eq(what.article),
            events::agent_id.eq(who.agent),
            events::cause.eq(who.cause),
            events::old_value.eq(what.old),
            events::new_value.eq(what.new),
        ))
        .exec(tx)?;
    tx.wake(Wake::EVENTS);
    Ok(())
}

/// What changed, for [`record`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'a> {
    pub kind: EventKind,
    pub article: Option<ArticleId>,
    pub old: Option<&'a str>,
    pub new: Option<&'a str>,
}

impl<'a> Change<'a> {
    pub(crate) fn of(kind: EventKind) -> Self {
        Self { kind, article: None, old: None, new: None }
    }

    pub(crate) fn article(self, id: ArticleId) -> Self {
        Self { article: Some(id), ..self }
    }

    pub(crate) fn between(self, old: Option<&'a str>, new: Option<&'a str>) -> Self {
        Self { old, new, ..self }
    }
}

/// Adds an article with its files, and brings the ticket's summary up to date; the caller saves the ticket.
pub(crate) fn add_article(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    new: NewArticle,
    files: &[NewFile],
) -> Result<Article> {
    let mut new = new;
    new.body_text = cut(&without_nul(new.body_text), BODY);
    new.subject = without_nul(new.subject);
    new.from_name = without_nul(new.from_name);
    let now = new.created_at;
    let by_person = new.sender != Sender::System;
    let id: ArticleId = diesel::insert_into(articles::table).values(&new).returning(articles::id).row(tx)?;
    for file in files {
        file.blob.store(tx)?;
        insert_file(tx, id, file, now)?;
    }
    if !new.message_id.is_empty() {
        backend::put_message_id(tx, &new.message_id, ticket.id, Some(id), now)?;
    }
    if by_person {
        ticket.article_count += 1;
        ticket.last_article_id = id.0;
        ticket.preview = preview_of(&new.body_text);
        ticket.last_sender = new.sender.as_str().to_owned();
    }
    ticket.has_attachments |= files.iter().any(|file| !file.inline);
    Ok(new.stored_as(id))
}

/// Notes whom the From header names without proof.
pub(crate) fn claim(tx: &mut Tx<'_>, article: &mut Article, agent: Option<AgentId>) -> Result<()> {
    if agent.is_some() {
        diesel::update(articles::table.find(article.id))
            .set(articles::claimed_agent_id.eq(agent))
            .exec(tx)?;
        article.claimed_agent_id = agent;
    }
    Ok(())
}

fn insert_file(tx: &mut Tx<'_>, article: ArticleId, file: &NewFile, now: Ts) -> Result<()> {
    diesel::insert_into(attachments::table)
        .values((
            attachments::uid.eq(public_id(now.0).simple().to_string()),
            attachments::article_id.eq(article),
            attachments::name.eq(without_nul(file.name.clone())),
            attachments::content_type.eq(without_nul(file.content_type.clone())),
            attachments::content_id.eq(file.content_id.clone().map(without_nul)),
            attachments::inline.eq(file.inline),
            attachments::size.eq(file.blob.size),
            attachments::digest.eq(&file.blob.digest),
            attachments::created_at.eq(now),
        ))
        .exec(tx)?;
    Ok(())
}

/// Takes a moment off a ticket.
pub(crate) fn clear_deadline(tx: &mut Tx<'_>, ticket: TicketId, kind: DeadlineKind) -> Result<()> {
    diesel::delete(deadlines::table.find((ticket, kind))).exec(tx)?;
    Ok(())
}

/// Sets when the lock of a ticket runs out, of which the counting begins at `since`.
pub(crate) fn set_unlock(tx: &mut Tx<'_>, ticket: TicketId, since: Ts, due: Ts) -> Result<()> {
    backend::put_deadline(tx, ticket, DeadlineKind::Unlock, due, Some(since))?;
    tx.wake(Wake::SCHEDULE);
    Ok(())
}

/// Sets a moment on a ticket.
pub(crate) fn set_deadline(tx: &mut Tx<'_>, ticket: TicketId, kind: DeadlineKind, due: Ts) -> Result<()> {
    backend::put_deadline(tx, ticket, kind, due, None)?;
    tx.wake(Wake::SCHEDULE);
    Ok(())
}

/// The first words of a text on one line, without quoted lines.
pub(super) fn preview_of(text: &str) -> String {
    let words: Vec<&str> =
        text.lines().filter(|line| !line.starts_with('>')).flat_map(str::split_whitespace).take(60).collect();
    let line = words.join(" ");
    match line.char_indices().nth(PREVIEW) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// PostgreSQL keeps no NUL in a text.
pub(crate) fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

fn cut(text: &str, at_most: usize) -> String {
    if text.len() <= at_most {
        return text.to_owned();
    }
    let mut end = at_most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

/// The event's words for a change of state.
pub(super) fn state_changed<'a>(old: &'a str, new: &'a str) -> Change<'a> {
    Change::of(EventKind::StateChanged).between(Some(old), Some(new))
}

/// Whether this person takes part in the conversation and was accepted.
pub(crate) fn takes_part(conn: &mut crate::db::Conn, ticket: &Ticket, address: &str) -> Result<bool> {
    use crate::db::schema::{customer_addresses, customers, participants};
    if ticket.customer_address == address {
        return Ok(true);
    }
    let accepted = participants::table
        .find((ticket.id, address))
        .select(participants::accepted)
        .row::<bool>(conn)
        .optional()?;
    if accepted == Some(true) {
        return Ok(true);
    }
    let Some(customer) = ticket.customer_id else { return Ok(false) };
    let writer: Option<(crate::db::CustomerId, Option<crate::db::OrganisationId>)> =
        customer_addresses::table
            .inner_join(customers::table)
            .filter(customer_addresses::address.eq(address))
            .select((customers::id, customers::organisation_id))
            .first_row(conn)
            .optional()?;
    match writer {
        Some((id, _)) if id == customer => Ok(true),
        Some((_, Some(organisation))) => {
            let theirs: Option<crate::db::OrganisationId> =
                customers::table.find(customer).select(customers::organisation_id).row(conn)?;
            Ok(theirs == Some(organisation))
        }
        _ => Ok(false),
    }
}

/// Whether an agent wrote to this address about the ticket without the customer: an internal forward, say. What comes
/// back from there is internal as well.
pub(crate) fn was_written_internally(
    conn: &mut crate::db::Conn,
    ticket: TicketId,
    address: &str,
) -> Result<bool> {
    let recipients: Vec<String> = articles::table
        .filter(articles::ticket_id.eq(ticket).and(articles::visible.eq(false)))
        .filter(articles::sender.eq(Sender::Agent).and(articles::channel.eq(Channel::Mail)))
        .select(articles::recipients)
        .rows(conn)?;
    Ok(recipients.iter().any(|text| {
        let read: super::Recipients = serde_json::from_str(text).unwrap_or_default();
        read.to.iter().chain(&read.cc).chain(&read.bcc).any(|person| {
            mail_ingest::address::normalise(&person.address).is_some_and(|known| known == address)
        })
    }))
}

/// Links two tickets, once.
pub(crate) fn link(
    tx: &mut Tx<'_>,
    ticket: TicketId,
    other: TicketId,
    kind: crate::db::LinkKind,
    now: Ts,
) -> Result<()> {
    use crate::db::schema::ticket_links;
    let row = (
        ticket_links::ticket_id.eq(ticket),
        ticket_links::other_id.eq(other),
        ticket_links::kind.eq(kind),
        ticket_links::created_at.eq(now),
    );
    each!(&mut **tx, |c| diesel::insert_into(ticket_links::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}
