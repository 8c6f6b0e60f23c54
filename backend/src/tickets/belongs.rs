//! “This article belongs to …”: an article goes to another ticket, and what follows it goes there as well.

use diesel::prelude::*;

use super::{Article, Moment, merge, model::Ticket, recount::recount, state, store};
use crate::{
    access::{Reply, TicketAccess},
    db::{
        ArticleId, Blobs, Conn, Delivery, Direct, EventKind, LinkKind, Sender, State, TicketId, Ts, Tx,
        backend, columns, each,
        schema::{article_moves, articles, message_ids, outbox as outbox_table, ticket_links, tickets},
    },
    error::{Error, Result, say},
    notify, outbox,
    queues::OwnAddresses,
};

/// Takes an article to the ticket that it belongs to. Later mails that name it, or go on in its Outlook conversation, go
/// there too. The last article by a person takes its whole ticket along: that is merged, nothing is left empty.
///
/// Doing the same the other way round undoes it.
///
/// # Errors
/// [`Error::NotFound`] for an article of another ticket; [`Error::Conflict`] for a mail of ours that is on its way;
/// [`Error::Invalid`] for the ticket in which it is already.
pub fn take(
    tx: &mut Tx<'_>,
    source: &mut TicketAccess<Reply>,
    target: &mut TicketAccess<Reply>,
    article: ArticleId,
    blobs: &Blobs,
    at: &Moment,
) -> Result<()> {
    if source.ticket().id == target.ticket().id {
        let text = say!("refused-take-itself", number = target.ticket().number);
        return Err(Error::invalid("value", text));
    }
    // Nothing goes into the bin by this way, and nothing leaves it.
    for ticket in [source.ticket(), target.ticket()] {
        if ticket.state == State::Removed {
            return Err(Error::Conflict(say!("refused-merge-removed", number = ticket.number)));
        }
    }
    let moving = articles::table
        .find(article)
        .filter(articles::ticket_id.eq(source.ticket().id))
        .select(Article::as_select())
        .first(&mut **tx)?;
    must_rest(tx, article)?;
    if is_last(tx, &moving)? {
        return merge::merge(tx, source, target, at);
    }
    let conversation = outbox::thread::conversation_of(tx, blobs, &moving)?;
    let (source, who) = source.parts();
    let (target, _) = target.parts();
    put(tx, article, source.id, target.id)?;
    if let Some(key) = conversation {
        learn(tx, &key, None, source.id, target.id, at.ts())?;
    }
    diesel::insert_into(article_moves::table)
        .values((
            article_moves::article_id.eq(article),
            article_moves::from_id.eq(source.id),
            article_moves::to_id.eq(target.id),
            article_moves::agent_id.eq(who.agent),
            article_moves::created_at.eq(at.ts()),
        ))
        .execute(&mut **tx)?;
    answer_the_question(tx, source, target, at.ts())?;
    take_in_author(tx, target, &moving)?;

    let taken = store::Change::of(EventKind::ArticleTaken).between(None, Some(&target.number));
    store::record(tx, source, who, at.ts(), taken)?;
    recount(tx, source)?;
    store::save(tx, source, at.ts())?;
    let brought = store::Change::of(EventKind::ArticleBrought).article(article);
    store::record(tx, target, who, at.ts(), brought.between(Some(&source.number), None))?;
    if moving.sender == Sender::Customer
        && !moving.automatic
        && (target.state.is_pending() || target.state == State::Closed)
    {
        state::change(tx, target, who, State::Open, None, at)?;
    }
    recount(tx, target)?;
    store::save(tx, target, at.ts())?;
    if moving.sender == Sender::Customer && !moving.automatic {
        notify::follow_up(tx, target, &moving, who.agent, at.ts())?;
    }
    Ok(())
}

/// Puts an article and the ids of its mail into another ticket, and remembers where they led before.
pub(super) fn put(tx: &mut Tx<'_>, article: ArticleId, from: TicketId, to: TicketId) -> Result<()> {
    diesel::update(articles::table.find(article).filter(articles::ticket_id.eq(from)))
        .set(articles::ticket_id.eq(to))
        .execute(&mut **tx)?;
    let ids: Vec<(String, Ts)> = message_ids::table
        .filter(message_ids::article_id.eq(article))
        .select((message_ids::message_id, message_ids::created_at))
        .load(&mut **tx)?;
    diesel::delete(message_ids::table.filter(message_ids::article_id.eq(article))).execute(&mut **tx)?;
    for (id, since) in ids {
        learn(tx, &id, Some(article), from, to, since)?;
    }
    Ok(())
}

/// From now on the id leads to another ticket, before all else that a mail names.
fn learn(
    tx: &mut Tx<'_>,
    id: &str,
    article: Option<ArticleId>,
    from: TicketId,
    to: TicketId,
    since: Ts,
) -> Result<()> {
    diesel::delete(message_ids::table.find((id, from))).execute(&mut **tx)?;
    let row = (
        message_ids::message_id.eq(id),
        message_ids::ticket_id.eq(to),
        message_ids::article_id.eq(article),
        message_ids::learned_from.eq(from),
        message_ids::created_at.eq(since),
    );
    each!(&mut **tx, |c| diesel::insert_into(message_ids::table)
        .values(row)
        .on_conflict((message_ids::message_id, message_ids::ticket_id))
        .do_update()
        .set(message_ids::learned_from.eq(from))
        .execute(c))?;
    Ok(())
}

// A mail is written out when it leaves, from the ticket in which it is then.
fn must_rest(conn: &mut Conn, article: ArticleId) -> Result<()> {
    let moving = [Delivery::Held, Delivery::Due, Delivery::Sending, Delivery::Deferred, Delivery::Uncertain];
    let on_its_way: i64 = outbox_table::table
        .filter(outbox_table::article_id.eq(article).and(outbox_table::state.eq_any(moving)))
        .filter(outbox_table::kind.ne(crate::db::OutboxKind::Notification))
        .count()
        .get_result(conn)?;
    if on_its_way > 0 { Err(Error::Conflict(say!("refused-take-leaving"))) } else { Ok(()) }
}

fn is_last(conn: &mut Conn, moving: &Article) -> Result<bool> {
    let others: i64 = articles::table
        .filter(articles::ticket_id.eq(moving.ticket_id).and(articles::id.ne(moving.id)))
        .filter(articles::sender.ne(Sender::System))
        .count()
        .get_result(conn)?;
    Ok(others == 0)
}

/// Where the two tickets were linked by a guess, the guess was right: from now on they are related.
fn answer_the_question(tx: &mut Tx<'_>, source: &Ticket, target: &Ticket, now: Ts) -> Result<()> {
    let (a, b) = (source.id, target.id);
    let both = (ticket_links::ticket_id.eq(a).and(ticket_links::other_id.eq(b)))
        .or(ticket_links::ticket_id.eq(b).and(ticket_links::other_id.eq(a)));
    let guesses = ticket_links::table.filter(ticket_links::kind.eq(LinkKind::PossiblyBelongsTo)).filter(both);
    if diesel::delete(guesses).execute(&mut **tx)? > 0 {
        store::link(tx, a, b, LinkKind::Related, now)?;
    }
    Ok(())
}

/// Its author is shown as new in the conversation: that his mail belongs here does not say that he may read the rest.
fn take_in_author(tx: &mut Tx<'_>, target: &Ticket, moving: &Article) -> Result<()> {
    let Some(address) = mail_ingest::address::normalise(&moving.from_address) else { return Ok(()) };
    let known = moving.sender != Sender::Customer || !moving.visible || address == target.customer_address;
    if known || OwnAddresses::load(tx)?.contains(&address) || store::takes_part(tx, target, &address)? {
        return Ok(());
    }
    backend::put_participant(tx, target.id, &address, &moving.from_name, false)
}

/// From which ticket each of these articles was brought, as far as it was.
///
/// # Errors
/// Those of the database.
pub fn brought(conn: &mut Conn, ticket: TicketId) -> Result<std::collections::HashMap<ArticleId, Ticket>> {
    // The last move of an article is the one that counts.
    Ok(article_moves::table
        .inner_join(tickets::table.on(tickets::id.eq(article_moves::from_id)))
        .inner_join(articles::table.on(articles::id.eq(article_moves::article_id)))
        .filter(articles::ticket_id.eq(ticket).and(article_moves::to_id.eq(ticket)))
        .order(article_moves::id)
        .select((article_moves::article_id, columns::<Ticket>()))
        .rows::<(ArticleId, Ticket)>(conn)?
        .into_iter()
        .collect())
}
