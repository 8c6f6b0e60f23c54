//! A POP3 client (RFC 1939) with UIDL, TOP, STLS (2595) and XOAUTH2.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::wire::Wire;
use super::{FetchError, Proof, Result, Security, Server, shown};

/// The longest listing, in bytes.
const LISTING: usize = 32 * 1024 * 1024;
/// So many lines of a mail that is too large are asked for.
const LINES: usize = 5_000;

/// A signed-in connection. What was deleted is gone only after [`Pop3::close`].
pub struct Pop3 {
    wire: Wire,
}

/// A mail that the server holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its number in this session.
    pub number: u32,
    /// What names it in all sessions.
    pub uid: String,
    /// Its length in bytes, as the server says.
    pub size: u64,
}

impl Pop3 {
    /// Connects, encrypts and signs in.
    ///
    /// # Errors
    /// By which step it failed.
    pub async fn open(server: &Server, user: &str, proof: Proof<'_>) -> Result<Self> {
        let mut pop = Self { wire: Wire::open(server).await? };
        pop.answer().await.map_err(|why| broken("no POP3 server", &why))?;
        if server.security == Security::StartTls {
            pop.say("STLS").await.map_err(|why| match why {
                FetchError::Refused(text) => FetchError::Tls(text),
                other => other,
            })?;
            pop.wire = pop.wire.encrypt().await?;
        }
        if !pop.wire.is_secure() && !Server::is_loopback(&server.host) {
            return Err(FetchError::Tls("a password is not sent over a line that others can read".into()));
        }
        let words = [user, if let Proof::Password(password) = proof { password } else { "" }];
        if words.iter().any(|word| word.chars().any(char::is_control)) {
            return Err(FetchError::Login("a user name or password with a line end".into()));
        }
        let entered = match proof {
            Proof::Password(password) => match pop.say(&format!("USER {user}")).await {
                Ok(_) => pop.say(&format!("PASS {password}")).await,
                Err(error) => Err(error),
            },
            Proof::Bearer(token) => pop.bearer(user, token).await,
        };
        entered.map_err(|why| match why {
            FetchError::Refused(text) => FetchError::Login(text),
            other => other,
        })?;
        Ok(pop)
    }

    async fn bearer(&mut self, user: &str, token: &str) -> Result<String> {
        let secret = STANDARD.encode(Proof::xoauth2(user, token));
        self.wire.write(b"AUTH XOAUTH2\r\n").await?;
        let line = self.wire.line().await?;
        if line.starts_with(b"-ERR") {
            return Err(FetchError::Refused(shown(line.get(4..).unwrap_or_default())));
        }
        self.wire.write(format!("{secret}\r\n").as_bytes()).await?;
        let line = self.wire.line().await?;
        if let Some(question) = line.strip_prefix(b"+ ") {
            // The reason of a refusal comes as a question, to be answered with nothing.
            let why = shown(&STANDARD.decode(question.trim_ascii()).unwrap_or_default());
            self.wire.write(b"\r\n").await?;
            let _refusal = self.wire.line().await?;
            return Err(FetchError::Refused(why));
        }
        read(&line)
    }

    /// What the server holds, in its order.
    ///
    /// # Errors
    /// [`FetchError::Refused`] by a server that names its mails in no lasting way.
    pub async fn list(&mut self) -> Result<Vec<Held>> {
        self.say("UIDL").await?;
        let names = self.lines(LISTING).await?;
        self.say("LIST").await?;
        let sizes = self.lines(LISTING).await?;
        let pair = |line: &[u8]| {
            let text = String::from_utf8_lossy(line).into_owned();
            let (number, value) = text.trim().split_once(' ')?;
            Some((number.parse::<u32>().ok()?, value.trim().to_owned()))
        };
        let sizes: std::collections::HashMap<u32, u64> = sizes
            .iter()
            .filter_map(|line| pair(line))
            .filter_map(|(number, size)| Some((number, size.split(' ').next()?.parse().ok()?)))
            .collect();
        let mut seen = HashSet::new();
        let held = names.iter().filter_map(|line| pair(line)).map(|(number, uid)| Held {
            number,
            uid: uid.chars().filter(|c| !c.is_control()).take(200).collect(),
            size: sizes.get(&number).copied().unwrap_or(0),
        });
        // Two mails of one name cannot be told apart: the second waits until the first is gone.
        Ok(held.filter(|mail| seen.insert(mail.uid.clone())).collect())
    }

    /// Brings a mail whole, no longer than `limit`. `None`: the server does not hand it out.
    ///
    /// # Errors
    /// When the line breaks.
    pub async fn fetch(&mut self, number: u32, limit: usize) -> Result<Option<Vec<u8>>> {
        match self.say(&format!("RETR {number}")).await {
            Ok(_) => Ok(Some(self.mail(limit).await?)),
            Err(FetchError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Header and beginning of a mail, at most `limit` bytes; `None`: the server cannot do that.
    ///
    /// # Errors
    /// When the line breaks.
    pub async fn beginning(&mut self, number: u32, lines: bool, limit: usize) -> Result<Option<Vec<u8>>> {
        match self.say(&format!("TOP {number} {}", if lines { LINES } else { 0 })).await {
            Ok(_) => Ok(Some(self.mail(limit).await?)),
            Err(FetchError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Marks a mail for deletion.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn delete(&mut self, number: u32) -> Result<()> {
        self.say(&format!("DELE {number}")).await.map(drop)
    }

    /// Ends the session; only now the server deletes.
    ///
    /// # Errors
    /// When it does not say that it did.
    pub async fn close(mut self) -> Result<()> {
        self.say("QUIT").await.map(drop)
    }

    /// The lines of a mail, its dots unstuffed. What exceeds the limit is read and dropped, as far as patience goes.
    async fn mail(&mut self, limit: usize) -> Result<Vec<u8>> {
        let (mut bytes, mut total, mut begins) = (Vec::new(), 0_usize, true);
        loop {
            let piece = self.wire.piece().await?;
            let mut content = piece.as_slice();
            if begins && content.first() == Some(&b'.') {
                if content.trim_ascii() == b"." {
                    return Ok(bytes);
                }
                content = content.get(1..).unwrap_or_default();
            }
            begins = content.ends_with(b"\n");
            total += content.len();
            if total <= limit {
                bytes.extend_from_slice(content);
            } else if total > limit.saturating_mul(4) {
                return Err(FetchError::Broken(format!("a mail far longer than {limit} bytes")));
            }
        }
    }

    async fn lines(&mut self, limit: usize) -> Result<Vec<Vec<u8>>> {
        let (mut lines, mut total) = (Vec::new(), 0);
        loop {
            let line = self.wire.line().await?;
            if line == b"." {
                return Ok(lines);
            }
            total += line.len() + 2;
            if total > limit {
                return Err(FetchError::Broken("a listing without end".into()));
            }
            lines.push(line);
        }
    }

    async fn say(&mut self, command: &str) -> Result<String> {
        self.wire.write(format!("{command}\r\n").as_bytes()).await?;
        self.answer().await
    }

    async fn answer(&mut self) -> Result<String> {
        let line = self.wire.line().await?;
        read(&line)
    }
}

fn read(line: &[u8]) -> Result<String> {
    if let Some(rest) = line.strip_prefix(b"+OK") {
        return Ok(shown(rest));
    }
    match line.strip_prefix(b"-ERR") {
        Some(rest) => Err(FetchError::Refused(shown(rest))),
        None => Err(FetchError::Broken(format!("no answer of POP3: {}", shown(line)))),
    }
}

fn broken(what: &str, why: &FetchError) -> FetchError {
    match why {
        FetchError::Refused(text) | FetchError::Broken(text) => FetchError::Broken(format!("{what}: {text}")),
        other => FetchError::Broken(other.to_string()),
    }
}
