//! All calendars, and what counts by them.

use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use super::address;
use super::form::short_week;
use crate::queues::calendars::{self, OWN};
use crate::web::failure::Answer;
use crate::web::gate::Signed;
use crate::web::page::{Page, show};
use crate::web::state::Web;

/// What a page says after a change.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    saved: String,
}

#[derive(Serialize)]
struct ListView {
    saved: String,
    calendars: Vec<Row>,
    retired: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    url: String,
    name: String,
    own: bool,
    zone: String,
    /// What is worked, day by day.
    week: Vec<String>,
    holidays: usize,
    queues: String,
}

/// `GET /admin/calendars`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let home = web.config.time_zone_name.clone();
    show(&web, &signed, "calendars/list.html", move |conn, asker| {
        let language = &asker.reader.language;
        let users = calendars::users(conn)?;
        let (mut offered, mut retired) = (Vec::new(), Vec::new());
        for calendar in calendars::all(conn)? {
            let used = users.iter().filter(|(by, ..)| *by == calendar.id);
            let row = Row {
                url: address(calendar.id),
                own: calendar.id == OWN,
                zone: calendar.time_zone.clone().unwrap_or_else(|| home.clone()),
                week: short_week(&calendar.week, language),
                holidays: calendar.holidays.len(),
                queues: used.map(|(.., name)| name.as_str()).collect::<Vec<_>>().join(", "),
                name: calendar.name,
            };
            if calendar.retired { retired.push(row) } else { offered.push(row) }
        }
        let saved = if wish.saved.is_empty() { String::new() } else { language.tr("calendar-saved") };
        Ok(Page::new("calendars", ListView { saved, calendars: offered, retired }))
    })
    .await
}
