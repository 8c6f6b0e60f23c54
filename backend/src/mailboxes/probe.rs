//! A mail to ourselves: out through the relay, in through the mailbox. Each hop shows whether the way is open so far.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use lettre::message::header::{HeaderName, HeaderValue};

use super::{Mailbox, State, model};
use crate::{
    access::Actor,
    clock::{public_id, random_token},
    db::{
        Blobs, Conn, Delivery, InboundId, InboundStatus, InstallationRight, MailboxId, OutboxKind, Ts, Tx,
        schema::{inbound_mails, mailbox_states, mailbox_tests, mailboxes, outbox as outbox_table},
    },
    error::{Error, Result, say},
    i18n::Language,
    outbox, queues,
};

/// A test mail that is away for longer is not expected back any more.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// Tests older than this are forgotten.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How far a hop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HopState {
    /// Done.
    Ok,
    /// Not yet.
    Todo,
    /// Failed.
    Bad,
}

/// One hop of a test mail.
#[derive(Clone, Debug)]
pub struct Hop {
    /// Which one: `written`, `relay`, `fetched`, `recognised`.
    pub hop: &'static str,
    /// How far it is.
    pub state: HopState,
    /// When it was done.
    pub at: Option<Timestamp>,
    /// What went wrong, or what is waited for.
    pub detail: String,
}

/// A test mail and its hops.
#[derive(Clone, Debug)]
pub struct Test {
    /// What it carries.
    pub token: String,
    /// When it was written.
    pub started_at: Timestamp,
    /// In order.
    pub hops: Vec<Hop>,
}

impl Test {
    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        self.hops.iter().all(|hop| hop.state != HopState::Todo)
            || self.hops.iter().any(|hop| hop.state == HopState::Bad)
    }
}

/// Sends a test mail.
///
/// # Errors
/// [`Error::Forbidden`] without the right; [`Error::Invalid`] for a mailbox without an address.
pub fn start(tx: &mut Tx<'_>, actor: &Actor, blobs: &Blobs, id: MailboxId, now: Ts) -> Result<String> {
    actor.require(InstallationRight::QueuesAndMail)?;
    send(tx, blobs, id, now)
}

/// The same on behalf of the operator.
pub(crate) fn send(tx: &mut Tx<'_>, blobs: &Blobs, id: MailboxId, now: Ts) -> Result<String> {
    let mailbox: Mailbox = mailboxes::table
        .find(id)
        .filter(mailboxes::retired_at.is_null())
        .select(Mailbox::as_select())
        .first(&mut **tx)?;
    if mailbox.disabled_at.is_some() {
        return Err(Error::Conflict(say!("refused-mailbox-rests")));
    }
    if mailbox.address.is_empty() {
        return Err(Error::invalid("address", say!("refused-mailbox-no-address")));
    }
    let queue = queues::default_queue(tx)?;
    let queue = queues::get(tx, queue)?;
    let from = queues::sender(tx, &queue)?;
    let token: String = random_token().chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    let domain = crate::tickets::reply::domain_of(&from.address);
    let message_id = format!("{}.test@{domain}", public_id(now.0).simple());
    let language = Language::english();
    let subject = language.tr_with("mailbox-test-subject", &[("token", &token)]);
    let text = language.tr("mailbox-test-text");
    let envelope = (from.address.as_str(), mailbox.address.as_str());
    let bytes = outbox::test_mail(envelope, &subject, &text, Some(&token), &message_id, now)?;
    let old = Ts(now.0.checked_sub(KEPT).unwrap_or(now.0));
    diesel::delete(mailbox_tests::table.filter(mailbox_tests::mailbox_id.eq(id)))
        .filter(mailbox_tests::started_at.lt(old))
        .execute(&mut **tx)?;
    diesel::insert_into(mailbox_tests::table)
        .values((
            mailbox_tests::token.eq(&token),
            mailbox_tests::mailbox_id.eq(id),
            mailbox_tests::message_id.eq(&message_id),
            mailbox_tests::started_at.eq(now),
        ))
        .execute(&mut **tx)?;
    let mail = outbox::NewMail {
        kind: OutboxKind::Notification,
        state: Delivery::Due,
        ticket: None,
        article: None,
        agent: None,
        event: "mailbox_test".to_owned(),
        // The null sender: where the way is blocked, no report of it comes back as a ticket.
        envelope_from: String::new(),
        envelope_to: vec![mailbox.address],
        message_id,
        subject,
        body_text: String::new(),
        try_at: now,
    };
    outbox::enqueue_written(tx, &mail, &blobs.prepare(&bytes)?, now)?;
    Ok(token)
}

pub(super) fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

type Row = (String, String, Ts, Option<InboundId>);

/// The newest test of a mailbox, hop by hop.
pub(super) fn newest(
    conn: &mut Conn,
    mailbox: &Mailbox,
    has_relay: bool,
    language: &Language,
    now: Timestamp,
) -> Result<Option<Test>> {
    let row: Option<Row> = mailbox_tests::table
        .filter(mailbox_tests::mailbox_id.eq(mailbox.id))
        .order(mailbox_tests::started_at.desc())
        .select((
            mailbox_tests::token,
            mailbox_tests::message_id,
            mailbox_tests::started_at,
            mailbox_tests::inbound_id,
        ))
        .first(conn)
        .optional()?;
    let Some((token, message_id, started, inbound)) = row else { return Ok(None) };
    let sent: Option<(Delivery, String, Option<Ts>)> = outbox_table::table
        .filter(outbox_table::message_id.eq(&message_id))
        .select((outbox_table::state, outbox_table::error, outbox_table::sent_at))
        .first(conn)
        .optional()?;
    let state = mailbox_states::table.find(mailbox.id).select(State::as_select()).first(conn)?;
    let late = now.duration_since(started.0) > PATIENCE;
    let written =
        Hop { hop: "written", state: HopState::Ok, at: Some(started.0), detail: mailbox.address.clone() };
    let relay = relay_hop(sent, has_relay, language);
    let mut fetched = Hop { hop: "fetched", state: HopState::Todo, at: None, detail: String::new() };
    let mut recognised = Hop { hop: "recognised", state: HopState::Todo, at: None, detail: String::new() };
    let came = match inbound {
        Some(id) => arrival(conn, id)?,
        None => None,
    };
    match came {
        Some((received, source, processed, status)) => {
            fetched.at = Some(received.0);
            fetched.state = HopState::Ok;
            if source != mailbox.source() {
                // It is back, but past this mailbox, which is thereby not proven.
                fetched.state = HopState::Bad;
                fetched.detail = language.tr_with("mailbox-hop-elsewhere", &[("source", &source)]);
            }
            recognised.at = processed.map(|at| at.0);
            recognised.state = if status == InboundStatus::Done { HopState::Ok } else { HopState::Todo };
        }
        None if relay.state == HopState::Ok && !state.error.is_empty() => {
            fetched.detail = model::trouble(language, &state);
            fetched.state = if late { HopState::Bad } else { HopState::Todo };
        }
        None if relay.state == HopState::Ok && late => {
            fetched.state = HopState::Bad;
            fetched.detail = language.tr("mailbox-hop-late");
        }
        None => {}
    }
    Ok(Some(Test { token, started_at: started.0, hops: vec![written, relay, fetched, recognised] }))
}

type Arrival = (Ts, String, Option<Ts>, InboundStatus);

fn arrival(conn: &mut Conn, id: InboundId) -> Result<Option<Arrival>> {
    Ok(inbound_mails::table
        .find(id)
        .select((
            inbound_mails::received_at,
            inbound_mails::source,
            inbound_mails::processed_at,
            inbound_mails::status,
        ))
        .first(conn)
        .optional()?)
}

fn relay_hop(sent: Option<(Delivery, String, Option<Ts>)>, has_relay: bool, language: &Language) -> Hop {
    let hop = |state, at: Option<Ts>, detail| Hop { hop: "relay", state, at: at.map(|at| at.0), detail };
    match sent {
        Some((Delivery::Sent, _, at)) => hop(HopState::Ok, at, String::new()),
        Some((Delivery::Failed | Delivery::Bounced | Delivery::Cancelled, why, _)) => {
            hop(HopState::Bad, None, why)
        }
        _ if !has_relay => hop(HopState::Bad, None, language.tr("notice-no-relay")),
        Some((_, why, _)) => hop(HopState::Todo, None, why),
        // Swept away by now: whatever became of it is over.
        None => hop(HopState::Bad, None, String::new()),
    }
}
