use serde_json::json;
use tests::app::{SUPPORT, TestApp};
use tests::{both_databases, mail};

both_databases! {
    async fn the_reply_to_of_a_contact_form_is_the_customer(database) {
        let app = TestApp::start(database).await;
        let form = mail("www@helpdesk-site.example").header("Reply-To", "Anna Bell <anna@customer.example>");
        let number = app.ticket_from(&form).await;
        let ticket = app.ticket(&number).await;
        assert_eq!(ticket["customer"], json!({ "name": "Anna Bell", "address": "anna@customer.example" }));
        app.hush().await;
        app.root.reply(&number, "Here you are.").await;
        assert_eq!(app.relay.wait_for("anna@customer.example", 1).await[0].to, ["anna@customer.example"]);
    }

    async fn people_in_cc_stay_in_cc_and_our_own_addresses_never_do(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let letter = mail("anna@customer.example")
            .to(SUPPORT)
            .to("carl@partner.example")
            .cc("Bert <bert@customer.example>")
            .cc("billing@helpdesk.example");
        let number = app.ticket_from(&letter).await;
        app.hush().await;
        app.root.reply(&number, "To all of you.").await;
        let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
        let mut to = sent.to.clone();
        to.sort();
        assert_eq!(to, ["anna@customer.example", "bert@customer.example", "carl@partner.example"]);
        let letter = sent.mail();
        assert_eq!(app.relay.received().len(), 1, "one mail with real To and Cc");
        assert!(letter.header("To").unwrap().contains("anna@customer.example"));
        let cc = letter.header("Cc").unwrap();
        assert!(cc.contains("bert@customer.example") && !cc.contains("helpdesk.example"), "{cc}");
    }

    async fn names_and_addresses_are_read_as_people_write_them(database) {
        let app = TestApp::start(database).await;
        for (header, name) in [
            ("=?iso-8859-1?Q?J=FCrgen_M=FCller?= <j@customer.example>", "Jürgen Müller"),
            ("\"Bell, Anna\" <j@customer.example>", "Bell, Anna"),
            ("j@customer.example (Anna Bell)", "Anna Bell"),
        ] {
            let letter = mail("j@customer.example").from_header(header);
            let number = app.ticket_from(&letter).await;
            assert_eq!(app.articles(&number).await[0]["from"], json!({ "name": name, "address": "j@customer.example" }));
        }
    }

    async fn a_mail_without_what_everybody_expects_is_a_ticket_all_the_same(database) {
        let app = TestApp::start(database).await;
        let bare = b"Received: from nowhere.example\r\n\r\nhello?\r\n";
        assert!(app.hand_over("odd@customer.example", SUPPORT, bare).await.is_ok());
        let inbound = app.processed("envelope_from=odd%40customer.example").await;
        assert_eq!(inbound["disposition"], "new", "{inbound}");
        assert!(app.hand_over("empty@customer.example", SUPPORT, b"").await.is_ok());
        let inbound = app.processed("envelope_from=EMPTY%40customer.example").await;
        assert!(["new", "quarantined"].contains(&inbound["disposition"].as_str().unwrap()), "{inbound}");
    }
}
