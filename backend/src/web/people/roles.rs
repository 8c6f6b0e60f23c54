//! The roles of an agent: what they would change is shown before they are given.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde::Serialize;

use super::address;
use super::form;
use crate::access::for_people;
use crate::db::AgentId;
use crate::error::Error;
use crate::people::effects::{self, Effect};
use crate::people::{agents, edit};
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::{Page, see_other, show_as};
use crate::web::rights::{self, Told};
use crate::web::stale;
use crate::web::state::Web;

#[derive(Serialize)]
struct RolesView {
    url: String,
    name: String,
    roles: Vec<String>,
    /// What he had when this was looked at.
    shown: String,
    told: Vec<Told>,
}

/// `POST /admin/people/{id}/roles`: what would change; once more with `sure`: it does.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<i64>, fields: Posted<Fields>) -> Answer {
    fields.0.only(&["role", "sure", "shown"])?;
    let id = AgentId(id.into_inner());
    let values = fields.0.all("role");
    let wanted = form::role_ids(&values)?;
    let sure = !fields.0.one("sure").is_empty();
    let (asker, now, ids) = (signed.clone(), web.moment().ts(), wanted.clone());
    let failed = |error: Error| Failure::from(error).back_to(&address(id));
    if sure {
        let shown = fields.0.one("shown").to_owned();
        web.db
            .write(move |tx| {
                stale::alone(tx, "agents")?;
                let people = for_people(tx, &asker.actor)?;
                stale::must_be_fresh(&shown, &agents::role_names(tx, id)?)?;
                edit::set_roles(tx, &people, id, &ids, now)
            })
            .await
            .map_err(failed)?;
        return Ok(see_other(&format!("{}?said=roles", address(id))));
    }
    let effects: Vec<Effect> = web
        .db
        .rehearse(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            effects::of(tx, &[id], now, |tx| edit::set_roles(tx, &people, id, &ids, now))
        })
        .await
        .map_err(failed)?;
    show_as(&web, &signed, StatusCode::OK, "people/roles.html", move |conn, asker| {
        let view = RolesView {
            url: address(id),
            name: agents::name(conn, id)?,
            roles: values,
            shown: stale::mark(&agents::role_names(conn, id)?),
            told: rights::told(conn, &effects, &asker.reader.language)?,
        };
        Ok(Page::new("people", view))
    })
    .await
}
