//! Ways in that were tried as somebody would who means ill: what was mended stays mended.

use std::time::Duration;

use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::both_databases;

const NEW: &str = "another horse, another battery";

/// An invited agent: his key, and the secret of his link.
async fn invited(app: &TestApp, login: &str) -> (String, String) {
    let body = json!({ "login": login, "name": login, "email": format!("{login}@helpdesk.example"), "roles": ["Agent"] });
    let id = text(&app.root.post("/api/v1/agents", body).await.assert(201).json()["id"]);
    let link = app.root.put(&format!("/api/v1/agents/{id}/link"), json!({})).await.assert(200).json();
    (id, text(&link["link"]).split("token=").nth(1).unwrap().to_owned())
}

async fn opens(app: &TestApp, secret: &str) -> u16 {
    app.visitor().get(&format!("/password/new?token={secret}")).await.status.as_u16()
}

both_databases! {
    async fn a_link_that_was_sent_to_another_address_is_worth_nothing(database) {
        let app = TestApp::start(database).await;
        let (id, secret) = invited(&app, "nora").await;
        assert_eq!(opens(&app, &secret).await, 200);
        app.root.patch(&format!("/api/v1/agents/{id}"), json!({ "name": "Nora Two" })).await.assert(200);
        assert_eq!(opens(&app, &secret).await, 200, "another name ends nothing");
        // It was mistyped: whoever has that address has an invitation.
        app.root.patch(&format!("/api/v1/agents/{id}"), json!({ "email": "nora.right@helpdesk.example" })).await.assert(200);
        assert_eq!(opens(&app, &secret).await, 404);
        let stranger = app.visitor();
        stranger.get("/login").await.assert(200);
        stranger.submit("/password/new", &[("token", &secret), ("password", NEW)]).await.assert(404);
    }

    async fn a_stranger_who_asks_for_a_new_password_ends_no_invitation(database) {
        let app = TestApp::start(database).await;
        let (_, secret) = invited(&app, "nora").await;
        app.relay.clear();
        let stranger = app.visitor();
        stranger.get("/password/reset").await.assert(200);
        stranger.submit("/password/reset", &[("login", "nora")]).await.assert(200);
        app.relay.wait_for("nora@helpdesk.example", 1).await;
        assert_eq!(opens(&app, &secret).await, 200);
        let visitor = app.visitor();
        visitor.get(&format!("/password/new?token={secret}")).await.assert(200);
        visitor.submit("/password/new", &[("token", &secret), ("password", NEW)]).await.assert(303);
        // Both are over once one was used.
        assert_eq!(opens(&app, &secret).await, 404);
        let mail = app.relay.received_by("nora@helpdesk.example").remove(0).mail().text();
        let other = mail.split("token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        assert_eq!(opens(&app, &other).await, 404);
    }

    async fn asking_in_vain_for_passwords_writes_nothing(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let stranger = app.visitor();
        stranger.get("/password/reset").await.assert(200);
        for _ in 0..3 {
            stranger.submit("/password/reset", &[("login", "dana")]).await.assert(200);
            app.settle().await;
        }
        app.relay.wait_for("dana@helpdesk.example", 3).await;
        let lines = async || app.root.get("/api/v1/audit?kind=password").await.items().len();
        let before = lines().await;
        for login in ["dana", "nobody", "DANA", "dana@helpdesk.example", ""] {
            let page = stranger.submit("/password/reset", &[("login", login)]).await;
            assert_eq!(page.assert(200).text(), stranger.submit("/password/reset", &[("login", "nobody")]).await.text());
        }
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(lines().await, before);
        assert_eq!(app.relay.received_by("dana@helpdesk.example").len(), 3);
    }

    async fn next_leads_nowhere_else_by_any_way_in(database) {
        let app = TestApp::start(database).await;
        for evil in ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "javascript:alert(1)", "\\\\evil.example"] {
            let visitor = app.visitor();
            visitor.get("/login").await.assert(200);
            let answer = visitor.submit("/login", &[("login", "root"), ("password", PASSWORD), ("next", evil)]).await;
            assert_eq!(answer.assert(303).location(), "/dashboard", "{evil:?}");
            visitor.get("/raise").await.assert(200);
            let answer = visitor.submit("/raise", &[("current", PASSWORD), ("next", evil)]).await;
            assert_eq!(answer.assert(303).location(), "/admin", "{evil:?}");
        }
    }

    async fn each_sign_in_gets_a_session_of_its_own_and_ends_the_one_before(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let browser = app.visitor();
        // Somebody else has laid a session into the browser: it is not the one that is signed in.
        let mallory = app.visitor();
        mallory.sign_in("dana", PASSWORD).await;
        let planted = "planted-planted-planted-planted-planted-pla";
        browser.hold("turnstone", planted);
        browser.get("/login").await.assert(200);
        let answer = browser.submit("/login", &[("login", "root"), ("password", PASSWORD)]).await;
        let given = answer.assert(303).header("set-cookie");
        assert!(given.starts_with("turnstone=") && !given.contains(planted), "{given}");
        let copy = app.visitor();
        copy.hold("turnstone", planted);
        copy.get("/tickets").await.assert(303);
        // Signing in again in the same browser leaves no second session behind.
        browser.get("/login").await.assert(200);
        let old = given.split(['=', ';']).nth(1).unwrap().to_owned();
        browser.submit("/login", &[("login", "root"), ("password", PASSWORD)]).await.assert(303);
        copy.hold("turnstone", &old);
        copy.get("/tickets").await.assert(303);
        // A sign-in that another site sends is none.
        let request = app.visitor().request(reqwest::Method::POST, "/login").header("Sec-Fetch-Site", "cross-site");
        let forged = copy.send(request.form(&[("login", "dana"), ("password", PASSWORD)])).await;
        assert_eq!(forged.status, 403);
    }

    async fn whoever_expires_loses_session_token_and_stream_at_that_moment(database) {
        let app = TestApp::start(database).await;
        let program = app.agent("dana", &["Agent"]).await;
        let agents = app.root.get("/api/v1/agents").await.items();
        let id = text(&agents.iter().find(|one| one["login"] == "dana").unwrap()["id"]);
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let end = (app.clock.now() + jiff::SignedDuration::from_mins(5)).to_string();
        app.root.patch(&format!("/api/v1/agents/{id}"), json!({ "expires_at": end })).await.assert(200);
        browser.get("/tickets").await.assert(200);
        program.get("/api/v1/tickets").await.assert(200);
        let mut stream = browser.request(reqwest::Method::GET, "/events").send().await.unwrap();
        app.advance(jiff::SignedDuration::from_mins(6)).await;
        browser.get("/tickets").await.assert(303);
        program.get("/api/v1/tickets").await.assert(401);
        app.ticket_from(&tests::mail("anna@customer.example").subject("zqxlate")).await;
        let heard = tokio::time::timeout(Duration::from_secs(25), async {
            let mut all = String::new();
            while let Ok(Some(piece)) = stream.chunk().await {
                all.push_str(&String::from_utf8_lossy(&piece));
            }
            all
        });
        let heard = heard.await.unwrap_or_else(|_| panic!("the stream goes on"));
        assert!(!heard.contains("event: ticket"), "{heard}");
        // A browser that listens on is told to stop, and not shown a form.
        let again = browser.request(reqwest::Method::GET, "/events").header("Accept", "text/event-stream");
        assert_eq!(browser.send(again).await.assert(204).text(), "");
        let visitor = app.visitor();
        visitor.get("/login").await.assert(200);
        visitor.submit("/login", &[("login", "dana"), ("password", PASSWORD)]).await.assert(422);
    }
}

#[test]
fn a_forwarded_address_of_anybody_slows_nobody_down_less() {
    tests::run(async {
        let app = TestApp::start(tests::Database::Sqlite).await;
        app.agent("dana", &["Agent"]).await;
        let tries = usize::from(app.desk().config.limits.sign_in_tries) * 4;
        let mut waits = false;
        for turn in 0..tries + 2 {
            let visitor = app.visitor();
            visitor.get("/login").await.assert(200);
            // Another login each time, and another pretended address.
            let (login, address) = (format!("user{turn}"), format!("203.0.113.{turn}"));
            let request = visitor
                .request(reqwest::Method::POST, "/login")
                .header("X-Forwarded-For", &address)
                .header("X-Real-IP", &address)
                .header("Forwarded", format!("for={address}"))
                .form(&[("login", login.as_str()), ("password", "wrong, wrong")]);
            waits |= visitor.send(request).await.status == 429;
        }
        assert!(waits, "an address has so many tries, whatever it calls itself");
        // The same login in other letters is the same login.
        app.advance(jiff::SignedDuration::from_mins(16)).await;
        let mut last = Value::Null;
        for login in ["dana", "DANA", " dana", "Dana ", "dAna", "danA", "DAna"] {
            let visitor = app.visitor();
            visitor.get("/login").await.assert(200);
            let answer = visitor.submit("/login", &[("login", login), ("password", "wrong, wrong")]).await;
            last = json!(answer.status.as_u16());
        }
        assert_eq!(last, 429);
    });
}
