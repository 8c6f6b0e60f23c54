//! Take a reply back while it is held: nothing leaves, and the text is back in the composer.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    Article, Moment,
    acts::{self, Snapshot},
    drafts, formatted, locking,
    model::Ticket,
    reply::without_signature,
    salutation, state, store,
};
use crate::{
    access::{Actor, Check, Reply, TicketAccess, Who, is_left_out},
    db::{
        ActKind, AgentId, ArticleId, DraftId, DraftKind, EventId, EventKind, QueueId, Sender, Status, Tx,
        schema::{acts as acts_table, articles, attachments, events, message_ids, planned_replies, tickets},
    },
    error::{Error, Result, say},
    notify, outbox, people, queues,
};

/// Takes the reply back into a draft of its author. What the reply did to state and lock is undone as well.
///
/// # Errors
/// [`Error::Conflict`] when it has left already; [`Error::Forbidden`] for another agent's reply.
pub fn withdraw(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Reply>,
    actor: &Actor,
    article: ArticleId,
    at: &Moment,
) -> Result<DraftId> {
    let (ticket, who) = access.parts();
    let reply = articles::table
        .find(article)
        .filter(articles::ticket_id.eq(ticket.id))
        .select(Article::as_select())
        .first(&mut **tx)?;
    if reply.agent_id != Some(actor.agent.id) && !is_left_out(Check::Author) {
        return Err(Error::Forbidden(say!("refused-not-author")));
    }
    if !outbox::cancel_held(tx, article)? {
        return Err(Error::Conflict(say!("refused-left")));
    }
    let draft = into_draft(tx, &reply, actor.agent.id, at)?;
    restore(tx, ticket, who, article, at)?;
    remove(tx, ticket, article)?;
    store::record(tx, ticket, who, at.ts(), store::Change::of(EventKind::ReplyWithdrawn))?;
    store::save(tx, ticket, at.ts())?;
    Ok(draft)
}

/// The reply's text and files as a draft of its author; what he has begun since comes below.
fn into_draft(tx: &mut Tx<'_>, reply: &Article, author: AgentId, at: &Moment) -> Result<DraftId> {
    let list = |people: Vec<super::Person>| {
        people.into_iter().map(|person| person.address).collect::<Vec<_>>().join(", ")
    };
    let recipients = reply.recipients();
    let forwarded: Option<String> = events::table
        .filter(events::article_id.eq(reply.id).and(events::kind.eq(EventKind::Forwarded)))
        .select(events::old_value)
        .first::<Option<String>>(&mut **tx)
        .optional()?
        .flatten();
    // What was forwarded is put below again when it is sent, and so is the signature.
    let mark = format!("{} ", super::forward::RULE);
    let own = match &forwarded {
        Some(_) if reply.body_text.starts_with(&mark) => "",
        Some(_) => reply.body_text.split_once(&format!("\n{mark}")).map_or(&*reply.body_text, |(own, _)| own),
        None => &reply.body_text,
    };
    // So is the salutation, as it is by then.
    let words = salutation::put_above(tx, reply)?;
    let html = formatted::of(tx, reply)?.map(|html| salutation::own_html(html, &words));
    let own = salutation::own_text(own, &words);
    let (his, its) = signatures(tx, reply)?;
    let body = without_signature(own, &his, &its);
    let mut fields = serde_json::json!({
        "to": list(recipients.to),
        "cc": list(recipients.cc),
        "bcc": list(recipients.bcc),
        "body_text": body,
    });
    if let (Some(html), Some(fields)) = (&html, fields.as_object_mut()) {
        fields.insert("body_text".into(), html.text().into());
        fields.insert("body_html".into(), html.html().into());
    }
    if let Some(original) = &forwarded
        && let Some(fields) = fields.as_object_mut()
    {
        fields.insert("kind".into(), "forward".into());
        fields.insert("forwarded".into(), original.as_str().into());
        fields.insert("visible".into(), reply.visible.into());
        without_originals(tx, reply.id, original)?;
    }
    let mut fields = fields.to_string();
    if let Some(begun) = drafts::find_of(tx, author, reply.ticket_id, DraftKind::Reply)? {
        fields = drafts::joined(&fields, &begun.fields);
    }
    let draft = drafts::put(tx, author, reply.ticket_id, DraftKind::Reply, &fields, Some(reply.id), at)?.id;
    diesel::update(attachments::table.filter(attachments::article_id.eq(reply.id)))
        .set((
            attachments::article_id.eq(None::<ArticleId>),
            attachments::draft_id.eq(draft),
            attachments::agent_id.eq(author),
        ))
        .execute(&mut **tx)?;
    Ok(draft)
}

/// The signatures that were put below a reply: its author's, and that of the queue in which the ticket was then. They
/// are as they read now.
fn signatures(tx: &mut Tx<'_>, reply: &Article) -> Result<(String, String)> {
    let his = match reply.agent_id {
        Some(author) => people::agents::get(tx, author)?.signature,
        None => String::new(),
    };
    // A template may have moved the ticket with the reply: what was written first about it says where that was.
    let there: Option<QueueId> = events::table
        .filter(events::article_id.eq(reply.id))
        .order(events::id)
        .select(events::queue_id)
        .first(&mut **tx)
        .optional()?;
    let queue = match there {
        Some(queue) => queue,
        None => tickets::table.find(reply.ticket_id).select(tickets::queue_id).first(&mut **tx)?,
    };
    Ok((his, queues::get(tx, queue)?.signature))
}

/// Takes planned replies back because somebody wrote from outside: each goes to the draft of its author, who hears of
/// it. Before the new mail joins the ticket.
///
/// # Errors
/// Those of the database.
pub(super) fn hand_back(tx: &mut Tx<'_>, ticket: &mut Ticket, who: &Who, at: &Moment) -> Result<()> {
    for article in outbox::planned(tx, ticket.id, at.ts())? {
        let reply = articles::table.find(article).select(Article::as_select()).first(&mut **tx)?;
        let Some(author) = reply.agent_id.filter(|_| reply.sender == Sender::Agent) else { continue };
        hand_back_one(tx, ticket, who, &reply, author, at)?;
    }
    Ok(())
}

/// Takes one of them back; the caller saves the ticket. `false`: it has left already. Whoever comes first, this or the
/// worker, wins.
pub(super) fn hand_back_one(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    who: &Who,
    reply: &Article,
    author: AgentId,
    at: &Moment,
) -> Result<bool> {
    if !outbox::cancel_held(tx, reply.id)? {
        return Ok(false);
    }
    into_draft(tx, reply, author, at)?;
    remove(tx, ticket, reply.id)?;
    let login = locking::login_of(tx, Some(author))?;
    let event = store::Change::of(EventKind::ReplyHandedBack).between(None, login.as_deref());
    store::record(tx, ticket, who, at.ts(), event)?;
    notify::handed_back(tx, ticket, author, at.ts())?;
    Ok(true)
}

/// The files of the forwarded message go along again when the forward is sent: the draft keeps only our own.
fn without_originals(tx: &mut Tx<'_>, forward: ArticleId, original: &str) -> Result<()> {
    let digests: Vec<String> = match original.parse::<ArticleId>() {
        Ok(original) => attachments::table
            .filter(attachments::article_id.eq(original))
            .select(attachments::digest)
            .load(&mut **tx)?,
        Err(_) => Vec::new(),
    };
    diesel::delete(
        attachments::table
            .filter(attachments::article_id.eq(forward))
            .filter(attachments::digest.eq_any(digests).or(attachments::content_type.eq("message/rfc822"))),
    )
    .execute(&mut **tx)?;
    Ok(())
}

/// Keeps until when a ticket waited before a reply changed that: the event of the reply says no more than the state. It
/// is an act that counts as undone from the beginning, for nobody undoes it but with the reply.
pub(super) fn remember(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    who: &Who,
    before: Snapshot,
    at: &Moment,
) -> Result<()> {
    let after = Snapshot::of(ticket);
    let changed = (before.state, before.until) != (after.state, after.until);
    let Some(agent) = who.agent.filter(|_| changed && before.until.is_some()) else { return Ok(()) };
    let event: EventId = events::table
        .filter(events::ticket_id.eq(ticket.id).and(events::kind.eq(EventKind::StateChanged)))
        .order(events::id.desc())
        .select(events::id)
        .first(&mut **tx)?;
    let change = acts::Change { before, after, tag: None };
    diesel::insert_into(acts_table::table)
        .values((
            acts_table::ticket_id.eq(ticket.id),
            acts_table::agent_id.eq(agent),
            acts_table::kind.eq(ActKind::StateChanged),
            acts_table::event_id.eq(event),
            acts_table::change.eq(serde_json::to_string(&change)?),
            acts_table::created_at.eq(at.ts()),
            acts_table::undone_at.eq(at.ts()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What [`remember`] has kept behind the event of a change; `None` also for replies from before it did.
fn waited_until(tx: &mut Tx<'_>, event: EventId) -> Result<Option<Timestamp>> {
    let kept: Option<String> = acts_table::table
        .filter(acts_table::event_id.eq(event))
        .order(acts_table::id)
        .select(acts_table::change)
        .first(&mut **tx)
        .optional()?;
    let Some(kept) = kept else { return Ok(None) };
    let change: acts::Change = serde_json::from_str(&kept)?;
    Ok(change.before.until)
}

/// The state and the lock as they were before the reply, unless something else has changed them since.
fn restore(tx: &mut Tx<'_>, ticket: &mut Ticket, who: &Who, article: ArticleId, at: &Moment) -> Result<()> {
    let replied: Option<(EventId, Option<String>)> = events::table
        .filter(events::article_id.eq(article).and(events::kind.eq(EventKind::Replied)))
        .select((events::id, events::old_value))
        .first(&mut **tx)
        .optional()?;
    let Some((event, Some(before))) = replied else { return Ok(()) };
    let Ok(before) = before.parse::<Status>() else { return Ok(()) };
    let changes: Vec<(EventId, Option<String>)> = events::table
        .filter(events::ticket_id.eq(ticket.id).and(events::id.gt(event)))
        .filter(events::kind.eq(EventKind::StateChanged))
        .order(events::id)
        .select((events::id, events::old_value))
        .load(&mut **tx)?;
    if let [(change, Some(old))] = changes.as_slice()
        && *old == before.to_string()
    {
        let until = waited_until(tx, *change)?;
        // Of a state that waits and of which nobody knows until when, nothing can be set back.
        if until.is_some() || !before.is_pending() {
            let (to, until) = state::as_it_was(before, until, at);
            state::change(tx, ticket, who, to, until, at)?;
        }
    }
    let was_his = ticket.locked_at.is_none() && ticket.state.is_active() && ticket.owner_id == who.agent;
    if let Some(agent) = who.agent.filter(|_| was_his) {
        locking::take(tx, ticket, who, agent, at)?;
    }
    Ok(())
}

fn remove(tx: &mut Tx<'_>, ticket: &mut Ticket, article: ArticleId) -> Result<()> {
    diesel::update(events::table.filter(events::article_id.eq(article)))
        .set(events::article_id.eq(None::<ArticleId>))
        .execute(&mut **tx)?;
    diesel::delete(message_ids::table.filter(message_ids::article_id.eq(article))).execute(&mut **tx)?;
    diesel::delete(planned_replies::table.find(article)).execute(&mut **tx)?;
    diesel::delete(articles::table.find(article)).execute(&mut **tx)?;
    super::recount::recount(tx, ticket)
}
