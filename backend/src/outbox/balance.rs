//! The balance of outgoing mail: per day and kind what was written, and where it stands.

use std::collections::BTreeMap;

use diesel::{dsl::count_star, prelude::*};

use crate::{
    access::Actor,
    db::{Conn, Delivery, InstallationRight, OutboxKind, Ts, schema::outbox},
    error::Result,
};

/// One line of the balance: `written` is the sum of all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// All that was written.
    pub written: i64,
    /// The relay took it.
    pub sent: i64,
    /// It came back.
    pub bounced: i64,
    /// The relay refused it, or was away for too long.
    pub failed: i64,
    /// Its author took it back.
    pub cancelled: i64,
    /// It is on its way.
    pub waiting: i64,
}

impl Balance {
    fn count(&mut self, state: Delivery, mails: i64) {
        self.written += mails;
        let place = match state {
            Delivery::Sent => &mut self.sent,
            Delivery::Bounced => &mut self.bounced,
            Delivery::Failed => &mut self.failed,
            Delivery::Cancelled => &mut self.cancelled,
            _ => &mut self.waiting,
        };
        *place += mails;
    }

    /// Adds another line to this one.
    pub fn add(&mut self, other: &Self) {
        self.written += other.written;
        self.sent += other.sent;
        self.bounced += other.bounced;
        self.failed += other.failed;
        self.cancelled += other.cancelled;
        self.waiting += other.waiting;
    }
}

/// What was written from one instant on and before another, by its kind.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to see the recorder.
pub fn written(conn: &mut Conn, actor: &Actor, from: Ts, to: Ts) -> Result<BTreeMap<String, Balance>> {
    actor.require(InstallationRight::Recorder)?;
    let rows: Vec<(OutboxKind, Delivery, i64)> = outbox::table
        .filter(outbox::created_at.ge(from).and(outbox::created_at.lt(to)))
        .group_by((outbox::kind, outbox::state))
        .select((outbox::kind, outbox::state, count_star()))
        .load(conn)?;
    let mut balance: BTreeMap<String, Balance> = BTreeMap::new();
    for (kind, state, mails) in rows {
        balance.entry(kind.to_string()).or_default().count(state, mails);
    }
    Ok(balance)
}
