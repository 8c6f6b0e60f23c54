use serde_json::json;
use tests::app::{SUPPORT, TestApp, encoded};
use tests::{both_databases, mail};

both_databases! {
    async fn one_mail_to_two_of_our_addresses_is_one_ticket(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let letter = mail("anna@customer.example").to(SUPPORT).to("billing@helpdesk.example");
        let first = app.deliver_as("anna@customer.example", SUPPORT, &letter).await;
        assert_eq!(first["disposition"], "new");

        // The second copy comes by another path and with other trace headers.
        let mut second = b"Received: from elsewhere.example by mta.example; Mon, 9 Nov 2026 10:00:03 +0000\r\n".to_vec();
        second.extend(letter.bytes());
        let mut dialogue = app.smtp().await;
        assert!(dialogue.deliver("anna@customer.example", "billing@helpdesk.example", &second).await.is_ok());
        let both = app.all_processed(&format!("message_id={}", encoded(letter.id())), 2).await;
        assert_eq!(both.len(), 2, "both paths are noted");
        let second = &both[0];
        assert_eq!(second["disposition"], "duplicate", "{second}");
        assert_eq!((&second["ticket"], &second["article"]), (&first["ticket"], &first["article"]));
        assert_eq!(app.tickets().await.len(), 1);
    }

    async fn two_recipients_of_one_dialogue_are_one_ticket(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let letter = mail("anna@customer.example");
        let mut dialogue = app.lmtp().await;
        let to = [SUPPORT, "billing@helpdesk.example"];
        let replies = dialogue.deliver_each("anna@customer.example", &to, &letter.bytes()).await;
        assert_eq!(replies.len(), 2);
        assert!(replies.iter().all(|reply| reply.is_ok()), "{replies:?}");
        app.processed(&format!("message_id={}", encoded(letter.id()))).await;
        assert_eq!(app.tickets().await.len(), 1);
    }

    async fn the_same_message_id_with_other_content_is_a_mail_of_its_own(database) {
        let app = TestApp::start(database).await;
        let first = mail("anna@customer.example").message_id("twice@customer.example").text("one");
        let second = mail("anna@customer.example").message_id("twice@customer.example").text("two");
        app.deliver(&first).await;
        let reply = app.hand_over("anna@customer.example", SUPPORT, &second.bytes()).await;
        assert!(reply.is_ok());
        let record = app.all_processed("message_id=twice%40customer.example", 2).await.remove(0);
        assert_ne!(record["disposition"], "duplicate", "{record}");
        let bodies: Vec<_> = app.root.get("/api/v1/articles?message_id=twice%40customer.example").await.items();
        let mut bodies: Vec<_> = bodies.iter().map(|article| article["body_text"].as_str().unwrap().trim().to_owned()).collect();
        bodies.sort();
        assert_eq!(bodies, ["one", "two"]);
    }

    async fn two_senders_of_one_message_id_at_once_make_one_ticket(database) {
        let app = TestApp::start(database).await;
        for round in 0..10 {
            let letter = mail("anna@customer.example").subject(&format!("Round {round}"));
            let bytes = letter.bytes();
            let (mut left, mut right) = (app.lmtp().await, app.lmtp().await);
            let (one, two) = tokio::join!(
                left.deliver("anna@customer.example", SUPPORT, &bytes),
                right.deliver("anna@customer.example", SUPPORT, &bytes),
            );
            assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
            app.processed(&format!("message_id={}", encoded(letter.id()))).await;
            let articles = app.root.get(&format!("/api/v1/articles?message_id={}", encoded(letter.id()))).await.items();
            assert_eq!(articles.len(), 1, "{}", json!(articles));
        }
        let records = app.root.get("/api/v1/inbound?limit=100").await.items();
        assert_eq!(records.len(), 20);
        tests::wait_until("all to be processed", std::time::Duration::from_secs(10), async || {
            let records = app.root.get("/api/v1/inbound?limit=100").await.items();
            records.iter().all(|record| !record["disposition"].is_null()).then_some(())
        })
        .await;
        assert_eq!(app.tickets().await.len(), 10);
    }
}
