//! A passkey from the preferences to the next sign-in, with an authenticator that Chromium pretends to have.

use std::net::SocketAddr;
use std::time::Duration;

use jiff::SignedDuration;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Browser, Database, free_port, wait_until};

use super::pages::settled;

/// An installation that browsers reach by a name, and where.
async fn named() -> (TestApp, String) {
    let port = free_port();
    let base = format!("http://localhost:{port}");
    let public = base.parse().unwrap();
    let app = TestApp::start_with(Database::Sqlite, |config| {
        config.web_listen = SocketAddr::from(([127, 0, 0, 1], port));
        config.public_url = public;
        config.public_url_is_set = true;
    })
    .await;
    (app, base)
}

async fn arrives(browser: &Browser, path: &str) {
    wait_until(&format!("the page {path}"), Duration::from_secs(15), async || {
        let here = url::Url::parse(&browser.url().await).ok()?;
        (here.path() == path).then_some(())
    })
    .await;
}

async fn sign_out(browser: &Browser) {
    browser.run("document.querySelector(\"form[action='/logout']\").requestSubmit()").await;
    arrives(browser, "/login").await;
}

/// What axe finds, by day and by night.
async fn look(browser: &Browser, found: &mut Vec<String>) {
    let path = browser.run("return location.pathname").await;
    for theme in ["light", "dark"] {
        browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
        settled(browser).await;
        let violations = browser.accessibility().await.unwrap_or_default();
        found.extend(violations.into_iter().map(|line| format!("{path} {theme}: {line}")));
    }
    browser.run("delete document.documentElement.dataset.theme").await;
}

#[test]
fn somebody_adds_a_passkey_and_needs_nothing_else_from_then_on() {
    tests::run(async {
        let (app, base) = named().await;
        let browser = Browser::start().await;
        let authenticator = browser.authenticator().await;
        let mut found = Vec::new();
        browser.sign_in(&base, "root", PASSWORD).await;
        browser.open(&format!("{base}/preferences/factor")).await;
        look(&browser, &mut found).await;
        browser.fill("#pk-n", "Laptop").await;
        browser.click("form[action='/preferences/passkeys'] button").await;
        let codes = browser.find(".codes").await.text().await.unwrap();
        assert_eq!(codes.lines().count(), 10, "{codes}");
        browser.wait_for_text("Laptop").await;
        look(&browser, &mut found).await;
        // This device has one: a second is not made.
        browser.fill("#pk-n", "Again").await;
        browser.click("form[action='/preferences/passkeys'] button").await;
        browser.wait_for_text("has a passkey for you here already").await;
        // Alone. This authenticator's owner chooses what the browser offers for the name as soon as it is offered.
        browser.verified(&authenticator, false).await;
        sign_out(&browser).await;
        look(&browser, &mut found).await;
        browser.click("form[action='/login/passkey'] button").await;
        browser.wait_for_text("Nothing came of it").await;
        browser.verified(&authenticator, true).await;
        browser.click("form[action='/login/passkey'] button").await;
        arrives(&browser, "/dashboard").await;
        browser.run("document.querySelector(\"form[action='/logout']\").requestSubmit()").await;
        wait_until("the passkey that the browser offers", Duration::from_secs(15), async || {
            let sessions = app.root.get("/api/v1/audit?kind=sign_in").await.items();
            (sessions.len() >= 3).then_some(())
        })
        .await;
        browser.open(&format!("{base}/search")).await;
        arrives(&browser, "/search").await;
        // In place of the password once more.
        app.advance(SignedDuration::from_mins(21)).await;
        browser.open(&format!("{base}/admin/people/new")).await;
        arrives(&browser, "/raise").await;
        look(&browser, &mut found).await;
        browser.click("form[action='/raise/passkey'] button").await;
        arrives(&browser, "/admin/people/new").await;
        // Behind the password.
        browser.verified(&authenticator, false).await;
        sign_out(&browser).await;
        browser.fill("#login", "root").await;
        browser.fill("#password", PASSWORD).await;
        browser.click("form[action='/login'] button").await;
        arrives(&browser, "/login/factor").await;
        look(&browser, &mut found).await;
        browser.verified(&authenticator, true).await;
        browser.click("form[action='/login/factor/passkey'] button").await;
        arrives(&browser, "/dashboard").await;
        browser.open(&format!("{base}/preferences/factor")).await;
        browser.wait_for_text("Last used").await;
        assert!(found.is_empty(), "{}", found.join("\n"));
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
        // Without scripts the page says so, and a recovery code does.
        let plain = Browser::without_scripts().await;
        plain.open(&format!("{base}/login")).await;
        plain.fill("#login", "root").await;
        plain.fill("#password", PASSWORD).await;
        plain.click("form[action='/login'] button").await;
        plain.wait_for_text("Passkeys need JavaScript").await;
        plain.fill("#code", codes.lines().next().unwrap()).await;
        plain.click("form[action='/login/factor'] button").await;
        arrives(&plain, "/dashboard").await;
        plain.close().await;
    });
}

#[test]
fn a_role_that_asks_for_a_factor_is_served_by_a_passkey() {
    tests::run(async {
        let (app, base) = named().await;
        app.agent("dana", &["Agent"]).await;
        let roles = app.root.get("/api/v1/roles").await.items();
        let role = roles.iter().find(|role| role["name"] == "Agent").expect("a role");
        let path = format!("/api/v1/roles/{}", tests::app::text(&role["id"]));
        app.root.patch(&path, serde_json::json!({ "needs_factor": true })).await.assert(200);
        let browser = Browser::start().await;
        browser.authenticator().await;
        let mut found = Vec::new();
        browser.open(&format!("{base}/login")).await;
        browser.fill("#login", "dana").await;
        browser.fill("#password", PASSWORD).await;
        browser.click("form[action='/login'] button").await;
        arrives(&browser, "/login/enrolment").await;
        look(&browser, &mut found).await;
        browser.click("form[action='/login/enrolment/passkey'] button").await;
        let codes = browser.find(".codes").await.text().await.unwrap();
        assert_eq!(codes.lines().count(), 10, "{codes}");
        browser.click(".gate-in a.btn-main").await;
        arrives(&browser, "/dashboard").await;
        assert!(found.is_empty(), "{}", found.join("\n"));
        browser.close().await;
    });
}
