//! One customer with several addresses is one customer.

use serde_json::json;
use tests::app::{TestApp, encoded, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

async fn customer(app: &TestApp, address: &str) -> String {
    let all = app.root.get("/api/v1/customers?limit=200").await.items();
    let his = |one: &&serde_json::Value| one["addresses"].as_array().unwrap().contains(&json!(address));
    text(&all.iter().find(his).unwrap_or_else(|| panic!("{address} in {all:?}"))["id"])
}

both_databases! {
    async fn a_customer_who_writes_from_two_addresses_is_one_customer(database) {
        let app = TestApp::start(database).await;
        let question = mail("Anna Bell <anna@customer.example>").from_header("Anna Bell <anna@customer.example>");
        let number = text(&app.deliver_as("anna@customer.example", tests::app::SUPPORT, &question).await["ticket"]);
        let anna = customer(&app, "anna@customer.example").await;
        let addresses = format!("/api/v1/customers/{anna}/addresses");
        app.root.post(&addresses, json!({ "address": "Anna@Private.example" })).await.assert(201);
        // The number lets her in from there, and she gets no copy of what goes to her.
        let again = mail("anna@private.example").subject(&format!("[Ticket#{number}]"));
        assert_eq!(text(&app.deliver(&again).await["ticket"]), number);
        app.hush().await;
        app.root.reply(&number, "Here you are.").await;
        let sent = app.relay.wait_for("anna@private.example", 1).await.remove(0);
        assert_eq!(sent.to, ["anna@private.example"]);
        let other = app.ticket_from(&mail("anna@private.example").subject("Another")).await;
        let hers = app.root.get(&format!("/api/v1/tickets?customer={}", encoded("anna@customer.example"))).await.items();
        let numbers: Vec<_> = hers.iter().map(|ticket| text(&ticket["number"])).collect();
        assert!(numbers.contains(&number) && numbers.contains(&other), "{numbers:?}");
    }

    async fn an_address_belongs_to_one_customer_at_a_time(database) {
        let app = TestApp::start(database).await;
        app.ticket_from(&mail("anna@customer.example")).await;
        let berts = app.ticket_from(&mail("bert@customer.example")).await;
        let anna = customer(&app, "anna@customer.example").await;
        let bert = customer(&app, "bert@customer.example").await;
        let addresses = format!("/api/v1/customers/{anna}/addresses");
        app.root.post(&addresses, json!({ "address": "bert@customer.example" })).await.assert(409);
        for wrong in ["nobody", "support@helpdesk.example"] {
            app.root.post(&addresses, json!({ "address": wrong })).await.assert(422);
        }
        app.root.delete(&format!("{addresses}/{}", encoded("anna@customer.example"))).await.assert(409);
        app.root.post(&addresses, json!({ "address": "bert@customer.example", "take": true })).await.assert(201);
        let hers = app.root.get(&format!("/api/v1/tickets?customer={}", encoded("anna@customer.example"))).await.items();
        assert!(hers.iter().any(|ticket| text(&ticket["number"]) == berts), "{hers:?}");
        assert_eq!(customer(&app, "bert@customer.example").await, anna);
        // It was his only one: he has become her, which can be undone; and he is changed no more.
        let merges = app.root.get(&format!("/api/v1/customers/{anna}/merges")).await.items();
        assert_eq!(merges.len(), 1, "{merges:?}");
        app.root.patch(&format!("/api/v1/customers/{bert}"), json!({ "note": "x" })).await.assert(409);
        app.root.post(&format!("/api/v1/customers/{bert}/addresses"), json!({ "address": "anna@customer.example", "take": true })).await.assert(409);
        app.root.delete(&format!("{addresses}/{}", encoded("bert@customer.example"))).await.assert(204);
        app.settings.must(&["customer", "address", "add", "--customer", "anna@customer.example", "--address", "a@b.example"], "");
        assert_eq!(app.root.get(&addresses).await.items().len(), 2);
        app.settings.must(&["customer", "address", "remove", "--address", "a@b.example"], "");
        assert_eq!(app.root.get(&addresses).await.items().len(), 1);
        let dana = app.agent("dana", &["Agent"]).await;
        dana.post(&addresses, json!({ "address": "x@y.example" })).await.assert(403);
        // The log that only grows knows what was tried, and no address.
        dana.delete(&format!("{addresses}/{}", encoded("x@y.example"))).await.assert(403);
        let log = json!(app.root.get("/api/v1/audit?limit=200").await.items()).to_string();
        assert!(log.contains("DELETE") && !log.contains("y.example"), "{log}");
    }

    async fn one_click_says_that_an_address_is_also_of_the_customer(database) {
        let app = TestApp::start(database).await;
        app.role("Helper", "*", &["reply"]).await;
        app.agent("hanna", &["Helper"]).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        let hers = app.ticket_from(&mail("anna@private.example").subject("Her other address")).await;
        let answer = mail("anna@private.example").answering([question.id()]);
        let article = text(&app.deliver(&answer).await["article"]);
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = visitor.get(&format!("/tickets/{number}")).await.text();
        assert!(page.contains("This address is also of"), "{page}");
        let helper = app.visitor();
        helper.sign_in("hanna", PASSWORD).await;
        helper.submit(&format!("/articles/{article}/customer"), &[]).await.assert(403);
        visitor.submit(&format!("/articles/{article}/customer"), &[]).await.assert(303);
        let page = visitor.get(&format!("/tickets/{number}")).await.text();
        assert!(!page.contains("New in this conversation"), "she is no stranger any more");
        assert!(page.contains(&hers), "and her other ticket stands beside this one");
    }
}
