use tests::app::{SUPPORT, TestApp, encoded};
use tests::{both_databases, mail};

both_databases! {
    async fn machine_mail_draws_no_answer_and_a_person_gets_one(database) {
        let app = TestApp::start(database).await;
        let machines = [
            ("Auto-Submitted", "auto-generated"),
            ("Auto-Submitted", "auto-replied; owner-email=\"x@y.example\""),
            ("Precedence", "bulk"),
            ("Precedence", "junk"),
            ("Precedence", "list"),
            ("List-Id", "News <news.lists.example>"),
            ("X-Auto-Response-Suppress", "All"),
        ];
        for (index, (name, value)) in machines.into_iter().enumerate() {
            let sender = format!("machine{index}@customer.example");
            let inbound = app.deliver(&mail(&sender).header(name, value)).await;
            assert_eq!(inbound["disposition"], "new", "{name}: {value} is a ticket all the same");
            assert_ne!(inbound["auto_response"], "sent", "{name}: {value}");
            assert!(!inbound["auto_response"].as_str().unwrap_or_default().is_empty(), "a reason: {inbound}");
        }
        for sender in ["noreply@shop.example", "no-reply@shop.example", "MAILER-DAEMON@mx.example", "donotreply@shop.example"] {
            assert_ne!(app.deliver(&mail(sender)).await["auto_response"], "sent", "{sender}");
        }
        assert_ne!(app.deliver(&mail(SUPPORT)).await["auto_response"], "sent", "our own address");
        let null = mail("anna@customer.example");
        assert_ne!(app.deliver_as("", SUPPORT, &null).await["auto_response"], "sent", "the null sender");

        for (sender, value) in [("one@customer.example", None), ("two@customer.example", Some("no"))] {
            let letter = mail(sender);
            let letter = match value {
                Some(value) => letter.header("Auto-Submitted", value),
                None => letter,
            };
            assert_eq!(app.deliver(&letter).await["auto_response"], "sent", "{value:?}");
            let answer = app.relay.wait_for(sender, 1).await.remove(0);
            assert_eq!(answer.from, "", "an automatic mail has the null sender");
            assert_eq!(answer.mail().header("Auto-Submitted").as_deref(), Some("auto-replied"));
            assert!(answer.mail().references().contains(&letter.id().to_owned()));
        }
        let answered: Vec<_> = app.relay.received().into_iter().flat_map(|mail| mail.to).collect();
        assert!(answered.iter().all(|to| ["one@customer.example", "two@customer.example", "root@helpdesk.example"].contains(&to.as_str())), "{answered:?}");
    }

    async fn two_helpdesks_that_answer_each_other_stop(database) {
        let app = TestApp::start(database).await;
        app.deliver(&mail("desk@other.example")).await;
        let ours = app.relay.wait_for("desk@other.example", 1).await.remove(0).mail();
        for round in 0..100 {
            // The other helpdesk is a rude one: it marks nothing and answers everything.
            let theirs = mail("desk@other.example")
                .subject(&format!("[Case 77] {} ({round})", ours.subject()))
                .text("Thank you for your mail. We have opened a case.")
                .answering([ours.message_id().as_str()]);
            let reply = app.hand_over("desk@other.example", SUPPORT, &theirs.bytes()).await;
            assert!(reply.is_ok());
            if round % 25 == 24 {
                app.processed(&format!("message_id={}", encoded(theirs.id()))).await;
            }
        }
        assert_eq!(app.relay.received_by("desk@other.example").len(), 1, "one mail out, ever");
        assert_eq!(app.tickets().await.len(), 1, "no flood of tickets");
    }

    async fn one_address_gets_at_most_five_automatic_answers_a_day(database) {
        let app = TestApp::start(database).await;
        let mut sent = 0;
        for _ in 0..8 {
            let inbound = app.deliver(&mail("eager@customer.example")).await;
            sent += usize::from(inbound["auto_response"] == "sent");
        }
        assert_eq!(sent, 5);
        app.advance(jiff::SignedDuration::from_hours(25)).await;
        assert_eq!(app.deliver(&mail("eager@customer.example")).await["auto_response"], "sent");
    }

    async fn an_automatic_follow_up_attaches_and_changes_nothing(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        app.root.set(&number, "state", "closed").await;
        let vacation = mail("anna@customer.example")
            .subject("Out of office")
            .header("Auto-Submitted", "auto-replied")
            .answering([question.id()]);
        let inbound = app.deliver(&vacation).await;
        assert_eq!(inbound["disposition"], "follow_up");
        assert_eq!(inbound["automatic"], true);
        assert_eq!(app.ticket(&number).await["state"], "closed");
    }
}
