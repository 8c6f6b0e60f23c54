//! Lines on which TLS is not agreed on yet. Whoever opens many keeps nobody else out, whether he says nothing or begins and goes
//! no further: an address has so many at once, and there are so many in all; with one more an older one is hung up on, and the new
//! one served (SECURITY 2.3). That is the oldest of the house that has most. Those who have begun have a room of their own: who
//! chooses a certificate is not hung up on for the sake of silent lines, and silent lines always find the other half.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    net::IpAddr,
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
use rustls::{ServerConfig, server::Acceptor};
use tokio_rustls::{LazyConfigAcceptor, server};

use super::PATIENCE;
use crate::{
    config::Config,
    people::sessions::{house, network},
};

/// So many an address has at once: an office behind one where everybody chooses a certificate at nine.
const OF_ADDRESS: usize = 40;
/// So many there are in all.
const IN_ALL: usize = 200;
/// So many of them on which the other side has begun.
const GREETED: usize = IN_ALL / 2;

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
    /// The same where all networks of a house count as one. `None`: a proxy's, whose lines are many people's.
    house: Option<IpAddr>,
    /// Whether the other side has begun to agree on TLS.
    greeted: bool,
    socket: OwnedFd,
}

/// Held until TLS is agreed on, or is not.
struct Begun {
    id: u64,
    lines: Arc<Mutex<Lines>>,
}

impl Begun {
    /// The other side has begun to agree on TLS.
    fn greeted(&self) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).greeted(self.id);
    }
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
        let peer = peer.to_canonical();
        let house = (!self.config.is_trusted_proxy(peer)).then(|| house(peer));
        let line = Line { from: network(&peer.to_string()), house, greeted: false, socket };
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.make_room(&line);
        let id = lines.next;
        lines.next += 1;
        lines.open.insert(id, line);
        Some(Begun { id, lines: Arc::clone(&self.lines) })
    }
}

impl Lines {
    /// Hangs up on an older line where there are too many beside this one.
    fn make_room(&mut self, new: &Line) {
        let own = |line: &Line| line.from == new.from;
        if new.house.is_some() && self.open.values().filter(|line| own(line)).count() >= OF_ADDRESS {
            let out = self.oldest(|line| own(line) && !line.greeted).or_else(|| self.oldest(own));
            self.hang_up(out);
        } else if self.open.len() >= IN_ALL {
            let out = self.oldest_of_busiest(|line| !line.greeted);
            self.hang_up(out);
        }
    }

    /// On this line the other side has begun; an older one of those makes room for it.
    fn greeted(&mut self, id: u64) {
        // It may have been hung up on, and its word have come before.
        if !self.open.contains_key(&id) {
            return;
        }
        if self.open.values().filter(|line| line.greeted).count() >= GREETED {
            let out = self.oldest_of_busiest(|line| line.greeted);
            self.hang_up(out);
        }
        if let Some(line) = self.open.get_mut(&id) {
            line.greeted = true;
        }
    }

    fn hang_up(&mut self, out: Option<u64>) {
        if let Some(line) = out.and_then(|id| self.open.remove(&id)) {
            // It may have ended by itself a moment ago.
            let _ = rustix::net::shutdown(&line.socket, rustix::net::Shutdown::Both);
        }
    }

    fn oldest(&self, of: impl Fn(&Line) -> bool) -> Option<u64> {
        self.open.iter().find(|(_, line)| of(line)).map(|(id, _)| *id)
    }

    /// Of such lines the oldest of the house that has most of them. A proxy's are nobody's: they go last.
    fn oldest_of_busiest(&self, such: impl Fn(&Line) -> bool) -> Option<u64> {
        let mut counts: HashMap<IpAddr, usize> = HashMap::new();
        for house in self.open.values().filter(|line| such(line)).filter_map(|line| line.house) {
            *counts.entry(house).or_default() += 1;
        }
        let most = counts.values().max().copied();
        self.oldest(|line| such(line) && line.house.is_some_and(|house| counts.get(&house).copied() == most))
            .or_else(|| self.oldest(such))
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
    let tls = Arc::new(tls);
    fn_service(move |stream: TcpStream| {
        let (begun, tls) = (open.begin(&stream), Arc::clone(&tls));
        async move {
            let stream: TlsStream<TcpStream> = agree(stream, tls, patience, begun.as_ref()).await?.into();
            drop(begun);
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

/// TLS agreed on. A first word is waited for no longer than on any other line: `patience` is for who chooses a certificate.
async fn agree(
    stream: TcpStream,
    tls: Arc<ServerConfig>,
    patience: Duration,
    begun: Option<&Begun>,
) -> Result<server::TlsStream<TcpStream>, TlsError<io::Error, DispatchError>> {
    let hello = LazyConfigAcceptor::new(Acceptor::default(), stream);
    let hello = tokio::time::timeout(patience.min(PATIENCE), hello).await.map_err(|_| TlsError::Timeout)?;
    let hello = hello.map_err(TlsError::Tls)?;
    if let Some(begun) = begun {
        begun.greeted();
    }
    let agreed =
        tokio::time::timeout(patience, hello.into_stream(tls)).await.map_err(|_| TlsError::Timeout)?;
    agreed.map_err(TlsError::Tls)
}
