//! `/admin/filters`: the rules in their order.

use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use super::{PAGE, base, words};
use crate::{
    db::Ts,
    error::{Error, Result},
    filters::{self, Names, Rule, store},
    postmaster::dry_run,
    web::{
        failure::{Answer, Failure},
        fields::Fields,
        forms::Posted,
        gate::{Asker, Signed},
        page::{Page, see_other, show},
        state::Web,
        view::Choice,
    },
};

/// What was done just now.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    done: String,
}

#[derive(Serialize)]
struct ListView {
    version: i64,
    author: String,
    at: Option<jiff::Timestamp>,
    /// A rule was deleted: the version before has it still.
    undo: Option<i64>,
    saved: bool,
    rules: Vec<RuleView>,
    may_try: bool,
    tries: Vec<Choice>,
}

#[derive(Serialize)]
struct RuleView {
    at: usize,
    name: String,
    url: String,
    enabled: bool,
    stop: bool,
    mails: String,
    when: String,
    does: String,
    remarks: Vec<String>,
    first: bool,
    last: bool,
}

/// How many mails can be tried, and which choice is made.
pub(super) fn tries(chosen: i64, asker: &Asker) -> Vec<Choice> {
    [100, 1_000, 10_000]
        .iter()
        .map(|n| {
            let label = asker.reader.language.tr_count("filter-newest", *n);
            Choice::new(n.to_string(), label, *n == chosen)
        })
        .collect()
}

/// `GET /admin/filters`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let (done, now) = (wish.into_inner().done, web.clock.now());
    show(&web, &signed, "filters/list.html", move |conn, asker| {
        let current = store::current(conn, &asker.actor)?;
        let names = Names::load(conn, now)?;
        let language = &asker.reader.language;
        let remarks = filters::remarks(&current.rules, &names);
        let count = current.rules.len();
        let rules = current.rules.iter().enumerate().map(|(at, rule)| RuleView {
            at: at + 1,
            name: rule.name.clone(),
            url: format!("{PAGE}/rules/{}", at + 1),
            enabled: rule.enabled,
            stop: rule.stop,
            mails: words::mails(rule.mails, language),
            when: words::when(rule, language),
            does: words::does(rule, &names, language),
            remarks: remarks
                .iter()
                .filter(|remark| remark.rule == at)
                .map(|remark| remark.text.in_language(language))
                .collect(),
            first: at == 0,
            last: at + 1 == count,
        });
        let before = store::page(conn, &asker.actor, Some(current.id), 1)?.first().map(|version| version.id);
        let view = ListView {
            version: current.id,
            author: current.author.clone(),
            at: current.at.map(|at| at.0),
            undo: before.filter(|_| done == "deleted"),
            saved: done == "saved",
            rules: rules.collect(),
            may_try: dry_run::may_try(&asker.actor.scope),
            tries: tries(1_000, asker),
        };
        Ok(Page::new("filters", view))
    })
    .await
}

/// `POST /admin/filters`: moves, switches or deletes one rule.
pub async fn change(web: Data<Web>, signed: Signed, form: Posted<Fields>) -> Answer {
    form.0.only(&["version", "rule", "act"])?;
    let (form, now) = (form.0, web.clock.now());
    let done = if form.one("act") == "delete" { "deleted" } else { "moved" };
    let saved = web
        .db
        .write(move |tx| {
            let current = store::current(tx, &signed.actor)?;
            let rules = changed(current.rules, &form)?;
            store::save(tx, &signed.actor, rules, base(&form), Ts(now))
        })
        .await;
    match saved {
        Ok(_) => Ok(see_other(&format!("{PAGE}?done={done}"))),
        Err(error) => Err(Failure::from(error).back_to(PAGE)),
    }
}

fn changed(mut rules: Vec<Rule>, form: &Fields) -> Result<Vec<Rule>> {
    let at =
        form.one("rule").parse::<usize>().ok().and_then(|at| at.checked_sub(1)).ok_or(Error::NotFound)?;
    let rule = rules.get_mut(at).ok_or(Error::NotFound)?;
    match form.one("act") {
        "on" => rule.enabled = true,
        "off" => rule.enabled = false,
        "delete" => drop(rules.remove(at)),
        "up" if at > 0 => rules.swap(at - 1, at),
        "down" if at + 1 < rules.len() => rules.swap(at, at + 1),
        _ => return Err(Error::NotFound),
    }
    Ok(rules)
}
