//! Entries go on to where somebody else keeps them: who covers his traces here does not reach there.
//!
//! Each entry goes out in the transaction that notes how far the log has gone: none is left out, and one that went out
//! twice, because that transaction failed, has the same number and hash. A receiver who is slower than we are gets the rest
//! a moment later.

use std::collections::HashMap;
use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use diesel::prelude::*;
use serde_json::json;
use tokio::sync::watch;

use super::read::Entry;
use crate::{
    config::AuditLog,
    db::{
        AgentId, AuditId, Tx, backend,
        schema::{agents, audit_events, settings},
    },
    desk::Desk,
    error::{Error, Result},
};

/// How far the log has gone: the key of the last entry.
const PLACE: &str = "audit_forwarded";
/// So many entries share a transaction.
const BATCH: i64 = 200;
/// So long whoever keeps them has to take what he was sent, before the rest follows.
const BREATH: Duration = Duration::from_millis(20);
/// What one message holds: a datagram has room for 65,507 bytes.
const MESSAGE: usize = 60_000;
/// Facility 13 (log audit), severity 5 (notice), as RFC 5424 counts.
const PRIORITY: u8 = 13 * 8 + 5;

/// Sends entries on until told to stop; does nothing where the settings name no place for them.
pub async fn run(desk: Desk, mut stop: watch::Receiver<bool>) {
    if desk.config.audit_log == AuditLog::Off {
        return;
    }
    let mut failing = false;
    while !*stop.borrow() {
        let way = desk.config.audit_log.clone();
        let host = desk.config.public_url.host_str().unwrap_or("-").to_owned();
        match desk.db.write(move |tx| step(tx, &way, &host)).await {
            Ok(Went::InPart) => {
                tokio::time::sleep(BREATH).await;
                continue;
            }
            Ok(Went::Whole) => failing = false,
            // Said once: it would be said each second.
            Err(error) if !failing => {
                tracing::error!(%error, "the audit log cannot be sent on; entries wait for it here");
                failing = true;
            }
            Err(_) => {}
        }
        tokio::select! {
            () = tokio::time::sleep(desk.poll()) => {}
            _ = stop.changed() => {}
        }
    }
}

/// How much of what there is has gone out.
enum Went {
    Whole,
    InPart,
}

fn step(tx: &mut Tx<'_>, way: &AuditLog, host: &str) -> Result<Went> {
    backend::one_at_a_time(tx, PLACE)?;
    let kept: Option<String> =
        settings::table.find(PLACE).select(settings::value).first(&mut **tx).optional()?;
    let Some(place) = kept.and_then(|text| text.parse::<i64>().ok()) else {
        // What was written before somebody asked for it stays here.
        let newest: Option<AuditId> = audit_events::table
            .order(audit_events::id.desc())
            .select(audit_events::id)
            .first(&mut **tx)
            .optional()?;
        backend::put_setting(tx, PLACE, &newest.map_or(0, |id| id.0).to_string())?;
        return Ok(Went::Whole);
    };
    let entries: Vec<Entry> = audit_events::table
        .filter(audit_events::id.gt(AuditId(place)))
        .order(audit_events::id)
        .limit(BATCH)
        .select(Entry::as_select())
        .load(&mut **tx)?;
    if entries.is_empty() {
        return Ok(Went::Whole);
    }
    let ids: Vec<AgentId> = entries.iter().filter_map(|entry| entry.agent_id).collect();
    let logins: HashMap<AgentId, String> = agents::table
        .filter(agents::id.eq_any(ids))
        .select((agents::id, agents::login))
        .load::<(AgentId, String)>(&mut **tx)?
        .into_iter()
        .collect();
    let mut line = Line::open(way, host)?;
    let (mut gone, mut count) = (place, 0_usize);
    for entry in &entries {
        let login = entry.agent_id.and_then(|id| logins.get(&id)).map_or("", String::as_str);
        match line.send(entry, login) {
            Ok(()) => (gone, count) = (entry.id.0, count + 1),
            // There is no room for more just now. What went does not go again.
            Err(error) if count > 0 && is_full(&error) => break,
            Err(error) => return Err(Error::Unavailable(format!("AUDIT_LOG {way}: {error}"))),
        }
    }
    line.settle().map_err(|error| Error::Unavailable(format!("AUDIT_LOG {way}: {error}")))?;
    backend::put_setting(tx, PLACE, &gone.to_string())?;
    Ok(if count < entries.len() || i64::try_from(count).is_ok_and(|count| count == BATCH) {
        Went::InPart
    } else {
        Went::Whole
    })
}

/// Whether whoever takes the entries is there, and has no room just now: 105 is ENOBUFS.
fn is_full(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::WouldBlock || error.raw_os_error() == Some(105)
}

/// A way out.
enum Line<'a> {
    Log,
    Socket(UnixDatagram),
    Udp(UdpSocket, &'a str),
}

impl<'a> Line<'a> {
    fn open(way: &'a AuditLog, host: &'a str) -> Result<Self> {
        let named = |error: std::io::Error| Error::Unavailable(format!("AUDIT_LOG {way}: {error}"));
        Ok(match way {
            AuditLog::Off | AuditLog::Log => Self::Log,
            AuditLog::Socket(path) => {
                let socket = UnixDatagram::unbound().map_err(named)?;
                socket.connect(path).map_err(named)?;
                // The writer of the database waits for no logger.
                socket.set_nonblocking(true).map_err(named)?;
                Self::Socket(socket)
            }
            AuditLog::Udp(address) => {
                let any: std::net::IpAddr = match address.ip() {
                    std::net::IpAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
                    std::net::IpAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
                };
                let socket = UdpSocket::bind((any, 0)).map_err(named)?;
                socket.connect(address).map_err(named)?;
                socket.set_nonblocking(true).map_err(named)?;
                Self::Udp(socket, host)
            }
        })
    }

    /// What came back of what was sent: a machine that is near says at once that nobody listens there.
    fn settle(&self) -> std::io::Result<()> {
        match self {
            Self::Udp(socket, _) => socket.take_error()?.map_or(Ok(()), Err),
            Self::Log | Self::Socket(_) => Ok(()),
        }
    }

    fn send(&mut self, entry: &Entry, login: &str) -> std::io::Result<()> {
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
        let (at, process) = (entry.at.0.to_string(), std::process::id());
        let mut told = json!({
            "audit": entry.id.0, "at": at, "agent": login, "cause": entry.cause, "kind": entry.kind,
            "subject": entry.subject, "detail": entry.detail, "before": value(&entry.was),
            "after": value(&entry.becomes), "hash": entry.hash,
        });
        if told.to_string().len() > MESSAGE {
            // Too long to be sent: what changed is read here, under its number.
            (told["before"], told["after"]) = (json!("too long"), json!("too long"));
        }
        match self {
            Self::Log => {
                tracing::info!(
                    target: "turnstone::audit",
                    id = entry.id.0,
                    entry_at = at,
                    agent = login,
                    cause = %entry.cause,
                    kind = %entry.kind,
                    subject = entry.subject.as_str(),
                    detail = entry.detail.as_str(),
                    before = entry.was.as_str(),
                    after = entry.becomes.as_str(),
                    hash = entry.hash.as_str(),
                    "audit"
                );
            }
            // A logger on this machine adds the time and the name of the machine.
            Self::Socket(socket) => {
                let line = format!("<{PRIORITY}>turnstone[{process}]: {told}");
                socket.send(line.as_bytes())?;
            }
            Self::Udp(socket, host) => {
                let line = format!("<{PRIORITY}>1 {at} {host} turnstone {process} audit - {told}");
                socket.send(line.as_bytes())?;
            }
        }
        Ok(())
    }
}
