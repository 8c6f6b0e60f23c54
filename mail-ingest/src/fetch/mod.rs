//! Mail that has to be fetched: IMAP and POP3 mailboxes and Maildirs, without a database.
//!
//! A client here lists what a source holds, brings it, and takes away what it is told to. When a mail may be taken away,
//! and which one is known already, its caller decides. What a server sends is limited in length and time everywhere.

pub mod cut;
pub mod imap;
pub mod maildir;
pub mod oauth;
pub mod pop3;
mod tls;
pub mod utf7;
mod wire;

use std::time::Duration;

/// How the line to a server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// Plain text that turns into TLS before anybody signs in.
    StartTls,
    /// None: to a server on this very machine only.
    None,
}

/// Where a server is, and how its certificate is checked.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its name, which its certificate must carry, or its address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is protected.
    pub security: Security,
    /// PEM certificates that are trusted in place of the system's: of an authority, or of the server itself.
    pub ca: Option<String>,
    /// How long to wait for each answer.
    pub patience: Duration,
}

impl Server {
    /// Whether a name or address is this machine: what is said there crosses no network.
    pub fn is_loopback(host: &str) -> bool {
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
    }
}

/// How somebody signs in.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// With a password.
    Password(&'a str),
    /// With an access token (XOAUTH2).
    Bearer(&'a str),
}

impl Proof<'_> {
    /// The answer to `AUTHENTICATE XOAUTH2`, before base64.
    fn xoauth2(user: &str, token: &str) -> String {
        format!("user={user}\x01auth=Bearer {token}\x01\x01")
    }
}

/// Why a source gave no mail. The kind tells what to do, the text is what the other side said.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No connection.
    #[error("no connection to {0}")]
    Unreachable(String),
    /// The line could not be encrypted, or the certificate is not to be trusted.
    #[error("no trusted encryption: {0}")]
    Tls(String),
    /// The server does not let this user in.
    #[error("refused to let us in: {0}")]
    Login(String),
    /// The server refused something else.
    #[error("refused: {0}")]
    Refused(String),
    /// The line broke, or what came is no answer.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// No answer in time.
    #[error("no answer in time to {0}")]
    TimedOut(String),
    /// A directory or file cannot be used.
    #[error("{0}")]
    Files(String),
}

impl FetchError {
    /// A word for each kind, for programs and for choosing a sentence.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Tls(_) => "tls",
            Self::Login(_) => "login",
            Self::Refused(_) => "refused",
            Self::Broken(_) => "broken",
            Self::TimedOut(_) => "timeout",
            Self::Files(_) => "files",
        }
    }

    /// What the other side said.
    pub fn detail(&self) -> &str {
        match self {
            Self::Unreachable(text)
            | Self::Tls(text)
            | Self::Login(text)
            | Self::Refused(text)
            | Self::Broken(text)
            | Self::TimedOut(text)
            | Self::Files(text) => text,
        }
    }
}

/// What fetching answers.
pub type Result<T, E = FetchError> = std::result::Result<T, E>;

/// A text of the other side as it may be shown: one line, of a sane length.
fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect::<String>().trim().to_owned()
}

/// Whether certificates that somebody named can be used; nothing named is fine.
///
/// # Errors
/// [`FetchError::Tls`] with what is wrong.
pub fn check_ca(pem: &str) -> Result<()> {
    if pem.trim().is_empty() {
        return Ok(());
    }
    tls::connector(Some(pem)).map(drop)
}

/// TLS as a client speaks it here: to servers whose certificate the system trusts, or exactly those that somebody named.
///
/// # Errors
/// [`FetchError::Tls`] for named certificates that cannot be used.
pub fn client_config(ca: Option<&str>) -> Result<std::sync::Arc<tokio_rustls::rustls::ClientConfig>> {
    tls::config(ca)
}
