//! Rules that can never match are pointed out, and only those.

use serde_json::{Value, json};
use turnstone::filters::{Names, remarks};

use super::rule;

fn one(name: &str, conditions: Value, actions: Value) -> Value {
    json!({ "name": name, "enabled": true, "mails": "both", "conditions": conditions, "actions": actions })
}

fn said(rules: Vec<Value>) -> Vec<(usize, String)> {
    let rules: Vec<_> = rules.into_iter().map(rule).collect();
    remarks(&rules, &Names::default()).into_iter().map(|one| (one.rule, one.text.to_string())).collect()
}

fn subject(test: &str, value: &str) -> Value {
    json!({ "on": "subject", "test": test, "value": value })
}

fn tag() -> Value {
    json!({ "tags": ["x"] })
}

#[test]
fn a_rule_behind_one_that_ends_the_list_for_every_mail() {
    let mut all = one("All", json!([]), tag());
    all["stop"] = json!(true);
    let found = said(vec![all.clone(), one("Late", json!([subject("contains", "x")]), tag())]);
    assert_eq!(found.len(), 1);
    assert!(found[0].0 == 1 && found[0].1.contains("“All” above matches every mail"), "{found:?}");
    // One that speaks of new tickets only leaves the answers to others.
    all["mails"] = json!("new");
    assert_eq!(said(vec![all.clone(), one("Late", json!([subject("contains", "x")]), tag())]), []);
    all["mails"] = json!("both");
    all["enabled"] = json!(false);
    assert_eq!(said(vec![all, one("Late", json!([subject("contains", "x")]), tag())]), []);
    let ignore = one("Ignore", json!([]), json!({ "aside": "ignore" }));
    assert_eq!(said(vec![ignore, one("Late", json!([]), tag())]).len(), 1, "to put aside ends the list too");
}

#[test]
fn a_rule_equal_to_an_earlier_stopping_one_or_narrower() {
    let mut first = one("First", json!([subject("contains", "x")]), tag());
    first["stop"] = json!(true);
    assert_eq!(said(vec![first.clone(), one("Same", json!([subject("contains", "x")]), tag())]).len(), 1);
    let narrower = one("Narrower", json!([subject("contains", "y"), subject("contains", "x")]), tag());
    assert_eq!(said(vec![first.clone(), narrower]).len(), 1);
    let mut wider = one("Wider", json!([subject("contains", "x"), subject("contains", "y")]), tag());
    wider["any"] = json!(true);
    assert_eq!(said(vec![first, wider]), []);
}

#[test]
fn conditions_that_contradict_each_other() {
    let pairs = [
        [subject("is", "A"), subject("is", "B")],
        [subject("is", "A"), subject("is_not", "a")],
        [subject("is", "order"), subject("contains", "invoice")],
        [subject("contains", "x"), subject("contains_not", "x")],
        [subject("is", "order 7"), subject("matches_not", r"order \d")],
        [
            json!({ "on": "header", "header": "Subject", "test": "is", "value": "A" }),
            json!({ "on": "header", "header": "subject", "test": "is", "value": "B" }),
        ],
        [
            json!({ "on": "classification", "test": "is", "value": "list" }),
            json!({ "on": "classification", "test": "is", "value": "bounce" }),
        ],
        [
            json!({ "on": "spam", "test": "is", "value": "yes" }),
            json!({ "on": "spam", "test": "is_not", "value": "yes" }),
        ],
        [
            json!({ "on": "size", "test": "at_least", "value": "500" }),
            json!({ "on": "size", "test": "at_most", "value": "100" }),
        ],
    ];
    for pair in pairs {
        let found = said(vec![one("R", json!(pair), tag())]);
        assert!(found.len() == 1 && found[0].1.contains("cannot both be true"), "{pair:?}: {found:?}");
        let mut any = one("R", json!(pair), tag());
        any["any"] = json!(true);
        assert_eq!(said(vec![any]), [], "either may be true: {pair:?}");
    }
    let fine = [
        [subject("is", "A"), subject("begins", "a")],
        [subject("contains", "x"), subject("contains", "y")],
        // A mail may have this header twice.
        [
            json!({ "on": "header", "header": "X-Team", "test": "is", "value": "A" }),
            json!({ "on": "header", "header": "X-Team", "test": "is", "value": "B" }),
        ],
        [
            json!({ "on": "address", "test": "is", "value": "a@b.example" }),
            json!({ "on": "address", "test": "is", "value": "c@d.example" }),
        ],
        [
            json!({ "on": "size", "test": "at_least", "value": "100" }),
            json!({ "on": "size", "test": "at_most", "value": "500" }),
        ],
    ];
    for pair in fine {
        assert_eq!(said(vec![one("R", json!(pair), tag())]), [], "{pair:?}");
    }
}

#[test]
fn a_pattern_that_no_text_matches() {
    for pattern in ["[a&&b]", "x[a&&b]y", "[^\\s\\S]", "(?:[a&&b]|[c&&d])"] {
        let found = said(vec![one("R", json!([subject("matches", pattern)]), tag())]);
        assert!(found.len() == 1 && found[0].1.contains("no text can match"), "{pattern}: {found:?}");
    }
    assert_eq!(said(vec![one("R", json!([subject("matches", "a*|[a&&b]")]), tag())]), []);
    let empty = one("R", json!([subject("matches_not", "[a&&b]")]), tag());
    assert_eq!(said(vec![empty]), [], "not to match it is easy");
}

#[test]
fn deeds_that_are_never_done() {
    let gone = one("R", json!([]), json!({ "queue": 77, "owner": 78 }));
    assert_eq!(said(vec![gone]).len(), 2);
    let aside = one("R", json!([]), json!({ "aside": "ignore", "tags": ["x"] }));
    assert_eq!(said(vec![aside]).len(), 1);
    let mut customer = one("R", json!([]), json!({ "customer": { "address": "a@b.example" } }));
    customer["mails"] = json!("follow_up");
    assert_eq!(said(vec![customer]).len(), 1);
}
