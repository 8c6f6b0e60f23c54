//! `turnstone doctor`: what is wrong with an installation, and what to do about each.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use diesel::dsl::count_star;
use diesel::prelude::*;
use jiff::Timestamp;
use mail_ingest::authentication::Resolver;
use serde::Serialize;

use super::health::{Backlog, full_disk};
use super::lock::is_served;
use super::tls;
use crate::config::{Config, DatabaseUrl, Roles};
use crate::db::schema::{agents, queue_addresses, queues};
use crate::db::{Conn, Db};
use crate::error::Result;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// As it should be.
    Good,
    /// Works, but somebody should look.
    Warning,
    /// Does not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What was looked at, in a word or two.
    pub about: &'static str,
    /// How bad it is.
    pub weight: Weight,
    /// What was found.
    pub found: String,
    /// What to do; empty where nothing has to be done.
    pub remedy: String,
}

fn good(about: &'static str, found: impl Into<String>) -> Finding {
    Finding { about, weight: Weight::Good, found: found.into(), remedy: String::new() }
}

fn warning(about: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding { about, weight: Weight::Warning, found: found.into(), remedy: remedy.into() }
}

fn bad(about: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding { about, weight: Weight::Bad, found: found.into(), remedy: remedy.into() }
}

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);

/// Looks at everything that does not need the database.
pub fn look_around(config: &Config) -> Vec<Finding> {
    let mut findings = vec![data_directory(config), disk(config), serving(config)];
    findings.extend(config.tls.as_ref().map(|files| match tls::server_config(files) {
        Ok(_) => good("certificate", format!("{} can be used", files.cert.display())),
        Err(error) => bad("certificate", format!("{error:#}"), "Correct TLS_CERT and TLS_KEY."),
    }));
    findings.push(relay(config));
    findings.extend(origin(config));
    findings.extend(address(config));
    findings.extend(roles(config));
    findings
}

/// Looks at what the tables say.
///
/// # Errors
/// Those of the database.
pub async fn look_inside(db: &Db, now: Timestamp) -> Result<Vec<Finding>> {
    db.read(move |conn| {
        let mut findings = vec![people(conn)?, queues_of(conn)?, inbound(conn, now)?, outgoing(conn, now)?];
        findings.extend(mailboxes(conn, now)?);
        Ok(findings)
    })
    .await
}

/// Looks at the key that signs our mails, and says what to publish for each domain that we write from.
///
/// # Errors
/// Those of the database.
pub async fn look_at_signature(db: &Db, config: &Config) -> Result<Vec<Finding>> {
    let signer = match crate::outbox::Signer::of(config) {
        Ok(None) => return Ok(Vec::new()),
        Ok(Some(signer)) => signer,
        Err(error) => {
            return Ok(vec![bad(
                "signature",
                format!("{error:#}"),
                "Correct DKIM_KEY; until then serve does not start.",
            )]);
        }
    };
    let addresses: Vec<String> =
        db.read(|conn| Ok(queue_addresses::table.select(queue_addresses::address).load(conn)?)).await?;
    let mut domains: Vec<&str> =
        addresses.iter().filter_map(|address| address.rsplit_once('@')).map(|(_, domain)| domain).collect();
    domains.sort_unstable();
    domains.dedup();
    let publish = |domain: &&str| {
        let record = format!("{} TXT \"{}\"", signer.record_name(domain), signer.record());
        good("signature", format!("mails from {domain} are signed; this has to be in the DNS: {record}"))
    };
    Ok(domains.iter().map(publish).collect())
}

/// Asks the relay whether it takes the address to which reports about our mails go. A relay elsewhere takes every
/// address; the mail server in front, where it is the same, knows.
pub async fn look_at_returns(db: &Db, config: &Config) -> Result<Option<Finding>> {
    let Some(relay) = config.smtp_relay.clone().filter(|_| config.recipient_delimiter) else {
        return Ok(None);
    };
    let address: Option<String> = db
        .read(|conn| {
            let first =
                queue_addresses::table.order(queue_addresses::address).select(queue_addresses::address);
            Ok(first.first(conn).optional()?)
        })
        .await?;
    let Some(address) = address else { return Ok(None) };
    Ok(match crate::outbox::takes_returns(&relay, &address).await {
        // That the relay cannot be reached is said already.
        Err(_) => None,
        Ok(None) => Some(good("returns", format!("the relay takes what comes back for {address}"))),
        Ok(Some(why)) => Some(bad(
            "returns",
            format!("the relay refuses what comes back for {address} behind a +: {why}"),
            "Set recipient_delimiter = + in the mail server in front, or RECIPIENT_DELIMITER to off.",
        )),
    })
}

fn data_directory(config: &Config) -> Finding {
    let folder = &config.data_dir;
    let probe = folder.join(".doctor");
    match std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => good("data directory", format!("{} can be written", folder.display())),
        Err(error) => bad(
            "data directory",
            format!("{} can't be written ({error})", folder.display()),
            "Create it and give it to the user that runs Turnstone, run this command as that user, or set DATA_DIR.",
        ),
    }
}

fn disk(config: &Config) -> Finding {
    match full_disk(config) {
        Some(reason) => {
            bad("disk", reason, "Make room: until then no mail is accepted. Nothing else is needed.")
        }
        None => good("disk", "enough room"),
    }
}

fn serving(config: &Config) -> Finding {
    if is_served(&config.data_dir) {
        return good("server", "turnstone serve is running");
    }
    if matches!(config.database, DatabaseUrl::Postgres(_)) {
        // Servers that share PostgreSQL may run anywhere; only theirs can tell.
        return good("server", "not asked: with PostgreSQL it may run on any machine; see its /readyz");
    }
    warning("server", "turnstone serve is not running in this data directory", "Start it: turnstone serve.")
}

fn relay(config: &Config) -> Finding {
    let Some(relay) = &config.smtp_relay else {
        return warning(
            "relay",
            "none is set; outgoing mail waits in the outbox",
            "Set SMTP_RELAY, such as smtp://127.0.0.1:25.",
        );
    };
    match reach(&relay.host, relay.port) {
        Ok(address) => good("relay", format!("{relay} answers at {address}")),
        Err(error) => bad(
            "relay",
            format!("{relay} can't be reached ({error}); outgoing mail waits"),
            "Start the mail server there, correct SMTP_RELAY, or let the firewall pass.",
        ),
    }
}

/// Mail from strangers whose origin nobody looks at.
fn origin(config: &Config) -> Option<Finding> {
    let open =
        config.roles.mail && config.smtp_listen.is_some_and(|at| !at.ip().to_canonical().is_loopback());
    let unasked = config.dns_resolver == Resolver::Off && config.authserv_id.is_empty();
    (open && unasked).then(|| {
        warning(
            "origin of mail",
            "SMTP_LISTEN takes mail from other machines, and nobody looks at SPF, DKIM and DMARC",
            "Set DNS_RESOLVER to system, or AUTHSERV_ID to the name of the mail server in front that does.",
        )
    })
}

fn reach(host: &str, port: u16) -> std::io::Result<SocketAddr> {
    let mut last = std::io::Error::other("the name has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(_) => return Ok(address),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn address(config: &Config) -> Option<Finding> {
    let host = config.public_url.host_str().unwrap_or_default();
    let local =
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    (config.roles.web && local && !config.public_url_is_set).then(|| {
        warning(
            "address",
            format!("links in mails lead to {}, which works on this machine only", config.public_url),
            "Set PUBLIC_URL to the address people type, such as https://help.example.org.",
        )
    })
}

fn roles(config: &Config) -> Option<Finding> {
    let alone = matches!(config.database, DatabaseUrl::Sqlite(_)) && config.roles != Roles::ALL;
    alone.then(|| {
        warning(
            "roles",
            format!("this process only does {}, and with SQLite no other can do the rest", config.roles),
            "Remove ROLES, or use PostgreSQL.",
        )
    })
}

fn people(conn: &mut Conn) -> Result<Finding> {
    let active: i64 = agents::table.filter(agents::disabled_at.is_null()).select(count_star()).first(conn)?;
    Ok(match active {
        0 => bad(
            "people",
            "there is no agent",
            "Run turnstone setup, or open the link that turnstone serve prints.",
        ),
        1 => good("people", "1 agent"),
        count => good("people", format!("{count} agents")),
    })
}

fn queues_of(conn: &mut Conn) -> Result<Finding> {
    let count: i64 = queues::table.filter(queues::retired_at.is_null()).select(count_star()).first(conn)?;
    let addresses: i64 = queue_addresses::table.select(count_star()).first(conn)?;
    Ok(match (count, addresses) {
        (0, _) => {
            bad("queues", "there is no queue", "turnstone queue add --name Support --address support@…")
        }
        (_, 0) => bad(
            "queues",
            "no queue has a mail address, so every mail is refused with 550",
            "Give one an address: in Administration, or turnstone queue add --name … --address ….",
        ),
        _ => good("queues", format!("{count} in use, {addresses} addresses")),
    })
}

fn inbound(conn: &mut Conn, now: Timestamp) -> Result<Finding> {
    let backlog = Backlog::load(conn)?;
    let waiting_minutes = backlog.inbound_since.map_or(0, |since| now.duration_since(since).as_mins());
    Ok(if waiting_minutes >= 5 {
        bad(
            "mail in",
            format!("{} accepted mails wait, the oldest for {waiting_minutes} min", backlog.inbound_waiting),
            "Is a process with the role worker running? Its log says what stops it.",
        )
    } else if backlog.quarantined > 0 {
        warning(
            "mail in",
            format!("{} mails could not be processed", backlog.quarantined),
            "Look at them in the mail log; each has its reason and a retry button.",
        )
    } else {
        good("mail in", "nothing waits")
    })
}

fn outgoing(conn: &mut Conn, now: Timestamp) -> Result<Finding> {
    let backlog = Backlog::load(conn)?;
    let late_minutes = backlog.outgoing_since.map_or(0, |since| now.duration_since(since).as_mins());
    let waiting: i64 = backlog.outgoing.iter().map(|(_, count)| count).sum();
    Ok(if late_minutes >= 15 {
        bad(
            "mail out",
            format!("{waiting} mails wait to leave, the oldest for {late_minutes} min"),
            "The outbox page says what the relay answered. They leave by themselves when it is back.",
        )
    } else if backlog.failed > 0 {
        warning(
            "mail out",
            format!("{} mails were refused for good", backlog.failed),
            "Their tickets show why, with a button to send them again.",
        )
    } else {
        good(
            "mail out",
            if waiting == 0 { "nothing waits".to_owned() } else { format!("{waiting} on their way") },
        )
    })
}

fn mailboxes(conn: &mut Conn, now: Timestamp) -> Result<Vec<Finding>> {
    let english = crate::i18n::Language::english();
    let finding = |listed: &crate::mailboxes::Listed| {
        let name = &listed.mailbox.name;
        let minutes = now.duration_since(listed.state.silent_since().0).as_mins();
        if listed.mailbox.disabled_at.is_some() {
            good("mailbox", format!("{name} rests"))
        } else if !listed.state.error.is_empty() {
            bad(
                "mailbox",
                format!("{name} gives no mail for {minutes} min. {}", listed.trouble(&english)),
                "It is tried again by itself. Administration, Mailboxes shows each step with a test mail.",
            )
        } else if minutes >= 15 {
            bad(
                "mailbox",
                format!("{name} was not looked into for {minutes} min"),
                "Is a process with the role mail running? Its log says what stops it.",
            )
        } else if listed.stuck > 0 {
            warning(
                "mailbox",
                format!("{name}: its server does not give out {} mails", listed.stuck),
                "Look at them with a mail program; what cannot be opened there is damaged on the server.",
            )
        } else {
            good("mailbox", format!("{name} is looked into"))
        }
    };
    Ok(crate::mailboxes::load(conn)?.iter().map(finding).collect())
}
