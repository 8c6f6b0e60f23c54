//! No pattern takes long, whatever the text.

use std::time::{Duration, Instant};

use serde_json::json;
use turnstone::error::Error;
use turnstone::filters::{Names, check};

use super::{matches, rule};

const MEGABYTE: usize = 1024 * 1024;

/// What makes a backtracking engine take for ever, and a text for each.
fn nested() -> Vec<(&'static str, String)> {
    let of = |text: &str| text.repeat(MEGABYTE / text.len());
    vec![
        (r"(a+)+$", of("a") + "!"),
        (r"(a|aa)+b", of("a")),
        (r"(a|a?)+b", of("a")),
        (r"(.*a){20}b", of("a")),
        (r"(\w+\s?)*\d$", of("word ")),
        (r"^(([a-z])+.)+[A-Z]([a-z])+$", of("a")),
        (r"(x+x+)+y", of("x")),
        (r"(é+)+ü", of("é")),
        (r"(?:(?:a*)*)*b", of("a")),
        (r"\b(\w+\W*)+\b!", of("wörter ")),
        (r"(a?){50}a{50}b", of("a")),
    ]
}

#[test]
fn a_pattern_with_nested_repetition_ends_at_once_on_a_megabyte() {
    for (pattern, text) in nested() {
        let rules = vec![rule(json!({
            "name": "R", "enabled": true, "mails": "both",
            "conditions": [{ "on": "body", "test": "matches", "value": pattern }], "actions": { "tags": ["x"] },
        }))];
        check(rules, &Names::default()).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        for on in ["body", "header"] {
            let raw = if on == "body" {
                format!("From: a@b.example\r\nSubject: x\r\n\r\n{text}")
            } else {
                format!("From: a@b.example\r\nX-Long: {text}\r\n\r\nx")
            };
            let parsing = Instant::now();
            let _ = mail_ingest::parse(raw.as_bytes());
            let parsing = parsing.elapsed();
            let begun = Instant::now();
            let header = if on == "header" { "X-Long" } else { "" };
            let conditions = json!([{ "on": on, "header": header, "test": "matches", "value": pattern }]);
            matches(conditions, raw.as_bytes(), "a@b.example", &[]);
            let took = begun.elapsed().saturating_sub(parsing);
            assert!(took < Duration::from_secs(3), "{pattern} on {on}: {took:?}");
        }
    }
}

#[test]
fn a_pattern_that_would_become_huge_is_refused_with_a_sentence() {
    for pattern in [r"(\w{1,100}){1,100}", r"((a{100}){100}){100}", r"[\p{L}\p{N}]{1000}"] {
        let rules = vec![rule(json!({
            "name": "R", "enabled": true, "mails": "both",
            "conditions": [{ "on": "body", "test": "matches", "value": pattern }], "actions": { "tags": ["x"] },
        }))];
        match check(rules, &Names::default()) {
            Err(Error::Invalid(fields)) => {
                assert_eq!(fields[0].field, "rules.0.conditions.0.value");
                assert!(fields[0].message.to_string().contains("too large"), "{}", fields[0].message);
            }
            other => panic!("{pattern}: {other:?}"),
        }
    }
}

#[test]
fn what_is_no_pattern_is_refused_with_its_fault() {
    for (pattern, fault) in
        [("(a", "unclosed group"), ("[z-a]", "invalid character class range"), (r"(a)\1", "backreferences")]
    {
        let rules = vec![rule(json!({
            "name": "R", "enabled": true, "mails": "both",
            "conditions": [{ "on": "subject", "test": "matches", "value": pattern }], "actions": { "tags": ["x"] },
        }))];
        let error = check(rules, &Names::default()).unwrap_err().to_string();
        assert!(error.contains(fault), "{pattern}: {error}");
    }
}

#[test]
fn forty_such_patterns_together_end_soon_on_a_megabyte() {
    // Word boundaries of letters beyond ASCII are the slowest that there is.
    let text = "wörter aaa xxx ".repeat(MEGABYTE / 17);
    let rules: Vec<_> = (0..40)
        .map(|number| {
            let (pattern, _) = &nested()[number % nested().len()];
            rule(json!({
                "name": format!("R{number}"), "enabled": true, "mails": "both",
                "conditions": [{ "on": "body", "test": "matches", "value": format!(r"{pattern}\b\d{number}") }],
                "actions": { "tags": ["x"] },
            }))
        })
        .collect();
    let compiled = check(rules, &Names::default()).unwrap();
    let mail = mail_ingest::parse(format!("From: a@b.example\r\nSubject: x\r\n\r\n{text}").as_bytes());
    let class = mail_ingest::classify(&mail, Some("a@b.example"), &|_| false);
    let begun = Instant::now();
    let hits = compiled.look(&turnstone::filters::Facts {
        mail: &mail,
        class: &class,
        envelope_from: "a@b.example",
        envelope_to: &[],
        size: 1,
        authentication: &mail_ingest::Authentication::default(),
    });
    assert_eq!(hits.rules().count(), 0);
    let took = begun.elapsed();
    println!("40 nested patterns on {} bytes: {took:?}", mail.text.len());
    assert!(took < Duration::from_secs(20), "{took:?}");
}
