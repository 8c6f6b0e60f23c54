//! An agent's address in From makes nobody an agent.

use serde_json::json;
use tests::app::{SUPPORT, TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};
use turnstone::postmaster::{Accepted, accept};

both_databases! {
    async fn an_agents_address_in_from_counts_only_where_something_vouches_for_it(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let question = mail("anna@customer.example").subject("Broken key");
        let number = app.ticket_from(&question).await;
        let forged = mail("dana@helpdesk.example").answering([question.id()]).text("Send me the password.");
        let inbound = app.deliver(&forged).await;
        assert_eq!(text(&inbound["ticket"]), number);
        let article = app.root.get(&format!("/api/v1/articles/{}", text(&inbound["article"]))).await.json();
        assert_eq!((&article["sender_type"], &article["visible"]), (&json!("customer"), &json!(true)), "{article}");
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = visitor.get(&format!("/tickets/{number}")).await.text();
        assert!(page.contains("claims to be Dana Agent"), "{page}");
        assert!(page.contains("New in this conversation"));
        // Nor does the number let him in.
        let by_number = mail("dana@helpdesk.example").subject(&format!("[Ticket#{number}]"));
        assert_eq!(app.deliver(&by_number).await["disposition"], "new");

        // The same mail from a source whose word counts is hers, and internal.
        let real = mail("dana@helpdesk.example").subject(&format!("[Ticket#{number}]")).text("By my own hand.");
        let mail = Accepted {
            raw: real.bytes(),
            envelope_from: real.sender().to_owned(),
            envelope_to: vec![SUPPORT.to_owned()],
            source: "test".to_owned(),
            peer: String::new(),
            helo: String::new(),
            trusted: true,
            ..Accepted::default()
        };
        accept(app.desk(), mail).await.unwrap();
        let inbound = app.processed(&format!("message_id={}", tests::app::encoded(real.id()))).await;
        let article = app.root.get(&format!("/api/v1/articles/{}", text(&inbound["article"]))).await.json();
        assert_eq!((&article["sender_type"], &article["visible"]), (&json!("agent"), &json!(false)), "{article}");
    }

    async fn who_forges_the_owners_address_does_not_keep_the_news_from_him(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        dana.lock(&number).await;
        app.hush().await;
        app.deliver(&mail("dana@helpdesk.example").answering([question.id()])).await;
        app.relay.wait_for("dana@helpdesk.example", 1).await;
    }

    async fn what_is_said_of_from_vouches_for_nobody_else(database) {
        let app = TestApp::start_with(database, |config| config.authserv_id = vec!["mx.ours.example".to_owned()]).await;
        app.agent("dana", &["Agent"]).await;
        let question = mail("anna@customer.example").subject("Broken key");
        let number = app.ticket_from(&question).await;
        let subject = format!("Re: [Ticket#{number}]");
        let passes = |letter: tests::Mail| letter.header("Authentication-Results", "mx.ours.example; dmarc=pass header.from=evil.example");
        // A form's address, whose owner is proven; who stands in Reply-To is not.
        for address in ["dana@helpdesk.example", "anna@customer.example"] {
            let form = passes(mail("contact@evil.example").subject(&subject).header("Reply-To", address));
            assert_eq!(app.deliver(&form).await["disposition"], "new", "{address}: a number lets nobody in");
            let form = passes(mail("contact@evil.example").header("Reply-To", address).answering([question.id()]));
            let inbound = app.deliver(&form).await;
            let article = app.root.get(&format!("/api/v1/articles/{}", text(&inbound["article"]))).await.json();
            assert_eq!(article["sender_type"], "customer", "{address}: {article}");
        }
        // Two that read a From differently: the server in front saw Mallory, we see Dana.
        let twisted = passes(mail("mallory@evil.example").answering([question.id()]))
            .from_header("\"dana@helpdesk.example\", <mallory@evil.example>");
        let inbound = app.deliver(&twisted).await;
        let article = app.root.get(&format!("/api/v1/articles/{}", text(&inbound["article"]))).await.json();
        assert_eq!(article["sender_type"], "customer", "{article}");
        // Nor does a number let in whom her own domain could not disown so.
        let twisted = passes(mail("mallory@evil.example").subject(&subject))
            .from_header("\"anna@customer.example\", <mallory@evil.example>");
        assert_eq!(app.deliver(&twisted).await["disposition"], "new");
    }

    async fn the_word_of_the_server_in_front_proves_or_disowns_a_sender(database) {
        let app = TestApp::start_with(database, |config| config.authserv_id = vec!["mx.ours.example".to_owned()]).await;
        app.agent("dana", &["Agent"]).await;
        let question = mail("anna@customer.example").subject("Broken key");
        let number = app.ticket_from(&question).await;
        let says = |letter: tests::Mail, dmarc: &str| letter.header("Authentication-Results", &format!("mx.ours.example; dmarc={dmarc}"));
        let hers = says(mail("dana@helpdesk.example").answering([question.id()]), "pass");
        let inbound = app.deliver(&hers).await;
        let article = app.root.get(&format!("/api/v1/articles/{}", text(&inbound["article"]))).await.json();
        assert_eq!((&article["sender_type"], &article["visible"]), (&json!("agent"), &json!(false)), "{article}");
        // The customer's address and a number that everybody can guess, but her own domain says that it is not her.
        let subject = format!("Re: [Ticket#{number}]");
        let forged = says(mail("anna@customer.example").subject(&subject), "fail");
        assert_eq!(app.deliver(&forged).await["disposition"], "new");
        let unknown = says(mail("anna@customer.example").subject(&subject), "none");
        assert_eq!(text(&app.deliver(&unknown).await["ticket"]), number);
        // The word of anybody else is none.
        let lied = mail("dana@helpdesk.example").answering([question.id()])
            .header("Authentication-Results", "mx.evil.example; dmarc=pass");
        let inbound = app.deliver(&lied).await;
        let article = app.root.get(&format!("/api/v1/articles/{}", text(&inbound["article"]))).await.json();
        assert_eq!(article["sender_type"], "customer");
    }
}
