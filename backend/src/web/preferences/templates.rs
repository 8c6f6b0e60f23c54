//! The texts that somebody keeps for himself.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::Serialize;

use super::Wish;
use crate::db::{Conn, Right, TemplateId};
use crate::error::{Error, Result};
use crate::queues;
use crate::queues::templates::{Template, own};
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show, show_as};
use crate::web::reply_templates::{EditView, Errors, Names, Row, Typed, by_field, row, view};
use crate::web::state::Web;

const HOME: &str = "/preferences/templates";

#[derive(Serialize)]
struct ListView {
    saved: String,
    templates: Vec<Row>,
}

/// `GET /preferences/templates`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    show(&web, &signed, "preferences/templates.html", move |conn, asker| {
        let language = &asker.reader.language;
        let names = Names::load(conn, &asker.actor)?;
        let own = own::all(conn, &asker.actor)?;
        let saved = match wish.saved.as_str() {
            "" => String::new(),
            "gone" => language.tr("own-template-gone"),
            _ => language.tr("templates-saved"),
        };
        let templates = own.iter().map(|template| row(template, HOME, &names, asker)).collect();
        Ok(Page::new("preferences", ListView { saved, templates }))
    })
    .await
}

/// `GET /preferences/templates/new`.
pub async fn new(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "preferences/template.html", |conn, asker| {
        load(conn, asker, None, Some(Typed::default()), Errors::default())
    })
    .await
}

/// `GET /preferences/templates/{id}`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<String>) -> Answer {
    let id: TemplateId = id.parse().map_err(|_| Error::NotFound)?;
    show(&web, &signed, "preferences/template.html", move |conn, asker| {
        load(conn, asker, Some(id), None, Errors::default())
    })
    .await
}

fn load(
    conn: &mut Conn,
    asker: &Asker,
    id: Option<TemplateId>,
    typed: Option<Typed>,
    errors: Errors,
) -> Result<Page<EditView>> {
    let stored = id.map(|id| own::get(conn, &asker.actor, id)).transpose()?;
    // A queue into which he may not move a ticket is not named to him.
    let mut reachable = queues::all(conn)?;
    reachable.retain(|queue| asker.actor.scope.in_queue(queue.id).has(Right::MoveInto));
    Ok(Page::new("preferences", view(asker, HOME, stored.as_ref(), typed, errors, &reachable)))
}

/// `POST /preferences/templates`.
pub async fn create(web: Data<Web>, signed: Signed, form: Posted<Fields>) -> Answer {
    let form = Typed::own(form.0)?;
    let (typed, now, asker) = (form.clone(), web.moment().ts(), signed.clone());
    let made = web.db.write(move |tx| own::create(tx, &asker.actor, &typed.words()?, now)).await;
    answer(&web, &signed, None, form, made).await
}

/// `POST /preferences/templates/{id}`.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<String>, form: Posted<Fields>) -> Answer {
    let form = Typed::own(form.0)?;
    let id: TemplateId = id.parse().map_err(|_| Error::NotFound)?;
    let (typed, now, asker) = (form.clone(), web.moment().ts(), signed.clone());
    let kept = web.db.write(move |tx| {
        own::get(tx, &asker.actor, id)?;
        own::change(tx, &asker.actor, id, &typed.words()?, now)
    });
    let kept = kept.await;
    answer(&web, &signed, Some(id), form, kept).await
}

/// `POST /preferences/templates/{id}/end`: throws it away.
pub async fn end(web: Data<Web>, signed: Signed, id: Path<String>, form: Posted<Fields>) -> Answer {
    form.0.only(&[])?;
    let id: TemplateId = id.parse().map_err(|_| Error::NotFound)?;
    let asker = signed.clone();
    web.db.write(move |tx| own::remove(tx, &asker.actor, id)).await?;
    Ok(see_other(&format!("{HOME}?saved=gone")))
}

async fn answer(
    web: &Data<Web>,
    signed: &Signed,
    id: Option<TemplateId>,
    form: Typed,
    done: Result<Template>,
) -> Answer {
    let problems = match done {
        Ok(_) => return Ok(see_other(&format!("{HOME}?saved=1"))),
        Err(Error::Invalid(problems)) => problems,
        Err(error) => return Err(Failure::from(error).back_to(HOME)),
    };
    let errors = by_field(problems, &signed.reader.language);
    show_as(web, signed, StatusCode::UNPROCESSABLE_ENTITY, "preferences/template.html", move |conn, asker| {
        load(conn, asker, id, Some(form), errors)
    })
    .await
}
