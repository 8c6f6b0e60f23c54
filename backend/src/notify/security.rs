//! What changed about how an agent gets in. He hears of it by mail whatever he chose to hear of, because it may not have been
//! himself: a row of the outbox in the transaction that changes it, written out in his language when it leaves.

use serde::{Deserialize, Serialize};

use super::letters::{self, Letter};
use crate::{
    access::Who,
    clock::public_id,
    config::Config,
    db::{AgentId, Cause, Delivery, OutboxKind, Ts, Tx},
    error::Result,
    i18n::Language,
    outbox,
    people::{Agent, agents},
};

/// What the row of the outbox is about.
pub(crate) const EVENT: &str = "security";

/// What changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Changed<'a> {
    /// A passkey was added, called so.
    PasskeyAdded(&'a str),
    /// It was taken away.
    PasskeyRemoved(&'a str),
    /// An app shows codes.
    AppAdded,
    /// None does any more.
    AppRemoved,
    /// App, passkeys and recovery codes are gone.
    FactorReset,
    /// There are new recovery codes.
    CodesRenewed,
    /// He has a token for a program, called so.
    TokenMade(&'a str),
    /// It works no more.
    TokenEnded(&'a str),
    /// There is another password.
    Password,
    /// Mail goes to this address from now on. The mail about it goes to the one before.
    Address(&'a str),
    /// Somebody of that directory, site or authority is him.
    Tied(&'a str),
    /// Nobody of it is him any more.
    Untied(&'a str),
}

impl Changed<'_> {
    /// Its word, and what it is called.
    fn told(&self) -> (&'static str, &str) {
        match self {
            Self::PasskeyAdded(name) => ("passkey-added", name),
            Self::PasskeyRemoved(name) => ("passkey-removed", name),
            Self::AppAdded => ("app-added", ""),
            Self::AppRemoved => ("app-removed", ""),
            Self::FactorReset => ("factor-reset", ""),
            Self::CodesRenewed => ("codes-renewed", ""),
            Self::TokenMade(name) => ("token-made", name),
            Self::TokenEnded(name) => ("token-ended", name),
            Self::Password => ("password", ""),
            Self::Address(address) => ("address", address),
            Self::Tied(name) => ("tied", name),
            Self::Untied(name) => ("untied", name),
        }
    }
}

/// What the row keeps until it is written out.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct News {
    /// What changed.
    pub what: String,
    /// What it is called.
    pub name: String,
    /// When.
    pub at: jiff::Timestamp,
    /// From where, where he seems to have done it himself.
    pub address: String,
    /// With which browser or program.
    pub browser: String,
    /// Who else did it.
    pub by: String,
    /// Whether nobody's request did it: the command line, or a comparison with a directory.
    pub machine: bool,
}

/// Tells an agent what changed about how he gets in; nobody who may not sign in. That his address is another one he hears all the
/// same: whoever puts somebody aside, changes it and brings him back would have done it unseen.
///
/// # Errors
/// Those of the database.
pub(crate) fn tell(tx: &mut Tx<'_>, agent: &Agent, who: &Who, changed: Changed<'_>, now: Ts) -> Result<()> {
    if !agent.is_active(now.0) && !matches!(changed, Changed::Address(_)) {
        return Ok(());
    }
    let (what, name) = changed.told();
    let other = who.agent.filter(|by| *by != agent.id);
    let by = match other {
        Some(by) => agents::name(tx, by)?,
        None => String::new(),
    };
    // Where a colleague sits is his own business.
    let place = tx.place().filter(|_| other.is_none() && who.cause != Cause::Cli).cloned();
    let machine = other.is_none() && place.is_none();
    let (address, browser) = place.map_or_else(Default::default, |place| (place.address, place.browser));
    let news =
        News { what: what.to_owned(), name: name.to_owned(), at: now.0, address, browser, by, machine };
    let from = outbox::own_sender(tx)?;
    let domain = crate::tickets::reply::domain_of(&from.address).to_owned();
    outbox::enqueue(
        tx,
        &outbox::NewMail {
            kind: OutboxKind::Notification,
            state: Delivery::Due,
            ticket: None,
            article: None,
            agent: Some(agent.id),
            event: EVENT.to_owned(),
            envelope_from: String::new(),
            envelope_to: vec![agent.email.clone()],
            message_id: format!("{}.notice@{domain}", public_id(now.0).simple()),
            subject: letters::security_sentence(&Language::named(&agent.language), what, name),
            body_text: serde_json::to_string(&news)?,
            try_at: now,
        },
        now,
    )
}

/// [`tell`] for whom only the key is known.
///
/// # Errors
/// Those of the database.
pub(crate) fn tell_by_key(
    tx: &mut Tx<'_>,
    id: AgentId,
    who: &Who,
    changed: Changed<'_>,
    now: Ts,
) -> Result<()> {
    let agent = agents::get(tx, id)?;
    tell(tx, &agent, who, changed, now)
}

/// The mail of a row, in its reader's language and zone.
///
/// # Errors
/// For a row that we did not write.
pub(crate) fn written(agent: &Agent, kept: &str, config: &Config) -> Result<Letter> {
    Ok(letters::security(agent, &serde_json::from_str(kept)?, config))
}
