use serde_json::json;
use tests::app::{TestApp, text};
use tests::{both_databases, mail};

both_databases! {
    async fn a_ticket_has_every_promised_field(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example").from_header("Anna Bell <anna@customer.example>").subject("Help");
        let number = app.ticket_from(&letter).await;
        let ticket = app.ticket(&number).await;
        assert!(ticket["number"].is_string());
        for (field, value) in [
            ("number", json!(number)), ("title", json!("Help")), ("queue", json!("Support")), ("state", json!("new")),
            ("state_type", json!("new")), ("priority", json!("normal")), ("owner", json!(null)),
            ("lock", json!({ "locked": false, "by": null, "until": null })),
            ("customer", json!({ "name": "Anna Bell", "address": "anna@customer.example" })), ("tags", json!([])),
        ] {
            assert_eq!(ticket[field], value, "{field}");
        }
        for field in ["created_at", "updated_at"] {
            assert!(ticket[field].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{field}");
        }
        let articles = app.articles(&number).await;
        assert_eq!(articles.len(), 2, "the mail and the automatic answer");
        let article = &articles[0];
        for (field, value) in [
            ("ticket", json!(number)), ("sender_type", json!("customer")), ("channel", json!("mail")), ("visible", json!(true)),
            ("from", json!({ "name": "Anna Bell", "address": "anna@customer.example" })), ("subject", json!("Help")),
            ("message_id", json!(letter.id())), ("body_html", json!(null)), ("delivery", json!(null)), ("attachments", json!([])),
        ] {
            assert_eq!(article[field], value, "{field}");
        }
        assert!(article["to"][0]["address"].is_string() && article["cc"].is_array());
        assert_eq!(app.root.get(&format!("/api/v1/articles/{}", text(&article["id"]))).await.assert(200).json(), *article);
        let by_id = app.root.get(&format!("/api/v1/articles?message_id=<{}>", letter.id())).await.items();
        assert_eq!((by_id.len(), &by_id[0]), (1, article));
    }

    async fn a_call_becomes_a_ticket(database) {
        let app = TestApp::start(database).await;
        let body = json!({ "queue": "Support", "title": "Lost password", "customer": "Bob <bob@customer.example>",
            "body_text": "He called.", "priority": "high", "owner": "root", "state": "pending reminder",
            "until": "2999-01-01T00:00:00Z" });
        let ticket = app.root.post("/api/v1/tickets", body).await.assert(201).json();
        assert_eq!(ticket["customer"], json!({ "name": "Bob", "address": "bob@customer.example" }));
        assert_eq!((&ticket["priority"], &ticket["owner"]), (&json!("high"), &json!("root")));
        assert_eq!((&ticket["state"], &ticket["state_type"]), (&json!("pending reminder"), &json!("pending_reminder")));
        let articles = app.articles(ticket["number"].as_str().unwrap()).await;
        assert_eq!((articles.len(), &articles[0]["channel"]), (1, &json!("phone")));
    }

    async fn an_agent_may_write_first(database) {
        let app = TestApp::start(database).await;
        let body = json!({ "queue": "Support", "title": "Your order", "channel": "mail", "hold_seconds": 0,
            "customer": { "address": "bob@customer.example" }, "body_text": "It is on its way." });
        let ticket = app.root.post("/api/v1/tickets", body).await.assert(201).json();
        assert_eq!(ticket["lock"]["by"], "root");
        let articles = app.articles(ticket["number"].as_str().unwrap()).await;
        app.delivery(&articles[0], "sent").await;
    }

    async fn a_reply_goes_where_it_is_told(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example").cc("carl@customer.example");
        let number = app.ticket_from(&letter).await;
        let path = format!("/api/v1/tickets/{number}/replies");
        let addresses = |list: &serde_json::Value| -> Vec<String> {
            list.as_array().unwrap().iter().map(|p| p["address"].as_str().unwrap().to_owned()).collect()
        };
        let all = app.root.post(&path, json!({ "body_text": "Hello both." })).await.assert(201).json();
        assert_eq!((addresses(&all["to"]), addresses(&all["cc"])), (vec!["anna@customer.example".into()], vec!["carl@customer.example".into()]));
        assert_eq!(all["delivery"]["state"], "held");
        assert_eq!(app.ticket(&number).await["state"], "open");
        let only = json!({ "body_text": "Hello.", "to": ["Eve <eve@elsewhere.example>"], "state": "closed", "hold_seconds": 0 });
        let only = app.root.post(&path, only).await.assert(201).json();
        assert_eq!((addresses(&only["to"]), addresses(&only["cc"])), (vec!["eve@elsewhere.example".into()], vec![]));
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["state"], &ticket["lock"]["locked"]), (&json!("closed"), &json!(false)));
        let html = json!({ "body_html": "<p>Hello <b>there</b><script>x()</script></p>", "hold_seconds": 0 });
        let html = app.root.post(&path, html).await.assert(201).json();
        assert!(html["body_text"].as_str().unwrap().contains("Hello"), "{html}");
        assert!(!html["body_html"].as_str().unwrap().contains("script"), "{html}");
    }

    async fn the_lock_and_the_owner(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let lock = format!("/api/v1/tickets/{number}/lock");
        let ticket = dana.lock(&number).await;
        assert_eq!((&ticket["lock"]["by"], &ticket["owner"]), (&json!("dana"), &json!("dana")));
        assert!(ticket["lock"]["until"].is_string(), "{ticket}");
        dana.lock(&number).await;
        let taken = app.root.put_nothing(&lock).await;
        taken.assert(409);
        assert!(taken.json()["detail"].as_str().unwrap().contains("Dana Agent"), "{}", taken.text());
        app.root.post(&format!("/api/v1/tickets/{number}/replies"), json!({ "body_text": "x" })).await.assert(409);
        app.root.post(&format!("/api/v1/tickets/{number}/notes"), json!({ "body_text": "x" })).await.assert(201);
        dana.delete(&lock).await.assert(204);
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["lock"]["locked"], &ticket["owner"]), (&json!(false), &json!("dana")));
        app.root.put(&format!("/api/v1/tickets/{number}/owner"), json!({ "value": null })).await.assert(200);
        let history = app.root.get(&format!("/api/v1/tickets/{number}/history")).await.items();
        let kinds: Vec<_> = history.iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert!(kinds.contains(&"locked") && kinds.contains(&"unlocked") && kinds.contains(&"noted"), "{kinds:?}");
        assert!(history.iter().any(|event| event["actor"] == "dana" && event["cause"] == "api"), "{history:?}");
    }
}
