//! All that is known of an agent, taken out for him.

use actix_web::{
    http::StatusCode,
    web::{Data, Path},
};

use super::{gate::Caller, page, problem::Answer};
use crate::{db::AgentId, desk::Desk, people::personal::of_agent, web::taken_out};

/// All that is known of an agent, for him, as a ZIP: `agent.json` (who he is, how he signs in, what he chose; never a secret),
/// `written-N.json` (his messages and notes with the numbers of their tickets), `audit-N.json` (what the audit log says of him).
/// Needs the rights to manage people, to export and to read all queues, and is written down.
#[utoipa::path(post, path = "/agents/{id}/personal-data", tag = "administration",
    params(("id" = String, Path, description = "His key")),
    responses((status = 201, description = "The archive", content_type = "application/zip", body = Vec<u8>)))]
pub async fn create(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let (id, now): (AgentId, _) = (page::key(&id)?, desk.moment().ts());
    let parts = taken_out::of_agent(&desk, &caller.actor, id, now).await?;
    Ok(taken_out::send(desk.db.clone(), StatusCode::CREATED, &of_agent::file_name(id), parts))
}
