//! What colleagues hear of each other.

use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

use super::heard;

async fn note(app: &TestApp, number: &str, text: &str) {
    app.root.post(&format!("/api/v1/tickets/{number}/notes"), json!({ "body_text": text })).await.assert(201);
}

both_databases! {
    async fn a_mention_is_told_once_to_whom_it_names_and_who_may_read(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["full"]).await;
        app.role("Reader", "Support", &["read"]).await;
        app.agent("rita", &["Reader"]).await;
        app.agent("bill", &["Biller"]).await;
        app.agent("eve", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        note(&app, &number, "Could you look, @Rita? And @rita, @bill, @root, @nobody.\n> @eve was quoted\nmail@eve and eve@helpdesk.example").await;
        let told = app.relay.wait_for("rita@helpdesk.example", 1).await.remove(0);
        assert!(told.mail().subject().contains(&number) && told.mail().text().contains("Could you look"), "{}", told.mail().text());
        app.settle().await;
        assert_eq!(heard(&app, "rita").len(), 1, "once");
        assert!(heard(&app, "bill").is_empty(), "who may not read is not told");
        assert!(heard(&app, "eve").is_empty() && heard(&app, "root").is_empty());
        // A switch of its own.
        app.hush().await;
        let rita = app.visitor();
        rita.sign_in("rita", PASSWORD).await;
        let page = rita.get("/preferences/notices").await.assert(200).text();
        let row = page.split("name=\"mail-mention\"").nth(1).unwrap();
        assert!(row.contains("<option value=\"now\" selected>"), "on at first");
        rita.submit("/preferences/notices", &[("mail-mention", "off")]).await.assert(303);
        note(&app, &number, "@rita once more").await;
        app.settle().await;
        assert!(heard(&app, "rita").is_empty());
        let colleagues = rita.get(&format!("/tickets/{number}/colleagues")).await.assert(200).json();
        let logins: Vec<&str> = colleagues["items"].as_array().unwrap().iter().filter_map(|one| one["login"].as_str()).collect();
        assert!(logins.contains(&"eve") && !logins.contains(&"bill") && !logins.contains(&"rita"), "{logins:?}");
    }

    async fn whoever_loses_a_ticket_to_a_colleague_is_told(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        app.agent("eve", &["Agent"]).await;
        dana.lock(&number).await;
        app.hush().await;
        let eve = app.visitor();
        eve.sign_in("eve", PASSWORD).await;
        eve.get(&format!("/tickets/{number}")).await.assert(200);
        eve.submit(&format!("/tickets/{number}/lock/takeover"), &[]).await.assert(303);
        let told = app.relay.wait_for("dana@helpdesk.example", 1).await.remove(0);
        assert!(told.mail().subject().contains("taken over"), "{}", told.mail().subject());
        app.settle().await;
        assert!(heard(&app, "eve").is_empty(), "never the actor");
        // One's own again, or a free one, is news to nobody.
        app.hush().await;
        eve.submit(&format!("/tickets/{number}/lock/takeover"), &[]).await.assert(303);
        eve.submit(&format!("/tickets/{number}/lock/release"), &[]).await.assert(303);
        eve.submit(&format!("/tickets/{number}/lock/takeover"), &[]).await.assert(303);
        app.settle().await;
        assert!(heard(&app, "dana").is_empty());
    }
}
