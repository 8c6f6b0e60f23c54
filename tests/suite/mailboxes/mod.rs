//! Mailboxes: fetched once, moved on after the commit, watched over.

mod fetch;
mod idle;
mod kills;
mod maildir;
mod oauth;
mod pages;
mod removal;
mod round_trip;
mod secrets;
mod settings;
mod watch;

use std::time::Duration;

use serde_json::Value;
use tests::app::{TestApp, text};
use tests::wait_until;

/// Adds a mailbox by the API, changed as the test says; its key.
async fn add(app: &TestApp, mailbox: Value, change: Value) -> String {
    let made = app.root.post("/api/v1/mailboxes", merged(mailbox, &change)).await.assert(201).json();
    text(&made["id"])
}

fn merged(mut mailbox: Value, change: &Value) -> Value {
    for (key, value) in change.as_object().expect("an object") {
        mailbox[key] = value.clone();
    }
    mailbox
}

/// The status of a mailbox once it satisfies the test.
async fn status(app: &TestApp, id: &str, what: &str, good: impl Fn(&Value) -> bool) -> Value {
    wait_until(&format!("a mailbox that {what}"), Duration::from_secs(30), async || {
        let status =
            app.root.get(&format!("/api/v1/mailboxes/{id}")).await.assert(200).json()["status"].clone();
        good(&status).then_some(status)
    })
    .await
}

/// Waits until all accepted mails are processed and there are `count` of them; newest first.
async fn inbound(app: &TestApp, count: usize) -> Vec<Value> {
    wait_until(&format!("{count} processed mails"), Duration::from_secs(60), async || {
        let items = app.root.get("/api/v1/inbound?limit=200").await.items();
        let ready = items.iter().all(|item| !item["disposition"].is_null());
        (ready && items.len() >= count).then_some(items)
    })
    .await
}
