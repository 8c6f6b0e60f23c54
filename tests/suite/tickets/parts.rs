//! Splitting a message off, noting a call, what opens after sending, reminders, history, paper.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

both_databases! {
    async fn a_message_begins_a_linked_ticket_and_stays_where_it_is(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example").subject("Two things").text("One. And two.").attach("a.txt", "text/plain", b"x");
        let old = app.ticket_from(&question).await;
        let article = text(&app.articles(&old).await[0]["id"]);
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let page = browser.get(&format!("/articles/{article}/splits/new")).await.assert(200).text();
        assert!(page.contains("value=\"Two things\"") && page.contains("One. And two."), "{page}");
        browser.submit(&format!("/articles/{article}/splits"), &[("title", " ")]).await.assert(422);
        let led = browser.submit(&format!("/articles/{article}/splits"), &[("title", "The second thing")]).await;
        let new = led.assert(303).location().rsplit('/').next().unwrap().to_owned();
        let ticket = app.ticket(&new).await;
        assert_eq!((&ticket["title"], &ticket["state"], &ticket["queue"]), (&json!("The second thing"), &json!("new"), &json!("Support")));
        assert_eq!(ticket["customer"]["address"], "anna@customer.example");
        let copied = app.articles(&new).await.remove(0);
        assert_eq!((&copied["body_text"], copied["attachments"].as_array().unwrap().len()), (&app.articles(&old).await[0]["body_text"], 1));
        let links = app.root.get(&format!("/api/v1/tickets/{new}/links")).await.items();
        assert_eq!((&links[0]["ticket"], &links[0]["kind"]), (&json!(old), &json!("split_from")));
        let history = app.root.get(&format!("/api/v1/tickets/{old}/history")).await.text();
        assert!(history.contains("\"split\"") && history.contains(&new), "{history}");
        crate::tickets::counters_agree(&app).await;
        // An answer to the mail goes on in the old ticket, one to our answer about the second thing in the new one.
        let more = app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        assert_eq!(text(&more["ticket"]), old);
        app.hush().await;
        app.root.reply(&new, "About the second thing.").await;
        let ours = app.relay.wait_for("anna@customer.example", 1).await.remove(0).mail();
        assert_eq!(ours.header("In-Reply-To").unwrap(), format!("<{}>", question.id()));
        let id = ours.message_id();
        let answer = app.deliver(&mail("anna@customer.example").answering([question.id(), id.as_str()])).await;
        assert_eq!(text(&answer["ticket"]), new);

        // It may lie in another queue, where one may open tickets.
        app.queue("Legal", "legal@helpdesk.example").await;
        let page = browser.get(&format!("/articles/{article}/splits/new")).await.assert(200).text();
        let legal = page.split("\">Legal</option>").next().unwrap().rsplit("value=\"").next().unwrap().to_owned();
        let form = [("title", "A question of law"), ("queue", legal.as_str())];
        let led = browser.submit(&format!("/articles/{article}/splits"), &form).await.assert(303).location();
        assert_eq!(app.ticket(led.rsplit('/').next().unwrap()).await["queue"], "Legal");
        app.role("Supporter", "Support", &["full"]).await;
        let sue = app.agent("sue", &["Supporter"]).await;
        let split = json!({ "title": "No", "queue": "Legal" });
        assert!(sue.post(&format!("/api/v1/articles/{article}/splits"), split).await.status.is_client_error());
        assert_eq!(app.root.get("/api/v1/tickets?queue=Legal").await.items().len(), 1);
        app.role("Reader", "*", &["read", "note"]).await;
        let rita = app.agent("rita", &["Reader"]).await;
        rita.post(&format!("/api/v1/articles/{article}/splits"), json!({ "title": "x" })).await.assert(403);
        app.root.post(&format!("/api/v1/articles/{article}/splits"), json!({ "title": "Third" })).await.assert(201);
    }

    async fn a_call_is_part_of_the_conversation(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        app.root.set(&number, "state", "closed").await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get(&format!("/tickets/{number}/calls/new")).await.assert(200);
        let empty = browser.submit(&format!("/tickets/{number}/calls"), &[("by", "us"), ("body", " "), ("then", "close")]).await;
        assert!(empty.assert(422).text().contains("value=\"us\" checked"), "{}", empty.text());
        browser.submit(&format!("/tickets/{number}/calls"), &[("by", "customer"), ("body", "She called.")]).await.assert(303);
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["state"], &ticket["owner"]), (&json!("open"), &json!("root")));
        let call = app.articles(&number).await.pop().unwrap();
        assert_eq!((&call["channel"], &call["sender_type"], &call["visible"]), (&json!("phone"), &json!("customer"), &json!(true)));
        let body = json!({ "body_text": "We called back.", "by": "us", "state": "closed" });
        let call = app.root.post(&format!("/api/v1/tickets/{number}/calls"), body).await.assert(201).json();
        assert_eq!((&call["sender_type"], &call["channel"]), (&json!("agent"), &json!("phone")));
        assert_eq!(app.ticket(&number).await["state"], "closed");
        app.settle().await;
        assert!(app.relay.received_by("anna@customer.example").is_empty(), "nothing is sent");
        crate::tickets::counters_agree(&app).await;
    }

    async fn a_reminder_takes_one_click_in_the_agents_own_zone(database) {
        // A Friday evening in New York, and Saturday already in Berlin.
        let app = TestApp::start_at(database, "2026-11-27T23:30:00Z").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get("/preferences").await.assert(200);
        let zone = [("page_size", "25"), ("language", "en"), ("theme", "system"), ("time_zone", "America/New_York"), ("after_sending", "next")];
        browser.submit("/preferences", &zone).await.assert(303);
        assert!(browser.get("/preferences").await.text().contains("value=\"next\" selected"));
        browser.get(&format!("/tickets/{number}")).await.assert(200);
        for (when, expected) in [("tomorrow", "2026-11-28T14:00:00"), ("monday", "2026-11-30T14:00:00"), ("week", "2026-12-04T14:00:00")] {
            browser.submit(&format!("/tickets/{number}/reminder"), &[("when", when)]).await.assert(303);
            let ticket = app.ticket(&number).await;
            assert_eq!(ticket["state"], "pending reminder");
            assert!(text(&ticket["pending_until"]).starts_with(expected), "{when}: {ticket}");
        }
        browser.submit(&format!("/tickets/{number}/reminder"), &[]).await.assert(422);
    }

    async fn after_sending_the_next_ticket_opens_as_one_prefers(database) {
        let app = TestApp::start(database).await;
        let mut numbers = Vec::new();
        for name in ["anna", "bert", "carl"] {
            numbers.push(app.ticket_from(&mail(&format!("{name}@customer.example"))).await);
        }
        let dana = app.agent("dana", &["Agent"]).await;
        dana.lock(&numbers[1]).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let send = async |number: &str, then: &str| {
            let page = browser.get(&format!("/tickets/{number}")).await.assert(200).text();
            let seen = page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
            let fields = [("kind", "reply"), ("then", then), ("to", "someone@customer.example"), ("body", "Hello"), ("seen", &seen)];
            browser.submit(&format!("/tickets/{number}/articles"), &fields).await.assert(303).location()
        };
        // By default one stays, unless the ticket is done with: then the next that nobody is on.
        assert!(send(&numbers[2], "open").await.starts_with(&format!("/tickets/{}#", numbers[2])));
        assert_eq!(send(&numbers[2], "close").await, format!("/tickets/{}", numbers[0]));
        browser.get("/preferences").await.assert(200);
        let wish = |after: &'static str| [("page_size", "25"), ("language", "en"), ("theme", "system"), ("after_sending", after)];
        browser.submit("/preferences", &wish("ticket")).await.assert(303);
        assert!(send(&numbers[0], "close").await.starts_with(&format!("/tickets/{}#", numbers[0])));
        browser.submit("/preferences", &wish("list")).await.assert(303);
        assert!(send(&numbers[0], "open").await.starts_with("/tickets?queue="));
    }

    async fn history_says_before_after_and_cause_and_paper_keeps_notes_to_us(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("On paper").text("Seen by all.\n\n> quoted words\n")).await;
        app.root.set(&number, "queue", "Billing").await;
        app.root.post(&format!("/api/v1/tickets/{number}/notes"), json!({ "body_text": "canary-7719" })).await.assert(201);
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let history = browser.get(&format!("/tickets/{number}/history")).await.assert(200).text();
        for word in [">Support</td>", ">Billing</td>", ">Program</td>", ">Mail</td>", "/undo"] {
            assert!(history.contains(word), "{word}: {history}");
        }
        let paper = browser.get(&format!("/tickets/{number}/printout")).await.assert(200).text();
        assert!(paper.contains("Seen by all.") && paper.contains("quoted words") && !paper.contains("canary-7719"), "{paper}");
        assert!(!paper.contains("<nav class=\"side\"") && paper.contains("With 1 internal entry"), "{paper}");
        let all = browser.get(&format!("/tickets/{number}/printout?with=all")).await.text();
        assert!(all.contains("canary-7719"), "{all}");
    }
}
