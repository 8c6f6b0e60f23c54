//! What is looked for in the log as its reader sees it: stored it is English, and a word of his language stands in none of it.
//! Each word is looked for as it is, and as what it stands for here.

use super::words::{CUSTOMER_FIELDS, DETAILS, MORE, PATTERNS, SUBJECTS, WITHHELD};
use crate::audit::{Also, Part};
use crate::db::{Audited, Priority, State};
use crate::i18n::Language;
use crate::queues::calendars::DAYS;

/// A shorter word stands in too much to mean anything.
const SHORTEST: usize = 3;
/// So many meanings of one word are looked for; more of them find nearly everything.
const MOST: usize = 60;

/// Words that programs know: of what kind of entry, what their messages begin with, and whether they stand alone between
/// quotation marks.
const VALUES: &[(Option<Audited>, &str, bool)] = &[
    (None, "language-", true),
    (Some(Audited::AutoResponse), "answers-kind-", true),
    (Some(Audited::Mailbox), "mailbox-kind-", true),
    (Some(Audited::Mailbox), "mailbox-security-", true),
    (Some(Audited::Mailbox), "mailbox-auth-", true),
    (Some(Audited::Mailbox), "mailbox-after-", true),
    (Some(Audited::Mailbox), "mailbox-existing-", true),
    (Some(Audited::Queue), "policy-", true),
    (Some(Audited::Role), "right-", false),
    (Some(Audited::Role), "installation-", false),
    (Some(Audited::Settings), "prefs-theme-", true),
    (Some(Audited::Settings), "audit-step-", true),
    (Some(Audited::Settings), "audit-password-", true),
];

/// What each of these words stands for besides itself, in their order.
pub(super) fn of(language: &Language, words: &str) -> Vec<Vec<Also>> {
    words.split_whitespace().map(|word| meanings(language, &word.to_lowercase())).collect()
}

fn meanings(language: &Language, word: &str) -> Vec<Also> {
    if word.chars().count() < SHORTEST {
        return Vec::new();
    }
    let word = plain(word);
    let says = |text: &str| plain(text).contains(&word);
    let mut all = kinds(language, &says);
    all.extend(sayings(language, &says));
    all.extend(terms(language, &says));
    all.extend(values(language, &says));
    all.extend(fields(language, &says));
    all.truncate(MOST);
    all
}

/// Whatever its case, and with the apostrophe that keyboards have.
fn plain(text: &str) -> String {
    text.to_lowercase().replace('\u{2019}', "'")
}

fn also(kind: Audited, part: Part, text: impl Into<String>) -> Also {
    Also { kind: Some(kind), part, text: text.into() }
}

fn kinds(language: &Language, says: &impl Fn(&str) -> bool) -> Vec<Also> {
    let said = |kind: &&Audited| says(&language.tr(&format!("audited-{kind}")));
    Audited::ALL.iter().filter(said).map(|kind| also(*kind, Part::Kind, "")).collect()
}

/// What is said of an entry, and what it is about.
fn sayings(language: &Language, says: &impl Fn(&str) -> bool) -> Vec<Also> {
    let mut all: Vec<Also> = Vec::new();
    for (part, table) in [(Part::Detail, DETAILS), (Part::Subject, SUBJECTS)] {
        let said = table.iter().filter(|(_, _, key)| says(&language.tr(key)));
        all.extend(said.map(|(kind, stored, _)| also(*kind, part, *stored)));
    }
    for (kind, [before, between, behind], key) in PATTERNS {
        // What stands between is whatever somebody wrote.
        let stored = [*before, *between, *behind].into_iter().max_by_key(|part| part.len());
        if says(&language.tr_with(key, &[("what", ""), ("more", "")])) {
            all.extend(stored.map(|stored| also(*kind, Part::Detail, stored)));
        }
    }
    if says(&language.tr_with("audit-subject-customer", &[("id", "")])) {
        all.extend(
            [Audited::Customer, Audited::PersonalData].map(|kind| also(kind, Part::Subject, "customer ")),
        );
    }
    if says(&language.tr_with("audit-subject-withheld", &[("method", "")])) {
        all.push(also(Audited::Refused, Part::Subject, WITHHELD));
    }
    if says(&language.tr("methods-title")) {
        all.push(also(Audited::Settings, Part::Subject, "sign-in"));
    }
    if [1, 2].iter().any(|n| says(&language.tr_values("audit-detail-more", *n, &[("from", "")]))) {
        let counted = [Audited::Refused, Audited::SignInFailed, Audited::SignInThrottled];
        all.extend(counted.map(|kind| also(kind, Part::Detail, MORE)));
    }
    if says(&language.tr_with("audit-grant-everywhere", &[("right", "")])) {
        all.push(also(Audited::Role, Part::Changes, "\"*:"));
    }
    all
}

/// States, ranks and days, which are stored otherwise than their messages are called.
fn terms(language: &Language, says: &impl Fn(&str) -> bool) -> Vec<Also> {
    let mut all: Vec<Also> = Vec::new();
    for state in State::ALL {
        if says(&language.tr(&format!("state-{}", state.kind()))) {
            all.extend(
                [Audited::State, Audited::Template]
                    .map(|kind| also(kind, Part::Changes, format!("\"{state}\""))),
            );
        }
    }
    for rank in Priority::all() {
        if says(&language.tr(&format!("priority-{}", rank.level()))) {
            all.push(also(Audited::Template, Part::Changes, format!("\"{}\"", rank.as_str())));
            all.push(also(Audited::Priorities, Part::Changes, format!("\"{}\":", rank.level())));
        }
    }
    for (at, day) in DAYS.iter().enumerate() {
        if says(&language.tr(&format!("weekday-{}", at + 1))) {
            all.push(also(Audited::Calendar, Part::Changes, format!("\"{day}\":")));
        }
    }
    all
}

fn values(language: &Language, says: &impl Fn(&str) -> bool) -> Vec<Also> {
    let mut all: Vec<Also> = Vec::new();
    for (kind, prefix, alone) in VALUES {
        for key in language.keys(prefix).filter(|key| says(&language.tr(key))) {
            let word = key.strip_prefix(prefix).unwrap_or(key);
            let spaced = *prefix == "audit-password-";
            let word = if spaced { word.replace('_', " ") } else { word.to_owned() };
            let text = if *alone { format!("\"{word}\"") } else { word };
            all.push(Also { kind: *kind, part: Part::Changes, text });
        }
    }
    all
}

fn fields(language: &Language, says: &impl Fn(&str) -> bool) -> Vec<Also> {
    const PREFIX: &str = "audit-field-";
    let field = |key: &str| match key.strip_prefix(PREFIX).unwrap_or(key) {
        // Who somebody is at a directory or site, and what a mail is about, are stored by the same name.
        "identity" => also(Audited::Agent, Part::Changes, "\"subject\":"),
        "subject" => also(Audited::AutoResponse, Part::Changes, "\"subject\":"),
        name => Also { kind: None, part: Part::Changes, text: format!("\"{name}\":") },
    };
    let mut all: Vec<Also> = language.keys(PREFIX).filter(|key| says(&language.tr(key))).map(field).collect();
    // Of a customer only the names of the fields are stored.
    for name in CUSTOMER_FIELDS {
        if says(&language.tr(&format!("{PREFIX}{name}"))) {
            all.push(also(Audited::Customer, Part::Detail, *name));
        }
    }
    all
}
