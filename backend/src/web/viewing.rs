//! Looking at the pages through another agent's eyes: where it begins and ends. What is refused meanwhile stands in the
//! [`gate`](super::gate).

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::failure::Failure;
use super::fields::Fields;
use super::forms::{Nothing, Posted};
use super::gate::Signed;
use super::page::see_other;
use super::people::address;
use super::state::Web;
use crate::access::for_people;
use crate::db::AgentId;
use crate::people::viewings;

/// `POST /admin/people/{id}/viewing`.
pub async fn create(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    fields.0.only(&[])?;
    let id = AgentId(id.into_inner());
    let (asker, now) = (signed.clone(), web.moment().ts());
    web.db
        .write(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            viewings::begin(tx, &asker.actor, &people, &asker.session, id, now)
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    Ok(see_other("/tickets"))
}

/// `POST /viewing/end`: back to one's own eyes.
pub async fn end(web: Data<Web>, signed: Signed, _form: Posted<Nothing>) -> Result<HttpResponse, Failure> {
    let (session, now) = (signed.session.clone(), web.moment().ts());
    let agent = web.db.write(move |tx| viewings::end(tx, &session, now)).await?;
    Ok(see_other(&agent.map_or_else(|| "/tickets".to_owned(), |agent| format!("/admin/people?seen={agent}"))))
}
