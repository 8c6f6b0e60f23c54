//! A copy of all that Turnstone keeps, from a running installation. Files of bytes never change: they are copied before the
//! tables and once more after them, so that whatever a table names is there.

mod restore;
mod verify;

pub use self::{
    restore::{Restored, Wish, restore},
    verify::{Looked, verify},
};
use std::{
    fs::{self, File},
    io::ErrorKind,
    path::Path,
};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use crate::{
    config::{Config, DatabaseUrl},
    db::snapshot,
    ops::lock::create_private_dir,
};

/// A file that a backup leaves in the data directory when it is done: its age is that of the backup.
pub const MARK: &str = "last-backup";
/// The folder of large bytes in the data directory.
const FILES: &str = "blobs";
/// How far the audit log had got; copied before it, because the copy's log may only have got further.
const HEAD: &str = "audit-head";

/// What was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// The size of the database, in bytes.
    pub database: u64,
    /// Files of bytes.
    pub files: usize,
    /// Their size together, in bytes.
    pub bytes: u64,
}

/// Copies everything to `target`, a folder that is made by this, or empty: what stands in the data directory, but for the key of
/// sealed secrets. The folder appears when it is whole, and the mark for [`crate::ops::doctor`] after it.
///
/// # Errors
/// A sentence that says what to do: for PostgreSQL, a folder with something in it, a disk that is full.
pub fn backup(config: &Config, target: &Path) -> anyhow::Result<Copied> {
    let mark = config.data_dir.join(MARK);
    let DatabaseUrl::Sqlite(database) = &config.database else {
        bail!(
            "This copies SQLite installations. Here everything is in PostgreSQL: use pg_dump, and end with `touch {}`, so \
             that diagnostics know how old the newest copy is.",
            mark.display()
        );
    };
    if !database.is_file() {
        bail!("There is no database {} yet; check DATA_DIR and DATABASE_URL.", database.display());
    }
    must_be_new(target)?;
    // Half a copy would pass for one: until it is whole it has another name, and goes with it when it fails.
    let begun = beside(target)?;
    let copied = copy(config, database, begun.path())?;
    // An empty folder makes room for what takes its name.
    fs::rename(begun.path(), target).with_context(|| {
        format!("The copy can't be called {}; name a folder that is not there yet", target.display())
    })?;
    // It is there, under its own name.
    let _ = begun.keep();
    synced(folder_of(target))?;
    fs::write(&mark, b"").with_context(|| format!("{} can't be written", mark.display()))?;
    Ok(copied)
}

fn must_be_new(target: &Path) -> anyhow::Result<()> {
    match fs::read_dir(target).map(|mut within| within.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => bail!("{} is not empty. Name a folder that is not there yet.", target.display()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{} can't be used", target.display())),
    }
}

/// Where the copy is made until it is whole: beside it, on the same disk, for its owner alone.
fn beside(target: &Path) -> anyhow::Result<TempDir> {
    let name = target.file_name().context("Name a folder to copy to.")?.to_string_lossy();
    let parent = folder_of(target);
    tempfile::Builder::new()
        .prefix(&format!("{name}.partial-"))
        .tempdir_in(parent)
        .with_context(|| format!("Nothing can be made in {}", parent.display()))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn copy(config: &Config, database: &Path, to: &Path) -> anyhow::Result<Copied> {
    let head = config.data_dir.join(HEAD);
    if head.is_file() {
        copied(&head, &to.join(HEAD))?;
    }
    let (from, files) = (config.data_dir.join(FILES), to.join(FILES));
    create_private_dir(&files)?;
    let mut done = Copied::default();
    all_of(&from, &files, &mut done)?;
    let copy = to.join(DatabaseUrl::DEFAULT_FILE);
    snapshot::snapshot(database, &copy)?;
    all_of(&from, &files, &mut done)?;
    let missing = snapshot::files_missing(&copy, &files)?;
    if let Some(first) = missing.first() {
        bail!(
            "{} files that the tables name are not there, {} among them. Try again; if it stays so, restore them from an \
             older copy.",
            missing.len(),
            first.display()
        );
    }
    done.database = fs::metadata(&copy)?.len();
    synced(to)?;
    Ok(done)
}

/// Copies what is not there yet, folder by folder.
fn all_of(from: &Path, to: &Path, done: &mut Copied) -> anyhow::Result<()> {
    let within = match fs::read_dir(from) {
        Ok(within) => within,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("{} can't be read", from.display())),
    };
    for entry in within {
        let entry = entry?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            create_private_dir(&copy)?;
            all_of(&path, &copy, done)?;
            continue;
        }
        // What is still being written has a name of its own, and gets there under another.
        let is_whole = path.extension().is_some_and(|kind| kind == "zstd" || kind == "raw");
        if is_whole && !copy.exists() {
            // It may be thrown away at this moment: then no table names it.
            if let Some(bytes) = copied(&path, &copy)? {
                done.files += 1;
                done.bytes += bytes;
            }
        }
    }
    synced(to)
}

/// Copies a file durably, for its owner alone, who may write to it however it lay there; `None` where it is gone.
fn copied(from: &Path, to: &Path) -> anyhow::Result<Option<u64>> {
    match fs::copy(from, to) {
        Ok(bytes) => {
            #[cfg(unix)]
            fs::set_permissions(to, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
            File::open(to)?.sync_all()?;
            Ok(Some(bytes))
        }
        Err(error) if error.kind() == ErrorKind::NotFound && !from.exists() => Ok(None),
        Err(error) => {
            Err(error).with_context(|| format!("{} can't be copied to {}", from.display(), to.display()))
        }
    }
}

fn synced(folder: &Path) -> anyhow::Result<()> {
    Ok(File::open(folder)?.sync_all()?)
}
