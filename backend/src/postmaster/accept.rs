//! Keeping a raw mail: what the source needs before it may forget it.

use diesel::prelude::*;

use crate::{
    db::{Blob, Blobs, Direct, InboundId, InboundStatus, QueueId, Tx, Wake, schema::inbound_mails},
    desk::Desk,
    error::{Error, Result},
};

/// Up to so many bytes are packed at once: handing them to another thread takes longer.
const SMALL: usize = 16 * 1024;

/// A mail as it came, with what is known about its way.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    /// Its bytes.
    pub raw: Vec<u8>,
    /// The envelope's sender; empty is the null sender.
    pub envelope_from: String,
    /// The envelope's recipients.
    pub envelope_to: Vec<String>,
    /// On which way it came: `smtp`, `lmtp`, `deliver`.
    pub source: String,
    /// The address of who handed it in; empty where there is none.
    pub peer: String,
    /// What that one called itself.
    pub helo: String,
    /// Whether control headers in it count. Belongs to the mail for good.
    pub trusted: bool,
    /// The queue that its source insists on.
    pub queue: Option<QueueId>,
}

/// Keeps a mail. When this returns, it is on disk, whatever happens next.
///
/// # Errors
/// [`Error::Unavailable`] when it cannot be kept now: the source must try again later.
pub async fn accept(desk: &Desk, mail: Accepted) -> Result<InboundId> {
    accept_with(desk, mail, |_, _| Ok(())).await
}

/// The same; what `note` writes becomes durable together with the mail, or neither does.
///
/// # Errors
/// As [`accept`], and those of `note`.
pub async fn accept_with<F>(desk: &Desk, mail: Accepted, mut note: F) -> Result<InboundId>
where
    F: FnMut(&mut Tx<'_>, InboundId) -> Result<()> + Send + 'static,
{
    let (space, _) = crate::ops::disk::scarcest(&desk.config)?;
    if space.free < space.reserve(desk.config.test.disk_reserve_bytes) {
        return Err(Error::Unavailable(
            "The disk is nearly full. Free some space; mail is accepted again then.".into(),
        ));
    }
    let blobs = desk.db.blobs().clone();
    let now = crate::db::Ts(desk.clock.now());
    let (blob, mail) = if mail.raw.len() <= SMALL {
        packed(&blobs, mail)?
    } else {
        let packing = tokio::task::spawn_blocking(move || packed(&blobs, mail));
        packing.await.map_err(|error| Error::Unexpected(error.into()))??
    };
    let envelope_to = serde_json::to_string(&mail.envelope_to)?;
    desk.db
        .write(move |tx| {
            blob.store(tx)?;
            let id = diesel::insert_into(inbound_mails::table)
                .values((
                    inbound_mails::received_at.eq(now),
                    inbound_mails::source.eq(&mail.source),
                    inbound_mails::peer.eq(&mail.peer),
                    inbound_mails::helo.eq(super::prepare::clean(&mail.helo)),
                    inbound_mails::trusted.eq(mail.trusted),
                    inbound_mails::envelope_from
                        .eq(super::prepare::key(&mail.envelope_from.trim().to_lowercase())),
                    inbound_mails::envelope_to.eq(&envelope_to),
                    inbound_mails::queue_id.eq(mail.queue),
                    inbound_mails::digest.eq(&blob.digest),
                    inbound_mails::size.eq(blob.size),
                    inbound_mails::status.eq(InboundStatus::Waiting),
                    inbound_mails::try_at.eq(now),
                ))
                .returning(inbound_mails::id)
                .row(tx)?;
            note(tx, id)?;
            tx.wake(Wake::POSTMASTER);
            Ok(id)
        })
        .await
}

fn packed(blobs: &Blobs, mail: Accepted) -> Result<(Blob, Accepted)> {
    let blob = blobs.prepare(&mail.raw)?;
    Ok((blob, Accepted { raw: Vec::new(), ..mail }))
}
