//! Machines that answer each other come to rest (BEHAVIOURS.md, 10, 11, 35).

use serde_json::json;
use tests::app::{SUPPORT, TestApp, encoded};
use tests::bridge::{Bridge, honest, quiet, rude, sql};
use tests::{both_databases, mail};

/// The second installation's address.
const SERVICE: &str = "service@other.example";

async fn two(database: tests::Database) -> (TestApp, TestApp) {
    let (one, other) = (TestApp::start(database).await, TestApp::start(database).await);
    sql(&other, &format!("UPDATE queue_addresses SET address = '{SERVICE}'")).await;
    (one, other)
}

/// Automatic answers that this installation has sent to an address.
fn answers(app: &TestApp, to: &str) -> usize {
    let automatic = |mail: &tests::smtp_peer::Received| {
        mail.mail().header("Auto-Submitted").as_deref() == Some("auto-replied")
    };
    app.relay.received_by(to).iter().filter(|mail| automatic(mail)).count()
}

both_databases! {
    async fn two_turnstones_that_answer_each_other_settle_after_one_mail_each(database) {
        let (one, other) = two(database).await;
        // Somebody writes to each in the other's name: both confirm.
        one.hand_over(SERVICE, SUPPORT, &mail(SERVICE).subject("Forged").bytes()).await;
        other.hand_over(SUPPORT, SERVICE, &mail(SUPPORT).subject("Forged as well").to(SERVICE).bytes()).await;
        let mut bridge = Bridge::default();
        bridge.settle([&one, &other], honest).await;
        assert_eq!((answers(&one, SERVICE), answers(&other, SUPPORT)), (1, 1));
        assert_eq!(bridge.carried, [1, 1], "one mail each and then silence");
        for app in [&one, &other] {
            assert_eq!(app.tickets().await.len(), 2, "the forged mail's, and the confirmation that nobody asked for");
        }
    }

    async fn two_turnstones_behind_a_gateway_that_strips_every_mark_settle_all_the_same(database) {
        let (one, other) = two(database).await;
        one.hand_over(SERVICE, SUPPORT, &mail(SERVICE).subject("Broken printer").bytes()).await;
        let mut bridge = Bridge::default();
        bridge.settle([&one, &other], rude).await;
        assert_eq!((answers(&one, SERVICE), answers(&other, SUPPORT)), (1, 1), "{:?}", bridge.carried);
    }

    async fn an_agents_mail_to_another_turnstone_is_confirmed_once_and_the_confirmation_joins_its_ticket(database) {
        let (one, other) = two(database).await;
        let body = json!({ "queue": "Support", "title": "A question of ours", "channel": "mail",
            "customer": { "address": SUPPORT }, "body_text": "Do you have it?", "hold_seconds": 0 });
        let number = other.root.post("/api/v1/tickets", body).await.assert(201).json()["number"].clone();
        let mut bridge = Bridge::default();
        bridge.settle([&one, &other], honest).await;
        assert_eq!(bridge.carried, [1, 1]);
        assert_eq!(other.tickets().await.len(), 1);
        let ticket = other.ticket(number.as_str().unwrap()).await;
        assert_eq!(ticket["state"], "open", "a machine's answer moves nothing");
    }

    async fn a_rude_helpdesk_that_refers_to_nothing_gets_one_mail_and_opens_few_tickets(database) {
        let app = TestApp::start(database).await;
        app.deliver(&mail("desk@other.example").subject("A question")).await;
        let ours = app.relay.wait_for("desk@other.example", 1).await.remove(0).mail();
        for round in 0..100 {
            // Marks nothing, threads nothing, and quotes what it answers.
            let theirs = mail("desk@other.example")
                .subject(&format!("[Case {}] {}", 700 + round, ours.subject()))
                .text(&format!("We have opened a case ({round}).\n\n> {}", ours.text().replace('\n', "\n> ")));
            assert!(app.hand_over("desk@other.example", SUPPORT, &theirs.bytes()).await.is_ok());
        }
        quiet(&app).await;
        assert_eq!(app.relay.received_by("desk@other.example").len(), 1, "one mail out, ever");
        let tickets = app.tickets().await.len();
        assert!((2..=12).contains(&tickets), "{tickets} tickets");
    }

    async fn a_flood_of_reports_about_what_we_never_sent_opens_few_tickets(database) {
        let app = TestApp::start(database).await;
        for round in 0..150 {
            let report = format!(
                "From: MAILER-DAEMON@mx{round}.example\r\nTo: {SUPPORT}\r\nSubject: failure notice\r\n\
                 Message-ID: <b{round}@mx.example>\r\n\r\n<victim{round}@mx.example>:\r\n550 no such user\r\n"
            );
            assert!(app.hand_over("", SUPPORT, report.as_bytes()).await.is_ok());
        }
        quiet(&app).await;
        let tickets = app.tickets().await;
        assert_eq!(tickets.len(), 10, "the brake holds");
        let ignored = app.root.get("/api/v1/inbound?disposition=ignored&limit=200").await.items();
        assert_eq!(ignored.len(), 40, "after a hundred joined ones, the rest is only recorded");
        assert!(ignored[0]["steps"].to_string().contains("brake"), "{}", ignored[0]);
    }

    async fn a_monitors_alarms_join_one_ticket_and_another_alarm_opens_its_own(database) {
        let app = TestApp::start_at(database, "2026-11-09T09:00:00Z").await;
        let alarm = |subject: String| mail("nagios@monitor.example").subject(&subject).header("Auto-Submitted", "auto-generated");
        for round in 0..12 {
            app.deliver(&alarm(format!("PROBLEM {round}: printer is DOWN"))).await;
        }
        assert_eq!(app.tickets().await.len(), 10);
        let other = app.deliver(&alarm("PROBLEM 1: the cellar is wet".to_owned())).await;
        assert_eq!(other["disposition"], "new", "another shape");
        app.advance(jiff::SignedDuration::from_mins(61)).await;
        let later = app.deliver(&alarm("PROBLEM 13: printer is DOWN".to_owned())).await;
        assert_eq!(later["disposition"], "new", "an hour later it may speak again");
    }

    async fn a_person_may_write_as_often_as_he_likes(database) {
        let app = TestApp::start(database).await;
        for _ in 0..25 {
            assert_eq!(app.deliver(&mail("eager@customer.example")).await["disposition"], "new");
        }
    }

    async fn every_automatic_mail_has_the_null_sender_and_says_what_it_is(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        sql(&app, "UPDATE queues SET follow_up_policy = 'reject'").await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        app.root.set(&number, "state", "closed").await;
        app.clock.advance(jiff::SignedDuration::from_mins(11));
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        let other = app.ticket_from(&mail("bert@customer.example")).await;
        dana.reply(&other, "A person's words.").await;
        quiet(&app).await;
        let (mut automatic, mut personal) = (0, 0);
        for sent in app.relay.received() {
            let letter = sent.mail();
            if letter.text().contains("A person's words.") && sent.to == ["bert@customer.example"] {
                personal += 1;
                assert!(!sent.from.is_empty() && letter.header("Auto-Submitted").is_none());
                continue;
            }
            automatic += 1;
            assert_eq!(sent.from, "", "{}", letter.subject());
            let mark = letter.header("Auto-Submitted").unwrap_or_default();
            assert!(matches!(mark.as_str(), "auto-replied" | "auto-generated"), "{mark}: {}", letter.subject());
        }
        assert!(personal == 1 && automatic >= 5, "{personal} {automatic}");
        assert_eq!(answers(&app, "anna@customer.example"), 2, "received, rejected");
        assert!(app.relay.received_by("dana@helpdesk.example").iter().all(|sent| sent.from.is_empty()));
    }

    async fn an_automatic_answer_has_one_re_and_leaves_others_tags_alone(database) {
        let app = TestApp::start(database).await;
        app.deliver(&mail("anna@customer.example").subject("AW: Re: SV: Broken key [Case 77]")).await;
        let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0).mail();
        assert_eq!(sent.subject(), "Re: Broken key [Case 77]");
    }

    async fn the_recorder_says_why_there_was_no_answer(database) {
        let app = TestApp::start(database).await;
        let inbound = app.deliver(&mail("news@customer.example").header("Precedence", "bulk")).await;
        let record = app.root.get(&format!("/api/v1/inbound?message_id={}", encoded(inbound["message_id"].as_str().unwrap()))).await;
        assert!(record.items()[0]["auto_response"].as_str().unwrap().contains("Precedence: bulk"));
    }
}
