//! A calendar as it is typed and shown.

use serde::{Deserialize, Serialize};

use crate::error::FieldError;
use crate::i18n::Language;
use crate::queues::calendars::{Change, shown_span};
use crate::schedule::working_time::Week;

/// The form, as it is sent and as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    name: String,
    time_zone: String,
    monday: String,
    tuesday: String,
    wednesday: String,
    thursday: String,
    friday: String,
    saturday: String,
    sunday: String,
    holidays: String,
    /// What was stored when it was opened.
    pub(super) shown: String,
}

impl Form {
    /// What a calendar is like.
    pub(super) fn of(written: Change) -> Self {
        let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] = written.hours;
        let (name, time_zone, holidays) = (written.name, written.time_zone, written.holidays);
        let shown = String::new();
        Self {
            name,
            time_zone,
            monday,
            tuesday,
            wednesday,
            thursday,
            friday,
            saturday,
            sunday,
            holidays,
            shown,
        }
    }

    /// What a new one is like.
    pub(super) fn usual() -> Self {
        let day = || "09:00-17:00".to_owned();
        let (monday, tuesday, wednesday, thursday, friday) = (day(), day(), day(), day(), day());
        Self { monday, tuesday, wednesday, thursday, friday, ..Self::default() }
    }

    pub(super) fn change(&self) -> Change {
        Change {
            name: self.name.clone(),
            time_zone: self.time_zone.clone(),
            hours: self.days().map(str::to_owned),
            holidays: self.holidays.clone(),
        }
    }

    fn days(&self) -> [&str; 7] {
        [
            &self.monday,
            &self.tuesday,
            &self.wednesday,
            &self.thursday,
            &self.friday,
            &self.saturday,
            &self.sunday,
        ]
    }
}

/// What is wrong with each field; the fields are called as in [`Form`].
pub(super) fn errors(fields: &[FieldError], language: &Language) -> Form {
    let mut errors = Form::default();
    for FieldError { field, message } in fields {
        let place = match field.as_str() {
            "time_zone" => &mut errors.time_zone,
            "monday" => &mut errors.monday,
            "tuesday" => &mut errors.tuesday,
            "wednesday" => &mut errors.wednesday,
            "thursday" => &mut errors.thursday,
            "friday" => &mut errors.friday,
            "saturday" => &mut errors.saturday,
            "sunday" => &mut errors.sunday,
            "holidays" => &mut errors.holidays,
            _ => &mut errors.name,
        };
        if !place.is_empty() {
            place.push(' ');
        }
        place.push_str(&message.in_language(language));
    }
    errors
}

/// A day of the week to be filled in.
#[derive(Clone, Debug, Serialize)]
pub(super) struct DayView {
    /// The field.
    name: &'static str,
    label: String,
    value: String,
    error: String,
}

/// The days of the week, Monday first.
pub(super) fn days(form: &Form, errors: &Form, language: &Language) -> Vec<DayView> {
    let names = crate::queues::calendars::DAYS.iter().zip(1..);
    names
        .zip(form.days())
        .zip(errors.days())
        .map(|(((name, number), value), error)| DayView {
            name,
            label: language.tr(&format!("weekday-{number}")),
            value: value.to_owned(),
            error: error.to_owned(),
        })
        .collect()
}

/// What is worked, days that are alike together: `Monday to Friday: 09:00-17:00`.
pub(super) fn short_week(week: &Week, language: &Language) -> Vec<String> {
    let named = |day: usize| language.tr(&format!("weekday-{}", day + 1));
    let mut rows = Vec::new();
    let mut at = 0;
    while let Some(spans) = week.0.get(at) {
        let alike = week.0.iter().skip(at).take_while(|other| *other == spans).count();
        let last = at + alike - 1;
        if !spans.is_empty() {
            let hours = spans.iter().map(|span| shown_span(*span).replace('-', "–")).collect::<Vec<_>>();
            let (first, hours) = (named(at), hours.join(", "));
            rows.push(match alike {
                1 => language.tr_with("calendar-day", &[("day", &first), ("hours", &hours)]),
                _ => {
                    let values = [("first", first.as_str()), ("last", &named(last)), ("hours", &hours)];
                    language.tr_with("calendar-days", &values)
                }
            });
        }
        at = last + 1;
    }
    rows
}
