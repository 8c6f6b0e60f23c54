//! The database of a copy that nobody serves: looked through without a change, or brought in.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use diesel::{
    connection::SimpleConnection as _,
    prelude::*,
    sql_types::{BigInt, Nullable, Text},
};
use sha2::{Digest as _, Sha256};

use super::{
    Blobs, Conn, Tx,
    blobs::hex,
    conn::{Purpose, open_sqlite, open_untouched},
    each, migrations,
    schema::blobs,
};
use crate::{config::DatabaseUrl, error::Result};

/// So many damaged ones are named; one is enough to throw a copy away.
const NAMED: usize = 5;

#[derive(diesel::QueryableByName)]
struct Checked {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

#[derive(diesel::QueryableByName)]
struct Dangling {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    rowid: Option<i64>,
    #[diesel(sql_type = Text)]
    parent: String,
}

/// A SQLite database and the files beside it.
pub struct Stored {
    conn: Conn,
    blobs: Blobs,
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored").finish_non_exhaustive()
    }
}

impl Stored {
    /// Opens `database`, whose large bytes lie in `files`. Nothing is written, not even beside it, where it has no log of its own, as no
    /// copy of ours has: it may lie on a disk that cannot be written to.
    ///
    /// # Errors
    /// When it can't be read, or is no database of Turnstone.
    pub fn open(database: &Path, files: &Path) -> anyhow::Result<Self> {
        let conn = open_untouched(database)?;
        Ok(Self { conn, blobs: Blobs::reading(files) })
    }

    /// The connection, for whoever reads more of it.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Whether the tables are those of this program; `false`: they are older, and are brought up to date at the start.
    ///
    /// # Errors
    /// When they are newer, or it is no database of Turnstone.
    pub fn is_current(&mut self) -> anyhow::Result<bool> {
        migrations::is_current(&mut self.conn)
    }

    /// Goes through every page, index and reference of the tables.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check(&mut self) -> anyhow::Result<()> {
        let said: Vec<Checked> =
            each!(&mut self.conn, |c| diesel::sql_query("PRAGMA integrity_check(1)").load(c))?;
        match said.first() {
            Some(first) if first.integrity_check == "ok" => {}
            Some(first) => bail!("The database is damaged: {}", first.integrity_check),
            None => bail!("The database can't be looked through"),
        }
        let dangling: Vec<Dangling> = each!(&mut self.conn, |c| diesel::sql_query(
            "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 1"
        )
        .load(c))?;
        if let Some(Dangling { table, rowid, parent }) = dangling.first() {
            let row = rowid.map_or_else(String::new, |row| format!(" {row}"));
            bail!("The database is damaged: row{row} of {table} names one of {parent} that is not there");
        }
        Ok(())
    }

    /// Reads all stored bytes, each of which has to be what its name says (SHA-256); how many there are.
    ///
    /// # Errors
    /// Those that are missing or damaged, the first few by name.
    pub fn check_bytes(&mut self) -> anyhow::Result<usize> {
        let digests: Vec<String> =
            blobs::table.order(blobs::digest).select(blobs::digest).load(&mut self.conn)?;
        let mut wrong = Vec::new();
        for digest in &digests {
            match self.blobs.read(&mut self.conn, digest) {
                Ok(bytes) if hex(&Sha256::digest(&bytes)) == *digest => {}
                Ok(_) => wrong.push(format!("{digest} are not what they were")),
                Err(error) => wrong.push(format!("{digest}: {error:#}")),
            }
        }
        if wrong.is_empty() {
            return Ok(digests.len());
        }
        let more = wrong.len().saturating_sub(NAMED);
        wrong.truncate(NAMED);
        let more = if more == 0 { String::new() } else { format!("\n… and {more} more") };
        bail!("Stored bytes are missing or damaged:\n{}{more}", wrong.join("\n"))
    }
}

/// Brings the tables in `database` up to date and runs a transaction on them; afterwards everything is in that one file.
/// `folder` is where it lies, and nobody else works on it.
///
/// # Errors
/// When the tables can't be brought up to date, and those of `job`.
pub fn changed<T>(
    database: PathBuf,
    folder: &Path,
    job: impl FnOnce(&mut Tx<'_>) -> Result<T>,
) -> anyhow::Result<T> {
    let url = DatabaseUrl::Sqlite(database.clone());
    migrations::run(&url, folder)?;
    let mut conn = open_sqlite(&database, Purpose::Write)
        .with_context(|| format!("The database {} can't be opened", database.display()))?;
    conn.batch_execute("BEGIN IMMEDIATE")?;
    let done = job(&mut Tx::new(&mut conn, false))?;
    conn.batch_execute("COMMIT")?;
    conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(done)
}
