use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::{both_databases, mail};

fn locked(ticket: &Value) -> bool {
    ticket["lock"]["locked"].as_bool().expect("a lock's state")
}

both_databases! {
    async fn reading_never_locks(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let browser = app.visitor();
        browser.sign_in("dana", tests::binary::PASSWORD).await;
        browser.get(&format!("/tickets/{number}")).await.assert(200);
        dana.get(&format!("/api/v1/tickets/{number}/articles")).await.assert(200);
        let ticket = app.ticket(&number).await;
        assert!(!locked(&ticket) && ticket["owner"].is_null(), "{ticket}");
    }

    async fn the_lock_makes_the_owner_and_unlocking_keeps_him(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let eve = app.agent("eve", &["Agent"]).await;
        let path = format!("/api/v1/tickets/{number}/lock");
        dana.put_nothing(&path).await.assert(200);
        dana.put_nothing(&path).await.assert(200);
        let refused = eve.put_nothing(&path).await;
        assert!(refused.assert(409).text().contains("Dana"), "409 names the holder: {}", refused.text());
        assert_eq!(refused.header("content-type"), "application/problem+json");
        let ticket = app.ticket(&number).await;
        assert_eq!((locked(&ticket), &ticket["owner"], &ticket["lock"]["by"]), (true, &json!("dana"), &json!("dana")));
        dana.delete(&path).await.assert(204);
        let ticket = app.ticket(&number).await;
        assert_eq!((locked(&ticket), &ticket["owner"]), (false, &json!("dana")));
        eve.put_nothing(&path).await.assert(200);
        assert_eq!(app.ticket(&number).await["owner"], "eve");
    }

    async fn a_locked_ticket_of_another_takes_notes_and_no_answers(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let eve = app.agent("eve", &["Agent"]).await;
        dana.lock(&number).await;
        let base = format!("/api/v1/tickets/{number}");
        eve.post(&format!("{base}/notes"), json!({ "body_text": "Look at the logs." })).await.assert(201);
        eve.post(&format!("{base}/replies"), json!({ "body_text": "Hello", "hold_seconds": 0 })).await.assert(409);
        // Taking it over is assigning it to oneself: the lock comes along.
        eve.set(&number, "owner", "eve").await;
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["owner"], &ticket["lock"]["by"]), (&json!("eve"), &json!("eve")));
        eve.reply(&number, "Hello").await;
        let articles = app.articles(&number).await;
        let note = articles.iter().find(|article| article["channel"] == "note").expect("the note");
        assert_eq!(note["visible"], false);
    }

    async fn a_reply_takes_a_free_lock(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        dana.reply(&number, "We look into it.").await;
        let ticket = app.ticket(&number).await;
        assert_eq!((locked(&ticket), &ticket["owner"], &ticket["state"]), (true, &json!("dana"), &json!("open")));
    }

    async fn what_is_written_on_a_closed_ticket_that_stays_closed_locks_nothing(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let eve = app.agent("eve", &["Agent"]).await;
        let later = (app.clock.now() + SignedDuration::from_hours(2)).to_string();
        for (what, body) in [
            ("calls", json!({ "body_text": "We called back.", "by": "us" })),
            ("calls", json!({ "body_text": "She called.", "by": "customer", "state": "closed" })),
            ("replies", json!({ "body_text": "You are welcome.", "hold_seconds": 0 })),
            ("replies", json!({ "body_text": "Good morning.", "send_at": later })),
        ] {
            let number = app.ticket_from(&mail("anna@customer.example")).await;
            dana.set(&number, "state", "closed").await;
            dana.post(&format!("/api/v1/tickets/{number}/{what}"), body.clone()).await.assert(201);
            let ticket = app.ticket(&number).await;
            assert_eq!((locked(&ticket), &ticket["state"]), (false, &json!("closed")), "{body}: {ticket}");
            // Nobody is kept from it.
            eve.reply(&number, "One more thing.").await;
            assert!(!locked(&app.ticket(&number).await), "{body}");
        }
        // A call of the customer opens it, and whoever took it is on it.
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        dana.set(&number, "state", "closed").await;
        dana.post(&format!("/api/v1/tickets/{number}/calls"), json!({ "body_text": "She called." })).await.assert(201);
        let ticket = app.ticket(&number).await;
        assert_eq!((locked(&ticket), &ticket["state"]), (true, &json!("open")), "{ticket}");
    }

    async fn close_and_move_unlock_without_a_lock_timeout_notice(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let dana = app.agent("dana", &["Agent"]).await;
        for (what, value) in [("state", "closed"), ("queue", "Billing")] {
            let number = app.ticket_from(&mail("anna@customer.example")).await;
            dana.lock(&number).await;
            app.hush().await;
            dana.set(&number, what, value).await;
            assert!(!locked(&app.ticket(&number).await), "after {what} {value}");
            app.advance(SignedDuration::from_hours(24 * 7)).await;
            let notices = app.relay.received_by("dana@helpdesk.example");
            let timeouts: Vec<_> = notices.iter().map(|mail| mail.mail().subject()).filter(|s| s.to_lowercase().contains("lock")).collect();
            assert!(timeouts.is_empty(), "{timeouts:?}");
        }
    }

    async fn the_unlock_timer_counts_working_time_only(database) {
        // Friday, 16:00: one working hour is left of the week, seven go into Monday.
        let app = TestApp::start_at(database, "2026-11-06T16:00:00Z").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let ticket = dana.lock(&number).await;
        let until = if ticket["lock"].is_object() { ticket["lock"]["until"].clone() } else { ticket["until"].clone() };
        assert_eq!(instant(&until), "2026-11-09T16:00:00Z", "{ticket}");
        app.advance(SignedDuration::from_hours(3 * 24 - 1)).await;
        assert!(locked(&app.ticket(&number).await), "Monday 15:00");
        app.clock.advance(SignedDuration::from_mins(61));
        tests::wait_until("the unlock", std::time::Duration::from_secs(10), async || {
            (!locked(&app.ticket(&number).await)).then_some(())
        })
        .await;
        assert_eq!(app.ticket(&number).await["owner"], "dana", "unlocking keeps the owner");
    }

    async fn the_unlock_timer_restarts_at_the_first_customer_answer_only(database) {
        let app = TestApp::start_at(database, "2026-11-09T09:00:00Z").await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        let dana = app.agent("dana", &["Agent"]).await;
        dana.lock(&number).await;
        app.advance(SignedDuration::from_hours(1)).await;
        dana.reply(&number, "We look into it.").await;
        assert_eq!(instant(&app.ticket(&number).await["lock"]["until"]), "2026-11-10T10:00:00Z", "at her article");
        for _ in 0..3 {
            app.advance(SignedDuration::from_hours(1)).await;
            app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        }
        let ticket = app.ticket(&number).await;
        assert_eq!(instant(&ticket["lock"]["until"]), "2026-11-10T11:00:00Z", "at the first of three mails: {ticket}");
        let note = json!({ "body_text": "A note is no answer." });
        dana.post(&format!("/api/v1/tickets/{number}/notes"), note).await.assert(201);
        assert_eq!(instant(&app.ticket(&number).await["lock"]["until"]), "2026-11-10T11:00:00Z");
    }
}

fn instant(value: &Value) -> String {
    let stamp: jiff::Timestamp = text(value).parse().unwrap_or_else(|error| panic!("{value}: {error}"));
    stamp.to_string()
}
