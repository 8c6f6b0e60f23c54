//! Mails of ours that came back: which one it was, and whom it did not reach.

use diesel::prelude::*;

use super::{Settled, record, settled};
use crate::{
    db::{ArticleId, Conn, Delivery, EventKind, OutboxId, OutboxKind, TicketId, Ts, Tx, schema::outbox},
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

/// The mail of ours with this id.
///
/// # Errors
/// Those of the database.
pub(crate) fn find(conn: &mut Conn, message_id: &str) -> Result<Option<Returned>> {
    Ok(outbox::table
        .filter(outbox::message_id.eq(message_id))
        .select(Returned::as_select())
        .first(conn)
        .optional()?)
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
        let settled = settled(&self.outcomes);
        let is_settled = |address: &String| settled.iter().any(|one| one.address == *address && !one.taken);
        self.state == Delivery::Bounced && missed.iter().all(is_settled)
    }

    /// Marks the mail. What is still being tried goes on: others may wait for it.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn mark(&self, tx: &mut Tx<'_>, missed: &[String], why: &str, now: Ts) -> Result<()> {
        let mut outcomes = settled(&self.outcomes);
        outcomes.retain(|one| !missed.contains(&one.address));
        outcomes.extend(missed.iter().map(|address| Settled {
            address: address.clone(),
            taken: false,
            text: why.to_owned(),
        }));
        let before = Some(self.error.as_str()).filter(|_| self.state == Delivery::Bounced);
        let words: Vec<&str> = before.into_iter().chain([why]).filter(|text| !text.is_empty()).collect();
        let words: String = words.join("; ").chars().take(WORDS).collect();
        let under_way = matches!(
            self.state,
            Delivery::Held | Delivery::Due | Delivery::Sending | Delivery::Deferred | Delivery::Cancelled
        );
        if under_way {
            diesel::update(outbox::table.find(self.id)).set(outbox::error.eq(&words)).execute(&mut **tx)?;
        } else {
            diesel::update(outbox::table.find(self.id))
                .set((
                    outbox::state.eq(Delivery::Bounced),
                    outbox::outcomes.eq(serde_json::to_string(&outcomes)?),
                    outbox::error.eq(&words),
                ))
                .execute(&mut **tx)?;
        }
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
