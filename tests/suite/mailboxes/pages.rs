//! The pages of the administration.

use std::time::Duration;

use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Browser, Database, Dovecot, both_databases};

use super::{add, status};

both_databases! {
    async fn a_mailbox_is_made_and_changed_in_the_form(database) {
        let (app, dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = visitor.get("/admin/mailboxes").await.assert(200).text();
        assert!(page.contains("No mailbox yet"), "an empty page teaches");
        visitor.get("/admin/mailboxes/new").await.assert(200);
        let known = dovecot.mailbox("Post", "imap", "tls");
        let port = known["port"].to_string();
        let mut fields = vec![
            ("name", "Post"), ("kind", "imap"), ("host", "localhost"), ("port", port.as_str()), ("security", "tls"),
            ("ca", dovecot.ca()), ("login", "support"), ("auth", "password"), ("password", ""), ("folders", "INBOX"),
            ("after", "delete"), ("existing", "take"), ("queue", ""), ("max_megabytes", "35"), ("poll_seconds", "60"),
            ("address", "support@helpdesk.example"),
        ];
        let refused = visitor.submit("/admin/mailboxes", &fields).await.assert(422).text();
        assert!(refused.contains("Type the password") && refused.contains("value=\"localhost\""), "what was typed stays");
        fields[8].1 = tests::dovecot::PASSWORD;
        let made = visitor.submit("/admin/mailboxes", &fields).await;
        let place = made.assert(303).location();
        let path = place.split('?').next().unwrap().to_owned();
        assert!(visitor.get(&place).await.text().contains("Saved."));
        let id = path.rsplit('/').next().unwrap().to_owned();
        status(&app, &id, "is well", |status| !status["last_success"].is_null()).await;
        fields[8].1 = "";
        fields[0].1 = "Letters";
        visitor.submit(&path, &fields).await.assert(303);
        visitor.submit(&format!("{path}/rest"), &[("rest", "yes")]).await.assert(303);
        assert!(visitor.get(&path).await.text().contains("It rests"));
        visitor.submit(&format!("{path}/rest"), &[("rest", "no")]).await.assert(303);
        assert!(visitor.get(&path).await.text().contains("Letters"));
        app.agent("dana", &["Agent"]).await;
        let dana = app.visitor();
        dana.sign_in("dana", PASSWORD).await;
        dana.get("/admin/mailboxes").await.assert(403);
        dana.get(&path).await.assert(403);
        dana.get("/admin/mailboxes/new").await.assert(403);
    }
}

#[test]
fn the_pages_meet_wcag_aa_and_fit_a_phone() {
    tests::run(async {
        let (app, dovecot) = (TestApp::start(Database::Sqlite).await, Dovecot::start().await);
        let id = add(&app, dovecot.mailbox("Support mail", "imap", "tls"), json!({})).await;
        status(&app, &id, "is well", |status| !status["last_success"].is_null()).await;
        let bad =
            add(&app, dovecot.mailbox("Billing mail", "imap", "tls"), json!({ "password": "wrong" })).await;
        status(&app, &bad, "fails", |status| !status["error"].is_null()).await;
        app.root.post(&format!("/api/v1/mailboxes/{id}/test"), json!({})).await.assert(201);
        app.relay.wait_for("support@helpdesk.example", 1).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        let mut found = Vec::new();
        let pages = [
            "/admin/mailboxes".to_owned(),
            format!("/admin/mailboxes/{id}"),
            format!("/admin/mailboxes/{bad}"),
            "/admin/mailboxes/new".to_owned(),
        ];
        for (at, page) in pages.iter().enumerate() {
            browser.open(&format!("{}{page}", app.base())).await;
            for theme in ["light", "dark"] {
                browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
                tokio::time::sleep(Duration::from_millis(600)).await;
                let violations = browser.accessibility().await.unwrap_or_default();
                found.extend(violations.into_iter().map(|line| format!("{page} {theme}: {line}")));
                browser.screenshot(&format!("mailboxes-{at}-{theme}")).await;
            }
            browser.driver.set_window_size(390, 900).await.unwrap();
            tokio::time::sleep(Duration::from_millis(300)).await;
            let wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
            assert_eq!(browser.run(wide).await, false, "{page} is wider than a phone");
            browser.screenshot(&format!("mailboxes-{at}-phone")).await;
            browser.driver.set_window_size(1280, 900).await.unwrap();
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}
