//! A long conversation shows its first and its last messages, the rest on demand.

use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

both_databases! {
    async fn a_long_conversation_shows_its_ends_and_what_is_unread(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Long").text("the very first words")).await;
        for at in 0..60 {
            let note = json!({ "body_text": format!("note <{at:02}>") });
            app.root.post(&format!("/api/v1/tickets/{number}/notes"), note).await.assert(201);
        }
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = async |query: &str| visitor.get(&format!("/tickets/{number}{query}")).await.assert(200).text();
        let has = |page: &str, at: usize| page.contains(&format!("note &lt;{at:02}&gt;"));
        let first = page("").await;
        assert!(first.contains("the very first words") && has(&first, 59) && has(&first, 40) && !has(&first, 39), "{first}");
        // The automatic answer is among those between.
        assert!(first.contains("41 earlier messages") || first.contains("40 earlier messages"), "{first}");
        let link = first.split("href=\"").find(|part| part.contains("?from=") && part.contains("Show the last 20")).unwrap();
        let link = link.split('"').next().unwrap().split('#').next().unwrap().to_owned();
        let more = visitor.get(&link).await.assert(200).text();
        assert!(has(&more, 20) && !has(&more, 19) && more.contains("earlier messages"), "twenty more");
        let all = page("?from=1").await;
        assert!((0..60).all(|at| has(&all, at)) && !all.contains("earlier message"), "all of it");
        // Somebody who has read nothing of it is shown all that is new to him.
        app.agent("dana", &["Agent"]).await;
        let dana = app.visitor();
        dana.sign_in("dana", PASSWORD).await;
        app.deliver(&mail("anna@customer.example").subject("Other")).await;
        let quoted = page("?quote=1").await;
        assert!(quoted.contains("the very first words"));
        for odd in ["?from=0", "?from=99999999", "?from=-5"] {
            page(odd).await;
        }
        assert_eq!(visitor.get(&format!("/tickets/{number}?from=x")).await.status, 400);
    }
}
