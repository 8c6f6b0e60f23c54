//! BEHAVIOURS 32: move, close, assign, priority and delete can be undone, also after an hour; what changed meanwhile is
//! asked about, not overwritten.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{Person, TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};

/// The ticket without what any change changes.
async fn ticket(app: &TestApp, number: &str) -> Value {
    let mut ticket = app.ticket(number).await;
    let fields = ticket.as_object_mut().unwrap();
    fields.remove("updated_at");
    fields["lock"].as_object_mut().unwrap().remove("until");
    ticket
}

/// The last thing that was done to it.
async fn last(app: &TestApp, number: &str) -> Value {
    app.root.get(&format!("/api/v1/tickets/{number}/acts")).await.items().pop().expect("an act")
}

async fn undo(who: &Client, number: &str, act: &Value, body: Value) -> tests::client::Answer {
    who.post(&format!("/api/v1/tickets/{number}/acts/{}/undo", text(&act["id"])), body).await
}

async fn do_it(dana: &Person, base: &str, what: &str) {
    let until = "2031-01-01T09:00:00Z";
    let (what, body) = match what {
        "move" => ("queue", json!({ "value": "Billing" })),
        "close" => ("state", json!({ "value": "closed" })),
        "wait" => ("state", json!({ "value": "pending reminder", "until": until })),
        "owner" => ("owner", json!({ "value": "eve" })),
        "nobody" => ("owner", json!({ "value": null })),
        "priority" => ("priority", json!({ "value": "urgent" })),
        "customer" => ("customer", json!({ "value": "bert@customer.example" })),
        "delete" => ("removal", json!({})),
        "spam" => ("removal", json!({ "reason": "spam" })),
        _ => {
            dana.post(&format!("{base}/tags"), json!({ "tag": "vip" })).await.assert(201);
            return;
        }
    };
    dana.put(&format!("{base}/{what}"), body).await.assert(200);
}

both_databases! {
    async fn each_act_can_be_undone_after_an_hour_and_the_undo_as_well(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let dana = app.agent("dana", &["Agent"]).await;
        app.agent("eve", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let base = format!("/api/v1/tickets/{number}");
        dana.lock(&number).await;
        dana.put(&format!("{base}/state"), json!({ "value": "open" })).await.assert(200);
        for what in ["move", "close", "wait", "owner", "nobody", "priority", "tag", "customer", "delete", "spam"] {
            let before = ticket(&app, &number).await;
            do_it(&dana, &base, what).await;
            let after = ticket(&app, &number).await;
            assert_ne!(after, before, "{what} changes something");
            let act = last(&app, &number).await;
            assert_eq!(act["actor"], "dana", "{act}");
            app.advance(SignedDuration::from_hours(1)).await;
            undo(&dana, &number, &act, json!({})).await.assert(201);
            assert_eq!(ticket(&app, &number).await, before, "undoing {what}");
            undo(&dana, &number, &act, json!({})).await.assert(409);
            // The undo is an act like any other. Whose lock it was is left open: nobody is on a ticket by surprise.
            undo(&dana, &number, &last(&app, &number).await, json!({})).await.assert(201);
            let mut again = ticket(&app, &number).await;
            again["lock"] = after["lock"].clone();
            assert_eq!(again, after, "undoing the undoing of {what}");
            undo(&dana, &number, &last(&app, &number).await, json!({})).await.assert(201);
            assert_eq!(ticket(&app, &number).await, before, "back from {what}");
            crate::tickets::counters_agree(&app).await;
        }
        let history = app.root.get(&format!("{base}/history")).await.items();
        assert!(history.iter().any(|event| event["kind"] == "undone" && event["old_value"] == "moved"), "{history:?}");
    }

    async fn what_changed_since_is_asked_about_and_not_overwritten(database) {
        let app = TestApp::start(database).await;
        for name in ["Billing", "Legal"] {
            app.queue(name, &format!("{}@helpdesk.example", name.to_lowercase())).await;
        }
        let dana = app.agent("dana", &["Agent"]).await;
        let eve = app.agent("eve", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        dana.set(&number, "queue", "Billing").await;
        let moved = last(&app, &number).await;
        eve.set(&number, "queue", "Legal").await;
        eve.set(&number, "priority", "high").await;
        let refused = undo(&dana, &number, &moved, json!({})).await;
        assert!(refused.assert(409).text().contains("queue"), "{}", refused.text());
        assert_eq!(app.ticket(&number).await["queue"], "Legal", "nothing was overwritten");

        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let page = format!("/tickets/{number}/acts/{}", text(&moved["id"]));
        browser.get(&format!("/tickets/{number}")).await.assert(200);
        let asked = browser.submit(&format!("{page}/undo"), &[]).await;
        assert_eq!(asked.assert(303).location(), page, "leads to the page that asks");
        let shown = browser.get(&page).await.assert(200).text();
        for word in ["Support", "Billing", "Legal", "Eve Agent", "name=\"field\" value=\"queue\""] {
            assert!(shown.contains(word), "{word}: {shown}");
        }
        // Without a choice it stays; what changed is not what this act did, and stays as well.
        let anyway = [("seen", "yes"), ("asked", "queue"), ("field", "queue")];
        browser.submit(&format!("{page}/undo"), &anyway).await.assert(303);
        let now = app.ticket(&number).await;
        assert_eq!((&now["queue"], &now["priority"]), (&json!("Support"), &json!("high")));

        // A customer's mail that reopens has undone the closing already.
        dana.set(&number, "state", "open").await;
        dana.set(&number, "state", "closed").await;
        let closed = last(&app, &number).await;
        eve.set(&number, "state", "open").await;
        undo(&dana, &number, &closed, json!({})).await.assert(201);
        assert_eq!(app.ticket(&number).await["state"], "open");
    }

    async fn a_colleague_who_took_the_ticket_since_is_not_surprised(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let dana = app.agent("dana", &["Agent"]).await;
        let eve = app.agent("eve", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        dana.set(&number, "queue", "Billing").await;
        let moved = last(&app, &number).await;
        eve.lock(&number).await;
        undo(&dana, &number, &moved, json!({})).await.assert(409);
        assert_eq!(app.ticket(&number).await["lock"]["by"], "eve");
        undo(&dana, &number, &moved, json!({ "anyway": [] })).await.assert(201);
        assert_eq!(app.ticket(&number).await["queue"], "Support");
    }

    async fn permission_is_asked_again_when_it_is_undone(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Both", "*", &["reply", "move_into", "owner", "priority"]).await;
        app.role("Answers", "Billing", &["reply"]).await;
        let dana = app.agent("dana", &["Both"]).await;
        let rita = app.agent("rita", &["Answers"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        dana.set(&number, "queue", "Billing").await;
        let moved = last(&app, &number).await;
        // Rita may answer where it is, but not put it where it was.
        let refused = undo(&rita, &number, &moved, json!({})).await.status.as_u16();
        assert!([403, 404].contains(&refused), "{refused}");
        dana.set(&number, "owner", "rita").await;
        let given = last(&app, &number).await;
        undo(&rita, &number, &given, json!({})).await.assert(403);
        // Nobody undoes with a right that he had once.
        app.role("Looks", "*", &["read"]).await;
        let worse = "UPDATE agent_roles SET role_id = (SELECT id FROM roles WHERE name = 'Looks')
            WHERE agent_id = (SELECT id FROM agents WHERE login = 'dana')";
        app.db().write(move |tx| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(worse), &mut **tx)?)).await.expect("demoted");
        undo(&dana, &number, &moved, json!({})).await.assert(403);
        undo(&dana, &number, &given, json!({})).await.assert(403);
        let now = app.ticket(&number).await;
        assert_eq!((&now["queue"], &now["owner"]), (&json!("Billing"), &json!("rita")));
        // An act of another ticket is none of this one.
        let other = app.ticket_from(&mail("bert@customer.example")).await;
        undo(&app.root, &other, &moved, json!({})).await.assert(404);
    }

    async fn the_next_page_offers_to_undo_and_history_does_later(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get(&format!("/tickets/{number}")).await.assert(200);
        browser.submit(&format!("/tickets/{number}/closure"), &[]).await.assert(303);
        let id = text(&last(&app, &number).await["id"]);
        let act = format!("/tickets/{number}/acts/{id}/undo");
        let list = browser.get("/tickets").await.text();
        assert!(list.contains(&format!("Ticket {number} closed")) && list.contains(&act), "{list}");
        app.advance(SignedDuration::from_mins(1)).await;
        assert!(!browser.get("/tickets").await.text().contains(&act));
        assert!(browser.get(&format!("/tickets/{number}")).await.text().contains(&act), "history offers it");
        browser.submit(&act, &[]).await.assert(303);
        assert_eq!(app.ticket(&number).await["state"], "new");
        let page = browser.get(&format!("/tickets/{number}")).await.text();
        assert!(page.contains("You undid the closing"), "{page}");
        // A colleague is offered nothing of that on her pages.
        app.agent("dana", &["Agent"]).await;
        let other = app.visitor();
        other.sign_in("dana", PASSWORD).await;
        assert!(!other.get("/tickets").await.text().contains("data-toast"));
    }
}
