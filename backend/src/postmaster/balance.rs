//! The balance of received mail: per day and way what came in, and what became of it. It is summed up from the index
//! over exactly that time, so it always adds up and never reads the archive.

use std::collections::BTreeMap;

use diesel::{dsl::count_star, prelude::*};

use crate::{
    access::Actor,
    db::{Conn, Disposition, InstallationRight, Ts, schema::inbound_mails},
    error::Result,
};

/// One line of the balance: `received` is the sum of all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// All that came in.
    pub received: i64,
    /// Opened a ticket.
    pub new: i64,
    /// Joined a ticket.
    pub follow_up: i64,
    /// Was there before.
    pub duplicate: i64,
    /// Deliberately not filed.
    pub ignored: i64,
    /// Waits for a person.
    pub quarantined: i64,
    /// Waits to be processed.
    pub waiting: i64,
    /// Why mails were ignored or put aside, and how many.
    pub reasons: BTreeMap<String, i64>,
}

impl Balance {
    fn count(&mut self, disposition: Option<Disposition>, reason: String, mails: i64) {
        self.received += mails;
        let place = match disposition {
            Some(Disposition::New) => &mut self.new,
            Some(Disposition::FollowUp) => &mut self.follow_up,
            Some(Disposition::Duplicate) => &mut self.duplicate,
            Some(Disposition::Ignored) => &mut self.ignored,
            Some(Disposition::Quarantined) => &mut self.quarantined,
            None => &mut self.waiting,
        };
        *place += mails;
        if !reason.is_empty() {
            *self.reasons.entry(reason).or_default() += mails;
        }
    }

    /// Adds another line to this one.
    pub fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.new += other.new;
        self.follow_up += other.follow_up;
        self.duplicate += other.duplicate;
        self.ignored += other.ignored;
        self.quarantined += other.quarantined;
        self.waiting += other.waiting;
        for (reason, mails) in &other.reasons {
            *self.reasons.entry(reason.clone()).or_default() += mails;
        }
    }
}

/// What came in from one instant on and before another, by the way it came.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to see the recorder.
pub fn received(conn: &mut Conn, actor: &Actor, from: Ts, to: Ts) -> Result<BTreeMap<String, Balance>> {
    actor.require(InstallationRight::Recorder)?;
    let rows: Vec<(String, Option<Disposition>, String, i64)> = inbound_mails::table
        .filter(inbound_mails::received_at.ge(from).and(inbound_mails::received_at.lt(to)))
        .group_by((inbound_mails::source, inbound_mails::disposition, inbound_mails::reason))
        .select((inbound_mails::source, inbound_mails::disposition, inbound_mails::reason, count_star()))
        .load(conn)?;
    let mut balance: BTreeMap<String, Balance> = BTreeMap::new();
    for (source, disposition, reason, mails) in rows {
        balance.entry(source).or_default().count(disposition, reason, mails);
    }
    Ok(balance)
}
