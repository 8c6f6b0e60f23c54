//! Hostile mails never crash, hang or vanish, and hold up nobody.

use std::time::{Duration, Instant};

use tests::app::{SUPPORT, TestApp};
use tests::{both_databases, mail};

fn headed(headers: &str, body: &str) -> Vec<u8> {
    format!("From: mallory@elsewhere.example\r\nTo: {SUPPORT}\r\nSubject: hostile\r\n{headers}\r\n{body}")
        .into_bytes()
}

fn nested_multiparts(depth: usize) -> Vec<u8> {
    let mut body = String::new();
    for level in 1..depth {
        body.push_str(&format!(
            "--b{}\r\nContent-Type: multipart/mixed; boundary=b{level}\r\n\r\n",
            level - 1
        ));
    }
    headed("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b0\r\n", &body)
}

fn nested_messages(depth: usize) -> Vec<u8> {
    headed("Content-Type: message/rfc822\r\n", &"Content-Type: message/rfc822\r\n\r\n".repeat(depth))
}

fn mails() -> Vec<(&'static str, Vec<u8>)> {
    let parts = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(50_000);
    let parameters: String = (0..5_000).map(|index| format!("; name*{index}=x")).collect();
    let recipients: String = (0..10_000).map(|index| format!("a{index}@customer.example,\r\n ")).collect();
    vec![
        ("nested multiparts", nested_multiparts(5_000)),
        ("nested messages", nested_messages(5_000)),
        ("many parts", headed("Content-Type: multipart/mixed; boundary=b\r\n", &parts)),
        ("deep HTML", headed("Content-Type: text/html\r\n", &"<div>".repeat(60_000))),
        ("deep quotes", headed("Content-Type: text/html\r\n", &"<blockquote>".repeat(60_000))),
        (
            "unclosed tags",
            headed("Content-Type: text/html\r\n", &"<a href='x' <b <table><tr><td".repeat(20_000)),
        ),
        ("entities", headed("Content-Type: text/html\r\n", &"&amp;&#0;&#xFFFFFFFF;&lt".repeat(50_000))),
        ("a thousand quote marks", headed("", &format!("{}\r\n", ">".repeat(1_000)).repeat(1_000))),
        ("one line of a megabyte", headed("", &"x".repeat(1_000_000))),
        ("NUL and controls", headed("X-Odd: \u{0}\u{1}\u{7f}\r\n", "a\u{0}b\u{1b}[2Jc\u{202e}d\u{feff}\r\n")),
        (
            "base64 of rubbish",
            headed("Content-Transfer-Encoding: base64\r\n", &"!!!not base64 at all???".repeat(1_000)),
        ),
        ("quoted-printable cut off", headed("Content-Transfer-Encoding: quoted-printable\r\n", "half=E2=8")),
        ("unknown charset", headed("Content-Type: text/plain; charset=klingon\r\n", "qapla'\u{fffd}")),
        ("utf-7", headed("Content-Type: text/plain; charset=utf-7\r\n", "+ADw-script+AD4-")),
        ("many parameters", headed(&format!("Content-Type: text/plain{parameters}\r\n"), "x")),
        ("many recipients", headed(&format!("Cc: {recipients}end@customer.example\r\n"), "x")),
        ("many references", headed(&format!("References: {}\r\n", "<a@b.example>\r\n ".repeat(10_000)), "x")),
        ("long encoded words", headed(&format!("X-Long: {}\r\n", "=?utf-8?B?gICA?= ".repeat(3_000)), "x")),
        ("two thousand headers", headed(&"X-Spam: yes\r\n".repeat(1_900), "x")),
        ("header without end", b"Subject: nothing but this line and no end".to_vec()),
        ("folded for ever", headed(&format!("X-Fold: a{}\r\n", "\r\n b".repeat(10_000)), "x")),
        (
            "addresses in addresses",
            headed(&format!("Reply-To: {}a@b.example{}\r\n", "<".repeat(5_000), ">".repeat(5_000)), "x"),
        ),
        ("group without end", headed("Reply-To: friends: a@b.example, c@d.example\r\n", "x")),
        (
            "winmail rubbish",
            headed("Content-Type: application/ms-tnef; name=winmail.dat\r\n", "\u{78}\u{9f}\u{3e}\u{22}zzzz"),
        ),
        (
            "a calendar of rubbish",
            headed("Content-Type: text/calendar; method=REQUEST\r\n", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"),
        ),
        ("only line ends", b"\r\n\r\n\r\n\r\n".to_vec()),
        ("only rubbish", (0..=255_u8).cycle().filter(|byte| !b"\r\n".contains(byte)).take(5_000).collect()),
    ]
}

both_databases! {
    async fn hostile_mails_neither_crash_nor_hang_nor_vanish(database) {
        let app = TestApp::start(database).await;
        for (index, (name, raw)) in mails().into_iter().enumerate() {
            let start = Instant::now();
            let from = format!("hostile{index}@elsewhere.example");
            let reply = app.hand_over(&from, SUPPORT, &raw).await;
            if reply.is_permanent() {
                continue; // Refused in the dialogue: its sender knows.
            }
            assert!(reply.is_ok(), "{name}: {reply:?}");
            let record = app.processed(&format!("envelope_from={}", tests::app::encoded(&from))).await;
            let disposition = record["disposition"].as_str().unwrap();
            assert!(["new", "follow_up", "duplicate", "quarantined"].contains(&disposition), "{name}: {record}");
            assert!(start.elapsed() < Duration::from_secs(20), "{name} took {:?}", start.elapsed());
            if !record["ticket"].is_null() {
                let number = tests::app::text(&record["ticket"]);
                let articles = app.articles(&number).await;
                assert!(!articles.is_empty(), "{name}");
                assert!(!articles[0].to_string().contains("\\u0000"), "{name}: NUL reached the reader");
            }
        }
        let inbound = app.deliver(&mail("anna@customer.example")).await;
        assert_eq!(inbound["disposition"], "new", "the next one is served");
        let browser = app.visitor();
        browser.sign_in("root", tests::binary::PASSWORD).await;
        browser.get("/tickets").await.assert(200);
        for ticket in app.tickets().await {
            browser.get(&format!("/tickets/{}", tests::app::text(&ticket["number"]))).await.assert(200);
        }
    }
}
