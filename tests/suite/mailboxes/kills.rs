//! kill -9 between fetching, committing and deleting: each mail once.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use tests::app::text;
use tests::{Binary, Client, Database, Dovecot, Settings, mail, wait_until};

/// Mails are dropped and the server is killed at moments spread over a visit; at the end each mail is there once.
async fn kills(database: Database, cycles: u64, kind: &str, after: &str) {
    let settings = Settings::new(database).with("LOG", "error").with("TEST_POLL_MILLIS", "20");
    let token = settings.set_up();
    let dovecot = Dovecot::start().await;
    let mut server = Binary::serve(&settings).await;
    let root = Client::with_token(&settings.base(), &token);
    let mailbox = super::merged(
        dovecot.mailbox("Post", kind, "tls"),
        &json!({ "after": after, "move_to": if after == "move" { "Done" } else { "" } }),
    );
    root.post("/api/v1/mailboxes", mailbox).await.assert(201);
    let mut sent = Vec::new();
    for cycle in 0..cycles {
        for n in 0..4 {
            // Of some the postmaster has nothing to recognise them by.
            let letter = mail("anna@customer.example").subject(&format!("Mail {cycle}.{n}"));
            sent.push(format!("Mail {cycle}.{n}"));
            let bytes = String::from_utf8(if n == 0 { letter.without("Message-ID") } else { letter }.bytes())
                .unwrap();
            let bytes = if n == 0 { bytes.replace("Date: ", "X-Was-Date: ") } else { bytes };
            dovecot.drop_mail("support", "INBOX", bytes.as_bytes());
        }
        // A visit takes some tens of milliseconds; over the cycles each moment of it is hit.
        tokio::time::sleep(Duration::from_millis(cycle * 7 % 120)).await;
        server.kill();
        server = Binary::serve(&settings).await;
    }
    let count = sent.len();
    let subjects = wait_until(&format!("{count} tickets"), Duration::from_secs(120), async || {
        let mut subjects: BTreeMap<String, usize> = BTreeMap::new();
        let mut cursor = String::new();
        loop {
            let page = root.get(&format!("/api/v1/inbound?limit=200{cursor}")).await.assert(200).json();
            let items = page["items"].as_array().unwrap();
            if items.iter().any(|item| item["disposition"].is_null()) {
                return None;
            }
            for item in items {
                assert_eq!(item["disposition"], "new", "fetched a second time: {item}");
                *subjects.entry(text(&item["subject"])).or_default() += 1;
            }
            match &page["next"] {
                serde_json::Value::Null => break,
                next => cursor = format!("&cursor={}", text(next)),
            }
        }
        (subjects.len() >= count).then_some(subjects)
    })
    .await;
    for subject in &sent {
        assert_eq!(subjects.get(subject), Some(&1), "{subject}");
    }
    if after != "leave" {
        wait_until("an empty mailbox", Duration::from_secs(30), async || {
            (dovecot.count("support", "INBOX") == 0).then_some(())
        })
        .await;
    }
    if after == "move" {
        assert_eq!(dovecot.count("support", "Done"), count, "moved, and none twice");
    }
    println!("{database:?} {kind} {after}: {cycles} kills, {count} mails, each once");
}

#[test]
fn a_hundred_kills_while_imap_is_fetched_and_deleted_double_nothing_on_sqlite() {
    tests::run(kills(Database::Sqlite, 100, "imap", "delete"));
}

#[test]
fn thirty_kills_while_imap_is_fetched_and_moved_double_nothing_on_postgres() {
    tests::run(kills(Database::Postgres, 30, "imap", "move"));
}

#[test]
fn thirty_kills_while_imap_is_left_where_it_is_double_nothing_on_sqlite() {
    tests::run(kills(Database::Sqlite, 30, "imap", "leave"));
}

#[test]
fn thirty_kills_while_pop3_is_fetched_and_deleted_double_nothing_on_sqlite() {
    tests::run(kills(Database::Sqlite, 30, "pop3", "delete"));
}
