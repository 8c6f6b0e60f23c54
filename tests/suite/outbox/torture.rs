//! The relay at its worst: refuses connections, puts off, refuses, breaks off after the final dot, dawdles, and says TLS
//! without speaking it. In the end every mail was sent, once, or is marked with its reason.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tests::app::TestApp;
use tests::net::wait_until;
use tests::smtp_peer::{Behaviour, Security};
use tests::{Database, both_databases};
use turnstone::config::RelayTls;

/// Dice that fall the same in each run.
fn dice(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % 100
    }
}

const MAILS: usize = 150;

both_databases! {
    // BEHAVIOURS.md, 39 and 40.
    async fn whatever_the_relay_does_each_mail_is_sent_once_or_marked_with_its_reason(database) {
        let mut app = TestApp::start_with(database, |config| {
            config.test.relay_timeout_seconds = Some(2);
            config.test.retry_seconds = Some(vec![1, 1, 2]);
        })
        .await;
        app.relay.down().await;
        // Several tickets with several mails each: their order is part of the promise.
        app.write_to_many(MAILS / 3, |at| format!("p{at}@d{}.example", at % 9)).await;
        let mut replies = Vec::new();
        for ticket in app.tickets().await.iter().take(20) {
            let number = tests::app::text(&ticket["number"]);
            for round in 0..3 {
                replies.push(app.root.reply(&number, &format!("Answer {round}.")).await);
            }
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        let mut roll = dice(0x5eed);
        app.relay.decide(move |_, _| match roll() {
            0..30 => Behaviour::RefuseRecipient(450, "4.3.2 busy"),
            30..35 => Behaviour::RefuseData(550, "5.7.1 not this one"),
            35..40 => Behaviour::RefuseData(452, "4.3.1 no room"),
            40..50 => Behaviour::DropAfterDot,
            50..55 => Behaviour::Slow(Duration::from_millis(3_500)),
            55..60 => Behaviour::DropAtRecipient,
            60..70 => Behaviour::Slow(Duration::from_millis(100)),
            _ => Behaviour::Accept,
        });
        app.relay.up().await;
        app.write_to_many(MAILS / 3, |at| format!("q{at}@d{}.example", at % 9)).await;
        wait_until("an end for every mail", Duration::from_secs(150), async || {
            (app.outgoing(&["held", "due", "sending", "deferred", "uncertain"]).await == 0).then_some(())
        })
        .await;
        judge(&app).await;
        order(&app, &replies);
    }

    async fn a_relay_that_says_starttls_and_speaks_none_holds_mail_until_it_does(database) {
        let security = Security { starttls: true, broken_tls: true, ..Security::default() };
        let app = TestApp::start_behind(database, security, RelayTls::Required).await;
        app.root.write_to("anna@customer.example").await;
        wait_until("a reason", Duration::from_secs(10), async || {
            let waiting = app.root.get("/api/v1/outbox?state=deferred").await.items();
            waiting.first().is_some_and(|mail| mail["error"].as_str().is_some_and(|why| !why.is_empty())).then_some(())
        })
        .await;
        assert!(app.relay.received().is_empty(), "nothing in the clear");
    }
}

/// What the relay acknowledged, and what the outbox says, agree.
async fn judge(app: &TestApp) {
    let mut copies: HashMap<String, Vec<tests::smtp_peer::Received>> = HashMap::new();
    for mail in app.relay.received() {
        copies.entry(mail.mail().message_id()).or_default().push(mail);
    }
    let mut mails = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.root.get(&format!("/api/v1/outbox?limit=200{cursor}")).await.assert(200).json();
        mails.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let (mut sent, mut failed, mut repeated) = (0, 0, 0);
    for mail in &mails {
        let none = Vec::new();
        let seen = copies.get(mail["message_id"].as_str().unwrap()).unwrap_or(&none);
        let taken = seen.iter().filter(|copy| copy.acknowledged).count();
        assert!(seen.iter().all(|copy| copy.data == seen[0].data), "identical bytes: {mail}");
        match mail["state"].as_str().unwrap() {
            "sent" => {
                sent += 1;
                // One that was slower than our patience was taken behind our back, and again.
                assert!(taken >= 1, "marked sent without a 250: {mail}");
                repeated += usize::from(seen.len() > 1);
            }
            "failed" => {
                failed += 1;
                assert!(mail["error"].as_str().unwrap().contains("550"), "without its reason: {mail}");
            }
            other => panic!("{other}: {mail}"),
        }
    }
    println!("torture: {sent} sent, {failed} failed with a reason, {repeated} with more than one copy");
    assert!(sent > 0 && failed > 0, "the dice did not fall as meant");
}

/// Of each ticket, first deliveries came in the order in which they were written.
fn order(app: &TestApp, replies: &[serde_json::Value]) {
    let received: Vec<String> = app
        .relay
        .received()
        .iter()
        .filter(|mail| mail.acknowledged)
        .map(|mail| mail.mail().message_id())
        .collect();
    let place = |reply: &serde_json::Value| {
        let id = reply["message_id"].as_str().unwrap();
        received.iter().position(|other| other == id)
    };
    for of_ticket in replies.chunks(3) {
        let places: Vec<usize> = of_ticket.iter().filter_map(place).collect();
        assert!(places.is_sorted(), "{places:?}");
    }
}

#[test]
#[ignore = "takes minutes; tests/run --long"]
fn twenty_thousand_due_mails_drain_at_fifty_a_second_or_more_sqlite() {
    tests::run(drain(Database::Sqlite, 20_000));
}

#[test]
#[ignore = "takes minutes; tests/run --long"]
fn twenty_thousand_due_mails_drain_at_fifty_a_second_or_more_postgres() {
    tests::run(drain(Database::Postgres, 20_000));
}

async fn drain(database: Database, mails: usize) {
    let mut app = TestApp::start_with(database, |config| config.test.retry_seconds = Some(vec![1])).await;
    app.relay.down().await;
    app.write_to_many(mails, |at| format!("p{at}@d{}.example", at % 500)).await;
    app.relay.up().await;
    let begun = Instant::now();
    wait_until("an empty outbox", Duration::from_secs(600), async || {
        tokio::time::sleep(Duration::from_millis(500)).await;
        (app.outgoing(&["due", "sending", "deferred"]).await == 0).then_some(())
    })
    .await;
    let rate = mails as f64 / begun.elapsed().as_secs_f64();
    println!("drain on {database:?}: {mails} mails in {:.1} s, {rate:.0}/s", begun.elapsed().as_secs_f64());
    assert_eq!(app.relay.received().len(), mails, "each once");
    assert!(rate >= 50.0);
}
