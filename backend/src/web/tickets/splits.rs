//! A message becomes a ticket of its own.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};

use super::acts::ticket_page;
use crate::access::{self, Reply};
use crate::db::{ArticleId, Conn, QueueId, Right};
use crate::error::{Error, Result};
use crate::queues::{self, Queue};
use crate::tickets::{open, split, view};
use crate::web::failure::Answer;
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show_as};
use crate::web::state::Web;
use crate::web::text::{Segment, segments};
use crate::web::view::Choice;

#[derive(Serialize)]
struct SplitView {
    id: i64,
    number: String,
    url: String,
    who: String,
    at: jiff::Timestamp,
    text: Vec<Segment>,
    title: String,
    queues: Vec<Choice>,
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
    typed: Option<Form>,
    error: String,
) -> Answer {
    show_as(web, signed, status, "tickets/split.html", move |conn, asker| {
        let (article, access) = view::article(conn, &asker.actor, id)?;
        access.must(Right::Reply)?;
        let ticket = access.ticket();
        let subject = open::without_prefixes(&article.subject);
        let chosen = typed.as_ref().and_then(|form| form.queue).unwrap_or(ticket.queue_id.0);
        let named = !article.from_name.is_empty();
        let view = SplitView {
            id: id.0,
            number: ticket.number.clone(),
            url: ticket_page(&ticket.number),
            who: if named { article.from_name.clone() } else { article.from_address.clone() },
            at: article.created_at.0,
            text: segments(&article.body_text),
            queues: queues_beside(conn, asker, ticket.queue_id, chosen)?,
            title: match typed {
                Some(form) => form.title,
                None if subject.is_empty() => ticket.title.clone(),
                None => subject.to_owned(),
            },
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
    /// The queue of the new ticket; missing: that of the old one.
    queue: Option<i64>,
}

/// The ticket's queue, and those in which the actor may open tickets.
fn queues_beside(conn: &mut Conn, asker: &Asker, own: QueueId, chosen: i64) -> Result<Vec<Choice>> {
    let able = |queue: &Queue| {
        queue.id == own
            || (queue.retired_at.is_none() && asker.actor.scope.in_queue(queue.id).has(Right::Create))
    };
    let all = queues::all(conn)?.into_iter().filter(able);
    Ok(all.map(|queue| Choice::new(queue.id.to_string(), queue.name, queue.id.0 == chosen)).collect())
}

/// `POST /articles/{id}/splits`.
pub async fn create(web: Data<Web>, signed: Signed, id: Path<i64>, form: Posted<Form>) -> Answer {
    let (id, typed) = (ArticleId(id.into_inner()), form.0);
    let (asker, at, wish) = (signed.clone(), web.moment(), typed.clone());
    let made = web
        .db
        .write(move |tx| {
            let number = view::article(tx, &asker.actor, id)?.1.ticket().number.clone();
            let mut source = access::for_change::<Reply>(tx, &asker.actor, &number)?;
            Ok(split::split(tx, &mut source, &asker.actor, id, &wish.title, wish.queue.map(QueueId), &at)?
                .number)
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
