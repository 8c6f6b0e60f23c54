//! `turnstone audit verify|list`.

use std::fmt::Write as _;

use clap::{Args, Subcommand};
use serde_json::json;

use super::office::{Office, in_options};
use super::output::{print, print_json};
use crate::audit::{self, Entry, Filter, witness::End};
use crate::config::Loaded;
use crate::db::{AuditId, Audited, Conn, Ts};
use crate::people::agents;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Look whether anybody changed the audit log; says the first entry that does not fit, and then exits with 1
    Verify(Verify),
    /// List what is in the audit log, the newest first
    List(List),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Entries that were cut off at the end leave no trace in the log itself. A running server writes how far it has got into the
file audit-head of the data directory, and this command looks there as well; whoever can write there can change that too.
Keep the hash that this command prints somewhere else, and give it to a later run: it has to stand in the log for ever.

Example:
  turnstone audit verify --expect 5a0c…")]
pub(super) struct Verify {
    /// A hash that an earlier run printed
    #[arg(long, value_name = "HASH")]
    expect: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Only what this agent did, or what was done to him
    #[arg(long, value_name = "LOGIN")]
    agent: Option<String>,
    /// Only this kind: sign_in, sign_in_failed, refused, queue, role, …
    #[arg(long)]
    kind: Option<Audited>,
    /// Only from this moment on, like 2026-11-26T00:00:00Z
    #[arg(long, value_name = "MOMENT")]
    from: Option<jiff::Timestamp>,
    /// Only until before this one
    #[arg(long, value_name = "MOMENT")]
    until: Option<jiff::Timestamp>,
    /// Only where each of these words stands in what it was about, before or after
    #[arg(long, default_value = "", hide_default_value = true)]
    words: String,
    /// So many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1_000))]
    limit: i64,
    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

/// What others typed, without what a terminal would obey.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

impl AuditCommand {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        match self {
            Self::Verify(verify) => verify.run(loaded),
            Self::List(list) => list.run(loaded),
        }
    }
}

impl Verify {
    fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let office = Office::open(&loaded.config)?;
        let wanted = self.expect.map(|hash| hash.trim().to_lowercase());
        let seen =
            office.db.read_blocking(|conn| audit::verify(conn, wanted.as_deref())).map_err(in_options)?;
        let seen = match seen {
            Ok(seen) => seen,
            Err(broken) => anyhow::bail!(
                "The audit log is broken at entry {}, dated {}: it, or the one before it, is not what was written.",
                broken.id,
                broken.at.0
            ),
        };
        let directory = loaded.config.data_dir.clone();
        let end =
            office.db.read_blocking(|conn| audit::witness::end(conn, &directory)).map_err(in_options)?;
        let file = audit::witness::file(&directory);
        match end {
            End::Stands => {}
            End::Lost => anyhow::bail!(
                "The audit log has lost its end: the entry that {} names as the newest is not in it. If the database was \
                 restored from an older backup, or copied before that file, remove the file; if not, somebody took entries \
                 away.",
                file.display()
            ),
            End::Unknown(error) => anyhow::bail!(
                "Nobody knows whether the audit log has its end: {} cannot be read: {error}. Make it readable; where it \
                 is spoilt, find out who did it, and remove it.",
                file.display()
            ),
        }
        if !seen.found {
            anyhow::bail!(
                "The audit log holds no entry with that hash: entries were taken away at its end, or all of it was made anew."
            );
        }
        if self.json {
            return print_json(&json!({ "rows": seen.rows, "hash": seen.head }));
        }
        print(&format!(
            "The audit log is whole: {} entries. Keep this hash elsewhere: {}",
            seen.rows, seen.head
        ))
    }
}

/// The newest, however far back they are.
fn newest(conn: &mut Conn, filter: &Filter, limit: i64) -> crate::error::Result<Vec<Entry>> {
    let (mut rows, mut next) = (Vec::new(), Some(AuditId(i64::MAX)));
    while let Some(before) = next {
        let left = limit - i64::try_from(rows.len()).unwrap_or(limit);
        if left <= 0 {
            break;
        }
        let found = audit::load(conn, filter, before, left)?;
        rows.extend(found.entries);
        next = found.next;
    }
    Ok(rows)
}

impl List {
    fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let filter = Filter {
            agent: self.agent,
            kind: self.kind,
            from: self.from.map(Ts),
            until: self.until.map(Ts),
            words: self.words,
            also: Vec::new(),
        };
        let limit = self.limit;
        let (rows, logins) = Office::open(&loaded.config)?
            .db
            .read_blocking(|conn| {
                let rows = newest(conn, &filter, limit)?;
                let logins: std::collections::HashMap<_, _> =
                    agents::all(conn)?.into_iter().map(|agent| (agent.id, agent.login)).collect();
                Ok((rows, logins))
            })
            .map_err(in_options)?;
        let who = |entry: &Entry| entry.agent_id.and_then(|id| logins.get(&id)).cloned().unwrap_or_default();
        if self.json {
            let value = |text: &str| serde_json::from_str(text).unwrap_or(serde_json::Value::Null);
            let row = |entry: &Entry| {
                json!({
                    "id": entry.id.to_string(), "at": entry.at.0.to_string(), "agent": who(entry),
                    "cause": entry.cause.as_str(), "kind": entry.kind.as_str(), "subject": entry.subject,
                    "detail": entry.detail, "before": value(&entry.was), "after": value(&entry.becomes),
                    "hash": entry.hash,
                })
            };
            return print_json(&rows.iter().map(row).collect::<Vec<_>>());
        }
        let mut text = String::new();
        for entry in &rows {
            let who = Some(who(entry)).filter(|who| !who.is_empty()).unwrap_or_else(|| "-".to_owned());
            // Writing to a String can't fail.
            let _ = writeln!(
                text,
                "{} {} {who} ({}) {} {} {} {}",
                entry.at.0,
                entry.kind,
                entry.cause,
                harmless(&entry.subject),
                harmless(&entry.detail),
                harmless(&entry.was),
                harmless(&entry.becomes),
            );
        }
        print(text.trim_end())
    }
}
