//! The listeners' door: which recipients are ours, and keeping what they bring.

use mail_ingest::wire::{Envelope, Protocol, Recipient, Refusal};

use super::accept::{Accepted, accept};
use crate::{desk::Desk, error::Error, queues::OwnAddresses};

/// Takes mail from SMTP and LMTP listeners.
#[derive(Clone)]
pub struct Intake {
    desk: Desk,
    hostname: String,
}

impl Intake {
    /// For the listeners of `desk`; `hostname` stands in trace lines.
    pub fn new(desk: Desk, hostname: String) -> Self {
        Self { desk, hostname }
    }
}

impl mail_ingest::wire::Intake for Intake {
    async fn recipient(&self, address: &str) -> Recipient {
        // RFC 5321, 4.5.1: this one is taken without a domain as well; its mail goes to the default queue.
        if address.trim_matches(['<', '>']).eq_ignore_ascii_case("postmaster") {
            return Recipient::Ours;
        }
        let Some(address) = mail_ingest::address::normalise(address) else { return Recipient::Unknown };
        match self.desk.db.read(move |conn| Ok(OwnAddresses::load(conn)?.contains(&address))).await {
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
