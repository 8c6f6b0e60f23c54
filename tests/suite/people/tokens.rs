//! Tokens that agents make for their programs, and the right that stands behind them.

use jiff::SignedDuration;
use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::client::Answer;
use tests::{Client, both_databases};

const PAGE: &str = "/preferences/tokens";

/// An agent whose role may use the API, and the role's address there.
async fn dana(app: &TestApp) -> (Client, String) {
    let grants = json!([{ "queue": "Support", "rights": ["read"] }]);
    let role = json!({ "name": "Programs", "grants": grants, "installation": ["api"] });
    let made = app.root.post("/api/v1/roles", role).await.assert(201).json();
    app.agent("dana", &["Programs"]).await;
    let browser = app.visitor();
    browser.sign_in("dana", PASSWORD).await;
    (browser, format!("/api/v1/roles/{}", text(&made["id"])))
}

fn secret(answer: &Answer) -> String {
    let page = answer.assert(200).text();
    let behind = page.split("tst_").nth(1).unwrap_or_else(|| panic!("no token: {page}"));
    let rest: String =
        behind.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    format!("tst_{rest}")
}

both_databases! {
    async fn an_agent_makes_tokens_that_work_as_long_as_a_role_has_the_right(database) {
        let app = TestApp::start(database).await;
        let (browser, role) = dana(&app).await;
        assert!(browser.get("/preferences").await.assert(200).text().contains(PAGE));
        assert!(browser.get(PAGE).await.assert(200).text().contains("made by an operator"));
        let own = secret(&browser.submit(PAGE, &[("name", "report"), ("days", "")]).await);
        let page = browser.get(PAGE).await.text();
        assert!(page.contains("report") && !page.contains(&own), "{page}");
        let program = Client::with_token(&app.base(), &own);
        program.get("/api/v1/tickets").await.assert(200);
        let rows = app.root.get("/api/v1/audit?kind=token").await.items();
        assert_eq!((&rows[0]["agent"], &rows[0]["cause"]), (&json!("dana"), &json!("web")), "{rows:?}");
        // An operator's token is his word.
        let given = Client::with_token(&app.base(), &app.token("dana").await);
        app.root.patch(&role, json!({ "installation": [] })).await.assert(200);
        let refused = program.get("/api/v1/tickets").await;
        assert_eq!(refused.assert(403).header("content-type"), "application/problem+json");
        assert!(refused.text().contains("made by its agent"), "{}", refused.text());
        program.post("/api/v1/tickets", json!({})).await.assert(403);
        let rows = app.root.get("/api/v1/audit?kind=refused").await.items();
        assert!(rows.iter().any(|row| row["agent"] == "dana" && row["cause"] == "api"), "{rows:?}");
        given.get("/api/v1/tickets").await.assert(200);
        app.root.patch(&role, json!({ "installation": ["api"] })).await.assert(200);
        program.get("/api/v1/tickets").await.assert(200);
        let own_row = page.split("<b class=\"cut\">report").nth(1).unwrap();
        let id = own_row.split("name=\"token\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        browser.get(PAGE).await.assert(200);
        let ended = browser.submit("/preferences/tokens/end", &[("token", &id)]).await;
        assert!(browser.get(&ended.assert(303).location()).await.text().contains("works no more"));
        program.get("/api/v1/tickets").await.assert(401);
    }

    async fn without_the_right_nobody_makes_one(database) {
        let app = TestApp::start(database).await;
        let erin = app.agent("erin", &["Agent"]).await;
        let browser = app.visitor();
        browser.sign_in("erin", PASSWORD).await;
        assert!(!browser.get("/preferences").await.text().contains(PAGE));
        let page = browser.get(PAGE).await;
        assert!(page.assert(403).text().contains("This needs the right “api”"), "{}", page.text());
        browser.get("/preferences").await.assert(200);
        browser.submit(PAGE, &[("name", "x"), ("days", "30")]).await.assert(403);
        browser.submit("/preferences/tokens/end", &[("token", "1")]).await.assert(403);
        // What an operator gave goes on working: it carries the agent's rights.
        erin.get("/api/v1/tickets").await.assert(200);
    }

    async fn names_ends_and_numbers_have_limits_and_nobody_ends_another_s(database) {
        let app = TestApp::start(database).await;
        let (browser, _) = dana(&app).await;
        browser.get(PAGE).await.assert(200);
        let wrong = browser.submit(PAGE, &[("name", " "), ("days", "30")]).await;
        assert!(wrong.assert(422).text().contains("needs a name of 1 to 100"), "{}", wrong.text());
        for days in ["0", "-3", "99999", "soon"] {
            let wrong = browser.submit(PAGE, &[("name", "kept name"), ("days", days)]).await;
            let page = wrong.assert(422).text();
            assert!(page.contains("Choose how long") && page.contains("kept name"), "{days}: {page}");
        }
        let short = secret(&browser.submit(PAGE, &[("name", "short"), ("days", "30")]).await);
        for n in 0..19 {
            browser.submit(PAGE, &[("name", &format!("token {n}")), ("days", "")]).await.assert(200);
        }
        let full = browser.submit(PAGE, &[("name", "one more"), ("days", "")]).await;
        assert!(full.assert(422).text().contains("You have 20 tokens"), "{}", full.text());
        let now = app.clock.now();
        let roots = app.db().read(move |conn| {
            let root = turnstone::people::agents::by_login(conn, "root")?.id;
            Ok(turnstone::people::tokens::of(conn, root, now)?[0].id.0)
        }).await.unwrap();
        browser.submit("/preferences/tokens/end", &[("token", &roots.to_string())]).await.assert(404);
        app.root.get("/api/v1/tickets").await.assert(200);
        let program = Client::with_token(&app.base(), &short);
        program.get("/api/v1/tickets").await.assert(200);
        let agents = app.root.get("/api/v1/agents").await.items();
        let id = text(&agents.iter().find(|agent| agent["login"] == "dana").unwrap()["id"]);
        let listed = async || app.root.get(&format!("/api/v1/agents/{id}/tokens")).await.items();
        let ends = listed().await.into_iter().find(|token| token["name"] == "short").expect("a token that works");
        assert!(ends["expires_at"].is_string(), "{ends}");
        app.advance(SignedDuration::from_hours(24 * 30 + 1)).await;
        program.get("/api/v1/tickets").await.assert(401);
        // One that has ended by itself is not shown among those that work.
        assert!(listed().await.iter().all(|token| token["name"] != "short"));
        let admin = app.visitor();
        admin.sign_in("root", PASSWORD).await;
        let page = admin.get(&format!("/admin/people/{id}")).await.assert(200).text();
        assert!(page.contains("token 7") && !page.contains(">short<"), "{page}");
    }

    async fn the_password_is_asked_for_once_more_before_one_is_made(database) {
        let app = TestApp::start(database).await;
        let (browser, _) = dana(&app).await;
        browser.get(PAGE).await.assert(200);
        app.advance(SignedDuration::from_mins(11)).await;
        assert!(browser.get(PAGE).await.assert(303).location().starts_with("/raise"));
    }
}
