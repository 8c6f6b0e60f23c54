//! Whether the clock is right. Nobody tells us the time; but what was written lies in the past, what comes in was written
//! before it came, and the machine of PostgreSQL has a clock of its own.

use std::collections::HashSet;

use diesel::prelude::*;
use jiff::Timestamp;

use super::Report;
use crate::db::schema::{audit_events, events, inbound_mails};
use crate::db::{Blobs, Conn, Ts, backend};
use crate::error::Result;

/// A clock that stands so far before what was written last was set back.
const SET_BACK_SECONDS: i64 = 60;
/// So far two machines may be apart, with all that asking takes.
const APART_SECONDS: i64 = 60;
/// Mails that are dated so long after they came in say that we are behind.
const BEHIND_MINUTES: i64 = 15;
/// So many mails are gone through, the newest first.
const MAILS: i64 = 60;
/// So many people are heard, by the newest mail of each: few, so that those from before the clock was set right are soon
/// outvoted.
const PEOPLE: usize = 9;
/// Fewer say nothing: one has never set his clock, another's machine believes to be in another country.
const FEWEST: usize = 5;
/// A larger mail is not unpacked for its date, in bytes.
const LARGEST: i64 = 256 * 1024;

pub(super) fn look(report: &mut Report<'_>, conn: &mut Conn, blobs: &Blobs, now: Timestamp) -> Result<()> {
    let (said, mut is_right) = (now.to_string(), true);
    let newest = newest(conn)?.filter(|newest| newest.duration_since(now).as_secs() > SET_BACK_SECONDS);
    if let Some(newest) = newest {
        is_right = false;
        report.bad("clock", "clock-back", &[("now", &said), ("newest", &newest.to_string())]);
    }
    let there = backend::server_time(conn)?.map(|there| there.0);
    let apart = |there: &Timestamp| there.duration_since(now).as_secs().abs() > APART_SECONDS;
    if let Some(there) = there.filter(apart) {
        is_right = false;
        report.warning("clock", "clock-apart", &[("now", &said), ("there", &there.to_string())]);
    }
    if let Some((people, minutes)) = behind(conn, blobs)? {
        is_right = false;
        let values = [("n", &people.to_string()[..]), ("minutes", &minutes.to_string())];
        report.warning("clock", "clock-behind", &values);
    }
    if is_right {
        report.good("clock", "clock", &[]);
    }
    Ok(())
}

/// When something was written last.
fn newest(conn: &mut Conn) -> Result<Option<Timestamp>> {
    let event: Option<Ts> =
        events::table.order(events::id.desc()).select(events::at).first(conn).optional()?;
    let audited: Option<Ts> =
        audit_events::table.order(audit_events::id.desc()).select(audit_events::at).first(conn).optional()?;
    Ok(event.into_iter().chain(audited).map(|at| at.0).max())
}

/// What is to be known of a mail before it is unpacked.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = inbound_mails)]
struct Came {
    received_at: Ts,
    sender: String,
    digest: String,
    size: i64,
    automatic: bool,
    bounce: bool,
    forgotten_at: Option<Ts>,
}

impl Came {
    /// Whether a person wrote it and it can still be read: machines date by clocks that nobody looks at.
    fn counts(&self) -> bool {
        let by_a_person = !self.sender.is_empty() && !self.automatic && !self.bounce;
        by_a_person && self.forgotten_at.is_none() && self.size <= LARGEST
    }
}

/// Of how many people more than half have dated their newest mail at least so many minutes after it came in. The other
/// way round it says nothing: a mail may have waited on its way.
fn behind(conn: &mut Conn, blobs: &Blobs) -> Result<Option<(usize, i64)>> {
    let newest: Vec<Came> = inbound_mails::table
        .order(inbound_mails::id.desc())
        .limit(MAILS)
        .select(Came::as_select())
        .load(conn)?;
    let (mut heard, mut ahead) = (HashSet::new(), Vec::new());
    for mail in newest.iter().filter(|mail| mail.counts()) {
        if ahead.len() == PEOPLE {
            break;
        }
        if !heard.insert(&mail.sender) {
            continue;
        }
        // One whose bytes are not there says nothing here; what is wrong with them is told elsewhere.
        let dated = blobs.read(conn, &mail.digest).ok().and_then(|raw| date_of(&raw));
        ahead.extend(dated.map(|at| at.duration_since(mail.received_at.0).as_mins()));
    }
    ahead.sort_unstable();
    let middle = ahead.get(ahead.len().saturating_sub(1) / 2).copied();
    let minutes = middle.filter(|minutes| *minutes >= BEHIND_MINUTES && ahead.len() >= FEWEST);
    Ok(minutes.map(|minutes| (ahead.len(), minutes)))
}

/// What a mail says of when it was written: its header alone is read.
fn date_of(raw: &[u8]) -> Option<Timestamp> {
    let end = raw.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(raw.len());
    let written = mail_ingest::parse(raw.get(..end)?).date?;
    Timestamp::from_microsecond(written).ok()
}
