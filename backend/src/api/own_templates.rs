//! The texts that an agent keeps for himself: nobody else's, whoever asks.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    page::{self, List},
    problem::Answer,
    templates::{EffectsView, TemplateView, language, view},
};
use crate::{
    access::Actor,
    db::{Conn, Right, TemplateId},
    desk::Desk,
    error::{Error, Result, say},
    queues::{
        self,
        templates::{Change, own},
    },
};

/// A text to be kept for oneself.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetOwnTemplate {
    /// How it is found.
    name: String,
    /// en, de, fr; without it, in no language in particular.
    language: Option<String>,
    /// What it says.
    #[serde(default)]
    body_text: String,
    /// What happens besides: then it is a macro. It is done with the rights of who sends it.
    #[serde(default)]
    effects: EffectsView,
}

impl Input for SetOwnTemplate {}

impl SetOwnTemplate {
    fn change(&self, conn: &mut Conn, actor: &Actor) -> Result<Change> {
        // A queue into which he may not move is none, whether or not it is there.
        let reachable = |conn: &mut Conn, name: &str| match queues::by_name(conn, name) {
            Ok(queue) if actor.scope.in_queue(queue.id).has(Right::MoveInto) => Ok(queue.id),
            Ok(_) | Err(Error::NotFound) => {
                Err(Error::invalid("queue", say!("refused-queue-unknown", name = name)))
            }
            Err(error) => Err(error),
        };
        Ok(Change {
            name: self.name.clone(),
            language: language(self.language.as_deref())?,
            body: self.body_text.clone(),
            effects: self.effects.understood(conn, reachable)?,
            ..Change::default()
        })
    }
}

/// One's own texts, by name.
#[utoipa::path(get, path = "/preferences/templates", tag = "templates",
    responses((status = 200, body = List<TemplateView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let found = own::all(conn, &caller.actor)?;
            let views = found.iter().map(|one| view(conn, &caller.actor, one));
            Ok(List::whole(views.collect::<Result<Vec<_>>>()?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// Keeps a new text for oneself.
#[utoipa::path(post, path = "/preferences/templates", tag = "templates", request_body = SetOwnTemplate,
    responses((status = 201, body = TemplateView)))]
pub async fn create(
    desk: Data<Desk>,
    caller: Caller,
    Json { value, request }: Json<SetOwnTemplate>,
) -> Answer {
    let (now, asker) = (desk.moment().ts(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let change = value.change(tx, &asker.actor)?;
            let made = own::create(tx, &asker.actor, &change, now)?;
            view(tx, &asker.actor, &made)
        })
        .await
}

/// One of one's own texts.
#[utoipa::path(get, path = "/preferences/templates/{id}", tag = "templates", params(("id" = String, Path)),
    responses((status = 200, body = TemplateView)))]
pub async fn get(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id: TemplateId = page::key(&id)?;
    let found = desk
        .db
        .read(move |conn| {
            let template = own::get(conn, &caller.actor, id)?;
            view(conn, &caller.actor, &template)
        })
        .await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Keeps a text in place of what it was.
#[utoipa::path(put, path = "/preferences/templates/{id}", tag = "templates", params(("id" = String, Path)),
    request_body = SetOwnTemplate, responses((status = 200, body = TemplateView)))]
pub async fn put(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, .. }: Json<SetOwnTemplate>,
) -> Answer {
    let (id, now): (TemplateId, _) = (page::key(&id)?, desk.moment().ts());
    let kept = desk
        .db
        .write(move |tx| {
            // Whose it is comes before what is wrong with what was sent.
            own::get(tx, &caller.actor, id)?;
            let change = value.change(tx, &caller.actor)?;
            let kept = own::change(tx, &caller.actor, id, &change, now)?;
            view(tx, &caller.actor, &kept)
        })
        .await?;
    Ok(HttpResponse::Ok().json(kept))
}

/// Throws a text of one's own away.
#[utoipa::path(delete, path = "/preferences/templates/{id}", tag = "templates", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn delete(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id: TemplateId = page::key(&id)?;
    desk.db.write(move |tx| own::remove(tx, &caller.actor, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
