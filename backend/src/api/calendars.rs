//! Working-time calendars. All of it needs the right to manage queues and mail.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Input, Json},
    gate::Caller,
    page::{self, List, Params},
    problem::Answer,
    views::instant,
};
use crate::{
    db::{CalendarId, Conn, InstallationRight, Ts},
    desk::Desk,
    error::{Error, Result, say},
    queues::calendars::{self, Calendar, Change, OWN},
    schedule::working_time,
};

/// The working hours of a week: for each day its spans such as `09:00-12:00, 13:00-17:00`; empty: no work.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WeekHours {
    monday: String,
    tuesday: String,
    wednesday: String,
    thursday: String,
    friday: String,
    saturday: String,
    sunday: String,
}

/// A day on which nobody works.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HolidayView {
    /// `2026-12-25`, or `12-25` for each year.
    day: String,
    /// What it is called; may be empty.
    #[serde(default)]
    name: String,
}

/// A working-time calendar.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Calendar)]
pub struct CalendarView {
    /// Its id.
    pub id: String,
    /// Its name, unique.
    pub name: String,
    /// The IANA name of its zone; null: the installation's.
    pub time_zone: Option<String>,
    /// When work is done.
    pub hours: WeekHours,
    /// Days on which it is not, in order; those of each year first.
    pub holidays: Vec<HolidayView>,
    /// Whether it is the installation's own: queues that name none count by it.
    pub own: bool,
    /// Whether it is offered no more.
    pub retired: bool,
    /// The names of the queues that count by it.
    pub queues: Vec<String>,
}

fn view(calendar: &Calendar, users: &[(CalendarId, crate::db::QueueId, String)]) -> CalendarView {
    let written = Change::of(calendar);
    let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] = written.hours;
    CalendarView {
        id: calendar.id.to_string(),
        name: written.name,
        time_zone: calendar.time_zone.clone(),
        hours: WeekHours { monday, tuesday, wednesday, thursday, friday, saturday, sunday },
        holidays: calendar
            .holidays
            .iter()
            .map(|holiday| HolidayView { day: holiday.day.to_string(), name: holiday.name.clone() })
            .collect(),
        own: calendar.id == OWN,
        retired: calendar.retired,
        queues: users.iter().filter(|(by, ..)| *by == calendar.id).map(|(.., name)| name.clone()).collect(),
    }
}

fn found(conn: &mut Conn, id: CalendarId) -> Result<CalendarView> {
    let calendar = calendars::get(conn, id)?;
    Ok(view(&calendar, &calendars::users(conn)?))
}

/// All calendars, retired ones included.
#[utoipa::path(get, path = "/calendars", tag = "administration",
    responses((status = 200, body = List<CalendarView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            caller.actor.require(InstallationRight::QueuesAndMail)?;
            let users = calendars::users(conn)?;
            Ok(List::whole(calendars::all(conn)?.iter().map(|calendar| view(calendar, &users)).collect()))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// One calendar.
#[utoipa::path(get, path = "/calendars/{id}", tag = "administration", params(("id" = String, Path)),
    responses((status = 200, body = CalendarView)))]
pub async fn get(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id: CalendarId = page::key(&id)?;
    let found = desk
        .db
        .read(move |conn| {
            caller.actor.require(InstallationRight::QueuesAndMail)?;
            found(conn, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(found))
}

/// What a calendar shall be like, all of it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SetCalendar {
    /// Its name, unique.
    name: String,
    /// The IANA name of its zone; null: the installation's.
    time_zone: Option<String>,
    /// When work is done.
    hours: WeekHours,
    /// Days on which it is not.
    holidays: Vec<HolidayView>,
}

impl Input for SetCalendar {}

impl SetCalendar {
    fn change(&self) -> Change {
        let it = self.hours.clone();
        // A line is a holiday: a name that breaks it would be a second one.
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = |holiday: &HolidayView| format!("{} {}", one_line(&holiday.day), one_line(&holiday.name));
        Change {
            name: self.name.clone(),
            time_zone: self.time_zone.clone().unwrap_or_default(),
            hours: [it.monday, it.tuesday, it.wednesday, it.thursday, it.friday, it.saturday, it.sunday],
            holidays: self.holidays.iter().map(line).collect::<Vec<_>>().join("\n"),
        }
    }
}

/// Makes a calendar.
#[utoipa::path(post, path = "/calendars", tag = "administration", request_body = SetCalendar,
    responses((status = 201, body = CalendarView)))]
pub async fn create(desk: Data<Desk>, caller: Caller, Json { value, request }: Json<SetCalendar>) -> Answer {
    let (asker, at) = (caller.clone(), desk.moment());
    request
        .create(&desk, &caller, move |tx| {
            let made = calendars::create(tx, &asker.actor, &value.change(), &at)?;
            found(tx, made.id)
        })
        .await
}

/// Puts a calendar in place of what it was; what counts by it is counted anew.
#[utoipa::path(put, path = "/calendars/{id}", tag = "administration", params(("id" = String, Path)),
    request_body = SetCalendar, responses((status = 200, body = CalendarView)))]
pub async fn put(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, .. }: Json<SetCalendar>,
) -> Answer {
    let id: CalendarId = page::key(&id)?;
    let at = desk.moment();
    let changed = desk
        .db
        .write(move |tx| {
            calendars::change(tx, &caller.actor, id, &value.change(), &at)?;
            found(tx, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(changed))
}

/// Offers a calendar no more; queues that count by it go on doing so.
#[utoipa::path(put, path = "/calendars/{id}/retirement", tag = "administration", params(("id" = String, Path)),
    responses((status = 204, description = "Retired")))]
pub async fn retire(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    set_retired(desk, caller, &id, true).await
}

/// Offers a calendar again.
#[utoipa::path(delete, path = "/calendars/{id}/retirement", tag = "administration", params(("id" = String, Path)),
    responses((status = 204, description = "In use")))]
pub async fn restore(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    set_retired(desk, caller, &id, false).await
}

async fn set_retired(desk: Data<Desk>, caller: Caller, id: &str, retired: bool) -> Answer {
    let id: CalendarId = page::key(id)?;
    let now = desk.moment().ts();
    desk.db.write(move |tx| calendars::retire(tx, &caller.actor, id, retired, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// From when, and how much working time.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// RFC 3339; now where missing.
    from: Option<String>,
    /// So many working minutes; 480 where missing.
    minutes: Option<String>,
}

/// When so much working time has passed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct End {
    /// From when.
    pub from: String,
    /// So many working minutes.
    pub minutes: i64,
    /// RFC 3339.
    pub ends_at: String,
}

/// When so much working time of a calendar has passed.
#[utoipa::path(get, path = "/calendars/{id}/end", tag = "administration", params(("id" = String, Path), Wish),
    responses((status = 200, body = End)))]
pub async fn end(desk: Data<Desk>, caller: Caller, id: Path<String>, Params(wish): Params<Wish>) -> Answer {
    let id: CalendarId = page::key(&id)?;
    let at = desk.moment();
    let end = desk
        .db
        .read(move |conn| {
            caller.actor.require(InstallationRight::QueuesAndMail)?;
            let hours = calendars::get(conn, id)?.hours(&at.zone);
            let from = match wish.from.as_deref() {
                None => at.now,
                Some(text) => text.parse().map_err(|_| Error::invalid("from", say!("refused-moment")))?,
            };
            let minutes = wish.minutes.as_deref().unwrap_or("480");
            let most = calendars::MOST_MINUTES;
            let minutes = minutes.parse().ok().filter(|minutes| (1..=most).contains(minutes));
            let minutes =
                minutes.ok_or_else(|| Error::invalid("minutes", say!("refused-minutes", most = most)))?;
            let ends_at = working_time::after(from, minutes, &hours);
            Ok(End { from: instant(Ts(from)), minutes, ends_at: instant(Ts(ends_at)) })
        })
        .await?;
    Ok(HttpResponse::Ok().json(end))
}
