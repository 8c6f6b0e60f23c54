//! One calendar, a new one, and a look at how it counts.

use actix_web::web::{Data, Path, Query};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::form::{DayView, Form, days, errors};
use super::{HOME, address};
use crate::db::{CalendarId, Conn, InstallationRight};
use crate::error::{Error, Result};
use crate::queues::calendars::{self, Calendar, Change, OWN};
use crate::schedule::working_time::{Hours, after};
use crate::web::failure::{Answer, Failure, WHOLE, problems};
use crate::web::forms::{Nothing, Posted};
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show, show_as};
use crate::web::stale;
use crate::web::state::Web;
use crate::web::times::Reader;

/// So many stretches of work are told before the last.
const STRETCHES: usize = 6;
/// What is tried where nothing is asked, in hours.
const TRIED: i64 = 8;

/// What the address asks besides.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    saved: String,
    /// So many hours of work.
    hours: String,
    /// From when, in the calendar's zone.
    from: String,
}

#[derive(Serialize)]
struct CalendarView {
    /// Nothing for one that is to be made.
    url: String,
    title: String,
    own: bool,
    retired: bool,
    home: String,
    queues: String,
    form: Form,
    /// What is stored, as this page shows it.
    shown: String,
    days: Vec<DayView>,
    errors: Form,
    /// Why all of it is refused.
    whole: String,
    refused: bool,
    saved: String,
    trial: Option<Trial>,
}

/// How so many hours are counted.
#[derive(Serialize)]
struct Trial {
    hours: String,
    from: String,
    zone: String,
    ends: String,
    rows: Vec<Stretch>,
    more: bool,
    wrong: bool,
}

#[derive(Serialize)]
struct Stretch {
    day: String,
    from: String,
    to: String,
    took: String,
}

/// A page that was asked for.
#[derive(Default)]
struct Asked {
    id: Option<CalendarId>,
    typed: Option<Form>,
    errors: Form,
    /// Why all of it is refused.
    whole: String,
    wish: Wish,
}

fn load(conn: &mut Conn, web: &Web, asker: &Asker, asked: Asked) -> Result<Page<CalendarView>> {
    asker.actor.require(InstallationRight::QueuesAndMail)?;
    let language = &asker.reader.language;
    let stored = asked.id.map(|id| calendars::get(conn, id)).transpose()?;
    let users = calendars::users(conn)?;
    let used = users.iter().filter(|(by, ..)| Some(*by) == asked.id).map(|(.., name)| name.as_str());
    let there = stored.as_ref().map(|calendar| Form::of(Change::of(calendar)));
    let shown = there.as_ref().map(stale::mark).unwrap_or_default();
    let form = asked.typed.or(there).unwrap_or_else(Form::usual);
    let view = CalendarView {
        url: asked.id.map_or_else(String::new, address),
        title: stored.as_ref().map_or_else(|| language.tr("calendar-new"), |stored| stored.name.clone()),
        own: asked.id == Some(OWN),
        retired: stored.as_ref().is_some_and(|stored| stored.retired),
        home: web.config.time_zone_name.clone(),
        queues: used.collect::<Vec<_>>().join(", "),
        days: days(&form, &asked.errors, language),
        form,
        shown,
        refused: !asked.whole.is_empty() || asked.errors != Form::default(),
        errors: asked.errors,
        whole: asked.whole,
        saved: if asked.wish.saved.is_empty() { String::new() } else { language.tr("calendar-saved") },
        trial: stored.as_ref().map(|stored| trial(stored, web, &asker.reader, &asked.wish)),
    };
    Ok(Page::new("calendars", view))
}

fn trial(calendar: &Calendar, web: &Web, reader: &Reader, wish: &Wish) -> Trial {
    let hours = calendar.hours(&web.config.time_zone);
    // The clock of the calendar, whatever zone its reader lives in.
    let reader = Reader { zone: hours.zone.clone(), ..reader.clone() };
    let asked = if wish.hours.trim().is_empty() { Some(TRIED) } else { wish.hours.trim().parse().ok() };
    let count = asked.filter(|count| (1..=calendars::MOST_MINUTES / 60).contains(count));
    let from = if wish.from.is_empty() { Some(reader.now) } else { reader.read_field(&wish.from) }
        .unwrap_or(reader.now);
    let minutes = count.unwrap_or(TRIED) * 60;
    let (rows, more) = stretches(&hours, from, minutes, &reader);
    Trial {
        hours: if wish.hours.is_empty() { TRIED.to_string() } else { wish.hours.clone() },
        from: reader.field(from),
        zone: calendar.time_zone.clone().unwrap_or_else(|| web.config.time_zone_name.clone()),
        ends: reader.full(after(from, minutes, &hours)),
        rows,
        more,
        wrong: count.is_none(),
    }
}

/// The stretches of work that are counted, in order; whether there are more than are told.
fn stretches(hours: &Hours, from: Timestamp, minutes: i64, reader: &Reader) -> (Vec<Stretch>, bool) {
    let mut left = SignedDuration::from_mins(minutes);
    let mut rows = Vec::new();
    for (begins, ends) in hours.stretches(from) {
        if !left.is_positive() {
            return (rows, false);
        }
        if rows.len() >= STRETCHES {
            return (rows, true);
        }
        let here = ends.duration_since(begins).min(left);
        rows.push(Stretch {
            day: reader.long_day(begins),
            from: reader.clock(begins),
            to: reader.clock(begins.checked_add(here).unwrap_or(ends)),
            took: reader.took(here.as_secs()),
        });
        left -= here;
    }
    (rows, left.is_positive())
}

/// `GET /admin/calendars/new`.
pub async fn new(web: Data<Web>, signed: Signed) -> Answer {
    let state = web.clone();
    show(&web, &signed, "calendars/page.html", move |conn, asker| load(conn, &state, asker, Asked::default()))
        .await
}

/// `GET /admin/calendars/{id}`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<String>, wish: Query<Wish>) -> Answer {
    let id: CalendarId = id.parse().map_err(|_| Error::NotFound)?;
    let state = web.clone();
    show(&web, &signed, "calendars/page.html", move |conn, asker| {
        let asked = Asked { id: Some(id), wish: wish.into_inner(), ..Asked::default() };
        load(conn, &state, asker, asked)
    })
    .await
}

/// `POST /admin/calendars`.
pub async fn create(web: Data<Web>, signed: Signed, form: Posted<Form>) -> Answer {
    let (form, at, asker) = (form.0, web.moment(), signed.clone());
    let change = form.change();
    let made = web.db.write(move |tx| calendars::create(tx, &asker.actor, &change, &at)).await;
    answer(&web, &signed, None, form, made).await
}

/// `POST /admin/calendars/{id}`.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<String>, form: Posted<Form>) -> Answer {
    let id: CalendarId = id.parse().map_err(|_| Error::NotFound)?;
    let (form, at, asker) = (form.0, web.moment(), signed.clone());
    let (change, shown) = (form.change(), form.shown.clone());
    let made = web
        .db
        .write(move |tx| {
            stale::alone(tx, "calendars")?;
            asker.actor.require(InstallationRight::QueuesAndMail)?;
            stale::must_be_fresh(&shown, &Form::of(Change::of(&calendars::get(tx, id)?)))?;
            calendars::change(tx, &asker.actor, id, &change, &at)
        })
        .await;
    answer(&web, &signed, Some(id), form, made).await
}

// Back to the page that can be reloaded, or the form with what was typed and what is wrong about it.
async fn answer(
    web: &Data<Web>,
    signed: &Signed,
    id: Option<CalendarId>,
    form: Form,
    done: Result<Calendar>,
) -> Answer {
    let error = match done {
        Ok(calendar) => return Ok(see_other(&format!("{}?saved=1", address(calendar.id)))),
        Err(error) => error,
    };
    let language = &signed.reader.language;
    let (status, mut fields) = problems(error).map_err(|failure| failure.back_to(HOME))?;
    let whole = fields.iter().find(|field| field.field == WHOLE);
    let whole = whole.map_or_else(String::new, |field| field.message.in_language(language));
    fields.retain(|field| field.field != WHOLE);
    let errors = errors(&fields, language);
    let (state, typed) = (web.clone(), Some(form));
    show_as(web, signed, status, "calendars/page.html", move |conn, asker| {
        load(conn, &state, asker, Asked { id, typed, errors, whole, ..Asked::default() })
    })
    .await
}

/// `POST /admin/calendars/{id}/retirement`.
pub async fn retire(web: Data<Web>, signed: Signed, id: Path<String>, _form: Posted<Nothing>) -> Answer {
    set_retired(&web, &signed, &id, true).await
}

/// `POST /admin/calendars/{id}/retirement/end`.
pub async fn restore(web: Data<Web>, signed: Signed, id: Path<String>, _form: Posted<Nothing>) -> Answer {
    set_retired(&web, &signed, &id, false).await
}

async fn set_retired(web: &Data<Web>, signed: &Signed, id: &str, retired: bool) -> Answer {
    let id: CalendarId = id.parse().map_err(|_| Error::NotFound)?;
    let (asker, now) = (signed.clone(), web.moment().ts());
    web.db
        .write(move |tx| calendars::retire(tx, &asker.actor, id, retired, now))
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    Ok(see_other(&format!("{HOME}?saved=1")))
}
