//! Takes all outgoing mail of the demo instead of the world, and shows it to the customers and to a page.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, bail};
use jiff::Timestamp;
use mail_ingest::wire::{Bind, Bound, Envelope, Intake, Listener, Protocol, Recipient, Refusal, Settings};
use tokio::sync::{mpsc, watch};

/// So many mails are kept; the oldest go first.
const KEPT: usize = 500;

/// A mail that left the helpdesk.
#[derive(Clone, Debug)]
pub(super) struct Caught {
    pub(super) id: usize,
    pub(super) at: Timestamp,
    pub(super) to: Vec<String>,
    pub(super) raw: Arc<Vec<u8>>,
}

/// All mails that left.
#[derive(Debug)]
pub(super) struct Sink {
    mails: Mutex<VecDeque<Caught>>,
    news: mpsc::UnboundedSender<Caught>,
}

impl Sink {
    /// An empty sink; each new mail is also sent to the receiver.
    pub(super) fn new() -> (Arc<Self>, mpsc::UnboundedReceiver<Caught>) {
        let (news, receiver) = mpsc::unbounded_channel();
        (Arc::new(Self { mails: Mutex::default(), news }), receiver)
    }

    /// Listens on a free loopback port until `stop`.
    pub(super) async fn listen(self: &Arc<Self>, stop: watch::Receiver<bool>) -> anyhow::Result<SocketAddr> {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let settings = Settings::new(Protocol::Smtp, "sink.example");
        let listener =
            Listener::bind(Bind::Tcp(free), settings).await.context("no port for the mail sink")?;
        let Bound::Tcp(address) = *listener.local_addr() else { bail!("the mail sink has no address") };
        tokio::spawn(listener.run(self.clone(), stop));
        Ok(address)
    }

    /// All mails, the newest first.
    pub(super) fn all(&self) -> Vec<Caught> {
        self.mails().iter().rev().cloned().collect()
    }

    /// One of them.
    pub(super) fn get(&self, id: usize) -> Option<Caught> {
        self.mails().iter().find(|mail| mail.id == id).cloned()
    }

    fn mails(&self) -> MutexGuard<'_, VecDeque<Caught>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intake for Sink {
    async fn recipient(&self, _address: &str) -> Recipient {
        Recipient::Ours
    }

    async fn accept(&self, envelope: Envelope, raw: Vec<u8>) -> Result<String, Refusal> {
        let mut mails = self.mails();
        let id = mails.back().map_or(1, |last| last.id + 1);
        let caught =
            Caught { id, at: crate::clock::Clock::System.now(), to: envelope.to, raw: Arc::new(raw) };
        mails.push_back(caught.clone());
        if mails.len() > KEPT {
            mails.pop_front();
        }
        // The customers may be gone already, at the end.
        let _ = self.news.send(caught);
        Ok(format!("sink-{id}"))
    }
}
