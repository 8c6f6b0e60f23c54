//! Who writes. SQLite: one thread, and whoever waits together shares one commit, so that many mails cost one fsync.
//! PostgreSQL: a transaction per job, repeated on a deadlock or a serialisation failure.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use diesel::{QueryResult, connection::SimpleConnection as _};
use tokio::sync::{mpsc, oneshot};

use super::{
    Tx,
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

/// A job that has run in its savepoint and waits for the commit.
pub(super) struct Ran {
    keep: bool,
    wake: Wake,
    answer: Box<dyn FnOnce(Result<()>) + Send>,
}

/// Takes the connection, or the reason why there is no transaction.
pub(super) type Job = Box<dyn FnOnce(Result<&mut Conn>) -> Ran + Send>;

impl Writer {
    pub(super) async fn run<T, F>(&self, mut job: F, ending: Ending) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        match self {
            Self::Sqlite(jobs) => {
                let (sender, receiver) = oneshot::channel();
                let boxed: Job = Box::new(move |conn| {
                    let (result, wake) = match conn {
                        Ok(conn) => {
                            let mut tx = Tx {
                                conn,
                                wake: Wake::NONE,
                                rehearsal: ending == Ending::Rehearse,
                                bulk: None,
                            };
                            let result = guarded(|| finished(&mut job, &mut tx));
                            (result, tx.wake)
                        }
                        Err(error) => (Err(error), Wake::NONE),
                    };
                    let keep = result.is_ok() && ending == Ending::Keep;
                    // The caller may have gone away; its work is committed all the same.
                    let answer = Box::new(move |committed: Result<()>| {
                        let _ = sender.send(result.and_then(|value| committed.map(|()| value)));
                    });
                    Ran { keep, wake, answer }
                });
                jobs.send(boxed).await.map_err(lost)?;
                receiver.await.map_err(lost)?
            }
            Self::Postgres(pool, wakers) => {
                let (pool, wakers) = (pool.clone(), wakers.clone());
                tokio::task::spawn_blocking(move || {
                    let mut tries = 0;
                    loop {
                        let mut conn = pool.get()?;
                        match in_transaction(&mut conn, &mut job, ending) {
                            Ok((value, wake)) => {
                                wakers.wake(wake);
                                return Ok(value);
                            }
                            Err(Error::Unavailable(why)) if tries < REPEATS && why.contains("deadlock") => {
                                tries += 1
                            }
                            Err(error) => return Err(error),
                        }
                    }
                })
                .await
                .map_err(lost)?
            }
        }
    }
}

/// Runs the job, and brings up to date what follows from what it wrote.
fn finished<T>(job: &mut impl FnMut(&mut Tx<'_>) -> Result<T>, tx: &mut Tx<'_>) -> Result<T> {
    let value = job(tx)?;
    if !tx.rehearsal {
        ticket_text::refresh(tx)?;
    }
    Ok(value)
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

fn in_transaction<T>(
    conn: &mut Conn,
    job: &mut impl FnMut(&mut Tx<'_>) -> Result<T>,
    ending: Ending,
) -> Result<(T, Wake)> {
    conn.batch_execute("BEGIN")?;
    let mut tx = Tx { conn, wake: Wake::NONE, rehearsal: ending == Ending::Rehearse, bulk: None };
    let ran = guarded(|| finished(job, &mut tx));
    let wake = tx.wake;
    let ended = ran.and_then(|value| {
        if ending == Ending::Rehearse {
            conn.batch_execute("ROLLBACK")?;
            return Ok((value, Wake::NONE));
        }
        announce(conn, wake)?;
        conn.batch_execute("COMMIT")?;
        Ok((value, wake))
    });
    if ended.is_err() {
        // A connection that cannot even roll back is broken; the pool drops it.
        let _ = conn.batch_execute("ROLLBACK");
    }
    ended
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
            (done.answer)(match &outcome {
                Ok(()) => Ok(()),
                Err(error) => Err(commit_failed(error)),
            });
        }
        wakers.wake(wake);
    }
}

fn commit_failed(error: &diesel::result::Error) -> Error {
    if is_transient(error) {
        Error::Unavailable(format!("the database cannot write: {error}"))
    } else {
        Error::Unexpected(anyhow::anyhow!("the database cannot write: {error}"))
    }
}

/// Runs `first` and what waits behind it, each in a savepoint, and commits once. On an error nothing is committed.
fn run_group(
    conn: &mut Conn,
    first: Job,
    jobs: &mut mpsc::Receiver<Job>,
    ran: &mut Vec<Ran>,
) -> QueryResult<()> {
    let begun = conn.batch_execute("BEGIN IMMEDIATE");
    let mut next = Some(first);
    while let Some(job) = next.take() {
        let ready = match &begun {
            Ok(()) => conn.batch_execute("SAVEPOINT job").map_err(|error| commit_failed(&error)),
            Err(error) => Err(commit_failed(error)),
        };
        if let Err(error) = ready {
            ran.push(job(Err(error)));
        } else {
            let done = job(Ok(conn));
            let end = if done.keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
            ran.push(done);
            // Fails when SQLite has ended the whole transaction by itself (disk full, I/O error): nobody is committed.
            conn.batch_execute(end)?;
        }
        if ran.len() < GROUP {
            next = jobs.try_recv().ok();
        }
    }
    begun?;
    conn.batch_execute("COMMIT")
}
