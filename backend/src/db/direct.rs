//! Statements that go straight to the database at hand.
//!
//! diesel's derived connection over both databases writes a statement's text anew up to three times each time it runs: to
//! find the prepared one, to ask whether it may be kept, to bind its values. Asked of the connection inside, a statement
//! whose text never changes is found by its type, and no text is written at all. What runs for each mail or on each page
//! is said this way; elsewhere [`diesel::RunQueryDsl`] serves as well.

use diesel::{
    QueryResult,
    dsl::Limit,
    pg::{Pg, PgConnection},
    query_dsl::methods::{ExecuteDsl, LimitDsl, LoadQuery},
    result::Error,
    sqlite::{Sqlite, SqliteConnection},
};

use super::{Conn, conn::each};

/// The columns of a model, whatever the database.
pub(crate) fn columns<T: diesel::Selectable<Sqlite>>() -> T::SelectExpression {
    T::construct_selection()
}

/// Runs a statement on the connection inside a [`Conn`].
pub(crate) trait Direct: Sized {
    /// All rows.
    fn rows<'query, U>(self, conn: &mut Conn) -> QueryResult<Vec<U>>
    where
        Self: LoadQuery<'query, PgConnection, U> + LoadQuery<'query, SqliteConnection, U>,
    {
        each!(conn, |c| self.internal_load(c)?.collect())
    }

    /// The first row of a statement that gives one at most: looked up by its key, counted, or returned by a change.
    fn row<'query, U>(self, conn: &mut Conn) -> QueryResult<U>
    where
        Self: LoadQuery<'query, PgConnection, U> + LoadQuery<'query, SqliteConnection, U>,
    {
        each!(conn, |c| self.internal_load(c)?.next().unwrap_or(Err(Error::NotFound)))
    }

    /// The first row of a statement that would give more; only that one is asked for.
    fn first_row<'query, U>(self, conn: &mut Conn) -> QueryResult<U>
    where
        Self: LimitDsl,
        Limit<Self>: LoadQuery<'query, PgConnection, U> + LoadQuery<'query, SqliteConnection, U>,
    {
        self.limit(1).row(conn)
    }

    /// Carries it out; how many rows it touched.
    fn exec(self, conn: &mut Conn) -> QueryResult<usize>
    where
        Self: ExecuteDsl<PgConnection, Pg> + ExecuteDsl<SqliteConnection, Sqlite>,
    {
        each!(conn, |c| ExecuteDsl::execute(self, c))
    }
}

impl<Q> Direct for Q {}
