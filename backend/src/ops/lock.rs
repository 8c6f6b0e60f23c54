//! One `serve` per data directory, kept by a file lock of the operating system.
//!
//! A lock of that kind ends with the process however it dies, so there is no stale pid file to remove after
//! a `kill -9`. Other commands don't take it: they work beside a running server.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Name of the lock file in the data directory.
const FILE_NAME: &str = "serve.lock";

/// Somebody who only looks ([`is_served`]) holds the lock for a moment: that is not being taken.
const TRIES: u32 = 4;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(50);

/// Held as long as this process serves; given back when dropped.
#[derive(Debug)]
pub struct DataDirLock {
    _file: File,
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
    /// Makes the directory, readable for its owner only, and takes its lock without waiting.
    ///
    /// # Errors
    /// [`LockError`], one sentence each.
    pub fn acquire(data_dir: &Path) -> Result<Self, LockError> {
        let unusable = |source| LockError::Unusable { path: data_dir.to_path_buf(), source };
        create_private_dir(data_dir).map_err(unusable)?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(data_dir.join(FILE_NAME))
            .map_err(unusable)?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(source)) => return Err(unusable(source)),
            }
        }
        Err(LockError::Taken(data_dir.to_path_buf()))
    }
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
