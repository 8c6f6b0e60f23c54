//! The addresses of a queue from outside: whether mail to them reaches us, and what the DNS says of mail from them.

mod judge;

use mail_ingest::authentication::{Resolver, domain::records};

use crate::{
    access::Actor,
    config::Config,
    db::{Db, InstallationRight, QueueId},
    error::Result,
    mailboxes,
    outbox::Signer,
    queues::{self, listing},
};

/// More domains than this are not asked about.
const DOMAINS: usize = 8;

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
    /// MX, SPF, DKIM and DMARC, in this order.
    pub records: Vec<Record>,
}

/// What is published of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// `mx`, `spf`, `dkim`, `dmarc`.
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
    let addresses = db
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
                let mailboxes = mailboxes.iter().filter(bears).map(fetched).collect();
                Reach { mailboxes, address }
            };
            Ok(listing::addresses(conn)?
                .remove(&queue)
                .unwrap_or_default()
                .into_iter()
                .map(reach)
                .collect::<Vec<_>>())
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
    let asked = domains.into_iter().map(|domain| asked(config, domain));
    Ok(Look {
        listens: config.smtp_listen.is_some() || config.lmtp_listen.is_some(),
        domains: futures_util::future::join_all(asked).await,
        addresses,
    })
}

async fn asked(config: &Config, domain: String) -> Domain {
    let off = config.dns_resolver == Resolver::Off;
    // A key that cannot be read is told by the diagnostics.
    let signer = Signer::of(config).ok().flatten();
    let selector = config.dkim.as_ref().map(|dkim| dkim.selector.as_str());
    let records = records(config.dns_resolver, &domain, selector).await;
    let relay = config.smtp_relay.as_ref().map(|relay| relay.host.as_str());
    let records = judge::judged(&domain, records, signer.as_ref(), relay, off);
    Domain { name: domain, records }
}
