//! Mail in, mail out, mailboxes, the relay, and the key that signs.

use std::net::SocketAddr;

use diesel::prelude::*;
use jiff::Timestamp;
use tokio::net::TcpStream;

use super::{PATIENCE, Report};
use crate::config::{Config, Relay};
use crate::db::Conn;
use crate::db::schema::queue_addresses;
use crate::error::Result;
use crate::i18n::Language;
use crate::ops::health::Backlog;
use crate::settings::relay::InForce;

/// More addresses of the relay's name are not tried.
const ADDRESSES: usize = 8;
/// So long an accepted mail may wait, in minutes.
const IN_MINUTES: i64 = 5;
/// So long a mail may wait to leave, or a mailbox to be looked into.
const OUT_MINUTES: i64 = 15;

pub(super) fn look_inside(report: &mut Report<'_>, conn: &mut Conn, now: Timestamp) -> Result<()> {
    let backlog = Backlog::load(conn)?;
    inbound(report, &backlog, now);
    outgoing(report, &backlog, now);
    mailboxes(report, conn, now)
}

fn inbound(report: &mut Report<'_>, backlog: &Backlog, now: Timestamp) {
    let minutes = backlog.inbound_since.map_or(0, |since| now.duration_since(since).as_mins());
    if minutes >= IN_MINUTES {
        let values = [("n", &backlog.inbound_waiting.to_string()[..]), ("minutes", &minutes.to_string())];
        report.bad("mail in", "in-waits", &values);
    }
    if backlog.quarantined > 0 {
        report.warning("mail in", "quarantine", &[("n", &backlog.quarantined.to_string())]);
    } else if minutes < IN_MINUTES {
        report.good("mail in", "in", &[]);
    }
}

fn outgoing(report: &mut Report<'_>, backlog: &Backlog, now: Timestamp) {
    let minutes = backlog.outgoing_since.map_or(0, |since| now.duration_since(since).as_mins());
    let waiting: i64 = backlog.outgoing.iter().map(|(_, count)| count).sum();
    if minutes >= OUT_MINUTES {
        let values = [("n", &waiting.to_string()[..]), ("minutes", &minutes.to_string())];
        report.bad("mail out", "out-waits", &values);
    }
    if backlog.failed > 0 {
        report.warning("mail out", "out-failed", &[("n", &backlog.failed.to_string())]);
    } else if minutes >= OUT_MINUTES {
        // That is said already.
    } else if waiting == 0 {
        report.good("mail out", "out", &[]);
    } else {
        report.good("mail out", "out-on-its-way", &[("n", &waiting.to_string())]);
    }
}

fn mailboxes(report: &mut Report<'_>, conn: &mut Conn, now: Timestamp) -> Result<()> {
    for listed in crate::mailboxes::load(conn)? {
        let minutes = now.duration_since(listed.state.silent_since().0).as_mins();
        let (trouble, stuck) = (listed.trouble(report.language), listed.stuck.to_string());
        let (name, minutes_text) = (listed.mailbox.name.as_str(), minutes.to_string());
        let values = [("name", name), ("minutes", &minutes_text), ("trouble", &trouble), ("n", &stuck)];
        if listed.mailbox.disabled_at.is_some() {
            report.good("mailbox", "mailbox-rests", &values);
        } else if !listed.state.error.is_empty() {
            report.bad("mailbox", "mailbox-silent", &values);
        } else if minutes >= OUT_MINUTES {
            report.bad("mailbox", "mailbox-left", &values);
        } else if listed.stuck > 0 {
            report.warning("mailbox", "mailbox-stuck", &values);
        } else {
            report.good("mailbox", "mailbox", &values);
        }
    }
    Ok(())
}

/// The addresses of the queues in order, and their domains, each once.
pub(super) fn addresses(conn: &mut Conn) -> Result<(Vec<String>, Vec<String>)> {
    let all: Vec<String> =
        queue_addresses::table.order(queue_addresses::address).select(queue_addresses::address).load(conn)?;
    let mut domains: Vec<String> =
        all.iter().filter_map(|address| Some(address.rsplit_once('@')?.1.to_owned())).collect();
    domains.sort_unstable();
    domains.dedup();
    Ok((all, domains))
}

/// Why a server was not reached.
#[derive(Debug)]
pub(super) enum Unreached {
    /// Nothing came back in time.
    Silent,
    /// Its name leads nowhere.
    Nameless,
    /// What the system says.
    System(std::io::Error),
}

impl Unreached {
    fn told(&self, language: &Language) -> String {
        match self {
            Self::Silent => {
                language.tr_with("doctor-silent", &[("seconds", &PATIENCE.as_secs().to_string())])
            }
            Self::Nameless => language.tr("doctor-nameless"),
            Self::System(error) => error.to_string(),
        }
    }
}

/// Where the relay answers; `None` where there is none.
pub(super) async fn reach(relay: Option<&Relay>) -> Option<Result<SocketAddr, Unreached>> {
    let relay = relay?;
    Some(match tokio::time::timeout(PATIENCE, connect(&relay.host, relay.port)).await {
        Ok(reached) => reached,
        Err(_) => Err(Unreached::Silent),
    })
}

/// All addresses of the name at once: one that swallows what it is sent must not use up the time of those that answer.
async fn connect(host: &str, port: u16) -> Result<SocketAddr, Unreached> {
    let ways: Vec<_> = tokio::net::lookup_host((host, port))
        .await
        .map_err(Unreached::System)?
        .take(ADDRESSES)
        .map(|address| Box::pin(async move { TcpStream::connect(address).await.map(|_| address) }))
        .collect();
    if ways.is_empty() {
        return Err(Unreached::Nameless);
    }
    futures_util::future::select_ok(ways).await.map(|(address, _)| address).map_err(Unreached::System)
}

pub(super) fn tell_relay(
    report: &mut Report<'_>,
    said: &InForce,
    reached: Option<Result<SocketAddr, Unreached>>,
) {
    let (Some(relay), Some(reached)) = (&said.relay, reached) else {
        return report.warning("relay", if said.sealed { "relay-sealed" } else { "no-relay" }, &[]);
    };
    let relay = relay.to_string();
    match reached {
        Ok(address) => report.good("relay", "relay", &[("relay", &relay), ("address", &address.to_string())]),
        Err(why) => {
            let why = why.told(report.language());
            report.bad("relay", "relay-away", &[("relay", &relay), ("error", &why)]);
        }
    }
}

/// Asks the relay whether it takes the address to which reports about our mails go. A relay elsewhere takes every
/// address; the mail server in front, where it is the same, knows. `None`: it was not asked, or does not answer.
pub(super) async fn returns(
    config: &Config,
    relay: Option<&Relay>,
    address: Option<&String>,
) -> Option<Option<String>> {
    let relay = relay.filter(|_| config.recipient_delimiter)?;
    let asking = crate::outbox::takes_returns(relay, address?);
    // That the relay cannot be reached is said already.
    tokio::time::timeout(PATIENCE, asking).await.ok()?.ok()
}

pub(super) fn tell_returns(
    report: &mut Report<'_>,
    address: Option<&String>,
    returns: Option<Option<String>>,
) {
    let (Some(address), Some(refused)) = (address, returns) else { return };
    match refused {
        None => report.good("returns", "returns", &[("address", address)]),
        Some(why) => report.bad("returns", "returns-refused", &[("address", address), ("why", &why)]),
    }
}

/// The key that signs our mails, and what to publish for each domain that we write from.
pub(super) fn tell_signature(report: &mut Report<'_>, config: &Config, domains: &[String]) {
    let signer = match crate::outbox::Signer::of(config) {
        Ok(None) => return,
        Ok(Some(signer)) => signer,
        Err(error) => {
            return report.bad("signature", "signature-wrong", &[("error", &format!("{error:#}"))]);
        }
    };
    for domain in domains {
        let record = signer.zone_line(domain);
        report.good("signature", "signature", &[("domain", domain), ("record", &record)]);
    }
}
