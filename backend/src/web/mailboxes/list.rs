//! The list of mailboxes.

use actix_web::web::Data;
use jiff::Timestamp;
use serde::Serialize;

use crate::mailboxes::{self, Listed};
use crate::web::failure::Answer;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, show};
use crate::web::state::Web;

#[derive(Serialize)]
struct ListView {
    mailboxes: Vec<Row>,
}

/// A mailbox and how it does.
#[derive(Serialize)]
pub struct Row {
    name: String,
    url: String,
    place: String,
    queue: String,
    look: Look,
    trouble: String,
    stuck: i64,
    success_at: Option<Timestamp>,
    mail_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Look {
    colour: &'static str,
    word: String,
}

impl Row {
    /// What the list says of a mailbox.
    pub fn of(listed: &Listed, asker: &Asker) -> Self {
        let language = &asker.reader.language;
        let it = &listed.mailbox;
        let trouble = listed.trouble(language);
        let (colour, key) = if it.disabled_at.is_some() {
            ("", "mailbox-rests")
        } else if listed.state.alarmed_at.is_some() {
            ("is-red", "mailbox-alarm")
        } else if !trouble.is_empty() {
            ("is-amber", "mailbox-failing")
        } else if listed.state.success_at.is_none() {
            ("", "mailbox-starting")
        } else {
            ("is-green", "mailbox-well")
        };
        Self {
            name: it.name.clone(),
            url: format!("/admin/mailboxes/{}", it.id),
            place: if it.directory.is_empty() {
                language.tr_with(
                    &format!("mailbox-place-{}", it.kind),
                    &[("login", &it.login), ("host", &it.host)],
                )
            } else {
                it.directory.clone()
            },
            queue: listed.queue.clone(),
            look: Look { colour, word: language.tr(key) },
            trouble: if it.disabled_at.is_some() { String::new() } else { trouble },
            stuck: listed.stuck,
            success_at: listed.state.success_at.map(|at| at.0),
            mail_at: listed.state.mail_at.map(|at| at.0),
        }
    }
}

/// `GET /admin/mailboxes`.
pub async fn list(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "mailboxes/list.html", |conn, asker| {
        let all = mailboxes::all(conn, &asker.actor)?;
        let rows = all.iter().map(|listed| Row::of(listed, asker)).collect();
        Ok(Page::new("mailboxes", ListView { mailboxes: rows }))
    })
    .await
}
