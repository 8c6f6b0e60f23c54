//! A mail to ourselves that has come back: it says that the way is open, and becomes no ticket.

use diesel::prelude::*;

use crate::{
    db::{
        Direct, InboundId, Tx,
        schema::{mailbox_tests, relay_trials},
    },
    error::Result,
};

/// Carries the token: a relay may change the Message-ID.
pub const HEADER: &str = crate::outbox::TEST_HEADER;

/// What a test mail of ours was to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// That a mailbox is fetched.
    Mailbox,
    /// That a relay leads out, and the way in leads back.
    Relay,
}

/// Whether this is a test mail of ours; then it is noted that it came.
pub(super) fn came_back(tx: &mut Tx<'_>, id: InboundId, mail: &mail_ingest::Mail) -> Result<Option<Test>> {
    let Some(token) = mail.header(HEADER).map(str::trim).filter(|token| token.len() <= 64) else {
        return Ok(None);
    };
    let token = crate::tickets::store::without_nul(token.to_owned());
    let of_mailbox = diesel::update(mailbox_tests::table.find(&token))
        .set(mailbox_tests::inbound_id.eq(Some(id)))
        .exec(tx)?;
    if of_mailbox == 1 {
        return Ok(Some(Test::Mailbox));
    }
    let of_relay = diesel::update(relay_trials::table.find(&token))
        .set(relay_trials::inbound_id.eq(Some(id)))
        .exec(tx)?;
    Ok((of_relay == 1).then_some(Test::Relay))
}
