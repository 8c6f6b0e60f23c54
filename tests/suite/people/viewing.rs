//! The pages as another agent sees them: all of it, and nothing can be changed.

use diesel::RunQueryDsl as _;
use reqwest::Method;
use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};
use turnstone::web::routes::table;

async fn id(app: &TestApp, login: &str) -> String {
    let items = app.root.get("/api/v1/agents").await.items();
    text(&items.iter().find(|agent| agent["login"] == login).unwrap_or_else(|| panic!("no {login}"))["id"])
}

async fn begun(app: &TestApp, login: &str) -> Client {
    let admin = app.visitor();
    admin.sign_in("root", PASSWORD).await;
    let page = format!("/admin/people/{}", id(app, login).await);
    assert!(admin.get(&page).await.assert(200).text().contains(&format!("{page}/viewing")));
    admin.submit(&format!("{page}/viewing"), &[]).await.assert(303);
    admin
}

#[derive(diesel::QueryableByName)]
struct Sum {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

/// How many rows there are where somebody reads, writes or is asked.
async fn rows(app: &TestApp) -> Vec<i64> {
    let tables = [
        "reads",
        "drafts",
        "articles",
        "events",
        "tickets",
        "outbox",
        "agent_habits",
        "views",
        "bulks",
        "acts",
    ];
    let mut all = Vec::new();
    for table in tables {
        let sql = format!("SELECT CAST(count(*) AS BIGINT) AS n FROM {table}");
        all.push(
            app.db().read(move |conn| Ok(diesel::sql_query(sql).get_result::<Sum>(conn)?.n)).await.unwrap(),
        );
    }
    all
}

both_databases! {
    async fn an_administrator_sees_what_an_agent_sees_and_changes_nothing(database) {
        let app = TestApp::start(database).await;
        app.queue("Board", "board@helpdesk.example").await;
        app.role("Support only", "Support", &["full"]).await;
        let dana = app.agent("dana", &["Support only"]).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("For Dana to see")).await;
        let secret = mail("bert@customer.example").subject("canary-board").to("board@helpdesk.example");
        let hidden = text(&app.deliver_as("bert@customer.example", "board@helpdesk.example", &secret).await["ticket"]);
        dana.put(&format!("/api/v1/tickets/{number}/draft"), json!({ "body_text": "canary-draft of Dana" })).await.assert(200);
        let admin = begun(&app, "dana").await;
        let list = admin.get("/tickets").await.assert(200).text();
        assert!(list.contains("For Dana to see") && !list.contains("canary-board"), "{list}");
        assert!(list.contains("You see the pages as Dana Agent does") && list.contains("action=\"/viewing/end\""), "{list}");
        let before = rows(&app).await;
        let page = admin.get(&format!("/tickets/{number}")).await.assert(200).text();
        assert!(!page.contains("canary-draft"), "what she has not said yet is hers");
        for (path, status) in [(format!("/tickets/{hidden}"), 404), ("/admin/people".to_owned(), 403), ("/preferences/factor".to_owned(), 403), ("/raise".to_owned(), 403), ("/preferences".to_owned(), 200), ("/search?q=Dana".to_owned(), 200), ("/no-such".to_owned(), 404)] {
            let answer = admin.get(&path).await;
            assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
            if status != 404 {
                assert!(answer.text().contains("You see the pages as Dana Agent does"), "a banner on {path}: {}", answer.text());
            }
        }
        // Whatever changes something is refused, every route of it.
        let mut refused = 0;
        for route in table().iter().filter(|route| !route.method.is_safe()) {
            let public = route.needs == turnstone::web::routes::Needs::Public;
            if public || ["/viewing/end", "/logout"].contains(&route.path) {
                continue;
            }
            let path = route.path.replace("{number}", &number).replace(['{', '}'], "").replace("/id", "/1").replace("/uid", "/1");
            let request = admin.request(Method::from_bytes(route.method.as_str().as_bytes()).unwrap(), &path);
            let answer = admin.send(request.form(&[("then", "open")])).await;
            assert_eq!(answer.status.as_u16(), 403, "{} {path}: {}", route.method, answer.text());
            refused += 1;
        }
        assert!(refused > 60, "{refused} routes");
        assert_eq!(rows(&app).await, before, "nothing was written, no unread mark has gone");
        assert!(dana.get(&format!("/api/v1/tickets/{number}/draft")).await.text().contains("canary-draft"));
        // Back to one's own eyes.
        let back = admin.submit("/viewing/end", &[]).await;
        assert!(back.assert(303).location().starts_with("/admin/people"), "{}", back.location());
        let list = admin.get("/tickets").await.assert(200).text();
        assert!(list.contains("canary-board") && !list.contains("You see the pages as"), "{list}");
        let log = app.root.get("/api/v1/audit?limit=200").await.items();
        let told: Vec<_> = log.iter().filter(|entry| entry["kind"] == "viewing").collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().all(|entry| entry["subject"] == "dana" && entry["agent"] == "root"), "{told:?}");
    }

    async fn nobody_sees_more_through_anothers_eyes(database) {
        let app = TestApp::start(database).await;
        app.queue("Board", "board@helpdesk.example").await;
        app.role("Board only", "Board", &["full"]).await;
        app.agent("dana", &["Board only"]).await;
        // Manages people, but reads Support only.
        let body = json!({ "name": "Doorkeeper", "grants": [{ "queue": "Support", "rights": ["read"] }], "installation": ["people"] });
        app.root.post("/api/v1/roles", body).await.assert(201);
        // Reads everything, but may not answer.
        let body = json!({ "name": "Reader", "grants": [{ "queue": "*", "rights": ["read"] }], "installation": ["people"] });
        app.root.post("/api/v1/roles", body).await.assert(201);
        app.agent("kim", &["Doorkeeper"]).await;
        app.agent("lea", &["Reader"]).await;
        let dana = format!("/admin/people/{}", id(&app, "dana").await);
        for login in ["kim", "lea"] {
            let visitor = app.visitor();
            visitor.sign_in(login, PASSWORD).await;
            visitor.get("/admin/people").await.assert(200);
            visitor.submit(&format!("{dana}/viewing"), &[]).await.assert(403);
            assert!(!visitor.get("/tickets").await.text().contains("You see the pages as"));
        }
        // Not as oneself, and not as somebody who cannot sign in.
        let admin = app.visitor();
        admin.sign_in("root", PASSWORD).await;
        admin.get("/admin/people").await.assert(200);
        admin.submit(&format!("/admin/people/{}/viewing", id(&app, "root").await), &[]).await.assert(409);
        app.agent("nora", &["Agent"]).await;
        let nora = id(&app, "nora").await;
        app.root.put(&format!("/api/v1/agents/{nora}/retirement"), json!({ "to": null })).await.assert(200);
        admin.submit(&format!("/admin/people/{nora}/viewing"), &[]).await.assert(409);
        // A right that is lost meanwhile ends it at once; so does an hour.
        let admin = begun(&app, "dana").await;
        assert!(admin.get("/tickets").await.text().contains("You see the pages as Dana"));
        app.advance(jiff::SignedDuration::from_mins(61)).await;
        assert!(!admin.get("/tickets").await.assert(200).text().contains("You see the pages as"));
    }

    async fn a_form_of_the_others_pages_is_refused_afterwards(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let admin = begun(&app, "dana").await;
        let page = admin.get("/tickets").await.assert(200).text();
        let field = page.split("name=\"csrf\" value=\"").nth(1).unwrap_or_else(|| panic!("{page}"));
        let token = field.split('"').next().unwrap_or_default().to_owned();
        admin.submit("/viewing/end", &[]).await.assert(303);
        admin.get("/tickets").await.assert(200);
        let form = [("csrf", token.as_str())];
        admin.send(admin.request(Method::POST, "/logout").form(&form)).await.assert(403);
        admin.get("/tickets").await.assert(200);
    }
}
