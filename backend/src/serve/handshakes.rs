//! Lines on which TLS is not agreed on yet. Whoever opens many and says nothing keeps nobody else out: an address has so
//! many at once, a house so many in all; with one more the oldest is hung up on, and the new one served (SECURITY 2.3).

use std::{
    collections::{BTreeMap, HashMap},
    io,
    os::fd::{AsFd as _, OwnedFd},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actix_http::{Protocol, error::DispatchError};
use actix_tls::accept::{TlsError, rustls_0_23::TlsStream};
use actix_web::{
    dev::{ServiceFactory, fn_service},
    rt::net::TcpStream,
};
use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;

use crate::{config::Config, people::sessions::network};

/// So many an address has at once: an office behind one where everybody chooses a certificate at nine.
const OF_ADDRESS: usize = 40;
/// So many there are in all.
const IN_ALL: usize = 200;

/// The unfinished handshakes of a listener. Cloning shares them.
#[derive(Clone)]
pub(super) struct Handshakes {
    config: Arc<Config>,
    lines: Arc<Mutex<Lines>>,
}

#[derive(Default)]
struct Lines {
    /// The next line's number; none is used twice, so that the lowest is the oldest.
    next: u64,
    open: BTreeMap<u64, Line>,
}

struct Line {
    /// Whose it is: of IPv6 the network, which one subscriber has whole.
    from: String,
    socket: OwnedFd,
}

/// Held until TLS is agreed on, or is not.
struct Begun {
    id: u64,
    lines: Arc<Mutex<Lines>>,
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).open.remove(&self.id);
    }
}

impl Handshakes {
    /// None yet.
    pub(super) fn new(config: Arc<Config>) -> Self {
        Self { config, lines: Arc::default() }
    }

    /// Notes a line that begins, and hangs up on one where there are too many. `None`: it has ended by itself.
    fn begin(&self, stream: &TcpStream) -> Option<Begun> {
        let (peer, socket) = (stream.peer_addr().ok()?.ip(), stream.as_fd().try_clone_to_owned().ok()?);
        let from = network(&peer.to_string());
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        // A proxy's lines are many people's.
        let proxy = self.config.is_trusted_proxy(peer.to_canonical());
        if !proxy && lines.of(&from) >= OF_ADDRESS {
            lines.hang_up_on(&from);
        } else if lines.open.len() >= IN_ALL {
            let most = lines.busiest();
            lines.hang_up_on(&most);
        }
        let id = lines.next;
        lines.next += 1;
        lines.open.insert(id, Line { from, socket });
        Some(Begun { id, lines: Arc::clone(&self.lines) })
    }
}

impl Lines {
    fn of(&self, from: &str) -> usize {
        self.open.values().filter(|line| line.from == from).count()
    }

    /// Who has most of them.
    fn busiest(&self) -> String {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for line in self.open.values() {
            *counts.entry(line.from.as_str()).or_default() += 1;
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count);
        most.map(|(from, _)| from.to_owned()).unwrap_or_default()
    }

    /// Ends the oldest line of somebody.
    fn hang_up_on(&mut self, from: &str) {
        let oldest = self.open.iter().find(|(_, line)| line.from == from).map(|(id, _)| *id);
        if let Some(line) = oldest.and_then(|id| self.open.remove(&id)) {
            // It may have ended by itself a moment ago.
            let _ = rustix::net::shutdown(&line.socket, rustix::net::Shutdown::Both);
        }
    }
}

/// A line whose TLS is agreed on, as what serves it wants to have it.
type Agreed = (TlsStream<TcpStream>, Protocol, Option<std::net::SocketAddr>);

/// What a line goes through first: TLS within `patience`.
pub(super) fn stage(
    mut tls: ServerConfig,
    patience: Duration,
    open: Handshakes,
) -> impl ServiceFactory<
    TcpStream,
    Config = (),
    Response = Agreed,
    Error = TlsError<io::Error, DispatchError>,
    InitError = (),
> {
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    fn_service(move |stream: TcpStream| {
        let begun = open.begin(&stream);
        let agreeing = tokio::time::timeout(patience, acceptor.accept(stream));
        async move {
            let agreed = agreeing.await;
            drop(begun);
            let stream: TlsStream<TcpStream> = match agreed {
                Ok(Ok(stream)) => stream.into(),
                Ok(Err(error)) => return Err(TlsError::Tls(error)),
                Err(_) => return Err(TlsError::Timeout),
            };
            let (socket, tls) = stream.get_ref();
            let protocol = match tls.alpn_protocol() {
                Some(b"h2") => Protocol::Http2,
                _ => Protocol::Http1,
            };
            let peer = socket.peer_addr().ok();
            Ok((stream, protocol, peer))
        }
    })
}
