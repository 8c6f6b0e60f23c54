//! `turnstone mailbox add|list|test|enable|disable|remove`.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde_json::json;

use super::office::{Office, in_options, operator, password_from_stdin};
use super::output::{print, print_json};
use crate::clock::Clock;
use crate::config::{Config, Loaded, Secret};
use crate::db::{MailboxAfter, MailboxAuth, MailboxExisting, MailboxId, MailboxKind, MailboxSecurity};
use crate::error::{Error, Result, say};
use crate::i18n::Language;
use crate::mailboxes::{self, HopState, Listed, Wish};

/// How long `test` waits for the mail to come back.
const PATIENCE: Duration = Duration::from_secs(180);

#[derive(Debug, Subcommand)]
pub(super) enum MailboxCommand {
    /// Add a mailbox; mail is fetched from it at once
    Add(Box<Add>),
    /// List the mailboxes and how they do
    List {
        /// As JSON: a list of {id, name, kind, enabled, last_success, last_mail, error, alarm}
        #[arg(long)]
        json: bool,
    },
    /// Send a mail to the mailbox's address and watch it come back (needs a running server)
    Test {
        /// The mailbox
        name: String,
    },
    /// Let a mailbox rest
    Disable {
        /// The mailbox
        name: String,
    },
    /// Fetch from a mailbox again
    Enable {
        /// The mailbox
        name: String,
    },
    /// Remove a mailbox; what came from it stays
    Remove {
        /// The mailbox
        name: String,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "\
The password (with --auth oauth2: the refresh token) is read from standard input and kept sealed.

Examples:
  printf '%s\\n' \"$PASSWORD\" | turnstone mailbox add --name Support --host imap.example.org \\
      --login support@example.org --after move --move-to Archive --secret-stdin
  turnstone mailbox add --name Drop --kind maildir --directory /var/mail/drop --after delete")]
pub(super) struct Add {
    /// The mailbox's name
    #[arg(long)]
    name: String,
    /// What it is: imap, pop3 or maildir
    #[arg(long, default_value = "imap")]
    kind: MailboxKind,
    /// The mail server
    #[arg(long, default_value = "")]
    host: String,
    /// Its port [default: the usual one]
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// How the line is protected: tls, starttls, or none (for a server on this machine)
    #[arg(long, default_value = "tls")]
    security: MailboxSecurity,
    /// A file of PEM certificates to trust in place of the system's
    #[arg(long, value_name = "FILE")]
    ca: Option<std::path::PathBuf>,
    /// Who signs in
    #[arg(long, default_value = "")]
    login: String,
    /// With what: password or oauth2
    #[arg(long, default_value = "password")]
    auth: MailboxAuth,
    /// Read the password or the refresh token from standard input
    #[arg(long)]
    secret_stdin: bool,
    /// Where access tokens are given out (OAuth2)
    #[arg(long, default_value = "", value_name = "URL")]
    token_url: String,
    /// Who asks for them (OAuth2)
    #[arg(long, default_value = "")]
    client_id: String,
    /// A file that holds the client's secret (OAuth2)
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<std::path::PathBuf>,
    /// For what they are (OAuth2)
    #[arg(long, default_value = "")]
    scope: String,
    /// The path of the Maildir
    #[arg(long, default_value = "")]
    directory: String,
    /// A folder to fetch from; may be given several times
    #[arg(long = "folder", value_name = "FOLDER", default_value = "INBOX")]
    folders: Vec<String>,
    /// What happens to a mail there once it is ours: leave, move or delete
    #[arg(long, default_value = "leave")]
    after: MailboxAfter,
    /// The folder to move mail to
    #[arg(long, default_value = "", value_name = "FOLDER")]
    move_to: String,
    /// What happens to mails that lie there already: take or skip
    #[arg(long, default_value = "take")]
    existing: MailboxExisting,
    /// Put its mail into this queue [default: as the mail's addresses say]
    #[arg(long, default_value = "")]
    queue: String,
    /// Where a test mail is sent [default: the login, where that is an address]
    #[arg(long, default_value = "")]
    address: String,
    /// Believe control headers (X-Turnstone-…) in its mail
    #[arg(long)]
    trusted: bool,
    /// Of a longer mail only the beginning is fetched
    #[arg(long, default_value_t = 35, value_name = "MB")]
    max_megabytes: i64,
    /// How often it is looked into
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    poll_seconds: i32,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl MailboxCommand {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        match self {
            Self::Add(add) => add.run(&loaded.config),
            Self::List { json } => list(&loaded.config, json),
            Self::Test { name } => test(&loaded.config, name),
            Self::Disable { name } => switch(&loaded.config, name, false),
            Self::Enable { name } => switch(&loaded.config, name, true),
            Self::Remove { name } => remove(&loaded.config, name),
        }
    }
}

impl Add {
    fn run(self, config: &Config) -> anyhow::Result<()> {
        let read = |path: &Option<std::path::PathBuf>| match path {
            Some(path) => {
                std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
            }
            None => Ok(String::new()),
        };
        let secret = if self.secret_stdin { password_from_stdin()? } else { String::new() };
        let (password, refresh_token) = match self.auth {
            MailboxAuth::Password => (secret, String::new()),
            MailboxAuth::OAuth2 => (String::new(), secret),
        };
        let wish = Wish {
            ca: read(&self.ca)?,
            client_secret: Secret::new(read(&self.client_secret_file)?.trim()),
            password: Secret::new(password),
            refresh_token: Secret::new(refresh_token),
            name: self.name,
            kind: self.kind,
            address: self.address,
            host: self.host,
            port: self.port,
            security: self.security,
            login: self.login,
            auth: self.auth,
            token_url: self.token_url,
            client_id: self.client_id,
            scope: self.scope,
            directory: self.directory,
            folders: self.folders,
            after: self.after,
            move_to: self.move_to,
            existing: self.existing,
            queue: self.queue,
            trusted: self.trusted,
            max_bytes: self.max_megabytes.saturating_mul(1024 * 1024),
            poll_seconds: self.poll_seconds,
            ..Wish::default()
        };
        let shared = config.clone();
        let made = Office::open(config)?
            .write(move |tx, now| mailboxes::insert(tx, &operator(), &shared, &wish, now))?;
        if self.json {
            return print_json(&json!({ "id": made.id.to_string(), "name": made.name }));
        }
        print(&format!("Added the mailbox {}. See how it does: turnstone mailbox list.", made.name))
    }
}

fn list(config: &Config, json: bool) -> anyhow::Result<()> {
    let all = Office::open(config)?.db.read_blocking(mailboxes::load).map_err(in_options)?;
    let english = Language::english();
    if json {
        let row = |listed: &Listed| {
            json!({
                "id": listed.mailbox.id.to_string(),
                "name": listed.mailbox.name,
                "kind": listed.mailbox.kind.as_str(),
                "enabled": listed.mailbox.disabled_at.is_none(),
                "last_success": listed.state.success_at.map(|at| at.0.to_string()),
                "last_mail": listed.state.mail_at.map(|at| at.0.to_string()),
                "error": Some(listed.trouble(&english)).filter(|text| !text.is_empty()),
                "alarm": listed.state.alarmed_at.is_some(),
            })
        };
        return print_json(&all.iter().map(row).collect::<Vec<_>>());
    }
    if all.is_empty() {
        return print("There is no mailbox. turnstone mailbox add --help says how to add one.");
    }
    let mut text = String::new();
    for listed in all {
        let at = |at: Option<crate::db::Ts>| at.map_or_else(|| "never".to_owned(), |at| at.0.to_string());
        let status = if listed.mailbox.disabled_at.is_some() {
            "rests".to_owned()
        } else if listed.state.error.is_empty() {
            format!("last looked into {}", at(listed.state.success_at))
        } else {
            format!("BAD {}", listed.trouble(&english))
        };
        // Writing to a String can't fail.
        let _ = writeln!(
            text,
            "{} ({}): {status}; last mail {}",
            listed.mailbox.name,
            listed.mailbox.kind,
            at(listed.state.mail_at)
        );
    }
    print(&text)
}

fn named(conn: &mut crate::db::Conn, name: &str) -> Result<MailboxId> {
    let all = mailboxes::load(conn)?;
    let found = all.iter().find(|listed| listed.mailbox.name == name);
    found
        .map(|listed| listed.mailbox.id)
        .ok_or_else(|| Error::invalid("name", say!("refused-mailbox-unknown", name = name)))
}

fn switch(config: &Config, name: String, on: bool) -> anyhow::Result<()> {
    let shown = name.clone();
    Office::open(config)?.write(move |tx, now| {
        let id = named(tx, &name)?;
        mailboxes::switch(tx, &operator(), id, on, now)
    })?;
    print(&format!("The mailbox {shown} {}.", if on { "is fetched from again" } else { "rests" }))
}

fn remove(config: &Config, name: String) -> anyhow::Result<()> {
    let shown = name.clone();
    Office::open(config)?.write(move |tx, now| {
        let id = named(tx, &name)?;
        mailboxes::retire(tx, &operator(), id, now)
    })?;
    print(&format!("The mailbox {shown} is removed. What came from it stays."))
}

fn test(config: &Config, name: String) -> anyhow::Result<()> {
    let office = Office::open(config)?;
    let blobs = office.db.blobs().clone();
    let id = office.write(move |tx, now| {
        let id = named(tx, &name)?;
        mailboxes::send_test(tx, &blobs, id, now)?;
        Ok(id)
    })?;
    let english = Language::english();
    let mut told = 0;
    let begun = std::time::Instant::now();
    loop {
        let newest = office
            .db
            .read_blocking(|conn| {
                let all = mailboxes::load(conn)?;
                let listed = all.into_iter().find(|listed| listed.mailbox.id == id);
                let mailbox = listed.ok_or(Error::NotFound)?.mailbox;
                mailboxes::hops(conn, &mailbox, config, &english, Clock::System.now())
            })
            .map_err(in_options)?;
        let Some(newest) = newest else { bail!("the test mail is not known any more") };
        for hop in newest.hops.iter().skip(told) {
            let word = english.tr(&format!("mailbox-hop-{}", hop.hop));
            match hop.state {
                HopState::Ok => print(&format!("ok   {word}"))?,
                HopState::Bad => {
                    print(&format!("BAD  {word} {}", hop.detail))?;
                    bail!("the test mail did not come back");
                }
                HopState::Todo => break,
            }
            told += 1;
        }
        if told == newest.hops.len() {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            let waits = newest.hops.get(told);
            let why = waits.map(|hop| hop.detail.clone()).unwrap_or_default();
            let word = waits.map(|hop| english.tr(&format!("mailbox-hop-{}", hop.hop))).unwrap_or_default();
            bail!("after {} s still not: {word} {why}", PATIENCE.as_secs());
        }
        std::thread::sleep(Duration::from_millis(250));
    }
}
