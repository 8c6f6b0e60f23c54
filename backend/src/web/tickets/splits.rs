//! A message becomes a ticket of its own.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};

use super::acts::ticket_page;
use crate::access::{self, Reply};
use crate::db::{ArticleId, Right};
use crate::error::Error;
use crate::tickets::{open, split, view};
use crate::web::failure::Answer;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::{Page, see_other, show_as};
use crate::web::state::Web;
use crate::web::text::{Segment, segments};

#[derive(Serialize)]
struct SplitView {
    id: i64,
    number: String,
    url: String,
    who: String,
    at: jiff::Timestamp,
    text: Vec<Segment>,
    title: String,
    error: String,
}

/// `GET /articles/{id}/splits/new`.
pub async fn new(web: Data<Web>, signed: Signed, id: Path<i64>) -> Answer {
    show(&web, &signed, StatusCode::OK, ArticleId(id.into_inner()), None, String::new()).await
}

async fn show(
    web: &Data<Web>,
    signed: &Signed,
    status: StatusCode,
    id: ArticleId,
    title: Option<String>,
    error: String,
) -> Answer {
    show_as(web, signed, status, "tickets/split.html", move |conn, asker| {
        let (article, access) = view::article(conn, &asker.actor, id)?;
        access.must(Right::Reply)?;
        let ticket = access.ticket();
        let subject = open::without_prefixes(&article.subject);
        let named = !article.from_name.is_empty();
        let view = SplitView {
            id: id.0,
            number: ticket.number.clone(),
            url: ticket_page(&ticket.number),
            who: if named { article.from_name.clone() } else { article.from_address.clone() },
            at: article.created_at.0,
            text: segments(&article.body_text),
            title: title.unwrap_or_else(|| {
                if subject.is_empty() { ticket.title.clone() } else { subject.to_owned() }
            }),
            error,
        };
        Ok(Page::new(format!("q{}", ticket.queue_id), view))
    })
    .await
}

/// What the new ticket is about.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    title: String,
}

/// `POST /articles/{id}/splits`.
pub async fn create(web: Data<Web>, signed: Signed, id: Path<i64>, form: Posted<Form>) -> Answer {
    let (id, typed) = (ArticleId(id.into_inner()), form.0.title);
    let (asker, at, title) = (signed.clone(), web.moment(), typed.clone());
    let made = web
        .db
        .write(move |tx| {
            let number = view::article(tx, &asker.actor, id)?.1.ticket().number.clone();
            let mut source = access::for_change::<Reply>(tx, &asker.actor, &number)?;
            Ok(split::split(tx, &mut source, &asker.actor, id, &title, &at)?.number)
        })
        .await;
    match made {
        Ok(number) => Ok(see_other(&ticket_page(&number))),
        Err(Error::Invalid(fields)) => {
            let language = &signed.reader.language;
            let error =
                fields.iter().map(|field| field.message.in_language(language)).collect::<Vec<_>>().join(" ");
            show(&web, &signed, StatusCode::UNPROCESSABLE_ENTITY, id, Some(typed), error).await
        }
        Err(error) => Err(error.into()),
    }
}
