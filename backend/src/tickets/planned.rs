//! A reply that leaves later changes its ticket when it leaves, if its author may still answer by then.

use diesel::prelude::*;

use super::{Article, Moment, locking, state, store, withdraw};
use crate::{
    access::{self, Actor, Reply, Who},
    db::{
        ArticleId, Cause, State, Status, Ts, Tx,
        schema::{articles, planned_replies},
    },
    error::{Error, Result},
};

/// Notes what a planned reply does to its ticket; `state` as [`super::reply::ReplyInput`] has it.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    article: ArticleId,
    state: Option<Status>,
    until: Option<Ts>,
) -> Result<()> {
    diesel::insert_into(planned_replies::table)
        .values((
            planned_replies::article_id.eq(article),
            planned_replies::state.eq(state.map(|state| state.to_string())),
            planned_replies::until.eq(until),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The moment of a held mail has come, before anybody has it. Where it was planned, its ticket changes now. `false`: its
/// author may no longer answer here; then it is back in his draft, he hears of it, and nothing leaves.
///
/// # Errors
/// Those of the database.
pub(crate) fn leaves(tx: &mut Tx<'_>, article: ArticleId, at: &Moment) -> Result<bool> {
    let wish: Option<(Option<String>, Option<Ts>)> = planned_replies::table
        .find(article)
        .select((planned_replies::state, planned_replies::until))
        .first(&mut **tx)
        .optional()?;
    let Some((word, until)) = wish else { return Ok(true) };
    let reply: Article = articles::table.find(article).select(Article::as_select()).first(&mut **tx)?;
    let Some(author) = reply.agent_id else { return Ok(true) };
    let number = access::survivor(tx, reply.ticket_id)?.number;
    let allowed = Actor::load(tx, author, Cause::System, at.now)
        .and_then(|actor| access::for_change::<Reply>(tx, &actor, &number));
    let mut access = match allowed {
        Ok(access) => access,
        Err(Error::NotFound | Error::Forbidden(_) | Error::Conflict(_)) => {
            let mut ticket = access::survivor(tx, reply.ticket_id)?;
            if withdraw::hand_back_one(tx, &mut ticket, &Who::machine(Cause::System), &reply, author, at)? {
                store::save(tx, &mut ticket, at.ts())?;
            }
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    diesel::delete(planned_replies::table.find(article)).execute(&mut **tx)?;
    let (ticket, who) = access.parts();
    let wanted = word.as_deref().and_then(|word| word.parse::<Status>().ok());
    let now = ticket.status();
    let opens = wanted.is_some_and(|wanted| wanted.kind == State::Open);
    let after = match (wanted, now.kind) {
        (None, State::New) => State::Open.into(),
        (None, _) => now,
        // It was closed meanwhile; that a reply opens a ticket was said of the ticket as it was.
        (Some(_), State::Closed) if opens => now,
        (Some(wanted), _) => wanted,
    };
    let until = until.map(|until| until.0);
    // A reminder for a moment that has passed by now is none.
    let (after, until) = if wanted.is_some() { state::as_it_was(after, until, at) } else { (after, until) };
    if after != now || (after.is_pending() && wanted.is_some()) {
        state::change(tx, ticket, who, after, until, at)?;
        store::save(tx, ticket, at.ts())?;
    }
    locking::restart_timer(tx, ticket, at)?;
    Ok(true)
}
