//! Fetching from a Maildir on this machine.

use std::path::PathBuf;

use mail_ingest::fetch::{FetchError, cut, maildir};

use super::together;
use crate::{
    db::{MailboxAfter, SeenState},
    desk::Desk,
    error::Error,
    mailboxes::{
        Mailbox, Trouble,
        seen::{self, Known, Place},
        state,
        take::{self, BEGINNING, HEADER, Taken},
    },
};

/// A Maildir is one folder, whose files never change their names while they are new.
const FOLDER: &str = "";

pub(super) async fn visit(desk: &Desk, mailbox: &Mailbox) -> Result<(), Trouble> {
    let directory = PathBuf::from(&mailbox.directory);
    let held = files(&directory, |directory| {
        maildir::check(directory)?;
        maildir::list(directory)
    })
    .await?;
    if held.is_empty() {
        return Ok(state::succeeded(desk, mailbox.id).await?);
    }
    let known = seen::open(desk, mailbox.id, FOLDER, 0).await?;
    let mut rest = held.as_slice();
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(together(rest.iter().map(|mail| mail.size)).min(rest.len()));
        rest = later;
        let taking = batch.iter().map(|mail| take_one(desk, mailbox, &directory, mail, &known));
        let mut names = Vec::new();
        for (mail, taken) in batch.iter().zip(futures_util::future::join_all(taking).await) {
            let (name, keep) = (mail.name.clone(), taken? != Taken::Whole);
            let keep = keep || mailbox.after != MailboxAfter::Delete;
            files(&directory, move |directory| {
                if keep { maildir::keep(directory, &name) } else { maildir::delete(directory, &name) }
            })
            .await?;
            names.push(mail.name.clone());
        }
        seen::left(desk, mailbox.id, FOLDER, 0, names).await?;
    }
    Ok(state::succeeded(desk, mailbox.id).await?)
}

async fn take_one(
    desk: &Desk,
    mailbox: &Mailbox,
    directory: &std::path::Path,
    mail: &maildir::Held,
    known: &Known,
) -> Result<Taken, Trouble> {
    match known.here.get(&mail.name) {
        Some((SeenState::Cut, _)) => return Ok(Taken::Cut),
        Some(_) => return Ok(Taken::Whole),
        None => {}
    }
    let place = Place {
        mailbox: mailbox.id,
        folder: FOLDER.to_owned(),
        validity: 0,
        uid: mail.name.chars().take(255).collect(),
    };
    let too_large = mail.size > u64::try_from(mailbox.max_bytes).unwrap_or(0);
    let limit = if too_large { HEADER + BEGINNING } else { mailbox.limit() };
    let name = mail.name.clone();
    let raw = files(directory, move |directory| maildir::read(directory, &name, limit)).await?;
    // Somebody else was faster: then there is nothing to move on either.
    let Some(raw) = raw else { return Ok(Taken::Whole) };
    let nothing = &mut Known::default();
    if too_large {
        let (header, text) = cut::split(&raw);
        let text = text.get(..BEGINNING).unwrap_or(text);
        return take::beginning(desk, mailbox, place, header, text, mail.size, nothing).await;
    }
    take::whole(desk, mailbox, place, raw, nothing).await
}

/// Works with files, off the asynchronous threads.
async fn files<T: Send + 'static>(
    directory: &std::path::Path,
    work: impl FnOnce(&std::path::Path) -> Result<T, FetchError> + Send + 'static,
) -> Result<T, Trouble> {
    let directory = directory.to_owned();
    let done = tokio::task::spawn_blocking(move || work(&directory)).await;
    Ok(done.map_err(|error| Trouble::from(Error::Unexpected(error.into())))??)
}
