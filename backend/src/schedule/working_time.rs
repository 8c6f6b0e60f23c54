//! Working time: what counts as such, and when so much of it has passed.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date, tz::Offset, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A moment further away than this many days is not looked for.
const HORIZON_DAYS: u32 = 3_660;
/// Seconds of a day that is as long as it should be.
const DAY: i64 = 86_400;
/// No clock differs from UTC by more, in seconds.
const FURTHEST: i64 = 26 * 3_600;

/// A stretch of a day, in minutes since midnight: from the first, until the second, which may be 1440.
pub type Span = (u16, u16);

/// What is worked on each day of the week, Monday first. Spans of a day are in order and do not overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Week(pub [Vec<Span>; 7]);

impl Week {
    /// Monday to Friday, 9 to 17 o'clock.
    pub fn usual() -> Self {
        Self(std::array::from_fn(|day| if day < 5 { vec![(540, 1_020)] } else { Vec::new() }))
    }

    /// Whether nobody ever works.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    /// Minutes of work in a week.
    pub fn minutes(&self) -> u32 {
        self.0.iter().flatten().map(|(from, to)| u32::from(to.saturating_sub(*from))).sum()
    }
}

/// Working hours as they are counted with: a week, in a zone, without the days off.
#[derive(Clone, Debug)]
pub struct Hours {
    /// The zone of the clock on the wall.
    pub zone: TimeZone,
    /// The week.
    pub week: Week,
    /// Days on which nobody works.
    pub once: BTreeSet<Date>,
    /// Months and days of each year on which nobody works.
    pub yearly: BTreeSet<(i8, i8)>,
}

impl Hours {
    /// Monday to Friday, 9 to 17 o'clock, without any day off.
    pub fn usual(zone: TimeZone) -> Self {
        Self { zone, week: Week::usual(), once: BTreeSet::new(), yearly: BTreeSet::new() }
    }

    /// Working time from a moment on, stretch by stretch in order, for ten years.
    pub fn stretches(&self, from: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let first = from.to_zoned(self.zone.clone()).date();
        let days = std::iter::successors(Some(first), |day| day.checked_add(1.day()).ok());
        let limit = usize::try_from(HORIZON_DAYS).unwrap_or(usize::MAX);
        days.take(limit).flat_map(move |day| self.on(day)).filter_map(move |(opens, closes)| {
            let begins = opens.max(from);
            (begins < closes).then_some((begins, closes))
        })
    }

    /// What is worked on a day: each moment at which the clock on the wall shows a time within a span. An hour that the
    /// clock leaves out is not worked, one that it shows twice is worked twice.
    fn on(&self, day: Date) -> Vec<(Timestamp, Timestamp)> {
        let spans = self.week.0.get(usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0));
        let spans = spans.map(Vec::as_slice).unwrap_or_default();
        if spans.is_empty() || self.once.contains(&day) || self.yearly.contains(&(day.month(), day.day())) {
            return Vec::new();
        }
        let Ok(midnight) = Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)) else { return Vec::new() };
        let midnight = midnight.as_second();
        let mut worked = Vec::new();
        for (begin, end, offset) in self.offsets(midnight - FURTHEST, midnight + DAY + FURTHEST) {
            for (from, to) in spans {
                let at = |minute: u16| midnight + i64::from(minute) * 60 - offset;
                let (from, to) = (at(*from).max(begin), at(*to).min(end));
                if let (true, Ok(from), Ok(to)) =
                    (from < to, Timestamp::from_second(from), Timestamp::from_second(to))
                {
                    worked.push((from, to));
                }
            }
        }
        worked
    }

    /// Between two moments, how far the clock is from UTC: from, until, by so much; all in seconds.
    fn offsets(&self, begin: i64, end: i64) -> Vec<(i64, i64, i64)> {
        let (mut found, mut at) = (Vec::new(), begin);
        while at < end {
            let Ok(moment) = Timestamp::from_second(at) else { break };
            let offset = i64::from(self.zone.to_offset(moment).seconds());
            let next = self.zone.following(moment).next().map(|change| change.timestamp().as_second());
            let until = next.filter(|next| *next > at).map_or(end, |next| next.min(end));
            found.push((at, until, offset));
            at = until;
        }
        found
    }
}

/// The moment at which `minutes` of working time have passed since `from`; ten years later where there is not that much.
///
/// Counts elapsed time, so that a day on which the clocks change is as long as it really is.
pub fn after(from: Timestamp, minutes: i64, hours: &Hours) -> Timestamp {
    let mut left = SignedDuration::from_mins(minutes.max(0));
    for (begins, ends) in hours.stretches(from) {
        let here = ends.duration_since(begins);
        if here >= left {
            return begins.checked_add(left).unwrap_or(ends);
        }
        left -= here;
    }
    let horizon = SignedDuration::from_hours(24 * i64::from(HORIZON_DAYS));
    from.checked_add(horizon).unwrap_or(Timestamp::MAX)
}
