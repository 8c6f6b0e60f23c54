use base64::Engine as _;
use serde_json::json;
use tests::app::TestApp;
use tests::{both_databases, mail};

both_databases! {
    async fn files_come_and_go_as_they_are(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example").attach("bill.html", "text/html", b"<script>alert(1)</script>");
        let number = app.ticket_from(&letter).await;
        let file = app.articles(&number).await[0]["attachments"][0].clone();
        assert_eq!((&file["name"], &file["size"], &file["inline"]), (&json!("bill.html"), &json!(25), &json!(false)));
        let answer = app.root.get(file["url"].as_str().unwrap()).await;
        answer.assert(200);
        assert_eq!(answer.body, b"<script>alert(1)</script>");
        assert_eq!(answer.header("content-type"), "application/octet-stream");
        assert!(answer.header("content-disposition").starts_with("attachment; filename*=UTF-8''bill.html"));
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");

        let content = base64::engine::general_purpose::STANDARD.encode(b"%PDF-1.7");
        let files = json!([{ "name": "../../été \"1\".pdf", "content_type": "application/pdf", "content": content }]);
        let reply = json!({ "body_text": "See the file.", "attachments": files, "hold_seconds": 0 });
        let reply = app.root.post(&format!("/api/v1/tickets/{number}/replies"), reply).await.assert(201).json();
        assert_eq!(reply["attachments"][0]["name"], "été \"1\".pdf");
        app.delivery(&reply, "sent").await;
        let answer = app.root.get(reply["attachments"][0]["url"].as_str().unwrap()).await;
        assert_eq!((answer.body.as_slice(), answer.header("content-type").as_str()), (b"%PDF-1.7".as_slice(), "application/pdf"));
        assert!(answer.header("content-disposition").ends_with("%C3%A9t%C3%A9%20%221%22.pdf"), "{}", answer.header("content-disposition"));

        let bad = json!([{ "name": "x", "content": "***" }]);
        let bad = app.root.post(&format!("/api/v1/tickets/{number}/notes"), json!({ "body_text": "x", "attachments": bad })).await;
        assert_eq!(bad.assert(422).json()["errors"][0]["field"], "attachments[0].content");
    }

    async fn a_file_of_a_hidden_ticket_is_not_there(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["full"]).await;
        let bill = app.agent("bill", &["Biller"]).await;
        let letter = mail("anna@customer.example").attach("a.txt", "text/plain", b"canary");
        let number = app.ticket_from(&letter).await;
        let article = app.articles(&number).await[0].clone();
        bill.get(article["attachments"][0]["url"].as_str().unwrap()).await.assert(404);
        bill.get(&format!("/api/v1/articles/{}", article["id"].as_str().unwrap())).await.assert(404);
        assert!(bill.get(&format!("/api/v1/articles?message_id={}", letter.id())).await.items().is_empty());
    }

    async fn html_is_clean_and_loads_nothing_from_elsewhere(database) {
        let app = TestApp::start(database).await;
        let html = "<p onclick=x()>Hello</p><img src=\"https://tracker.example/p.gif\"><script>x()</script>";
        let number = app.ticket_from(&mail("anna@customer.example").only_html(html)).await;
        let article = app.articles(&number).await[0].clone();
        let clean = article["body_html"].as_str().unwrap();
        assert!(clean.contains("Hello"), "{clean}");
        for word in ["script", "onclick", "tracker.example"] {
            assert!(!clean.contains(word), "{clean}");
        }
        assert!(article["body_text"].as_str().unwrap().contains("Hello"));
    }

    async fn the_raw_mail_is_what_came(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example").subject("Raw");
        let inbound = app.deliver(&letter).await;
        let id = inbound["id"].as_str().unwrap();
        let raw = app.root.get(&format!("/api/v1/inbound/{id}/raw")).await;
        raw.assert(200);
        assert!(raw.text().contains(&format!("Message-ID: <{}>", letter.id())), "{}", raw.text());
        assert_eq!(app.root.get(&format!("/api/v1/inbound/{id}")).await.assert(200).json(), inbound);
        assert!(inbound["steps"].as_array().is_some_and(|steps| !steps.is_empty()), "{inbound}");
        let by_sender = app.root.get("/api/v1/inbound?envelope_from=ANNA@customer.example").await.items();
        assert_eq!(by_sender.len(), 1);
        assert!(app.root.get("/api/v1/inbound?envelope_from=").await.items().is_empty());
        let again = app.root.post(&format!("/api/v1/inbound/{id}/retry"), json!({})).await;
        again.assert(409);
    }
}
