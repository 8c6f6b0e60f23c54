//! Everything is brought in from a copy, into an installation that has nothing yet. It is copied beside its place first, looked
//! through there, and put into place at the end: what was looked at is what is brought in.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use diesel::{dsl::count_star, prelude::*};
use tempfile::{TempDir, TempPath};

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

/// What folders are called in which a copy is prepared.
const BEGUN: &str = "restoring-";

/// What was brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the copy holds, and what is wrong with it.
    pub looked: Looked,
    /// Mails that were to be sent when the copy was made: they leave once `serve` runs.
    pub waiting: i64,
    /// Whether a key of sealed secrets is there, which no copy holds.
    pub has_key: bool,
}

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// The folder of the copy.
    pub from: &'a Path,
    /// Whether it is brought in although stored bytes are missing or the audit log is broken: better than nothing.
    pub damaged: bool,
}

/// Brings the copy in where the settings say: whole, or not at all. Everybody is signed out, because whoever was sent away
/// after the copy was made would be in again; the audit log says that this was done, and by `who`.
///
/// # Errors
/// A sentence that says what to do: for PostgreSQL, beside a running `serve`, where there is something already, for a copy
/// that is no good, a disk that is full.
pub fn restore(config: &Config, wish: &Wish<'_>, who: &Who, now: Ts) -> anyhow::Result<Restored> {
    let DatabaseUrl::Sqlite(database) = &config.database else {
        bail!(
            "This restores SQLite installations. Here everything is in PostgreSQL: use pg_restore or psql."
        );
    };
    let home = folder_of(database);
    create_private_dir(home).with_context(|| format!("{} can't be made", home.display()))?;
    let _lock = DataDirLock::acquire(&config.data_dir, &config.database)?;
    verify::must_hold_a_copy(wish.from)?;
    must_be_empty(config, database)?;
    // Nobody else restores while we hold the lock: these are of one that was broken off.
    for folder in [home, config.data_dir.as_path()] {
        sweep(folder)?;
    }
    let (tables, files) = (begun(home)?, begun(&config.data_dir)?);
    let has_head = fetch(wish.from, tables.path(), files.path())?;
    let copy = tables.path().join(DatabaseUrl::DEFAULT_FILE);
    let no_good = || format!("The copy in {} is no good", wish.from.display());
    stored::brought_up_to_date(&copy, tables.path()).with_context(no_good)?;
    let looked = verify::looked_through(&copy, files.path()).with_context(no_good)?;
    ensure!(
        wish.damaged || looked.flaws.is_empty(),
        "{}:\n{}\nTake another copy; or bring it in as it is, with --damaged.",
        no_good(),
        looked.flaws.join("\n")
    );
    let named = wish.from.display().to_string();
    let waiting = stored::changed(&copy, |tx| opened(tx, who, &named, now))?;
    File::open(&copy)?.sync_all()?;
    // Looking took its time, and other commands make a database where there is none.
    must_be_empty(config, database)?;
    put(files.path(), &config.data_dir, has_head)?;
    TempPath::try_from_path(copy)?.persist_noclobber(database).map_err(|error| error.error).with_context(
        || format!("{} can't be written, or has come into being meanwhile", database.display()),
    )?;
    synced(home)?;
    Ok(Restored { looked, waiting, has_key: seal::has_key(config) })
}

/// Nothing is ever overwritten, and nothing that is left over from before gets among what is brought in.
fn must_be_empty(config: &Config, database: &Path) -> anyhow::Result<()> {
    let there = std::iter::once(database.to_path_buf()).chain(stored::logs(database));
    let files = config.data_dir.join(FILES);
    let has_files = match fs::read_dir(&files) {
        Ok(mut within) => within.next().is_some(),
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(error).with_context(|| format!("{} can't be read", files.display())),
    };
    // A link counts even where what it points to is away: it says that something belongs there.
    let is_link = files.is_symlink();
    let found = there
        .into_iter()
        .find(|path| path.symlink_metadata().is_ok())
        .or_else(|| (has_files || is_link).then_some(files));
    if let Some(found) = found {
        bail!(
            "{} is there already, and nothing is overwritten. Move it away, or set DATA_DIR to an empty folder.",
            found.display()
        );
    }
    Ok(())
}

fn sweep(folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} can't be read", folder.display()))? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(BEGUN) && entry.file_type()?.is_dir() {
            let path = entry.path();
            fs::remove_dir_all(&path).with_context(|| format!("{} can't be removed", path.display()))?;
        }
    }
    Ok(())
}

fn begun(folder: &Path) -> anyhow::Result<TempDir> {
    tempfile::Builder::new()
        .prefix(BEGUN)
        .tempdir_in(folder)
        .with_context(|| format!("Nothing can be made in {}", folder.display()))
}

/// Copies all of it beside its place; whether it says how far its audit log had got.
fn fetch(from: &Path, tables: &Path, files: &Path) -> anyhow::Result<bool> {
    let bytes = files.join(FILES);
    create_private_dir(&bytes).with_context(|| format!("{} can't be made", bytes.display()))?;
    all_of(&from.join(FILES), &bytes, &mut Copied::default())?;
    let database = from.join(DatabaseUrl::DEFAULT_FILE);
    let copy = tables.join(DatabaseUrl::DEFAULT_FILE);
    copied(&database, &copy)?.with_context(|| format!("{} is gone", database.display()))?;
    // A folder that was copied as it lay there, after a crash perhaps, has its newest mails in the log alone.
    for (log, its) in stored::logs(&database).into_iter().zip(stored::logs(&copy)) {
        copied(&log, &its)?;
    }
    Ok(copied(&from.join(HEAD), &files.join(HEAD))?.is_some())
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
        let place: PathBuf = data_dir.join(name);
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
