//! The outbox as a page and as an API list.

use diesel::prelude::*;

use super::{Outgoing, returned};
use crate::{
    access::{Actor, Reply, TicketAccess},
    db::{
        ArticleId, Conn, Delivery, InstallationRight, OutboxId, OutboxKind, TicketId, Ts, Tx, Wake,
        schema::{articles, outbox, tickets},
    },
    error::{Error, Result, say},
    tickets::Moment,
};

/// An outgoing mail in the list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The mail.
    pub mail: Outgoing,
    /// The number of its ticket.
    pub ticket: Option<String>,
}

/// Outgoing mails, the newest first, in any or in one state; after `cursor`.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to see the recorder.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    state: Option<Delivery>,
    cursor: Option<OutboxId>,
    limit: i64,
) -> Result<(Vec<Listed>, Option<OutboxId>)> {
    actor.require(InstallationRight::Recorder)?;
    let mut query =
        outbox::table.select(Outgoing::as_select()).order(outbox::id.desc()).limit(limit + 1).into_boxed();
    if let Some(state) = state {
        query = query.filter(outbox::state.eq(state));
    }
    if let Some(before) = cursor {
        query = query.filter(outbox::id.lt(before));
    }
    let mut mails: Vec<Outgoing> = query.load(conn)?;
    let more = mails.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        mails.pop();
    }
    let ids: Vec<TicketId> = mails.iter().filter_map(|mail| mail.ticket_id).collect();
    let numbers: Vec<(TicketId, String)> =
        tickets::table.filter(tickets::id.eq_any(ids)).select((tickets::id, tickets::number)).load(conn)?;
    let next = mails.last().filter(|_| more).map(|mail| mail.id);
    let listed = mails
        .into_iter()
        .map(|mail| {
            let ticket =
                numbers.iter().find(|(id, _)| Some(*id) == mail.ticket_id).map(|(_, number)| number.clone());
            Listed { mail, ticket }
        })
        .collect();
    Ok((listed, next))
}

/// A reply of the actor that can still be taken back.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its article.
    pub article: ArticleId,
    /// Its ticket's number.
    pub ticket: String,
    /// Until when.
    pub until: Ts,
}

/// The actor's replies that can still be taken back, the newest first.
///
/// # Errors
/// Those of the database.
pub fn held_by(conn: &mut Conn, actor: &Actor, now: Ts) -> Result<Vec<Held>> {
    let rows: Vec<(ArticleId, String, Ts)> = outbox::table
        .inner_join(tickets::table)
        .inner_join(articles::table.on(outbox::article_id.eq(articles::id.nullable())))
        .filter(outbox::state.eq(Delivery::Held).and(outbox::try_at.gt(now)))
        .filter(articles::agent_id.eq(actor.agent.id))
        .order(outbox::id.desc())
        .limit(3)
        .select((articles::id, tickets::number, outbox::try_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(article, ticket, until)| Held { article, ticket, until }).collect())
}

/// Tries a mail once more that the relay refused, or that came back: the same bytes, and only for those whom it did not
/// reach, where a report named them.
///
/// # Errors
/// [`Error::Conflict`] when there is nothing to try again.
pub fn resend(tx: &mut Tx<'_>, access: &TicketAccess<Reply>, article: ArticleId, at: &Moment) -> Result<()> {
    // The article's ticket, not the row's: what was sent before a merge stands on the survivor's page.
    let home: TicketId = articles::table.find(article).select(articles::ticket_id).first(&mut **tx)?;
    if home != access.ticket().id {
        return Err(Error::NotFound);
    }
    let undelivered: Vec<(OutboxId, String)> = outbox::table
        .filter(outbox::article_id.eq(article))
        .filter(outbox::kind.ne(OutboxKind::Notification))
        .filter(outbox::state.eq_any([Delivery::Failed, Delivery::Bounced]))
        .select((outbox::id, outbox::outcomes))
        .load(&mut **tx)?;
    if undelivered.is_empty() {
        return Err(Error::Conflict(say!("refused-resend")));
    }
    for (id, outcomes) in undelivered {
        diesel::update(outbox::table.find(id))
            .set((
                outbox::state.eq(Delivery::Due),
                outbox::attempts.eq(0),
                outbox::error.eq(""),
                outbox::outcomes.eq(returned::again(&outcomes)?),
                outbox::try_at.eq(at.ts()),
                outbox::created_at.eq(at.ts()),
            ))
            .execute(&mut **tx)?;
    }
    tx.wake(Wake::OUTBOX | Wake::EVENTS);
    Ok(())
}
