//! The lanes to the relay: nobody's mail waits for somebody else's trouble.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::app::TestApp;
use tests::net::wait_until;
use tests::smtp_peer::Behaviour;
use tests::{both_databases, mail};
use turnstone::config::Rate;

both_databases! {
    async fn one_slow_domain_never_blocks_the_rest(database) {
        let app = TestApp::start(database).await;
        app.relay.rule("@slow.example", Behaviour::Slow(Duration::from_secs(4)));
        app.write_to_many(40, |at| format!("p{at}@slow.example")).await;
        wait_until("a busy relay", Duration::from_secs(5), async || (app.relay.most_open() >= 4).then_some(())).await;
        let begun = Instant::now();
        for at in 0..5 {
            let address = format!("p{at}@quick.example");
            app.root.write_to(&address).await;
            app.relay.wait_for(&address, 1).await;
        }
        assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
        assert!(app.relay.received_by("p39@slow.example").is_empty(), "the slow ones are not even done");
    }

    async fn a_new_mail_is_not_behind_hundreds_to_a_dead_domain(database) {
        let app = TestApp::start_with(database, |config| config.test.retry_seconds = Some(vec![1])).await;
        app.relay.rule("@dead.example", Behaviour::RefuseRecipient(451, "4.4.1 no answer from host"));
        app.write_to_many(400, |at| format!("p{at}@dead.example")).await;
        wait_until("deferred mail", Duration::from_secs(10), async || {
            (app.outgoing(&["deferred"]).await > 20).then_some(())
        })
        .await;
        let begun = Instant::now();
        app.root.write_to("anna@alive.example").await;
        app.relay.wait_for("anna@alive.example", 1).await;
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        assert_eq!(app.outgoing(&["failed"]).await, 0, "the dead ones wait");
    }

    async fn a_relay_gets_no_more_lines_than_asked_and_keeps_them(database) {
        let change = |config: &mut turnstone::config::Config| {
            config.smtp_relay.as_mut().unwrap().connections = 3;
        };
        let app = TestApp::start_with(database, change).await;
        app.relay.behave(Behaviour::Slow(Duration::from_millis(20)));
        app.write_to_many(60, |at| format!("p{at}@d{}.example", at % 7)).await;
        wait_until("all sent", Duration::from_secs(20), async || {
            (app.outgoing(&["sent"]).await == 60).then_some(())
        })
        .await;
        assert_eq!(app.relay.most_open(), 3);
        assert!(app.relay.connections() <= 6, "{} connections for 60 mails", app.relay.connections());
    }

    async fn a_relay_that_takes_few_lines_is_not_taken_for_one_that_is_away(database) {
        let app = TestApp::start(database).await;
        app.relay.take_lines(2);
        app.relay.behave(Behaviour::Slow(Duration::from_millis(20)));
        app.write_to_many(60, |at| format!("p{at}@d{}.example", at % 7)).await;
        wait_until("all sent", Duration::from_secs(20), async || {
            (app.outgoing(&["sent"]).await == 60).then_some(())
        })
        .await;
        assert_eq!(app.relay.most_open(), 2);
        assert!(app.relay.connections() < 40, "{} calls for 60 mails", app.relay.connections());
        assert_eq!(app.relay.received().len(), 60, "each once");
    }

    async fn no_more_mails_leave_in_a_time_than_asked(database) {
        let change = |config: &mut turnstone::config::Config| {
            config.smtp_relay.as_mut().unwrap().rate = Some(Rate { mails: 5, seconds: 1 });
        };
        let app = TestApp::start_with(database, change).await;
        app.write_to_many(8, |at| format!("p{at}@d{at}.example")).await;
        wait_until("all sent", Duration::from_secs(20), async || {
            (app.outgoing(&["sent"]).await == 8).then_some(())
        })
        .await;
        let times: Vec<Instant> = app.relay.received().iter().map(|mail| mail.at).collect();
        let took = times.iter().max().unwrap().duration_since(*times.iter().min().unwrap());
        assert!(took >= Duration::from_millis(1_000), "eight at five a second in {took:?}");
    }

    async fn a_line_that_the_relay_ended_costs_a_mail_nothing(database) {
        let change = |config: &mut turnstone::config::Config| {
            config.smtp_relay.as_mut().unwrap().connections = 1;
            config.test.retry_seconds = Some(vec![600]);
        };
        let mut app = TestApp::start_with(database, change).await;
        app.relay.next([Behaviour::Accept, Behaviour::Goodbye]);
        app.write_to_many(3, |at| format!("p{at}@a.example")).await;
        wait_until("all sent", Duration::from_secs(20), async || (app.outgoing(&["sent"]).await == 3).then_some(())).await;
        let sent = app.root.get("/api/v1/outbox?state=sent").await.items();
        assert!(sent.iter().all(|mail| mail["attempts"] == 1), "{sent:?}");
        app.stop().await;
    }

    async fn a_relay_that_falls_silent_in_the_dialogue_holds_up_nothing_for_good(database) {
        let app = TestApp::start_with(database, |config| config.test.relay_timeout_seconds = Some(1)).await;
        app.relay.next(vec![Behaviour::Slow(Duration::from_secs(30)); 8]);
        app.write_to_many(8, |at| format!("p{at}@d{at}.example")).await;
        wait_until("all sent or uncertain", Duration::from_secs(15), async || {
            (app.outgoing(&["due", "sending"]).await == 0).then_some(())
        })
        .await;
        wait_until("all sent", Duration::from_secs(15), async || (app.outgoing(&["sent"]).await == 8).then_some(()))
            .await;
    }

    async fn what_one_recipient_was_refused_is_kept_when_the_others_get_it(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        app.relay.rule("gone@partner.example", Behaviour::RefuseRecipient(550, "5.1.1 no such user"));
        app.relay.rule("busy@partner.example", Behaviour::RefuseRecipient(450, "4.2.1 try later"));
        let body = json!({ "body_text": "To all.", "hold_seconds": 0, "to": ["anna@customer.example"],
            "cc": ["gone@partner.example", "busy@partner.example"] });
        let reply = app.root.post(&format!("/api/v1/tickets/{number}/replies"), body).await.assert(201).json();
        let article = app.delivery(&reply, "deferred").await;
        assert_eq!(article["delivery"]["refused"][0]["address"], "gone@partner.example", "{article}");
        app.relay.relent();
        app.advance(jiff::SignedDuration::from_mins(2)).await;
        let article = app.delivery(&reply, "sent").await;
        let refused = &article["delivery"]["refused"];
        assert_eq!(refused.as_array().unwrap().len(), 1, "{article}");
        assert!(refused[0]["error"].as_str().unwrap().contains("no such user"), "{article}");
        assert!(article["delivery"]["error"].as_str().unwrap().contains("gone@partner.example: 550"), "{article}");
        assert_eq!(app.relay.received_by("anna@customer.example").len(), 1, "once to whoever has it");
        assert_eq!(app.relay.received_by("busy@partner.example").len(), 1);
        assert!(app.relay.received_by("gone@partner.example").is_empty());
        let browser = app.visitor();
        browser.sign_in("root", tests::binary::PASSWORD).await;
        let page = browser.get(&format!("/tickets/{number}")).await.assert(200).text();
        assert!(page.contains("Not everybody got it") && page.contains("no such user"), "the page says so");
    }

    async fn while_the_relay_is_away_each_mail_and_the_pages_say_so_and_its_keepers_hear_once(database) {
        let mut app = TestApp::start(database).await;
        app.relay.down().await;
        app.write_to_many(30, |at| format!("p{at}@d{at}.example")).await;
        wait_until("all deferred", Duration::from_secs(10), async || {
            (app.outgoing(&["deferred"]).await == 30).then_some(())
        })
        .await;
        let waiting = app.root.get("/api/v1/outbox?state=deferred&limit=200").await.items();
        assert!(waiting.iter().all(|mail| mail["error"].as_str().unwrap().contains("relay")), "{waiting:?}");
        for _ in 0..3 {
            app.advance(jiff::SignedDuration::from_mins(20)).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let browser = app.visitor();
        browser.sign_in("root", tests::binary::PASSWORD).await;
        assert!(browser.get("/tickets").await.text().contains("the relay has not been reached since"));
        app.relay.up().await;
        app.advance(jiff::SignedDuration::from_mins(2)).await;
        wait_until("all sent", Duration::from_secs(15), async || {
            (app.outgoing(&["deferred", "due", "sending"]).await == 0).then_some(())
        })
        .await;
        let news = app.relay.wait_for("root@helpdesk.example", 1).await;
        assert_eq!(news.len(), 1, "once");
        assert!(news[0].mail().subject().contains("relay"), "{}", news[0].mail().subject());
        assert!(!browser.get("/tickets").await.text().contains("has not been reached"));
        for at in 0..30 {
            assert_eq!(app.relay.received_by(&format!("p{at}@d{at}.example")).len(), 1);
        }
    }

    async fn after_five_days_without_a_relay_a_mail_is_given_up_with_its_reason(database) {
        let mut app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        app.relay.down().await;
        let reply = app.root.reply(&number, "Patience.").await;
        app.delivery(&reply, "deferred").await;
        app.advance(jiff::SignedDuration::from_hours(4 * 24)).await;
        app.delivery(&reply, "deferred").await;
        app.advance(jiff::SignedDuration::from_hours(25)).await;
        let article = app.delivery(&reply, "failed").await;
        assert!(article["delivery"]["error"].as_str().unwrap().contains("given up"), "{article}");
        app.relay.up().await;
        app.advance(jiff::SignedDuration::from_mins(2)).await;
        assert!(app.relay.received_by("anna@customer.example").is_empty());
    }

    async fn large_mails_wait_for_each_other_and_small_ones_pass(database) {
        let app = TestApp::start(database).await;
        app.relay.behave(Behaviour::Slow(Duration::from_millis(600)));
        // 20 MB each are 27 MB on the wire: of these only one has room beside small ones.
        let file = vec![7_u8; 20 * 1024 * 1024];
        let (blobs, at) = (app.db().blobs().clone(), app.desk().moment());
        let blob = tokio::task::spawn_blocking(move || blobs.prepare(&file)).await.unwrap().unwrap();
        let made = app.db().write(move |tx| {
            let root = turnstone::people::agents::by_login(tx, "root")?.id;
            let actor = turnstone::access::Actor::load(tx, root, turnstone::db::Cause::Api, at.now)?;
            let queue = turnstone::queues::by_name(tx, "Support")?.id;
            let access = turnstone::access::for_queue(tx, &actor, queue, turnstone::db::Right::Create)?;
            for number in 0..3 {
                let file = turnstone::tickets::NewFile {
                    name: "large.bin".to_owned(),
                    content_type: "application/octet-stream".to_owned(),
                    content_id: None,
                    inline: false,
                    blob: blob.clone(),
                };
                let input = turnstone::tickets::open::OpenInput {
                    title: "Large".to_owned(),
                    customer: turnstone::tickets::Person { name: String::new(), address: format!("l{number}@large.example") },
                    channel: turnstone::db::Channel::Mail,
                    body_text: "Here it is.".to_owned(),
                    body_html: None,
                    files: vec![file],
                    priority: turnstone::db::Priority::NORMAL,
                    state: None,
                    hold_seconds: Some(0),
                };
                turnstone::tickets::open::open(tx, &access, &actor, &input, &at)?;
            }
            Ok(())
        });
        made.await.unwrap();
        wait_until("three large mails", Duration::from_secs(60), async || {
            (app.relay.received().len() == 3).then_some(())
        })
        .await;
        let mut came: Vec<Instant> = app.relay.received().iter().map(|mail| mail.at).collect();
        came.sort();
        let between: Vec<Duration> = came.windows(2).map(|pair| pair[1].duration_since(pair[0])).collect();
        assert!(between.iter().all(|time| *time >= Duration::from_millis(600)), "one after the other: {between:?}");
    }
}
