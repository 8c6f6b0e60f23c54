//! The list of agents.

use std::collections::BTreeSet;

use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use super::address;
use crate::db::AgentId;
use crate::i18n::Language;
use crate::people::directory::{self, Entry, Standing};
use crate::people::{domains, factor};
use crate::web::failure::Answer;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, show};
use crate::web::state::Web;
use crate::web::view::{Face, Tab};

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    q: String,
    state: String,
    after: String,
    said: String,
    /// How many tickets a colleague has now of somebody who was retired, and how many nobody has.
    given: u32,
    free: u32,
    /// Through whose eyes somebody has looked.
    seen: String,
}

#[derive(Serialize)]
struct ListView {
    q: String,
    state: String,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    next: String,
    first: String,
    domains: String,
    said: String,
}

#[derive(Serialize)]
struct Row {
    url: String,
    face: Face,
    name: String,
    login: String,
    email: String,
    roles: Vec<RoleView>,
    /// What he has besides a password.
    app: bool,
    passkey: bool,
    last: Option<jiff::Timestamp>,
    away: Option<jiff::Timestamp>,
    standing: &'static str,
    standing_word: String,
}

#[derive(Serialize)]
struct RoleView {
    url: String,
    name: String,
    retired: bool,
}

/// `GET /admin/people`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let wish = wish.into_inner();
    show(&web, &signed, "people/list.html", move |conn, asker| {
        let language = &asker.reader.language;
        let standing: Option<Standing> = wish.state.parse().ok();
        let found = directory::find(
            conn,
            &asker.actor,
            &directory::Wish {
                q: wish.q.chars().take(200).collect(),
                standing,
                after: wish.after.parse().ok().map(AgentId),
                limit: usize::try_from(asker.actor.agent.page_size).unwrap_or(25).max(5),
            },
            asker.reader.now,
        )?;
        let count = |standing: Standing| found.counts.get(standing.as_str()).copied().filter(|n| *n > 0);
        let everybody = Standing::ALL.into_iter().filter(|one| *one != Standing::Retired).filter_map(count);
        let mut tabs = vec![Tab {
            url: place(&wish.q, "", None),
            label: language.tr("people-all"),
            current: standing.is_none(),
            n: Some(everybody.sum()).filter(|n| *n > 0),
        }];
        tabs.extend(Standing::ALL.into_iter().map(|one| Tab {
            url: place(&wish.q, one.as_str(), None),
            label: language.tr(&format!("people-tab-{}", one.as_str())),
            current: standing == Some(one),
            n: count(one),
        }));
        let state = standing.map_or("", Standing::as_str);
        let said = match wish.said.as_str() {
            "retired" => retired(&wish, language),
            "erased" => language.tr("agent-erased"),
            _ if !wish.seen.is_empty() => language.tr("viewing-ended"),
            _ => String::new(),
        };
        let shown: Vec<AgentId> = found.entries.iter().map(|entry| entry.agent.id).collect();
        let (apps, passkeys) = factor::among(conn, &shown)?;
        let view = ListView {
            next: found.next.map_or_else(String::new, |id| place(&wish.q, state, Some(id))),
            first: if wish.after.is_empty() { String::new() } else { place(&wish.q, state, None) },
            domains: domains::allowed(conn)?.join(", "),
            rows: found.entries.iter().map(|entry| row(entry, asker, &apps, &passkeys)).collect(),
            state: state.to_owned(),
            q: wish.q,
            tabs,
            said,
        };
        Ok(Page::new("people", view))
    })
    .await
}

fn row(entry: &Entry, asker: &Asker, apps: &BTreeSet<AgentId>, passkeys: &BTreeSet<AgentId>) -> Row {
    let agent = &entry.agent;
    Row {
        url: address(agent.id),
        face: Face::of_agent(agent.id, &agent.name),
        name: agent.name.clone(),
        login: agent.login.clone(),
        email: agent.email.clone(),
        roles: entry
            .roles
            .iter()
            .map(|role| RoleView {
                url: format!("/admin/roles/{}", role.id),
                name: role.name.clone(),
                retired: role.retired,
            })
            .collect(),
        app: apps.contains(&agent.id),
        passkey: passkeys.contains(&agent.id),
        last: agent.last_sign_in_at.map(|at| at.0),
        away: agent.away_until.map(|until| until.0).filter(|until| *until > asker.reader.now),
        standing: entry.standing.as_str(),
        standing_word: asker.reader.language.tr(&format!("people-is-{}", entry.standing.as_str())),
    }
}

fn place(q: &str, state: &str, after: Option<AgentId>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !q.is_empty() {
        query.append_pair("q", q);
    }
    if !state.is_empty() {
        query.append_pair("state", state);
    }
    if let Some(after) = after {
        query.append_pair("after", &after.to_string());
    }
    let query = query.finish();
    if query.is_empty() { "/admin/people".to_owned() } else { format!("/admin/people?{query}") }
}

/// What became of an agent and of his open tickets.
fn retired(wish: &Wish, language: &Language) -> String {
    let counted = |key: &str, n: u32| Some(language.tr_count(key, n.into())).filter(|_| n > 0);
    let given = counted("person-retired-given", wish.given);
    let free = counted("person-retired-free", wish.free);
    let all = std::iter::once(language.tr("person-retired")).chain(given).chain(free);
    all.collect::<Vec<_>>().join(" ")
}
