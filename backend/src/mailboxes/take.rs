//! From a fetched mail to a kept one.

use mail_ingest::fetch::cut;
use sha2::{Digest as _, Sha256};

use super::{
    Mailbox, Trouble,
    seen::{self, Known, Place},
};
use crate::{
    db::{SeenState, Ts, hex},
    desk::Desk,
    error::Error,
    i18n::Language,
    postmaster::{self, Accepted},
};

/// So many bytes of a mail that is too large are fetched behind its header.
pub(super) const BEGINNING: usize = 256 * 1024;
/// The longest header of such a mail.
pub(super) const HEADER: usize = 1024 * 1024;

/// What came of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is ours now, or was already.
    Whole,
    /// Its beginning is; the rest stays where it is.
    Cut,
    /// It is one of those that lay there before.
    Skipped,
}

/// What names a mail by its content.
pub(super) fn fingerprint(mail: &[u8]) -> String {
    hex(&Sha256::digest(mail))
}

/// What names a mail by its header, where no more of it is known.
pub(super) fn fingerprint_of_header(mail: &[u8]) -> String {
    let (header, _) = cut::split(mail);
    // Servers differ in whether the blank line belongs to it.
    let text = header.trim_ascii_end();
    format!("h:{}", hex(&Sha256::digest(text)))
}

/// Keeps a whole mail, unless it is a known one at a new place.
pub(super) async fn whole(
    desk: &Desk,
    mailbox: &Mailbox,
    place: Place,
    raw: Vec<u8>,
    known: &mut Known,
) -> Result<Taken, Trouble> {
    let fingerprint = fingerprint(&raw);
    for name in [fingerprint.clone(), fingerprint_of_header(&raw)] {
        if let Some(taken) = turned_up(desk, &place, &name, known).await? {
            return Ok(taken);
        }
    }
    keep(desk, mailbox, place, raw, fingerprint, SeenState::Taken).await?;
    Ok(Taken::Whole)
}

/// Keeps the beginning of a mail that is too large, with a note of what is missing.
pub(super) async fn beginning(
    desk: &Desk,
    mailbox: &Mailbox,
    place: Place,
    header: &[u8],
    text: &[u8],
    size: u64,
    known: &mut Known,
) -> Result<Taken, Trouble> {
    let fingerprint = fingerprint_of_header(header);
    if let Some(taken) = turned_up(desk, &place, &fingerprint, known).await? {
        return Ok(taken);
    }
    let megabytes = |bytes: u64| format!("{}.{}", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576);
    let limit = megabytes(u64::try_from(mailbox.max_bytes).unwrap_or(0));
    let note =
        Language::english().tr_with("mailbox-cut-note", &[("size", &megabytes(size)), ("limit", &limit)]);
    // Derived from the mail: the same mail from two mailboxes is cut into the same.
    let mark = format!("turnstone-{}", fingerprint.chars().skip(2).take(24).collect::<String>());
    let raw = cut::mail(header, text, &note, &mark);
    keep(desk, mailbox, place, raw, fingerprint, SeenState::Cut).await?;
    Ok(Taken::Cut)
}

/// Whether a mail with this content left another place before: then it is known, and only its place is new.
async fn turned_up(
    desk: &Desk,
    place: &Place,
    fingerprint: &str,
    known: &mut Known,
) -> Result<Option<Taken>, Trouble> {
    let Some(from) = known.elsewhere.get_mut(fingerprint).and_then(Vec::pop) else { return Ok(None) };
    let (to, now) = (place.clone(), Ts(desk.clock.now()));
    let state = desk
        .db
        .write(move |tx| {
            seen::moved(tx, &from, &to, now)?;
            seen::state_of(tx, &to)
        })
        .await;
    match state {
        Ok(SeenState::Skipped) => Ok(Some(Taken::Skipped)),
        Ok(SeenState::Cut) => Ok(Some(Taken::Cut)),
        Ok(_) | Err(Error::Conflict(_)) => Ok(Some(Taken::Whole)),
        Err(error) => Err(error.into()),
    }
}

async fn keep(
    desk: &Desk,
    mailbox: &Mailbox,
    place: Place,
    raw: Vec<u8>,
    fingerprint: String,
    state: SeenState,
) -> Result<(), Trouble> {
    let now = Ts(desk.clock.now());
    let envelope_from = sender_of(&raw);
    let mail = Accepted {
        raw,
        envelope_from,
        envelope_to: Vec::new(),
        source: mailbox.source(),
        peer: String::new(),
        helo: String::new(),
        trusted: mailbox.trusted,
        queue: mailbox.queue_id,
    };
    metrics::counter!(crate::ops::metrics::MAILS_OFFERED).increment(1);
    let kept = postmaster::accept_with(desk, mail, move |tx, id| {
        seen::note(tx, &place, &fingerprint, state, Some(id), now)
    });
    match kept.await {
        // Another node, or this one before a hiccup of the line, has kept it: nothing was written now.
        Ok(_) | Err(Error::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The envelope's sender as the last server noted it; without a note, From: an empty one would be a bounce's.
fn sender_of(raw: &[u8]) -> String {
    let (header, _) = cut::split(raw);
    let parsed = mail_ingest::parse(header);
    match parsed.header("Return-Path") {
        Some(path) => path.trim().trim_start_matches('<').trim_end_matches('>').to_owned(),
        None => parsed.from.map(|from| from.address).unwrap_or_default(),
    }
}
