//! What history says of people.

use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

both_databases! {
    async fn people_are_named_by_their_names(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        app.agent("eve", &["Agent"]).await;
        dana.set(&number, "owner", "eve").await;
        dana.lock(&number).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        for page in [format!("/tickets/{number}/history"), format!("/tickets/{number}")] {
            let page = browser.get(&page).await.assert(200).text();
            assert!(page.contains("Dana Agent made Eve Agent the owner"), "{page}");
            assert!(page.contains("Dana Agent locked the ticket"), "{page}");
        }
        // Programs read what is stored.
        let events = app.root.get(&format!("/api/v1/tickets/{number}/history")).await.items();
        assert!(events.iter().any(|event| event.to_string().contains("\"eve\"")), "{events:?}");
    }
}
