//! The listeners at the level of the dialogue: what an MTA relies on, and what a smuggler tries.

use std::time::Duration;

use serde_json::json;
use tests::app::{SUPPORT, TestApp, encoded, text};
use tests::{Dialogue, both_databases, mail};

both_databases! {
    async fn oversize_mail_is_refused_before_and_after_it_is_sent(database) {
        let app = TestApp::start(database).await;
        let mut dialogue = app.smtp().await;
        let reply = dialogue.say("MAIL FROM:<a@customer.example> SIZE=900000000").await;
        assert_eq!(reply.code, 552, "{reply:?}");
        let mut big = mail("a@customer.example").bytes();
        big.extend(b"a long line of rubbish that fills the disk\r\n".repeat(36 * 1024 * 1024 / 44));
        let reply = dialogue.deliver("a@customer.example", SUPPORT, &big).await;
        assert_eq!(reply.code, 552, "{reply:?}");
        assert!(app.root.get("/api/v1/inbound").await.items().is_empty());
    }
}

async fn announced(dialogue: &mut Dialogue, hello: &str) -> String {
    let reply = dialogue.say(hello).await;
    assert!(reply.is_ok(), "{reply:?}");
    reply.text
}

both_databases! {
    async fn the_listeners_announce_what_they_can(database) {
        let app = TestApp::start(database).await;
        for hello in ["EHLO mta.example", "LHLO mta.example"] {
            let mut dialogue = if hello.starts_with('E') { app.smtp().await } else { app.lmtp().await };
            let text = announced(&mut dialogue, hello).await;
            for word in ["SIZE", "8BITMIME", "PIPELINING", "SMTPUTF8", "STARTTLS"] {
                assert!(text.contains(word), "{hello}: no {word} in {text}");
            }
            assert!(dialogue.say("NOOP").await.is_ok());
            assert!(dialogue.say("RSET").await.is_ok());
            assert!(dialogue.say("WIBBLE").await.is_permanent());
            assert_eq!(dialogue.say("RCPT TO:<support@helpdesk.example>").await.code, 503, "no MAIL yet");
            assert_eq!(dialogue.say("QUIT").await.code, 221);
        }
    }

    async fn a_new_address_is_taken_at_once_and_one_that_is_gone_soon_is_not(database) {
        let app = TestApp::start(database).await;
        app.queue("Sales", "sales@helpdesk.example").await;
        let mut dialogue = app.lmtp().await;
        let mut asked = async |address: &str| {
            dialogue.say("RSET").await;
            dialogue.say("MAIL FROM:<anna@customer.example>").await;
            dialogue.say(&format!("RCPT TO:<{address}>")).await.code
        };
        assert_eq!(asked("sales@helpdesk.example").await, 250);
        assert_eq!(asked("offers@helpdesk.example").await, 550);
        assert_eq!(asked("sales@helpdesk.example").await, 250, "our addresses are in memory now");
        let moved = json!({ "addresses": ["offers@helpdesk.example"] });
        let queues = app.root.get("/api/v1/queues").await.items();
        let sales = queues.iter().find(|queue| queue["name"] == "Sales").expect("the queue");
        app.root.patch(&format!("/api/v1/queues/{}", text(&sales["id"])), moved).await.assert(200);
        assert_eq!(asked("offers@helpdesk.example").await, 250, "a new address counts at once");
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(asked("sales@helpdesk.example").await, 550);
    }

    async fn pipelined_commands_are_answered_in_order(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example");
        let mut dialogue = app.lmtp().await;
        let commands = format!(
            "MAIL FROM:<anna@customer.example> BODY=8BITMIME\r\nRCPT TO:<{SUPPORT}>\r\nRCPT TO:<no@helpdesk.example>\r\nDATA\r\n"
        );
        dialogue.send(commands.as_bytes()).await;
        let mut codes = Vec::new();
        for _ in 0..4 {
            codes.push(dialogue.read().await.code);
        }
        assert_eq!(codes, [250, 250, 550, 354]);
        dialogue.send(&tests::smtp::dot_stuffed(&letter.bytes())).await;
        assert!(dialogue.read().await.is_ok(), "one reply for the one accepted recipient");
        assert!(dialogue.say("NOOP").await.is_ok(), "and no second one");
        app.processed(&format!("message_id={}", encoded(letter.id()))).await;
    }

    async fn a_bare_line_feed_ends_no_mail(database) {
        let app = TestApp::start(database).await;
        // The smuggler's dot stands between line ends that a strict server does not take for a final dot.
        for ending in ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r"] {
            let mut dialogue = app.smtp().await;
            dialogue.say("MAIL FROM:<a@customer.example>").await;
            dialogue.say(&format!("RCPT TO:<{SUPPORT}>")).await;
            assert_eq!(dialogue.say("DATA").await.code, 354);
            let smuggled = format!(
                "Subject: outer\r\n\r\nbody{ending}MAIL FROM:<boss@helpdesk.example>\r\nRCPT TO:<{SUPPORT}>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n"
            );
            dialogue.send(smuggled.as_bytes()).await;
            let reply = dialogue.read().await;
            assert!(reply.is_permanent() || reply.is_ok() || reply.code == 0, "{reply:?}");
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        let records = app.root.get("/api/v1/inbound").await.items();
        assert!(records.iter().all(|record| record["envelope_from"] != "boss@helpdesk.example"), "{records:?}");
    }

    async fn a_connection_that_breaks_in_the_data_leaves_nothing(database) {
        let app = TestApp::start(database).await;
        let mut dialogue = app.lmtp().await;
        dialogue.say("MAIL FROM:<a@customer.example>").await;
        dialogue.say(&format!("RCPT TO:<{SUPPORT}>")).await;
        assert_eq!(dialogue.say("DATA").await.code, 354);
        dialogue.send(b"Subject: half\r\n\r\nhalf a ma").await;
        drop(dialogue);
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(app.root.get("/api/v1/inbound").await.items().is_empty());
    }
}
