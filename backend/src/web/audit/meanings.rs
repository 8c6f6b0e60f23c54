//! What is looked for in the log as its reader sees it: stored it is English, and a word of his language stands in none of it.
//! Each word is looked for as it is, and as what it stands for here.

use super::words::{DETAILS, PATTERNS, SUBJECTS};
use crate::audit::Also;
use crate::db::Audited;
use crate::i18n::Language;

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
    (Some(Audited::State), "state-", true),
];

/// What each of these words stands for besides itself, in their order.
pub(super) fn of(language: &Language, words: &str) -> Vec<Vec<Also>> {
    words.split_whitespace().map(|word| meanings(language, &word.to_lowercase())).collect()
}

fn meanings(language: &Language, word: &str) -> Vec<Also> {
    if word.chars().count() < SHORTEST {
        return Vec::new();
    }
    let says = |text: &str| text.to_lowercase().contains(word);
    let mut all: Vec<Also> = Vec::new();
    for kind in Audited::ALL {
        if says(&language.tr(&format!("audited-{kind}"))) {
            all.push(Also { kind: Some(*kind), text: String::new() });
        }
    }
    for (kind, stored, key) in DETAILS.iter().chain(SUBJECTS) {
        if says(&language.tr(key)) {
            all.push(Also { kind: Some(*kind), text: (*stored).to_owned() });
        }
    }
    for (kind, [before, between, behind], key) in PATTERNS {
        // What stands between is whatever somebody wrote.
        let stored = [before, between, behind].into_iter().max_by_key(|part| part.len());
        if says(&language.tr_with(key, &[("what", ""), ("more", "")])) {
            all.extend(stored.map(|stored| Also { kind: Some(*kind), text: stored.trim().to_owned() }));
        }
    }
    for (kind, prefix, alone) in VALUES {
        for key in language.keys(prefix).filter(|key| says(&language.tr(key))) {
            let value = key
                .trim_start_matches(prefix)
                .replace('_', if *prefix == "audit-password-" { " " } else { "_" });
            let text = if *alone { format!("\"{value}\"") } else { value };
            all.push(Also { kind: *kind, text });
        }
    }
    for key in language.keys("audit-field-").filter(|key| says(&language.tr(key))) {
        all.push(Also { kind: None, text: format!("\"{}\":", key.trim_start_matches("audit-field-")) });
    }
    all.truncate(MOST);
    all
}
