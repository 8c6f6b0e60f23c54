//! Making, changing and retiring calendars.

use diesel::prelude::*;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Calendar, Holiday, OWN, get, open, typed};
use crate::{
    access::Actor,
    audit,
    db::{
        Audited, CalendarId, Conn, Direct, InstallationRight, QueueId, Ts, Tx, backend,
        schema::{calendars, queues},
    },
    error::{Error, FieldError, Result, Sentence, say},
    schedule::working_time::Week,
    tickets::Moment,
};

/// So many can be there, retired ones included.
const MOST: i64 = 200;
/// The longest name, in characters.
const NAME: usize = 100;
/// The days of the week as fields of a form are called, Monday first.
pub const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A calendar as it is written.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Its name, unique.
    pub name: String,
    /// The IANA name of its zone; empty: the installation's.
    pub time_zone: String,
    /// For each day, Monday first, its spans: `09:00-12:00, 13:00-17:00`; empty: no work.
    pub hours: [String; 7],
    /// One holiday on each line: `2026-12-25 Christmas`, `12-25 Christmas` for each year, or a pasted iCalendar.
    pub holidays: String,
}

impl Change {
    /// A calendar as it would be written.
    pub fn of(calendar: &Calendar) -> Self {
        let mut hours: [String; 7] = Default::default();
        for (text, spans) in hours.iter_mut().zip(&calendar.week.0) {
            let spans: Vec<String> = spans.iter().map(|span| typed::shown_span(*span)).collect();
            *text = spans.join(", ");
        }
        let line = |holiday: &Holiday| format!("{} {}", holiday.day, holiday.name).trim_end().to_owned();
        Self {
            name: calendar.name.clone(),
            time_zone: calendar.time_zone.clone().unwrap_or_default(),
            hours,
            holidays: calendar.holidays.iter().map(line).collect::<Vec<_>>().join("\n"),
        }
    }
}

/// Makes a calendar.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage queues and mail; [`Error::Invalid`] names each field that is wrong.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, change: &Change, at: &Moment) -> Result<Calendar> {
    actor.require(InstallationRight::QueuesAndMail)?;
    backend::one_at_a_time(tx, "calendars")?;
    let there: i64 = calendars::table.count().get_result(&mut **tx)?;
    if there >= MOST {
        return Err(Error::invalid("name", say!("refused-calendars", most = MOST)));
    }
    let checked = check(tx, None, change)?;
    let id: CalendarId = diesel::insert_into(calendars::table)
        .values((
            calendars::name.eq(&checked.name),
            calendars::time_zone.eq(&checked.time_zone),
            calendars::hours.eq(&checked.hours),
            calendars::holidays.eq(&checked.holidays),
        ))
        .returning(calendars::id)
        .row(tx)?;
    let (name, made) = told(tx, id)?;
    audit::changed(tx, &actor.who(), Audited::Calendar, &name, &Value::Null, &made, at.ts())?;
    get(tx, id)
}

/// Puts a calendar in place of what it was. Deadlines that count by it are counted anew in the same transaction: what a
/// page says after the change is how it is, and there are no more of them than locks that people hold.
///
/// # Errors
/// As [`create`]; [`Error::NotFound`].
pub fn change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: CalendarId,
    change: &Change,
    at: &Moment,
) -> Result<Calendar> {
    let (calendar, by) = change_uncounted(tx, actor, id, change, at.ts())?;
    open::recount(tx, &by, at)?;
    Ok(calendar)
}

/// The same for whoever changes more than this: which queues count by it, whose deadlines he has to count anew at the end.
///
/// # Errors
/// As [`change`].
pub(crate) fn change_uncounted(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: CalendarId,
    change: &Change,
    now: Ts,
) -> Result<(Calendar, Vec<QueueId>)> {
    actor.require(InstallationRight::QueuesAndMail)?;
    backend::one_at_a_time(tx, "calendars")?;
    // Nobody chooses it for a queue between our look at who counts by it and the end.
    backend::one_at_a_time(tx, "queues")?;
    get(tx, id)?;
    let checked = check(tx, Some(id), change)?;
    let about = (&actor.who(), Audited::Calendar, now);
    audit::around(
        tx,
        about,
        |conn| told(conn, id),
        |tx| {
            diesel::update(calendars::table.find(id))
                .set((
                    calendars::name.eq(&checked.name),
                    calendars::time_zone.eq(&checked.time_zone),
                    calendars::hours.eq(&checked.hours),
                    calendars::holidays.eq(&checked.holidays),
                ))
                .execute(&mut **tx)?;
            Ok(())
        },
    )?;
    let all: Vec<(QueueId, Option<CalendarId>)> =
        queues::table.select((queues::id, queues::calendar_id)).load(&mut **tx)?;
    let by = all.into_iter().filter(|(_, by)| by.unwrap_or(OWN) == id).map(|(queue, _)| queue).collect();
    Ok((get(tx, id)?, by))
}

/// Offers a calendar no more, or again. Queues that count by it go on doing so.
///
/// # Errors
/// [`Error::Forbidden`] without the right; [`Error::NotFound`]; [`Error::Conflict`] for the installation's own.
pub fn retire(tx: &mut Tx<'_>, actor: &Actor, id: CalendarId, retired: bool, now: Ts) -> Result<Calendar> {
    actor.require(InstallationRight::QueuesAndMail)?;
    let calendar = get(tx, id)?;
    if id == OWN && retired {
        return Err(Error::Conflict(say!("refused-retire-calendar", name = calendar.name)));
    }
    let since = retired.then_some(now);
    audit::around(
        tx,
        (&actor.who(), Audited::Calendar, now),
        |conn| told(conn, id),
        |tx| {
            diesel::update(calendars::table.find(id))
                .set(calendars::retired_at.eq(since))
                .execute(&mut **tx)?;
            Ok(())
        },
    )?;
    get(tx, id)
}

/// What the audit log is told of a calendar.
fn told(conn: &mut Conn, id: CalendarId) -> Result<(String, Value)> {
    let it = get(conn, id)?;
    let written = Change::of(&it);
    let hours: serde_json::Map<String, Value> =
        DAYS.iter().zip(written.hours).map(|(day, text)| ((*day).to_owned(), Value::String(text))).collect();
    let holidays: Vec<&str> = written.holidays.lines().collect();
    let value = json!({
        "name": it.name, "time_zone": it.time_zone, "hours": hours, "holidays": holidays, "retired": it.retired,
    });
    Ok((it.name, value))
}

/// As it is stored.
struct Checked {
    name: String,
    time_zone: Option<String>,
    hours: String,
    holidays: String,
}

fn check(conn: &mut Conn, id: Option<CalendarId>, change: &Change) -> Result<Checked> {
    let mut problems: Vec<FieldError> = Vec::new();
    let mut refuse =
        |field: &str, message: Sentence| problems.push(FieldError { field: field.into(), message });
    let name = change.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        refuse("name", say!("refused-calendar-name", most = NAME));
    } else if taken(conn, id, &name)? {
        refuse("name", say!("refused-calendar-taken", name = name));
    }
    let zone = change.time_zone.trim();
    let time_zone = match TimeZone::get(zone) {
        _ if zone.is_empty() => None,
        Ok(found) => Some(found.iana_name().unwrap_or(zone).to_owned()),
        Err(_) => {
            refuse("time_zone", say!("refused-zone"));
            None
        }
    };
    let mut week = Week::default();
    let mut readable = true;
    for ((day, text), spans) in DAYS.iter().zip(&change.hours).zip(&mut week.0) {
        match typed::spans(text) {
            Ok(found) => *spans = found,
            Err(sentence) => {
                readable = false;
                refuse(day, sentence);
            }
        }
    }
    if readable && week.is_empty() {
        refuse("monday", say!("refused-no-hours"));
    }
    let holidays = typed::holidays_of(&change.holidays).unwrap_or_else(|sentence| {
        refuse("holidays", sentence);
        Vec::new()
    });
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    Ok(Checked {
        name,
        time_zone,
        hours: serde_json::to_string(&week)?,
        holidays: serde_json::to_string(&holidays)?,
    })
}

fn taken(conn: &mut Conn, id: Option<CalendarId>, name: &str) -> Result<bool> {
    let other: Option<CalendarId> =
        calendars::table.filter(calendars::name.eq(name)).select(calendars::id).first(conn).optional()?;
    Ok(other.is_some_and(|other| Some(other) != id))
}
