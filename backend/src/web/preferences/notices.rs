//! What an agent hears of, and by which ways: a table of events and ways.

use actix_web::web::{Data, Query};
use serde::Serialize;

use super::Wish;
use crate::db::{Notice, Pace};
use crate::people::ways::{self, Way};
use crate::web::failure::Answer;
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::{Page, see_other, show};
use crate::web::state::Web;
use crate::web::view::Choice;

#[derive(Serialize)]
struct WaysView {
    saved: String,
    rows: Vec<WayView>,
}

#[derive(Serialize)]
struct WayView {
    event: &'static str,
    label: String,
    mail: Vec<Choice>,
    browser: bool,
}

/// `GET /preferences/notices`.
pub async fn page(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let saved = if wish.saved == "yes" { signed.reader.language.tr("ways-saved") } else { String::new() };
    show(&web, &signed, "preferences/notices.html", move |conn, asker| {
        let language = &asker.reader.language;
        let row = |(notice, way): (Notice, Way)| WayView {
            event: notice.as_str(),
            label: language.tr(&format!("notify-{notice}")),
            mail: Pace::ALL
                .iter()
                .map(|pace| {
                    Choice::new(pace.as_str(), language.tr(&format!("pace-{pace}")), way.mail == *pace)
                })
                .collect(),
            browser: way.browser,
        };
        let rows = ways::of(conn, asker.actor.agent.id)?.into_iter().map(row).collect();
        Ok(Page::new("preferences", WaysView { saved, rows }))
    })
    .await
}

fn mail_field(notice: Notice) -> String {
    format!("mail-{notice}")
}

/// `POST /preferences/notices`: `mail-EVENT` once for each event, `browser` once for each that is wanted there.
pub async fn update(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    let fields = fields.0;
    let mails: Vec<String> = Notice::ALL.iter().copied().map(mail_field).collect();
    let names: Vec<&str> = mails.iter().map(String::as_str).chain(["browser"]).collect();
    fields.only(&names)?;
    web.db
        .write(move |tx| {
            let mut chosen = ways::of(tx, signed.actor.agent.id)?;
            for (notice, way) in &mut chosen {
                // An event that the page did not show stays as it was.
                if let Ok(mail) = fields.one(&mail_field(*notice)).parse::<Pace>() {
                    *way = Way { mail, browser: fields.has("browser", notice.as_str()) };
                }
            }
            ways::set(tx, signed.actor.agent.id, &chosen)
        })
        .await?;
    Ok(see_other("/preferences/notices?saved=yes"))
}
