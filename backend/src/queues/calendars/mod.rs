//! Working-time calendars: by which hours the deadlines of a queue count.

mod change;
mod open;
mod typed;

pub(crate) use self::{change::change_uncounted, open::recount};
pub use self::{
    change::{Change, DAYS, change, create, retire},
    open::hold_hours,
    typed::{holidays_of, shown_span},
};

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use diesel::prelude::*;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    db::{
        CalendarId, Conn, Direct, QueueId, Ts, columns,
        schema::{calendars, queues},
    },
    error::{Error, Result, say},
    schedule::working_time::{self, Hours, Week},
};

/// The installation's own calendar: queues that name none count by it. It is always there.
pub const OWN: CalendarId = CalendarId(1);

/// More working minutes than this are asked of no calendar: a year of whole days.
pub const MOST_MINUTES: i64 = 525_600;

/// A day on which nobody works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Day {
    /// Each year: month and day.
    Yearly(i8, i8),
    /// Once.
    Once(Date),
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yearly(month, day) => write!(out, "{month:02}-{day:02}"),
            Self::Once(date) => date.fmt(out),
        }
    }
}

impl FromStr for Day {
    type Err = ();

    /// `2026-12-25`, or `12-25` for each year.
    fn from_str(text: &str) -> Result<Self, ()> {
        let parts: Vec<&str> = text.split('-').collect();
        let number = |text: &str, digits: usize| {
            let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse::<i16>().ok()).flatten().ok_or(())
        };
        // A leap year: the 29th of February may be a holiday of each year that has one.
        let (year, month, day) = match parts.as_slice() {
            [year, month, day] => (number(year, 4)?, month, day),
            [month, day] => (2_000, month, day),
            _ => return Err(()),
        };
        let small = |text: &str| number(text, 2).and_then(|number| i8::try_from(number).map_err(|_| ()));
        let date = Date::new(year, small(month)?, small(day)?).map_err(|_| ())?;
        Ok(if parts.len() == 3 { Self::Once(date) } else { Self::Yearly(date.month(), date.day()) })
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = String::deserialize(source)?;
        text.parse().map_err(|()| serde::de::Error::custom("this is no day"))
    }
}

/// A holiday.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Holiday {
    /// When.
    pub day: Day,
    /// What it is called; may be empty.
    pub name: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = calendars)]
struct Row {
    id: CalendarId,
    name: String,
    time_zone: Option<String>,
    hours: String,
    holidays: String,
    retired_at: Option<Ts>,
}

/// A calendar.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// Its key.
    pub id: CalendarId,
    /// Its name, unique.
    pub name: String,
    /// The IANA name of its zone; `None`: the installation's.
    pub time_zone: Option<String>,
    /// When work is done.
    pub week: Week,
    /// Days on which it is not, in order.
    pub holidays: Vec<Holiday>,
    /// Whether it is offered no more.
    pub retired: bool,
}

impl Calendar {
    /// What is counted with; `home` is the installation's zone.
    pub fn hours(&self, home: &TimeZone) -> Hours {
        let zone = self.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        let (mut once, mut yearly) = (BTreeSet::new(), BTreeSet::new());
        for holiday in &self.holidays {
            match holiday.day {
                Day::Once(date) => once.insert(date),
                Day::Yearly(month, day) => yearly.insert((month, day)),
            };
        }
        Hours { zone: zone.unwrap_or_else(|| home.clone()), week: self.week.clone(), once, yearly }
    }
}

impl TryFrom<Row> for Calendar {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            name: row.name,
            time_zone: row.time_zone,
            week: serde_json::from_str(&row.hours)?,
            holidays: serde_json::from_str(&row.holidays)?,
            retired: row.retired_at.is_some(),
        })
    }
}

/// All calendars, retired ones included: the installation's own first, the others by name.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut Conn) -> Result<Vec<Calendar>> {
    let rows: Vec<Row> = calendars::table.order(calendars::id).select(columns::<Row>()).rows(conn)?;
    let mut all = rows.into_iter().map(Calendar::try_from).collect::<Result<Vec<_>>>()?;
    all.sort_by(|one, other| (one.id != OWN, &one.name).cmp(&(other.id != OWN, &other.name)));
    Ok(all)
}

/// A calendar by its name, without what it says.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = calendars)]
pub struct Named {
    /// Its key.
    pub id: CalendarId,
    /// Its name, unique.
    pub name: String,
    retired_at: Option<Ts>,
}

impl Named {
    /// Whether it is offered no more.
    pub fn is_retired(&self) -> bool {
        self.retired_at.is_some()
    }
}

/// All of them in the same order, without their hours and holidays: to choose from, and to name one.
///
/// # Errors
/// Those of the database.
pub fn names(conn: &mut Conn) -> Result<Vec<Named>> {
    let mut all: Vec<Named> = calendars::table.order(calendars::id).select(columns::<Named>()).rows(conn)?;
    all.sort_by(|one, other| (one.id != OWN, &one.name).cmp(&(other.id != OWN, &other.name)));
    Ok(all)
}

/// One of them.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(conn: &mut Conn, id: CalendarId) -> Result<Calendar> {
    calendars::table.find(id).select(columns::<Row>()).row::<Row>(conn)?.try_into()
}

/// The calendar of this name that a queue is to count by.
///
/// # Errors
/// [`Error::Invalid`] at the field `calendar` where there is none, or where it is retired and not the one in use.
pub(super) fn named(conn: &mut Conn, name: &str, in_use: Option<CalendarId>) -> Result<CalendarId> {
    let refuse = |sentence| Error::invalid("calendar", sentence);
    let found = names(conn)?.into_iter().find(|calendar| calendar.name == name);
    let found = found.ok_or_else(|| refuse(say!("refused-calendar-unknown", name = name)))?;
    if found.is_retired() && Some(found.id) != in_use {
        return Err(refuse(say!("refused-calendar-retired", name = name)));
    }
    Ok(found.id)
}

/// The queues that count by each calendar, by name; those that name none stand with the installation's own.
///
/// # Errors
/// Those of the database.
pub fn users(conn: &mut Conn) -> Result<Vec<(CalendarId, QueueId, String)>> {
    let rows: Vec<(Option<CalendarId>, QueueId, String)> = queues::table
        .filter(queues::retired_at.is_null())
        .order(queues::name)
        .select((queues::calendar_id, queues::id, queues::name))
        .rows(conn)?;
    Ok(rows.into_iter().map(|(calendar, id, name)| (calendar.unwrap_or(OWN), id, name)).collect())
}

/// How long a lock may stay in a queue.
#[derive(Clone, Debug)]
pub struct Patience {
    /// Working minutes; 0 is for ever.
    minutes: i32,
    /// By which hours.
    hours: Hours,
}

impl Patience {
    /// When it has run out, of which the counting began at `since`; `None`: never.
    pub fn until(&self, since: Timestamp) -> Option<Timestamp> {
        (self.minutes > 0).then(|| working_time::after(since, i64::from(self.minutes), &self.hours))
    }
}

/// How long a lock may stay in a queue, in one statement: what runs for an answer asks nothing more than before.
///
/// # Errors
/// [`Error::NotFound`].
pub fn patience(conn: &mut Conn, queue: QueueId, home: &TimeZone) -> Result<Patience> {
    let by = calendars::id
        .nullable()
        .eq(queues::calendar_id)
        .or(queues::calendar_id.is_null().and(calendars::id.eq(OWN)));
    let (minutes, row): (i32, Row) = queues::table
        .inner_join(calendars::table.on(by))
        .filter(queues::id.eq(queue))
        .select((queues::unlock_minutes, columns::<Row>()))
        .row(conn)?;
    Ok(Patience { minutes, hours: Calendar::try_from(row)?.hours(home) })
}
