//! One connection type over both databases, and what diesel's derive must be taught.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use diesel::{
    Connection as _, ConnectionError, connection::SimpleConnection as _, pg::PgConnection,
    sql_types::HasSqlType, sqlite::SqliteConnection,
};
use url::Url;

pub use self::derived::{Conn, MultiBackend};
use super::types::Instant;

mod derived {
    #![allow(missing_docs, reason = "the derive writes items that it does not describe")]

    use diesel::{pg::PgConnection, sqlite::SqliteConnection};

    /// A connection to either database.
    #[derive(diesel::MultiConnection)]
    pub enum Conn {
        /// PostgreSQL.
        Pg(PgConnection),
        /// SQLite.
        Sqlite(SqliteConnection),
    }
}

impl HasSqlType<Instant> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<Instant>(lookup)
    }
}

/// The same expression, compiled once per database: for what the derived connection cannot express
/// (`on_conflict`, batch inserts, `as_returning`).
macro_rules! each_database {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::db::Conn::Pg($c) => $body,
            $crate::db::Conn::Sqlite($c) => $body,
        }
    };
}
pub(crate) use each_database as each;

/// What a SQLite connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Reads only; the database refuses writes.
    Read,
    /// The one writer of this process.
    Write,
}

/// How long a SQLite connection waits for another process's write lock, in milliseconds.
const BUSY_MS: u32 = 10_000;

pub(super) fn open_sqlite(path: &Path, purpose: Purpose) -> Result<Conn, ConnectionError> {
    let Some(path) = path.to_str() else {
        return Err(ConnectionError::InvalidConnectionUrl("the path of the database is not UTF-8".into()));
    };
    let mut conn = SqliteConnection::establish(path)?;
    // cache_size in KiB when negative: readers are many, memory is promised small.
    let special = match purpose {
        Purpose::Read => "PRAGMA cache_size = -4096; PRAGMA query_only = ON;",
        // A page that many mails change is copied into the database once per 16 MiB of log, not per 4.
        Purpose::Write => {
            "PRAGMA cache_size = -16384; PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4096;"
        }
    };
    conn.batch_execute(&format!(
        "PRAGMA busy_timeout = {BUSY_MS};
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA fullfsync = ON;
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA mmap_size = 0;
         {special}"
    ))
    .and_then(|()| super::hurry::teach(&mut conn))
    .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(Conn::Sqlite(conn))
}

/// Opens a database that nobody writes to and that has no log beside it, as it lies there, and leaves no trace.
pub(super) fn open_untouched(path: &Path) -> anyhow::Result<Conn> {
    let path = path.canonicalize().with_context(|| format!("{} can't be read", path.display()))?;
    let mut address =
        Url::from_file_path(&path).map_err(|()| anyhow!("{} can't be opened", path.display()))?;
    address.set_query(Some("immutable=1"));
    let mut conn = SqliteConnection::establish(address.as_str())?;
    conn.batch_execute("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;")?;
    super::hurry::teach(&mut conn)?;
    Ok(Conn::Sqlite(conn))
}

pub(super) fn open_postgres(url: &str) -> Result<Conn, ConnectionError> {
    let mut conn = PgConnection::establish(url)?;
    conn.batch_execute(
        "SET statement_timeout = '10s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s';
         SET timezone = 'UTC'; SET client_min_messages = 'warning'",
    )
    .map_err(ConnectionError::CouldntSetupConfiguration)?;
    // Only who may do so has his way; whether the server is understood is looked at once, at the start.
    let _ = conn.batch_execute(
        "SELECT set_config('lc_messages', 'C', false)
         WHERE current_setting('lc_messages') NOT IN ('C', 'POSIX') AND current_setting('lc_messages') NOT LIKE 'en%'",
    );
    Ok(Conn::Pg(conn))
}

/// Whether the server says in English what went wrong: what passes by itself is known by its words, as diesel does not tell
/// SQLSTATE.
pub(super) fn is_understood(conn: &mut Conn) -> bool {
    let wrong = conn.batch_execute("SELECT 1/0");
    wrong.is_err_and(|error| error.to_string() == "division by zero")
}
