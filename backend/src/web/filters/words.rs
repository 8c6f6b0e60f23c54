//! Rules in the reader's words.

use serde::Serialize;

use crate::{
    filters::{Mails, Names, Rule, describe_actions, describe_condition},
    i18n::Language,
};

/// A part of what a rule says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Facet {
    /// Which part.
    pub label: String,
    /// What it says.
    pub text: String,
}

/// Of which mails it speaks.
pub fn mails(mails: Mails, language: &Language) -> String {
    language.tr(&format!("filter-mails-{}", mails.as_str()))
}

/// Its conditions as one sentence.
pub fn when(rule: &Rule, language: &Language) -> String {
    if rule.conditions.is_empty() {
        return language.tr("filter-every-mail");
    }
    let said: Vec<String> = rule.conditions.iter().map(|one| describe_condition(one, language)).collect();
    said.join(&language.tr(if rule.any { "filter-or" } else { "filter-and" }))
}

/// What it does as one sentence.
pub fn does(rule: &Rule, names: &Names, language: &Language) -> String {
    let said = describe_actions(&rule.actions, names, language);
    if said.is_empty() { language.tr("filter-does-nothing") } else { said.join(", ") }
}

/// All that it says.
pub fn facets(rule: &Rule, names: &Names, language: &Language) -> Vec<Facet> {
    let yes_no = |yes: bool| language.tr(if yes { "filter-yes" } else { "filter-no" });
    let all = [
        ("filter-part-enabled", yes_no(rule.enabled)),
        ("filter-part-mails", mails(rule.mails, language)),
        ("filter-part-when", when(rule, language)),
        ("filter-part-does", does(rule, names, language)),
        ("filter-part-stop", yes_no(rule.stop)),
    ];
    all.into_iter().map(|(key, text)| Facet { label: language.tr(key), text }).collect()
}
