//! Mails of ours that came back: which one it was, and whom it did not reach.

use diesel::prelude::*;

use super::{Settled, record, written};
use crate::{
    db::{
        ArticleId, Conn, Delivery, EventKind, OutboxId, OutboxKind, TicketId, Ts, Tx, backend, schema::outbox,
    },
    error::Result,
};

/// How much of what servers said is kept, in characters.
const WORDS: usize = 1_000;

/// A mail of ours that a report is about.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub(crate) struct Returned {
    id: OutboxId,
    /// Why it went out.
    pub kind: OutboxKind,
    state: Delivery,
    /// About which ticket.
    pub ticket_id: Option<TicketId>,
    /// The article that it carried.
    pub article_id: Option<ArticleId>,
    envelope_to: String,
    error: String,
    outcomes: String,
}

/// The mail of ours with this id, which nobody else changes until the transaction ends.
///
/// # Errors
/// Those of the database.
pub(crate) fn find(tx: &mut Tx<'_>, message_id: &str) -> Result<Option<Returned>> {
    let found: Option<OutboxId> = outbox::table
        .filter(outbox::message_id.eq(message_id))
        .select(outbox::id)
        .first(&mut **tx)
        .optional()?;
    let Some(id) = found else { return Ok(None) };
    backend::hold_mail(tx, id)?;
    Ok(outbox::table.find(id).select(Returned::as_select()).first(&mut **tx).optional()?)
}

impl Returned {
    /// The recipients of ours among those whom a report names; where it names none and there is but one, that one.
    pub(crate) fn missed(&self, named: &[String]) -> Vec<String> {
        let to: Vec<String> = list(&self.envelope_to);
        let named: Vec<String> =
            named.iter().filter_map(|address| mail_ingest::address::normalise(address)).collect();
        let is_named = |address: &&String| {
            mail_ingest::address::normalise(address).is_some_and(|address| named.contains(&address))
        };
        match &to[..] {
            [only] => vec![only.clone()],
            _ => to.iter().filter(is_named).cloned().collect(),
        }
    }

    /// Whether a report on the same recipients was read before.
    pub(crate) fn is_known(&self, missed: &[String]) -> bool {
        let known = written(&self.outcomes);
        let is_settled = |address: &String| known.iter().any(|one| one.address == *address && !one.taken);
        let is_marked = self.state == Delivery::Bounced || !missed.is_empty();
        is_marked && missed.iter().all(is_settled)
    }

    /// What a report comes to for one of them. Of one who still waits, and never was sent anything, it is anybody's word.
    fn heard(&self, outcomes: &[Settled], address: &str, said: &str) -> Option<Settled> {
        let taken = outcomes.iter().any(|one| one.taken && one.address == *address);
        let early = match self.state {
            Delivery::Sending => !taken,
            Delivery::Held | Delivery::Due | Delivery::Deferred | Delivery::Cancelled if !taken => {
                return None;
            }
            _ => false,
        };
        Some(Settled::returned(address.to_owned(), said, early))
    }

    /// Marks the mail: it did not reach the `missed`, as their server `said`; `why` is the same with their names. What is
    /// still being tried goes on, as others wait for it.
    pub(crate) fn mark(
        &self,
        tx: &mut Tx<'_>,
        missed: &[String],
        (said, why): (&str, &str),
        now: Ts,
    ) -> Result<()> {
        let mut outcomes = written(&self.outcomes);
        let fresh: Vec<Settled> =
            missed.iter().filter_map(|address| self.heard(&outcomes, address, said)).collect();
        outcomes.retain(|one| !fresh.iter().any(|report| report.address == one.address));
        outcomes.extend(fresh);
        let is_settled = |address: &String| outcomes.iter().any(|one| one.address == *address && !one.early);
        // Of one that may have left, whoever is not named may still wait; a report that names nobody is about all of it.
        let over = match self.state {
            Delivery::Sent | Delivery::Failed | Delivery::Bounced => true,
            Delivery::Uncertain => missed.is_empty() || list(&self.envelope_to).iter().all(is_settled),
            _ => false,
        };
        let before = Some(self.error.as_str()).filter(|_| self.state == Delivery::Bounced);
        let words: Vec<&str> = before.into_iter().chain([why]).filter(|text| !text.is_empty()).collect();
        let words: String = words.join("; ").chars().take(WORDS).collect();
        diesel::update(outbox::table.find(self.id))
            .set((
                over.then_some(outbox::state.eq(Delivery::Bounced)),
                outbox::outcomes.eq(serde_json::to_string(&outcomes)?),
                outbox::error.eq(&words),
            ))
            .execute(&mut **tx)?;
        if self.kind != OutboxKind::Notification
            && let Some(ticket) = self.ticket_id
        {
            record(tx, ticket, self.article_id, EventKind::Bounced, why, now)?;
        }
        Ok(())
    }
}

/// What an article's mail met last, as its server said it.
///
/// # Errors
/// Those of the database.
pub(crate) fn words(conn: &mut Conn, article: ArticleId) -> Result<String> {
    let said: Option<String> = outbox::table
        .filter(outbox::article_id.eq(article).and(outbox::kind.ne(OutboxKind::Notification)))
        .order(outbox::id.desc())
        .select(outbox::error)
        .first(conn)
        .optional()?;
    Ok(said.unwrap_or_default())
}

fn list(json: &str) -> Vec<String> {
    // Only we write these columns; what is no list names nobody.
    serde_json::from_str(json).unwrap_or_default()
}
