//! What `turnstone doctor` finds about mail: mailboxes, and whether what comes back is taken.

use std::time::Duration;

use serde_json::{Value, json};
use tests::app::text;
use tests::smtp_peer::Behaviour;
use tests::{Dovecot, TestApp, both_databases, wait_until};

async fn findings(app: &TestApp, about: &str) -> Vec<Value> {
    let settings =
        app.settings.clone().with("SMTP_RELAY", &format!("smtp://{}?tls=none", app.relay.address()));
    let output = tokio::task::spawn_blocking(move || settings.run(&["doctor", "--json"], b"")).await.unwrap();
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).expect("a list of findings");
    all.into_iter().filter(|finding| finding["about"] == about).collect()
}

both_databases! {
    async fn it_asks_the_relay_whether_what_comes_back_is_taken(database) {
        let app = TestApp::start(database).await;
        let taken = findings(&app, "returns").await;
        assert_eq!(taken.len(), 1, "{taken:?}");
        assert_eq!(taken[0]["weight"], "good");
        assert!(app.relay.received().is_empty(), "it only asks");
        app.relay.rule("@helpdesk.example", Behaviour::RefuseRecipient(550, "5.1.1 no such user"));
        let refused = findings(&app, "returns").await.remove(0);
        assert_eq!(refused["weight"], "bad");
        assert!(text(&refused["found"]).contains("5.1.1 no such user"), "{refused}");
        assert!(text(&refused["remedy"]).contains("recipient_delimiter"), "{refused}");
    }

    async fn it_says_which_mailbox_gives_no_mail_and_why(database) {
        let (app, mut dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        let made = |change: Value| {
            let mut mailbox = dovecot.mailbox(change["name"].as_str().unwrap(), "imap", "tls");
            for (key, value) in change.as_object().unwrap() {
                mailbox[key] = value.clone();
            }
            mailbox
        };
        let good = text(&app.root.post("/api/v1/mailboxes", made(json!({ "name": "Post" }))).await.assert(201).json()["id"]);
        app.root.post("/api/v1/mailboxes", made(json!({ "name": "Locked", "password": "wrong" }))).await.assert(201);
        app.root.post("/api/v1/mailboxes", made(json!({ "name": "Resting", "enabled": false }))).await.assert(201);
        wait_until("both looked into", Duration::from_secs(30), async || {
            let all = app.root.get("/api/v1/mailboxes").await.items();
            let of = |name: &str| all.iter().find(|one| one["name"] == name).unwrap()["status"].clone();
            (of("Post")["last_success"].is_string() && of("Locked")["error"].is_string()).then_some(())
        })
        .await;
        let found = findings(&app, "mailbox").await;
        let of = |found: &[Value], name: &str| {
            found.iter().find(|one| text(&one["found"]).starts_with(name)).cloned().unwrap_or_default()
        };
        assert_eq!(of(&found, "Post is looked into")["weight"], "good", "{found:?}");
        assert_eq!(of(&found, "Resting rests")["weight"], "good", "{found:?}");
        let locked = of(&found, "Locked gives no mail");
        assert_eq!(locked["weight"], "bad", "{found:?}");
        assert!(!text(&locked["remedy"]).is_empty());
        dovecot.down().await;
        wait_until("a mailbox that fails", Duration::from_secs(30), async || {
            let one = app.root.get(&format!("/api/v1/mailboxes/{good}")).await.json();
            one["status"]["error"].is_string().then_some(())
        })
        .await;
        let found = findings(&app, "mailbox").await;
        let away = of(&found, "Post gives no mail");
        assert_eq!(away["weight"], "bad", "{found:?}");
        assert!(text(&away["remedy"]).contains("tried again"), "{found:?}");
    }
}
