//! A role goes out of use, or comes back: what everybody loses or gains by it is shown first.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Serialize;

use super::address;
use crate::access::for_people;
use crate::db::{RoleId, Tx};
use crate::error::Result;
use crate::people::{effects, role_change};
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::{Page, see_other, show};
use crate::web::people::carry_out;
use crate::web::rights::{self, Told};
use crate::web::state::Web;

#[derive(Serialize)]
struct RetirementView {
    url: String,
    name: String,
    retired: bool,
    told: Vec<Told>,
}

/// `GET /admin/roles/{id}/retirement`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>) -> Answer {
    let id = RoleId(id.into_inner());
    let (asker, now) = (signed.clone(), web.moment().ts());
    let (role, retired, effects) = web
        .db
        .rehearse(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            let (role, retired) = role_change::get(tx, id)?;
            let members: Vec<_> = role_change::members(tx, id)?.into_iter().map(|agent| agent.id).collect();
            let change = |tx: &mut Tx<'_>| -> Result<()> {
                match retired {
                    true => role_change::restore(tx, &people, id, now),
                    false => role_change::retire(tx, &people, id, now),
                }
            };
            let effects = effects::of(tx, &members, now, change)?;
            Ok((role, retired, effects))
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    show(&web, &signed, "roles/retirement.html", move |conn, asker| {
        let view = RetirementView {
            url: address(id),
            name: role.name,
            retired,
            told: rights::told(conn, &effects, &asker.reader.language)?,
        };
        Ok(Page::new("roles", view))
    })
    .await
}

/// `POST /admin/roles/{id}/retirement`.
pub async fn create(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    fields.0.only(&[])?;
    let id = RoleId(id.into_inner());
    let now = web.moment().ts();
    carry_out(&web, &signed, &address(id), move |tx, people| role_change::retire(tx, people, id, now))
        .await?;
    Ok(see_other("/admin/roles?said=retired"))
}

/// `POST /admin/roles/{id}/retirement/end`.
pub async fn end(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    fields.0.only(&[])?;
    let id = RoleId(id.into_inner());
    let now = web.moment().ts();
    carry_out(&web, &signed, &address(id), move |tx, people| role_change::restore(tx, people, id, now))
        .await?;
    Ok(see_other(&format!("{}?said=restored", address(id))))
}
