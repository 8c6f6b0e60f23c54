//! The database: one handle for reads and writes, and every difference between SQLite and PostgreSQL.
//!
//! Reading takes a [`Conn`], writing a [`Tx`]; only [`Db::write`] makes a `Tx`, and it commits before it answers.
//! On SQLite one thread writes, and jobs that wait together share one commit; on PostgreSQL each job is a
//! transaction of its own, repeated when the database asks for it.

pub mod backend;
mod blobs;
mod conn;
mod kept;
mod migrations;
pub mod orphans;
mod pool;
pub mod schema;
pub mod ticket_text;
pub mod types;
mod wake;
pub mod words;
mod writer;

use diesel::connection::SimpleConnection as _;

pub(crate) use self::writer::guarded;
pub use self::{
    blobs::{Blob, Blobs, Released, hex},
    conn::{Conn, MultiBackend},
    types::*,
    wake::{Wake, Wakers, Watching},
};
pub(crate) use self::{conn::each, kept::Keep};
use self::{
    pool::Pool,
    writer::{Ending, Writer},
};
use crate::{
    config::DatabaseUrl,
    error::{Error, Result},
};

tokio::task_local! {
    /// Set while a request runs that must not change anything.
    static READS_ONLY: ();
}

/// Runs something whose every [`Db::write`] is refused, whatever it asks for: the last fence around a request that may only
/// look.
pub async fn reading_only<F: std::future::Future>(future: F) -> F::Output {
    READS_ONLY.scope((), future).await
}

/// The database of an installation. Cloning shares it.
#[derive(Clone)]
pub struct Db {
    readers: Pool,
    writer: Writer,
    blobs: Blobs,
    wakers: Wakers,
    url: DatabaseUrl,
}

/// A transaction that will be committed: the handle that everything which writes asks for.
pub struct Tx<'a> {
    conn: &'a mut Conn,
    wake: Wake,
    rehearsal: bool,
}

impl Tx<'_> {
    /// Wakes these workers once the transaction is committed.
    pub fn wake(&mut self, whom: Wake) {
        self.wake |= whom;
    }

    /// Whether this is thrown away at the end: then nothing may be used up that a rollback does not give back.
    pub fn is_rehearsal(&self) -> bool {
        self.rehearsal
    }
}

impl std::ops::Deref for Tx<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl std::ops::DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}

impl Db {
    /// Opens the database and brings its schema up to date.
    ///
    /// `data_dir` holds SQLite's large blobs beside the database.
    ///
    /// # Errors
    /// When it cannot be reached or written, or its schema is newer than this program.
    pub fn open(url: &DatabaseUrl, data_dir: &std::path::Path) -> anyhow::Result<Self> {
        migrations::run(url, data_dir)?;
        let wakers = Wakers::default();
        let (readers, writer, files) = match url {
            DatabaseUrl::Sqlite(path) => {
                let writer = writer::sqlite(path.clone(), wakers.clone())?;
                (Pool::sqlite(path.clone(), 4)?, writer, Some(data_dir.join("blobs")))
            }
            DatabaseUrl::Postgres(url) => {
                let pool = Pool::postgres(url.clone(), 12)?;
                (pool.clone(), writer::postgres(pool, wakers.clone()), None)
            }
        };
        Ok(Self { readers, writer, blobs: Blobs::open(files)?, wakers, url: url.clone() })
    }

    /// Runs `job` with a connection that only reads, off the asynchronous threads.
    ///
    /// # Errors
    /// Those of `job`; [`Error::Unavailable`] when no connection is to be had.
    pub async fn read<T, F>(&self, job: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let pool = self.readers.clone();
        tokio::task::spawn_blocking(move || job(&mut *pool.get()?)).await.map_err(lost)?
    }

    /// [`Db::read`] for what must not take long; `None` when it did. The caller is free then, the job ends by itself.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_within<T, F>(&self, limit: std::time::Duration, job: F) -> Result<Option<T>>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        tokio::time::timeout(limit, self.read(job)).await.ok().transpose()
    }

    /// Runs `job` in a transaction and answers once it is durable. An error of `job` rolls it back.
    ///
    /// `job` may run more than once: PostgreSQL can ask for a repetition.
    ///
    /// # Errors
    /// Those of `job`; [`Error::Unavailable`] when the database cannot commit; [`Error::Forbidden`] within
    /// [`reading_only`].
    pub async fn write<T, F>(&self, job: F) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        if READS_ONLY.try_with(|()| ()).is_ok() {
            return Err(Error::Forbidden(crate::error::say!("refused-viewing")));
        }
        self.writer.run(job, Ending::Keep).await
    }

    /// Runs `job` as [`Db::write`] does and throws away what it wrote: nothing of it is ever seen, and nobody is woken.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn rehearse<T, F>(&self, job: F) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.writer.run(job, Ending::Rehearse).await
    }

    /// [`Db::read`] for callers that are not asynchronous.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_blocking<T>(&self, job: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        job(&mut *self.readers.get()?)
    }

    /// Where large bytes lie.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Who sleeps until something is committed.
    pub fn wakers(&self) -> &Wakers {
        &self.wakers
    }

    /// The address it was opened by.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Wakes the workers for what other processes commit, until the returned guard is dropped.
    ///
    /// # Errors
    /// When the connection for it cannot be made.
    pub fn watch_other_processes(&self) -> anyhow::Result<Watching> {
        wake::watch(&self.url, self.wakers.clone())
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<()> {
        self.read(|conn| Ok(conn.batch_execute("SELECT 1")?)).await
    }
}

/// Whether a database error passes by itself.
pub(crate) fn is_transient(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind as Kind, Error as E};
    match error {
        E::DatabaseError(
            Kind::SerializationFailure | Kind::ClosedConnection | Kind::ReadOnlyTransaction,
            _,
        ) => true,
        E::DatabaseError(_, info) => {
            let text = info.message();
            [
                "database is locked",
                "database or disk is full",
                "disk I/O error",
                "deadlock detected",
                "timeout",
                "server closed the connection",
                "connection",
                "terminating",
                "too many clients",
                "No space left",
            ]
            .iter()
            .any(|sign| text.contains(sign))
        }
        E::BrokenTransactionManager => true,
        _ => false,
    }
}

/// A worker thread ended before it answered: the process is going down, or the job panicked.
fn lost(error: impl std::fmt::Display) -> Error {
    Error::Unexpected(anyhow::anyhow!("a database job did not finish: {error}"))
}
