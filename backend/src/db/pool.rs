//! Pooled connections.

use std::{path::PathBuf, time::Duration};

use diesel::{
    connection::SimpleConnection as _,
    r2d2::{ManageConnection, PooledConnection, R2D2Connection as _},
};

use super::conn::{Conn, Purpose, open_postgres, open_sqlite};
use crate::error::{Error, Result};

#[derive(Clone, Debug)]
pub(super) enum Manager {
    Sqlite(PathBuf),
    Postgres(String),
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        match self {
            Self::Sqlite(path) => open_sqlite(path, Purpose::Read),
            Self::Postgres(url) => open_postgres(url),
        }
        .map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        match conn {
            // An open file does not go away.
            Conn::Sqlite(_) => Ok(()),
            Conn::Pg(pg) => pg.batch_execute("SELECT 1").map_err(diesel::r2d2::Error::QueryError),
        }
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        match conn {
            Conn::Sqlite(_) => std::thread::panicking(),
            Conn::Pg(pg) => pg.is_broken(),
        }
    }
}

/// Connections that several threads share.
#[derive(Clone)]
pub(super) struct Pool(diesel::r2d2::Pool<Manager>);

impl Pool {
    pub(super) fn sqlite(path: PathBuf, size: u32) -> anyhow::Result<Self> {
        Self::build(Manager::Sqlite(path), size)
    }

    pub(super) fn postgres(url: String, size: u32) -> anyhow::Result<Self> {
        Self::build(Manager::Postgres(url), size)
    }

    fn build(manager: Manager, size: u32) -> anyhow::Result<Self> {
        let pool = diesel::r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(5))
            .test_on_check_out(matches!(manager, Manager::Postgres(_)))
            .error_handler(Box::new(Quiet))
            .build(manager)?;
        Ok(Self(pool))
    }

    pub(super) fn get(&self) -> Result<PooledConnection<Manager>> {
        self.0.get().map_err(|error| Error::Unavailable(format!("the database does not answer: {error}")))
    }
}

/// Failures to connect are reported by whoever needed the connection.
#[derive(Debug)]
struct Quiet;

impl<E: std::error::Error> diesel::r2d2::HandleError<E> for Quiet {
    fn handle_error(&self, error: E) {
        tracing::debug!(%error, "no database connection");
    }
}
