//! A second factor from the preferences to the next sign-in, as a person goes.

use data_encoding::BASE32_NOPAD;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Browser, Database};
use turnstone::db::Ts;
use turnstone::people::factor;

use super::pages::settled;

#[test]
fn somebody_sets_a_second_factor_up_and_signs_in_with_it() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        app.agent("dana", &["Agent"]).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "dana", PASSWORD).await;
        browser.open(&format!("{}/preferences/factor", app.base())).await;
        browser.fill("#f-p", PASSWORD).await;
        browser.click("form[action='/preferences/factor'] button.btn-main").await;
        let typed = browser.find("code.mono").await.text().await.unwrap();
        let secret = BASE32_NOPAD.decode(typed.replace(' ', "").as_bytes()).unwrap();
        let shown = |later: i64| factor::code(&secret, factor::step(Ts(app.clock.now())) + later);
        settled(&browser).await;
        let mut found = browser.accessibility().await.unwrap_or_default();
        browser.fill("#f-o", &shown(0)).await;
        browser.click("form[action='/preferences/factor/confirmation'] button.btn-main").await;
        let codes = browser.find(".codes").await.text().await.unwrap();
        assert_eq!(codes.lines().count(), 10, "{codes}");
        settled(&browser).await;
        found.extend(browser.accessibility().await.unwrap_or_default());
        // From another computer.
        let other = Browser::start().await;
        other.open(&format!("{}/login?next=%2Fsearch", app.base())).await;
        other.fill("#login", "dana").await;
        other.fill("#password", PASSWORD).await;
        other.click("button.btn-main").await;
        other.find("#code").await;
        settled(&other).await;
        found.extend(other.accessibility().await.unwrap_or_default());
        other.fill("#code", &shown(1)).await;
        other.click("button.btn-main").await;
        other.find("input[name=q]").await;
        assert!(other.run("return location.pathname").await == "/search");
        assert!(found.is_empty(), "{}", found.join("\n"));
        browser.close().await;
        other.close().await;
    });
}
