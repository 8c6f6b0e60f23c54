//! Ways round the roles: the relay that carries everybody's password links, a queue's place in the tree, a role's name that
//! directories give by. None of them gives more than a role could.

use diesel::RunQueryDsl as _;
use serde_json::json;
use tests::app::{Person, TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, SmtpPeer, both_databases, mail};

async fn signed_in(app: &TestApp, login: &str) -> Client {
    let visitor = app.visitor();
    visitor.sign_in(login, PASSWORD).await;
    visitor.get("/dashboard").await;
    visitor
}

async fn id(app: &TestApp, kind: &str, name: &str) -> String {
    let items = app.root.get(&format!("/api/v1/{kind}")).await.items();
    let found = items.iter().find(|item| item["name"] == name || item["login"] == name);
    text(&found.unwrap_or_else(|| panic!("no {name} among {kind}"))["id"])
}

/// Somebody with `full` in Support and these rights that belong to no queue.
async fn helper(app: &TestApp, installation: &[&str]) -> Person {
    let grants = json!([{ "queue": "Support", "rights": ["full"] }]);
    let role = json!({ "name": "Helper", "grants": grants, "installation": installation });
    app.root.post("/api/v1/roles", role).await.assert(201);
    app.agent("kim", &["Helper"]).await
}

both_databases! {
    async fn the_relay_is_set_by_who_may_do_everything(database) {
        let app = TestApp::start_with(database, |config| config.smtp_relay = None).await;
        let kim = helper(&app, &["people", "queues_and_mail", "api"]).await;
        let peer = SmtpPeer::start().await;
        let port = peer.address().port().to_string();
        let form = [("host", "127.0.0.1"), ("port", port.as_str()), ("tls", "none")];
        let browser = signed_in(&app, "kim").await;
        browser.get("/admin/relay").await.assert(200);
        let refused = browser.submit("/admin/relay", &form).await.assert(403).text();
        assert!(refused.contains("has every right") && refused.contains(&port), "what was typed is kept: {refused}");
        let by_program = json!({ "value": peer.url() });
        kim.put("/api/v1/settings/SMTP_RELAY", by_program).await.assert(403);
        app.deliver(&mail("anna@customer.example")).await;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        assert!(peer.received().is_empty());
        let root = signed_in(&app, "root").await;
        root.get("/admin/relay").await.assert(200);
        root.submit("/admin/relay", &form).await.assert(303);
        peer.wait_for("anna@customer.example", 1).await;
    }

    async fn a_queue_is_moved_only_where_it_gives_nothing_that_its_mover_has_not(database) {
        let app = TestApp::start(database).await;
        app.queue("Vault", "vault@helpdesk.example").await;
        app.queue("Shed", "shed@helpdesk.example").await;
        let kim = helper(&app, &["people", "queues_and_mail", "api"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.root.set(&number, "queue", "Vault").await;
        let vault = format!("/api/v1/queues/{}", id(&app, "queues", "Vault").await);
        let refused = kim.patch(&vault, json!({ "parent": "Support" })).await.assert(403).text();
        assert!(refused.contains("full"), "{refused}");
        kim.get(&format!("/api/v1/tickets/{number}")).await.assert(404);
        // Nobody has anything in the shed, so that nothing is given; nor is anything by standing alone.
        kim.patch(&vault, json!({ "parent": "Shed" })).await.assert(200);
        kim.patch(&vault, json!({ "parent": null })).await.assert(200);
        kim.patch(&vault, json!({ "parent": "Nowhere" })).await.assert(422);
        let shed = format!("/api/v1/queues/{}", id(&app, "queues", "Shed").await);
        app.root.patch(&shed, json!({ "parent": "Support" })).await.assert(200);
        // By way of another queue it gives the same.
        kim.patch(&vault, json!({ "parent": "Shed" })).await.assert(403);
        app.root.patch(&vault, json!({ "parent": "Shed" })).await.assert(200);
        kim.get(&format!("/api/v1/tickets/{number}")).await.assert(200);
    }

    async fn nobody_gives_a_role_its_name_who_has_not_what_it_gives(database) {
        let app = TestApp::start(database).await;
        let kim = helper(&app, &["people", "api"]).await;
        let admin = format!("/api/v1/roles/{}", id(&app, "roles", "Admin").await);
        kim.patch(&admin, json!({ "name": "Helpdesk" })).await.assert(403);
        kim.patch(&admin, json!({ "description": "Those who may all" })).await.assert(200);
        let own = format!("/api/v1/roles/{}", id(&app, "roles", "Helper").await);
        kim.patch(&own, json!({ "name": "Helpers" })).await.assert(200);
        app.root.patch(&admin, json!({ "name": "Helpdesk" })).await.assert(200);
    }

    async fn an_end_to_the_second_stays_so_when_something_else_is_saved(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let end = if app.settings.postgres_url().is_some() {
            "UPDATE agents SET expires_at = TIMESTAMPTZ '2099-12-31 23:59:59Z' WHERE login = 'dana'"
        } else {
            "UPDATE agents SET expires_at = 4102444799000000 WHERE login = 'dana'"
        };
        app.db().write(move |tx| Ok(diesel::sql_query(end).execute(&mut **tx)?)).await.unwrap();
        let dana = async || app.db().read(|conn| turnstone::people::agents::by_login(conn, "dana")).await.unwrap();
        let ends = dana().await.expires_at.expect("an end");
        assert_eq!(ends.0.to_string(), "2099-12-31T23:59:59Z");
        let browser = signed_in(&app, "root").await;
        let place = format!("/admin/people/{}", id(&app, "agents", "dana").await);
        let page = browser.get(&place).await.assert(200).text();
        let shown = |name: &str| {
            let after = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
            after.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
        };
        let mark = shown("shown");
        let at = page.split("2099-12-31T23:59").nth(1).map_or("", |_| "2099-12-31T23:59");
        assert!(!at.is_empty(), "{page}");
        let fields = [
            ("name", "Dana Agent"), ("email", "dana@helpdesk.example"), ("page_size", "50"), ("language", "en"),
            ("time_zone", ""), ("expires_at", at), ("shown", mark.as_str()),
        ];
        browser.submit(&place, &fields).await.assert(303);
        let after = dana().await;
        assert_eq!((after.page_size, after.expires_at), (50, Some(ends)));
    }
}
