//! A calendar part as the text of a mail that has no other.

use super::{
    Answer, Attendee, Calendar, Event, Method, When,
    rule::{self, Every, On},
    weekday,
};

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What, when, where and who, one line each, in English like all that this crate says.
pub fn to_text(calendar: &Calendar) -> String {
    let blocks: Vec<String> = calendar.events.iter().map(|event| block(calendar.method, event)).collect();
    blocks.join("\n\n")
}

fn block(method: Method, event: &Event) -> String {
    let what = match method {
        _ if event.cancelled => "Cancelled",
        Method::Cancel => "Cancelled",
        Method::Request => "Invitation",
        Method::Reply => match event.attendees.first().map(|attendee| attendee.answer) {
            Some(Answer::Accepted) => "Accepted",
            Some(Answer::Declined) => "Declined",
            Some(Answer::Tentative) => "Tentatively accepted",
            _ => "Answer",
        },
        Method::Counter => "Another time proposed",
        Method::Publish => "Appointment",
    };
    let mut lines = vec![format!("{what}: {}", event.summary).trim_end_matches(": ").to_owned()];
    let mut line = |name: &str, value: &str| {
        if !value.trim().is_empty() {
            lines.push(format!("{name}: {value}"));
        }
    };
    line("When", &when(event));
    line("Repeats", &repeats(&event.rule));
    line("Where", &event.location);
    line("Who", &who(event));
    line("Link", &event.url);
    let description = event.description.trim();
    if !description.is_empty() {
        lines.push(String::new());
        lines.push(description.to_owned());
    }
    lines.join("\n")
}

fn when(event: &Event) -> String {
    match (&event.start, &event.end) {
        (Some(start), Some(end)) if start == end => moment(start, true),
        (Some(start), Some(end)) if start.date == end.date && start.zone == end.zone => match end.time {
            Some((hour, minute)) => {
                format!("{} to {hour:02}:{minute:02}{}", moment(start, false), zone(start))
            }
            None => moment(start, true),
        },
        (Some(start), Some(end)) => {
            format!("{} to {}", moment(start, start.zone != end.zone), moment(end, true))
        }
        (Some(one), None) => moment(one, true),
        (None, Some(due)) => format!("due {}", moment(due, true)),
        (None, None) => String::new(),
    }
}

fn moment(when: &When, with_zone: bool) -> String {
    let (year, month, day) = when.date;
    let month = MONTHS.get(usize::from(month) - 1).copied().unwrap_or_default();
    let mut out = format!("{}, {day} {month} {year}", DAYS[weekday(when.date)]);
    if let Some((hour, minute)) = when.time {
        out.push_str(&format!(", {hour:02}:{minute:02}"));
    }
    if with_zone {
        out.push_str(&zone(when));
    }
    out
}

fn zone(when: &When) -> String {
    if when.time.is_none() || when.zone.is_empty() { String::new() } else { format!(" ({})", when.zone) }
}

/// `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=10` as "every 2 weeks on Monday, Wednesday, 10 times".
fn repeats(rule: &str) -> String {
    let Some(rule) = rule::read(rule) else { return String::new() };
    let unit = match rule.every {
        Every::Day => "day",
        Every::Week => "week",
        Every::Month => "month",
        Every::Year => "year",
    };
    let mut out = match rule.interval {
        1 => format!("every {unit}"),
        number => format!("every {number} {unit}s"),
    };
    let days: Vec<String> = rule.on.iter().filter_map(day).collect();
    if !days.is_empty() {
        out.push_str(&format!(" on {}", days.join(", ")));
    }
    if let Some((year, month, day)) = rule.until {
        out.push_str(&format!(" until {year}-{month:02}-{day:02}"));
    }
    if let Some(count) = rule.count {
        out.push_str(&format!(", {count} times"));
    }
    out
}

fn day(on: &On) -> Option<String> {
    let name = DAYS.get(on.weekday)?;
    Some(match on.nth {
        None => (*name).to_owned(),
        Some(-1) => format!("the last {name}"),
        Some(1) => format!("the first {name}"),
        Some(number) => format!("{name} no. {number}"),
    })
}

fn who(event: &Event) -> String {
    let organiser = event.organiser.iter().map(|organiser| format!("{} (organiser)", name(organiser)));
    let attendees = event.attendees.iter().map(|attendee| {
        let answer = match attendee.answer {
            Answer::None => "",
            Answer::Accepted => " (accepted)",
            Answer::Declined => " (declined)",
            Answer::Tentative => " (perhaps)",
        };
        format!("{}{answer}", name(attendee))
    });
    organiser.chain(attendees).collect::<Vec<_>>().join(", ")
}

fn name(attendee: &Attendee) -> String {
    match (attendee.name.is_empty() || attendee.name == attendee.address, attendee.address.is_empty()) {
        (true, _) => attendee.address.clone(),
        (false, true) => attendee.name.clone(),
        (false, false) => format!("{} <{}>", attendee.name, attendee.address),
    }
}
