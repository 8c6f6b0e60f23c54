//! Rules in words.

use super::{
    model::{Actions, Aside, Condition, CustomerFrom, On, Takes},
    names::Names,
};
use crate::{db::Priority, i18n::Language};

/// A condition as a part of a sentence: `subject contains “invoice”`.
pub fn condition(condition: &Condition, language: &Language) -> String {
    let on = match condition.on {
        On::Header => language.tr_with("filter-on-named-header", &[("name", &condition.header)]),
        on => language.tr(&format!("filter-on-{}", on.as_str())),
    };
    let test = language.tr(&format!("filter-test-{}", condition.test.as_str()));
    if !condition.test.has_value() {
        return language.tr_with("filter-says-bare", &[("on", &on), ("test", &test)]);
    }
    let value = match condition.on.takes() {
        Takes::Word(_) => word(condition.on, &condition.value, language),
        Takes::Number if condition.on == On::Size => {
            language.tr_with("filter-kb", &[("n", &condition.value)])
        }
        Takes::Number => condition.value.clone(),
        Takes::Text => {
            let shown: String = condition.value.chars().take(80).collect();
            let dots = if condition.value.chars().count() > 80 { "…" } else { "" };
            language.tr_with("filter-quoted", &[("text", &format!("{shown}{dots}"))])
        }
    };
    language.tr_with("filter-says", &[("on", &on), ("test", &test), ("value", &value)])
}

/// A word of a closed set as people read it.
pub fn word(on: On, value: &str, language: &Language) -> String {
    let key = match on {
        On::Classification => format!("filter-kind-{value}"),
        On::Spam => format!("filter-spam-{value}"),
        _ => format!("filter-result-{value}"),
    };
    language.find(&key, None).unwrap_or_else(|| value.to_owned())
}

/// What a rule does, each thing as a part of a sentence: `queue Billing`, `priority high`.
pub fn actions(does: &Actions, names: &Names, language: &Language) -> Vec<String> {
    let mut said = Vec::new();
    let gone = || language.tr("filter-gone");
    match does.aside {
        Some(Aside::Ignore) => said.push(language.tr("filter-does-ignore")),
        Some(Aside::Quarantine) => said.push(language.tr("filter-does-quarantine")),
        None => {}
    }
    if let Some(id) = does.queue {
        let name = names.queue(id).map_or_else(gone, |queue| queue.name.clone());
        said.push(language.tr_with("filter-does-queue", &[("name", &name)]));
    }
    if let Some(level) = does.priority {
        let known = level.to_string().parse::<Priority>();
        let name = known.map_or_else(|_| gone(), |priority| names.terms.priority(priority, language));
        said.push(language.tr_with("filter-does-priority", &[("name", &name)]));
    }
    if let Some(state) = does.state {
        let name = names.terms.state(state, language);
        said.push(match does.hours.filter(|_| state.is_pending()) {
            Some(hours) => {
                let hours = hours.to_string();
                language.tr_with("filter-does-state-hours", &[("name", &name), ("n", &hours)])
            }
            None => language.tr_with("filter-does-state", &[("name", &name)]),
        });
    }
    if let Some(id) = does.owner {
        let name = names.agent(id).map_or_else(gone, |agent| agent.name.clone());
        said.push(language.tr_with("filter-does-owner", &[("name", &name)]));
    }
    for tag in &does.tags {
        said.push(language.tr_with("filter-does-tag", &[("tag", tag)]));
    }
    match &does.customer {
        Some(CustomerFrom::Address(address)) => {
            said.push(language.tr_with("filter-does-customer", &[("address", address)]));
        }
        Some(CustomerFrom::Header(name)) => {
            said.push(language.tr_with("filter-does-customer-header", &[("name", name)]));
        }
        None => {}
    }
    if does.quiet {
        said.push(language.tr("filter-does-quiet"));
    }
    said
}
