//! What is known of a person, as an archive that is sent file by file.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use futures_util::stream;

use super::archive::Archive;
use super::files;
use crate::access::{Actor, for_people};
use crate::db::{AgentId, Db, Ts};
use crate::desk::Desk;
use crate::error::{Error, Result, say};
use crate::people::personal::export::Part;
use crate::people::personal::of_agent;

/// Refuses what one archive cannot hold.
///
/// # Errors
/// [`Error::Conflict`].
pub fn must_fit(parts: &[Part]) -> Result<()> {
    let bytes: i64 = parts.iter().map(|part| part.size).sum();
    if parts.len() > Archive::FILES || bytes > Archive::BYTES {
        return Err(Error::Conflict(say!("refused-person-large")));
    }
    Ok(())
}

/// The files of an agent's archive, once it is written down that they are taken out.
///
/// # Errors
/// [`Error::Forbidden`] without the rights to manage people, to export and to read every queue; [`Error::NotFound`].
pub async fn of_agent(desk: &Desk, actor: &Actor, id: AgentId, now: Ts) -> Result<Vec<Part>> {
    let reader = actor.clone();
    let parts = desk
        .db
        .read(move |conn| {
            let people = for_people(conn, &reader)?;
            let parts = of_agent::parts(conn, &reader, &people, id, now)?;
            must_fit(&parts)?;
            Ok(parts)
        })
        .await?;
    // Nothing leaves before it is written down that it does.
    let actor = actor.clone();
    desk.db
        .write(move |tx| {
            let people = for_people(tx, &actor)?;
            of_agent::begin(tx, &actor, &people, id, now)
        })
        .await?;
    Ok(parts)
}

struct Sending {
    db: Db,
    left: std::vec::IntoIter<Part>,
    archive: Option<Archive>,
}

/// These files as one, to be saved as `name`.
pub fn send(db: Db, status: StatusCode, name: &str, parts: Vec<Part>) -> HttpResponse {
    let sending = Sending { db, left: parts.into_iter(), archive: Some(Archive::default()) };
    files::saved(name, "application/zip")
        .status(status)
        // Compressing again would only keep the first bytes back.
        .insert_header(("content-encoding", "identity"))
        .streaming(stream::unfold(sending, |mut sending| async move {
            let part = sending.next().await?;
            // A file that cannot be read breaks the archive off, and its reader knows it.
            if part.is_err() {
                sending.archive = None;
            }
            Some((part.map_err(|error| std::io::Error::other(error.to_string())), sending))
        }))
}

impl Sending {
    async fn next(&mut self) -> Option<Result<Bytes>> {
        let Some(part) = self.left.next() else {
            return self.archive.take().map(|all| Ok(all.end().into()));
        };
        let archive = self.archive.as_mut()?;
        let (blobs, content) = (self.db.blobs().clone(), part.content);
        match self.db.read(move |conn| content.bytes(conn, &blobs)).await {
            Ok(bytes) => {
                let mut entry = archive.entry(&part.name, &bytes, part.at.0);
                entry.extend(bytes);
                Some(Ok(entry.into()))
            }
            Err(error) => Some(Err(error)),
        }
    }
}
