//! What other rules would do with the mails that came.

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LONGEST, RuleBody, read};
use crate::{
    api::{
        body::{Input, Json},
        gate::Caller,
        problem::Answer,
        views::instant,
    },
    db::Ts,
    desk::Desk,
    error::Error,
    filters::{Names, store},
    postmaster::{self, DryRun, Predicted},
};

/// How many mails a dry run looks at unless it says otherwise.
const MAILS: i64 = 1_000;

/// What is to be tried.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryFilters {
    /// The rules in question; missing: those in force.
    rules: Option<Vec<RuleBody>>,
    /// Compare with the rules in force (`current`) or with none (`none`). Missing: `current` where there are rules in
    /// question, else `none`.
    before: Option<String>,
    /// How many of the newest mails, up to 10,000; 1,000 where missing.
    mails: Option<i64>,
    /// Every mail is listed, not only those for which something changes.
    #[serde(default)]
    all: bool,
}

impl Input for TryFilters {
    const LIMIT: usize = LONGEST;
}

/// What a dry run found. Nothing was changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DryRunView {
    /// So many mails were looked at.
    mails: usize,
    /// For so many something changes.
    changed: usize,
    /// How long it took.
    milliseconds: u128,
    /// How often each rule did something.
    rules: Vec<RuleCount>,
    /// The mails, the newest first.
    items: Vec<TriedMail>,
}

/// A rule and how often it matched.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleCount {
    /// Its name.
    name: String,
    /// For so many mails it did something.
    matched: usize,
}

/// A mail before and after.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TriedMail {
    /// Its key, as in `inbound`.
    inbound: String,
    /// When it came.
    #[schema(format = DateTime)]
    received_at: String,
    /// Its subject.
    subject: String,
    /// Its author's address.
    sender: String,
    /// Under the rules to compare with.
    before: PredictedView,
    /// Under the rules in question.
    after: PredictedView,
}

/// What would become of a mail, and how its ticket would stand after it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Predicted)]
pub struct PredictedView {
    /// new, follow_up, duplicate, ignored, quarantined.
    disposition: Option<String>,
    /// Mails with the same number would be in one ticket.
    conversation: Option<usize>,
    /// The name of its queue.
    queue: Option<String>,
    /// Its priority.
    priority: Option<String>,
    /// Its state.
    state: Option<String>,
    /// Its owner's login.
    owner: Option<String>,
    /// Its tags.
    tags: Vec<String>,
}

/// Tries rules on the newest mails that are stored. Nothing is changed. Needs the rights to manage queues and mail and
/// to see the recorder.
#[utoipa::path(post, path = "/filters/dry-runs", tag = "mail", request_body = TryFilters,
    responses((status = 201, body = DryRunView)))]
pub async fn create(desk: Data<Desk>, caller: Caller, Json { value, .. }: Json<TryFilters>) -> Answer {
    let (now, asker) = (desk.clock.now(), caller.clone());
    let (given, all) = (value.rules, value.all);
    let with_current = match value.before.as_deref() {
        Some("none") => false,
        Some("current") => true,
        None => given.is_some(),
        Some(_) => return Err(Error::invalid("before", "Compare with “current” or “none”.").into()),
    };
    let (names, before, after) = desk
        .db
        .read(move |conn| {
            let current = store::current(conn, &asker.actor)?.rules;
            let names = Names::load(conn, now)?;
            let after = given.map_or_else(|| Ok(current.clone()), |rules| read(&rules, &names))?;
            Ok((names, if with_current { current } else { Vec::new() }, after))
        })
        .await?;
    let wish = DryRun { before, after, mails: value.mails.unwrap_or(MAILS) };
    let report = postmaster::dry_run(&desk, &caller.actor, wish).await?;
    let (mails, changed) = (report.mails.len(), report.mails.iter().filter(|mail| mail.changes()).count());
    let view = DryRunView {
        mails,
        changed,
        milliseconds: report.took.as_millis(),
        rules: report
            .rules
            .into_iter()
            .map(|rule| RuleCount { name: rule.name, matched: rule.matched })
            .collect(),
        items: report
            .mails
            .into_iter()
            .filter(|mail| all || mail.changes())
            .map(|mail| TriedMail {
                inbound: mail.id.to_string(),
                received_at: instant(Ts(mail.at)),
                before: predicted(&mail.before, &names),
                after: predicted(&mail.after, &names),
                subject: mail.subject,
                sender: mail.sender,
            })
            .collect(),
    };
    Ok(HttpResponse::Created().json(view))
}

fn predicted(one: &Predicted, names: &Names) -> PredictedView {
    PredictedView {
        disposition: one.disposition.map(|word| word.to_string()),
        conversation: one.conversation,
        queue: one.queue.and_then(|id| names.queue(id)).map(|queue| queue.name.clone()),
        priority: one.priority.map(|priority| names.terms.priority_word(priority)),
        state: one.state.map(|state| names.terms.state_word(state)),
        owner: one.owner.and_then(|id| names.agent(id)).map(|agent| agent.login.clone()),
        tags: one.tags.clone(),
    }
}
