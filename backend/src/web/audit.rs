//! The audit log as a page: searched by agent, kind and day, the newest first; and taken out as a table.

use actix_web::web::{Data, Query};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

use super::failure::Answer;
use super::files::{download, taken_out};
use super::gate::{Asker, Signed};
use super::page::{Page, show};
use super::recorder::span;
use super::state::Web;
use super::view::Choice;
use crate::audit::{self, Entry, Filter};
use crate::csv::Csv;
use crate::db::{AgentId, AuditId, Audited, Conn, InstallationRight};
use crate::error::{Error, Result};
use crate::tickets::view::agents;

/// How many entries a page shows.
const SHOWN: i64 = 50;
/// So many entries has a table at most.
const MOST: usize = 100_000;
/// So many are read at once for it.
const PART: i64 = 1_000;

/// Which entries, from where on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    agent: String,
    kind: String,
    /// `YYYY-MM-DD` in the reader's zone.
    day: String,
    cursor: Option<i64>,
}

impl Wish {
    /// The address of these entries, as a page or as a table.
    fn address(&self, path: &str, cursor: Option<AuditId>) -> String {
        let mut query = Serializer::new(String::new());
        let cursor = cursor.map(|id| id.to_string()).unwrap_or_default();
        let all =
            [("agent", self.agent.trim()), ("kind", &self.kind), ("day", &self.day), ("cursor", &cursor)];
        for (name, value) in all.iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// What is looked for; `None` for a day that is none.
    fn filter(&self, asker: &Asker) -> Option<Filter> {
        let within = match self.day.trim() {
            "" => None,
            day => Some(span(&asker.reader, day.parse::<Date>().ok()?)?),
        };
        Some(Filter {
            agent: Some(self.agent.trim().to_owned()).filter(|login| !login.is_empty()),
            kind: self.kind.parse().ok(),
            within,
        })
    }
}

#[derive(Serialize)]
struct AuditView {
    agent: String,
    day: String,
    day_error: String,
    kinds: Vec<Choice>,
    narrow: bool,
    entries: Vec<Row>,
    csv_url: String,
    first_url: Option<String>,
    next_url: Option<String>,
}

#[derive(Serialize)]
struct Row {
    at: Timestamp,
    icon: &'static str,
    colour: &'static str,
    who: String,
    cause: String,
    kind: String,
    subject: String,
    detail: String,
    changes: Vec<Change>,
    hash: String,
}

/// A field before and after.
#[derive(Serialize)]
struct Change {
    field: String,
    was: String,
    becomes: String,
}

/// `GET /admin/audit`.
pub async fn page(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let wish = wish.into_inner();
    show(&web, &signed, "audit/page.html", move |conn, asker| load(conn, asker, &wish)).await
}

fn load(conn: &mut Conn, asker: &Asker, wish: &Wish) -> Result<Page<AuditView>> {
    let language = &asker.reader.language;
    let filter = wish.filter(asker);
    let before = wish.cursor.map_or(AuditId(i64::MAX), AuditId);
    let mut rows = match &filter {
        Some(filter) => audit::page(conn, &asker.actor, filter, before, SHOWN + 1)?,
        None => Vec::new(),
    };
    let more = i64::try_from(rows.len()).is_ok_and(|found| found > SHOWN);
    if more {
        rows.pop();
    }
    let next = rows.last().filter(|_| more).map(|entry| entry.id);
    let ids: Vec<AgentId> = rows.iter().filter_map(|entry| entry.agent_id).collect();
    let people = agents(conn, &ids)?;
    let row = |entry: &Entry| Row {
        at: entry.at.0,
        icon: look(entry.kind).0,
        colour: look(entry.kind).1,
        who: entry.agent_id.and_then(|id| people.get(&id)).map(|(_, name)| name.clone()).unwrap_or_default(),
        cause: language.tr(&format!("cause-{}", entry.cause)),
        kind: language.tr(&format!("audited-{}", entry.kind)),
        subject: entry.subject.clone(),
        detail: entry.detail.clone(),
        changes: changes(entry),
        hash: entry.hash.clone(),
    };
    let any = Choice::new("", language.tr("audit-any-kind"), wish.kind.is_empty());
    let kinds = Audited::ALL.iter().map(|kind| {
        let word = kind.as_str();
        Choice::new(word, language.tr(&format!("audited-{word}")), word == wish.kind)
    });
    let view = AuditView {
        agent: wish.agent.clone(),
        day: wish.day.clone(),
        day_error: if filter.is_some() { String::new() } else { language.tr("recorder-day-wrong") },
        kinds: std::iter::once(any).chain(kinds).collect(),
        narrow: [&wish.agent, &wish.kind, &wish.day].iter().any(|value| !value.trim().is_empty()),
        entries: rows.iter().map(row).collect(),
        csv_url: wish.address("/admin/audit.csv", None),
        first_url: wish.cursor.map(|_| wish.address("/admin/audit", None)),
        next_url: next.map(|id| wish.address("/admin/audit", Some(id))),
    };
    Ok(Page::new("audit", view))
}

/// An icon and its colour.
fn look(kind: Audited) -> (&'static str, &'static str) {
    match kind {
        Audited::Export => ("download", ""),
        Audited::SignIn => ("check", "c-green"),
        Audited::SignInFailed | Audited::SignInThrottled | Audited::Refused => ("warning", "c-red"),
        Audited::SignOut => ("arrow", ""),
        Audited::Agent => ("user", "c-brand"),
        Audited::Role => ("users", "c-brand"),
        Audited::Password | Audited::Factor | Audited::Token => ("key", "c-brand"),
        Audited::Queue => ("layers", "c-brand"),
        Audited::Calendar => ("clock", "c-brand"),
        Audited::State => ("open", "c-brand"),
        Audited::Priorities => ("sliders", "c-brand"),
        Audited::Filters => ("filter", "c-brand"),
        Audited::Mailbox => ("mail", "c-brand"),
        Audited::Template => ("template", "c-brand"),
        Audited::AutoResponse => ("reply", "c-brand"),
        Audited::Settings => ("sliders", "c-brand"),
        Audited::Customer => ("user", "c-brand"),
        Audited::Organisation => ("users", "c-brand"),
        Audited::Viewing => ("eye", "c-brand"),
        Audited::PersonalData => ("shield", "c-brand"),
    }
}

fn changes(entry: &Entry) -> Vec<Change> {
    let fields = |text: &str| match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => fields,
        Ok(value) => Map::from_iter([(entry.kind.to_string(), value)]),
        Err(_) => Map::new(),
    };
    let (was, becomes) = (fields(&entry.was), fields(&entry.becomes));
    let mut names: Vec<&String> = was.keys().chain(becomes.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let shown = |value: Option<&Value>| match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(all)) => {
            let texts = all.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned));
            texts.collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    };
    let change = |name: &String| Change {
        field: name.replace('_', " "),
        was: shown(was.get(name)),
        becomes: shown(becomes.get(name)),
    };
    names.into_iter().map(change).filter(|change| change.was != change.becomes).collect()
}

/// `GET /admin/audit.csv`: the entries that the page is about, at most 100,000.
pub async fn csv(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let wish = wish.into_inner();
    let asker = signed.clone();
    let text = web.db.read(move |conn| sheet(conn, &asker, &wish)).await?;
    taken_out(&web, &signed, "audit log").await?;
    Ok(download("audit.csv", "text/csv", text.into_bytes()))
}

fn sheet(conn: &mut Conn, asker: &Asker, wish: &Wish) -> Result<String> {
    asker.actor.require(InstallationRight::People)?;
    let filter = wish
        .filter(asker)
        .ok_or_else(|| Error::invalid("day", asker.reader.language.tr("recorder-day-wrong")))?;
    let mut table =
        Csv::new(&["id", "at", "agent", "cause", "kind", "subject", "detail", "before", "after", "hash"]);
    let (mut before, mut lines) = (AuditId(i64::MAX), 0);
    while lines < MOST {
        let rows = audit::page(conn, &asker.actor, &filter, before, PART)?;
        let Some(last) = rows.last().map(|entry| entry.id) else { break };
        let ids: Vec<AgentId> = rows.iter().filter_map(|entry| entry.agent_id).collect();
        let people = agents(conn, &ids)?;
        lines += rows.len();
        for entry in rows {
            let login = entry.agent_id.and_then(|id| people.get(&id)).map(|(login, _)| login.clone());
            table.line([
                entry.id.to_string(),
                entry.at.0.to_string(),
                login.unwrap_or_default(),
                entry.cause.to_string(),
                entry.kind.to_string(),
                entry.subject,
                entry.detail,
                entry.was,
                entry.becomes,
                entry.hash,
            ]);
        }
        before = last;
    }
    Ok(table.finish())
}
