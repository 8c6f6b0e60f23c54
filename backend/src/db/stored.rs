//! The database of a copy that nobody serves: looked through without a change, or brought in.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use diesel::{
    connection::SimpleConnection as _,
    prelude::*,
    sql_types::{BigInt, Nullable, Text},
};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::{
    Blobs, Conn, Tx,
    blobs::hex,
    conn::{Purpose, open_sqlite, open_untouched},
    each, migrations,
    schema::blobs,
};
use crate::{config::DatabaseUrl, error::Result};

/// So many damaged ones are named.
const NAMED: usize = 20;

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
    /// Where it is looked at, if not where it lies.
    _aside: Option<TempDir>,
}

/// The logs that may lie beside a database, and hold what is not in it yet.
pub fn logs(database: &Path) -> [PathBuf; 2] {
    ["-wal", "-journal"].map(|end| {
        let mut name = database.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    })
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored").finish_non_exhaustive()
    }
}

impl Stored {
    /// Opens `database`, whose large bytes lie in `files`; nobody writes to it. Nothing is written there, not even beside it: it may
    /// lie on a disk that cannot be written to. Where it has a log, both are looked at in a folder for temporary files,
    /// because SQLite would bring the one into the other.
    ///
    /// # Errors
    /// When it can't be read, or is no database of Turnstone.
    pub fn open(database: &Path, files: &Path) -> anyhow::Result<Self> {
        let logs: Vec<PathBuf> = logs(database).into_iter().filter(|log| log.exists()).collect();
        let blobs = Blobs::reading(files);
        if logs.is_empty() {
            return Ok(Self { conn: open_untouched(database)?, blobs, _aside: None });
        }
        let aside = tempfile::tempdir().context("There is no folder for temporary files; set TMPDIR")?;
        for file in logs.iter().map(PathBuf::as_path).chain([database]) {
            let name = file.file_name().context("the path of the database has no name")?;
            std::fs::copy(file, aside.path().join(name)).with_context(|| {
                format!("{} can't be copied to {}; set TMPDIR", file.display(), aside.path().display())
            })?;
        }
        let copy = aside.path().join(database.file_name().unwrap_or_default());
        folded(&copy)?;
        Ok(Self { conn: open_untouched(&copy)?, blobs, _aside: Some(aside) })
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

    /// Reads all stored bytes, each of which has to be what its name says (SHA-256): how many there are, and those that are
    /// missing or damaged, the first of them by name.
    ///
    /// # Errors
    /// When the tables can't be read.
    pub fn check_bytes(&mut self) -> anyhow::Result<(usize, Vec<String>)> {
        let digests: Vec<String> =
            blobs::table.order(blobs::digest).select(blobs::digest).load(&mut self.conn)?;
        let (mut flaws, mut count) = (Vec::new(), 0_usize);
        for digest in &digests {
            let flaw = match self.blobs.read(&mut self.conn, digest) {
                Ok(bytes) if hex(&Sha256::digest(&bytes)) == *digest => continue,
                Ok(_) => format!("The stored bytes {digest} are not what they were."),
                Err(error) => format!("Stored bytes are missing or damaged: {error}."),
            };
            count += 1;
            if count <= NAMED {
                flaws.push(flaw);
            }
        }
        if count > NAMED {
            flaws.push(format!("… and {} more stored bytes are missing or damaged.", count - NAMED));
        }
        Ok((digests.len(), flaws))
    }
}

/// Brings what is in the log beside a database into it; afterwards everything is in that one file.
fn folded(database: &Path) -> anyhow::Result<()> {
    let mut conn = opened(database)?;
    conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;
    drop(conn);
    // The last to leave has taken the log away, or there is nothing in it.
    for log in logs(database) {
        match std::fs::remove_file(&log) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

fn opened(database: &Path) -> anyhow::Result<Conn> {
    open_sqlite(database, Purpose::Write)
        .with_context(|| format!("The database {} can't be opened", database.display()))
}

/// Brings the tables in `database` up to date, all of them in that one file afterwards. `folder` is where it lies, and nobody
/// else works on it.
///
/// # Errors
/// When that can't be done, because they are damaged or newer than this program.
pub fn brought_up_to_date(database: &Path, folder: &Path) -> anyhow::Result<()> {
    migrations::run(&DatabaseUrl::Sqlite(database.to_path_buf()), folder)?;
    folded(database)
}

/// Runs a transaction on a database that nobody else works on; afterwards everything is in that one file.
///
/// # Errors
/// Those of `job`.
pub fn changed<T>(database: &Path, job: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> anyhow::Result<T> {
    let mut conn = opened(database)?;
    conn.batch_execute("BEGIN IMMEDIATE")?;
    let done = job(&mut Tx::new(&mut conn, false))?;
    conn.batch_execute("COMMIT")?;
    drop(conn);
    folded(database)?;
    Ok(done)
}
