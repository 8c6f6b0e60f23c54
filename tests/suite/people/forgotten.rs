//! A password that was forgotten.

use std::time::Duration;

use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{both_databases, wait_until};

const NEW: &str = "another horse, another battery";

/// Asks, and gives the newest link that comes by mail, as a path.
async fn link(app: &TestApp, typed: &str, mails: usize) -> String {
    let visitor = app.visitor();
    visitor.get("/password/reset").await.assert(200);
    visitor.submit("/password/reset", &[("login", typed)]).await.assert(200);
    wait_until("the mail with the link", Duration::from_secs(20), async || {
        let received = app.relay.received();
        let bodies: Vec<String> = received
            .iter()
            .map(|mail| mail.mail().text())
            .filter(|text| text.contains("/password/new"))
            .collect();
        if bodies.len() < mails {
            return None;
        }
        let at = bodies.last()?.find("/password/new")?;
        let path: String = bodies.last()?[at..].chars().take_while(|c| !c.is_whitespace()).collect();
        Some(path)
    })
    .await
}

both_databases! {
    async fn a_link_works_once_and_ends_the_sessions(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let path = link(&app, "dana", 1).await;
        let token = path.split("token=").nth(1).unwrap().to_owned();
        let visitor = app.visitor();
        visitor.get(&path).await.assert(200);
        visitor.submit("/password/new", &[("token", &token), ("password", "short")]).await.assert(422);
        visitor.submit("/password/new", &[("token", &token), ("password", NEW)]).await.assert(303);
        visitor.submit("/password/new", &[("token", &token), ("password", NEW)]).await.assert(404);
        assert_eq!(browser.get("/tickets").await.status, 303, "her sessions are over");
        app.visitor().sign_in("dana", NEW).await;
        let rows = app.root.get("/api/v1/audit?kind=password&agent=dana").await.items();
        assert!(rows.iter().any(|row| row["detail"].as_str().unwrap_or_default().starts_with("link asked for")), "{rows:?}");
        assert!(!serde_json::json!(rows).to_string().contains(&token));
    }

    // Rule 46.
    async fn a_link_leads_to_the_public_address_whatever_host_was_asked_and_ends_after_an_hour(database) {
        let app = TestApp::start_at(database, "2026-11-09T10:00:00Z").await;
        app.agent("dana", &["Agent"]).await;
        let visitor = app.visitor();
        visitor.get("/password/reset").await.assert(200);
        let asked = visitor
            .request(reqwest::Method::POST, "/password/reset")
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .form(&[("login", "dana")]);
        visitor.send(asked).await.assert(200);
        let mail = app.relay.wait_for("dana@helpdesk.example", 1).await.remove(0).mail().text();
        let base = app.desk().config.public_url.to_string();
        assert!(mail.contains(&format!("{base}password/new?token=")) && !mail.contains("evil.example"), "{mail}");
        let at = mail.find("/password/new").unwrap();
        let path: String = mail[at..].chars().take_while(|c| !c.is_whitespace()).collect();
        app.advance(jiff::SignedDuration::from_mins(59)).await;
        app.visitor().get(&path).await.assert(200);
        app.advance(jiff::SignedDuration::from_mins(2)).await;
        app.visitor().get(&path).await.assert(404);
        let token = path.split("token=").nth(1).unwrap().to_owned();
        app.visitor().submit("/password/new", &[("token", &token), ("password", NEW)]).await.assert(404);
        app.visitor().sign_in("dana", PASSWORD).await;
    }

    async fn strangers_learn_nothing_and_owners_are_not_flooded(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let visitor = app.visitor();
        visitor.get("/password/reset").await.assert(200);
        let page = async |login: &str| visitor.submit("/password/reset", &[("login", login)]).await.assert(200).text();
        let known = page("dana").await;
        assert_eq!(known, page("nobody-of-that-name").await);
        for _ in 0..4 {
            page("dana").await;
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
        let mails = app.relay.received().iter().filter(|mail| mail.mail().text().contains("/password/new")).count();
        assert_eq!(mails, 3);
    }
}
