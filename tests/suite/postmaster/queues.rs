use tests::app::{SUPPORT, TestApp, text};
use tests::{both_databases, mail};

both_databases! {
    async fn the_envelope_decides_before_the_headers(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        // A blind copy: the header names Support, the envelope only Billing.
        let letter = mail("anna@customer.example").to(SUPPORT);
        let inbound = app.deliver_as("anna@customer.example", "Billing@Helpdesk.example", &letter).await;
        assert_eq!(app.ticket(&text(&inbound["ticket"])).await["queue"], "Billing");
    }

    async fn a_mail_of_deliver_finds_its_queue_by_its_headers(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let letter = mail("anna@customer.example").to("\"Accounts\" <BILLING@helpdesk.example>");
        let output = app.settings.run(&["deliver"], &letter.bytes());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let inbound = app.processed(&format!("message_id={}", tests::app::encoded(letter.id()))).await;
        assert_eq!(app.ticket(&text(&inbound["ticket"])).await["queue"], "Billing");
    }

    async fn deliver_obeys_the_queue_it_is_told(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let letter = mail("anna@customer.example").to(SUPPORT);
        let output = app.settings.run(&["deliver", "--queue", "Billing"], &letter.bytes());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let inbound = app.processed(&format!("message_id={}", tests::app::encoded(letter.id()))).await;
        assert_eq!(app.ticket(&text(&inbound["ticket"])).await["queue"], "Billing");
    }

    async fn mail_for_nobody_here_is_refused(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example");
        let reply = app.hand_over("anna@customer.example", "nobody@helpdesk.example", &letter.bytes()).await;
        assert_eq!(reply.code, 550, "{reply:?}");
        // The dialogue goes on: the next recipient is a real one.
        let mut dialogue = app.smtp().await;
        assert!(dialogue.say("MAIL FROM:<anna@customer.example>").await.is_ok());
        assert_eq!(dialogue.say("RCPT TO:<someone@elsewhere.example>").await.code, 550);
        assert!(dialogue.say(&format!("RCPT TO:<{SUPPORT}>")).await.is_ok());
    }
}
