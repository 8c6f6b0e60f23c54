//! Taking tickets out as a table.

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    problem::Answer,
};
use crate::{desk::Desk, search::table, tickets::list::Sort};

/// What to take out.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExport {
    /// A search, as in `GET search?q=`; empty: all that may be read.
    #[serde(default)]
    q: String,
    /// `changed`, `created`, `waiting`, `due`, `priority`.
    #[serde(default)]
    sort: Option<String>,
}

impl Input for NewExport {}

/// The tickets that a search finds as CSV (RFC 4180, UTF-8, a line of names first), at most 100,000. Cells that a spreadsheet
/// would calculate begin with an apostrophe. Needs the right `export`, and is written down.
#[utoipa::path(post, path = "/exports", tag = "tickets", request_body = NewExport,
    responses((status = 201, description = "The table", content_type = "text/csv", body = String)))]
pub async fn create(desk: Data<Desk>, caller: Caller, Json { value, .. }: Json<NewExport>) -> Answer {
    let sort = value.sort.as_deref().map_or(Ok(Sort::default()), Sort::named)?;
    let lines = table::take(&desk, &caller.actor, value.q, sort).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).content_type("text/csv; charset=utf-8").streaming(lines))
}
