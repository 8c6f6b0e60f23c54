//! Subjects, ids and indexes by which other mail programs put our answers where they belong.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tests::app::{TestApp, text};
use tests::{both_databases, mail};

/// The decoded Thread-Index of a mail.
fn index(letter: &tests::mail::Parsed) -> Vec<u8> {
    STANDARD.decode(letter.header("Thread-Index").expect("an index")).unwrap()
}

both_databases! {
    // BEHAVIOURS.md, 35.
    async fn automatic_mail_has_the_null_sender_and_says_what_it_is_and_a_reply_does_not(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let auto = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
        assert_eq!(auto.from, "");
        assert_eq!(auto.mail().header("Auto-Submitted").as_deref(), Some("auto-replied"));
        app.root.reply(&number, "A person.").await;
        let reply = app.relay.wait_for("anna@customer.example", 2).await.remove(1);
        assert!(!reply.from.is_empty() && reply.mail().header("Auto-Submitted").is_none());
    }

    // BEHAVIOURS.md, 36.
    async fn one_re_whatever_came_in_and_other_systems_tags_stay(database) {
        let app = TestApp::start(database).await;
        for (at, (came, leaves)) in [
            ("AW: Re: SV: Broken key", "Re: Broken key"),
            ("RE[2]: Re(3): Broken key", "Re: Broken key"),
            ("Antw: [Case 77] Broken key", "Re: [Case 77] Broken key"),
            ("Fwd: Broken key", "Re: Fwd: Broken key"),
            ("回复：Broken key", "Re: Broken key"),
            ("Re:", "Re: "),
        ]
        .into_iter()
        .enumerate()
        {
            let address = format!("p{at}@customer.example");
            let number = app.ticket_from(&mail(&address).subject(came)).await;
            app.root.reply(&number, "Yes.").await;
            let sent = app.relay.wait_for(&address, 2).await.remove(1).mail();
            assert_eq!(sent.subject().trim(), leaves.trim(), "{came}");
            assert!(!sent.subject().contains(&number), "no tag of ours");
        }
    }

    // BEHAVIOURS.md, 37: Outlook.
    async fn thread_index_goes_on_where_the_customers_left_off(database) {
        let app = TestApp::start(database).await;
        let theirs: Vec<u8> = (1..=27).collect();
        let question = mail("anna@customer.example").header("Thread-Index", &STANDARD.encode(&theirs)).header("Thread-Topic", "A topic");
        let number = app.ticket_from(&question).await;
        app.hush().await;
        app.root.reply(&number, "One.").await;
        let first = index(&app.relay.wait_for("anna@customer.example", 1).await.remove(0).mail());
        assert_eq!((&first[..27], first.len()), (theirs.as_slice(), 32), "theirs and one answer more");
        // A program that knows no index: the ticket has one of its own, the same each time.
        let number = app.ticket_from(&mail("bert@customer.example")).await;
        app.hush().await;
        app.root.reply(&number, "One.").await;
        app.root.reply(&number, "Two.").await;
        let sent = app.relay.wait_for("bert@customer.example", 2).await;
        let (one, two) = (index(&sent[0].mail()), index(&sent[1].mail()));
        assert_eq!(one[..22], two[..22]);
        assert_eq!(sent[0].mail().header("Thread-Topic"), sent[1].mail().header("Thread-Topic"));
    }

    // BEHAVIOURS.md, 37: Gmail, and relays that rewrite Message-IDs.
    async fn the_constant_root_id_leads_an_answer_back_when_the_relay_rewrote_ours(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        app.hush().await;
        app.root.reply(&number, "One.").await;
        app.root.reply(&number, "Two.").await;
        let sent = app.relay.wait_for("anna@customer.example", 2).await;
        let root = sent[0].mail().references().remove(0);
        assert_ne!(root, question.id(), "an id of the ticket's own");
        for letter in &sent {
            let references = letter.mail().references();
            assert_eq!(references[0], root, "the same first id in each");
            assert!(references.contains(&question.id().to_owned()), "and what is answered");
        }
        assert!(!sent.iter().any(|letter| letter.mail().message_id() == root), "it is nobody's Message-ID");
        let answer = mail("anna@customer.example").subject("Something else").answering(["rewritten@relay.example", root.as_str()]);
        assert_eq!(text(&app.deliver(&answer).await["ticket"]), number);
    }

    // BEHAVIOURS.md, 41.
    async fn no_name_subject_or_address_begins_a_header_of_its_own(database) {
        let app = TestApp::start(database).await;
        let evil = "Hello\r\nBcc: victim@elsewhere.example\0\n\r\n\r\nbody";
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        let people = json!([{ "name": evil, "address": "anna@customer.example" }]);
        let body = json!({ "body_text": "x", "hold_seconds": 0, "to": people, "bcc": people, "cc": people });
        let answer = app.root.post(&format!("/api/v1/tickets/{number}/replies"), body).await;
        if answer.status == 201 {
            let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
            assert_eq!(sent.to, ["anna@customer.example"], "each address once");
            assert!(sent.mail().header("Bcc").is_none());
        }
        for address in ["a@b.example\r\nBcc: v@e.example", &format!("{}@b.example", "x".repeat(10_000))] {
            for field in ["to", "cc", "bcc"] {
                let mut body = json!({ "body_text": "x", "hold_seconds": 0, "to": ["anna@customer.example"] });
                body[field] = json!([address]);
                app.root.post(&format!("/api/v1/tickets/{number}/replies"), body).await.assert(422);
            }
            let article = app.articles(&number).await.remove(0);
            let body = json!({ "article": article["id"], "to": [address] });
            app.root.post(&format!("/api/v1/tickets/{number}/forwards"), body).await.assert(422);
            let path = format!("/api/v1/articles/{}/redirects", text(&article["id"]));
            app.root.post(&path, json!({ "to": address })).await.assert(422);
        }
        let number = app.ticket_from(&mail("bert@customer.example").subject(&"y".repeat(10_000))).await;
        app.hush().await;
        app.root.reply(&number, "z").await;
        let sent = app.relay.wait_for("bert@customer.example", 1).await.remove(0);
        let head = String::from_utf8_lossy(&sent.data).split("\r\n\r\n").next().unwrap().to_owned();
        assert!(head.lines().all(|line| line.len() <= 998));
    }
}
