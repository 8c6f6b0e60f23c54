use serde_json::json;
use tests::app::TestApp;
use tests::{both_databases, mail};

both_databases! {
    async fn tags_are_words_on_a_ticket(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let path = format!("/api/v1/tickets/{number}/tags");
        for tag in ["urgent", "vip", "urgent"] {
            app.root.post(&path, json!({ "tag": tag })).await.assert(201);
        }
        assert_eq!(app.ticket(&number).await["tags"], json!(["urgent", "vip"]));
        app.root.post(&path, json!({ "tag": " " })).await.assert(422);
        app.root.delete(&format!("{path}/vip")).await.assert(204);
        app.root.delete(&format!("{path}/vip")).await.assert(404);
        assert_eq!(app.root.get(&path).await.items(), [json!({ "tag": "urgent" })]);
        let history = app.root.get(&format!("/api/v1/tickets/{number}/history")).await.items();
        assert_eq!(history.iter().filter(|event| event["kind"] == "tagged").count(), 2);
        app.role("Reader", "*", &["read", "note"]).await;
        app.agent("rita", &["Reader"]).await.post(&path, json!({ "tag": "x" })).await.assert(403);
    }

    async fn links_join_two_tickets(database) {
        let app = TestApp::start(database).await;
        let one = app.ticket_from(&mail("anna@customer.example").subject("One")).await;
        let two = app.ticket_from(&mail("bob@customer.example").subject("Two")).await;
        let path = format!("/api/v1/tickets/{one}/links");
        let link = app.root.post(&path, json!({ "ticket": two })).await.assert(201).json();
        assert_eq!((&link["ticket"], &link["kind"]), (&json!(two), &json!("related")));
        app.root.post(&path, json!({ "ticket": two })).await.assert(201);
        app.root.post(&path, json!({ "ticket": one })).await.assert(422);
        app.root.post(&path, json!({ "ticket": "99999" })).await.assert(422);
        let other = app.root.get(&format!("/api/v1/tickets/{two}/links")).await.items();
        assert_eq!((other.len(), &other[0]["ticket"], &other[0]["reverse"]), (1, &json!(one), &json!(true)));
        app.root.delete(&format!("/api/v1/tickets/{two}/links/{one}")).await.assert(204);
        assert!(app.root.get(&path).await.items().is_empty());
    }

    async fn watching_is_ones_own_wish(database) {
        let app = TestApp::start(database).await;
        app.role("Reader", "*", &["read"]).await;
        let rita = app.agent("rita", &["Reader"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let path = format!("/api/v1/tickets/{number}/watchers");
        rita.post(&path, json!({})).await.assert(201);
        assert_eq!(app.root.get(&path).await.items()[0]["login"], "rita");
        app.root.delete(&format!("{path}/rita")).await.assert(403);
        rita.delete(&format!("{path}/rita")).await.assert(204);
        assert!(app.root.get(&path).await.items().is_empty());
    }
}
