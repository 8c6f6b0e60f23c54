//! Who hears of what. Never the actor, never twice, only who may read the ticket, each event as the agent chose.
//!
//! A notification by mail is a row of the outbox that names the event; it is written out, and the reader's permission
//! checked once more, when it leaves. What an agent wants to hear together is a row of `gathering` until then, and what
//! he is told in the browser one of the `board`: there he is asked for his permission whenever it is shown.

pub mod answers;
pub mod board;
pub(crate) mod gathering;
pub mod letters;
pub(crate) mod security;
mod telling;
pub(crate) mod together;

use diesel::prelude::*;

use self::telling::tell;

use crate::{
    access::{Who, holders_of},
    db::{
        AgentId, ArticleId, Conn, Direct, Keep, Notice, Right, Ts, Tx,
        schema::{articles, queue_mutes},
    },
    error::Result,
    people,
    tickets::{Article, Ticket},
};

/// Who heard of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// So many were thought of.
    pub asked: usize,
    /// So many of them are told: they are not the author, did not switch it off, and are still there.
    pub told: usize,
}

/// A ticket was opened: its queue's followers hear of it, save the agent whose own mail opened it.
pub(crate) fn new_ticket(tx: &mut Tx<'_>, ticket: &Ticket, who: &Who, now: Ts) -> Result<Told> {
    let followers = followers(tx, Notice::NewTicket, ticket, now)?;
    let by_mail = who.agent.is_none();
    let actor = if by_mail { proven_author(tx, ticket)? } else { who.agent };
    tell(tx, Notice::NewTicket, ticket, None, &followers, actor, now)
}

/// A ticket came into a queue: its followers hear of it.
pub(crate) fn moved(tx: &mut Tx<'_>, ticket: &Ticket, who: &Who, now: Ts) -> Result<()> {
    let followers = followers(tx, Notice::Move, ticket, now)?;
    tell(tx, Notice::Move, ticket, None, &followers, who.agent, now).map(drop)
}

/// A ticket was given to somebody, who hears of it.
pub(crate) fn assigned(tx: &mut Tx<'_>, ticket: &Ticket, to: AgentId, who: &Who, now: Ts) -> Result<()> {
    tell(tx, Notice::Assigned, ticket, None, &[to], who.agent, now).map(drop)
}

/// Somebody outside wrote: the owner hears of it, or the followers while nobody owns it; and whoever watches it.
pub(crate) fn follow_up(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    article: &Article,
    author: Option<AgentId>,
    now: Ts,
) -> Result<Told> {
    let mut whom = owner_or_followers(tx, Notice::FollowUp, ticket, now)?;
    for watcher in crate::tickets::view::watchers(tx, ticket.id)? {
        // Whether he may still read it is asked when the mail leaves.
        if !whom.contains(&watcher) {
            whom.push(watcher);
        }
    }
    let author = match author {
        Some(author) => Some(author),
        // Whoever forges an agent's address does not keep the news from him.
        None if article.claimed_agent_id.is_some() => None,
        None => agent_behind(tx, &article.from_address)?,
    };
    tell(tx, Notice::FollowUp, ticket, Some(article.id), &whom, author, now)
}

/// A planned reply went back to its author's draft, because somebody wrote: he hears of that unless he hears of the mail
/// itself, as its owner.
pub(crate) fn handed_back(tx: &mut Tx<'_>, ticket: &Ticket, author: AgentId, now: Ts) -> Result<()> {
    if ticket.owner_id == Some(author) {
        return Ok(());
    }
    tell(tx, Notice::FollowUp, ticket, None, &[author], None, now).map(drop)
}

/// The agent whose own mail opened a ticket, where more than his address in From says so.
fn proven_author(conn: &mut Conn, ticket: &Ticket) -> Result<Option<AgentId>> {
    let Some(agent) = agent_behind(conn, &ticket.customer_address)? else { return Ok(None) };
    let claims: i64 = articles::table
        .filter(articles::ticket_id.eq(ticket.id).and(articles::claimed_agent_id.is_not_null()))
        .count()
        .row(conn)?;
    Ok((claims == 0).then_some(agent))
}

/// The agent who wrote a mail, be it as a customer.
fn agent_behind(conn: &mut Conn, address: &str) -> Result<Option<AgentId>> {
    let Some(address) = mail_ingest::address::normalise(address) else { return Ok(None) };
    Ok(people::agents::by_email(conn, &address)?.map(|agent| agent.id))
}

/// The moment of a pending ticket has come.
pub(crate) fn reminder(tx: &mut Tx<'_>, ticket: &Ticket, now: Ts) -> Result<()> {
    let whom = owner_or_followers(tx, Notice::Reminder, ticket, now)?;
    tell(tx, Notice::Reminder, ticket, None, &whom, None, now).map(drop)
}

/// A mail to a customer did not arrive: the owner hears of it, or the followers while nobody owns it.
pub(crate) fn delivery_failure(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    article: ArticleId,
    now: Ts,
) -> Result<Told> {
    let whom = owner_or_followers(tx, Notice::DeliveryFailure, ticket, now)?;
    tell(tx, Notice::DeliveryFailure, ticket, Some(article), &whom, None, now)
}

/// A lock ran out: its former holder hears of it.
pub(crate) fn lock_timeout(tx: &mut Tx<'_>, ticket: &Ticket, holder: AgentId, now: Ts) -> Result<()> {
    tell(tx, Notice::LockTimeout, ticket, None, &[holder], None, now).map(drop)
}

/// Somebody took a lock from its holder, who hears of it.
pub(crate) fn taken_over(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    holder: AgentId,
    who: &Who,
    now: Ts,
) -> Result<()> {
    tell(tx, Notice::TakenOver, ticket, None, &[holder], who.agent, now).map(drop)
}

/// A note names colleagues: they hear of it, whether or not they follow the ticket. Who may not read it by the time
/// that the news leaves, does not.
pub(crate) fn mentioned(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    note: &Article,
    whom: &[AgentId],
    who: &Who,
    now: Ts,
) -> Result<()> {
    tell(tx, Notice::Mention, ticket, Some(note.id), whom, who.agent, now).map(drop)
}

/// Who works in a ticket's queue and wants to hear this of it.
fn followers(tx: &mut Tx<'_>, notice: Notice, ticket: &Ticket, now: Ts) -> Result<Vec<AgentId>> {
    let queue = ticket.queue_id;
    let found = tx.at_hand((queue.0, "followers", notice.as_str()), |tx| {
        let mut followers = holders_of(tx, Right::Reply, queue, now)?;
        let muted: Vec<AgentId> = queue_mutes::table
            .filter(queue_mutes::queue_id.eq(queue).and(queue_mutes::event.eq(notice.as_str())))
            .select(queue_mutes::agent_id)
            .kept()
            .rows(tx)?;
        followers.retain(|follower| !muted.contains(follower));
        Ok(followers)
    })?;
    Ok(found.as_ref().clone())
}

/// An owner who can no longer sign in hears of nothing: then somebody else has to.
fn owner_or_followers(tx: &mut Tx<'_>, notice: Notice, ticket: &Ticket, now: Ts) -> Result<Vec<AgentId>> {
    if let Some(owner) = ticket.owner_id
        && people::agents::get(tx, owner)?.is_active(now.0)
    {
        return Ok(vec![owner]);
    }
    followers(tx, notice, ticket, now)
}
