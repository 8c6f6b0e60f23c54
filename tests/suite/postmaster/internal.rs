//! The answer to an internal forward stays internal.

use diesel::RunQueryDsl;
use serde_json::json;
use tests::app::{TestApp, text};
use tests::{both_databases, mail};

const FORWARD: &str = "forward-1@helpdesk.example";

/// What the verb forward leaves behind when an agent asks a supplier without the customer.
async fn forward_internally(app: &TestApp, number: &str) {
    let recipients = json!({ "to": [{ "name": "Supplier", "address": "parts@supplier.example" }], "cc": [], "reply_to": [] });
    let article = format!(
        "INSERT INTO articles (ticket_id, sender, channel, visible, from_name, from_address, recipients, subject,
            message_id, body_text, created_at)
         SELECT id, 'agent', 'mail', false, 'Dana', 'support@helpdesk.example', '{recipients}', 'Fw: Broken key',
            '{FORWARD}', 'Do you have one?', created_at FROM tickets WHERE number = '{number}'"
    );
    let id = format!(
        "INSERT INTO message_ids (message_id, ticket_id, article_id, created_at)
         SELECT message_id, ticket_id, id, created_at FROM articles WHERE message_id = '{FORWARD}'"
    );
    let count = format!("UPDATE tickets SET article_count = article_count + 1 WHERE number = '{number}'");
    app.db()
        .write(move |tx| {
            for sql in [&article, &id, &count] {
                diesel::sql_query(sql.as_str()).execute(&mut **tx)?;
            }
            Ok(())
        })
        .await
        .unwrap();
}

both_databases! {
    async fn the_answer_to_an_internal_forward_stays_internal(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Broken key")).await;
        forward_internally(&app, &number).await;
        app.root.set(&number, "state", "closed").await;
        let answers = [
            mail("parts@supplier.example").answering([FORWARD]).text("Yes, 40 of them."),
            // His mail program forgot what it answers, and he writes the number.
            mail("Parts@Supplier.example").subject(&format!("Re: [Ticket#{number}] Broken key")).text("Tomorrow."),
            // A colleague to whom he passed it on.
            mail("depot@supplier.example").answering([FORWARD]).text("From the depot."),
        ];
        app.hush().await;
        for answer in &answers {
            let inbound = app.deliver(answer).await;
            assert_eq!((&inbound["ticket"], &inbound["disposition"]), (&json!(number), &json!("follow_up")), "{inbound}");
            assert_ne!(inbound["auto_response"], "sent");
            let id = text(&inbound["article"]);
            let article = app.root.get(&format!("/api/v1/articles/{id}")).await.assert(200).json();
            assert_eq!((&article["visible"], &article["sender_type"]), (&json!(false), &json!("customer")), "{article}");
        }
        let internal = app.articles(&number).await.into_iter().filter(|article| article["visible"] == false).count();
        assert_eq!(internal, 4);
        assert_eq!(app.ticket(&number).await["state"], "open", "agents see that there is something to do");
        let people = app.root.get(&format!("/api/v1/tickets/{number}/participants")).await.items();
        assert!(!json!(people).to_string().contains("supplier"), "{people:?}");

        // The answer to an answer is as internal as that.
        let next = mail("depot@supplier.example").answering([answers[2].id()]);
        let article = text(&app.deliver(&next).await["article"]);
        assert_eq!(app.root.get(&format!("/api/v1/articles/{article}")).await.json()["visible"], false);

        app.settle().await;
        app.relay.clear();
        app.root.reply(&number, "Tomorrow, Anna.").await;
        let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
        assert_eq!(sent.to, ["anna@customer.example"], "nobody else is in the customer's conversation");
        let text = String::from_utf8_lossy(&sent.data).into_owned();
        assert!(!text.contains("supplier") && !text.contains(FORWARD) && !text.contains("40 of them"), "{text}");
        assert!(!text.contains(answers[0].id()), "not even its id");
    }

    async fn a_supplier_who_takes_part_openly_is_answered_openly(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example").cc("parts@supplier.example").subject("Broken key");
        let number = app.ticket_from(&question).await;
        let answer = mail("parts@supplier.example").answering([question.id()]);
        app.root.reply(&number, "We ask them.").await;
        let id = text(&app.deliver(&answer).await["article"]);
        assert_eq!(app.root.get(&format!("/api/v1/articles/{id}")).await.json()["visible"], true);
    }
}
