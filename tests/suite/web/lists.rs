//! The list: views by who spoke last, counters of what is to be done, one line or two.

use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};

async fn shows(browser: &Client, path: &str) -> Vec<String> {
    let page = browser.get(path).await.assert(200).text();
    let rows = page.split("<a class=\"row-a\" href=\"/tickets/").skip(1);
    rows.map(|row| row.split(['"', '?']).next().unwrap().to_owned()).collect()
}

/// The counter of this entry of the sidebar.
async fn counter(browser: &Client, id: &str) -> String {
    let page = browser.get("/dashboard").await.assert(200).text();
    let counter = page.split(&format!("id=\"{id}\" data-live>")).nth(1).unwrap();
    counter.split('<').next().unwrap().to_owned()
}

both_databases! {
    async fn who_spoke_last_decides_who_is_waited_for(database) {
        let app = TestApp::start(database).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let first = mail("anna@customer.example").subject("One");
        let one = app.ticket_from(&first).await;
        let two = app.ticket_from(&mail("bert@customer.example").subject("Two")).await;
        assert_eq!(shows(&browser, "/tickets?view=us").await, [two.as_str(), &one]);
        assert_eq!(shows(&browser, "/tickets?sort=waiting").await, [one.as_str(), &two]);
        assert_eq!((counter(&browser, "n-us").await, counter(&browser, "n-q1").await), ("2".into(), "2".into()));
        let reply = app.root.reply(&one, "An answer.").await;
        assert_eq!(shows(&browser, "/tickets?view=us").await, std::slice::from_ref(&two));
        assert_eq!(shows(&browser, "/tickets?view=customer").await, std::slice::from_ref(&one));
        assert_eq!(counter(&browser, "n-q1").await, "1");
        assert!(browser.get("/tickets").await.text().contains("Answered: waits for the customer"));
        // A note is no word to anybody; a mail is.
        app.root.post(&format!("/api/v1/tickets/{one}/notes"), json!({ "body_text": "Hm." })).await.assert(201);
        assert_eq!(shows(&browser, "/tickets?view=customer").await, std::slice::from_ref(&one));
        let id = reply["message_id"].as_str().unwrap();
        app.deliver(&mail("anna@customer.example").subject("Re: One").answering([id])).await;
        assert_eq!(shows(&browser, "/tickets?view=us").await, [one.as_str(), &two]);
        app.root.put(&format!("/api/v1/tickets/{two}/state"), json!({ "value": "pending reminder", "until": "2099-01-01T00:00:00Z" })).await.assert(200);
        assert_eq!(shows(&browser, "/tickets?view=waiting").await, std::slice::from_ref(&two));
        assert_eq!(shows(&browser, "/tickets?sort=due").await, std::slice::from_ref(&two));
        assert_eq!(counter(&browser, "n-us").await, "1");
        app.root.set(&one, "state", "closed").await;
        assert_eq!(shows(&browser, "/tickets?view=closed").await, std::slice::from_ref(&one));
        assert_eq!((counter(&browser, "n-us").await, counter(&browser, "n-q1").await), (String::new(), String::new()));
        crate::tickets::counters_agree(&app).await;
    }

    async fn a_list_has_one_line_for_each_ticket_or_two(database) {
        let app = TestApp::start(database).await;
        app.ticket_from(&mail("anna@customer.example")).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        assert!(!browser.get("/tickets").await.text().contains("is-dense"));
        let answer = browser.submit("/preferences/rows", &[("dense", "yes"), ("back", "/tickets?view=us")]).await;
        answer.assert(303);
        assert_eq!(answer.location(), "/tickets?view=us");
        assert!(browser.get("/tickets").await.text().contains("class=\"rows is-dense\""));
        browser.submit("/preferences/rows", &[("dense", "no")]).await.assert(303);
        assert!(!browser.get("/tickets").await.text().contains("is-dense"));
    }

    async fn watched_tickets_are_a_view(database) {
        let app = TestApp::start(database).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let one = app.ticket_from(&mail("anna@customer.example")).await;
        app.ticket_from(&mail("bert@customer.example")).await;
        app.root.post(&format!("/api/v1/tickets/{one}/watchers"), json!({})).await.assert(201);
        assert_eq!(shows(&browser, "/tickets?view=watched").await, std::slice::from_ref(&one));
        assert_eq!(shows(&browser, "/tickets?q=is%3Awatched").await, std::slice::from_ref(&one));
    }
}
