//! Agents and roles for programs: the verbs of the pages.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

both_databases! {
    async fn agents_and_roles_are_changed_by_programs(database) {
        let app = TestApp::start(database).await;
        app.role("Helpers", "Support", &["read"]).await;
        let dana = app.agent("dana", &["Helpers"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let find = async |kind: &str, name: &str| {
            let items = app.root.get(&format!("/api/v1/{kind}")).await.items();
            text(&items.iter().find(|item| item["name"] == name || item["login"] == name).unwrap()["id"])
        };
        let (agent, role) = (format!("/api/v1/agents/{}", find("agents", "dana").await), format!("/api/v1/roles/{}", find("roles", "Helpers").await));
        let changed = app.root.patch(&role, json!({ "grants": [{ "queue": "Support", "rights": ["reply"] }], "description": "Helps" })).await;
        assert_eq!(changed.assert(200).json()["grants"], json!([{ "queue": "Support", "rights": ["reply"] }]));
        app.root.patch(&role, json!({ "grants": [{ "queue": "Nowhere", "rights": ["reply"] }] })).await.assert(422);
        app.root.patch(&role, json!({ "retired_at": "now" })).await.assert(422);
        let reasons = app.root.get(&format!("{agent}/rights?queue=Support")).await.items();
        let note = reasons.iter().find(|reason| reason["right"] == "note").unwrap();
        assert_eq!(note["facts"], json!([{ "role": "Helpers", "queue": "Support", "names": "reply" }]));
        let changed = app.root.patch(&agent, json!({ "name": "Dana Okafor", "roles": ["Helpers", "Agent"] })).await;
        assert_eq!(changed.assert(200).json()["roles"], json!(["Agent", "Helpers"]));
        app.root.patch(&agent, json!({ "expires_at": "soon" })).await.assert(422);
        let link = app.root.put(&format!("{agent}/link"), json!({})).await.assert(200).json();
        assert!(text(&link["link"]).contains("/password/new?token="), "{link}");
        assert_eq!(link["kind"], "reset");
        let tokens = app.root.get(&format!("{agent}/tokens")).await.items();
        assert_eq!(tokens.len(), 1);
        app.root.set(&number, "owner", "dana").await;
        for path in [&agent, &role] {
            dana.get(path).await.assert(403);
        }
        dana.patch(&agent, json!({ "roles": ["Admin"] })).await.assert(403);
        app.root.delete(&format!("{agent}/tokens/{}", text(&tokens[0]["id"]))).await.assert(204);
        dana.get("/api/v1/tickets").await.assert(401);
        let retired = app.root.put(&format!("{agent}/retirement"), json!({ "to": "root" })).await;
        assert_eq!(retired.assert(200).json(), json!({ "given": 1, "free": 0 }));
        assert_eq!(app.ticket(&number).await["owner"], "root");
        app.root.delete(&format!("{agent}/retirement")).await.assert(204);
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        app.root.delete(&format!("{agent}/sessions")).await.assert(204);
        assert!(browser.get("/tickets").await.assert(303).location().contains("/login"));
        app.root.put_nothing(&format!("{role}/retirement")).await.assert(204);
        assert!(!app.root.get("/api/v1/roles").await.text().contains("Helpers"));
        app.root.delete(&format!("{role}/retirement")).await.assert(204);
        let root = format!("/api/v1/agents/{}", find("agents", "root").await);
        app.root.put(&format!("{root}/retirement"), json!({ "to": null })).await.assert(409);
        let admin = format!("/api/v1/roles/{}", find("roles", "Admin").await);
        app.root.put_nothing(&format!("{admin}/retirement")).await.assert(409);
    }
}
