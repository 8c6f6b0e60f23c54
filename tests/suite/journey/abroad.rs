//! Pages in the languages whose words are longer than English ones, on a phone: nothing scrolls sideways, and axe-core finds
//! nothing.

use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Browser, Database, mail};

use super::pages::{settled, sideways};

/// What a stranger sees.
const OUTSIDE: [&str; 2] = ["/login", "/password/reset"];
/// Lists, a form, a matrix, long sentences.
const INSIDE: [&str; 13] = [
    "/tickets",
    "/tickets/new",
    "/dashboard",
    "/search?q=answer",
    "/preferences",
    "/admin/queues/1",
    "/admin/roles/2",
    "/admin/people",
    "/admin/people/new",
    "/admin/settings",
    "/admin/sign-in",
    "/admin/sign-in/new/ldap",
    "/admin/diagnostics",
];

/// The first elements that reach beyond the window.
const BEYOND: &str = "return [...document.body.querySelectorAll('*')]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1).slice(0, 6)
    .map(one => one.localName + '.' + one.className)";

/// What is wrong with a page. `None`: nobody can say, axe-core is not there.
async fn wrong(browser: &Browser, base: &str, page: &str, language: &str) -> Option<Vec<String>> {
    browser.open(&format!("{base}{page}")).await;
    assert_eq!(browser.run("return document.documentElement.lang").await, json!(language), "{page}");
    settled(browser).await;
    let mut found = browser.accessibility().await?;
    let wide = sideways(browser).await;
    if wide != 0 {
        let beyond = browser.run(BEYOND).await;
        found.push(format!("scrolls sideways by {wide} px: {beyond}"));
    }
    Some(found.into_iter().map(|line| format!("{language} {page}: {line}")).collect())
}

/// Root reads this language from now on.
async fn root_reads(app: &TestApp, language: &str) {
    let browser = app.visitor();
    browser.sign_in("root", PASSWORD).await;
    browser.get("/preferences").await.assert(200);
    let fields =
        [("language", language), ("theme", "system"), ("page_size", "25"), ("time_zone", "Europe/Berlin")];
    browser.submit("/preferences", &fields).await.assert(303);
}

#[test]
fn pages_in_german_and_french_fit_a_phone_and_meet_wcag_aa() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let subject =
            "Donaudampfschifffahrtsgesellschaftskapitaensmuetze of grosz-beispielhausen-am-wald.example";
        let letter = mail("hannah.vogelsang-reichenberger@reparaturcafe-am-alten-marktplatz.example");
        let number = app.ticket_from(&letter.subject(subject)).await;
        app.root.reply(&number, "An answer to a subject of long words.").await;
        let (base, ticket) = (app.base(), format!("/tickets/{number}"));
        let mut found = Vec::new();
        for language in ["de", "fr"] {
            root_reads(&app, language).await;
            let browser = Browser::speaking(language).await;
            browser.driver.set_window_size(360, 740).await.unwrap();
            for page in OUTSIDE {
                let Some(lines) = wrong(&browser, &base, page, language).await else {
                    eprintln!("left out: axe-core could not be fetched");
                    return;
                };
                found.extend(lines);
            }
            browser.sign_in(&base, "root", PASSWORD).await;
            for page in INSIDE.into_iter().chain([ticket.as_str()]) {
                found.extend(wrong(&browser, &base, page, language).await.unwrap_or_default());
            }
            let complaints = browser.complaints().await;
            assert!(complaints.is_empty(), "{complaints:?}");
            browser.close().await;
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    });
}
