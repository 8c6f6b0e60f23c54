//! Files of large bytes that no row names: left behind where the process ended between the file and its row, or between
//! a row's end and its file's. They go once they are a day old; nothing is prepared for so long.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use diesel::prelude::*;
use jiff::Timestamp;

use super::{Blobs, Db, schema::blobs};
use crate::error::{Error, Result};

/// Younger files may belong to a row that is still to come.
const AGE: Duration = Duration::from_secs(24 * 3_600);
/// So many files are looked up in one transaction.
const BATCH: usize = 200;

/// Deletes what nobody names; how many files. Asks the database once more for each while it is locked for writing, so
/// that whoever stores the same bytes at that moment either keeps the file or is told that it is gone.
///
/// # Errors
/// Those of the database.
pub async fn sweep(db: &Db, now: Timestamp) -> Result<usize> {
    let blobs = db.blobs().clone();
    let looked = tokio::task::spawn_blocking(move || old_files(&blobs, now));
    let files = looked.await.map_err(|error| Error::Unexpected(error.into()))?;
    let mut gone = 0;
    for batch in files.chunks(BATCH) {
        let batch = batch.to_vec();
        gone += db
            .write(move |tx| {
                let digests: Vec<&str> = batch.iter().map(|(digest, _)| digest.as_str()).collect();
                let named: Vec<String> = blobs::table
                    .filter(blobs::digest.eq_any(digests).and(blobs::data.is_null()))
                    .select(blobs::digest)
                    .load(&mut **tx)?;
                let orphans = batch.iter().filter(|(digest, _)| !named.contains(digest));
                Ok(orphans.filter(|(_, path)| removed(path)).count())
            })
            .await?;
    }
    if gone > 0 {
        tracing::info!(files = gone, "deleted stored files that nothing names");
    }
    Ok(gone)
}

fn removed(path: &PathBuf) -> bool {
    match fs::remove_file(path) {
        Ok(()) => true,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => {
            tracing::warn!(file = %path.display(), %error, "a file that nothing names could not be deleted");
            false
        }
    }
}

/// Files that are a day old, each with the digest in its name; a half-written one has none that any row knows.
fn old_files(blobs: &Blobs, now: Timestamp) -> Vec<(String, PathBuf)> {
    let Some(folder) = blobs.folder() else { return Vec::new() };
    let before = SystemTime::from(now).checked_sub(AGE).unwrap_or(SystemTime::UNIX_EPOCH);
    let entries = |path: &std::path::Path| fs::read_dir(path).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for entry in entries(folder).flat_map(|part| entries(&part.path()).collect::<Vec<_>>()) {
        let is_old = entry
            .metadata()
            .is_ok_and(|about| about.is_file() && about.modified().is_ok_and(|written| written < before));
        if is_old {
            let name = entry.file_name().to_string_lossy().into_owned();
            let digest = name.split('.').next().unwrap_or_default().to_owned();
            found.push((digest, entry.path()));
        }
    }
    found
}
