//! Throwing away the originals of mails that were filed long ago. Their rows stay, so that the balance does; so do
//! their articles with text, HTML and files. What waits or lies in quarantine is never touched.

use diesel::prelude::*;
use jiff::SignedDuration;

use crate::{
    db::{Blob, InboundId, Ts, Tx, received, schema::inbound_mails},
    desk::Desk,
    error::{Error, Result},
    settings,
};

/// So many mails lose their originals in one transaction: it must not hold up the mail that comes in.
const BATCH: i64 = 100;
/// So many transactions at most, each time it is looked for.
const BATCHES: usize = 20;

/// Throws away what is too old, as the settings say; how many mails lost their originals.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(desk: &Desk) -> Result<usize> {
    let config = desk.config.clone();
    let kept = desk.db.read(move |conn| settings::retention(conn, &config)).await?;
    let Some(days) = kept else { return Ok(0) };
    let now = desk.clock.now();
    let age = SignedDuration::from_hours(24 * i64::from(days));
    let Ok(before) = now.checked_sub(age) else { return Ok(0) };
    let empty = {
        let blobs = desk.db.blobs().clone();
        tokio::task::spawn_blocking(move || blobs.prepare(b""))
            .await
            .map_err(|error| Error::Unexpected(error.into()))??
    };
    let mut forgotten = 0;
    for _ in 0..BATCHES {
        let (empty, now) = (empty.clone(), Ts(now));
        let digests = desk.db.write(move |tx| forget(tx, &empty, Ts(before), now)).await?;
        let count = digests.len();
        forgotten += count;
        let blobs = desk.db.blobs().clone();
        desk.db.write(move |tx| digests.iter().try_for_each(|digest| blobs.forget(tx, digest))).await?;
        if count < usize::try_from(BATCH).unwrap_or(0) {
            break;
        }
    }
    if forgotten > 0 {
        metrics::counter!(crate::ops::metrics::MAILS_FORGOTTEN).increment(forgotten as u64);
        tracing::info!(mails = forgotten, "threw away originals that are older than MAIL_RETENTION_DAYS");
    }
    Ok(forgotten)
}

/// Lets go of the originals of some mails; which bytes they were.
fn forget(tx: &mut Tx<'_>, empty: &Blob, before: Ts, now: Ts) -> Result<Vec<String>> {
    let due: Vec<(InboundId, String)> = inbound_mails::table
        .filter(inbound_mails::forgotten_at.is_null().and(inbound_mails::received_at.lt(before)))
        .filter(received::is_done())
        .order(inbound_mails::received_at)
        .limit(BATCH)
        .select((inbound_mails::id, inbound_mails::digest))
        .load(&mut **tx)?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    empty.store(tx)?;
    let (ids, mut digests): (Vec<InboundId>, Vec<String>) = due.into_iter().unzip();
    diesel::update(inbound_mails::table.filter(inbound_mails::id.eq_any(ids)))
        .set((
            inbound_mails::digest.eq(&empty.digest),
            inbound_mails::steps.eq("[]"),
            inbound_mails::forgotten_at.eq(now),
        ))
        .execute(&mut **tx)?;
    digests.retain(|digest| *digest != empty.digest);
    Ok(digests)
}
