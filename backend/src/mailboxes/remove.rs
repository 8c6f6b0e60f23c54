//! Removing a mailbox: nothing is fetched from it any more, its secrets are gone, what came from it stays.

use diesel::prelude::*;
use serde_json::{Value, json};

use super::Mailbox;
use crate::{
    access::{Actor, Who},
    audit,
    db::{
        Audited, Conn, InstallationRight, MailboxId, Ts, Tx,
        schema::{mailbox_states, mailboxes},
    },
    error::{Error, Result},
};

/// Removes a mailbox. Its name is free for another one; its mails keep theirs, in the recorder and in the balance.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, id: MailboxId, now: Ts) -> Result<()> {
    actor.require(InstallationRight::QueuesAndMail)?;
    retire(tx, &actor.who(), id, now)
}

/// What the audit log is told of a mailbox. A secret is a number here that grows when it is changed.
pub(super) fn told(conn: &mut Conn, id: MailboxId) -> Result<(String, Value)> {
    let it: Mailbox = mailboxes::table.find(id).select(Mailbox::as_select()).first(conn)?;
    let retired: Option<Ts> = mailboxes::table.find(id).select(mailboxes::retired_at).first(conn)?;
    let value = json!({
        "name": it.name, "kind": it.kind.as_str(), "address": it.address, "host": it.host, "port": it.port,
        "security": it.security.as_str(), "ca": it.ca, "login": it.login, "auth": it.auth.as_str(),
        "token_url": it.token_url, "client_id": it.client_id, "scope": it.scope, "directory": it.directory,
        "folders": it.folders(), "after": it.after.as_str(), "move_to": it.move_to,
        "existing": it.existing.as_str(), "queue": it.queue_id, "trusted": it.trusted, "max_bytes": it.max_bytes,
        "poll_seconds": it.poll_seconds, "enabled": it.disabled_at.is_none(), "removed": retired.is_some(),
        "version": it.version,
    });
    Ok((it.name, value))
}

/// The same on behalf of the operator.
pub(crate) fn retire(tx: &mut Tx<'_>, who: &Who, id: MailboxId, now: Ts) -> Result<()> {
    audit::around(tx, (who, Audited::Mailbox, now), |conn| told(conn, id), |tx| end(tx, id, now))
}

fn end(tx: &mut Tx<'_>, id: MailboxId, now: Ts) -> Result<()> {
    let mailbox: Mailbox = mailboxes::table
        .find(id)
        .filter(mailboxes::retired_at.is_null())
        .select(Mailbox::as_select())
        .first(&mut **tx)
        .optional()?
        .ok_or(Error::NotFound)?;
    // Names are unique, and none that a person may choose is longer than this one.
    let name = format!("{} (removed {id})", mailbox.name);
    diesel::update(mailboxes::table.find(id))
        .set((
            mailboxes::name.eq(name),
            mailboxes::secret.eq(""),
            mailboxes::disabled_at.eq(Some(mailbox.disabled_at.unwrap_or(now))),
            mailboxes::retired_at.eq(Some(now)),
            // Who fetches from it stops.
            mailboxes::version.eq(mailboxes::version + 1),
        ))
        .execute(&mut **tx)?;
    diesel::update(mailbox_states::table.find(id))
        .set((
            mailbox_states::access.eq(""),
            mailbox_states::error.eq(""),
            mailbox_states::error_detail.eq(""),
            mailbox_states::alarmed_at.eq(None::<Ts>),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
