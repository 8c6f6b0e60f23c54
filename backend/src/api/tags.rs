//! All tags. Needs the rights to manage queues and mail, and to read all queues; a change needs `reply` on each ticket.

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    bulks::{BulkView, shown},
    gate::Caller,
    page::{self, List, Params},
    problem::Answer,
    tickets::Place,
};
use crate::{
    desk::Desk,
    tickets::{
        bulk,
        tag_list::{self, Counted, MANY},
    },
};

/// A tag.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Tag)]
pub struct TagView {
    /// The word.
    pub tag: String,
    /// On so many tickets, counted up to 1,000.
    pub tickets: i64,
    /// Whether it is on more than that.
    pub more: bool,
    /// The names of the macros that put it on.
    pub macros: Vec<String>,
}

fn view(counted: Counted) -> TagView {
    TagView {
        tickets: counted.tickets.min(MANY),
        more: counted.tickets > MANY,
        tag: counted.tag,
        macros: counted.macros,
    }
}

/// All tags in order.
#[utoipa::path(get, path = "/tags", tag = "administration", params(Place),
    responses((status = 200, body = List<TagView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller, Params(place): Params<Place>) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let limit = page::limit(place.limit.as_deref(), page::DEFAULT)?;
            let after = place.cursor.as_deref().unwrap_or_default();
            let asked = usize::try_from(limit + 1).unwrap_or(usize::MAX);
            let rows = tag_list::page(conn, &caller.actor, after, asked)?;
            let (rows, next) = List::<TagView>::cut(rows, limit, |row| row.tag.clone());
            Ok(List { items: rows.into_iter().map(view).collect(), next })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// A tag that gets another name, or goes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeTag {
    /// The word.
    tag: String,
    /// What it shall be called; null: it goes. A ticket that has both keeps this one.
    #[serde(default)]
    to: Option<String>,
}

impl Input for ChangeTag {}

/// Gives a tag another name on every ticket that has it, or takes it off: as a bulk, 5,000 tickets at once at most, which can
/// be looked at and undone.
#[utoipa::path(post, path = "/tags", tag = "administration", request_body = ChangeTag,
    responses((status = 201, body = BulkView)))]
pub async fn change(desk: Data<Desk>, caller: Caller, Json { value, request }: Json<ChangeTag>) -> Answer {
    let (at, asker) = (desk.moment(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let id = match &value.to {
                Some(to) => tag_list::rename(tx, &asker.actor, &value.tag, to, "", &at)?,
                None => tag_list::remove(tx, &asker.actor, &value.tag, "", &at)?,
            };
            let made = bulk::get(tx, &asker.actor, id)?;
            shown(tx, &made)
        })
        .await
}
