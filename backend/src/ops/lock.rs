//! One `serve` per data directory and per SQLite database, kept by a file lock of the operating system.
//!
//! A lock of that kind ends with the process however it dies, so there is no stale pid file to remove after
//! a `kill -9`. Other commands don't take it: they work beside a running server.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::DatabaseUrl;

/// Name of the lock file in the data directory.
const FILE_NAME: &str = "serve.lock";

/// Somebody who only looks ([`is_served`]) holds the lock for a moment: that is not being taken.
const TRIES: u32 = 4;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(50);

/// Held as long as this process serves; given back when dropped.
#[derive(Debug)]
pub struct DataDirLock {
    _files: Vec<File>,
}

/// Why a data directory can't be served.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error(
        "{} is already being served by another `turnstone serve`. Stop that one first, or give this one its own DATA_DIR.",
        .0.display()
    )]
    Taken(PathBuf),
    /// Another process has its database.
    #[error(
        "The database {} is already being served by another `turnstone serve`, with another DATA_DIR. Stop that one first, \
         or set DATABASE_URL to another.",
        .0.display()
    )]
    DatabaseTaken(PathBuf),
    /// The directory can't be written.
    #[error(
        "The data directory {} can't be written ({source}). Create it and give it to the user that runs Turnstone, \
         or set DATA_DIR to another.",
        path.display()
    )]
    Unusable {
        /// The directory.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
}

impl DataDirLock {
    /// Makes the directory, readable for its owner only, and takes its lock without waiting; so too that of a SQLite
    /// database which lies elsewhere.
    ///
    /// # Errors
    /// [`LockError`], one sentence each.
    pub fn acquire(data_dir: &Path, database: &DatabaseUrl) -> Result<Self, LockError> {
        let unusable = |path: &Path, source| LockError::Unusable { path: path.to_path_buf(), source };
        create_private_dir(data_dir).map_err(|source| unusable(data_dir, source))?;
        let own = locked(&data_dir.join(FILE_NAME)).map_err(|source| unusable(data_dir, source))?;
        let own = own.ok_or_else(|| LockError::Taken(data_dir.to_path_buf()))?;
        let DatabaseUrl::Sqlite(file) = database else { return Ok(Self { _files: vec![own] }) };
        if file.parent() == Some(data_dir) {
            return Ok(Self { _files: vec![own] });
        }
        let mut beside = file.clone().into_os_string();
        beside.push(".serve.lock");
        let beside = PathBuf::from(beside);
        let its = locked(&beside).map_err(|source| unusable(&beside, source))?;
        let its = its.ok_or_else(|| LockError::DatabaseTaken(file.clone()))?;
        Ok(Self { _files: vec![own, its] })
    }
}

/// The file, made where there is none, and locked. `None`: another has it.
fn locked(path: &Path) -> std::io::Result<Option<File>> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(source)) => return Err(source),
        }
    }
    Ok(None)
}

/// Whether a process serves this directory, as far as can be told: `false` where the lock can't be looked at.
pub fn is_served(data_dir: &Path) -> bool {
    let Ok(file) = File::open(data_dir.join(FILE_NAME)) else { return false };
    // Shared, so that those who ask don't get in each other's way; given back at once.
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Makes a directory that only its owner can enter; one that exists keeps its rights.
///
/// # Errors
/// What the operating system says.
pub fn create_private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
