//! Fetching by IMAP.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use mail_ingest::fetch::imap::{Held, Imap, SET};
use mail_ingest::fetch::{FetchError, Server};

use super::{Door, Pass, pause, signed_in, together};
use crate::{
    db::{MailboxAfter, MailboxExisting, SeenState, Ts},
    desk::Desk,
    error::Error,
    mailboxes::{
        Mailbox, Trouble,
        seen::{self, Known, Place},
        state,
        take::{self, BEGINNING, HEADER, Taken},
    },
};

/// Servers end an IDLE that takes half an hour (RFC 2177).
const IDLE: Duration = Duration::from_secs(25 * 60);

/// A folder between two looks.
struct Folder {
    name: String,
    validity: i64,
    known: Known,
    /// Up to this number everything has been dealt with.
    after: u32,
}

impl Door for Imap {
    async fn open(server: &Server, login: &str, pass: &Pass) -> Result<Self, FetchError> {
        Self::open(server, login, pass.proof()).await
    }
}

pub(super) async fn visit(desk: &Desk, mailbox: &Mailbox) -> Result<(), Trouble> {
    let mut imap = signed_in::<Imap>(desk, mailbox).await?;
    if mailbox.after == MailboxAfter::Move {
        imap.ensure_folder(&mailbox.move_to).await?;
    }
    let mut folders: HashMap<String, Folder> = HashMap::new();
    // The first one is looked at last: it is the one that the line then listens to.
    let names: Vec<String> = mailbox.folders().into_iter().rev().collect();
    loop {
        for name in &names {
            look(desk, mailbox, &mut imap, name, &mut folders).await?;
        }
        state::succeeded(desk, mailbox.id).await?;
        // Listening is not trusted for long: a line may be dead without anybody saying so, and other folders wait.
        imap.idle(pause(desk, mailbox).min(IDLE)).await?;
    }
}

async fn look(
    desk: &Desk,
    mailbox: &Mailbox,
    imap: &mut Imap,
    name: &str,
    folders: &mut HashMap<String, Folder>,
) -> Result<(), Trouble> {
    let opened = imap.select(name).await?;
    let validity = i64::from(opened.uid_validity);
    let mut folder = match folders.remove(name).filter(|folder| folder.validity == validity) {
        Some(folder) => folder,
        None => Folder {
            name: name.to_owned(),
            validity,
            known: seen::open(desk, mailbox.id, name, validity).await?,
            after: 0,
        },
    };
    let held = imap.list(folder.after).await?;
    if folder.after == 0 {
        let there: HashSet<String> = held.iter().map(|mail| mail.uid.to_string()).collect();
        let gone: Vec<String> =
            folder.known.here.keys().filter(|uid| !there.contains(*uid)).cloned().collect();
        for uid in &gone {
            folder.known.here.remove(uid);
        }
        seen::left(desk, mailbox.id, name, validity, gone).await?;
    }
    if folder.known.first_time && mailbox.existing == MailboxExisting::Skip {
        skip(desk, mailbox, imap, &mut folder, &held).await?;
    } else {
        take_new(desk, mailbox, imap, &mut folder, &held).await?;
    }
    if folder.after == 0 {
        seen::opened(desk, mailbox.id, name, validity).await?;
    }
    folder.known.first_time = false;
    folder.after = held.last().map_or(folder.after, |mail| mail.uid);
    folders.insert(name.to_owned(), folder);
    Ok(())
}

/// What lies there when the mailbox is first opened is noted and left alone.
async fn skip(
    desk: &Desk,
    mailbox: &Mailbox,
    imap: &mut Imap,
    folder: &mut Folder,
    held: &[Held],
) -> Result<(), Trouble> {
    let fresh: Vec<u32> = held
        .iter()
        .filter(|mail| !mail.deleted)
        .map(|mail| mail.uid)
        .filter(|uid| !folder.known.here.contains_key(&uid.to_string()))
        .collect();
    for some in fresh.chunks(SET) {
        let headers: HashMap<u32, Vec<u8>> =
            imap.headers(some, HEADER.saturating_mul(8)).await?.into_iter().collect();
        let rows: Vec<(Place, String)> = some
            .iter()
            .map(|uid| {
                let header = headers.get(uid).map(|header| take::fingerprint_of_header(header));
                (place(mailbox, folder, *uid), header.unwrap_or_default())
            })
            .collect();
        let now = Ts(desk.clock.now());
        desk.db
            .write(move |tx| {
                for (place, fingerprint) in &rows {
                    match seen::note(tx, place, fingerprint, SeenState::Skipped, None, now) {
                        Ok(()) | Err(Error::Conflict(_)) => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            })
            .await?;
    }
    folder.known.here.extend(fresh.iter().map(|uid| (uid.to_string(), (SeenState::Skipped, 0))));
    Ok(())
}

async fn take_new(
    desk: &Desk,
    mailbox: &Mailbox,
    imap: &mut Imap,
    folder: &mut Folder,
    held: &[Held],
) -> Result<(), Trouble> {
    let mut ready = Vec::new();
    let mut swept = Vec::new();
    let mut fresh: VecDeque<Held> = VecDeque::new();
    for mail in held {
        match folder.known.here.get(&mail.uid.to_string()) {
            // Somebody has deleted it, and it was never ours.
            None if mail.deleted => {}
            None => fresh.push_back(*mail),
            // We were about to, or to finish a move.
            Some((SeenState::Taken, _)) if mail.deleted && mailbox.after != MailboxAfter::Leave => {
                swept.push(mail.uid);
            }
            Some((SeenState::Stuck, tries)) if *tries < seen::TRIES => fresh.push_back(*mail),
            // Ours since an earlier visit that ended before the mail was moved on.
            Some((SeenState::Taken, _)) => ready.push((mail.uid, Taken::Whole)),
            Some((SeenState::Cut, _)) => ready.push((mail.uid, Taken::Cut)),
            Some((SeenState::Skipped | SeenState::Stuck, _)) => {}
        }
    }
    if !swept.is_empty() {
        imap.delete(&swept).await?;
        leave(desk, mailbox, folder, &swept).await?;
    }
    move_on(desk, mailbox, imap, folder, ready).await?;
    while let Some(first) = fresh.front().copied() {
        if first.size > u64::try_from(mailbox.max_bytes).unwrap_or(0) {
            fresh.pop_front();
            let taken = cut(desk, mailbox, imap, folder, first).await?;
            move_on(desk, mailbox, imap, folder, vec![(first.uid, taken)]).await?;
            continue;
        }
        let limit = u64::try_from(mailbox.max_bytes).unwrap_or(0);
        let fitting = fresh.iter().map(|mail| mail.size).take_while(|size| *size <= limit);
        let batch: Vec<Held> = fresh.drain(..together(fitting)).collect();
        let done = whole(desk, mailbox, imap, folder, &batch).await?;
        move_on(desk, mailbox, imap, folder, done).await?;
    }
    Ok(())
}

/// Fetches and keeps some mails together: many mails, one sync of the disk.
async fn whole(
    desk: &Desk,
    mailbox: &Mailbox,
    imap: &mut Imap,
    folder: &mut Folder,
    batch: &[Held],
) -> Result<Vec<(u32, Taken)>, Trouble> {
    let uids: Vec<u32> = batch.iter().map(|mail| mail.uid).collect();
    // What a server says about lengths is a hint.
    let room = batch.iter().fold(0_u64, |sum, mail| sum.saturating_add(mail.size));
    let room = usize::try_from(room).unwrap_or(usize::MAX).max(mailbox.limit()).saturating_mul(2);
    let mut mails = imap.fetch(&uids, room).await?;
    for uid in &uids {
        if mails.iter().all(|(came, _)| came != uid) {
            // Alone: of several, a server may have refused all because of one.
            match imap.fetch(&[*uid], room).await?.pop() {
                Some(mail) => mails.push(mail),
                None => missing(desk, mailbox, imap, folder, *uid).await?,
            }
        }
    }
    let mut done = Vec::with_capacity(mails.len());
    let mut keeping = Vec::with_capacity(mails.len());
    for (uid, raw) in mails {
        let place = place(mailbox, folder, uid);
        if folder.known.elsewhere.is_empty() {
            keeping.push(async move {
                let nothing = &mut Known::default();
                Ok::<_, Trouble>((uid, take::whole(desk, mailbox, place, raw, nothing).await?))
            });
        } else {
            done.push((uid, take::whole(desk, mailbox, place, raw, &mut folder.known).await?));
        }
    }
    for kept in futures_util::future::join_all(keeping).await {
        done.push(kept?);
    }
    Ok(done)
}

/// A mail that did not come: it is gone, or the server keeps it back. The others do not wait for it.
async fn missing(
    desk: &Desk,
    mailbox: &Mailbox,
    imap: &mut Imap,
    folder: &mut Folder,
    uid: u32,
) -> Result<(), Trouble> {
    let still = imap.list(uid.saturating_sub(1)).await?;
    if still.iter().all(|mail| mail.uid != uid || mail.deleted) {
        return Ok(());
    }
    let (place, now) = (place(mailbox, folder, uid), Ts(desk.clock.now()));
    let tries = desk.db.write(move |tx| seen::stuck(tx, &place, now)).await?;
    tracing::warn!(
        mailbox = mailbox.name,
        folder = folder.name,
        uid,
        tries,
        "the server does not give a mail out"
    );
    folder.known.here.insert(uid.to_string(), (SeenState::Stuck, tries));
    Ok(())
}

async fn cut(
    desk: &Desk,
    mailbox: &Mailbox,
    imap: &mut Imap,
    folder: &mut Folder,
    mail: Held,
) -> Result<Taken, Trouble> {
    let Some((_, header)) = imap.headers(&[mail.uid], HEADER).await?.pop() else {
        missing(desk, mailbox, imap, folder, mail.uid).await?;
        return Ok(Taken::Skipped);
    };
    let text = imap.beginning(mail.uid, BEGINNING).await?;
    let place = place(mailbox, folder, mail.uid);
    take::beginning(desk, mailbox, place, &header, &text, mail.size, &mut folder.known).await
}

/// Deletes or moves what is ours. A mail of which only the beginning is ours is never deleted.
async fn move_on(
    desk: &Desk,
    mailbox: &Mailbox,
    imap: &mut Imap,
    folder: &mut Folder,
    mails: Vec<(u32, Taken)>,
) -> Result<(), Trouble> {
    let mut leaves: Vec<u32> = Vec::new();
    for (uid, taken) in mails {
        let state = match taken {
            Taken::Whole => SeenState::Taken,
            Taken::Cut => SeenState::Cut,
            Taken::Skipped => SeenState::Skipped,
        };
        let goes = match mailbox.after {
            MailboxAfter::Leave => false,
            MailboxAfter::Move => taken != Taken::Skipped,
            MailboxAfter::Delete => taken == Taken::Whole,
        };
        if goes {
            leaves.push(uid);
        }
        let stuck = matches!(folder.known.here.get(&uid.to_string()), Some((SeenState::Stuck, _)));
        if !(stuck && taken == Taken::Skipped) {
            folder.known.here.insert(uid.to_string(), (state, 0));
        }
    }
    if leaves.is_empty() {
        return Ok(());
    }
    leaves.sort_unstable();
    match mailbox.after {
        MailboxAfter::Delete => imap.delete(&leaves).await?,
        _ => imap.move_to(&leaves, &mailbox.move_to).await?,
    }
    leave(desk, mailbox, folder, &leaves).await
}

/// These mails are no longer in the folder.
async fn leave(desk: &Desk, mailbox: &Mailbox, folder: &mut Folder, uids: &[u32]) -> Result<(), Trouble> {
    let names: Vec<String> = uids.iter().map(ToString::to_string).collect();
    for name in &names {
        folder.known.here.remove(name);
    }
    Ok(seen::left(desk, mailbox.id, &folder.name, folder.validity, names).await?)
}

fn place(mailbox: &Mailbox, folder: &Folder, uid: u32) -> Place {
    Place {
        mailbox: mailbox.id,
        folder: folder.name.clone(),
        validity: folder.validity,
        uid: uid.to_string(),
    }
}
