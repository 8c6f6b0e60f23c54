//! The audit log: who did what, in a chain that nobody can change unseen.

use std::time::Duration;

use diesel::RunQueryDsl as _;
use regex::Regex;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Binary, Settings, both_databases, wait_until};
use turnstone::audit::{self, witness};

/// What the command says, whether it was content or not.
async fn told(app: &TestApp, arguments: &[&str]) -> (bool, String) {
    let settings = app.settings.clone();
    let arguments: Vec<String> = arguments.iter().map(|&word| word.to_owned()).collect();
    let run = move || {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = settings.run(&words, b"");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

async fn whole(app: &TestApp) -> bool {
    app.db().read(|conn| audit::verify(conn, None)).await.unwrap().is_ok()
}

/// What somebody with the database's password does.
async fn sql(app: &TestApp, statement: &str) -> turnstone::error::Result<usize> {
    let statement = statement.to_owned();
    app.db().write(move |tx| Ok(diesel::sql_query(statement.as_str()).execute(&mut **tx)?)).await
}

async fn without_fence(app: &TestApp, statement: &str) {
    let drop: &[&str] = if app.settings.postgres_url().is_some() {
        &["ALTER TABLE audit_events DISABLE TRIGGER ALL"]
    } else {
        &["DROP TRIGGER IF EXISTS audit_events_stay", "DROP TRIGGER IF EXISTS audit_events_last"]
    };
    for statement in drop {
        sql(app, statement).await.unwrap();
    }
    assert_eq!(sql(app, statement).await.unwrap(), 1, "{statement}");
}

async fn entries(app: &TestApp, query: &str) -> Vec<Value> {
    app.root.get(&format!("/api/v1/audit?limit=200{query}")).await.assert(200).items()
}

/// Some entries of different kinds.
async fn lived_in(app: &TestApp) {
    app.queue("Legal", "legal@helpdesk.example").await;
    let legal = app
        .root
        .get("/api/v1/queues")
        .await
        .items()
        .iter()
        .find(|queue| queue["name"] == "Legal")
        .unwrap()["id"]
        .clone();
    app.root
        .patch(&format!("/api/v1/queues/{}", text(&legal)), json!({ "note": "Ask first" }))
        .await
        .assert(200);
    app.visitor().sign_in("root", PASSWORD).await;
}

both_databases! {
    async fn a_change_is_kept_with_its_author_before_and_after(database) {
        let app = TestApp::start(database).await;
        lived_in(&app).await;
        let all = entries(&app, "&kind=queue").await;
        let (changed, made) = (&all[0], &all[1]);
        assert_eq!((&changed["agent"], &changed["cause"], &changed["subject"]), (&json!("root"), &json!("api"), &json!("Legal")));
        assert_eq!((&changed["before"], &changed["after"]), (&json!({ "note": "" }), &json!({ "note": "Ask first" })), "only what differs");
        assert_eq!((&made["before"], &made["after"]["addresses"]), (&Value::Null, &json!(["legal@helpdesk.example"])));
        let before = entries(&app, "").await.len();
        let legal = app.root.get("/api/v1/queues").await.items().iter().find(|queue| queue["name"] == "Legal").unwrap()["id"].clone();
        app.root.patch(&format!("/api/v1/queues/{}", text(&legal)), json!({ "note": "Ask first" })).await.assert(200);
        assert_eq!(entries(&app, "").await.len(), before, "a change that changes nothing is none");
        let signed = &entries(&app, "&kind=sign_in").await[0];
        assert_eq!((&signed["agent"], &signed["detail"], &signed["subject"]), (&json!("root"), &json!("127.0.0.1"), &json!("root")));
        assert!(entries(&app, "&until=2020-01-01T00:00:00Z").await.is_empty());
        assert!(!entries(&app, "&from=2020-01-01T00:00:00Z&agent=ROOT").await.is_empty());
        app.root.get("/api/v1/audit?kind=nonsense").await.assert(422);
        assert_eq!(entries(&app, "&words=ASK+first").await.len(), 1, "in what it became, whatever the case");
        assert_eq!(entries(&app, "&words=legal&kind=queue").await.len(), 2, "in its subject");
        assert_eq!(entries(&app, "&words=127.0.0&kind=sign_in").await.len(), 1, "in more about it");
        app.queue("Bühne", "stage@helpdesk.example").await;
        for spelt in ["bühne", "BÜHNE", "Bühne", "hne"] {
            assert_eq!(entries(&app, &format!("&words={spelt}&kind=queue")).await.len(), 1, "{spelt}");
        }
        app.root.get(&format!("/api/v1/audit?words={}", "a+".repeat(21))).await.assert(422);
        for none in ["Канал", "ask+last", "%25", "first_"] {
            assert!(entries(&app, &format!("&words={none}&kind=queue")).await.is_empty(), "{none}");
        }
        let dana = app.agent("dana", &["Agent"]).await;
        dana.get("/api/v1/audit").await.assert(403);
    }

    async fn the_page_is_searched_by_words_and_days_and_says_what_cannot_be_meant(database) {
        let app = TestApp::start(database).await;
        lived_in(&app).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get("/raise").await;
        browser.submit("/raise", &[("current", PASSWORD), ("next", "/admin")]).await;
        let shown = async |query: &str| browser.get(&format!("/admin/audit?{query}")).await.assert(200).text();
        let today = app.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let (before, after) = (today.yesterday().unwrap(), today.tomorrow().unwrap());
        let found = |page: &str| page.matches("<details class=\"lg\"").count();
        assert_eq!(found(&shown("words=ask+first").await), 1);
        assert_eq!(found(&shown(&format!("words=ask+first&from={before}&until={after}")).await), 1);
        assert_eq!(found(&shown(&format!("words=ask+first&from={}", after.tomorrow().unwrap())).await), 0);
        assert_eq!(found(&shown(&format!("words=ask+first&until={}", before.yesterday().unwrap())).await), 0);
        for (query, field, told) in [
            ("kind=nonsense".to_owned(), "kind", "This kind does not exist"),
            ("from=soon".to_owned(), "from", "This is no day"),
            (format!("from={after}&until={before}"), "until", "before the first one"),
        ] {
            let page = shown(&query).await;
            let describes = format!("aria-describedby=\"{field}-e\"");
            assert!(found(&page) == 0 && page.contains(told) && page.contains(&describes), "{query}: {page}");
            browser.get(&format!("/admin/audit.csv?{query}")).await.assert(422);
        }
        let table = browser.get("/admin/audit.csv?words=ask+first").await.assert(200).text();
        assert_eq!(table.lines().count(), 2, "{table}");
    }

    async fn words_are_looked_for_a_stretch_at_a_time_and_found_however_old(database) {
        let app = TestApp::start(database).await;
        app.queue("Needle", "needle@helpdesk.example").await;
        // Ids may have gaps; what is looked through is counted by them.
        let far = if app.settings.postgres_url().is_some() {
            "SELECT setval(pg_get_serial_sequence('audit_events', 'id'), 150000)"
        } else {
            "UPDATE sqlite_sequence SET seq = 150000 WHERE name = 'audit_events'"
        };
        sql(&app, far).await.unwrap();
        app.queue("Hay", "hay@helpdesk.example").await;
        let page = app.root.get("/api/v1/audit?words=needle").await.assert(200).json();
        assert!(page["items"].as_array().unwrap().is_empty(), "{page}");
        let older = format!("/api/v1/audit?words=needle&cursor={}", text(&page["next"]));
        let page = app.root.get(&older).await.assert(200).json();
        assert_eq!((page["items"].as_array().unwrap().len(), &page["next"]), (1, &Value::Null), "{page}");
        // Of days that lie before all that hay nobody has to go through it.
        let until = app.clock.now().checked_sub(jiff::SignedDuration::from_hours(1)).unwrap();
        let page = app.root.get(&format!("/api/v1/audit?words=needle&until={until}")).await.assert(200).json();
        assert_eq!((page["items"].as_array().unwrap().len(), &page["next"]), (0, &Value::Null), "{page}");
        let from = app.clock.now().checked_add(jiff::SignedDuration::from_hours(1)).unwrap();
        let page = app.root.get(&format!("/api/v1/audit?words=needle&from={from}")).await.assert(200).json();
        assert_eq!(page["next"], Value::Null, "{page}");
        let (content, said) = told(&app, &["audit", "list", "--words", "needle"]).await;
        assert!(content && said.lines().count() == 1 && said.contains("Needle"), "{said}");
    }

    async fn what_the_operator_does_is_kept_as_his_and_holds_no_secret(database) {
        let app = TestApp::start(database).await;
        let settings = app.settings.clone();
        let token = tokio::task::spawn_blocking(move || {
            settings.must(&["queue", "add", "--name", "Sales"], "");
            settings.must(&["agent", "add", "--login", "ben", "--name", "Ben", "--email", "ben@helpdesk.example", "--role", "Agent", "--password-stdin"], PASSWORD);
            settings.must(&["agent", "password", "--login", "ben", "--password-stdin"], "another horse, another battery");
            settings.must(&["token", "create", "--agent", "ben", "--name", "report"], "")
        }).await.unwrap();
        let all = entries(&app, "").await;
        for (kind, subject) in [("queue", "Sales"), ("agent", "ben"), ("password", "ben"), ("token", "ben")] {
            let found = all.iter().find(|entry| entry["kind"] == kind && entry["subject"] == subject);
            let entry = found.unwrap_or_else(|| panic!("{kind} is missing: {all:?}"));
            assert_eq!((&entry["cause"], &entry["agent"]), (&json!("cli"), &json!("")), "{entry}");
        }
        let everything = json!(all).to_string();
        for secret in [PASSWORD, "another horse", token.trim(), "argon2"] {
            assert!(!everything.contains(secret), "{secret}");
        }
    }

    async fn the_database_itself_refuses_to_change_or_remove_entries(database) {
        let app = TestApp::start(database).await;
        lived_in(&app).await;
        for statement in [
            "UPDATE audit_events SET detail = 'nothing'",
            "UPDATE audit_events SET hash = ''",
            "DELETE FROM audit_events WHERE id = (SELECT max(id) FROM audit_events)",
        ] {
            sql(&app, statement).await.expect_err(statement);
        }
        assert!(whole(&app).await);
    }

    async fn whoever_changes_an_entry_breaks_the_chain(database) {
        let app = TestApp::start(database).await;
        lived_in(&app).await;
        assert!(whole(&app).await);
        let at = if app.settings.postgres_url().is_some() { "at + interval '1 second'" } else { "at + 1" };
        for (column, value) in [
            ("at", at), ("agent_id", "NULL"), ("cause", "'cli'"), ("kind", "'role'"), ("subject", "'Other'"),
            ("detail", "'other'"), ("was", "'{}'"), ("becomes", "'{\"note\":\"\"}'"), ("hash", "''"), ("id", "id - 100000"),
        ] {
            let row = "(SELECT max(id) FROM audit_events WHERE kind = 'queue')";
            let app = TestApp::start(database).await;
            lived_in(&app).await;
            without_fence(&app, &format!("UPDATE audit_events SET {column} = {value} WHERE id = {row}")).await;
            assert!(!whole(&app).await, "{column}");
            let (content, said) = told(&app, &["audit", "verify"]).await;
            assert!(!content && said.contains("is broken at entry"), "{column}: {said}");
        }
    }

    async fn an_entry_taken_out_is_missed(database) {
        let app = TestApp::start(database).await;
        lived_in(&app).await;
        let (content, said) = told(&app, &["audit", "verify", "--json"]).await;
        assert!(content, "{said}");
        let head: Value = serde_json::from_str(&said).unwrap();
        let hash = text(&head["hash"]);
        app.queue("Later", "later@helpdesk.example").await;
        assert!(told(&app, &["audit", "verify", "--expect", &hash]).await.0, "it stands in a longer chain too");
        let middle = format!("DELETE FROM audit_events WHERE hash = '{hash}'");
        // The last one leaves no trace in the chain itself: only what was written down elsewhere tells.
        without_fence(&app, "DELETE FROM audit_events WHERE id = (SELECT max(id) FROM audit_events)").await;
        assert!(told(&app, &["audit", "verify", "--expect", &hash]).await.0);
        app.queue("Later still", "still@helpdesk.example").await;
        without_fence(&app, &middle).await;
        let (content, said) = told(&app, &["audit", "verify"]).await;
        assert!(!content && said.contains("is broken at entry"), "{said}");

        let app = TestApp::start(database).await;
        lived_in(&app).await;
        let (_, said) = told(&app, &["audit", "verify", "--json"]).await;
        let hash = text(&serde_json::from_str::<Value>(&said).unwrap()["hash"]);
        without_fence(&app, "DELETE FROM audit_events WHERE id = (SELECT max(id) FROM audit_events)").await;
        assert!(told(&app, &["audit", "verify"]).await.0);
        let (content, said) = told(&app, &["audit", "verify", "--expect", &hash]).await;
        assert!(!content && said.contains("no entry with that hash"), "{said}");
    }

    async fn who_writes_at_the_same_time_makes_one_chain(database) {
        let app = TestApp::start(database).await;
        let before = entries(&app, "").await.len();
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..8 {
            let db = app.db().clone();
            writers.spawn(async move {
                for at in 0..10 {
                    let who = turnstone::access::Who::machine(turnstone::db::Cause::System);
                    let now = turnstone::db::Ts("2026-11-26T12:00:00Z".parse().unwrap());
                    db.write(move |tx| {
                        audit::noted(tx, &who, turnstone::db::Audited::Settings, &format!("{writer}.{at}"), "", now)
                    })
                    .await
                    .unwrap();
                }
            });
        }
        writers.join_all().await;
        assert_eq!(entries(&app, "").await.len(), before + 80);
        assert!(whole(&app).await);
    }

    async fn entries_from_before_the_chain_are_chained_by_the_next_one(database) {
        let app = TestApp::start(database).await;
        let moment = if app.settings.postgres_url().is_some() { "now()" } else { "1" };
        without_fence(&app, &format!("INSERT INTO audit_events (at, cause, kind, detail) VALUES ({moment}, 'web', 'export', 'old')")).await;
        // As it was on the day of the change: none of them has a hash.
        sql(&app, "UPDATE audit_events SET hash = ''").await.unwrap();
        assert!(whole(&app).await, "nothing is chained yet");
        app.queue("Legal", "legal@helpdesk.example").await;
        assert!(whole(&app).await);
        assert!(entries(&app, "").await.iter().all(|entry| !text(&entry["hash"]).is_empty()));
        without_fence(&app, "UPDATE audit_events SET detail = 'new' WHERE detail = 'old'").await;
        assert!(!whole(&app).await);
    }

    async fn a_flood_fills_no_disk(database) {
        let app = TestApp::start(database).await;
        let visitor = app.visitor();
        visitor.get("/login").await.assert(200);
        for _ in 0..12 {
            visitor.submit("/login", &[("login", "nobody"), ("password", "guess")]).await;
        }
        let failed = entries(&app, "&kind=sign_in_failed").await;
        assert_eq!((failed.len(), &failed[0]["subject"], &failed[0]["agent"]), (5, &json!("nobody"), &json!("")));
        assert!(entries(&app, "&kind=sign_in_throttled").await.is_empty(), "they are counted");
        let dana = app.agent("dana", &["Agent"]).await;
        for _ in 0..30 {
            dana.get("/api/v1/audit").await.assert(403);
        }
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        browser.get("/admin/queues").await.assert(403);
        let refused = entries(&app, "&kind=refused").await;
        assert_eq!((refused.len(), &refused[0]["agent"], &refused[0]["subject"]), (20, &json!("dana"), &json!("GET /api/v1/audit")));
        app.advance(jiff::SignedDuration::from_hours(2)).await;
        wait_until("the hour's numbers", Duration::from_secs(90), async || {
            let now = turnstone::db::Ts(app.clock.now());
            app.db().write(move |tx| audit::fold(tx, now)).await.unwrap();
            let all = entries(&app, "&kind=refused").await;
            let throttled = entries(&app, "&kind=sign_in_throttled").await;
            (all.len() == 21 && throttled.len() == 1).then_some((all, throttled))
        }).await;
        let (refused, throttled) = (entries(&app, "&kind=refused").await, entries(&app, "&kind=sign_in_throttled").await);
        assert!(text(&refused[0]["detail"]).starts_with("11 more in the hour"), "{}", refused[0]);
        assert_eq!(refused[0]["subject"], "dana");
        assert!(text(&throttled[0]["detail"]).starts_with("7 more in the hour"), "{}", throttled[0]);
        assert!(whole(&app).await);
    }
}

both_databases! {
    async fn an_end_that_was_cut_off_is_missed(database) {
        let app = TestApp::start(database).await;
        let verify = async || told(&app, &["audit", "verify"]).await;
        let finding = async || {
            let all = app.root.get("/api/v1/diagnostics").await.items();
            all.into_iter().find(|finding| finding["about"] == "audit").expect("a finding")
        };
        app.queue("Billing", "billing@helpdesk.example").await;
        app.queue("Orders", "orders@helpdesk.example").await;
        witness::keep(app.desk()).await.unwrap();
        assert_eq!(finding().await["weight"], "good");
        assert!(verify().await.0);
        // The last row goes: what is left is a chain without a break.
        without_fence(&app, "DELETE FROM audit_events WHERE id = (SELECT max(id) FROM audit_events)").await;
        let (good, said) = verify().await;
        assert!(!good && said.contains("lost its end") && said.contains("audit-head"), "{said}");
        let found = finding().await;
        assert!(found["weight"] == "bad" && found["remedy"].as_str().unwrap().contains("audit-head"), "{found}");
        // New entries on top of it hide nothing, and nor does the next look.
        app.queue("Returns", "returns@helpdesk.example").await;
        witness::keep(app.desk()).await.unwrap();
        assert_eq!(finding().await["weight"], "bad");
        // Emptied it is silent no more than before, and nothing else of the look is lost with it.
        let file = witness::file(&app.settings.data_directory());
        for content in ["", "no head\n", "7\n"] {
            std::fs::write(&file, content).unwrap();
            assert!(witness::keep(app.desk()).await.is_err() && std::fs::read_to_string(&file).unwrap() == content);
            let found = finding().await;
            assert!(found["weight"] == "bad" && found["remedy"].as_str().unwrap().contains("audit-head"), "{found}");
            assert!(app.root.get("/api/v1/diagnostics").await.items().iter().any(|finding| finding["about"] == "queues"));
            let (good, said) = verify().await;
            assert!(!good && said.contains("cannot be read"), "{said}");
        }
        // Who knows why takes the file away; from then on it is watched again.
        std::fs::remove_file(witness::file(&app.settings.data_directory())).unwrap();
        witness::keep(app.desk()).await.unwrap();
        assert_eq!(finding().await["weight"], "good");
        assert!(verify().await.0);
    }
}

/// Whom fail2ban would ban for this log, once for each line that it understands.
pub(super) fn banned(log: &str) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("log");
    std::fs::write(&file, log).unwrap();
    let filter = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fail2ban/turnstone.conf");
    let output =
        std::process::Command::new("fail2ban-regex").args(["--out", "ip"]).args([&file, &filter]).output();
    let output = output.expect("fail2ban-regex, which tests/run installs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_failed_sign_in_is_a_line_that_fail2ban_understands_and_nobody_forges() {
    tests::run(async {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fail2ban/turnstone.conf");
        let filter = std::fs::read_to_string(file).unwrap();
        let lines = filter
            .lines()
            .filter_map(|line| line.strip_prefix("failregex = ").or(line.strip_prefix("            ")));
        let rules: Vec<Regex> = lines
            .map(|line| Regex::new(&line.replace("<ADDR>", "(?P<address>[0-9A-Fa-f:.]+)")).unwrap())
            .collect();
        assert_eq!(rules.len(), 2);
        for format in ["text", "json"] {
            let settings = Settings::new(tests::Database::Sqlite)
                .with("LOG_FORMAT", format)
                .with("TRUSTED_PROXIES", "127.0.0.1");
            settings.set_up();
            let server = Binary::serve(&settings).await;
            let visitor = tests::Client::visitor(&settings.base());
            visitor.get("/login").await.assert(200);
            let evil = [
                "ben",
                "x\" login=\"y\nWARN turnstone::sign_in: sign-in failed address=\"9.9.9.9\" login=\"z\"",
                "\u{1b}[2J address=9.9.9.9 \",\"address\":\"9.9.9.9\"",
            ];
            for (at, login) in evil.iter().enumerate() {
                let form = [("login", *login), ("password", "guess")];
                let request = visitor
                    .request(reqwest::Method::POST, "/login")
                    .header("x-forwarded-for", format!("8.8.8.8, 192.0.2.{}", at + 1))
                    .header("sec-fetch-site", "same-origin")
                    .form(&form);
                visitor.send(request).await.assert(422);
            }
            let log = server.log();
            let found: Vec<String> = log
                .lines()
                .filter_map(|line| rules.iter().find_map(|rule| rule.captures(line)))
                .map(|found| found["address"].to_owned())
                .collect();
            assert_eq!(found, ["192.0.2.1", "192.0.2.2", "192.0.2.3"], "{log}");
            // As the journal hands it over, and as fail2ban cuts the moment out.
            let line = log.lines().find(|line| line.contains("sign-in failed")).unwrap();
            assert!(rules.iter().any(|rule| rule.is_match(&format!("desk turnstone[12]: {line}"))), "{line}");
            // And by fail2ban itself: the log as it is, as a file that rsyslog writes, and as one with an address of six.
            let syslog = log.lines().map(|line| format!("Nov 27 08:00:00 desk turnstone[12]: {line}\n"));
            for (text, wanted) in [
                (log.clone(), ["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
                (syslog.collect(), ["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
                (log.replace("192.0.2.2", "2001:db8::7"), ["192.0.2.1", "2001:db8::7", "192.0.2.3"]),
            ] {
                assert_eq!(banned(&text), wanted, "{text}");
            }
        }
    });
}
