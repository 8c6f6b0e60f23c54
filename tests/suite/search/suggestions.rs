use serde_json::Value;
use tests::app::{TestApp, encoded, text};
use tests::binary::PASSWORD;
use tests::{Browser, Client, Database, both_databases, mail};

async fn suggested(client: &Client, q: &str) -> Value {
    client.get(&format!("/search/suggestions?q={}", encoded(q))).await.assert(200).json()
}

fn labels(found: &Value, what: &str) -> Vec<String> {
    found[what].as_array().unwrap().iter().map(|one| text(&one["label"])).collect()
}

both_databases! {
    async fn what_is_typed_is_gone_on_with(database) {
        let app = TestApp::start(database).await;
        app.queue("Account access", "access@helpdesk.example").await;
        app.queue("Legal", "legal@helpdesk.example").await;
        app.role("Supporter", "Support", &["full"]).await;
        app.role("Accounts", "Account access", &["read"]).await;
        app.agent("dana", &["Supporter", "Accounts"]).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Widget")).await;
        let hidden = app.deliver_as("anna@customer.example", "legal@helpdesk.example", &mail("anna@customer.example").subject("Widget in court")).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        for (q, words) in [
            ("queue:", vec!["queue:\"Account access\"", "queue:Support"]),
            ("queue:acc", vec!["queue:\"Account access\""]),
            ("queue:\"Account a", vec!["queue:\"Account access\""]),
            ("queue:Support,acc", vec!["queue:Support,\"Account access\""]),
            ("queue:leg", vec![]),
            ("is:un", vec!["is:unassigned", "is:unread"]),
            ("owner:da", vec!["owner:\"Dana Agent\""]),
            ("wai", vec!["waiting:"]),
            ("supp", vec!["queue:Support"]),
            ("created:t", vec!["created:today"]),
            ("", vec![]),
        ] {
            assert_eq!(labels(&suggested(&browser, q).await, "words"), words, "{q}");
        }
        let typed = suggested(&browser, "widget -queue:acc").await["words"][0]["typed"].clone();
        assert_eq!(typed, "widget -queue:\"Account access\"");
        for q in ["widg", number.as_str(), "anna"] {
            let found = suggested(&browser, q).await;
            assert_eq!(found["tickets"][0]["url"], format!("/tickets/{number}"), "{q}");
            assert_eq!(found["tickets"].as_array().unwrap().len(), 1, "{q}: {found}");
        }
        let court = suggested(&browser, &text(&hidden["ticket"])).await;
        assert!(court["tickets"].as_array().unwrap().is_empty(), "{court}");
        assert!(labels(&suggested(&browser, "wait").await, "views").contains(&"Waiting for us".to_owned()));
        app.visitor().get("/search/suggestions?q=x").await.assert(303);
    }
}

#[test]
fn quick_open_finds_tickets_and_what_the_page_can_do() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Zygomorphic widget")).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        browser.open(&format!("{}/tickets", app.base())).await;
        let press =
            "dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, cancelable: true }))";
        browser.run(press).await;
        browser.fill("#palette input", "zygo").await;
        browser.wait_for_text("Zygomorphic widget").await;
        let enter = "document.querySelector('#palette input').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))";
        tests::wait_until("the ticket among the options", std::time::Duration::from_secs(10), async || {
            let first = browser
                .run("return document.querySelector('#palette [role=option]')?.textContent ?? ''")
                .await;
            first.as_str().is_some_and(|text| text.contains("Zygomorphic")).then_some(())
        })
        .await;
        if let Some(violations) = browser.accessibility().await {
            assert!(violations.is_empty(), "{violations:?}");
        }
        browser.run(enter).await;
        browser.wait_for_text("Zygomorphic widget").await;
        let path = tests::wait_until("the ticket's page", std::time::Duration::from_secs(10), async || {
            let path = browser.run("return location.pathname").await;
            path.as_str().filter(|path| path.ends_with(&number)).map(str::to_owned)
        })
        .await;
        assert_eq!(path, format!("/tickets/{number}"));
        // A verb of the page by its words.
        browser.run(press).await;
        browser.fill("#palette input", "merge").await;
        tests::wait_until("the verb among the options", std::time::Duration::from_secs(10), async || {
            let first = browser
                .run("return document.querySelector('#palette [role=option]')?.textContent ?? ''")
                .await;
            first.as_str().is_some_and(|text| text.to_lowercase().contains("merge")).then_some(())
        })
        .await;
        browser.run(enter).await;
        tests::wait_until("the page of merging", std::time::Duration::from_secs(10), async || {
            let path = browser.run("return location.pathname").await;
            path.as_str().is_some_and(|path| path.ends_with("/merges/new")).then_some(())
        })
        .await;
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}
