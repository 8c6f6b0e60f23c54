//! The composer in a real browser: texts of the house, colleagues, a second device.

use std::time::Duration;

use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Browser, Client, Database, mail, wait_until};

async fn put(client: &Client, page: &str, path: &str, body: serde_json::Value) {
    let page = client.get(page).await.assert(200).text();
    let csrf = page.split("data-csrf=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let request = client.request(reqwest::Method::PUT, path).header("x-csrf-token", csrf);
    let answer = client.send(request.json(&body)).await;
    assert!(answer.status.is_success(), "{}", answer.text());
}

#[test]
fn templates_mentions_presence_and_a_second_device_in_a_browser() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        app.agent("dana", &["Agent"]).await;
        let letter = mail("anna@customer.example").from_header("anna@customer.example").subject("Broken key");
        let number = app.ticket_from(&letter).await;
        for body in [
            json!({ "name": "Thanks and close", "body_text": "Dear {{customer.name}},\nthank you. Number {{ticket.number}}.",
                "effects": { "state": "closed", "tags": ["thanks"] } }),
            json!({ "name": "Opening hours", "language": "en", "body_text": "We are here from 9 to 17." }),
        ] {
            app.root.post("/api/v1/templates", body).await.assert(201);
        }
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        let page = format!("{}/tickets/{number}", app.base());
        browser.open(&page).await;
        let body = "textarea[name=body]";
        browser.fill(body, "Hello,\n/tha").await;
        browser.wait_for_text("Close, Tag thanks").await;
        let violations = browser.accessibility().await.unwrap_or_default();
        assert!(violations.is_empty(), "{violations:?}");
        browser.screenshot("templates-list").await;
        let area = browser.find(body).await;
        area.send_keys("\u{e007}").await.unwrap();
        browser.wait_for_text("Still to be filled in").await;
        let value = browser.run("return document.getElementById('body').value").await;
        let wanted = format!("Hello,\nDear {{{{customer.name}}}},\nthank you. Number {number}.");
        assert_eq!(value, wanted);
        let chosen = "const t = document.getElementById('body'); return t.value.slice(t.selectionStart, t.selectionEnd)";
        assert_eq!(browser.run(chosen).await, "{{customer.name}}", "what is missing is under the cursor");
        area.send_keys("Anna").await.unwrap();
        let gone = "return document.querySelector('[data-missing]').hidden";
        assert_eq!(browser.run(gone).await, true);

        // A colleague comes and begins to write: said within a second, without a reload.
        let dana = app.visitor();
        dana.sign_in("dana", PASSWORD).await;
        let presence = format!("/tickets/{number}/presence");
        put(&dana, "/dashboard", &presence, json!({ "doing": "writing", "tab": "x" })).await;
        tokio::time::sleep(Duration::from_millis(1_000)).await;
        assert!(browser.text().await.contains("Dana Agent is writing"));
        let seen = dana.get(&format!("/tickets/{number}")).await.text();
        assert!(seen.contains("Root Admin is writing"), "and the browser has told of itself");
        let mut found = Vec::new();
        for theme in ["light", "dark"] {
            browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
            for width in [1440, 390] {
                browser.driver.set_window_size(width, 1200).await.unwrap();
                browser.run("document.getElementById('presence').scrollIntoView()").await;
                browser.screenshot(&format!("writing-{theme}-{width}")).await;
                let violations = browser.accessibility().await.unwrap_or_default();
                found.extend(violations.into_iter().map(|line| format!("{theme} {width}: {line}")));
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
        assert_eq!(browser.run("return document.documentElement.scrollWidth > innerWidth").await, false);
        browser.driver.set_window_size(1280, 900).await.unwrap();

        // The same person on a second device: told, not written over.
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        let phone = app.visitor();
        phone.sign_in("root", PASSWORD).await;
        let draft = format!("/tickets/{number}/draft");
        put(
            &phone,
            "/dashboard",
            &draft,
            json!({ "kind": "reply", "to": "anna@customer.example", "body": "From the phone" }),
        )
        .await;
        area.send_keys(" Bell").await.unwrap();
        browser.wait_for_text("another device").await;
        browser.wait_for_text("From the phone").await;
        browser.screenshot("writing-clash").await;
        let violations = browser.accessibility().await.unwrap_or_default();
        assert!(violations.is_empty(), "{violations:?}");
        browser.click("[data-clash-keep]").await;
        browser.wait_for_text("Draft saved").await;
        // The first key took the lock. A colleague takes it over: said at once, and sending asks before it takes it back.
        assert_eq!(app.ticket(&number).await["lock"]["by"], "root");
        dana.submit(&format!("/tickets/{number}/lock/takeover"), &[]).await.assert(303);
        browser.wait_for_text("Dana Agent has taken this ticket over").await;
        browser.click(".split button[name=then][value=open]").await;
        browser.wait_for_text("is on this ticket").await;
        browser.screenshot("writing-taken").await;
        let value = browser.run("return document.getElementById('body').value").await;
        assert_eq!(value, format!("Hello,\nDear Anna Bell,\nthank you. Number {number}."));
        browser.click(".co-send").await;
        tests::wait_until("the macro's deed", Duration::from_secs(15), async || {
            (app.ticket(&number).await["state"] == "closed").then_some(())
        })
        .await;
        assert_eq!(app.ticket(&number).await["tags"], json!(["thanks"]));

        // In a note, @ offers the colleagues.
        browser.open(&page).await;
        browser.run("document.querySelector('[name=kind][value=note]').click()").await;
        browser.fill(body, "Please look, @da").await;
        browser.wait_for_text("@dana").await;
        browser.find(body).await.send_keys("\u{e007}").await.unwrap();
        assert_eq!(browser.run("return document.getElementById('body').value").await, "Please look, @dana ");
        browser.click(".co-note").await;
        app.relay.wait_for("dana@helpdesk.example", 3).await;
        assert_eq!(browser.find_text("b", "@dana").await.text().await.unwrap(), "@dana");
        let complaints = browser.complaints().await;
        let complaints: Vec<_> = complaints.iter().filter(|line| !line.contains("409")).collect();
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}

#[test]
fn a_large_file_goes_on_where_the_connection_broke() {
    tests::run(async {
        use std::io::Write as _;
        let app = TestApp::start(Database::Sqlite).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        browser.open(&format!("{}/tickets/{number}", app.base())).await;
        let mut file = tempfile::Builder::new().prefix("plan").suffix(".bin").tempfile().unwrap();
        file.write_all(&vec![7; 2_500_000]).unwrap();
        // The second piece finds no connection.
        let broken = "window.pieces = 0; const send = XMLHttpRequest.prototype.send;\
            XMLHttpRequest.prototype.send = function (body) { window.pieces += 1;\
            if (window.pieces === 2) return setTimeout(() => this.dispatchEvent(new Event('error')));\
            return send.call(this, body); };";
        browser.run(broken).await;
        browser.choose_file("[data-upload]", file.path()).await;
        browser.find("[data-upload-list] [data-remove]").await;
        assert_eq!(browser.run("return window.pieces").await, 4, "one of three was sent twice");
        browser.fill("textarea[name=body]", "Here is the plan.").await;
        browser.click("button[name=then][value=open]").await;
        let sent = wait_until("the reply", Duration::from_secs(20), async || {
            app.articles(&number).await.into_iter().find(|article| article["sender_type"] == "agent")
        })
        .await;
        assert_eq!(sent["attachments"][0]["size"], 2_500_000, "{sent}");
        browser.close().await;
    });
}
