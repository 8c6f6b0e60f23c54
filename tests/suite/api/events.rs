use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tests::app::TestApp;
use tests::{Client, both_databases, mail};

/// Reads a stream until it has said all of these words, and returns what it said.
async fn listen(client: &Client, after: Option<&str>, until: &[&str]) -> String {
    let mut request = client.request(Method::GET, "/api/v1/events");
    if let Some(id) = after {
        request = request.header("Last-Event-ID", id);
    }
    let mut answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut said = String::new();
    let reading = async {
        while let Some(chunk) = answer.chunk().await.unwrap() {
            said.push_str(&String::from_utf8_lossy(&chunk));
            if until.iter().all(|word| said.contains(word)) {
                return;
            }
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(15), reading).await;
    assert!(ended.is_ok(), "the stream did not say {until:?}: {said}");
    said
}

both_databases! {
    async fn changes_are_told_to_whom_may_read_them(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["full"]).await;
        let bill = app.agent("bill", &["Biller"]).await;
        let hidden = app.ticket_from(&mail("anna@customer.example")).await;
        let shown = app.deliver_as("bob@customer.example", "billing@helpdesk.example", &mail("bob@customer.example")).await;
        let shown = shown["ticket"].as_str().unwrap();
        let said = listen(&bill, Some("0"), &["event: opened", shown]).await;
        assert!(!said.contains(&format!("\"ticket\":\"{hidden}\"")), "{said}");
        let said = listen(&app.root, Some("0"), &[shown, &hidden]).await;
        assert!(said.contains("event: opened") && said.contains("id: "), "{said}");
    }

    async fn a_stream_hears_what_happens_now(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let act = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            app.root.lock(&number).await;
        };
        let (said, ()) = tokio::join!(listen(&app.root, None, &["event: locked"]), act);
        assert!(!said.contains("event: opened"), "what was before is not told: {said}");
        let bad = app.root.send(app.root.request(Method::GET, "/api/v1/events").header("Last-Event-ID", "x")).await;
        assert_eq!(bad.assert(422).json()["errors"][0]["field"], json!("Last-Event-ID"));
    }
}
