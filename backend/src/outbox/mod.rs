//! Outgoing mail: rows first, deeds after.
//!
//! `held → due → sending → sent | deferred | uncertain | failed`, later perhaps `bounced`; `cancelled` while held. The
//! bytes of a mail and its Message-ID are fixed before the first attempt, so that a repetition is the same mail.

mod address;
pub mod balance;
mod brand;
mod claim;
mod compose;
mod dkim;
mod fairness;
mod lines;
mod outage;
mod outcome;
mod relay;
pub(crate) mod reply_token;
mod resend;
pub(crate) mod returned;
mod room;
mod send;
pub(crate) mod thread;
pub(crate) mod token;
pub mod trial;
mod view;
mod worker;

use diesel::prelude::*;

use crate::{
    db::{
        AgentId, ArticleId, Conn, Delivery, Direct, EventKind, OutboxId, OutboxKind, TicketId, Ts, Tx, Wake,
        backend,
        schema::{articles, outbox, planned_replies},
    },
    error::Result,
};

pub(crate) use self::{
    compose::{for_the_wire, resent_fields},
    outage::sender as own_sender,
    trial::{TEST_HEADER, test_mail},
};
pub use self::{
    dkim::Signer,
    outage::{Away, away},
    outcome::Settled,
    relay::takes_returns,
    resend::resend,
    view::{Held, Listed, held_by, page},
    worker::run,
};

/// What the row of a redirected mail is marked with: its bytes are another's and stay as they are.
pub(crate) const REDIRECT: &str = "redirect";

/// A mail to be sent.
#[derive(Clone, Debug)]
pub struct NewMail {
    /// Why.
    pub kind: OutboxKind,
    /// Held or due.
    pub state: Delivery,
    /// About which ticket.
    pub ticket: Option<TicketId>,
    /// The article that it carries.
    pub article: Option<ArticleId>,
    /// The agent whom a notification is for.
    pub agent: Option<AgentId>,
    /// What a notification is about; of a mail without an article, the key of the queue that it comes from.
    pub event: String,
    /// The envelope's sender; empty is the null sender.
    pub envelope_from: String,
    /// The envelope's recipients.
    pub envelope_to: Vec<String>,
    /// Without angle brackets.
    pub message_id: String,
    /// Only where no article carries it.
    pub subject: String,
    /// Only where no article carries it.
    pub body_text: String,
    /// When it is sent.
    pub try_at: Ts,
}

/// A row of the outbox.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct Outgoing {
    /// Its key.
    pub id: OutboxId,
    /// Why.
    pub kind: OutboxKind,
    /// Where it stands.
    pub state: Delivery,
    /// About which ticket.
    pub ticket_id: Option<TicketId>,
    /// The article that it carries.
    pub article_id: Option<ArticleId>,
    /// The agent whom a notification is for.
    pub agent_id: Option<AgentId>,
    /// What a notification is about.
    pub event: String,
    /// The envelope's sender; empty is the null sender.
    pub envelope_from: String,
    /// The envelope's recipients, as JSON.
    pub envelope_to: String,
    /// Without angle brackets.
    pub message_id: String,
    /// The finished bytes.
    pub digest: Option<String>,
    /// Only where no article carries it.
    pub subject: String,
    /// Only where no article carries it.
    pub body_text: String,
    /// When it is tried next; while it is held, until when; while it is being sent, until when the sender has it.
    pub try_at: Ts,
    /// How often it was tried.
    pub attempts: i32,
    /// Who has it now.
    pub lease: i64,
    /// What the relay said last.
    pub error: String,
    /// When it was made; of a planned mail, for when.
    pub created_at: Ts,
    /// When the relay took it.
    pub sent_at: Option<Ts>,
    /// Where its first recipient is.
    pub domain: String,
    /// What became of its recipients, as JSON.
    pub outcomes: String,
}

impl Outgoing {
    /// The envelope's recipients.
    pub fn recipients(&self) -> Vec<String> {
        // Only we write this column; a row that is no list would be refused by the relay and shown as failed.
        serde_json::from_str(&self.envelope_to).unwrap_or_default()
    }

    /// Those of whom the relay has said what becomes of the mail.
    pub fn settled(&self) -> Vec<Settled> {
        settled(&self.outcomes)
    }

    /// The recipients who still wait for it.
    fn left(&self) -> Vec<String> {
        let settled = self.settled();
        let mut left = self.recipients();
        left.retain(|address| !settled.iter().any(|one| one.address == *address));
        left
    }
}

/// What a row says of its recipients.
pub(crate) fn settled(outcomes: &str) -> Vec<Settled> {
    let mut all = written(outcomes);
    all.retain(|one| !one.early);
    all
}

fn written(outcomes: &str) -> Vec<Settled> {
    // Only we write this column; one that cannot be read would send the mail once more rather than lose it.
    serde_json::from_str(outcomes).unwrap_or_default()
}

/// What reports have said of a row's recipients, also before anything else was known of them.
fn reports(outcomes: &str) -> Vec<Settled> {
    let all = written(outcomes).into_iter().filter(|one| one.reported);
    all.map(|one| Settled { early: false, ..one }).collect()
}

/// What the row says of them now; nobody else changes that until the transaction ends.
fn outcomes_held(tx: &mut Tx<'_>, id: OutboxId) -> Result<String> {
    backend::hold_mail(tx, id)?;
    let outcomes: Option<String> =
        outbox::table.find(id).select(outbox::outcomes).first(&mut **tx).optional()?;
    Ok(outcomes.unwrap_or_default())
}

/// Where a mail goes: the domain of its first recipient.
fn domain(recipients: &[String]) -> String {
    let domain = recipients.first().and_then(|address| address.rsplit_once('@')).map(|(_, domain)| domain);
    domain.unwrap_or_default().to_lowercase().replace('\0', "")
}

/// Puts a mail into the outbox, as part of the transaction that caused it.
///
/// # Errors
/// Those of the database.
pub(crate) fn enqueue(tx: &mut Tx<'_>, mail: &NewMail, now: Ts) -> Result<()> {
    diesel::insert_into(outbox::table)
        .values((
            outbox::kind.eq(mail.kind),
            outbox::state.eq(mail.state),
            outbox::ticket_id.eq(mail.ticket),
            outbox::article_id.eq(mail.article),
            outbox::agent_id.eq(mail.agent),
            outbox::event.eq(&mail.event),
            outbox::envelope_from.eq(&mail.envelope_from),
            outbox::envelope_to.eq(serde_json::to_string(&mail.envelope_to)?),
            outbox::message_id.eq(&mail.message_id),
            outbox::subject.eq(&mail.subject),
            outbox::body_text.eq(&mail.body_text),
            outbox::try_at.eq(mail.try_at),
            outbox::created_at.eq(now),
            outbox::domain.eq(domain(&mail.envelope_to)),
        ))
        .exec(tx)?;
    // The id of what we send leads an answer back to its ticket, notifications included.
    if let Some(ticket) = mail.ticket {
        backend::put_message_id(tx, &mail.message_id, ticket, mail.article, now)?;
    }
    tx.wake(Wake::OUTBOX);
    Ok(())
}

/// Puts a mail whose bytes are written already into the outbox.
///
/// # Errors
/// Those of the database.
pub(crate) fn enqueue_written(
    tx: &mut Tx<'_>,
    mail: &NewMail,
    bytes: &crate::db::Blob,
    now: Ts,
) -> Result<()> {
    enqueue(tx, mail, now)?;
    bytes.store(tx)?;
    diesel::update(outbox::table.filter(outbox::message_id.eq(&mail.message_id)))
        .set(outbox::digest.eq(&bytes.digest))
        .exec(tx)?;
    Ok(())
}

/// Takes a held mail out of the outbox. `false`: it has left already. Whoever comes first, this or the worker, wins.
///
/// # Errors
/// Those of the database.
pub(crate) fn cancel_held(tx: &mut Tx<'_>, article: ArticleId) -> Result<bool> {
    let done = diesel::update(
        outbox::table
            .filter(outbox::article_id.eq(article).and(outbox::state.eq(Delivery::Held)))
            .filter(outbox::kind.eq(OutboxKind::Reply)),
    )
    .set((outbox::state.eq(Delivery::Cancelled), outbox::article_id.eq(None::<ArticleId>)))
    .exec(tx)?;
    Ok(done > 0)
}

/// Dates a held mail: it leaves then, as if it were written then, and until then it is *planned*.
///
/// # Errors
/// Those of the database.
pub(crate) fn plan(tx: &mut Tx<'_>, article: ArticleId, when: Ts) -> Result<()> {
    diesel::update(outbox::table.filter(outbox::article_id.eq(article)))
        .filter(outbox::state.eq(Delivery::Held))
        .set((outbox::created_at.eq(when), outbox::try_at.eq(when)))
        .exec(tx)?;
    Ok(())
}

/// The articles of a ticket that are planned for a moment to come; also those whose moment came while they could not
/// leave. They stay plans until they do.
///
/// # Errors
/// Those of the database.
pub(crate) fn planned(conn: &mut Conn, ticket: TicketId, now: Ts) -> Result<Vec<ArticleId>> {
    let plans = planned_replies::table.select(planned_replies::article_id.nullable());
    let found: Vec<Option<ArticleId>> = outbox::table
        .inner_join(articles::table.on(outbox::article_id.eq(articles::id.nullable())))
        .filter(articles::ticket_id.eq(ticket).and(outbox::state.eq(Delivery::Held)))
        .filter(outbox::created_at.gt(now).or(outbox::article_id.eq_any(plans)))
        .order(outbox::id)
        .select(outbox::article_id)
        .rows(conn)?;
    Ok(found.into_iter().flatten().collect())
}

/// Mails about a ticket that have not left yet do not leave any more, save news for agents: those are asked about
/// permission when they leave. One that a sender has at this moment is on its way.
///
/// # Errors
/// Those of the database.
pub(crate) fn cancel_waiting(tx: &mut Tx<'_>, ticket: TicketId) -> Result<()> {
    let waiting = [Delivery::Held, Delivery::Due, Delivery::Deferred];
    diesel::update(
        outbox::table
            .filter(outbox::ticket_id.eq(ticket).and(outbox::state.eq_any(waiting)))
            .filter(outbox::kind.ne(OutboxKind::Notification)),
    )
    .set(outbox::state.eq(Delivery::Cancelled))
    .exec(tx)?;
    Ok(())
}

/// An event about a mail of ours.
fn record(
    tx: &mut Tx<'_>,
    ticket: TicketId,
    article: Option<ArticleId>,
    kind: EventKind,
    why: &str,
    now: Ts,
) -> Result<()> {
    use crate::{access::Who, db::Cause, tickets::store};
    // What was sent before a merge is news of the ticket in which it lives on.
    let row = crate::access::survivor(tx, ticket)?;
    let there = match article {
        Some(id) => articles::table.find(id).select(articles::id).row::<ArticleId>(tx).optional()?,
        None => None,
    };
    let change = store::Change { kind, article: there, old: None, new: Some(why) };
    store::record(tx, &row, &Who::machine(Cause::System), now, change)
}
