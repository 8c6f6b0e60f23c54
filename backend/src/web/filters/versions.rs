//! Versions of the rules: who changed what when, and bringing one back.

use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::{
    PAGE, base,
    list::tries,
    words::{Facet, facets},
};
use crate::{
    db::Ts,
    error::Error,
    filters::{Change, Names, Rule, Version, diff, store},
    i18n::Language,
    postmaster::dry_run,
    web::{
        failure::{Answer, Failure},
        fields::Fields,
        forms::Posted,
        gate::Signed,
        page::{Page, see_other, show},
        state::Web,
        view::Choice,
    },
};

/// So many versions a page shows.
const SHOWN: i64 = 30;

/// From where on.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    cursor: Option<i64>,
}

#[derive(Serialize)]
struct ListView {
    versions: Vec<VersionRow>,
    next_url: Option<String>,
}

#[derive(Serialize)]
struct VersionRow {
    id: i64,
    url: String,
    current: bool,
    author: String,
    at: Option<jiff::Timestamp>,
    restored: Option<i64>,
    changes: Vec<String>,
}

#[derive(Serialize)]
struct VersionView {
    id: i64,
    current_id: i64,
    current: bool,
    author: String,
    at: Option<jiff::Timestamp>,
    restored: Option<i64>,
    before: i64,
    changes: Vec<ChangeView>,
    rules: Vec<RuleView>,
    may_try: bool,
    tries: Vec<Choice>,
}

#[derive(Serialize)]
struct ChangeView {
    title: String,
    before: Vec<Facet>,
    after: Vec<Facet>,
}

#[derive(Serialize)]
struct RuleView {
    name: String,
    enabled: bool,
    facets: Vec<Facet>,
}

/// `GET /admin/filters/versions`.
pub async fn versions(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let cursor = wish.cursor;
    show(&web, &signed, "filters/versions.html", move |conn, asker| {
        let current = store::current_id(conn)?;
        let found = store::page(conn, &asker.actor, cursor, SHOWN + 1)?;
        let language = &asker.reader.language;
        let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
        let row = |(at, version): (usize, &Version)| {
            let before = found.get(at + 1).map_or(&[][..], |before| before.rules.as_slice());
            VersionRow {
                id: version.id,
                url: format!("{PAGE}/versions/{}", version.id),
                current: version.id == current,
                author: version.author.clone(),
                at: version.at.map(|at| at.0),
                restored: version.restored,
                changes: diff(before, &version.rules).iter().map(|change| title(change, language)).collect(),
            }
        };
        let rows: Vec<VersionRow> = found.iter().enumerate().take(shown).map(row).collect();
        let next = rows.last().filter(|_| found.len() > shown).map(|row| row.id);
        let next_url = next.map(|id| format!("{PAGE}/versions?cursor={id}"));
        Ok(Page::new("filters", ListView { versions: rows, next_url }))
    })
    .await
}

/// `GET /admin/filters/versions/{id}`: what it changed, and all of its rules.
pub async fn version(web: Data<Web>, signed: Signed, id: Path<String>) -> Answer {
    let id: i64 = id.parse().map_err(|_| Error::NotFound)?;
    let now = web.clock.now();
    show(&web, &signed, "filters/version.html", move |conn, asker| {
        let version = store::get(conn, &asker.actor, id)?;
        let before = store::page(conn, &asker.actor, Some(id), 1)?.into_iter().next().unwrap_or_default();
        let current_id = store::current_id(conn)?;
        let names = Names::load(conn, now)?;
        let language = &asker.reader.language;
        let changes = diff(&before.rules, &version.rules);
        let view = VersionView {
            id,
            current_id,
            current: id == current_id,
            author: version.author.clone(),
            at: version.at.map(|at| at.0),
            restored: version.restored,
            before: before.id,
            changes: changes.iter().map(|change| shown(change, &names, language)).collect(),
            rules: version
                .rules
                .iter()
                .map(|rule| RuleView {
                    name: rule.name.clone(),
                    enabled: rule.enabled,
                    facets: facets(rule, &names, language),
                })
                .collect(),
            may_try: dry_run::may_try(&asker.actor.scope),
            tries: tries(1_000, asker),
        };
        Ok(Page::new("filters", view))
    })
    .await
}

/// `POST /admin/filters/versions/{id}/restore`.
pub async fn restore(web: Data<Web>, signed: Signed, id: Path<String>, form: Posted<Fields>) -> Answer {
    form.0.only(&["version"])?;
    let id: i64 = id.parse().map_err(|_| Error::NotFound)?;
    let (base, now) = (base(&form.0), web.clock.now());
    let done = web.db.write(move |tx| store::restore(tx, &signed.actor, id, base, Ts(now))).await;
    match done {
        Ok(_) => Ok(see_other(&format!("{PAGE}?done=saved"))),
        Err(error) => Err(Failure::from(error).back_to(PAGE)),
    }
}

fn title(change: &Change, language: &Language) -> String {
    let say = |key: &str, name: &str| language.tr_with(key, &[("name", name)]);
    match change {
        Change::Added(rule) => say("filter-change-added", &rule.name),
        Change::Removed(rule) => say("filter-change-removed", &rule.name),
        Change::Edited(both) => say("filter-change-edited", &both.1.name),
        Change::Moved(rule, from, to) => {
            let (from, to) = (from.to_string(), to.to_string());
            language.tr_with("filter-change-moved", &[("name", &rule.name), ("from", &from), ("to", &to)])
        }
    }
}

fn shown(change: &Change, names: &Names, language: &Language) -> ChangeView {
    let all = |rule: &Rule| facets(rule, names, language);
    let (before, after) = match change {
        Change::Added(rule) => (Vec::new(), all(rule)),
        Change::Removed(rule) => (all(rule), Vec::new()),
        Change::Edited(both) => {
            let pairs = all(&both.0).into_iter().zip(all(&both.1)).filter(|(old, new)| old != new);
            pairs.unzip()
        }
        Change::Moved(..) => (Vec::new(), Vec::new()),
    };
    ChangeView { title: title(change, language), before, after }
}
