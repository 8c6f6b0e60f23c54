//! A connection's bytes: plain or TLS, lines with a limit, replies collected while commands are pipelined.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// Any transport.
pub(super) trait Transport: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Transport for T {}

/// The longest command line, its end included. RFC 5321 asks for 512, extensions add to it.
const LINE: usize = 4_096;
/// Bytes read at once.
const CHUNK: usize = 16 * 1024;
/// Replies that are held back at most while more commands wait in the buffer.
const HELD: usize = 8 * 1024;

/// One line of a client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its CRLF.
    Command(Vec<u8>),
    /// It was longer than the limit and is gone.
    TooLong,
    /// It held a CR or LF that was no line end: the client's idea of lines is not ours.
    BareLineEnd,
    /// The client closed.
    End,
}

pub(super) struct Wire {
    transport: Box<dyn Transport>,
    input: Vec<u8>,
    /// Bytes of `input` that were consumed.
    at: usize,
    output: Vec<u8>,
    write_timeout: Duration,
}

impl Wire {
    pub(super) fn new(transport: Box<dyn Transport>, write_timeout: Duration) -> Wire {
        Wire { transport, input: Vec::new(), at: 0, output: Vec::new(), write_timeout }
    }

    /// The transport, for a TLS handshake. Whatever the client sent before it is forgotten (RFC 3207, 4.2).
    pub(super) fn into_transport(self) -> Box<dyn Transport> {
        self.transport
    }

    /// Collects a reply; it leaves with [`Wire::flush`] or when no further command waits.
    pub(super) async fn reply(&mut self, text: &str) -> io::Result<()> {
        self.output.extend_from_slice(text.as_bytes());
        self.output.extend_from_slice(b"\r\n");
        if self.output.len() > HELD { self.flush().await } else { Ok(()) }
    }

    pub(super) async fn flush(&mut self) -> io::Result<()> {
        if self.output.is_empty() {
            return Ok(());
        }
        let write = async {
            self.transport.write_all(&self.output).await?;
            self.transport.flush().await
        };
        timeout(self.write_timeout, write).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        self.output.clear();
        Ok(())
    }

    pub(super) async fn close(&mut self) {
        // The client may be gone already: nothing is left to do about it.
        let _ = self.flush().await;
        let _ = timeout(Duration::from_secs(2), self.transport.shutdown()).await;
    }

    /// The next command line. Safe to cancel: nothing read is lost.
    pub(super) async fn line(&mut self) -> io::Result<Line> {
        let mut searched = 0;
        let mut too_long = false;
        loop {
            let pending = &self.input[self.at..];
            if let Some(end) = memchr::memchr(b'\n', &pending[searched..]).map(|end| searched + end) {
                let line = &pending[..end];
                let command =
                    line.strip_suffix(b"\r").filter(|line| !line.contains(&b'\r')).map(<[u8]>::to_vec);
                self.at += end + 1;
                return Ok(match command {
                    _ if too_long => Line::TooLong,
                    None => Line::BareLineEnd,
                    Some(line) if line.len() + 2 > LINE => Line::TooLong,
                    Some(line) => Line::Command(line),
                });
            }
            searched = pending.len();
            if searched > LINE {
                too_long = true;
                self.at = self.input.len() - 1;
                searched = 1;
            }
            self.flush().await?;
            if self.fill().await? == 0 {
                return Ok(Line::End);
            }
        }
    }

    /// Bytes that were read and not consumed; reads more where there are none. Empty at the end.
    pub(super) async fn chunk(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.input.len() {
            self.flush().await?;
            self.fill().await?;
        }
        Ok(&self.input[self.at..])
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.input.len());
    }

    async fn fill(&mut self) -> io::Result<usize> {
        self.input.drain(..self.at);
        self.at = 0;
        self.input.reserve(CHUNK);
        let mut limited = (&mut self.transport).take(CHUNK as u64);
        limited.read_buf(&mut self.input).await
    }
}
