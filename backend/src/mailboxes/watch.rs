//! The watch: a mailbox into which nobody could look for a while is told of, on the pages, in the metrics and by mail; and
//! that it is well again, too. It asks only when somebody last got in, so that a fetcher that hangs, or that runs nowhere,
//! is noticed like one that fails.

use std::collections::HashSet;
use std::time::Duration;

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use lettre::message::{Mailbox as Address, Message, header::ContentType};
use tokio::sync::watch as signal;

use super::{Mailbox, State, model};
use crate::{
    access::keepers_of,
    clock::public_id,
    db::{
        Blobs, Conn, Delivery, Direct, InstallationRight, MailboxId, OutboxKind, Ts, Tx, Wake, columns,
        schema::{mailbox_states, mailboxes},
    },
    desk::Desk,
    error::{Error, Result},
    i18n::Language,
    outbox,
    people::{self, Agent},
    queues,
    tickets::Person,
};

/// Silence for so long is an alarm.
const ALARM: SignedDuration = SignedDuration::from_mins(15);
/// After a start everybody has so long to get in before silence counts.
const GRACE: SignedDuration = SignedDuration::from_mins(2);
/// How often the watch looks, at most.
const LOOK: Duration = Duration::from_secs(30);

/// Watches over all mailboxes until told to stop.
pub async fn run(desk: Desk, mut stop: signal::Receiver<bool>) {
    let started = desk.clock.now();
    let every = desk.poll().saturating_mul(50).min(LOOK);
    let mut suspects = HashSet::new();
    while !*stop.borrow() {
        if desk.clock.now().duration_since(started) >= GRACE
            && let Err(error) = look(&desk, &mut suspects).await
        {
            tracing::warn!(%error, "the watch over the mailboxes could not look");
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            _ = stop.changed() => {}
        }
    }
}

type Row = (Mailbox, State);

fn rows(conn: &mut Conn) -> Result<Vec<Row>> {
    Ok(mailboxes::table
        .inner_join(mailbox_states::table)
        .order(mailboxes::name)
        .select((columns::<Mailbox>(), columns::<State>()))
        .rows(conn)?)
}

/// An alarm takes two looks: a machine that slept has not been silent.
async fn look(desk: &Desk, suspects: &mut HashSet<MailboxId>) -> Result<()> {
    let now = desk.clock.now();
    let mut silent = HashSet::new();
    for (mailbox, state) in desk.db.read(rows).await? {
        let is_silent = mailbox.disabled_at.is_none() && now.duration_since(state.silent_since().0) > ALARM;
        match state.alarmed_at {
            None if is_silent => {
                silent.insert(mailbox.id);
                if suspects.contains(&mailbox.id) {
                    raise(desk, mailbox, state).await?;
                }
            }
            Some(_) if mailbox.disabled_at.is_some() => clear(desk, mailbox, state, false).await?,
            Some(at) if state.success_at.is_some_and(|success| success > at) => {
                clear(desk, mailbox, state, true).await?;
            }
            _ => {}
        }
    }
    *suspects = silent;
    Ok(())
}

async fn raise(desk: &Desk, mailbox: Mailbox, state: State) -> Result<()> {
    let (now, blobs, base) = (Ts(desk.clock.now()), desk.db.blobs().clone(), desk.config.public_url.clone());
    desk.db
        .write(move |tx| {
            // Of several watches only one tells.
            let mine = diesel::update(
                mailbox_states::table.find(mailbox.id).filter(mailbox_states::alarmed_at.is_null()),
            )
            .set(mailbox_states::alarmed_at.eq(now))
            .execute(&mut **tx)?;
            if mine == 0 {
                return Ok(());
            }
            tracing::error!(mailbox = mailbox.name, trouble = state.error, "no mail comes from this mailbox");
            tell(tx, &blobs, &base, now, &mailbox, |language| alarm(language, &mailbox, &state, now.0))
        })
        .await
}

async fn clear(desk: &Desk, mailbox: Mailbox, state: State, well: bool) -> Result<()> {
    let (now, blobs, base) = (Ts(desk.clock.now()), desk.db.blobs().clone(), desk.config.public_url.clone());
    desk.db
        .write(move |tx| {
            let mine = diesel::update(
                mailbox_states::table.find(mailbox.id).filter(mailbox_states::alarmed_at.is_not_null()),
            )
            .set(mailbox_states::alarmed_at.eq(None::<Ts>))
            .execute(&mut **tx)?;
            if mine == 0 || !well {
                return Ok(());
            }
            tracing::info!(mailbox = mailbox.name, "mail comes from this mailbox again");
            let since = state.alarmed_at.unwrap_or(now);
            tell(tx, &blobs, &base, now, &mailbox, |language| {
                let minutes = now.0.duration_since(since.0).as_mins().max(1).to_string();
                let name = mailbox.name.as_str();
                let subject = language.tr_with("mailbox-letter-well", &[("name", name)]);
                let text =
                    language.tr_with("mailbox-letter-well-text", &[("name", name), ("minutes", &minutes)]);
                (subject, text)
            })
        })
        .await
}

fn alarm(language: &Language, mailbox: &Mailbox, state: &State, now: Timestamp) -> (String, String) {
    let minutes = now.duration_since(state.silent_since().0).as_mins().max(1).to_string();
    let name = mailbox.name.as_str();
    let subject = language.tr_with("mailbox-letter-silent", &[("name", name)]);
    let first = language.tr_with("mailbox-letter-silent-text", &[("name", name), ("minutes", &minutes)]);
    let why = model::trouble(language, state);
    (subject, [first, why].join("\n\n"))
}

/// A letter to everybody who looks after mail. It takes the way of all mail out, which is another than the one that fails.
fn tell(
    tx: &mut Tx<'_>,
    blobs: &Blobs,
    base: &url::Url,
    now: Ts,
    mailbox: &Mailbox,
    letter: impl Fn(&Language) -> (String, String),
) -> Result<()> {
    let from = match queues::default_queue(tx) {
        Ok(queue) => {
            let queue = queues::get(tx, queue)?;
            queues::sender(tx, &queue)?
        }
        Err(_) => Person { name: "Turnstone".into(), address: "turnstone@localhost".into() },
    };
    let page = base
        .join(&format!("/admin/mailboxes/{}", mailbox.id))
        .map_or_else(|_| String::new(), |url| url.to_string());
    for agent in keepers_of(tx, InstallationRight::QueuesAndMail, now)? {
        let agent = people::agents::get(tx, agent)?;
        let language = Language::named(&agent.language);
        let (subject, text) = letter(&language);
        let hello = language.tr_with("mail-hello", &[("name", &agent.name)]);
        let text = [hello, text, page.clone()].join("\n\n");
        let domain = crate::tickets::reply::domain_of(&from.address);
        let id = format!("{}.watch@{domain}", public_id(now.0).simple());
        let bytes = match write(&from, &agent, &subject, text, &id, now) {
            Ok(bytes) => bytes,
            // An address that cannot stand in a mail must not keep the others from hearing.
            Err(error) => {
                tracing::warn!(agent = agent.login, %error, "cannot tell an agent of a silent mailbox");
                continue;
            }
        };
        let mail = outbox::NewMail {
            kind: OutboxKind::Notification,
            state: Delivery::Due,
            ticket: None,
            article: None,
            agent: Some(agent.id),
            event: "mailbox".to_owned(),
            envelope_from: String::new(),
            envelope_to: vec![agent.email.clone()],
            message_id: id,
            subject,
            body_text: String::new(),
            try_at: now,
        };
        outbox::enqueue_written(tx, &mail, &blobs.prepare(&bytes)?, now)?;
    }
    tx.wake(Wake::OUTBOX | Wake::EVENTS);
    Ok(())
}

fn write(from: &Person, to: &Agent, subject: &str, text: String, id: &str, now: Ts) -> Result<Vec<u8>> {
    let address = |name: &str, address: &str| -> Result<Address> {
        let parsed = address.parse().map_err(|error| Error::invalid("address", format!("{error}")))?;
        Ok(Address::new(Some(name.to_owned()).filter(|name| !name.is_empty()), parsed))
    };
    Message::builder()
        .from(address(&from.name, &from.address)?)
        .to(address(&to.name, &to.email)?)
        .subject(subject)
        .message_id(Some(format!("<{id}>")))
        .date(now.0.into())
        .raw_header(super::probe::header("Auto-Submitted", "auto-generated"))
        .raw_header(super::probe::header("X-Auto-Response-Suppress", "All"))
        .header(ContentType::TEXT_PLAIN)
        .body(text)
        .map(|message| message.formatted())
        .map_err(|error| Error::invalid("mail", error.to_string()))
}

/// The names of the mailboxes over which an alarm is raised.
///
/// # Errors
/// Those of the database.
pub fn alarmed(conn: &mut Conn) -> Result<Vec<(MailboxId, String)>> {
    Ok(mailboxes::table
        .inner_join(mailbox_states::table)
        .filter(mailbox_states::alarmed_at.is_not_null().and(mailboxes::disabled_at.is_null()))
        .order(mailboxes::name)
        .select((mailboxes::id, mailboxes::name))
        .rows(conn)?)
}

/// Sets the gauges.
///
/// # Errors
/// Those of the database.
pub fn measure(conn: &mut Conn, now: Timestamp) -> Result<()> {
    use crate::ops::metrics as ours;
    let age = |at: Ts| now.duration_since(at.0).as_secs().max(0).unsigned_abs();
    for (mailbox, state) in rows(conn)? {
        let rests = mailbox.disabled_at.is_some();
        let silent = if rests { 0 } else { age(state.silent_since()) };
        let failing = !rests && !state.error.is_empty();
        ours::named_gauge(ours::MAILBOX_SILENT, "mailbox", &mailbox.name, silent);
        ours::named_gauge(ours::MAILBOX_FAILING, "mailbox", &mailbox.name, failing.into());
        let alarmed = !rests && state.alarmed_at.is_some();
        ours::named_gauge(ours::MAILBOX_ALARM, "mailbox", &mailbox.name, alarmed.into());
        if let Some(at) = state.mail_at {
            ours::named_gauge(ours::MAILBOX_LAST_MAIL, "mailbox", &mailbox.name, age(at));
        }
    }
    Ok(())
}
