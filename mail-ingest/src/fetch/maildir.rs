//! A Maildir into which something drops mail: files appear in `new/`, complete, and are ours to move on.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{FetchError, Result};

/// A mail that lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The file's name in `new/`, unique for ever.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
}

/// What lies in `new/`, the oldest first: names begin with the time.
///
/// # Errors
/// When this is no Maildir, or it cannot be read.
pub fn list(directory: &Path) -> Result<Vec<Held>> {
    let new = directory.join("new");
    let mut held = Vec::new();
    for entry in fs::read_dir(&new).map_err(|error| fail(&new, &error))? {
        let entry = entry.map_err(|error| fail(&new, &error))?;
        // Names that are not UTF-8, links and directories are nobody's mail.
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        if name.starts_with('.') {
            continue;
        }
        match entry.path().symlink_metadata() {
            Ok(about) if about.is_file() => held.push(Held { name, size: about.len() }),
            // Another reader was faster.
            Ok(_) | Err(_) => {}
        }
    }
    held.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(held)
}

/// Whether the mails there can be read and moved on.
///
/// # Errors
/// What is missing.
pub fn check(directory: &Path) -> Result<()> {
    list(directory)?;
    let cur = directory.join("cur");
    if !cur.is_dir() {
        fs::create_dir(&cur).map_err(|error| fail(&cur, &error))?;
    }
    let probe = cur.join(".turnstone");
    fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)).map_err(|error| fail(&cur, &error))
}

/// The first bytes of a mail; `None` when it is gone.
///
/// # Errors
/// When it cannot be read.
pub fn read(directory: &Path, name: &str, limit: usize) -> Result<Option<Vec<u8>>> {
    let path = file(directory, name)?;
    let open = match fs::File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(&path, &error)),
    };
    let mut bytes = Vec::new();
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    open.take(limit).read_to_end(&mut bytes).map_err(|error| fail(&path, &error))?;
    Ok(Some(bytes))
}

/// Moves a mail to `cur/`, marked as seen. One that is gone is fine.
///
/// # Errors
/// When it cannot be moved.
pub fn keep(directory: &Path, name: &str) -> Result<()> {
    let from = file(directory, name)?;
    let seen = if name.contains(":2,") { name.to_owned() } else { format!("{name}:2,S") };
    let to = directory.join("cur").join(seen);
    gone_is_fine(fs::rename(&from, to)).map_err(|error| fail(&from, &error))
}

/// Deletes a mail. One that is gone is fine.
///
/// # Errors
/// When it cannot be deleted.
pub fn delete(directory: &Path, name: &str) -> Result<()> {
    let path = file(directory, name)?;
    gone_is_fine(fs::remove_file(&path)).map_err(|error| fail(&path, &error))
}

fn gone_is_fine(done: std::io::Result<()>) -> std::io::Result<()> {
    match done {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn file(directory: &Path, name: &str) -> Result<PathBuf> {
    if name.is_empty() || name.contains(['/', '\0']) || name == ".." {
        return Err(FetchError::Files(format!("“{name}” is no file of a Maildir")));
    }
    Ok(directory.join("new").join(name))
}

fn fail(path: &Path, error: &std::io::Error) -> FetchError {
    FetchError::Files(format!("{}: {error}", path.display()))
}
