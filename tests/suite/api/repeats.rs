use reqwest::Method;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::{Answer, Client};
use tests::{both_databases, mail};

async fn post(client: &Client, path: &str, key: &str, body: Value) -> Answer {
    let request = client.request(Method::POST, path).header("Idempotency-Key", key).json(&body);
    client.send(request).await
}

both_databases! {
    async fn a_repeated_request_is_done_once(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let path = format!("/api/v1/tickets/{number}/notes");
        let body = json!({ "body_text": "Called her." });
        let first = post(&app.root, &path, "note-1", body.clone()).await;
        first.assert(201);
        let second = post(&app.root, &path, "note-1", body.clone()).await;
        second.assert(201);
        assert_eq!(first.body, second.body);
        assert_eq!(app.articles(&number).await.iter().filter(|a| a["channel"] == "note").count(), 1);

        let other = post(&app.root, &path, "note-1", json!({ "body_text": "Something else." })).await;
        other.assert(422);
        assert_eq!(other.json()["errors"][0]["field"], "Idempotency-Key");
        // Another agent's key is another key.
        let dana = app.agent("dana", &["Agent"]).await;
        post(&dana, &path, "note-1", json!({ "body_text": "Something else." })).await.assert(201);
    }

    async fn a_refusal_is_not_kept(database) {
        let app = TestApp::start(database).await;
        post(&app.root, "/api/v1/queues", "q", json!({ "name": "" })).await.assert(422);
        post(&app.root, "/api/v1/queues", "q", json!({ "name": "Billing" })).await.assert(201);
    }

    async fn of_many_at_once_one_is_done(database) {
        let app = TestApp::start(database).await;
        let body = json!({ "queue": "Support", "title": "A call", "body_text": "She called.",
            "customer": { "name": "Anna", "address": "anna@customer.example" } });
        let path = "/api/v1/tickets";
        let all = [(); 8].map(|()| post(&app.root, path, "same", body.clone()));
        let [a, b, c, d, e, f, g, h] = all;
        let answers = tokio::join!(a, b, c, d, e, f, g, h);
        let (a, b, c, d, e, f, g, h) = answers;
        for answer in [&a, &b, &c, &d, &e, &f, &g, &h] {
            answer.assert(201);
            assert_eq!(answer.json()["number"], a.json()["number"]);
        }
        assert_eq!(app.tickets().await.len(), 1);
    }
}
