//! Signing in with a certificate, as a person goes whose browser has one, and one whose browser has none; and the pages for it in both
//! themes.

use jiff::SignedDuration;
use tests::{Browser, Database};

use super::pages::settled;
use crate::sign_in::certificate::{House, TRUSTED};

#[test]
fn somebody_signs_in_with_the_certificate_of_his_browser() {
    tests::run(async {
        let house = House::new(Database::Sqlite, &TRUSTED.replace("\"Agent\"", "\"Admin\"")).await;
        let dana = house.ca.person("Dana King", "dana@helpdesk.example");
        let mut found = Vec::new();
        let browser = Browser::with_certificate(&dana).await;
        browser.open(&format!("{}/login?next=%2Fsearch", house.app.base())).await;
        browser.wait_for_text("Sign in with a certificate").await;
        for theme in ["light", "dark"] {
            browser.run(&format!("document.documentElement.dataset.theme = '{theme}'; return 1")).await;
            settled(&browser).await;
            found.extend(browser.accessibility().await.unwrap_or_default());
            browser.screenshot(&format!("login-certificate-{theme}")).await;
        }
        browser.click(".sites a").await;
        browser.find("input[name=q]").await;
        assert!(
            browser.url().await.starts_with(&format!("{}/search", house.app.base())),
            "{}",
            browser.url().await
        );

        // Before a dangerous page it is shown once more: there is no password to type.
        house.app.advance(SignedDuration::from_mins(11)).await;
        browser.open(&format!("{}/admin/people/new", house.app.base())).await;
        browser.wait_for_text("Confirm with your certificate").await;
        settled(&browser).await;
        found.extend(browser.accessibility().await.unwrap_or_default());
        // The line of the sign-in has ended by then.
        tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
        browser.click("a[href^='/raise/with/cards']").await;
        browser.find("form[action='/admin/people']").await;

        // Revoked: said in words, at the pages' own address.
        browser.run("document.querySelector('form[action=\"/logout\"]').requestSubmit(); return 1").await;
        browser.wait_for_text("You are signed out").await;
        house.revokes(&house.ca.list(&[&dana]));
        browser.click(".sites a").await;
        browser.wait_for_text("has been revoked").await;
        assert!(browser.url().await.starts_with(&format!("{}/login", house.app.base())));
        settled(&browser).await;
        found.extend(browser.accessibility().await.unwrap_or_default());
        browser.screenshot("login-certificate-revoked").await;

        let other = Browser::insecure().await;
        other.open(&format!("{}/login", house.app.base())).await;
        other.click(".sites a").await;
        other.wait_for_text("showed no certificate").await;
        assert!(found.is_empty(), "{}", found.join("\n"));
        browser.close().await;
        other.close().await;
    });
}
