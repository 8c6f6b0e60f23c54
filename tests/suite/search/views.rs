use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

both_databases! {
    async fn a_search_is_kept_for_oneself_or_for_the_team(database) {
        let app = TestApp::start(database).await;
        app.queue("Legal", "legal@helpdesk.example").await;
        app.role("Supporter", "Support", &["full"]).await;
        let (dana, max) = (app.agent("dana", &["Supporter"]).await, app.agent("max", &["Supporter"]).await);
        app.ticket_from(&mail("anna@customer.example").subject("Widget one")).await;
        app.deliver_as("anna@customer.example", "legal@helpdesk.example", &mail("anna@customer.example").subject("Widget two")).await;

        let own = dana.post("/api/v1/views", json!({ "name": "Widgets", "q": "widget  is:new" })).await.assert(201).json();
        assert_eq!((&own["q"], &own["count"], &own["team"]), (&json!("widget is:new"), &json!(1), &json!(false)));
        let team = app.root.post("/api/v1/views", json!({ "name": "All widgets", "q": "widget", "sort": "created", "team": true })).await.assert(201).json();
        assert_eq!(team["count"], 2, "what the maker may read");
        app.root.post("/api/v1/views", json!({ "name": "Law", "q": "queue:Legal", "team": true })).await.assert(201);
        let seen = dana.get("/api/v1/views").await.items();
        let named: Vec<_> = seen.iter().map(|view| (text(&view["name"]), view["count"].clone())).collect();
        assert_eq!(named, [("All widgets".into(), json!(1)), ("Law".into(), json!(null)), ("Widgets".into(), json!(1))]);
        assert!(!max.get("/api/v1/views").await.text().contains("\"Widgets\""), "private ones are private");

        for (body, field) in [
            (json!({ "name": " ", "q": "x" }), "name"),
            (json!({ "name": "x".repeat(61), "q": "x" }), "name"),
            (json!({ "name": "WIDGETS", "q": "x" }), "name"),
            (json!({ "name": "Empty", "q": " - " }), "q"),
            (json!({ "name": "Wrong", "q": "queue:Nowhere" }), "q"),
            (json!({ "name": "Wrong", "q": "x", "sort": "up" }), "sort"),
        ] {
            let answer = dana.post("/api/v1/views", body.clone()).await.assert(422).json();
            assert_eq!(answer["errors"][0]["field"], field, "{body}: {answer}");
        }
        // Nobody takes away what he does not see, nor what the team has from another.
        let (own, team) = (text(&own["id"]), text(&team["id"]));
        max.delete(&format!("/api/v1/views/{own}")).await.assert(404);
        max.delete(&format!("/api/v1/views/{team}")).await.assert(403);
        dana.delete(&format!("/api/v1/views/{own}")).await.assert(204);
        app.root.delete(&format!("/api/v1/views/{team}")).await.assert(204);
        dana.delete(&format!("/api/v1/views/{own}")).await.assert(404);
        for at in 0..20 {
            max.post("/api/v1/views", json!({ "name": format!("View {at}"), "q": "x" })).await.assert(201);
        }
        max.post("/api/v1/views", json!({ "name": "One more", "q": "x" })).await.assert(422);
    }

    async fn the_list_is_kept_as_it_is_shown(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Widget")).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let page = browser.get("/tickets?queue=1&view=nobody&q=widget").await.assert(200).text();
        let kept = "queue:Support is:unassigned state:active widget";
        assert!(page.contains(&format!("name=\"q\" value=\"{kept}\"")), "{page}");
        let answer = browser.submit("/views", &[("name", "Widgets of nobody"), ("q", kept), ("sort", "created")]).await;
        answer.assert(303);
        let page = browser.get(&answer.location()).await.assert(200).text();
        assert!(page.contains("<h1>Widgets of nobody</h1>") && page.contains(&format!("/tickets/{number}")), "{page}");
        let nav = page.split("id=\"n-v").nth(1).unwrap();
        assert!(nav.split("</span>").next().unwrap().contains(">1<"), "its counter: {nav}");
        app.root.lock(&number).await;
        let page = browser.get(&answer.location()).await.text();
        assert!(!page.contains(&format!("/tickets/{number}\"")) && !page.split("id=\"n-v").nth(1).unwrap().starts_with("1\" data-live>1<"));
        // A name that is taken: said, and what was typed is kept.
        let refused = browser.submit("/views", &[("name", "widgets of nobody"), ("q", kept)]).await;
        assert!(refused.assert(422).text().contains("already"), "{}", refused.text());
        let id = page.split("action=\"/views/").nth(1).unwrap().split('/').next().unwrap().to_owned();
        browser.submit(&format!("/views/{id}/end"), &[]).await.assert(303);
        assert!(!browser.get("/tickets").await.text().contains("Widgets of nobody"));
    }

    async fn a_view_goes_on_finding_its_queue_under_another_name(database) {
        let app = TestApp::start(database).await;
        app.queue("Legal", "legal@helpdesk.example").await;
        app.deliver_as("anna@customer.example", "legal@helpdesk.example", &mail("anna@customer.example").subject("Widget")).await;
        let q = "queue:legal,Support -queue:Legal widget";
        let kept = app.root.post("/api/v1/views", json!({ "name": "Law", "q": "queue:legal,Support" })).await.assert(201).json();
        app.root.post("/api/v1/views", json!({ "name": "None", "q": q })).await.assert(201);
        assert_eq!(kept["count"], 1);
        let queues = app.root.get("/api/v1/queues").await.items();
        let legal = text(&queues.iter().find(|queue| queue["name"] == "Legal").unwrap()["id"]);
        app.root.patch(&format!("/api/v1/queues/{legal}"), json!({ "name": "Law and contracts" })).await.assert(200);
        let seen = app.root.get("/api/v1/views").await.items();
        let of = |name: &str| seen.iter().find(|view| view["name"] == name).unwrap().clone();
        assert_eq!(of("Law")["q"], "queue:\"Law and contracts\",Support");
        assert_eq!(of("Law")["count"], 1);
        assert_eq!(of("None")["q"], "queue:\"Law and contracts\",Support -queue:\"Law and contracts\" widget");
    }
}
