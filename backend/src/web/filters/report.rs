//! What a dry run found: each mail for which something changes, before and after.

use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use super::{list::tries, words::Facet};
use crate::{
    db::Disposition,
    filters::{Names, store},
    i18n::Language,
    postmaster::{self, DryRun, Predicted, Report},
    web::{
        failure::Answer,
        gate::Signed,
        page::{Page, show},
        state::Web,
        view::Choice,
    },
};

/// So many changes are shown.
const SHOWN: usize = 200;

/// What is to be tried.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    mails: String,
    /// A version to be compared with the one in force; else those in force with none.
    #[serde(default)]
    version: String,
}

#[derive(Serialize)]
pub(super) struct ReportView {
    summary: String,
    took: String,
    changed: usize,
    hidden: usize,
    rules: Vec<RuleCount>,
    mails: Vec<MailView>,
}

#[derive(Serialize)]
struct RuleCount {
    name: String,
    seen: bool,
    enabled: bool,
    text: String,
}

#[derive(Serialize)]
struct MailView {
    url: String,
    subject: String,
    sender: String,
    at: jiff::Timestamp,
    before: Vec<Facet>,
    after: Vec<Facet>,
}

#[derive(Serialize)]
struct TryView {
    /// The version in question, where it is not the one in force.
    version: Option<i64>,
    report: ReportView,
    tries: Vec<Choice>,
}

/// `GET /admin/filters/dry-runs`: the rules in force compared with none, or a version compared with them.
pub async fn try_saved(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let mails = wish.mails.parse().unwrap_or(1_000);
    let version: Option<i64> = wish.version.parse().ok();
    let asker = signed.clone();
    let (before, after) = web
        .db
        .read(move |conn| {
            let current = store::current(conn, &asker.actor)?.rules;
            match version {
                Some(id) => Ok((current, store::get(conn, &asker.actor, id)?.rules)),
                None => Ok((Vec::new(), current)),
            }
        })
        .await?;
    let found = postmaster::dry_run(&web, &signed.actor, DryRun { before, after, mails }).await?;
    let now = web.clock.now();
    show(&web, &signed, "filters/dry-run.html", move |conn, asker| {
        let names = Names::load(conn, now)?;
        let report = view(found, &names, &asker.reader.language);
        Ok(Page::new("filters", TryView { version, report, tries: tries(mails, asker) }))
    })
    .await
}

/// A report as the reader sees it.
pub(super) fn view(found: Report, names: &Names, language: &Language) -> ReportView {
    let looked = i64::try_from(found.mails.len()).unwrap_or(i64::MAX);
    let changed: Vec<_> = found.mails.iter().filter(|mail| mail.changes()).collect();
    let hundredths = found.took.as_millis() / 10;
    ReportView {
        summary: language.tr_count("filter-tried", looked),
        took: language.decimal(hundredths / 100, format_args!("{:02}", hundredths % 100)),
        changed: changed.len(),
        hidden: changed.len().saturating_sub(SHOWN),
        rules: found
            .rules
            .iter()
            .map(|rule| {
                let count = i64::try_from(rule.matched).unwrap_or(i64::MAX);
                let (seen, text) = match (rule.enabled, count) {
                    (false, _) => (false, language.tr("filter-off")),
                    (true, 0) => (false, language.tr_count("filter-not-seen", looked)),
                    (true, count) => (true, language.tr_count("filter-matched", count)),
                };
                RuleCount { name: rule.name.clone(), seen, enabled: rule.enabled, text }
            })
            .collect(),
        mails: changed
            .into_iter()
            .take(SHOWN)
            .map(|mail| {
                let (before, after) = differences(&mail.before, &mail.after, names, language);
                MailView {
                    url: format!("/admin/mail/{}", mail.id),
                    subject: if mail.subject.trim().is_empty() {
                        language.tr("no-subject")
                    } else {
                        mail.subject.clone()
                    },
                    sender: mail.sender.clone(),
                    at: mail.at,
                    before,
                    after,
                }
            })
            .collect(),
    }
}

/// What differs, each side in its words.
fn differences(
    before: &Predicted,
    after: &Predicted,
    names: &Names,
    language: &Language,
) -> (Vec<Facet>, Vec<Facet>) {
    let mut sides = (Vec::new(), Vec::new());
    for (old, new) in facets(before, names, language).into_iter().zip(facets(after, names, language)) {
        if old != new {
            sides.0.extend(Some(old).filter(|facet| !facet.text.is_empty()));
            sides.1.extend(Some(new).filter(|facet| !facet.text.is_empty()));
        }
    }
    sides
}

/// All that is foretold, always the same parts in the same order; what does not apply is empty.
fn facets(one: &Predicted, names: &Names, language: &Language) -> [Facet; 6] {
    let facet = |key: &str, text: String| Facet { label: language.tr(key), text };
    let placed = matches!(one.disposition, Some(Disposition::New | Disposition::FollowUp));
    let nobody = || if placed { language.tr("filter-nobody") } else { String::new() };
    let disposition = one.disposition.map(|word| language.tr(&format!("filter-becomes-{word}")));
    let queue = one.queue.and_then(|id| names.queue(id)).map(|queue| queue.name.clone());
    let priority = one.priority.map(|priority| names.terms.priority(priority, language));
    let state = one.state.map(|state| names.terms.state(state, language));
    let owner = one.owner.and_then(|id| names.agent(id)).map_or_else(nobody, |agent| agent.name.clone());
    let tags =
        if one.tags.is_empty() && placed { language.tr("filter-no-tags") } else { one.tags.join(", ") };
    [
        facet("filter-part-becomes", disposition.unwrap_or_default()),
        facet("filter-part-queue", queue.unwrap_or_default()),
        facet("filter-part-priority", priority.unwrap_or_default()),
        facet("filter-part-state", state.unwrap_or_default()),
        facet("filter-part-owner", owner),
        facet("filter-part-tags", tags),
    ]
}
