//! What each condition looks at.

use serde_json::{Value, json};

use super::matches;

const LETTER: &[u8] = b"Return-Path: <bounces@shop.example>\r\nReceived: from a by b\r\n\
    Delivered-To: alias@helpdesk.example\r\nX-Spam-Flag: YES\r\nX-Spam-Status: Yes, score=9.1 required=5.0\r\n\
    From: =?utf-8?Q?J=C3=BCrgen?= <Juergen@Customer.example>\r\nReply-To: other@elsewhere.example\r\n\
    To: Support <support@helpdesk.example>, two@else.example\r\nCc: third@else.example\r\n\
    Subject: =?utf-8?Q?Rechnung_f=C3=BCr_M=C3=A4rz?=\r\nX-Team: red\r\nX-Team: blue\r\nMIME-Version: 1.0\r\n\
    Message-ID: <1@customer.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n\
    Please PAY the open amount.\r\nThank you.\r\n--b\r\nContent-Type: application/pdf\r\n\
    Content-Disposition: attachment; filename=Invoice-77.pdf\r\n\r\n%PDF\r\n--b--\r\n";

fn holds(on: &str, test: &str, value: &str) -> bool {
    let to = ["Hidden@helpdesk.example"];
    matches(json!([{ "on": on, "test": test, "value": value }]), LETTER, "bounces@shop.example", &to)
}

fn header(name: &str, test: &str, value: &str) -> bool {
    let condition = json!([{ "on": "header", "header": name, "test": test, "value": value }]);
    matches(condition, LETTER, "bounces@shop.example", &[])
}

#[test]
fn texts_are_compared_decoded_and_in_any_case() {
    assert!(holds("subject", "contains", "RECHNUNG für"));
    assert!(holds("subject", "is", "rechnung für märz"));
    assert!(!holds("subject", "is", "rechnung"));
    assert!(holds("subject", "begins", "rechnung"));
    assert!(holds("subject", "ends", "MÄRZ"));
    assert!(holds("subject", "matches", r"^rechnung\s+für\s+\w+$"));
    assert!(!holds("subject", "matches", r"(?-i)^rechnung"));
    assert!(holds("subject", "contains_not", "Mahnung"));
    assert!(!holds("subject", "matches_not", "für"));
    // What is no pattern is text: a dot is a dot.
    assert!(!holds("subject", "contains", "R.chnung"));
}

#[test]
fn any_address_is_one_of_headers_and_envelope() {
    for address in [
        "juergen@customer.example",
        "other@elsewhere.example",
        "support@helpdesk.example",
        "two@else.example",
        "third@else.example",
        "alias@helpdesk.example",
        "bounces@shop.example",
        "hidden@helpdesk.example",
    ] {
        assert!(holds("address", "is", address), "{address}");
    }
    assert!(!holds("address", "is", "juergen@customer"));
    assert!(holds("address", "ends", "@customer.example"));
    assert!(holds("from", "is", "juergen@customer.example") && !holds("from", "contains", "other@"));
    assert!(holds("to", "is", "third@else.example") && !holds("to", "is", "other@elsewhere.example"));
    assert!(holds("envelope_from", "is", "bounces@shop.example"));
    assert!(holds("envelope_to", "is", "hidden@helpdesk.example"));
}

#[test]
fn of_several_fields_one_is_enough_and_a_negation_means_none() {
    assert!(header("X-Team", "is", "red") && header("x-team", "is", "blue"));
    assert!(!header("X-Team", "is_not", "blue"));
    assert!(header("X-Team", "is_not", "green"));
    assert!(header("X-Team", "exists", "") && !header("X-Team", "missing", ""));
    assert!(header("X-Other", "missing", "") && header("X-Other", "is_not", "red"));
}

#[test]
fn text_files_size_and_class() {
    assert!(holds("body", "contains", "please pay"));
    assert!(holds("body", "matches", r"^thank you\.$"), "lines are lines");
    assert!(holds("attachment_name", "ends", ".pdf") && !holds("attachment_name", "contains", "exe"));
    assert!(holds("attachment_type", "is", "application/pdf"));
    assert!(holds("size", "at_most", "2") && !holds("size", "at_least", "2"));
    assert!(holds("classification", "is", "person") && holds("classification", "is_not", "bounce"));
    let kind = |raw: &str, from: &str, kind: &str| {
        matches(json!([{ "on": "classification", "test": "is", "value": kind }]), raw.as_bytes(), from, &[])
    };
    assert!(kind("From: a@b.example\r\nAuto-Submitted: auto-replied\r\n\r\nx", "a@b.example", "auto_reply"));
    assert!(kind("From: a@b.example\r\nList-Id: <l.b.example>\r\n\r\nx", "a@b.example", "list"));
    assert!(kind("From: support@helpdesk.example\r\n\r\nx", "x@y.example", "own_echo"));
}

#[test]
fn the_null_sender_can_be_asked_for() {
    let asks = |test: &str, from: &str| {
        matches(json!([{ "on": "envelope_from", "test": test }]), b"From: a@b.example\r\n\r\nx", from, &[])
    };
    assert!(asks("missing", "") && !asks("missing", "a@b.example"));
    assert!(asks("is", "") && !asks("is", "a@b.example"));
}

#[test]
fn the_front_servers_spam_verdict_is_read_in_its_usual_spellings() {
    let spam = |header: &str, on: &str, test: &str, value: &str| {
        let raw = format!("{header}From: a@b.example\r\n\r\nx");
        matches(json!([{ "on": on, "test": test, "value": value }]), raw.as_bytes(), "a@b.example", &[])
    };
    for header in [
        "X-Spam-Flag: YES\r\n",
        "X-Spam-Status: Yes, score=7.5 required=5\r\n",
        "X-Spam: Yes\r\n",
        "X-Spamd-Result: default: True [16.20 / 15.00];\r\n",
    ] {
        assert!(spam(header, "spam", "is", "yes"), "{header}");
    }
    for header in ["X-Spam-Status: No, score=-1.2\r\n", "X-Spamd-Result: default: False [1.20 / 15.00]\r\n"] {
        assert!(spam(header, "spam", "is", "no"), "{header}");
    }
    assert!(spam("", "spam", "is", "unknown"));
    assert!(spam("X-Spam-Status: Yes, score=7.5 required=5\r\n", "spam_score", "at_least", "7.5"));
    assert!(!spam("X-Spam-Status: Yes, score=7.5 required=5\r\n", "spam_score", "at_least", "7.51"));
    assert!(spam("X-Spam-Score: -2.1\r\n", "spam_score", "at_most", "0"));
    assert!(spam("X-Spamd-Result: default: True [16.20 / 15.00];\r\n", "spam_score", "at_least", "16"));
    assert!(!spam("", "spam_score", "at_most", "5"), "no score is no low score");
    // The front server writes above what came with the mail.
    let forged = "X-Spam-Flag: YES\r\nReceived: from a by b\r\nX-Spam-Flag: NO\r\n";
    assert!(spam(forged, "spam", "is", "yes"));
}

#[test]
fn authentication_is_unknown_where_nobody_checked() {
    assert!(
        holds("dmarc", "is", "unknown") && !holds("dmarc", "is", "pass") && holds("spf", "is_not", "fail")
    );
}

#[test]
fn all_conditions_or_any() {
    let ask = |any: bool, conditions: Value| {
        let rule = super::rule(json!({
            "name": "R", "enabled": true, "mails": "both", "any": any, "conditions": conditions,
            "actions": { "tags": ["x"] },
        }));
        let compiled = turnstone::filters::Compiled::new(1, vec![rule]).unwrap();
        let mail = mail_ingest::parse(LETTER);
        let class = mail_ingest::classify(&mail, Some("a@b.example"), &|_| false);
        let authentication = mail_ingest::Authentication::default();
        let facts = turnstone::filters::Facts {
            mail: &mail,
            class: &class,
            envelope_from: "a@b.example",
            envelope_to: &[],
            size: 1,
            authentication: &authentication,
        };
        compiled.look(&facts).rules().count() == 1
    };
    let yes = json!({ "on": "subject", "test": "contains", "value": "Rechnung" });
    let no = json!({ "on": "subject", "test": "contains", "value": "Mahnung" });
    assert!(ask(false, json!([yes, yes])) && !ask(false, json!([yes, no])) && !ask(false, json!([no, yes])));
    assert!(ask(true, json!([no, yes])) && !ask(true, json!([no, no])));
    assert!(ask(false, json!([])), "a rule without conditions speaks of every mail");
}
