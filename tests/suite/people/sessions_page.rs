//! What an agent has open, on his page: one session is ended, or all, and a token; each stands in the audit log.

use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases};

async fn signed_in(app: &TestApp, login: &str) -> Client {
    let browser = app.visitor();
    browser.sign_in(login, PASSWORD).await;
    browser
}

/// The address of an agent's page.
async fn page_of(app: &TestApp, login: &str) -> String {
    let all = app.root.get("/api/v1/agents").await.items();
    let agent =
        all.iter().find(|agent| agent["login"] == login).unwrap_or_else(|| panic!("no agent {login}"));
    format!("/admin/people/{}", text(&agent["id"]))
}

/// What the buttons of this name on a page send.
async fn offered(admin: &Client, page: &str, button: &str) -> Vec<String> {
    let html = admin.get(page).await.assert(200).text();
    let before = format!("name=\"{button}\" value=\"");
    html.split(before.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

async fn is_out(browser: &Client) -> bool {
    let answer = browser.get("/preferences").await;
    answer.status == 303 && answer.location().starts_with("/login")
}

/// The entries of a kind that root made on a page, the newest first.
async fn written(app: &TestApp, kind: &str) -> Vec<Value> {
    let mut rows = app.root.get(&format!("/api/v1/audit?kind={kind}&limit=200")).await.items();
    rows.retain(|row| row["agent"] == "root" && row["cause"] == "web");
    rows
}

both_databases! {
    async fn one_session_of_an_agent_is_ended_and_then_all(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let (admin, page) = (signed_in(&app, "root").await, page_of(&app, "dana").await);
        let first = signed_in(&app, "dana").await;
        let only = offered(&admin, &page, "session").await;
        let second = signed_in(&app, "dana").await;
        assert_eq!((only.len(), offered(&admin, &page, "session").await.len()), (1, 2));
        let path = format!("{page}/sessions/end");
        let done = admin.submit(&path, &[("session", only[0].as_str())]).await.assert(303).location();
        assert!(admin.get(&done).await.assert(200).text().contains("Signed out there"));
        assert!(is_out(&first).await && !is_out(&second).await, "the one that was named, and no other");
        let left = offered(&admin, &page, "session").await;
        assert!(left.len() == 1 && left != only, "{left:?}");
        admin.submit(&path, &[("session", only[0].as_str())]).await.assert(404);
        let third = signed_in(&app, "dana").await;
        admin.submit(&path, &[]).await.assert(303);
        assert!(is_out(&second).await && is_out(&third).await && !is_out(&admin).await);
        assert!(offered(&admin, &page, "session").await.is_empty());
        // Her account is as good as before.
        signed_in(&app, "dana").await;
        let rows = written(&app, "agent").await;
        assert_eq!(rows.len(), 2, "{rows:?}");
        for (row, ended) in rows.iter().zip([2, 1]) {
            let count = |side: &str| row[side]["sessions"].as_i64().unwrap_or_else(|| panic!("{row}"));
            assert_eq!((&row["subject"], count("before") - count("after")), (&json!("dana"), ended), "{row}");
        }
    }

    async fn a_token_that_is_ended_on_the_page_works_no_more(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let other = Client::with_token(&app.base(), &app.token("dana").await);
        let (admin, page) = (signed_in(&app, "root").await, page_of(&app, "dana").await);
        // Both have one name; the older one comes first.
        let tokens = offered(&admin, &page, "token").await;
        assert_eq!(tokens.len(), 2);
        let path = format!("{page}/tokens/end");
        let done = admin.submit(&path, &[("token", tokens[0].as_str())]).await.assert(303).location();
        assert!(admin.get(&done).await.assert(200).text().contains("The token works no more"));
        dana.get("/api/v1/tickets").await.assert(401);
        other.get("/api/v1/tickets").await.assert(200);
        assert_eq!(offered(&admin, &page, "token").await, tokens[1..]);
        admin.submit(&path, &[("token", tokens[0].as_str())]).await.assert(404);
        let rows = written(&app, "token").await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        let (row, before) = (&rows[0], json!({ "token": "test" }));
        assert_eq!((&row["subject"], &row["before"], &row["after"]), (&json!("dana"), &before, &Value::Null));
    }

    async fn nothing_of_somebody_else_is_ended_on_a_page(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let (admin, browser) = (signed_in(&app, "root").await, signed_in(&app, "dana").await);
        let (own, hers) = (page_of(&app, "root").await, page_of(&app, "dana").await);
        let session = offered(&admin, &own, "session").await.remove(0);
        let token = offered(&admin, &own, "token").await.remove(0);
        for (page, what, field, value) in [
            (hers.as_str(), "sessions", "session", session.as_str()),
            (hers.as_str(), "sessions", "session", "none"),
            (hers.as_str(), "tokens", "token", token.as_str()),
            (hers.as_str(), "tokens", "token", "none"),
            (hers.as_str(), "tokens", "token", ""),
            ("/admin/people/999999", "sessions", "session", session.as_str()),
            ("/admin/people/999999", "sessions", "session", ""),
            ("/admin/people/999999", "tokens", "token", token.as_str()),
        ] {
            let refused = admin.submit(&format!("{page}/{what}/end"), &[(field, value)]).await;
            assert_eq!(refused.status, 404, "{page} {what} {value:?}: {}", refused.text());
        }
        assert!(!is_out(&admin).await && !is_out(&browser).await);
        for program in [&app.root, &dana] {
            program.get("/api/v1/tickets").await.assert(200);
        }
        assert_eq!(offered(&admin, &own, "token").await, [token]);
        assert!(written(&app, "agent").await.is_empty() && written(&app, "token").await.is_empty());
    }
}
