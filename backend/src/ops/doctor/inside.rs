//! What the tables say of the installation itself.

use diesel::dsl::count_star;
use diesel::prelude::*;
use jiff::Timestamp;

use super::{Report, clock, days};
use crate::audit::witness;
use crate::config::Config;
use crate::db::schema::{agents, queue_addresses, queues};
use crate::db::{Blobs, Conn};
use crate::error::Result;
use crate::ops::backup;
use crate::search;

/// A backup should not be older.
const BACKUP_DAYS: i64 = 2;

pub(super) fn look(
    report: &mut Report<'_>,
    conn: &mut Conn,
    blobs: &Blobs,
    config: &Config,
    now: Timestamp,
) -> Result<()> {
    report.good("database", "database", &[("database", &config.database.to_string())]);
    clock::look(report, conn, blobs, now)?;
    audit_log(report, conn, config)?;
    match search::rebuild::left(conn)? {
        0 => report.good("search", "index", &[]),
        left => report.warning("search", "index-left", &[("n", &left.to_string())]),
    }
    people(report, conn)?;
    queues_of(report, conn)?;
    backup(report, config, now);
    Ok(())
}

/// Each entry is chained to the one before, which `turnstone audit verify` looks at; here, whether its end is there.
fn audit_log(report: &mut Report<'_>, conn: &mut Conn, config: &Config) -> Result<()> {
    let file = witness::file(&config.data_dir).display().to_string();
    match witness::end(conn, &config.data_dir)? {
        witness::End::Stands => report.good("audit", "audit", &[]),
        witness::End::Lost => report.bad("audit", "audit-cut", &[("file", &file)]),
        witness::End::Unknown(error) => {
            report.bad("audit", "audit-blind", &[("file", &file), ("error", &error)]);
        }
    }
    Ok(())
}

fn people(report: &mut Report<'_>, conn: &mut Conn) -> Result<()> {
    let active: i64 = agents::table.filter(agents::disabled_at.is_null()).select(count_star()).first(conn)?;
    match active {
        0 => report.bad("people", "nobody", &[]),
        count => report.good("people", "people", &[("n", &count.to_string())]),
    }
    Ok(())
}

fn queues_of(report: &mut Report<'_>, conn: &mut Conn) -> Result<()> {
    let count: i64 = queues::table.filter(queues::retired_at.is_null()).select(count_star()).first(conn)?;
    let addresses: i64 = queue_addresses::table.select(count_star()).first(conn)?;
    match (count, addresses) {
        (0, _) => report.bad("queues", "no-queue", &[]),
        (_, 0) => report.bad("queues", "no-address", &[]),
        _ => report.good(
            "queues",
            "queues",
            &[("queues", &count.to_string()), ("addresses", &addresses.to_string())],
        ),
    }
    Ok(())
}

fn backup(report: &mut Report<'_>, config: &Config, now: Timestamp) {
    let mark = config.data_dir.join(backup::MARK);
    let name = mark.display().to_string();
    let touched = std::fs::metadata(&mark).and_then(|mark| mark.modified());
    let Some(at) = touched.ok().and_then(|at| Timestamp::try_from(at).ok()) else {
        return report.warning("backup", "backup-unknown", &[("file", &name)]);
    };
    let age = days(at, now);
    let values = [("n", &age.to_string()[..]), ("file", &name)];
    if age > BACKUP_DAYS {
        report.bad("backup", "backup-old", &values);
    } else {
        report.good("backup", "backup", &values);
    }
}
