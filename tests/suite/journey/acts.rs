//! What is done to a ticket and to many, in a browser: axe-core's findings, a phone's width, the key that undoes, and a
//! choice that outlives the page on which it was made.

use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Browser, Database, mail};

#[test]
fn pages_of_acts_meet_wcag_aa_and_a_choice_goes_over_pages() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Broken key")).await;
        let article = tests::app::text(&app.articles(&number).await[0]["id"]);
        let other = app.ticket_from(&mail("anna@customer.example").subject("The whole move")).await;
        let deleted = app.ticket_from(&mail("carl@customer.example").subject("Cheap watches")).await;
        let base = format!("/api/v1/tickets/{number}");
        app.root.post(&format!("{base}/tags"), json!({ "tag": "certificates" })).await.assert(201);
        let link = json!({ "ticket": other, "kind": "child_of" });
        app.root.post(&format!("{base}/links"), link).await.assert(201);
        app.root.post(&format!("{base}/watchers"), json!({})).await.assert(201);
        app.root.set(&number, "priority", "high").await;
        app.root.set(&number, "priority", "low").await;
        let spam = json!({ "reason": "spam" });
        app.root.put(&format!("/api/v1/tickets/{deleted}/removal"), spam).await.assert(200);
        let acts = app.root.get(&format!("{base}/acts")).await.items();
        let raised =
            tests::app::text(&acts.iter().find(|act| act["kind"] == "priority_changed").unwrap()["id"]);

        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        browser.open(&format!("{}/tickets", app.base())).await;
        browser.click(&format!("#t-{number} .ck")).await;
        browser.click("button[value=more]").await;
        browser.wait_for_text("What shall be done?").await;
        let chosen = browser.url().await.trim_start_matches(&app.base()).to_owned();
        let mut found = Vec::new();
        for page in [
            format!("/tickets/{number}"),
            format!("/tickets/{deleted}"),
            format!("/tickets/{number}/acts/{raised}"),
            format!("/tickets/{number}/history"),
            format!("/tickets/{number}/printout"),
            format!("/tickets/{number}/calls/new"),
            format!("/tickets/{number}/customer"),
            format!("/articles/{article}/splits/new"),
            "/tickets/bin".to_owned(),
            chosen,
        ] {
            browser.open(&format!("{}{page}", app.base())).await;
            for (theme, width) in [("light", 1280), ("dark", 1280), ("light", 390)] {
                browser.driver.set_window_size(width, 900).await.unwrap();
                browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
                super::pages::settled(&browser).await;
                let violations = browser.accessibility().await.unwrap_or_default();
                found.extend(violations.into_iter().map(|line| format!("{page} {theme} {width}: {line}")));
                let wide =
                    "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
                if browser.run(wide).await != 0 {
                    found.push(format!("{page} {theme} {width}: scrolls sideways"));
                }
                let name = format!("acts{}-{theme}-{width}", page.replace(['/', '?', '='], "-"));
                browser.screenshot(&name).await;
            }
        }
        browser.driver.set_window_size(1280, 900).await.unwrap();

        // A key undoes what the last page did.
        browser.open(&format!("{}/tickets/{number}", app.base())).await;
        browser.click("form[action*='/closure'] button").await;
        browser.wait_for_text(&format!("Ticket {number} closed")).await;
        browser.find("body").await.send_keys("z").await.unwrap();
        browser.wait_for_text("Undone on ticket").await;
        assert_eq!(app.ticket(&number).await["state"], "new");

        // What is chosen on one page is chosen still when another one follows.
        for index in 0..30 {
            app.ticket_from(&mail(&format!("more{index}@customer.example"))).await;
        }
        browser.open(&format!("{}/tickets", app.base())).await;
        browser.click(".row .ck").await;
        browser.click("a[rel=next]").await;
        browser.find(&format!("#t-{other}")).await;
        browser.wait_for_text("1 selected").await;
        browser.click(&format!("#t-{other} .ck")).await;
        browser.wait_for_text("2 selected").await;
        browser.screenshot("acts-bulk-bar").await;
        browser.click("button[value=lock]").await;
        browser.wait_for_text("Lock: 2 tickets").await;
        assert_eq!(app.root.get("/api/v1/tickets?lock=true").await.items().len(), 2);
        let complaints = browser.complaints().await;
        browser.close().await;
        assert!(found.is_empty(), "{}", found.join("\n"));
        assert!(complaints.is_empty(), "{complaints:?}");
    });
}
