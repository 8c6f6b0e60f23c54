//! What a person sets: checked, sealed, stored.

use diesel::prelude::*;
use mail_ingest::fetch::Server;
use serde_json::Value;

use super::{
    Mailbox,
    remove::told,
    seal::{Key, Secrets},
};
use crate::{
    access::{Actor, Who},
    audit,
    config::{Config, Secret},
    db::{
        Audited, Conn, InstallationRight, MailboxAfter, MailboxAuth, MailboxExisting, MailboxId, MailboxKind,
        MailboxSecurity, QueueId, Ts, Tx,
        schema::{mailbox_states, mailboxes},
    },
    error::{Error, FieldError, Result, Sentence, say},
    queues,
};

/// What the listeners take as well.
const LARGEST: i64 = 35 * 1024 * 1024;
/// The bounds of the longest mail, in bytes.
const BOUNDS: std::ops::RangeInclusive<i64> = 64 * 1024..=100 * 1024 * 1024;
/// The bounds of the wait between two looks, in seconds.
const POLL: std::ops::RangeInclusive<i32> = 10..=3_600;
/// So many folders of one mailbox.
const FOLDERS: usize = 20;
/// The longest text of any field but certificates and tokens, in characters.
const TEXT: usize = 300;

/// A mailbox as somebody wants it. An empty secret keeps the one there is.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: MailboxKind,
    /// Where a test mail is sent; empty: the login, where that is an address.
    pub address: String,
    /// The server.
    pub host: String,
    /// Its port; 0: the usual one.
    pub port: u16,
    /// How the line is protected.
    pub security: MailboxSecurity,
    /// Certificates (PEM) trusted in place of the system's.
    pub ca: String,
    /// Who signs in.
    pub login: String,
    /// With what.
    pub auth: MailboxAuth,
    /// The password.
    pub password: Secret,
    /// Where access tokens come from.
    pub token_url: String,
    /// Who asks for them.
    pub client_id: String,
    /// With which secret.
    pub client_secret: Secret,
    /// What access tokens are renewed with.
    pub refresh_token: Secret,
    /// For what.
    pub scope: String,
    /// The Maildir.
    pub directory: String,
    /// The folders of an IMAP mailbox.
    pub folders: Vec<String>,
    /// What happens to a mail there once it is ours.
    pub after: MailboxAfter,
    /// The folder that it goes to.
    pub move_to: String,
    /// What happens to mails that lay there before.
    pub existing: MailboxExisting,
    /// The name of the queue; empty: as the mail's addresses say.
    pub queue: String,
    /// Whether control headers in its mail count.
    pub trusted: bool,
    /// Of a longer mail only the beginning is fetched.
    pub max_bytes: i64,
    /// How often it is looked into.
    pub poll_seconds: i32,
    /// Whether a queue that is retired will do: where all of a configuration comes back as it was.
    pub(crate) any_queue: bool,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            name: String::new(),
            kind: MailboxKind::Imap,
            address: String::new(),
            host: String::new(),
            port: 0,
            security: MailboxSecurity::Tls,
            ca: String::new(),
            login: String::new(),
            auth: MailboxAuth::Password,
            password: Secret::new(""),
            token_url: String::new(),
            client_id: String::new(),
            client_secret: Secret::new(""),
            refresh_token: Secret::new(""),
            scope: String::new(),
            directory: String::new(),
            folders: vec!["INBOX".to_owned()],
            after: MailboxAfter::Leave,
            move_to: String::new(),
            existing: MailboxExisting::Take,
            queue: String::new(),
            trusted: false,
            max_bytes: LARGEST,
            poll_seconds: 60,
            any_queue: false,
        }
    }
}

impl Wish {
    /// What a mailbox is now, to be changed. Its secrets stay where they are.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(conn: &mut Conn, mailbox: &Mailbox) -> Result<Self> {
        let queue = match mailbox.queue_id {
            Some(id) => queues::get(conn, id)?.name,
            None => String::new(),
        };
        let it = mailbox.clone();
        Ok(Self {
            folders: it.folders(),
            name: it.name,
            kind: it.kind,
            address: it.address,
            host: it.host,
            port: u16::try_from(it.port).unwrap_or(0),
            security: it.security,
            ca: it.ca,
            login: it.login,
            auth: it.auth,
            token_url: it.token_url,
            client_id: it.client_id,
            scope: it.scope,
            directory: it.directory,
            after: it.after,
            move_to: it.move_to,
            existing: it.existing,
            queue,
            trusted: it.trusted,
            max_bytes: it.max_bytes,
            poll_seconds: it.poll_seconds,
            ..Self::default()
        })
    }
}

/// Makes a mailbox.
///
/// # Errors
/// [`Error::Forbidden`] without the right, [`Error::Invalid`] for what is wrong.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, config: &Config, wish: &Wish, now: Ts) -> Result<Mailbox> {
    actor.require(InstallationRight::QueuesAndMail)?;
    insert(tx, &actor.who(), config, wish, now)
}

/// Makes a mailbox on behalf of the operator.
pub(crate) fn insert(tx: &mut Tx<'_>, who: &Who, config: &Config, wish: &Wish, now: Ts) -> Result<Mailbox> {
    let (wish, queue) = check(tx, wish, None)?;
    let id: MailboxId = diesel::insert_into(mailboxes::table)
        .values((
            mailboxes::name.eq(&wish.name),
            mailboxes::kind.eq(wish.kind),
            mailboxes::security.eq(wish.security),
            mailboxes::auth.eq(wish.auth),
            mailboxes::after.eq(wish.after),
            mailboxes::existing.eq(wish.existing),
            mailboxes::max_bytes.eq(wish.max_bytes),
            mailboxes::poll_seconds.eq(wish.poll_seconds),
            mailboxes::created_at.eq(now),
        ))
        .returning(mailboxes::id)
        .get_result(&mut **tx)?;
    diesel::insert_into(mailbox_states::table)
        .values((mailbox_states::mailbox_id.eq(id), mailbox_states::begun_at.eq(now)))
        .execute(&mut **tx)?;
    let made = store(tx, config, id, &wish, queue, now)?;
    let (name, told) = told(tx, id)?;
    audit::changed(tx, who, Audited::Mailbox, &name, &Value::Null, &told, now)?;
    Ok(made)
}

/// Changes a mailbox.
///
/// # Errors
/// As [`create`]; [`Error::NotFound`].
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    config: &Config,
    id: MailboxId,
    wish: &Wish,
    now: Ts,
) -> Result<Mailbox> {
    actor.require(InstallationRight::QueuesAndMail)?;
    let before: Mailbox = mailboxes::table
        .find(id)
        .filter(mailboxes::retired_at.is_null())
        .select(Mailbox::as_select())
        .first(&mut **tx)?;
    let (wish, queue) = check(tx, wish, Some(&before))?;
    audit::around(
        tx,
        (&actor.who(), Audited::Mailbox, now),
        |conn| told(conn, id),
        |tx| store(tx, config, id, &wish, queue, now),
    )
}

/// Whether a wish means the server and the user that the mailbox has by now, so that its secrets go on.
///
/// # Errors
/// [`Error::Invalid`] for what is wrong with it.
pub(crate) fn opens_like(conn: &mut Conn, before: &Mailbox, wish: &Wish) -> Result<bool> {
    let (wish, _) = check(conn, wish, Some(before))?;
    let (port, kind, security, auth) = (i32::from(wish.port), wish.kind, wish.security, wish.auth);
    let Wish { host, login, token_url, client_id, .. } = wish;
    let after = Mailbox { kind, host, port, security, login, auth, token_url, client_id, ..before.clone() };
    Ok(before.purpose() == after.purpose())
}

/// Lets a mailbox rest, or wakes it.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub fn enable(tx: &mut Tx<'_>, actor: &Actor, id: MailboxId, on: bool, now: Ts) -> Result<()> {
    actor.require(InstallationRight::QueuesAndMail)?;
    switch(tx, &actor.who(), id, on, now)
}

/// The same on behalf of the operator.
pub(crate) fn switch(tx: &mut Tx<'_>, who: &Who, id: MailboxId, on: bool, now: Ts) -> Result<()> {
    audit::around(tx, (who, Audited::Mailbox, now), |conn| told(conn, id), |tx| set_on(tx, id, on, now))
}

fn set_on(tx: &mut Tx<'_>, id: MailboxId, on: bool, now: Ts) -> Result<()> {
    let changed = diesel::update(mailboxes::table.find(id).filter(mailboxes::retired_at.is_null()))
        .set((mailboxes::disabled_at.eq((!on).then_some(now)), mailboxes::version.eq(mailboxes::version + 1)))
        .execute(&mut **tx)?;
    if changed == 0 {
        return Err(Error::NotFound);
    }
    begin_anew(tx, id, now)
}

/// What was wrong before a change may be right after it: the watch counts from now.
fn begin_anew(tx: &mut Tx<'_>, id: MailboxId, now: Ts) -> Result<()> {
    diesel::update(mailbox_states::table.find(id))
        .set((
            mailbox_states::begun_at.eq(now),
            mailbox_states::error.eq(""),
            mailbox_states::error_detail.eq(""),
            mailbox_states::error_at.eq(None::<Ts>),
            mailbox_states::access.eq(""),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

fn store(
    tx: &mut Tx<'_>,
    config: &Config,
    id: MailboxId,
    wish: &Wish,
    queue: Option<QueueId>,
    now: Ts,
) -> Result<Mailbox> {
    let before: Mailbox = mailboxes::table.find(id).select(Mailbox::as_select()).first(&mut **tx)?;
    diesel::update(mailboxes::table.find(id))
        .set((
            (
                mailboxes::name.eq(&wish.name),
                mailboxes::kind.eq(wish.kind),
                mailboxes::address.eq(&wish.address),
                mailboxes::host.eq(&wish.host),
                mailboxes::port.eq(i32::from(wish.port)),
                mailboxes::security.eq(wish.security),
                mailboxes::ca.eq(&wish.ca),
                mailboxes::login.eq(&wish.login),
                mailboxes::auth.eq(wish.auth),
                mailboxes::token_url.eq(&wish.token_url),
                mailboxes::client_id.eq(&wish.client_id),
                mailboxes::scope.eq(&wish.scope),
            ),
            (
                mailboxes::directory.eq(&wish.directory),
                mailboxes::folders.eq(serde_json::to_string(&wish.folders)?),
                mailboxes::after.eq(wish.after),
                mailboxes::move_to.eq(&wish.move_to),
                mailboxes::existing.eq(wish.existing),
                mailboxes::queue_id.eq(queue),
                mailboxes::trusted.eq(wish.trusted),
                mailboxes::max_bytes.eq(wish.max_bytes),
                mailboxes::poll_seconds.eq(wish.poll_seconds),
                mailboxes::version.eq(mailboxes::version + 1),
            ),
        ))
        .execute(&mut **tx)?;
    let after: Mailbox = mailboxes::table.find(id).select(Mailbox::as_select()).first(&mut **tx)?;
    let secret = secret(config, &before, &after, wish)?;
    diesel::update(mailboxes::table.find(id)).set(mailboxes::secret.eq(&secret)).execute(&mut **tx)?;
    begin_anew(tx, id, now)?;
    Ok(Mailbox { secret, ..after })
}

/// The secrets as they shall lie in the database. What was typed for one server is never sent to another: whoever
/// changes where it goes has to know it.
fn secret(config: &Config, before: &Mailbox, after: &Mailbox, wish: &Wish) -> Result<String> {
    if after.kind == MailboxKind::Maildir {
        return Ok(String::new());
    }
    let key = Key::load(config)?;
    let kept = if before.purpose() == after.purpose() {
        key.open(&before.secret, &before.purpose()).and_then(|text| serde_json::from_str(&text).ok())
    } else {
        None
    };
    let kept: Secrets = kept.unwrap_or_default();
    let pick = |given: &Secret, kept: String| {
        if given.reveal().is_empty() { kept } else { given.reveal().to_owned() }
    };
    let secrets = match after.auth {
        MailboxAuth::Password => {
            Secrets { password: pick(&wish.password, kept.password), ..Secrets::default() }
        }
        MailboxAuth::OAuth2 => Secrets {
            client_secret: pick(&wish.client_secret, kept.client_secret),
            refresh_token: pick(&wish.refresh_token, kept.refresh_token),
            ..Secrets::default()
        },
    };
    match after.auth {
        MailboxAuth::Password if secrets.password.is_empty() => {
            return Err(Error::invalid("password", say!("refused-mailbox-password")));
        }
        MailboxAuth::OAuth2 if secrets.refresh_token.is_empty() => {
            return Err(Error::invalid("refresh_token", say!("refused-mailbox-refresh-token")));
        }
        _ => {}
    }
    Ok(key.seal(&serde_json::to_string(&secrets)?, &after.purpose())?)
}

/// The wish with its gaps filled, and its queue.
fn check(conn: &mut Conn, wish: &Wish, before: Option<&Mailbox>) -> Result<(Wish, Option<QueueId>)> {
    let mut problems = Vec::new();
    let mut refuse =
        |field: &str, message: Sentence| problems.push(FieldError { field: field.into(), message });
    let mut wish = wish.clone();
    for text in [
        &mut wish.name,
        &mut wish.address,
        &mut wish.host,
        &mut wish.login,
        &mut wish.token_url,
        &mut wish.client_id,
        &mut wish.scope,
        &mut wish.directory,
        &mut wish.move_to,
        &mut wish.queue,
    ] {
        *text = text.trim().chars().filter(|c| !c.is_control()).take(TEXT).collect();
    }
    if wish.name.is_empty() || wish.name.chars().count() > 100 {
        refuse("name", say!("refused-mailbox-name"));
    } else {
        let taken: Option<MailboxId> = mailboxes::table
            .filter(mailboxes::name.eq(&wish.name))
            .select(mailboxes::id)
            .first(conn)
            .optional()?;
        if taken.is_some_and(|id| before.is_none_or(|before| before.id != id)) {
            refuse("name", say!("refused-mailbox-taken", name = wish.name));
        }
    }
    if wish.kind == MailboxKind::Maildir {
        check_maildir(&mut wish, &mut refuse);
    } else {
        check_server(&mut wish, &mut refuse);
    }
    if wish.address.is_empty() && wish.login.contains('@') {
        wish.address.clone_from(&wish.login);
    }
    if !wish.address.is_empty() {
        match mail_ingest::address::normalise(&wish.address) {
            Some(address) => wish.address = address,
            None => refuse("address", say!("refused-mailbox-address", address = wish.address)),
        }
    }
    check_folders(&mut wish, &mut refuse);
    if !BOUNDS.contains(&wish.max_bytes) {
        refuse("max_bytes", say!("refused-mailbox-size"));
    }
    if !POLL.contains(&wish.poll_seconds) {
        refuse("poll_seconds", say!("refused-mailbox-poll", least = POLL.start(), most = POLL.end()));
    }
    // Where it delivers to now it may go on delivering: nobody has to change what he did not come for.
    let is_there = |queue: QueueId| before.is_some_and(|before| before.queue_id == Some(queue));
    let queue = match wish.queue.as_str() {
        "" => None,
        name => match queues::by_name(conn, name) {
            Ok(queue) if queue.retired_at.is_none() || wish.any_queue || is_there(queue.id) => Some(queue.id),
            Ok(_) | Err(Error::NotFound) => {
                refuse("queue", say!("refused-queue-unknown", name = name));
                None
            }
            Err(error) => return Err(error),
        },
    };
    if problems.is_empty() { Ok((wish, queue)) } else { Err(Error::Invalid(problems)) }
}

fn check_maildir(wish: &mut Wish, refuse: &mut impl FnMut(&str, Sentence)) {
    (wish.host, wish.port, wish.login, wish.ca) = (String::new(), 0, String::new(), String::new());
    (wish.auth, wish.security) = (MailboxAuth::Password, MailboxSecurity::None);
    (wish.token_url, wish.client_id, wish.scope) = (String::new(), String::new(), String::new());
    if !std::path::Path::new(&wish.directory).is_absolute() {
        refuse("directory", say!("refused-mailbox-directory"));
    }
}

fn check_server(wish: &mut Wish, refuse: &mut impl FnMut(&str, Sentence)) {
    wish.directory = String::new();
    let odd = |c: char| c.is_whitespace() || matches!(c, '/' | '@' | '?' | '#');
    if wish.host.is_empty() || wish.host.contains(odd) {
        refuse("host", say!("refused-mailbox-host"));
    }
    if wish.port == 0 {
        wish.port = match (wish.kind, wish.security) {
            (MailboxKind::Pop3, MailboxSecurity::Tls) => 995,
            (MailboxKind::Pop3, _) => 110,
            (_, MailboxSecurity::Tls) => 993,
            _ => 143,
        };
    }
    if wish.security == MailboxSecurity::None && !Server::is_loopback(&wish.host) {
        refuse("security", say!("refused-mailbox-plain"));
    }
    if let Err(error) = mail_ingest::fetch::check_ca(&wish.ca) {
        refuse("ca", say!("refused-mailbox-ca", why = error.detail()));
    }
    if wish.login.is_empty() {
        refuse("login", say!("refused-mailbox-login"));
    }
    match wish.auth {
        MailboxAuth::Password => {
            (wish.token_url, wish.client_id, wish.scope) = (String::new(), String::new(), String::new());
        }
        MailboxAuth::OAuth2 => {
            if super::oauth::endpoint(&wish.token_url).is_none() {
                refuse("token_url", say!("refused-mailbox-token-url"));
            }
            if wish.client_id.is_empty() {
                refuse("client_id", say!("refused-mailbox-client-id"));
            }
        }
    }
}

fn check_folders(wish: &mut Wish, refuse: &mut impl FnMut(&str, Sentence)) {
    let mut folders: Vec<String> = Vec::new();
    for folder in &wish.folders {
        let folder: String = folder.trim().chars().filter(|c| !c.is_control()).take(TEXT).collect();
        // Only this name knows no case.
        let folder = if folder.eq_ignore_ascii_case("INBOX") { "INBOX".to_owned() } else { folder };
        if !folder.is_empty() && !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    wish.folders = folders;
    if wish.kind != MailboxKind::Imap {
        wish.folders = vec!["INBOX".to_owned()];
        wish.move_to = String::new();
        if wish.after == MailboxAfter::Move {
            refuse("after", say!("refused-mailbox-after"));
        }
        return;
    }
    if wish.folders.is_empty() || wish.folders.len() > FOLDERS {
        refuse("folders", say!("refused-mailbox-folders", most = FOLDERS));
    }
    if wish.after != MailboxAfter::Move {
        wish.move_to = String::new();
    } else if wish.move_to.is_empty() || wish.folders.contains(&wish.move_to) {
        refuse("move_to", say!("refused-mailbox-move-to"));
    }
}
