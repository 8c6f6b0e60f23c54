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

    /// What was written down last; nothing where nobody has.
    fn noted(directory: &Path) -> std::io::Result<Option<Self>> {
        let text = match std::fs::read_to_string(file(directory)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut words = text.split_whitespace();
        let id = words.next().and_then(|word| word.parse().ok());
        match id.zip(words.next()) {
            Some((id, hash)) => Ok(Some(Self { id: AuditId(id), hash: hash.to_owned() })),
            // It is written whole or not at all: somebody else did this.
            None => Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "it names no entry")),
        }
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

/// What is known of the log's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The log still holds the entry that was the newest when somebody looked last; or nobody has.
    Stands,
    /// It does not.
    Lost,
    /// What was written down cannot be read, and why: nobody knows.
    Unknown(String),
}

/// Looks whether the end is there: one row, by its key.
///
/// # Errors
/// Those of the database.
pub fn end(conn: &mut Conn, directory: &Path) -> Result<End> {
    Ok(match Head::noted(directory) {
        Ok(Some(head)) if !head.stands(conn)? => End::Lost,
        Ok(_) => End::Stands,
        Err(error) => End::Unknown(error.to_string()),
    })
}

/// Writes down how far the log has got. A log that lost its end is not taken for the whole one: what was written down stays,
/// and goes on telling, until a person takes it away; and so does what cannot be read.
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
