//! Which mails of a mailbox are known. A place is a folder, the server's numbering of it, and a number (a name at POP3
//! servers and in Maildirs).

use std::collections::HashMap;

use diesel::prelude::*;
use jiff::SignedDuration;

use crate::{
    db::{
        Conn, InboundId, MailboxId, SeenState, Ts, Tx, each,
        schema::{mailbox_folders, mailbox_mails, mailbox_states},
    },
    desk::Desk,
    error::{Error, Result},
};

/// For so long a mail is recognised by its content after it has left its place.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A mail that the server refused so often is not asked for again by itself.
pub(super) const TRIES: i32 = 5;

/// Where a mail lies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub mailbox: MailboxId,
    pub folder: String,
    pub validity: i64,
    pub uid: String,
}

/// What is known of the mails of a folder.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// By their numbers: those that should be there now.
    pub here: HashMap<String, (SeenState, i32)>,
    /// By their content: those that have left their place, and may turn up at another.
    pub elsewhere: HashMap<String, Vec<Place>>,
    /// Whether the folder was never opened before.
    pub first_time: bool,
}

/// Reads what is known of a folder, and notes how the server numbers it now: mails that were known by other numbers
/// have left their places.
pub(super) async fn open(desk: &Desk, mailbox: MailboxId, folder: &str, validity: i64) -> Result<Known> {
    let (now, folder) = (desk.clock.now(), folder.to_owned());
    desk.db
        .write(move |tx| {
            let before: Option<i64> = mailbox_folders::table
                .find((mailbox, &folder))
                .select(mailbox_folders::uid_validity)
                .first(&mut **tx)
                .optional()?;
            if before.is_some_and(|before| before != validity) {
                tracing::warn!(
                    mailbox = mailbox.0,
                    folder,
                    "the server numbers the mails of this folder anew; known ones are told by their content"
                );
            }
            if before != Some(validity) {
                let old = mailbox_mails::table
                    .filter(mailbox_mails::mailbox_id.eq(mailbox).and(mailbox_mails::folder.eq(&folder)))
                    .filter(mailbox_mails::uid_validity.ne(validity).and(mailbox_mails::gone_at.is_null()));
                diesel::update(old).set(mailbox_mails::gone_at.eq(Ts(now))).execute(&mut **tx)?;
            }
            forget(tx, mailbox, now)?;
            load(tx, mailbox, &folder, validity, before.is_none())
        })
        .await
}

fn load(conn: &mut Conn, mailbox: MailboxId, folder: &str, validity: i64, first_time: bool) -> Result<Known> {
    let of_folder = mailbox_mails::mailbox_id.eq(mailbox).and(mailbox_mails::folder.eq(folder));
    let here: Vec<(String, SeenState, i32)> = mailbox_mails::table
        .filter(of_folder.and(mailbox_mails::uid_validity.eq(validity)))
        .filter(mailbox_mails::gone_at.is_null())
        .select((mailbox_mails::uid, mailbox_mails::state, mailbox_mails::attempts))
        .load(conn)?;
    // At POP3 servers the numbering has no name of its own: there validity is 0, and any mail may have a new name.
    let gone: Vec<(String, String, i64)> = mailbox_mails::table
        .filter(of_folder.and(mailbox_mails::gone_at.is_not_null()))
        .filter(mailbox_mails::uid_validity.ne(validity).or(mailbox_mails::uid_validity.eq(0)))
        .filter(mailbox_mails::state.ne(SeenState::Stuck))
        .select((mailbox_mails::fingerprint, mailbox_mails::uid, mailbox_mails::uid_validity))
        .load(conn)?;
    let mut known = Known { first_time, ..Known::default() };
    known.here.extend(here.into_iter().map(|(uid, state, attempts)| (uid, (state, attempts))));
    for (fingerprint, uid, validity) in gone {
        let place = Place { mailbox, folder: folder.to_owned(), validity, uid };
        known.elsewhere.entry(fingerprint).or_default().push(place);
    }
    Ok(known)
}

/// The folder has been looked at: from now on what lies there is not from before.
pub(super) async fn opened(desk: &Desk, mailbox: MailboxId, folder: &str, validity: i64) -> Result<()> {
    let folder = folder.to_owned();
    desk.db
        .write(move |tx| {
            let row = (
                mailbox_folders::mailbox_id.eq(mailbox),
                mailbox_folders::folder.eq(&folder),
                mailbox_folders::uid_validity.eq(validity),
            );
            each!(&mut **tx, |c| diesel::insert_into(mailbox_folders::table)
                .values(row)
                .on_conflict((mailbox_folders::mailbox_id, mailbox_folders::folder))
                .do_update()
                .set(mailbox_folders::uid_validity.eq(validity))
                .execute(c))?;
            Ok(())
        })
        .await
}

/// Notes a mail at its place. A conflict: somebody else has noted it, and so has the mail.
pub(super) fn note(
    tx: &mut Tx<'_>,
    place: &Place,
    fingerprint: &str,
    state: SeenState,
    inbound: Option<InboundId>,
    now: Ts,
) -> Result<()> {
    let row = (
        mailbox_mails::mailbox_id.eq(place.mailbox),
        mailbox_mails::folder.eq(&place.folder),
        mailbox_mails::uid_validity.eq(place.validity),
        mailbox_mails::uid.eq(&place.uid),
        mailbox_mails::fingerprint.eq(fingerprint),
        mailbox_mails::state.eq(state),
        mailbox_mails::inbound_id.eq(inbound),
        mailbox_mails::at.eq(now),
    );
    // One that was stuck before gives way, and so does another mail that once had this number: a server that lost its
    // index may give it anew, whatever it promised.
    let gives_way = mailbox_mails::state
        .eq(SeenState::Stuck)
        .or(mailbox_mails::gone_at.is_not_null().and(mailbox_mails::fingerprint.ne(fingerprint)));
    diesel::delete(of(place).filter(gives_way)).execute(&mut **tx)?;
    let noted = each!(&mut **tx, |c| diesel::insert_into(mailbox_mails::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if noted == 0 {
        return Err(Error::Conflict("this mail is known already".into()));
    }
    if inbound.is_some() {
        diesel::update(mailbox_states::table.find(place.mailbox))
            .set(mailbox_states::mail_at.eq(now))
            .execute(&mut **tx)?;
    }
    Ok(())
}

type Of = diesel::dsl::Find<mailbox_mails::table, (MailboxId, String, i64, String)>;

fn of(place: &Place) -> Of {
    mailbox_mails::table.find((place.mailbox, place.folder.clone(), place.validity, place.uid.clone()))
}

/// A mail that is known has turned up at another place.
pub(super) fn moved(tx: &mut Tx<'_>, from: &Place, to: &Place, now: Ts) -> Result<()> {
    let (fingerprint, state, inbound): (String, SeenState, Option<InboundId>) = of(from)
        .select((mailbox_mails::fingerprint, mailbox_mails::state, mailbox_mails::inbound_id))
        .first(&mut **tx)?;
    diesel::delete(of(from)).execute(&mut **tx)?;
    note(tx, to, &fingerprint, state, None, now)?;
    diesel::update(of(to)).set(mailbox_mails::inbound_id.eq(inbound)).execute(&mut **tx)?;
    Ok(())
}

/// The server did not give a mail out; how often that was.
pub(super) fn stuck(tx: &mut Tx<'_>, place: &Place, now: Ts) -> Result<i32> {
    let again = diesel::update(of(place).filter(mailbox_mails::state.eq(SeenState::Stuck)))
        .set((mailbox_mails::attempts.eq(mailbox_mails::attempts + 1), mailbox_mails::at.eq(now)))
        .execute(&mut **tx)?;
    if again == 0 {
        note(tx, place, "", SeenState::Stuck, None, now)?;
        return Ok(0);
    }
    Ok(of(place).select(mailbox_mails::attempts).first(&mut **tx)?)
}

/// These mails have left their places.
pub(super) async fn left(
    desk: &Desk,
    mailbox: MailboxId,
    folder: &str,
    validity: i64,
    uids: Vec<String>,
) -> Result<()> {
    if uids.is_empty() {
        return Ok(());
    }
    let (now, folder) = (Ts(desk.clock.now()), folder.to_owned());
    desk.db
        .write(move |tx| {
            // So many values a statement of SQLite takes at ease.
            for some in uids.chunks(500) {
                diesel::update(
                    mailbox_mails::table
                        .filter(mailbox_mails::mailbox_id.eq(mailbox).and(mailbox_mails::folder.eq(&folder)))
                        .filter(mailbox_mails::uid_validity.eq(validity))
                        .filter(mailbox_mails::uid.eq_any(some.to_vec()))
                        .filter(mailbox_mails::gone_at.is_null()),
                )
                .set(mailbox_mails::gone_at.eq(now))
                .execute(&mut **tx)?;
            }
            Ok(())
        })
        .await
}

/// Forgets mails that left their places long ago.
fn forget(tx: &mut Tx<'_>, mailbox: MailboxId, now: jiff::Timestamp) -> Result<()> {
    let old = Ts(now.checked_sub(REMEMBERED).unwrap_or(now));
    diesel::delete(
        mailbox_mails::table
            .filter(mailbox_mails::mailbox_id.eq(mailbox).and(mailbox_mails::gone_at.lt(Some(old)))),
    )
    .execute(&mut **tx)?;
    Ok(())
}

/// What is known of the mail at a place.
pub(super) fn state_of(conn: &mut Conn, place: &Place) -> Result<SeenState> {
    Ok(of(place).select(mailbox_mails::state).first(conn)?)
}
