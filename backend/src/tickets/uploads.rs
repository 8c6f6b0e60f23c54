//! Files on their way to a draft, piece by piece: what has arrived stays when a connection breaks, and the browser goes on
//! from there.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use super::{Attachment, Moment};
use crate::{
    access::{Actor, Check, Note, TicketAccess, is_left_out},
    clock::public_id,
    db::{
        AgentId, AttachmentId, Conn, TicketId, Ts, Tx, backend,
        schema::{attachments, upload_pieces, uploads},
    },
    error::{Error, Result, say},
};

/// The longest piece, in bytes.
pub const PIECE: usize = 2_000_000;
/// How long a half-sent file waits for the rest.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// One that nobody went on with for so long makes way for others.
const STILL: SignedDuration = SignedDuration::from_mins(15);
/// So many of an agent's may be on their way.
const AT_ONCE: i64 = 50;
/// So much of them together, in bytes.
const BYTES: i64 = 100_000_000;

/// A file that is to come.
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// Whether it is to stand in the text.
    pub inline: bool,
    /// All of it, in bytes.
    pub size: i64,
}

/// A file of which not all has arrived.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = uploads)]
pub struct HalfSent {
    id: i64,
    /// What addresses carry.
    pub uid: String,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// Whether it is to stand in the text.
    pub inline: bool,
    /// All of it, in bytes.
    pub size: i64,
    /// So many bytes have arrived.
    pub received: i64,
    attachment_id: Option<AttachmentId>,
}

impl HalfSent {
    /// Whether nothing is missing.
    pub fn is_whole(&self) -> bool {
        self.received == self.size
    }
}

/// Begins a file for the actor's draft on a ticket; `largest` is the most that it may have, in bytes.
///
/// # Errors
/// [`Error::Invalid`] for one that is too large or empty, and when too many are on their way.
pub fn begin(
    tx: &mut Tx<'_>,
    access: &TicketAccess<Note>,
    actor: &Actor,
    new: &NewUpload,
    largest: i64,
    at: &Moment,
) -> Result<HalfSent> {
    if !(1..=largest).contains(&new.size) {
        return Err(Error::invalid("size", say!("refused-upload-size", most = largest / 1_048_576)));
    }
    backend::one_at_a_time(tx, &format!("uploads {}", actor.agent.id))?;
    if !has_room(tx, actor, new.size)? {
        // What stands still makes way: a browser that is there asks again within seconds.
        let still = Ts(at.now.checked_sub(STILL).unwrap_or(at.now));
        diesel::delete(
            uploads::table
                .filter(uploads::agent_id.eq(actor.agent.id).and(uploads::attachment_id.is_null()))
                .filter(uploads::touched_at.lt(still)),
        )
        .execute(&mut **tx)?;
        if !has_room(tx, actor, new.size)? {
            return Err(Error::invalid("size", say!("refused-uploads")));
        }
    }
    let uid = public_id(at.now).simple().to_string();
    diesel::insert_into(uploads::table)
        .values((
            uploads::uid.eq(&uid),
            uploads::agent_id.eq(actor.agent.id),
            uploads::ticket_id.eq(access.ticket().id),
            uploads::name.eq(super::store::without_nul(new.name.clone())),
            uploads::content_type.eq(super::store::without_nul(new.content_type.clone())),
            uploads::inline.eq(new.inline),
            uploads::size.eq(new.size),
            uploads::received.eq(0_i64),
            uploads::touched_at.eq(at.ts()),
        ))
        .execute(&mut **tx)?;
    find(tx, actor, access.ticket().id, &uid)
}

/// Whether another file of this size may be on its way.
fn has_room(conn: &mut Conn, actor: &Actor, size: i64) -> Result<bool> {
    let mine: Vec<i64> = uploads::table
        .filter(uploads::agent_id.eq(actor.agent.id).and(uploads::attachment_id.is_null()))
        .select(uploads::size)
        .load(conn)?;
    let many = i64::try_from(mine.len()).unwrap_or(i64::MAX) >= AT_ONCE;
    Ok(!many && mine.iter().sum::<i64>() + size <= BYTES)
}

/// The actor's own.
///
/// # Errors
/// [`Error::NotFound`] for anybody else's, and for one that was swept away.
pub fn find(conn: &mut Conn, actor: &Actor, ticket: TicketId, uid: &str) -> Result<HalfSent> {
    let (sender, upload): (AgentId, HalfSent) = uploads::table
        .filter(uploads::uid.eq(uid).and(uploads::ticket_id.eq(ticket)))
        .select((uploads::agent_id, HalfSent::as_select()))
        .first(conn)?;
    let his = sender == actor.himself() || is_left_out(Check::OwnUpload);
    if his { Ok(upload) } else { Err(Error::NotFound) }
}

/// Takes the next piece, which begins at `begins`; how far it is now. One that is a file already takes none.
///
/// # Errors
/// [`Error::Conflict`] when the file stands elsewhere; [`Error::Invalid`] for more than it was to have.
pub fn take(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: TicketId,
    uid: &str,
    begins: i64,
    piece: &[u8],
    at: &Moment,
) -> Result<HalfSent> {
    let upload = find(tx, actor, ticket, uid)?;
    if upload.attachment_id.is_some() {
        return Ok(upload);
    }
    let length = i64::try_from(piece.len()).unwrap_or(i64::MAX);
    if begins.saturating_add(length) > upload.size {
        return Err(Error::invalid("size", say!("refused-upload-long")));
    }
    let moved = diesel::update(uploads::table.find(upload.id).filter(uploads::received.eq(begins)))
        .set((uploads::received.eq(begins + length), uploads::touched_at.eq(at.ts())))
        .execute(&mut **tx)?;
    if moved == 0 {
        return Err(Error::Conflict(say!("refused-upload-offset")));
    }
    if length > 0 {
        diesel::insert_into(upload_pieces::table)
            .values((
                upload_pieces::upload_id.eq(upload.id),
                upload_pieces::begins.eq(begins),
                upload_pieces::data.eq(piece),
            ))
            .execute(&mut **tx)?;
    }
    Ok(HalfSent { received: begins + length, ..upload })
}

/// All bytes of one that is whole.
///
/// # Errors
/// Those of the database.
pub fn bytes(conn: &mut Conn, upload: &HalfSent) -> Result<Vec<u8>> {
    let pieces: Vec<Vec<u8>> = upload_pieces::table
        .filter(upload_pieces::upload_id.eq(upload.id))
        .order(upload_pieces::begins)
        .select(upload_pieces::data)
        .load(conn)?;
    Ok(pieces.concat())
}

/// The file that it became, if it has.
///
/// # Errors
/// Those of the database.
pub fn attachment(conn: &mut Conn, upload: &HalfSent) -> Result<Option<Attachment>> {
    let Some(id) = upload.attachment_id else { return Ok(None) };
    Ok(attachments::table.find(id).select(Attachment::as_select()).first(conn).optional()?)
}

/// Makes it a file, by `attach`, unless it is one already: whoever asks twice is given the same.
///
/// # Errors
/// [`Error::NotFound`] when it was thrown away; those of `attach`.
pub fn finish(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: TicketId,
    uid: &str,
    at: &Moment,
    attach: impl FnOnce(&mut Tx<'_>) -> Result<Attachment>,
) -> Result<Attachment> {
    let upload = find(tx, actor, ticket, uid)?;
    // Whoever changes the row hangs it on; the others wait for him here.
    let mine = diesel::update(uploads::table.find(upload.id).filter(uploads::attachment_id.is_null()))
        .set(uploads::touched_at.eq(at.ts()))
        .execute(&mut **tx)?;
    if mine == 0 {
        let upload = find(tx, actor, ticket, uid)?;
        return attachment(tx, &upload)?.ok_or(Error::NotFound);
    }
    let kept = attach(tx)?;
    diesel::update(uploads::table.find(upload.id))
        .set(uploads::attachment_id.eq(kept.id))
        .execute(&mut **tx)?;
    diesel::delete(upload_pieces::table.filter(upload_pieces::upload_id.eq(upload.id))).execute(&mut **tx)?;
    Ok(kept)
}

/// Throws it away: it is not wanted. The file that it became stays.
///
/// # Errors
/// [`Error::NotFound`] when it is gone already.
pub fn end(tx: &mut Tx<'_>, actor: &Actor, ticket: TicketId, uid: &str) -> Result<()> {
    let upload = find(tx, actor, ticket, uid)?;
    diesel::delete(upload_pieces::table.filter(upload_pieces::upload_id.eq(upload.id))).execute(&mut **tx)?;
    match diesel::delete(uploads::table.find(upload.id)).execute(&mut **tx)? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// Throws away what nobody went on with for a day.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    let old = Ts(now.checked_sub(KEPT).unwrap_or(now));
    diesel::delete(uploads::table.filter(uploads::touched_at.lt(old))).execute(&mut **tx)?;
    Ok(())
}
