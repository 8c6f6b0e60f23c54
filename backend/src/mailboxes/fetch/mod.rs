//! One visit to a mailbox: what is new is taken, what is ours is moved on, and where the server can tell of new mail the
//! line stays open.

mod imap;
mod maildir;
mod pop3;

use std::time::Duration;

use mail_ingest::fetch::{FetchError, Security, Server};

use super::{
    Mailbox, Trouble, oauth,
    seal::{Key, Secrets},
};
use crate::{
    db::{MailboxAuth, MailboxKind, MailboxSecurity},
    desk::Desk,
};

/// How long to wait for each answer of a server.
const PATIENCE: Duration = Duration::from_secs(60);
/// So many mails are fetched and kept together.
const BATCH: usize = 25;
/// So many bytes of mails are fetched together; a single larger mail goes alone.
const BATCH_BYTES: u64 = 8 * 1024 * 1024;

/// Visits a mailbox. Comes back when there is nothing more to do for now, or with what went wrong; an IMAP mailbox keeps
/// its line open and only comes back with trouble.
pub(super) async fn visit(desk: &Desk, mailbox: &Mailbox) -> Result<(), Trouble> {
    match mailbox.kind {
        MailboxKind::Imap => imap::visit(desk, mailbox).await,
        MailboxKind::Pop3 => pop3::visit(desk, mailbox).await,
        MailboxKind::Maildir => maildir::visit(desk, mailbox).await,
    }
}

/// How long to wait between two looks.
pub(super) fn pause(desk: &Desk, mailbox: &Mailbox) -> Duration {
    let usual = Duration::from_secs(u64::try_from(mailbox.poll_seconds).unwrap_or(60));
    // A suite that polls often elsewhere does not want to wait for seconds here.
    match desk.config.test.poll_millis {
        Some(millis) => usual.min(Duration::from_millis(millis * 10)),
        None => usual,
    }
}

fn server(desk: &Desk, mailbox: &Mailbox) -> Server {
    Server {
        host: mailbox.host.clone(),
        port: u16::try_from(mailbox.port).unwrap_or(0),
        security: match mailbox.security {
            MailboxSecurity::Tls => Security::Tls,
            MailboxSecurity::StartTls => Security::StartTls,
            MailboxSecurity::None => Security::None,
        },
        ca: Some(mailbox.ca.clone()).filter(|ca| !ca.is_empty()),
        patience: patience(desk),
    }
}

fn patience(desk: &Desk) -> Duration {
    desk.config.test.relay_timeout_seconds.map_or(PATIENCE, Duration::from_secs)
}

/// What was typed for this mailbox.
pub(super) fn secrets(key: &Key, mailbox: &Mailbox) -> Result<Secrets, Trouble> {
    key.open(&mailbox.secret, &mailbox.purpose())
        .and_then(|text| serde_json::from_str(&text).ok())
        .ok_or_else(|| Trouble::new("secret", "this node's key does not open the stored password"))
}

/// What a server is shown: a password, or an access token.
enum Pass {
    Password(String),
    Token(String),
}

impl Pass {
    async fn get(desk: &Desk, mailbox: &Mailbox, fresh: bool) -> Result<Self, Trouble> {
        match mailbox.auth {
            MailboxAuth::OAuth2 => Ok(Self::Token(oauth::token(desk, mailbox, fresh, patience(desk)).await?)),
            MailboxAuth::Password => {
                let key =
                    Key::load(&desk.config).map_err(|error| Trouble::new("secret", format!("{error:#}")))?;
                Ok(Self::Password(secrets(&key, mailbox)?.password))
            }
        }
    }

    fn proof(&self) -> mail_ingest::fetch::Proof<'_> {
        match self {
            Self::Password(password) => mail_ingest::fetch::Proof::Password(password),
            Self::Token(token) => mail_ingest::fetch::Proof::Bearer(token),
        }
    }
}

/// What can be signed in to.
trait Door: Sized {
    fn open(
        server: &Server,
        login: &str,
        pass: &Pass,
    ) -> impl Future<Output = Result<Self, FetchError>> + Send;
}

/// Signs in; a token that is refused is renewed once, whatever it said of its own life.
async fn signed_in<T: Door>(desk: &Desk, mailbox: &Mailbox) -> Result<T, Trouble> {
    let server = server(desk, mailbox);
    let pass = Pass::get(desk, mailbox, false).await?;
    match T::open(&server, &mailbox.login, &pass).await {
        Err(FetchError::Login(_)) if mailbox.auth == MailboxAuth::OAuth2 => {
            let pass = Pass::get(desk, mailbox, true).await?;
            Ok(T::open(&server, &mailbox.login, &pass).await?)
        }
        other => Ok(other?),
    }
}

/// How many of these sizes go together.
fn together(sizes: impl Iterator<Item = u64>) -> usize {
    let mut bytes = 0_u64;
    let fits = sizes.take(BATCH).take_while(|size| {
        bytes = bytes.saturating_add(*size);
        bytes <= BATCH_BYTES
    });
    fits.count().max(1)
}
