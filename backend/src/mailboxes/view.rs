//! Mailboxes for the pages, the API and the command line.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Mailbox, State, Test, probe};
use crate::{
    access::Actor,
    config::Config,
    db::{
        Conn, InstallationRight, MailboxId, SeenState,
        schema::{mailbox_mails, mailbox_states, mailboxes},
    },
    error::Result,
    i18n::Language,
    queues,
};

/// A mailbox and what is to be known of it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its settings.
    pub mailbox: Mailbox,
    /// How it does.
    pub state: State,
    /// The name of its queue; empty: as its mails' addresses say.
    pub queue: String,
    /// Mails that its server does not give out.
    pub stuck: i64,
}

impl Listed {
    /// What is wrong, for people; empty where nothing is.
    pub fn trouble(&self, language: &Language) -> String {
        super::model::trouble(language, &self.state)
    }
}

/// All mailboxes by name.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right.
pub fn all(conn: &mut Conn, actor: &Actor) -> Result<Vec<Listed>> {
    actor.require(InstallationRight::QueuesAndMail)?;
    load(conn)
}

/// The same for the operator.
pub(crate) fn load(conn: &mut Conn) -> Result<Vec<Listed>> {
    let rows: Vec<(Mailbox, State)> = mailboxes::table
        .inner_join(mailbox_states::table)
        .filter(mailboxes::retired_at.is_null())
        .order(mailboxes::name)
        .select((Mailbox::as_select(), State::as_select()))
        .load(conn)?;
    let stuck: Vec<(MailboxId, i64)> = mailbox_mails::table
        .filter(
            mailbox_mails::mailbox_id.eq_any(rows.iter().map(|(mailbox, _)| mailbox.id).collect::<Vec<_>>()),
        )
        .filter(mailbox_mails::state.eq(SeenState::Stuck).and(mailbox_mails::gone_at.is_null()))
        .group_by(mailbox_mails::mailbox_id)
        .select((mailbox_mails::mailbox_id, diesel::dsl::count_star()))
        .load(conn)?;
    let stuck: HashMap<MailboxId, i64> = stuck.into_iter().collect();
    let names: HashMap<_, _> = queues::all(conn)?.into_iter().map(|queue| (queue.id, queue.name)).collect();
    let listed = rows.into_iter().map(|(mailbox, state)| Listed {
        queue: mailbox.queue_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
        stuck: stuck.get(&mailbox.id).copied().unwrap_or(0),
        mailbox,
        state,
    });
    Ok(listed.collect())
}

/// One mailbox.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right, [`crate::error::Error::NotFound`].
pub fn get(conn: &mut Conn, actor: &Actor, id: MailboxId) -> Result<Listed> {
    let found = all(conn, actor)?.into_iter().find(|listed| listed.mailbox.id == id);
    found.ok_or(crate::error::Error::NotFound)
}

/// The newest test mail of a mailbox.
///
/// # Errors
/// Those of the database.
pub fn hops(
    conn: &mut Conn,
    mailbox: &Mailbox,
    config: &Config,
    language: &Language,
    now: jiff::Timestamp,
) -> Result<Option<Test>> {
    let has_relay = crate::settings::relay::is_there(conn, config)?;
    probe::newest(conn, mailbox, has_relay, language, now)
}
