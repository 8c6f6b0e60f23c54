//! Organisations: where customers work.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    page::{self, List, Params},
    problem::Answer,
    tickets::Place,
};
use crate::{
    access::for_people,
    db::{Conn, InstallationRight, OrganisationId},
    desk::Desk,
    error::Result,
    people::{
        domains_of_organisations as domains,
        organisation_edit::{self, Change},
        organisations::{self, Organisation},
    },
};

/// An organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Organisation)]
pub struct OrganisationView {
    /// Its key.
    pub id: String,
    /// Its name, unique.
    pub name: String,
    /// Whoever writes from one of these for the first time belongs to it.
    pub domains: Vec<String>,
    /// What agents should know of it.
    pub note: String,
    /// Whether it is offered nowhere any more.
    pub retired: bool,
}

fn view(conn: &mut Conn, organisation: Organisation) -> Result<OrganisationView> {
    Ok(OrganisationView {
        id: organisation.id.to_string(),
        domains: domains::of(conn, organisation.id)?,
        retired: organisation.retired_at.is_some(),
        name: organisation.name,
        note: organisation.note,
    })
}

/// Organisations, the oldest first. Needs the right to manage people.
#[utoipa::path(get, path = "/organisations", tag = "administration", params(Place),
    responses((status = 200, body = List<OrganisationView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller, Params(place): Params<Place>) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            caller.actor.require(InstallationRight::People)?;
            let limit = page::limit(place.limit.as_deref(), page::DEFAULT)?;
            let after = page::cursor(place.cursor.as_deref())?.unwrap_or(OrganisationId(0));
            let rows = organisations::page(conn, after, limit + 1)?;
            let (rows, next) = List::<OrganisationView>::cut(rows, limit, |row| row.id.to_string());
            let items = rows.into_iter().map(|row| view(conn, row)).collect::<Result<_>>()?;
            Ok(List { items, next })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// One organisation. Needs the right to manage people.
#[utoipa::path(get, path = "/organisations/{id}", tag = "administration", params(("id" = String, Path)),
    responses((status = 200, body = OrganisationView)))]
pub async fn get(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id: OrganisationId = page::key(&id)?;
    let found = desk
        .db
        .read(move |conn| {
            let organisation = organisations::get(conn, &caller.actor, id)?;
            view(conn, organisation)
        })
        .await?;
    Ok(HttpResponse::Ok().json(found))
}

/// An organisation to be made, or what of one shall change; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeOrganisation {
    /// Its name, unique. A new one needs one.
    name: Option<String>,
    /// Its domains.
    domains: Option<Vec<String>>,
    /// What agents should know of it.
    note: Option<String>,
}

impl Input for ChangeOrganisation {}

impl ChangeOrganisation {
    fn change(&self) -> Change {
        Change { name: self.name.clone(), note: self.note.clone(), domains: self.domains.clone() }
    }
}

/// Makes an organisation. Needs the right to manage people.
#[utoipa::path(post, path = "/organisations", tag = "administration", request_body = ChangeOrganisation,
    responses((status = 201, body = OrganisationView)))]
pub async fn create(
    desk: Data<Desk>,
    caller: Caller,
    Json { value, request }: Json<ChangeOrganisation>,
) -> Answer {
    let (asker, now) = (caller.clone(), desk.moment().ts());
    request
        .create(&desk, &caller, move |tx| {
            let people = for_people(tx, &asker.actor)?;
            let id = organisation_edit::create(tx, &people, &value.change(), now)?;
            let made = organisations::get(tx, &asker.actor, id)?;
            view(tx, made)
        })
        .await
}

/// Changes an organisation. Needs the right to manage people.
#[utoipa::path(patch, path = "/organisations/{id}", tag = "administration", params(("id" = String, Path)),
    request_body = ChangeOrganisation, responses((status = 200, body = OrganisationView)))]
pub async fn update(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, .. }: Json<ChangeOrganisation>,
) -> Answer {
    let id: OrganisationId = page::key(&id)?;
    let now = desk.moment().ts();
    let changed = desk
        .db
        .write(move |tx| {
            let people = for_people(tx, &caller.actor)?;
            organisation_edit::change(tx, &people, id, &value.change(), now)?;
            let changed = organisations::get(tx, &caller.actor, id)?;
            view(tx, changed)
        })
        .await?;
    Ok(HttpResponse::Ok().json(changed))
}

/// Retires an organisation: its customers keep it, nobody new comes into it. Needs the right to manage people.
#[utoipa::path(put, path = "/organisations/{id}/retirement", tag = "administration", params(("id" = String, Path)),
    responses((status = 204, description = "Retired")))]
pub async fn retire(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    set_retired(desk, caller, &id, true).await
}

/// Takes an organisation back into use. Needs the right to manage people.
#[utoipa::path(delete, path = "/organisations/{id}/retirement", tag = "administration", params(("id" = String, Path)),
    responses((status = 204, description = "In use")))]
pub async fn restore(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    set_retired(desk, caller, &id, false).await
}

async fn set_retired(desk: Data<Desk>, caller: Caller, id: &str, retired: bool) -> Answer {
    let id: OrganisationId = page::key(id)?;
    let now = desk.moment().ts();
    desk.db
        .write(move |tx| {
            let people = for_people(tx, &caller.actor)?;
            organisation_edit::retire(tx, &people, id, retired, now)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
