//! The pages about merging, taking articles elsewhere and queues: axe-core's findings, and no page wider than a phone.

use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Browser, Database, mail};

#[test]
fn pages_of_merges_and_queues_meet_wcag_aa_and_fit_a_phone() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let question = mail("anna@customer.example").subject("Broken key").cc("bert@partner.example");
        let number = app.ticket_from(&question).await;
        let stranger = mail("mona@elsewhere.example").answering([question.id()]);
        app.deliver(&stranger).await;
        let other =
            app.ticket_from(&mail("anna@customer.example").subject("The second letter about it")).await;
        let guess =
            app.ticket_from(&mail("anna@private.example").subject(&format!("Re: [Ticket#{number}]"))).await;
        let merged = app.ticket_from(&mail("carl@customer.example").subject("Broken lock")).await;
        app.root
            .post(&format!("/api/v1/tickets/{merged}/merges"), json!({ "into": number }))
            .await
            .assert(201);
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        let mut found = Vec::new();
        for page in [
            format!("/tickets/{number}"),
            format!("/tickets/{guess}"),
            format!("/tickets/{number}/merges/new"),
            format!("/tickets/{number}/merges/new?into={other}"),
            format!("/tickets/{merged}/merges"),
            "/admin/queues".to_owned(),
            "/admin/queues/new".to_owned(),
            "/admin/queues/1".to_owned(),
            "/admin/queues/2".to_owned(),
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
                let name =
                    format!("{}-{theme}-{width}", page.trim_matches('/').replace(['/', '?', '='], "-"));
                browser.screenshot(&name).await;
            }
        }
        let complaints = browser.complaints().await;
        browser.close().await;
        assert!(found.is_empty(), "{}", found.join("\n"));
        assert!(complaints.is_empty(), "{complaints:?}");
    });
}
