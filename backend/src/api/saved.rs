//! Searches that stand in the sidebar.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    page::{self, List},
    problem::Answer,
};
use crate::{
    db::ViewId,
    desk::Desk,
    search::views::{self, View},
    tickets::list::Sort,
};

/// A search that stands in the sidebar.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = View)]
pub struct SavedView {
    /// Its key.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The search.
    pub q: String,
    /// Its order.
    pub sort: String,
    /// Whether everybody sees it.
    pub team: bool,
    /// How many tickets it finds, at most 100: counting stops there. Null where it means nothing to the caller.
    pub count: Option<i64>,
}

fn saved(view: View, count: Option<i64>) -> SavedView {
    SavedView { id: view.id.to_string(), name: view.name, q: view.q, sort: view.sort, team: view.team, count }
}

/// The caller's own views and those of the team, by name.
#[utoipa::path(get, path = "/views", tag = "tickets", responses((status = 200, body = List<SavedView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller) -> Answer {
    let at = desk.moment().seen_by(&caller.actor.agent);
    let list = desk
        .db
        .read(move |conn| {
            let mut items = Vec::new();
            for view in views::of(conn, &caller.actor)? {
                let count = views::count(conn, &caller.actor, &view, &at)?;
                items.push(saved(view, count));
            }
            Ok(List::whole(items))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// A search to be put into the sidebar.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewView {
    /// What it is called.
    name: String,
    /// The search, as in `GET search?q=`.
    q: String,
    /// `changed`, `created`, `waiting`, `due`, `priority`.
    #[serde(default)]
    sort: Option<String>,
    /// Whether everybody shall see it; each finds what he may read.
    #[serde(default)]
    team: bool,
}

impl Input for NewView {}

/// Puts a search into the sidebar.
#[utoipa::path(post, path = "/views", tag = "tickets", request_body = NewView, responses((status = 201, body = SavedView)))]
pub async fn create(desk: Data<Desk>, caller: Caller, Json { value, request }: Json<NewView>) -> Answer {
    let sort = value.sort.as_deref().map_or(Ok(Sort::default()), Sort::named)?;
    let new = views::NewView { name: value.name, q: value.q, sort, team: value.team };
    let (at, asker) = (desk.moment().seen_by(&caller.actor.agent), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let view = views::pin(tx, &asker.actor, &new, &at)?;
            let count = views::count(tx, &asker.actor, &view, &at)?;
            Ok(saved(view, count))
        })
        .await
}

/// Takes a search out of the sidebar.
#[utoipa::path(delete, path = "/views/{id}", tag = "tickets", params(("id" = String, Path)),
    responses((status = 204, description = "Gone")))]
pub async fn delete(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id: ViewId = page::key(&id)?;
    desk.db.write(move |tx| views::unpin(tx, &caller.actor, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
