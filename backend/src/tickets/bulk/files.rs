//! Files that go with what is written into many tickets: kept with the bulk until it has ended.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use super::{super::drafts, Deed, progress};
use crate::{
    access::Actor,
    clock::public_id,
    db::{
        Blobs, BulkId, BulkState, Conn, Ts, Tx, each,
        schema::{attachments, bulks},
    },
    error::{Error, Result, say},
    tickets::{Attachment, Moment, NewFile},
};

/// So many files.
const FILES: usize = 50;
/// How long they wait for the bulk to begin.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// So large together, in bytes.
const BYTES: i64 = 35_000_000;
/// So much leaves for all tickets together, in bytes: each mail carries all of them.
const SENT: i64 = 1_000_000_000;

/// Keeps files with a bulk that has not begun.
///
/// # Errors
/// [`Error::Conflict`] when it has begun; [`Error::Invalid`] for too many files, or too large ones.
pub fn keep(tx: &mut Tx<'_>, actor: &Actor, id: BulkId, files: &[NewFile], at: &Moment) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    if super::get(tx, actor, id)?.state != BulkState::Chosen {
        return Err(Error::Conflict(say!("bulk-begun")));
    }
    let there: Vec<i64> =
        attachments::table.filter(attachments::bulk_id.eq(id)).select(attachments::size).load(&mut **tx)?;
    if there.iter().sum::<i64>() + files.iter().map(|file| file.blob.size).sum::<i64>() > BYTES {
        return Err(Error::invalid("attachments", say!("refused-files-large")));
    }
    if there.len() + files.len() > FILES {
        return Err(Error::invalid("attachments", say!("refused-files", most = FILES)));
    }
    for file in files {
        file.blob.store(tx)?;
        diesel::insert_into(attachments::table)
            .values((
                attachments::uid.eq(public_id(at.now).simple().to_string()),
                attachments::bulk_id.eq(id),
                attachments::agent_id.eq(actor.agent.id),
                attachments::name.eq(&file.name),
                attachments::content_type.eq(&file.content_type),
                attachments::size.eq(file.blob.size),
                attachments::digest.eq(&file.blob.digest),
                attachments::created_at.eq(at.ts()),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// What is kept with a bulk, by name.
///
/// # Errors
/// Those of the database.
pub fn names(conn: &mut Conn, id: BulkId) -> Result<Vec<String>> {
    Ok(attachments::table
        .filter(attachments::bulk_id.eq(id))
        .order(attachments::id)
        .select(attachments::name)
        .load(conn)?)
}

/// Refuses what would fill the disk: the files go with each of the tickets.
pub(super) fn check(conn: &mut Conn, id: BulkId) -> Result<()> {
    let sizes: Vec<i64> =
        attachments::table.filter(attachments::bulk_id.eq(id)).select(attachments::size).load(conn)?;
    let each: i64 = sizes.iter().sum();
    if each.saturating_mul(progress(conn, id)?.total()) > SENT {
        return Err(Error::invalid("attachments", say!("bulk-files-much", most = SENT / 1_000_000)));
    }
    Ok(())
}

/// The files, ready to be stored with each article; none where the deed writes nothing.
pub(super) fn load(conn: &mut Conn, blobs: &Blobs, id: BulkId, deed: &Deed) -> Result<Vec<NewFile>> {
    if !deed.writes() {
        return Ok(Vec::new());
    }
    let rows: Vec<Attachment> = attachments::table
        .filter(attachments::bulk_id.eq(id))
        .order(attachments::id)
        .select(Attachment::as_select())
        .load(conn)?;
    rows.iter().map(|file| drafts::as_new_file(conn, blobs, file)).collect()
}

/// Takes the files of a bulk that has not begun away again: with them it was refused.
///
/// # Errors
/// [`Error::Conflict`] when it has begun.
pub fn put_away(tx: &mut Tx<'_>, blobs: &Blobs, actor: &Actor, id: BulkId) -> Result<()> {
    if super::get(tx, actor, id)?.state != BulkState::Chosen {
        return Err(Error::Conflict(say!("bulk-begun")));
    }
    let_go(tx, blobs, id)
}

/// Throws away the files of choices that nobody began for a day.
pub(crate) fn sweep(tx: &mut Tx<'_>, blobs: &Blobs, now: Timestamp) -> Result<()> {
    let old = Ts(now.checked_sub(KEPT).unwrap_or(now));
    let with_files = attachments::table
        .filter(attachments::bulk_id.is_not_null().and(attachments::created_at.lt(old)))
        .select(attachments::bulk_id.assume_not_null());
    let left: Vec<BulkId> = bulks::table
        .filter(bulks::id.eq_any(with_files).and(bulks::state.eq(BulkState::Chosen)))
        .filter(bulks::created_at.lt(old))
        .select(bulks::id)
        .load(&mut **tx)?;
    left.into_iter().try_for_each(|id| let_go(tx, blobs, id))
}

/// The bulk has ended: what no article took is thrown away.
pub(super) fn let_go(tx: &mut Tx<'_>, blobs: &Blobs, id: BulkId) -> Result<()> {
    let digests: Vec<String> =
        each!(&mut **tx, |c| diesel::delete(attachments::table.filter(attachments::bulk_id.eq(id)))
            .returning(attachments::digest)
            .get_results(c))?;
    digests.iter().try_for_each(|digest| blobs.forget(tx, digest))
}
