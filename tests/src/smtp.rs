//! SMTP and LMTP at the level of the dialogue: what a test says is what goes over the wire.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// One reply of a server: its code and its text, lines joined by a line feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The three digits; 0 when the server closed the connection instead of answering.
    pub code: u16,
    /// What followed them.
    pub text: String,
}

impl Reply {
    /// Accepted (2xx).
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// Refused for now (4xx).
    pub fn is_temporary(&self) -> bool {
        (400..500).contains(&self.code)
    }

    /// Refused for good (5xx).
    pub fn is_permanent(&self) -> bool {
        (500..600).contains(&self.code)
    }

    fn closed() -> Self {
        Self { code: 0, text: "connection closed".to_owned() }
    }
}

/// A raw connection. Every wait ends after a minute: a server that hangs fails the test, not the run.
#[derive(Debug)]
pub struct Dialogue {
    stream: BufReader<TcpStream>,
}

const PATIENCE: Duration = Duration::from_secs(60);

impl Dialogue {
    /// Connects and reads the greeting.
    pub async fn open(address: SocketAddr) -> std::io::Result<(Self, Reply)> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut dialogue = Self { stream: BufReader::new(stream) };
        let greeting = dialogue.read().await;
        Ok((dialogue, greeting))
    }

    /// Connects as an LMTP client up to and including `LHLO`.
    pub async fn lmtp(address: SocketAddr) -> std::io::Result<Self> {
        Self::greeted(address, "LHLO mta.example").await
    }

    /// Connects as an SMTP client up to and including `EHLO`.
    pub async fn smtp(address: SocketAddr) -> std::io::Result<Self> {
        Self::greeted(address, "EHLO mta.example").await
    }

    async fn greeted(address: SocketAddr, hello: &str) -> std::io::Result<Self> {
        let (mut dialogue, greeting) = Self::open(address).await?;
        for reply in [greeting, dialogue.say(hello).await] {
            if !reply.is_ok() {
                return Err(std::io::Error::other(format!("{} {}", reply.code, reply.text)));
            }
        }
        Ok(dialogue)
    }

    /// Sends one command line and reads its reply.
    pub async fn say(&mut self, line: &str) -> Reply {
        self.send(format!("{line}\r\n").as_bytes()).await;
        self.read().await
    }

    /// Sends bytes as they are and reads nothing.
    pub async fn send(&mut self, bytes: &[u8]) {
        // A server may have closed already; the next read says so.
        let _ = tokio::time::timeout(PATIENCE, self.stream.get_mut().write_all(bytes)).await;
    }

    /// Reads one reply, all its lines.
    pub async fn read(&mut self) -> Reply {
        let mut text = String::new();
        loop {
            let mut line = Vec::new();
            match tokio::time::timeout(PATIENCE, self.stream.read_until(b'\n', &mut line)).await {
                Err(_) => panic!("the server said nothing for {PATIENCE:?}"),
                Ok(Err(_) | Ok(0)) => return Reply::closed(),
                Ok(Ok(_)) => {}
            }
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end();
            let Some(code) = line.get(..3).and_then(|digits| digits.parse().ok()) else {
                panic!("not a reply: {line:?}");
            };
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(line.get(4..).unwrap_or_default());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Reply { code, text };
            }
        }
    }

    /// Hands over one mail to one recipient and returns the reply after the final dot, or the first refusal.
    pub async fn deliver(&mut self, from: &str, to: &str, mail: &[u8]) -> Reply {
        self.hand_over(from, &[to], mail).await.unwrap_or_else(|refusal| refusal)
    }

    /// Hands over one mail by SMTP to several recipients: one reply for all.
    pub async fn deliver_all(&mut self, from: &str, to: &[&str], mail: &[u8]) -> Reply {
        self.hand_over(from, to, mail).await.unwrap_or_else(|refusal| refusal)
    }

    /// Hands over one mail by LMTP and returns one reply per recipient; a refusal before the data ends it
    /// with that reply alone.
    pub async fn deliver_each(&mut self, from: &str, to: &[&str], mail: &[u8]) -> Vec<Reply> {
        match self.hand_over(from, to, mail).await {
            Err(refusal) => vec![refusal],
            Ok(first) => {
                let mut replies = vec![first];
                for _ in 1..to.len() {
                    replies.push(self.read().await);
                }
                replies
            }
        }
    }

    /// The reply after the final dot; `Err` with the reply that ended it earlier.
    async fn hand_over(&mut self, from: &str, to: &[&str], mail: &[u8]) -> Result<Reply, Reply> {
        let mut commands = vec![format!("MAIL FROM:<{from}>")];
        commands.extend(to.iter().map(|address| format!("RCPT TO:<{address}>")));
        for command in commands {
            let reply = self.say(&command).await;
            if !reply.is_ok() {
                if reply.code != 0 {
                    self.say("RSET").await;
                }
                return Err(reply);
            }
        }
        let reply = self.say("DATA").await;
        if reply.code != 354 {
            return Err(reply);
        }
        self.send(&dot_stuffed(mail)).await;
        Ok(self.read().await)
    }

    /// Says goodbye.
    pub async fn quit(mut self) {
        self.say("QUIT").await;
    }

    /// Everything the server still sends until it closes.
    pub async fn rest(mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let _ = tokio::time::timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await;
        rest
    }
}

/// The mail as DATA carries it: CRLF line ends, leading dots doubled, ended by the dot.
pub fn dot_stuffed(mail: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(mail.len() + 64);
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        if content.first() == Some(&b'.') {
            wire.push(b'.');
        }
        wire.extend_from_slice(content);
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b".\r\n");
    wire
}
