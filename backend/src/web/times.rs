//! Instants as a person reads them: relative under a day, then the date, in the reader's zone and language.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::i18n::{FluentValue, Language, Values};
use crate::terms::Terms;

/// What the wording of an instant depends on.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Language of the words.
    pub language: Language,
    /// Zone of the clock times.
    pub zone: TimeZone,
    /// The present, which relative times are measured from.
    pub now: Timestamp,
    /// What the house calls states and priorities; nothing for whoever has not signed in.
    pub terms: Arc<Terms>,
}

impl Reader {
    /// This moment, in the reader's zone.
    pub fn moment(&self) -> crate::tickets::Moment {
        crate::tickets::Moment { now: self.now, zone: self.zone.clone() }
    }

    /// `now`, `12 min`, `5 h`, `3 Nov`, `3 Nov 2024`: for narrow columns.
    pub fn short(&self, at: Timestamp) -> String {
        let seconds = self.now.as_second() - at.as_second();
        let ahead = seconds < -59;
        match seconds.abs() {
            0..60 => self.language.tr("time-now"),
            s @ 60..3_600 if !ahead => self.language.tr_count("time-min", s / 60),
            s @ 3_600..86_400 if !ahead => self.language.tr_count("time-hours", s / 3_600),
            s @ 60..3_600 => self.language.tr_count("time-in-min", s / 60),
            s @ 3_600..86_400 => self.language.tr_count("time-in-hours", s / 3_600),
            _ => self.date(self.local(at).date()),
        }
    }

    /// `4 min ago`, `16:42`, `Yesterday 16:42`, `3 Nov, 16:42`: beside a message.
    pub fn stamp(&self, at: Timestamp) -> String {
        let seconds = self.now.as_second() - at.as_second();
        if (0..60).contains(&seconds) {
            return self.language.tr("time-just-now");
        }
        if (60..3_600).contains(&seconds) {
            return self.language.tr_count("time-min-ago", seconds / 60);
        }
        let local = self.local(at);
        let clock = self.clock(at);
        let today = self.local(self.now).date();
        match (today - local.date()).get_days() {
            0 => clock,
            1 => self.language.tr_with("time-yesterday", &[("clock", &clock)]),
            -1 => self.language.tr_with("time-tomorrow", &[("clock", &clock)]),
            _ => {
                let date = self.date(local.date());
                self.language.tr_with("time-date-clock", &[("date", &date), ("clock", &clock)])
            }
        }
    }

    /// `16:42`, `Yesterday 16:42`, `3 Nov, 16:42`: after “since”, where some languages put an article before a date.
    pub fn since(&self, at: Timestamp) -> String {
        let date = self.local(at).date();
        match (self.local(self.now).date() - date).get_days() {
            0 => self.clock(at),
            1 => self.stamp(at),
            _ => {
                let values = [("date", self.date(date)), ("clock", self.clock(at))];
                self.language
                    .tr_with("time-since", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
            }
        }
    }

    /// `Sunday 22 November 2026, 16:42`: the whole truth, for titles.
    pub fn full(&self, at: Timestamp) -> String {
        let local = self.local(at);
        let date = self.long_date(local.date());
        self.language.tr_with("time-date-clock", &[("date", &date), ("clock", &self.clock(at))])
    }

    /// `Today`, `Yesterday`, `Friday 20 November`: between the days of a conversation.
    pub fn day(&self, at: Timestamp) -> String {
        let date = self.local(at).date();
        match (self.local(self.now).date() - date).get_days() {
            0 => self.language.tr("time-today"),
            1 => self.language.tr("time-yesterday-day"),
            _ => self.long_date(date),
        }
    }

    /// `Friday 20 November`, whatever day it is today.
    pub fn long_day(&self, at: Timestamp) -> String {
        self.long_date(self.local(at).date())
    }

    /// `16:42`.
    pub fn clock(&self, at: Timestamp) -> String {
        let local = self.local(at);
        format!("{:02}:{:02}", local.hour(), local.minute())
    }

    /// `42 min`, `3 h 20 min`, `16 h`, `2 d 4 h`: how long something took, in seconds.
    pub fn took(&self, seconds: i64) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
        let two = |key: &str, large: i64, small: i64| {
            let (large, small) = (large.to_string(), small.to_string());
            self.language.tr_with(key, &[("large", &large), ("small", &small)])
        };
        match (days, hours, minutes) {
            (0, 0, 0) => self.language.tr("took-moment"),
            (0, 0, minutes) => self.language.tr_count("time-min", minutes),
            (0, hours, minutes) if minutes % 60 == 0 || hours > 9 => {
                self.language.tr_count("time-hours", hours)
            }
            (0, hours, minutes) => two("took-hours", hours, minutes % 60),
            (days, hours, _) if hours % 24 == 0 || days > 9 => self.language.tr_count("took-days", days),
            (days, hours, _) => two("took-days-hours", days, hours % 24),
        }
    }

    /// `9 Nov`: a day as a row of a table.
    pub fn day_month(&self, at: Timestamp) -> String {
        self.date(self.local(at).date())
    }

    /// `9`, and `1 Dec` on the first of a month: below a chart.
    pub fn day_of_month(&self, at: Timestamp) -> String {
        let date = self.local(at).date();
        if date.day() == 1 { self.date(date) } else { date.day().to_string() }
    }

    /// `16:42:07`, for logs.
    pub fn clock_seconds(&self, at: Timestamp) -> String {
        let local = self.local(at);
        format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second())
    }

    /// The value of an `<input type="datetime-local">`.
    pub fn field(&self, at: Timestamp) -> String {
        let local = self.local(at);
        format!("{}T{:02}:{:02}", local.date(), local.hour(), local.minute())
    }

    /// Reads what an `<input type="datetime-local">` sent, as a time in the reader's zone; `None` for nonsense.
    pub fn read_field(&self, text: &str) -> Option<Timestamp> {
        let civil: jiff::civil::DateTime = text.trim().replace(' ', "T").parse().ok()?;
        Some(civil.to_zoned(self.zone.clone()).ok()?.timestamp())
    }

    fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    fn date(&self, date: Date) -> String {
        let this_year = date.year() == self.local(self.now).year();
        let month = self.language.tr(&format!("month-short-{}", date.month()));
        self.dated(date, month, if this_year { "time-day-month" } else { "time-day-month-year" })
    }

    /// `Friday 20 November 2026`; without the year where it is this one.
    pub fn long_date(&self, date: Date) -> String {
        let this_year = date.year() == self.local(self.now).year();
        let key = if this_year { "time-weekday-day-month" } else { "time-weekday-day-month-year" };
        self.dated(date, self.language.tr(&format!("month-{}", date.month())), key)
    }

    // The day is a number: a language may say the first of a month in another way than the rest.
    fn dated(&self, date: Date, month: String, key: &str) -> String {
        let weekday = self.language.tr(&format!("weekday-{}", date.weekday().to_monday_one_offset()));
        let values: Values<'_> = [
            (Cow::Borrowed("weekday"), FluentValue::from(weekday)),
            (Cow::Borrowed("day"), FluentValue::from(date.day())),
            (Cow::Borrowed("month"), FluentValue::from(month)),
            (Cow::Borrowed("year"), FluentValue::from(date.year().to_string())),
        ]
        .into();
        self.language.find(key, Some(&values)).unwrap_or_else(|| date.to_string())
    }
}
