//! Hours and holidays as people write them.

use jiff::{ToSpan as _, civil::Date};
use mail_ingest::calendar;

use super::{Day, Holiday};
use crate::{
    error::{Sentence, say},
    schedule::working_time::Span,
};

/// So many holidays has a calendar.
const MOST: usize = 1_000;
/// The longest name of one, in characters.
const NAME: usize = 100;
/// An event of an imported calendar that lasts for more days is no holiday.
const LASTS: usize = 60;
/// A yearly series that ends is followed for so many years.
const YEARS: i16 = 30;
/// So many spans has a day.
const SPANS: usize = 12;
/// Minutes of a day.
const DAY: u16 = 1_440;

/// `09:00-12:00, 13-17`: the spans of a day; nothing: no work.
pub(super) fn spans(text: &str) -> Result<Vec<Span>, Sentence> {
    let mut found: Vec<Span> = Vec::new();
    for part in text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let wrong = || say!("refused-hours", text = part);
        let (from, to) = part.split_once(['-', '–', '—']).ok_or_else(wrong)?;
        let (from, to) = (clock(from).ok_or_else(wrong)?, clock(to).ok_or_else(wrong)?);
        if from >= to || found.len() >= SPANS {
            return Err(wrong());
        }
        found.push((from, to));
    }
    found.sort_unstable();
    let overlap = found.windows(2).find(|pair| matches!(pair, [one, other] if other.0 < one.1));
    match overlap {
        Some([one, other]) => {
            Err(say!("refused-hours-overlap", one = shown_span(*one), other = shown_span(*other)))
        }
        _ => Ok(found),
    }
}

/// `9`, `9:30`, `9.30`, `9h30`, `24:00`, in minutes since midnight.
fn clock(text: &str) -> Option<u16> {
    let text = text.trim();
    let (hour, minute) = text.split_once([':', '.', 'h']).unwrap_or((text, ""));
    let number = |text: &str| {
        let plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = (number(hour)?, if minute.is_empty() { 0 } else { number(minute)? });
    let at = hour * 60 + minute;
    (minute < 60 && at <= DAY).then_some(at)
}

/// A span as it is written.
pub fn shown_span((from, to): Span) -> String {
    let shown = |at: u16| format!("{:02}:{:02}", at / 60, at % 60);
    format!("{}-{}", shown(from), shown(to))
}

/// One holiday on each line, `2026-12-25 Christmas`, or `12-25 Christmas` for each year; or calendars as other programs
/// export them (iCalendar), pasted between such lines. In order, each day once: the last name counts.
///
/// # Errors
/// The line that says no day, or that there are too many.
pub fn holidays_of(text: &str) -> Result<Vec<Holiday>, Sentence> {
    let mut found: Vec<Holiday> = Vec::new();
    // Within a calendar, what of an event was read so far.
    let (mut inside, mut event): (bool, Option<String>) = (false, None);
    for line in text.lines().map(|line| line.trim_end_matches('\r')) {
        match (inside, line.trim().to_ascii_uppercase().as_str()) {
            (false, "BEGIN:VCALENDAR") => inside = true,
            (false, "") => {}
            (false, _) => found.push(written(line.trim())?),
            (true, "END:VCALENDAR") => (inside, event) = (false, None),
            (true, "BEGIN:VEVENT") => event = Some(String::new()),
            (true, "END:VEVENT") => {
                found.extend(event.take().map(|event| imported(&event)).transpose()?.unwrap_or_default())
            }
            (true, _) => {
                if let Some(event) = &mut event {
                    event.push_str(line);
                    event.push_str("\r\n");
                }
            }
        }
        if found.len() > MOST {
            return Err(say!("refused-holidays", most = MOST));
        }
    }
    if inside {
        return Err(say!("refused-calendar-cut"));
    }
    // A stable sort keeps what was written last of a day at its end.
    found.sort_by_key(|holiday| holiday.day);
    found.reverse();
    found.dedup_by_key(|holiday| holiday.day);
    found.reverse();
    Ok(found)
}

fn written(line: &str) -> Result<Holiday, Sentence> {
    let (day, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let day: Day = day.parse().map_err(|()| say!("refused-holiday", line = short(line)))?;
    Ok(Holiday { day, name: name_of(name) })
}

fn short(line: &str) -> String {
    line.chars().take(60).collect()
}

fn name_of(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(NAME).collect()
}

/// The days of one event of an iCalendar. One that is cancelled, or lasts for less than a day, is none.
fn imported(event: &str) -> Result<Vec<Holiday>, Sentence> {
    let source = format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{event}END:VEVENT\r\nEND:VCALENDAR\r\n");
    let Some(event) = calendar::parse(&source).and_then(|parsed| parsed.events.into_iter().next()) else {
        return Ok(Vec::new());
    };
    let date = |when: &calendar::When| day_of(when.date);
    let (Some(start), false) = (event.start.as_ref().filter(|when| when.time.is_none()), event.cancelled)
    else {
        return Ok(Vec::new());
    };
    let first = date(start).ok_or_else(|| say!("refused-holiday", line = short(&event.summary)))?;
    let last = event.end.as_ref().filter(|when| when.time.is_none()).and_then(date).unwrap_or(first);
    let rule = calendar::rule::read(&event.rule)
        .filter(|rule| rule.every == calendar::rule::Every::Year && rule.interval == 1 && rule.on.is_empty());
    // Better nothing than another day than was meant.
    if rule.is_none() && !event.rule.trim().is_empty() {
        return Err(say!("refused-holiday-series", name = short(&event.summary)));
    }
    let yearly = rule.as_ref().is_some_and(|rule| rule.until.is_none() && rule.count.is_none());
    // A series that ends is its single days.
    let times = match &rule {
        Some(rule) if !yearly => {
            YEARS.min(rule.count.map_or(YEARS, |count| i16::try_from(count).unwrap_or(YEARS)))
        }
        _ => 1,
    };
    let until = rule.as_ref().and_then(|rule| rule.until).and_then(day_of);
    let days = std::iter::successors(Some(first), |day| day.checked_add(1.day()).ok());
    let days: Vec<Date> = days.take_while(|day| *day == first || *day <= last).take(LASTS + 1).collect();
    if days.len() > LASTS {
        return Err(say!("refused-holiday-long", name = short(&event.summary), most = LASTS));
    }
    let named = |day: Date| Holiday {
        day: if yearly { Day::Yearly(day.month(), day.day()) } else { Day::Once(day) },
        name: name_of(&event.summary),
    };
    let mut found = Vec::new();
    for year in 0..times {
        let moved = days.iter().filter_map(|day| Date::new(day.year() + year, day.month(), day.day()).ok());
        found.extend(moved.filter(|day| until.is_none_or(|until| *day <= until)).map(&named));
    }
    Ok(found)
}

fn day_of((year, month, day): (i16, u8, u8)) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}
