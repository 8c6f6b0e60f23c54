//! A mail to ourselves that has come back: it says that the way is open, and becomes no ticket.

use diesel::prelude::*;

use crate::{
    db::{Direct, InboundId, Tx, schema::mailbox_tests},
    error::Result,
};

/// Carries the token: a relay may change the Message-ID.
pub const HEADER: &str = "X-Turnstone-Test";

/// Whether this is a test mail of ours; then it is noted that it came.
pub(super) fn came_back(tx: &mut Tx<'_>, id: InboundId, mail: &mail_ingest::Mail) -> Result<bool> {
    let Some(token) = mail.header(HEADER).map(str::trim).filter(|token| token.len() <= 64) else {
        return Ok(false);
    };
    let token = crate::tickets::store::without_nul(token.to_owned());
    let known = diesel::update(mailbox_tests::table.find(&token))
        .set(mailbox_tests::inbound_id.eq(Some(id)))
        .exec(tx)?;
    Ok(known == 1)
}
