//! Mailboxes that mail is fetched from.

use std::str::FromStr;

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json, Request},
    gate::Caller,
    page::{List, key},
    problem::Answer,
};
use crate::{
    config::Secret,
    db::{Conn, MailboxId},
    desk::Desk,
    error::{Error, FieldError, Result},
    i18n::Language,
    mailboxes::{self, Listed, Test, Wish},
};

/// A mailbox. Its secrets are never shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Mailbox)]
pub struct MailboxView {
    /// Its key.
    pub id: String,
    /// Its name, unique.
    pub name: String,
    /// imap, pop3 or maildir.
    pub kind: String,
    /// Where a test mail is sent.
    pub address: String,
    /// The server.
    pub host: String,
    /// Its port.
    pub port: i32,
    /// tls, starttls or none.
    pub security: String,
    /// PEM certificates trusted in place of the system's; empty: the system's.
    pub ca: String,
    /// Who signs in.
    pub login: String,
    /// password or oauth2.
    pub auth: String,
    /// Where access tokens are given out.
    pub token_url: String,
    /// Who asks for them.
    pub client_id: String,
    /// For what.
    pub scope: String,
    /// The path of a Maildir.
    pub directory: String,
    /// The folders that mail is fetched from.
    pub folders: Vec<String>,
    /// leave, move or delete: what happens to a mail there once it is ours.
    pub after: String,
    /// The folder that it is moved to.
    pub move_to: String,
    /// take or skip: what happens to mails that lay there before.
    pub existing: String,
    /// Where its mail goes; null: as the mail's addresses say.
    pub queue: Option<String>,
    /// Whether control headers in its mail count.
    pub trusted: bool,
    /// Of a longer mail only the beginning is fetched.
    pub max_bytes: i64,
    /// How often it is looked into.
    pub poll_seconds: i32,
    /// Whether mail is fetched from it.
    pub enabled: bool,
    /// How it does.
    pub status: MailboxStatus,
}

/// How a mailbox does.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailboxStatus {
    /// When it was looked into last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_success: Option<Timestamp>,
    /// When a mail came last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_mail: Option<Timestamp>,
    /// What is wrong, in a word; null while nothing is.
    pub error: Option<String>,
    /// The same for people.
    pub error_text: Option<String>,
    /// When something was wrong last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_error: Option<Timestamp>,
    /// Whether an alarm is raised: nobody got in for a while.
    pub alarm: bool,
    /// Mails that its server does not give out.
    pub stuck: i64,
}

impl From<Listed> for MailboxView {
    fn from(listed: Listed) -> Self {
        let trouble = listed.trouble(&Language::english());
        let state = listed.state;
        let it = listed.mailbox;
        let text = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            id: it.id.to_string(),
            folders: it.folders(),
            name: it.name,
            kind: it.kind.to_string(),
            address: it.address,
            host: it.host,
            port: it.port,
            security: it.security.to_string(),
            ca: it.ca,
            login: it.login,
            auth: it.auth.to_string(),
            token_url: it.token_url,
            client_id: it.client_id,
            scope: it.scope,
            directory: it.directory,
            after: it.after.to_string(),
            move_to: it.move_to,
            existing: it.existing.to_string(),
            queue: text(listed.queue),
            trusted: it.trusted,
            max_bytes: it.max_bytes,
            poll_seconds: it.poll_seconds,
            enabled: it.disabled_at.is_none(),
            status: MailboxStatus {
                last_success: state.success_at.map(|at| at.0),
                last_mail: state.mail_at.map(|at| at.0),
                error: text(state.error),
                error_text: text(trouble),
                last_error: state.error_at.map(|at| at.0),
                alarm: state.alarmed_at.is_some(),
                stuck: listed.stuck,
            },
        }
    }
}

/// What of a mailbox shall be set. What is missing stays as it is, or has its usual value.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SetMailbox {
    /// Its name, unique.
    name: Option<String>,
    /// imap, pop3 or maildir.
    kind: Option<String>,
    /// Where a test mail is sent.
    address: Option<String>,
    /// The server.
    host: Option<String>,
    /// Its port; 0: the usual one.
    port: Option<u16>,
    /// tls, starttls, or none (on this very machine).
    security: Option<String>,
    /// PEM certificates trusted in place of the system's.
    ca: Option<String>,
    /// Who signs in.
    login: Option<String>,
    /// password or oauth2.
    auth: Option<String>,
    /// Asked for again whenever server or user change.
    #[schema(format = Password)]
    password: Option<String>,
    /// Where access tokens are given out.
    token_url: Option<String>,
    /// Who asks for them.
    client_id: Option<String>,
    /// With which secret.
    #[schema(format = Password)]
    client_secret: Option<String>,
    /// What access tokens are renewed with.
    #[schema(format = Password)]
    refresh_token: Option<String>,
    /// For what.
    scope: Option<String>,
    /// The path of a Maildir.
    directory: Option<String>,
    /// The folders that mail is fetched from.
    folders: Option<Vec<String>>,
    /// leave, move or delete.
    after: Option<String>,
    /// The folder that mail is moved to.
    move_to: Option<String>,
    /// take or skip.
    existing: Option<String>,
    /// The name of a queue; empty: as the mail's addresses say.
    queue: Option<String>,
    /// Whether control headers in its mail count.
    trusted: Option<bool>,
    /// Of a longer mail only the beginning is fetched.
    max_bytes: Option<i64>,
    /// How often it is looked into.
    poll_seconds: Option<i32>,
    /// Whether mail is fetched from it.
    enabled: Option<bool>,
}

impl Input for SetMailbox {}

impl SetMailbox {
    fn change(&self, wish: &mut Wish) -> Result<()> {
        fn set<T>(place: &mut T, value: Option<&T>)
        where
            T: Clone,
        {
            if let Some(value) = value {
                place.clone_from(value);
            }
        }
        let mut problems = Vec::new();
        word("kind", self.kind.as_deref(), &mut wish.kind, &mut problems);
        word("security", self.security.as_deref(), &mut wish.security, &mut problems);
        word("auth", self.auth.as_deref(), &mut wish.auth, &mut problems);
        word("after", self.after.as_deref(), &mut wish.after, &mut problems);
        word("existing", self.existing.as_deref(), &mut wish.existing, &mut problems);
        // The usual port depends on these: one that nobody names follows them.
        if self.port.is_none() && (self.kind.is_some() || self.security.is_some()) {
            wish.port = 0;
        }
        set(&mut wish.name, self.name.as_ref());
        set(&mut wish.address, self.address.as_ref());
        set(&mut wish.host, self.host.as_ref());
        set(&mut wish.port, self.port.as_ref());
        set(&mut wish.ca, self.ca.as_ref());
        set(&mut wish.login, self.login.as_ref());
        set(&mut wish.token_url, self.token_url.as_ref());
        set(&mut wish.client_id, self.client_id.as_ref());
        set(&mut wish.scope, self.scope.as_ref());
        set(&mut wish.directory, self.directory.as_ref());
        set(&mut wish.folders, self.folders.as_ref());
        set(&mut wish.move_to, self.move_to.as_ref());
        set(&mut wish.queue, self.queue.as_ref());
        set(&mut wish.trusted, self.trusted.as_ref());
        set(&mut wish.max_bytes, self.max_bytes.as_ref());
        set(&mut wish.poll_seconds, self.poll_seconds.as_ref());
        let secret = |text: &Option<String>| Secret::new(text.clone().unwrap_or_default());
        wish.password = secret(&self.password);
        wish.client_secret = secret(&self.client_secret);
        wish.refresh_token = secret(&self.refresh_token);
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }
}

fn word<W: FromStr<Err = String>>(
    field: &str,
    text: Option<&str>,
    place: &mut W,
    problems: &mut Vec<FieldError>,
) {
    match text.map(W::from_str) {
        None => {}
        Some(Ok(word)) => *place = word,
        Some(Err(message)) => {
            problems.push(FieldError { field: field.to_owned(), message: format!("{message}.").into() });
        }
    }
}

fn view(conn: &mut Conn, caller: &Caller, id: MailboxId) -> Result<MailboxView> {
    Ok(mailboxes::get(conn, &caller.actor, id)?.into())
}

/// All mailboxes, by name. Needs the right to manage queues and mail.
#[utoipa::path(get, path = "/mailboxes", tag = "administration",
    responses((status = 200, body = List<MailboxView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let all = mailboxes::all(conn, &caller.actor)?;
            Ok(List::whole(all.into_iter().map(MailboxView::from).collect()))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// Makes a mailbox. Mail is fetched from it at once.
#[utoipa::path(post, path = "/mailboxes", tag = "administration", request_body = SetMailbox,
    responses((status = 201, body = MailboxView)))]
pub async fn create(desk: Data<Desk>, caller: Caller, Json { value, request }: Json<SetMailbox>) -> Answer {
    let mut wish = Wish::default();
    value.change(&mut wish)?;
    let (now, asker, config) = (desk.moment().ts(), caller.clone(), desk.config.clone());
    request
        .create(&desk, &caller, move |tx| {
            let made = mailboxes::create(tx, &asker.actor, &config, &wish, now)?;
            if value.enabled == Some(false) {
                mailboxes::enable(tx, &asker.actor, made.id, false, now)?;
            }
            view(tx, &asker, made.id)
        })
        .await
}

/// One mailbox.
#[utoipa::path(get, path = "/mailboxes/{id}", tag = "administration", params(("id" = String, Path)),
    responses((status = 200, body = MailboxView)))]
pub async fn get(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id = key(&id)?;
    let found = desk.db.read(move |conn| view(conn, &caller, id)).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Changes a mailbox. Who fetches begins anew with what is set then.
#[utoipa::path(patch, path = "/mailboxes/{id}", tag = "administration", params(("id" = String, Path)),
    request_body = SetMailbox, responses((status = 200, body = MailboxView)))]
pub async fn update(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, .. }: Json<SetMailbox>,
) -> Answer {
    let id: MailboxId = key(&id)?;
    let (now, config) = (desk.moment().ts(), desk.config.clone());
    let changed = desk
        .db
        .write(move |tx| {
            let before = mailboxes::get(tx, &caller.actor, id)?.mailbox;
            let mut wish = Wish::of(tx, &before)?;
            value.change(&mut wish)?;
            mailboxes::update(tx, &caller.actor, &config, id, &wish, now)?;
            if let Some(on) = value.enabled {
                mailboxes::enable(tx, &caller.actor, id, on, now)?;
            }
            view(tx, &caller, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(changed))
}

/// Removes a mailbox: nothing is fetched from it any more, what came from it stays.
#[utoipa::path(delete, path = "/mailboxes/{id}", tag = "administration", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn delete(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let (id, now): (MailboxId, _) = (key(&id)?, desk.moment().ts());
    desk.db.write(move |tx| mailboxes::remove(tx, &caller.actor, id, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A test mail and how far it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TestView {
    /// What it carries.
    pub token: String,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// Whether nothing more will happen.
    pub over: bool,
    /// In order: written, relay, fetched, recognised.
    pub hops: Vec<HopView>,
}

/// One hop of a test mail.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HopView {
    /// Which one.
    pub hop: String,
    /// ok, todo or bad.
    #[schema(value_type = String)]
    pub state: mailboxes::HopState,
    /// When it was done.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// What went wrong, or what is waited for.
    pub detail: String,
}

impl From<Test> for TestView {
    fn from(test: Test) -> Self {
        let over = test.is_over();
        let hops = test.hops.into_iter().map(|hop| HopView {
            hop: hop.hop.to_owned(),
            state: hop.state,
            at: hop.at,
            detail: hop.detail,
        });
        Self { hops: hops.collect(), token: test.token, started_at: test.started_at, over }
    }
}

fn newest(conn: &mut Conn, desk: &Desk, caller: &Caller, id: MailboxId) -> Result<TestView> {
    let mailbox = mailboxes::get(conn, &caller.actor, id)?.mailbox;
    let now = desk.clock.now();
    let test = mailboxes::hops(conn, &mailbox, &desk.config, &Language::english(), now)?;
    test.map(TestView::from).ok_or(Error::NotFound)
}

/// Sends a mail to the mailbox's address through the relay.
#[utoipa::path(post, path = "/mailboxes/{id}/test", tag = "administration", params(("id" = String, Path)),
    responses((status = 201, body = TestView)))]
pub async fn start_test(desk: Data<Desk>, caller: Caller, id: Path<String>, request: Request) -> Answer {
    let id: MailboxId = key(&id)?;
    let (now, asker, shared) = (desk.moment().ts(), caller.clone(), desk.clone());
    request
        .create(&desk, &caller, move |tx| {
            mailboxes::start_test(tx, &asker.actor, shared.db.blobs(), id, now)?;
            newest(tx, &shared, &asker, id)
        })
        .await
}

/// The newest test mail, hop by hop.
#[utoipa::path(get, path = "/mailboxes/{id}/test", tag = "administration", params(("id" = String, Path)),
    responses((status = 200, body = TestView)))]
pub async fn test(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id: MailboxId = key(&id)?;
    let shared = desk.clone();
    let found = desk.db.read(move |conn| newest(conn, &shared, &caller, id)).await?;
    Ok(HttpResponse::Ok().json(found))
}
