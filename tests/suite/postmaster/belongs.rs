use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

const OUTLOOK: &str = "AdcABCDEFGHIJKLMNOPQRSTUVWXYZw==";
const OUTLOOK_GOES_ON: &str = "AdcABCDEFGHIJKLMNOPQRSTUVWXYZwAAAAAB";

both_databases! {
    async fn the_right_ticket_is_searched_for(database) {
        let app = TestApp::start(database).await;
        let wrong = app.ticket_from(&mail("anna@customer.example").subject("One thing")).await;
        let same = app.ticket_from(&mail("anna@customer.example").subject("Her other thing")).await;
        let right = app.ticket_from(&mail("bert@customer.example").subject("Invoice of May")).await;
        let article = text(&app.articles(&wrong).await[0]["id"]);
        let browser = app.visitor();
        browser.sign_in("root", tests::binary::PASSWORD).await;
        let path = format!("/articles/{article}/ticket/new");
        assert!(browser.get(&format!("/tickets/{wrong}")).await.text().contains(&path));
        let page = browser.get(&path).await.assert(200).text();
        assert!(page.contains(&format!("value=\"{same}\"")) && !page.contains(&format!("value=\"{right}\"")), "{page}");
        let page = browser.get(&format!("{path}?q=invoice")).await.assert(200).text();
        assert!(page.contains(&format!("value=\"{right}\"")) && !page.contains(&format!("value=\"{wrong}\"")), "{page}");
        let taken = browser.submit(&format!("/articles/{article}/ticket"), &[("ticket", right.as_str())]).await;
        assert_eq!(taken.assert(303).location(), format!("/tickets/{right}#a-{article}"));
        app.role("Reader", "*", &["read"]).await;
        app.agent("rita", &["Reader"]).await;
        let rita = app.visitor();
        rita.sign_in("rita", tests::binary::PASSWORD).await;
        rita.get(&path).await.assert(403);
    }

    async fn what_an_agent_says_about_an_article_holds_for_the_rest_of_its_thread(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example").subject("Old");
        let old = app.ticket_from(&question).await;
        let new = app.ticket_from(&mail("anna@customer.example").subject("New")).await;
        // She answered the old mail, but writes about the new matter.
        let strayed = mail("anna@customer.example").answering([question.id()]).header("Thread-Index", OUTLOOK);
        let article = text(&app.deliver(&strayed).await["article"]);
        let moved = app.root.put(&format!("/api/v1/articles/{article}/ticket"), json!({ "value": new })).await;
        assert_eq!(moved.assert(200).json()["ticket"], json!(new));

        let by_reply = mail("anna@customer.example").answering([question.id(), strayed.id()]);
        assert_eq!(text(&app.deliver(&by_reply).await["ticket"]), new);
        // Also where the nearest id is one of the old ticket.
        let by_reference = mail("anna@customer.example")
            .header("In-Reply-To", &format!("<{}>", question.id()))
            .header("References", &format!("<{}> <{}>", strayed.id(), question.id()));
        assert_eq!(text(&app.deliver(&by_reference).await["ticket"]), new);
        let by_conversation = mail("anna@customer.example").header("Thread-Index", OUTLOOK_GOES_ON);
        assert_eq!(text(&app.deliver(&by_conversation).await["ticket"]), new);
        // The rest of the old thread stays where it is.
        let elsewhere = mail("anna@customer.example").answering([question.id()]);
        assert_eq!(text(&app.deliver(&elsewhere).await["ticket"]), old);
        for (number, kind) in [(&old, "article_taken"), (&new, "article_brought")] {
            let history = app.root.get(&format!("/api/v1/tickets/{number}/history")).await.items();
            assert!(history.iter().any(|event| event["kind"] == kind), "{kind}: {history:?}");
        }
        crate::tickets::counters_agree(&app).await;

        // Put back: the thread comes along.
        app.root.put(&format!("/api/v1/articles/{article}/ticket"), json!({ "value": old })).await.assert(200);
        for letter in [
            mail("anna@customer.example").answering([strayed.id()]),
            mail("anna@customer.example").header("Thread-Index", OUTLOOK_GOES_ON),
        ] {
            assert_eq!(text(&app.deliver(&letter).await["ticket"]), old);
        }
        crate::tickets::counters_agree(&app).await;
    }

    async fn what_an_agent_said_holds_in_a_strict_queue_as_well(database) {
        let app = TestApp::start(database).await;
        strict(&app).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Broken key")).await;
        let mallory = mail("mona@elsewhere.example").subject(&format!("Fw: [Ticket#{number}]"));
        let hers = app.ticket_from(&mallory).await;
        let second = mail("mona@elsewhere.example").answering([mallory.id()]);
        assert_eq!(text(&app.deliver(&second).await["ticket"]), hers);
        let article = text(&app.articles(&hers).await[0]["id"]);
        app.root.put(&format!("/api/v1/articles/{article}/ticket"), json!({ "value": number })).await.assert(200);
        let third = mail("mona@elsewhere.example").answering([mallory.id()]);
        assert_eq!(text(&app.deliver(&third).await["ticket"]), number);
    }

    async fn one_click_takes_a_whole_ticket_that_possibly_belongs_elsewhere(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Broken key")).await;
        let letter = mail("anna@private.example").subject(&format!("Re: [Ticket#{number}] Broken key"));
        let hers = app.ticket_from(&letter).await;
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let there = visitor.get(&format!("/tickets/{number}")).await.text();
        assert!(there.contains("Possibly belongs here") && there.contains(&hers), "shown on the one");
        let page = visitor.get(&format!("/tickets/{hers}")).await.text();
        assert!(page.contains(&format!("It belongs to {number}")), "and on the other: {page}");
        let article = text(&app.articles(&hers).await[0]["id"]);
        let done = visitor.submit(&format!("/articles/{article}/ticket"), &[("ticket", &number)]).await;
        assert_eq!(done.location(), format!("/tickets/{number}#a-{article}"));
        assert_eq!(app.ticket(&hers).await["merged_into"], json!(number), "nothing is left empty");
        let next = mail("anna@private.example").answering([letter.id()]);
        assert_eq!(text(&app.deliver(&next).await["ticket"]), number);
        assert!(!visitor.get(&format!("/tickets/{number}")).await.text().contains("Possibly belongs here"));
    }

    async fn taking_an_article_elsewhere_needs_reply_on_both(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Supporter", "Support", &["full"]).await;
        let question = mail("anna@customer.example");
        let here = app.ticket_from(&question).await;
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        let there = app.ticket_from(&mail("anna@customer.example")).await;
        app.root.set(&there, "queue", "Billing").await;
        let article = text(&app.articles(&here).await[0]["id"]);
        let theirs = text(&app.articles(&there).await[0]["id"]);
        let supporter = app.agent("sam", &["Supporter"]).await;
        supporter.put(&format!("/api/v1/articles/{article}/ticket"), json!({ "value": there })).await.assert(422);
        supporter.put(&format!("/api/v1/articles/{theirs}/ticket"), json!({ "value": here })).await.assert(404);
        app.root.put(&format!("/api/v1/articles/{article}/ticket"), json!({ "value": here })).await.assert(422);
        assert_eq!(app.articles(&here).await.len(), app.articles(&here).await.len());
    }
}

/// Makes the queue Support strict.
pub async fn strict(app: &TestApp) {
    set(app, json!({ "strict_matching": true })).await;
}

/// Changes the queue Support.
pub async fn set(app: &TestApp, change: serde_json::Value) {
    let queues = app.root.get("/api/v1/queues").await.items();
    let support = queues.iter().find(|queue| queue["name"] == "Support").expect("the first queue");
    let path = format!("/api/v1/queues/{}", text(&support["id"]));
    let request = app.root.request(reqwest::Method::PATCH, &path).json(&change);
    app.root.send(request).await.assert(200);
}
