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
        let people = app.root.get(&format!("/api/v1/tickets/{number}/participants")).await.items();
        let mut addresses: Vec<String> = people.iter().map(|one| tests::app::text(&one["address"])).collect();
        addresses.sort();
        assert_eq!(addresses, ["bert@customer.example", "carl@partner.example"], "none of ours");
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

both_databases! {
    async fn people_are_taken_into_a_conversation_and_out_of_it(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example").cc("bert@customer.example").subject("Broken key");
        let number = app.ticket_from(&question).await;
        let people = format!("/api/v1/tickets/{number}/participants");
        app.deliver(&mail("mona@elsewhere.example").answering([question.id()])).await;
        let listed = app.root.get(&people).await.items();
        assert_eq!(listed, [
            json!({ "address": "bert@customer.example", "name": "", "accepted": true }),
            json!({ "address": "mona@elsewhere.example", "name": "", "accepted": false }),
        ]);
        app.root.post(&people, json!({ "address": "mona@elsewhere.example" })).await.assert(201);
        app.root.post(&people, json!({ "address": "Carl@partner.example", "name": "Carl" })).await.assert(201);
        app.root.delete(&format!("{people}/bert%40customer.example")).await.assert(204);
        app.root.delete(&format!("{people}/bert%40customer.example")).await.assert(404);
        for wrong in ["anna@customer.example", SUPPORT, "nobody"] {
            app.root.post(&people, json!({ "address": wrong })).await.assert(422);
        }
        app.hush().await;
        app.root.reply(&number, "To those who take part.").await;
        let mut to = app.relay.wait_for("anna@customer.example", 1).await.remove(0).to;
        to.sort();
        assert_eq!(to, ["anna@customer.example", "carl@partner.example", "mona@elsewhere.example"]);
        // Whoever was taken out is new in the conversation when he writes again.
        let again = app.deliver(&mail("bert@customer.example").answering([question.id()])).await;
        assert_eq!(again["ticket"], json!(number));
        let listed = app.root.get(&people).await.items();
        assert!(listed.contains(&json!({ "address": "bert@customer.example", "name": "", "accepted": false })), "{listed:?}");
    }

    async fn people_in_a_conversation_are_managed_on_the_tickets_page(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").cc("bert@customer.example")).await;
        let visitor = app.visitor();
        visitor.sign_in("root", tests::binary::PASSWORD).await;
        let form = format!("/tickets/{number}/participants");
        visitor.get(&format!("/tickets/{number}")).await.assert(200);
        visitor.submit(&form, &[("address", "Carl Cole <carl@partner.example>")]).await.assert(303);
        visitor.submit(&format!("{form}/end"), &[("address", "bert@customer.example")]).await.assert(303);
        let page = visitor.get(&format!("/tickets/{number}")).await.text();
        assert!(page.contains("Carl Cole") && page.contains("You took bert@customer.example out"), "{page}");
        visitor.submit(&form, &[("address", "not an address")]).await.assert(422);
    }
}
