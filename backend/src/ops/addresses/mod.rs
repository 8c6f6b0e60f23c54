//! The addresses of a queue from outside: whether mail to them reaches us, and what the DNS says of mail from them.

mod covering;
mod judge;

pub(crate) use self::covering::{listed, summed};

use std::collections::HashMap;

use diesel::prelude::*;
use mail_ingest::authentication::{Resolver, covers, domain::records};

use crate::{
    access::Actor,
    config::Config,
    db::{Conn, Db, Direct, InboundId, InstallationRight, QueueId, Ts, schema::inbound_mails},
    error::Result,
    mailboxes,
    outbox::Signer,
    queues::{self, listing},
    settings::relay,
};

/// More domains than this are not asked about.
const DOMAINS: usize = 8;
/// So many of the newest mails are looked through for when one came to an address last, and so many at once.
pub const NEWEST: i64 = 5_000;
const CHUNK: i64 = 500;

/// What was found out about the addresses of a queue.
#[derive(Clone, Debug)]
pub struct Look {
    /// Each address.
    pub addresses: Vec<Reach>,
    /// Whether a mail server can hand in mail by SMTP or LMTP.
    pub listens: bool,
    /// Each of their domains.
    pub domains: Vec<Domain>,
}

/// How mail to an address reaches us.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The address.
    pub address: String,
    /// Mailboxes that are fetched from and bear it, by name.
    pub mailboxes: Vec<Fetched>,
    /// When a mail came to it last, as far as the newest mails tell.
    pub last: Option<Ts>,
}

/// A mailbox that bears an address.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Its name.
    pub name: String,
    /// Whether it was looked into the last time that it was tried.
    pub works: bool,
}

/// A domain.
#[derive(Clone, Debug)]
pub struct Domain {
    /// Its name.
    pub name: String,
    /// MX, SPF, where that can be told whether it covers the relay, DKIM and DMARC, in this order.
    pub records: Vec<Record>,
}

/// What is published of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// `mx`, `spf`, `relay`, `dkim`, `dmarc`.
    pub kind: &'static str,
    /// How good that is.
    pub weight: Weight,
    /// Where it stands, or should.
    pub at: String,
    /// What stands there, word for word.
    pub found: Vec<String>,
    /// What it means: the end of the message `dns-…`.
    pub means: &'static str,
    /// Why nobody knows; empty where somebody does.
    pub error: String,
    /// What to publish, as a line of a zone; empty where nothing has to be added.
    pub add: String,
}

/// How good something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// As it should be.
    Good,
    /// It works, and could be better.
    Warning,
    /// It does not work.
    Bad,
    /// Nobody could find out.
    Unknown,
}

impl Weight {
    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
            Self::Unknown => "unknown",
        }
    }
}

/// Looks at the addresses of a queue: at our own tables, and then, outside of any transaction and all at once, at the
/// name servers, for two seconds at most.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to manage queues and mail; [`crate::error::Error::NotFound`].
pub async fn look(db: &Db, config: &Config, actor: &Actor, queue: QueueId) -> Result<Look> {
    let actor = actor.clone();
    let settings = config.clone();
    let (addresses, relay) = db
        .read(move |conn| {
            actor.require(InstallationRight::QueuesAndMail)?;
            queues::get(conn, queue)?;
            let mailboxes = mailboxes::all(conn, &actor)?;
            let reach = |address: String| {
                let bears = |listed: &&mailboxes::Listed| {
                    let mailbox = &listed.mailbox;
                    mailbox.address.eq_ignore_ascii_case(&address)
                        || mailbox.login.eq_ignore_ascii_case(&address)
                };
                let fetched = |listed: &mailboxes::Listed| Fetched {
                    name: listed.mailbox.name.clone(),
                    works: listed.mailbox.disabled_at.is_none() && listed.state.error.is_empty(),
                };
                let of_boxes = mailboxes.iter().filter(bears).filter_map(|listed| listed.state.mail_at).max();
                let mailboxes = mailboxes.iter().filter(bears).map(fetched).collect();
                Reach { mailboxes, address, last: of_boxes }
            };
            let addresses = listing::addresses(conn)?.remove(&queue).unwrap_or_default();
            let mut last = last_mails(conn, &addresses)?;
            let mut all: Vec<Reach> = addresses.into_iter().map(reach).collect();
            for reach in &mut all {
                reach.last = reach.last.max(last.remove(&reach.address));
            }
            Ok((all, relay::host(conn, &settings)?))
        })
        .await?;
    let mut domains: Vec<String> = Vec::new();
    for reach in &addresses {
        if let Some((_, domain)) = reach.address.rsplit_once('@')
            // An address of the machine itself has no domain.
            && !domain.starts_with('[')
            && !domains.iter().any(|known| known == domain)
        {
            domains.push(domain.to_owned());
        }
    }
    domains.truncate(DOMAINS);
    let asked = domains.into_iter().map(|domain| asked(config, domain, relay.as_deref()));
    Ok(Look {
        listens: config.smtp_listen.is_some() || config.lmtp_listen.is_some(),
        domains: futures_util::future::join_all(asked).await,
        addresses,
    })
}

/// When a mail came last to each of these addresses: by the envelopes of the newest mails that were handed in, newest first,
/// for as long as some address has none, and not further back than [`NEWEST`] mails.
fn last_mails(conn: &mut Conn, addresses: &[String]) -> Result<HashMap<String, Ts>> {
    let mut found = HashMap::new();
    let mut before = InboundId(i64::MAX);
    for _ in 0..NEWEST / CHUNK {
        if addresses.iter().all(|address| found.contains_key(address)) {
            break;
        }
        let rows: Vec<(InboundId, Ts, String)> = inbound_mails::table
            .filter(inbound_mails::id.lt(before))
            .order(inbound_mails::id.desc())
            .limit(CHUNK)
            .select((inbound_mails::id, inbound_mails::received_at, inbound_mails::envelope_to))
            .rows(conn)?;
        let Some((oldest, ..)) = rows.last() else { break };
        before = *oldest;
        for (_, at, envelope) in rows {
            // Only we write this column.
            let recipients: Vec<String> = serde_json::from_str(&envelope).unwrap_or_default();
            for recipient in recipients.iter().filter_map(|text| mail_ingest::address::normalise(text)) {
                // What stands behind a `+` is for us to read: it is the same address.
                let plain = recipient.split_once('@').map(|(local, domain)| {
                    format!("{}@{domain}", local.split('+').next().unwrap_or_default())
                });
                let known = |address: &String| addresses.contains(address);
                if let Some(address) = [Some(recipient), plain].into_iter().flatten().find(known) {
                    found.entry(address).or_insert(at);
                }
            }
        }
    }
    Ok(found)
}

async fn asked(config: &Config, domain: String, relay: Option<&str>) -> Domain {
    let off = config.dns_resolver == Resolver::Off;
    // A key that cannot be read is told by the diagnostics.
    let signer = Signer::of(config).ok().flatten();
    let selector = config.dkim.as_ref().map(|dkim| dkim.selector.as_str());
    let covered = async {
        match relay {
            Some(host) if !off => {
                Some((host, covers(config.dns_resolver, domain.clone(), host.to_owned()).await))
            }
            _ => None,
        }
    };
    let (records, covered) = tokio::join!(records(config.dns_resolver, &domain, selector), covered);
    let spf = match &records.spf {
        Ok(texts) if texts.len() == 1 => texts.first().cloned(),
        _ => None,
    };
    let mut records = judge::judged(&domain, records, signer.as_ref(), relay, off);
    // Where nothing is published, or what is said twice, there is nothing that could cover it.
    if let (Some(spf), Some((host, found))) = (spf, covered) {
        records.insert(2, covering::judged(&domain, &spf, host, found));
    }
    Domain { name: domain, records }
}
