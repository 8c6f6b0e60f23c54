//! What a rule may say at all. What it says in vain is another matter, see [`super::remarks`].

use std::ops::RangeInclusive;

use super::{
    compile::{self, Compiled, PATTERN},
    model::{Actions, Condition, CustomerFrom, On, Rule, Takes, Test},
    names::Names,
};
use crate::{
    db::Status,
    error::{Error, FieldError, Result, Sentence, say},
    terms::KINDS,
};

/// So many rules has a version at most.
const RULES: usize = 300;
/// So many conditions has a rule at most.
const CONDITIONS: usize = 30;
/// The longest name, in characters.
const NAME: usize = 100;
/// So many tags a rule puts on at most.
pub(super) const TAGS: usize = 10;
/// The longest tag, in characters.
const TAG: usize = 50;
/// For how long a rule may make a ticket wait, in hours: up to a year.
pub(super) const HOURS: RangeInclusive<u32> = 1..=8_784;

/// Whether a rule may set this state.
pub(super) fn settable(state: Status) -> bool {
    KINDS.contains(&state.kind)
}

/// Whether this is a tag.
pub(super) fn is_tag(tag: &str) -> bool {
    let wrong = |c: char| c.is_control() || c == ',';
    !tag.trim().is_empty() && tag.chars().count() <= TAG && !tag.contains(wrong)
}

/// Checks rules and makes them ready. Fields are named as `rules.0.conditions.1.value`.
///
/// # Errors
/// [`Error::Invalid`] with all that is wrong.
pub fn check(rules: Vec<Rule>, names: &Names) -> Result<Compiled> {
    let mut problems = Problems(Vec::new());
    if rules.len() > RULES {
        problems.add("rules".to_owned(), say!("filter-refused-many", most = RULES));
    }
    for (at, rule) in rules.iter().enumerate() {
        let place = format!("rules.{at}");
        let name = rule.name.trim();
        if name.is_empty() {
            problems.add(format!("{place}.name"), say!("filter-refused-name"));
        } else if name.chars().count() > NAME || name.chars().any(char::is_control) {
            problems.add(format!("{place}.name"), say!("filter-refused-name-long", most = NAME));
        }
        let same = |other: &&Rule| other.name.trim().to_lowercase() == name.to_lowercase();
        if !name.is_empty() && rules.iter().take(at).any(|other| same(&other)) {
            problems.add(format!("{place}.name"), say!("filter-refused-name-taken"));
        }
        if rule.conditions.len() > CONDITIONS {
            problems.add(format!("{place}.conditions"), say!("filter-refused-conditions", most = CONDITIONS));
        }
        for (number, one) in rule.conditions.iter().enumerate() {
            condition(&mut problems, &format!("{place}.conditions.{number}"), one);
        }
        actions(&mut problems, &format!("{place}.actions"), &rule.actions, names);
        if rule.actions == Actions::default() && !rule.stop {
            problems.add(format!("{place}.actions"), say!("filter-refused-nothing"));
        }
    }
    if !problems.0.is_empty() {
        return Err(Error::Invalid(problems.0));
    }
    Compiled::new(0, rules)
}

struct Problems(Vec<FieldError>);

impl Problems {
    fn add(&mut self, field: String, message: Sentence) {
        self.0.push(FieldError { field, message });
    }
}

fn condition(problems: &mut Problems, place: &str, one: &Condition) {
    let token = |c: char| c.is_ascii_graphic() && c != ':';
    if one.on == On::Header
        && (one.header.is_empty() || one.header.len() > 100 || !one.header.chars().all(token))
    {
        problems.add(format!("{place}.header"), say!("filter-refused-header"));
    }
    if !one.on.tests().contains(&one.test) {
        let words: Vec<&str> = one.on.tests().iter().map(|test| test.as_str()).collect();
        problems.add(format!("{place}.test"), say!("filter-refused-test", words = words.join(", ")));
        return;
    }
    let value = format!("{place}.value");
    if !one.test.has_value() {
        return;
    }
    match one.on.takes() {
        Takes::Word(words) => {
            if !words.contains(&one.value.as_str()) {
                problems.add(value, say!("filter-refused-word", words = words.join(", ")));
            }
        }
        Takes::Number => {
            if compile::bound(one).is_none() {
                problems.add(value, say!("filter-refused-number"));
            }
        }
        Takes::Text => {
            // The null sender is the only text that may be nothing.
            let may_be_empty = one.on == On::EnvelopeFrom && matches!(one.test, Test::Is | Test::IsNot);
            if one.value.is_empty() && !may_be_empty {
                problems.add(value, say!("filter-refused-empty"));
            } else if one.value.chars().count() > PATTERN || one.value.contains('\0') {
                problems.add(value, say!("filter-refused-pattern-long", most = PATTERN));
            } else if let Err(why) = compile::alone(&compile::pattern(one)) {
                problems.add(value, why);
            }
        }
    }
}

fn actions(problems: &mut Problems, place: &str, does: &Actions, names: &Names) {
    if does.queue.is_some_and(|id| names.queue(id).is_none()) {
        problems.add(format!("{place}.queue"), say!("filter-refused-queue"));
    }
    if does.owner.is_some_and(|id| names.agent(id).is_none()) {
        problems.add(format!("{place}.owner"), say!("filter-refused-owner"));
    }
    if does.priority.is_some_and(|level| !(1..=5).contains(&level)) {
        problems.add(format!("{place}.priority"), say!("filter-refused-priority"));
    }
    match does.state {
        Some(state) if !settable(state) || !names.knows(state) => {
            problems.add(format!("{place}.state"), say!("filter-refused-state"));
        }
        Some(state) if state.is_pending() && !does.hours.is_some_and(|hours| HOURS.contains(&hours)) => {
            problems.add(format!("{place}.hours"), say!("filter-refused-hours", most = HOURS.end()));
        }
        _ => {}
    }
    if does.tags.len() > TAGS || !does.tags.iter().all(|tag| is_tag(tag)) {
        problems.add(format!("{place}.tags"), say!("filter-refused-tags", most = TAGS, long = TAG));
    }
    let good = match &does.customer {
        None => true,
        Some(CustomerFrom::Address(address)) => mail_ingest::address::normalise(address).is_some(),
        Some(CustomerFrom::Header(name)) => {
            !name.is_empty() && name.len() <= 100 && name.chars().all(|c| c.is_ascii_graphic() && c != ':')
        }
    };
    if !good {
        problems.add(format!("{place}.customer"), say!("filter-refused-customer"));
    }
}
