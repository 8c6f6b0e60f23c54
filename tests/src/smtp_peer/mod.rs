//! A relay that does what the test tells it: takes mail, refuses it, drops the line, dawdles or is down.

mod conversation;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
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
    /// Answers `MAIL FROM` with 421 and closes the connection.
    Goodbye,
    /// Closes the connection in the middle of the dialogue, without a word.
    DropAtRecipient,
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
    /// Whether it came through TLS.
    pub encrypted: bool,
    /// The user who signed in, if anybody did.
    pub user: Option<String>,
}

/// How the peer protects itself. Its certificate is self-made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Security {
    /// Offers STARTTLS.
    pub starttls: bool,
    /// Speaks TLS from the first byte.
    pub implicit: bool,
    /// Offers STARTTLS, says "go ahead", and then speaks no TLS.
    pub broken_tls: bool,
    /// Takes mail only after this user and password (AUTH PLAIN or LOGIN).
    pub credentials: Option<(String, String)>,
    /// Knows nothing of letters outside of ASCII in addresses.
    pub ascii_only: bool,
}

impl Received {
    /// The mail, parsed.
    pub fn mail(&self) -> Parsed {
        Parsed::new(&self.data)
    }
}

/// Decides for each mail, by its number and its first recipient.
type Decide = Box<dyn FnMut(usize, &str) -> Behaviour + Send>;

#[derive(Default)]
struct State {
    received: Vec<Received>,
    always: Option<Behaviour>,
    next: VecDeque<Behaviour>,
    decide: Option<Decide>,
    /// By the end of a recipient's address.
    rules: Vec<(String, Behaviour)>,
    mails: usize,
    most_lines: Option<usize>,
    connections: usize,
    talks: Vec<tokio::task::AbortHandle>,
    open: usize,
    most_open: usize,
}

impl std::fmt::Debug for State {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("State").field("received", &self.received.len()).finish_non_exhaustive()
    }
}

/// A scripted SMTP server in the test's own process.
#[derive(Debug)]
pub struct SmtpPeer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    security: Security,
    listener: Option<JoinHandle<()>>,
}

impl SmtpPeer {
    /// Listens on a free loopback port and takes everything.
    pub async fn start() -> Self {
        Self::start_with(Security::default()).await
    }

    /// The same behind TLS or a password.
    pub async fn start_with(security: Security) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut peer = Self { address, state: Arc::default(), security, listener: None };
        peer.up().await;
        peer
    }

    /// Where it listens (or did, while it is down).
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its certificate, for `localhost`, as PEM.
    pub fn certificate(&self) -> String {
        conversation::certificate()
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

    /// From now on this decides for each mail, by its number and its first recipient.
    pub fn decide(&self, decide: impl FnMut(usize, &str) -> Behaviour + Send + 'static) {
        self.state.lock().unwrap().decide = Some(Box::new(decide));
    }

    /// Recipients whose address ends like this are met like this, whatever else holds.
    pub fn rule(&self, end: &str, behaviour: Behaviour) {
        self.state.lock().unwrap().rules.push((end.to_owned(), behaviour));
    }

    /// Takes no more than so many connections at once; further ones are told 421.
    pub fn take_lines(&self, most: usize) {
        self.state.lock().unwrap().most_lines = Some(most);
    }

    /// Meets every mail with [`Behaviour::Accept`] again.
    pub fn relent(&self) {
        let mut state = self.state.lock().unwrap();
        state.rules.clear();
        state.decide = None;
        state.always = None;
        state.next.clear();
    }

    /// How many connections were open at once, at most.
    pub fn most_open(&self) -> usize {
        self.state.lock().unwrap().most_open
    }

    /// Stops listening and breaks off what is going on: connections are refused until [`SmtpPeer::up`].
    pub async fn down(&mut self) {
        for talk in self.state.lock().unwrap().talks.drain(..) {
            talk.abort();
        }
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
        let (state, security) = (self.state.clone(), self.security.clone());
        let acceptor = conversation::acceptor();
        self.listener = Some(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let refused = {
                    let mut state = state.lock().unwrap();
                    state.connections += 1;
                    let refused = state.most_lines.is_some_and(|most| state.open >= most);
                    if !refused {
                        state.open += 1;
                        state.most_open = state.most_open.max(state.open);
                    }
                    refused
                };
                if refused {
                    let mut stream = stream;
                    stream.write_all(b"421 4.7.0 too many connections from you\r\n").await.ok();
                    continue;
                }
                let (state, security, acceptor) = (state.clone(), security.clone(), acceptor.clone());
                // A sender that goes away in the middle is part of the tests.
                let list = state.clone();
                let talk = tokio::spawn(async move {
                    let _counted = Counted(state.clone());
                    conversation::serve(stream, state, security, acceptor).await.ok();
                });
                list.lock().unwrap().talks.push(talk.abort_handle());
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

/// A connection that is open for as long as this lives.
struct Counted(Arc<Mutex<State>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.lock().unwrap().open -= 1;
    }
}

impl Drop for SmtpPeer {
    fn drop(&mut self) {
        if let Some(listener) = self.listener.take() {
            listener.abort();
        }
    }
}
