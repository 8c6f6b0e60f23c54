//! Room for the bytes of mails that are being sent: a mail is held whole, so a few large ones wait for each other.

use diesel::prelude::*;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::Outgoing;
use crate::{
    db::{
        Conn,
        schema::{attachments, blobs},
    },
    desk::Desk,
    error::Result,
};

/// Bytes of all mails that are being sent, in units of [`UNIT`].
const ROOM: u32 = 48 * 1024;
const UNIT: i64 = 1024;
/// Smaller mails count for nothing: there are but a few lanes.
const SMALL: i64 = 256 * 1024;

/// What is left of it.
pub(super) struct Room(Semaphore);

impl Room {
    pub(super) fn new() -> Self {
        Self(Semaphore::new(ROOM as usize))
    }

    /// Waits until there is room for a mail. A larger one than all of it goes alone.
    pub(super) async fn enter(&self, desk: &Desk, mail: &Outgoing) -> Option<SemaphorePermit<'_>> {
        let row = mail.clone();
        // A database that does not answer is said where the mail is read.
        let size = desk.db.read(move |conn| size(conn, &row)).await.unwrap_or(0);
        if size < SMALL {
            return None;
        }
        let units = u32::try_from(size / UNIT).unwrap_or(ROOM).min(ROOM);
        // Fails only once it is closed, which nobody does.
        self.0.acquire_many(units).await.ok()
    }
}

/// How long a mail is, or will be about.
fn size(conn: &mut Conn, mail: &Outgoing) -> Result<i64> {
    if let Some(digest) = &mail.digest {
        return Ok(blobs::table.find(digest).select(blobs::size).first(conn)?);
    }
    let Some(article) = mail.article_id.filter(|_| mail.kind != crate::db::OutboxKind::Notification) else {
        return Ok(0);
    };
    let sizes = attachments::table.filter(attachments::article_id.eq(article)).select(attachments::size);
    let files: i64 = sizes.load::<i64>(conn)?.into_iter().sum();
    // Base64 and its line ends.
    Ok(files + files * 3 / 8)
}
