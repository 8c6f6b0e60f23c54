//! Content lines to meetings. What cannot be read is left out.

use super::{Answer, Attendee, Calendar, Event, Method, When};

const EVENTS: usize = 50;
const ATTENDEES: usize = 100;
const LINES: usize = 20_000;
const LINE: usize = 20_000;
const DESCRIPTION: usize = 10_000;

/// Reads a calendar; `None` where there is no meeting in it.
pub fn parse(source: &str) -> Option<Calendar> {
    let mut calendar = Calendar::default();
    let mut open: Vec<String> = Vec::new();
    let mut event: Option<Draft> = None;
    for line in unfolded(source) {
        let Some(line) = Line::read(&line) else { continue };
        match &line.name[..] {
            "BEGIN" => {
                let kind = line.value.trim().to_ascii_uppercase();
                if is_event(&kind) && event.is_none() {
                    event = Some(Draft::default());
                }
                if open.len() < 50 {
                    open.push(kind);
                }
            }
            "END" => {
                let kind = line.value.trim().to_ascii_uppercase();
                if let Some(at) = open.iter().rposition(|open| *open == kind) {
                    open.truncate(at);
                }
                if is_event(&kind)
                    && let Some(draft) = event.take()
                {
                    calendar.events.push(draft.finish());
                    if calendar.events.len() >= EVENTS {
                        break;
                    }
                }
            }
            "METHOD" if event.is_none() => {
                calendar.method = match &line.value.trim().to_ascii_uppercase()[..] {
                    "REQUEST" | "ADD" => Method::Request,
                    "CANCEL" => Method::Cancel,
                    "REPLY" => Method::Reply,
                    "COUNTER" => Method::Counter,
                    _ => Method::Publish,
                };
            }
            // Alarms and time zones within have fields of the same names.
            _ if open.last().is_some_and(|kind| is_event(kind)) => {
                if let Some(draft) = &mut event {
                    draft.field(&line);
                }
            }
            _ => {}
        }
    }
    // The part was cut off.
    calendar.events.extend(event.map(Draft::finish));
    calendar.events.retain(|event| !event.summary.is_empty() || event.start.is_some() || event.end.is_some());
    (!calendar.events.is_empty()).then_some(calendar)
}

fn is_event(kind: &str) -> bool {
    matches!(kind, "VEVENT" | "VTODO")
}

/// Lines with their continuations.
fn unfolded(source: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in source.lines().take(LINES) {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) if last.len() + rest.len() < LINE => last.push_str(rest),
            (Some(_), Some(_)) => {}
            _ => lines.push(line[..line.floor_char_boundary(LINE)].to_owned()),
        }
    }
    lines
}

struct Line<'a> {
    name: String,
    parameters: Vec<(String, String)>,
    value: &'a str,
}

impl Line<'_> {
    fn read(line: &str) -> Option<Line<'_>> {
        let end = line.find([':', ';'])?;
        let name = line[..end].trim().to_ascii_uppercase();
        // "group.NAME" is allowed in the format's relatives.
        let name = name.rsplit('.').next().unwrap_or_default().to_owned();
        let mut parameters = Vec::new();
        let mut rest = &line[end..];
        while let Some(parameter) = rest.strip_prefix(';') {
            let mut quoted = false;
            let length = parameter
                .find(|c: char| {
                    quoted ^= c == '"';
                    !quoted && matches!(c, ':' | ';')
                })
                .unwrap_or(parameter.len());
            if let Some((key, value)) = parameter[..length].split_once('=')
                && parameters.len() < 30
            {
                parameters.push((key.trim().to_ascii_uppercase(), value.trim_matches('"').to_owned()));
            }
            rest = &parameter[length..];
        }
        Some(Line { name, parameters, value: rest.strip_prefix(':')? })
    }

    fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The value without the escapes of texts.
    fn text(&self) -> String {
        let mut out = String::with_capacity(self.value.len());
        let mut chars = self.value.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some('n' | 'N') => out.push('\n'),
                    Some(c) => out.push(c),
                    None => {}
                },
                _ => out.push(c),
            }
        }
        out
    }

    fn one_line(&self) -> String {
        crate::parse::words::one_line(&self.text()).chars().take(500).collect()
    }
}

#[derive(Default)]
struct Draft {
    event: Event,
    duration: Option<i64>,
}

impl Draft {
    fn field(&mut self, line: &Line<'_>) {
        let event = &mut self.event;
        match &line.name[..] {
            "SUMMARY" => event.summary = line.one_line(),
            "LOCATION" => event.location = line.one_line(),
            "DESCRIPTION" => {
                let text = line.text();
                let tame = |c: &char| *c == '\n' || !c.is_control();
                event.description = text.chars().filter(tame).take(DESCRIPTION).collect();
            }
            "URL" => {
                let url = line.value.trim();
                let web = ["http://", "https://"].iter().any(|scheme| {
                    url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
                });
                if web && url.len() < 2_000 && url.chars().all(|c| !c.is_control() && !c.is_whitespace()) {
                    event.url = url.to_owned();
                }
            }
            "DTSTART" => event.start = when(line),
            "DTEND" | "DUE" => event.end = when(line),
            "DURATION" => self.duration = minutes(line.value),
            "RRULE" => event.rule = line.one_line().to_ascii_uppercase(),
            "STATUS" => event.cancelled = line.value.trim().eq_ignore_ascii_case("CANCELLED"),
            "ORGANIZER" => event.organiser = Some(attendee(line)),
            "ATTENDEE" if event.attendees.len() < ATTENDEES => event.attendees.push(attendee(line)),
            _ => {}
        }
    }

    fn finish(self) -> Event {
        let mut event = self.event;
        if let (Some(start), None, Some(minutes)) = (&event.start, &event.end, self.duration) {
            event.end = later(start, minutes);
        }
        // The end of whole days is the first day that is free again.
        if let (Some(start), Some(end)) = (&event.start, &mut event.end)
            && start.time.is_none()
            && end.time.is_none()
            && end.date > start.date
        {
            end.date = add_days(end.date, -1);
        }
        event
    }
}

fn attendee(line: &Line<'_>) -> Attendee {
    let value = line.value.trim();
    let address = match value.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &value[7..],
        _ => line.parameter("EMAIL"),
    };
    let clean = |text: &str| crate::parse::words::one_line(text).chars().take(200).collect::<String>();
    Attendee {
        name: clean(line.parameter("CN")),
        address: clean(address),
        answer: match &line.parameter("PARTSTAT").to_ascii_uppercase()[..] {
            "ACCEPTED" => Answer::Accepted,
            "DECLINED" => Answer::Declined,
            "TENTATIVE" => Answer::Tentative,
            _ => Answer::None,
        },
    }
}

/// `20261203T140000Z`, `20261203T140000` with a TZID, `20261203`.
fn when(line: &Line<'_>) -> Option<When> {
    let value = line.value.trim();
    let number = |from: usize, to: usize| -> Option<u8> { value.get(from..to)?.parse().ok() };
    let date = (value.get(..4)?.parse().ok()?, number(4, 6)?, number(6, 8)?);
    if !(1..=12).contains(&date.1) || date.2 == 0 || date.2 > days_of(date.0, date.1) {
        return None;
    }
    let time = match value.get(8..9) {
        Some("T" | "t") => {
            let (hour, minute) = (number(9, 11)?, number(11, 13)?);
            if hour > 23 || minute > 59 {
                return None;
            }
            Some((hour, minute))
        }
        _ => None,
    };
    let zone = if value.ends_with(['Z', 'z']) {
        "UTC".to_owned()
    } else {
        crate::parse::words::one_line(line.parameter("TZID")).chars().take(100).collect()
    };
    Some(When { date, time, zone })
}

/// `PT1H30M`, `P1D`, `P2W` in minutes.
fn minutes(value: &str) -> Option<i64> {
    let mut rest = value.trim().trim_start_matches('+').strip_prefix('P')?;
    let mut total = 0i64;
    while !rest.is_empty() {
        rest = rest.trim_start_matches('T');
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest.get(..digits)?.parse().ok().filter(|number| *number < 1_000_000)?;
        let mut after = rest.get(digits..)?.chars();
        total += number
            * match after.next()? {
                'W' => 7 * 24 * 60,
                'D' => 24 * 60,
                'H' => 60,
                'M' => 1,
                _ => 0,
            };
        rest = after.as_str();
    }
    Some(total)
}

fn later(start: &When, minutes: i64) -> Option<When> {
    let Some((hour, minute)) = start.time else {
        // Whole days: the end is the day after the last.
        return Some(When { date: add_days(start.date, minutes / (24 * 60)), ..start.clone() });
    };
    let total = i64::from(hour) * 60 + i64::from(minute) + minutes;
    let of_day = u16::try_from(total.rem_euclid(24 * 60)).ok()?;
    Some(When {
        date: add_days(start.date, total.div_euclid(24 * 60)),
        time: Some((u8::try_from(of_day / 60).ok()?, u8::try_from(of_day % 60).ok()?)),
        zone: start.zone.clone(),
    })
}

/// Some days later or earlier, not beyond three years.
fn add_days(date: (i16, u8, u8), days: i64) -> (i16, u8, u8) {
    let (mut year, mut month, mut day) = date;
    for _ in 0..days.unsigned_abs().min(1_100) {
        if days > 0 {
            day += 1;
            if day > days_of(year, month) {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year.saturating_add(1));
            }
        } else if day > 1 {
            day -= 1;
        } else {
            (month, year) = if month > 1 { (month - 1, year) } else { (12, year.saturating_sub(1)) };
            day = days_of(year, month);
        }
    }
    (year, month, day)
}

fn days_of(year: i16, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
