//! One connection: the dialogue.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::command::{self, Command};
use super::data::Outcome;
use super::receive;
use super::registry::Ticket;
use super::stream::{Line, Wire};
use super::{Envelope, Intake, Protocol, Recipient, Refusal, Settings};

/// Who is at the other end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Peer {
    Address(IpAddr),
    Local,
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Peer::Address(address) => write!(f, "{address}"),
            Peer::Local => f.write_str("local"),
        }
    }
}

/// How a session goes on after a command.
enum Next {
    Go,
    Close,
    Handshake,
}

#[derive(Default)]
struct Transaction {
    /// `Some` after MAIL; within, `None` is the null sender.
    from: Option<Option<String>>,
    smtputf8: bool,
    /// Accepted recipients in order, repeats included: LMTP answers each of them.
    to: Vec<String>,
}

pub(super) struct Session<I> {
    wire: Option<Wire>,
    peer: Peer,
    settings: Arc<Settings>,
    intake: Arc<I>,
    budget: Arc<Semaphore>,
    place: Ticket,
    shutdown: watch::Receiver<bool>,
    helo: Option<String>,
    extended: bool,
    tls: bool,
    transaction: Transaction,
    errors: u32,
    unknown: u32,
}

impl<I: Intake> Session<I> {
    pub(super) fn new(
        wire: Wire,
        peer: Peer,
        settings: Arc<Settings>,
        intake: Arc<I>,
        budget: Arc<Semaphore>,
        place: Ticket,
        shutdown: watch::Receiver<bool>,
    ) -> Session<I> {
        Session {
            wire: Some(wire),
            peer,
            settings,
            intake,
            budget,
            place,
            shutdown,
            helo: None,
            extended: false,
            tls: false,
            transaction: Transaction::default(),
            errors: 0,
            unknown: 0,
        }
    }

    pub(super) async fn run(mut self) {
        if let Err(error) = self.dialogue().await {
            tracing::debug!(peer = %self.peer, %error, "connection ended");
        }
        if let Some(mut wire) = self.wire.take() {
            wire.close().await;
        }
    }

    async fn dialogue(&mut self) -> io::Result<()> {
        let language = match self.settings.protocol {
            Protocol::Smtp => "ESMTP",
            Protocol::Lmtp => "LMTP",
        };
        let greeting = format!("220 {} {language} Turnstone", self.settings.hostname);
        self.reply(&greeting).await?;
        loop {
            let line = match self.next_line().await? {
                Some(line) => line,
                None => return Ok(()),
            };
            let next = match command::parse(&line) {
                Ok(command) => self.obey(command).await?,
                Err(wrong) => self.wrong(wrong).await?,
            };
            match next {
                Next::Go => {}
                Next::Close => return Ok(()),
                Next::Handshake => self.handshake().await?,
            }
        }
    }

    fn wire(&mut self) -> io::Result<&mut Wire> {
        // Absent only after a handshake that failed, which ends the dialogue.
        self.wire.as_mut().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    async fn reply(&mut self, text: &str) -> io::Result<()> {
        self.wire()?.reply(text).await
    }

    /// The next command; `None` when the dialogue is over, the farewell said.
    async fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let Some(wire) = self.wire.as_mut() else { return Ok(None) };
            self.place.set_idle(true);
            let line = tokio::select! {
                biased;
                _ = self.shutdown.wait_for(|stop| *stop) => Err("421 4.3.2 Shutting down, try again"),
                () = self.place.evicted() => Err("421 4.3.2 Too many connections, idle ones are closed"),
                line = timeout(self.settings.command_timeout, wire.line()) => line.map_err(|_| "421 4.4.2 Timed out"),
            };
            self.place.set_idle(false);
            let line = match line {
                Ok(line) => line?,
                Err(over) => return self.farewell(over).await,
            };
            let wrong = match line {
                Line::Command(line) => return Ok(Some(line)),
                Line::End => return Ok(None),
                Line::TooLong => "500 5.5.2 Line too long",
                // Going on would mean to guess where the client's commands begin.
                Line::BareLineEnd => return self.farewell("500 5.5.2 Lines end in CR LF, closing").await,
            };
            if matches!(self.wrong(wrong).await?, Next::Close) {
                return Ok(None);
            }
        }
    }

    async fn farewell(&mut self, text: &str) -> io::Result<Option<Vec<u8>>> {
        self.reply(text).await?;
        Ok(None)
    }

    async fn wrong(&mut self, reply: &str) -> io::Result<Next> {
        self.errors += 1;
        if self.errors > self.settings.max_errors {
            self.reply("421 4.7.0 Too many errors").await?;
            return Ok(Next::Close);
        }
        self.reply(reply).await?;
        Ok(Next::Go)
    }

    async fn obey(&mut self, command: Command) -> io::Result<Next> {
        match command {
            Command::Helo(name) if self.settings.protocol == Protocol::Smtp => self.greet(name, false).await,
            Command::Ehlo(name) if self.settings.protocol == Protocol::Smtp => self.greet(name, true).await,
            Command::Lhlo(name) if self.settings.protocol == Protocol::Lmtp => self.greet(name, true).await,
            Command::Helo(_) | Command::Ehlo(_) => self.wrong("500 5.5.1 This is LMTP: say LHLO").await,
            Command::Lhlo(_) => self.wrong("500 5.5.1 This is SMTP: say EHLO").await,
            Command::Mail { from, size, smtputf8 } => self.mail(from, size, smtputf8).await,
            Command::Rcpt(address) => self.rcpt(address).await,
            Command::Data => self.data().await,
            Command::Rset => {
                self.transaction = Transaction::default();
                self.say("250 2.0.0 OK").await
            }
            Command::Noop => self.say("250 2.0.0 OK").await,
            Command::Vrfy => self.say("252 2.5.2 Cannot verify, but will take mail and try").await,
            Command::Help => self.say("214 2.0.0 See RFC 5321").await,
            Command::Quit => {
                self.reply("221 2.0.0 Goodbye").await?;
                Ok(Next::Close)
            }
            Command::StartTls => self.start_tls().await,
        }
    }

    async fn say(&mut self, text: &str) -> io::Result<Next> {
        self.reply(text).await?;
        Ok(Next::Go)
    }

    async fn greet(&mut self, name: String, extended: bool) -> io::Result<Next> {
        self.helo = Some(name);
        self.extended = extended;
        self.transaction = Transaction::default();
        if !extended {
            let text = format!("250 {}", self.settings.hostname);
            return self.say(&text).await;
        }
        let mut lines = vec![
            self.settings.hostname.clone(),
            format!("SIZE {}", self.settings.max_size),
            "8BITMIME".to_owned(),
            "SMTPUTF8".to_owned(),
            "PIPELINING".to_owned(),
            "ENHANCEDSTATUSCODES".to_owned(),
        ];
        if self.settings.tls.is_some() && !self.tls {
            lines.push("STARTTLS".to_owned());
        }
        let last = lines.len() - 1;
        for (number, line) in lines.iter().enumerate() {
            let mark = if number == last { ' ' } else { '-' };
            self.reply(&format!("250{mark}{line}")).await?;
        }
        Ok(Next::Go)
    }

    async fn mail(&mut self, from: Option<String>, size: Option<u64>, smtputf8: bool) -> io::Result<Next> {
        if self.helo.is_none() {
            return self.wrong("503 5.5.1 Say hello first").await;
        }
        if self.transaction.from.is_some() {
            return self.wrong("503 5.5.1 A mail is under way: RSET or DATA").await;
        }
        if size.is_some_and(|size| size > self.settings.max_size as u64) {
            let text = format!("552 5.3.4 Mail is larger than {} bytes", self.settings.max_size);
            return self.say(&text).await;
        }
        self.transaction = Transaction { from: Some(from), smtputf8, to: Vec::new() };
        self.say("250 2.1.0 OK").await
    }

    async fn rcpt(&mut self, address: String) -> io::Result<Next> {
        if self.transaction.from.is_none() {
            return self.wrong("503 5.5.1 MAIL first").await;
        }
        if !address.is_ascii() && !self.transaction.smtputf8 {
            return self.wrong("553 5.6.7 Address needs SMTPUTF8").await;
        }
        if self.transaction.to.len() >= self.settings.max_recipients {
            return self.say("452 4.5.3 Too many recipients").await;
        }
        match self.intake.recipient(&address).await {
            Recipient::Ours => {
                self.transaction.to.push(address);
                self.say("250 2.1.5 OK").await
            }
            Recipient::Later => self.say("451 4.3.0 Cannot tell now, try again").await,
            Recipient::Unknown => {
                self.unknown += 1;
                if self.unknown > self.settings.max_unknown {
                    self.reply("421 4.7.0 Too many unknown recipients").await?;
                    return Ok(Next::Close);
                }
                self.say("550 5.1.1 No such address here").await
            }
        }
    }

    async fn start_tls(&mut self) -> io::Result<Next> {
        if self.tls || self.settings.tls.is_none() {
            return self.wrong("503 5.5.1 TLS not available").await;
        }
        self.reply("220 2.0.0 Ready to start TLS").await?;
        Ok(Next::Handshake)
    }

    /// RFC 3207, 4.2: all that was said before is forgotten, commands that were sent along with STARTTLS included.
    async fn handshake(&mut self) -> io::Result<()> {
        self.wire()?.flush().await?;
        let (Some(wire), Some(config)) = (self.wire.take(), self.settings.tls.clone()) else { return Ok(()) };
        let handshake = TlsAcceptor::from(config).accept(wire.into_transport());
        let stream = timeout(self.settings.handshake_timeout, handshake)
            .await
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        self.wire = Some(Wire::new(Box::new(stream), self.settings.data_timeout));
        self.tls = true;
        self.helo = None;
        self.extended = false;
        self.transaction = Transaction::default();
        Ok(())
    }

    async fn data(&mut self) -> io::Result<Next> {
        if self.transaction.from.is_none() {
            return self.wrong("503 5.5.1 MAIL first").await;
        }
        if self.transaction.to.is_empty() {
            return self.wrong("503 5.5.1 No valid recipients").await;
        }
        self.reply("354 End with <CR><LF>.<CR><LF>").await?;
        self.wire()?.flush().await?;
        let transaction = std::mem::take(&mut self.transaction);
        let (settings, budget) = (self.settings.clone(), self.budget.clone());
        let (outcome, held) = match receive::receive(self.wire()?, &settings, &budget).await? {
            Some(received) => received,
            None => {
                self.reply("421 4.4.2 Timed out").await?;
                return Ok(Next::Close);
            }
        };
        let answers = if self.settings.protocol == Protocol::Lmtp { transaction.to.len() } else { 1 };
        let reply = match outcome {
            Outcome::Mail(raw) => self.hand_over(transaction, raw).await,
            Outcome::TooLarge => format!("552 5.3.4 Mail is larger than {} bytes", self.settings.max_size),
            Outcome::BareLineEnd => "554 5.6.0 Mail has a CR or LF that ends no line".to_owned(),
            Outcome::GivenUp => "452 4.3.1 Too much mail at once, try again".to_owned(),
        };
        drop(held);
        for _ in 0..answers {
            self.reply(&reply).await?;
        }
        // The reply of a mail must not wait for what the client sends next.
        self.wire()?.flush().await?;
        Ok(Next::Go)
    }

    async fn hand_over(&mut self, transaction: Transaction, raw: Vec<u8>) -> String {
        let mut to: Vec<String> = Vec::new();
        for address in transaction.to {
            if !to.contains(&address) {
                to.push(address);
            }
        }
        let envelope = Envelope {
            from: transaction.from.flatten(),
            to,
            peer: self.peer.to_string(),
            helo: self.helo.clone().unwrap_or_default(),
            protocol: self.settings.protocol,
            extended: self.extended,
            tls: self.tls,
            smtputf8: transaction.smtputf8,
        };
        match self.intake.accept(envelope, raw).await {
            Ok(id) => format!("250 2.0.0 queued as {}", one_line(&id)),
            Err(Refusal::Later(text)) => format!("451 4.3.0 {}", one_line(&text)),
            Err(Refusal::Full(text)) => format!("452 4.3.1 {}", one_line(&text)),
            Err(Refusal::Never(text)) => format!("554 5.7.1 {}", one_line(&text)),
        }
    }
}

/// What may stand in a reply: one line of printable ASCII.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).take(400).collect()
}
