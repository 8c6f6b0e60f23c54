//! A mail is told of, not polled for.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::app::TestApp;
use tests::{Dovecot, both_databases, mail};

use super::{add, inbound, status};

both_databases! {
    async fn a_new_mail_is_fetched_within_seconds_though_nobody_looks_for_an_hour(database) {
        // Nothing here looks of its own accord before ten minutes are over.
        let slow = |config: &mut turnstone::config::Config| config.test.poll_millis = Some(60_000);
        let (app, dovecot) = (TestApp::start_with(database, slow).await, Dovecot::start().await);
        let id = add(&app, dovecot.mailbox("Post", "imap", "tls"), json!({ "poll_seconds": 3600 })).await;
        status(&app, &id, "listens", |status| !status["last_success"].is_null()).await;
        for n in 0..2 {
            let came = Instant::now();
            dovecot.drop_mail("support", "INBOX", &mail("anna@customer.example").subject(&format!("Mail {n}")).bytes());
            inbound(&app, n + 1).await;
            assert!(came.elapsed() < Duration::from_secs(15), "it took {:?}", came.elapsed());
        }
    }
}
