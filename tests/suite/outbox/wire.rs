//! What leaves can be read in one way only, and reaches whoever wrote to us.

use serde_json::json;
use tests::app::{SUPPORT, TestApp, text};
use tests::bridge::quiet;
use tests::smtp_peer::Security;
use tests::{both_databases, mail};
use turnstone::config::RelayTls;
use turnstone::postmaster::{self, Accepted};

/// A CR that no LF follows ends a line for some servers, and so a mail with a dot behind it.
fn is_smuggled(data: &[u8]) -> bool {
    data.iter().enumerate().any(|(at, byte)| *byte == b'\r' && data.get(at + 1) != Some(&b'\n'))
}

both_databases! {
    async fn no_line_that_leaves_ends_for_some_servers_and_not_for_others(database) {
        let app = TestApp::start(database).await;
        let inner = b"From: a@evil.example\r\nSubject: Inner\r\n\r\nHello\r.\r\nMAIL FROM:<evil@helpdesk.example>\r\n";
        let inner = data_encoding::BASE64.encode(inner);
        let raw = format!(
            "From: anna@customer.example\r\nTo: {SUPPORT}\r\nSubject: Smuggled\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r.\r\nQUIT\r\r\n\r\n\
             --b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"inner.eml\"\r\n\r\n{inner}\r\n--b--\r\n"
        );
        let envelope_from = "anna@customer.example".to_owned();
        let piped =
            Accepted { raw: raw.into_bytes(), envelope_from, envelope_to: vec![SUPPORT.into()], ..Accepted::default() };
        postmaster::accept(app.desk(), piped).await.expect("kept");
        let record = app.processed("envelope_from=anna%40customer.example").await;
        let number = text(&record["ticket"]);
        let article = app.articles(&number).await.remove(0);
        app.hush().await;
        let redirects = format!("/api/v1/articles/{}/redirects", text(&article["id"]));
        app.root.post(&redirects, json!({ "to": "one@supplier.example" })).await.assert(201);
        let forwards = format!("/api/v1/tickets/{number}/forwards");
        for (to, original) in [("two@supplier.example", "mail"), ("three@supplier.example", "text")] {
            let body = json!({ "article": article["id"], "to": [to], "hold_seconds": 0, "original": original });
            app.root.post(&forwards, body).await.assert(201);
        }
        app.root.reply(&number, "Hello\r.\r\nMAIL FROM:<evil@helpdesk.example>\r\n").await;
        for to in ["one@supplier.example", "two@supplier.example", "three@supplier.example", "anna@customer.example"] {
            let sent = app.relay.wait_for(to, 1).await.remove(0);
            assert!(!is_smuggled(&sent.data), "{to}: {}", String::from_utf8_lossy(&sent.data).escape_debug());
        }
        // What was a line stays one.
        let redirected = app.relay.received_by("one@supplier.example").remove(0);
        assert!(String::from_utf8_lossy(&redirected.data).contains("Hello\r\n.\r\nQUIT\r\n\r\n--b"), "{redirected:?}");
    }

    async fn who_writes_from_an_address_that_no_grammar_has_gets_his_answer(database) {
        let app = TestApp::start(database).await;
        let long = format!("{}@customer.example", "a-very-long-local-part-".repeat(4));
        for odd in ["a..b@docomo.example", ".kenji.@docomo.example", &long] {
            let number = app.ticket_from(&mail(odd)).await;
            assert_eq!(app.relay.wait_for(odd, 1).await.len(), 1, "the confirmation");
            app.hush().await;
            let reply = app.root.reply(&number, "Here you are.").await;
            let reply = app.delivery(&reply, "sent").await;
            assert_eq!(reply["to"][0]["address"], odd, "{reply}");
            let sent = app.relay.wait_for(odd, 1).await.remove(0);
            assert_eq!(sent.to, [odd]);
            assert!(String::from_utf8_lossy(&sent.data).contains(&format!("To: {odd}")), "{sent:?}");
        }
        // Nor does such a one in copy keep the others from theirs.
        let number = app.ticket_from(&mail("anna@customer.example").cc("x..y@docomo.example")).await;
        app.hush().await;
        let reply = app.root.reply(&number, "To both.").await;
        app.delivery(&reply, "sent").await;
        quiet(&app).await;
        assert_eq!(app.relay.received_by("anna@customer.example").len(), 1);
        assert_eq!(app.relay.received_by("x..y@docomo.example").len(), 1);
    }

    async fn an_address_that_the_relay_cannot_write_to_keeps_nobody_else_from_his_answer(database) {
        let security = Security { ascii_only: true, ..Security::default() };
        let app = TestApp::start_behind(database, security, RelayTls::None).await;
        let number = app.ticket_from(&mail("anna@customer.example").cc("jürgen@customer.example")).await;
        app.hush().await;
        let reply = app.root.reply(&number, "To both.").await;
        let sent = app.delivery(&reply, "sent").await;
        assert_eq!(app.relay.wait_for("anna@customer.example", 1).await.remove(0).to, ["anna@customer.example"]);
        let refused = sent["delivery"]["refused"].as_array().unwrap();
        assert_eq!((refused.len(), &refused[0]["address"]), (1, &json!("jürgen@customer.example")), "{sent}");
        // Nor is he asked for again and again.
        app.advance(jiff::SignedDuration::from_hours(6)).await;
        assert_eq!(app.relay.received_by("anna@customer.example").len(), 1);
    }
}
