//! Replies that are to leave later: they do, or they come back.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::smtp_peer::Behaviour;
use tests::{both_databases, mail};

const ANNA: &str = "anna@customer.example";
/// A Monday.
const NOW: &str = "2026-11-09T16:00:00Z";

async fn plan(app: &TestApp, number: &str, body: Value) -> Value {
    let mut body = body;
    body["send_at"] = json!("2026-11-10T08:00:00Z");
    app.root.post(&format!("/api/v1/tickets/{number}/replies"), body).await.assert(201).json()
}

async fn draft_of(app: &TestApp, number: &str) -> String {
    let visitor = app.visitor();
    visitor.sign_in("root", PASSWORD).await;
    let page = visitor.get(&format!("/tickets/{number}")).await.assert(200).text();
    let area = page.split("<textarea id=\"body\"").nth(1).and_then(|rest| rest.split("</textarea>").next());
    area.and_then(|area| area.split_once('>'))
        .map(|(_, text)| text.trim_start().to_owned())
        .unwrap_or_default()
}

both_databases! {
    async fn a_planned_reply_leaves_when_it_was_planned_for_and_not_before(database) {
        let mut app = TestApp::start_at(database, NOW).await;
        let number = app.ticket_from(&mail(ANNA)).await;
        app.hush().await;
        let reply = plan(&app, &number, json!({ "body_text": "Good morning." })).await;
        assert_eq!(reply["delivery"]["state"], "held");
        let root = app.visitor();
        root.sign_in("root", PASSWORD).await;
        let page = root.get(&format!("/tickets/{number}")).await.text();
        assert!(page.contains("Goes out Tomorrow 08:00"), "{page}");
        assert!(!page.contains("data-toast data-seconds"), "it is no toast on each page for a night");
        app.restart().await;
        app.advance(SignedDuration::from_hours(15)).await;
        app.settle().await;
        assert!(app.relay.received_by(ANNA).is_empty(), "the hold of ten seconds is not its own");
        app.advance(SignedDuration::from_mins(61)).await;
        let sent = app.relay.wait_for(ANNA, 1).await.remove(0);
        assert!(sent.mail().header("Date").unwrap().contains("10 Nov 2026 08:00"), "{:?}", sent.mail().header("Date"));
        app.delivery(&reply, "sent").await;
        for wrong in ["2026-11-09T15:00:00Z", "2029-01-01T00:00:00Z"] {
            let body = json!({ "body_text": "Late.", "send_at": wrong });
            let refused = app.root.post(&format!("/api/v1/tickets/{number}/replies"), body).await;
            assert_eq!(refused.assert(422).json()["errors"][0]["field"], "send_at", "{wrong}");
        }
    }

    async fn it_comes_back_to_the_draft_when_the_customer_writes_before(database) {
        let app = TestApp::start_at(database, NOW).await;
        let first = mail(ANNA);
        let number = app.ticket_from(&first).await;
        let dana = app.agent("dana", &["Agent"]).await;
        plan(&app, &number, json!({ "body_text": "Please try it tomorrow.", "cc": ["carl@customer.example"], "state": "closed" })).await;
        // Somebody else owns the ticket by then, and its author has begun something new.
        app.root.set(&number, "state", "open").await;
        let root = app.visitor();
        root.sign_in("root", PASSWORD).await;
        let page = root.get(&format!("/tickets/{number}")).await.text();
        let csrf = page.split("data-csrf=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let draft = json!({ "kind": "reply", "to": ANNA, "body": "A second thought.", "base": 0 });
        let request = root.request(reqwest::Method::PUT, &format!("/tickets/{number}/draft")).header("x-csrf-token", csrf);
        root.send(request.json(&draft)).await.assert(200);
        app.root.set(&number, "owner", &dana.login).await;
        app.hush().await;
        // A machine's mail is no answer.
        let machine = mail(ANNA).answering([first.id()]).header("Auto-Submitted", "auto-replied").text("Out of office.\n");
        app.deliver(&machine).await;
        assert_eq!(draft_of(&app, &number).await, "A second thought.");
        app.deliver(&mail(ANNA).answering([first.id()]).text("It works now!\n")).await;
        let draft = draft_of(&app, &number).await;
        assert_eq!(draft, "Please try it tomorrow.\n\nA second thought.", "neither text is lost");
        assert!(app.articles(&number).await.iter().all(|article| article["sender_type"] != "agent"));
        let history = app.root.get(&format!("/api/v1/tickets/{number}/history?limit=100")).await.items();
        assert!(history.iter().any(|event| event["kind"] == "reply_handed_back"), "{history:?}");
        app.relay.wait_for("root@helpdesk.example", 1).await;
        app.advance(SignedDuration::from_hours(30)).await;
        app.settle().await;
        assert!(app.relay.received_by(ANNA).is_empty() && app.relay.received_by("carl@customer.example").is_empty());
        crate::tickets::counters_agree(&app).await;
    }

    async fn with_it_comes_back_what_was_typed_below_a_mark(database) {
        let app = TestApp::start_at(database, NOW).await;
        let question = mail(ANNA);
        let number = app.ticket_from(&question).await;
        // Nobody has a signature: nothing was put below it.
        let typed = "Good morning.\n\n-- \nPS: from Friday on.";
        plan(&app, &number, json!({ "body_text": typed })).await;
        app.deliver(&mail(ANNA).answering([question.id()]).text("It works now!\n")).await;
        assert_eq!(draft_of(&app, &number).await, typed);
    }

    async fn the_ticket_changes_when_it_leaves_and_not_before(database) {
        let app = TestApp::start_at(database, NOW).await;
        let number = app.ticket_from(&mail(ANNA)).await;
        app.hush().await;
        plan(&app, &number, json!({ "body_text": "Solved.", "state": "closed" })).await;
        assert_eq!(app.ticket(&number).await["state"], "new");
        app.advance(SignedDuration::from_hours(17)).await;
        app.relay.wait_for(ANNA, 1).await;
        tests::wait_until("the ticket closed", std::time::Duration::from_secs(20), async || {
            (app.ticket(&number).await["state"] == "closed").then_some(())
        })
        .await;
        // A ticket that was closed meanwhile is not opened by it.
        let other = app.ticket_from(&mail(ANNA)).await;
        let body = json!({ "body_text": "More.", "state": "open", "send_at": "2026-11-11T08:00:00Z" });
        app.root.post(&format!("/api/v1/tickets/{other}/replies"), body).await.assert(201);
        app.root.set(&other, "state", "closed").await;
        app.advance(SignedDuration::from_hours(24)).await;
        app.relay.wait_for(ANNA, 2).await;
        assert_eq!(app.ticket(&other).await["state"], "closed");
        crate::tickets::counters_agree(&app).await;
    }

    async fn whoever_may_no_longer_answer_gets_it_back(database) {
        let app = TestApp::start_at(database, NOW).await;
        let number = app.ticket_from(&mail(ANNA)).await;
        app.hush().await;
        app.role("Writer", "Support", &["reply"]).await;
        let will = app.agent("will", &["Writer"]).await;
        let body = json!({ "body_text": "From Will.", "state": "closed", "send_at": "2026-11-10T08:00:00Z" });
        will.post(&format!("/api/v1/tickets/{number}/replies"), body).await.assert(201);
        // He may not answer where it is by then.
        app.queue("Billing", "billing@helpdesk.example").await;
        app.root.set(&number, "queue", "Billing").await;
        app.advance(SignedDuration::from_hours(17)).await;
        tests::wait_until("the reply handed back", std::time::Duration::from_secs(20), async || {
            let history = app.root.get(&format!("/api/v1/tickets/{number}/history?limit=100")).await.items();
            history.iter().any(|event| event["kind"] == "reply_handed_back").then_some(())
        })
        .await;
        app.settle().await;
        assert!(app.relay.received_by(ANNA).is_empty());
        assert_eq!(app.ticket(&number).await["state"], "new");
        assert!(app.articles(&number).await.iter().all(|article| article["sender_type"] != "agent"));
        crate::tickets::counters_agree(&app).await;
    }

    async fn what_waits_behind_an_older_mail_is_still_a_plan(database) {
        let app = TestApp::start_at(database, NOW).await;
        let number = app.ticket_from(&mail(ANNA)).await;
        app.hush().await;
        app.role("Writer", "Support", &["reply"]).await;
        let will = app.agent("will", &["Writer"]).await;
        app.relay.rule(ANNA, Behaviour::RefuseRecipient(450, "4.2.1 try later"));
        let replies = format!("/api/v1/tickets/{number}/replies");
        let first = json!({ "body_text": "First.", "hold_seconds": 0 });
        let first = will.post(&replies, first).await.assert(201).json();
        app.delivery(&first, "deferred").await;
        let body = json!({ "body_text": "From Will.", "state": "closed", "send_at": "2026-11-10T08:00:00Z" });
        let planned = will.post(&replies, body).await.assert(201).json();
        app.queue("Billing", "billing@helpdesk.example").await;
        app.root.set(&number, "queue", "Billing").await;
        app.advance(SignedDuration::from_hours(17)).await;
        // Its moment has come, its turn has not: the first is refused once more.
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        app.delivery(&planned, "held").await;
        app.relay.relent();
        app.advance(SignedDuration::from_hours(8)).await;
        tests::wait_until("the reply handed back", std::time::Duration::from_secs(20), async || {
            let history = app.root.get(&format!("/api/v1/tickets/{number}/history?limit=100")).await.items();
            history.iter().any(|event| event["kind"] == "reply_handed_back").then_some(())
        })
        .await;
        app.settle().await;
        let sent = app.relay.received_by(ANNA);
        assert!(sent.len() == 1 && sent[0].mail().text().contains("First."), "{sent:?}");
        assert_eq!(app.ticket(&number).await["state"], "open");
    }

    async fn who_writes_while_it_waits_behind_an_older_mail_is_not_passed_over(database) {
        let app = TestApp::start_at(database, NOW).await;
        let question = mail(ANNA);
        let number = app.ticket_from(&question).await;
        app.hush().await;
        app.relay.rule(ANNA, Behaviour::RefuseRecipient(450, "4.2.1 try later"));
        let replies = format!("/api/v1/tickets/{number}/replies");
        let first = json!({ "body_text": "First.", "hold_seconds": 0 });
        let first = app.root.post(&replies, first).await.assert(201).json();
        app.delivery(&first, "deferred").await;
        let body = json!({ "body_text": "Please try X.", "state": "closed", "send_at": "2026-11-10T08:00:00Z" });
        let planned = app.root.post(&replies, body).await.assert(201).json();
        app.advance(SignedDuration::from_hours(17)).await;
        app.delivery(&planned, "held").await;
        // Its moment has come, and it lies here still: X did not help.
        app.deliver(&mail(ANNA).answering([question.id()]).text("X did not work.")).await;
        let history = app.root.get(&format!("/api/v1/tickets/{number}/history?limit=100")).await.items();
        assert!(history.iter().any(|event| event["kind"] == "reply_handed_back"), "{history:?}");
        app.relay.relent();
        app.advance(SignedDuration::from_hours(8)).await;
        app.settle().await;
        let sent = app.relay.received_by(ANNA);
        assert!(sent.iter().all(|mail| !mail.mail().text().contains("Please try X.")), "{sent:?}");
        assert_eq!(app.ticket(&number).await["state"], "open");
    }

    async fn its_author_takes_it_back_and_nobody_else(database) {
        let app = TestApp::start_at(database, NOW).await;
        let number = app.ticket_from(&mail(ANNA)).await;
        app.hush().await;
        let dana = app.agent("dana", &["Agent"]).await;
        let reply = plan(&app, &number, json!({ "body_text": "Not yet." })).await;
        app.root.post(&format!("/api/v1/tickets/{number}/notes"), json!({ "body_text": "Planned for tomorrow." })).await.assert(201);
        app.advance(SignedDuration::from_hours(10)).await;
        let undo = format!("/api/v1/articles/{}/undo", text(&reply["id"]));
        dana.post(&undo, json!({})).await.assert(403);
        let taken = app.root.post(&undo, json!({})).await.assert(201).json();
        assert_eq!((&taken["ticket"], &taken["body_text"]), (&json!(number), &json!("Not yet.")));
        assert_eq!(draft_of(&app, &number).await, "Not yet.");
        app.root.post(&undo, json!({})).await.assert(404);
        app.advance(SignedDuration::from_hours(30)).await;
        app.settle().await;
        assert!(app.relay.received_by(ANNA).is_empty());
        crate::tickets::counters_agree(&app).await;
    }

    async fn the_form_plans_one_too(database) {
        let app = TestApp::start_at(database, NOW).await;
        let number = app.ticket_from(&mail(ANNA)).await;
        app.hush().await;
        let root = app.visitor();
        root.sign_in("root", PASSWORD).await;
        let page = root.get(&format!("/tickets/{number}")).await.text();
        assert!(page.contains("value=\"2026-11-10T08:00\""), "tomorrow at eight is what is offered");
        let form = |at: &'static str| vec![("kind", "reply"), ("then", "later"), ("to", ANNA), ("body", "Good morning."), ("send_at", at)];
        let post = format!("/tickets/{number}/articles");
        for wrong in ["", "soon", "2026-11-08T08:00"] {
            let page = root.submit(&post, &form(wrong)).await.assert(422).text();
            assert!(page.contains("Good morning."), "{wrong}");
        }
        root.submit(&post, &form("2026-11-11T09:30")).await.assert(303);
        let article = app.articles(&number).await.into_iter().find(|article| article["sender_type"] == "agent").unwrap();
        let back = root.submit(&format!("/articles/{}/undo", text(&article["id"])), &[]).await;
        assert_eq!(back.assert(303).location(), format!("/tickets/{number}#reply"));
        assert_eq!(draft_of(&app, &number).await, "Good morning.");
    }
}
