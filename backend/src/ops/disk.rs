//! Free space, asked of the operating system.

use std::io;
use std::path::{Path, PathBuf};

use crate::config::{Config, DatabaseUrl};

/// How much of a file system is left for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes that an unprivileged process can still write.
    pub free: u64,
    /// Bytes of the whole file system.
    pub total: u64,
}

/// The reserve that intake leaves: 100 MB, or 5 % of a file system smaller than 2 GB.
const RESERVE_BYTES: u64 = 100 * 1024 * 1024;

impl Space {
    /// Below how many free bytes no mail is accepted, so that the database itself never meets a full disk
    /// and agents can go on reading. `test` replaces the product's value.
    pub fn reserve(self, test: Option<u64>) -> u64 {
        test.unwrap_or_else(|| RESERVE_BYTES.min(self.total / 20))
    }
}

/// What is left where we write, and where that is: in the data directory, or beside a SQLite database that lies elsewhere,
/// whichever has less.
///
/// # Errors
/// As [`space`].
pub fn scarcest(config: &Config) -> io::Result<(Space, PathBuf)> {
    let own = (space(&config.data_dir)?, config.data_dir.clone());
    let DatabaseUrl::Sqlite(file) = &config.database else { return Ok(own) };
    let beside = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // As it is unless somebody says otherwise; each mail asks.
    if beside == config.data_dir {
        return Ok(own);
    }
    let there = (space(beside)?, beside.to_path_buf());
    Ok(if there.0.free < own.0.free { there } else { own })
}

/// The space of the file system that holds `path`.
///
/// # Errors
/// What the operating system says, for instance that there is no such path.
pub fn space(path: &Path) -> io::Result<Space> {
    let answer = rustix::fs::statvfs(path)?;
    let unit = answer.f_frsize;
    Ok(Space { free: answer.f_bavail.saturating_mul(unit), total: answer.f_blocks.saturating_mul(unit) })
}
