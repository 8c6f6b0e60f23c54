//! `turnstone config show|export|apply`.

use std::fmt::Write;
use std::io::Read as _;

use anyhow::Context as _;
use clap::Subcommand;
use jiff::Timestamp;
use serde_json::json;

use super::office::{Office, operator};
use super::output::{print, print_json};
use crate::access::{self, Actor};
use crate::audit;
use crate::clock::Clock;
use crate::config::{Effective, KEYS, Loaded, Origin};
use crate::db::{Audited, Cause, Conn, InstallationRight, Ts, Tx};
use crate::error::{Error, Result};
use crate::people::agents;
use crate::portable;

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Each setting with its value, where that comes from, and what it does; passwords are hidden
    Show {
        /// As JSON: a list of {key, value, origin, effect}
        #[arg(long)]
        json: bool,
    },
    /// Write the whole configuration as one file: queues, roles, templates, answers, mailboxes, filters, settings; no
    /// secret is in it
    Export {
        /// As whom; needs the rights to manage people, queues and mail [default: the first who has them]
        #[arg(long = "as", value_name = "LOGIN")]
        login: Option<String>,
    },
    /// Bring the configuration to what a file says: all of it, or nothing
    #[command(after_help = APPLY)]
    Apply {
        /// The file; `-`: standard input
        file: String,
        /// Only show what would change
        #[arg(long)]
        dry_run: bool,
        /// As whom, also in the audit log [default: the first who manages people, queues and mail]
        #[arg(long = "as", value_name = "LOGIN")]
        login: Option<String>,
    },
}

const APPLY: &str = "\
What the file leaves out stays as it is; nothing is removed. Applied twice, the second time changes nothing.

Example:
  turnstone config export > desk.toml
  turnstone config apply --dry-run desk.toml";

impl ConfigCommand {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        match self {
            Self::Show { json: true } => print_json(&as_json(loaded)),
            Self::Show { json: false } => print(&as_text(loaded)),
            Self::Export { login } => export(loaded, login),
            Self::Apply { file, dry_run, login } => apply(loaded, &file, dry_run, login),
        }
    }
}

fn export(loaded: &Loaded, login: Option<String>) -> anyhow::Result<()> {
    let office = Office::open(&loaded.config)?;
    let now = Clock::System.now();
    let text = office
        .wait(office.db.read(move |conn| {
            let actor = acting(conn, login.as_deref(), now)?;
            portable::text(&portable::export(conn, &actor)?)
        }))
        .map_err(|error| in_file("", error))?;
    office.write(|tx, now| audit::noted(tx, &operator(), Audited::Export, "", "configuration", now))?;
    print(text.trim_end())
}

fn apply(loaded: &Loaded, file: &str, dry_run: bool, login: Option<String>) -> anyhow::Result<()> {
    const LARGEST: u64 = 16 * 1024 * 1024;
    let mut bytes = Vec::new();
    match file {
        "-" => std::io::stdin().take(LARGEST + 1).read_to_end(&mut bytes),
        file => std::fs::File::open(file).and_then(|opened| opened.take(LARGEST + 1).read_to_end(&mut bytes)),
    }
    .with_context(|| format!("{} can't be read", named(file)))?;
    if bytes.len() as u64 > LARGEST {
        anyhow::bail!("{} is larger than 16 MB. That is no configuration.", named(file));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let line =
            error.as_bytes().iter().take(error.utf8_error().valid_up_to()).filter(|byte| **byte == b'\n');
        let (file, line) = (named(file), line.count() + 1);
        anyhow::anyhow!(
            "{file}: line {line}: this is not UTF-8. Save the file as UTF-8. Nothing was changed."
        )
    })?;
    let wanted = portable::parse(&text).map_err(|error| in_file(file, error))?;
    let (office, mut config) = (Office::open(&loaded.config)?, loaded.config.clone());
    if dry_run {
        // What is sealed is thrown away with the rest; no key has to be made for that.
        crate::seal::rehearse(&mut config);
    }
    let source = wanted.clone();
    let now = Clock::System.now();
    let job = move |tx: &mut Tx<'_>| {
        let actor = acting(tx, login.as_deref(), now)?;
        portable::apply(tx, &actor, &config, &wanted, Ts(now))
    };
    let changes = match dry_run {
        true => office.wait(office.db.rehearse(job)),
        false => office.wait(office.db.write(job)),
    };
    let changes = changes.map_err(|error| in_file(file, portable::located(&text, &source, error)))?;
    let mut lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
    lines.push(match (changes.len(), dry_run) {
        (0, _) => "Everything is as the file says.".to_owned(),
        (count, true) => format!("{count} to change; nothing was changed."),
        (count, false) => format!("{count} changed."),
    });
    print(&lines.join("\n"))
}

/// What a file is called to people.
fn named(file: &str) -> &str {
    if file == "-" { "standard input" } else { file }
}

/// What is wrong, at the place of the file that it is wrong with.
fn in_file(file: &str, error: Error) -> anyhow::Error {
    match error {
        Error::Invalid(fields) => {
            let file = if file.is_empty() { String::new() } else { format!("{}: ", named(file)) };
            let lines = fields.iter().map(|field| format!("{file}{}: {}", field.field, field.message));
            let lines = lines.chain(Some("Nothing was changed.".to_owned()).filter(|_| !file.is_empty()));
            anyhow::anyhow!(lines.collect::<Vec<_>>().join("\n"))
        }
        other => other.into(),
    }
}

/// Whose rights count: of this agent, or of the first who has both.
fn acting(conn: &mut Conn, login: Option<&str>, now: Timestamp) -> Result<Actor> {
    let id = match login {
        Some(login) => agents::by_login(conn, login)?.id,
        None => {
            let people = access::keepers_of(conn, InstallationRight::People, Ts(now))?;
            let mail = access::keepers_of(conn, InstallationRight::QueuesAndMail, Ts(now))?;
            *people.iter().find(|id| mail.contains(id)).ok_or_else(|| {
                Error::invalid(
                    "as",
                    "Nobody manages both people and queues and mail. Run turnstone setup first.",
                )
            })?
        }
    };
    Actor::load(conn, id, Cause::Cli, now)
}

fn as_json(loaded: &Loaded) -> serde_json::Value {
    let rows = loaded.settings.iter().zip(KEYS).map(|(setting, key)| {
        json!({
            "key": setting.key,
            "value": setting.value,
            "origin": setting.origin.to_string(),
            "effect": key.effect,
        })
    });
    rows.collect()
}

fn as_text(loaded: &Loaded) -> String {
    let mut text = match &loaded.file {
        Some(file) => format!("# read {} and the environment\n", file.display()),
        None => "# read the environment; there is no turnstone.toml\n".to_owned(),
    };
    for (setting, key) in loaded.settings.iter().zip(KEYS) {
        let Effective { key: name, value, origin } = setting;
        let line = match origin {
            // A comment, because some defaults are words about other settings and not values.
            Origin::Default => format!("# {} = {value}", name.to_lowercase()),
            _ => format!("{} = {value:?}", name.to_lowercase()),
        };
        // Writing to a String can't fail.
        let _ = write!(text, "\n# {}\n# {origin}\n{line}\n", key.effect);
    }
    text
}
