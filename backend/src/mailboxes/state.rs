//! How a mailbox does, and which node has it.

use diesel::prelude::*;
use jiff::SignedDuration;

use super::Trouble;
use crate::{
    config::{Config, DatabaseUrl},
    db::{MailboxId, Ts, schema::mailbox_states},
    desk::Desk,
    error::Result,
};

/// Whoever has not renewed his claim by then has lost the mailbox to another node.
const LEASE: SignedDuration = SignedDuration::from_secs(45);
/// How often a claim is renewed.
pub(super) const RENEW: std::time::Duration = std::time::Duration::from_secs(15);
/// The file that names this node for good: one that was killed takes its own mailboxes up again at once.
const NODE: &str = "node";

/// The name of this node.
///
/// # Errors
/// When its file can be neither read nor made.
pub(super) fn node(config: &Config) -> std::io::Result<String> {
    let path = config.data_dir.join(NODE);
    match std::fs::read_to_string(&path) {
        Ok(name) if !name.trim().is_empty() => Ok(name.trim().to_owned()),
        _ => {
            let name: String = crate::clock::random_token().chars().take(16).collect();
            std::fs::write(&path, &name)?;
            Ok(name)
        }
    }
}

/// Takes a mailbox, or keeps it. `false`: another node has it.
pub(super) async fn claim(desk: &Desk, id: MailboxId, node: &str) -> Result<bool> {
    // SQLite has one process: whatever stands there is its own, from before a crash.
    let alone = matches!(desk.config.database, DatabaseUrl::Sqlite(_));
    let (now, node) = (desk.clock.now(), node.to_owned());
    let until = Ts(now.checked_add(LEASE).unwrap_or(now));
    desk.db
        .write(move |tx| {
            let row = mailbox_states::table.find(id);
            let set = (mailbox_states::holder.eq(&node), mailbox_states::held_until.eq(Some(until)));
            let mine = if alone {
                diesel::update(row).set(set).execute(&mut **tx)?
            } else {
                let free = mailbox_states::holder
                    .eq(&node)
                    .or(mailbox_states::held_until.is_null())
                    .or(mailbox_states::held_until.lt(Some(Ts(now))));
                diesel::update(row.filter(free)).set(set).execute(&mut **tx)?
            };
            Ok(mine == 1)
        })
        .await
}

/// Gives a mailbox back, so that another node need not wait.
pub(super) async fn release(desk: &Desk, id: MailboxId, node: &str) -> Result<()> {
    let node = node.to_owned();
    desk.db
        .write(move |tx| {
            diesel::update(mailbox_states::table.find(id).filter(mailbox_states::holder.eq(&node)))
                .set((mailbox_states::holder.eq(""), mailbox_states::held_until.eq(None::<Ts>)))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await
}

/// The mailbox was looked into, and nothing was wrong.
pub(super) async fn succeeded(desk: &Desk, id: MailboxId) -> Result<()> {
    let now = Ts(desk.clock.now());
    desk.db
        .write(move |tx| {
            diesel::update(mailbox_states::table.find(id))
                .set((
                    mailbox_states::success_at.eq(now),
                    mailbox_states::error.eq(""),
                    mailbox_states::error_detail.eq(""),
                ))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await
}

/// It could not be looked into.
pub(super) async fn failed(desk: &Desk, id: MailboxId, trouble: &Trouble) -> Result<()> {
    let (now, trouble) = (Ts(desk.clock.now()), trouble.clone());
    let detail: String = trouble.detail.replace('\0', "").chars().take(500).collect();
    desk.db
        .write(move |tx| {
            diesel::update(mailbox_states::table.find(id))
                .set((
                    mailbox_states::error.eq(trouble.word),
                    mailbox_states::error_detail.eq(&detail),
                    mailbox_states::error_at.eq(now),
                ))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await
}

/// Whether another node has the mailbox now.
pub(super) async fn is_held(desk: &Desk, id: MailboxId, node: &str) -> bool {
    let (now, node) = (Ts(desk.clock.now()), node.to_owned());
    let held = desk.db.read(move |conn| {
        let row: (String, Option<Ts>) = mailbox_states::table
            .find(id)
            .select((mailbox_states::holder, mailbox_states::held_until))
            .first(conn)?;
        Ok(row.0 != node && row.1.is_some_and(|until| until > now))
    });
    // Unknown counts as no: asking for it will tell.
    held.await.unwrap_or(false)
}
