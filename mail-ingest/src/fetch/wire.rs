//! A line to a server: bytes and lines, each wait and each length bounded.

use std::time::Duration;

use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::ServerName;

use super::{FetchError, Result, Security, Server, shown, tls};

/// The longest line, in bytes.
const LINE: usize = 64 * 1024;

trait Link: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Link for T {}

/// An open line.
pub(super) struct Wire {
    link: BufReader<Box<dyn Link>>,
    server: Server,
    secure: bool,
}

impl Wire {
    /// Connects; with [`Security::Tls`] the line is encrypted when this returns.
    pub(super) async fn open(server: &Server) -> Result<Self> {
        let name = format!("{}:{}", server.host, server.port);
        let connecting = TcpStream::connect((server.host.as_str(), server.port));
        let stream = tokio::time::timeout(server.patience, connecting)
            .await
            .map_err(|_| FetchError::Unreachable(format!("{name} (no answer)")))?
            .map_err(|error| FetchError::Unreachable(format!("{name} ({error})")))?;
        // A name may lead elsewhere than whoever typed it believes.
        let near = stream.peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_loopback());
        if server.security == Security::None && !near {
            return Err(FetchError::Tls(format!("{name} is another machine: it needs TLS or STARTTLS")));
        }
        // Without this a dialogue of short lines waits for acknowledgements; it works without, only slower.
        let _ = stream.set_nodelay(true);
        let wire = Self { link: BufReader::new(Box::new(stream)), server: server.clone(), secure: false };
        if server.security == Security::Tls { wire.encrypt().await } else { Ok(wire) }
    }

    /// Whether the line is encrypted.
    pub(super) fn is_secure(&self) -> bool {
        self.secure
    }

    /// Goes on encrypted. What came before the handshake and was not read yet is somebody's trick.
    pub(super) async fn encrypt(self) -> Result<Self> {
        if !self.link.buffer().is_empty() {
            return Err(FetchError::Tls("the server spoke on before the encryption began".into()));
        }
        let connector = tls::connector(self.server.ca.as_deref())?;
        let name = ServerName::try_from(self.server.host.clone())
            .map_err(|_| FetchError::Tls(format!("“{}” is no name of a server", self.server.host)))?;
        let shaking = connector.connect(name, self.link.into_inner());
        let stream = tokio::time::timeout(self.server.patience, shaking)
            .await
            .map_err(|_| FetchError::TimedOut("the TLS handshake".into()))?
            .map_err(|error| FetchError::Tls(error.to_string()))?;
        Ok(Self { link: BufReader::new(Box::new(stream)), server: self.server, secure: true })
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let link = self.link.get_mut();
        let writing = async {
            link.write_all(bytes).await?;
            link.flush().await
        };
        timed(self.server.patience, "what we sent", writing).await
    }

    /// One line without its end.
    pub(super) async fn line(&mut self) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        let reading = async {
            let mut limited = (&mut self.link).take(LINE as u64);
            limited.read_until(b'\n', &mut line).await
        };
        timed(self.server.patience, "a command", reading).await?;
        if line.pop() != Some(b'\n') {
            return Err(FetchError::Broken(if line.len() + 1 >= LINE {
                "a line without end".into()
            } else {
                "the server closed it".into()
            }));
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(line)
    }

    /// What there is of a line, at most 64 KiB of it, its end included: a mail's lines may be of any length.
    pub(super) async fn piece(&mut self) -> Result<Vec<u8>> {
        let mut piece = Vec::new();
        let reading = async {
            let mut limited = (&mut self.link).take(LINE as u64);
            limited.read_until(b'\n', &mut piece).await
        };
        timed(self.server.patience, "a command", reading).await?;
        if piece.is_empty() {
            return Err(FetchError::Broken("the server closed it within a mail".into()));
        }
        Ok(piece)
    }

    /// Waits until something comes, without reading it. `false`: nothing did.
    pub(super) async fn wait(&mut self, at_most: Duration) -> Result<bool> {
        match tokio::time::timeout(at_most, self.link.fill_buf()).await {
            Err(_) => Ok(false),
            Ok(Ok([])) => Err(FetchError::Broken("the server closed it".into())),
            Ok(Ok(_)) => Ok(true),
            Ok(Err(error)) => Err(FetchError::Broken(error.to_string())),
        }
    }

    /// So many bytes. Room is taken as they come, not as they are announced.
    pub(super) async fn bytes(&mut self, count: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while bytes.len() < count {
            let link = &mut self.link;
            let chunk = timed(self.server.patience, "a command", link.fill_buf()).await?;
            if chunk.is_empty() {
                return Err(FetchError::Broken("the server closed it within a mail".into()));
            }
            let taken = chunk.len().min(count - bytes.len());
            bytes.extend_from_slice(chunk.get(..taken).unwrap_or_default());
            self.link.consume(taken);
        }
        Ok(bytes)
    }

    /// Everything until the other side closes, up to a limit.
    pub(super) async fn rest(&mut self, limit: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        loop {
            let link = &mut self.link;
            let chunk = match timed(self.server.patience, "a request", link.fill_buf()).await {
                Ok(chunk) => chunk,
                // Some close a TLS line without saying so.
                Err(FetchError::Broken(_)) if !bytes.is_empty() => return Ok(bytes),
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                return Ok(bytes);
            }
            let taken = chunk.len();
            bytes.extend_from_slice(chunk);
            self.link.consume(taken);
            if bytes.len() > limit {
                return Err(FetchError::Broken(format!("more than {limit} bytes: {}", shown(&bytes))));
            }
        }
    }
}

async fn timed<T>(
    patience: Duration,
    what: &str,
    work: impl Future<Output = std::io::Result<T>>,
) -> Result<T> {
    tokio::time::timeout(patience, work)
        .await
        .map_err(|_| FetchError::TimedOut(what.to_owned()))?
        .map_err(|error| FetchError::Broken(error.to_string()))
}
