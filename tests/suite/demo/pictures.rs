//! The pictures of the README, taken anew from the demo: `tests/run --long demo::pictures` writes them into
//! `docs/screenshots`.

use std::path::Path;
use std::time::Duration;

use tests::browser::Browser;

use super::Demo;

/// What is shown, how wide and high, in which theme.
const PICTURES: [(&str, &str, u32, u32, &str); 5] = [
    ("ticket", "", 1440, 900, "light"),
    ("tickets-dark", "/tickets", 1440, 900, "dark"),
    ("tickets-phone", "/tickets", 390, 844, "light"),
    ("dashboard", "/dashboard", 1440, 900, "light"),
    ("role", "/admin/roles", 1440, 900, "light"),
];

#[test]
#[ignore = "writes into docs/screenshots; tests/run --long"]
fn the_pictures_are_of_today() {
    let demo = Demo::start();
    tests::run(async {
        let browser = Browser::start().await;
        browser.sign_in(&demo.helpdesk, "anna", "turnstone-demo").await;
        for (name, path, width, height, theme) in PICTURES {
            browser.driver.set_window_rect(0, 0, width, height).await.unwrap();
            browser
                .open(&format!("{}{}", demo.helpdesk, if path.is_empty() { "/tickets" } else { path }))
                .await;
            browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
            match name {
                "ticket" => browser.click(".t-subject a, .t-row a, main a[href^='/tickets/1']").await,
                "role" => {
                    raise(&browser).await;
                    browser.click("main a[href^='/admin/roles/']").await;
                }
                _ => {}
            }
            tokio::time::sleep(Duration::from_millis(600)).await;
            let taken = browser.screenshot(name).await;
            let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/screenshots/{name}.png"));
            std::fs::copy(taken, kept).unwrap();
        }
        browser.close().await;
    });
}

/// Gives the password once more where a page asks for it.
async fn raise(browser: &Browser) {
    if browser.url().await.contains("/raise") {
        browser.fill("form[action='/raise'] [name=current]", "turnstone-demo").await;
        browser.click("form[action='/raise'] button").await;
    }
}
