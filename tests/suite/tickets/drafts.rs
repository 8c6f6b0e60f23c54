//! Unfinished text outlives everything that can happen to it.

use serde_json::{Value, json};
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::client::Answer;
use tests::{Client, both_databases, mail};

async fn device(app: &TestApp) -> Client {
    let visitor = app.visitor();
    visitor.sign_in("root", PASSWORD).await;
    visitor
}

async fn page(device: &Client, number: &str) -> String {
    device.get(&format!("/tickets/{number}")).await.assert(200).text()
}

async fn save(device: &Client, number: &str, kind: &str, body: &str, base: i64) -> Answer {
    let page = page(device, number).await;
    let csrf = page.split("data-csrf=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let draft = json!({ "kind": kind, "to": "anna@customer.example", "body": body, "base": base });
    let request = device.request(reqwest::Method::PUT, &format!("/tickets/{number}/draft"));
    device.send(request.header("x-csrf-token", csrf).json(&draft)).await
}

fn revision(answer: &Value) -> i64 {
    answer["revision"].as_i64().unwrap_or_else(|| panic!("no revision: {answer}"))
}

both_databases! {
    async fn a_draft_survives_the_sessions_end_a_restart_and_a_second_device(database) {
        let mut app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let first = device(&app).await;
        save(&first, &number, "reply", "Half a sentence", 0).await.assert(200);
        first.submit("/logout", &[]).await.assert(303);
        app.restart().await;
        let second = device(&app).await;
        let shown = page(&second, &number).await;
        assert!(shown.contains("Half a sentence") && shown.contains("Draft restored"), "{shown}");
        // It is his alone.
        app.agent("dana", &["Agent"]).await;
        let dana = app.visitor();
        dana.sign_in("dana", PASSWORD).await;
        assert!(!page(&dana, &number).await.contains("Half a sentence"));
    }

    async fn two_devices_are_told_of_each_other_and_neither_text_is_lost(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let (desk, phone) = (device(&app).await, device(&app).await);
        let begun = revision(&save(&desk, &number, "reply", "At the desk", 0).await.assert(200).json());
        // The phone had opened the page before: it knows of no draft.
        let told = save(&phone, &number, "reply", "On the phone", 0).await.assert(409).json();
        assert_eq!((&told["text"], revision(&told)), (&json!("At the desk"), begun));
        assert!(told["message"].as_str().unwrap().contains("another device"));
        assert!(page(&desk, &number).await.contains("At the desk"), "nothing was written over");
        // Knowing of it, the phone decides; the desk is told in turn.
        let later = revision(&save(&phone, &number, "reply", "On the phone", begun).await.assert(200).json());
        assert!(later > begun);
        save(&desk, &number, "reply", "At the desk, again", begun).await.assert(409);
        // The same text twice is no quarrel.
        save(&desk, &number, "reply", "On the phone", begun).await.assert(200);
    }

    async fn what_another_device_wrote_stays_when_a_reply_is_sent(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let (desk, phone) = (device(&app).await, device(&app).await);
        let begun = revision(&save(&desk, &number, "reply", "Dear Anna", 0).await.assert(200).json());
        let seen = crate::web::composer::field(&page(&desk, &number).await, "seen");
        save(&phone, &number, "note", "Ask Bert as well", 0).await.assert(200);
        save(&phone, &number, "reply", "Dear Anna, from the train", begun).await.assert(200);
        let known = begun.to_string();
        let form = [("kind", "reply"), ("then", "open"), ("to", "anna@customer.example"), ("body", "Dear Anna, done."),
            ("seen", &seen), ("reply_revision", &known), ("note_revision", "0")];
        desk.submit(&format!("/tickets/{number}/articles"), &form).await.assert(303);
        assert!(page(&desk, &number).await.contains("from the train"), "the younger text is still there");
        // Sent from where it was written last, nothing is left of it but the note.
        let shown = page(&phone, &number).await;
        let known = crate::web::composer::field(&shown, "reply_revision");
        let form = [("kind", "reply"), ("then", "open"), ("to", "anna@customer.example"), ("body", "Dear Anna, all of it."),
            ("seen", &crate::web::composer::field(&shown, "seen")), ("reply_revision", &known), ("note_revision", "0")];
        phone.submit(&format!("/tickets/{number}/articles"), &form).await.assert(303);
        let shown = page(&desk, &number).await;
        assert!(shown.contains("Ask Bert as well"), "{shown}");
        // What was sent or thrown away elsewhere does not come back unasked.
        save(&desk, &number, "reply", "Dear Anna, once more", begun).await.assert(409);
        save(&desk, &number, "reply", "Dear Anna, once more", 0).await.assert(200);
    }

    async fn undo_keeps_what_was_begun_meanwhile(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let desk = device(&app).await;
        let reply = app.root.post(&format!("/api/v1/tickets/{number}/replies"), json!({ "body_text": "The first.", "hold_seconds": 600 })).await;
        let id = tests::app::text(&reply.assert(201).json()["id"]);
        save(&desk, &number, "reply", "The second.", 0).await.assert(200);
        app.root.post(&format!("/api/v1/articles/{id}/undo"), json!({})).await.assert(201);
        let shown = page(&desk, &number).await;
        assert!(shown.contains("The first.\n\nThe second."), "{shown}");
    }

    async fn a_new_ticket_that_was_begun_is_there_on_the_next_device(database) {
        let app = TestApp::start(database).await;
        let (desk, phone) = (device(&app).await, device(&app).await);
        let queue = tests::app::text(&app.root.get("/api/v1/queues").await.items()[0]["id"]);
        let keep = async |device: &Client, subject: &str, base: i64| {
            let page = device.get("/tickets/new").await.assert(200).text();
            let csrf = page.split("data-csrf=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
            let draft = json!({ "kind": "mail", "customer": "bob@customer.example", "queue": queue.parse::<i64>().unwrap(), "priority": 4,
                "owner": "", "subject": subject, "body": "We have found it.", "base": base });
            let request = device.request(reqwest::Method::PUT, "/tickets/new/draft").header("x-csrf-token", csrf);
            device.send(request.json(&draft)).await
        };
        let begun = revision(&keep(&desk, "Your parcel", 0).await.assert(200).json());
        let shown = phone.get("/tickets/new").await.text();
        for part in ["Your parcel", "bob@customer.example", "We have found it.", "Draft restored", "value=\"4\" selected"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert_eq!(revision(&keep(&phone, "Another parcel", 0).await.assert(409).json()), begun);
        let known = begun.to_string();
        let form = [("kind", "phone"), ("customer", "bob@customer.example"), ("queue", queue.as_str()), ("priority", "4"), ("owner", "me"),
            ("subject", "Your parcel"), ("body", "We have found it."), ("ticket_revision", &known)];
        desk.submit("/tickets", &form).await.assert(303);
        assert!(!phone.get("/tickets/new").await.text().contains("We have found it."), "it is a ticket now");
    }

    async fn a_program_sees_and_saves_the_same_drafts(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let path = format!("/api/v1/tickets/{number}/draft");
        app.root.get(&path).await.assert(404);
        let made = app.root.put(&path, json!({ "to": "anna@customer.example", "body_text": "By program", "base": 0 })).await.assert(200).json();
        let desk = device(&app).await;
        assert!(page(&desk, &number).await.contains("By program"));
        let later = revision(&save(&desk, &number, "reply", "By hand", revision(&made)).await.assert(200).json());
        app.root.put(&path, json!({ "body_text": "By program, again", "base": made["revision"] })).await.assert(409);
        let shown = app.root.get(&path).await.assert(200).json();
        assert_eq!((&shown["body_text"], &shown["revision"], &shown["kind"]), (&json!("By hand"), &json!(later), &json!("reply")));
        app.root.put(&path, json!({ "kind": "note", "body_text": "For us" })).await.assert(200);
        app.root.put(&path, json!({ "kind": "ticket", "body_text": "x" })).await.assert(422);
        app.role("Reader", "Support", &["read"]).await;
        let rita = app.agent("rita", &["Reader"]).await;
        rita.get(&path).await.assert(404);
        rita.put(&path, json!({ "body_text": "x" })).await.assert(403);
        app.root.delete(&path).await.assert(204);
        assert_eq!(app.root.get(&format!("{path}?kind=note")).await.assert(200).json()["body_text"], "For us");
    }
}
