//! The listeners' door: which recipients are ours, and keeping what they bring.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use mail_ingest::wire::{Envelope, Protocol, Recipient, Refusal};

use super::accept::{Accepted, accept};
use crate::{
    desk::Desk,
    error::{Error, Result},
    queues::OwnAddresses,
};

/// For so long our addresses are taken from memory while mail streams in: asking for them costs as much as a small
/// statement of the mail itself. Only a yes is; whoever is not known is looked up, so that a new address counts at once.
const REMEMBERED: Duration = Duration::from_millis(200);

/// Takes mail from SMTP and LMTP listeners.
#[derive(Clone)]
pub struct Intake {
    desk: Desk,
    hostname: String,
    own: Arc<Mutex<Option<(Instant, OwnAddresses)>>>,
}

impl Intake {
    /// For the listeners of `desk`; `hostname` stands in trace lines.
    pub fn new(desk: Desk, hostname: String) -> Self {
        Self { desk, hostname, own: Arc::default() }
    }

    /// Whether a queue has this address.
    async fn is_ours(&self, address: &str) -> Result<bool> {
        let remembers =
            |(since, own): &(Instant, OwnAddresses)| since.elapsed() < REMEMBERED && own.contains(address);
        if self.own.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(remembers) {
            return Ok(true);
        }
        let asked = Instant::now();
        let own = self.desk.db.read(OwnAddresses::load).await?;
        if own.is_empty() {
            // Not set up yet, or not the database that was meant: nobody's mail comes back for that.
            return Err(Error::Unavailable("No queue has an address yet: Turnstone is not set up.".into()));
        }
        let ours = own.contains(address);
        *self.own.lock().unwrap_or_else(PoisonError::into_inner) = Some((asked, own));
        Ok(ours)
    }
}

impl mail_ingest::wire::Intake for Intake {
    async fn recipient(&self, address: &str) -> Recipient {
        // RFC 5321, 4.5.1: this one is taken without a domain as well; its mail goes to the default queue.
        if address.trim_matches(['<', '>']).eq_ignore_ascii_case("postmaster") {
            return Recipient::Ours;
        }
        let Some(address) = mail_ingest::address::normalise(address) else { return Recipient::Unknown };
        match self.is_ours(&address).await {
            Ok(true) => Recipient::Ours,
            Ok(false) => Recipient::Unknown,
            Err(error) => {
                tracing::warn!(%error, "cannot look a recipient up");
                Recipient::Later
            }
        }
    }

    async fn accept(&self, envelope: Envelope, raw: Vec<u8>) -> Result<String, Refusal> {
        let id = crate::clock::public_id(self.desk.clock.now()).simple().to_string();
        let date = jiff::fmt::rfc2822::to_string(&self.desk.clock.now().to_zoned(jiff::tz::TimeZone::UTC))
            .unwrap_or_default();
        let mut traced = envelope.received_header(&self.hostname, &id, &date).into_bytes();
        traced.extend_from_slice(&raw);
        let way = match envelope.protocol {
            Protocol::Smtp => "smtp",
            Protocol::Lmtp => "lmtp",
        };
        let mail = Accepted {
            raw: traced,
            envelope_from: envelope.from.unwrap_or_default(),
            envelope_to: envelope.to,
            source: way.to_owned(),
            peer: envelope.peer,
            helo: envelope.helo,
            trusted: false,
            queue: None,
        };
        metrics::counter!(crate::ops::metrics::MAILS_OFFERED).increment(1);
        match accept(&self.desk, mail).await {
            Ok(kept) => Ok(format!("{id} ({kept})")),
            // 452 speaks of room, 451 of everything else that passes.
            Err(Error::Unavailable(why)) if why.contains("disk") => Err(Refusal::Full(why)),
            Err(Error::Unavailable(why)) => {
                tracing::warn!(why, "a mail could not be kept; its sender was asked to try again");
                Err(Refusal::Later("the mail cannot be stored now; try again later".into()))
            }
            Err(error) => {
                tracing::error!(%error, "a mail could not be kept; its sender was asked to try again");
                Err(Refusal::Later("the mail cannot be stored now; try again later".into()))
            }
        }
    }
}
