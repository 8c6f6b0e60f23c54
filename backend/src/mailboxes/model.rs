//! A mailbox and how it does.

use diesel::prelude::*;

use crate::db::{
    MailboxAfter, MailboxAuth, MailboxExisting, MailboxId, MailboxKind, MailboxSecurity, QueueId, Ts,
    schema::{mailbox_states, mailboxes},
};
use crate::i18n::Language;

/// A mailbox as it was set.
#[derive(Clone, Debug, Queryable, Selectable, Identifiable)]
#[diesel(table_name = mailboxes)]
pub struct Mailbox {
    /// Its key.
    pub id: MailboxId,
    /// Its name, unique.
    pub name: String,
    /// What it is.
    pub kind: MailboxKind,
    /// Where a test mail is sent; empty where nobody said.
    pub address: String,
    /// The server.
    pub host: String,
    /// Its port.
    pub port: i32,
    /// How the line is protected.
    pub security: MailboxSecurity,
    /// Certificates (PEM) trusted in place of the system's.
    pub ca: String,
    /// Who signs in.
    pub login: String,
    /// With what.
    pub auth: MailboxAuth,
    /// What that needs, sealed.
    pub(super) secret: String,
    /// Where access tokens come from.
    pub token_url: String,
    /// Who asks for them.
    pub client_id: String,
    /// For what.
    pub scope: String,
    /// The Maildir.
    pub directory: String,
    pub(super) folders: String,
    /// What happens to a mail there once it is ours.
    pub after: MailboxAfter,
    /// The folder that it goes to.
    pub move_to: String,
    /// What happens to mails that lay there before.
    pub existing: MailboxExisting,
    /// Where its mail goes; `None`: as its addresses say.
    pub queue_id: Option<QueueId>,
    /// Whether control headers in its mail count.
    pub trusted: bool,
    /// Of a longer mail only the beginning is fetched.
    pub max_bytes: i64,
    /// How often it is looked into.
    pub poll_seconds: i32,
    /// Since when it rests.
    pub disabled_at: Option<Ts>,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Ts,
}

impl Mailbox {
    /// The folders that are fetched from.
    pub fn folders(&self) -> Vec<String> {
        // Only we write this column.
        serde_json::from_str(&self.folders).unwrap_or_default()
    }

    /// What its mails name as their source.
    pub fn source(&self) -> String {
        format!("mailbox {}", self.name)
    }

    /// The longest mail that is fetched whole.
    pub(super) fn limit(&self) -> usize {
        usize::try_from(self.max_bytes).unwrap_or(0)
    }

    /// What a secret is good for: sealed for one server and one user, it opens for no other.
    pub(super) fn purpose(&self) -> String {
        let Self { kind, host, port, security, login, auth, token_url, client_id, .. } = self;
        format!("mailbox\n{kind}\n{host}\n{port}\n{security}\n{login}\n{auth}\n{token_url}\n{client_id}")
    }
}

/// How a mailbox does.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = mailbox_states)]
pub struct State {
    /// The mailbox.
    pub mailbox_id: MailboxId,
    /// From when on silence counts.
    pub begun_at: Ts,
    /// When it was looked into last.
    pub success_at: Option<Ts>,
    /// When a mail came last.
    pub mail_at: Option<Ts>,
    /// What is wrong, in a word; empty while nothing is.
    pub error: String,
    /// What the other side said.
    pub error_detail: String,
    /// When that was.
    pub error_at: Option<Ts>,
    /// Since when people have been told.
    pub alarmed_at: Option<Ts>,
    /// The sealed access token.
    pub(super) access: String,
    /// Which node has it.
    pub holder: String,
    /// Until when.
    pub held_until: Option<Ts>,
}

impl State {
    /// Since when nobody could look into the mailbox.
    pub fn silent_since(&self) -> Ts {
        self.success_at.map_or(self.begun_at, |at| at.max(self.begun_at))
    }
}

/// What is wrong with a mailbox and what to do, for people; empty where nothing is.
pub(super) fn trouble(language: &Language, state: &State) -> String {
    if state.error.is_empty() {
        return String::new();
    }
    let known = [
        "unreachable",
        "tls",
        "login",
        "refused",
        "broken",
        "timeout",
        "files",
        "store",
        "secret",
        "oauth",
        "taken",
    ];
    let word = known.iter().find(|word| **word == state.error).copied().unwrap_or("broken");
    language.tr_with(&format!("mailbox-trouble-{word}"), &[("detail", &state.error_detail)])
}
