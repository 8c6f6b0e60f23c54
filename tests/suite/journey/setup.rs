//! From an empty directory to an answered mail, by the steps of the set-up; and what an organisation does first.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::app::{SUPPORT, TestApp};
use tests::binary::PASSWORD;
use tests::{Binary, Browser, Database, Postfix, Settings, mail};

use super::pages::settled;

const ANNA: &str = "anna@customer.example";

/// What axe-core finds by day and by night, and whether the page is wider than a phone.
async fn look(browser: &Browser, name: &str, found: &mut Vec<String>) {
    for theme in ["light", "dark"] {
        browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
        settled(browser).await;
        browser.screenshot(&format!("setup-{name}-{theme}")).await;
        let violations = browser.accessibility().await.unwrap_or_default();
        found.extend(violations.into_iter().map(|line| format!("{name} {theme}: {line}")));
    }
    browser.driver.set_window_size(390, 844).await.unwrap();
    let too_wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    if browser.run(too_wide).await.as_i64().unwrap_or(1) > 0 {
        found.push(format!("{name}: wider than a phone"));
    }
    browser.screenshot(&format!("setup-{name}-phone")).await;
    browser.driver.set_window_size(1280, 900).await.unwrap();
}

#[test]
fn from_an_empty_directory_to_an_answered_mail() {
    tests::run(async {
        let settings = Settings::new(Database::Sqlite);
        let postfix = Postfix::start("helpdesk.example", settings.lmtp()).await;
        let server = Binary::serve(&settings).await;
        let log = server.log();
        let link =
            log.split_whitespace().find(|word| word.contains("/setup?token=")).expect("the link").to_owned();
        let browser = Browser::start().await;
        let mut found = Vec::new();
        browser.open(&link).await;
        look(&browser, "account", &mut found).await;
        for (name, value) in [
            ("name", "Ingrid Solheim"),
            ("email", "ingrid@helpdesk.example"),
            ("login", "ingrid"),
            ("password", PASSWORD),
            ("organisation", "Fairwater CA"),
            ("address", SUPPORT),
        ] {
            browser.fill(&format!("input[name={name}]"), value).await;
        }
        browser.click(".wiz-f button").await;
        browser.wait_for_text("1 of 6 steps are done").await;

        // A colour in which hardly anything could be read, were it taken as it is.
        browser.run("document.querySelector('#l-colour').value = '#ffdd00'").await;
        browser.click("form.look .btn-main").await;
        browser.wait_for_text("Addresses of the queue Support").await;
        look(&browser, "in", &mut found).await;
        assert!(browser.text().await.contains(&format!("lmtp:inet:[127.0.0.1]:{}", settings.lmtp().port())));
        browser.click("button[name=do][value=save]").await;

        // Mail out: first a port where nobody is, then the mail server, out and in again.
        browser.fill("#r-host", "127.0.0.1").await;
        browser.fill("#r-port", &tests::free_port().to_string()).await;
        browser.find_text("option", "None: for a server on this machine").await.click().await.unwrap();
        browser.click("button[formaction='/admin/relay/trials']").await;
        browser.wait_for_text("does not answer at port").await;
        look(&browser, "out-refused", &mut found).await;
        browser.fill("#r-port", &postfix.address().port().to_string()).await;
        browser.click("button[formaction='/admin/relay/trials']").await;
        browser.wait_for_text("It has taken the mail to support@helpdesk.example").await;
        // The page tells by itself.
        browser.wait_for_text("It came in again, and became no ticket").await;
        look(&browser, "out", &mut found).await;
        browser.click("form#relay .btn-main").await;

        browser.wait_for_text("Add queue").await;
        browser.fill("#w-name", "Certificates").await;
        browser.click("button[value=add]").await;
        browser.find_text("a", "Certificates").await;
        look(&browser, "queues", &mut found).await;
        browser.click("button[name=do][value=on]").await;
        browser.fill("#w-lines", "Dana Kim, dana@helpdesk.example").await;
        browser.click("button[value=invite]").await;
        browser.wait_for_text("One colleague is invited by mail").await;
        look(&browser, "people", &mut found).await;
        browser.open(&format!("{}/admin/setup", settings.base())).await;
        browser.wait_for_text("6 of 6 steps are done").await;
        look(&browser, "done", &mut found).await;
        browser.click(".wiz-f a").await;

        // A customer writes, and is answered.
        let question = mail(ANNA).to(SUPPORT).subject("My certificate has expired");
        postfix.take(ANNA, SUPPORT, &question.bytes()).await;
        tests::wait_until("the ticket in the list", Duration::from_secs(30), async || {
            browser.open(&format!("{}/tickets", settings.base())).await;
            browser.text().await.contains("My certificate has expired").then_some(())
        })
        .await;
        look(&browser, "tickets", &mut found).await;
        browser.find_text("a", "My certificate has expired").await.click().await.unwrap();
        browser.fill("textarea[name=body]", "Dear Anna, here is a new one.").await;
        browser.click("button[name=then][value=open]").await;
        let mails = postfix.wait_for(ANNA, 2).await;
        let answer = mails.iter().find(|mail| mail.text().contains("here is a new one")).expect("the answer");
        assert!(answer.header("From").unwrap().contains(SUPPORT), "{:?}", answer.header("From"));
        assert!(found.is_empty(), "{}", found.join("\n"));
        let complaints: Vec<_> = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}

#[test]
fn the_first_organisations_routine_takes_less_than_a_minute_and_twelve_clicks() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let root = app.visitor();
        root.sign_in("root", PASSWORD).await;
        root.get("/admin/people/domains").await.assert(200);
        root.submit("/admin/people/domains", &[("domains", "helpdesk.example")]).await.assert(303);
        app.role("Certificates", "Support", &["reply"]).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        let (begun, clicks) = (Instant::now(), std::cell::Cell::new(0));
        let click = async |css: &str| {
            clicks.set(clicks.get() + 1);
            browser.click(css).await;
        };
        click("a[href='/admin']").await;
        click("a[href='/admin/people']").await;
        click("a[href='/admin/people/new']").await;
        browser.fill("input[name=name]", "Ben Okafor").await;
        // Only in the organisation's domains.
        browser.fill("input[name=email]", "ben@elsewhere.example").await;
        click(".savebar .btn-main").await;
        browser.find("#f-em-e").await;
        browser.fill("input[name=email]", "ben@helpdesk.example").await;
        assert_eq!(
            browser
                .run("return document.querySelector('[name=page_size]:checked, [name=page_size]').value")
                .await,
            json!("25")
        );
        // A password in place of the invitation, one notification less, the role.
        click("input[name=how][value=password]").await;
        clicks.set(clicks.get() + 1);
        browser.find_text("label", "Certificates").await.click().await.unwrap();
        click("input[name=notify]").await;
        click(".savebar .btn-main").await;
        browser.wait_for_text("Ben Okafor is added").await;
        let password = browser.find("#s-p").await.prop("value").await.unwrap().unwrap_or_default();
        // What he may do, seen from the role's matrix.
        click("a[href='/admin/roles']").await;
        clicks.set(clicks.get() + 1);
        browser.find_text("a", "Certificates").await.click().await.unwrap();
        browser.find("tbody .mx-read input").await;
        assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
        assert!(clicks.get() <= 12, "{} clicks", clicks.get());
        let kinds: [fn(&char) -> bool; 3] =
            [char::is_ascii_uppercase, char::is_ascii_lowercase, char::is_ascii_digit];
        assert!(password.len() >= 12, "{password}");
        assert!(kinds.iter().all(|kind| password.chars().any(|c| kind(&c))), "{password}");
        let agents = app.root.get("/api/v1/agents").await.items();
        let ben = agents.iter().find(|agent| agent["login"] == "ben").expect("Ben");
        assert_eq!(ben["roles"], json!(["Certificates"]));
        let his = app.visitor();
        his.get("/login").await.assert(200);
        his.submit("/login", &[("login", "ben"), ("password", &password)]).await.assert(303);
        browser.close().await;
    });
}
