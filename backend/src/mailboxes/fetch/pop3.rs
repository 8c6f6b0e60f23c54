//! Fetching by POP3: a server lets one in at a time and deletes at the end, so each visit is a connection.

use std::collections::HashSet;

use mail_ingest::fetch::pop3::{Held, Pop3};
use mail_ingest::fetch::{FetchError, Server, cut};

use super::{BATCH, BATCH_BYTES, Door, Pass, signed_in};
use crate::{
    db::{MailboxAfter, MailboxExisting, SeenState, Ts},
    desk::Desk,
    mailboxes::{
        Mailbox, Trouble,
        seen::{self, Known, Place},
        state,
        take::{self, BEGINNING, HEADER, Taken},
    },
};

/// A POP3 mailbox is one folder, whose numbering has no name.
const FOLDER: &str = "";

impl Door for Pop3 {
    async fn open(server: &Server, login: &str, pass: &Pass) -> Result<Self, FetchError> {
        Self::open(server, login, pass.proof()).await
    }
}

pub(super) async fn visit(desk: &Desk, mailbox: &Mailbox) -> Result<(), Trouble> {
    let mut pop = signed_in::<Pop3>(desk, mailbox).await?;
    let held = pop.list().await?;
    let mut known = seen::open(desk, mailbox.id, FOLDER, 0).await?;
    let there: HashSet<&str> = held.iter().map(|mail| mail.uid.as_str()).collect();
    let gone: Vec<String> = known.here.keys().filter(|uid| !there.contains(uid.as_str())).cloned().collect();
    known.here.retain(|uid, _| there.contains(uid.as_str()));
    seen::left(desk, mailbox.id, FOLDER, 0, gone).await?;
    if !known.elsewhere.is_empty() || !known.here.is_empty() {
        // What has just left its place may have a new name in this very listing.
        known.elsewhere = seen::open(desk, mailbox.id, FOLDER, 0).await?.elsewhere;
        known.elsewhere.values_mut().for_each(|places| places.retain(|at| !there.contains(at.uid.as_str())));
    }
    let first_time = known.first_time && mailbox.existing == MailboxExisting::Skip;
    let mut ready: Vec<Held> = Vec::new();
    let (mut count, mut bytes) = (0, 0);
    let mut more = false;
    for mail in held {
        let taken = match known.here.get(&mail.uid) {
            Some((SeenState::Taken, _)) => Some(Taken::Whole),
            Some((SeenState::Stuck, tries)) if *tries < seen::TRIES => None,
            Some(_) => Some(Taken::Skipped),
            None => None,
        };
        let taken = match taken {
            Some(taken) => taken,
            // Deletions count only when the session ends in good order: not too much hangs on one.
            None if count >= BATCH * 4 || bytes > BATCH_BYTES * 4 => {
                more = true;
                break;
            }
            None if first_time => skip(desk, mailbox, &mut pop, &mail).await?,
            None => {
                count += 1;
                bytes += mail.size;
                take_one(desk, mailbox, &mut pop, &mail, &mut known).await?
            }
        };
        if mailbox.after == MailboxAfter::Delete && taken == Taken::Whole {
            pop.delete(mail.number).await?;
            ready.push(mail);
        }
    }
    pop.close().await?;
    let names: Vec<String> = ready.into_iter().map(|mail| mail.uid).collect();
    seen::left(desk, mailbox.id, FOLDER, 0, names).await?;
    seen::opened(desk, mailbox.id, FOLDER, 0).await?;
    state::succeeded(desk, mailbox.id).await?;
    if more { Box::pin(visit(desk, mailbox)).await } else { Ok(()) }
}

fn place(mailbox: &Mailbox, mail: &Held) -> Place {
    Place { mailbox: mailbox.id, folder: FOLDER.to_owned(), validity: 0, uid: mail.uid.clone() }
}

async fn skip(desk: &Desk, mailbox: &Mailbox, pop: &mut Pop3, mail: &Held) -> Result<Taken, Trouble> {
    let header = pop.beginning(mail.number, false, HEADER).await?.unwrap_or_default();
    let fingerprint = if header.is_empty() { String::new() } else { take::fingerprint_of_header(&header) };
    let (place, now) = (place(mailbox, mail), Ts(desk.clock.now()));
    desk.db.write(move |tx| seen::note(tx, &place, &fingerprint, SeenState::Skipped, None, now)).await?;
    Ok(Taken::Skipped)
}

async fn take_one(
    desk: &Desk,
    mailbox: &Mailbox,
    pop: &mut Pop3,
    mail: &Held,
    known: &mut Known,
) -> Result<Taken, Trouble> {
    let place = place(mailbox, mail);
    let limit = mailbox.limit();
    if mail.size > u64::try_from(limit).unwrap_or(0) {
        // A server without TOP gives nothing of it; the note alone still says that there is a mail.
        let top = pop.beginning(mail.number, true, HEADER + BEGINNING).await?.unwrap_or_default();
        let (header, text) = cut::split(&top);
        let text = text.get(..BEGINNING).unwrap_or(text);
        return take::beginning(desk, mailbox, place, header, text, mail.size, known).await;
    }
    match pop.fetch(mail.number, limit.saturating_mul(2)).await? {
        Some(raw) => take::whole(desk, mailbox, place, raw, known).await,
        None => {
            let now = Ts(desk.clock.now());
            let tries = desk.db.write(move |tx| seen::stuck(tx, &place, now)).await?;
            tracing::warn!(
                mailbox = mailbox.name,
                uid = mail.uid,
                tries,
                "the server does not give a mail out"
            );
            Ok(Taken::Skipped)
        }
    }
}
