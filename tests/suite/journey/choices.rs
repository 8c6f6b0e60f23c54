//! Keys that were laid elsewhere, in a browser.

use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Browser, Database, mail, wait_until};

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

#[test]
fn a_key_acts_where_it_was_laid_and_nowhere_else() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        app.ticket_from(&mail("anna@customer.example").subject("First")).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        let mut found = Vec::new();
        for page in ["/preferences/keys", "/preferences"] {
            browser.open(&format!("{}{page}", app.base())).await;
            for theme in ["light", "dark"] {
                browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
                super::pages::settled(&browser).await;
                let violations = browser.accessibility().await.unwrap_or_default();
                found.extend(violations.into_iter().map(|line| format!("{page} {theme}: {line}")));
            }
            for width in [360, 1280] {
                browser.driver.set_window_size(width, 900).await.unwrap();
                let wide =
                    "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
                assert_eq!(browser.run(wide).await, 0, "{page} {width} scrolls sideways");
            }
            browser.screenshot(&format!("choices{}", page.replace('/', "-"))).await;
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
        browser.open(&format!("{}/preferences/keys", app.base())).await;
        // A key that is taken is refused, and said where.
        browser.fill("#k-next", "x").await;
        browser.click(".savebar .btn-main").await;
        browser.wait_for_text("already does something else").await;
        browser.fill("#k-next", "s").await;
        browser.click(".savebar .btn-main").await;
        browser.wait_for_text("Your keys are saved.").await;
        browser.open(&format!("{}/tickets", app.base())).await;
        let press = |key: &str| {
            format!(
                "document.body.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true }}))"
            )
        };
        let at_row = "return document.activeElement.classList.contains('row-a')";
        browser.run(&press("j")).await;
        assert_eq!(browser.run(at_row).await, false, "the old place is free");
        browser.run(&press("s")).await;
        assert_eq!(browser.run(at_row).await, true);
        browser.run(&press("?")).await;
        let sheet = "return document.querySelector('#keys').open && document.querySelector('#keys kbd').textContent === 's'";
        wait_until("the sheet", PATIENCE, async || (browser.run(sheet).await == true).then_some(())).await;
        let mut complaints = browser.complaints().await;
        // The refusal above was meant.
        complaints.retain(|line| !line.contains("status of 422"));
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}
