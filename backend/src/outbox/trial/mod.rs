//! A real mail through a relay as somebody has typed it, before that is saved: what became of each step, and whether the
//! mail comes in again. What comes in again becomes no ticket (`postmaster::round_trip`).

mod dialogue;

use std::collections::BTreeMap;

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use lettre::message::{
    Mailbox, Message,
    header::{ContentType, HeaderName, HeaderValue},
};
use serde::{Deserialize, Serialize};

pub use self::dialogue::run;
use super::Signer;
use crate::{
    access::Actor,
    audit,
    clock::{public_id, random_token},
    config::{Config, Relay},
    db::{
        Audited, Conn, Direct, InboundId, InstallationRight, Ts, Tx,
        schema::{inbound_mails, relay_trials},
    },
    error::{Error, Result, say},
    i18n::Language,
    queues::{self, listing},
    settings::relay::{self, Tried, Wish},
};

/// Carries the token of a test mail: a relay may change the Message-ID.
pub const TEST_HEADER: &str = "X-Turnstone-Test";
/// So long what was typed for a trial may be saved without being typed again.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// Trials older than this are forgotten.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// A mail that is away for longer is not expected back any more.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// A step of a trial that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// `name`, `connect`, `tls`, `plain`, `sign_in` or `sent`.
    pub what: String,
    /// Whether it went well.
    pub good: bool,
    /// When it was over, in milliseconds from the beginning.
    pub millis: u64,
    /// What there is to know about it, such as the other side's `words`.
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
}

/// Where a mail shall go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To somebody, who looks for it himself.
    Somebody(String),
    /// To an address of a queue: out and in again.
    Ourselves(String),
}

/// A trial that is about to be made.
#[derive(Debug)]
pub struct Ready {
    /// What names it.
    pub token: String,
    /// With its password.
    pub relay: Relay,
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipient.
    pub to: String,
    /// The mail.
    pub bytes: Vec<u8>,
}

/// What is known of a trial.
#[derive(Clone, Debug)]
pub struct Trial {
    /// What was tried, without its password.
    pub relay: Option<Relay>,
    /// As whom answers shall go out, as it was typed.
    pub sender: String,
    /// Where the mail went.
    pub address: String,
    /// What became of it; empty while it is under way.
    pub steps: Vec<Step>,
    /// When it began.
    pub started_at: Timestamp,
    /// Whether it is to come in again, and when it did.
    pub back: Option<Back>,
}

/// Whether a test mail has come in again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// Not yet.
    Waiting,
    /// It will not.
    Lost,
    /// It did, in this mail of the recorder.
    Came(InboundId, Timestamp),
}

/// Whether the relay let us in, or took the mail: then what was typed for it is right.
fn let_in(steps: &[Step]) -> bool {
    steps.iter().any(|step| step.good && ["sign_in", "sent"].contains(&step.what.as_str()))
}

impl Trial {
    /// Whether its password was right, and may be saved without being typed again.
    pub fn let_in(&self, now: Timestamp) -> bool {
        let has_user = self.relay.as_ref().is_some_and(|relay| relay.credentials.is_some());
        has_user && let_in(&self.steps) && now.duration_since(self.started_at) < FRESH
    }

    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        self.back != Some(Back::Waiting)
    }
}

/// Writes a trial down and the mail that it sends. The password may come from an earlier trial of the same relay.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage people, and for another relay than the one in force without all others;
/// [`Error::Invalid`] with what is wrong at which field.
pub fn prepare(
    tx: &mut Tx<'_>,
    actor: &Actor,
    config: &Config,
    (wish, earlier, sender): (&Wish, &str, &str),
    target: &Target,
    now: Ts,
) -> Result<Ready> {
    actor.require(InstallationRight::People)?;
    let to = match target {
        Target::Somebody(address) => mail_ingest::address::normalise(address)
            .ok_or_else(|| Error::invalid("to", say!("refused-trial-address")))?,
        Target::Ourselves(address) => listing::addresses(tx)?
            .into_values()
            .flatten()
            .find(|own| own == address)
            .ok_or_else(|| Error::invalid("own", say!("refused-trial-own")))?,
    };
    let tried = tried(tx, actor, earlier, now)?;
    let relay = relay::meant(tx, config, wish, tried.as_ref())?;
    relay::may_try(tx, actor, config, &relay)?;
    let queue = queues::default_queue(tx)?;
    let queue = queues::get(tx, queue)?;
    let from = queues::sender(tx, &queue)?.address;
    let (token, mark) = (token(), token());
    let id = format!("{}.test@{}", public_id(now.0).simple(), crate::tickets::reply::domain_of(&from));
    let language = Language::named(&actor.agent.language);
    let own = matches!(target, Target::Ourselves(_));
    let text = language.tr(if own { "trial-mail-own" } else { "trial-mail" });
    let subject = language.tr("trial-mail-subject");
    let bytes = test_mail((&from, &to), &subject, &text, own.then_some(mark.as_str()), &id, now)?;
    let bytes = match Signer::of(config)? {
        Some(signer) => signer.sign(bytes, now.0)?,
        None => bytes,
    };
    sweep(tx, now.0)?;
    diesel::insert_into(relay_trials::table)
        .values((
            relay_trials::token.eq(&token),
            relay_trials::mark.eq(&mark),
            relay_trials::sender.eq(sender.trim().chars().take(100).collect::<String>()),
            relay_trials::agent_id.eq(actor.agent.id),
            relay_trials::relay.eq(relay.written()),
            relay_trials::secret.eq(relay::seal_trial(config, &relay, actor.agent.id.0)?),
            relay_trials::address.eq(&to),
            relay_trials::own.eq(own),
            relay_trials::started_at.eq(now),
        ))
        .exec(tx)?;
    // Nothing was changed: what is written down is the deed.
    let told = format!("test mail through {} to {to}", relay.written());
    audit::noted(tx, &actor.who(), Audited::Settings, relay::KEY, &told, now)?;
    Ok(Ready { token, relay, from, to, bytes })
}

fn token() -> String {
    random_token().chars().filter(char::is_ascii_alphanumeric).take(20).collect()
}

/// Forgets what was typed for trials and not saved in time, and trials of yesterday.
///
/// # Errors
/// Those of the database.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    let before = |age: SignedDuration| Ts(now.checked_sub(age).unwrap_or(now));
    diesel::delete(relay_trials::table.filter(relay_trials::started_at.lt(before(KEPT))))
        .execute(&mut **tx)?;
    let typed = relay_trials::table.filter(relay_trials::secret.ne(""));
    diesel::update(typed.filter(relay_trials::started_at.lt(before(FRESH))))
        .set(relay_trials::secret.eq(""))
        .execute(&mut **tx)?;
    Ok(())
}

/// The password of one's own trial, as long as it is fresh and was right: one that was refused replaces no other.
fn tried(conn: &mut Conn, actor: &Actor, token: &str, now: Ts) -> Result<Option<Tried>> {
    let fresh = Ts(now.0.checked_sub(FRESH).unwrap_or(now.0));
    let row: Option<(String, String)> = relay_trials::table
        .find(token)
        .filter(relay_trials::agent_id.eq(actor.agent.id).and(relay_trials::started_at.ge(fresh)))
        .select((relay_trials::secret, relay_trials::steps))
        .first(conn)
        .optional()?;
    let right = |(sealed, steps): &(String, String)| {
        !sealed.is_empty() && serde_json::from_str::<Vec<Step>>(steps).is_ok_and(|steps| let_in(&steps))
    };
    Ok(row.filter(right).map(|(sealed, _)| Tried { sealed, agent: actor.agent.id.0 }))
}

/// Whether a mail is a test mail that is awaited: then it is noted that it came, once.
///
/// # Errors
/// Those of the database.
pub(crate) fn came_back(tx: &mut Tx<'_>, mark: &str, mail: InboundId, now: Timestamp) -> Result<bool> {
    let since = Ts(now.checked_sub(PATIENCE).unwrap_or(now));
    let awaited: Option<(String, Option<InboundId>, Ts)> = relay_trials::table
        .filter(relay_trials::mark.eq(mark).and(relay_trials::own))
        .select((relay_trials::token, relay_trials::inbound_id, relay_trials::started_at))
        .row(tx)
        .optional()?;
    let Some((token, came, started)) = awaited else { return Ok(false) };
    // Processed again, it is still the same mail.
    if came.map_or(started < since, |other| other != mail) {
        return Ok(false);
    }
    diesel::update(relay_trials::table.find(&token)).set(relay_trials::inbound_id.eq(Some(mail))).exec(tx)?;
    Ok(true)
}

/// Writes down what became of a trial.
///
/// # Errors
/// Those of the database.
pub fn note(tx: &mut Tx<'_>, token: &str, steps: &[Step]) -> Result<()> {
    diesel::update(relay_trials::table.find(token))
        .set(relay_trials::steps.eq(serde_json::to_string(steps)?))
        .exec(tx)?;
    Ok(())
}

/// Saves the relay; what was tried with success a moment ago need not be typed again.
///
/// # Errors
/// Those of [`relay`]'s checks.
pub fn save(
    tx: &mut Tx<'_>,
    actor: &Actor,
    config: &Config,
    (wish, earlier): (Option<&Wish>, &str),
    now: Ts,
) -> Result<()> {
    let tried = tried(tx, actor, earlier, now)?;
    relay::change(tx, actor, config, wish, tried.as_ref(), now)?;
    // Whatever was typed for a trial has served its turn.
    diesel::update(relay_trials::table.filter(relay_trials::agent_id.eq(actor.agent.id)))
        .set(relay_trials::secret.eq(""))
        .execute(&mut **tx)?;
    Ok(())
}

/// One's own trial.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, actor: &Actor, token: &str, now: Timestamp) -> Result<Option<Trial>> {
    actor.require(InstallationRight::People)?;
    type Row = (String, String, String, bool, String, Ts, Option<InboundId>);
    let row: Option<Row> = relay_trials::table
        .find(token)
        .filter(relay_trials::agent_id.eq(actor.agent.id))
        .select((
            relay_trials::relay,
            relay_trials::sender,
            relay_trials::address,
            relay_trials::own,
            relay_trials::steps,
            relay_trials::started_at,
            relay_trials::inbound_id,
        ))
        .first(conn)
        .optional()?;
    let Some((said, sender, address, own, steps, started_at, inbound)) = row else { return Ok(None) };
    // Only we write this column; empty is a trial whose end nobody has written down.
    let steps: Vec<Step> = serde_json::from_str(&steps).unwrap_or_default();
    let left = steps.last().is_some_and(|last| last.good && last.what == "sent");
    let came: Option<(InboundId, Ts)> = match inbound {
        Some(id) => inbound_mails::table
            .find(id)
            .select((inbound_mails::id, inbound_mails::received_at))
            .first(conn)
            .optional()?,
        None => None,
    };
    let back = match (own, came) {
        (false, _) => None,
        (true, Some((id, at))) => Some(Back::Came(id, at.0)),
        (true, None) if left && now.duration_since(started_at.0) < PATIENCE => Some(Back::Waiting),
        (true, None) => Some(Back::Lost),
    };
    let relay = Relay::read(&said).ok();
    Ok(Some(Trial { relay, sender, address, steps, started_at: started_at.0, back }))
}

/// The bytes of a test mail, which nothing answers by itself.
///
/// # Errors
/// [`Error::Invalid`] for an address that mail cannot go to.
pub(crate) fn test_mail(
    (from, to): (&str, &str),
    subject: &str,
    text: &str,
    token: Option<&str>,
    id: &str,
    now: Ts,
) -> Result<Vec<u8>> {
    let address = |text: &str| {
        text.parse()
            .map(|address| Mailbox::new(None, address))
            .map_err(|error| Error::invalid("address", format!("{text}: {error}")))
    };
    let mut mail = Message::builder()
        .from(address(from)?)
        .to(address(to)?)
        .subject(subject)
        .message_id(Some(format!("<{id}>")))
        .date(now.0.into());
    if let Some(token) = token {
        mail = mail.raw_header(header(TEST_HEADER, token));
    }
    mail.raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .header(ContentType::TEXT_PLAIN)
        .body(text.to_owned())
        .map(|message| message.formatted())
        .map_err(|error| Error::invalid("address", error.to_string()))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
