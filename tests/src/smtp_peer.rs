//! A relay that does what the test tells it: takes mail, refuses it, drops the line, dawdles or is down.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::mail::Parsed;
use crate::net::wait_until;

/// What the peer does with one mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Takes it.
    Accept,
    /// Answers `RCPT TO` with this code and text.
    RefuseRecipient(u16, &'static str),
    /// Answers the final dot with this code and text.
    RefuseData(u16, &'static str),
    /// Keeps the mail and closes the connection instead of answering the final dot.
    DropAfterDot,
    /// Takes it after a pause before the final reply.
    Slow(Duration),
}

/// One mail as it came over the wire, dots unstuffed.
#[derive(Clone, Debug)]
pub struct Received {
    /// Envelope sender; empty for the null sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// The mail's bytes.
    pub data: Vec<u8>,
    /// When its final dot came.
    pub at: Instant,
    /// Whether the sender was told 250.
    pub acknowledged: bool,
}

impl Received {
    /// The mail, parsed.
    pub fn mail(&self) -> Parsed {
        Parsed::new(&self.data)
    }
}

#[derive(Debug, Default)]
struct State {
    received: Vec<Received>,
    always: Option<Behaviour>,
    next: VecDeque<Behaviour>,
    connections: usize,
}

/// A scripted SMTP server in the test's own process.
#[derive(Debug)]
pub struct SmtpPeer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    listener: Option<JoinHandle<()>>,
}

impl SmtpPeer {
    /// Listens on a free loopback port and takes everything.
    pub async fn start() -> Self {
        let mut peer =
            Self { address: SocketAddr::from(([127, 0, 0, 1], 0)), state: Arc::default(), listener: None };
        peer.up().await;
        peer
    }

    /// Where it listens (or did, while it is down).
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address in the form of `SMTP_RELAY`.
    pub fn url(&self) -> String {
        format!("smtp://{}?tls=none", self.address)
    }

    /// From now on every mail is met like this.
    pub fn behave(&self, behaviour: Behaviour) {
        self.state.lock().unwrap().always = Some(behaviour);
    }

    /// The next mails are met like this, one behaviour each, before the standing one counts again.
    pub fn next(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.state.lock().unwrap().next.extend(behaviours);
    }

    /// Stops listening: connections are refused until [`SmtpPeer::up`].
    pub async fn down(&mut self) {
        if let Some(listener) = self.listener.take() {
            listener.abort();
            let _ = listener.await;
        }
    }

    /// Listens again at the same address.
    pub async fn up(&mut self) {
        if self.listener.is_some() {
            return;
        }
        let listener = wait_until("the peer's port", Duration::from_secs(5), async || {
            TcpListener::bind(self.address).await.ok()
        })
        .await;
        self.address = listener.local_addr().expect("a bound address");
        let state = self.state.clone();
        self.listener = Some(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                state.lock().unwrap().connections += 1;
                // A sender that goes away in the middle is part of the tests.
                tokio::spawn(converse(stream, state.clone()));
            }
        }));
    }

    /// All mails so far, in order of their final dots, those that were refused or dropped at the dot included.
    pub fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap().received.clone()
    }

    /// The mails that went to this address.
    pub fn received_by(&self, address: &str) -> Vec<Received> {
        let mut mails = self.received();
        mails.retain(|mail| mail.to.iter().any(|to| to.eq_ignore_ascii_case(address)));
        mails
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    /// Forgets what came so far.
    pub fn clear(&self) {
        self.state.lock().unwrap().received.clear();
    }

    /// Waits until at least `count` mails have come to `address` and returns them.
    pub async fn wait_for(&self, address: &str, count: usize) -> Vec<Received> {
        wait_until(
            &format!("{count} mail(s) to {address} at the relay"),
            Duration::from_secs(20),
            async || Some(self.received_by(address)).filter(|mails| mails.len() >= count),
        )
        .await
    }
}

impl Drop for SmtpPeer {
    fn drop(&mut self) {
        if let Some(listener) = self.listener.take() {
            listener.abort();
        }
    }
}

async fn converse(stream: TcpStream, state: Arc<Mutex<State>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut from, mut to, mut behaviour) = (String::new(), Vec::new(), Behaviour::Accept);
    stream.get_mut().write_all(b"220 relay.example ESMTP\r\n").await?;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let upper = line.to_ascii_uppercase();
        let reply = if upper.starts_with("EHLO") || upper.starts_with("LHLO") {
            "250-relay.example\r\n250-SIZE 104857600\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING"
                .to_owned()
        } else if upper.starts_with("MAIL FROM:") {
            from = address_of(&line);
            to.clear();
            let mut state = state.lock().unwrap();
            behaviour = state.next.pop_front().or_else(|| state.always.clone()).unwrap_or(Behaviour::Accept);
            "250 2.1.0 ok".to_owned()
        } else if upper.starts_with("RCPT TO:") {
            if let Behaviour::RefuseRecipient(code, text) = behaviour {
                format!("{code} {text}")
            } else {
                to.push(address_of(&line));
                "250 2.1.5 ok".to_owned()
            }
        } else if upper.starts_with("DATA") {
            if to.is_empty() {
                "503 5.5.1 no recipient".to_owned()
            } else {
                stream.get_mut().write_all(b"354 go ahead\r\n").await?;
                let data = read_data(&mut stream).await?;
                if let Behaviour::Slow(pause) = behaviour {
                    tokio::time::sleep(pause).await;
                }
                let acknowledged = matches!(behaviour, Behaviour::Accept | Behaviour::Slow(_));
                let mail =
                    Received { from: from.clone(), to: to.clone(), data, at: Instant::now(), acknowledged };
                state.lock().unwrap().received.push(mail);
                match &behaviour {
                    Behaviour::DropAfterDot => return Ok(()),
                    Behaviour::RefuseData(code, text) => format!("{code} {text}"),
                    _ => "250 2.0.0 taken".to_owned(),
                }
            }
        } else if upper.starts_with("QUIT") {
            stream.get_mut().write_all(b"221 2.0.0 bye\r\n").await?;
            return Ok(());
        } else if upper.starts_with("RSET") || upper.starts_with("NOOP") || upper.starts_with("HELO") {
            "250 2.0.0 ok".to_owned()
        } else {
            "502 5.5.2 not here".to_owned()
        };
        stream.get_mut().write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
}

fn address_of(line: &str) -> String {
    let start = line.find('<').map_or(0, |at| at + 1);
    let end = line[start..].find('>').map_or(line.len(), |at| start + at);
    line[start..end].to_owned()
}

async fn read_data(stream: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut data = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(data);
        }
        let content = line.strip_prefix(b".").unwrap_or(&line);
        data.extend_from_slice(content);
    }
}
