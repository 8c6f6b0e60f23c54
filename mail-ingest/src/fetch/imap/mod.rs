//! An IMAP client (RFC 3501) for one purpose: bringing mail. IDLE (2177), MOVE (6851), UIDPLUS (4315), SASL-IR (4959)
//! and XOAUTH2 where the server has them. Nothing is marked as read by fetching it.

mod response;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use self::response::{Response, Value, Word};
use super::wire::Wire;
use super::{FetchError, Proof, Result, Security, Server, shown, utf7};

/// The longest answer that carries no mail, in bytes.
const SMALL: usize = 1024 * 1024;
/// So many UIDs stand in one command at most: servers limit the length of a line.
pub const SET: usize = 100;

/// A signed-in connection.
pub struct Imap {
    wire: Wire,
    tags: u32,
    capabilities: Vec<String>,
    exists: u32,
}

/// A folder as it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Changes when the server numbers its mails anew.
    pub uid_validity: u32,
    /// How many mails it holds.
    pub exists: u32,
}

/// A mail that a folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its number, good as long as the folder's `uid_validity` is.
    pub uid: u32,
    /// Its length in bytes, as the server says.
    pub size: u64,
    /// Somebody has marked it as deleted; it waits to be swept away.
    pub deleted: bool,
}

impl Imap {
    /// Connects, encrypts and signs in.
    ///
    /// # Errors
    /// By which step it failed.
    pub async fn open(server: &Server, user: &str, proof: Proof<'_>) -> Result<Self> {
        let wire = Wire::open(server).await?;
        let mut imap = Self { wire, tags: 0, capabilities: Vec::new(), exists: 0 };
        let greeting = Response::read(&mut imap.wire, SMALL).await?;
        let (word, text) = greeting.status();
        if word == "PREAUTH" {
            return Err(FetchError::Broken("the server claims that we are signed in already".into()));
        }
        if greeting.tag != b"*" || word != "OK" {
            return Err(FetchError::Broken(format!("no IMAP server: {} {text}", shown(word.as_bytes()))));
        }
        if server.security == Security::StartTls {
            imap.must("STARTTLS").await.map_err(|error| FetchError::Tls(error.detail().to_owned()))?;
            imap.wire = imap.wire.encrypt().await?;
        }
        // What was said before the encryption does not count.
        imap.learn_capabilities().await?;
        if !imap.wire.is_secure() && !Server::is_loopback(&server.host) {
            return Err(FetchError::Tls("a password is not sent over a line that others can read".into()));
        }
        imap.sign_in(user, proof).await?;
        imap.learn_capabilities().await?;
        Ok(imap)
    }

    async fn learn_capabilities(&mut self) -> Result<()> {
        let mut found = Vec::new();
        self.run("CAPABILITY", SMALL, |response| {
            if let Some(words) = response.after("CAPABILITY") {
                let words = words.iter().filter_map(|word| match word {
                    Word::Atom(word) => Some(String::from_utf8_lossy(word).to_ascii_uppercase()),
                    _ => None,
                });
                found = words.collect();
            }
        })
        .await?;
        self.capabilities = found;
        Ok(())
    }

    fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|known| known == capability)
    }

    async fn sign_in(&mut self, user: &str, proof: Proof<'_>) -> Result<()> {
        match proof {
            Proof::Bearer(token) => self.authenticate("XOAUTH2", &Proof::xoauth2(user, token)).await,
            Proof::Password(password) if self.can("AUTH=PLAIN") => {
                self.authenticate("PLAIN", &format!("\0{user}\0{password}")).await
            }
            Proof::Password(password) => {
                let command = format!("LOGIN {} {}", string(user)?, string(password)?);
                self.must(&command).await.map_err(as_login)
            }
        }
    }

    async fn authenticate(&mut self, mechanism: &str, secret: &str) -> Result<()> {
        let secret = STANDARD.encode(secret);
        let tag = self.tag();
        let mut told = String::new();
        let mut unsent = Some(secret);
        let first = match unsent.take_if(|_| self.can("SASL-IR")) {
            Some(secret) => format!("{tag} AUTHENTICATE {mechanism} {secret}\r\n"),
            None => format!("{tag} AUTHENTICATE {mechanism}\r\n"),
        };
        self.wire.write(first.as_bytes()).await?;
        loop {
            let response = Response::read(&mut self.wire, SMALL).await?;
            if response.tag == b"+" {
                match unsent.take() {
                    Some(secret) => self.wire.write(format!("{secret}\r\n").as_bytes()).await?,
                    None => {
                        // The reason of a refusal comes as a question, to be answered with nothing.
                        let why = STANDARD.decode(response.line.trim_ascii()).unwrap_or_default();
                        told = shown(&why);
                        self.wire.write(b"\r\n").await?;
                    }
                }
            } else if response.tag == tag.as_bytes() {
                let (word, text) = response.status();
                return match word.as_str() {
                    "OK" => Ok(()),
                    _ => Err(FetchError::Login(format!("{text} {told}").trim().to_owned())),
                };
            } else {
                let (word, text) = response.status();
                if response.tag == b"*" && word == "BYE" {
                    return Err(FetchError::Login(text));
                }
            }
        }
    }

    /// Opens a folder.
    ///
    /// # Errors
    /// [`FetchError::Refused`] where there is none of this name.
    pub async fn select(&mut self, folder: &str) -> Result<Folder> {
        let mut uid_validity = None;
        self.exists = 0;
        let command = format!("SELECT {}", name(folder)?);
        self.run(&command, SMALL, |response| {
            let code = response.code().unwrap_or_default().to_ascii_uppercase();
            if let Some(number) = code.strip_prefix("UIDVALIDITY ") {
                uid_validity = number.trim().parse().ok();
            }
        })
        .await?;
        let uid_validity = uid_validity
            .ok_or_else(|| FetchError::Broken("the server gives its mails no lasting numbers".into()))?;
        Ok(Folder { uid_validity, exists: self.exists })
    }

    /// The mails with a number above `after`, in order.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn list(&mut self, after: u32) -> Result<Vec<Held>> {
        if self.exists == 0 || after == u32::MAX {
            return Ok(Vec::new());
        }
        let mut held = Vec::new();
        let command = format!("UID FETCH {}:* (UID FLAGS RFC822.SIZE)", after + 1);
        self.run(&command, SMALL, |response| {
            let Some(items) = response.items() else { return };
            let (mut uid, mut size, mut deleted) = (None, 0, false);
            for (name, value) in items {
                match (name.as_str(), value) {
                    ("UID", Value::Text(text)) => uid = number(&text),
                    ("RFC822.SIZE", Value::Text(text)) => size = number(&text).unwrap_or(0),
                    ("FLAGS", Value::List(flags)) => {
                        deleted = flags.iter().any(|flag| flag.eq_ignore_ascii_case(b"\\Deleted"));
                    }
                    _ => {}
                }
            }
            // `9:*` names the last mail even where its number is below 9.
            if let Some(uid) = uid.and_then(|uid| u32::try_from(uid).ok()).filter(|uid| *uid > after) {
                held.push(Held { uid, size, deleted });
            }
        })
        .await?;
        held.sort_by_key(|mail| mail.uid);
        held.dedup_by_key(|mail| mail.uid);
        Ok(held)
    }

    /// Brings these mails whole, none of them longer than `limit`. One that is missing in the answer is gone, or the
    /// server does not hand it out.
    ///
    /// # Errors
    /// When the line breaks.
    pub async fn fetch(&mut self, uids: &[u32], limit: usize) -> Result<Vec<(u32, Vec<u8>)>> {
        self.parts(uids, "BODY.PEEK[]", "BODY[]", limit).await
    }

    /// Brings the header of these mails.
    ///
    /// # Errors
    /// When the line breaks.
    pub async fn headers(&mut self, uids: &[u32], limit: usize) -> Result<Vec<(u32, Vec<u8>)>> {
        self.parts(uids, "BODY.PEEK[HEADER]", "BODY[HEADER]", limit).await
    }

    /// The first bytes of what follows a mail's header.
    ///
    /// # Errors
    /// When the line breaks.
    pub async fn beginning(&mut self, uid: u32, bytes: usize) -> Result<Vec<u8>> {
        let item = format!("BODY.PEEK[TEXT]<0.{bytes}>");
        let found = self.parts(&[uid], &item, "BODY[TEXT]<0>", bytes + SMALL).await?;
        Ok(found.into_iter().next().map(|(_, text)| text).unwrap_or_default())
    }

    async fn parts(
        &mut self,
        uids: &[u32],
        item: &str,
        answer: &str,
        limit: usize,
    ) -> Result<Vec<(u32, Vec<u8>)>> {
        if uids.is_empty() {
            return Ok(Vec::new());
        }
        let mut found: Vec<(u32, Vec<u8>)> = Vec::new();
        let command = format!("UID FETCH {} (UID {item})", set(uids));
        let ended = self
            .run(&command, limit.saturating_add(SMALL), |response| {
                let Some(items) = response.items() else { return };
                let (mut uid, mut bytes) = (None, None);
                for (name, value) in items {
                    match (name.as_str(), value) {
                        ("UID", Value::Text(text)) => uid = number(&text),
                        // Some servers answer so for a mail that is being deleted: it was not read.
                        (part, Value::Text(text)) if part == answer && !text.is_empty() => bytes = Some(text),
                        _ => {}
                    }
                }
                let uid = uid.and_then(|uid| u32::try_from(uid).ok()).filter(|uid| uids.contains(uid));
                if let (Some(uid), Some(bytes)) = (uid, bytes) {
                    found.push((uid, bytes));
                }
            })
            .await;
        match ended {
            // Some of them came nevertheless; the caller sees which did not.
            Ok(()) | Err(FetchError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
        found.sort_by_key(|(uid, _)| *uid);
        found.dedup_by_key(|(uid, _)| *uid);
        Ok(found)
    }

    /// Deletes these mails for good.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn delete(&mut self, uids: &[u32]) -> Result<()> {
        for some in uids.chunks(SET) {
            self.must(&format!("UID STORE {} +FLAGS.SILENT (\\Deleted)", set(some))).await?;
            let expunge =
                if self.can("UIDPLUS") { format!("UID EXPUNGE {}", set(some)) } else { "EXPUNGE".to_owned() };
            self.must(&expunge).await?;
        }
        Ok(())
    }

    /// Moves these mails into another folder.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn move_to(&mut self, uids: &[u32], folder: &str) -> Result<()> {
        let folder = name(folder)?;
        for some in uids.chunks(SET) {
            if self.can("MOVE") {
                self.must(&format!("UID MOVE {} {folder}", set(some))).await?;
            } else {
                self.must(&format!("UID COPY {} {folder}", set(some))).await?;
                self.delete(some).await?;
            }
        }
        Ok(())
    }

    /// Makes a folder unless there is one of this name.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn ensure_folder(&mut self, folder: &str) -> Result<()> {
        let folder = name(folder)?;
        let mut there = false;
        self.run(&format!("LIST \"\" {folder}"), SMALL, |response| there |= response.after("LIST").is_some())
            .await?;
        if there {
            return Ok(());
        }
        self.must(&format!("CREATE {folder}")).await
    }

    /// Waits until the open folder changes, or for `at_most`; whether it changed. On a server without IDLE it only
    /// waits, for a moment that makes asking again worth while.
    ///
    /// # Errors
    /// When the line is dead.
    pub async fn idle(&mut self, at_most: Duration) -> Result<bool> {
        if !self.can("IDLE") {
            tokio::time::sleep(at_most).await;
            return Ok(false);
        }
        let before = self.exists;
        let tag = self.tag();
        self.wire.write(format!("{tag} IDLE\r\n").as_bytes()).await?;
        let mut changed = false;
        loop {
            let response = Response::read(&mut self.wire, SMALL).await?;
            if response.tag == b"+" {
                break;
            }
            self.unasked(&response)?;
            if response.tag == tag.as_bytes() {
                return Err(FetchError::Refused(format!("IDLE: {}", response.status().1)));
            }
        }
        let until = tokio::time::Instant::now() + at_most;
        while !changed && self.wire.wait(until.saturating_duration_since(tokio::time::Instant::now())).await?
        {
            let response = Response::read(&mut self.wire, SMALL).await?;
            self.unasked(&response)?;
            changed = self.exists != before;
        }
        self.wire.write(b"DONE\r\n").await?;
        self.ended(&tag, "IDLE", SMALL, |_| {}).await?;
        Ok(changed || self.exists != before)
    }

    /// Asks whether anything has changed.
    ///
    /// # Errors
    /// When the line is dead.
    pub async fn noop(&mut self) -> Result<()> {
        self.must("NOOP").await
    }

    /// Says goodbye. Whether the server heard it makes no difference.
    pub async fn close(mut self) {
        let _ = self.must("LOGOUT").await;
    }

    fn tag(&mut self) -> String {
        self.tags = self.tags.wrapping_add(1);
        format!("t{}", self.tags)
    }

    async fn must(&mut self, command: &str) -> Result<()> {
        self.run(command, SMALL, |_| {}).await
    }

    /// Sends a command and hands each answer on until its end. Literals in the command wait for the server's leave.
    async fn run(&mut self, command: &str, limit: usize, each: impl FnMut(&Response)) -> Result<()> {
        let tag = self.tag();
        let verb = command.split(' ').take(if command.starts_with("UID ") { 2 } else { 1 });
        let verb = verb.collect::<Vec<_>>().join(" ");
        self.wire.write(format!("{tag} {command}\r\n").as_bytes()).await?;
        self.ended(&tag, &verb, limit, each).await
    }

    async fn ended(
        &mut self,
        tag: &str,
        verb: &str,
        limit: usize,
        mut each: impl FnMut(&Response),
    ) -> Result<()> {
        loop {
            let response = Response::read(&mut self.wire, limit).await?;
            if response.tag == tag.as_bytes() {
                let (word, text) = response.status();
                return match word.as_str() {
                    "OK" => Ok(()),
                    _ => Err(FetchError::Refused(format!("{verb}: {text}"))),
                };
            }
            if verb != "LOGOUT" {
                self.unasked(&response)?;
            }
            each(&response);
        }
    }

    /// What a server says at any time: how many mails there are, and goodbye.
    fn unasked(&mut self, response: &Response) -> Result<()> {
        if response.tag != b"*" {
            return Ok(());
        }
        if let Some(exists) = response.number("EXISTS") {
            self.exists = exists;
        } else if response.number("EXPUNGE").is_some() {
            self.exists = self.exists.saturating_sub(1);
        } else if response.words.is_empty() && response.status().0 == "BYE" {
            return Err(FetchError::Broken(response.status().1));
        }
        Ok(())
    }
}

fn as_login(error: FetchError) -> FetchError {
    match error {
        FetchError::Refused(why) => FetchError::Login(why),
        other => other,
    }
}

fn number(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A sequence set of ascending numbers: neighbours are written as a range.
fn set(uids: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for uid in uids {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*uid) => *last = *uid,
            _ => ranges.push((*uid, *uid)),
        }
    }
    let ranges = ranges.iter().map(
        |(first, last)| {
            if first == last { first.to_string() } else { format!("{first}:{last}") }
        },
    );
    ranges.collect::<Vec<_>>().join(",")
}

fn name(folder: &str) -> Result<String> {
    string(&utf7::encode(folder))
}

/// A quoted string.
fn string(text: &str) -> Result<String> {
    if text.chars().any(|c| c.is_control() || !c.is_ascii()) {
        return Err(FetchError::Login(
            "this server takes only plain letters in user names and passwords (it has no AUTH=PLAIN)".into(),
        ));
    }
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}
