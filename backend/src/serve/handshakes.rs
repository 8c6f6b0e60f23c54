//! Lines on which TLS is not agreed on yet. Whoever opens many and says nothing keeps nobody else out: an address has so
//! many at once, a house so many in all; with one more an older one is hung up on, and the new one served (SECURITY 2.3). That is
//! the oldest on which nobody has said a word, wherever it comes from: only then does it count who has most.

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
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.open.get_mut(&self.id) {
            line.greeted = true;
        }
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

/// Whoever has one network of IPv6 has as many as he likes: those of 48 bits are given out whole.
fn house(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => {
            IpAddr::V6(std::net::Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)))
        }
    }
}

impl Lines {
    /// Hangs up on an older line where there are too many beside this one.
    fn make_room(&mut self, new: &Line) {
        let own = |line: &Line| line.from == new.from;
        let out = if new.house.is_some() && self.open.values().filter(|line| own(line)).count() >= OF_ADDRESS
        {
            self.oldest(|line| own(line) && !line.greeted).or_else(|| self.oldest(own))
        } else if self.open.len() >= IN_ALL {
            let most = self.busiest();
            self.oldest(|line| !line.greeted)
                .or_else(|| self.oldest(|line| line.house.is_some() && line.house == most))
                .or_else(|| self.oldest(|_| true))
        } else {
            None
        };
        if let Some(line) = out.and_then(|id| self.open.remove(&id)) {
            // It may have ended by itself a moment ago.
            let _ = rustix::net::shutdown(&line.socket, rustix::net::Shutdown::Both);
        }
    }

    fn oldest(&self, of: impl Fn(&Line) -> bool) -> Option<u64> {
        self.open.iter().find(|(_, line)| of(line)).map(|(id, _)| *id)
    }

    /// The house that has most of them.
    fn busiest(&self) -> Option<IpAddr> {
        let mut counts: HashMap<IpAddr, usize> = HashMap::new();
        for house in self.open.values().filter_map(|line| line.house) {
            *counts.entry(house).or_default() += 1;
        }
        counts.into_iter().max_by_key(|(_, count)| *count).map(|(house, _)| house)
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
