//! How far the log had got, written down beside the database: whoever cuts off its end in the database does not reach there.
//! The chain itself shows any other change; an end that is gone leaves no trace in it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use diesel::prelude::*;

use crate::{
    db::{AuditId, Conn, schema::audit_events::dsl},
    desk::Desk,
    error::Result,
};

/// The file in the data directory: the newest entry's number and hash.
const FILE: &str = "audit-head";

/// An entry by its number and hash.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Head {
    id: AuditId,
    hash: String,
}

impl Head {
    fn newest(conn: &mut Conn) -> Result<Option<Self>> {
        let found: Option<(AuditId, String)> = dsl::audit_events
            .filter(dsl::hash.ne(""))
            .order(dsl::id.desc())
            .select((dsl::id, dsl::hash))
            .first(conn)
            .optional()?;
        Ok(found.map(|(id, hash)| Self { id, hash }))
    }

    /// What was written down last; nothing where that is no head.
    fn noted(directory: &Path) -> std::io::Result<Option<Self>> {
        let text = match std::fs::read_to_string(file(directory)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut words = text.split_whitespace();
        let id = words.next().and_then(|word| word.parse().ok());
        Ok(id.zip(words.next()).map(|(id, hash)| Self { id: AuditId(id), hash: hash.to_owned() }))
    }

    fn stands(&self, conn: &mut Conn) -> Result<bool> {
        let hash: Option<String> =
            dsl::audit_events.find(self.id).select(dsl::hash).first(conn).optional()?;
        Ok(hash.as_ref() == Some(&self.hash))
    }
}

/// Where it is written down.
pub fn file(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

/// Whether the log still holds the entry that was the newest when somebody looked last; so it is where nobody has. One row,
/// by its key.
///
/// # Errors
/// Those of the database, and of the file.
pub fn stands(conn: &mut Conn, directory: &Path) -> Result<bool> {
    match Head::noted(directory)? {
        Some(head) => head.stands(conn),
        None => Ok(true),
    }
}

/// Writes down how far the log has got. A log that lost its end is not taken for the whole one: what was written down stays,
/// and goes on telling, until a person takes it away.
///
/// # Errors
/// Those of the database, and of the file.
pub async fn keep(desk: &Desk) -> Result<()> {
    let directory = desk.config.data_dir.clone();
    desk.db
        .read(move |conn| {
            let Some(newest) = Head::newest(conn)? else { return Ok(()) };
            match Head::noted(&directory)? {
                Some(noted) if noted == newest || !noted.stands(conn)? => Ok(()),
                _ => Ok(write(&directory, &newest)?),
            }
        })
        .await
}

/// Whole, or not at all.
fn write(directory: &Path, head: &Head) -> std::io::Result<()> {
    let mut draft = tempfile::Builder::new().prefix(".audit").tempfile_in(directory)?;
    writeln!(draft, "{} {}", head.id, head.hash)?;
    draft.as_file().sync_all()?;
    draft.persist(file(directory)).map_err(|error| error.error)?;
    Ok(())
}
