//! What came back: the very mail is marked, its owner told, and sending again sends the same (BEHAVIOURS.md, 12).

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;
use tests::app::{SUPPORT, TestApp, text};
use tests::binary::PASSWORD;
use tests::bridge::quiet;
use tests::smtp_peer::Behaviour;
use tests::{both_databases, mail};

fn report(id: &str, groups: &str) -> Vec<u8> {
    format!(
        "From: MAILER-DAEMON@mx.customer.example\r\nTo: {SUPPORT}\r\nSubject: Undelivered Mail\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nIt came back.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.customer.example\r\n\r\n{groups}\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{id}>\r\n\r\n--b--\r\n"
    )
    .into_bytes()
}

fn group(address: &str, action: &str, status: &str) -> String {
    format!(
        "Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 {status} nobody called so\r\n\r\n"
    )
}

fn failed(address: &str) -> String {
    group(address, "failed", "5.1.1")
}

/// A ticket of Dana's with Bert in copy, and her answer.
async fn answered(app: &TestApp) -> (String, Value) {
    let dana = app.agent("dana", &["Agent"]).await;
    let number = app.ticket_from(&mail("anna@customer.example").cc("bert@customer.example")).await;
    let reply = dana.reply(&number, "We look into it.").await;
    let reply = app.delivery(&reply, "sent").await;
    quiet(app).await;
    app.relay.clear();
    (number, reply)
}

fn told(app: &TestApp, login: &str) -> Vec<String> {
    app.relay
        .received_by(&format!("{login}@helpdesk.example"))
        .iter()
        .map(|mail| mail.mail().subject())
        .filter(|subject| subject.contains("did not arrive"))
        .collect()
}

async fn returns(app: &TestApp, to: &str, raw: &[u8]) -> Value {
    assert!(app.hand_over("", to, raw).await.is_ok());
    quiet(app).await;
    app.root.get("/api/v1/inbound?envelope_from=&limit=1").await.items().remove(0)
}

both_databases! {
    async fn the_owner_is_told_what_the_other_server_said_and_nobody_else(database) {
        let app = TestApp::start(database).await;
        let (number, reply) = answered(&app).await;
        let inbound = returns(&app, SUPPORT, &report(&text(&reply["message_id"]), &failed("anna@customer.example"))).await;
        assert_eq!((&inbound["disposition"], text(&inbound["ticket"])), (&"follow_up".into(), number.clone()));
        let notice = app.relay.wait_for("dana@helpdesk.example", 1).await.remove(0).mail();
        assert!(notice.subject().contains("did not arrive") && notice.subject().contains(&number), "{}", notice.subject());
        assert!(notice.text().contains("anna@customer.example: smtp; 550 5.1.1"), "{}", notice.text());
        assert!(told(&app, "root").is_empty(), "only the owner");
        assert!(app.relay.received_by("MAILER-DAEMON@mx.customer.example").is_empty(), "never an answer");
        assert_eq!(app.ticket(&number).await["state"], "open");
    }

    async fn one_recipient_of_several_is_named_and_only_he_gets_it_again_byte_for_byte(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example").cc("bert@customer.example")).await;
        app.hush().await;
        let reply = dana.reply(&number, "We look into it.").await;
        let reply = app.delivery(&reply, "sent").await;
        let first = app.relay.wait_for("bert@customer.example", 1).await.remove(0);
        assert_eq!(first.to.len(), 2);
        let groups = group("anna@customer.example", "relayed", "2.0.0") + &failed("bert@customer.example");
        returns(&app, SUPPORT, &report(&text(&reply["message_id"]), &groups)).await;
        let marked = app.delivery(&reply, "bounced").await;
        let said = marked["delivery"]["error"].as_str().unwrap();
        assert!(said.contains("bert@customer.example") && !said.contains("anna@"), "{said}");
        app.relay.clear();
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let page = browser.get(&format!("/tickets/{number}")).await;
        assert!(page.assert(200).text().contains("/resend\""), "the article offers it");
        browser.submit(&format!("/articles/{}/resend", text(&reply["id"])), &[]).await.assert(303);
        let again = app.relay.wait_for("bert@customer.example", 1).await.remove(0);
        assert_eq!(again.to, ["bert@customer.example"]);
        assert_eq!(again.data, first.data, "the very same mail");
        app.delivery(&reply, "sent").await;
    }

    async fn what_comes_back_while_others_still_wait_is_kept_and_told_once(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example").cc("busy@partner.example")).await;
        quiet(&app).await;
        app.relay.clear();
        app.relay.rule("busy@partner.example", Behaviour::RefuseRecipient(450, "4.2.1 try later"));
        let reply = app.delivery(&dana.reply(&number, "We look into it.").await, "deferred").await;
        let raw = report(&text(&reply["message_id"]), &failed("anna@customer.example"));
        for disposition in ["follow_up", "ignored"] {
            let inbound = returns(&app, SUPPORT, &raw).await;
            assert_eq!(inbound["disposition"], disposition, "{inbound}");
        }
        let waits = app.delivery(&reply, "deferred").await;
        assert_eq!(waits["delivery"]["refused"][0]["address"], "anna@customer.example", "{waits}");
        app.relay.relent();
        app.advance(SignedDuration::from_mins(2)).await;
        let marked = app.delivery(&reply, "bounced").await;
        assert_eq!(app.relay.wait_for("busy@partner.example", 1).await.len(), 1, "the other one gets it");
        let said = marked["delivery"]["error"].as_str().unwrap();
        assert!(said.contains("anna@customer.example: smtp; 550 5.1.1") && !said.contains("busy"), "{said}");
        quiet(&app).await;
        assert_eq!(told(&app, "dana").len(), 1);
    }

    async fn what_comes_back_faster_than_it_is_noted_as_sent_is_kept(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        quiet(&app).await;
        app.relay.clear();
        app.relay.next([Behaviour::Slow(Duration::from_secs(2))]);
        let reply = dana.reply(&number, "We look into it.").await;
        let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
        app.delivery(&reply, "sending").await;
        returns(&app, SUPPORT, &report(&sent.mail().message_id(), &failed("anna@customer.example"))).await;
        let marked = app.delivery(&reply, "bounced").await;
        assert!(marked["delivery"]["error"].as_str().unwrap().contains("550 5.1.1"), "{marked}");
        assert_eq!(told(&app, "dana").len(), 1);
    }

    async fn what_comes_back_of_a_mail_that_may_have_left_ends_its_tries(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        quiet(&app).await;
        app.relay.clear();
        app.relay.next([Behaviour::DropAfterDot]);
        let reply = dana.reply(&number, "We look into it.").await;
        let reply = app.delivery(&reply, "uncertain").await;
        returns(&app, SUPPORT, &report(&text(&reply["message_id"]), &failed("anna@customer.example"))).await;
        app.delivery(&reply, "bounced").await;
        for _ in 0..6 {
            app.advance(SignedDuration::from_mins(61)).await;
        }
        quiet(&app).await;
        assert_eq!(app.relay.received_by("anna@customer.example").len(), 1, "nobody who is not there is tried again");
        assert_eq!(told(&app, "dana").len(), 1);
    }

    async fn the_same_report_twice_tells_once(database) {
        let app = TestApp::start(database).await;
        let (number, reply) = answered(&app).await;
        let raw = report(&text(&reply["message_id"]), &failed("anna@customer.example"));
        returns(&app, SUPPORT, &raw).await;
        let articles = app.articles(&number).await.len();
        for round in 0..20 {
            let copy = [format!("X-Round: {round}\r\nMessage-ID: <r{round}@mx.example>\r\n").as_bytes(), &raw].concat();
            let inbound = returns(&app, SUPPORT, &copy).await;
            assert_eq!(inbound["disposition"], "ignored", "{inbound}");
        }
        assert_eq!(told(&app, "dana").len(), 1);
        assert_eq!(app.articles(&number).await.len(), articles);
    }

    async fn a_warning_joins_the_ticket_and_alarms_nobody(database) {
        let app = TestApp::start(database).await;
        let (number, reply) = answered(&app).await;
        let groups = group("anna@customer.example", "delayed", "4.4.1");
        let inbound = returns(&app, SUPPORT, &report(&text(&reply["message_id"]), &groups)).await;
        assert_eq!(text(&inbound["ticket"]), number, "{inbound}");
        app.delivery(&reply, "sent").await;
        assert!(app.relay.received().is_empty(), "nobody is told");
    }

    async fn a_receipt_changes_nothing(database) {
        let app = TestApp::start(database).await;
        let (number, reply) = answered(&app).await;
        let articles = app.articles(&number).await.len();
        let groups = group("anna@customer.example", "relayed", "2.0.0");
        let inbound = returns(&app, SUPPORT, &report(&text(&reply["message_id"]), &groups)).await;
        assert_eq!(inbound["disposition"], "ignored");
        assert_eq!(app.articles(&number).await.len(), articles);
        app.delivery(&reply, "sent").await;
    }

    async fn what_comes_back_of_a_notification_or_a_confirmation_opens_nothing_and_tells_nobody(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        quiet(&app).await;
        let articles = app.articles(&number).await.len();
        let sent = app.relay.received();
        assert!(sent.len() >= 3, "a confirmation, two notifications");
        app.relay.clear();
        for mail in sent {
            let raw = report(&mail.mail().message_id(), &failed(&mail.to[0]));
            let inbound = returns(&app, SUPPORT, &raw).await;
            assert_eq!(inbound["disposition"], "ignored", "{inbound}");
        }
        assert_eq!((app.tickets().await.len(), app.articles(&number).await.len()), (1, articles));
        assert!(app.relay.received().is_empty());
        let confirmation = app.articles(&number).await.into_iter().find(|article| article["sender_type"] == "system");
        assert_eq!(confirmation.expect("the confirmation")["delivery"]["state"], "bounced", "but it is marked");
    }

    async fn a_report_finds_its_mail_by_the_envelope_alone_and_by_a_quote(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        for way in ["envelope", "quote"] {
            app.hush().await;
            let reply = app.delivery(&dana.reply(&number, way).await, "sent").await;
            let token = app.relay.wait_for("anna@customer.example", 1).await.remove(0).from;
            let id = text(&reply["message_id"]);
            let (to, raw) = if way == "envelope" {
                (token, "From: postmaster@odd.example\r\nSubject: failure notice\r\n\r\nIt could not be delivered.\r\n".to_owned())
            } else {
                (SUPPORT.to_owned(), format!("From: postmaster@odd.example\r\nSubject: Returned mail\r\n\r\nIt could not be delivered.\r\n\r\n> Message-ID: <{id}>\r\n> Hello\r\n"))
            };
            returns(&app, &to, raw.as_bytes()).await;
            app.delivery(&reply, "bounced").await;
        }
    }

    async fn a_forged_report_without_our_ids_is_an_ordinary_ticket(database) {
        let app = TestApp::start(database).await;
        let (number, reply) = answered(&app).await;
        let forged = report("guessed@helpdesk.example", &failed("anna@customer.example"));
        let token = "support+b-00000000000000000000000000000000@helpdesk.example";
        for to in [SUPPORT, token] {
            let inbound = returns(&app, to, &forged).await;
            assert!(["new", "duplicate"].contains(&inbound["disposition"].as_str().unwrap()), "{inbound}");
        }
        app.delivery(&reply, "sent").await;
        assert_eq!(app.ticket(&number).await["state"], "open");
    }

    async fn a_refusal_of_the_relay_tells_the_owner_unless_she_switched_it_off(database) {
        let app = TestApp::start(database).await;
        let (number, _) = answered(&app).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        for (muted, notices) in [(false, 1), (true, 0)] {
            if muted {
                browser.get("/preferences/notices").await.assert(200);
                browser.submit("/preferences/notices", &[("mail-delivery_failure", "off")]).await.assert(303);
            }
            app.hush().await;
            app.relay.next([Behaviour::RefuseRecipient(550, "5.1.1 no such user")]);
            let dana = tests::Client::with_token(&app.base(), &app.token("dana").await);
            let body = serde_json::json!({ "body_text": "Once more.", "hold_seconds": 0, "to": ["anna@customer.example"] });
            let reply = dana.post(&format!("/api/v1/tickets/{number}/replies"), body).await.assert(201).json();
            app.delivery(&reply, "failed").await;
            quiet(&app).await;
            assert_eq!(told(&app, "dana").len(), notices, "muted: {muted}");
        }
    }
}
