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
    ops::lock::is_served,
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
    /// The audit log; `None` where it is broken, or the tables are older than this program.
    pub audit: Option<Verified>,
    /// What is wrong, a sentence each; the tables themselves are sound.
    pub flaws: Vec<String>,
}

/// Goes through all of a copy that [`super::backup`] made, or of a data directory that nobody serves, and changes nothing there.
///
/// # Errors
/// Where the tables are damaged, or newer than this program. What else is wrong is among the [`Looked::flaws`].
pub fn verify(folder: &Path) -> anyhow::Result<Looked> {
    must_hold_a_copy(folder)?;
    looked_through(&folder.join(DatabaseUrl::DEFAULT_FILE), folder)
        .with_context(|| format!("The copy in {} is no good", folder.display()))
}

/// Whether there is one, and nobody writes to it.
pub(super) fn must_hold_a_copy(folder: &Path) -> anyhow::Result<()> {
    if !folder.join(DatabaseUrl::DEFAULT_FILE).is_file() {
        bail!("There is no copy in {}: it holds no {}.", folder.display(), DatabaseUrl::DEFAULT_FILE);
    }
    if is_served(folder) {
        bail!(
            "{} is being served, and is no copy. Make one with `turnstone backup create`.",
            folder.display()
        );
    }
    Ok(())
}

/// Goes through the tables in `database`, and through what lies beside them in `folder`.
pub(super) fn looked_through(database: &Path, folder: &Path) -> anyhow::Result<Looked> {
    let mut copy = Stored::open(database, &folder.join(FILES))?;
    let is_current = copy.is_current()?;
    copy.check()?;
    let (bytes, mut flaws) = copy.check_bytes()?;
    let audit = if is_current { log(&mut copy, folder, &mut flaws)? } else { None };
    let conn = copy.conn();
    let newest: Option<Ts> = inbound_mails::table.select(max(inbound_mails::received_at)).first(conn)?;
    Ok(Looked {
        tickets: tickets::table.select(count_star()).first(conn)?,
        articles: articles::table.select(count_star()).first(conn)?,
        mails: inbound_mails::table.select(count_star()).first(conn)?,
        newest: newest.map(|newest| newest.0),
        bytes,
        audit,
        flaws,
    })
}

/// The audit log, from its first entry to its last.
fn log(copy: &mut Stored, folder: &Path, flaws: &mut Vec<String>) -> anyhow::Result<Option<Verified>> {
    match audit::witness::end(copy.conn(), folder)? {
        End::Stands => {}
        End::Lost => flaws.push("The audit log has lost its end.".to_owned()),
        End::Unknown(why) => {
            flaws.push(format!("Nobody knows whether the audit log has its end: {why}."));
        }
    }
    match audit::verify(copy.conn(), None)? {
        Ok(whole) => Ok(Some(whole)),
        Err(broken) => {
            flaws.push(format!("The audit log is broken at entry {}, dated {}.", broken.id, broken.at.0));
            Ok(None)
        }
    }
}
