//! Reads that must not take long: what is not done in time is given up in the database as well, so that it keeps neither
//! a connection nor a core busy for an answer that nobody waits for.
//!
//! PostgreSQL is told how long a statement may take. SQLite can be interrupted only through pointers, which this program
//! does not touch; so the statements that walk through rows ask at each of them whether there is still time.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use diesel::{
    connection::SimpleConnection as _,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Bool,
    sqlite::{Sqlite, SqliteConnection},
};

use super::{Conn, writer::guarded};
use crate::error::{Error, Result};

/// The name of the question in SQLite's statements.
pub(super) const ASKED: &str = "within_time";
/// The clock is looked at once in so many rows.
const ROWS: u32 = 32;

thread_local! {
    /// Until when the job of this thread may read.
    static UNTIL: Cell<Option<Instant>> = const { Cell::new(None) };
    static ASKED_SO_OFTEN: Cell<u32> = const { Cell::new(0) };
}

mod function {
    #![allow(missing_docs, dead_code, reason = "the macro writes items that nobody describes or needs")]

    use diesel::sql_types::BigInt;

    diesel::define_sql_function! { fn within_time(row: BigInt) -> Bool; }
}

/// The answer: yes, or a mistake that ends the statement.
#[derive(Debug)]
struct InTime(bool);

impl ToSql<Bool, Sqlite> for InTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        if !self.0 {
            return Err("this took too long".into());
        }
        out.set_value(1_i32);
        Ok(IsNull::No)
    }
}

/// Teaches a connection the question.
pub(super) fn teach(conn: &mut SqliteConnection) -> diesel::QueryResult<()> {
    function::within_time_utils::register_nondeterministic_impl(conn, |_row: i64| InTime(in_time()))
}

fn in_time() -> bool {
    let Some(until) = UNTIL.get() else { return true };
    let times = ASKED_SO_OFTEN.get().wrapping_add(1);
    ASKED_SO_OFTEN.set(times);
    !times.is_multiple_of(ROWS) || Instant::now() < until
}

/// Runs a job that may read until then; `None` when it was not done.
pub(super) fn within<T>(
    conn: &mut Conn,
    until: Instant,
    job: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<Option<T>> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Ok(None);
    }
    let done = match conn {
        Conn::Pg(_) => on_postgres(conn, left, job),
        Conn::Sqlite(_) => {
            UNTIL.set(Some(until));
            let done = guarded(|| job(conn));
            UNTIL.set(None);
            done
        }
    };
    match done {
        Ok(done) => Ok(Some(done)),
        // The statement was stopped; what else went wrong by then, nobody waits for either.
        Err(Error::Unavailable(_) | Error::Unexpected(_)) if Instant::now() >= until => Ok(None),
        Err(error) => Err(error),
    }
}

fn on_postgres<T>(conn: &mut Conn, left: Duration, job: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    // Rounded up: a statement that is stopped before its time would be taken for one that failed.
    let most = left.as_millis() + 1;
    conn.batch_execute(&format!("BEGIN READ ONLY; SET LOCAL statement_timeout = {most}"))?;
    let done = guarded(|| job(conn));
    // Nothing was written; a connection that cannot end its transaction is thrown away by the pool.
    let ended = conn.batch_execute("ROLLBACK");
    let done = done?;
    ended?;
    Ok(done)
}
