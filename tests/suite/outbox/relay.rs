use std::time::Duration;

use serde_json::json;
use tests::app::TestApp;
use tests::smtp_peer::Behaviour;
use tests::{both_databases, mail};

both_databases! {
    async fn a_held_reply_leaves_after_its_hold_and_survives_a_restart(database) {
        let mut app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        let path = format!("/api/v1/tickets/{number}/replies");
        let reply = app.root.post(&path, json!({ "body_text": "Held." })).await.assert(201).json();
        assert_eq!(reply["delivery"]["state"], "held", "{reply}");
        app.restart().await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(app.relay.received_by("anna@customer.example").is_empty(), "still held");
        app.advance(jiff::SignedDuration::from_secs(11)).await;
        app.delivery(&reply, "sent").await;
        app.advance(jiff::SignedDuration::from_secs(11)).await;
        assert_eq!(app.relay.received_by("anna@customer.example").len(), 1);
    }

    async fn a_relay_that_is_down_and_then_busy_loses_and_doubles_nothing(database) {
        let mut app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        app.relay.down().await;
        let mut replies = Vec::new();
        for index in 0..5 {
            replies.push(app.root.reply(&number, &format!("Answer {index}.")).await);
        }
        app.delivery(&replies[0], "deferred").await;
        for _ in 0..8 {
            app.advance(jiff::SignedDuration::from_mins(15)).await;
        }
        app.relay.behave(Behaviour::RefuseRecipient(450, "4.2.0 later"));
        app.relay.up().await;
        for _ in 0..6 {
            app.advance(jiff::SignedDuration::from_mins(10)).await;
        }
        let article = app.delivery(&replies[0], "deferred").await;
        assert!(article["delivery"]["error"].as_str().unwrap().contains("later"), "{article}");
        app.relay.behave(Behaviour::Accept);
        for _ in 0..6 {
            app.advance(jiff::SignedDuration::from_mins(61)).await;
        }
        for reply in &replies {
            app.delivery(reply, "sent").await;
        }
        let sent: Vec<_> = app.relay.received_by("anna@customer.example").iter().map(|mail| mail.mail().message_id()).collect();
        let wanted: Vec<_> = replies.iter().map(|reply| reply["message_id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(sent, wanted, "each once, in order");
    }

    async fn a_refusal_for_good_fails_at_once_and_shows(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.relay.wait_for("anna@customer.example", 1).await;
        app.relay.behave(Behaviour::RefuseRecipient(550, "5.1.1 no such user here"));
        let reply = app.root.reply(&number, "Hello?").await;
        let article = app.delivery(&reply, "failed").await;
        assert!(article["delivery"]["error"].as_str().unwrap().contains("no such user"), "{article}");
        // One bad mail does not hold up the next.
        let other = app.ticket_from(&mail("bert@customer.example")).await;
        app.relay.behave(Behaviour::Accept);
        let second = app.root.reply(&other, "Hello!").await;
        app.delivery(&second, "sent").await;
        assert_eq!(app.delivery(&reply, "failed").await["delivery"]["state"], "failed");
    }

    async fn a_line_cut_after_the_final_dot_is_uncertain_and_repeated_byte_for_byte(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        app.relay.behave(Behaviour::DropAfterDot);
        let reply = app.root.reply(&number, "Did it arrive?").await;
        app.delivery(&reply, "uncertain").await;
        app.relay.behave(Behaviour::Accept);
        for _ in 0..6 {
            app.advance(jiff::SignedDuration::from_mins(61)).await;
        }
        app.delivery(&reply, "sent").await;
        let copies = app.relay.received_by("anna@customer.example");
        assert!(copies.len() >= 2);
        assert!(copies.iter().all(|copy| copy.data == copies[0].data), "identical bytes");
        assert_eq!(copies.iter().filter(|copy| copy.acknowledged).count(), 1, "never again after its 250");
        app.advance(jiff::SignedDuration::from_hours(6)).await;
        assert_eq!(app.relay.received_by("anna@customer.example").len(), copies.len());
    }

    async fn without_a_relay_mail_waits_and_the_pages_say_so(database) {
        let app = TestApp::start_with(database, |config| config.smtp_relay = None).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let reply = app.root.reply(&number, "Patience.").await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let article = app.root.get(&format!("/api/v1/articles/{}", tests::app::text(&reply["id"]))).await.json();
        assert!(["due", "deferred"].contains(&article["delivery"]["state"].as_str().unwrap()), "{article}");
        let browser = app.visitor();
        browser.sign_in("root", tests::binary::PASSWORD).await;
        assert!(browser.get("/tickets").await.assert(200).text().to_lowercase().contains("relay"));
    }
}
