//! Rules that can never match, or whose deeds can never be done. What is said here is certain; rules that merely
//! have not matched anything so far are found by a dry run.

use std::collections::HashSet;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::{
    compile::{alone, bound, pattern},
    model::{Actions, Condition, Mails, Rule, Takes, Test},
    names::Names,
    values::Source,
};
use crate::error::{Sentence, say};

/// Something about a rule that its author should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The rule's position.
    pub rule: usize,
    /// What is the matter, and what to do.
    pub text: Sentence,
}

/// Looks for them.
pub fn remarks(rules: &[Rule], names: &Names) -> Vec<Remark> {
    let mut found = Vec::new();
    for (at, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.enabled) {
        if let Some(text) = behind(rule, rules.get(..at).unwrap_or_default()) {
            found.push(Remark { rule: at, text });
        }
        if let Some(text) = impossible(rule) {
            found.push(Remark { rule: at, text });
        }
        found.extend(in_vain(rule, names).into_iter().map(|text| Remark { rule: at, text }));
    }
    found
}

/// An earlier rule that ends the list for each mail that this one could match.
fn behind(rule: &Rule, earlier: &[Rule]) -> Option<Sentence> {
    let covers = |first: &&Rule| {
        first.enabled
            && first.ends()
            && (first.mails == Mails::Both || first.mails == rule.mails)
            && wider(first, rule)
    };
    let first = earlier.iter().find(covers)?;
    Some(if first.conditions.is_empty() {
        say!("filter-remark-behind-all", name = first.name)
    } else {
        say!("filter-remark-behind", name = first.name)
    })
}

/// Whether each mail that `rule` matches is matched by `first`, as far as that shows from equal conditions.
fn wider(first: &Rule, rule: &Rule) -> bool {
    let ours: HashSet<&Condition> = rule.conditions.iter().collect();
    let theirs: HashSet<&Condition> = first.conditions.iter().collect();
    if theirs.is_empty() {
        return true;
    }
    if ours.is_empty() {
        return false;
    }
    let (ours_any, theirs_any) = (rule.any && ours.len() > 1, first.any && theirs.len() > 1);
    match (theirs_any, ours_any) {
        // All of theirs are among all of ours.
        (false, false) => theirs.is_subset(&ours),
        // One of theirs is among all of ours.
        (true, false) => !theirs.is_disjoint(&ours),
        // Whichever of ours holds is one of theirs.
        (true, true) => ours.is_subset(&theirs),
        (false, true) => false,
    }
}

/// Conditions that no mail can fulfil.
fn impossible(rule: &Rule) -> Option<Sentence> {
    let never: Vec<Option<Sentence>> = rule.conditions.iter().map(never).collect();
    if rule.any {
        return if !never.is_empty() && never.iter().all(Option::is_some) {
            never.into_iter().next()?
        } else {
            None
        };
    }
    if let Some(text) = never.into_iter().flatten().next() {
        return Some(text);
    }
    let pairs = rule.conditions.iter().enumerate();
    for (at, one) in pairs {
        for other in rule.conditions.get(at + 1..).unwrap_or_default() {
            if contradict(one, other) || contradict(other, one) {
                let language = crate::i18n::Language::english();
                let [one, other] = [one, other].map(|one| super::describe::condition(one, &language));
                return Some(say!("filter-remark-contradiction", one = one, other = other));
            }
        }
    }
    None
}

/// A condition that holds for no mail by itself.
fn never(condition: &Condition) -> Option<Sentence> {
    if condition.test != Test::Matches {
        return None;
    }
    let syntax = regex_syntax::parse(&condition.value).ok()?;
    if possible(&syntax) { None } else { Some(say!("filter-remark-empty-class", pattern = condition.value)) }
}

/// Whether any text matches, empty ones included.
fn possible(pattern: &Hir) -> bool {
    match pattern.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => true,
        HirKind::Class(Class::Unicode(class)) => !class.ranges().is_empty(),
        HirKind::Class(Class::Bytes(class)) => !class.ranges().is_empty(),
        HirKind::Repetition(repeated) => repeated.min == 0 || possible(&repeated.sub),
        HirKind::Capture(group) => possible(&group.sub),
        HirKind::Concat(all) => all.iter().all(possible),
        HirKind::Alternation(any) => any.iter().any(possible),
    }
}

/// Whether the second cannot hold where the first does.
fn contradict(one: &Condition, other: &Condition) -> bool {
    let source = |condition: &Condition| Source { on: condition.on, header: condition.header.to_lowercase() };
    if source(one) != source(other) {
        return false;
    }
    match one.on.takes() {
        Takes::Word(_) => one.test == Test::Is && (other.test == Test::Is) != (one.value == other.value),
        Takes::Number => match (one.test, other.test, bound(one), bound(other)) {
            (Test::AtLeast, Test::AtMost, Some(least), Some(most)) => least > most,
            _ => false,
        },
        Takes::Text => {
            let opposite = |a: Test, b: Test| {
                matches!(
                    (a, b),
                    (Test::Contains, Test::ContainsNot)
                        | (Test::Is, Test::IsNot)
                        | (Test::Matches, Test::MatchesNot)
                        | (Test::Exists, Test::Missing)
                )
            };
            if opposite(one.test, other.test) && one.value == other.value {
                return true;
            }
            if other.test == Test::Missing && !one.test.is_negative() && !one.value.is_empty() {
                return matches!(one.test, Test::Contains | Test::Is | Test::Begins | Test::Ends)
                    && !one.value.trim().is_empty();
            }
            // What is exactly one text passes another test or does not, wherever there is only one text.
            if one.test != Test::Is || !other.test.has_value() || !source(one).is_single() {
                return false;
            }
            let text = one.value.trim();
            alone(&pattern(other)).is_ok_and(|regex| regex.is_match(text) == other.test.is_negative())
        }
    }
}

/// Deeds that cannot be done.
fn in_vain(rule: &Rule, names: &Names) -> Vec<Sentence> {
    let mut found = Vec::new();
    match rule.actions.queue.map(|id| names.queue(id)) {
        Some(None) => found.push(say!("filter-remark-queue-gone")),
        Some(Some(queue)) if queue.retired_at.is_some() => {
            found.push(say!("filter-remark-queue-retired", name = queue.name));
        }
        _ => {}
    }
    match rule.actions.owner.map(|id| names.agent(id)) {
        Some(None) => found.push(say!("filter-remark-owner-gone")),
        Some(Some(agent)) if !names.is_active(agent) => {
            found.push(say!("filter-remark-owner-retired", name = agent.name));
        }
        _ => {}
    }
    let state = rule.actions.state.and_then(|state| state.named).and_then(|id| names.terms.named(id));
    if let Some(state) = state.filter(|state| state.is_retired()) {
        found.push(say!("filter-remark-term-retired", name = state.name));
    }
    let priority = rule.actions.priority.and_then(|level| level.to_string().parse().ok());
    if let Some(priority) = priority.filter(|of| !names.terms.offered_priorities(None).contains(of)) {
        found.push(say!("filter-remark-term-retired", name = names.terms.priority_word(priority)));
    }
    if rule.actions.customer.is_some() && rule.mails == Mails::FollowUp {
        found.push(say!("filter-remark-customer"));
    }
    let rest = Actions { aside: None, ..rule.actions.clone() };
    if rule.actions.aside.is_some() && rest != Actions::default() {
        found.push(say!("filter-remark-aside"));
    }
    found
}
