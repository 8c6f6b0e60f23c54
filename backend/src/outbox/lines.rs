//! The lines to the relay: kept open while there is mail, not called in vain while it is away, and no faster than asked.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::{outcome::spread, relay::Line};
use crate::config::{Rate, Relay};

/// A line without mail is closed after so long: relays count the open ones.
const IDLE: Duration = Duration::from_secs(10);
/// So many mails go over a line: relays end it of their own accord at some number.
const MAILS: u32 = 100;
/// The first wait after the relay could not be reached, in seconds; it doubles.
const FIRST_WAIT: i64 = 5;
/// The longest wait, in seconds: whoever repairs a relay sees mail leave within a minute.
const LONGEST_WAIT: i64 = 60;

/// Open lines that nobody uses, and whether calling for new ones makes sense.
pub(super) struct Lines {
    most: usize,
    idle: Vec<(Line, Instant)>,
    failures: u32,
    call_at: Timestamp,
    /// How long was to be waited for that.
    waits: SignedDuration,
    /// The relay takes no more than so many lines, until then.
    crowded: Option<(usize, Timestamp)>,
}

impl Lines {
    pub(super) fn new(relay: &Relay) -> Self {
        Self {
            most: relay.connections.max(1),
            idle: Vec::new(),
            failures: 0,
            call_at: Timestamp::MIN,
            waits: SignedDuration::ZERO,
            crowded: None,
        }
    }

    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// How many more mails can be sent, `busy` being under way. While the relay is away one of them calls, now and
    /// then, and the others go only where a line is open.
    pub(super) fn free(&self, busy: usize, now: Timestamp) -> usize {
        let most = match self.crowded {
            Some((some, until)) if is_to_come(until, now, SignedDuration::from_secs(LONGEST_WAIT)) => some,
            _ => self.most,
        };
        let lanes = most.saturating_sub(busy);
        if self.failures == 0 {
            return lanes;
        }
        let call = usize::from(busy == 0 && !is_to_come(self.call_at, now, self.waits));
        lanes.min(self.idle.len().max(call))
    }

    /// An open line, if there is one.
    pub(super) fn take(&mut self) -> Option<Line> {
        self.idle.pop().map(|(line, _)| line)
    }

    /// A line that did its work. Says so when it ends an outage.
    pub(super) fn give_back(&mut self, line: Option<Line>) {
        let Some(line) = line.filter(Line::is_open) else { return };
        if line.used >= MAILS {
            tokio::spawn(line.close());
        } else {
            self.idle.push((line, Instant::now()));
        }
    }

    /// How many lines lie idle.
    pub(super) fn idle(&self) -> usize {
        self.idle.len()
    }

    /// The relay refused a line while it has `open` others: it wants no more for now.
    pub(super) fn crowded(&mut self, open: usize, now: Timestamp) {
        let until = now.checked_add(SignedDuration::from_secs(LONGEST_WAIT)).unwrap_or(now);
        self.crowded = Some((open.clamp(1, self.most), until));
    }

    /// The relay answered.
    pub(super) fn reached(&mut self) {
        if self.failures > 0 {
            self.crowded = None;
        }
        self.failures = 0;
    }

    /// The relay could not be reached: when it is called again.
    pub(super) fn not_reached(&mut self, now: Timestamp, test: Option<&[u64]>) {
        self.failures = self.failures.saturating_add(1);
        let wait = self.wait(test);
        self.call_at = now.checked_add(wait).unwrap_or(now);
        self.waits = wait;
    }

    /// How long to wait before the next call.
    pub(super) fn wait(&self, test: Option<&[u64]>) -> SignedDuration {
        if let Some(first) = test.and_then(<[u64]>::first) {
            return SignedDuration::from_secs(i64::try_from(*first).unwrap_or(LONGEST_WAIT));
        }
        let doubled = FIRST_WAIT << self.failures.saturating_sub(1).min(8);
        spread(SignedDuration::from_secs(doubled.min(LONGEST_WAIT)))
    }

    /// Ends lines that had no mail for a while.
    pub(super) fn tidy(&mut self) {
        let (stale, fresh): (Vec<_>, Vec<_>) =
            self.idle.drain(..).partition(|(_, since)| since.elapsed() >= IDLE);
        self.idle = fresh;
        for (line, _) in stale {
            tokio::spawn(line.close());
        }
    }

    /// Ends all of them: nothing is left to send.
    pub(super) fn hang_up(&mut self) {
        for (line, _) in self.idle.drain(..) {
            tokio::spawn(line.close());
        }
    }

    /// Ends all of them, and waits for it.
    pub(super) async fn close(self) {
        futures_util::future::join_all(self.idle.into_iter().map(|(line, _)| line.close())).await;
    }
}

/// Whether a moment that lay so far ahead when it was set has not come. One that lies further ahead now is of a clock that
/// was put back since: nobody waits for that.
fn is_to_come(moment: Timestamp, now: Timestamp, after: SignedDuration) -> bool {
    now < moment && moment.duration_since(now) <= after
}

/// No more than so many mails in a time, evenly.
pub(super) struct Pace {
    between: Option<Duration>,
    next: Instant,
}

impl Pace {
    pub(super) fn new(rate: Option<Rate>) -> Self {
        Self { between: rate.map(|rate| rate.between()), next: Instant::now() }
    }

    /// How many of `wanted` may go now.
    pub(super) fn allows(&self, wanted: usize) -> usize {
        if self.between.is_some() && Instant::now() < self.next { 0 } else { wanted.min(self.burst(wanted)) }
    }

    fn burst(&self, wanted: usize) -> usize {
        if self.between.is_some() { 1 } else { wanted }
    }

    /// So many went.
    pub(super) fn count(&mut self, mails: usize) {
        if let Some(between) = self.between
            && mails > 0
        {
            self.next = self.next.max(Instant::now() - between) + between;
        }
    }

    /// How long until the next may go.
    pub(super) fn wait(&self) -> Option<Duration> {
        self.between.map(|_| self.next.saturating_duration_since(Instant::now()))
    }
}
