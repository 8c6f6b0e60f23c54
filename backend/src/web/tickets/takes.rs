//! Looking for the ticket to which a message belongs.

use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::acts::ticket_page;
use super::merges::{Candidate, candidates, must_reply};
use crate::db::ArticleId;
use crate::tickets::view;
use crate::web::failure::Answer;
use crate::web::gate::Signed;
use crate::web::page::{Page, show};
use crate::web::state::Web;

/// What is looked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    q: String,
}

#[derive(Serialize)]
struct TakeView {
    id: i64,
    number: String,
    url: String,
    q: String,
    found: Vec<Candidate>,
    /// Those of the same customer, before anything is looked for.
    suggested: bool,
}

/// `GET /articles/{id}/ticket/new`.
pub async fn new(web: Data<Web>, signed: Signed, id: Path<i64>, wish: Query<Wish>) -> Answer {
    let (id, q) = (ArticleId(id.into_inner()), wish.into_inner().q);
    show(&web, &signed, "tickets/take.html", move |conn, asker| {
        let (_, access) = view::article(conn, &asker.actor, id)?;
        must_reply(&access)?;
        let ticket = access.ticket();
        let view = TakeView {
            id: id.0,
            number: ticket.number.clone(),
            url: ticket_page(&ticket.number),
            found: candidates(conn, asker, &access, &q)?,
            suggested: q.trim().is_empty(),
            q,
        };
        Ok(Page::new(format!("q{}", ticket.queue_id), view))
    })
    .await
}
