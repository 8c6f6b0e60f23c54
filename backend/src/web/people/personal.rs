//! All that is known of an agent, taken out for him.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};

use super::address;
use crate::db::AgentId;
use crate::error::Error;
use crate::people::personal::of_agent;
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::state::Web;
use crate::web::taken_out;

/// `POST /admin/people/{id}/personal-data`: as an archive.
pub async fn take(web: Data<Web>, signed: Signed, id: Path<i64>, fields: Posted<Fields>) -> Answer {
    fields.0.only(&[])?;
    let (id, now) = (AgentId(id.into_inner()), web.moment().ts());
    let back = |error: Error| Failure::from(error).back_to(&address(id));
    let parts = taken_out::of_agent(&web.desk, &signed.actor, id, now).await.map_err(back)?;
    Ok(taken_out::send(web.db.clone(), StatusCode::OK, &of_agent::file_name(id), parts))
}
