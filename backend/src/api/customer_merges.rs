//! Two customers who are one.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Input, Json},
    customers::{CustomerView, one},
    gate::Caller,
    page::{self, List, Params},
    problem::Answer,
};
use crate::{
    access::for_people,
    db::{CustomerId, CustomerMergeId, InstallationRight},
    desk::Desk,
    people::{addresses, customer_merge},
};

/// What would move.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CustomerMergePreview)]
pub struct PreviewView {
    /// Addresses that move.
    pub addresses: Vec<String>,
    /// How many tickets move, whoever may read them.
    pub tickets: i64,
    /// In how many conversations somebody who waits to be let in is the customer.
    pub claims: i64,
    /// The note as it will be.
    pub note: String,
}

/// Which other one.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The key of the customer who would vanish.
    from: String,
}

/// What would move if another customer were merged into this one. Needs the right to manage people.
#[utoipa::path(get, path = "/customers/{id}/merges/preview", tag = "administration", params(("id" = String, Path), Which),
    responses((status = 200, body = PreviewView)))]
pub async fn preview(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Params(which): Params<Which>,
) -> Answer {
    let (into, from): (CustomerId, CustomerId) = (page::key(&id)?, page::key(&which.from)?);
    let view = desk
        .db
        .read(move |conn| {
            let people = for_people(conn, &caller.actor)?;
            let found = customer_merge::preview(conn, &people, from, into)?;
            Ok(PreviewView {
                addresses: found.addresses,
                tickets: found.tickets,
                claims: found.claims,
                note: found.note,
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

/// A merge that can be undone.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CustomerMerge)]
pub struct MergeView {
    /// Its key.
    pub id: String,
    /// The customer who vanished.
    pub from: String,
    /// What he was called.
    pub name: String,
    /// When it was done.
    pub at: String,
}

/// The merges into a customer that can be undone, the newest first. Needs the right to manage people.
#[utoipa::path(get, path = "/customers/{id}/merges", tag = "administration", params(("id" = String, Path)),
    responses((status = 200, body = List<MergeView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id: CustomerId = page::key(&id)?;
    let list = desk
        .db
        .read(move |conn| {
            caller.actor.require(InstallationRight::People)?;
            addresses::customer(conn, id)?;
            let merges = customer_merge::of(conn, id)?.into_iter().map(|merge| MergeView {
                id: merge.id.to_string(),
                from: merge.source_id.to_string(),
                name: merge.name(),
                at: merge.created_at.0.to_string(),
            });
            Ok(List::whole(merges.collect()))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// A merge to be done.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeMerge {
    /// The key of the customer who vanishes.
    from: String,
}

impl Input for MakeMerge {}

/// Merges another customer into this one: addresses, tickets and notes move. Needs the right to manage people.
#[utoipa::path(post, path = "/customers/{id}/merges", tag = "administration", params(("id" = String, Path)),
    request_body = MakeMerge, responses((status = 201, body = CustomerView)))]
pub async fn create(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, request }: Json<MakeMerge>,
) -> Answer {
    let (into, from): (CustomerId, CustomerId) = (page::key(&id)?, page::key(&value.from)?);
    let (asker, now) = (caller.clone(), desk.moment().ts());
    request
        .create(&desk, &caller, move |tx| {
            let people = for_people(tx, &asker.actor)?;
            customer_merge::merge(tx, &people, from, into, now)?;
            let merged = addresses::customer(tx, into)?;
            one(tx, merged)
        })
        .await
}

/// Undoes a merge: there are two customers again. Needs the right to manage people.
#[utoipa::path(delete, path = "/customers/{id}/merges/{merge}", tag = "administration",
    params(("id" = String, Path), ("merge" = String, Path)), responses((status = 204, description = "Undone")))]
pub async fn delete(desk: Data<Desk>, caller: Caller, path: Path<(String, String)>) -> Answer {
    let (id, merge) = path.into_inner();
    let (id, merge): (CustomerId, CustomerMergeId) = (page::key(&id)?, page::key(&merge)?);
    let now = desk.moment().ts();
    desk.db
        .write(move |tx| {
            let people = for_people(tx, &caller.actor)?;
            customer_merge::undo(tx, &people, id, merge, now).map(drop)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
