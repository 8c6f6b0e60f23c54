//! The audit log.

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    gate::Caller,
    page::{self, List, Params},
    problem::Answer,
};
use crate::{
    audit::{self, Entry, Filter},
    db::{AgentId, AuditId, Audited, Ts},
    desk::Desk,
    error::{Error, Result},
    tickets::view,
};

/// Something that was done besides tickets.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct EntryView {
    /// Its key.
    pub id: String,
    /// When.
    pub at: String,
    /// The login of who did it; empty: a stranger, the command line, or Turnstone itself.
    pub agent: String,
    /// By which way: web, api, cli, system.
    pub cause: String,
    /// What: export, sign_in, sign_in_failed, queue, role, …
    pub kind: String,
    /// To what or whom.
    pub subject: String,
    /// More about it: the search of an export, the address of a sign-in.
    pub detail: String,
    /// What changed, as it was; null: there was none.
    pub before: Value,
    /// What changed, as it is; null: there is none any more.
    pub after: Value,
    /// The hash of this entry and all before it.
    pub hash: String,
}

/// Which entries.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Done by this login, or to it.
    pub agent: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// From this moment on (RFC 3339).
    pub from: Option<String>,
    /// Until before this one.
    pub until: Option<String>,
    /// How many, 1 to 200.
    pub limit: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

impl Wanted {
    fn filter(&self) -> Result<Filter> {
        let kind = self.kind.as_deref().map(str::parse::<Audited>).transpose();
        let moment = |field: &str, text: Option<&str>, otherwise: jiff::Timestamp| match text {
            None => Ok(Ts(otherwise)),
            Some(text) => text
                .parse()
                .map(Ts)
                .map_err(|_| Error::invalid(field, "Write a moment like 2026-11-26T00:00:00Z.")),
        };
        let from = moment("from", self.from.as_deref(), jiff::Timestamp::UNIX_EPOCH)?;
        let until = match &self.until {
            None => None,
            Some(text) => Some(moment("until", Some(text), jiff::Timestamp::UNIX_EPOCH)?),
        };
        let within = match (self.from.is_some(), until) {
            (false, None) => None,
            (_, until) => Some((from, until.unwrap_or(Ts(LAST)))),
        };
        Ok(Filter {
            agent: self.agent.clone(),
            kind: kind.map_err(|error| Error::invalid("kind", error))?,
            within,
        })
    }
}

/// Later than anything both databases keep.
const LAST: jiff::Timestamp = jiff::Timestamp::constant(64_060_588_800, 0);

/// Who did what, the newest first; 25 at once where `limit` is missing. Needs the right to manage people.
#[utoipa::path(get, path = "/audit", tag = "people", params(Wanted), responses((status = 200, body = List<EntryView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller, Params(wanted): Params<Wanted>) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let limit = page::limit(wanted.limit.as_deref(), page::DEFAULT)?;
            let before = page::cursor(wanted.cursor.as_deref())?.unwrap_or(AuditId(i64::MAX));
            let rows = audit::page(conn, &caller.actor, &wanted.filter()?, before, limit + 1)?;
            let (rows, next) = List::<EntryView>::cut(rows, limit, |entry| entry.id.to_string());
            let agents: Vec<AgentId> = rows.iter().filter_map(|entry| entry.agent_id).collect();
            let agents = view::agents(conn, &agents)?;
            let entry = |entry: Entry| EntryView {
                id: entry.id.to_string(),
                at: entry.at.0.to_string(),
                agent: entry
                    .agent_id
                    .and_then(|id| agents.get(&id))
                    .map(|(login, _)| login.clone())
                    .unwrap_or_default(),
                cause: entry.cause.to_string(),
                kind: entry.kind.to_string(),
                subject: entry.subject,
                detail: entry.detail,
                before: value(&entry.was),
                after: value(&entry.becomes),
                hash: entry.hash,
            };
            Ok(List { items: rows.into_iter().map(entry).collect(), next })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
