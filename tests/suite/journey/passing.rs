//! Passing a message on in a real browser, and how a mail that did not reach everybody looks.

use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::smtp_peer::Behaviour;
use tests::{Browser, Database, mail};

async fn ticket(app: &TestApp) -> String {
    let letter = mail("anna@customer.example")
        .from_header("Anna Bell <anna@customer.example>")
        .cc("carl@customer.example")
        .subject("Broken key")
        .text("The key does not turn.\n");
    let number = app.ticket_from(&letter).await;
    app.hush().await;
    number
}

#[test]
fn f_turns_the_composer_to_a_forward_and_the_draft_survives() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let number = ticket(&app).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        let page = format!("{}/tickets/{number}", app.base());
        browser.open(&page).await;
        browser
            .run("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'f', bubbles: true }))")
            .await;
        let shown = "return getComputedStyle(document.querySelector('.co-fwd')).display";
        assert_eq!(browser.run(shown).await, "grid");
        assert_eq!(
            browser.run("return getComputedStyle(document.querySelector('.co-re')).display").await,
            "none"
        );
        browser.fill("[name=fto]", "helper@supplier.example").await;
        browser.fill("textarea[name=body]", "Can you mend this?").await;
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        browser.open("about:blank").await;
        browser.open(&page).await;
        assert_eq!(browser.run(shown).await, "grid", "the draft is a forward");
        let to = browser.find("[name=fto]").await;
        assert_eq!(to.prop("value").await.unwrap().as_deref(), Some("helper@supplier.example"));
        browser.click(".co-forward").await;
        browser.wait_for_text("Internal mail").await;
        let articles = app.articles(&number).await;
        let forward = articles
            .iter()
            .find(|article| article["visible"] == false && article["channel"] == "mail")
            .unwrap();
        assert!(forward["body_text"].as_str().unwrap().contains("The key does not turn."), "{forward}");
        // The send button says whom a reply goes to, while it is typed.
        browser.open(&page).await;
        browser.run("const t = document.querySelector('#to'); t.value = 'x@y.example, z@y.example'; t.dispatchEvent(new Event('input', { bubbles: true }))").await;
        let label = browser.run("return document.querySelector('[data-send-label]').textContent").await;
        assert_eq!(label, "Send to x@y.example +1, 1 Cc");
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}

#[test]
fn a_forward_and_a_mail_that_missed_somebody_are_accessible_in_both_themes() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let number = ticket(&app).await;
        app.relay.rule("carl@customer.example", Behaviour::RefuseRecipient(550, "5.1.1 no such user"));
        let reply = app.root.reply(&number, "To both.").await;
        app.delivery(&reply, "sent").await;
        let article = app.articles(&number).await.remove(0);
        let body = json!({ "article": article["id"], "to": ["helper@supplier.example"], "hold_seconds": 0, "body_text": "Look." });
        app.root.post(&format!("/api/v1/tickets/{number}/forwards"), body).await.assert(201);
        app.settle().await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        let id = tests::app::text(&article["id"]);
        browser.open(&format!("{}/tickets/{number}?forward={id}", app.base())).await;
        browser.run("for (const d of document.querySelectorAll('.co-fwd details')) d.open = true").await;
        let mut found = Vec::new();
        for theme in ["light", "dark"] {
            browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
            tokio::time::sleep(std::time::Duration::from_millis(900)).await;
            for width in [1440, 390] {
                browser.driver.set_window_size(width, 1200).await.unwrap();
                browser.run("document.getElementById('reply').scrollIntoView()").await;
                browser.screenshot(&format!("forward-{theme}-{width}")).await;
                browser.run("document.querySelector('.msg-again')?.scrollIntoView({block: 'center'})").await;
                browser.screenshot(&format!("missed-{theme}-{width}")).await;
                let violations = browser.accessibility().await.unwrap_or_default();
                found.extend(violations.into_iter().map(|line| format!("{theme} {width}: {line}")));
            }
        }
        let wide = browser.run("return document.documentElement.scrollWidth > innerWidth").await;
        assert_eq!(wide, false, "no sideways scrolling at 390 px");
        browser.run(&format!("document.getElementById('am-{id}').showPopover()")).await;
        browser.screenshot("redirect-menu").await;
        found.extend(browser.accessibility().await.unwrap_or_default());
        assert!(found.is_empty(), "{}", found.join("\n"));
        browser.close().await;
    });
}

#[test]
fn forward_redirect_and_send_again_work_without_scripts() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let number = ticket(&app).await;
        app.relay.rule("carl@customer.example", Behaviour::RefuseRecipient(550, "5.1.1 no such user"));
        let reply = app.root.reply(&number, "To both.").await;
        app.delivery(&reply, "sent").await;
        let id = tests::app::text(&app.articles(&number).await[0]["id"]);
        let browser = Browser::without_scripts().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        let page = format!("{}/tickets/{number}", app.base());
        browser.open(&format!("{page}?forward={id}#reply")).await;
        browser.fill("[name=fto]", "helper@supplier.example").await;
        browser.click(".co-forward").await;
        browser.wait_for_text("Internal mail").await;
        app.relay.relent();
        browser.fill(".msg-again [name=to]", "karl@customer.example").await;
        browser.click(".msg-again button").await;
        app.relay.wait_for("karl@customer.example", 1).await;
        browser.open(&page).await;
        browser.click(&format!("[popovertarget=am-{id}]")).await;
        browser.fill(&format!("#rd-{id}"), "right@partner.example").await;
        browser.click(&format!("#am-{id} form[action$='/redirects'] button")).await;
        app.relay.wait_for("right@partner.example", 1).await;
        browser.close().await;
    });
}
