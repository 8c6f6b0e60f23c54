//! A ticket's kind and its named state never disagree, and whatever is taken back brings the name back.

use diesel::RunQueryDsl;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::{both_databases, mail};

use super::Wrong;
use super::states::named;

/// No ticket has a name of another kind.
async fn agree(app: &TestApp) {
    let sql =
        "SELECT count(*) AS n FROM tickets t JOIN states s ON s.id = t.state_id WHERE s.kind <> t.state";
    let wrong =
        app.db().read(move |conn| Ok(diesel::sql_query(sql).get_result::<Wrong>(conn)?)).await.unwrap();
    assert_eq!(wrong.n, 0);
}

async fn state(app: &TestApp, number: &str) -> String {
    text(&app.ticket(number).await["state"])
}

async fn last_act(app: &TestApp, number: &str) -> Option<String> {
    let acts = app.root.get(&format!("/api/v1/tickets/{number}/acts")).await.items();
    acts.last().map(|act| text(&act["id"]))
}

both_databases! {
    async fn what_is_undone_restored_or_taken_back_has_its_name_again(database) {
        let app = TestApp::start(database).await;
        app.hush().await;
        named(&app, "Solved", "closed").await;
        named(&app, "Waiting for supplier", "pending_reminder").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let path = |what: &str| format!("/api/v1/tickets/{number}/{what}");
        let until = (app.clock.now() + SignedDuration::from_hours(48)).to_string();
        app.root.put(&path("state"), json!({ "value": "Waiting for supplier", "until": until })).await.assert(200);
        app.root.set(&number, "state", "Solved").await;
        let act = last_act(&app, &number).await.expect("the closing");
        let back = app.root.post(&path(&format!("acts/{act}/undo")), json!({})).await.assert(201).json();
        assert_eq!((&back["state"], &back["pending_until"].is_null()), (&json!("Waiting for supplier"), &false));
        // The undo itself is an act.
        let act = last_act(&app, &number).await.expect("the undo");
        let again = app.root.post(&path(&format!("acts/{act}/undo")), json!({})).await.assert(201).json();
        assert_eq!(again["state"], "Solved");

        // From one name of a kind to another is a change like any other.
        named(&app, "No answer needed", "closed").await;
        app.root.set(&number, "state", "No answer needed").await;
        let act = last_act(&app, &number).await.expect("the change");
        app.root.post(&path(&format!("acts/{act}/undo")), json!({})).await.assert(201);
        assert_eq!(state(&app, &number).await, "Solved");

        // The bin, and out of it.
        app.root.put(&path("removal"), json!({ "reason": "deleted" })).await.assert(200);
        app.root.delete(&path("removal")).await.assert(204);
        agree(&app).await;
        assert_eq!(state(&app, &number).await, "Solved");

        // A merge, and its end.
        let other = app.ticket_from(&mail("anna@customer.example").subject("Another")).await;
        app.root.post(&path("merges"), json!({ "into": other })).await.assert(201);
        agree(&app).await;
        assert_eq!(state(&app, &number).await, "merged");
        app.root.delete(&path("merges")).await.assert(204);
        agree(&app).await;
        assert_eq!(state(&app, &number).await, "Solved");

        // A reply that is taken back in time, and one that leaves later.
        let reply = json!({ "body_text": "Too early.", "hold_seconds": 60, "state": "open" });
        let reply = app.root.post(&path("replies"), reply).await.assert(201).json();
        assert_eq!(state(&app, &number).await, "open");
        app.root.post(&format!("/api/v1/articles/{}/undo", text(&reply["id"])), json!({})).await.assert(201);
        assert_eq!(state(&app, &number).await, "Solved");
        let reply = json!({ "body_text": "Later.", "state": "No answer needed",
            "send_at": (app.clock.now() + SignedDuration::from_hours(1)).to_string() });
        app.root.post(&path("replies"), reply).await.assert(201);
        assert_eq!(state(&app, &number).await, "Solved");
        app.advance(SignedDuration::from_hours(2)).await;
        tests::wait_until("the reply left", std::time::Duration::from_secs(10), async || {
            (state(&app, &number).await == "No answer needed").then_some(())
        })
        .await;
        agree(&app).await;
    }

    async fn a_program_that_says_open_means_it_and_a_form_leaves_what_is_open(database) {
        let app = TestApp::start(database).await;
        app.hush().await;
        named(&app, "In the workshop", "open").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let path = |what: &str| format!("/api/v1/tickets/{number}/{what}");
        app.root.set(&number, "state", "In the workshop").await;
        // Nothing said of the state: it stays.
        app.root.post(&path("replies"), json!({ "body_text": "One.", "hold_seconds": 0 })).await.assert(201);
        assert_eq!(state(&app, &number).await, "In the workshop");
        let browser = app.visitor();
        browser.sign_in("root", tests::binary::PASSWORD).await;
        let page = format!("/tickets/{number}");
        browser.get(&page).await.assert(200);
        let fields = [("kind", "reply"), ("to", "anna@customer.example"), ("body", "Two."), ("then", "open")];
        browser.submit(&format!("{page}/articles"), &fields).await.assert(303);
        assert_eq!(state(&app, &number).await, "In the workshop");
        app.root.post(&path("replies"), json!({ "body_text": "Three.", "hold_seconds": 0, "state": "open" })).await.assert(201);
        assert_eq!(state(&app, &number).await, "open");
    }

    async fn another_name_for_a_closed_ticket_closes_it_no_later(database) {
        let app = TestApp::start(database).await;
        app.hush().await;
        named(&app, "Solved", "closed").await;
        let queues = app.root.get("/api/v1/queues").await.items();
        let queue = text(&queues.iter().find(|queue| queue["name"] == "Support").expect("a queue")["id"]);
        let policy = json!({ "follow_up_policy": "reopen", "closed_days": 7 });
        app.root.patch(&format!("/api/v1/queues/{queue}"), policy).await.assert(200);
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        app.root.set(&number, "state", "closed").await;
        app.advance(SignedDuration::from_hours(6 * 24)).await;
        app.root.set(&number, "state", "Solved").await;
        let acts = app.root.get(&format!("/api/v1/tickets/{number}/acts")).await.items();
        assert_eq!(acts.last().map(|act| text(&act["kind"])).as_deref(), Some("state_changed"), "{acts:?}");
        app.advance(SignedDuration::from_hours(2 * 24)).await;
        app.deliver(&mail(question.sender()).answering([question.id()])).await;
        assert_eq!(state(&app, &number).await, "Solved", "eight days after the end");
        assert_eq!(app.root.get("/api/v1/tickets").await.items().len(), 2);
    }

    async fn a_merge_that_ends_closes_its_survivor_under_the_name_it_had(database) {
        let app = TestApp::start(database).await;
        app.hush().await;
        named(&app, "Solved", "closed").await;
        let survivor = app.ticket_from(&mail("anna@customer.example")).await;
        app.root.set(&survivor, "state", "Solved").await;
        let other = app.ticket_from(&mail("anna@customer.example").subject("Another")).await;
        app.root.post(&format!("/api/v1/tickets/{other}/merges"), json!({ "into": survivor })).await.assert(201);
        assert_eq!(state(&app, &survivor).await, "open");
        app.root.delete(&format!("/api/v1/tickets/{other}/merges")).await.assert(204);
        assert_eq!(state(&app, &survivor).await, "Solved");
    }

    async fn the_database_refuses_a_name_of_another_kind(database) {
        let app = TestApp::start(database).await;
        let solved = named(&app, "Solved", "closed").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let run = async |sql: String| {
            app.db().write(move |tx| Ok(diesel::sql_query(sql.as_str()).execute(&mut **tx)?)).await.is_ok()
        };
        assert!(!run(format!("UPDATE tickets SET state_id = {solved} WHERE number = '{number}'")).await);
        assert!(!run(format!("UPDATE tickets SET state = 'closed', state_id = 999 WHERE number = '{number}'")).await);
        assert!(run(format!("UPDATE tickets SET state = 'closed', active = FALSE, state_id = {solved} WHERE number = '{number}'")).await);
        assert!(!run(format!("UPDATE tickets SET state = 'open' WHERE number = '{number}'")).await);
    }

    /// Whatever is done in whatever order: a generator of fixed seed chooses.
    async fn kind_and_name_agree_after_any_acts(database) {
        let app = TestApp::start(database).await;
        app.hush().await;
        let kinds = [("In the workshop", "open"), ("Supplier", "pending_reminder"), ("Last call", "pending_auto"), ("Solved", "closed")];
        for (name, kind) in kinds {
            named(&app, name, kind).await;
        }
        let question = mail("anna@customer.example");
        let numbers = [app.ticket_from(&question).await, app.ticket_from(&mail("ben@customer.example")).await];
        let mut seed: u64 = 20_261_127;
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).expect("a small number") % below
        };
        let mut refused = 0;
        for step in 0..60 {
            let number = &numbers[next(2)];
            let path = |what: &str| format!("/api/v1/tickets/{number}/{what}");
            let until = (app.clock.now() + SignedDuration::from_hours(24)).to_string();
            let (name, _) = kinds[next(4)];
            let answer = match next(9) {
                0..=2 => app.root.put(&path("state"), json!({ "value": name, "until": until })).await,
                3 => app.root.put(&path("state"), json!({ "value": "open" })).await,
                4 => {
                    let state = if next(2) == 0 { Value::Null } else { json!(name) };
                    let reply = json!({ "body_text": "Hello.", "state": state, "until": until, "hold_seconds": 0 });
                    app.root.post(&path("replies"), reply).await
                }
                5 => {
                    app.deliver(&mail(question.sender()).answering([question.id()])).await;
                    continue;
                }
                6 => match last_act(&app, number).await {
                    Some(act) => app.root.post(&path(&format!("acts/{act}/undo")), json!({})).await,
                    None => continue,
                },
                7 => app.root.put(&path("removal"), json!({ "reason": "deleted" })).await,
                _ => app.root.delete(&path("removal")).await,
            };
            assert!(answer.status.as_u16() < 500, "step {step}: {} {}", answer.status, answer.text());
            refused += usize::from(!answer.status.is_success());
            agree(&app).await;
        }
        assert!(refused < 50, "{refused} of 60 were refused: they show nothing");
        crate::tickets::counters_agree(&app).await;
    }
}
