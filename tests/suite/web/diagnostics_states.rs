//! What diagnostics find in an installation that lacks something, and what they say to do about it.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tests::app::{SUPPORT, TestApp, text};
use tests::binary::PASSWORD;
use tests::{Database, Settings, both_databases};
use turnstone::config::{Config, Roles};
use turnstone::i18n::Language;
use turnstone::ops::doctor::{self, Finding, Weight};

/// What is looked at, how it is set, and what is found of it.
type Case = (&'static str, fn(&mut Config), Weight, &'static str);

async fn about(app: &TestApp, what: &str) -> Value {
    let all = app.root.get("/api/v1/diagnostics").await.items();
    all.into_iter().find(|finding| finding["about"] == what).unwrap_or_else(|| panic!("nothing about {what}"))
}

/// The page says what was found, how bad it is, and what to do.
async fn page_says(app: &TestApp, colour: &str, found: &str, remedy: &str) {
    let browser = app.visitor();
    browser.sign_in("root", PASSWORD).await;
    let page = browser.get("/admin/diagnostics").await.assert(200).text();
    let row = page.split("<li>").find(|row| row.contains(found)).unwrap_or_else(|| panic!("{found}: {page}"));
    assert!(row.contains(colour) && row.contains("class=\"dg-do\"") && row.contains(remedy), "{row}");
}

/// A finding, its weight, and words of what was found and of what to do.
fn says(finding: &Value, weight: &str, found: &str, remedy: &str) {
    assert_eq!(finding["weight"], weight, "{finding}");
    assert!(text(&finding["found"]).contains(found), "{finding}");
    let told = text(&finding["remedy"]);
    assert!(told.contains(remedy) && told.is_empty() == (weight == "good"), "{finding}");
}

/// Takes all addresses away; there is a queue without one besides.
async fn without_addresses(app: &TestApp) {
    let queues = app.root.get("/api/v1/queues").await.items();
    let support = queues.iter().find(|queue| queue["name"] == "Support").expect("Support");
    let path = format!("/api/v1/queues/{}", text(&support["id"]));
    app.root.patch(&path, json!({ "addresses": [] })).await.assert(200);
}

/// Something has said so long ago that a backup is done.
fn backed_up(app: &TestApp, days: u64) {
    let mark = std::fs::File::create(app.settings.data_directory().join("last-backup")).unwrap();
    mark.set_modified(SystemTime::now() - Duration::from_secs(days * 86_400 + 600)).unwrap();
}

both_databases! {
    async fn an_installation_without_any_address_says_so_and_where_to_give_one(database) {
        let app = TestApp::start(database).await;
        says(&about(&app, "queues").await, "good", "in use: 1", "");
        // One that is filled by hand needs none.
        app.root.post("/api/v1/queues", json!({ "name": "By hand", "addresses": [] })).await.assert(201);
        says(&about(&app, "queues").await, "good", "in use: 2", "");
        without_addresses(&app).await;
        let (found, remedy) = ("no queue has a mail address", "turnstone queue add --name … --address …");
        says(&about(&app, "queues").await, "bad", found, remedy);
        page_says(&app, "is-red", found, remedy).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        says(&about(&app, "queues").await, "good", "in use: 3", "");
    }

    async fn what_is_said_of_mail_to_no_address_is_what_the_listener_answers(database) {
        let app = TestApp::start(database).await;
        without_addresses(&app).await;
        let mut dialogue = app.lmtp().await;
        assert!(dialogue.say("MAIL FROM:<anna@customer.example>").await.is_ok());
        let reply = dialogue.say(&format!("RCPT TO:<{SUPPORT}>")).await;
        assert!(!reply.is_ok(), "{reply:?}");
        let finding = about(&app, "queues").await;
        assert!(text(&finding["found"]).contains(&reply.code.to_string()), "{reply:?}, but {finding}");
    }

    async fn a_backup_that_is_old_or_that_nobody_knows_of_is_found(database) {
        let app = TestApp::start(database).await;
        let unknown = ("nobody knows whether there is one", "turnstone backup create --to FOLDER");
        says(&about(&app, "backup").await, "warning", unknown.0, unknown.1);
        page_says(&app, "is-amber", unknown.0, unknown.1).await;
        for (days, found) in [(0, "made today"), (2, "made 2 days ago")] {
            backed_up(&app, days);
            says(&about(&app, "backup").await, "good", found, "");
        }
        backed_up(&app, 5);
        let old = ("the last one is 5 days old", "Look at why the backup does not run");
        let finding = about(&app, "backup").await;
        says(&finding, "bad", old.0, old.1);
        let mark = app.settings.data_directory().join("last-backup").display().to_string();
        assert!(text(&finding["remedy"]).contains(&mark), "which file: {finding}");
        page_says(&app, "is-red", old.0, old.1).await;
    }
}

#[test]
fn the_command_says_that_no_server_runs_and_how_to_start_one() {
    let settings = Settings::new(Database::Sqlite);
    settings.set_up();
    let said = settings.run(&["doctor", "--json"], b"").stdout;
    let said: Vec<Value> = serde_json::from_slice(&said).expect("a list of findings");
    let server = said.iter().find(|finding| finding["about"] == "server").expect("the server");
    says(server, "warning", "is not running in this data directory", "turnstone serve");
}

#[test]
fn settings_with_which_something_is_missing_are_found() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let found = |about: &str, change: fn(&mut Config)| -> Option<Finding> {
            let mut config = (*app.desk().config).clone();
            change(&mut config);
            let all = doctor::machine(&config, app.clock.now(), &Language::english());
            all.into_iter().find(|finding| finding.about == about)
        };
        let wanted: [Case; 5] = [
            (
                "roles",
                |config| config.roles = Roles { worker: false, ..Roles::ALL },
                Weight::Warning,
                "Remove ROLES",
            ),
            ("address", |config| config.public_url_is_set = false, Weight::Warning, "Set PUBLIC_URL"),
            (
                "origin of mail",
                |config| config.smtp_listen = "0.0.0.0:25".parse().ok(),
                Weight::Warning,
                "Set DNS_RESOLVER",
            ),
            ("disk", |config| config.test.disk_reserve_bytes = Some(1 << 60), Weight::Bad, "Make room"),
            ("data directory", |config| config.data_dir = "/proc/nowhere".into(), Weight::Bad, "Create it"),
        ];
        for (about, change, weight, remedy) in wanted {
            let finding = found(about, change).unwrap_or_else(|| panic!("nothing about {about}"));
            assert!(finding.weight == weight && finding.remedy.contains(remedy), "{finding:?}");
        }
        for about in ["roles", "address", "origin of mail"] {
            let fine = found(about, |config| config.public_url_is_set = true);
            assert!(fine.is_none(), "{fine:?}");
        }
    });
}
