//! `turnstone backup`.

use std::path::PathBuf;

use clap::Args;

use super::output::print;
use crate::config::Loaded;
use crate::ops::backup;

#[derive(Debug, Args)]
#[command(after_help = "\
From a running installation as well: no mail waits for it, and the copy is that of one moment.
To restore it, stop `serve`, put what is in FOLDER into an empty data directory (turnstone.db to where
DATABASE_URL says, if it does), put secret.key beside it, and start. For PostgreSQL use pg_dump.")]
pub(super) struct Backup {
    /// A folder that is not there yet; it appears when the copy is whole
    #[arg(value_name = "FOLDER")]
    target: PathBuf,
}

impl Backup {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let copied = backup::backup(&loaded.config, &self.target)?;
        let megabytes = |bytes: u64| format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000);
        print(&format!(
            "Copied to {}: the database ({}) and {} files ({}). The key of sealed passwords is not in it: keep secret.key \
             somewhere else.",
            self.target.display(),
            megabytes(copied.database),
            copied.files,
            megabytes(copied.bytes)
        ))
    }
}
