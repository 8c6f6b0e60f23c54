//! Accepting connections, and the graceful end.

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::receive::in_units;
use super::registry::Registry;
use super::session::{Peer, Session};
use super::stream::{Transport, Wire};
use super::{Bind, Intake, Settings};

/// Where a listener listens in fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The address with the port that was taken.
    Tcp(SocketAddr),
    /// The socket file.
    Unix(PathBuf),
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Bound::Tcp(address) => write!(f, "{address}"),
            Bound::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

enum Socket {
    Tcp(TcpListener),
    Unix { listener: UnixListener, _file: SocketFile },
}

/// Removes its file when the listener ends.
struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Somebody may have removed it already; the next start replaces a stale one.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A bound listener.
pub struct Listener {
    socket: Socket,
    bound: Bound,
    settings: Arc<Settings>,
}

impl Listener {
    /// Takes the address. Clients can connect from now on; they are served by [`Listener::run`].
    ///
    /// # Errors
    /// The address is in use or not ours; the socket file cannot be made.
    pub async fn bind(bind: Bind, settings: Settings) -> io::Result<Listener> {
        let (socket, bound) = match bind {
            Bind::Tcp(address) => {
                let listener = TcpListener::bind(address).await?;
                let bound = Bound::Tcp(listener.local_addr()?);
                (Socket::Tcp(listener), bound)
            }
            Bind::Unix(path) => {
                remove_stale(&path).await?;
                let listener = UnixListener::bind(&path)?;
                open_to_all(&path)?;
                (Socket::Unix { listener, _file: SocketFile(path.clone()) }, Bound::Unix(path))
            }
        };
        Ok(Listener { socket, bound, settings: Arc::new(settings) })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> &Bound {
        &self.bound
    }

    /// Serves until `shutdown` becomes true (or its sender is gone): no new connections, idle ones get 421, mails in
    /// progress may end within [`Settings::drain`].
    pub async fn run<I: Intake>(self, intake: Arc<I>, mut shutdown: watch::Receiver<bool>) {
        let registry = Registry::default();
        let budget = Arc::new(Semaphore::new(in_units(self.settings.max_in_flight)));
        let mut sessions = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                biased;
                _ = shutdown.wait_for(|stop| *stop) => break,
                Some(_) = sessions.join_next(), if !sessions.is_empty() => continue,
                accepted = self.accept() => accepted,
            };
            let (transport, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of descriptors: without a pause this would spin until one is free.
                    tracing::warn!(%error, listener = %self.bound, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let wire = Wire::new(transport, self.settings.data_timeout);
            match registry.enter(self.settings.max_connections) {
                Some(place) => {
                    let session = Session::new(
                        wire,
                        peer,
                        self.settings.clone(),
                        intake.clone(),
                        budget.clone(),
                        place,
                        shutdown.clone(),
                    );
                    sessions.spawn(session.run());
                }
                None => drop(sessions.spawn(turn_away(wire, self.settings.hostname.clone()))),
            }
        }
        // Clients that still try are told at once, not at the end of the drain.
        drop(self.socket);
        let drained = tokio::time::timeout(self.settings.drain, async {
            while sessions.join_next().await.is_some() {}
        });
        if drained.await.is_err() {
            tracing::warn!(listener = %self.bound, sessions = sessions.len(), "connections closed in the middle of a mail");
            sessions.shutdown().await;
        }
    }

    async fn accept(&self) -> io::Result<(Box<dyn Transport>, Peer)> {
        match &self.socket {
            Socket::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok((Box::new(stream), Peer::Address(address.ip())))
            }
            Socket::Unix { listener, .. } => {
                let (stream, _) = listener.accept().await?;
                Ok((Box::new(stream), Peer::Local))
            }
        }
    }
}

async fn turn_away(mut wire: Wire, hostname: String) {
    // The client is sent away: whether it hears it is its affair.
    let _ = wire.reply(&format!("421 4.3.2 {hostname} Too many connections, try again later")).await;
    wire.close().await;
}

/// Removes a socket file that nobody listens on; any other file stays and makes the bind fail.
async fn remove_stale(path: &Path) -> io::Result<()> {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|data| data.file_type().is_socket());
    if is_socket && UnixStream::connect(path).await.is_err() {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

/// The mail server that connects runs as another user; who may come near the file is up to its directory.
fn open_to_all(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))
}
