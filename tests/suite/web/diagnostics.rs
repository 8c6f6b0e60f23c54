//! The diagnostics page: what `turnstone doctor` says, in the reader's language, and what to do about each.

use std::time::{Duration, Instant};

use serde_json::Value;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail, wait_until};
use turnstone::config::{Relay, TlsFiles};
use turnstone::i18n::Language;
use turnstone::ops::doctor::{self, Finding, Weight};

async fn found(app: &TestApp, query: &str) -> Vec<Value> {
    app.root.get(&format!("/api/v1/diagnostics{query}")).await.items()
}

fn about<'a>(found: &'a [Value], what: &str) -> &'a Value {
    found
        .iter()
        .find(|finding| finding["about"] == what)
        .unwrap_or_else(|| panic!("nothing about {what}: {found:?}"))
}

fn text_of(finding: &Value) -> &str {
    finding["found"].as_str().unwrap_or_default()
}

fn english(app: &TestApp) -> Vec<Finding> {
    doctor::machine(&app.desk().config, app.clock.now(), &Language::english())
}

both_databases! {
    async fn the_page_the_api_and_the_command_say_the_same(database) {
        let app = TestApp::start(database).await;
        let all = found(&app, "?outside=true").await;
        for what in ["version", "data directory", "disk", "server", "database", "clock", "search", "people", "queues", "backup", "mail in", "mail out", "relay", "returns", "dns"] {
            about(&all, what);
        }
        let bad: Vec<_> = all.iter().filter(|finding| finding["weight"] == "bad").collect();
        assert!(bad.is_empty(), "{bad:?}");
        let settings = app.settings.clone().with("SMTP_RELAY", &format!("smtp://{}?tls=none", app.relay.address()));
        let said = tokio::task::spawn_blocking(move || settings.run(&["doctor", "--json"], b"").stdout).await.unwrap();
        let said: Vec<Value> = serde_json::from_slice(&said).expect("a list of findings");
        // Not said by the command: what only its own settings differ in.
        let same = |what: &str| {
            assert_eq!(about(&said, what)["found"], about(&all, what)["found"], "{what}");
        };
        ["version", "server", "queues", "people", "mail in", "relay", "returns", "clock"].into_iter().for_each(same);
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let page = browser.get("/admin/diagnostics?outside=yes").await.assert(200).text();
        for finding in &all {
            let sentence = text(&finding["found"]).replace('<', "&lt;");
            let sentence = sentence.split(['\'', '"', '’', '&']).next().unwrap_or_default().to_owned();
            assert!(page.contains(&sentence), "the page does not say: {sentence}");
        }
    }

    async fn each_finding_says_what_to_do_in_the_readers_language(database) {
        let app = TestApp::start_with(database, |config| config.smtp_relay = None).await;
        // Nothing has touched the mark of a backup, and a mail lies in quarantine.
        let quarantine = "UPDATE inbound_mails SET status = 'quarantined'";
        app.deliver(&mail("anna@customer.example")).await;
        app.db().write(move |tx| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(quarantine), &mut **tx)?)).await.unwrap();
        let all = found(&app, "?outside=true").await;
        for (what, weight, remedy) in [
            ("backup", "warning", "last-backup"),
            ("mail in", "warning", "retry button"),
            ("relay", "warning", "SMTP_RELAY"),
        ] {
            let finding = about(&all, what);
            assert_eq!(finding["weight"], weight, "{finding}");
            assert!(text(&finding["remedy"]).contains(remedy), "{finding}");
        }
        let german = doctor::inside(app.db(), &app.desk().config, app.clock.now(), &Language::named("de")).await.unwrap();
        let backup = german.iter().find(|finding| finding.about == "backup").unwrap();
        assert!(backup.remedy.starts_with("Sichern Sie"), "{backup:?}");
        // A backup that is done touches the mark.
        std::fs::write(app.settings.data_directory().join("last-backup"), "").unwrap();
        assert_eq!(about(&found(&app, "").await, "backup")["weight"], "good");
    }

    async fn a_clock_that_was_set_back_is_found(database) {
        let app = TestApp::start_at(database, "2026-11-09T10:00:00Z").await;
        app.ticket_from(&mail("anna@customer.example")).await;
        let later = app.clock.now() - jiff::SignedDuration::from_hours(3);
        let found = doctor::inside(app.db(), &app.desk().config, later, &Language::english()).await.unwrap();
        let clock = found.iter().find(|finding| finding.about == "clock").unwrap();
        assert_eq!(clock.weight, Weight::Bad, "{clock:?}");
        assert!(clock.remedy.contains("Set the machine's clock"), "{clock:?}");
    }

    async fn the_ways_to_sign_in_are_among_them_in_every_language(database) {
        // Nobody is there; and somebody who never says a word.
        let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let ports = (tests::free_port(), deaf.local_addr().unwrap().port());
        let file = format!(
            "[[method]]\nkind = \"ldap\"\nid = \"company\"\nurl = \"ldap://127.0.0.1:{}\"\ntls = \"none\"\nbind_dn = \"cn=t\"\n\
             bind_password = \"x\"\nbase = \"dc=x\"\nsync_minutes = 0\n[method.roles]\n\"cn=a,dc=x\" = [\"Ghost\"]\n\
             [[method]]\nkind = \"oidc\"\nid = \"site\"\nlabel = \"Site\"\nissuer = \"http://127.0.0.1:{}\"\n\
             client_id = \"t\"\nclient_secret = \"s\"\ntimeout_seconds = 60\n",
            ports.0, ports.1
        );
        let ways = turnstone::config::sign_in::read(&file, std::path::Path::new("/")).unwrap();
        let app = TestApp::start_with(database, |config| config.sign_in = ways).await;
        let here = found(&app, "").await;
        assert!(here.iter().all(|finding| finding["about"] != "directory"), "{here:?}");
        assert_eq!(about(&here, "sign-in")["found"], "company gives roles that do not exist: Ghost");
        let begun = Instant::now();
        let all = found(&app, "?outside=true").await;
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        assert_eq!(about(&all, "directory")["weight"], "bad");
        let site = all.iter().find(|finding| text_of(finding).starts_with("site cannot be asked")).expect("the site");
        assert!(text(&site["found"]).contains("no answer within 6 s"), "{site}");
        // The reasons as well.
        for (tag, word, why) in [
            ("de", "kann nicht gefragt werden", ["keine Verbindung zu ldap://127.0.0.1", "keine Antwort binnen 6 s"]),
            ("fr", "ne peut être interrogé", ["pas de connexion à ldap://127.0.0.1", "pas de réponse en 6 s"]),
            ("en", "cannot be asked", ["no connection to ldap://127.0.0.1", "no answer within 6 s"]),
        ] {
            let language = Language::named(tag);
            let outside = turnstone::sign_in::look::outside(app.desk(), &language).await.unwrap();
            assert_eq!(outside.iter().filter(|finding| finding.found.contains(word)).count(), 2, "{outside:?}");
            for why in why {
                assert!(outside.iter().any(|finding| finding.found.contains(why)), "{why}: {outside:?}");
            }
            let inside = turnstone::sign_in::look::inside(app.desk(), &language).await.unwrap();
            assert!(inside[0].found.contains("Ghost") && !inside[0].remedy.is_empty(), "{inside:?}");
        }
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let page = browser.get("/admin/diagnostics?outside=yes").await.assert(200).text();
        for words in ["Signing in", "Directory", "roles that do not exist: Ghost", "site cannot be asked"] {
            assert!(page.contains(words), "{words}: {page}");
        }
    }

    async fn it_is_for_who_looks_after_mail_and_a_relay_that_hangs_has_a_bound(database) {
        // Listens, and never says a word.
        let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = deaf.local_addr().unwrap();
        let app = TestApp::start_with(database, move |config| {
            let relay = Relay { host: address.ip().to_string(), port: address.port(), ..config.smtp_relay.clone().unwrap() };
            config.smtp_relay = Some(relay);
        }).await;
        app.agent("dana", &["Agent"]).await.get("/api/v1/diagnostics").await.assert(403);
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let begun = Instant::now();
        browser.get("/admin/diagnostics").await.assert(200);
        assert!(begun.elapsed() < Duration::from_secs(5), "the page waits for nobody: {:?}", begun.elapsed());
        let begun = Instant::now();
        browser.get("/admin/diagnostics?outside=yes").await.assert(200);
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        drop(deaf);
    }
}

both_databases! {
    async fn what_waits_hides_nothing_that_failed(database) {
        let app = TestApp::start(database).await;
        app.deliver(&mail("anna@customer.example")).await;
        app.deliver(&mail("bert@customer.example")).await;
        app.relay.wait_for("bert@customer.example", 1).await;
        // One mail lies in quarantine, one waits since yesterday, and nobody takes it up; so with those that leave.
        let first = "(SELECT min(id) FROM inbound_mails)";
        let (old, later) = match database {
            tests::Database::Sqlite => ("1700000000000000", "4000000000000000"),
            tests::Database::Postgres => ("to_timestamp(1700000000)", "to_timestamp(4000000000)"),
        };
        let statements = [
            format!("UPDATE inbound_mails SET status = 'quarantined' WHERE id = {first}"),
            format!("UPDATE inbound_mails SET status = 'waiting', received_at = {old}, try_at = {later} WHERE id > {first}"),
            "UPDATE outbox SET state = 'failed' WHERE id = (SELECT min(id) FROM outbox)".to_owned(),
            format!("UPDATE outbox SET state = 'deferred', created_at = {old}, try_at = {later} WHERE id = (SELECT max(id) FROM outbox)"),
        ];
        let change = move |tx: &mut turnstone::db::Tx<'_>| -> turnstone::error::Result<()> {
            for statement in &statements {
                diesel::RunQueryDsl::execute(diesel::sql_query(statement.as_str()), &mut **tx)?;
            }
            Ok(())
        };
        // Whoever works on mail takes a waiting one up at his next turn, which may be just now: then it is put there again.
        wait_until("both are said of either", Duration::from_secs(20), async || {
            app.db().write(change.clone()).await.unwrap();
            let all = found(&app, "").await;
            let weights = |what: &str| {
                let about = all.iter().filter(|one| one["about"] == what);
                let mut weights: Vec<String> = about.map(|one| text(&one["weight"])).collect();
                weights.sort_unstable();
                weights
            };
            (weights("mail in") == ["bad", "warning"] && weights("mail out") == ["bad", "warning"]).then_some(())
        })
        .await;
    }

    async fn nothing_that_swallows_questions_holds_the_command_up(database) {
        let app = TestApp::start(database).await;
        let zone = tests::dns::StubZone::silent().await;
        // Addresses of documentation: whoever sends there hears nothing, or that there is no way.
        let settings = app
            .settings
            .clone()
            .with("SMTP_RELAY", "smtp://192.0.2.1:25?tls=none")
            .with("DNS_RESOLVER", &zone.address().to_string());
        let begun = Instant::now();
        let said = tokio::task::spawn_blocking(move || settings.run(&["doctor", "--json"], b"").stdout).await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
        let said: Vec<Value> = serde_json::from_slice(&said).expect("a list of findings");
        assert_eq!(about(&said, "relay")["weight"], "bad");
        let silent = about(&said, "dns");
        assert!(silent["weight"] == "warning" && !text(&silent["remedy"]).is_empty(), "{silent}");
        assert!(zone.questions() > 0);
    }
}

#[test]
fn whatever_is_not_good_says_what_to_do_in_every_language() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let sources = ["certificate", "clock", "inside", "machine", "mail", "mod", "published"]
        .map(|name| format!("ops/doctor/{name}.rs"));
    let found = regex::Regex::new(
        r#"\.(?:bad|warning)\(\s*"[^"]+",\s*(?:if [^{]*\{ )?"([a-z-]+)"(?: \} else \{ "([a-z-]+)")?"#,
    )
    .unwrap();
    let about = regex::Regex::new(r#"\.(?:bad|warning|good)\(\s*"([^"]+)""#).unwrap();
    let (mut keys, mut names) = (Vec::new(), std::collections::BTreeSet::new());
    for source in sources.into_iter().chain(["sign_in/look.rs".to_owned()]) {
        let text = std::fs::read_to_string(root.join("backend/src").join(source)).unwrap();
        for words in found.captures_iter(&text) {
            keys.extend(words.iter().skip(1).flatten().map(|key| key.as_str().to_owned()));
        }
        names.extend(about.captures_iter(&text).map(|words| words[1].replace(' ', "-")));
    }
    assert!(keys.len() > 25 && names.len() > 18, "{keys:?} {names:?}");
    for language in ["en", "de", "fr"] {
        let file = root.join("templates/locales").join(language).join("diagnostics.ftl");
        let known = std::fs::read_to_string(file).unwrap();
        for name in &names {
            let message = format!("doctor-about-{name} = ");
            assert!(known.lines().any(|line| line.starts_with(&message)), "{language}: {message}");
        }
        for key in &keys {
            for message in [format!("doctor-{key} ="), format!("doctor-do-{key} =")] {
                assert!(known.lines().any(|line| line.starts_with(&message)), "{language}: {message}");
            }
        }
    }
}

#[test]
fn a_certificate_says_when_it_ends() {
    tests::run(async {
        let directory = tempfile::tempdir().unwrap();
        let (cert, key) = (directory.path().join("cert.pem"), directory.path().join("key.pem"));
        let made = |end: (i32, u8, u8)| {
            let pair = rcgen::KeyPair::generate().unwrap();
            let mut wish = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
            wish.not_before = rcgen::date_time_ymd(2020, 1, 1);
            wish.not_after = rcgen::date_time_ymd(end.0, end.1, end.2);
            std::fs::write(&cert, wish.self_signed(&pair).unwrap().pem()).unwrap();
            std::fs::write(&key, pair.serialize_pem()).unwrap();
        };
        let app = TestApp::start_at(tests::Database::Sqlite, "2026-11-09T10:00:00Z").await;
        let mut config = (*app.desk().config).clone();
        config.tls = Some(TlsFiles { cert: cert.clone(), key: key.clone() });
        // After 2049 the year has four digits.
        for (end, weight, word) in [
            ((2055, 3, 1), Weight::Good, "good for"),
            ((2027, 3, 1), Weight::Good, "good for 111"),
            ((2026, 11, 15), Weight::Warning, "ends in 5 days"),
            ((2026, 11, 1), Weight::Bad, "ended at 2026-11-01"),
        ] {
            made(end);
            let found = doctor::machine(&config, app.clock.now(), &Language::english());
            let finding = found.iter().find(|finding| finding.about == "certificate").unwrap();
            assert_eq!(finding.weight, weight, "{finding:?}");
            assert!(finding.found.contains(word), "{finding:?}");
        }
        assert!(english(&app).iter().all(|finding| finding.about != "certificate"), "none is set");
    });
}
