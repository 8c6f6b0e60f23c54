//! What a queue does with mail to closed tickets.

use diesel::RunQueryDsl;
use jiff::SignedDuration;
use serde_json::json;
use tests::app::{TestApp, text};
use tests::{both_databases, mail};

use super::belongs::set;

both_databases! {
    async fn a_closed_ticket_goes_on_in_a_new_one_and_its_number_matches_no_more(database) {
        let app = TestApp::start(database).await;
        set(&app, json!({ "follow_up_policy": "new_ticket" })).await;
        let question = mail("anna@customer.example").subject("Broken key");
        let old = app.ticket_from(&question).await;
        app.root.set(&old, "state", "closed").await;
        let late = mail("anna@customer.example").answering([question.id()]);
        let inbound = app.deliver(&late).await;
        assert_eq!(inbound["disposition"], "new", "{inbound}");
        let new = text(&inbound["ticket"]);
        let links = app.root.get(&format!("/api/v1/tickets/{new}/links")).await.items();
        assert!(links.iter().any(|link| link["ticket"] == json!(old) && link["kind"] == "continues"), "{links:?}");
        // The old number, the old id and an answer to the new one: all lead to the new one.
        for letter in [
            mail("anna@customer.example").subject(&format!("[Ticket#{old}]")),
            mail("anna@customer.example").answering([question.id()]),
            mail("anna@customer.example").answering([late.id()]),
        ] {
            let inbound = app.deliver(&letter).await;
            assert_eq!((&inbound["disposition"], &inbound["ticket"]), (&json!("follow_up"), &json!(new)), "{inbound}");
        }
        assert_eq!(app.ticket(&old).await["state"], "closed");
    }

    async fn a_closed_ticket_that_rejects_takes_nothing_and_tells_the_writer(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        set(&app, json!({ "follow_up_policy": "reject" })).await;
        let question = mail("anna@customer.example").subject("Broken key");
        let number = app.ticket_from(&question).await;
        dana.lock(&number).await;
        app.root.set(&number, "state", "closed").await;
        let before = app.articles(&number).await.len();
        app.hush().await;
        let inbound = app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        assert_eq!((&inbound["disposition"], &inbound["auto_response"]), (&json!("ignored"), &json!("sent")), "{inbound}");
        let told = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
        assert!(told.from.is_empty(), "by the null sender");
        let customers = app.articles(&number).await.into_iter().filter(|a| a["sender_type"] == "customer").count();
        assert_eq!((customers, app.ticket(&number).await["state"].clone()), (1, json!("closed")));
        assert!(app.articles(&number).await.len() <= before + 1, "at most our own answer is kept");
        assert!(app.relay.received_by("dana@helpdesk.example").is_empty(), "nobody is notified");
    }

    async fn a_ticket_closed_too_long_goes_on_in_a_new_one(database) {
        let app = TestApp::start(database).await;
        set(&app, json!({ "closed_days": 30 })).await;
        let question = mail("anna@customer.example").subject("Broken key");
        let old = app.ticket_from(&question).await;
        app.root.set(&old, "state", "closed").await;
        app.advance(SignedDuration::from_hours(29 * 24)).await;
        // A tag is no sign of life.
        app.root.post(&format!("/api/v1/tickets/{old}/tags"), json!({ "tag": "later" })).await.assert(201);
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        assert_eq!(app.ticket(&old).await["state"], "open", "within the days it reopens");
        app.root.set(&old, "state", "closed").await;
        app.advance(SignedDuration::from_hours(31 * 24)).await;
        app.root.post(&format!("/api/v1/tickets/{old}/tags"), json!({ "tag": "much later" })).await.assert(201);
        let inbound = app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        assert_eq!(inbound["disposition"], "new", "{inbound}");
        let links = app.root.get(&format!("/api/v1/tickets/{old}/links")).await.items();
        assert!(links.iter().any(|link| link["ticket"] == inbound["ticket"] && link["kind"] == "continues"), "{links:?}");
    }

    async fn a_follow_up_unlocks_the_ticket_of_an_agent_who_is_away(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        app.agent("dana", &["Agent"]).await.lock(&number).await;
        let until = match database {
            tests::Database::Sqlite => "4102444800000000",
            tests::Database::Postgres => "'2100-01-01'",
        };
        // Going away frees the ticket by itself; here it was locked in spite of that.
        let sql = format!("UPDATE agents SET away_until = {until} WHERE login = 'dana'");
        let away = app.db().write(move |tx| Ok(diesel::sql_query(sql.as_str()).execute(&mut **tx)?));
        assert_eq!(away.await.unwrap(), 1);
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        assert_eq!(app.ticket(&number).await["lock"]["locked"], false);
    }
}
