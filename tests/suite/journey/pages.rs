//! What only a browser shows: axe-core's findings, forms without scripts, a draft that survives.

use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Browser, Database, mail};

/// By how many pixels the open page is wider than its window.
const SIDEWAYS: &str = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";

#[test]
fn pages_meet_wcag_aa_by_day_and_by_night_and_fit_a_phone() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let long = mail("hannah.vogelsang-reichenberger@reparaturcafe-am-alten-marktplatz.example").subject(
            "Donaudampfschifffahrtsgesellschaftskapitaensmuetze of grosz-beispielhausen-am-wald.example",
        );
        let wide = app.ticket_from(&long).await;
        app.root.reply(&wide, "An answer whose mail has as long a subject.").await;
        let letter = mail("anna@customer.example").html("<p>Hello <b>there</b></p>").attach(
            "a.pdf",
            "application/pdf",
            b"%PDF",
        );
        let number = app.ticket_from(&letter).await;
        app.agent("dana", &["Agent"]).await.reply(&number, "An answer.").await;
        let tag = serde_json::json!({ "tag": "blue" });
        app.root.post(&format!("/api/v1/tickets/{number}/tags"), tag).await.assert(201);
        for (name, kind) in
            [("Solved", "closed"), ("No answer needed", "closed"), ("Supplier", "pending_auto")]
        {
            let state = serde_json::json!({ "name": name, "state_type": kind });
            app.root.post("/api/v1/states", state).await.assert(201);
        }
        app.root.put_nothing("/api/v1/states/2/retirement").await.assert(204);
        app.root.post("/api/v1/organisations", serde_json::json!({ "name": "Acme" })).await.assert(201);
        app.agent("gone", &["Agent"]).await;
        app.root.put("/api/v1/agents/3/retirement", serde_json::json!({ "to": null })).await.assert(200);
        let browser = Browser::start().await;
        browser.open(&format!("{}/login", app.base())).await;
        let mut found = Vec::new();
        let Some(violations) = browser.accessibility().await else {
            eprintln!("left out: axe-core could not be fetched");
            return;
        };
        found.extend(violations.into_iter().map(|line| format!("/login: {line}")));
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        for page in [
            "/tickets",
            &format!("/tickets/{number}"),
            "/dashboard",
            "/preferences",
            "/tickets/new",
            "/search?q=answer",
            "/search?q=queue%3ANowhere",
            "/tickets?view=us&q=hello+from%3Aanna&sort=created",
            "/admin/auto-responses",
            "/admin/auto-responses/1",
            "/admin/auto-responses/all/received/de",
            "/admin/templates",
            "/admin/templates/new",
            "/preferences/templates",
            "/preferences/templates/new",
            "/admin/mail",
            "/admin/outbox",
            "/admin/queues",
            "/admin/queues/1",
            "/admin/queues/1/addresses",
            "/admin/calendars",
            "/admin/calendars/new",
            "/admin/calendars/1",
            "/admin/calendars/1?hours=many",
            "/admin/states",
            "/admin/tags",
            "/admin/filters",
            "/admin/mailboxes",
            "/reports",
            "/admin/diagnostics",
            "/admin/settings",
            "/admin/sign-in",
            "/admin/sign-in/new/ldap",
            "/admin/sign-in/new/oidc",
            "/admin/diagnostics?outside=yes",
            "/admin/relay",
            "/admin/look",
            "/admin/setup/look",
            "/admin/setup/in",
            "/admin/setup/out",
            "/admin/setup/queues",
            "/admin/setup/people",
            "/admin/audit",
            "/preferences/factor",
            "/raise",
            "/admin/people",
            "/admin/people/new",
            "/admin/people/domains",
            "/admin/people/1",
            "/admin/people/1/rights",
            "/admin/people/2/retirement",
            "/admin/people/3/erasure",
            "/admin/roles",
            "/admin/roles/new?like=lead",
            "/admin/roles/1",
            "/admin/roles/2/retirement",
            "/admin/customers",
            "/admin/customers/new",
            "/customers/1",
            "/admin/customers/1/merges/new",
            "/admin/customers/1/erasure",
            "/admin/customers/imports/new",
            "/admin/people/imports/new",
            "/admin/organisations",
            "/admin/organisations/new",
            "/admin/organisations/1",
            "/preferences/tokens",
        ] {
            browser.open(&format!("{}{page}", app.base())).await;
            for theme in ["light", "dark"] {
                browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
                settled(&browser).await;
                let violations = browser.accessibility().await.unwrap_or_default();
                found.extend(violations.into_iter().map(|line| format!("{page} {theme}: {line}")));
            }
            for (across, down) in [(360, 740), (2560, 1440)] {
                browser.driver.set_window_size(across, down).await.unwrap();
                let wide = sideways(&browser).await;
                if wide != 0 {
                    found.push(format!("{page}: scrolls sideways at {across} px, by {wide} px"));
                }
            }
            browser.driver.set_window_size(1280, 900).await.unwrap();
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}

/// By how much the page scrolls sideways, once it has taken its new width.
pub(super) async fn sideways(browser: &Browser) -> serde_json::Value {
    let mut wide = browser.run(SIDEWAYS).await;
    for _ in 0..40 {
        if wide == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        wide = browser.run(SIDEWAYS).await;
    }
    wide
}

/// Waits until no colour is on its way to another: what is measured half way through belongs to neither theme.
pub(super) async fn settled(browser: &Browser) {
    let moving = "return document.getAnimations().filter(one => one.playState === 'running').length";
    for _ in 0..40 {
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        if browser.run(moving).await == 0 {
            return;
        }
    }
}

#[test]
fn what_is_a_form_works_without_scripts() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("No scripts here")).await;
        app.agent("dana", &["Agent"]).await;
        let browser = Browser::without_scripts().await;
        browser.sign_in(&app.base(), "dana", PASSWORD).await;
        browser.open(&format!("{}/tickets", app.base())).await;
        browser.find_text("a", "No scripts here").await.click().await.unwrap();
        browser.click("form[action*='/lock'] button").await;
        browser.find("form[action*='/lock/release'] button").await;
        browser.fill("textarea[name=body]", "Answered without a script.").await;
        browser.click("button[name=then][value=open]").await;
        browser.wait_for_text("Answered without a script.").await;
        let articles = app.articles(&number).await;
        assert!(
            articles
                .iter()
                .any(|article| article["body_text"].as_str().unwrap().contains("without a script"))
        );
        browser.close().await;
    });
}

#[test]
fn a_hostile_mail_stays_dead_in_the_browser() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let html = "<script>top.document.title='owned'</script><img src=x onerror=\"top.document.title='owned'\">\
                    <a href=\"javascript:top.document.title='owned'\">click</a><form action=/logout method=post><button>b</button></form>\
                    <iframe srcdoc=\"<script>top.document.title='owned'</script>\"></iframe><img src=\"https://tracker.example/pixel.gif\">";
        let letter = mail("mallory@elsewhere.example")
            .from_header("\"<img src=x onerror=document.title='owned'>\" <mallory@elsewhere.example>")
            .subject("<script>document.title='owned'</script>")
            .text("<script>document.title='owned'</script>")
            .html(html)
            .attach(
                "\u{202e}<svg onload=document.title='owned'>.html",
                "text/html",
                b"<script>document.title='owned'</script>",
            );
        let number = app.ticket_from(&letter).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        for page in ["/tickets".to_owned(), format!("/tickets/{number}")] {
            browser.open(&format!("{}{page}", app.base())).await;
            browser.run("for (const d of document.querySelectorAll('details')) d.open = true").await;
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            assert_ne!(browser.driver.title().await.unwrap(), "owned", "{page}");
        }
        let id = tests::app::text(&app.articles(&number).await[0]["id"]);
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let frame = visitor.get(&format!("/articles/{id}/html")).await;
        let policy = frame.assert(200).header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
        assert!(
            !frame.text().contains("<script")
                && !frame.text().contains("onerror")
                && !frame.text().contains("<form")
        );
        browser.close().await;
    });
}

#[test]
fn typed_text_survives_a_reload() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.agent("dana", &["Agent"]).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "dana", PASSWORD).await;
        let page = format!("{}/tickets/{number}", app.base());
        browser.open(&page).await;
        browser.fill("textarea[name=body]", "Half an answer").await;
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        browser.open("about:blank").await;
        browser.open(&page).await;
        let body = browser.find("textarea[name=body]").await;
        assert_eq!(body.prop("value").await.unwrap().as_deref(), Some("Half an answer"));
        browser.close().await;
    });
}
