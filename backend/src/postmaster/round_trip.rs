//! A mail to ourselves that has come back: it says that the way is open, and becomes no ticket.

use diesel::prelude::*;
use jiff::Timestamp;

use crate::{
    db::{Direct, InboundId, Tx, schema::mailbox_tests},
    error::Result,
    outbox::trial,
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
pub(super) fn came_back(
    tx: &mut Tx<'_>,
    id: InboundId,
    mail: &mail_ingest::Mail,
    now: Timestamp,
) -> Result<Option<Test>> {
    let Some(token) = mail.header(HEADER).map(str::trim).filter(|token| token.len() <= 64) else {
        return Ok(None);
    };
    let token = crate::tickets::store::without_nul(token.to_owned());
    // Once: whoever has read a test mail makes no other mail vanish with its token. Processed again, it is the same one.
    let known: Option<Option<InboundId>> =
        mailbox_tests::table.find(&token).select(mailbox_tests::inbound_id).row(tx).optional()?;
    if let Some(came) = known {
        if came.is_some_and(|other| other != id) {
            return Ok(None);
        }
        diesel::update(mailbox_tests::table.find(&token))
            .set(mailbox_tests::inbound_id.eq(Some(id)))
            .exec(tx)?;
        return Ok(Some(Test::Mailbox));
    }
    Ok(trial::came_back(tx, &token, id, now)?.then_some(Test::Relay))
}
