//! Brings the schema up to date at start. A schema that this program does not know is refused.

use std::{fs::File, path::Path};

use anyhow::{Context as _, bail};
use diesel::{connection::SimpleConnection as _, migration::MigrationSource};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::{Conn, Purpose, is_understood, open_postgres, open_sqlite};
use crate::config::DatabaseUrl;

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");
/// Any number that no other program uses on the same database: two nodes that start at once migrate once.
const ADVISORY_LOCK: i64 = 7_303_014_417;

pub(super) fn run(url: &DatabaseUrl, data_dir: &Path) -> anyhow::Result<()> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            for folder in [path.parent(), Some(data_dir)].into_iter().flatten() {
                std::fs::create_dir_all(folder).with_context(|| {
                    format!("cannot make the data folder {}; check its owner", folder.display())
                })?;
            }
            let lock = File::create(data_dir.join("migrate.lock")).with_context(|| {
                format!("cannot write to the data folder {}; check its owner", data_dir.display())
            })?;
            lock.lock()
                .context("cannot lock the data folder; is it on a network file system without locks?")?;
            let mut conn = open_sqlite(path, Purpose::Write)
                .with_context(|| format!("cannot open the database {}", path.display()))?;
            migrate(&mut conn)
        }
        DatabaseUrl::Postgres(url) => {
            let mut conn = open_postgres(url).context(
                "cannot reach PostgreSQL; check DATABASE_URL and that the server takes connections",
            )?;
            if !is_understood(&mut conn) {
                bail!(
                    "PostgreSQL says in another language than English what went wrong, so that a mail that only has to \
                     wait could be taken for one that cannot be processed; as its administrator run \
                     ALTER DATABASE … SET lc_messages = 'C' and start again"
                );
            }
            conn.batch_execute(&format!("SELECT pg_advisory_lock({ADVISORY_LOCK})"))?;
            let migrated = migrate(&mut conn);
            conn.batch_execute(&format!("SELECT pg_advisory_unlock({ADVISORY_LOCK})"))?;
            migrated
        }
    }
}

/// Whether a database has all changes that this program knows.
///
/// # Errors
/// When it has one that this program does not know, or was never one of Turnstone.
pub(super) fn is_current(conn: &mut Conn) -> anyhow::Result<bool> {
    let missing = match conn {
        Conn::Pg(pg) => missing(pg, &POSTGRES),
        Conn::Sqlite(sqlite) => missing(sqlite, &SQLITE),
    }?;
    Ok(missing == 0)
}

fn migrate(conn: &mut Conn) -> anyhow::Result<()> {
    match conn {
        Conn::Pg(pg) => apply(pg, POSTGRES),
        Conn::Sqlite(sqlite) => apply(sqlite, SQLITE),
    }
}

fn apply<C, DB>(conn: &mut C, ours: EmbeddedMigrations) -> anyhow::Result<()>
where
    C: MigrationHarness<DB>,
    DB: diesel::backend::Backend,
    EmbeddedMigrations: MigrationSource<DB>,
{
    if missing(conn, &ours)? > 0 {
        conn.run_pending_migrations(ours).map_err(plain).context("cannot bring the database up to date")?;
    }
    Ok(())
}

/// How many changes are still to be made.
fn missing<C, DB>(conn: &mut C, ours: &EmbeddedMigrations) -> anyhow::Result<usize>
where
    C: MigrationHarness<DB>,
    DB: diesel::backend::Backend,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known = ours
        .migrations()
        .map_err(plain)?
        .iter()
        .map(|migration| migration.name().version().as_owned())
        .collect::<Vec<_>>();
    let applied = conn
        .applied_migrations()
        .map_err(plain)
        .context("this is no database of Turnstone, or a damaged one")?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(version)) {
        bail!(
            "the database was made by a newer Turnstone (it knows the change {newer}, this program does not); \
             start the newer program, or restore a backup from before the upgrade"
        );
    }
    Ok(known.len() - applied.len())
}

/// diesel's migration errors are boxed without a common type.
fn plain(error: Box<dyn std::error::Error + Send + Sync>) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}
