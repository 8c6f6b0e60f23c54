use tests::app::{TestApp, encoded, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

use super::{numbers, refusal};

both_databases! {
    async fn a_search_tells_nothing_of_what_is_hidden(database) {
        let app = TestApp::start(database).await;
        app.queue("Legal", "legal@helpdesk.example").await;
        app.role("Supporter", "Support", &["full"]).await;
        let dana = app.agent("dana", &["Supporter"]).await;
        let letter = mail("anna@customer.example").subject("Canary 7312").attach("canary7312.pdf", "application/pdf", b"%PDF");
        let inbound = app.deliver_as("anna@customer.example", "legal@helpdesk.example", &letter).await;
        let hidden = text(&inbound["ticket"]);
        app.root.post(&format!("/api/v1/tickets/{hidden}/tags"), serde_json::json!({ "tag": "canary7312" })).await.assert(201);
        let shown = app.ticket_from(&mail("anna@customer.example").subject("Plain")).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let queries = [
            "canary", "7312", "title:canary", "file:canary7312", "tag:canary7312", "from:anna", "has:attachment", "is:new", "state:any",
            "created:today", "owner:nobody", "-plain", "waiting:us", "is:unread", hidden.as_str(), &format!("number:{hidden}"),
        ];
        for q in queries {
            assert!(numbers(&app.root, q).await.contains(&hidden), "root finds it by {q}");
            assert!(!numbers(&dana, q).await.contains(&hidden), "{q}");
            for path in ["search", "tickets"] {
                let page = browser.get(&format!("/{path}?q={}", encoded(q))).await.assert(200).text();
                let rows = page.split("row-a").skip(1).collect::<String>();
                assert!(!rows.contains("Canary") && !rows.contains(&format!("/tickets/{hidden}")), "/{path}?q={q}");
            }
        }
        for sort in ["created", "waiting", "priority"] {
            let items = dana.get(&format!("/api/v1/tickets?sort={sort}")).await.items();
            assert_eq!(items.iter().map(|item| text(&item["number"])).collect::<Vec<_>>(), [shown.as_str()], "{sort}");
        }
        // A queue of which one may see nothing does not exist.
        assert_eq!(refusal(&dana, "queue:Legal").await, refusal(&dana, "queue:Nowhere").await.replace("Nowhere", "Legal"));
        dana.get("/api/v1/tickets?queue=Legal").await.assert(422);
        assert_eq!(numbers(&app.root, "queue:Legal").await, [hidden.as_str()]);
    }

    async fn what_one_owns_out_of_sight_is_found(database) {
        let app = TestApp::start(database).await;
        app.queue("Legal", "legal@helpdesk.example").await;
        app.role("Supporter", "Support", &["full"]).await;
        let dana = app.agent("dana", &["Supporter"]).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Widget")).await;
        dana.lock(&number).await;
        app.root.set(&number, "queue", "Legal").await;
        for q in ["widget", "owner:me", "is:mine widget", "is:assigned", &number] {
            assert_eq!(numbers(&dana, q).await, [number.as_str()], "{q}");
        }
        app.root.set(&number, "owner", "root").await;
        assert_eq!(numbers(&dana, "widget").await, Vec::<String>::new());
    }

    async fn without_a_role_nothing_is_found(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Widget")).await;
        let nobody = app.agent("nobody", &[]).await;
        for q in ["widget", "is:new", "state:any", "created:today", &number] {
            assert_eq!(numbers(&nobody, q).await, Vec::<String>::new(), "{q}");
        }
    }
}
