//! One role: changed, retired, put into use again.

use std::collections::BTreeSet;

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    accounts::done,
    body::{Input, Json},
    gate::Caller,
    page,
    people::{Grant, RoleView, role_views},
    problem::Answer,
};
use crate::{
    access::for_people,
    db::{Conn, InstallationRight, Right, RoleId},
    desk::Desk,
    error::{Error, FieldError, Result, say},
    people::{factor, role_change},
    queues,
};

/// What of a role shall change; what is missing stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRole {
    /// Its name, unique.
    name: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// Rights by queue, all of them.
    grants: Option<Vec<Grant>>,
    /// Rights that belong to no queue, all of them.
    installation: Option<Vec<String>>,
    /// Whether who has it needs a second factor, from his next sign-in on.
    needs_factor: Option<bool>,
}

impl Input for ChangeRole {}

fn role_view(conn: &mut Conn, id: RoleId) -> Result<RoleView> {
    let (role, _) = role_change::get(conn, id)?;
    role_views(conn, vec![role])?.pop().ok_or(Error::NotFound)
}

/// One role, retired ones included. Needs the right to manage people.
#[utoipa::path(get, path = "/roles/{id}", tag = "administration",
    params(("id" = String, Path, description = "Its key")), responses((status = 200, body = RoleView)))]
pub async fn role(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id = page::key(&id)?;
    let view = desk
        .db
        .read(move |conn| {
            caller.actor.require(InstallationRight::People)?;
            role_view(conn, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Changes a role; its rights hold from the next request on. Needs the right to manage people, and whatever is added.
#[utoipa::path(patch, path = "/roles/{id}", tag = "administration",
    params(("id" = String, Path, description = "Its key")), request_body = ChangeRole,
    responses((status = 200, body = RoleView)))]
pub async fn update_role(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, .. }: Json<ChangeRole>,
) -> Answer {
    let (id, now) = (page::key(&id)?, desk.moment().ts());
    let view = desk
        .db
        .write(move |tx| {
            let people = for_people(tx, &caller.actor)?;
            let change = read_change(tx, &value)?;
            role_change::change(tx, &people, id, &change, now)?;
            if let Some(needed) = value.needs_factor {
                factor::need_for_role(tx, &people, id, needed, now)?;
            }
            role_view(tx, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

fn read_change(conn: &mut Conn, value: &ChangeRole) -> Result<role_change::Change> {
    let mut problems = Vec::new();
    let mut grants = BTreeSet::new();
    for (at, grant) in value.grants.iter().flatten().enumerate() {
        let queue = match grant.queue.as_str() {
            "*" => None,
            name => match queues::by_name(conn, name) {
                Ok(queue) => Some(queue.id),
                Err(Error::NotFound) => {
                    let (field, message) =
                        (format!("grants[{at}].queue"), say!("refused-grant-queue", name = name));
                    problems.push(FieldError { field, message });
                    continue;
                }
                Err(error) => return Err(error),
            },
        };
        for word in &grant.rights {
            match word.parse::<Right>() {
                Ok(right) => {
                    grants.insert((queue, right));
                }
                Err(message) => problems
                    .push(FieldError { field: format!("grants[{at}].rights"), message: message.into() }),
            }
        }
    }
    let mut installation = BTreeSet::new();
    for word in value.installation.iter().flatten() {
        match word.parse::<InstallationRight>() {
            Ok(right) => {
                installation.insert(right);
            }
            Err(message) => {
                problems.push(FieldError { field: "installation".into(), message: message.into() })
            }
        }
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    Ok(role_change::Change {
        name: value.name.clone(),
        description: value.description.clone(),
        grants: value.grants.as_ref().map(|_| grants),
        installation: value.installation.as_ref().map(|_| installation),
    })
}

/// Retires a role: it gives nothing from now on. Needs the right to manage people.
#[utoipa::path(put, path = "/roles/{id}/retirement", tag = "administration",
    params(("id" = String, Path, description = "Its key")), responses((status = 204)))]
pub async fn retire_role(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let (id, now) = (page::key(&id)?, desk.moment().ts());
    done(&desk, caller, move |tx, people| role_change::retire(tx, people, id, now)).await
}

/// Puts a role into use again. Needs the right to manage people, and whatever it gives.
#[utoipa::path(delete, path = "/roles/{id}/retirement", tag = "administration",
    params(("id" = String, Path, description = "Its key")), responses((status = 204)))]
pub async fn restore_role(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let (id, now) = (page::key(&id)?, desk.moment().ts());
    done(&desk, caller, move |tx, people| role_change::restore(tx, people, id, now)).await
}
