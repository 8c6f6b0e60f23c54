//! Person, machine, list or ourselves (BEHAVIOURS.md, 10, RFC 3834).

use mail_ingest::{Classification, Kind, classify, parse};

fn verdict(head: &str, envelope_from: Option<&str>) -> Classification {
    let head = if head.to_lowercase().contains("from:") {
        head.to_owned()
    } else {
        format!("From: anna@b.example\r\n{head}")
    };
    let mail = parse(format!("{head}\r\nTo: support@ours.example\r\n\r\nHello").as_bytes());
    classify(&mail, envelope_from, &|address| address.ends_with("@ours.example"))
}

#[test]
fn a_person_may_be_answered() {
    for head in [
        "X: y",
        "Auto-Submitted: no",
        "Auto-Submitted: No (really)",
        "Precedence: normal",
        "X-Auto-Response-Suppress: DR, RN",
        "Reply-To: other@b.example",
    ] {
        let verdict = verdict(head, Some("anna@b.example"));
        assert_eq!(
            (verdict.kind, verdict.automatic, verdict.no_answer),
            (Kind::Person, false, None),
            "{head}"
        );
    }
}

#[test]
fn machines_are_automatic_and_draw_no_answer() {
    for head in [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; x=y",
        "Auto-Submitted: Auto-Notified",
        "X-Autoreply: yes",
        "X-Autorespond: whatever",
        "Precedence: auto_reply",
        "Subject: Automatic reply: Hello",
        "Subject: Abwesenheitsnotiz: Hallo",
    ] {
        let verdict = verdict(head, Some("anna@b.example"));
        assert_eq!(
            (verdict.kind, verdict.automatic, verdict.bounce),
            (Kind::AutoReply, true, false),
            "{head}"
        );
        assert!(verdict.no_answer.is_some(), "{head}");
    }
}

#[test]
fn the_senders_word_that_he_is_a_person_outdoes_his_subject() {
    let verdict = verdict("Auto-Submitted: no\r\nSubject: Out of office: may I?", Some("anna@b.example"));
    assert_eq!((verdict.kind, verdict.no_answer), (Kind::Person, None));
}

#[test]
fn the_null_sender_is_automatic_but_no_bounce() {
    for sender in [None, Some(""), Some("<>")] {
        let verdict = verdict("X: y", sender);
        assert_eq!((verdict.kind, verdict.automatic, verdict.bounce), (Kind::AutoReply, true, false));
        assert!(verdict.no_answer.is_some());
    }
}

#[test]
fn lists_start_tickets_and_draw_no_answer() {
    for head in [
        "List-Id: <l.b.example>",
        "Precedence: bulk",
        "Precedence: Junk",
        "Precedence: list",
        "List-Unsubscribe: <mailto:x@b.example>",
    ] {
        let verdict = verdict(head, Some("anna@b.example"));
        assert_eq!((verdict.kind, verdict.automatic), (Kind::List, false), "{head}");
        assert!(verdict.no_answer.is_some(), "{head}");
    }
}

#[test]
fn our_own_mail_is_an_echo() {
    for (head, sender) in [
        ("From: Support <Support@ours.example>", Some("x@b.example")),
        ("From: anna@b.example\r\nSender: support@ours.example", Some("x@b.example")),
        ("X: y", Some("support@OURS.example")),
    ] {
        let verdict = verdict(head, sender);
        assert_eq!((verdict.kind, verdict.automatic), (Kind::OwnEcho, true), "{head}");
        assert!(verdict.no_answer.is_some());
    }
}

#[test]
fn senders_that_take_no_answers_get_none() {
    for address in [
        "noreply@b.example",
        "no-reply@b.example",
        "No_Reply+x1@b.example",
        "donotreply@b.example",
        "do-not-reply@b.example",
        "mailer-daemon@b.example",
        "bounces+123@b.example",
        "list-bounces@b.example",
        "owner-list@b.example",
        "orders-noreply@b.example",
        "ne-pas-repondre@b.example",
    ] {
        let verdict = verdict(&format!("From: <{address}>"), Some("anna@b.example"));
        assert_eq!((verdict.kind, verdict.automatic), (Kind::Person, false), "{address}");
        assert!(verdict.no_answer.is_some(), "{address}");
    }
    for address in [
        "norbert@b.example",
        "replying@b.example",
        "owner@b.example",
        "postmeister@b.example",
        "nora.eply@b.example",
    ] {
        assert_eq!(
            verdict(&format!("From: <{address}>"), Some("anna@b.example")).no_answer,
            None,
            "{address}"
        );
    }
}

#[test]
fn a_contact_form_is_answered_where_it_says() {
    let form =
        verdict("From: noreply@shop.example\r\nReply-To: anna@b.example", Some("bounces+1@shop.example"));
    assert_eq!((form.kind, form.no_answer), (Kind::Person, None));
    let form =
        verdict("From: noreply@shop.example\r\nReply-To: no-reply@shop.example", Some("a@shop.example"));
    assert!(form.no_answer.is_some());
}

#[test]
fn exchange_may_ask_for_silence() {
    for value in ["All", "OOF, AutoReply", "AutoReply"] {
        let verdict = verdict(&format!("X-Auto-Response-Suppress: {value}"), Some("anna@b.example"));
        assert_eq!(verdict.kind, Kind::Person);
        assert!(verdict.no_answer.is_some(), "{value}");
    }
}

#[test]
fn who_has_no_address_gets_no_answer() {
    assert!(verdict("From: Somebody", Some("x@b.example")).no_answer.is_some());
}
