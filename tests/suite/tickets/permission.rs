use serde_json::json;
use tests::app::TestApp;
use tests::{both_databases, mail};

both_databases! {
    async fn invisible_is_404_and_visible_but_forbidden_is_403(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Reader", "Support", &["read"]).await;
        app.role("Biller", "Billing", &["full"]).await;
        let reader = app.agent("rita", &["Reader"]).await;
        let biller = app.agent("bill", &["Biller"]).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("canary-7312")).await;
        let base = format!("/api/v1/tickets/{number}");
        let requests = [
            ("PUT", "lock", None),
            ("POST", "replies", Some(json!({ "body_text": "x" }))),
            ("POST", "notes", Some(json!({ "body_text": "x" }))),
            ("PUT", "queue", Some(json!({ "value": "Support" }))),
            ("PUT", "state", Some(json!({ "value": "closed" }))),
            ("PUT", "priority", Some(json!({ "value": "high" }))),
            ("PUT", "owner", Some(json!({ "value": "rita" }))),
        ];
        reader.get(&base).await.assert(200);
        let hidden = biller.get(&base).await;
        hidden.assert(404);
        assert!(!hidden.text().contains("canary"));
        for (method, what, body) in requests {
            let method: reqwest::Method = method.parse().unwrap();
            for (client, status) in [(&reader, 403), (&biller, 404)] {
                let mut request = client.request(method.clone(), &format!("{base}/{what}"));
                if let Some(body) = &body {
                    request = request.json(body);
                }
                let answer = client.send(request).await;
                answer.assert(status);
                assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
            }
        }
        for path in ["/api/v1/tickets", "/api/v1/search?q=canary", "/api/v1/articles"] {
            let answer = biller.get(path).await;
            assert!(!answer.text().contains("canary-7312"), "{path} tells what is hidden");
        }
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["state"], &ticket["owner"]), (&json!("new"), &json!(null)), "nothing was changed");
    }

    async fn a_move_needs_the_source_and_the_target(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.queue("Legal", "legal@helpdesk.example").await;
        app.role("Mover", "Support", &["reply"]).await;
        app.role("Into billing", "Billing", &["move_into"]).await;
        let mover = app.agent("max", &["Mover", "Into billing"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let path = format!("/api/v1/tickets/{number}/queue");
        let refused = mover.put(&path, json!({ "value": "Legal" })).await.status.as_u16();
        assert!([403, 422].contains(&refused), "no right on the target: {refused}");
        mover.put(&path, json!({ "value": "Billing" })).await.assert(200);
        assert_eq!(app.ticket(&number).await["queue"], "Billing");
        // `move_into` includes `read`: he still sees it, but may not take it back.
        mover.put(&path, json!({ "value": "Support" })).await.assert(403);
    }

    async fn the_owner_keeps_read_and_note_on_a_ticket_moved_out_of_sight(database) {
        let app = TestApp::start(database).await;
        app.queue("Legal", "legal@helpdesk.example").await;
        app.role("Supporter", "Support", &["full"]).await;
        let dana = app.agent("dana", &["Supporter"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        dana.lock(&number).await;
        app.root.set(&number, "queue", "Legal").await;
        let base = format!("/api/v1/tickets/{number}");
        dana.get(&base).await.assert(200);
        dana.post(&format!("{base}/notes"), json!({ "body_text": "For you." })).await.assert(201);
        dana.post(&format!("{base}/replies"), json!({ "body_text": "x" })).await.assert(403);
    }

    async fn a_queue_of_which_one_may_not_know_is_none_by_its_name_either(database) {
        let app = TestApp::start(database).await;
        app.queue("Legal", "legal@helpdesk.example").await;
        app.role("Supporter", "Support", &["full"]).await;
        let dana = app.agent("dana", &["Supporter"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let path = format!("/api/v1/tickets/{number}/queue");
        let told = async |name: &str| dana.put(&path, json!({ "value": name })).await.assert(422).text().replace(name, "NAME");
        assert_eq!(told("Legal").await, told("Nowhere").await);
    }

    async fn a_message_does_not_leave_the_bin_by_being_taken_to_another_ticket(database) {
        let app = TestApp::start(database).await;
        app.role("Answerer", "Support", &["reply"]).await;
        let dana = app.agent("dana", &["Answerer"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let other = app.ticket_from(&mail("ben@customer.example")).await;
        app.root.post(&format!("/api/v1/tickets/{number}/notes"), json!({ "body_text": "A second one stays." })).await.assert(201);
        let article = app.articles(&number).await.remove(0)["id"].as_str().unwrap().to_owned();
        app.root.put(&format!("/api/v1/tickets/{number}/removal"), json!({})).await.assert(200);
        let ids = async || -> Vec<serde_json::Value> {
            app.articles(&number).await.into_iter().map(|article| article["id"].clone()).collect()
        };
        let before = ids().await;
        for who in [&dana, &app.root] {
            who.put(&format!("/api/v1/articles/{article}/ticket"), json!({ "value": other })).await.assert(409);
        }
        assert_eq!(ids().await, before);
    }

    // Rule 27.
    async fn a_watcher_gains_nothing_by_watching(database) {
        let app = TestApp::start(database).await;
        app.queue("Legal", "legal@helpdesk.example").await;
        app.role("Supporter", "Support", &["full"]).await;
        let dana = app.agent("dana", &["Supporter"]).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("canary-7312")).await;
        let base = format!("/api/v1/tickets/{number}");
        dana.send(dana.request(reqwest::Method::POST, &format!("{base}/watchers"))).await.assert(201);
        app.root.set(&number, "queue", "Legal").await;
        app.hush().await;
        dana.get(&base).await.assert(404);
        app.root.reply(&number, "canary-7312").await;
        app.settle().await;
        assert!(dana.get("/api/v1/tickets?q=state:any").await.items().is_empty());
        assert!(app.relay.received_by("dana@helpdesk.example").is_empty(), "she is told nothing of it");
        // Once it is where she may read, she watches it still.
        app.root.set(&number, "queue", "Support").await;
        dana.get(&base).await.assert(200);
    }

    async fn a_disabled_agent_is_out_at_once(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let browser = app.visitor();
        browser.sign_in("dana", tests::binary::PASSWORD).await;
        browser.get("/tickets").await.assert(200);
        app.settings.must(&["agent", "disable", "--login", "dana"], "");
        dana.get("/api/v1/tickets").await.assert(401);
        browser.get("/tickets").await.assert(303);
    }

    async fn the_last_admin_stays(database) {
        let app = TestApp::start(database).await;
        let output = app.settings.run(&["agent", "disable", "--login", "root"], b"");
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("last agent"), "{output:?}");
        app.root.get("/api/v1/tickets").await.assert(200);
    }
}
