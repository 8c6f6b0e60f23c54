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
        let page = admin.get("/admin/settings").await.text();
        let row = of(&page, "SIGN_IN_TRIES");
        assert!(row.contains("by default") && row.contains("Last change: Root Admin"), "{row}");
        assert!(!of(&page, "SESSION_HOURS").contains("Last change"), "{page}");
        // What holds where nobody says anything is said in the reader's language.
        assert!(of(&page, "MAIL_RETENTION_DAYS").contains("off: for ever"), "{page}");
        admin.get("/preferences").await.assert(200);
        let german = [("language", "de"), ("theme", "system"), ("page_size", "25"), ("time_zone", "Europe/Berlin")];
        admin.submit("/preferences", &german).await.assert(303);
        let page = admin.get("/admin/settings").await.text();
        let row = of(&page, "MAIL_RETENTION_DAYS");
        assert!(row.contains("off: für immer") && !row.contains("for ever"), "{row}");
    }

    async fn a_way_to_try_it_leads_to_a_page_that_its_reader_may_open(database) {
        let app = TestApp::start(database).await;
        let people = json!({ "name": "People only", "grants": [], "installation": ["people"] });
        app.root.post("/api/v1/roles", people).await.assert(201);
        app.agent("pia", &["People only"]).await;
        let browser = app.visitor();
        browser.sign_in("pia", PASSWORD).await;
        let page = browser.get("/admin/settings").await.assert(200).text();
        browser.get("/admin/diagnostics").await.assert(403);
        assert!(!page.contains("href=\"/admin/diagnostics"), "{page}");
        browser.get("/admin/relay").await.assert(200);
        assert!(of(&page, "SMTP_RELAY").contains("/admin/relay#trial"));
        let all = admin(&app).await.get("/admin/settings").await.assert(200).text();
        assert!(of(&all, "DATA_DIR").contains("href=\"/admin/diagnostics"), "{all}");
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

    async fn what_lies_in_the_bin_keeps_to_it(database) {
        let app = TestApp::start_at(database, "2026-11-09T10:00:00Z").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.root.put(&format!("/api/v1/tickets/{number}/removal"), json!({})).await.assert(200);
        app.root.put("/api/v1/settings/BIN_DAYS", json!({ "value": "2" })).await.assert(200);
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        assert!(browser.get("/tickets/bin").await.assert(200).text().contains("11 Nov"), "until when it lies there");
        app.advance(SignedDuration::from_hours(3 * 24)).await;
        tests::wait_until("the purge", std::time::Duration::from_secs(20), async || {
            app.articles(&number).await.is_empty().then_some(())
        })
        .await;
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

both_databases! {
    async fn programs_read_and_change_them_too(database) {
        let app = TestApp::start_with(database, |config| config.smtp_relay = None).await;
        let peer = tests::SmtpPeer::start().await;
        let all = app.root.get("/api/v1/settings").await.items();
        assert_eq!(all.len(), KEYS.len());
        let of = |all: &[serde_json::Value], key: &str| all.iter().find(|one| one["key"] == key).unwrap().clone();
        assert_eq!((&of(&all, "SIGN_IN_TRIES")["origin"], &of(&all, "SIGN_IN_TRIES")["changeable"]), (&json!("default"), &json!(true)));
        assert_eq!(of(&all, "DATABASE_URL")["changeable"], false);
        let set = app.root.put("/api/v1/settings/SIGN_IN_TRIES", json!({ "value": "2" })).await.assert(200).json();
        assert_eq!((&set["value"], &set["origin"], &set["changed_by"]), (&json!("2"), &json!("page"), &json!("root")));
        app.agent("dana", &["Agent"]).await;
        let tried = [guess(&app, "dana").await, guess(&app, "dana").await, guess(&app, "dana").await];
        assert_eq!(tried[2], 429, "in force: {tried:?}");
        let usual = app.root.put("/api/v1/settings/SIGN_IN_TRIES", json!({ "value": null })).await.assert(200).json();
        assert_eq!((&usual["value"], &usual["origin"]), (&json!("5"), &json!("default")));
        // The relay, its password given and never read.
        let words = format!("smtp://helpdesk@{}?tls=none", peer.address());
        let waits = app.root.put("/api/v1/settings/SMTP_RELAY", json!({ "value": words })).await.assert(200).json();
        assert_eq!(waits["value"], words);
        assert!(app.desk().db.read(turnstone::settings::relay::said).await.unwrap().is_some());
        let with = json!({ "value": format!("smtp://{}?tls=none", peer.address()) });
        app.root.put("/api/v1/settings/SMTP_RELAY", with).await.assert(200);
        app.deliver(&mail("anna@customer.example")).await;
        peer.wait_for("anna@customer.example", 1).await;
        let secret = json!({ "value": words, "password": "s3cr3t-word" });
        let set = app.root.put("/api/v1/settings/SMTP_RELAY", secret).await.assert(200).text();
        assert!(!set.contains("s3cr3t") && !app.root.get("/api/v1/settings").await.text().contains("s3cr3t"));
        // A new password alone belongs to the same relay; nothing said takes nothing away.
        app.root.put("/api/v1/settings/SMTP_RELAY", json!({ "password": "another-word" })).await.assert(200);
        let all = app.root.get("/api/v1/settings").await.items();
        assert_eq!(of(&all, "SMTP_RELAY")["value"], words);
        for (key, body, status) in [
            ("SMTP_RELAY", json!({}), 422),
            ("SMTP_RELAY", json!({ "value": null, "password": "x" }), 422),
            ("SMTP_RELAY", json!({ "value": "smtp://127.0.0.1:2525?tls=none", "password": "x" }), 422),
            ("SIGN_IN_TRIES", json!({}), 422),
            ("SIGN_IN_TRIES", json!({ "value": "many" }), 422),
            ("SIGN_IN_TRIES", json!({ "value": "3", "password": "x" }), 422),
            ("DATABASE_URL", json!({ "value": "sqlite:x" }), 404),
            ("SMTP_RELAY", json!({ "value": "smtp://user:secret@relay.example" }), 422),
            ("SMTP_RELAY", json!({ "value": "smtp://relay.example:6379" }), 422),
        ] {
            app.root.put(&format!("/api/v1/settings/{key}"), body).await.assert(status);
        }
        let dana = tests::Client::with_token(&app.base(), &app.token("dana").await);
        dana.get("/api/v1/settings").await.assert(403);
        dana.put("/api/v1/settings/SIGN_IN_TRIES", json!({ "value": "9" })).await.assert(403);
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
        assert!(of(&page, "SMTP_RELAY").contains("/admin/relay#trial"), "it can be tried out");
        assert!(KEYS.len() < 60 && KEYS.iter().all(|key| page.contains(&format!("id=\"s-{}\"", key.name))));
    });
}

#[test]
fn what_was_set_here_before_the_environment_said_it_can_be_taken_away() {
    tests::run(async {
        let settings = Settings::new(Database::Sqlite);
        settings.set_up();
        settings.must(&["config", "apply", "-"], "[settings]\nSIGN_IN_TRIES = \"4\"\nBIN_DAYS = \"12\"\n");
        let _server = Binary::serve(&settings.clone().with("SIGN_IN_TRIES", "7")).await;
        let browser = Client::visitor(&settings.base());
        browser.sign_in("root", PASSWORD).await;
        let page = browser.get("/admin/settings").await.assert(200).text();
        let row = of(&page, "SIGN_IN_TRIES");
        assert!(
            row.contains(">7<") && row.contains("somebody else says it: \u{2068}4\u{2069}")
                || row.contains("says it: 4"),
            "{row}"
        );
        assert!(row.contains("Take away") && !of(&page, "BIN_DAYS").contains("Take away"), "{page}");
        browser.submit("/admin/settings", &[("key", "SIGN_IN_TRIES"), ("value", "3")]).await.assert(409);
        browser.submit("/admin/settings", &[("key", "SIGN_IN_TRIES"), ("usual", "yes")]).await.assert(303);
        let page = browser.get("/admin/settings").await.assert(200).text();
        let row = of(&page, "SIGN_IN_TRIES");
        assert!(row.contains(">7<") && !row.contains("Take away"), "{row}");
        assert!(!settings.must(&["config", "export"], "").contains("SIGN_IN_TRIES"));
        assert!(settings.must(&["config", "export"], "").contains("BIN_DAYS"));
    });
}

#[test]
fn there_are_few_of_them_and_the_page_has_each_once() {
    assert!(KEYS.len() < 60, "{}", KEYS.len());
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let page = admin(&app).await.get("/admin/settings").await.assert(200).text();
        for key in KEYS {
            assert_eq!(page.matches(&format!("id=\"s-{}\"", key.name)).count(), 1, "{}", key.name);
            let row = of(&page, key.name);
            // In English the page says of it what the command line says.
            let usual = format!("Usually: <span>{}<", key.default);
            assert!(row.contains("badge") && row.contains(&usual), "origin and default: {row}");
        }
        assert_eq!(page.matches("id=\"s-").count(), KEYS.len());
    });
}
