//! The bin: nothing of a deleted ticket shows or leaves, everything comes back, and in the end it is gone.

use diesel::RunQueryDsl;
use jiff::SignedDuration;
use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

use super::Wrong;

both_databases! {
    async fn a_deleted_ticket_is_nowhere_and_comes_back_as_it_was(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example").subject("canary-8813").text("zygomorphic");
        let number = app.ticket_from(&question).await;
        let dana = app.agent("dana", &["Agent"]).await;
        dana.lock(&number).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let page = format!("/tickets/{number}");
        browser.get(&page).await.assert(200);
        browser.submit(&format!("{page}/removal"), &[("reason", "deleted")]).await.assert(303);
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["state"], &ticket["lock"]["locked"]), (&json!("removed"), &json!(false)));
        for path in ["/api/v1/tickets", "/api/v1/search?q=zygomorphic", "/tickets", "/search?q=zygomorphic", "/dashboard"] {
            let answer = if path.starts_with("/api") { dana.get(path).await } else { browser.get(path).await };
            let shown = answer.assert(200).text();
            assert!(!shown.contains("canary-8813"), "{path}: {shown}");
        }
        crate::tickets::counters_agree(&app).await;
        // It takes nothing, whoever asks.
        let base = format!("/api/v1/tickets/{number}");
        for (what, body) in [("notes", json!({ "body_text": "x" })), ("replies", json!({ "body_text": "x" }))] {
            dana.post(&format!("{base}/{what}"), body).await.assert(409);
        }
        dana.put_nothing(&format!("{base}/lock")).await.assert(409);
        let again = app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        assert_eq!(again["disposition"], "new", "a mail to it becomes a ticket of its own");

        let bin = browser.get("/tickets/bin").await.text();
        assert!(bin.contains("canary-8813") && bin.contains("Dana Agent"), "{bin}");
        let shown = browser.get(&page).await.text();
        assert!(shown.contains("deleted this ticket") && !shown.contains("id=\"reply\""), "{shown}");
        browser.submit(&format!("{page}/removal/end"), &[]).await.assert(303);
        assert_eq!(app.ticket(&number).await["state"], "new");
        assert!(app.root.get("/api/v1/search?q=zygomorphic").await.text().contains(&number));
        dana.delete(&format!("{base}/removal")).await.assert(409);
        crate::tickets::counters_agree(&app).await;
    }

    async fn deleting_needs_full(database) {
        let app = TestApp::start(database).await;
        app.role("Answers", "*", &["reply", "owner", "priority", "move_into"]).await;
        let rita = app.agent("rita", &["Answers"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let base = format!("/api/v1/tickets/{number}");
        rita.put(&format!("{base}/removal"), json!({})).await.assert(403);
        rita.put(&format!("{base}/customer"), json!({ "value": "bert@customer.example" })).await.assert(403);
        app.root.put(&format!("{base}/removal"), json!({ "reason": "boredom" })).await.assert(422);
        app.root.put(&format!("{base}/removal"), json!({})).await.assert(200);
        rita.delete(&format!("{base}/removal")).await.assert(403);
        let browser = app.visitor();
        browser.sign_in("rita", PASSWORD).await;
        let page = browser.get("/tickets/bin").await.text();
        assert!(page.contains(&number) && !page.contains("removal/end"), "she sees it, and no way back: {page}");
    }

    async fn spam_is_never_answered(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("spammer@bulk.example").subject("Cheap")).await;
        app.relay.wait_for("spammer@bulk.example", 1).await;
        app.hush().await;
        let reply = json!({ "body_text": "Dear Sir", "hold_seconds": 60 });
        app.root.post(&format!("/api/v1/tickets/{number}/replies"), reply).await.assert(201);
        app.root.put(&format!("/api/v1/tickets/{number}/removal"), json!({ "reason": "spam" })).await.assert(200);
        let next = app.deliver(&mail("Spammer@bulk.example").subject("Cheaper")).await;
        assert!(text(&next["auto_response"]).contains("spam"), "{next}");
        app.advance(SignedDuration::from_mins(5)).await;
        app.settle().await;
        assert!(app.relay.received_by("spammer@bulk.example").is_empty(), "what was held does not leave either");
        // Taken out again, the sender is as good as anybody.
        app.root.delete(&format!("/api/v1/tickets/{number}/removal")).await.assert(204);
        let last = app.deliver(&mail("spammer@bulk.example").subject("Sorry")).await;
        assert_eq!(text(&last["auto_response"]), "sent", "{last}");
    }

    async fn what_lay_long_enough_is_gone_for_good(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example").subject("canary-5512").html("<p>canary-5512</p>").attach("a.txt", "text/plain", b"canary");
        let number = app.ticket_from(&letter).await;
        let other = app.ticket_from(&mail("bert@customer.example")).await;
        app.root.post(&format!("/api/v1/tickets/{number}/notes"), json!({ "body_text": "canary-5512" })).await.assert(201);
        app.root.post(&format!("/api/v1/tickets/{number}/tags"), json!({ "tag": "canary" })).await.assert(201);
        app.root.post(&format!("/api/v1/tickets/{number}/links"), json!({ "ticket": other })).await.assert(201);
        app.root.reply(&number, "An answer.").await;
        app.settle().await;
        app.root.put(&format!("/api/v1/tickets/{number}/removal"), json!({})).await.assert(200);
        app.advance(SignedDuration::from_hours(24 * 29)).await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert!(!app.articles(&number).await.is_empty(), "not a day too early");
        app.advance(SignedDuration::from_hours(48)).await;
        tests::wait_until("the purge", std::time::Duration::from_secs(20), async || {
            app.articles(&number).await.is_empty().then_some(())
        })
        .await;
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["title"], &ticket["state"], &ticket["tags"]), (&json!(""), &json!("removed"), &json!([])));
        app.root.delete(&format!("/api/v1/tickets/{number}/removal")).await.assert(409);
        assert!(app.root.get(&format!("/api/v1/tickets/{number}/acts")).await.items().is_empty());
        let left = "SELECT (SELECT count(*) FROM attachments) + (SELECT count(*) FROM articles WHERE body_text LIKE '%canary-5512%') AS n";
        let left = app.db().read(move |conn| Ok(diesel::sql_query(left).get_result::<Wrong>(conn)?)).await.unwrap();
        assert_eq!(left.n, 0);
        // Its number is not used again, and the other ticket stands.
        assert_eq!(app.ticket(&other).await["state"], "new");
        crate::tickets::counters_agree(&app).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        assert!(browser.get(&format!("/tickets/{number}")).await.assert(200).text().contains("thrown away for good"));
        browser.get("/tickets/bin").await.assert(200);
    }

    async fn a_ticket_of_another_customer_answers_to_that_one(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("secretary@customer.example").cc("cora@partner.example")).await;
        app.hush().await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let page = format!("/tickets/{number}/customer");
        assert!(browser.get(&page).await.assert(200).text().contains("secretary@customer.example"));
        let wrong = browser.submit(&page, &[("customer", "nobody at all")]).await;
        assert!(wrong.assert(422).text().contains("value=\"nobody at all\""), "what was typed stays: {}", wrong.text());
        browser.submit(&page, &[("customer", "Berta Boss <boss@customer.example>")]).await.assert(303);
        let ticket = app.ticket(&number).await;
        assert_eq!(ticket["customer"], json!({ "name": "Berta Boss", "address": "boss@customer.example" }));
        app.root.reply(&number, "For you.").await;
        app.relay.wait_for("boss@customer.example", 1).await;
        app.relay.wait_for("cora@partner.example", 1).await;
        app.settle().await;
        assert!(app.relay.received_by("secretary@customer.example").is_empty(), "not before somebody takes her in");
        let people = app.root.get(&format!("/api/v1/tickets/{number}/participants")).await.text();
        assert!(people.contains("secretary@customer.example"), "{people}");
        let theirs = app.root.get("/api/v1/tickets?customer=boss@customer.example").await.items();
        assert_eq!(theirs.len(), 1, "{theirs:?}");
    }
}
