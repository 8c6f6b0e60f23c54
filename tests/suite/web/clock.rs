//! What diagnostics say of the clock: those who write to us and the database's machine know the time as well.

use jiff::{SignedDuration, Timestamp};
use tests::app::{SUPPORT, TestApp, encoded};
use tests::{Mail, both_databases, mail};
use turnstone::i18n::Language;
use turnstone::ops::doctor::{self, Finding, Weight};

/// What is said of the clock when it says this.
async fn said_at(app: &TestApp, now: Timestamp) -> Vec<Finding> {
    let found = doctor::inside(app.db(), &app.desk().config, now, &Language::english()).await.unwrap();
    found.into_iter().filter(|finding| finding.about == "clock").collect()
}

async fn said(app: &TestApp) -> Vec<Finding> {
    said_at(app, app.clock.now()).await
}

fn is_right(said: &[Finding]) -> bool {
    matches!(said, [one] if one.weight == Weight::Good)
}

/// A mail comes in that is dated so many minutes from now.
async fn comes(app: &TestApp, letter: &Mail, minutes: i64) {
    let at = app.clock.now() + SignedDuration::from_mins(minutes);
    let date = at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
    let raw = String::from_utf8(letter.bytes()).unwrap();
    let raw = raw.replacen("Mon, 09 Nov 2026 10:00:00 +0000", &date, 1);
    assert!(raw.contains(&date), "{raw}");
    let reply = app.hand_over(letter.sender(), SUPPORT, raw.as_bytes()).await;
    assert!(reply.is_ok(), "{reply:?}");
    app.processed(&format!("message_id={}", encoded(letter.id()))).await;
}

/// Somebody's mail comes in that he has dated so many minutes from now.
async fn writes(app: &TestApp, who: &str, minutes: i64) {
    comes(app, &mail(&format!("{who}@customer.example")), minutes).await;
}

both_databases! {
    async fn a_clock_that_is_behind_those_who_write_is_found_and_is_right_again_with_the_next_mails(database) {
        let app = TestApp::start(database).await;
        for who in ["anna", "bert", "clara", "david"] {
            writes(&app, who, 60).await;
        }
        assert!(is_right(&said(&app).await), "four are too few: {:?}", said(&app).await);
        // Neither does one count for as many as he writes mails, nor any machine.
        for _ in 0..3 {
            writes(&app, "anna", 60).await;
        }
        for number in 0..3 {
            let machine = mail(&format!("host{number}@customer.example")).header("Auto-Submitted", "auto-generated");
            comes(&app, &machine, 60).await;
        }
        assert!(is_right(&said(&app).await), "{:?}", said(&app).await);
        writes(&app, "emil", 60).await;
        let behind = said(&app).await;
        let [one] = &behind[..] else { panic!("{behind:?}") };
        assert_eq!(one.weight, Weight::Warning, "{one:?}");
        assert!(one.found.contains("it seems to be behind: of 5 people"), "{one:?}");
        assert!(one.remedy.contains("systemd-timesyncd"), "{one:?}");
        // Once the clock was set right, what came before is outvoted.
        for who in ["frida", "gustav", "hannah", "ivo", "jana"] {
            writes(&app, who, 0).await;
        }
        assert!(is_right(&said(&app).await), "{:?}", said(&app).await);
    }

    async fn mails_that_were_on_their_way_for_long_and_a_few_wrong_clocks_say_nothing(database) {
        let app = TestApp::start(database).await;
        let days = 24 * 60;
        let dated = [
            ("anna", -3 * days), ("bert", -days), ("clara", -600),
            // Within what clocks differ in.
            ("david", 10), ("emil", 10), ("frida", 10),
            // Their own are wrong.
            ("gustav", 2 * days), ("hannah", 60), ("ivo", 400 * days),
        ];
        for (who, minutes) in dated {
            writes(&app, who, minutes).await;
        }
        assert!(is_right(&said(&app).await), "{:?}", said(&app).await);
    }

    async fn a_clock_that_is_apart_from_the_databases_is_found_either_way(database) {
        let app = TestApp::start(database).await;
        let now = || app.clock.now();
        assert!(is_right(&said_at(&app, now()).await), "{:?}", said_at(&app, now()).await);
        for minutes in [5, -5] {
            let at = now() + SignedDuration::from_mins(minutes);
            let found = said_at(&app, at).await;
            let apart: Vec<&Finding> = found.iter().filter(|one| one.found.contains("the database server")).collect();
            match database {
                // It has no other clock than ours.
                tests::Database::Sqlite => assert!(apart.is_empty(), "{found:?}"),
                tests::Database::Postgres => {
                    assert_eq!(apart.len(), 1, "{found:?}");
                    assert_eq!(apart[0].weight, Weight::Warning, "{found:?}");
                    assert!(apart[0].found.contains(&at.to_string()), "{found:?}");
                    assert!(apart[0].remedy.contains("both machines"), "{found:?}");
                }
            }
        }
    }
}
