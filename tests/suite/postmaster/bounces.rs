use serde_json::Value;
use tests::app::{SUPPORT, TestApp, text};
use tests::{both_databases, mail};

/// A delivery status notification as Postfix writes it, with the headers of what could not be delivered.
fn postfix_bounce(message_id: &str) -> Vec<u8> {
    format!(
        "From: MAILER-DAEMON@mx.customer.example (Mail Delivery System)\r\n\
         Subject: Undelivered Mail Returned to Sender\r\n\
         To: {SUPPORT}\r\n\
         Auto-Submitted: auto-replied\r\n\
         Message-ID: <bounce.{message_id}>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\
         \r\n\
         --b\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n\
         This is the mail system at host mx.customer.example.\r\n\r\n\
         <anna@customer.example>: host mx.customer.example said: 550 5.1.1 User unknown\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.customer.example\r\n\r\n\
         Final-Recipient: rfc822; anna@customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\
         \r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
         Message-ID: <{message_id}>\r\nSubject: Re: A question\r\nFrom: {SUPPORT}\r\nTo: anna@customer.example\r\n\
         \r\n--b--\r\n"
    )
    .into_bytes()
}

async fn replied(app: &TestApp) -> (String, Value) {
    let number = app.ticket_from(&mail("anna@customer.example")).await;
    let reply = app.root.reply(&number, "We look into it.").await;
    let reply = app.delivery(&reply, "sent").await;
    app.hush().await;
    (number, reply)
}

both_databases! {
    async fn a_bounce_marks_the_very_message_that_bounced(database) {
        let app = TestApp::start(database).await;
        let (number, reply) = replied(&app).await;
        let other = app.root.reply(&number, "One more thing.").await;
        app.delivery(&other, "sent").await;
        let bounce = postfix_bounce(reply["message_id"].as_str().unwrap());
        assert!(app.hand_over("", SUPPORT, &bounce).await.is_ok());
        let inbound = app.processed("envelope_from=").await;
        assert_eq!(inbound["bounce"], true, "{inbound}");
        assert_ne!(inbound["auto_response"], "sent");
        assert_eq!(text(&inbound["ticket"]), number, "{inbound}");
        let marked = app.delivery(&reply, "bounced").await;
        assert!(marked["delivery"]["error"].as_str().unwrap().contains("User unknown"), "{marked}");
        app.delivery(&other, "sent").await;
        assert!(app.relay.received_by("MAILER-DAEMON@mx.customer.example").is_empty());
    }

    async fn a_bounce_without_any_id_is_found_by_its_envelope(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        let reply = app.root.reply(&number, "We look into it.").await;
        let reply = app.delivery(&reply, "sent").await;
        let sender = app.relay.wait_for("anna@customer.example", 1).await[0].from.clone();
        assert!(!sender.is_empty(), "an agent's reply has a sender to bounce to");
        let bounce = b"From: postmaster@odd.example\r\nSubject: failure notice\r\n\r\nI couldn't deliver it.\r\n";
        let answer = app.hand_over("", &sender, bounce).await;
        assert!(answer.is_ok(), "our own envelope address {sender} is refused: {answer:?}");
        app.processed("envelope_from=").await;
        app.delivery(&reply, "bounced").await;
    }

    async fn a_bounce_of_something_we_never_sent_is_an_ordinary_ticket_without_an_answer(database) {
        let app = TestApp::start(database).await;
        let bounce = postfix_bounce("never-sent@elsewhere.example");
        assert!(app.hand_over("", SUPPORT, &bounce).await.is_ok());
        let inbound = app.processed("envelope_from=").await;
        assert_eq!(inbound["disposition"], "new");
        assert_ne!(inbound["auto_response"], "sent");
    }
}
