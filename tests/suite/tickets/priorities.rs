//! What the house calls priorities, which of them it offers, and with which one tickets begin.

use serde_json::json;
use tests::app::{TestApp, encoded, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

async fn priority(app: &TestApp, number: &str) -> String {
    text(&app.ticket(number).await["priority"])
}

both_databases! {
    async fn a_name_of_the_house_is_said_and_taken_and_default_names_go_on(database) {
        let app = TestApp::start(database).await;
        let wish = json!({ "usual": 2, "priorities": [{ "rank": 5, "name": "Production stands" }, { "rank": 1, "retired": true }] });
        let set = app.root.put("/api/v1/priorities", wish).await.assert(200).items();
        let last = json!({ "rank": 5, "name": "Production stands", "default_name": "urgent", "usual": false, "retired": false });
        assert_eq!((&set[4], &set[1]["usual"], &set[0]["retired"]), (&last, &json!(true), &json!(true)));
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        assert_eq!(priority(&app, &number).await, "low", "a mail begins with the usual one");
        let path = format!("/api/v1/tickets/{number}/priority");
        for value in [json!("production STANDS"), json!("urgent"), json!(5), json!("5")] {
            app.root.put(&path, json!({ "value": 3 })).await.assert(200);
            assert_eq!(app.root.put(&path, json!({ "value": value })).await.assert(200).json()["priority"], "Production stands");
        }
        let refused = app.root.put(&path, json!({ "value": "very low" })).await.assert(422).json();
        assert_eq!(refused["errors"][0]["field"], "value", "{refused}");
        let refused = app.root.put(&path, json!({ "value": "soon" })).await.assert(422).text();
        assert!(refused.contains("Production stands") && !refused.contains("very low"), "{refused}");
        for search in ["priority:\"production stands\"", "priority:urgent", "priority:5"] {
            let found = app.root.get(&format!("/api/v1/tickets?q={}", encoded(search))).await.items();
            assert_eq!(found.len(), 1, "{search}");
        }
        let csv = app.root.post("/api/v1/exports", json!({ "q": "" })).await.assert(201).text();
        assert!(csv.contains("Production stands"), "{csv}");
        let history = app.root.get(&format!("/api/v1/tickets/{number}/history")).await.items();
        let risen = history.iter().find(|event| event["new_value"] == "Production stands").expect("the change");
        assert_eq!((&risen["old_type"], &risen["new_type"]), (&json!("3"), &json!("5")), "programs go by the rank");
        assert_eq!(app.ticket(&number).await["priority_rank"], 5);
        assert!(csv.lines().next().is_some_and(|head| head.ends_with(",\"state_type\",\"priority_rank\"")), "{csv}");
        assert!(csv.lines().nth(1).is_some_and(|line| line.ends_with(",\"new\",\"5\"")), "{csv}");
        // What a program leaves out stays as it is; null takes a name away.
        let keeps = app.root.put("/api/v1/priorities", json!({ "priorities": [{ "rank": 1 }, { "rank": 5 }] })).await.assert(200).items();
        assert_eq!((&keeps[4], &keeps[0]["retired"]), (&last, &json!(true)));
        let bare = app.root.put("/api/v1/priorities", json!({ "priorities": [{ "rank": 5, "name": null }] })).await.assert(200).items();
        assert_eq!(bare[4]["name"], "urgent");
        app.root.put("/api/v1/priorities", json!({ "priorities": [{ "rank": 5, "name": "Production stands" }] })).await.assert(200);
        // A ticket opened by hand begins with the usual one too, and not with one that is retired.
        let open = json!({ "queue": "Support", "title": "A call", "customer": "anna@customer.example", "body_text": "Hello." });
        let made = app.root.post("/api/v1/tickets", open.clone()).await.assert(201).json();
        assert_eq!(made["priority"], "low");
        let mut lowest = open;
        lowest["priority"] = json!(1);
        let refused = app.root.post("/api/v1/tickets", lowest).await.assert(422).json();
        assert_eq!(refused["errors"][0]["field"], "priority", "{refused}");
        // Where it was retired meanwhile, a ticket keeps it, and undo brings it back.
        app.root.put("/api/v1/priorities", json!({ "priorities": [{ "rank": 5, "name": "Production stands", "retired": true }] })).await.assert(200);
        assert_eq!(priority(&app, &number).await, "Production stands");
        app.root.put(&path, json!({ "value": "normal" })).await.assert(200);
        let acts = app.root.get(&format!("/api/v1/tickets/{number}/acts")).await.items();
        let undo = format!("/api/v1/tickets/{number}/acts/{}/undo", text(&acts.last().expect("the act")["id"]));
        assert_eq!(app.root.post(&undo, json!({})).await.assert(201).json()["priority"], "Production stands");
        let written = app.root.get("/api/v1/audit?kind=priorities").await.items();
        assert_eq!(written.last().expect("an entry")["after"]["2"]["usual"], true, "{written:?}");
    }

    async fn the_form_names_ranks_and_says_what_is_wrong_with_each(database) {
        let app = TestApp::start(database).await;
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        visitor.get("/admin/states").await.assert(200);
        let fields = |changes: &[(&'static str, &'static str)]| {
            let mut all: Vec<(&str, &str)> =
                ["1", "2", "3", "4", "5"].iter().map(|rank| ("offered", *rank)).collect();
            all.push(("usual", "3"));
            for (name, value) in changes {
                if *name == "without" {
                    all.retain(|field| *field != ("offered", *value));
                } else if *name == "usual" {
                    all.retain(|(field, _)| *field != "usual");
                    all.push((name, value));
                } else {
                    all.push((name, value));
                }
            }
            all
        };
        // Another rank's default name in any language, a number, the same twice, a comma.
        let wrong = [[("name_5", "Niedrig"), ("name_1", "")], [("name_5", "3"), ("name_1", "")], [("name_5", "Hot"), ("name_4", "hot")], [("name_5", "a,b"), ("name_1", "")]];
        for changes in wrong {
            let html = visitor.submit("/admin/priorities", &fields(&changes)).await.assert(422).text();
            assert!(html.contains("id=\"p-5-e\"") && html.contains(&format!("value=\"{}\"", changes[0].1)), "{changes:?}: {html}");
        }
        let html = visitor.submit("/admin/priorities", &fields(&[("without", "3")])).await.assert(422).text();
        assert!(html.contains("id=\"p-usual-e\""), "{html}");
        visitor.submit("/admin/priorities", &fields(&[("usual", "7")])).await.assert(404);
        visitor.submit("/admin/priorities", &fields(&[("name_5", " Production  stands "), ("without", "1"), ("usual", "4"), ("name_3", "normal")])).await.assert(303);
        let set = app.root.get("/api/v1/priorities").await.items();
        assert_eq!((&set[4]["name"], &set[0]["retired"], &set[3]["usual"]), (&json!("Production stands"), &json!(true), &json!(true)));

        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let page = visitor.get(&format!("/tickets/{number}")).await.assert(200).text();
        assert!(page.contains("Production stands") && !page.contains("Very low"), "{page}");
        let new = visitor.get("/tickets/new").await.assert(200).text();
        assert!(new.contains("<option value=\"4\" selected>") && new.contains("Production stands"), "{new}");
        // Not while a macro sets it.
        let effects = json!({ "name": "Hurry", "body_text": "At once.", "effects": { "priority": "production stands" } });
        app.root.post("/api/v1/templates", effects).await.assert(201);
        let html = visitor.submit("/admin/priorities", &fields(&[("without", "5"), ("name_5", "Production stands")])).await.assert(422).text();
        assert!(html.contains("Hurry"), "{html}");
    }
}
