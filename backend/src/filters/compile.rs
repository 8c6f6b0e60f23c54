//! Rules made ready to be asked. All patterns that look at the same text are one automaton: a text is read once,
//! however many rules ask about it, and in time that grows with its length alone.

use std::collections::HashMap;

use regex::{RegexBuilder, RegexSet, RegexSetBuilder};

use super::{
    describe,
    facts::{Facts, hundredths},
    model::{Condition, On, Rule, Takes, Test},
    values::Source,
};
use crate::{
    error::{Error, Result, Sentence, say},
    i18n::Language,
};

/// The longest pattern, in characters.
pub(super) const PATTERN: usize = 1_000;
/// How large a single pattern may become, in bytes: what bounds its time per byte of text.
const COMPILED: usize = 128 * 1024;
/// How large all patterns for one text may become together.
const TOGETHER: usize = 4 * 1024 * 1024;
/// What their automaton may remember while it runs.
const MEMORY: usize = 2 * 1024 * 1024;
/// How deep a pattern may be nested.
const NESTING: u32 = 50;

/// A version of the rules, ready to be asked.
#[derive(Debug, Default)]
pub struct Compiled {
    /// Which version; 0 before there is one.
    pub version: i64,
    /// As they stand.
    pub rules: Vec<Rule>,
    /// Per rule and condition.
    programs: Vec<Vec<Program>>,
    /// What the recorder says when a condition held, per rule and condition.
    reasons: Vec<Vec<String>>,
    sources: Vec<(Source, RegexSet)>,
}

#[derive(Clone, Debug)]
enum Program {
    /// A text passes this pattern of that source.
    Text { source: usize, pattern: usize, negative: bool },
    /// That source has a text that is not empty.
    There { source: usize, negative: bool },
    /// A word of the mail is this one.
    Word { on: On, word: String, negative: bool },
    /// A number of the mail lies on this side.
    Number { on: On, bound: i64, least: bool },
}

/// The rules whose conditions hold for a mail, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits(Vec<Hit>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Hit {
    rule: usize,
    /// The conditions that held.
    because: Vec<usize>,
}

impl Hits {
    /// Positions of the rules.
    pub fn rules(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|hit| hit.rule)
    }
}

impl Compiled {
    /// A version without rules.
    pub(super) fn none(version: i64) -> Self {
        Self { version, ..Self::default() }
    }

    /// Makes rules ready.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a pattern that is none or too large.
    pub fn new(version: i64, rules: Vec<Rule>) -> Result<Self> {
        let mut sources = Vec::new();
        let mut patterns: Vec<Vec<String>> = Vec::new();
        let mut at: HashMap<Source, usize> = HashMap::new();
        let mut source_of = |condition: &Condition, patterns: &mut Vec<Vec<String>>| {
            let source = Source { on: condition.on, header: condition.header.to_lowercase() };
            *at.entry(source.clone()).or_insert_with(|| {
                sources.push(source);
                patterns.push(Vec::new());
                sources.len() - 1
            })
        };
        let mut programs = Vec::with_capacity(rules.len());
        for rule in &rules {
            let mut of_rule = Vec::with_capacity(rule.conditions.len());
            for condition in &rule.conditions {
                let negative = condition.test.is_negative();
                of_rule.push(match (condition.on.takes(), condition.test.has_value()) {
                    (Takes::Text, true) => {
                        let source = source_of(condition, &mut patterns);
                        let list = patterns.get_mut(source).ok_or(Error::NotFound)?;
                        list.push(pattern(condition));
                        Program::Text { source, pattern: list.len() - 1, negative }
                    }
                    (Takes::Text, false) => {
                        Program::There { source: source_of(condition, &mut patterns), negative }
                    }
                    (Takes::Word(_), _) => {
                        Program::Word { on: condition.on, word: condition.value.clone(), negative }
                    }
                    (Takes::Number, _) => Program::Number {
                        on: condition.on,
                        bound: bound(condition).unwrap_or_default(),
                        least: condition.test == Test::AtLeast,
                    },
                });
            }
            programs.push(of_rule);
        }
        let sources = sources
            .into_iter()
            .zip(patterns)
            .map(|(source, patterns)| Ok((source, together(&patterns)?)))
            .collect::<Result<Vec<_>>>()?;
        let english = Language::english();
        let reasons = rules
            .iter()
            .map(|rule| rule.conditions.iter().map(|one| describe::condition(one, &english)).collect())
            .collect();
        Ok(Self { version, rules, programs, reasons, sources })
    }

    /// Finds the rules whose conditions hold. Takes CPU time: call it off the asynchronous threads and outside of a
    /// transaction.
    pub fn look(&self, facts: &Facts<'_>) -> Hits {
        let mut seen = Seen { compiled: self, facts, texts: vec![None; self.sources.len()] };
        let mut hits = Vec::new();
        for (position, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.enabled) {
            let programs = self.programs.get(position).map_or(&[][..], Vec::as_slice);
            let mut because = Vec::new();
            for (at, program) in programs.iter().enumerate() {
                if seen.holds(program) {
                    because.push(at);
                    if rule.any {
                        break;
                    }
                } else if !rule.any {
                    because.clear();
                    break;
                }
            }
            let enough = if rule.any { 1 } else { programs.len() };
            if programs.is_empty() || because.len() == enough {
                hits.push(Hit { rule: position, because });
            }
        }
        Hits(hits)
    }

    /// The rules of these hits, each with what the recorder says about why it matched.
    pub(super) fn matched<'a>(&'a self, hits: &'a Hits) -> impl Iterator<Item = (usize, &'a Rule, String)> {
        hits.0.iter().filter_map(|hit| {
            let reasons = self.reasons.get(hit.rule)?;
            let held: Vec<&str> =
                hit.because.iter().filter_map(|at| reasons.get(*at)).map(String::as_str).collect();
            let because =
                if held.is_empty() { "it speaks of every mail".to_owned() } else { held.join(", ") };
            Some((hit.rule, self.rules.get(hit.rule)?, because))
        })
    }
}

/// What was found out about one mail's texts so far.
struct Seen<'c, 'f> {
    compiled: &'c Compiled,
    facts: &'f Facts<'f>,
    texts: Vec<Option<Texts>>,
}

#[derive(Clone)]
struct Texts {
    there: bool,
    passed: Vec<bool>,
}

impl Seen<'_, '_> {
    fn holds(&mut self, program: &Program) -> bool {
        match program {
            Program::Text { source, pattern, negative } => {
                let passed =
                    self.texts(*source).is_some_and(|texts| texts.passed.get(*pattern) == Some(&true));
                passed != *negative
            }
            Program::There { source, negative } => {
                self.texts(*source).is_some_and(|texts| texts.there) != *negative
            }
            Program::Word { on, word, negative } => (self.word(*on) == word) != *negative,
            Program::Number { on, bound, least } => {
                let number = if *on == On::Size { Some(self.facts.size) } else { self.facts.spam_score() };
                number.is_some_and(|number| if *least { number >= *bound } else { number <= *bound })
            }
        }
    }

    fn word(&self, on: On) -> &str {
        match on {
            On::Classification => self.facts.kind(),
            On::Spam => self.facts.spam(),
            On::Spf => self.facts.authentication.spf.as_str(),
            On::Dkim => self.facts.authentication.dkim.as_str(),
            On::Dmarc => self.facts.authentication.dmarc.as_str(),
            _ => "",
        }
    }

    fn texts(&mut self, source: usize) -> Option<&Texts> {
        let (of, set) = self.compiled.sources.get(source)?;
        let facts = self.facts;
        let slot = self.texts.get_mut(source)?;
        Some(slot.get_or_insert_with(|| {
            let mut texts = Texts { there: false, passed: vec![false; set.len()] };
            of.each(facts, &mut |text| {
                texts.there |= !text.trim().is_empty();
                for passed in set.matches(&text) {
                    if let Some(slot) = texts.passed.get_mut(passed) {
                        *slot = true;
                    }
                }
            });
            texts
        }))
    }
}

/// A number as it is compared: sizes in bytes, scores in hundredths.
pub(super) fn bound(condition: &Condition) -> Option<i64> {
    match condition.on {
        On::Size => condition.value.trim().parse::<u32>().ok().map(|kb| i64::from(kb) * 1_000),
        _ => hundredths(condition.value.trim()),
    }
}

/// The pattern that a text condition looks for, its negation left aside.
pub(super) fn pattern(condition: &Condition) -> String {
    let value = condition.value.as_str();
    match condition.test {
        Test::Matches | Test::MatchesNot => value.to_owned(),
        Test::Is | Test::IsNot => format!(r"\A{}\z", regex::escape(value.trim())),
        Test::Begins => format!(r"\A{}", regex::escape(value)),
        Test::Ends => format!(r"{}\z", regex::escape(value)),
        _ => regex::escape(value),
    }
}

fn together(patterns: &[String]) -> Result<RegexSet> {
    RegexSetBuilder::new(patterns)
        .case_insensitive(true)
        .multi_line(true)
        .nest_limit(NESTING)
        .size_limit(TOGETHER)
        .dfa_size_limit(MEMORY)
        .build()
        .map_err(|_| Error::invalid("rules", say!("filter-refused-together")))
}

/// One pattern alone: what is wrong with it, if anything.
pub(super) fn alone(pattern: &str) -> std::result::Result<regex::Regex, Sentence> {
    if pattern.chars().count() > PATTERN {
        return Err(say!("filter-refused-pattern-long", most = PATTERN));
    }
    let built = RegexBuilder::new(pattern)
        .case_insensitive(true)
        .multi_line(true)
        .nest_limit(NESTING)
        .size_limit(COMPILED)
        .dfa_size_limit(MEMORY)
        .build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => say!("filter-refused-pattern-large"),
        other => {
            // The library draws the place below the pattern, over several lines; its last one says what is wrong.
            let text = other.to_string();
            let why = text.lines().last().unwrap_or_default().trim_start_matches("error:").trim().to_owned();
            say!("filter-refused-pattern", why = why)
        }
    })
}
