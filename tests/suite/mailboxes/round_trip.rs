//! The test button: out through the relay, back in through the mailbox.

use std::time::Duration;

use serde_json::{Value, json};
use tests::app::TestApp;
use tests::smtp_peer::Behaviour;
use tests::{Dovecot, both_databases, wait_until};

use super::{add, inbound, status};

async fn hops(app: &TestApp, id: &str, good: impl Fn(&Value) -> bool) -> Value {
    wait_until("hops as expected", Duration::from_secs(30), async || {
        let test = app.root.get(&format!("/api/v1/mailboxes/{id}/test")).await.assert(200).json();
        good(&test).then_some(test)
    })
    .await
}

fn states(test: &Value) -> Vec<String> {
    let hops = test["hops"].as_array().unwrap();
    hops.iter().map(|hop| hop["state"].as_str().unwrap().to_owned()).collect()
}

both_databases! {
    async fn a_test_mail_is_followed_until_it_is_back_and_becomes_no_ticket(database) {
        let (app, dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        let id = add(&app, dovecot.mailbox("Post", "imap", "tls"), json!({ "after": "delete" })).await;
        status(&app, &id, "is well", |status| !status["last_success"].is_null()).await;
        let started = app.root.post(&format!("/api/v1/mailboxes/{id}/test"), json!({})).await.assert(201).json();
        let token = started["token"].as_str().unwrap();
        let sent = app.relay.wait_for("support@helpdesk.example", 1).await;
        assert_eq!(sent[0].to, ["support@helpdesk.example"]);
        assert!(sent[0].from.is_empty(), "a blocked way must not come back as a ticket");
        let waits = hops(&app, &id, |test| states(test)[1] == "ok").await;
        assert_eq!(states(&waits), ["ok", "ok", "todo", "todo"]);
        // The relay rewrites the id, as some do: the token still tells.
        let text = String::from_utf8(sent[0].data.clone()).unwrap();
        assert!(text.contains(token));
        let rewritten = text.replace(&sent[0].mail().message_id(), "rewritten@relay.example");
        dovecot.drop_mail("support", "INBOX", rewritten.as_bytes());
        let done = hops(&app, &id, |test| test["over"] == true).await;
        assert_eq!(states(&done), ["ok", "ok", "ok", "ok"]);
        let came = inbound(&app, 1).await;
        assert_eq!(came[0]["disposition"], "ignored");
        assert!(app.tickets().await.is_empty());
    }

    async fn a_hop_that_fails_says_why(database) {
        let (app, dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        let id = add(&app, dovecot.mailbox("Post", "imap", "tls"), json!({ "after": "delete" })).await;
        app.relay.next([Behaviour::RefuseRecipient(550, "no such user here")]);
        app.root.post(&format!("/api/v1/mailboxes/{id}/test"), json!({})).await.assert(201);
        let refused = hops(&app, &id, |test| test["over"] == true).await;
        assert_eq!(states(&refused)[..2], ["ok", "bad"]);
        assert!(refused["hops"][1]["detail"].as_str().unwrap().contains("no such user here"), "{refused}");
        // Back by another way than through this mailbox: it is not proven.
        app.root.post(&format!("/api/v1/mailboxes/{id}/test"), json!({})).await.assert(201);
        let sent = app.relay.wait_for("support@helpdesk.example", 1).await;
        app.hand_over("", tests::app::SUPPORT, &sent.last().unwrap().data).await;
        let elsewhere = hops(&app, &id, |test| test["over"] == true).await;
        assert_eq!(states(&elsewhere)[2], "bad");
        assert!(elsewhere["hops"][2]["detail"].as_str().unwrap().contains("lmtp"), "{elsewhere}");
        // A stranger's token is none.
        let forged = tests::mail("mallory@elsewhere.example").header("X-Turnstone-Test", "guessed");
        assert_eq!(app.deliver(&forged).await["disposition"], "new");
    }
}
