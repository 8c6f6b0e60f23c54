//! From which day to which, in whose zone, in what steps.

use jiff::{ToSpan as _, civil::Date, tz::TimeZone};

use crate::{
    db::Ts,
    error::{Error, Result, say},
};

/// The longest period, in days.
const LONGEST: i32 = 366;
/// Up to so many days each day is a part of its own; beyond that each week is.
const BY_DAY: i32 = 92;

/// How a period is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into days.
    Day,
    /// Into weeks from its first day on.
    Week,
}

/// Whole days in one zone.
#[derive(Clone, Debug)]
pub struct Period {
    first: Date,
    last: Date,
    zone: TimeZone,
}

impl Period {
    /// From `first` to `last`, both included.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the last day is before the first, or more than a year after it.
    pub fn new(first: Date, last: Date, zone: TimeZone) -> Result<Self> {
        if last < first {
            return Err(Error::invalid("to", say!("refused-period-order")));
        }
        if (last - first).get_days() >= LONGEST {
            return Err(Error::invalid("to", say!("refused-period-long", days = LONGEST)));
        }
        Ok(Self { first, last, zone })
    }

    /// The `days` days that end with `last`.
    pub fn ending(last: Date, days: i32, zone: TimeZone) -> Self {
        let days = days.clamp(1, LONGEST);
        Self { first: last.saturating_sub((days - 1).days()), last, zone }
    }

    /// Its first day.
    pub fn first(&self) -> Date {
        self.first
    }

    /// Its last day, included.
    pub fn last(&self) -> Date {
        self.last
    }

    /// How it is divided.
    pub fn step(&self) -> Step {
        if (self.last - self.first).get_days() < BY_DAY { Step::Day } else { Step::Week }
    }

    /// Its parts, in order: from each instant on, before the other.
    pub fn parts(&self) -> Vec<(Ts, Ts)> {
        let days = match self.step() {
            Step::Day => 1,
            Step::Week => 7,
        };
        let mut parts = Vec::new();
        let mut day = self.first;
        while day <= self.last {
            let next = day.saturating_add(days.days());
            parts.push((self.start_of(day), self.start_of(next.min(self.after()))));
            if next <= day {
                break;
            }
            day = next;
        }
        parts
    }

    /// All of it as one part.
    pub fn whole(&self) -> (Ts, Ts) {
        (self.start_of(self.first), self.start_of(self.after()))
    }

    fn after(&self) -> Date {
        self.last.saturating_add(1.days())
    }

    // A day that a zone leaves out begins where the next one does.
    fn start_of(&self, day: Date) -> Ts {
        let fallback = || day.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
        let start = day.to_zoned(self.zone.clone()).map(|zoned| zoned.timestamp()).or_else(|_| fallback());
        Ts(start.unwrap_or_default())
    }
}
