//! The list beside a ticket, in a browser: what moves through it, who sees it, and that it comes to life.

use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Browser, Database, mail, wait_until};

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

#[test]
fn keys_lead_through_the_list_beside_a_ticket() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        for subject in ["Third", "Second", "First"] {
            app.ticket_from(&mail("anna@customer.example").subject(subject)).await;
        }
        let browser = Browser::start().await;
        browser.driver.set_window_size(1600, 1000).await.unwrap();
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        browser.open(&format!("{}/tickets", app.base())).await;
        browser.find_text("a", "First").await.click().await.unwrap();
        let open = "return document.querySelector('.bs [aria-current] .bs-s').textContent";
        browser.find(".bs [aria-current]").await;
        assert_eq!(browser.run(open).await, "First");
        let press = |key: &'static str| {
            format!(
                "document.body.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true }}))"
            )
        };
        browser.run(&press("j")).await;
        browser.wait_for_text("Second").await;
        wait_until("the second", PATIENCE, async || (browser.run(open).await == "Second").then_some(()))
            .await;
        browser.run(&press("k")).await;
        wait_until("the first again", PATIENCE, async || (browser.run(open).await == "First").then_some(()))
            .await;
        // The list lives: what comes in is offered or shown without a reload.
        app.ticket_from(&mail("bert@customer.example").subject("Brand new")).await;
        let there = "return document.querySelector('.bs').innerText.includes('Brand new') || !document.querySelector('[data-news]').hidden";
        wait_until("the new one", PATIENCE, async || (browser.run(there).await == true).then_some(())).await;
        let mut found = Vec::new();
        for theme in ["light", "dark"] {
            browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
            super::pages::settled(&browser).await;
            let violations = browser.accessibility().await.unwrap_or_default();
            found.extend(violations.into_iter().map(|line| format!("{theme}: {line}")));
            browser.screenshot(&format!("beside-{theme}")).await;
        }
        let seen = "return document.querySelector('.bs')?.checkVisibility() ?? false";
        for (width, shown) in [(2560, true), (1240, true), (1100, false), (390, false)] {
            browser.driver.set_window_size(width, 900).await.unwrap();
            assert_eq!(browser.run(seen).await, shown, "{width}");
            let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(browser.run(wide).await, 0, "{width} scrolls sideways");
            browser.screenshot(&format!("beside-{width}")).await;
        }
        browser.driver.set_window_size(1600, 1000).await.unwrap();
        browser.click(".bs button[name=beside]").await;
        browser.find(".tk-way button[name=beside]").await;
        assert_eq!(browser.run(seen).await, false, "put away");
        assert!(found.is_empty(), "{}", found.join("\n"));
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}
