//! Whoever gets another way in, or loses one, hears of it by mail.

use serde_json::{Value, json};
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::passkey::Authenticator;
use tests::{Client, both_databases};

use super::factor::{secret_on, shown};

const ORIGIN: &str = "http://localhost:4321";
const DANA: &str = "dana@helpdesk.example";
const NEW: &str = "another horse, another battery";

async fn app(database: tests::Database) -> TestApp {
    TestApp::start_with(database, |config| {
        config.public_url = ORIGIN.parse().unwrap();
        config.public_url_is_set = true;
    })
    .await
}

/// An agent, her key, and her browser, which has just been given the password.
async fn dana(app: &TestApp) -> (String, Client) {
    app.agent("dana", &["Agent"]).await;
    let all = app.root.get("/api/v1/agents").await.items();
    let id = all.iter().find(|one| one["login"] == "dana").unwrap()["id"].as_str().unwrap().to_owned();
    let browser = app.visitor();
    browser.sign_in("dana", PASSWORD).await;
    browser.get("/preferences/factor").await.assert(200);
    (id, browser)
}

/// What she was told since the last time, as subject and text.
async fn told(app: &TestApp, address: &str) -> Vec<(String, String)> {
    app.settle().await;
    let mails = app.relay.received_by(address);
    app.relay.clear();
    mails.iter().map(|mail| (mail.mail().subject(), mail.mail().text())).collect()
}

/// The one thing that she was told.
async fn one(app: &TestApp, says: &str) -> String {
    let told = told(app, DANA).await;
    let [(subject, text)] = told.as_slice() else { panic!("one mail about {says:?}, not {told:?}") };
    assert!(subject.contains(says), "{subject:?} says {says:?}");
    assert!(text.contains(says) && text.contains("cannot be switched off"), "{text}");
    text.clone()
}

async fn challenge(browser: &Client, form: &str) -> Value {
    let request = browser.request(reqwest::Method::POST, &format!("{form}/challenge"));
    let said =
        browser.send(request.header("X-CSRF-Token", browser.csrf()).header("Accept", "application/json"));
    said.await.assert(200).json()
}

both_databases! {
    async fn each_way_in_that_comes_or_goes_is_told_once(database) {
        let app = app(database).await;
        let (id, browser) = dana(&app).await;
        assert!(told(&app, DANA).await.is_empty(), "signing in is no news");
        // A passkey, with which the first recovery codes come: one mail.
        let made = Authenticator::new(ORIGIN).make(&challenge(&browser, "/preferences/passkeys").await);
        browser.submit("/preferences/passkeys", &[("answer", &made), ("name", "Blue key")]).await.assert(200);
        let text = one(&app, "The passkey “Blue key” was added").await;
        assert!(text.contains("From the address: 127.0.0.1") && text.contains("When: 20"), "{text}");
        assert!(text.contains("http://localhost:4321/password/reset") && !text.contains("Done by"), "{text}");
        // Nothing is told of what did not happen.
        browser.submit("/preferences/passkeys", &[("answer", &made), ("name", "Blue key")]).await.assert(422);
        browser.submit("/preferences/factor/codes", &[("current", "wrong")]).await.assert(422);
        assert!(told(&app, DANA).await.is_empty());
        browser.submit("/preferences/factor/codes", &[("current", PASSWORD)]).await.assert(200);
        one(&app, "New recovery codes").await;
        browser.submit("/preferences/factor", &[("current", PASSWORD)]).await.assert(303);
        assert!(told(&app, DANA).await.is_empty(), "a secret that no app has is none");
        let secret = secret_on(&browser.get("/preferences/factor").await.text());
        browser.submit("/preferences/factor/confirmation", &[("code", &shown(&app, &secret, 0))]).await.assert(200);
        one(&app, "An authenticator app was added").await;
        browser.submit("/preferences/factor/end", &[("current", PASSWORD)]).await.assert(303);
        one(&app, "The authenticator app was removed").await;
        let page = browser.get("/preferences/factor").await.text();
        let key = page.split("action=\"/preferences/passkeys/").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        browser.submit(&format!("/preferences/passkeys/{key}/end"), &[]).await.assert(303);
        one(&app, "The passkey “Blue key” was removed").await;
        browser.submit("/preferences/password", &[("current", PASSWORD), ("password", NEW)]).await.assert(303);
        one(&app, "The password of your account was changed").await;
        // Where her address changes, the old one hears of it.
        app.root.patch(&format!("/api/v1/agents/{id}"), json!({ "email": "dana2@helpdesk.example", "language": "de" })).await.assert(200);
        let moved = told(&app, DANA).await;
        assert_eq!(moved.len(), 1, "{moved:?}");
        assert!(moved[0].0.contains("geändert in dana2@helpdesk.example") && moved[0].1.contains("Geändert von:"), "{moved:?}");
        assert!(!moved[0].1.contains("127.0.0.1"), "where a colleague sits is his business: {moved:?}");
        app.root.patch(&format!("/api/v1/agents/{id}"), json!({ "name": "Dana Other", "language": "en" })).await.assert(200);
        assert!(told(&app, "dana2@helpdesk.example").await.is_empty(), "another name is no way in");
    }

    async fn what_others_do_is_told_with_who_and_a_first_password_is_no_news(database) {
        let app = app(database).await;
        let (id, browser) = dana(&app).await;
        let made = Authenticator::new(ORIGIN).make(&challenge(&browser, "/preferences/passkeys").await);
        browser.submit("/preferences/passkeys", &[("answer", &made), ("name", "Blue key")]).await.assert(200);
        one(&app, "was added").await;
        let admin = app.visitor();
        admin.sign_in("root", PASSWORD).await;
        admin.get(&format!("/admin/people/{id}")).await.assert(200);
        admin.submit(&format!("/admin/people/{id}/factor/end"), &[]).await.assert(303);
        let text = one(&app, "Your second factor was reset").await;
        assert!(text.contains("Done by: ") && !text.contains("From the address"), "{text}");
        admin.submit(&format!("/admin/people/{id}/factor/end"), &[]).await.assert(303);
        assert!(told(&app, DANA).await.is_empty(), "there was nothing left to take");
        admin.submit(&format!("/admin/people/{id}/password"), &[]).await.assert(200);
        one(&app, "The password of your account was changed").await;
        // Who is invited hears of his link alone; who chooses his first password knows of it.
        let body = json!({ "login": "nora", "name": "Nora", "email": "nora@helpdesk.example", "roles": ["Agent"] });
        let nora = app.root.post("/api/v1/agents", body).await.assert(201).json()["id"].as_str().unwrap().to_owned();
        let link = app.root.put(&format!("/api/v1/agents/{nora}/link"), json!({})).await.assert(200).json();
        let token = link["link"].as_str().unwrap().split("token=").nth(1).unwrap().to_owned();
        assert!(told(&app, "nora@helpdesk.example").await.iter().all(|(_, text)| !text.contains("switched off")));
        let visitor = app.visitor();
        visitor.get(&format!("/password/new?token={token}")).await.assert(200);
        visitor.submit("/password/new", &[("token", &token), ("password", NEW)]).await.assert(303);
        assert!(told(&app, "nora@helpdesk.example").await.is_empty());
        // Who came in without a password until now has a way in by one.
        app.db().write(move |tx| {
            use diesel::prelude::*;
            use turnstone::db::schema::agents::dsl;
            let came_in = dsl::last_sign_in_at.eq(Some(turnstone::db::Ts(jiff::Timestamp::UNIX_EPOCH)));
            let nora = dsl::agents.filter(dsl::login.eq("nora"));
            diesel::update(nora).set((dsl::password_hash.eq(None::<String>), came_in)).execute(&mut **tx)?;
            Ok(())
        }).await.unwrap();
        app.relay.clear();
        admin.submit(&format!("/admin/people/{nora}/password"), &[]).await.assert(200);
        let news = told(&app, "nora@helpdesk.example").await;
        assert!(news.len() == 1 && news[0].0.contains("The password of your account was changed"), "{news:?}");
        // Who is retired hears of nothing but of another address: that is how he would be brought back for somebody else.
        app.root.put(&format!("/api/v1/agents/{id}/retirement"), json!({})).await.assert(200);
        app.settle().await;
        app.relay.clear();
        admin.submit(&format!("/admin/people/{id}/factor/end"), &[]).await;
        assert!(told(&app, DANA).await.is_empty());
        let change = json!({ "email": "elsewhere@helpdesk.example" });
        app.root.patch(&format!("/api/v1/agents/{id}"), change).await.assert(200);
        let text = one(&app, "elsewhere@helpdesk.example").await;
        assert!(text.contains("Done by: "), "{text}");
    }

    async fn a_program_of_ones_own_and_a_reset_by_link_are_told(database) {
        let app = app(database).await;
        let grants = json!([{ "queue": "Support", "rights": ["read"] }]);
        app.root.post("/api/v1/roles", json!({ "name": "Programs", "grants": grants, "installation": ["api"] })).await.assert(201);
        app.agent("dana", &["Programs"]).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let page = browser.get("/preferences/tokens").await.assert(200).text();
        browser.submit("/preferences/tokens", &[("name", "Monday report"), ("days", "")]).await.assert(200);
        let text = one(&app, "The API token “Monday report” was made").await;
        assert!(!text.contains("tst_") && !page.contains("tst_"), "{text}");
        let visitor = app.visitor();
        visitor.get("/password/reset").await.assert(200);
        visitor.submit("/password/reset", &[("login", "dana")]).await.assert(200);
        app.relay.wait_for(DANA, 1).await;
        let mails = told(&app, DANA).await;
        let link = mails[0].1.split("token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        visitor.get(&format!("/password/new?token={link}")).await.assert(200);
        visitor.submit("/password/new", &[("token", &link), ("password", NEW)]).await.assert(303);
        let text = one(&app, "The password of your account was changed").await;
        assert!(text.contains("From the address: 127.0.0.1"), "{text}");
    }
}
