//! `turnstone restore`.

use std::path::PathBuf;

use clap::Args;

use super::backup::told;
use super::office::operator;
use super::output::print;
use crate::clock::Clock;
use crate::config::Loaded;
use crate::db::Ts;
use crate::ops::backup::{self, Wish};

#[derive(Debug, Args)]
#[command(after_help = "\
Stop `serve` first. The copy is looked through before it counts, and nothing is overwritten: the
data directory may hold secret.key and the settings, and nothing else that counts.

Everybody has to sign in again. What was revoked after the copy was made (API tokens, passwords,
rights) holds again: look at it before the world does. For PostgreSQL use pg_restore or psql.")]
pub(super) struct Restore {
    /// The folder that `backup create` made
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
    /// Bring it in although stored texts or files are missing or the audit log is broken; each is named
    #[arg(long)]
    damaged: bool,
}

impl Restore {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let config = &loaded.config;
        let wish = Wish { from: &self.from, damaged: self.damaged };
        let restored = backup::restore(config, &wish, &operator(), Ts(Clock::System.now()))?;
        let mut lines = vec![
            format!("Restored to {}: {}", config.data_dir.display(), told(&restored.looked)),
            "Everybody has to sign in again. API tokens, passwords and rights are those of the copy."
                .to_owned(),
        ];
        lines.extend(restored.looked.flaws.iter().map(|flaw| format!("Damaged: {flaw}")));
        if restored.waiting > 0 {
            lines.push(format!(
                "{} mails waited to be sent when the copy was made; they are sent once `serve` runs, again where they had left \
                 since, with the same Message-ID.",
                restored.waiting
            ));
        }
        if !restored.has_key {
            lines.push(
                "The key of sealed secrets is missing: put secret.key into the data directory, or set SECRET_KEY, before \
                 `serve` starts. Without it passwords of relay and mailboxes, and second factors, can't be opened."
                    .to_owned(),
            );
        }
        print(&lines.join("\n"))
    }
}
