//! Who holds how many lines open. An address that has not signed in keeps twenty, the youngest ones: a stranger who
//! opens more and says nothing takes no agent's place (SECURITY 2.3).

use std::{
    any::Any,
    collections::HashMap,
    net::IpAddr,
    os::fd::{AsFd as _, OwnedFd},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use actix_web::{HttpRequest, dev::Extensions, rt::net::TcpStream};
use tokio::{sync::watch, time::Instant};

use crate::config::Config;

/// So many lines an address may hold without a session or a token.
const STRANGERS: usize = 20;
/// How often the lines are counted; a younger one is left alone, so that a burst of honest browsers is none the worse.
const EVERY: Duration = Duration::from_secs(1);

/// The open lines of a listener. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Connections(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    /// The next line's number; none is used twice.
    next: u64,
    open: HashMap<u64, Line>,
}

#[derive(Debug)]
struct Line {
    from: IpAddr,
    since: Instant,
    socket: OwnedFd,
}

/// Held by a connection as long as it lasts.
#[derive(Debug)]
struct Held {
    id: u64,
    lines: Weak<Mutex<Lines>>,
}

impl Held {
    fn forget(&self) {
        if let Some(lines) = self.lines.upgrade() {
            lines.lock().unwrap_or_else(PoisonError::into_inner).open.remove(&self.id);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.forget();
    }
}

/// Whoever asks on this line has shown who he is: it no longer counts.
pub fn signed_in(request: &HttpRequest) {
    if let Some(held) = request.conn_data::<Held>() {
        held.forget();
    }
}

impl Connections {
    /// Notes a new line; for `HttpServer::on_connect`. A proxy's lines are many people's, and do not count.
    pub fn note(&self, stream: &dyn Any, data: &mut Extensions, config: &Config) {
        let Some(stream) = tcp(stream) else { return };
        let (Ok(peer), Ok(socket)) = (stream.peer_addr(), stream.as_fd().try_clone_to_owned()) else {
            return;
        };
        let from = peer.ip().to_canonical();
        if config.is_trusted_proxy(from) {
            return;
        }
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = lines.next;
        lines.next += 1;
        lines.open.insert(id, Line { from, since: Instant::now(), socket });
        data.insert(Held { id, lines: Arc::downgrade(&self.0) });
    }

    /// Hangs up on strangers who hold too many lines, until told to stop.
    pub async fn watch(self, mut stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => self.thin_out(),
                _ = stopped.changed() => {}
            }
        }
    }

    fn thin_out(&self) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut of: HashMap<IpAddr, Vec<(Instant, u64)>> = HashMap::new();
        for (id, line) in &lines.open {
            of.entry(line.from).or_default().push((line.since, *id));
        }
        for theirs in of.values_mut().filter(|theirs| theirs.len() > STRANGERS) {
            theirs.sort_unstable_by_key(|(since, _)| std::cmp::Reverse(*since));
            let surplus = theirs.iter().skip(STRANGERS).filter(|(since, _)| since.elapsed() >= EVERY);
            for (_, id) in surplus {
                if let Some(line) = lines.open.remove(id) {
                    // It may have ended by itself a moment ago.
                    let _ = rustix::net::shutdown(&line.socket, rustix::net::Shutdown::Both);
                }
            }
        }
    }
}

/// The connection below, be it encrypted or not.
fn tcp(stream: &dyn Any) -> Option<&TcpStream> {
    type Encrypted = actix_tls::accept::rustls_0_23::TlsStream<TcpStream>;
    let plain = stream.downcast_ref::<TcpStream>();
    plain.or_else(|| stream.downcast_ref::<Encrypted>().map(|encrypted| encrypted.get_ref().0))
}
