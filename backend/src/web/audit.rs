//! The audit log as a page: searched by words, agent, kind and days, the newest first; and taken out as a table.

mod meanings;
mod words;

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
use super::times::Reader;
use super::view::Choice;
use crate::audit::{self, Entry, Filter, Found};
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
    words: String,
    agent: String,
    kind: String,
    /// `YYYY-MM-DD` in the reader's zone.
    from: String,
    /// The last day that counts.
    until: String,
    /// Both, as older addresses say it.
    day: String,
    cursor: Option<i64>,
}

/// What of a wish cannot be meant, by the names of its messages.
#[derive(Debug, Default)]
struct Wrong {
    from: Option<&'static str>,
    until: Option<&'static str>,
    kind: Option<&'static str>,
}

impl Wish {
    /// The address of these entries, as a page or as a table.
    fn address(&self, path: &str, cursor: Option<AuditId>) -> String {
        let mut query = Serializer::new(String::new());
        let cursor = cursor.map(|id| id.to_string()).unwrap_or_default();
        let all = [
            ("words", self.words.trim()),
            ("agent", self.agent.trim()),
            ("kind", &self.kind),
            ("from", &self.from),
            ("until", &self.until),
            ("day", &self.day),
            ("cursor", &cursor),
        ];
        for (name, value) in all.iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    fn is_narrow(&self) -> bool {
        [&self.words, &self.agent, &self.kind, &self.from, &self.until, &self.day]
            .iter()
            .any(|value| !value.trim().is_empty())
    }

    /// What is looked for.
    fn filter(&self, asker: &Asker) -> Result<Filter, Wrong> {
        let day = |text: &str| match text.trim() {
            "" => Ok(None),
            day => day.parse::<Date>().ok().and_then(|day| span(&asker.reader, day)).map(Some).ok_or(()),
        };
        let kind = match self.kind.trim() {
            "" => Ok(None),
            word => word.parse::<Audited>().map(Some),
        };
        let or_day = |text: &str| if text.trim().is_empty() { day(&self.day) } else { day(text) };
        let (from, until) = (or_day(&self.from), or_day(&self.until));
        let mut wrong = Wrong {
            from: from.is_err().then_some("recorder-day-wrong"),
            until: until.is_err().then_some("recorder-day-wrong"),
            kind: kind.is_err().then_some("audit-kind-wrong"),
        };
        let (from, until) = (from.ok().flatten(), until.ok().flatten());
        if from.is_some_and(|from| until.is_some_and(|until| until.1 <= from.0)) {
            wrong.until = Some("audit-until-wrong");
        }
        if wrong.from.or(wrong.until).or(wrong.kind).is_some() {
            return Err(wrong);
        }
        Ok(Filter {
            agent: Some(self.agent.trim().to_owned()).filter(|login| !login.is_empty()),
            kind: kind.ok().flatten(),
            from: from.map(|(begin, _)| begin),
            until: until.map(|(_, end)| end),
            words: self.words.clone(),
            also: meanings::of(&asker.reader.language, &self.words),
        })
    }
}

#[derive(Serialize)]
struct AuditView {
    words: String,
    agent: String,
    from: Field,
    until: Field,
    kind_error: String,
    kinds: Vec<Choice>,
    narrow: bool,
    entries: Vec<Row>,
    csv_url: String,
    first_url: Option<String>,
    next_url: Option<String>,
}

/// A day, and what is wrong with it.
#[derive(Serialize)]
struct Field {
    value: String,
    error: String,
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
    let (found, wrong) = match &filter {
        Ok(filter) => (audit::page(conn, &asker.actor, filter, before, SHOWN)?, &Wrong::default()),
        Err(wrong) => (Found { entries: Vec::new(), next: None }, wrong),
    };
    let ids: Vec<AgentId> = found.entries.iter().filter_map(|entry| entry.agent_id).collect();
    let people = agents(conn, &ids)?;
    let row = |entry: &Entry| Row {
        at: entry.at.0,
        icon: look(entry.kind).0,
        colour: look(entry.kind).1,
        who: entry.agent_id.and_then(|id| people.get(&id)).map(|(_, name)| name.clone()).unwrap_or_default(),
        cause: language.tr(&format!("cause-{}", entry.cause)),
        kind: language.tr(&format!("audited-{}", entry.kind)),
        subject: words::subject(language, entry),
        detail: words::detail(&asker.reader, entry),
        changes: changes(&asker.reader, entry),
        hash: entry.hash.clone(),
    };
    let any = Choice::new("", language.tr("audit-any-kind"), wish.kind.is_empty());
    let kinds = Audited::ALL.iter().map(|kind| {
        let word = kind.as_str();
        Choice::new(word, language.tr(&format!("audited-{word}")), word == wish.kind)
    });
    let told = |message: Option<&str>| message.map(|name| language.tr(name)).unwrap_or_default();
    let view = AuditView {
        words: wish.words.clone(),
        agent: wish.agent.clone(),
        from: Field { value: wish.from.clone(), error: told(wrong.from) },
        until: Field { value: wish.until.clone(), error: told(wrong.until) },
        kind_error: told(wrong.kind),
        kinds: std::iter::once(any).chain(kinds).collect(),
        narrow: wish.is_narrow(),
        entries: found.entries.iter().map(row).collect(),
        csv_url: wish.address("/admin/audit.csv", None),
        first_url: wish.cursor.map(|_| wish.address("/admin/audit", None)),
        next_url: found.next.map(|id| wish.address("/admin/audit", Some(id))),
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
        Audited::PersonalData | Audited::Restored => ("shield", "c-brand"),
    }
}

fn changes(reader: &Reader, entry: &Entry) -> Vec<Change> {
    let fields = |text: &str| match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => fields,
        Ok(value) => Map::from_iter([(entry.kind.to_string(), value)]),
        Err(_) => Map::new(),
    };
    let (was, becomes) = (fields(&entry.was), fields(&entry.becomes));
    let mut names: Vec<&String> = was.keys().chain(becomes.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let shown = |name: &str, of: &Map<String, Value>| {
        of.get(name).map(|value| words::value(reader, entry.kind, name, value)).unwrap_or_default()
    };
    let change = |name: &String| Change {
        field: words::field(&reader.language, entry.kind, name),
        was: shown(name, &was),
        becomes: shown(name, &becomes),
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
    let filter = wish.filter(asker).map_err(|wrong| {
        let named = [("from", wrong.from), ("until", wrong.until), ("kind", wrong.kind)];
        let first = named.into_iter().find_map(|(field, message)| message.map(|message| (field, message)));
        let (field, message) = first.unwrap_or(("kind", "audit-kind-wrong"));
        Error::invalid(field, asker.reader.language.tr(message))
    })?;
    let mut table =
        Csv::new(&["id", "at", "agent", "cause", "kind", "subject", "detail", "before", "after", "hash"]);
    let (mut next, mut lines) = (Some(AuditId(i64::MAX)), 0);
    while let Some(before) = next.filter(|_| lines < MOST) {
        let found = audit::page(conn, &asker.actor, &filter, before, PART)?;
        next = found.next;
        let rows = found.entries;
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
    }
    Ok(table.finish())
}
