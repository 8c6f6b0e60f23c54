//! A mailbox that falls silent is told of; and that it is well again.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Dovecot, both_databases, mail};
use turnstone::config::{Config, Secret};

use super::{add, inbound, status};

both_databases! {
    async fn a_server_that_is_down_for_an_hour_raises_an_alarm_that_ends_with_all_its_mail_fetched(database) {
        // What `turnstone serve` does first: else nothing counts.
        turnstone::ops::metrics::start();
        let change = |config: &mut Config| config.metrics_token = Some(Secret::new("a-token-for-metrics"));
        let (app, mut dovecot) = (TestApp::start_with(database, change).await, Dovecot::start().await);
        app.agent("dana", &["Agent"]).await;
        let id = add(&app, dovecot.mailbox("Post", "imap", "tls"), json!({ "after": "delete" })).await;
        status(&app, &id, "is well", |status| !status["last_success"].is_null()).await;
        dovecot.down().await;
        for n in 0..5 {
            dovecot.drop_mail("support", "INBOX", &mail("anna@customer.example").subject(&format!("Mail {n}")).bytes());
        }
        status(&app, &id, "fails", |status| !status["error"].is_null() && status["alarm"] == false).await;
        app.relay.clear();
        app.advance(SignedDuration::from_mins(60)).await;
        status(&app, &id, "alarms", |status| status["alarm"] == true).await;
        let letters = app.relay.wait_for("root@helpdesk.example", 1).await;
        assert_eq!(letters[0].to, ["root@helpdesk.example"], "only who looks after mail is told");
        assert!(letters[0].mail().subject().contains("No mail comes from the mailbox Post"));
        assert!(letters[0].mail().text().contains("The server does not answer"), "{}", letters[0].mail().text());
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        assert!(visitor.get("/tickets").await.text().contains("No mail comes from Post."), "on every page");
        assert!(visitor.get("/admin/mailboxes").await.text().contains("The server does not answer"));
        let metrics = app.visitor();
        let metrics = metrics.send(
            metrics.request(reqwest::Method::GET, "/metrics").bearer_auth("a-token-for-metrics"),
        ).await.assert(200).text();
        assert!(metrics.contains("turnstone_mailbox_alarm{mailbox=\"Post\"} 1"), "{metrics}");
        let silent = metrics.lines().find(|line| line.starts_with("turnstone_mailbox_silent_seconds{mailbox=\"Post\"}"));
        let seconds: f64 = silent.and_then(|line| line.rsplit(' ').next()).unwrap().parse().unwrap();
        assert!(seconds >= 3_600.0, "{seconds}");

        dovecot.up().await;
        let came = inbound(&app, 5).await;
        assert_eq!(came.len(), 5, "all that came meanwhile, each once");
        status(&app, &id, "is well again", |status| status["alarm"] == false && status["error"].is_null()).await;
        let subject = "The mailbox Post is well again";
        tests::wait_until("the all-clear", Duration::from_secs(20), async || {
            app.relay.received().iter().any(|letter| letter.mail().subject() == subject).then_some(())
        })
        .await;
        let told = app.relay.received();
        let about = told.iter().filter(|letter| letter.mail().subject().contains("mailbox Post"));
        assert_eq!(about.count(), 2, "one letter for the alarm, one for its end");
        assert!(!visitor.get("/tickets").await.text().contains("No mail comes from Post."));
    }

    async fn a_mailbox_that_nobody_looks_into_alarms_as_well(database) {
        let change = |config: &mut Config| config.roles.mail = false;
        let (app, dovecot) = (TestApp::start_with(database, change).await, Dovecot::start().await);
        let id = add(&app, dovecot.mailbox("Post", "imap", "tls"), json!({})).await;
        app.advance(SignedDuration::from_mins(20)).await;
        status(&app, &id, "alarms", |status| status["alarm"] == true).await;
    }
}
