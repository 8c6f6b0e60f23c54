//! All tags on one page: counted, renamed, brought together, taken away, and back.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail, wait_until};

async fn tagged(app: &TestApp, tags: &[&str]) -> String {
    let number = app.ticket_from(&mail("anna@customer.example")).await;
    for tag in tags {
        app.root.post(&format!("/api/v1/tickets/{number}/tags"), json!({ "tag": tag })).await.assert(201);
    }
    number
}

async fn tags(app: &TestApp, number: &str) -> Vec<String> {
    app.ticket(number).await["tags"].as_array().expect("tags").iter().map(text).collect()
}

async fn listed(app: &TestApp) -> Vec<(String, i64)> {
    let items = app.root.get("/api/v1/tags").await.items();
    items.iter().map(|tag| (text(&tag["tag"]), tag["tickets"].as_i64().expect("a count"))).collect()
}

async fn done(app: &TestApp, bulk: &str) -> serde_json::Value {
    wait_until("the bulk", std::time::Duration::from_secs(10), async || {
        let bulk = app.root.get(&format!("/api/v1/bulks/{bulk}")).await.assert(200).json();
        (bulk["state"] == "done").then_some(bulk)
    })
    .await
}

both_databases! {
    async fn a_tag_gets_another_name_on_every_ticket_and_it_can_be_undone(database) {
        let app = TestApp::start(database).await;
        let both = tagged(&app, &["Rechnung", "invoice"]).await;
        let one = tagged(&app, &["Rechnung", "urgent"]).await;
        let other = tagged(&app, &["urgent"]).await;
        app.root.set(&one, "state", "closed").await;
        let macros = json!({ "name": "Bill it", "effects": { "tags": ["Rechnung"] }, "body_text": "" });
        app.root.post("/api/v1/templates", macros).await.assert(201);
        let is = |all: &[(&str, i64)]| all.iter().map(|(tag, n)| ((*tag).to_owned(), *n)).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(listed(&app).await.into_iter().collect::<std::collections::BTreeSet<_>>(), is(&[("Rechnung", 2), ("invoice", 1), ("urgent", 2)]));

        let changed = app.ticket(&one).await["updated_at"].clone();
        app.advance(jiff::SignedDuration::from_hours(2)).await;
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = visitor.get("/admin/tags").await.assert(200).text();
        assert!(page.contains("on 2 tickets") && page.contains("on one ticket") && page.contains("Bill it"), "{page}");
        // What is no name is refused at its field, with what was typed.
        for wrong in ["a,b", "", "Rechnung", &"x".repeat(51)] {
            let refused = visitor.submit("/admin/tags/names", &[("tag", "Rechnung"), ("to", wrong)]).await;
            let html = refused.assert(422).text();
            assert!(html.contains("aria-invalid=\"true\" autofocus") && html.contains(&format!("value=\"{wrong}\"")), "{html}");
        }
        visitor.submit("/admin/tags/names", &[("tag", "nowhere"), ("to", "here")]).await.assert(422);
        visitor.submit("/admin/tags/names", &[("tag", "Rechnung"), ("to", "x"), ("queue", "1")]).await.assert(400);

        let begun = visitor.submit("/admin/tags/names", &[("tag", "Rechnung"), ("to", " invoice ")]).await;
        assert_eq!(begun.status.as_u16(), 303, "{}", begun.text());
        let bulk = begun.location().rsplit('/').next().unwrap().to_owned();
        let told = done(&app, &bulk).await;
        assert_eq!((&told["act"], &told["done"], &told["refused"]), (&json!("retag"), &json!(2), &json!(0)), "{told}");
        assert_eq!(tags(&app, &both).await, ["invoice"]);
        assert_eq!(tags(&app, &one).await, ["invoice", "urgent"]);
        assert_eq!(tags(&app, &other).await, ["urgent"]);
        assert_eq!(app.ticket(&one).await["updated_at"], changed, "a word that is spelt anew makes nothing newer");
        assert!(visitor.get(&begun.location()).await.assert(200).text().contains("Rename a tag"));
        // Each ticket's history tells, and all of it comes back.
        let history = app.root.get(&format!("/api/v1/tickets/{one}/history")).await.items();
        let told: Vec<String> = history.iter().map(|event| text(&event["kind"])).collect();
        assert!(told.iter().filter(|kind| *kind == "untagged").count() == 1, "{told:?}");
        let undoing = app.root.post(&format!("/api/v1/bulks/{bulk}/undo"), json!({})).await.assert(201).json();
        done(&app, &text(&undoing["id"])).await;
        assert_eq!(tags(&app, &both).await, ["Rechnung", "invoice"]);
        assert_eq!(tags(&app, &one).await, ["Rechnung", "urgent"]);

        // For programs, and away with it.
        let gone = app.root.post("/api/v1/tags", json!({ "tag": "urgent" })).await.assert(201).json();
        done(&app, &text(&gone["id"])).await;
        assert_eq!(tags(&app, &other).await, Vec::<String>::new());
        assert!(!listed(&app).await.iter().any(|(tag, _)| tag == "urgent"));
        app.root.post("/api/v1/tags", json!({ "tag": "Rechnung", "to": "a,b" })).await.assert(422);
        app.root.post("/api/v1/tags", json!({ "tag": "Rechnung", "colour": "red" })).await.assert(422);
        let begun = visitor.submit("/admin/tags/removals", &[("tag", "Rechnung")]).await;
        done(&app, begun.location().rsplit('/').next().unwrap()).await;
        assert_eq!(tags(&app, &one).await, Vec::<String>::new());
        visitor.submit("/admin/tags/removals", &[("tag", "Rechnung")]).await.assert(422);
        // Page by page.
        let first = app.root.get("/api/v1/tags?limit=1").await.assert(200).json();
        assert_eq!((&first["items"][0]["tag"], &first["next"]), (&json!("invoice"), &json!(null)));
    }

    async fn tags_of_hidden_tickets_are_told_to_nobody(database) {
        let app = TestApp::start(database).await;
        app.queue("Vault", "vault@helpdesk.example").await;
        let number = tagged(&app, &["secret"]).await;
        app.root.set(&number, "queue", "Vault").await;
        let some = json!({ "name": "Mailers", "grants": [{ "queue": "Support", "rights": ["full"] }], "installation": ["queues_and_mail"] });
        app.root.post("/api/v1/roles", some).await.assert(201);
        let readers = json!({ "name": "Readers", "grants": [{ "queue": "*", "rights": ["read"] }], "installation": ["queues_and_mail"] });
        app.root.post("/api/v1/roles", readers).await.assert(201);
        let mia = app.agent("mia", &["Mailers"]).await;
        mia.get("/api/v1/tags").await.assert(403);
        mia.post("/api/v1/tags", json!({ "tag": "secret" })).await.assert(403);
        // Who may read all and answer nothing sees them, and changes none.
        let rita = app.agent("rita", &["Readers"]).await;
        rita.get("/api/v1/tags").await.assert(200);
        rita.post("/api/v1/tags", json!({ "tag": "secret", "to": "open" })).await.assert(422);
        assert_eq!(tags(&app, &number).await, ["secret"]);
    }
}
