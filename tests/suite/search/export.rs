use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

/// Lines and cells of a CSV of ours: every cell stands in quotes.
fn table(text: &str) -> Vec<Vec<String>> {
    let cells =
        |line: &str| line.trim_matches('"').split("\",\"").map(|cell| cell.replace("\"\"", "\"")).collect();
    text.trim_end().split("\r\n").map(cells).collect()
}

both_databases! {
    async fn a_list_is_taken_out_without_formulas(database) {
        let app = TestApp::start(database).await;
        app.queue("Legal", "legal@helpdesk.example").await;
        for (at, subject) in ["=HYPERLINK(\"http://evil.example\")", "+1", "-2", "@SUM(A1)", "\tTab", "Plain, \"quoted\""].iter().enumerate() {
            app.ticket_from(&mail(&format!("a{at}@customer.example")).subject(subject)).await;
        }
        let hidden = mail("b@customer.example").subject("Canary 7312");
        app.deliver_as("b@customer.example", "legal@helpdesk.example", &hidden).await;
        let grants = json!([{ "queue": "Support", "rights": ["read"] }]);
        app.root.post("/api/v1/roles", json!({ "name": "Exporter", "grants": grants, "installation": ["export"] })).await.assert(201);
        app.role("Reader", "Support", &["read"]).await;
        let (erin, rita) = (app.agent("erin", &["Exporter"]).await, app.agent("rita", &["Reader"]).await);

        rita.post("/api/v1/exports", json!({ "q": "" })).await.assert(403);
        erin.post("/api/v1/exports", json!({ "q": "queue:Legal" })).await.assert(422);
        assert_eq!(app.root.get("/api/v1/audit?kind=export").await.items().len(), 0, "nothing was taken out yet");
        let answer = erin.post("/api/v1/exports", json!({ "q": "from:customer", "sort": "created" })).await;
        answer.assert(201);
        assert!(answer.header("content-type").starts_with("text/csv"));
        let lines = table(&answer.text());
        assert_eq!((lines.len(), lines[0][1].as_str()), (7, "title"), "{lines:?}");
        assert!(!answer.text().contains("7312"), "what may not be read is not taken out");
        let titles: Vec<&str> = lines[1..].iter().rev().map(|line| line[1].as_str()).collect();
        assert_eq!(titles[0], "'=HYPERLINK(\"http://evil.example\")");
        assert_eq!(&titles[1..4], ["'+1", "'-2", "'@SUM(A1)"]);
        assert_eq!(titles[5], "Plain, \"quoted\"");
        assert!(lines[1..].iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{lines:?}");

        let audit = app.root.get("/api/v1/audit?kind=export").await.items();
        assert_eq!((&audit[0]["agent"], &audit[0]["kind"], &audit[0]["detail"], &audit[0]["cause"]),
            (&json!("erin"), &json!("export"), &json!("from:customer"), &json!("api")));
        erin.get("/api/v1/audit").await.assert(403);
    }

    async fn the_page_takes_out_what_it_shows(database) {
        let app = TestApp::start(database).await;
        app.ticket_from(&mail("anna@customer.example").subject("Widget")).await;
        app.ticket_from(&mail("anna@customer.example").subject("Other")).await;
        app.agent("dana", &["Agent"]).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        assert!(browser.get("/tickets").await.text().contains("action=\"/tickets/exports\""));
        let answer = browser.submit("/tickets/exports", &[("q", "state:active widget"), ("sort", "changed")]).await;
        answer.assert(200);
        assert!(answer.header("content-disposition").contains("tickets.csv"));
        let lines = table(&answer.text());
        assert_eq!((lines.len(), lines[1][1].as_str()), (2, "Widget"));
        assert_eq!(app.root.get("/api/v1/audit?kind=export").await.items()[0]["cause"], "web");
        let dana = app.visitor();
        dana.sign_in("dana", PASSWORD).await;
        assert!(!dana.get("/tickets").await.text().contains("/tickets/exports"));
        dana.submit("/tickets/exports", &[("q", "")]).await.assert(403);
    }

    async fn a_long_list_comes_in_parts(database) {
        let app = TestApp::start(database).await;
        app.write_to_many(450, |at| format!("a{at}@customer.example")).await;
        let answer = app.root.post("/api/v1/exports", json!({ "q": "", "sort": "created" })).await;
        let lines = table(&answer.assert(201).text());
        let numbers: std::collections::BTreeSet<&String> = lines[1..].iter().map(|line| &line[0]).collect();
        assert_eq!((lines.len(), numbers.len()), (451, 450));
    }
}
