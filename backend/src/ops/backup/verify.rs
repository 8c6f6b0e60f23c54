//! Whether a copy is whole: a backup that nobody has looked at is a hope.

use std::path::Path;

use anyhow::{Context as _, bail};
use diesel::{
    dsl::{count_star, max},
    prelude::*,
};
use jiff::Timestamp;

use super::FILES;
use crate::{
    audit::{self, Verified, witness::End},
    config::DatabaseUrl,
    db::{
        Ts,
        schema::{articles, inbound_mails, tickets},
        stored::Stored,
    },
};

/// What is in a copy, all of which was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Tickets.
    pub tickets: i64,
    /// Articles of tickets.
    pub articles: i64,
    /// Received mails.
    pub mails: i64,
    /// When the newest of them came.
    pub newest: Option<Timestamp>,
    /// Stored bytes (mails, files, pages), each compared with its name.
    pub bytes: usize,
    /// The audit log; `None` where the tables are older than this program, which looks once they are up to date.
    pub audit: Option<Verified>,
}

/// Goes through all of a copy that [`super::backup`] made, or of a data directory that nobody serves, and changes nothing there.
///
/// # Errors
/// What is missing, damaged, or newer than this program.
pub fn verify(folder: &Path) -> anyhow::Result<Looked> {
    let database = folder.join(DatabaseUrl::DEFAULT_FILE);
    if !database.is_file() {
        bail!("There is no copy in {}: it holds no {}.", folder.display(), DatabaseUrl::DEFAULT_FILE);
    }
    looked_through(folder, &database).with_context(|| format!("The copy in {} is no good", folder.display()))
}

fn looked_through(folder: &Path, database: &Path) -> anyhow::Result<Looked> {
    let mut copy = Stored::open(database, &folder.join(FILES))?;
    let is_current = copy.is_current()?;
    copy.check()?;
    let bytes = copy.check_bytes()?;
    let audit = if is_current { Some(log(&mut copy, folder)?) } else { None };
    let conn = copy.conn();
    let newest: Option<Ts> = inbound_mails::table.select(max(inbound_mails::received_at)).first(conn)?;
    Ok(Looked {
        tickets: tickets::table.select(count_star()).first(conn)?,
        articles: articles::table.select(count_star()).first(conn)?,
        mails: inbound_mails::table.select(count_star()).first(conn)?,
        newest: newest.map(|newest| newest.0),
        bytes,
        audit,
    })
}

/// The audit log, from its first entry to its last.
fn log(copy: &mut Stored, folder: &Path) -> anyhow::Result<Verified> {
    let whole = match audit::verify(copy.conn(), None)? {
        Ok(whole) => whole,
        Err(broken) => bail!("The audit log is broken at entry {}, dated {}", broken.id, broken.at.0),
    };
    match audit::witness::end(copy.conn(), folder)? {
        End::Stands => Ok(whole),
        End::Lost => bail!("The audit log has lost its end"),
        End::Unknown(why) => bail!("Nobody knows whether the audit log has its end: {why}"),
    }
}
