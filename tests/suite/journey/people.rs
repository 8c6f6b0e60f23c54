//! An agent is added, follows his invitation, and sees his queues; a role is changed by keyboard alone.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Browser, Database, mail};

use super::pages::settled;

const OWN: &str = "copper lantern under seven willows";
/// Keys as WebDriver writes them; one that is held is let go at the end of what is typed together.
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const SHIFT: &str = "\u{e008}";

#[test]
fn a_new_agent_comes_in_by_his_invitation_and_sees_only_his_queues() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        app.queue("Board", "board@helpdesk.example").await;
        app.role("Support only", "Support", &["reply"]).await;
        app.ticket_from(&mail("anna@customer.example").subject("For all to see")).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        // From the list to the invitation: three clicks and two fields.
        browser.open(&format!("{}/admin/people", app.base())).await;
        browser.click("a[href='/admin/people/new']").await;
        browser.fill("input[name=name]", "Ben Okafor").await;
        browser.fill("input[name=email]", "ben@helpdesk.example").await;
        browser.find_text("label", "Support only").await.click().await.unwrap();
        browser.screenshot("people-new").await;
        browser.click(".savebar .btn-main").await;
        browser.wait_for_text("Ben Okafor is added").await;
        browser.screenshot("people-shown").await;
        let link = browser.find("#s-l").await.prop("value").await.unwrap().unwrap_or_default();
        browser.close().await;

        let his = Browser::start().await;
        his.open(&link).await;
        his.screenshot("people-invitation").await;
        his.fill("input[name=password]", OWN).await;
        his.click("button.btn-main").await;
        his.wait_for_text("Your password is set").await;
        his.sign_in(&app.base(), "ben", OWN).await;
        his.open(&format!("{}/tickets", app.base())).await;
        his.wait_for_text("For all to see").await;
        let page = his.text().await;
        assert!(
            page.contains("Support") && !page.contains("Board") && !page.contains("Administration"),
            "{page}"
        );
        assert!(his.complaints().await.is_empty());
        his.close().await;
    });
}

#[test]
fn a_role_is_changed_by_keyboard_alone() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        app.role("Helpers", "Support", &["read"]).await;
        app.agent("dana", &["Helpers"]).await;
        let roles = app.root.get("/api/v1/roles").await.items();
        let id = text(&roles.iter().find(|role| role["name"] == "Helpers").unwrap()["id"]);
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        browser.open(&format!("{}/admin/roles/{id}", app.base())).await;
        browser.screenshot("role").await;
        let focused = async || browser.driver.active_element().await.unwrap();
        let press = async |keys: &str| focused().await.send_keys(keys).await.unwrap();
        // Past the bars to the page's own content, then Tab by Tab to what she can do in Support.
        press(TAB).await;
        assert_eq!(browser.run("return document.activeElement.className").await, json!("skip"));
        press(ENTER).await;
        let at = "return (document.activeElement.value || '').split(':')[1] || ''";
        let in_row = "return document.activeElement.matches('tbody tr:nth-child(2) .mx-read input')";
        let mut presses = 0;
        while browser.run(in_row).await != json!(true) {
            press(TAB).await;
            presses += 1;
            assert!(presses < 30, "no end of Tabs: {}", browser.run(at).await);
        }
        // From cell to cell; the space bar ticks.
        press(TAB).await;
        press(TAB).await;
        press(" ").await;
        assert_eq!(browser.run(at).await, json!("reply"));
        // What comes along is shown while it is ticked, and no longer than that.
        let tinted = "return [...document.querySelectorAll('tbody tr:nth-child(2) .is-from')].map(c => c.dataset.right).join()";
        assert_eq!(browser.run(tinted).await, json!("note"));
        // Back to the end of the row above, which is that of all queues.
        for _ in 0..3 {
            press(&format!("{SHIFT}{TAB}")).await;
        }
        assert_eq!(browser.run("return document.activeElement.value").await, json!("*:full"));
        press(" ").await;
        assert_eq!(browser.run(tinted).await, json!("note,move_into,create,owner,priority,full"));
        let told = "return document.querySelector('tbody tr:nth-child(2) .mx-owner label').textContent";
        assert!(text(&browser.run(told).await).ends_with(", comes with All queues"));
        press(" ").await;
        assert_eq!(browser.run(tinted).await, json!("note"));
        press(ENTER).await;
        browser.wait_for_text("Dana Agent gains in Support: note, reply").await;
        browser.screenshot("role-sure").await;
        press(ENTER).await;
        browser.wait_for_text("Saved.").await;
        let roles = app.root.get("/api/v1/roles").await.items();
        let role = roles.iter().find(|role| role["name"] == "Helpers").unwrap();
        assert_eq!(role["grants"], json!([{ "queue": "Support", "rights": ["read", "reply"] }]));
        browser.close().await;
    });
}

#[test]
fn a_customers_page_is_used_by_keyboard_alone() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let letter = mail("anna@customer.example").from_header("Anna Bell <anna@customer.example>");
        let number = app.ticket_from(&letter.subject("A question")).await;
        app.agent("dana", &["Agent"]).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        browser.open(&format!("{}/tickets/{number}", app.base())).await;
        let (tab, enter) = ("\u{e004}", "\u{e007}");
        let focused = async || browser.driver.active_element().await.unwrap();
        // From the ticket to its customer, to the name, to the note, and saved.
        browser.run("document.querySelector('#pr-customer a.who').focus()").await;
        focused().await.send_keys(enter).await.unwrap();
        browser.wait_for_text("known since").await;
        browser.screenshot("customer").await;
        let at_its_end = "const f = document.querySelector('#c-na'); f.focus(); f.setSelectionRange(f.value.length, f.value.length)";
        browser.run(at_its_end).await;
        focused().await.send_keys(" Miller").await.unwrap();
        for _ in 0..3 {
            focused().await.send_keys(tab).await.unwrap();
        }
        assert_eq!(browser.run("return document.activeElement.name").await, json!("note"));
        focused().await.send_keys("Calls on Mondays.").await.unwrap();
        focused().await.send_keys(tab).await.unwrap();
        focused().await.send_keys(enter).await.unwrap();
        browser.wait_for_text("Saved.").await;
        let anna = app.root.get("/api/v1/customers?q=miller").await.items();
        assert_eq!(
            (&anna[0]["name"], &anna[0]["note"]),
            (&json!("Anna Bell Miller"), &json!("Calls on Mondays."))
        );
        // Through another agent's eyes, by day and by night.
        let agents = app.root.get("/api/v1/agents").await.items();
        let dana = text(&agents.iter().find(|agent| agent["login"] == "dana").unwrap()["id"]);
        browser.open(&format!("{}/admin/people/{dana}", app.base())).await;
        browser.run("document.querySelector('form[action$=\"/viewing\"] button').focus()").await;
        focused().await.send_keys(enter).await.unwrap();
        browser.wait_for_text("You see the pages as Dana Agent does").await;
        let mut found = Vec::new();
        for theme in ["light", "dark"] {
            browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
            settled(&browser).await;
            browser.screenshot(&format!("viewing-{theme}")).await;
            found.extend(browser.accessibility().await.unwrap_or_default());
        }
        assert!(found.is_empty(), "{found:?}");
        browser.run("document.querySelector('form[action=\"/viewing/end\"] button').focus()").await;
        focused().await.send_keys(enter).await.unwrap();
        browser.wait_for_text("You see your own pages again").await;
        browser.close().await;
    });
}
