//! A rule as a form, and back.

use serde::Serialize;

use super::{
    base,
    row::{Row, RowErrors, RowView},
};
use crate::{
    db::Status,
    error::FieldError,
    filters::{Actions, Aside, CustomerFrom, Mails, Names, On, Rule},
    i18n::Language,
    web::{fields::Fields, view::Choice},
};

/// The fields of the form. Those of a condition come once for each row, in its order.
pub(super) const FIELDS: [&str; 26] = [
    "version",
    "at",
    "then",
    "name",
    "mails",
    "mails_n",
    "enabled",
    "any",
    "stop",
    "queue",
    "owner",
    "priority",
    "state",
    "hours",
    "tags",
    "aside",
    "quiet",
    "customer",
    "customer_header",
    "c_on",
    "c_header",
    "c_test",
    "c_value",
    "c_kind",
    "c_spam",
    "c_result",
];

/// A rule as typed.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    /// Its position from 1; `None` for a new one.
    pub at: Option<usize>,
    pub version: i64,
    pub name: String,
    pub enabled: bool,
    pub mails: String,
    pub any: bool,
    pub stop: bool,
    pub rows: Vec<Row>,
    pub queue: String,
    pub priority: String,
    pub state: String,
    pub hours: String,
    pub owner: String,
    pub tags: String,
    pub aside: String,
    pub quiet: bool,
    pub customer: String,
    pub customer_header: String,
}

/// What is wrong with it.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Errors {
    pub name: String,
    pub conditions: String,
    pub actions: String,
    pub queue: String,
    pub state: String,
    pub hours: String,
    pub owner: String,
    pub tags: String,
    pub customer: String,
    #[serde(skip)]
    pub rows: Vec<RowErrors>,
}

#[derive(Serialize)]
pub(super) struct FormView {
    at: Option<usize>,
    version: i64,
    name: String,
    enabled: bool,
    any: bool,
    stop: bool,
    mails: Vec<Choice>,
    rows: Vec<RowView>,
    queues: Vec<Choice>,
    priorities: Vec<Choice>,
    states: Vec<Choice>,
    hours: String,
    owners: Vec<Choice>,
    tags: String,
    asides: Vec<Choice>,
    quiet: bool,
    customer: String,
    customer_header: String,
}

impl Form {
    /// A rule that there is.
    pub(super) fn of(rule: &Rule, at: Option<usize>, version: i64) -> Self {
        let does = &rule.actions;
        let (customer, customer_header) = match &does.customer {
            Some(CustomerFrom::Address(address)) => (address.clone(), String::new()),
            Some(CustomerFrom::Header(name)) => (String::new(), name.clone()),
            None => Default::default(),
        };
        let text = |value: Option<String>| value.unwrap_or_default();
        Self {
            at,
            version,
            name: rule.name.clone(),
            enabled: rule.enabled,
            mails: rule.mails.as_str().to_owned(),
            any: rule.any,
            stop: rule.stop,
            rows: rule.conditions.iter().map(Row::of).collect(),
            queue: text(does.queue.map(|id| id.to_string())),
            priority: text(does.priority.map(|level| level.to_string())),
            state: text(does.state.map(|state| state.to_string())),
            hours: text(does.hours.map(|hours| hours.to_string())),
            owner: text(does.owner.map(|id| id.to_string())),
            tags: does.tags.join(", "),
            aside: does.aside.map_or("", Aside::as_str).to_owned(),
            quiet: does.quiet,
            customer,
            customer_header,
        }
    }

    /// What was typed.
    pub(super) fn read(form: &Fields) -> Self {
        let text = |name: &str| form.one(name).trim().to_owned();
        let is_on = |name: &str| !form.one(name).is_empty();
        Self {
            at: form.one("at").parse().ok(),
            version: base(form).unwrap_or_default(),
            name: text("name"),
            enabled: is_on("enabled"),
            mails: text("mails"),
            any: form.one("any") == "any",
            stop: is_on("stop"),
            rows: Row::read(form),
            queue: text("queue"),
            priority: text("priority"),
            state: text("state"),
            hours: text("hours"),
            owner: text("owner"),
            tags: text("tags"),
            aside: text("aside"),
            quiet: is_on("quiet"),
            customer: text("customer"),
            customer_header: text("customer_header"),
        }
    }

    /// The rule that it means, and which row each of its conditions comes from.
    pub(super) fn rule(&self) -> (Rule, Vec<usize>) {
        let rows = self.rows.iter().enumerate().filter_map(|(at, row)| Some((at, row.condition()?)));
        let (places, conditions) = rows.unzip();
        let customer = match (self.customer.as_str(), self.customer_header.as_str()) {
            ("", "") => None,
            ("", header) => Some(CustomerFrom::Header(header.to_owned())),
            (address, _) => Some(CustomerFrom::Address(address.to_owned())),
        };
        let state: Option<Status> = self.state.parse().ok();
        let tags = self.tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        let rule = Rule {
            name: self.name.clone(),
            enabled: self.enabled,
            mails: self.mails.parse().unwrap_or(Mails::New),
            any: self.any,
            conditions,
            actions: Actions {
                queue: self.queue.parse().ok(),
                priority: self.priority.parse().ok(),
                state,
                // The field stays filled when another state is chosen.
                hours: self.hours.parse().ok().filter(|_| state.is_some_and(Status::is_pending)),
                owner: self.owner.parse().ok(),
                tags: tags.map(str::to_owned).collect(),
                aside: self.aside.parse().ok(),
                quiet: self.quiet,
                customer,
            },
            stop: self.stop,
        };
        (rule, places)
    }

    pub(super) fn view(&self, errors: &Errors, names: &Names, language: &Language) -> FormView {
        let none = |key: &str, chosen: &str| Choice::new("", language.tr(key), chosen.is_empty());
        let unchanged = |chosen: &str| none("filter-unchanged", chosen);
        let retired = |name: &str| language.tr_with("filter-retired-choice", &[("name", name)]);
        let queues = names.queues.iter().filter_map(|queue| {
            let (value, chosen) = (queue.id.to_string(), queue.id.to_string() == self.queue);
            match queue.retired_at {
                None => Some(Choice::new(value, queue.name.clone(), chosen)),
                Some(_) => chosen.then(|| Choice::new(value, retired(&queue.name), true)),
            }
        });
        let owners = names.agents.iter().filter_map(|agent| {
            let (value, chosen) = (agent.id.to_string(), agent.id.to_string() == self.owner);
            if names.is_active(agent) {
                return Some(Choice::new(value, agent.name.clone(), chosen));
            }
            chosen.then(|| Choice::new(value, retired(&agent.name), true))
        });
        let terms = &names.terms;
        let priorities = terms.offered_priorities(self.priority.parse().ok()).into_iter().map(|priority| {
            let level = priority.level().to_string();
            Choice::new(level.clone(), terms.priority(priority, language), level == self.priority)
        });
        let states = terms.offered(self.state.parse().ok()).into_iter().map(|state| {
            Choice::new(state.to_string(), terms.state(state, language), state.to_string() == self.state)
        });
        let asides = Aside::ALL.iter().map(|aside| {
            let label = language.tr(&format!("filter-aside-{}", aside.as_str()));
            Choice::new(aside.as_str(), label, aside.as_str() == self.aside)
        });
        let mails = Mails::ALL.iter().map(|mails| {
            let label = language.tr(&format!("filter-mails-{}", mails.as_str()));
            Choice::new(mails.as_str(), label, mails.as_str() == self.mails)
        });
        let rows = self.rows.iter().enumerate();
        let row = |(at, row): (usize, &Row)| {
            row.view(at, errors.rows.get(at).cloned().unwrap_or_default(), language)
        };
        FormView {
            at: self.at,
            version: self.version,
            name: self.name.clone(),
            enabled: self.enabled,
            any: self.any,
            stop: self.stop,
            mails: mails.collect(),
            rows: rows.map(row).collect(),
            queues: std::iter::once(unchanged(&self.queue)).chain(queues).collect(),
            priorities: std::iter::once(unchanged(&self.priority)).chain(priorities).collect(),
            states: std::iter::once(unchanged(&self.state)).chain(states).collect(),
            hours: self.hours.clone(),
            owners: std::iter::once(unchanged(&self.owner)).chain(owners).collect(),
            tags: self.tags.clone(),
            asides: std::iter::once(none("filter-aside-none", &self.aside)).chain(asides).collect(),
            quiet: self.quiet,
            customer: self.customer.clone(),
            customer_header: self.customer_header.clone(),
        }
    }
}

impl Errors {
    /// Those of one rule, at its place in the list; `rows` says which row of the form each condition is.
    pub(super) fn of(
        problems: Vec<FieldError>,
        at: usize,
        rule: &Rule,
        rows: &[usize],
        language: &Language,
    ) -> Self {
        let mut errors = Self::default();
        let prefix = format!("rules.{at}.");
        for FieldError { field, message } in problems {
            let message = message.in_language(language);
            // What is wrong with another rule, or with all together, stands above the form.
            let Some(field) = field.strip_prefix(&prefix) else {
                errors.actions = message;
                continue;
            };
            let mut parts = field.split('.');
            match (parts.next(), parts.next(), parts.next()) {
                (Some("name"), ..) => errors.name = message,
                (Some("conditions"), Some(number), Some(which)) => {
                    errors.row(number, which, message, rule, rows, language);
                }
                (Some("conditions"), ..) => errors.conditions = message,
                (_, Some("queue"), _) => errors.queue = message,
                (_, Some("state"), _) => errors.state = message,
                (_, Some("hours"), _) => errors.hours = message,
                (_, Some("owner"), _) => errors.owner = message,
                (_, Some("tags"), _) => errors.tags = message,
                (_, Some("customer"), _) => errors.customer = message,
                _ => errors.actions = message,
            }
        }
        errors
    }

    fn row(
        &mut self,
        number: &str,
        which: &str,
        message: String,
        rule: &Rule,
        rows: &[usize],
        language: &Language,
    ) {
        let Ok(number) = number.parse::<usize>() else { return };
        let Some(at) = rows.get(number) else { return };
        if self.rows.len() <= *at {
            self.rows.resize_with(at + 1, RowErrors::default);
        }
        let Some(errors) = self.rows.get_mut(*at) else { return };
        match which {
            "header" => errors.header = message,
            // In the words of the form instead of those of programs.
            "test" => {
                let on = rule.conditions.get(number).map_or(On::Subject, |condition| condition.on);
                let tests =
                    on.tests().iter().map(|test| language.tr(&format!("filter-test-{}", test.as_str())));
                let words = tests.collect::<Vec<_>>().join(", ");
                errors.test = language.tr_with("filter-refused-test", &[("words", &words)]);
            }
            _ => errors.value = message,
        }
    }
}
