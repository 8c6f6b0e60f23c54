//! Removing a mailbox: nothing is fetched from it any more, its secrets are gone, what came from it stays.

use diesel::prelude::*;

use super::Mailbox;
use crate::{
    access::Actor,
    db::{
        InstallationRight, MailboxId, Ts, Tx,
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
    retire(tx, id, now)
}

/// The same on behalf of the operator.
pub(crate) fn retire(tx: &mut Tx<'_>, id: MailboxId, now: Ts) -> Result<()> {
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
