//! Texts of the house by program: kept, offered, filled in, sent.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::{both_databases, mail};

both_databases! {
    async fn a_template_is_kept_changed_retired_and_offered_again(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let dana = app.agent("dana", &["Agent"]).await;
        let body = json!({ "name": "Thanks", "language": "en", "body_text": "Thank you, {{customer.name}}.", "queues": ["Billing"] });
        dana.post("/api/v1/templates", body.clone()).await.assert(403);
        let made = app.root.post("/api/v1/templates", body.clone()).await.assert(201).json();
        let path = format!("/api/v1/templates/{}", text(&made["id"]));
        assert_eq!((&made["queues"], &made["language"], &made["retired"]), (&json!(["Billing"]), &json!("en"), &json!(false)));
        let taken = app.root.post("/api/v1/templates", body.clone()).await;
        assert_eq!(taken.assert(422).json()["errors"][0]["field"], "name");
        // The same name in another language is another text.
        let mut german = body.clone();
        german["language"] = json!("de");
        app.root.post("/api/v1/templates", german).await.assert(201);
        for (field, value) in [
            ("body", json!({ "name": "A", "body_text": "Dear {{customer.nmae}}" })),
            ("name", json!({ "name": " ", "body_text": "Hello" })),
            ("body", json!({ "name": "A", "body_text": "" })),
            ("wait_days", json!({ "name": "A", "body_text": "x", "effects": { "state": "pending reminder" } })),
            ("state", json!({ "name": "A", "body_text": "x", "effects": { "state": "merged" } })),
            ("queues", json!({ "name": "A", "body_text": "x", "queues": ["Nowhere"] })),
            ("tags", json!({ "name": "A", "body_text": "x", "effects": { "tags": ["a,b"] } })),
        ] {
            let refused = app.root.post("/api/v1/templates", value.clone()).await;
            assert_eq!(refused.assert(422).json()["errors"][0]["field"], field, "{value}");
        }
        // Who sees nothing of a queue sees none of its texts.
        app.role("Supporter", "Support", &["reply"]).await;
        let sue = app.agent("sue", &["Supporter"]).await;
        sue.get(&path).await.assert(404);
        assert!(sue.get("/api/v1/templates").await.items().is_empty());
        let change = json!({ "name": "Many thanks", "body_text": "Many thanks.", "effects": { "state": "closed" } });
        let changed = app.root.put(&path, change).await.assert(200).json();
        assert_eq!((&changed["name"], &changed["queues"], &changed["effects"]["state"]), (&json!("Many thanks"), &json!([]), &json!("closed")));
        app.root.delete(&path).await.assert(204);
        assert_eq!(dana.get(&path).await.assert(200).json()["retired"], true);
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let offered = format!("/api/v1/tickets/{number}/templates");
        assert!(dana.get(&offered).await.items().is_empty(), "neither the retired one nor that of another queue");
        app.root.post(&format!("{path}/restore"), json!({})).await.assert(201);
        assert_eq!(dana.get(&offered).await.items()[0]["name"], "Many thanks");
    }

    async fn a_reply_by_template_says_what_it_says_and_does_what_it_does(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").from_header("Anna {{agent.name}} <anna@customer.example>").subject("Key")).await;
        app.hush().await;
        let body = json!({ "name": "Wait", "body_text": "About {{ ticket.subject }} in {{organisation.name}}, {{customer.address}}.",
            "effects": { "state": "pending auto close", "wait_days": 5, "tags": ["waits"], "priority": 2 } });
        let id = text(&app.root.post("/api/v1/templates", body).await.assert(201).json()["id"]);
        let shown = app.root.get(&format!("/api/v1/tickets/{number}/templates")).await.items().remove(0);
        assert_eq!((&shown["body_text"], &shown["missing"]), (&json!("About Key in Helpdesk, anna@customer.example."), &json!([])));
        let path = format!("/api/v1/tickets/{number}/replies");
        let reply = app.root.post(&path, json!({ "template": id, "hold_seconds": 0 })).await.assert(201).json();
        assert!(reply["body_text"].as_str().unwrap().starts_with("About Key in Helpdesk"), "{reply}");
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["state"], &ticket["priority"], &ticket["tags"]), (&json!("pending auto close"), &json!("low"), &json!(["waits"])));
        let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
        assert!(sent.mail().text().contains("About Key in Helpdesk, anna@customer.example."));
        app.root.post(&path, json!({ "template": "77777" })).await.assert(422);
        // Nothing that is still to be filled in reaches a customer, whichever way it takes.
        for body in [json!({ "body_text": "Dear {{customer.name}}," }), json!({ "body_text": "Dear {{ Customer.Name }}," })] {
            let refused = app.root.post(&path, body).await;
            assert_eq!(refused.assert(422).json()["errors"][0]["field"], "body_text");
        }
        app.root.post(&path, json!({ "body_text": "In {{braces}}.\n> {{customer.name}}" })).await.assert(201);
        let article = text(&app.articles(&number).await[0]["id"]);
        let forward = json!({ "article": article, "to": ["helper@supplier.example"], "body_text": "Ask {{customer.name}}." });
        app.root.post(&format!("/api/v1/tickets/{number}/forwards"), forward).await.assert(422);
        // A stranger who calls himself like one of the names stops nothing, and becomes nobody else.
        let body = json!({ "name": "Hello", "body_text": "Hello {{customer.name}}" });
        app.root.post("/api/v1/templates", body).await.assert(201);
        let shown = app.root.get(&format!("/api/v1/tickets/{number}/templates")).await.items().remove(0);
        assert_eq!((&shown["body_text"], &shown["missing"]), (&json!("Hello Anna { {agent.name}}"), &json!([])));
    }
}
