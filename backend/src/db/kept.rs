//! Statements that are prepared once per connection.
//!
//! diesel prepares anew, each time it runs, whatever *could* have another text next time: every `UPDATE`, every list of
//! values, every hand-written statement. Preparing costs SQLite more than most of our statements do. [`Keep::kept`] says
//! of one that its text comes from a small, fixed set, so that the prepared statement is kept under its text.

use std::cell::Cell;

use diesel::{
    QueryResult, RunQueryDsl,
    backend::Backend,
    internal::derives::multiconnection::AstPassHelper as _,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
};

/// Says that a statement is worth keeping.
pub(crate) trait Keep: Sized {
    /// Keeps the prepared statement. Not for a text that holds values, or lists of many different lengths: what is kept
    /// stays until the connection ends.
    fn kept(self) -> Kept<Self> {
        Kept(self)
    }
}

impl<Q> Keep for Q {}

/// A statement that is prepared once per connection; see [`Keep::kept`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept<Q>(Q);

impl<Q, DB> QueryFragment<DB> for Kept<Q>
where
    DB: Backend,
    Q: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // diesel asks a statement for its text, for its values, and whether it may be kept, by the same walk. The cast to
        // the same database calls back for the first two alone.
        let speaks = Cell::new(false);
        let noted = || speaks.set(true);
        let mut pass = pass.cast_database::<DB>(
            |binds| {
                noted();
                binds
            },
            |text| {
                noted();
                text
            },
            |backend| backend,
            |lookup| lookup,
        );
        if speaks.get() || pass.debug_binds().is_some() {
            return self.0.walk_ast(pass);
        }
        // Not nothing, and nothing against keeping it.
        pass.push_sql(" ");
        Ok(())
    }
}

impl<Q> QueryId for Kept<Q> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Kept<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, Conn> RunQueryDsl<Conn> for Kept<Q> {}
