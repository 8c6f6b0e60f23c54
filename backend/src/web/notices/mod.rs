//! What an agent was told: a page of the last things, and how they are said, there and in the corner of any page.

pub mod told;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};

use self::told::Told;
use super::failure::Answer;
use super::forms::Posted;
use super::gate::Signed;
use super::page::{Page, see_other, show};
use super::state::Web;
use crate::db::NoticeId;
use crate::notify::board;

#[derive(Serialize)]
struct NoticesView {
    rows: Vec<Told>,
    /// The newest of them, for the button that marks them as read.
    last: i64,
    unread: bool,
}

/// `GET /notices`.
pub async fn page(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "notices/page.html", |conn, asker| {
        let entries = board::recent(conn, &asker.actor)?;
        let rows = told::all(&asker.reader.language, &told::queue_names(conn)?, entries);
        let view = NoticesView {
            last: rows.first().map_or(0, |row| row.id),
            unread: rows.iter().any(|row| row.new),
            rows,
        };
        Ok(Page::new("notices", view))
    })
    .await
}

/// Up to which one.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Last {
    last: i64,
}

/// `POST /notices/read`.
pub async fn read(web: Data<Web>, signed: Signed, form: Posted<Last>) -> Answer {
    let (last, at) = (NoticeId(form.0.last), web.moment());
    web.db.write(move |tx| board::read_up_to(tx, &signed.actor, last, at.ts())).await?;
    Ok(see_other("/notices"))
}
