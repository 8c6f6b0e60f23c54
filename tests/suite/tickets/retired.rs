//! Rule 31: what is retired keeps its name on old tickets and is offered nowhere. Rule 44: whoever is retired hears of
//! nothing any more.

use std::time::Duration;

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

both_databases! {
    async fn retired_values_keep_their_name_on_old_tickets_and_are_offered_nowhere(database) {
        let app = TestApp::start(database).await;
        app.queue("Faxes", "fax@helpdesk.example").await;
        app.agent("gone", &["Agent"]).await;
        let inbound = app.deliver_as("anna@customer.example", "fax@helpdesk.example", &mail("anna@customer.example")).await;
        let old = text(&inbound["ticket"]);
        app.root.set(&old, "owner", "gone").await;
        app.root.set(&old, "state", "closed").await;
        let other = app.ticket_from(&mail("ben@customer.example")).await;
        let queues = app.root.get("/api/v1/queues").await.items();
        let queue = text(&queues.iter().find(|queue| queue["name"] == "Faxes").unwrap()["id"]);
        app.root.patch(&format!("/api/v1/queues/{queue}"), json!({ "retired": true })).await.assert(200);
        app.settings.must(&["agent", "disable", "--login", "gone"], "");
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        // The old ticket says what it always said.
        let ticket = app.ticket(&old).await;
        assert_eq!((&ticket["queue"], &ticket["owner"]), (&json!("Faxes"), &json!("gone")));
        let page = browser.get(&format!("/tickets/{old}")).await.assert(200).text();
        assert!(page.contains("Faxes") && page.contains("Gone Agent"), "{page}");
        // No form offers either for another ticket.
        for path in ["/tickets/new".to_owned(), format!("/tickets/{other}")] {
            let page = browser.get(&path).await.assert(200).text();
            assert!(!page.contains(">Faxes</option>"), "{path} offers the queue");
            assert!(!page.contains(">Gone Agent</option>"), "{path} offers the agent");
        }
        // And no program gets past that.
        let ticket = format!("/api/v1/tickets/{other}");
        app.root.put(&format!("{ticket}/queue"), json!({ "value": "Faxes" })).await.assert(422);
        app.root.put(&format!("{ticket}/owner"), json!({ "value": "gone" })).await.assert(422);
        let new = json!({ "queue": "Faxes", "title": "x", "customer": "c@customer.example", "body_text": "x" });
        app.root.post("/api/v1/tickets", new).await.assert(422);
        let now = app.ticket(&other).await;
        assert_eq!((&now["queue"], &now["owner"]), (&json!("Support"), &json!(null)));
    }

    async fn a_retired_agents_stream_ends_and_nothing_is_told_to_him(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let mut stream = dana.request(reqwest::Method::GET, "/api/v1/events").send().await.unwrap();
        let first = stream.chunk().await.unwrap().unwrap();
        assert!(String::from_utf8_lossy(&first).contains("listening"));
        app.hush().await;
        app.settings.must(&["agent", "disable", "--login", "dana"], "");
        app.root.reply(&number, "Not for dana.").await;
        app.deliver(&mail("ben@customer.example")).await;
        app.settle().await;
        // The stream ends by itself, and told nothing of what came after.
        let mut told = String::new();
        let rest = async {
            while let Ok(Some(chunk)) = stream.chunk().await {
                told.push_str(&String::from_utf8_lossy(&chunk));
            }
        };
        tokio::time::timeout(Duration::from_secs(10), rest).await.expect("the stream ends");
        assert!(!told.contains(&number), "{told}");
        assert!(app.relay.received_by("dana@helpdesk.example").is_empty(), "she is told nothing by mail");
    }
}
