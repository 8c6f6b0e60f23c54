//! Taking tickets out as a table, and who did.

use actix_web::{HttpResponse, http::StatusCode, web::Data};
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
    audit,
    db::AuditId,
    desk::Desk,
    search::table,
    tickets::{list::Sort, view},
};

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

/// Something that was done besides tickets.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct EntryView {
    /// Its key.
    pub id: String,
    /// When.
    pub at: String,
    /// The login of who did it.
    pub agent: String,
    /// By which way: web, api, cli.
    pub cause: String,
    /// What: export.
    pub kind: String,
    /// About what: the search, for an export.
    pub detail: String,
}

/// Who took tickets out, the newest first; 25 at once where `limit` is missing.
#[utoipa::path(get, path = "/audit", tag = "people", params(Place), responses((status = 200, body = List<EntryView>)))]
pub async fn audit(desk: Data<Desk>, caller: Caller, Params(place): Params<Place>) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let limit = page::limit(place.limit.as_deref(), page::DEFAULT)?;
            let before = page::cursor(place.cursor.as_deref())?.unwrap_or(AuditId(i64::MAX));
            let rows = audit::page(conn, &caller.actor, before, limit + 1)?;
            let (rows, next) = List::<EntryView>::cut(rows, limit, |entry| entry.id.to_string());
            let agents: Vec<_> = rows.iter().map(|entry| entry.agent_id).collect();
            let agents = view::agents(conn, &agents)?;
            let entry = |entry: audit::Entry| EntryView {
                id: entry.id.to_string(),
                at: entry.at.0.to_string(),
                agent: agents.get(&entry.agent_id).map(|(login, _)| login.clone()).unwrap_or_default(),
                cause: entry.cause.to_string(),
                kind: entry.kind.to_string(),
                detail: entry.detail,
            };
            Ok(List { items: rows.into_iter().map(entry).collect(), next })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}
