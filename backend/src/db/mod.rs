//! The database: one handle for reads and writes, and every difference between SQLite and PostgreSQL.
//!
//! Reading takes a [`Conn`], writing a [`Tx`]; only [`Db::write`] makes a `Tx`, and it commits before it answers.
//! On SQLite one thread writes, and jobs that wait together share one commit; on PostgreSQL each job is a
//! transaction of its own, repeated when the database asks for it.

mod at_hand;
pub mod backend;
mod blobs;
mod conn;
mod direct;
mod hurry;
mod kept;
mod migrations;
mod once;
pub mod orphans;
mod place;
mod pool;
pub(crate) mod received;
pub mod schema;
pub mod snapshot;
mod status;
pub mod stored;
pub mod ticket_text;
pub mod types;
mod wake;
pub mod words;
mod writer;

use diesel::connection::SimpleConnection as _;
use tokio::sync::oneshot;

pub(crate) use self::writer::guarded;
pub use self::{
    blobs::{Blob, Blobs, Released, hex},
    conn::{Conn, MultiBackend},
    place::{Place, carried, from_place},
    status::Status,
    types::*,
    wake::{Wake, Wakers, Watching},
};
pub(crate) use self::{
    conn::each,
    direct::{Direct, columns},
    kept::Keep,
    once::{once, once_each},
};
use self::{
    pool::Pool,
    wake::Words,
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
    words: Words,
    url: DatabaseUrl,
}

/// Runs what waits for the database off the asynchronous threads. Boxed, because each kind of task that the runtime knows
/// is a copy of its machinery, and hundreds of places read.
async fn off_thread(job: Box<dyn FnOnce() + Send>) -> Result<()> {
    tokio::task::spawn_blocking(job).await.map_err(lost)
}

/// A transaction that will be committed: the handle that everything which writes asks for.
pub struct Tx<'a> {
    conn: &'a mut Conn,
    wake: Wake,
    rehearsal: bool,
    bulk: Option<BulkId>,
    /// Who has heard of which ticket as a new one, and by which ways: by mail at this pace, in the browser.
    heard: Vec<(TicketId, AgentId, Pace, bool)>,
    /// By these words received mails are found from then on.
    words: Vec<(InboundId, String)>,
    /// From where the request came that begins it.
    place: Option<Place>,
    /// What mails that share a commit have read.
    at_hand: at_hand::AtHand,
    /// Whether this is one of them.
    shares: bool,
}

impl<'a> Tx<'a> {
    fn new(conn: &'a mut Conn, rehearsal: bool) -> Self {
        let (heard, words) = (Vec::new(), Vec::new());
        let (at_hand, shares) = (at_hand::AtHand::default(), false);
        Self { conn, wake: Wake::NONE, rehearsal, bulk: None, heard, words, place: None, at_hand, shares }
    }

    /// From where the request came that begins this; `None`: no request does.
    pub(crate) fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Once the transaction is committed, a received mail is found by the words of this text, in place of earlier ones.
    pub fn mail_is_found_by(&mut self, mail: InboundId, text: &str) {
        self.words.push((mail, text.to_owned()));
    }

    /// Wakes these workers once the transaction is committed.
    pub fn wake(&mut self, whom: Wake) {
        self.wake |= whom;
    }

    /// Says that this transaction works one ticket of a bulk off: what is told of it is told of all its tickets together.
    pub(crate) fn part_of(&mut self, bulk: BulkId) {
        self.bulk = Some(bulk);
    }

    /// The bulk of which this works one ticket off.
    pub(crate) fn bulk(&self) -> Option<BulkId> {
        self.bulk
    }

    /// The work on the bulk is over: what comes is told by itself again.
    pub(crate) fn part_of_nothing(&mut self) {
        self.bulk = None;
    }

    /// Remembers that an agent was told of a new ticket: by mail at this pace, and perhaps in the browser.
    pub(crate) fn has_heard(&mut self, ticket: TicketId, agent: AgentId, mail: Pace, browser: bool) {
        self.heard.push((ticket, agent, mail, browser));
    }

    /// By which ways an agent was told in this transaction that the ticket is new.
    pub(crate) fn heard(&self, ticket: TicketId, agent: AgentId) -> Option<(Pace, bool)> {
        let found = self.heard.iter().find(|(of, who, ..)| (*of, *who) == (ticket, agent));
        found.map(|(.., mail, browser)| (*mail, *browser))
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
        let (blobs, words) = (Blobs::open(files)?, Words::default());
        Ok(Self { readers, writer, blobs, wakers, words, url: url.clone() })
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
        let (answer, answered) = oneshot::channel();
        off_thread(Box::new(move || {
            // The caller may have gone away.
            let found = once::Place::open();
            let result = pool.get().and_then(|mut conn| job(&mut conn));
            drop(found);
            let _ = answer.send(result);
        }))
        .await?;
        answered.await.map_err(lost)?
    }

    /// [`Db::read`] for what must not take long; `None` when it did. Its statements are stopped then.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_within<T, F>(&self, limit: std::time::Duration, job: F) -> Result<Option<T>>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (pool, until) = (self.readers.clone(), std::time::Instant::now() + limit);
        let job = tokio::task::spawn_blocking(move || hurry::within(&mut *pool.get()?, until, job));
        match tokio::time::timeout(limit, job).await {
            Ok(done) => done.map_err(lost)?,
            Err(_) => Ok(None),
        }
    }

    /// Runs `job` in a transaction and answers once it is durable. An error of `job` rolls it back.
    ///
    /// `job` may run more than once: PostgreSQL can ask for a repetition.
    ///
    /// # Errors
    /// Those of `job`; [`Error::Unavailable`] when the database cannot commit; [`Error::Forbidden`] within
    /// [`reading_only`].
    pub async fn write<T, F>(&self, mut job: F) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        if READS_ONLY.try_with(|()| ()).is_ok() {
            return Err(Error::Forbidden(crate::error::say!("refused-viewing")));
        }
        let place = Place::current();
        let placed = move |tx: &mut Tx<'_>| {
            tx.place.clone_from(&place);
            job(tx)
        };
        self.writer.run(placed, Ending::Keep).await
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

    /// Tells the other nodes something that is kept nowhere, 8,000 bytes at most. With SQLite there are none.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database does not answer.
    pub async fn say(&self, words: String) -> Result<()> {
        if matches!(self.url, DatabaseUrl::Sqlite(_)) {
            return Ok(());
        }
        self.read(move |conn| backend::say(conn, wake::WORDS, &words)).await
    }

    /// Hears what nodes say, this one included.
    pub fn hear(&self) -> tokio::sync::broadcast::Receiver<String> {
        self.words.hear()
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
        wake::watch(&self.url, self.wakers.clone(), self.words.clone())
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
