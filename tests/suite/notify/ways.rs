//! By which ways one hears: by mail at once or gathered, in the browser, and of many tickets together.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{Person, TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail, wait_until};

use super::heard;

async fn choose(who: &Person, ways: &[(&str, &str, bool)]) {
    let items: Vec<Value> = ways
        .iter()
        .map(|(event, mail, browser)| json!({ "event": event, "mail": mail, "browser": browser }))
        .collect();
    who.put("/api/v1/preferences/notices", json!({ "items": items })).await.assert(200);
}

/// Event, ticket and count of what somebody was told in the browser, the newest first.
async fn told(who: &Person) -> Vec<(String, String, i64)> {
    let items = who.get("/api/v1/notices").await.assert(200).items();
    let one = |item: &Value| (text(&item["event"]), text(&item["ticket"]), item["count"].as_i64().unwrap());
    items.iter().map(one).collect()
}

/// Does it to these tickets at once and waits until that is over.
async fn bulk(app: &TestApp, tickets: &[String], mut deed: Value) {
    deed["tickets"] = json!(tickets);
    let made = app.root.post("/api/v1/bulks", deed).await.assert(201).json();
    let path = format!("/api/v1/bulks/{}", text(&made["id"]));
    wait_until("the bulk", Duration::from_secs(60), async || {
        let now = app.root.get(&path).await.assert(200).json();
        (now["state"] == "done").then_some(())
    })
    .await;
}

both_databases! {
    async fn each_event_comes_by_the_ways_that_were_chosen(database) {
        let app = TestApp::start(database).await;
        app.role("Reader", "Support", &["read"]).await;
        let (dana, rita) = (app.agent("dana", &["Agent"]).await, app.agent("rita", &["Reader"]).await);
        choose(&dana, &[("new_ticket", "off", true), ("follow_up", "now", false)]).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        app.settle().await;
        assert!(heard(&app, "dana").is_empty(), "no mail: {:?}", heard(&app, "dana"));
        assert_eq!(told(&dana).await, [("new_ticket".to_owned(), number.clone(), 1)]);
        assert!(told(&rita).await.is_empty(), "who does not follow the queue hears nothing");
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        app.relay.wait_for("dana@helpdesk.example", 1).await;
        assert_eq!(told(&dana).await.len(), 1, "not in the browser");
        // Nothing at all.
        choose(&dana, &[("new_ticket", "off", false)]).await;
        app.hush().await;
        app.ticket_from(&mail("ben@customer.example")).await;
        app.settle().await;
        assert!(heard(&app, "dana").is_empty() && told(&dana).await.len() == 1);
        let wrong = json!({ "items": [{ "event": "new_ticket", "mail": "sometimes", "browser": true }] });
        let refused = dana.put("/api/v1/preferences/notices", wrong).await.assert(422).json();
        assert_eq!(refused["errors"][0]["field"], "mail", "{refused}");
    }

    async fn whoever_is_given_a_ticket_hears_of_it_and_the_giver_does_not(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let (dana, eve) = (app.agent("dana", &["Agent"]).await, app.agent("eve", &["Agent"]).await);
        app.hush().await;
        dana.set(&number, "owner", "eve").await;
        let mail = app.relay.wait_for("eve@helpdesk.example", 1).await.remove(0);
        assert!(mail.mail().subject().contains("was given to you"), "{}", mail.mail().subject());
        assert_eq!(told(&eve).await, [("assigned".to_owned(), number.clone(), 1)]);
        eve.set(&number, "owner", "dana").await;
        dana.set(&number, "owner", "root").await;
        dana.set(&number, "owner", "dana").await;
        app.settle().await;
        assert_eq!(heard(&app, "eve").len(), 1);
        assert_eq!(told(&dana).await.len(), 1, "only what eve did: {:?}", told(&dana).await);
    }

    async fn what_gathered_leaves_in_one_mail_once(database) {
        let app = TestApp::start_at(database, "2026-11-09T09:05:00Z").await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["reply"]).await;
        app.role("Supporter", "Support", &["reply"]).await;
        let dana = app.agent("dana", &["Supporter", "Biller"]).await;
        choose(&dana, &[("new_ticket", "hour", false), ("follow_up", "hour", false), ("mention", "day", true)]).await;
        let question = mail("anna@customer.example").subject("Paper jam");
        let number = app.ticket_from(&question).await;
        app.deliver_as("ben@customer.example", "billing@helpdesk.example", &mail("ben@customer.example").subject("Secret bill")).await;
        for _ in 0..2 {
            app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        }
        let note = json!({ "body_text": "@dana have a look" });
        app.root.post(&format!("/api/v1/tickets/{number}/notes"), note).await.assert(201);
        app.advance(SignedDuration::from_mins(54)).await;
        app.settle().await;
        assert!(heard(&app, "dana").is_empty(), "before the hour: {:?}", heard(&app, "dana"));
        // What she may no longer read is not in it.
        let agents = app.root.get("/api/v1/agents?limit=200").await.items();
        let id = text(&agents.iter().find(|agent| agent["login"] == "dana").unwrap()["id"]);
        app.root.patch(&format!("/api/v1/agents/{id}"), json!({ "roles": ["Supporter"] })).await.assert(200);
        app.advance(SignedDuration::from_mins(2)).await;
        let digest = app.relay.wait_for("dana@helpdesk.example", 1).await.remove(0).mail();
        assert!(digest.subject().starts_with("2 things"), "{}", digest.subject());
        let told = digest.text();
        assert!(told.contains(&format!("2 new answers to ticket {number}: Paper jam")), "{told}");
        assert!(told.contains("New ticket") && told.contains(&format!("/tickets/{number}")), "{told}");
        assert!(!told.contains("Secret bill") && !told.contains("have a look"), "{told}");
        app.hush().await;
        app.advance(SignedDuration::from_hours(3)).await;
        app.settle().await;
        assert!(heard(&app, "dana").is_empty(), "none where nothing came: {:?}", heard(&app, "dana"));
        // In the morning of the installation's zone.
        app.advance(SignedDuration::from_hours(20)).await;
        let daily = app.relay.wait_for("dana@helpdesk.example", 1).await.remove(0).mail();
        assert!(daily.subject().contains("named in a note"), "alone it is its own subject: {}", daily.subject());
        app.advance(SignedDuration::from_hours(30)).await;
        app.settle().await;
        assert_eq!(heard(&app, "dana").len(), 1, "once");
    }

    async fn many_tickets_at_once_are_one_mail_and_one_notice(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["full"]).await;
        let (bill, eve) = (app.agent("bill", &["Biller"]).await, app.agent("eve", &["Agent"]).await);
        choose(&eve, &[("move", "hour", true)]).await;
        app.write_to_many(30, |n| format!("customer{n}@customer.example")).await;
        app.hush().await;
        let seen = told(&eve).await.len();
        let numbers: Vec<String> = app.tickets().await.iter().map(|ticket| text(&ticket["number"])).collect();
        bulk(&app, &numbers, json!({ "act": "move", "value": "Billing" })).await;
        let mail = app.relay.wait_for("bill@helpdesk.example", 1).await.remove(0).mail();
        assert_eq!(mail.subject(), "30 tickets were moved to Billing");
        for number in &numbers {
            assert!(mail.text().contains(&format!("/tickets/{number}")), "{number} is in {}", mail.text());
        }
        app.settle().await;
        assert_eq!(heard(&app, "bill").len(), 1, "one for all");
        assert!(heard(&app, "eve").is_empty(), "hers waits for the hour");
        let notices = told(&bill).await;
        assert_eq!((notices.len(), notices[0].0.as_str(), notices[0].2), (1, "move", 30));
        assert_eq!(told(&eve).await.len(), seen + 1);
        app.hush().await;
        bulk(&app, &numbers[..2], json!({ "act": "assign", "value": "bill" })).await;
        let mail = app.relay.wait_for("bill@helpdesk.example", 1).await.remove(0).mail();
        assert_eq!(mail.subject(), "2 tickets were given to you");
        // A single one is told like any other.
        app.hush().await;
        bulk(&app, &numbers[2..3], json!({ "act": "assign", "value": "bill" })).await;
        let mail = app.relay.wait_for("bill@helpdesk.example", 1).await.remove(0).mail();
        assert!(mail.subject().contains(&numbers[2]), "{}", mail.subject());
    }

    async fn a_new_ticket_that_a_rule_gives_somebody_is_told_him_once_by_each_way(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let eve = app.agent("eve", &["Agent"]).await;
        choose(&eve, &[("new_ticket", "off", true), ("assigned", "now", true)]).await;
        let new = |owner: &str| json!({
            "queue": "Support", "title": "Paper jam", "customer": { "address": "anna@customer.example" },
            "channel": "phone", "body_text": "She called.", "owner": owner
        });
        let number = text(&app.root.post("/api/v1/tickets", new("dana")).await.assert(201).json()["number"]);
        app.settle().await;
        assert_eq!(heard(&app, "dana").len(), 1, "{:?}", heard(&app, "dana"));
        assert_eq!(told(&dana).await, [("new_ticket".to_owned(), number, 1)]);
        app.root.post("/api/v1/tickets", new("eve")).await.assert(201);
        app.settle().await;
        assert_eq!(heard(&app, "eve").len(), 1, "by mail only that it is hers: {:?}", heard(&app, "eve"));
        assert!(heard(&app, "dana").len() == 2 && told(&eve).await.len() == 2);
    }

    async fn who_takes_over_the_tickets_of_a_colleague_hears_of_all_at_once(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let emil = app.agent("emil", &["Agent"]).await;
        for n in 0..5 {
            let number = app.ticket_from(&mail(&format!("customer{n}@customer.example"))).await;
            app.root.set(&number, "owner", "emil").await;
        }
        app.settle().await;
        app.hush().await;
        let before = told(&dana).await.len();
        let agents = app.root.get("/api/v1/agents?limit=200").await.items();
        let id = text(&agents.iter().find(|agent| agent["login"] == "emil").unwrap()["id"]);
        app.root.put(&format!("/api/v1/agents/{id}/retirement"), json!({ "to": "dana" })).await.assert(200);
        let mail = app.relay.wait_for("dana@helpdesk.example", 1).await.remove(0).mail();
        assert_eq!(mail.subject(), "5 tickets were given to you");
        app.settle().await;
        assert_eq!(heard(&app, "dana").len(), 1, "one for all");
        let notices = told(&dana).await;
        assert_eq!((notices.len(), notices[0].0.as_str(), notices[0].2), (before + 1, "assigned", 5));
        drop(emil);
    }

    async fn what_gathered_of_an_event_that_is_off_meanwhile_is_not_told(database) {
        let app = TestApp::start_at(database, "2026-11-09T09:05:00Z").await;
        let dana = app.agent("dana", &["Agent"]).await;
        choose(&dana, &[("new_ticket", "hour", false)]).await;
        app.ticket_from(&mail("anna@customer.example")).await;
        choose(&dana, &[("new_ticket", "off", false)]).await;
        app.advance(SignedDuration::from_hours(2)).await;
        app.settle().await;
        assert!(heard(&app, "dana").is_empty(), "{:?}", heard(&app, "dana"));
    }

    async fn the_bell_counts_what_was_not_seen_and_may_be_read(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example").subject("Paper jam");
        app.role("Supporter", "Support", &["reply"]).await;
        app.agent("dana", &["Supporter"]).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let empty = browser.get("/notices").await.assert(200).text();
        assert!(empty.contains("Nothing yet") && !bell(&empty).starts_with(char::is_numeric), "{}", bell(&empty));
        let number = app.ticket_from(&question).await;
        for _ in 0..2 {
            app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        }
        app.ticket_from(&mail("ben@customer.example").subject("No light")).await;
        let page = browser.get("/notices").await.assert(200).text();
        assert!(bell(&page).starts_with('3'), "answers to one ticket are one notice: {}", bell(&page));
        assert!(page.contains("2 new answers") && page.contains("Paper jam") && page.contains("No light"), "{page}");
        // Looking at a ticket is seeing what one was told of it.
        let shown = browser.get(&format!("/tickets/{number}")).await.assert(200).text();
        assert!(shown.contains("data-unread"));
        let csrf = shown.split("data-csrf=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let seen = browser.request(reqwest::Method::POST, &format!("/tickets/{number}/seen"));
        browser.send(seen.header("x-csrf-token", csrf)).await.assert(303);
        let page = browser.get("/notices").await.assert(200).text();
        assert!(bell(&page).starts_with('1'), "{}", bell(&page));
        let last = page.split("name=\"last\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        browser.submit("/notices/read", &[("last", &last)]).await.assert(303);
        let page = browser.get("/notices").await.assert(200).text();
        assert!(!bell(&page).starts_with(char::is_numeric) && !page.contains("/notices/read"), "{page}");
        // What one may no longer read was never there.
        let agents = app.root.get("/api/v1/agents?limit=200").await.items();
        let id = text(&agents.iter().find(|agent| agent["login"] == "dana").unwrap()["id"]);
        app.ticket_from(&mail("cleo@customer.example").subject("Third")).await;
        assert!(bell(&browser.get("/dashboard").await.text()).starts_with('1'));
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["reply"]).await;
        app.root.patch(&format!("/api/v1/agents/{id}"), json!({ "roles": ["Biller"] })).await.assert(200);
        let page = browser.get("/notices").await.assert(200).text();
        assert!(!bell(&page).starts_with(char::is_numeric) && !page.contains("Third") && page.contains("Nothing yet"), "{page}");
    }
}

/// What the bell of a page says.
fn bell(page: &str) -> &str {
    page.split("id=\"n-bell\"").nth(1).and_then(|rest| rest.split('>').nth(1)).unwrap_or_default()
}
