//! The tables of a running SQLite installation at one moment, in a file of their own.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use diesel::{prelude::*, sql_types::Text};

use super::{
    blobs::file_of,
    conn::{Purpose, open_sqlite},
    each,
    schema::blobs,
};

#[derive(diesel::QueryableByName)]
struct Checked {
    #[diesel(sql_type = Text)]
    quick_check: String,
}

/// Copies the tables of `from` to `to`, which must not exist, and looks through the copy. Whoever writes meanwhile goes on. The
/// bytes are on disk when this returns.
///
/// # Errors
/// When a file can't be read or written, or the copy is not whole.
pub fn snapshot(from: &Path, to: &Path) -> anyhow::Result<()> {
    let name = to.to_str().context("the path of the copy is not UTF-8")?;
    let mut conn = open_sqlite(from, Purpose::Write)
        .with_context(|| format!("The database {} can't be opened", from.display()))?;
    // Keys stay what they are: every table that an index of words speaks of has an INTEGER PRIMARY KEY.
    each!(&mut conn, |c| diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(name).execute(c))
        .with_context(|| format!("The database can't be copied to {}", to.display()))?;
    File::open(to)?.sync_all()?;
    let mut copy = open_sqlite(to, Purpose::Read)?;
    let said: Vec<Checked> = each!(&mut copy, |c| diesel::sql_query("PRAGMA quick_check").load(c))?;
    match said.first() {
        Some(first) if first.quick_check == "ok" => Ok(()),
        Some(first) => bail!("The copy is not whole: {}", first.quick_check),
        None => bail!("The copy can't be looked through"),
    }
}

/// The files that the tables in `database` name and that are not below `folder`.
///
/// # Errors
/// When the database can't be read.
pub fn files_missing(database: &Path, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut conn = open_sqlite(database, Purpose::Read)?;
    let named: Vec<(String, String)> = blobs::table
        .filter(blobs::data.is_null())
        .order(blobs::digest)
        .select((blobs::digest, blobs::encoding))
        .load(&mut conn)?;
    let files = named.iter().map(|(digest, encoding)| file_of(folder, digest, encoding));
    Ok(files.filter(|file| !file.is_file()).collect())
}
