//! An agent goes, or comes back.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Serialize;

use super::{address, carry_out};
use crate::db::AgentId;
use crate::error::{Error, say};
use crate::people::directory::{self, Standing};
use crate::people::retire::{self, HandOver, HandedOver};
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::{Page, see_other, show};
use crate::web::state::Web;
use crate::web::view::Choice;

#[derive(Serialize)]
struct RetirementView {
    url: String,
    name: String,
    open: i64,
    colleagues: Vec<Choice>,
}

/// `GET /admin/people/{id}/retirement`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>) -> Answer {
    let id = AgentId(id.into_inner());
    show(&web, &signed, "people/retirement.html", move |conn, asker| {
        let now = asker.reader.now;
        let entry = directory::get(conn, &asker.actor, id, now)?;
        if entry.standing == Standing::Retired {
            return Err(Error::Conflict(say!("refused-agent-gone", name = entry.agent.name)));
        }
        let others = crate::people::agents::all(conn)?;
        let view = RetirementView {
            url: address(id),
            name: entry.agent.name,
            open: retire::open_tickets(conn, id)?,
            colleagues: others
                .into_iter()
                .filter(|other| other.id != id && other.is_active(now))
                .map(|other| Choice::new(other.id.to_string(), other.name, false))
                .collect(),
        };
        Ok(Page::new("people", view))
    })
    .await
}

/// `POST /admin/people/{id}/retirement`.
pub async fn create(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    fields.0.only(&["to"])?;
    let id = AgentId(id.into_inner());
    let to = match fields.0.one("to") {
        "" => HandOver::Nobody,
        key => HandOver::To(key.parse().map(AgentId).map_err(|_| Error::NotFound)?),
    };
    let at = web.moment();
    let handed =
        carry_out(&web, &signed, &address(id), move |tx, people| retire::retire(tx, people, id, to, &at))
            .await?;
    let HandedOver { given, free } = handed;
    Ok(see_other(&format!("/admin/people?said=retired&given={given}&free={free}")))
}

/// `POST /admin/people/{id}/retirement/end`.
pub async fn end(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    fields.0.only(&[])?;
    let id = AgentId(id.into_inner());
    let at = web.moment();
    carry_out(&web, &signed, &address(id), move |tx, people| retire::restore(tx, people, id, &at)).await?;
    Ok(see_other(&format!("{}?said=restored", address(id))))
}
