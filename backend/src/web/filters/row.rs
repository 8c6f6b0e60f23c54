//! One condition in the form: all of its fields are always there, and styles show those that its kind needs.

use std::vec::IntoIter;

use serde::Serialize;

use crate::{
    filters::{Condition, KINDS, On, RESULTS, SPAM, Takes, Test, describe_word},
    i18n::Language,
    web::{fields::Fields, view::Choice},
};

/// A condition as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub on: String,
    pub header: String,
    pub test: String,
    pub value: String,
}

/// What is wrong with a condition.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct RowErrors {
    pub header: String,
    pub test: String,
    pub value: String,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct RowView {
    at: usize,
    header: String,
    value: String,
    ons: Vec<Choice>,
    tests: Vec<Choice>,
    kinds: Vec<Choice>,
    spams: Vec<Choice>,
    results: Vec<Choice>,
    errors: RowErrors,
}

impl Row {
    pub(super) fn of(condition: &Condition) -> Self {
        Self {
            on: condition.on.as_str().to_owned(),
            header: condition.header.clone(),
            test: condition.test.as_str().to_owned(),
            value: condition.value.clone(),
        }
    }

    /// The rows of a form. One that looks at nothing was left empty.
    pub(super) fn read(form: &Fields) -> Vec<Self> {
        let all = |name: &str| form.all(name).into_iter();
        let (mut headers, mut tests, mut texts) = (all("c_header"), all("c_test"), all("c_value"));
        let (mut kinds, mut spams, mut results) = (all("c_kind"), all("c_spam"), all("c_result"));
        let mut rows = Vec::new();
        for on in form.all("c_on") {
            let next = |from: &mut IntoIter<String>| from.next().unwrap_or_default();
            let (header, test, text) = (next(&mut headers), next(&mut tests), next(&mut texts));
            let (kind, spam, result) = (next(&mut kinds), next(&mut spams), next(&mut results));
            let value = match on.parse::<On>() {
                Ok(On::Classification) => kind,
                Ok(On::Spam) => spam,
                Ok(On::Spf | On::Dkim | On::Dmarc) => result,
                _ => text,
            };
            rows.push(Self { on, header: header.trim().to_owned(), test, value });
        }
        rows
    }

    /// The condition that it means; `None` for an empty row.
    pub(super) fn condition(&self) -> Option<Condition> {
        let on: On = self.on.parse().ok()?;
        let test: Test = self.test.parse().unwrap_or(Test::Contains);
        // Whatever way of comparing is chosen beside a word: it is this one, or it is not.
        let test = match on.takes() {
            Takes::Word(_) if test.is_negative() => Test::IsNot,
            Takes::Word(_) => Test::Is,
            _ => test,
        };
        let value = if test.has_value() { self.value.clone() } else { String::new() };
        let value = if on.takes() == Takes::Text { value } else { value.trim().to_owned() };
        let header = if on == On::Header { self.header.clone() } else { String::new() };
        Some(Condition { on, header, test, value })
    }

    pub(super) fn view(&self, at: usize, errors: RowErrors, language: &Language) -> RowView {
        let choose = |words: &[&str], on: On| -> Vec<Choice> {
            let one =
                |word: &&str| Choice::new(*word, describe_word(on, word, language), *word == self.value);
            words.iter().map(one).collect()
        };
        let ons = On::ALL.iter().map(|on| {
            let label = language.tr(&format!("filter-on-{}", on.as_str()));
            Choice::new(on.as_str(), label, on.as_str() == self.on)
        });
        let tests = Test::ALL.iter().map(|test| {
            let label = language.tr(&format!("filter-test-{}", test.as_str()));
            Choice::new(test.as_str(), label, test.as_str() == self.test)
        });
        RowView {
            at,
            header: self.header.clone(),
            value: self.value.clone(),
            ons: ons.collect(),
            tests: tests.collect(),
            kinds: choose(KINDS, On::Classification),
            spams: choose(SPAM, On::Spam),
            results: choose(RESULTS, On::Spf),
            errors,
        }
    }
}
