//! States that the house has named: made and changed by pages and programs, set and found on tickets.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{TestApp, encoded, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail, wait_until};

/// Names a state; its id.
pub async fn named(app: &TestApp, name: &str, kind: &str) -> String {
    let made =
        app.root.post("/api/v1/states", json!({ "name": name, "state_type": kind })).await.assert(201).json();
    text(&made["id"])
}

async fn states(app: &TestApp) -> Vec<(String, String)> {
    let items = app.root.get("/api/v1/states").await.items();
    let own = items.iter().filter(|state| !state["id"].is_null());
    own.map(|state| (text(&state["name"]), text(&state["state_type"]))).collect()
}

async fn found(app: &TestApp, search: &str) -> Vec<String> {
    let items = app.root.get(&format!("/api/v1/tickets?q={}", encoded(search))).await.assert(200).items();
    items.iter().map(|ticket| text(&ticket["number"])).collect()
}

fn state_of(ticket: &Value) -> (String, String) {
    (text(&ticket["state"]), text(&ticket["state_type"]))
}

fn is(state: &str, kind: &str) -> (String, String) {
    (state.to_owned(), kind.to_owned())
}

both_databases! {
    async fn a_named_state_is_set_shown_found_and_taken_off_by_what_the_customer_writes(database) {
        let app = TestApp::start(database).await;
        named(&app, "Waiting for supplier", "pending_reminder").await;
        named(&app, "Solved", "closed").await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        let other = app.ticket_from(&mail("ben@customer.example")).await;
        let path = format!("/api/v1/tickets/{number}/state");
        // It waits like its kind: not without a date.
        let refused = app.root.put(&path, json!({ "value": "Waiting for supplier" })).await.assert(422).json();
        assert_eq!(refused["errors"][0]["field"], "until", "{refused}");
        let until = (app.clock.now() + SignedDuration::from_hours(48)).to_string();
        let set = json!({ "value": "waiting FOR supplier", "until": until });
        let ticket = app.root.put(&path, set).await.assert(200).json();
        assert_eq!(state_of(&ticket), is("Waiting for supplier", "pending_reminder"));
        app.root.put(&format!("/api/v1/tickets/{other}/state"), json!({ "value": "pending reminder", "until": until })).await.assert(200);

        // By its name it is found alone, by its kind with the others.
        assert_eq!(found(&app, "state:\"waiting for supplier\"").await, [number.as_str()]);
        assert_eq!(found(&app, "-state:\"waiting for supplier\" state:active").await, [other.as_str()]);
        assert_eq!(found(&app, "state:pending").await.len(), 2);
        assert_eq!(found(&app, "state:solved,\"waiting for supplier\"").await, [number.as_str()]);
        assert_eq!(found(&app, "state:closed,\"waiting for supplier\"").await, [number.as_str()]);
        let listed = app.root.get("/api/v1/tickets?state=waiting%20for%20supplier").await.items();
        assert_eq!(listed.iter().map(|ticket| text(&ticket["number"])).collect::<Vec<_>>(), [number.as_str()]);
        assert_eq!(app.root.get("/api/v1/tickets?state_type=pending_reminder").await.items().len(), 2);
        let wrong = app.root.get("/api/v1/tickets?q=state%3Asolvd").await.assert(422).text();
        assert!(wrong.contains("state:Solved"), "what there is is said: {wrong}");
        app.root.get("/api/v1/tickets?state=solvd").await.assert(422);
        let csv = app.root.post("/api/v1/exports", json!({ "q": "state:pending" })).await.assert(201).text();
        assert!(csv.contains("Waiting for supplier") && csv.contains("pending_reminder"), "{csv}");
        let history = app.root.get(&format!("/api/v1/tickets/{number}/history")).await.items();
        let changed = history.iter().find(|event| event["kind"] == "state_changed").expect("a change");
        assert_eq!((&changed["old_value"], &changed["new_value"]), (&json!("new"), &json!("Waiting for supplier")));
        assert_eq!((&changed["old_type"], &changed["new_type"]), (&json!("new"), &json!("pending_reminder")));

        // Whoever reads sees the name: in the list, on the page, in its history and its picker.
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        for page in ["/tickets?view=waiting".to_owned(), format!("/tickets/{number}"), format!("/tickets/{number}/history")] {
            let html = visitor.get(&page).await.assert(200).text();
            assert!(html.contains("Waiting for supplier"), "{page}: {html}");
        }

        // Another mail of hers opens it again, and what it waited for is no more.
        app.deliver(&mail(question.sender()).answering([question.id()])).await;
        assert_eq!(state_of(&app.ticket(&number).await), is("open", "open"));
        assert_eq!(found(&app, "state:\"waiting for supplier\"").await, Vec::<String>::new());
    }

    async fn names_are_the_houses_own_and_kinds_stay(database) {
        let app = TestApp::start(database).await;
        let solved = named(&app, "Solved", "closed").await;
        // Taken in any case, by Turnstone in any language, or no name at all.
        for name in ["solved", "  SOLVED ", "Open", "pending reminder", "pending_auto", "Geschlossen", "Clos", "wartet", "any", "", "a,b", "a\"b", "7#"] {
            let body = json!({ "name": name, "state_type": "closed" });
            let refused = app.root.post("/api/v1/states", body).await.assert(422).json();
            assert_eq!(refused["errors"][0]["field"], "name", "{name}: {refused}");
        }
        for kind in ["new", "merged", "removed", "closing"] {
            let refused = app.root.post("/api/v1/states", json!({ "name": "X", "state_type": kind })).await.assert(422).json();
            assert_eq!(refused["errors"][0]["field"], "state_type", "{refused}");
        }
        named(&app, "No answer needed", "closed").await;
        named(&app, "In the workshop", "open").await;
        let kept = is("In the workshop", "open");
        assert_eq!(states(&app).await, [kept.clone(), is("Solved", "closed"), is("No answer needed", "closed")]);
        let path = format!("/api/v1/states/{solved}");
        let moved = app.root.put(&path, json!({ "place": 2, "name": "Done" })).await.assert(200).json();
        assert_eq!((&moved["name"], &moved["place"]), (&json!("Done"), &json!(2)));
        assert_eq!(states(&app).await, [kept, is("No answer needed", "closed"), is("Done", "closed")]);
        app.root.put(&path, json!({ "name": "no answer NEEDED" })).await.assert(422);
        app.root.put(&path, json!({ "state_type": "open" })).await.assert(422);
        app.root.put("/api/v1/states/999", json!({ "place": 1 })).await.assert(404);
        let built_in = app.root.get("/api/v1/states").await.items();
        assert_eq!(built_in.iter().filter(|state| state["id"].is_null()).count(), 7);
        // Only who manages queues may; who works sees them.
        let dana = app.agent("dana", &["Agent"]).await;
        dana.get("/api/v1/states").await.assert(200);
        dana.put(&path, json!({ "place": 1 })).await.assert(403);
        let written = app.root.get("/api/v1/audit?kind=state").await.items();
        let renamed = written.iter().find(|entry| entry["before"]["name"] == "Solved").expect("the renaming");
        assert_eq!(renamed["after"]["name"], "Done", "{written:?}");
    }

    async fn a_retired_state_is_not_offered_and_stays_where_it_is(database) {
        let app = TestApp::start(database).await;
        let id = named(&app, "Solved", "closed").await;
        let (old, new) = (app.ticket_from(&mail("anna@customer.example")).await, app.ticket_from(&mail("ben@customer.example")).await);
        app.root.set(&old, "state", "Solved").await;
        // Not while a macro sets it.
        let effects = json!({ "name": "Done", "body_text": "Bye.", "effects": { "state": "solved" } });
        let made = app.root.post("/api/v1/templates", effects).await.assert(201).json();
        assert_eq!(made["effects"]["state"], "Solved");
        let retirement = format!("/api/v1/states/{id}/retirement");
        let refused = app.root.put_nothing(&retirement).await.assert(409).text();
        assert!(refused.contains("Done"), "{refused}");
        let template = format!("/api/v1/templates/{}", text(&made["id"]));
        app.root.delete(&template).await.assert(204);
        app.root.put_nothing(&retirement).await.assert(204);
        app.root.post(&format!("{template}/restore"), json!({})).await.assert(422);

        let refused = app.root.put(&format!("/api/v1/tickets/{new}/state"), json!({ "value": "Solved" })).await.assert(422).json();
        assert_eq!(refused["errors"][0]["field"], "value", "{refused}");
        let reply = json!({ "body_text": "Hello.", "state": "Solved" });
        app.root.post(&format!("/api/v1/tickets/{new}/replies"), reply).await.assert(422);
        assert_eq!(state_of(&app.ticket(&new).await), is("new", "new"), "nothing of it was done");
        assert_eq!(state_of(&app.ticket(&old).await), is("Solved", "closed"));
        assert_eq!(found(&app, "state:solved").await, [old.as_str()]);
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let value = format!("value=\"closed#{id}\"");
        assert!(visitor.get(&format!("/tickets/{old}")).await.text().contains(&value), "it is what the ticket is");
        assert!(!visitor.get(&format!("/tickets/{new}")).await.text().contains(&value));
        // What the page sends when only the owner changes leaves it alone.
        visitor.submit(&format!("/tickets/{old}/details"), &[("state", &format!("closed#{id}")), ("owner", "")]).await.assert(303);
        assert_eq!(state_of(&app.ticket(&old).await), is("Solved", "closed"));
        visitor.submit(&format!("/tickets/{new}/details"), &[("state", &format!("closed#{id}"))]).await.assert(422);
        visitor.submit(&format!("/tickets/{new}/details"), &[("state", &format!("open#{id}"))]).await.assert(422);
        visitor.submit(&format!("/tickets/{new}/details"), &[("state", "closed#999")]).await.assert(422);
        app.root.delete(&retirement).await.assert(204);
        app.root.set(&new, "state", "Solved").await;
    }

    async fn the_page_names_orders_renames_and_retires(database) {
        let app = TestApp::start(database).await;
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = visitor.get("/admin/states").await.assert(200).text();
        assert!(page.contains("Waiting, then closed") && page.contains("Very low"), "{page}");
        visitor.submit("/admin/states", &[("name", "Solved"), ("kind", "closed")]).await.assert(303);
        visitor.submit("/admin/states", &[("name", "No answer"), ("kind", "closed")]).await.assert(303);
        let wrong = visitor.submit("/admin/states", &[("name", "solved"), ("kind", "open")]).await.assert(422).text();
        assert!(wrong.contains("value=\"solved\"") && wrong.contains("id=\"s-new-e\"") && wrong.contains("autofocus"), "{wrong}");
        assert!(wrong.contains("<option value=\"open\" selected>"), "{wrong}");
        visitor.submit("/admin/states", &[("name", "X"), ("kind", "merged")]).await.assert(422);
        visitor.submit("/admin/states", &[("name", "X"), ("kind", "closed"), ("more", "1")]).await.assert(400);
        let items = app.root.get("/api/v1/states").await.items();
        let id = |name: &str| text(&items.iter().find(|state| state["name"] == name).expect("the state")["id"]);
        let (solved, quiet) = (id("Solved"), id("No answer"));
        let wrong = visitor.submit(&format!("/admin/states/{quiet}"), &[("name", "Solved")]).await.assert(422).text();
        assert!(wrong.contains(&format!("id=\"s-{quiet}-e\"")), "{wrong}");
        visitor.submit(&format!("/admin/states/{quiet}"), &[("name", "No answer needed")]).await.assert(303);
        visitor.submit(&format!("/admin/states/{quiet}/place"), &[("place", "1")]).await.assert(303);
        assert_eq!(states(&app).await, [is("No answer needed", "closed"), is("Solved", "closed")]);
        visitor.submit(&format!("/admin/states/{solved}/retirement"), &[]).await.assert(303);
        let page = visitor.get("/admin/states?saved=1").await.assert(200).text();
        assert!(page.contains(&format!("/admin/states/{solved}/retirement/end")), "{page}");
        visitor.submit(&format!("/admin/states/{solved}/retirement/end"), &[]).await.assert(303);
        visitor.submit("/admin/states/999/retirement", &[]).await.assert(404);
    }

    async fn many_macros_rules_and_replies_leave_tickets_in_a_named_state(database) {
        let app = TestApp::start(database).await;
        app.hush().await;
        let solved = named(&app, "Solved", "closed").await;
        let supplier = named(&app, "Waiting for supplier", "pending_auto").await;
        let mut numbers = Vec::new();
        for _ in 0..3 {
            numbers.push(app.ticket_from(&mail("anna@customer.example")).await);
        }
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        visitor.get("/tickets").await.assert(200);
        let done = async |path: &str| {
            wait_until("the bulk", std::time::Duration::from_secs(10), async || {
                let id = path.rsplit('/').next().expect("its id");
                let bulk = app.root.get(&format!("/api/v1/bulks/{id}")).await.assert(200).json();
                (bulk["state"] == "done").then_some(bulk)
            })
            .await
        };
        // Many at once, by a program and on the page; undone as a whole.
        let bulk = json!({ "tickets": numbers[..2], "act": "state", "value": "solved" });
        let id = text(&app.root.post("/api/v1/bulks", bulk).await.assert(201).json()["id"]);
        assert_eq!(done(&id).await["done"], 2);
        assert_eq!(state_of(&app.ticket(&numbers[1]).await), is("Solved", "closed"));
        app.root.post(&format!("/api/v1/bulks/{id}/undo"), json!({})).await.assert(201);
        wait_until("the undo", std::time::Duration::from_secs(10), async || {
            (state_of(&app.ticket(&numbers[1]).await) == is("new", "new")).then_some(())
        })
        .await;
        let chosen = visitor.submit("/tickets/bulk", &[("ticket", &numbers[0]), ("act", "more"), ("back", "/tickets")]).await;
        let path = chosen.assert(303).location();
        let page = visitor.get(&path).await.assert(200).text();
        assert!(page.contains(&format!("value=\"pending auto close#{supplier}\"")), "{page}");
        let fields = [("act", "state"), ("state", &*format!("pending auto close#{supplier}")), ("until", "")];
        visitor.submit(&format!("{path}/start"), &fields).await.assert(422);
        let fields = [("act", "state"), ("state", &*format!("pending auto close#{supplier}")), ("until", "2031-01-01T10:00")];
        visitor.submit(&format!("{path}/start"), &fields).await.assert(303);
        done(&path).await;
        assert_eq!(state_of(&app.ticket(&numbers[0]).await), is("Waiting for supplier", "pending_auto"));

        // A macro, a reply's own menu, a call.
        let effects = json!({ "name": "Done", "body_text": "Bye.", "effects": { "state": "Waiting for supplier", "wait_days": 2 } });
        let made = app.root.post("/api/v1/templates", effects).await.assert(201).json();
        let reply = json!({ "template": text(&made["id"]) });
        app.root.post(&format!("/api/v1/tickets/{}/replies", numbers[1]), reply).await.assert(201);
        assert_eq!(state_of(&app.ticket(&numbers[1]).await), is("Waiting for supplier", "pending_auto"));
        let page = visitor.get(&format!("/tickets/{}", numbers[2])).await.text();
        assert!(page.contains("Send, then Solved"), "{page}");
        let fields = [("kind", "reply"), ("to", "anna@customer.example"), ("body", "Bye."), ("then", &*format!("closed#{solved}"))];
        visitor.submit(&format!("/tickets/{}/articles", numbers[2]), &fields).await.assert(303);
        assert_eq!(state_of(&app.ticket(&numbers[2]).await), is("Solved", "closed"));
        let call = json!({ "body_text": "She called.", "state": "Solved" });
        app.root.post(&format!("/api/v1/tickets/{}/calls", numbers[1]), call).await.assert(201);
        assert_eq!(state_of(&app.ticket(&numbers[1]).await), is("Solved", "closed"));

        // A reply that leaves a ticket open leaves it open as it is called; one that opens it says nothing of names.
        named(&app, "In the workshop", "open").await;
        app.root.set(&numbers[1], "state", "In the workshop").await;
        let fields = [("kind", "reply"), ("to", "anna@customer.example"), ("body", "Soon."), ("then", "open")];
        visitor.submit(&format!("/tickets/{}/articles", numbers[1]), &fields).await.assert(303);
        assert_eq!(state_of(&app.ticket(&numbers[1]).await), is("In the workshop", "open"));
        visitor.submit(&format!("/tickets/{}/articles", numbers[2]), &fields).await.assert(303);
        assert_eq!(state_of(&app.ticket(&numbers[2]).await), is("open", "open"));

        // A rule; where its state is retired meanwhile, the mail comes in all the same and the recorder says why.
        let rule = json!({ "name": "R", "actions": { "state": "solved", "tags": ["x"] } });
        let saved = app.root.put("/api/v1/filters", json!({ "rules": [rule] })).await.assert(200).json();
        assert_eq!(saved["rules"][0]["actions"]["state"], "Solved");
        let number = app.ticket_from(&mail("ben@customer.example")).await;
        assert_eq!(state_of(&app.ticket(&number).await), is("Solved", "closed"));
        app.root.put_nothing(&format!("/api/v1/states/{solved}/retirement")).await.assert(204);
        let inbound = app.deliver(&mail("eva@customer.example")).await;
        let ticket = app.ticket(&text(&inbound["ticket"])).await;
        assert_eq!((state_of(&ticket), &ticket["tags"]), (is("new", "new"), &json!(["x"])));
        assert!(inbound.to_string().contains("Solved"), "{inbound}");
        let remarks = app.root.get("/api/v1/filters").await.json()["remarks"].to_string();
        assert!(remarks.contains("“Solved” is offered no more"), "{remarks}");

        // The moment comes: it closes, and its name is gone.
        app.advance(SignedDuration::from_hours(24 * 365 * 6)).await;
        wait_until("the ticket closed", std::time::Duration::from_secs(10), async || {
            (state_of(&app.ticket(&numbers[0]).await) == is("closed", "closed")).then_some(())
        })
        .await;
    }
}
