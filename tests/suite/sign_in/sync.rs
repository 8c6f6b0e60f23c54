//! A directory and its agents, compared.

use std::time::Duration;

use serde_json::json;
use tests::app::TestApp;
use tests::{Slapd, both_databases, wait_until};
use turnstone::sign_in::sync::{Mode, Report, sync};

use super::{ROLES, agent, app_with, tried};

const DRY: Mode = Mode { dry: true, force: false };
const REAL: Mode = Mode { dry: false, force: false };

async fn compared(app: &TestApp, mode: Mode) -> turnstone::error::Result<Report> {
    let config = app.desk().config.clone();
    let directory = config.sign_in.directories().next().expect("a directory");
    sync(app.desk(), directory, mode).await
}

/// What a comparison does, in short.
async fn steps(app: &TestApp, mode: Mode) -> Vec<(String, &'static str)> {
    let report = compared(app, mode).await.unwrap();
    let mut steps: Vec<_> = report.steps.into_iter().map(|step| (step.agent, step.what)).collect();
    steps.sort();
    steps
}

async fn is_active(app: &TestApp, login: &str) -> bool {
    agent(app, login).await.unwrap()["active"] == true
}

both_databases! {
    async fn who_is_gone_is_shut_out_and_who_is_back_is_let_in(database) {
        let slapd = Slapd::start().await;
        for login in ["dana", "ben", "cleo"] {
            slapd.person(login, "a tide of words", &["helpdesk"], "");
        }
        // Only on command.
        let app = app_with(database, &slapd.method("none", &format!("sync_minutes = 0\n{ROLES}"))).await;
        let mut sessions = Vec::new();
        for login in ["dana", "ben", "cleo"] {
            let (visitor, answer) = tried(&app, login, "a tide of words").await;
            answer.assert(303);
            sessions.push(visitor);
        }
        assert!(steps(&app, REAL).await.is_empty());
        slapd.remove("dana");
        slapd.set("ben", "userAccountControl", "514");
        slapd.join("cleo", "admins");
        slapd.set("cleo", "cn", "Cleo Sands");
        let wanted = [("ben", "shut_out"), ("cleo", "details"), ("cleo", "roles"), ("dana", "shut_out")];
        let wanted: Vec<_> = wanted.map(|(agent, what)| (agent.to_owned(), what)).into();
        assert_eq!(steps(&app, DRY).await, wanted);
        assert!(is_active(&app, "dana").await && is_active(&app, "ben").await);
        assert_eq!(agent(&app, "cleo").await.unwrap()["roles"], json!(["Agent"]));
        let ticket = app.ticket_from(&tests::mail("anna@customer.example")).await;
        app.root.set(&ticket, "owner", "dana").await;
        assert_eq!(steps(&app, REAL).await, wanted);
        assert!(steps(&app, REAL).await.is_empty());
        assert!(!is_active(&app, "dana").await && !is_active(&app, "ben").await);
        sessions[0].get("/tickets").await.assert(303);
        sessions[2].get("/tickets").await.assert(200);
        assert_eq!(app.ticket(&ticket).await["owner"], json!(null));
        let cleo = agent(&app, "cleo").await.unwrap();
        assert_eq!((&cleo["roles"], &cleo["name"]), (&json!(["Admin", "Agent"]), &json!("Cleo Sands")));
        // Ben is back by himself; whom a person shut out is not.
        slapd.set("ben", "userAccountControl", "512");
        assert_eq!(steps(&app, REAL).await, [("ben".to_owned(), "let_in")]);
        tried(&app, "ben", "a tide of words").await.1.assert(303);
        app.settings.must(&["agent", "disable", "--login", "ben"], "");
        assert!(steps(&app, REAL).await.is_empty());
        assert!(!is_active(&app, "ben").await);
    }

    async fn who_is_back_comes_in_before_the_next_comparison(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", &format!("sync_minutes = 0\n{ROLES}"))).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        slapd.set("dana", "userAccountControl", "514");
        assert_eq!(steps(&app, REAL).await, [("dana".to_owned(), "shut_out")]);
        tried(&app, "dana", "a tide of words").await.1.assert(422);
        slapd.set("dana", "userAccountControl", "512");
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        assert!(is_active(&app, "dana").await);
    }

    async fn the_last_administrator_stays_whatever_a_directory_says(database) {
        let slapd = Slapd::start().await;
        slapd.person("chief", "a tide of words", &["admins"], "");
        let app = app_with(database, &slapd.method("none", &format!("sync_minutes = 0\n{ROLES}"))).await;
        // Root, who has a password here, is tied to the directory.
        let tie = turnstone::people::identities::Known {
            method: "company".to_owned(),
            subject: "of an account that is gone".to_owned(),
            ..Default::default()
        };
        let now = turnstone::db::Ts(app.clock.now());
        app.db().write(move |tx| {
            let root = turnstone::people::agents::by_login(tx, "root")?;
            let actor = turnstone::access::Actor::load(tx, root.id, turnstone::db::Cause::Web, now.0)?;
            let people = turnstone::access::for_people(tx, &actor)?;
            turnstone::people::identities::link(tx, &people, &root, &tie, now)
        }).await.unwrap();
        for mode in [DRY, REAL] {
            let report = compared(&app, mode).await.unwrap();
            assert_eq!((report.steps[0].agent.as_str(), report.steps[0].what), ("root", "kept"), "{report:?}");
            assert!(report.steps[0].detail.contains("gone from the directory"), "{report:?}");
        }
        assert!(is_active(&app, "root").await);
        app.root.get("/api/v1/audit").await.assert(200);
    }

    async fn a_mistake_in_the_filter_shuts_nobody_out(database) {
        let slapd = Slapd::start().await;
        let all = ["dana", "ben", "cleo", "dora", "emil"];
        for login in all {
            slapd.person(login, "a tide of words", &["helpdesk"], "");
        }
        let app = app_with(database, &slapd.method("none", &format!("sync_minutes = 0\n{ROLES}"))).await;
        for login in all {
            tried(&app, login, "a tide of words").await.1.assert(303);
        }
        for login in &all[1..] {
            slapd.remove(login);
        }
        let refused = compared(&app, REAL).await.unwrap_err().to_string();
        assert!(refused.contains("4 of 5 agents") && refused.contains("--force"), "{refused}");
        assert!(is_active(&app, "ben").await);
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("sign-in.toml");
        std::fs::write(&file, slapd.method("none", ROLES)).unwrap();
        let run = |arguments: &[&str]| {
            let output = app.settings.command(arguments).env("TURNSTONE_SIGN_IN_FILE", &file).output().unwrap();
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
        };
        let said = run(&["directory", "sync", "--dry-run"]);
        assert!(said.contains("4 of 5 agents"), "{said}");
        let said = run(&["directory", "sync", "--dry-run", "--force"]);
        assert!(said.contains("ben: shut out (gone from the directory)") && said.contains("Nothing was changed"), "{said}");
        assert!(is_active(&app, "ben").await);
        let said = run(&["directory", "sync", "--force"]);
        assert!(said.contains("Done."), "{said}");
        assert!(!is_active(&app, "ben").await && is_active(&app, "dana").await);
    }

    async fn a_directory_that_is_away_shuts_nobody_out(database) {
        let mut slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", &format!("sync_minutes = 0\n{ROLES}"))).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        slapd.down();
        let refused = compared(&app, REAL).await.unwrap_err();
        assert!(refused.is_temporary() && refused.to_string().contains("cannot be asked"), "{refused}");
        assert!(is_active(&app, "dana").await);
    }

    async fn it_is_compared_by_itself(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        slapd.person("ben", "a tide of words", &[], "");
        let app = app_with(database, &slapd.method("none", &format!("sync_minutes = 5\n{ROLES}"))).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        slapd.remove("dana");
        app.advance(jiff::SignedDuration::from_mins(6)).await;
        wait_until("dana is shut out", Duration::from_secs(30), async || {
            (!is_active(&app, "dana").await).then_some(())
        })
        .await;
        let rows = app.root.get("/api/v1/audit?kind=agent").await.items();
        assert_eq!((&rows[0]["subject"], &rows[0]["after"]["active"]), (&json!("dana"), &json!(false)), "{:?}", rows[0]);
    }

    async fn an_empty_answer_shuts_nobody_out_however_few_they_are(database) {
        let slapd = Slapd::start().await;
        for login in ["dana", "ben", "cleo"] {
            slapd.person(login, "a tide of words", &["helpdesk"], "");
        }
        let app = app_with(database, &slapd.method("none", &format!("sync_minutes = 0\n{ROLES}"))).await;
        for login in ["dana", "ben"] {
            tried(&app, login, "a tide of words").await.1.assert(303);
        }
        // All who are tied, then nobody at all.
        for gone in [["dana", "ben"].as_slice(), &["cleo"]] {
            for login in gone {
                slapd.remove(login);
            }
            let refused = compared(&app, REAL).await.unwrap_err().to_string();
            assert!(refused.contains("2 of 2 agents") && refused.contains("--force"), "{refused}");
            assert!(is_active(&app, "dana").await && is_active(&app, "ben").await);
        }
        compared(&app, Mode { dry: false, force: true }).await.unwrap();
        assert!(!is_active(&app, "dana").await && !is_active(&app, "ben").await);
    }

    async fn an_entry_that_cannot_be_understood_is_told_and_stops_nothing(database) {
        let slapd = Slapd::start().await;
        for login in ["dana", "ben", "cleo"] {
            slapd.person(login, "a tide of words", &["helpdesk"], "");
        }
        let more = format!("sync_minutes = 0\nexpires_attribute = \"endsAt\"\n{ROLES}");
        let app = app_with(database, &slapd.method("none", &more)).await;
        for login in ["dana", "ben", "cleo"] {
            tried(&app, login, "a tide of words").await.1.assert(303);
        }
        slapd.set("dana", "endsAt", "someday");
        slapd.set("cleo", "endsAt", "209912312359+0130");
        slapd.remove("ben");
        let wanted = [("ben", "shut_out"), ("cleo", "details"), ("dana", "kept")];
        assert_eq!(steps(&app, REAL).await, wanted.map(|(agent, what)| (agent.to_owned(), what)));
        assert!(is_active(&app, "dana").await && !is_active(&app, "ben").await);
        let cleo = app.db().read(|conn| turnstone::people::agents::by_login(conn, "cleo")).await.unwrap();
        assert_eq!(cleo.expires_at.map(|end| end.0.to_string()).as_deref(), Some("2099-12-31T22:29:00Z"));
    }
}
