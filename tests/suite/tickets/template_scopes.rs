//! For whom a text is: for everybody, for those who work in some queues or have some roles, for its author alone.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{Person, TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, Settings, both_databases, mail};

/// What no text of anybody else says.
const WORD: &str = "quokkaquill";

async fn names(person: &Client, path: &str) -> Vec<String> {
    person.get(path).await.assert(200).items().iter().map(|one| text(&one["name"])).collect()
}

async fn own(person: &Person, name: &str, more: Value) -> Value {
    let mut body = json!({ "name": name, "body_text": format!("{WORD} for {{{{customer.name}}}}") });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    person.post("/api/v1/preferences/templates", body).await.assert(201).json()
}

async fn browser(app: &TestApp, login: &str) -> Client {
    let visitor = app.visitor();
    visitor.sign_in(login, PASSWORD).await;
    visitor.get("/preferences").await.assert(200);
    visitor
}

async fn exported(settings: &Settings) -> String {
    let settings = settings.clone();
    let ran = tokio::task::spawn_blocking(move || settings.run(&["config", "export"], b""));
    let output = ran.await.unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

both_databases! {
    async fn a_personal_text_is_its_authors_alone(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let eve = app.agent("eve", &["Agent"]).await;
        let solved = app.root.post("/api/v1/states", json!({ "name": "Solved", "state_type": "closed" })).await.assert(201).json();
        let solved = format!("/api/v1/states/{}", text(&solved["id"]));
        let does = json!({ "state": "Solved", "priority": "urgent", "tags": ["mine"] });
        let made = own(&dana, "My answer", json!({ "effects": does })).await;
        assert_eq!((&made["scope"], &made["queues"], &made["roles"]), (&json!("personal"), &json!([]), &json!([])));
        let id = text(&made["id"]);
        let number = app.ticket_from(&mail("anna@customer.example").from_header("Anna <anna@customer.example>")).await;
        app.hush().await;
        let (his, house) = (format!("/api/v1/preferences/templates/{id}"), format!("/api/v1/templates/{id}"));
        let offered = format!("/api/v1/tickets/{number}/templates");
        let shown = dana.get(&offered).await.items().remove(0);
        assert_eq!((&shown["body_text"], &shown["personal"]), (&json!(format!("{WORD} for Anna")), &json!(true)));
        // Nobody else, not even who manages everything, by any way.
        for other in [&app.root, &eve] {
            assert_eq!(names(other, &offered).await, Vec::<String>::new());
            for path in ["/api/v1/templates", "/api/v1/preferences/templates"] {
                assert_eq!(names(other, path).await, Vec::<String>::new());
            }
            other.get(&his).await.assert(404);
            other.get(&house).await.assert(404);
            other.delete(&his).await.assert(404);
            other.put(&his, json!({ "name": "x", "body_text": "x" })).await.assert(404);
            let reply = json!({ "template": id, "hold_seconds": 0 });
            other.post(&format!("/api/v1/tickets/{number}/replies"), reply).await.assert(422);
        }
        dana.get(&house).await.assert(404);
        app.root.put(&house, json!({ "name": "x", "body_text": "x" })).await.assert(404);
        app.root.delete(&house).await.assert(404);
        // Pages, the list of tags with their macros, search, the audit log, the configuration's file.
        let root = browser(&app, "root").await;
        for path in ["/admin/templates", "/admin/tags", "/admin/states", "/admin/audit", "/preferences/templates", "/search?q=answer",
            &format!("/tickets/{number}"), &format!("/tickets/{number}/templates")] {
            let page = root.get(path).await.assert(200).text();
            assert!(!page.contains("My answer") && !page.contains(WORD) && !page.contains("&gt;mine&lt;"), "{path}: {page}");
        }
        for path in [format!("/tickets/{number}/templates/{id}"), format!("/preferences/templates/{id}"), format!("/admin/templates/{id}")] {
            root.get(&path).await.assert(404);
        }
        let log = app.root.get("/api/v1/audit").await.assert(200).text();
        assert!(!log.contains("My answer") && !log.contains(WORD), "{log}");
        let file = exported(&app.settings).await;
        assert!(!file.contains("My answer") && !file.contains(WORD), "{file}");
        // Others may call theirs the same, and neither learns of the other; one's own names are one's own.
        own(&eve, "My answer", json!({})).await;
        app.root.post("/api/v1/templates", json!({ "name": "My answer", "body_text": "The house's." })).await.assert(201);
        let twice = dana.post("/api/v1/preferences/templates", json!({ "name": "My answer", "body_text": "x" })).await;
        assert_eq!(twice.assert(422).json()["errors"][0]["field"], "name");
        // Its author sends it, and it does what it does, by his rights.
        let reply = json!({ "template": id, "hold_seconds": 0 });
        let sent = dana.post(&format!("/api/v1/tickets/{number}/replies"), reply).await.assert(201).json();
        assert!(text(&sent["body_text"]).starts_with(WORD), "{sent}");
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["state"], &ticket["tags"]), (&json!("Solved"), &json!(["mine"])));
        // It keeps nobody from retiring what it sets; its author is told when he uses it, and nothing is sent.
        app.root.put(&format!("{solved}/retirement"), json!({})).await.assert(204);
        dana.set(&number, "state", "open").await;
        let sent = app.articles(&number).await.len();
        let reply = json!({ "template": id, "hold_seconds": 0 });
        let refused = dana.post(&format!("/api/v1/tickets/{number}/replies"), reply).await.assert(422).text();
        assert!(refused.contains("Solved"), "{refused}");
        assert_eq!(app.articles(&number).await.len(), sent);
        dana.put(&his, json!({ "name": "Changed", "body_text": "Other words." })).await.assert(200);
        assert_eq!(names(&dana, "/api/v1/preferences/templates").await, ["Changed"]);
        dana.delete(&his).await.assert(204);
        dana.get(&his).await.assert(404);
        assert_eq!(names(&dana, &offered).await, ["My answer"], "the house's");
    }

    async fn a_personal_macro_gives_no_right_and_names_no_hidden_queue(database) {
        let app = TestApp::start(database).await;
        app.queue("Vault", "vault@helpdesk.example").await;
        app.role("Writer", "Support", &["reply"]).await;
        let will = app.agent("will", &["Writer"]).await;
        let to = async |queue: &str| {
            let body = json!({ "name": "Move", "body_text": "x", "effects": { "queue": queue } });
            will.post("/api/v1/preferences/templates", body).await.assert(422).text().replace(queue, "Q")
        };
        assert_eq!(to("Vault").await, to("Nowhere").await, "what is hidden is not there");
        let page = browser(&app, "will").await.get("/preferences/templates/new").await.assert(200).text();
        assert!(!page.contains("Vault"), "{page}");
        let queues = app.root.get("/api/v1/queues").await.items();
        let vault = text(&queues.iter().find(|queue| queue["name"] == "Vault").unwrap()["id"]);
        let fields = [("name", "Move"), ("body", "x"), ("to_queue", vault.as_str())];
        let refused = browser(&app, "will").await.submit("/preferences/templates", &fields).await;
        assert!(refused.status.as_u16() == 422 && !refused.text().contains("Vault"), "{}", refused.text());
        // He may not set priorities: what he writes down for himself does not either, and nothing is sent.
        let macros = json!({ "name": "Urgent", "body_text": "At once.", "effects": { "priority": "urgent" } });
        let id = text(&will.post("/api/v1/preferences/templates", macros).await.assert(201).json()["id"]);
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        will.post(&format!("/api/v1/tickets/{number}/replies"), json!({ "template": id })).await.assert(403);
        assert!(app.articles(&number).await.iter().all(|article| article["sender_type"] != "agent"));
    }

    async fn a_queue_that_is_out_of_reach_by_now_is_named_no_more(database) {
        let app = TestApp::start(database).await;
        app.queue("Vault", "vault@helpdesk.example").await;
        app.role("Writer", "Support", &["reply"]).await;
        app.role("Mover", "Vault", &["move_into"]).await;
        let will = app.agent("will", &["Writer", "Mover"]).await;
        let made = own(&will, "Away", json!({ "effects": { "queue": "Vault" } })).await;
        assert_eq!(made["effects"]["queue"], "Vault");
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let agents = app.root.get("/api/v1/agents").await.items();
        let id = text(&agents.iter().find(|agent| agent["login"] == "will").unwrap()["id"]);
        app.root.patch(&format!("/api/v1/agents/{id}"), json!({ "roles": ["Writer"] })).await.assert(200);
        let api = ["/api/v1/preferences/templates".to_owned(), format!("/api/v1/tickets/{number}/templates")];
        for path in &api {
            assert!(!will.get(path).await.assert(200).text().contains("Vault"), "{path}");
        }
        let his = browser(&app, "will").await;
        for path in ["/preferences/templates".to_owned(), format!("/tickets/{number}"), format!("/tickets/{number}/templates")] {
            let page = his.get(&path).await.assert(200).text();
            assert!(page.contains("Away") && !page.contains("Vault"), "{path}: {page}");
        }
    }

    async fn what_is_left_out_or_unknown_makes_no_text_everybodys(database) {
        let app = TestApp::start(database).await;
        app.role("First line", "Support", &["reply"]).await;
        let body = json!({ "name": "For them", "body_text": "x", "roles": ["First line"] });
        let id = text(&app.root.post("/api/v1/templates", body).await.assert(201).json()["id"]);
        let path = format!("/api/v1/templates/{id}");
        let kept = app.root.put(&path, json!({ "name": "For them", "body_text": "y" })).await.assert(200).json();
        assert_eq!((&kept["scope"], &kept["roles"]), (&json!("roles"), &json!(["First line"])));
        let file = exported(&app.settings).await;
        assert!(file.contains("roles = [\"First line\"]"), "{file}");
        let old = file.replace("roles = [\"First line\"]\n", "").replace("body = \"y\"", "body = \"z\"");
        let (good, said) = crate::config::portable::run(&app.settings, &["config", "apply", "-"], &old).await;
        assert!(good, "{said}");
        let kept = app.root.get(&path).await.json();
        assert_eq!((&kept["body_text"], &kept["scope"]), (&json!("z"), &json!("roles")));
        let root = browser(&app, "root").await;
        let page = format!("/admin/templates/{id}");
        root.get(&page).await.assert(200);
        root.submit(&page, &[("name", "For them"), ("body", "x"), ("scope", "all")]).await.assert(404);
        assert_eq!(app.root.get(&path).await.json()["scope"], "roles");
        // Whoever has the role and may write nowhere is not counted.
        app.agent("fay", &["First line"]).await;
        app.role("Reader", "Support", &["read"]).await;
        app.agent("rea", &["Reader"]).await;
        let both = json!({ "name": "For them", "body_text": "y", "roles": ["First line", "Reader"] });
        app.root.put(&path, both).await.assert(200);
        let shown = root.get(&page).await.assert(200).text();
        assert!(shown.contains("Fay Agent") && !shown.contains("Rea Agent"), "{shown}");
        // Said in so many words, it is so.
        let open = app.root.put(&path, json!({ "name": "For them", "body_text": "y", "roles": [] })).await.assert(200).json();
        assert_eq!(open["scope"], "everybody");
    }

    async fn who_is_gone_leaves_none_behind(database) {
        let app = TestApp::start_at(database, "2026-11-09T10:00:00Z").await;
        let dana = app.agent("dana", &["Agent"]).await;
        own(&dana, "My answer", json!({})).await;
        let agents = app.root.get("/api/v1/agents").await.items();
        let id = text(&agents.iter().find(|agent| agent["login"] == "dana").unwrap()["id"]);
        let root = browser(&app, "root").await;
        let look = root.get(&format!("/admin/people/{id}/retirement")).await.assert(200).text();
        assert!(look.contains("own templates"), "{look}");
        let count = async || {
            let sql = "SELECT count(*) AS n FROM reply_templates WHERE owner_id IS NOT NULL";
            app.db().read(move |conn| Ok(diesel::RunQueryDsl::get_result::<Count>(diesel::sql_query(sql), conn)?.n)).await.unwrap()
        };
        root.submit(&format!("/admin/people/{id}/retirement"), &[("to", "")]).await.assert(303);
        app.advance(SignedDuration::from_hours(24 * 29)).await;
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert_eq!(count().await, 1, "who comes back within a month finds them again");
        app.advance(SignedDuration::from_hours(24 * 2)).await;
        tests::wait_until("the texts went", std::time::Duration::from_secs(20), async || (count().await == 0).then_some(())).await;
    }

    async fn a_text_for_roles_is_offered_to_those_who_have_one(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("First line", "Support", &["reply"]).await;
        app.role("Second line", "*", &["reply"]).await;
        let fay = app.agent("fay", &["First line"]).await;
        let sam = app.agent("sam", &["Second line"]).await;
        let body = json!({ "name": "Steps", "body_text": "Try this.", "roles": ["First line"] });
        let made = app.root.post("/api/v1/templates", body.clone()).await.assert(201).json();
        assert_eq!((&made["scope"], &made["roles"]), (&json!("roles"), &json!(["First line"])));
        let id = text(&made["id"]);
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        let offered = format!("/api/v1/tickets/{number}/templates");
        assert_eq!(names(&fay, &offered).await, ["Steps"]);
        assert_eq!(names(&fay, "/api/v1/templates").await, ["Steps"]);
        assert_eq!(fay.get(&format!("/api/v1/templates/{id}")).await.assert(200).json()["roles"], json!([]), "which roles there are is not told");
        for path in [&offered, "/api/v1/templates"] {
            assert_eq!(names(&sam, path).await, Vec::<String>::new());
        }
        sam.get(&format!("/api/v1/templates/{id}")).await.assert(404);
        sam.post(&format!("/api/v1/tickets/{number}/replies"), json!({ "template": id })).await.assert(422);
        let page = browser(&app, "sam").await.get(&format!("/tickets/{number}/templates/{id}")).await;
        page.assert(404);
        fay.post(&format!("/api/v1/tickets/{number}/replies"), json!({ "template": id, "hold_seconds": 0 })).await.assert(201);
        // Queues or roles; roles that there are.
        for (field, wrong) in [
            ("roles", json!({ "name": "A", "body_text": "x", "roles": ["First line"], "queues": ["Billing"] })),
            ("roles", json!({ "name": "A", "body_text": "x", "roles": ["No line"] })),
        ] {
            let refused = app.root.post("/api/v1/templates", wrong).await;
            assert_eq!(refused.assert(422).json()["errors"][0]["field"], field);
        }
        // The file says it, and brings it back.
        assert!(exported(&app.settings).await.contains("roles = [\"First line\"]"));
        // A role that is retired gives nothing, its texts neither.
        let roles = app.root.get("/api/v1/roles").await.items();
        let first = text(&roles.iter().find(|role| role["name"] == "First line").unwrap()["id"]);
        app.root.put_nothing(&format!("/api/v1/roles/{first}/retirement")).await.assert(204);
        assert_eq!(names(&fay, "/api/v1/templates").await, Vec::<String>::new());
    }

    async fn who_keeps_texts_without_people_knows_no_roles(database) {
        let app = TestApp::start(database).await;
        app.root.post("/api/v1/roles", json!({ "name": "Texts", "installation": ["queues_and_mail", "api"] })).await.assert(201);
        app.role("Secret line", "Support", &["reply"]).await;
        let fay = app.agent("fay", &["Secret line"]).await;
        let tess = app.agent("tess", &["Texts"]).await;
        let body = json!({ "name": "Steps", "body_text": "Try this.", "roles": ["Secret line"] });
        tess.post("/api/v1/templates", body.clone()).await.assert(403);
        let id = text(&app.root.post("/api/v1/templates", body).await.assert(201).json()["id"]);
        let path = format!("/api/v1/templates/{id}");
        let seen = tess.get(&path).await.assert(200).json();
        assert_eq!((&seen["scope"], &seen["roles"]), (&json!("roles"), &json!([])));
        // Nor does she open it to everybody by leaving them out.
        tess.put(&path, json!({ "name": "Steps", "body_text": "Changed.", "roles": [] })).await.assert(403);
        let kept = tess.put(&path, json!({ "name": "Steps", "body_text": "Kept." })).await.assert(200).json();
        assert_eq!((&kept["scope"], &kept["roles"]), (&json!("roles"), &json!([])), "they stay, and are not named");
        let keeper = browser(&app, "tess").await;
        let page = keeper.get(&format!("/admin/templates/{id}")).await.assert(200).text();
        assert!(!page.contains("Secret line") && !page.contains("fay") && page.contains("They stay as they are."), "{page}");
        assert!(!keeper.get("/admin/templates").await.assert(200).text().contains("Secret line"));
        keeper.submit(&format!("/admin/templates/{id}"), &[("name", "Steps"), ("body", "Changed."), ("scope", "roles"), ("tags", "")]).await.assert(303);
        let kept = app.root.get(&path).await.json();
        assert_eq!((&kept["body_text"], &kept["roles"]), (&json!("Changed."), &json!(["Secret line"])));
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        assert_eq!(names(&fay, &format!("/api/v1/tickets/{number}/templates")).await, ["Steps"]);
    }

    async fn scopes_are_chosen_and_shown_on_the_pages(database) {
        let app = TestApp::start(database).await;
        app.role("First line", "Support", &["reply"]).await;
        app.agent("fay", &["First line"]).await;
        let root = browser(&app, "root").await;
        let roles = app.root.get("/api/v1/roles").await.items();
        let first = text(&roles.iter().find(|role| role["name"] == "First line").unwrap()["id"]);
        let nobody = [("name", "Steps"), ("body", "Try this."), ("scope", "roles"), ("tags", "")];
        let page = root.submit("/admin/templates", &nobody).await.assert(422).text();
        assert!(page.contains("Choose at least one") && page.contains("value=\"roles\" checked") && page.contains("Try this."), "{page}");
        let fields = [("name", "Steps"), ("body", "Try this."), ("scope", "roles"), ("role", first.as_str()), ("tags", "")];
        root.submit("/admin/templates", &fields).await.assert(303);
        let list = root.get("/admin/templates").await.assert(200).text();
        assert!(list.contains("Roles: First line"), "{list}");
        let id = text(&app.root.get("/api/v1/templates").await.items()[0]["id"]);
        let page = root.get(&format!("/admin/templates/{id}")).await.assert(200).text();
        assert!(page.contains("One agent can use it as it is saved: Fay"), "{page}");
        // Everybody, though roles are still ticked.
        let fields = [("name", "Steps"), ("body", "Try this."), ("scope", "everybody"), ("role", first.as_str()), ("tags", "")];
        root.submit(&format!("/admin/templates/{id}"), &fields).await.assert(303);
        assert_eq!(app.root.get(&format!("/api/v1/templates/{id}")).await.json()["scope"], "everybody");
        // One's own, by forms alone.
        let fay = browser(&app, "fay").await;
        assert!(fay.get("/preferences").await.assert(200).text().contains("/preferences/templates"));
        assert!(fay.get("/preferences/templates").await.assert(200).text().contains("No templates of your own yet"));
        let wrong = [("name", ""), ("body", "Dear {{nobody}}"), ("tags", "")];
        let page = fay.submit("/preferences/templates", &wrong).await.assert(422).text();
        assert!(page.contains("Dear {{nobody}}") && page.matches("aria-invalid").count() == 2, "{page}");
        fay.submit("/preferences/templates", &[("name", "Mine"), ("body", "Hello."), ("tags", "a")]).await.assert(303);
        let list = fay.get("/preferences/templates").await.assert(200).text();
        assert!(list.contains("Mine") && list.contains("Tag a"), "{list}");
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let page = fay.get(&format!("/tickets/{number}")).await.assert(200).text();
        assert!(page.contains("Mine (yours alone, Tag a)"), "{page}");
        let id = list.split("/preferences/templates/").filter_map(|rest| rest.split('"').next()).find(|id| id.parse::<i64>().is_ok()).unwrap().to_owned();
        fay.submit(&format!("/preferences/templates/{id}"), &[("name", "Mine"), ("body", "Good day."), ("tags", "")]).await.assert(303);
        assert!(fay.get(&format!("/preferences/templates/{id}")).await.text().contains("Good day."));
        fay.submit(&format!("/preferences/templates/{id}/end"), &[]).await.assert(303);
        fay.get(&format!("/preferences/templates/{id}")).await.assert(404);
    }

    async fn who_looks_through_anothers_eyes_does_not_see_what_is_his_alone(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        own(&dana, "My answer", json!({})).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let agents = app.root.get("/api/v1/agents").await.items();
        let id = text(&agents.iter().find(|agent| agent["login"] == "dana").unwrap()["id"]);
        let root = browser(&app, "root").await;
        root.submit(&format!("/admin/people/{id}/viewing"), &[]).await.assert(303);
        for path in ["/preferences/templates", &format!("/tickets/{number}"), &format!("/tickets/{number}/templates")] {
            let page = root.get(path).await.assert(200).text();
            assert!(!page.contains("My answer") && !page.contains(WORD), "{path}: {page}");
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}
