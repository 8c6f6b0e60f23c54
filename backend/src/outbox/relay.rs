//! The SMTP dialogue with the relay, step by step: only so can a line that breaks after the final dot be told from one
//! that breaks before it.

use std::time::Duration;

use lettre::{
    Address,
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
        response::Response,
    },
};

use crate::config::{Relay, RelayTls};

/// For connecting and each command before the text.
const COMMAND: Duration = Duration::from_secs(60);
/// For the answer to the final dot (RFC 5321, 4.5.3.2.6).
const FINAL: Duration = Duration::from_secs(600);

/// What became of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// The relay took it; the text names recipients that it refused, if any.
    Sent(String),
    /// Some recipients have it; these are to be tried again, and why.
    Partly { left: Vec<String>, why: String },
    /// Refused for now.
    Deferred(String),
    /// Refused for good.
    Failed(String),
    /// The line broke after the text was sent and before the relay answered.
    Uncertain(String),
}

/// Recipients that the relay did not take.
#[derive(Debug, Default)]
struct Refused {
    /// Each with what the relay said.
    texts: Vec<String>,
    /// Those that it may take later.
    later: Vec<String>,
}

impl Refused {
    /// The others have the mail now.
    fn into_attempt(self) -> Attempt {
        let why = self.texts.join("; ");
        if self.later.is_empty() { Attempt::Sent(why) } else { Attempt::Partly { left: self.later, why } }
    }
}

/// A connection to the relay; several mails go over it.
pub(super) struct Line {
    connection: AsyncSmtpConnection,
    timeouts: (Duration, Duration),
}

impl Line {
    /// Connects, negotiates TLS as the settings ask, and signs in.
    ///
    /// # Errors
    /// A sentence for the outbox: everything that waits will be tried again.
    pub(super) async fn open(relay: &Relay, test_timeout: Option<u64>) -> Result<Self, String> {
        let timeouts = test_timeout
            .map_or((COMMAND, FINAL), |seconds| (Duration::from_secs(seconds), Duration::from_secs(seconds)));
        let opening = Self::connect(relay, timeouts);
        let connection = tokio::time::timeout(timeouts.0, opening)
            .await
            .map_err(|_| format!("the relay {}:{} does not answer", relay.host, relay.port))?
            .map_err(|error| format!("the relay {}:{}: {}", relay.host, relay.port, plain(&error)))?;
        Ok(Self { connection, timeouts })
    }

    async fn connect(
        relay: &Relay,
        timeouts: (Duration, Duration),
    ) -> Result<AsyncSmtpConnection, lettre::transport::smtp::Error> {
        let hello = ClientId::default();
        let tls = tls_of(relay)?;
        let implicit = (relay.tls == RelayTls::Implicit).then(|| tls.clone());
        let server = (relay.host.as_str(), relay.port);
        let call =
            || AsyncSmtpConnection::connect_tokio1(server, Some(timeouts.0), &hello, implicit.clone(), None);
        let mut connection = call().await?;
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
        if let Some((user, password)) = &relay.credentials {
            let credentials = Credentials::new(user.clone(), password.reveal().to_owned());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?;
        }
        Ok(connection)
    }

    /// Whether the line can take another mail.
    pub(super) fn is_open(&self) -> bool {
        !self.connection.has_broken()
    }

    /// Hands over one mail.
    pub(super) async fn send(&mut self, from: &str, to: &[String], bytes: &[u8]) -> Attempt {
        let (command, last) = self.timeouts;
        let begun = match tokio::time::timeout(command * 2, self.begin(from, to)).await {
            Ok(begun) => begun,
            Err(_) => {
                self.connection.abort().await;
                return Attempt::Deferred("the relay does not answer".into());
            }
        };
        let refused = match begun {
            Ok(refused) => refused,
            Err(attempt) => {
                self.reset().await;
                return attempt;
            }
        };
        match tokio::time::timeout(last, self.connection.message(bytes)).await {
            Ok(Ok(response)) if response.is_positive() => refused.into_attempt(),
            Ok(Ok(response)) => judge(&response),
            Ok(Err(error)) if error.is_transient() => Attempt::Deferred(plain(&error)),
            Ok(Err(error)) if error.is_permanent() => Attempt::Failed(plain(&error)),
            Ok(Err(error)) => {
                self.connection.abort().await;
                Attempt::Uncertain(format!(
                    "the line to the relay broke before it answered: {}",
                    plain(&error)
                ))
            }
            Err(_) => {
                self.connection.abort().await;
                Attempt::Uncertain("the relay did not answer after the text was sent".into())
            }
        }
    }

    /// MAIL, RCPT and DATA; the recipients that were refused.
    async fn begin(&mut self, from: &str, to: &[String]) -> Result<Refused, Attempt> {
        let sender = parse(from)?;
        let mut parameters = Vec::new();
        let info = self.connection.server_info().clone();
        if info.supports_feature(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let utf8 = !from.is_ascii() || to.iter().any(|address| !address.is_ascii());
        if utf8 {
            if !info.supports_feature(Extension::SmtpUtfEight) {
                return Err(Attempt::Failed(
                    "the relay takes no addresses with letters outside of ASCII".into(),
                ));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        self.command(Mail::new(sender, parameters)).await?;
        let mut refused = Refused::default();
        let mut worst = None;
        for address in to {
            let recipient = parse(address)?.ok_or_else(|| Attempt::Failed("a recipient is empty".into()))?;
            match self.command(Rcpt::new(recipient, Vec::new())).await {
                Ok(()) => {}
                Err(attempt @ (Attempt::Deferred(_) | Attempt::Failed(_))) if self.is_open() => {
                    let (Attempt::Deferred(why) | Attempt::Failed(why)) = &attempt else { continue };
                    refused.texts.push(format!("{address}: {why}"));
                    let later = matches!(attempt, Attempt::Deferred(_));
                    if later {
                        refused.later.push(address.clone());
                    }
                    // A recipient that may be taken later is worth another try of the whole.
                    if worst.is_none() || later {
                        worst = Some(attempt);
                    }
                }
                Err(attempt) => return Err(attempt),
            }
        }
        if refused.texts.len() == to.len() {
            return Err(worst.unwrap_or_else(|| Attempt::Failed("the mail has no recipient".into())));
        }
        self.command(Data).await?;
        Ok(refused)
    }

    async fn command<C: std::fmt::Display>(&mut self, command: C) -> Result<(), Attempt> {
        match self.connection.command(command).await {
            Ok(response) if response.code().severity as u8 <= 3 => Ok(()),
            Ok(response) => Err(judge(&response)),
            Err(error) if error.is_permanent() => Err(Attempt::Failed(plain(&error))),
            // Before the text is sent nothing can have happened: a broken line is a matter of time.
            Err(error) => Err(Attempt::Deferred(plain(&error))),
        }
    }

    /// Clears a transaction that was refused half way.
    async fn reset(&mut self) {
        if self.is_open() && self.connection.command(lettre::transport::smtp::commands::Rset).await.is_err() {
            self.connection.abort().await;
        }
    }

    /// Says goodbye.
    pub(super) async fn close(mut self) {
        if self.is_open() {
            // The mails are handed over; a relay that does not say goodbye changes nothing.
            let _ = tokio::time::timeout(Duration::from_secs(5), self.connection.quit()).await;
        }
    }
}

/// Where TLS is only better than nothing, so is a certificate that nobody vouches for (RFC 7435): local relays make
/// their own.
fn tls_of(relay: &Relay) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    let anybodys = relay.tls == RelayTls::Opportunistic;
    TlsParameters::builder(relay.host.clone())
        .dangerous_accept_invalid_certs(anybodys)
        .dangerous_accept_invalid_hostnames(anybodys)
        .build()
}

fn parse(address: &str) -> Result<Option<Address>, Attempt> {
    if address.is_empty() {
        return Ok(None);
    }
    address.parse().map(Some).map_err(|error| {
        Attempt::Failed(format!("“{address}” is not an address that mail can go to: {error}"))
    })
}

fn judge(response: &Response) -> Attempt {
    let text = format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join(" "));
    if response.code().to_string().starts_with('5') { Attempt::Failed(text) } else { Attempt::Deferred(text) }
}

/// An error with its causes on one line.
fn plain(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    text
}
