//! What rules do with real mail.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{SUPPORT, TestApp, encoded, text};
use tests::{both_databases, mail};

use super::{becomes, lines, rules};

fn when(on: &str, value: &str) -> Value {
    json!([{ "on": on, "test": "contains", "value": value }])
}

both_databases! {
    async fn a_rule_sets_everything_it_can_and_the_recorder_says_why(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.agent("dana", &["Agent"]).await;
        rules(&app, json!([{
            "name": "Invoices", "conditions": when("subject", "invoice"),
            "actions": { "queue": "Billing", "priority": "high", "state": "open", "owner": "dana",
                "tags": ["money", "q4"], "no_auto_response": true },
        }])).await;
        let inbound = app.deliver(&mail("anna@customer.example").subject("Your Invoice 77")).await;
        let number = text(&inbound["ticket"]);
        let ticket = app.ticket(&number).await;
        assert_eq!(ticket["queue"], "Billing");
        assert_eq!(ticket["priority"], "high");
        assert_eq!(ticket["state"], "open");
        assert_eq!(ticket["owner"], "dana");
        assert_eq!(ticket["tags"], json!(["money", "q4"]));
        assert_eq!(inbound["auto_response"], "rule “Invoices”: no automatic answer");
        assert_eq!(
            lines(&inbound),
            ["queue Billing, priority High, state Open, owner Dana Agent, tag money, tag q4, no automatic answer \
              (rule “Invoices”: subject contains “invoice”)"]
        );
        let queue = inbound["steps"].as_array().unwrap().iter().find(|step| step["step"] == "queue").unwrap().clone();
        assert_eq!((queue["result"].as_str(), queue["reason"].as_str()), (Some("Billing"), Some("rule “Invoices” says so")));
        let history = app.root.get(&format!("/api/v1/tickets/{number}/history")).await.items();
        let causes: Vec<_> = history.iter().filter(|event| event["cause"] == "rule").map(|event| text(&event["kind"])).collect();
        for kind in ["priority_changed", "assigned", "tagged", "state_changed"] {
            assert!(causes.iter().any(|cause| cause == kind), "{kind} has the rule as its cause: {history:?}");
        }

        let other = app.deliver(&mail("bert@customer.example").subject("Something else")).await;
        assert_eq!(lines(&other), ["no rule matched ()"]);
        assert_eq!(app.ticket(&text(&other["ticket"])).await["queue"], "Support");
        assert_eq!(other["auto_response"], "sent");
    }

    async fn later_rules_outdo_earlier_ones_until_one_stops(database) {
        let app = TestApp::start(database).await;
        rules(&app, json!([
            { "name": "One", "actions": { "priority": "low", "tags": ["one"] } },
            { "name": "Off", "enabled": false, "actions": { "priority": "urgent" } },
            { "name": "Two", "conditions": when("subject", "question"), "actions": { "priority": "high", "tags": ["two"] }, "stop": true },
            { "name": "Three", "actions": { "priority": "very low", "tags": ["three"] } },
        ])).await;
        let inbound = app.deliver(&mail("anna@customer.example").subject("A question")).await;
        let ticket = app.ticket(&text(&inbound["ticket"])).await;
        assert_eq!((&ticket["priority"], &ticket["tags"]), (&json!("high"), &json!(["one", "two"])));
        assert_eq!(lines(&inbound).len(), 2);
        let inbound = app.deliver(&mail("bert@customer.example").subject("Hello")).await;
        let ticket = app.ticket(&text(&inbound["ticket"])).await;
        assert_eq!((&ticket["priority"], &ticket["tags"]), (&json!("very low"), &json!(["one", "three"])));
    }

    async fn a_rule_says_whether_it_speaks_of_new_tickets_or_of_answers(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        rules(&app, json!([
            { "name": "New", "mails": "new", "actions": { "tags": ["new"] } },
            { "name": "Answer", "mails": "follow_up", "actions": { "tags": ["answered"], "queue": "Billing", "priority": "urgent" } },
            { "name": "Both", "mails": "both", "actions": { "tags": ["both"] } },
        ])).await;
        let first = mail("anna@customer.example");
        let number = app.ticket_from(&first).await;
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["tags"], &ticket["queue"]), (&json!(["both", "new"]), &json!("Support")));
        app.root.lock(&number).await;
        let answer = app.deliver(&mail("anna@customer.example").answering([first.id()])).await;
        assert_eq!(answer["disposition"], "follow_up");
        let ticket = app.ticket(&number).await;
        assert_eq!(ticket["tags"], json!(["answered", "both", "new"]));
        assert_eq!((&ticket["queue"], &ticket["priority"]), (&json!("Billing"), &json!("urgent")));
        assert_eq!(ticket["lock"]["locked"], false, "moved as by hand: it is free afterwards");
    }

    async fn ignored_mail_becomes_nothing_and_can_be_let_in(database) {
        let app = TestApp::start(database).await;
        app.hush().await;
        rules(&app, json!([{
            "name": "Monitoring", "mails": "both", "conditions": when("from", "nagios@"), "actions": { "aside": "ignore" },
        }])).await;
        let letter = mail("nagios@monitor.example").subject("disk full");
        let inbound = app.deliver(&letter).await;
        assert_eq!(inbound["disposition"], "ignored");
        assert!(inbound["ticket"].is_null() && app.tickets().await.is_empty());
        assert_eq!(inbound["auto_response"], "rule “Monitoring” ignores it");
        assert_eq!(lines(&inbound), ["ignore it (rule “Monitoring”: sender contains “nagios@”)"]);
        app.settle().await;
        assert!(app.relay.received().is_empty(), "nobody hears of it");
        // A copy by another way is a copy; it does not stand in the way of letting the first one in.
        assert!(app.hand_over("other@monitor.example", SUPPORT, &letter.bytes()).await.is_ok());
        let both = app.all_processed(&format!("message_id={}", encoded(letter.id())), 2).await;
        assert_eq!(both[0]["disposition"], "duplicate");
        let path = format!("/api/v1/inbound/{}/let-in", text(&inbound["id"]));
        app.root.post(&path, json!({})).await.assert(201);
        let record = tests::wait_until("the mail let in", std::time::Duration::from_secs(10), async || {
            let record = app.root.get(&format!("/api/v1/inbound/{}", text(&inbound["id"]))).await.json();
            (record["disposition"] == "new").then_some(record)
        }).await;
        assert!(lines(&record)[0].contains("let in by a person"), "{record}");
        app.root.post(&path, json!({})).await.assert(409);
    }

    async fn quarantine_by_a_rule_waits_is_retried_under_the_rules_of_then_and_can_be_let_in(database) {
        let app = TestApp::start(database).await;
        rules(&app, json!([
            { "name": "Executables", "mails": "both", "conditions": [{ "on": "attachment_name", "test": "matches", "value": r"\.(exe|scr|js)$" }],
              "actions": { "aside": "quarantine" } },
            { "name": "Behind", "actions": { "tags": ["behind"] } },
        ])).await;
        let letter = mail("anna@customer.example").attach("run.exe", "application/octet-stream", b"MZ");
        let inbound = app.deliver(&letter).await;
        assert_eq!(inbound["disposition"], "quarantined");
        assert_eq!(inbound["auto_response"], "rule “Executables” puts it into quarantine");
        assert!(app.tickets().await.is_empty());
        let (retry, let_in) = ["retry", "let-in"].map(|verb| format!("/api/v1/inbound/{}/{verb}", text(&inbound["id"]))).into();
        app.root.post(&retry, json!({})).await.assert(201);
        becomes(&app, &letter, "quarantined").await;
        app.root.post(&let_in, json!({})).await.assert(201);
        let record = becomes(&app, &letter, "new").await;
        let ticket = app.ticket(&text(&record["ticket"])).await;
        assert_eq!(ticket["tags"], json!(["behind"]), "the other rules count");
        assert_eq!(app.articles(&text(&record["ticket"])).await[0]["attachments"][0]["name"], "run.exe");

        let second = mail("bert@customer.example").attach("run.exe", "application/octet-stream", b"MZ2");
        let inbound = app.deliver(&second).await;
        assert_eq!(inbound["disposition"], "quarantined");
        rules(&app, json!([])).await;
        app.root.post(&format!("/api/v1/inbound/{}/retry", text(&inbound["id"])), json!({})).await.assert(201);
        becomes(&app, &second, "new").await;
    }

    async fn an_ignored_answer_is_not_appended_and_reopens_nothing(database) {
        let app = TestApp::start(database).await;
        let first = mail("anna@customer.example");
        let number = app.ticket_from(&first).await;
        app.root.set(&number, "state", "closed").await;
        rules(&app, json!([{
            "name": "Thanks", "mails": "follow_up", "conditions": [{ "on": "body", "test": "matches", "value": r"\A\s*thank(s| you)[.! ]*\s*\z" }],
            "actions": { "aside": "ignore" },
        }])).await;
        let thanks = mail("anna@customer.example").text("Thank you!\n").answering([first.id()]);
        let inbound = app.deliver(&thanks).await;
        assert_eq!(inbound["disposition"], "ignored");
        assert_eq!(text(&inbound["ticket"]), number, "the recorder knows where it would have gone");
        assert_eq!(app.ticket(&number).await["state"], "closed");
        assert_eq!(app.articles(&number).await.iter().filter(|article| article["sender_type"] == "customer").count(), 1);
    }

    async fn a_pending_state_lasts_as_long_as_the_rule_says(database) {
        let app = TestApp::start(database).await;
        rules(&app, json!([{
            "name": "Reports", "conditions": when("subject", "report"), "actions": { "state": "pending auto close", "hours": 48 },
        }])).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Daily report")).await;
        assert_eq!(app.ticket(&number).await["state"], "pending auto close");
        app.advance(SignedDuration::from_hours(47)).await;
        assert_eq!(app.ticket(&number).await["state"], "pending auto close");
        app.advance(SignedDuration::from_hours(2)).await;
        tests::wait_until("the ticket closed", std::time::Duration::from_secs(10), async || {
            (app.ticket(&number).await["state"] == "closed").then_some(())
        }).await;
    }

    async fn the_customer_comes_from_a_header_where_a_rule_says_so(database) {
        let app = TestApp::start(database).await;
        app.hush().await;
        rules(&app, json!([{
            "name": "Shop", "conditions": when("from", "shop@"), "actions": { "customer_header": "X-Customer" },
        }])).await;
        let letter = mail("shop@shop.example").header("X-Customer", "Anna Bell <Anna@customer.example>");
        let number = app.ticket_from(&letter).await;
        let ticket = app.ticket(&number).await;
        assert_eq!(ticket["customer"], json!({ "name": "Anna Bell", "address": "anna@customer.example" }));
        assert_eq!(app.relay.wait_for("anna@customer.example", 1).await.len(), 1, "she hears that it has come");
        let ours = mail("shop@shop.example").header("X-Customer", SUPPORT);
        let inbound = app.deliver(&ours).await;
        assert_eq!(app.ticket(&text(&inbound["ticket"])).await["customer"]["address"], "shop@shop.example");
        assert!(lines(&inbound).iter().any(|line| line.contains("our own address")), "{inbound}");
    }

    async fn what_a_rule_cannot_do_holds_no_mail_up_and_is_said(database) {
        let app = TestApp::start(database).await;
        app.queue("Old", "old@helpdesk.example").await;
        app.queue("Elsewhere", "elsewhere@helpdesk.example").await;
        app.role("Elsewhere only", "Elsewhere", &["full"]).await;
        app.agent("nora", &["Elsewhere only"]).await;
        let saved = rules(&app, json!([{ "name": "R", "actions": { "queue": "Old", "owner": "nora", "tags": ["x"] } }])).await;
        assert_eq!(saved["remarks"], json!([]));
        let retire = "UPDATE queues SET retired_at = created_at WHERE name = 'Old'";
        app.db().write(move |tx| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(retire), &mut **tx)?)).await.unwrap();
        let inbound = app.deliver(&mail("anna@customer.example")).await;
        let ticket = app.ticket(&text(&inbound["ticket"])).await;
        assert_eq!((&ticket["queue"], &ticket["owner"]), (&json!("Support"), &Value::Null));
        assert_eq!(ticket["tags"], json!(["x"]));
        let said = lines(&inbound).join("\n");
        assert!(said.contains("not done (rule “R” names the queue Old, which is retired)"), "{said}");
        assert!(said.matches("not done").count() == 2, "nora may not work in Support: {said}");
        let remarks = app.root.get("/api/v1/filters").await.json()["remarks"].clone();
        assert!(remarks[0]["text"].as_str().unwrap().contains("retired"), "{remarks}");
    }

    async fn without_rules_the_recorder_says_so_once(database) {
        let app = TestApp::start(database).await;
        let inbound = app.deliver(&mail("anna@customer.example")).await;
        assert_eq!(lines(&inbound), ["no rule matched (there are no rules)"]);
    }
}
