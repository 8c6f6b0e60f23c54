//! Postmaster filters: the rules in force.

pub mod dry_runs;

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    page,
    problem::Answer,
    views::instant,
};
use crate::{
    access::Actor,
    db::{Conn, Priority, Ts},
    desk::Desk,
    error::{Error, FieldError, Result, say},
    filters::{self, Actions, Condition, CustomerFrom, Names, Rule, Version, store},
};

/// The longest list of rules, in bytes.
const LONGEST: usize = 1024 * 1024;

/// A rule. One without conditions speaks of every mail.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FilterRule)]
pub struct RuleBody {
    /// Its name, unique.
    name: String,
    /// Whether it is asked.
    #[serde(default = "yes")]
    enabled: bool,
    /// Of which mails it speaks: `new` (those that open a ticket), `follow_up`, `both`.
    #[serde(default = "new")]
    mails: String,
    /// One condition is enough; else all have to hold.
    #[serde(default)]
    any: bool,
    /// When.
    #[serde(default)]
    conditions: Vec<ConditionBody>,
    /// What.
    #[serde(default)]
    actions: ActionsBody,
    /// Later rules are not asked.
    #[serde(default)]
    stop: bool,
}

fn yes() -> bool {
    true
}

fn new() -> String {
    "new".to_owned()
}

/// A condition.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FilterCondition)]
pub struct ConditionBody {
    /// subject, from, to, address (any), body, header, envelope_from, envelope_to, classification, attachment_name,
    /// attachment_type, spam, spam_score, spf, dkim, dmarc, size (kB).
    on: String,
    /// The field's name, for `header`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    header: String,
    /// contains, contains_not, is, is_not, begins, ends, matches, matches_not (a regular expression), exists, missing;
    /// for numbers at_least, at_most.
    test: String,
    /// With what it is compared.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    value: String,
}

/// What a rule does; what is missing stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = FilterActions)]
pub struct ActionsBody {
    /// The name of a queue.
    queue: Option<String>,
    /// The name of a priority, or 1 to 5.
    priority: Option<String>,
    /// The name of a state, or open, pending reminder, pending auto close, closed.
    state: Option<String>,
    /// For how many hours a pending state lasts.
    hours: Option<u32>,
    /// An agent's login.
    owner: Option<String>,
    /// Tags to put on.
    tags: Vec<String>,
    /// `ignore` or `quarantine`: the mail goes nowhere.
    aside: Option<String>,
    /// No automatic answer.
    no_auto_response: bool,
    /// The address of the customer of a new ticket.
    customer: Option<String>,
    /// The header that names the customer of a new ticket.
    customer_header: Option<String>,
}

/// The rules in force.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Filters)]
pub struct FiltersView {
    /// The number of the version; 0 where none was ever saved.
    version: i64,
    /// When it was saved.
    #[schema(format = DateTime)]
    saved_at: Option<String>,
    /// Who saved it.
    saved_by: String,
    /// In their order.
    rules: Vec<RuleBody>,
    /// Rules that can never match, or whose deeds can never be done.
    remarks: Vec<RemarkView>,
}

/// What is the matter with a rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FilterRemark)]
pub struct RemarkView {
    /// The rule's name.
    rule: String,
    /// A sentence.
    text: String,
}

/// Rules to be saved.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutFilters {
    /// The version that they were made from: 409 when another one is in force meanwhile.
    version: Option<i64>,
    /// All rules, in their order.
    rules: Vec<RuleBody>,
}

impl Input for PutFilters {
    const LIMIT: usize = LONGEST;
}

/// The rules in force. Needs the right to manage queues and mail.
#[utoipa::path(get, path = "/filters", tag = "mail", responses((status = 200, body = FiltersView)))]
pub async fn get(desk: Data<Desk>, caller: Caller) -> Answer {
    let now = desk.clock.now();
    let view = desk.db.read(move |conn| view(conn, &caller.actor, now)).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Saves rules as a new version, in force from then on. Needs the right to manage queues and mail.
#[utoipa::path(put, path = "/filters", tag = "mail", request_body = PutFilters,
    responses((status = 200, body = FiltersView)))]
pub async fn put(desk: Data<Desk>, caller: Caller, Json { value, .. }: Json<PutFilters>) -> Answer {
    let now = desk.clock.now();
    let view = desk
        .db
        .write(move |tx| {
            caller.actor.require(crate::db::InstallationRight::QueuesAndMail)?;
            let rules = read(&value.rules, &Names::load(tx, now)?)?;
            store::save(tx, &caller.actor, rules, value.version, Ts(now))?;
            view(tx, &caller.actor, now)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

fn view(conn: &mut Conn, actor: &Actor, now: jiff::Timestamp) -> Result<FiltersView> {
    let Version { id, rules, author, at, .. } = store::current(conn, actor)?;
    let names = Names::load(conn, now)?;
    let remarks = filters::remarks(&rules, &names).into_iter().map(|remark| RemarkView {
        rule: rules.get(remark.rule).map(|rule| rule.name.clone()).unwrap_or_default(),
        text: remark.text.to_string(),
    });
    Ok(FiltersView {
        version: id,
        saved_at: at.map(instant),
        saved_by: author,
        remarks: remarks.collect(),
        rules: rules.iter().map(|rule| shown(rule, &names)).collect(),
    })
}

fn shown(rule: &Rule, names: &Names) -> RuleBody {
    let does = &rule.actions;
    let (customer, customer_header) = match &does.customer {
        Some(CustomerFrom::Address(address)) => (Some(address.clone()), None),
        Some(CustomerFrom::Header(name)) => (None, Some(name.clone())),
        None => (None, None),
    };
    RuleBody {
        name: rule.name.clone(),
        enabled: rule.enabled,
        mails: rule.mails.as_str().to_owned(),
        any: rule.any,
        conditions: rule
            .conditions
            .iter()
            .map(|one| ConditionBody {
                on: one.on.as_str().to_owned(),
                header: one.header.clone(),
                test: one.test.as_str().to_owned(),
                value: one.value.clone(),
            })
            .collect(),
        actions: ActionsBody {
            queue: does.queue.and_then(|id| names.queue(id)).map(|queue| queue.name.clone()),
            priority: does
                .priority
                .and_then(|level| level.to_string().parse::<Priority>().ok())
                .map(|priority| names.terms.priority_word(priority)),
            state: does.state.map(|state| names.terms.state_word(state)),
            hours: does.hours,
            owner: does.owner.and_then(|id| names.agent(id)).map(|agent| agent.login.clone()),
            tags: does.tags.clone(),
            aside: does.aside.map(|aside| aside.as_str().to_owned()),
            no_auto_response: does.quiet,
            customer,
            customer_header,
        },
        stop: rule.stop,
    }
}

/// Names become keys, words become what they mean; all that is wrong is told at once.
fn read(rules: &[RuleBody], names: &Names) -> Result<Vec<Rule>> {
    let mut problems = Vec::new();
    let rules =
        rules.iter().enumerate().map(|(at, rule)| one(rule, &format!("rules.{at}"), names, &mut problems));
    let rules: Vec<Rule> = rules.collect();
    if problems.is_empty() { Ok(rules) } else { Err(Error::Invalid(problems)) }
}

fn one(body: &RuleBody, place: &str, names: &Names, problems: &mut Vec<FieldError>) -> Rule {
    let mut rule = Rule {
        name: body.name.clone(),
        enabled: body.enabled,
        any: body.any,
        stop: body.stop,
        ..Rule::default()
    };
    let mut note = |field: String, error: Error| match error {
        Error::Invalid(list) => {
            problems.extend(list.into_iter().map(|one| FieldError { field: field.clone(), ..one }));
        }
        other => problems.push(FieldError { field, message: other.to_string().into() }),
    };
    match page::word("mails", &body.mails) {
        Ok(mails) => rule.mails = mails,
        Err(error) => note(format!("{place}.mails"), error),
    }
    for (at, one) in body.conditions.iter().enumerate() {
        match (page::word("on", &one.on), page::word("test", &one.test)) {
            (Ok(on), Ok(test)) => rule.conditions.push(Condition {
                on,
                test,
                header: one.header.trim().to_owned(),
                value: one.value.clone(),
            }),
            (on, test) => {
                if let Err(error) = on {
                    note(format!("{place}.conditions.{at}.on"), error);
                }
                if let Err(error) = test {
                    note(format!("{place}.conditions.{at}.test"), error);
                }
            }
        }
    }
    let does = &body.actions;
    let at = |field: &str| format!("{place}.actions.{field}");
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    rule.actions = Actions {
        hours: does.hours,
        tags: does.tags.iter().map(|tag| tag.trim().to_owned()).collect(),
        quiet: does.no_auto_response,
        customer: given(&does.customer)
            .map(CustomerFrom::Address)
            .or_else(|| given(&does.customer_header).map(CustomerFrom::Header)),
        ..Actions::default()
    };
    if let Some(name) = given(&does.queue) {
        match names.queues.iter().find(|queue| queue.name == name) {
            Some(queue) => rule.actions.queue = Some(queue.id),
            None => note(at("queue"), Error::invalid("queue", say!("filter-refused-queue"))),
        }
    }
    if let Some(login) = given(&does.owner) {
        match names.agents.iter().find(|agent| agent.login == login.to_lowercase()) {
            Some(agent) => rule.actions.owner = Some(agent.id),
            None => note(at("owner"), Error::invalid("owner", say!("filter-refused-owner"))),
        }
    }
    if let Some(word) = given(&does.priority) {
        match names.terms.wanted_priority("priority", &word) {
            Ok(priority) => rule.actions.priority = Some(priority.level()),
            Err(error) => note(at("priority"), error),
        }
    }
    if let Some(word) = given(&does.state) {
        match names.terms.wanted_state("state", &word) {
            Ok(state) => rule.actions.state = Some(state),
            Err(error) => note(at("state"), error),
        }
    }
    if let Some(word) = given(&does.aside) {
        match page::word("aside", &word) {
            Ok(aside) => rule.actions.aside = Some(aside),
            Err(error) => note(at("aside"), error),
        }
    }
    rule
}
