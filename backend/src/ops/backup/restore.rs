//! Everything is brought in from a copy, into an installation that has nothing yet.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use diesel::{dsl::count_star, prelude::*};
use tempfile::TempDir;

use super::{Copied, FILES, HEAD, Looked, all_of, copied, folder_of, synced, verify};
use crate::{
    access::Who,
    audit,
    config::{Config, DatabaseUrl},
    db::{Audited, Delivery, Ts, Tx, schema::outbox, stored},
    error::Result,
    ops::lock::{DataDirLock, create_private_dir},
    people::sessions,
    seal,
};

/// What was brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the copy holds.
    pub looked: Looked,
    /// Mails that were to be sent when the copy was made: they leave once `serve` runs.
    pub waiting: i64,
    /// Whether the key of sealed secrets is there, which no copy holds.
    pub has_key: bool,
}

/// Looks through the copy in `from`, and brings it in where the settings say: whole, or not at all. Everybody is signed out,
/// because whoever was sent away after the copy was made would be in again; the audit log says that this was done, and by `who`.
///
/// # Errors
/// A sentence that says what to do: for PostgreSQL, beside a running `serve`, where there is something already, for a copy
/// that is no good, a disk that is full.
pub fn restore(config: &Config, from: &Path, who: &Who, now: Ts) -> anyhow::Result<Restored> {
    let DatabaseUrl::Sqlite(database) = &config.database else {
        bail!(
            "This restores SQLite installations. Here everything is in PostgreSQL: use pg_restore or psql."
        );
    };
    let _lock = DataDirLock::acquire(&config.data_dir, &config.database)?;
    must_be_empty(config, database)?;
    let looked = verify(from)?;
    create_private_dir(folder_of(database))?;
    // Half of it would pass for all: until it is whole it lies beside, and goes when something fails.
    let (tables, files) = (begun(folder_of(database))?, begun(&config.data_dir)?);
    all_of(&from.join(FILES), &made(&files.path().join(FILES))?, &mut Copied::default())?;
    let has_head = copied(&from.join(HEAD), &files.path().join(HEAD))?.is_some();
    let copy = tables.path().join(DatabaseUrl::DEFAULT_FILE);
    let source = from.join(DatabaseUrl::DEFAULT_FILE);
    copied(&source, &copy)?.with_context(|| format!("{} is gone", source.display()))?;
    let named = from.display().to_string();
    let waiting = stored::changed(copy.clone(), tables.path(), |tx| opened(tx, who, &named, now))?;
    File::open(&copy)?.sync_all()?;
    put(files.path(), &config.data_dir, has_head)?;
    fs::rename(&copy, database).with_context(|| format!("{} can't be written", database.display()))?;
    synced(folder_of(database))?;
    Ok(Restored { looked, waiting, has_key: seal::has_key(config) })
}

/// Nothing is ever overwritten, and nothing that is left over from before gets among what is brought in.
fn must_be_empty(config: &Config, database: &Path) -> anyhow::Result<()> {
    let beside = |end: &str| {
        let mut name = database.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let there = [database.to_path_buf(), beside("-wal"), beside("-journal")];
    let files = config.data_dir.join(FILES);
    let has_files = match fs::read_dir(&files) {
        Ok(mut within) => within.next().is_some(),
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(error).with_context(|| format!("{} can't be read", files.display())),
    };
    let found = there.into_iter().find(|path| path.exists()).or_else(|| has_files.then_some(files));
    if let Some(found) = found {
        bail!(
            "{} is there already, and nothing is overwritten. Move it away, or set DATA_DIR to an empty folder.",
            found.display()
        );
    }
    Ok(())
}

fn begun(folder: &Path) -> anyhow::Result<TempDir> {
    tempfile::Builder::new()
        .prefix("restoring-")
        .tempdir_in(folder)
        .with_context(|| format!("Nothing can be made in {}", folder.display()))
}

fn made(folder: &Path) -> anyhow::Result<PathBuf> {
    create_private_dir(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    Ok(folder.to_path_buf())
}

/// What is done in the copy before it is the installation; how many mails wait to be sent.
fn opened(tx: &mut Tx<'_>, who: &Who, from: &str, now: Ts) -> Result<i64> {
    sessions::end_all(tx)?;
    audit::noted(tx, who, Audited::Restored, from, "", now)?;
    let moving = [Delivery::Held, Delivery::Due, Delivery::Sending, Delivery::Deferred, Delivery::Uncertain];
    Ok(outbox::table.filter(outbox::state.eq_any(moving)).select(count_star()).first(&mut **tx)?)
}

/// What stands beside the tables gets its place before they do: they name it.
fn put(from: &Path, data_dir: &Path, has_head: bool) -> anyhow::Result<()> {
    let moved = |name: &str| {
        let place = data_dir.join(name);
        fs::rename(from.join(name), &place).with_context(|| format!("{} can't be written", place.display()))
    };
    moved(FILES)?;
    if has_head {
        moved(HEAD)?;
    } else {
        // How far another log had got says nothing of this one.
        match fs::remove_file(data_dir.join(HEAD)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    synced(data_dir)
}
