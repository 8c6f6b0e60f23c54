//! Numbers tell as well: what somebody sees must be letter for letter the same whether or not something came to what he
//! may not see.

use std::collections::BTreeMap;
use std::sync::Arc;

use reqwest::Method;
use serde_json::json;
use tests::Database;
use tests::app::TestApp;

use super::actors::VAULT;
use super::walk::{self, Walk};
use super::world::{Asking, World};

/// Those who see something, but nothing of the hidden queue.
const BLIND: &[&str] = &["nobody", "read", "reply", "full", "former", "watcher", "export", "people"];

async fn shown(walk: &Arc<Walk>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for route in walk.routes.iter().filter(|route| !route.changes() && !route.path.ends_with("events")) {
        // The audit log tells who asked for what: this walk itself.
        let own = route.path.contains("/audit") || route.needs == "public";
        if !own {
            all.extend(walk.texts(route).await);
        }
    }
    all
}

#[test]
fn what_comes_to_a_hidden_queue_changes_no_letter_of_what_others_see() {
    tests::run(async {
        let app = TestApp::start_at(Database::Sqlite, super::NOW).await;
        let routes = walk::routes(&app);
        let world = Arc::new(World::make(&app, Database::Sqlite).await);
        let mut walk = Walk::new(&app.base(), app.db(), world, routes);
        walk.only = BLIND;
        let walk = Arc::new(walk);
        let before = shown(&walk).await;
        assert!(before.len() > 300, "only {} answers", before.len());
        let (base, http) = walk.asking();
        let token = app.root.token().expect("the admin's token");
        let root = Asking { base: &base, http: &http, token };
        for n in 0..3 {
            let new = json!({ "queue": VAULT, "title": format!("Findable {n}"), "customer": "Anna <anna@customer.example>",
                "body_text": "findable", "attachments": [] });
            let made = root.send(Method::POST, "/api/v1/tickets", Some(new)).await;
            let tag = json!({ "tag": "blue" });
            let path = format!("/api/v1/tickets/{}/tags", made["number"].as_str().unwrap_or_default());
            root.send(Method::POST, &path, Some(tag)).await;
        }
        let own = json!({ "name": "Findable", "body_text": "findable" });
        root.send(Method::POST, "/api/v1/preferences/templates", Some(own)).await;
        let roled = json!({ "name": "Findable", "body_text": "findable", "roles": ["lead"] });
        // The audit log, which those see who manage people, is none of what is compared.
        root.send(Method::POST, "/api/v1/templates", Some(roled)).await;
        app.settle().await;
        let after = shown(&walk).await;
        let mut wrong = Vec::new();
        for (asked, text) in &before {
            let now = after.get(asked).map_or("", String::as_str);
            if now != text {
                let at = text.bytes().zip(now.bytes()).take_while(|(one, other)| one == other).count();
                let around = |text: &str| -> String {
                    String::from_utf8_lossy(
                        &text.as_bytes()[at.saturating_sub(60).min(text.len())..(at + 60).min(text.len())],
                    )
                    .into_owned()
                };
                wrong.push(format!("{asked}:\n  {}\n  {}", around(text), around(now)));
            }
        }
        assert!(
            wrong.is_empty(),
            "{} of {} answers tell of it:\n{}",
            wrong.len(),
            before.len(),
            wrong.join("\n")
        );
    });
}
