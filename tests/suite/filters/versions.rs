//! Versions: appended, never changed, brought back; and who may.

use serde_json::json;
use tests::app::TestApp;
use tests::{both_databases, mail};

use super::{put, rules};

both_databases! {
    async fn saving_appends_a_version_and_an_old_base_is_refused(database) {
        let app = TestApp::start(database).await;
        let empty = app.root.get("/api/v1/filters").await.assert(200).json();
        assert_eq!((&empty["version"], &empty["rules"]), (&json!(0), &json!([])));
        let one = rules(&app, json!([{ "name": "One", "actions": { "tags": ["one"] } }])).await;
        assert_eq!((&one["version"], &one["saved_by"]), (&json!(1), &json!("Root Admin")));
        let two = json!({ "version": 1, "rules": [{ "name": "Two", "actions": { "tags": ["two"] } }] });
        app.root.put("/api/v1/filters", two.clone()).await.assert(200);
        let late = app.root.put("/api/v1/filters", two).await;
        assert!(late.assert(409).text().contains("version 2"), "{}", late.text());
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        assert_eq!(app.ticket(&number).await["tags"], json!(["two"]), "the newest is in force at once");
        // What is read can be sent back.
        let read = app.root.get("/api/v1/filters").await.json();
        let again = app.root.put("/api/v1/filters", json!({ "version": 2, "rules": read["rules"] })).await;
        assert_eq!(again.assert(200).json()["rules"], read["rules"]);
    }

    async fn what_is_wrong_with_rules_is_named_field_by_field(database) {
        let app = TestApp::start(database).await;
        let bad = put(&app, json!([
            { "name": "", "actions": { "tags": ["x"] } },
            { "name": "A", "conditions": [{ "on": "colour", "test": "is", "value": "x" }], "actions": { "queue": "Nowhere" } },
        ])).await;
        let fields: Vec<String> = bad.assert(422).json()["errors"].as_array().unwrap().iter()
            .map(|error| error["field"].as_str().unwrap().to_owned()).collect();
        assert_eq!(fields, ["rules.1.conditions.0.on", "rules.1.actions.queue"]);
        let bad = put(&app, json!([
            { "name": "", "actions": { "tags": ["x"] } },
            { "name": "A", "conditions": [
                { "on": "header", "header": "", "test": "is", "value": "x" },
                { "on": "size", "test": "contains", "value": "x" },
                { "on": "size", "test": "at_least", "value": "many" },
                { "on": "spam", "test": "is", "value": "maybe" },
                { "on": "subject", "test": "contains", "value": "" },
                { "on": "subject", "test": "matches", "value": "(" } ] },
            { "name": "a", "actions": { "state": "pending reminder", "tags": ["a,b"], "customer": "nobody" } },
            { "name": "B", "actions": { "state": "merged" } },
        ])).await;
        let fields: Vec<String> = bad.assert(422).json()["errors"].as_array().unwrap().iter()
            .map(|error| error["field"].as_str().unwrap().to_owned()).collect();
        assert_eq!(fields, [
            "rules.0.name", "rules.1.conditions.0.header", "rules.1.conditions.1.test", "rules.1.conditions.2.value",
            "rules.1.conditions.3.value", "rules.1.conditions.4.value", "rules.1.conditions.5.value",
            "rules.1.actions", "rules.2.name", "rules.2.actions.hours", "rules.2.actions.tags",
            "rules.2.actions.customer", "rules.3.actions.state",
        ]);
        assert_eq!(app.root.get("/api/v1/filters").await.json()["version"], 0, "nothing was saved");
    }

    async fn rules_are_changed_by_those_who_manage_mail_and_tried_by_those_who_see_the_recorder_too(database) {
        let app = TestApp::start(database).await;
        for (role, rights) in [("Mail", json!(["queues_and_mail", "api"])), ("Recorder", json!(["recorder", "api"]))] {
            let body = json!({ "name": role, "grants": [], "installation": rights });
            app.root.post("/api/v1/roles", body).await.assert(201);
        }
        let (manager, watcher) = (app.agent("mara", &["Mail"]).await, app.agent("rob", &["Recorder"]).await);
        let body = json!({ "rules": [{ "name": "One", "actions": { "tags": ["one"] } }] });
        manager.put("/api/v1/filters", body.clone()).await.assert(200);
        manager.post("/api/v1/filters/dry-runs", json!({})).await.assert(403);
        watcher.get("/api/v1/filters").await.assert(403);
        watcher.put("/api/v1/filters", body).await.assert(403);
        watcher.post("/api/v1/filters/dry-runs", json!({})).await.assert(403);
        app.root.post("/api/v1/filters/dry-runs", json!({})).await.assert(201);
    }
}
