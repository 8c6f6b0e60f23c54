//! Findings of diagnostics that come about seldom: before the set-up, with files that are not there, with a DNS that says
//! little, with a mailbox that nobody looks into.

use std::path::PathBuf;
use std::time::Duration;

use diesel::prelude::*;
use jiff::SignedDuration;
use mail_ingest::authentication::Resolver;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::dns::StubZone;
use tests::{Database, Settings, both_databases, free_port, mail, wait_until};
use turnstone::config::{Config, Dkim, Roles, Secret, TlsFiles};
use turnstone::db::schema::{agents, queues, settings};
use turnstone::db::{Ts, backend};
use turnstone::i18n::Language;
use turnstone::ops::doctor::{self, Finding, Weight};
use turnstone::outbox::Signer;

/// The setting that says how far older tickets are said to the search.
const BELOW: &str = "ticket_text_below";

/// What the command says, and whether it is content.
fn command(settings: &Settings) -> (Vec<Value>, bool) {
    let output = settings.run(&["doctor", "--json"], b"");
    (serde_json::from_slice(&output.stdout).expect("a list of findings"), output.status.success())
}

fn about<'a>(found: &'a [Value], what: &str) -> &'a Value {
    let one = found.iter().find(|finding| finding["about"] == what);
    one.unwrap_or_else(|| panic!("nothing about {what}: {found:?}"))
}

/// What the API says of something.
async fn api(app: &TestApp, what: &str) -> Value {
    about(&app.root.get("/api/v1/diagnostics").await.items(), what).clone()
}

/// A finding, its weight, and words of what was found and of what to do.
fn says(finding: &Value, weight: &str, found: &str, remedy: &str) {
    assert_eq!(finding["weight"], weight, "{finding}");
    assert!(text(&finding["found"]).contains(found), "{finding}");
    let told = text(&finding["remedy"]);
    assert!(told.contains(remedy) && told.is_empty() == (weight == "good"), "{finding}");
}

/// The same of one among findings that the product itself hands out: the one with these words.
fn holds(all: &[Finding], about: &str, weight: Weight, found: &str, remedy: &str) {
    let one = all.iter().find(|finding| finding.about == about && finding.found.contains(found));
    let one = one.unwrap_or_else(|| panic!("{about}: {found}, in {all:?}"));
    assert_eq!(one.weight, weight, "{one:?}");
    assert!(one.remedy.contains(remedy) && one.remedy.is_empty() == (weight == Weight::Good), "{one:?}");
}

/// What the tables say so much later.
async fn later(app: &TestApp, minutes: i64) -> Vec<Finding> {
    let now = app.clock.now() + SignedDuration::from_mins(minutes);
    doctor::inside(app.db(), &app.desk().config, now, &Language::english()).await.unwrap()
}

/// What the world outside says, with these settings.
async fn outside(app: &TestApp, config: &Config) -> Vec<Finding> {
    doctor::outside(app.db(), config, &Language::english()).await.unwrap()
}

fn dkim(key: &str) -> Option<Dkim> {
    let key = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("suite/outbox").join(key);
    Some(Dkim { key, selector: "desk".to_owned() })
}

async fn run(app: &TestApp, sql: &'static str) {
    let statement = move |tx: &mut turnstone::db::Tx<'_>| {
        diesel::sql_query(sql).execute(&mut **tx)?;
        Ok(())
    };
    app.db().write(statement).await.unwrap();
}

both_databases! {
    async fn before_the_set_up_there_is_nobody_and_no_queue(database) {
        let settings = Settings::new(database);
        let (found, content) = command(&settings);
        assert!(!content, "{found:?}");
        says(about(&found, "people"), "bad", "there is no agent", "turnstone setup");
        says(about(&found, "queues"), "bad", "there is no queue", "turnstone queue add --name Support");
        match database {
            Database::Sqlite => says(about(&found, "server"), "warning", "is not running", "turnstone serve"),
            Database::Postgres => says(about(&found, "server"), "good", "not asked: with PostgreSQL", ""),
        }
        settings.set_up();
        let (found, content) = command(&settings);
        says(about(&found, "people"), "good", "1 agent", "");
        says(about(&found, "queues"), "good", "queues in use: 1, their addresses: 1", "");
        assert!(content, "what is only to be looked at is no failure: {found:?}");
    }

    async fn whoever_is_shut_out_and_what_is_retired_does_not_count(database) {
        let app = TestApp::start(database).await;
        let found = later(&app, 0).await;
        holds(&found, "people", Weight::Good, "1 agent", "");
        holds(&found, "queues", Weight::Good, "queues in use: 1", "");
        let now = Ts(app.clock.now());
        let statement = move |tx: &mut turnstone::db::Tx<'_>| {
            diesel::update(agents::table).set(agents::disabled_at.eq(Some(now))).execute(&mut **tx)?;
            diesel::update(queues::table).set(queues::retired_at.eq(Some(now))).execute(&mut **tx)?;
            Ok(())
        };
        app.db().write(statement).await.unwrap();
        let found = later(&app, 0).await;
        holds(&found, "people", Weight::Bad, "there is no agent", "turnstone setup");
        holds(&found, "queues", Weight::Bad, "there is no queue", "turnstone queue add");
    }

    async fn tickets_that_the_search_does_not_find_yet_are_counted(database) {
        let app = TestApp::start(database).await;
        for from in ["anna@customer.example", "bert@customer.example"] {
            app.ticket_from(&mail(from)).await;
        }
        // The server has looked for older tickets, and goes on no more until it is started again.
        wait_until("an index that is whole", Duration::from_secs(20), async || {
            let kept = settings::table.find(BELOW).select(settings::value);
            let kept = app.db().read(move |conn| Ok(kept.first::<String>(conn).optional()?)).await.unwrap();
            (kept.as_deref() == Some("0")).then_some(())
        })
        .await;
        says(&api(&app, "search").await, "good", "every ticket can be found", "");
        let all = i64::MAX.to_string();
        app.db().write(move |tx| backend::put_setting(tx, BELOW, &all)).await.unwrap();
        says(&api(&app, "search").await, "warning", "2 tickets are not found yet", "role worker");
    }

    async fn mail_that_is_on_its_way_is_counted_and_nothing_is_wrong_with_it(database) {
        // The clock stands still: what is held stays.
        let app = TestApp::start_at(database, "2026-11-09T10:00:00Z").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.relay.wait_for("anna@customer.example", 1).await;
        app.settle().await;
        says(&api(&app, "mail out").await, "good", "nothing waits", "");
        let answer = json!({ "body_text": "An answer.", "hold_seconds": 10 });
        app.root.post(&format!("/api/v1/tickets/{number}/replies"), answer).await.assert(201);
        says(&api(&app, "mail out").await, "good", "1 on their way", "");
    }

    async fn a_relay_whose_password_cannot_be_opened_is_found(database) {
        let app = TestApp::start_with(database, |config| config.smtp_relay = None).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get("/admin/relay").await.assert(200);
        let port = free_port().to_string();
        let fields = [("host", "127.0.0.1"), ("port", &*port), ("tls", "none"), ("user", "helpdesk"), ("password", "p")];
        browser.submit("/admin/relay", &fields).await.assert(303);
        let mut config = (*app.desk().config).clone();
        let found = outside(&app, &config).await;
        holds(&found, "relay", Weight::Bad, "can't be reached", "Start the mail server there");
        // The key is another one, as after a copy was restored without it.
        config.secret_key = Some(Secret::new("ab".repeat(32)));
        let sealed = "the password of the relay cannot be opened";
        holds(&outside(&app, &config).await, "relay", Weight::Warning, sealed, "restore secret.key");
    }

    async fn a_mailbox_that_nobody_looks_into_or_that_withholds_mails_is_found(database) {
        // Nobody has the role that looks into mailboxes.
        let change = |config: &mut Config| config.roles = Roles { mail: false, ..Roles::ALL };
        let app = TestApp::start_with(database, change).await;
        let folder = tempfile::tempdir().unwrap();
        let mailbox = json!({ "name": "Post", "kind": "maildir", "directory": folder.path(), "after": "leave" });
        app.root.post("/api/v1/mailboxes", mailbox).await.assert(201);
        holds(&later(&app, 0).await, "mailbox", Weight::Good, "Post is looked into", "");
        holds(&later(&app, 20).await, "mailbox", Weight::Bad, "Post was not looked into for 2", "role mail");
        for insert in [
            "INSERT INTO mailbox_mails (mailbox_id, folder, uid_validity, uid, fingerprint, state, at)
                SELECT mailbox_id, 'INBOX', 1, '7', 'h:7', 'stuck', begun_at FROM mailbox_states",
            "INSERT INTO mailbox_mails (mailbox_id, folder, uid_validity, uid, fingerprint, state, at)
                SELECT mailbox_id, 'INBOX', 1, '8', 'h:8', 'stuck', begun_at FROM mailbox_states",
        ] {
            run(&app, insert).await;
        }
        let withheld = "Post: its server does not give out 2 mails";
        holds(&later(&app, 0).await, "mailbox", Weight::Warning, withheld, "mail program");
    }
}

#[test]
fn a_database_that_cannot_be_reached_is_the_finding_and_its_password_none() {
    let url = format!("postgres://desk:s3cr3t-word@127.0.0.1:{}/desk", free_port());
    let (found, content) = command(&Settings::new(Database::Sqlite).with("DATABASE_URL", &url));
    assert!(!content, "{found:?}");
    says(about(&found, "database"), "bad", "can't be used", "Correct DATABASE_URL");
    assert!(found.iter().all(|finding| finding["about"] != "people"), "{found:?}");
    assert!(!json!(found).to_string().contains("s3cr3t-word"), "{found:?}");
}

#[test]
fn files_and_folders_that_are_not_there_are_found() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let mut config = (*app.desk().config).clone();
        let machine = |config: &Config| doctor::machine(config, app.clock.now(), &Language::english());
        holds(&machine(&config), "server", Weight::Good, "turnstone serve is running", "");
        holds(&machine(&config), "disk", Weight::Good, "GB are free", "");
        config.data_dir = "/proc/nowhere".into();
        config.tls =
            Some(TlsFiles { cert: "/proc/nowhere/cert.pem".into(), key: "/proc/nowhere/key.pem".into() });
        let found = machine(&config);
        holds(&found, "disk", Weight::Bad, "the free space can't be looked at", "Let the server read");
        holds(&found, "certificate", Weight::Bad, "/proc/nowhere/cert.pem", "Correct TLS_CERT and TLS_KEY");
        // The key that signs our mails; with nobody to be asked about names.
        config.dkim = dkim("mod.rs");
        let found = outside(&app, &config).await;
        holds(&found, "signature", Weight::Bad, "DKIM_KEY", "until then serve does not start");
        holds(&found, "dns", Weight::Good, "not asked: DNS_RESOLVER is off", "");
        holds(&found, "relay", Weight::Good, "answers at 127.0.0.1", "");
    });
}

#[test]
fn what_the_dns_lacks_of_each_domain_is_found() {
    tests::run(async {
        let own = dkim("keys/rsa.pem");
        let record = Signer::load(own.as_ref().unwrap()).expect("the key").record();
        let includes: Vec<(String, String)> = (0..12)
            .map(|at| {
                (format!("i{at}.chain.example"), format!("v=spf1 include:i{}.chain.example ~all", at + 1))
            })
            .collect();
        let mut names = vec![
            ("good.example", "v=spf1 ip4:192.0.2.7 -all"),
            ("_dmarc.good.example", "v=DMARC1; p=reject"),
            ("desk._domainkey.good.example", record.as_str()),
            ("other.example", "v=spf1 ip4:198.51.100.1 -all"),
            ("_dmarc.other.example", "v=DMARC1; p=reject"),
            ("desk._domainkey.other.example", record.as_str()),
            ("deep.example", "v=spf1 include:i0.chain.example -all"),
            ("bare.example", "some-verification=1"),
        ];
        names.extend(includes.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let zone = StubZone::start(&names).await;
        let app = TestApp::start(Database::Sqlite).await;
        let queues = app.root.get("/api/v1/queues").await.items();
        let addresses = ["a@good.example", "a@other.example", "a@deep.example", "a@bare.example"];
        let path = format!("/api/v1/queues/{}", text(&queues[0]["id"]));
        app.root.patch(&path, json!({ "addresses": addresses })).await.assert(200);
        let mut config = (*app.desk().config).clone();
        (config.dns_resolver, config.dkim) = (Resolver::At(zone.address()), own);
        // An address of documentation: nobody is there.
        config.smtp_relay.as_mut().expect("a relay").host = "192.0.2.7".to_owned();
        let found = outside(&app, &config).await;
        let tells = |weight, words: &str, remedy: &str| holds(&found, "dns", weight, words, remedy);
        tells(Weight::Good, "good.example says who may send for it", "");
        tells(Weight::Warning, "bare.example has no SPF record", "v=spf1 mx -all");
        tells(Weight::Warning, "bare.example has no DMARC record", "v=DMARC1; p=none");
        tells(Weight::Bad, "bare.example are signed is not published", "Publish the record");
        tells(
            Weight::Warning,
            "SPF record of other.example does not cover the relay 192.0.2.7",
            "Add ip4:192.0.2.7 to",
        );
        tells(
            Weight::Bad,
            "SPF record of deep.example cannot be evaluated",
            "until then it counts for nobody",
        );
        let of = |domain: &str| {
            found.iter().filter(|one| one.about == "dns" && one.found.contains(domain)).count()
        };
        assert_eq!(["good.example", "other.example", "bare.example"].map(of), [1, 1, 3], "{found:?}");
        // What is to be published stands there for each domain.
        for domain in ["good.example", "other.example", "deep.example", "bare.example"] {
            let words = format!("mails from {domain} are signed");
            holds(&found, "signature", Weight::Good, &words, "");
        }
        holds(&found, "relay", Weight::Bad, "192.0.2.7", "let the firewall pass");
    });
}
