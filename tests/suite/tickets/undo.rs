//! Taking a reply back while it is held, and what absence, notification switches and follow-up policies do.

use diesel::prelude::*;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, text},
    both_databases, mail,
};
use turnstone::{
    access::{self, Actor, Reply},
    db::{ArticleId, Cause, DraftKind, FollowUpPolicy, schema::queues},
    error::Error,
    people::agents::{self, Preferences},
    tickets::{drafts, withdraw},
};

async fn actor(app: &TestApp, login: &'static str) -> Actor {
    let now = app.desk().clock.now();
    let load = move |conn: &mut turnstone::db::Conn| {
        let agent = agents::by_login(conn, login)?;
        Actor::load(conn, agent.id, Cause::Web, now)
    };
    app.desk().db.read(load).await.expect("the agent")
}

async fn undo(app: &TestApp, number: &str, article: &str) -> Result<(), Error> {
    let (actor, at) = (actor(app, "root").await, app.desk().moment());
    let (number, article) = (number.to_owned(), article.parse::<ArticleId>().expect("an id"));
    let work = move |tx: &mut turnstone::db::Tx<'_>| {
        let mut access = access::for_change::<Reply>(tx, &actor, &number)?;
        withdraw::withdraw(tx, &mut access, &actor, article, &at).map(|_| ())
    };
    app.desk().db.write(work).await
}

async fn queue_id(app: &TestApp, name: &str) -> String {
    let queues = app.root.get("/api/v1/queues").await.items();
    text(&queues.iter().find(|queue| queue["name"] == name).expect("the queue")["id"])
}

async fn prefer(app: &TestApp, login: &'static str, change: impl FnOnce(&mut Preferences)) {
    let (actor, at) = (actor(app, login).await, app.desk().moment());
    let mut wish = Preferences {
        page_size: 25,
        language: "en".into(),
        time_zone: None,
        theme: "system".into(),
        keys_enabled: true,
        signature: String::new(),
        away_until: None,
        stand_in: None,
    };
    change(&mut wish);
    let save = move |tx: &mut turnstone::db::Tx<'_>| agents::save_preferences(tx, &actor, &wish, &at);
    app.desk().db.write(save).await.expect("the preferences are saved");
}

async fn policy(app: &TestApp, policy: FollowUpPolicy) {
    let set = move |tx: &mut turnstone::db::Tx<'_>| {
        diesel::update(queues::table).set(queues::follow_up_policy.eq(policy)).execute(&mut **tx)?;
        Ok(())
    };
    app.desk().db.write(set).await.expect("the policy is set");
}

both_databases! {
    async fn undo_within_the_hold_lets_nothing_leave_and_keeps_the_text(database) {
        let mut app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        let body = json!({ "body_text": "Too early.", "hold_seconds": 60, "state": "closed" });
        let reply = app.root.post(&format!("/api/v1/tickets/{number}/replies"), body).await.assert(201).json();
        assert_eq!(reply["delivery"]["state"], "held");
        // The hold outlives a restart.
        app.restart().await;
        undo(&app, &number, &text(&reply["id"])).await.expect("in time");
        let twice = undo(&app, &number, &text(&reply["id"])).await;
        assert!(matches!(twice, Err(Error::NotFound)), "the reply is a draft now: {twice:?}");
        let ticket = app.ticket(&number).await;
        assert_eq!(ticket["state"], "new", "what the reply did is undone as well");
        assert_eq!(app.articles(&number).await.iter().filter(|article| article["sender_type"] == "agent").count(), 0);
        let actor = actor(&app, "root").await;
        let wanted = number.clone();
        let draft = app.desk().db.read(move |conn| {
            let access = access::readable(conn, &actor, &wanted)?;
            drafts::find(conn, &actor, access.ticket().id, DraftKind::Reply)
        }).await.expect("read").expect("a draft");
        assert!(draft.fields.contains("Too early."), "{}", draft.fields);
        app.advance(SignedDuration::from_secs(90)).await;
        app.settle().await;
        assert!(app.relay.received_by("anna@customer.example").is_empty(), "nothing left");
    }

    async fn a_ticket_that_waited_waits_again_until_then_and_is_reminded_of(database) {
        let app = TestApp::start(database).await;
        app.hush().await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let wait = async |minutes: i64| {
            let until = (app.clock.now() + SignedDuration::from_mins(minutes)).to_string();
            let set = json!({ "value": "pending reminder", "until": until });
            app.root.put(&format!("/api/v1/tickets/{number}/state"), set).await.assert(200).json()
        };
        let answer = async |mut body: Value| {
            body["body_text"] = json!("Too early.");
            body["hold_seconds"] = json!(3_600);
            let replies = format!("/api/v1/tickets/{number}/replies");
            text(&app.root.post(&replies, body).await.assert(201).json()["id"])
        };
        let waiting = wait(120).await;
        let before = (waiting["state"].clone(), waiting["pending_until"].clone());
        let later = (app.clock.now() + SignedDuration::from_hours(48)).to_string();
        for body in [json!({ "state": "closed" }), json!({ "state": "open" }), json!({ "state": "pending reminder", "until": later })] {
            let reply = answer(body.clone()).await;
            let now = app.ticket(&number).await;
            assert_ne!((now["state"].clone(), now["pending_until"].clone()), before, "{body}: {now}");
            undo(&app, &number, &reply).await.expect("in time");
            let now = app.ticket(&number).await;
            assert_eq!((now["state"].clone(), now["pending_until"].clone()), before, "{body}: {now}");
        }
        // The reply's change of state is undone with it, and by nothing else.
        let acts = app.root.get(&format!("/api/v1/tickets/{number}/acts")).await.items();
        assert_eq!(acts.len(), 1, "{acts:?}");
        app.advance(SignedDuration::from_mins(121)).await;
        tests::wait_until("the reminder", std::time::Duration::from_secs(10), async || {
            let history = app.root.get(&format!("/api/v1/tickets/{number}/history?limit=100")).await.items();
            history.iter().any(|event| event["kind"] == "reminded").then_some(())
        })
        .await;
        // A moment that has passed meanwhile is no reason to wait.
        wait(10).await;
        let reply = answer(json!({ "state": "closed" })).await;
        app.advance(SignedDuration::from_mins(20)).await;
        undo(&app, &number, &reply).await.expect("in time");
        let now = app.ticket(&number).await;
        assert_eq!((&now["state"], now["pending_until"].is_null()), (&json!("open"), true), "{now}");
        crate::tickets::counters_agree(&app).await;
    }

    async fn what_was_typed_below_a_mark_is_no_signature(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let support = queue_id(&app, "Support").await;
        let sign = async |words: &str| {
            app.root.patch(&format!("/api/v1/queues/{support}"), json!({ "signature": words })).await.assert(200);
        };
        let typed = "Hello.\n\n-- \nPS: I am in on Friday.";
        let alone = "-- \nPS: I am in on Friday.";
        // The queue's signature when it is sent and when it is taken back; what is in the draft.
        for (then, now, body, back) in [
            ("", "", typed, typed.to_owned()),
            ("", "", alone, alone.to_owned()),
            ("", "Support", typed, typed.to_owned()),
            ("Support", "Support", "Hello.", "Hello.".to_owned()),
            ("Support", "Support", typed, typed.to_owned()),
            ("Support\n\n-- \nDay and night", "Support\n\n-- \nDay and night", typed, typed.to_owned()),
            ("Support", "", typed, format!("{typed}\n\n-- \nSupport")),
            ("Support", "Help", typed, format!("{typed}\n\n-- \nSupport")),
        ] {
            let number = app.ticket_from(&mail("anna@customer.example")).await;
            sign(then).await;
            let reply = json!({ "body_text": body, "hold_seconds": 60 });
            let reply = app.root.post(&format!("/api/v1/tickets/{number}/replies"), reply).await.assert(201).json();
            sign(now).await;
            let undo = format!("/api/v1/articles/{}/undo", text(&reply["id"]));
            let draft = app.root.post(&undo, json!({})).await.assert(201).json();
            assert_eq!(draft["body_text"], back, "{then:?}, then {now:?}");
        }
        // It is the signature of the queue in which it was written.
        sign("Support").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let reply = json!({ "body_text": typed, "hold_seconds": 60 });
        let reply = app.root.post(&format!("/api/v1/tickets/{number}/replies"), reply).await.assert(201).json();
        app.root.set(&number, "queue", "Billing").await;
        let undo = format!("/api/v1/articles/{}/undo", text(&reply["id"]));
        assert_eq!(app.root.post(&undo, json!({})).await.assert(201).json()["body_text"], typed);
    }

    async fn after_the_hold_it_is_too_late(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        let body = json!({ "body_text": "On its way.", "hold_seconds": 30 });
        let reply = app.root.post(&format!("/api/v1/tickets/{number}/replies"), body).await.assert(201).json();
        app.advance(SignedDuration::from_secs(40)).await;
        app.relay.wait_for("anna@customer.example", 1).await;
        let late = undo(&app, &number, &text(&reply["id"])).await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
        app.settle().await;
        assert_eq!(app.relay.received_by("anna@customer.example").len(), 1);
    }

    async fn who_goes_away_frees_his_tickets_and_an_absent_owner_does_not_hold_a_follow_up(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        let dana = app.agent("dana", &["Agent"]).await;
        dana.lock(&number).await;
        let until = app.desk().clock.now().checked_add(SignedDuration::from_hours(48)).unwrap();
        prefer(&app, "dana", |wish| wish.away_until = Some(until)).await;
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["lock"]["locked"], &ticket["owner"]), (&json!(false), &json!("dana")));
        // A colleague hands her a locked ticket all the same: the customer's next mail frees it.
        app.root.lock(&number).await;
        app.root.set(&number, "owner", "dana").await;
        assert_eq!(app.ticket(&number).await["lock"]["locked"], true);
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["lock"]["locked"], &ticket["owner"]), (&json!(false), &json!("dana")));
    }

    async fn who_is_away_and_works_all_the_same_keeps_his_locks_in_another_theme(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let until = app.desk().clock.now().checked_add(SignedDuration::from_hours(48)).unwrap();
        prefer(&app, "dana", |wish| wish.away_until = Some(until)).await;
        dana.lock(&number).await;
        prefer(&app, "dana", |wish| {
            wish.away_until = Some(until);
            wish.signature = "Dana".to_owned();
        })
        .await;
        let browser = app.visitor();
        browser.sign_in("dana", tests::binary::PASSWORD).await;
        browser.get("/tickets").await.assert(200);
        let request = browser.request(reqwest::Method::PUT, "/preferences/theme").header("X-CSRF-Token", browser.csrf());
        browser.send(request.json(&json!({ "theme": "dark" }))).await.assert(204);
        assert_eq!(app.ticket(&number).await["lock"]["locked"], true);
        let request = browser.request(reqwest::Method::PUT, "/preferences/theme").header("X-CSRF-Token", browser.csrf());
        browser.send(request.json(&json!({ "theme": "plaid" }))).await.assert(422);
    }

    async fn each_notification_can_be_switched_off(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let off = json!({ "items": [{ "event": "new_ticket", "mail": "off", "browser": true }] });
        dana.put("/api/v1/preferences/notices", off).await.assert(200);
        let question = mail("anna@customer.example");
        app.ticket_from(&question).await;
        app.settle().await;
        assert!(app.relay.received_by("dana@helpdesk.example").is_empty(), "new tickets are switched off");
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        app.relay.wait_for("dana@helpdesk.example", 1).await;
    }

    async fn a_queue_that_rejects_appends_nothing_and_says_what_to_do(database) {
        let app = TestApp::start(database).await;
        policy(&app, FollowUpPolicy::Reject).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        app.root.set(&number, "state", "closed").await;
        let before = app.articles(&number).await.iter().filter(|article| article["sender_type"] == "customer").count();
        app.hush().await;
        // The confirmation of the ticket counts for the thread: another address of the thread hears the refusal.
        let answer = app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        assert_eq!(answer["disposition"], "ignored");
        let after = app.articles(&number).await.iter().filter(|article| article["sender_type"] == "customer").count();
        assert_eq!((before, app.ticket(&number).await["state"].clone()), (after, json!("closed")));
        app.settle().await;
        assert!(app.relay.received_by("root@helpdesk.example").is_empty(), "nobody is notified");
        let told = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
        assert!(told.mail().text().contains("support@helpdesk.example"), "what to do: {}", told.mail().text());
    }

    async fn a_queue_that_begins_anew_links_and_goes_on_there(database) {
        let app = TestApp::start(database).await;
        policy(&app, FollowUpPolicy::NewTicket).await;
        let question = mail("anna@customer.example");
        let old = app.ticket_from(&question).await;
        app.root.set(&old, "state", "closed").await;
        let again = mail("anna@customer.example").answering([question.id()]);
        let answer = app.deliver(&again).await;
        assert_eq!(answer["disposition"], "new");
        let new = text(&answer["ticket"]);
        assert_ne!(old, new);
        // The old mail's id now leads to where the matter goes on.
        let third = app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        assert_eq!((text(&third["ticket"]), &third["disposition"]), (new, &json!("follow_up")));
        assert_eq!(app.ticket(&old).await["state"], "closed");
    }
}
