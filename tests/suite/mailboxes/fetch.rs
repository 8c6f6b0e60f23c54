//! Fetching by IMAP and POP3 from a real Dovecot.

use std::time::Duration;

use serde_json::json;
use tests::app::{TestApp, text};
use tests::{Dovecot, both_databases, mail, wait_until};

use super::{add, inbound, status};

both_databases! {
    async fn a_mail_in_an_imap_mailbox_becomes_a_ticket(database) {
        let (app, dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        let letter = mail("anna@customer.example").subject("Waits there").header("Return-Path", "<anna@customer.example>");
        dovecot.drop_mail("support", "INBOX", &letter.bytes());
        let id = add(&app, dovecot.mailbox("Post", "imap", "tls"), json!({ "after": "delete" })).await;
        let first = inbound(&app, 1).await;
        assert_eq!(first[0]["disposition"], "new");
        assert_eq!(first[0]["source"], "mailbox Post");
        assert_eq!(first[0]["envelope_from"], "anna@customer.example");
        let ticket = app.ticket(&text(&first[0]["ticket"])).await;
        assert_eq!(ticket["title"], "Waits there");
        // The line stays open: what comes now is told of, not polled for.
        let came = std::time::Instant::now();
        dovecot.drop_mail("support", "INBOX", &mail("bert@customer.example").subject("Comes later").bytes());
        inbound(&app, 2).await;
        assert!(came.elapsed() < Duration::from_secs(20), "it took {:?}", came.elapsed());
        wait_until("an empty mailbox", Duration::from_secs(10), async || {
            (dovecot.count("support", "INBOX") == 0).then_some(())
        })
        .await;
        let status = status(&app, &id, "is well", |status| !status["last_mail"].is_null()).await;
        assert!(status["error"].is_null() && !status["last_success"].is_null(), "{status}");
    }

    async fn mail_that_stays_is_fetched_once_also_after_the_server_numbers_it_anew(database) {
        let (mut app, mut dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        for n in 0..6 {
            let letter = mail("anna@customer.example").subject(&format!("Mail {n}"));
            // Of two the postmaster has nothing to recognise them by: no id, and no date either.
            let letter = if n < 2 { letter.without("Message-ID") } else { letter };
            let bytes = String::from_utf8(letter.bytes()).unwrap().replace("Date: ", "X-Was-Date: ");
            dovecot.drop_mail("support", "INBOX", bytes.as_bytes());
        }
        let id = add(&app, dovecot.mailbox("Post", "imap", "starttls"), json!({ "after": "leave" })).await;
        inbound(&app, 6).await;
        dovecot.renumber("support").await;
        dovecot.drop_mail("support", "INBOX", &mail("anna@customer.example").subject("The seventh").bytes());
        inbound(&app, 7).await;
        app.restart().await;
        dovecot.drop_mail("support", "INBOX", &mail("anna@customer.example").subject("The eighth").bytes());
        let all = inbound(&app, 8).await;
        status(&app, &id, "is well", |status| status["error"].is_null()).await;
        assert_eq!(all.len(), 8, "each mail once: {all:?}");
        assert_eq!(dovecot.count("support", "INBOX"), 8, "and all of them are still there");
    }

    async fn mail_is_moved_from_each_folder_after_it_is_ours(database) {
        let (app, dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        dovecot.drop_mail("support", "INBOX", &mail("anna@customer.example").subject("In the inbox").bytes());
        dovecot.drop_mail("support", "&AMQ-rger", &mail("anna@customer.example").subject("In another folder").bytes());
        let change = json!({ "after": "move", "move_to": "Done", "folders": ["INBOX", "Ärger"] });
        add(&app, dovecot.mailbox("Post", "imap", "tls"), change).await;
        inbound(&app, 2).await;
        wait_until("two moved mails", Duration::from_secs(10), async || {
            (dovecot.count("support", "Done") == 2).then_some(())
        })
        .await;
        assert_eq!(dovecot.count("support", "INBOX") + dovecot.count("support", "&AMQ-rger"), 0);
    }

    async fn what_lay_there_before_can_be_left_alone(database) {
        let (app, mut dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        for n in 0..3 {
            dovecot.drop_mail("support", "INBOX", &mail("anna@customer.example").subject(&format!("Old {n}")).bytes());
        }
        let change = json!({ "existing": "skip", "after": "delete" });
        let id = add(&app, dovecot.mailbox("Post", "imap", "tls"), change).await;
        status(&app, &id, "was looked into", |status| !status["last_success"].is_null()).await;
        dovecot.renumber("support").await;
        dovecot.drop_mail("support", "INBOX", &mail("anna@customer.example").subject("New").bytes());
        let came = inbound(&app, 1).await;
        assert_eq!(came.len(), 1);
        assert_eq!(came[0]["subject"], "New");
        wait_until("the new mail is gone", Duration::from_secs(10), async || {
            (dovecot.count("support", "INBOX") == 3).then_some(())
        })
        .await;
    }

    async fn pop3_mailboxes_are_fetched_once_and_emptied_when_that_is_wanted(database) {
        let (mut app, mut dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        let dotted = mail("anna@customer.example").subject("Dots").text(".\n..\n.end\n");
        dovecot.drop_mail("support", "INBOX", &dotted.bytes());
        dovecot.drop_mail("support", "INBOX", &mail("anna@customer.example").text(&"x".repeat(300_000)).bytes());
        let id = add(&app, dovecot.mailbox("Post", "pop3", "tls"), json!({ "after": "leave" })).await;
        let came = inbound(&app, 2).await;
        let dots = came.iter().find(|mail| mail["subject"] == "Dots").expect("the dotted mail");
        let article = app.root.get(&format!("/api/v1/articles/{}", text(&dots["article"]))).await.json();
        assert!(article["body_text"].as_str().unwrap().starts_with(".\n..\n.end"), "{article}");
        // Dovecot's names of mails change with the numbering.
        dovecot.renumber("support").await;
        app.restart().await;
        dovecot.drop_mail("support", "INBOX", &mail("bert@customer.example").subject("Third").bytes());
        only_three_are_new(&app).await;
        app.root.patch(&format!("/api/v1/mailboxes/{id}"), json!({ "after": "delete" })).await.assert(200);
        wait_until("an empty mailbox", Duration::from_secs(20), async || {
            (dovecot.count("support", "INBOX") == 0).then_some(())
        })
        .await;
        only_three_are_new(&app).await;
    }

    async fn a_mail_that_is_too_large_becomes_a_ticket_that_says_so_once(database) {
        let (app, dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        let large = mail("anna@customer.example")
            .subject("Plans")
            .text("Please look at the plans.")
            .attach("plans.pdf", "application/pdf", &vec![7; 900_000]);
        dovecot.drop_mail("support", "INBOX", &large.bytes());
        for kind in ["imap", "pop3"] {
            let change = json!({ "name": kind, "max_bytes": 200_000, "after": "delete" });
            let id = add(&app, dovecot.mailbox("Post", kind, "tls"), change).await;
            status(&app, &id, "was looked into", |status| !status["last_success"].is_null()).await;
        }
        let came = inbound(&app, 2).await;
        assert_eq!(came.len(), 2, "once from each mailbox: {came:?}");
        assert!(came.iter().any(|mail| mail["disposition"] == "duplicate"), "the same mail, cut in the same way");
        let articles = app.articles(&text(&came[1]["ticket"])).await;
        let body = articles[0]["body_text"].as_str().unwrap();
        assert!(body.contains("1.1 MB") && body.contains("0.1 MB are allowed"), "{body}");
        assert!(body.contains("Please look at the plans."), "{body}");
        assert_eq!(articles[0]["attachments"], json!([]), "half a file is none");
        assert_eq!(dovecot.count("support", "INBOX"), 1, "the whole mail is still there");
    }

    async fn several_mailboxes_go_to_their_queues_and_keep_their_trust(database) {
        let (app, dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        app.queue("Billing", "billing@helpdesk.example").await;
        app.queue("Special", "special@helpdesk.example").await;
        let to_special = mail("anna@customer.example").to("special@helpdesk.example");
        dovecot.drop_mail("support", "INBOX", &to_special.clone().subject("By address").bytes());
        dovecot.drop_mail("billing", "INBOX", &mail("bert@customer.example").to("special@helpdesk.example").subject("Fixed").bytes());
        add(&app, dovecot.mailbox("One", "imap", "tls"), json!({})).await;
        add(&app, dovecot.mailbox("Two", "imap", "tls"), json!({ "login": "billing", "queue": "Billing", "trusted": true })).await;
        for mail in inbound(&app, 2).await {
            let ticket = app.ticket(&text(&mail["ticket"])).await;
            let (queue, trusted) = if mail["subject"] == "Fixed" { ("Billing", true) } else { ("Special", false) };
            assert_eq!(ticket["queue"], queue);
            assert_eq!(is_trusted(&app, &text(&mail["id"])).await, trusted);
        }
    }
}

async fn is_trusted(app: &TestApp, id: &str) -> bool {
    use diesel::prelude::*;
    use turnstone::db::{InboundId, schema::inbound_mails};
    let id = InboundId(id.parse().unwrap());
    let read = app.db().read(move |conn| {
        Ok(inbound_mails::table.find(id).select(inbound_mails::trusted).first::<bool>(conn)?)
    });
    read.await.expect("the mail")
}

/// New names make a mail come again, and its content tells that it is known: no second ticket.
async fn only_three_are_new(app: &TestApp) {
    let news = async || {
        let items = app.root.get("/api/v1/inbound").await.items();
        let done = items.iter().all(|mail| !mail["disposition"].is_null());
        (done && items.iter().filter(|mail| mail["disposition"] == "new").count() == 3).then_some(items)
    };
    let items = wait_until("three new mails", Duration::from_secs(20), news).await;
    for mail in items {
        assert!(["new", "duplicate"].contains(&mail["disposition"].as_str().unwrap()), "{mail}");
    }
}
