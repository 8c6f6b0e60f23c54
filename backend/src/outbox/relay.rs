//! The SMTP dialogue with the relay, step by step: only so can a line that breaks after the final dot be told from one
//! that breaks before it.

use std::time::Duration;

use lettre::{
    Address,
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
        response::Code,
    },
};

use super::outcome::Word;
use crate::config::{Relay, RelayTls};

/// For connecting and each command before the text.
const COMMAND: Duration = Duration::from_secs(60);
/// For the answer to the final dot (RFC 5321, 4.5.3.2.6).
const FINAL: Duration = Duration::from_secs(600);

/// What is said of an address that the relay cannot write to.
const ONLY_ASCII: &str = "the relay takes no addresses with letters outside of ASCII";

/// A connection to the relay; many mails go over it, one after the other.
pub(super) struct Line {
    /// `None` once it is broken: a dialogue that lost its place is not taken up again.
    connection: Option<AsyncSmtpConnection>,
    timeouts: (Duration, Duration),
    /// How many mails went over it.
    pub(super) used: u32,
    /// What the relay said when it took the last one.
    pub(super) said: String,
}

/// How far the opening of a line has come.
pub(super) enum Mark {
    /// Somebody answered, in words of SMTP.
    Connected,
    /// The line is encrypted; the other side's certificate (DER).
    Secured(Vec<u8>),
    /// It is not.
    Plain,
    /// The relay takes us for whom we say we are.
    SignedIn,
}

/// Who is told of each [`Mark`].
pub(super) type Watcher<'a> = &'a mut (dyn FnMut(Mark) + Send);

/// What came of handing over one mail.
pub(super) struct Attempt {
    /// What the relay said to each recipient.
    pub words: Vec<(String, Word)>,
    /// The line was dead, or the relay wanted to end it, before anything was said about this mail.
    pub stale: bool,
}

impl Line {
    /// Connects, negotiates TLS as the settings ask, and signs in.
    ///
    /// # Errors
    /// A sentence for the outbox: everything that waits will be tried again.
    pub(super) async fn open(relay: &Relay, test_timeout: Option<u64>) -> Result<Self, String> {
        Self::open_watched(relay, test_timeout, &mut |_| {}).await
    }

    /// The same, telling how far it has come.
    ///
    /// # Errors
    /// As [`Line::open`].
    pub(super) async fn open_watched(
        relay: &Relay,
        test_timeout: Option<u64>,
        watcher: Watcher<'_>,
    ) -> Result<Self, String> {
        let timeouts = test_timeout
            .map_or((COMMAND, FINAL), |seconds| (Duration::from_secs(seconds), Duration::from_secs(seconds)));
        let opening = Self::connect(relay, tls_of(relay)?, timeouts, watcher);
        let connection = tokio::time::timeout(timeouts.0, opening)
            .await
            .map_err(|_| format!("the relay {}:{} does not answer", relay.host, relay.port))?
            .map_err(|error| format!("the relay {}:{}: {}", relay.host, relay.port, plain(&error)))?;
        Ok(Self { connection: Some(connection), timeouts, used: 0, said: String::new() })
    }

    async fn connect(
        relay: &Relay,
        tls: TlsParameters,
        timeouts: (Duration, Duration),
        watcher: Watcher<'_>,
    ) -> Result<AsyncSmtpConnection, lettre::transport::smtp::Error> {
        let hello = ClientId::default();
        let implicit = (relay.tls == RelayTls::Implicit).then(|| tls.clone());
        let server = (relay.host.as_str(), relay.port);
        let call =
            || AsyncSmtpConnection::connect_tokio1(server, Some(timeouts.0), &hello, implicit.clone(), None);
        let mut connection = call().await?;
        watcher(Mark::Connected);
        let upgrade = match relay.tls {
            RelayTls::Required => true,
            RelayTls::Opportunistic => connection.can_starttls(),
            RelayTls::None | RelayTls::Implicit => false,
        };
        if upgrade && let Err(error) = connection.starttls(tls, &hello).await {
            // A password does not follow into the clear where encryption was offered.
            if relay.tls == RelayTls::Required || relay.credentials.is_some() {
                return Err(error);
            }
            // What may go in the clear anyway does not wait for a relay that cannot do what it offers.
            tracing::warn!(%error, "the relay offers TLS and cannot do it: mail leaves without");
            connection = call().await?;
        }
        if connection.is_encrypted() {
            watcher(Mark::Secured(connection.peer_certificate().unwrap_or_default()));
        } else {
            watcher(Mark::Plain);
        }
        if let Some((user, password)) = &relay.credentials {
            let credentials = Credentials::new(user.clone(), password.reveal().to_owned());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?;
            watcher(Mark::SignedIn);
        }
        Ok(connection)
    }

    /// Whether the line can take another mail.
    pub(super) fn is_open(&self) -> bool {
        self.connection.is_some()
    }

    /// Hands over one mail.
    pub(super) async fn send(&mut self, from: &str, to: &[String], bytes: &[u8]) -> Attempt {
        self.used += 1;
        let (to, strange) = self.within_reach(from, to);
        let everybody = |word: &Word| -> Vec<(String, Word)> {
            let mut told: Vec<_> = to.iter().map(|address| (address.clone(), word.clone())).collect();
            told.extend(strange.iter().cloned());
            told
        };
        if to.is_empty() && !strange.is_empty() {
            return Attempt { words: strange, stale: false };
        }
        match self.sender(from, &to).await {
            Ok(()) => {}
            Err(word) => {
                let stale = !self.is_open();
                self.reset().await;
                return Attempt { words: everybody(&word), stale };
            }
        }
        let mut words = Vec::with_capacity(to.len());
        for address in &to {
            let word = self.recipient(address).await;
            if !self.is_open() {
                // Nothing was sent yet, so nothing can have happened: a broken line is a matter of time.
                let Err(word) = word else { break };
                return Attempt { words: everybody(&word), stale: false };
            }
            words.push((address.clone(), word.err().unwrap_or(Word::Taken)));
        }
        if words.iter().all(|(_, word)| *word != Word::Taken) {
            self.reset().await;
            words.extend(strange);
            return Attempt { words, stale: false };
        }
        let last = match self.command(Data).await {
            Ok(()) => self.text(bytes).await,
            Err(word) => {
                self.reset().await;
                word
            }
        };
        for (_, word) in &mut words {
            if *word == Word::Taken {
                *word = last.clone();
            }
        }
        words.extend(strange);
        Attempt { words, stale: false }
    }

    /// The recipients whom this relay can write to, and a word for each of the others: nobody else waits for an address
    /// with letters outside of ASCII that the relay knows nothing of (RFC 6531).
    fn within_reach(&self, from: &str, to: &[String]) -> (Vec<String>, Vec<(String, Word)>) {
        if !from.is_ascii() || self.takes_utf8() != Some(false) {
            return (to.to_vec(), Vec::new());
        }
        let (plain, strange): (Vec<String>, Vec<String>) =
            to.iter().cloned().partition(|address| address.is_ascii());
        (plain, strange.into_iter().map(|address| (address, Word::Refused(ONLY_ASCII.into()))).collect())
    }

    /// Whether the relay takes letters outside of ASCII in addresses; `None`: there is no line to it.
    fn takes_utf8(&self) -> Option<bool> {
        let connection = self.connection.as_ref()?;
        Some(connection.server_info().supports_feature(Extension::SmtpUtfEight))
    }

    async fn sender(&mut self, from: &str, to: &[String]) -> Result<(), Word> {
        let sender = parse(from)?;
        let mut parameters = Vec::new();
        let Some(connection) = &self.connection else { return Err(Word::Later("the line is closed".into())) };
        let info = connection.server_info();
        if info.supports_feature(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let utf8 = !from.is_ascii() || to.iter().any(|address| !address.is_ascii());
        if utf8 {
            if !info.supports_feature(Extension::SmtpUtfEight) {
                return Err(Word::Refused(ONLY_ASCII.into()));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        self.command(Mail::new(sender, parameters)).await
    }

    async fn recipient(&mut self, address: &str) -> Result<(), Word> {
        let recipient = parse(address)?.ok_or_else(|| Word::Refused("a recipient is empty".into()))?;
        self.command(Rcpt::new(recipient, Vec::new())).await
    }

    /// The text and its final dot.
    async fn text(&mut self, bytes: &[u8]) -> Word {
        let Some(mut connection) = self.connection.take() else {
            return Word::Later("the line is closed".into());
        };
        let answer = tokio::time::timeout(self.timeouts.1, connection.message(bytes)).await;
        let word = match answer {
            Err(_) => return Word::Unclear("the relay did not answer after the text was sent".into()),
            // Only 2xx says that the relay has it.
            Ok(Ok(response)) if response.code().severity as u8 == 2 => {
                let words = response.message().collect::<Vec<_>>().join(" ");
                self.said = format!("{} {words}", response.code());
                Word::Taken
            }
            Ok(Ok(response)) => Word::Later(format!("the relay answered {} to the text", response.code())),
            Ok(Err(error)) if error.is_transient() => Word::Later(plain(&error)),
            Ok(Err(error)) if error.is_permanent() => Word::Refused(plain(&error)),
            Ok(Err(error)) => {
                return Word::Unclear(format!(
                    "the line to the relay broke before it answered: {}",
                    plain(&error)
                ));
            }
        };
        self.connection = Some(connection);
        word
    }

    /// One command before the text. A line that breaks here is dropped: until the text nothing can have happened.
    async fn command<C: std::fmt::Display>(&mut self, command: C) -> Result<(), Word> {
        let Some(mut connection) = self.connection.take() else {
            return Err(Word::Later("the line is closed".into()));
        };
        let word = match tokio::time::timeout(self.timeouts.0, connection.command(command)).await {
            Err(_) => return Err(Word::Later("the relay does not answer".into())),
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(Word::Refused(plain(&error))),
            // 421: the relay closes the line (RFC 5321, 3.8).
            Ok(Err(error)) if error.is_transient() && !error.status().is_some_and(is_goodbye) => {
                Err(Word::Later(plain(&error)))
            }
            Ok(Err(error)) => return Err(Word::Later(plain(&error))),
        };
        self.connection = Some(connection);
        word
    }

    /// Clears a transaction that was refused half way.
    async fn reset(&mut self) {
        if self.command(lettre::transport::smtp::commands::Rset).await.is_err() {
            self.connection = None;
        }
    }

    /// Says goodbye.
    pub(super) async fn close(self) {
        if let Some(mut connection) = self.connection {
            // The mails are handed over; a relay that does not say goodbye changes nothing.
            let _ = tokio::time::timeout(Duration::from_secs(5), connection.quit()).await;
        }
    }
}

/// Whether the relay takes mail to an address of ours with a token in it: `Some` is its refusal for good. Nothing is sent.
///
/// # Errors
/// When it cannot be reached or does not want to talk.
pub async fn takes_returns(relay: &Relay, address: &str) -> Result<Option<String>, String> {
    let token = super::token::sender(address, &format!("{:032x}@{address}", 0));
    let mut line = Line::open(relay, Some(10)).await?;
    let words = match line.command(Mail::new(None, Vec::new())).await {
        Ok(()) => line.recipient(&token).await,
        Err(word) => return Err(format!("{word:?}")),
    };
    line.reset().await;
    line.close().await;
    match words {
        Err(Word::Refused(why)) => Ok(Some(why)),
        Ok(()) | Err(_) => Ok(None),
    }
}

/// Where TLS is only better than nothing, so is a certificate that nobody vouches for (RFC 7435): local relays make
/// their own.
fn tls_of(relay: &Relay) -> Result<TlsParameters, String> {
    let anybodys = relay.tls == RelayTls::Opportunistic;
    let mut builder = TlsParameters::builder(relay.host.clone())
        .dangerous_accept_invalid_certs(anybodys)
        .dangerous_accept_invalid_hostnames(anybodys);
    if let Some(file) = &relay.ca {
        // Read anew each time: authorities are replaced while we run.
        let text = std::fs::read(file)
            .map_err(|error| format!("{} in SMTP_RELAY can't be read: {error}", file.display()))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&text).map_err(|error| plain(&error))?);
    }
    builder.build().map_err(|error| plain(&error))
}

fn parse(address: &str) -> Result<Option<Address>, Word> {
    if address.is_empty() {
        return Ok(None);
    }
    super::address::for_lettre(address)
        .map(Some)
        .map_err(|error| Word::Refused(format!("“{address}” is not an address that mail can go to: {error}")))
}

fn is_goodbye(code: Code) -> bool {
    code.to_string() == "421"
}

/// What the relay said, with its code; or an error with its causes on one line.
fn plain(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.status().map_or_else(|| error.to_string(), |code| code.to_string());
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            let between = if error.status().is_some() { " " } else { ": " };
            text = format!("{text}{between}{more}");
        }
        cause = inner.source();
    }
    text
}
