//! The pages: everything by forms, in the order in which an admin works.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::client::Answer;
use tests::{Browser, Client, Database, both_databases, mail};

use super::{becomes, rules};

const ROW: [&str; 6] = ["c_on", "c_header", "c_test", "c_value", "c_kind", "c_spam"];

async fn signed_in(app: &TestApp) -> Client {
    let browser = app.visitor();
    browser.sign_in("root", PASSWORD).await;
    browser.get("/admin/filters").await.assert(200);
    browser
}

/// Sends the form of a rule with one condition and these fields besides.
async fn send(browser: &Client, row: [&str; 6], fields: &[(&str, &str)]) -> Answer {
    let mut all: Vec<(&str, &str)> = ROW.into_iter().zip(row).collect();
    all.push(("c_result", "pass"));
    all.extend_from_slice(fields);
    browser.submit("/admin/filters/rules", &all).await
}

both_databases! {
    async fn a_rule_is_made_moved_switched_deleted_and_brought_back(database) {
        let app = TestApp::start(database).await;
        let browser = signed_in(&app).await;
        assert!(browser.get("/admin/filters").await.text().contains("No rule yet"));
        browser.get("/admin/filters/rules/new").await.assert(200);
        let row = ["subject", "", "contains", "invoice", "person", "yes"];
        let fields = [("version", "0"), ("name", "Invoices"), ("mails", "new"), ("enabled", "on"), ("any", "all"),
            ("priority", "4"), ("tags", "money, q4"), ("then", "save")];
        assert_eq!(send(&browser, row, &fields).await.assert(303).location(), "/admin/filters?done=saved");
        let page = browser.get("/admin/filters?done=saved").await.text();
        for part in ["Invoices", "subject contains “invoice”", "priority High, tag money, tag q4", "Saved as version 1"] {
            assert!(page.contains(part), "{part}");
        }
        let fields = [("version", "1"), ("name", "Lists"), ("mails", "both"), ("enabled", "on"), ("aside", "ignore"), ("then", "save")];
        send(&browser, ["classification", "", "contains", "", "list", "yes"], &fields).await.assert(303);
        let stored = app.root.get("/api/v1/filters").await.json();
        assert_eq!(stored["rules"][1]["conditions"], json!([{ "on": "classification", "test": "is", "value": "list" }]));

        let act = |rule: &'static str, act: &'static str, version: &'static str| {
            let browser = &browser;
            async move { browser.submit("/admin/filters", &[("version", version), ("rule", rule), ("act", act)]).await }
        };
        act("2", "up", "2").await.assert(303);
        let names = |stored: &serde_json::Value| -> Vec<String> { stored["rules"].as_array().unwrap().iter().map(|rule| text(&rule["name"])).collect() };
        assert_eq!(names(&app.root.get("/api/v1/filters").await.json()), ["Lists", "Invoices"]);
        act("1", "off", "3").await.assert(303);
        let late = act("1", "delete", "3").await;
        assert!(late.assert(409).text().contains("has saved version 4 meanwhile"), "{}", late.text());
        act("1", "delete", "4").await.assert(303);
        assert_eq!(names(&app.root.get("/api/v1/filters").await.json()), ["Invoices"]);
        let page = browser.get("/admin/filters?done=deleted").await.text();
        assert!(page.contains("/admin/filters/versions/4/restore"), "a deletion can be undone");
        browser.submit("/admin/filters/versions/4/restore", &[("version", "5")]).await.assert(303);
        assert_eq!(names(&app.root.get("/api/v1/filters").await.json()), ["Lists", "Invoices"]);

        let page = browser.get("/admin/filters/versions").await.assert(200).text();
        for part in ["“Lists” moved from place 2 to 1", "“Lists” was added", "Brought back version 4", "“Lists” was deleted", "in force", "Root Admin"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let page = browser.get("/admin/filters/versions/4").await.assert(200).text();
        assert!(page.contains("“Lists” was changed") && page.contains("Bring this version back"), "{page}");
        browser.get("/admin/filters/versions/99").await.assert(404);
        browser.get("/admin/filters/rules/99").await.assert(404);
    }

    async fn the_form_keeps_what_was_typed_and_names_what_is_wrong(database) {
        let app = TestApp::start(database).await;
        let browser = signed_in(&app).await;
        let fields = [("version", "0"), ("name", ""), ("enabled", "on"), ("tags", "keep me"), ("then", "save")];
        let page = send(&browser, ["subject", "", "matches", "(oops", "person", "yes"], &fields).await;
        let page = page.assert(422).text();
        for part in ["Give the rule a name", "This is no pattern: unclosed group", "value=\"(oops\"", "value=\"keep me\"", "aria-invalid=\"true\""] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let page = send(&browser, ["size", "", "contains", "12", "person", "yes"], &fields).await.assert(422).text();
        assert!(page.contains("Choose one of: is at least, is at most"), "{page}");
        // Another row, and one less, keep the rest.
        let fields = [("version", "0"), ("name", "Half <done>"), ("then", "condition")];
        let page = send(&browser, ["header", "X-Team", "is", "red", "person", "yes"], &fields).await.assert(200).text();
        assert!(page.contains("Half &lt;done&gt;") && page.contains("value=\"X-Team\"") && page.contains("value=\"red\""), "{page}");
        assert_eq!(page.matches("name=\"c_on\"").count(), 2);
        let fields = [("version", "0"), ("name", "Half"), ("then", "drop-0")];
        let page = send(&browser, ["header", "X-Team", "is", "red", "person", "yes"], &fields).await.assert(200).text();
        assert_eq!(page.matches("name=\"c_on\"").count(), 0);
        assert_eq!(app.root.get("/api/v1/filters").await.json()["version"], 0, "nothing was saved");
    }

    async fn a_rule_is_tried_before_it_is_saved_and_after(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.ticket_from(&mail("anna@customer.example").subject("Invoice <7>")).await;
        app.ticket_from(&mail("bert@customer.example").subject("Other")).await;
        let browser = signed_in(&app).await;
        let queue = app.root.get("/api/v1/queues").await.items().into_iter().find(|queue| queue["name"] == "Billing").unwrap();
        let queue = text(&queue["id"]);
        let fields = [("version", "0"), ("name", "Invoices"), ("mails", "new"), ("enabled", "on"), ("queue", queue.as_str()), ("mails_n", "100"), ("then", "try")];
        let page = send(&browser, ["subject", "", "contains", "invoice", "person", "yes"], &fields).await.assert(200).text();
        for part in ["2 mails were looked at", "Invoice &lt;7&gt;", "<dd>Support</dd>", "<dd>Billing</dd>", "for one mail"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains(">Other<"), "nothing changes for the other mail");
        assert_eq!(app.root.get("/api/v1/filters").await.json()["version"], 0);
        rules(&app, json!([{ "name": "Never", "conditions": [{ "on": "subject", "test": "is", "value": "zzz" }], "actions": { "tags": ["z"] } }])).await;
        let page = browser.get("/admin/filters/dry-runs?mails=100").await.assert(200).text();
        assert!(page.contains("not seen in 2 mails") && page.contains("Nothing changes for any"), "{page}");
        rules(&app, json!([])).await;
        let page = browser.get("/admin/filters/dry-runs?mails=100&version=1").await.assert(200).text();
        assert!(page.contains("Version 1, compared with the rules in force"), "{page}");
    }

    async fn remarks_stand_beside_their_rule(database) {
        let app = TestApp::start(database).await;
        rules(&app, json!([
            { "name": "Everything", "mails": "both", "actions": { "tags": ["all"] }, "stop": true },
            { "name": "Late", "mails": "both", "actions": { "tags": ["late"] } },
        ])).await;
        let browser = signed_in(&app).await;
        let page = browser.get("/admin/filters").await.text();
        assert!(page.contains("Never reached: “Everything” above matches every mail"), "{page}");
        let page = browser.get("/admin/filters/rules/2").await.assert(200).text();
        assert!(page.contains("Never reached"), "{page}");
    }

    async fn the_recorder_offers_to_let_a_mail_in(database) {
        let app = TestApp::start(database).await;
        rules(&app, json!([{ "name": "Hold", "mails": "both", "actions": { "aside": "quarantine" } }])).await;
        let letter = mail("anna@customer.example").subject("Held back");
        let inbound = app.deliver(&letter).await;
        let browser = signed_in(&app).await;
        let place = format!("/admin/mail/{}", text(&inbound["id"]));
        let page = browser.get(&place).await.assert(200).text();
        assert!(page.contains("Let it in") && page.contains("rule “Hold” puts it into quarantine"), "{page}");
        assert!(browser.get("/admin/mail").await.text().contains("rule “Hold” puts it into quarantine"));
        browser.submit(&format!("{place}/let-in"), &[]).await.assert(303);
        becomes(&app, &letter, "new").await;
        assert!(!browser.get(&place).await.text().contains("Let it in"));
    }

    async fn an_agent_sees_of_filters_what_his_rights_allow(database) {
        let app = TestApp::start(database).await;
        let body = json!({ "name": "Mail", "grants": [], "installation": ["queues_and_mail"] });
        app.root.post("/api/v1/roles", body).await.assert(201);
        app.agent("mara", &["Mail"]).await;
        app.agent("dana", &["Agent"]).await;
        app.ticket_from(&mail("anna@customer.example").subject("canary-1")).await;
        rules(&app, json!([{ "name": "One", "mails": "both", "actions": { "tags": ["one"] } }])).await;
        let mara = app.visitor();
        mara.sign_in("mara", PASSWORD).await;
        // The first page of the sidebar that she may see.
        assert_eq!(mara.get("/admin").await.assert(303).location(), "/admin/mailboxes");
        let page = mara.get("/admin/filters").await.assert(200).text();
        assert!(page.contains("you need the right to see the recorder") && !page.contains("/admin/mail\""), "{page}");
        assert!(!mara.get("/admin/filters/dry-runs").await.assert(403).text().contains("canary-1"));
        let fields = [("version", "1"), ("at", "1"), ("name", "One"), ("tags", "x"), ("then", "try")];
        assert!(!send(&mara, ["", "", "contains", "", "person", "yes"], &fields).await.assert(403).text().contains("canary-1"));
        let dana = app.visitor();
        dana.sign_in("dana", PASSWORD).await;
        for path in ["/admin/filters", "/admin/filters/rules/new", "/admin/filters/rules/1", "/admin/filters/versions", "/admin/filters/versions/1", "/admin/filters/dry-runs"] {
            dana.get(path).await.assert(403);
        }
        dana.submit("/admin/filters", &[("version", "1"), ("rule", "1"), ("act", "delete")]).await.assert(403);
    }
}

#[test]
fn a_rule_is_made_without_scripts() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let browser = Browser::without_scripts().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        browser.open(&format!("{}/admin/filters", app.base())).await;
        browser.find_text("a", "Add a rule").await.click().await.unwrap();
        browser.fill("#f-name", "Invoices").await;
        browser.click("select[name=c_on] option[value=subject]").await;
        browser.fill("input[name=c_value]", "invoice").await;
        browser.click("button[value=condition]").await;
        browser.click(".cd:nth-of-type(3) select[name=c_on] option[value=classification]").await;
        browser.click(".cd:nth-of-type(3) select[name=c_kind] option[value=person]").await;
        browser.fill("#f-tags", "money").await;
        browser.click(".savebar button[value=save]").await;
        browser.wait_for_text("Saved as version 1").await;
        let stored = app.root.get("/api/v1/filters").await.json()["rules"][0].clone();
        assert_eq!(
            stored["conditions"],
            json!([
                { "on": "subject", "test": "contains", "value": "invoice" },
                { "on": "classification", "test": "is", "value": "person" },
            ])
        );
        browser.close().await;
    });
}

#[test]
fn the_pages_of_filters_meet_wcag_aa_by_day_and_by_night() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.ticket_from(&mail("anna@customer.example").subject("Your invoice")).await;
        rules(&app, json!([
            { "name": "Invoices", "conditions": [{ "on": "subject", "test": "contains", "value": "invoice" },
                { "on": "header", "header": "X-Team", "test": "is_not", "value": "red" }],
              "actions": { "queue": "Billing", "priority": "high", "tags": ["money"] } },
            { "name": "Everything", "mails": "both", "actions": { "tags": ["all"] }, "stop": true },
            { "name": "Late", "enabled": true, "mails": "both", "conditions": [{ "on": "spam", "test": "is", "value": "yes" }], "actions": { "aside": "quarantine" } },
            { "name": "Off", "enabled": false, "mails": "follow_up", "actions": { "state": "closed" } },
        ])).await;
        rules(&app, json!([{ "name": "Hold", "mails": "both", "conditions": [{ "on": "subject", "test": "is", "value": "held" }], "actions": { "aside": "quarantine" } }])).await;
        let held = app.deliver(&mail("bert@customer.example").subject("held")).await;
        let current = app.root.get("/api/v1/filters").await.json()["version"].clone();
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        browser.open(&format!("{}/admin/filters/versions/1", app.base())).await;
        browser.click(".head-end form button").await;
        browser.wait_for_text("Saved as version").await;
        assert_ne!(app.root.get("/api/v1/filters").await.json()["version"], current);
        let mut found = Vec::new();
        for page in [
            "/admin/filters",
            "/admin/filters/rules/new",
            "/admin/filters/rules/1",
            "/admin/filters/dry-runs?mails=100",
            "/admin/filters/versions",
            "/admin/filters/versions/2",
            &format!("/admin/mail/{}", text(&held["id"])),
        ] {
            browser.open(&format!("{}{page}", app.base())).await;
            for theme in ["light", "dark"] {
                browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
                tokio::time::sleep(std::time::Duration::from_millis(400)).await;
                let Some(violations) = browser.accessibility().await else {
                    eprintln!("left out: axe-core could not be fetched");
                    return;
                };
                found.extend(violations.into_iter().map(|line| format!("{page} {theme}: {line}")));
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}
