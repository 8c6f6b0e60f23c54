//! SMTP and LMTP listeners (RFC 5321, 2033) with SIZE (1870), STARTTLS (3207), 8BITMIME (6152), SMTPUTF8 (6531),
//! PIPELINING (2920) and ENHANCEDSTATUSCODES (2034). What is done with a mail is an [`Intake`]'s affair: this module
//! answers "250" only after [`Intake::accept`] did.
//!
//! Strictness where it protects: only CRLF ends a line, only CRLF.CRLF ends a mail, a mail with a bare CR or LF is
//! refused whole (SMTP smuggling), and what was sent before a TLS handshake is forgotten by it.

mod command;
mod data;
mod fuzz;
mod listener;
mod receive;
mod registry;
mod session;
mod stream;
mod tls;

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::rustls::ServerConfig;

pub(crate) use fuzz::dialogue as fuzz_dialogue;
pub use listener::{Bound, Listener};
pub use tls::{SelfSigned, TlsError, self_signed, server_config};

/// The language that a listener speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// RFC 5321.
    Smtp,
    /// RFC 2033: one answer per recipient after the data.
    Lmtp,
}

/// Where a listener listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bind {
    /// An address; port 0 takes a free one.
    Tcp(SocketAddr),
    /// A socket file. A stale one is replaced; who may connect is up to its directory's permissions.
    Unix(PathBuf),
}

/// How a listener behaves. [`Settings::new`] gives the limits to ship.
#[derive(Clone)]
pub struct Settings {
    /// SMTP or LMTP.
    pub protocol: Protocol,
    /// The name in the greeting.
    pub hostname: String,
    /// Offers STARTTLS.
    pub tls: Option<Arc<ServerConfig>>,
    /// Bytes of a mail, announced by SIZE.
    pub max_size: usize,
    /// Recipients of one mail.
    pub max_recipients: usize,
    /// Connections at once; beyond, the oldest idle one is closed.
    pub max_connections: usize,
    /// Bytes of unfinished mails over all connections; beyond, senders are asked to try later.
    pub max_in_flight: usize,
    /// Wrong commands of one connection before it is closed.
    pub max_errors: u32,
    /// Unknown recipients of one connection before it is closed.
    pub max_unknown: u32,
    /// Waiting for a command.
    pub command_timeout: Duration,
    /// Waiting for more of a mail.
    pub data_timeout: Duration,
    /// One whole mail, however slow.
    pub mail_timeout: Duration,
    /// Bytes per second that a mail must arrive with on average once it took a minute.
    pub min_rate: usize,
    /// One TLS handshake.
    pub handshake_timeout: Duration,
    /// What a stop waits for mails in progress.
    pub drain: Duration,
}

impl Settings {
    /// The limits to ship: 35 MB, 100 recipients, 512 connections.
    pub fn new(protocol: Protocol, hostname: impl Into<String>) -> Settings {
        Settings {
            protocol,
            hostname: hostname.into(),
            tls: None,
            max_size: 35 * 1024 * 1024,
            max_recipients: 100,
            max_connections: 512,
            max_in_flight: 256 * 1024 * 1024,
            max_errors: 20,
            max_unknown: 50,
            command_timeout: Duration::from_secs(300),
            data_timeout: Duration::from_secs(180),
            mail_timeout: Duration::from_secs(1_800),
            min_rate: 1_024,
            handshake_timeout: Duration::from_secs(30),
            drain: Duration::from_secs(8),
        }
    }
}

/// What came with a mail besides its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// `None` is the null sender.
    pub from: Option<String>,
    /// As the client wrote them, no repeats.
    pub to: Vec<String>,
    /// The client's IP address; `local` on a socket file.
    pub peer: String,
    /// What the client called itself; empty where it did not.
    pub helo: String,
    /// The language spoken.
    pub protocol: Protocol,
    /// Whether the greeting was the extended one.
    pub extended: bool,
    /// Whether the mail came through TLS.
    pub tls: bool,
    /// Whether addresses and header may be UTF-8.
    pub smtputf8: bool,
}

impl Envelope {
    /// The trace line (RFC 5321, 4.4) to put before the raw mail, line end included. `date` is the present as RFC
    /// 5322 writes it.
    pub fn received_header(&self, hostname: &str, id: &str, date: &str) -> String {
        let safe = |text: &str, extra: &str| -> String {
            text.chars()
                .filter(|c| c.is_ascii_alphanumeric() || ".-_:[]".contains(*c) || extra.contains(*c))
                .take(255)
                .collect()
        };
        let helo = safe(&self.helo, "");
        let helo = if helo.is_empty() { "unknown".to_owned() } else { helo };
        // RFC 3848 and 6531 name these.
        let with = match (self.protocol, self.extended, self.smtputf8) {
            (Protocol::Lmtp, _, false) => "LMTP",
            (Protocol::Lmtp, _, true) => "UTF8LMTP",
            (Protocol::Smtp, _, true) => "UTF8SMTP",
            (Protocol::Smtp, true, false) => "ESMTP",
            (Protocol::Smtp, false, false) => "SMTP",
        };
        let tls = if self.tls && self.extended { "S" } else { "" };
        let recipient = match &self.to[..] {
            [only] if only.is_ascii() => format!("\r\n\tfor <{}>", safe(only, "@+=!#$%&'*/?^`{|}~")),
            _ => String::new(),
        };
        format!(
            "Received: from {helo} ([{}])\r\n\tby {} with {with}{tls} id {}{recipient};\r\n\t{}\r\n",
            safe(&self.peer, ""),
            safe(hostname, ""),
            safe(id, ""),
            safe(date, " ,+()"),
        )
    }
}

/// The verdict on a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// Mail for it is taken: 250.
    Ours,
    /// There is no such address: 550 5.1.1.
    Unknown,
    /// It cannot be told now: 451.
    Later,
}

/// Why a mail was not taken. The text is for the sending server's log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Try again later: 451 4.3.0.
    #[error("{0}")]
    Later(String),
    /// No room: 452 4.3.1.
    #[error("{0}")]
    Full(String),
    /// Not this mail, ever: 554 5.7.1.
    #[error("{0}")]
    Never(String),
}

/// Who takes the mails of a listener.
pub trait Intake: Send + Sync + 'static {
    /// Whether mail for this address is taken. The address is as the client wrote it.
    fn recipient(&self, address: &str) -> impl Future<Output = Recipient> + Send;

    /// Takes a mail for all its recipients at once. The result is sent to the client: `Ok` means that the mail is
    /// safe whatever happens next, and carries the id for the client's log.
    fn accept(
        &self,
        envelope: Envelope,
        raw: Vec<u8>,
    ) -> impl Future<Output = Result<String, Refusal>> + Send;
}
