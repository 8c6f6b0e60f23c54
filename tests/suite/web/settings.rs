//! The settings page: what is set there is in force at once, and what the file or the environment says wins.

use jiff::SignedDuration;
use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Binary, Client, Database, Settings, both_databases, mail};
use turnstone::config::KEYS;

async fn admin(app: &TestApp) -> Client {
    let browser = app.visitor();
    browser.sign_in("root", PASSWORD).await;
    browser.get("/admin/settings").await.assert(200);
    browser
}

async fn guess(app: &TestApp, login: &str) -> u16 {
    let visitor = app.visitor();
    visitor.get("/login").await.assert(200);
    visitor.submit("/login", &[("login", login), ("password", "guess")]).await.status.as_u16()
}

/// What the page says of one setting.
fn of<'a>(page: &'a str, key: &str) -> &'a str {
    let rest = page.split(&format!("id=\"s-{key}\"")).nth(1).unwrap_or_else(|| panic!("no {key}"));
    rest.split("</li>").next().unwrap_or_default()
}

both_databases! {
    async fn what_is_set_is_in_force_at_once_and_written_down(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let admin = admin(&app).await;
        admin.submit("/admin/settings", &[("key", "SIGN_IN_TRIES"), ("value", "2")]).await.assert(303);
        let tried = [guess(&app, "dana").await, guess(&app, "dana").await, guess(&app, "dana").await];
        assert_eq!(tried, [422, 422, 429], "the third one has to wait");
        let page = admin.get("/admin/settings").await.assert(200).text();
        let row = of(&page, "SIGN_IN_TRIES");
        assert!(row.contains("set here") && row.contains("Root Admin") && row.contains("value=\"2\""), "{row}");
        assert!(of(&page, "SESSION_HOURS").contains("by default"), "{page}");
        let written = app.root.get("/api/v1/audit?kind=settings").await.items().remove(0);
        assert_eq!((&written["subject"], &written["agent"]), (&json!("SIGN_IN_TRIES"), &json!("root")));
        assert_eq!((&written["before"], &written["after"]), (&json!({ "value": null }), &json!({ "value": "2" })));
        // Back to what is usual.
        admin.submit("/admin/settings", &[("key", "SIGN_IN_TRIES"), ("value", "2"), ("usual", "yes")]).await.assert(303);
        app.agent("emil", &["Agent"]).await;
        for _ in 0..5 {
            assert_eq!(guess(&app, "emil").await, 422);
        }
        assert!(of(&admin.get("/admin/settings").await.text(), "SIGN_IN_TRIES").contains("by default"));
    }

    async fn sessions_and_automatic_answers_keep_to_it(database) {
        let app = TestApp::start_at(database, "2026-11-09T10:00:00Z").await;
        let admin = admin(&app).await;
        admin.submit("/admin/settings", &[("key", "AUTO_RESPONSES_PER_DAY"), ("value", "1")]).await.assert(303);
        admin.submit("/admin/settings", &[("key", "SESSION_IDLE_MINUTES"), ("value", "5")]).await.assert(303);
        assert_eq!(app.deliver(&mail("anna@customer.example")).await["auto_response"], "sent");
        assert_ne!(app.deliver(&mail("anna@customer.example")).await["auto_response"], "sent");
        admin.get("/tickets").await.assert(200);
        app.advance(SignedDuration::from_mins(6)).await;
        assert!(admin.get("/tickets").await.assert(303).location().contains("/login"));
    }

    async fn what_makes_no_sense_is_refused_with_its_field(database) {
        let app = TestApp::start(database).await;
        let browser = admin(&app).await;
        for wrong in ["0", "51", "many", "", "-3", "1e9"] {
            let refused = browser.submit("/admin/settings", &[("key", "SIGN_IN_TRIES"), ("value", wrong)]).await;
            let page = refused.assert(422).text();
            let row = of(&page, "SIGN_IN_TRIES");
            assert!(row.contains("aria-invalid") && row.contains("from 1 to 50"), "{row}");
            assert!(row.contains(&format!("value=\"{wrong}\"")), "what was typed stays: {row}");
        }
        // What only a start can change, and what does not exist.
        for key in ["DATABASE_URL", "SECRET_KEY", "NONSENSE", "setup_link"] {
            browser.submit("/admin/settings", &[("key", key), ("value", "5")]).await.assert(404);
        }
        browser.submit("/admin/settings", &[("key", "SESSION_HOURS"), ("value", "5"), ("agent", "1")]).await.assert(400);
        assert!(app.root.get("/api/v1/audit?kind=settings").await.items().is_empty(), "nothing was changed");
        // Whoever looks after mail alone, and whoever gave his password long ago, changes none of it.
        let role = json!({ "name": "Mail", "installation": ["queues_and_mail"] });
        app.root.post("/api/v1/roles", role).await.assert(201);
        app.agent("mia", &["Mail"]).await;
        let mia = app.visitor();
        mia.sign_in("mia", PASSWORD).await;
        mia.get("/admin/settings").await.assert(403);
        app.advance(SignedDuration::from_mins(30)).await;
        assert!(browser.get("/admin/settings").await.assert(303).location().starts_with("/raise"));
    }
}

#[test]
fn the_environment_wins_and_secrets_are_not_shown() {
    tests::run(async {
        let settings = Settings::new(Database::Sqlite)
            .with("SIGN_IN_TRIES", "7")
            .with("METRICS_TOKEN", "a-token-that-nobody-guesses")
            .with("SMTP_RELAY", "smtp://user:s3cr3t-word@127.0.0.1:1?tls=none");
        settings.set_up();
        let _server = Binary::serve(&settings).await;
        let browser = Client::visitor(&settings.base());
        browser.sign_in("root", PASSWORD).await;
        let page = browser.get("/admin/settings").await.assert(200).text();
        let row = of(&page, "SIGN_IN_TRIES");
        assert!(
            row.contains(">7<") && row.contains("from TURNSTONE_SIGN_IN_TRIES") && !row.contains("<form"),
            "{row}"
        );
        browser.submit("/admin/settings", &[("key", "SIGN_IN_TRIES"), ("value", "3")]).await.assert(409);
        assert!(!page.contains("a-token-that") && !page.contains("s3cr3t-word"), "{page}");
        assert!(of(&page, "METRICS_TOKEN").contains("set, not shown"));
        assert!(of(&page, "SMTP_RELAY").contains("/admin/diagnostics"), "it can be tried out");
        assert!(KEYS.len() < 60 && KEYS.iter().all(|key| page.contains(&format!("id=\"s-{}\"", key.name))));
    });
}
