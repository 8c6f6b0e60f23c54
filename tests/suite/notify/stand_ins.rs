//! Who is away is stood in for; and news of single queues can be switched off.

use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

use super::heard;

/// Away for a month, with this agent in his place; an empty key for nobody.
async fn go_away(app: &TestApp, login: &str, stand_in: &str) -> u16 {
    let browser = app.visitor();
    browser.sign_in(login, PASSWORD).await;
    browser.get("/preferences").await.assert(200);
    let mut fields = vec![("page_size", "25"), ("time_zone", "UTC"), ("theme", "system"), ("language", "en")];
    fields.extend([("away_until", "2026-12-09T09:00"), ("stand_in", stand_in)]);
    browser.submit("/preferences", &fields).await.status.as_u16()
}

async fn id(app: &TestApp, login: &str) -> String {
    let login = login.to_owned();
    let found = app.desk().db.read(move |conn| turnstone::people::agents::by_login(conn, &login)).await;
    found.unwrap().id.to_string()
}

both_databases! {
    async fn a_stand_in_hears_what_the_absent_would_hear(database) {
        let app = TestApp::start_at(database, "2026-11-09T09:00:00Z").await;
        for login in ["dana", "eve", "ben"] {
            app.agent(login, &["Agent"]).await;
        }
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        app.root.set(&number, "owner", "dana").await;
        // Dana names Eve, Eve names Ben: who is there hears of it.
        let (dana, eve, ben) = (id(&app, "dana").await, id(&app, "eve").await, id(&app, "ben").await);
        assert_eq!(go_away(&app, "dana", &eve).await, 303);
        app.hush().await;
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        app.relay.wait_for("eve@helpdesk.example", 1).await;
        app.settle().await;
        assert!(heard(&app, "dana").is_empty() && heard(&app, "ben").is_empty());
        let told = app.relay.received_by("eve@helpdesk.example").remove(0).mail().text();
        assert!(told.contains("because you stand in for"), "{told}");
        assert_eq!(go_away(&app, "eve", &dana).await, 422, "no circle");
        assert_eq!(go_away(&app, "eve", &eve).await, 422, "nobody stands in for himself");
        assert_eq!(go_away(&app, "eve", &ben).await, 303);
        app.hush().await;
        app.advance(jiff::SignedDuration::from_mins(30)).await;
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        app.relay.wait_for("ben@helpdesk.example", 1).await;
        app.settle().await;
        assert!(heard(&app, "dana").is_empty() && heard(&app, "eve").is_empty());
        // The ticket says it, and so does the choice of an owner.
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let page = browser.get(&format!("/tickets/{number}")).await.assert(200).text();
        assert!(page.contains("class=\"hint pr-away\"") && page.matches("stands in.").count() >= 2, "{page}");
        // Back again.
        app.hush().await;
        app.advance(jiff::SignedDuration::from_hours(24 * 40)).await;
        app.settle().await;
        app.hush().await;
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        app.relay.wait_for("dana@helpdesk.example", 1).await;
        app.settle().await;
        assert!(heard(&app, "ben").is_empty());
    }

    async fn a_stand_in_hears_of_nothing_that_he_may_not_read(database) {
        let app = TestApp::start_at(database, "2026-11-09T09:00:00Z").await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["reply"]).await;
        app.agent("dana", &["Agent"]).await;
        app.agent("bill", &["Biller"]).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        app.root.set(&number, "owner", "dana").await;
        let bill = id(&app, "bill").await;
        assert_eq!(go_away(&app, "dana", &bill).await, 303);
        app.hush().await;
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        app.relay.wait_for("dana@helpdesk.example", 1).await;
        app.settle().await;
        assert!(heard(&app, "bill").is_empty(), "{:?}", heard(&app, "bill"));
    }

    async fn news_of_one_queue_can_be_switched_off(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let dana = app.agent("dana", &["Agent"]).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let page = browser.get("/preferences").await.assert(200).text();
        let support = page.split("name=\"news\" value=\"").nth(1).unwrap().split(':').next().unwrap().to_owned();
        assert_eq!(page.matches("name=\"news\"").count(), 6);
        // All but new tickets of the first queue on the page.
        let wanted: Vec<String> = page
            .split("name=\"news\" value=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .filter(|value| *value != format!("{support}:new_ticket"))
            .collect();
        let fields: Vec<(&str, &str)> = wanted.iter().map(|value| ("news", value.as_str())).collect();
        browser.submit("/preferences/queues", &fields).await.assert(303);
        let quiet = if support == "1" { tests::app::SUPPORT } else { "billing@helpdesk.example" };
        let loud = if support == "1" { "billing@helpdesk.example" } else { tests::app::SUPPORT };
        app.deliver_as("anna@customer.example", quiet, &mail("anna@customer.example").to(quiet)).await;
        app.deliver_as("anna@customer.example", loud, &mail("anna@customer.example").to(loud)).await;
        app.relay.wait_for("dana@helpdesk.example", 1).await;
        app.settle().await;
        assert_eq!(heard(&app, "dana").len(), 1, "{:?}", heard(&app, "dana"));
        drop(dana);
    }
}
