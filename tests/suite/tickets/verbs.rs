use serde_json::json;
use tests::app::{TestApp, text};
use tests::{both_databases, mail};

both_databases! {
    async fn a_ticket_tells_what_the_contract_says(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example").from_header("Anna Bell <anna@customer.example>").subject("Broken key");
        let number = app.ticket_from(&letter).await;
        let ticket = app.ticket(&number).await;
        assert!(ticket["number"].as_str().unwrap().bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(ticket["title"], "Broken key");
        assert_eq!(ticket["queue"], "Support");
        assert_eq!((&ticket["state"], &ticket["state_type"]), (&json!("new"), &json!("new")));
        assert_eq!(ticket["customer"], json!({ "name": "Anna Bell", "address": "anna@customer.example" }));
        assert_eq!(ticket["tags"], json!([]));
        assert_eq!(ticket["lock"]["locked"], false);
        for stamp in ["created_at", "updated_at"] {
            assert!(ticket[stamp].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
        }
        let article = app.articles(&number).await.remove(0);
        assert_eq!(article["ticket"], json!(number));
        assert_eq!((&article["sender_type"], &article["visible"]), (&json!("customer"), &json!(true)));
        assert_eq!(article["message_id"], letter.id());
        assert_eq!(article["body_html"], json!(null));
        assert!(article["body_text"].as_str().unwrap().contains("can you help?"));
    }

    async fn pending_needs_a_date_and_the_reminder_fires_once(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        dana.lock(&number).await;
        let path = format!("/api/v1/tickets/{number}/state");
        let missing = dana.put(&path, json!({ "value": "pending reminder" })).await;
        assert_eq!(missing.assert(422).json()["errors"][0]["field"], "until", "{}", missing.text());
        let until = app.clock.now() + jiff::SignedDuration::from_hours(2);
        dana.put(&path, json!({ "value": "pending reminder", "until": until.to_string() })).await.assert(200);
        assert_eq!(app.ticket(&number).await["state_type"], "pending_reminder");
        app.hush().await;
        app.advance(jiff::SignedDuration::from_hours(3)).await;
        app.relay.wait_for("dana@helpdesk.example", 1).await;
        app.advance(jiff::SignedDuration::from_mins(10)).await;
        assert_eq!(app.relay.received_by("dana@helpdesk.example").len(), 1);
    }

    async fn bad_input_is_422_and_says_which_field(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let base = format!("/api/v1/tickets/{number}");
        for (what, value) in [("queue", "No such queue"), ("state", "hungry"), ("owner", "nobody"), ("priority", "wild")] {
            let answer = app.root.put(&format!("{base}/{what}"), json!({ "value": value })).await;
            let problem = answer.assert(422).json();
            assert!(problem["errors"][0]["message"].as_str().is_some_and(|message| !message.is_empty()), "{problem}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
        app.root.get("/api/v1/tickets/99999999").await.assert(404);
        app.root.get("/api/v1/tickets/not-a-number").await.assert(404);
        let visitor = app.visitor();
        visitor.get(&base).await.assert(401);
        tests::Client::with_token(&app.base(), "wrong").get(&base).await.assert(401);
    }

    async fn every_change_leaves_an_event_with_who_and_why(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        dana.lock(&number).await;
        dana.set(&number, "queue", "Billing").await;
        dana.set(&number, "state", "closed").await;
        let history = app.root.get(&format!("/api/v1/tickets/{number}/history?limit=100")).await.items();
        let all = json!(history).to_string();
        for word in ["dana", "Support", "Billing", "closed", "mail", "api"] {
            assert!(all.contains(word), "no {word} in {all}");
        }
    }

    async fn a_repeated_post_with_the_same_key_happens_once(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let path = format!("/api/v1/tickets/{number}/notes");
        let mut ids = Vec::new();
        for _ in 0..2 {
            let request = app
                .root
                .request(reqwest::Method::POST, &path)
                .header("Idempotency-Key", "once-only")
                .json(&json!({ "body_text": "Only once." }));
            ids.push(text(&app.root.send(request).await.assert(201).json()["id"]));
        }
        assert_eq!(ids[0], ids[1]);
        assert_eq!(app.articles(&number).await.iter().filter(|article| article["channel"] == "note").count(), 1);
    }

    async fn a_list_is_paged_without_gaps_or_repetitions(database) {
        let app = TestApp::start(database).await;
        for index in 0..7 {
            app.ticket_from(&mail("anna@customer.example").subject(&format!("No {index}"))).await;
        }
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app.root.get(&format!("/api/v1/tickets?limit=3{cursor}")).await.assert(200).json();
            seen.extend(page["items"].as_array().unwrap().iter().map(|ticket| text(&ticket["number"])));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={}", tests::app::encoded(next)),
                None => break,
            }
        }
        let mut unique = seen.clone();
        unique.sort();
        unique.dedup();
        assert_eq!((seen.len(), unique.len()), (7, 7), "{seen:?}");
    }

    async fn a_ticket_can_be_found_the_moment_it_is_one(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").text("The zygomorphic widget broke.")).await;
        app.ticket_from(&mail("bert@customer.example").text("Something else.")).await;
        let found = app.root.get("/api/v1/search?q=zygomorphic").await.items();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(json!(found).to_string().contains(&number));
    }
}
