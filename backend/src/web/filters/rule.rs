//! The form of one rule.

use actix_web::{
    http::StatusCode,
    web::{Data, Path},
};
use serde::Serialize;

use super::{
    PAGE,
    form::{Errors, FIELDS, Form, FormView},
    list::tries,
    report::{self, ReportView},
    row::Row,
};
use crate::{
    db::{InstallationRight, Ts},
    error::{Error, Result},
    filters::{self, Names, Rule, store},
    postmaster::{self, DryRun, dry_run},
    web::{
        failure::{Answer, Failure},
        fields::Fields,
        forms::Posted,
        gate::Signed,
        page::{Page, see_other, show_as},
        state::Web,
        view::Choice,
    },
};

/// So many conditions the form offers at most; a rule has no more.
const ROWS: usize = 30;

#[derive(Serialize)]
struct RuleView {
    form: FormView,
    errors: Errors,
    wrong: bool,
    remarks: Vec<String>,
    may_try: bool,
    tries: Vec<Choice>,
    report: Option<ReportView>,
}

/// How the form is shown: what is wrong, and what a dry run found.
#[derive(Default)]
struct Shown {
    errors: Errors,
    wrong: bool,
    report: Option<postmaster::Report>,
    tried: i64,
}

/// `GET /admin/filters/rules/new`.
pub async fn new(web: Data<Web>, signed: Signed) -> Answer {
    let actor = signed.actor.clone();
    let version = web.db.read(move |conn| Ok(store::current(conn, &actor)?.id)).await?;
    let rows = vec![Row::default()];
    let form = Form { rows, ..Form::of(&Rule::default(), None, version) };
    show(&web, &signed, StatusCode::OK, form, Shown::default()).await
}

/// `GET /admin/filters/rules/{at}`.
pub async fn edit(web: Data<Web>, signed: Signed, at: Path<String>) -> Answer {
    let at: usize = at.parse().map_err(|_| Error::NotFound)?;
    let actor = signed.actor.clone();
    let form = web
        .db
        .read(move |conn| {
            let current = store::current(conn, &actor)?;
            let rule = at.checked_sub(1).and_then(|at| current.rules.get(at)).ok_or(Error::NotFound)?;
            Ok(Form::of(rule, Some(at), current.id))
        })
        .await?;
    show(&web, &signed, StatusCode::OK, form, Shown::default()).await
}

/// `POST /admin/filters/rules`: saves, tries, or adds or takes away a row of the form.
pub async fn create(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    let fields = fields.0;
    fields.only(&FIELDS)?;
    let mut form = Form::read(&fields);
    let then = fields.one("then");
    if then == "condition" {
        if form.rows.len() < ROWS {
            form.rows.push(Row::default());
        }
        return show(&web, &signed, StatusCode::OK, form, Shown::default()).await;
    }
    if let Some(row) = then.strip_prefix("drop-").and_then(|row| row.parse::<usize>().ok()) {
        if row < form.rows.len() {
            form.rows.remove(row);
        }
        return show(&web, &signed, StatusCode::OK, form, Shown::default()).await;
    }
    let tried = fields.one("mails_n").parse().unwrap_or(1_000);
    let (rule, rows) = form.rule();
    let done = if then == "try" {
        run(&web, &signed, &form, rule.clone(), tried).await.map(Some)
    } else {
        save(&web, &signed, &form, rule.clone()).await.map(|()| None)
    };
    match done {
        Ok(None) => Ok(see_other(&format!("{PAGE}?done=saved"))),
        Ok(report) => {
            show(&web, &signed, StatusCode::OK, form, Shown { report, tried, ..Shown::default() }).await
        }
        Err(Error::Invalid(problems)) => {
            let at = place(&web, &signed, &form).await?;
            let errors = Errors::of(problems, at, &rule, &rows, &signed.reader.language);
            let shown = Shown { errors, wrong: true, ..Shown::default() };
            show(&web, &signed, StatusCode::UNPROCESSABLE_ENTITY, form, shown).await
        }
        Err(error) => Err(Failure::from(error).back_to(PAGE)),
    }
}

/// The rules with this one among them.
fn with(mut rules: Vec<Rule>, at: Option<usize>, rule: Rule) -> Result<Vec<Rule>> {
    match at {
        None => rules.push(rule),
        Some(at) => {
            *at.checked_sub(1).and_then(|at| rules.get_mut(at)).ok_or(Error::NotFound)? = rule;
        }
    }
    Ok(rules)
}

async fn save(web: &Data<Web>, signed: &Signed, form: &Form, rule: Rule) -> Result<()> {
    let (asker, at, base, now) = (signed.clone(), form.at, form.version, web.clock.now());
    web.db
        .write(move |tx| {
            let current = store::current(tx, &asker.actor)?;
            // What was meant for another list must not land in this one.
            let rules = if current.id == base { with(current.rules, at, rule.clone())? } else { Vec::new() };
            store::save(tx, &asker.actor, rules, Some(base), Ts(now)).map(drop)
        })
        .await
}

async fn run(
    web: &Data<Web>,
    signed: &Signed,
    form: &Form,
    rule: Rule,
    mails: i64,
) -> Result<postmaster::Report> {
    let (asker, at) = (signed.clone(), form.at);
    let (before, after) = web
        .db
        .read(move |conn| {
            let current = store::current(conn, &asker.actor)?.rules;
            Ok((current.clone(), with(current, at, rule)?))
        })
        .await?;
    postmaster::dry_run(web, &signed.actor, DryRun { before, after, mails }).await
}

/// Where the rule stands among the others, from 0.
async fn place(web: &Data<Web>, signed: &Signed, form: &Form) -> Result<usize> {
    if let Some(at) = form.at {
        return Ok(at.saturating_sub(1));
    }
    let asker = signed.clone();
    web.db.read(move |conn| Ok(store::current(conn, &asker.actor)?.rules.len())).await
}

async fn show(web: &Data<Web>, signed: &Signed, status: StatusCode, form: Form, shown: Shown) -> Answer {
    let now = web.clock.now();
    show_as(web, signed, status, "filters/rule.html", move |conn, asker| {
        asker.actor.require(InstallationRight::QueuesAndMail)?;
        let names = Names::load(conn, now)?;
        let language = &asker.reader.language;
        // Of a form that can be saved it is said at once what would be in vain.
        let current = store::current(conn, &asker.actor)?.rules;
        let at = form.at.map_or(current.len(), |at| at.saturating_sub(1));
        let remarks = match with(current, form.at, form.rule().0) {
            Ok(rules) if !shown.wrong => filters::remarks(&rules, &names),
            _ => Vec::new(),
        };
        let view = RuleView {
            form: form.view(&shown.errors, &names, language),
            wrong: shown.wrong,
            errors: shown.errors,
            remarks: remarks
                .iter()
                .filter(|remark| remark.rule == at)
                .map(|remark| remark.text.in_language(language))
                .collect(),
            may_try: dry_run::may_try(&asker.actor.scope),
            tries: tries(if shown.tried == 0 { 1_000 } else { shown.tried }, asker),
            report: shown.report.map(|found| report::view(found, &names, language)),
        };
        Ok(Page::new("filters", view))
    })
    .await
}
