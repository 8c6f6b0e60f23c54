//! Who writes. SQLite: one thread, and whoever waits together shares one commit, so that many mails cost one fsync.
//! PostgreSQL: a transaction per job, repeated on a deadlock or a serialisation failure.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use diesel::{QueryResult, connection::SimpleConnection as _};
use tokio::sync::{mpsc, oneshot};

use super::{
    InboundId, Tx,
    at_hand::AtHand,
    backend,
    conn::{Conn, Purpose, open_sqlite},
    is_transient, lost,
    pool::Pool,
    ticket_text,
    wake::{Wake, Wakers, announce},
};
use crate::error::{Error, Result};

/// So many jobs share one commit at most: more would let the first wait too long.
const GROUP: usize = 64;
/// So many jobs may wait; beyond that the callers do.
const WAITING: usize = 1_024;
/// A PostgreSQL transaction is repeated this often before its caller hears of it.
const REPEATS: u32 = 5;

#[derive(Clone)]
pub(super) enum Writer {
    Sqlite(mpsc::Sender<Job>),
    Postgres(Pool, Wakers),
}

/// What becomes of what a job writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// It is committed.
    Keep,
    /// It is rolled back, whatever came out.
    Rehearse,
}

/// What a job does, whatever comes out of it: there are hundreds of jobs, and one way to run them.
type Work = Box<dyn FnMut(&mut Tx<'_>) -> Result<()> + Send>;

/// A job that waits for its turn.
pub(super) struct Job {
    work: Work,
    ending: Ending,
    answer: oneshot::Sender<Result<()>>,
}

/// A job that has run and waits for the commit.
struct Ran {
    job: Job,
    result: Result<()>,
    keep: bool,
    wake: Wake,
    words: Vec<(InboundId, String)>,
}

impl Ran {
    fn new(job: Job, result: Result<()>) -> Self {
        Self { job, result, keep: false, wake: Wake::NONE, words: Vec::new() }
    }

    /// Runs the job, once more if need be.
    fn run(&mut self, conn: &mut Conn, at_hand: &mut AtHand) {
        let mut tx = Tx::new(conn, self.job.ending == Ending::Rehearse).after(at_hand);
        self.result = guarded(|| (self.job.work)(&mut tx));
        *at_hand = tx.leaves();
        self.keep = self.result.is_ok() && self.job.ending == Ending::Keep;
        (self.wake, self.words) = (tx.wake, tx.words);
    }
}

impl Writer {
    /// Runs a job and answers once it is durable.
    pub(super) async fn run<T, F>(&self, mut job: F, ending: Ending) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let value = Arc::new(Mutex::new(None));
        let result = value.clone();
        let work: Work = Box::new(move |tx| {
            let value = job(tx)?;
            *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
            Ok(())
        });
        self.carry_out(work, ending).await?;
        let value = value.lock().unwrap_or_else(PoisonError::into_inner).take();
        value.ok_or_else(|| lost("it left no result"))
    }

    async fn carry_out(&self, work: Work, ending: Ending) -> Result<()> {
        match self {
            Self::Sqlite(jobs) => {
                let (answer, answered) = oneshot::channel();
                jobs.send(Job { work, ending, answer }).await.map_err(lost)?;
                answered.await.map_err(lost)?
            }
            Self::Postgres(pool, wakers) => {
                let (pool, wakers) = (pool.clone(), wakers.clone());
                tokio::task::spawn_blocking(move || repeated(&pool, &wakers, work, ending))
                    .await
                    .map_err(lost)?
            }
        }
    }
}

/// A transaction of its own, repeated when the database asks for it.
fn repeated(pool: &Pool, wakers: &Wakers, mut work: Work, ending: Ending) -> Result<()> {
    let mut tries = 0;
    loop {
        let mut conn = pool.get()?;
        match in_transaction(&mut conn, &mut work, ending) {
            Ok(wake) => {
                wakers.wake(wake);
                return Ok(());
            }
            Err(Error::Unavailable(why)) if tries < REPEATS && why.contains("deadlock") => tries += 1,
            Err(error) => return Err(error),
        }
    }
}

/// A panic in a job is that job's failure, not its thread's.
pub(crate) fn guarded<T>(job: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        Err(Error::Unexpected(anyhow::anyhow!("a job panicked: {text}")))
    })
}

fn in_transaction(conn: &mut Conn, work: &mut Work, ending: Ending) -> Result<Wake> {
    conn.batch_execute("BEGIN")?;
    let mut tx = Tx::new(conn, ending == Ending::Rehearse);
    let ran = guarded(|| {
        work(&mut tx)?;
        // What is thrown away is never looked for.
        if ending == Ending::Keep { say_words(&mut tx) } else { Ok(()) }
    });
    let wake = tx.wake;
    let ended = ran.and_then(|()| {
        if ending == Ending::Rehearse {
            conn.batch_execute("ROLLBACK")?;
            return Ok(Wake::NONE);
        }
        announce(conn, wake)?;
        conn.batch_execute("COMMIT")?;
        Ok(wake)
    });
    if ended.is_err() {
        // A connection that cannot even roll back is broken; the pool drops it.
        let _ = conn.batch_execute("ROLLBACK");
    }
    ended
}

/// What the transaction changed is found as soon as it is stored.
fn say_words(tx: &mut Tx<'_>) -> Result<()> {
    for (mail, text) in std::mem::take(&mut tx.words) {
        backend::put_inbound_text(tx, mail, &text)?;
    }
    for ticket in ticket_text::take_due(tx)? {
        ticket_text::put(tx, ticket)?;
    }
    Ok(())
}

pub(super) fn postgres(pool: Pool, wakers: Wakers) -> Writer {
    Writer::Postgres(pool, wakers)
}

pub(super) fn sqlite(path: PathBuf, wakers: Wakers) -> anyhow::Result<Writer> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let conn = open_sqlite(&path, Purpose::Write)?;
    std::thread::Builder::new()
        .name("writer".into())
        .spawn(move || write_forever(conn, receiver, &wakers))?;
    Ok(Writer::Sqlite(sender))
}

fn write_forever(mut conn: Conn, mut jobs: mpsc::Receiver<Job>, wakers: &Wakers) {
    while let Some(first) = jobs.blocking_recv() {
        let mut ran = Vec::with_capacity(GROUP);
        let outcome = run_group(&mut conn, first, &mut jobs, &mut ran);
        if outcome.is_err() {
            // Also after a failed commit a transaction may be open; without one this fails, which is fine.
            let _ = conn.batch_execute("ROLLBACK");
        }
        let mut wake = Wake::NONE;
        for done in ran {
            if done.keep && outcome.is_ok() {
                wake |= done.wake;
            }
            // The caller may have gone away; its work is committed all the same.
            let _ = done.job.answer.send(done.result.and_then(|()| match &outcome {
                Ok(()) => Ok(()),
                Err(error) => Err(commit_failed(error)),
            }));
        }
        wakers.wake(wake);
    }
}

fn commit_failed(error: &diesel::result::Error) -> Error {
    if is_transient(error) || matches!(error, diesel::result::Error::RollbackTransaction) {
        Error::Unavailable(format!("the database cannot write: {error}"))
    } else {
        Error::Unexpected(anyhow::anyhow!("the database cannot write: {error}"))
    }
}

/// Runs `first` and what waits behind it, and commits once. On an error nothing is committed.
///
/// Nearly every job is kept, so they run without savepoints: in one SQLite copies each page that a job changes, a fifteenth
/// of what a mail costs. Where a job is not kept, the others run once more ([`apart`]).
fn run_group(
    conn: &mut Conn,
    first: Job,
    jobs: &mut mpsc::Receiver<Job>,
    ran: &mut Vec<Ran>,
) -> QueryResult<()> {
    let begun = conn.batch_execute("BEGIN IMMEDIATE");
    let mut at_hand = AtHand::default();
    let mut next = Some(first);
    while let Some(job) = next.take() {
        match &begun {
            Ok(()) => {
                let mut done = Ran::new(job, Ok(()));
                done.run(conn, &mut at_hand);
                let kept = done.keep;
                ran.push(done);
                if !kept {
                    return apart(conn, ran);
                }
            }
            Err(error) => ran.push(Ran::new(job, Err(commit_failed(error)))),
        }
        if ran.len() < GROUP {
            next = jobs.try_recv().ok();
        }
    }
    begun?;
    commit(conn, ran)
}

/// The last of these is not kept: what it has written goes, and with it what the others have. They run once more, each in a
/// savepoint. Jobs may be repeated; PostgreSQL does it too.
fn apart(conn: &mut Conn, ran: &mut [Ran]) -> QueryResult<()> {
    // Fails when SQLite has ended the whole transaction by itself (disk full, I/O error): nobody is committed.
    conn.batch_execute("ROLLBACK")?;
    if ran.len() == 1 {
        return Ok(());
    }
    conn.batch_execute("BEGIN IMMEDIATE")?;
    for done in ran.iter_mut() {
        conn.batch_execute("SAVEPOINT job")?;
        // What was read before was read in what is rolled back by now.
        done.run(conn, &mut AtHand::default());
        conn.batch_execute(if done.keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })?;
    }
    commit(conn, ran)
}

fn commit(conn: &mut Conn, ran: &mut [Ran]) -> QueryResult<()> {
    let mut words = Vec::new();
    ran.iter_mut().filter(|done| done.keep).for_each(|done| words.append(&mut done.words));
    say_words_of_group(conn, words)?;
    conn.batch_execute("COMMIT")
}

/// What a group changed is found as soon as it is stored. Once for all of its jobs, outside of their savepoints: at each
/// of those an index would write out and merge what it has gathered.
fn say_words_of_group(conn: &mut Conn, mails: Vec<(InboundId, String)>) -> QueryResult<()> {
    let mut tx = Tx::new(conn, false);
    for (mail, text) in mails {
        said(guarded(|| backend::put_inbound_text(&mut tx, mail, &text)), "mail", mail.0)?;
    }
    for ticket in ticket_text::take_due(&mut tx)? {
        said(guarded(|| ticket_text::put(&mut tx, ticket)), "ticket", ticket.0)?;
    }
    Ok(())
}

/// A database that cannot write takes the whole group with it. Anything else is no reason to lose a mail: the next
/// change, or a rebuild, says the words again.
fn said(result: Result<()>, what: &str, id: i64) -> QueryResult<()> {
    match result {
        Err(Error::Unavailable(why)) => {
            tracing::warn!(what, id, %why, "its words could not be kept; all that was written with them is tried again");
            Err(diesel::result::Error::RollbackTransaction)
        }
        Err(error) => {
            tracing::error!(what, id, %error, "its words could not be kept: search does not find it");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}
