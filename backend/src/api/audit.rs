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
    /// Each of these words stands in its subject, detail, before or after. A page looks through 100,000 entries for them:
    /// it may hold none, and `next` goes on.
    pub words: Option<String>,
    /// How many, 1 to 200.
    pub limit: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

impl Wanted {
    fn filter(&self) -> Result<Filter> {
        let kind = self.kind.as_deref().map(str::parse::<Audited>).transpose();
        let moment = |field: &str, text: &Option<String>| {
            let wrong = |_| Error::invalid(field, "Write a moment like 2026-11-26T00:00:00Z.");
            text.as_deref().map(|text| text.parse().map(Ts).map_err(wrong)).transpose()
        };
        Ok(Filter {
            agent: self.agent.clone(),
            kind: kind.map_err(|error| Error::invalid("kind", error))?,
            from: moment("from", &self.from)?,
            until: moment("until", &self.until)?,
            words: self.words.clone().unwrap_or_default(),
            // Programs look for what is stored.
            also: Vec::new(),
        })
    }
}

/// Who did what, the newest first; 25 at once where `limit` is missing. Needs the right to manage people.
#[utoipa::path(get, path = "/audit", tag = "people", params(Wanted), responses((status = 200, body = List<EntryView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller, Params(wanted): Params<Wanted>) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let limit = page::limit(wanted.limit.as_deref(), page::DEFAULT)?;
            let before = page::cursor(wanted.cursor.as_deref())?.unwrap_or(AuditId(i64::MAX));
            let found = audit::page(conn, &caller.actor, &wanted.filter()?, before, limit)?;
            let agents: Vec<AgentId> = found.entries.iter().filter_map(|entry| entry.agent_id).collect();
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
            let next = found.next.map(|id| id.to_string());
            Ok(List { items: found.entries.into_iter().map(entry).collect(), next })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
