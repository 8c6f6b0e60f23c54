//! The form of a mailbox: what was typed, what is wrong with it, and what it means.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::config::Secret;
use crate::db::{Conn, MailboxAfter, MailboxAuth, MailboxExisting, MailboxKind, MailboxSecurity};
use crate::error::{Error, FieldError, Result, say};
use crate::i18n::Language;
use crate::mailboxes::Wish;
use crate::queues::{self, Queue};
use crate::web::failure::WHOLE;
use crate::web::view::Choice;

const MEGABYTE: i64 = 1024 * 1024;

/// What the form sends. Secrets are never sent back.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    name: String,
    kind: String,
    address: String,
    host: String,
    port: String,
    security: String,
    ca: String,
    login: String,
    auth: String,
    #[serde(skip_serializing)]
    password: String,
    token_url: String,
    client_id: String,
    #[serde(skip_serializing)]
    client_secret: String,
    #[serde(skip_serializing)]
    refresh_token: String,
    scope: String,
    directory: String,
    folders: String,
    after: String,
    move_to: String,
    existing: String,
    queue: String,
    trusted: String,
    max_megabytes: String,
    poll_seconds: String,
    /// Which version there was when it was opened: that counts secrets as well, which no form shows, and no token that a
    /// server gives anew by itself.
    pub(super) shown: String,
}

impl Form {
    pub(super) fn of(wish: &Wish) -> Self {
        Self {
            name: wish.name.clone(),
            kind: wish.kind.to_string(),
            address: wish.address.clone(),
            host: wish.host.clone(),
            port: if wish.port == 0 { String::new() } else { wish.port.to_string() },
            security: wish.security.to_string(),
            ca: wish.ca.clone(),
            login: wish.login.clone(),
            auth: wish.auth.to_string(),
            token_url: wish.token_url.clone(),
            client_id: wish.client_id.clone(),
            scope: wish.scope.clone(),
            directory: wish.directory.clone(),
            folders: wish.folders.join("\n"),
            after: wish.after.to_string(),
            move_to: wish.move_to.clone(),
            existing: wish.existing.to_string(),
            queue: wish.queue.clone(),
            trusted: if wish.trusted { "on".to_owned() } else { String::new() },
            max_megabytes: megabytes(wish.max_bytes),
            poll_seconds: wish.poll_seconds.to_string(),
            ..Self::default()
        }
    }

    /// What it means. Numbers that are none are refused by their bounds.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a port that is none: nothing typed is the usual one, and only that.
    pub(super) fn wish(&self) -> Result<Wish> {
        let usual = Wish::default();
        let port = match self.port.trim() {
            "" => 0,
            typed => typed
                .parse()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| Error::invalid("port", say!("refused-port")))?,
        };
        Ok(Wish {
            name: self.name.clone(),
            kind: word(&self.kind, MailboxKind::Imap),
            address: self.address.clone(),
            host: self.host.clone(),
            port,
            security: word(&self.security, MailboxSecurity::Tls),
            ca: self.ca.clone(),
            login: self.login.clone(),
            auth: word(&self.auth, MailboxAuth::Password),
            password: Secret::new(self.password.clone()),
            token_url: self.token_url.clone(),
            client_id: self.client_id.clone(),
            client_secret: Secret::new(self.client_secret.trim()),
            refresh_token: Secret::new(self.refresh_token.trim()),
            scope: self.scope.clone(),
            directory: self.directory.clone(),
            folders: self.folders.lines().map(str::to_owned).collect(),
            after: word(&self.after, usual.after),
            move_to: self.move_to.clone(),
            existing: word(&self.existing, usual.existing),
            queue: self.queue.clone(),
            trusted: self.trusted == "on",
            max_bytes: bytes(&self.max_megabytes),
            poll_seconds: self.poll_seconds.trim().parse().unwrap_or(0),
            ..Wish::default()
        })
    }
}

fn word<W: FromStr>(text: &str, otherwise: W) -> W {
    text.parse().unwrap_or(otherwise)
}

fn megabytes(bytes: i64) -> String {
    let tenths = (bytes * 10 + MEGABYTE / 2) / MEGABYTE;
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

fn bytes(text: &str) -> i64 {
    let text = text.trim().replace(',', ".");
    let (whole, tenths) = text.split_once('.').unwrap_or((&text, "0"));
    let tenths = tenths.get(..1).and_then(|digit| digit.parse::<i64>().ok()).unwrap_or(0);
    whole
        .parse::<i64>()
        .map_or(0, |whole| whole.saturating_mul(MEGABYTE).saturating_add(tenths * MEGABYTE / 10))
}

/// What is wrong, by the field.
#[derive(Clone, Default, Serialize)]
pub(super) struct Errors {
    /// Why all of it is refused.
    whole: String,
    name: String,
    address: String,
    host: String,
    port: String,
    security: String,
    ca: String,
    login: String,
    password: String,
    token_url: String,
    client_id: String,
    refresh_token: String,
    directory: String,
    folders: String,
    after: String,
    move_to: String,
    queue: String,
    max_megabytes: String,
    poll_seconds: String,
}

impl Errors {
    pub(super) fn of(problems: Vec<FieldError>, language: &Language) -> Self {
        let mut errors = Self::default();
        for FieldError { field, message } in problems {
            let place = match field.as_str() {
                WHOLE => &mut errors.whole,
                "address" => &mut errors.address,
                "host" => &mut errors.host,
                "port" => &mut errors.port,
                "security" => &mut errors.security,
                "ca" => &mut errors.ca,
                "login" => &mut errors.login,
                "password" => &mut errors.password,
                "token_url" => &mut errors.token_url,
                "client_id" => &mut errors.client_id,
                "refresh_token" => &mut errors.refresh_token,
                "directory" => &mut errors.directory,
                "folders" => &mut errors.folders,
                "after" => &mut errors.after,
                "move_to" => &mut errors.move_to,
                "queue" => &mut errors.queue,
                "max_bytes" => &mut errors.max_megabytes,
                "poll_seconds" => &mut errors.poll_seconds,
                _ => &mut errors.name,
            };
            *place = message.in_language(language);
        }
        errors
    }
}

/// What can be chosen.
#[derive(Serialize)]
pub(super) struct Choices {
    kinds: Vec<Choice>,
    securities: Vec<Choice>,
    auths: Vec<Choice>,
    afters: Vec<Choice>,
    existings: Vec<Choice>,
    queues: Vec<Choice>,
}

impl Choices {
    pub(super) fn load(conn: &mut Conn, form: &Form, language: &Language) -> Result<Self> {
        let words = |subject: &str, all: Vec<&'static str>, current: &str| -> Vec<Choice> {
            let choice = |word: &'static str| {
                Choice::new(word, language.tr(&format!("mailbox-{subject}-{word}")), word == current)
            };
            all.into_iter().map(choice).collect()
        };
        let mut queues =
            vec![Choice::new("", language.tr("mailbox-queue-by-address"), form.queue.is_empty())];
        let offered = |queue: &Queue| queue.retired_at.is_none() || queue.name == form.queue;
        let open = queues::all(conn)?.into_iter().filter(offered);
        queues.extend(open.map(|queue| {
            let current = queue.name == form.queue;
            Choice::new(queue.name.clone(), queue.name, current)
        }));
        Ok(Self {
            kinds: words("kind", MailboxKind::ALL.iter().map(|word| word.as_str()).collect(), &form.kind),
            securities: words(
                "security",
                MailboxSecurity::ALL.iter().map(|word| word.as_str()).collect(),
                &form.security,
            ),
            auths: words("auth", MailboxAuth::ALL.iter().map(|word| word.as_str()).collect(), &form.auth),
            afters: words("after", MailboxAfter::ALL.iter().map(|word| word.as_str()).collect(), &form.after),
            existings: words(
                "existing",
                MailboxExisting::ALL.iter().map(|word| word.as_str()).collect(),
                &form.existing,
            ),
            queues,
        })
    }
}
