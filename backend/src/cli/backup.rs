//! `turnstone backup create|verify`.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::json;

use super::output::{print, print_json};
use crate::config::Loaded;
use crate::ops::backup::{self, Looked};

#[derive(Debug, Subcommand)]
pub(super) enum BackupCommand {
    /// Copy everything to a folder, also while the server runs
    Create(Create),
    /// Look whether a copy is whole: every table, every stored byte, the audit log
    Verify(Verify),
}

#[derive(Debug, Args)]
#[command(after_help = "\
From a running installation as well: no mail waits for it, and the copy is that of one moment.
`turnstone restore --from FOLDER` brings it back. For PostgreSQL use pg_dump.")]
pub(super) struct Create {
    /// A folder that is not there yet; it appears when the copy is whole
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Nothing in the folder is changed, so it may lie on a disk that cannot be written to.
Exit code 1: do not rely on this copy.")]
pub(super) struct Verify {
    /// The folder that `backup create` made
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl BackupCommand {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        match self {
            Self::Create(create) => create.run(loaded),
            Self::Verify(verify) => verify.run(),
        }
    }
}

impl Create {
    fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let copied = backup::backup(&loaded.config, &self.to)?;
        let megabytes = |bytes: u64| format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000);
        print(&format!(
            "Copied to {}: the database ({}) and {} files ({}). The key of sealed passwords is not in it: keep secret.key \
             somewhere else.",
            self.to.display(),
            megabytes(copied.database),
            copied.files,
            megabytes(copied.bytes)
        ))
    }
}

impl Verify {
    fn run(self) -> anyhow::Result<()> {
        let looked = backup::verify(&self.from)?;
        if !looked.flaws.is_empty() {
            bail!("The copy in {} is no good:\n{}", self.from.display(), looked.flaws.join("\n"));
        }
        if self.json {
            return print_json(&json!({
                "tickets": looked.tickets, "articles": looked.articles, "mails": looked.mails,
                "newest_mail": looked.newest.map(|newest| newest.to_string()), "stored": looked.bytes,
                "audit_rows": looked.audit.as_ref().map(|log| log.rows),
                "audit_hash": looked.audit.as_ref().map(|log| log.head.clone()),
            }));
        }
        print(&format!("The copy in {} is whole: {}", self.from.display(), told(&looked)))
    }
}

/// What a copy holds.
pub(super) fn told(looked: &Looked) -> String {
    let newest = looked.newest.map_or_else(String::new, |newest| format!(" (the newest of {newest})"));
    let log = match &looked.audit {
        Some(log) => format!("an audit log of {} entries without a break.", log.rows),
        None if looked.flaws.is_empty() => {
            "tables of an older Turnstone, which `restore` brings up to date.".to_owned()
        }
        None => "an audit log with a break.".to_owned(),
    };
    let Looked { tickets, articles, mails, bytes, .. } = looked;
    format!(
        "{tickets} tickets with {articles} articles, {mails} received mails{newest}, {bytes} stored texts and files, {log}"
    )
}
