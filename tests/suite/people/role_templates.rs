//! A new role begins with what many have, or with what another one gives; and a role's page says who has it.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases};

async fn admin(app: &TestApp) -> Client {
    let visitor = app.visitor();
    visitor.sign_in("root", PASSWORD).await;
    visitor
}

async fn id(app: &TestApp, kind: &str, name: &str) -> String {
    let items = app.root.get(&format!("/api/v1/{kind}")).await.items();
    let is = |item: &&Value| item["name"] == name || item["login"] == name;
    text(&items.iter().find(is).unwrap_or_else(|| panic!("no {name} among {kind}"))["id"])
}

async fn role(app: &TestApp, name: &str) -> Value {
    let items = app.root.get("/api/v1/roles").await.items();
    items.into_iter().find(|role| role["name"] == name).unwrap_or_else(|| panic!("no role {name}"))
}

/// The boxes of a role's form that are ticked, as it would send them.
fn ticked(page: &str) -> BTreeSet<(String, String)> {
    let boxes = Regex::new(r#"name="(g|i|factor)" value="([^"]*)" checked"#).unwrap();
    boxes.captures_iter(page).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
}

/// All that looking at a form could have stored.
async fn stored(app: &TestApp) -> (Vec<Value>, usize) {
    let roles = app.root.get("/api/v1/roles").await.items();
    (roles, app.root.get("/api/v1/audit?limit=200").await.items().len())
}

/// Who has a role, as its page says.
async fn members(app: &TestApp, admin: &Client, name: &str) -> String {
    let page = admin.get(&format!("/admin/roles/{}", id(app, "roles", name).await)).await.assert(200).text();
    let list = page.split("id=\"r-mem\"").nth(1).unwrap_or_else(|| panic!("no list: {page}"));
    list.split("</section>").next().unwrap_or_default().replace("&#x2F;", "/")
}

both_databases! {
    async fn each_pattern_ticks_boxes_of_its_own_and_stores_nothing(database) {
        let app = TestApp::start(database).await;
        let admin = admin(&app).await;
        let before = stored(&app).await;
        let patterns: [(&str, &str, &[&str]); 4] = [
            ("agent", "Agent", &["reply", "move_into", "create"]),
            ("lead", "Team lead", &["reply", "move_into", "create", "owner", "priority"]),
            ("auditor", "Reads only", &["read"]),
            ("admin", "Administrator", &["full"]),
        ];
        for (word, label, rights) in patterns {
            let page = admin.get(&format!("/admin/roles/new?like={word}")).await.assert(200).text();
            let (everywhere, other): (BTreeSet<_>, BTreeSet<_>) = ticked(&page).into_iter().partition(|(name, _)| name == "g");
            let wanted: BTreeSet<(String, String)> = rights.iter().map(|right| ("g".to_owned(), format!("*:{right}"))).collect();
            assert_eq!(everywhere, wanted, "{word}");
            let offered = page.matches("name=\"i\" value=\"").count();
            assert_eq!(other.len(), if word == "admin" { offered } else { 0 }, "{word}: {other:?}");
            assert!(offered >= 5, "{page}");
            assert!(page.contains(&format!("aria-current=\"page\">{label}</a>")), "{word}: {page}");
        }
        for nothing in ["", "?like=", "?like=nonsense", "?copy=nonsense"] {
            let page = admin.get(&format!("/admin/roles/new{nothing}")).await.assert(200).text();
            assert!(ticked(&page).is_empty(), "{nothing}: {page}");
        }
        assert_eq!(stored(&app).await, before);
    }

    async fn a_copy_gives_what_its_source_gives_and_has_no_name_yet(database) {
        let app = TestApp::start(database).await;
        let admin = admin(&app).await;
        admin.get("/admin/roles/new").await.assert(200);
        let support = id(&app, "queues", "Support").await;
        let (read, priority) = (format!("{support}:read"), format!("{support}:priority"));
        let form = [("name", "Second line"), ("description", "Helps out"), ("g", read.as_str()), ("g", priority.as_str()),
            ("i", "export"), ("factor", "yes"), ("whole", "yes")];
        admin.submit("/admin/roles", &form).await.assert(303);
        let source = id(&app, "roles", "Second line").await;
        let before = stored(&app).await;
        let original = ticked(&admin.get(&format!("/admin/roles/{source}")).await.assert(200).text());
        assert_eq!(original.len(), 4, "{original:?}");
        let page = admin.get(&format!("/admin/roles/new?copy={source}")).await.assert(200).text();
        let copied = ticked(&page);
        assert_eq!(copied, original);
        assert!(page.contains("name=\"name\" value=\"\"") && page.contains("Helps out"), "{page}");
        assert!(page.contains("method=\"post\" action=\"/admin/roles\"") && !page.contains("id=\"r-mem\""), "{page}");
        admin.get("/admin/roles/new?copy=999999").await.assert(404);
        assert_eq!(stored(&app).await, before, "looking stores nothing");
        // Sent as it is, under a name, it becomes another role of the same rights.
        let mut form = vec![("name", "Third line"), ("description", "Helps out"), ("whole", "yes")];
        form.extend(copied.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        admin.submit("/admin/roles", &form).await.assert(303);
        let (one, other) = (role(&app, "Second line").await, role(&app, "Third line").await);
        assert_eq!(one["grants"][0]["rights"].as_array().map(Vec::len), Some(2), "{one}");
        assert_eq!((&other["grants"], &other["installation"]), (&one["grants"], &json!(["export"])));
        assert_eq!((&one["needs_factor"], &other["needs_factor"]), (&json!(true), &json!(true)));
        assert_ne!(other["id"], one["id"]);
    }

    async fn a_roles_page_says_who_has_it_and_what_else(database) {
        let app = TestApp::start(database).await;
        let admin = admin(&app).await;
        app.role("Helpers", "Support", &["reply"]).await;
        assert!(members(&app, &admin, "Helpers").await.contains("Nobody yet"));
        for (login, roles) in [("dana", &["Helpers"][..]), ("emil", &["Helpers", "Agent"][..]), ("fred", &["Agent"][..])] {
            app.agent(login, roles).await;
        }
        let list = members(&app, &admin, "Helpers").await;
        let (dana, emil) = list.split_once("Emil Agent</a>").unwrap_or_else(|| panic!("by name: {list}"));
        assert!(dana.contains("Dana Agent</a>") && dana.contains("only this role"), "{list}");
        assert!(emil.contains("also Agent") && !list.contains("Fred Agent"), "{list}");
        let page = format!("/admin/people/{}", id(&app, "agents", "dana").await);
        assert!(dana.contains(&format!("href=\"{page}#roles\"")), "{list}");
        // Whoever is out of use has nothing.
        admin.get(&page).await.assert(200);
        admin.submit(&format!("{page}/retirement"), &[]).await.assert(303);
        let list = members(&app, &admin, "Helpers").await;
        assert!(list.contains("Emil Agent") && !list.contains("Dana Agent"), "{list}");
    }
}
