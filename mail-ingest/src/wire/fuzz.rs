//! A dialogue without a network: the client's bytes come from memory, the answers and mails are looked at.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{Semaphore, watch};

use super::registry::Registry;
use super::session::{Peer, Session};
use super::stream::Wire;
use super::{Envelope, Intake, Protocol, Recipient, Refusal, Settings, receive};

/// Small, so that few bytes reach every limit.
const MAX_SIZE: usize = 4_096;
const MAX_RECIPIENTS: usize = 5;

#[derive(Default)]
struct Seen {
    answers: Vec<u8>,
    mails: Vec<(Envelope, Vec<u8>)>,
}

type Shared = Arc<Mutex<Seen>>;

/// A client that has said all it will say.
struct Client {
    words: Vec<u8>,
    at: usize,
    /// Bytes that arrive at once.
    step: usize,
    seen: Shared,
}

impl AsyncRead for Client {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let end = (self.at + self.step.min(into.remaining())).min(self.words.len());
        into.put_slice(&self.words[self.at..end]);
        self.at = end;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Client {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.answers.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Takes what is offered, and has every answer to a recipient.
struct Taker(Shared);

impl Intake for Taker {
    async fn recipient(&self, address: &str) -> Recipient {
        match address.len() % 4 {
            0 => Recipient::Unknown,
            1 => Recipient::Later,
            _ => Recipient::Ours,
        }
    }

    async fn accept(&self, envelope: Envelope, raw: Vec<u8>) -> Result<String, Refusal> {
        let refused = raw.len() % 7 == 6;
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.mails.push((envelope, raw));
        if refused { Err(Refusal::Never("no\r\n250 yes".to_owned())) } else { Ok("id\r\n250 x".to_owned()) }
    }
}

/// Holds the dialogue and asserts what must hold whatever the client said.
pub(crate) fn dialogue(data: &[u8]) {
    let Some((&first, words)) = data.split_first() else { return };
    let protocol = if first & 1 == 0 { Protocol::Smtp } else { Protocol::Lmtp };
    let settings = Settings {
        max_size: MAX_SIZE,
        max_recipients: MAX_RECIPIENTS,
        max_errors: 10,
        max_unknown: 5,
        ..Settings::new(protocol, "mx.example")
    };
    let seen = Shared::default();
    let client = Client {
        words: words.to_vec(),
        at: 0,
        step: [1, 7, 100, 100_000][usize::from(first >> 1 & 3)],
        seen: seen.clone(),
    };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build() else { return };
    let Some(place) = Registry::default().enter(1) else { return };
    let (_stop, shutdown) = watch::channel(false);
    let budget = Arc::new(Semaphore::new(receive::in_units(settings.max_in_flight)));
    let session = Session::new(
        Wire::new(Box::new(client), settings.data_timeout),
        Peer::Local,
        Arc::new(settings),
        Arc::new(Taker(seen.clone())),
        budget,
        place,
        shutdown,
    );
    runtime.block_on(session.run());
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    check(&seen, protocol);
}

fn check(seen: &Seen, protocol: Protocol) {
    let answers = String::from_utf8_lossy(&seen.answers);
    assert!(answers.ends_with("\r\n"), "an answer without its end: {answers:?}");
    for line in answers.trim_end_matches("\r\n").split("\r\n") {
        let code = line.get(..3).is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
        let mark = line.as_bytes().get(3).is_some_and(|mark| matches!(mark, b' ' | b'-'));
        assert!(code && mark, "no reply: {line:?}");
        assert!(line.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()), "not printable: {line:?}");
        assert!(line.len() <= 510, "longer than RFC 5321 allows: {line:?}");
    }
    let queued =
        answers.matches("\r\n250 2.0.0 queued as").count() + answers.matches("\r\n554 5.7.1 no").count();
    match protocol {
        Protocol::Smtp => assert_eq!(queued, seen.mails.len(), "each mail has its answer: {answers}"),
        Protocol::Lmtp => assert!(queued >= seen.mails.len(), "each recipient has his answer: {answers}"),
    }
    for (envelope, raw) in &seen.mails {
        assert!(raw.len() <= MAX_SIZE, "{} bytes", raw.len());
        let bare_feed = raw.iter().enumerate().any(|(at, byte)| {
            *byte == b'\n' && at.checked_sub(1).and_then(|before| raw.get(before)) != Some(&b'\r')
        });
        let bare_return =
            raw.iter().enumerate().any(|(at, byte)| *byte == b'\r' && raw.get(at + 1) != Some(&b'\n'));
        assert!(!bare_feed && !bare_return, "a CR or LF that ends no line");
        assert!(!envelope.to.is_empty() && envelope.to.len() <= MAX_RECIPIENTS, "{envelope:?}");
        for address in envelope.to.iter().chain(&envelope.from) {
            assert!(!address.contains(char::is_control), "{address:?}");
        }
        let trace = envelope.received_header("mx.example", "id", "now");
        assert_eq!(trace.lines().filter(|line| !line.starts_with('\t')).count(), 1, "{trace:?}");
    }
}
