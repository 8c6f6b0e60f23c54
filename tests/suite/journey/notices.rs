//! What an agent is told while he works: in the corner and at the bell, by mouse, on a phone, and without scripts.

use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Browser, Database, mail, wait_until};

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);
const BELL: &str = "return document.getElementById('n-bell').firstChild?.data ?? ''";

#[test]
fn what_happens_is_told_in_the_corner_and_counted_at_the_bell() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Paper jam")).await;
        let other = app.ticket_from(&mail("bert@customer.example").subject("No light")).await;
        app.agent("dana", &["Agent"]).await;
        let browser = Browser::start().await;
        browser.driver.set_window_size(1400, 900).await.unwrap();
        browser.sign_in(&app.base(), "dana", PASSWORD).await;
        browser.open(&format!("{}/preferences/notices", app.base())).await;
        // Nobody is asked unbidden; the button says what it does.
        browser.find("[data-system]:not([hidden])").await;
        browser.open(&format!("{}/dashboard", app.base())).await;
        let listens =
            "return document.querySelector('[data-live-page]')?.hasAttribute('data-live-on') ?? true";
        wait_until("the stream", PATIENCE, async || (browser.run(listens).await == true).then_some(())).await;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        app.root.set(&number, "owner", "dana").await;
        let toast = browser.find("#told .toast a").await;
        // It slides in: until then it shows no word.
        let words = wait_until("the words of the toast", PATIENCE, async || {
            toast.text().await.ok().filter(|words| !words.is_empty())
        })
        .await;
        assert!(words.contains(&number) && words.contains("Paper jam"), "{words}");
        assert_eq!(browser.run(BELL).await, "1");
        browser.screenshot("notice-toast").await;
        toast.click().await.unwrap();
        browser.wait_for_text("Paper jam").await;
        // He has it before him: the bell is quiet again, and what comes to this very ticket needs no word in the corner.
        wait_until("a quiet bell", PATIENCE, async || (browser.run(BELL).await == "").then_some(())).await;
        let note = json!({ "body_text": "@dana have a look" });
        app.root.post(&format!("/api/v1/tickets/{number}/notes"), note.clone()).await.assert(201);
        browser.wait_for_text("have a look").await;
        assert_eq!(browser.run("return document.querySelectorAll('#told .toast').length").await, 0);
        app.root.post(&format!("/api/v1/tickets/{other}/notes"), note).await.assert(201);
        browser.find("#told .toast").await;
        let mut found = Vec::new();
        for page in ["/notices", "/preferences/notices"] {
            browser.open(&format!("{}{page}", app.base())).await;
            for theme in ["light", "dark"] {
                browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
                super::pages::settled(&browser).await;
                let violations = browser.accessibility().await.unwrap_or_default();
                found.extend(violations.into_iter().map(|line| format!("{page} {theme}: {line}")));
                browser
                    .screenshot(&format!("{}-{theme}", page.trim_start_matches('/').replace('/', "-")))
                    .await;
            }
            for width in [360, 2560] {
                browser.driver.set_window_size(width, 900).await.unwrap();
                let wide =
                    "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
                assert_eq!(browser.run(wide).await, 0, "{page} {width} scrolls sideways");
                browser
                    .screenshot(&format!("{}-{width}", page.trim_start_matches('/').replace('/', "-")))
                    .await;
            }
            browser.driver.set_window_size(1400, 900).await.unwrap();
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}

#[test]
fn notices_are_read_and_ways_are_chosen_without_scripts() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        app.agent("dana", &["Agent"]).await;
        app.ticket_from(&mail("anna@customer.example").subject("Paper jam")).await;
        let browser = Browser::without_scripts().await;
        browser.sign_in(&app.base(), "dana", PASSWORD).await;
        browser.click(".side a.bell").await;
        browser.wait_for_text("Paper jam").await;
        browser.click("form[action='/notices/read'] button").await;
        let left = fantoccini::Locator::Css("form[action='/notices/read']");
        wait_until("all read", PATIENCE, async || browser.driver.find(left).await.err().map(drop)).await;
        browser.open(&format!("{}/preferences/notices", app.base())).await;
        browser.click("[name='mail-new_ticket'] option[value=hour]").await;
        browser.click("form[action='/preferences/notices'] .btn-main").await;
        browser.wait_for_text("is saved").await;
        let chosen = browser.find("[name='mail-new_ticket'] option[selected]").await.text().await.unwrap();
        assert_eq!(chosen, "Every hour");
        browser.close().await;
    });
}
