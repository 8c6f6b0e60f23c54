//! A meeting in its reader's words, and its time in his zone beside the one that was agreed.

use jiff::civil;
use jiff::tz::TimeZone;
use mail_ingest::calendar::rule::{self, Every};
use mail_ingest::calendar::{Answer, Attendee, Event, Method, When};
use serde::Serialize;

use super::{Fact, zones};
use crate::web::gate::Asker;
use crate::web::text::{Segment, segments};

/// People of one meeting that are listed.
const SHOWN: usize = 50;

/// A meeting as `articles/attached.html` shows it.
#[derive(Serialize)]
pub(super) struct EventView {
    summary: String,
    word: String,
    facts: Vec<Fact>,
    text: Vec<Segment>,
}

/// Makes the view.
pub(super) fn view(method: Method, event: &Event, asker: &Asker) -> EventView {
    let language = &asker.reader.language;
    let word = match method {
        _ if event.cancelled => "attached-cancelled",
        Method::Cancel => "attached-cancelled",
        Method::Request => "attached-invitation",
        Method::Publish => "attached-appointment",
        Method::Counter => "attached-counter",
        Method::Reply => match event.attendees.first().map(|attendee| attendee.answer) {
            Some(Answer::Accepted) => "attached-accepted",
            Some(Answer::Declined) => "attached-declined",
            Some(Answer::Tentative) => "attached-tentative",
            _ => "attached-answer",
        },
    };
    let who: Vec<String> = event.attendees.iter().take(SHOWN).map(|one| answered(one, asker)).collect();
    let facts = [
        Fact::of(asker, "attached-when", when(event, asker)),
        Fact::of(asker, "attached-your-time", here(event, asker).unwrap_or_default()),
        Fact::of(asker, "attached-repeats", repeats(&event.rule, asker)),
        Fact::of(asker, "attached-where", event.location.clone()),
        Fact::of(asker, "attached-organiser", event.organiser.as_ref().map(name).unwrap_or_default()),
        Fact::of(asker, "attached-who", who.join(", ")),
        Fact::of(asker, "attached-link", event.url.clone()),
    ];
    EventView {
        summary: if event.summary.is_empty() {
            language.tr("attached-calendar")
        } else {
            event.summary.clone()
        },
        word: language.tr(word),
        facts: facts.into_iter().flatten().collect(),
        text: segments(&event.description),
    }
}

fn name(attendee: &Attendee) -> String {
    match (attendee.name.is_empty() || attendee.name == attendee.address, attendee.address.is_empty()) {
        (true, _) => attendee.address.clone(),
        (false, true) => attendee.name.clone(),
        (false, false) => format!("{} <{}>", attendee.name, attendee.address),
    }
}

fn answered(attendee: &Attendee, asker: &Asker) -> String {
    let key = match attendee.answer {
        Answer::None => return name(attendee),
        Answer::Accepted => "attached-said-accepted",
        Answer::Declined => "attached-said-declined",
        Answer::Tentative => "attached-said-tentative",
    };
    asker.reader.language.tr_with(key, &[("name", &name(attendee))])
}

/// How often it happens, in the words of the reader.
fn repeats(rule: &str, asker: &Asker) -> String {
    let Some(rule) = rule::read(rule) else { return String::new() };
    let language = &asker.reader.language;
    let key = match rule.every {
        Every::Day => "attached-every-day",
        Every::Week => "attached-every-week",
        Every::Month => "attached-every-month",
        Every::Year => "attached-every-year",
    };
    let mut parts = vec![language.tr_count(key, rule.interval.into())];
    let days: Vec<String> = rule
        .on
        .iter()
        .map(|on| {
            let day = language.tr(&format!("weekday-{}", on.weekday + 1));
            match on.nth {
                None => day,
                Some(-1) => language.tr_with("attached-last-day", &[("day", &day)]),
                Some(nth) => {
                    language.tr_with("attached-nth-day", &[("day", &day), ("number", &nth.to_string())])
                }
            }
        })
        .collect();
    if !days.is_empty() {
        parts.push(language.tr_with("attached-on-days", &[("days", &days.join(", "))]));
    }
    let last =
        rule.until.and_then(|(year, month, day)| civil::Date::new(year, to_i8(month), to_i8(day)).ok());
    if let Some(last) = last {
        let day = asker.reader.long_date(last);
        parts.push(language.tr_with("attached-until", &[("day", &day)]));
    }
    if let Some(count) = rule.count {
        parts.push(language.tr_count("attached-times", count.into()));
    }
    parts.join(", ")
}

/// As it was agreed, in the words of the reader.
fn when(event: &Event, asker: &Asker) -> String {
    let language = &asker.reader.language;
    match (&event.start, &event.end) {
        (Some(start), Some(end)) if start == end => moment(start, asker, true),
        (Some(start), Some(end)) => {
            let same_zone = start.zone == end.zone;
            let end = match end.time {
                Some((hour, minute)) if end.date == start.date && same_zone => {
                    zoned(format!("{hour:02}:{minute:02}"), end, asker)
                }
                _ => moment(end, asker, true),
            };
            language.tr_with("attached-span", &[("start", &moment(start, asker, !same_zone)), ("end", &end)])
        }
        (Some(one), None) => moment(one, asker, true),
        (None, Some(end)) => language.tr_with("attached-due", &[("end", &moment(end, asker, true))]),
        (None, None) => String::new(),
    }
}

fn moment(when: &When, asker: &Asker, with_zone: bool) -> String {
    let Ok(date) = civil::Date::new(when.date.0, to_i8(when.date.1), to_i8(when.date.2)) else {
        return String::new();
    };
    let date = asker.reader.long_date(date);
    let Some((hour, minute)) = when.time else { return date };
    let clock = format!("{hour:02}:{minute:02}");
    let time = asker.reader.language.tr_with("attached-day-time", &[("date", &date), ("clock", &clock)]);
    if with_zone { zoned(time, when, asker) } else { time }
}

fn zoned(time: String, when: &When, asker: &Asker) -> String {
    if when.time.is_none() || when.zone.is_empty() {
        return time;
    }
    asker.reader.language.tr_with("attached-in-zone", &[("time", &time), ("zone", &when.zone)])
}

/// The same in the reader's zone, where that is another one.
fn here(event: &Event, asker: &Asker) -> Option<String> {
    let start = event.start.as_ref()?;
    let at = instant(start)?;
    let there = TimeZone::get(zones::iana(&start.zone)).ok()?;
    if there.to_offset(at) == asker.reader.zone.to_offset(at) {
        return None;
    }
    let begins = asker.reader.full(at);
    match event.end.as_ref().and_then(instant) {
        Some(end) if end > at && end.duration_since(at).as_hours() < 24 => {
            let end = asker.reader.clock(end);
            Some(asker.reader.language.tr_with("attached-span", &[("start", &begins), ("end", &end)]))
        }
        _ => Some(begins),
    }
}

fn instant(when: &When) -> Option<jiff::Timestamp> {
    let (hour, minute) = when.time?;
    let zone = TimeZone::get(zones::iana(&when.zone)).ok()?;
    let civil = civil::DateTime::new(
        when.date.0,
        to_i8(when.date.1),
        to_i8(when.date.2),
        to_i8(hour),
        to_i8(minute),
        0,
        0,
    );
    Some(civil.ok()?.to_zoned(zone).ok()?.timestamp())
}

fn to_i8(number: u8) -> i8 {
    i8::try_from(number).unwrap_or(0)
}
