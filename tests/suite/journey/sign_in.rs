//! Signing in by a directory and by another site, as a person goes; and the page for it in both themes.

use tests::{Browser, Database, Slapd};

use super::pages::settled;
use crate::sign_in::provider::Provider;
use crate::sign_in::{CLAIMS, ROLES, app_with};

#[test]
fn somebody_signs_in_with_the_password_of_a_directory_and_by_another_site() {
    tests::run(async {
        let (mut slapd, provider) = (Slapd::start().await, Provider::start().await);
        slapd.person("emil", "a tide of words", &["helpdesk"], "");
        let text = format!("{}{}", slapd.method("ldaps", ROLES), provider.method("site", CLAIMS));
        let app = app_with(Database::Sqlite, &text).await;
        let mut found = Vec::new();
        let browser = Browser::start().await;
        browser.open(&format!("{}/login?next=%2Fsearch", app.base())).await;
        for theme in ["light", "dark"] {
            browser.run(&format!("document.documentElement.dataset.theme = '{theme}'; return 1")).await;
            settled(&browser).await;
            found.extend(browser.accessibility().await.unwrap_or_default());
            browser.screenshot(&format!("login-{theme}")).await;
        }
        browser.fill("#login", "emil").await;
        browser.fill("#password", "not his words").await;
        browser.click("button.btn-main").await;
        browser.wait_for_text("do not match").await;
        browser.fill("#password", "a tide of words").await;
        browser.click("button.btn-main").await;
        browser.find("input[name=q]").await;
        assert!(browser.run("return location.pathname").await == "/search");

        // The other site answers at once: one click.
        let other = Browser::start().await;
        other.open(&format!("{}/login?next=%2Fsearch", app.base())).await;
        other.click(".sites a").await;
        other.find("input[name=q]").await;
        assert!(other.run("return location.pathname").await == "/search");
        other.run("document.querySelector('form[action=\"/logout\"]').requestSubmit(); return 1").await;
        other.wait_for_text("Sign out of Company as well").await;
        settled(&other).await;
        found.extend(other.accessibility().await.unwrap_or_default());
        other.click("a[href='/login/with/site/end']").await;
        other.wait_for_text("signed out there").await;

        // The directory is away: said, with what was typed kept.
        slapd.down();
        other.open(&format!("{}/login", app.base())).await;
        other.fill("#login", "emil").await;
        other.fill("#password", "a tide of words").await;
        other.click("button.btn-main").await;
        other.wait_for_text("does not answer just now").await;
        assert!(other.run("return document.querySelector('#login').value").await == "emil");
        settled(&other).await;
        found.extend(other.accessibility().await.unwrap_or_default());
        assert!(found.is_empty(), "{}", found.join("\n"));
        browser.close().await;
        other.close().await;
    });
}
