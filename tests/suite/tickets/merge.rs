use serde_json::json;
use tests::app::{TestApp, encoded, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

/// Merges the first ticket into the second one as the admin.
pub async fn merge(app: &TestApp, from: &str, into: &str) {
    app.root.post(&format!("/api/v1/tickets/{from}/merges"), json!({ "into": into })).await.assert(201);
}

both_databases! {
    async fn an_answer_to_a_merged_ticket_arrives_at_the_end_of_the_chain(database) {
        let app = TestApp::start(database).await;
        let (first, second, third) =
            (mail("anna@customer.example").subject("First"), mail("bert@customer.example"), mail("carl@customer.example"));
        let a = app.ticket_from(&first).await;
        let b = app.ticket_from(&second).await;
        let c = app.ticket_from(&third).await;
        let sent = app.root.reply(&a, "Sent before the merge.").await;
        merge(&app, &a, &b).await;
        merge(&app, &b, &c).await;
        let by_id = mail("anna@customer.example").answering([first.id()]);
        let by_ours = mail("anna@customer.example").answering([sent["message_id"].as_str().unwrap()]);
        let by_number = mail("anna@customer.example").subject(&format!("Re: [Ticket#{a}] First"));
        for answer in [&by_id, &by_ours, &by_number] {
            let inbound = app.deliver(answer).await;
            assert_eq!((&inbound["disposition"], &inbound["ticket"]), (&json!("follow_up"), &json!(c)), "{inbound}");
        }
        let there = app.articles(&c).await;
        for answer in [&first, &second, &third, &by_id, &by_ours, &by_number] {
            assert!(there.iter().any(|article| article["message_id"] == answer.id()), "{} is on {c}", answer.id());
        }
        crate::tickets::counters_agree(&app).await;
    }

    async fn a_bounce_of_a_mail_sent_before_the_merge_arrives_at_the_survivor(database) {
        let app = TestApp::start(database).await;
        let a = app.ticket_from(&mail("anna@customer.example")).await;
        let b = app.ticket_from(&mail("anna@customer.example").subject("Another")).await;
        app.hush().await;
        let sent = app.root.reply(&a, "Sent before the merge.").await;
        let token = app.relay.wait_for("anna@customer.example", 1).await[0].from.clone();
        merge(&app, &a, &b).await;
        let report = mail("mailer-daemon@relay.example")
            .subject("Undelivered Mail Returned to Sender")
            .text("Your message could not be delivered: 550 5.1.1 no such user");
        let inbound = app.deliver_as("", &token, &report).await;
        assert_eq!(text(&inbound["ticket"]), b, "{inbound}");
        app.delivery(&sent, "bounced").await;
    }

    async fn the_old_number_leads_to_the_survivor(database) {
        let app = TestApp::start(database).await;
        let a = app.ticket_from(&mail("anna@customer.example")).await;
        let b = app.ticket_from(&mail("anna@customer.example")).await;
        merge(&app, &a, &b).await;
        let old = app.ticket(&a).await;
        assert_eq!((&old["state"], &old["merged_into"]), (&json!("merged"), &json!(b)), "{old}");
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = visitor.get(&format!("/tickets/{a}")).await;
        assert_eq!((page.status.as_u16(), page.location()), (303, format!("/tickets/{b}")));
        assert_eq!(app.articles(&a).await.len(), app.articles(&b).await.len());
        app.root.post(&format!("/api/v1/tickets/{a}/notes"), json!({ "body_text": "By the old number." })).await.assert(201);
        assert!(app.articles(&b).await.iter().any(|article| article["body_text"] == "By the old number."));
        // A person who still looks at the old page is told, and his text is not lost in another conversation.
        visitor.get(&format!("/tickets/{b}")).await.assert(200);
        let posted = visitor.submit(&format!("/tickets/{a}/articles"), &[("kind", "reply"), ("to", "anna@customer.example"), ("body", "For whom?"), ("then", "open"), ("seen", "0")]).await;
        assert!(posted.text().contains("For whom?"), "{}", posted.text());
        assert!(!app.articles(&b).await.iter().any(|article| article["body_text"] == "For whom?"));
    }

    async fn a_ticket_is_not_merged_into_itself_by_any_way_round(database) {
        let app = TestApp::start(database).await;
        let mut numbers = Vec::new();
        for subject in ["A", "B", "C"] {
            numbers.push(app.ticket_from(&mail("anna@customer.example").subject(subject)).await);
        }
        let [a, b, c] = numbers.try_into().unwrap();
        let path = |from: &str| format!("/api/v1/tickets/{from}/merges");
        app.root.post(&path(&a), json!({ "into": a })).await.assert(422);
        merge(&app, &a, &b).await;
        app.root.post(&path(&b), json!({ "into": a })).await.assert(422);
        app.root.post(&path(&a), json!({ "into": c })).await.assert(409);
        merge(&app, &b, &c).await;
        for old in [&a, &b] {
            app.root.post(&path(&c), json!({ "into": old })).await.assert(422);
        }
        app.root.post(&path(&c), json!({ "into": "999999" })).await.assert(422);
    }

    async fn a_merge_unlocks_the_source_and_opens_a_closed_survivor(database) {
        let app = TestApp::start(database).await;
        let a = app.ticket_from(&mail("anna@customer.example")).await;
        let b = app.ticket_from(&mail("anna@customer.example")).await;
        app.agent("dana", &["Agent"]).await.lock(&a).await;
        app.root.set(&b, "state", "closed").await;
        merge(&app, &a, &b).await;
        let (old, new) = (app.ticket(&a).await, app.ticket(&b).await);
        assert_eq!(old["lock"]["locked"], false, "{old}");
        assert_eq!(new["state"], "open", "what is still to be done must not vanish: {new}");
        for (number, kind) in [(&a, "merged_into"), (&b, "merged")] {
            let history = app.root.get(&format!("/api/v1/tickets/{number}/history")).await.items();
            assert!(history.iter().any(|event| event["kind"] == kind), "{kind}: {history:?}");
        }
        crate::tickets::counters_agree(&app).await;
    }

    async fn a_merge_needs_reply_on_both(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Supporter", "Support", &["full"]).await;
        app.role("Reader", "Billing", &["read"]).await;
        let a = app.ticket_from(&mail("anna@customer.example")).await;
        let b = app.ticket_from(&mail("anna@customer.example")).await;
        app.root.set(&b, "queue", "Billing").await;
        let path = |from: &str| format!("/api/v1/tickets/{from}/merges");
        let blind = app.agent("bela", &["Supporter"]).await;
        blind.post(&path(&a), json!({ "into": b })).await.assert(422);
        blind.post(&path(&b), json!({ "into": a })).await.assert(404);
        let half = app.agent("hanna", &["Supporter", "Reader"]).await;
        half.post(&path(&a), json!({ "into": b })).await.assert(403);
        half.post(&path(&b), json!({ "into": a })).await.assert(403);
        assert_eq!(app.ticket(&a).await["state"], "new");
        // What went into a queue is read there only.
        merge(&app, &a, &b).await;
        blind.get(&format!("/api/v1/tickets/{a}/articles")).await.assert(404);
        let found = blind.get(&format!("/api/v1/articles?message_id={}", encoded("nothing"))).await;
        assert!(found.items().is_empty());
        blind.delete(&path(&a)).await.assert(404);
    }
}
