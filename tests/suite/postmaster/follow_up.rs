use serde_json::json;
use tests::app::{TestApp, text};
use tests::{both_databases, mail};

both_databases! {
    async fn an_answer_to_any_message_we_received_belongs_to_its_ticket(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example").cc("bert@customer.example").subject("Broken key");
        let number = app.ticket_from(&question).await;
        // Bert was in Cc and answers before we did: the only id he knows is the customer's.
        let answer = mail("bert@customer.example").subject("Re: Broken key").answering([question.id()]);
        let inbound = app.deliver(&answer).await;
        assert_eq!((inbound["disposition"].clone(), text(&inbound["ticket"])), (json!("follow_up"), number.clone()));
        let articles = app.articles(&number).await;
        let his = articles.iter().find(|article| article["message_id"] == answer.id()).expect("Bert's article");
        assert_eq!(his["from"]["address"], "bert@customer.example");
        assert_eq!(his["sender_type"], "customer");
    }

    async fn an_answer_to_a_message_we_sent_belongs_to_its_ticket(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let sent = app.root.reply(&number, "We look into it.").await;
        let answer = mail("anna@customer.example").answering([sent["message_id"].as_str().unwrap()]);
        assert_eq!(text(&app.deliver(&answer).await["ticket"]), number);
    }

    async fn references_alone_are_enough(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        let references = format!("<unknown@elsewhere.example>\r\n <{}>", question.id());
        let answer = mail("anna@customer.example").header("References", &references);
        assert_eq!(text(&app.deliver(&answer).await["ticket"]), number);
    }

    async fn a_ticket_number_alone_lets_nobody_in(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Broken key")).await;
        for subject in [format!("Re: [Ticket#{number}] Broken key"), format!("About #{number}")] {
            let stranger = mail("mallory@elsewhere.example").subject(&subject);
            let inbound = app.deliver(&stranger).await;
            assert_eq!(inbound["disposition"], "new", "{inbound}");
            let linked = app.root.get(&format!("/api/v1/tickets/{}/links", text(&inbound["ticket"]))).await;
            let linked = linked.assert(200).text();
            assert!(linked.contains(&number) && linked.contains("possibly"), "{linked}");
        }
        assert_eq!(app.articles(&number).await.iter().filter(|article| article["sender_type"] == "customer").count(), 1);
    }

    async fn a_ticket_number_of_a_participant_finds_the_ticket(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Broken key")).await;
        let again = mail("Anna@Customer.example").subject(&format!("Broken key [Ticket#{number}]"));
        let inbound = app.deliver(&again).await;
        assert_eq!((inbound["disposition"].clone(), text(&inbound["ticket"])), (json!("follow_up"), number));
    }

    async fn a_ticket_number_is_known_in_many_spellings(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Broken key")).await;
        for before in ["[Ticket#", "#", "Ticket ", "ticket no. ", "Ticket-ID: ", "["] {
            let after = if before.starts_with('[') { "]" } else { "" };
            let again = mail("anna@customer.example").subject(&format!("Re: {before}{number}{after} Broken key"));
            assert_eq!(text(&app.deliver(&again).await["ticket"]), number, "{before}");
        }
        let bill = mail("anna@customer.example").subject(&format!("Invoice {number}"));
        assert_eq!(app.deliver(&bill).await["disposition"], "new", "a number alone is no ticket's");
    }

    async fn outlooks_thread_index_is_enough(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example").header("Thread-Index", "AdcABCDEFGHIJKLMNOPQRSTUVWXYZw==");
        let number = app.ticket_from(&question).await;
        let answer = mail("anna@customer.example").header("Thread-Index", "AdcABCDEFGHIJKLMNOPQRSTUVWXYZwAAAAAB");
        assert_eq!(text(&app.deliver(&answer).await["ticket"]), number);
    }

    async fn a_stranger_with_a_known_id_is_in_no_reply_by_default(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        app.hush().await;
        let stranger = mail("mallory@elsewhere.example").answering([question.id()]);
        let inbound = app.deliver(&stranger).await;
        assert_eq!(text(&inbound["ticket"]), number);
        assert_ne!(inbound["auto_response"], "sent");
        app.root.reply(&number, "Here is the answer.").await;
        let sent = app.relay.wait_for("anna@customer.example", 1).await;
        assert_eq!(sent[0].to, ["anna@customer.example"]);
        assert!(app.relay.received_by("mallory@elsewhere.example").is_empty());
    }

    async fn new_stays_new_and_pending_and_closed_become_open(database) {
        let app = TestApp::start(database).await;
        for (state, after) in [("new", "new"), ("open", "open"), ("pending reminder", "open"), ("closed", "open")] {
            let question = mail("anna@customer.example").subject(state);
            let number = app.ticket_from(&question).await;
            match state {
                "new" => {}
                "pending reminder" => {
                    let path = format!("/api/v1/tickets/{number}/state");
                    let until = json!({ "value": state, "until": "2031-01-01T09:00:00Z" });
                    app.root.put(&path, until).await.assert(200);
                }
                _ => {
                    app.root.set(&number, "state", state).await;
                }
            }
            app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
            let ticket = app.ticket(&number).await;
            assert_eq!(ticket["state"], after, "after {state}");
        }
    }

    async fn a_present_owner_keeps_the_lock_over_a_follow_up(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        let dana = app.agent("dana", &["Agent"]).await;
        dana.lock(&number).await;
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["owner"], &ticket["lock"]["locked"]), (&json!("dana"), &json!(true)), "{ticket}");
    }

    async fn a_follow_up_unlocks_the_ticket_of_an_agent_who_is_gone(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        let dana = app.agent("dana", &["Agent"]).await;
        dana.lock(&number).await;
        app.settings.must(&["agent", "disable", "--login", "dana"], "");
        dana.get(&format!("/api/v1/tickets/{number}")).await.assert(401);
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        assert_eq!(app.ticket(&number).await["lock"]["locked"], false);
    }
}
