//! Many tickets at once: to each exactly what is done to one, with a list of what was refused and why, and a way back.

use std::time::Duration;

use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail, wait_until};

/// Waits until the bulk is done, and returns it.
async fn done(who: &Client, bulk: &Value) -> Value {
    let path = format!("/api/v1/bulks/{}", text(&bulk["id"]));
    wait_until("the bulk", Duration::from_secs(60), async || {
        let now = who.get(&path).await.assert(200).json();
        (now["state"] == "done").then_some(now)
    })
    .await
}

async fn bulk(who: &Client, tickets: &[String], mut deed: Value) -> Value {
    deed["tickets"] = json!(tickets);
    let made = who.post("/api/v1/bulks", deed).await.assert(201).json();
    done(who, &made).await
}

async fn undo(who: &Client, bulk: &Value) -> Value {
    let path = format!("/api/v1/bulks/{}/undo", text(&bulk["id"]));
    let made = who.post(&path, json!({})).await.assert(201).json();
    done(who, &made).await
}

async fn reasons(who: &Client, bulk: &Value) -> Vec<(String, String)> {
    let items = who.get(&format!("/api/v1/bulks/{}/items", text(&bulk["id"]))).await.items();
    let refused = items.iter().filter(|item| item["state"] == "refused");
    refused.map(|item| (text(&item["ticket"]), text(&item["reason"]))).collect()
}

async fn several(app: &TestApp, count: usize) -> Vec<String> {
    let mut numbers = Vec::new();
    for index in 0..count {
        let from = format!("customer{index}@customer.example");
        numbers.push(app.ticket_from(&mail(&from).subject(&format!("No {index}"))).await);
    }
    numbers
}

/// Without what any change changes.
async fn plain(app: &TestApp, number: &str) -> Value {
    let mut ticket = app.ticket(number).await;
    ticket.as_object_mut().unwrap().remove("updated_at");
    ticket["lock"].as_object_mut().unwrap().remove("until");
    ticket
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    use diesel::RunQueryDsl as _;
    app.db().read(move |conn| Ok(diesel::sql_query(sql).get_result::<Count>(conn)?.n)).await.unwrap()
}

both_databases! {
    async fn five_hundred_tickets_are_moved_and_back(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.write_to_many(500, |n| format!("customer{n}@customer.example")).await;
        app.settle().await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get("/tickets").await.assert(200);
        let queues = app.root.get("/api/v1/queues").await.items();
        let billing = text(&queues.iter().find(|queue| queue["name"] == "Billing").unwrap()["id"]);
        // Nothing but the view is named: all of it is meant, whatever the page shows.
        let all = [("all", "1"), ("back", "/tickets?view=mine"), ("queue", billing.as_str())];
        let led = browser.submit("/tickets/bulk", &all).await.assert(303).location();
        let finished = wait_until("the moves", Duration::from_secs(60), async || {
            let moved = app.root.get("/api/v1/tickets?queue=Billing&limit=200").await.json();
            let page = browser.get("/tickets").await.text();
            (!moved["next"].is_null() && page.contains("Move: 500 tickets")).then_some(page)
        })
        .await;
        assert!(led.starts_with("/tickets"), "{led}");
        crate::tickets::counters_agree(&app).await;
        let path = finished.split("action=\"").find(|rest| rest.starts_with("/tickets/bulk/")).expect("a way back");
        let path = path.split('"').next().unwrap().to_owned();
        browser.submit(&path, &[]).await.assert(303);
        wait_until("the way back", Duration::from_secs(60), async || {
            app.root.get("/api/v1/tickets?queue=Billing").await.items().is_empty().then_some(())
        })
        .await;
        crate::tickets::counters_agree(&app).await;
        // Once is enough.
        browser.submit(&path, &[]).await.assert(409);
    }

    async fn each_ticket_needs_its_own_right_and_says_why_it_was_refused(database) {
        let app = TestApp::start(database).await;
        app.queue("Legal", "legal@helpdesk.example").await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Supporter", "Support", &["reply"]).await;
        app.role("Looks at bills", "Billing", &["read"]).await;
        let rita = app.agent("rita", &["Supporter", "Looks at bills"]).await;
        let numbers = several(&app, 4).await;
        app.root.set(&numbers[1], "queue", "Billing").await;
        app.root.set(&numbers[2], "queue", "Legal").await;
        app.root.lock(&numbers[3]).await;
        let locked = bulk(&rita, &numbers, json!({ "act": "lock" })).await;
        assert_eq!((&locked["total"], &locked["done"], &locked["refused"]), (&json!(3), &json!(1), &json!(2)), "what she may not see is no part of it: {locked}");
        let why = reasons(&rita, &locked).await;
        assert!(why.iter().any(|(number, why)| *number == numbers[1] && why.contains("reply")), "{why:?}");
        assert!(why.iter().any(|(number, why)| *number == numbers[3] && why.contains("Root")), "{why:?}");
        assert_eq!(app.ticket(&numbers[0]).await["owner"], "rita");
        assert_eq!(app.ticket(&numbers[3]).await["owner"], "root");
        // Whose bulk it is, is nobody else's business.
        app.root.get(&format!("/api/v1/bulks/{}", text(&locked["id"]))).await.assert(404);
        rita.post("/api/v1/bulks", json!({ "tickets": [numbers[2]], "act": "lock" })).await.assert(422);
        rita.post("/api/v1/bulks", json!({ "tickets": numbers, "act": "dance" })).await.assert(422);
    }

    async fn every_deed_can_be_undone_at_once_save_what_was_written(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.agent("eve", &["Agent"]).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let numbers = several(&app, 3).await;
        let other = app.ticket_from(&mail("other@customer.example")).await;
        let deeds = [
            json!({ "act": "lock" }),
            json!({ "act": "state", "value": "closed" }),
            json!({ "act": "state", "value": "pending reminder", "until": "2031-01-01T09:00:00Z" }),
            json!({ "act": "move", "value": "Billing" }),
            json!({ "act": "assign", "value": "eve" }),
            json!({ "act": "priority", "priority": "urgent" }),
            json!({ "act": "tag", "value": "vip" }),
            json!({ "act": "customer", "customer": "Boss <boss@customer.example>" }),
            json!({ "act": "merge", "value": other }),
            json!({ "act": "delete" }),
            json!({ "act": "spam" }),
        ];
        for deed in deeds {
            let mut before = Vec::new();
            for number in &numbers {
                before.push(plain(&app, number).await);
            }
            let made = bulk(&dana, &numbers, deed.clone()).await;
            assert_eq!(made["done"], 3, "{deed}: {made} {:?}", reasons(&dana, &made).await);
            for (number, before) in numbers.iter().zip(&before) {
                assert_ne!(plain(&app, number).await, *before, "{deed}");
            }
            let undone = undo(&dana, &made).await;
            assert_eq!(undone["done"], 3, "{deed}: {:?}", reasons(&dana, &undone).await);
            for (number, before) in numbers.iter().zip(&before) {
                assert_eq!(plain(&app, number).await, *before, "{deed}");
            }
        }
        crate::tickets::counters_agree(&app).await;
        let watched = bulk(&dana, &numbers, json!({ "act": "watch" })).await;
        assert_eq!(dana.get("/api/v1/tickets?watcher=me").await.items().len(), 3);
        undo(&dana, &watched).await;
        assert!(dana.get("/api/v1/tickets?watcher=me").await.items().is_empty());
    }

    async fn a_bulk_that_changed_since_is_undone_where_it_did_not(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let numbers = several(&app, 3).await;
        let raised = bulk(&dana, &numbers, json!({ "act": "priority", "priority": "urgent" })).await;
        app.root.set(&numbers[1], "priority", "low").await;
        let undone = undo(&dana, &raised).await;
        assert_eq!((&undone["done"], &undone["refused"]), (&json!(2), &json!(1)));
        let why = reasons(&dana, &undone).await;
        assert!(why[0].0 == numbers[1] && why[0].1.contains("changed since"), "{why:?}");
        let levels: Vec<Value> = [plain(&app, &numbers[0]).await, plain(&app, &numbers[1]).await]
            .iter()
            .map(|ticket| ticket["priority"].clone())
            .collect();
        assert_eq!(levels, [json!("normal"), json!("low")]);
    }

    async fn replies_go_to_each_customer_and_are_taken_back_while_they_are_held(database) {
        let app = TestApp::start(database).await;
        let numbers = several(&app, 3).await;
        app.hush().await;
        let dana = app.agent("dana", &["Agent"]).await;
        app.root.lock(&numbers[2]).await;
        let first = bulk(&dana, &numbers, json!({ "act": "reply", "body_text": "We are back.", "value": "closed" })).await;
        assert_eq!((&first["done"], &first["refused"]), (&json!(2), &json!(1)));
        let undone = undo(&dana, &first).await;
        assert_eq!(undone["done"], 2, "{:?}", reasons(&dana, &undone).await);
        assert_eq!(app.ticket(&numbers[0]).await["state"], "new");
        bulk(&dana, &numbers, json!({ "act": "reply", "body_text": "Really back." })).await;
        app.advance(jiff::SignedDuration::from_secs(15)).await;
        for address in ["customer0@customer.example", "customer1@customer.example"] {
            let received = app.relay.wait_for(address, 1).await.remove(0);
            assert!(received.mail().text().contains("Really back."), "{}", received.mail().text());
            assert!(received.mail().header("To").unwrap().contains(address), "each a mail of its own");
        }
        app.settle().await;
        assert!(app.relay.received_by("customer2@customer.example").is_empty());
        // A note is on all of them, and stays.
        let noted = bulk(&dana, &numbers, json!({ "act": "note", "body_text": "For the record." })).await;
        assert_eq!(noted["done"], 3);
        assert_eq!(undo(&dana, &noted).await["refused"], 3);
    }

    async fn the_pages_do_it_without_script(database) {
        let app = TestApp::start(database).await;
        let numbers = several(&app, 3).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get("/tickets").await.assert(200);
        let none = browser.submit("/tickets/bulk", &[("act", "close"), ("back", "/tickets")]).await;
        assert!(none.assert(422).text().contains("Select at least one"), "{}", none.text());
        // A whole view that is not named is none: never all there is.
        for lost in [vec![("all", "1"), ("act", "close")], vec![("all", "1"), ("act", "close"), ("back", "/search?q=x")]] {
            browser.submit("/tickets/bulk", &lost).await.assert(422);
        }
        assert_eq!(app.ticket(&numbers[0]).await["state"], "new");
        let two: Vec<(&str, &str)> = vec![("ticket", &numbers[0]), ("tickets", &numbers[1]), ("act", "more"), ("back", "/tickets")];
        let page = browser.submit("/tickets/bulk", &two).await.assert(303).location();
        let shown = browser.get(&page).await.assert(200).text();
        assert!(shown.contains("2 tickets") && shown.contains("No 0") && !shown.contains("No 2"), "{shown}");
        // Whatever is wrong with the form, what was typed stays.
        let wrong = browser.submit(&format!("{page}/start"), &[("act", "wait"), ("until", "2001-01-01T09:00")]).await;
        assert!(wrong.assert(422).text().contains("2001-01-01T09:00"), "{}", wrong.text());
        let led = browser.submit(&format!("{page}/start"), &[("act", "tag"), ("tag", "spring")]).await;
        assert_eq!(led.assert(303).location(), "/tickets", "all went well: back to the list");
        assert!(browser.get("/tickets").await.text().contains("Tag: 2 tickets"));
        assert_eq!(app.ticket(&numbers[1]).await["tags"], json!(["spring"]));
        browser.submit(&format!("{page}/start"), &[("act", "close")]).await.assert(409);
        // One that is refused is shown with its reason.
        let dana = app.agent("dana", &["Agent"]).await;
        dana.lock(&numbers[2]).await;
        let mixed: Vec<(&str, &str)> = vec![("ticket", &numbers[0]), ("ticket", &numbers[2]), ("act", "lock"), ("back", "/tickets")];
        let page = browser.submit("/tickets/bulk", &mixed).await.assert(303).location();
        let shown = browser.get(&page).await.assert(200).text();
        assert!(shown.contains("Dana Agent") && shown.contains("1 ticket changed") && shown.contains("/undo"), "{shown}");
        let other = app.visitor();
        other.sign_in("dana", PASSWORD).await;
        other.get(&page).await.assert(404);
    }

    async fn files_go_with_each_reply_and_are_kept_no_longer(database) {
        use base64::Engine as _;
        let app = TestApp::start(database).await;
        let numbers = several(&app, 3).await;
        let content = base64::engine::general_purpose::STANDARD.encode("Opening hours: 9 to 5.");
        let deed = json!({ "act": "reply", "body_text": "See the file.", "attachments": [{ "name": "hours.txt", "content_type": "text/plain", "content": content }] });
        let made = bulk(&app.root, &numbers, deed).await;
        assert_eq!(made["done"], 3, "{made}");
        for number in &numbers {
            let sent = app.articles(number).await.into_iter().find(|article| article["sender_type"] == "agent").unwrap();
            assert_eq!(sent["attachments"][0]["name"], "hours.txt", "{sent}");
        }
        let left = "SELECT CAST(count(*) AS BIGINT) AS n FROM attachments WHERE bulk_id IS NOT NULL";
        assert_eq!(count(&app, left).await, 0);
        // By the page: a refused text keeps the file, and the next try sends it along.
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get("/tickets").await.assert(200);
        let chosen: Vec<_> = numbers.iter().map(|number| ("ticket", number.as_str())).chain([("act", "more"), ("back", "/tickets")]).collect();
        let place = browser.submit("/tickets/bulk", &chosen).await.assert(303).location();
        let page = browser.get(&place).await.text();
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let part = |name: &str, more: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n");
        let form = [
            part("csrf", "", &csrf),
            part("act", "", "reply"),
            part("text", "", " "),
            part("file", "; filename=\"plan.txt\"", "The plan."),
            "--x--\r\n".to_owned(),
        ];
        let request = browser.request(reqwest::Method::POST, &format!("{place}/start"));
        let request = request.header("content-type", "multipart/form-data; boundary=x").body(form.concat());
        let again = browser.send(request).await.assert(422).text();
        assert!(again.contains("plan.txt"), "{again}");
        browser.submit(&format!("{place}/start"), &[("act", "reply"), ("text", "With the plan.")]).await.assert(303);
        for number in &numbers {
            wait_until("the file", Duration::from_secs(20), async || {
                let articles = app.articles(number).await;
                let sent = articles.iter().find(|article| article["body_text"].as_str().unwrap().contains("With the plan."))?;
                (sent["attachments"][0]["name"] == "plan.txt").then_some(())
            })
            .await;
        }
    }

    async fn files_that_are_too_many_stand_in_no_way_and_nobody_keeps_them_for_ever(database) {
        let app = TestApp::start_at(database, "2026-11-09T09:00:00Z").await;
        app.write_to_many(45, |n| format!("customer{n}@customer.example")).await;
        let numbers: Vec<String> = app.tickets().await.iter().map(|ticket| text(&ticket["number"])).collect();
        assert_eq!(numbers.len(), 45);
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get("/tickets").await.assert(200);
        let chosen: Vec<_> = numbers.iter().map(|number| ("ticket", number.as_str())).chain([("act", "more"), ("back", "/tickets")]).collect();
        let kept = "SELECT CAST(count(*) AS BIGINT) AS n FROM attachments WHERE bulk_id IS NOT NULL";
        let page = browser.submit("/tickets/bulk", &chosen).await.assert(303).location();
        let shown = browser.get(&page).await.text();
        let csrf = shown.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let send = async |page: &str, act: &str, size: usize| {
            let part = |name: &str, more: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n");
            let form = [
                part("csrf", "", &csrf),
                part("act", "", act),
                part("text", "", if size > 100 { "See the file." } else { " " }),
                part("file", "; filename=\"large.txt\"", &"x".repeat(size)),
                "--x--\r\n".to_owned(),
            ];
            let request = browser.request(reqwest::Method::POST, &format!("{page}/start"));
            let request = request.header("content-type", "multipart/form-data; boundary=x").body(form.concat());
            browser.send(request).await
        };
        let refused = send(&page, "reply", 23_000_000).await.assert(422).text();
        assert!(refused.contains("put away") && refused.contains("See the file."), "{refused}");
        assert_eq!(count(&app, kept).await, 0);
        browser.submit(&format!("{page}/start"), &[("act", "tag"), ("tag", "spring")]).await.assert(303);
        // Never begun: after a day the file is gone.
        let page = browser.submit("/tickets/bulk", &chosen).await.assert(303).location();
        send(&page, "reply", 10).await.assert(422);
        assert_eq!(count(&app, kept).await, 1);
        app.advance(jiff::SignedDuration::from_hours(25)).await;
        wait_until("the sweep", Duration::from_secs(20), async || {
            app.advance(jiff::SignedDuration::from_secs(31)).await;
            (count(&app, kept).await == 0).then_some(())
        })
        .await;
    }
}
