use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde_json::json;
use tests::app::{SUPPORT, TestApp, encoded, text};
use tests::{both_databases, mail};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// How many rows each table has; on SQLite also how many files there are.
async fn everything(app: &TestApp) -> BTreeMap<String, i64> {
    let postgres = app.settings.postgres_url().is_some();
    let tables = if postgres {
        "SELECT CAST(tablename AS text) AS name FROM pg_tables WHERE schemaname = 'public'"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    };
    let counted = app.db().read(move |conn| {
        let tables: Vec<Name> = diesel::sql_query(tables).load(conn)?;
        let mut counts = BTreeMap::new();
        // Sessions are seen, counting differences are folded: neither is of the mail's making.
        for Name { name } in tables
            .into_iter()
            .filter(|table| !["sessions", "tokens", "queue_counts"].contains(&&table.name[..]))
        {
            let sql = format!("SELECT CAST(count(*) AS BIGINT) AS n FROM \"{name}\"");
            counts.insert(name, diesel::sql_query(sql).get_result::<Count>(conn)?.n);
        }
        Ok(counts)
    });
    let mut counts = counted.await.unwrap();
    counts.insert("files".to_owned(), files(&app.settings.data_directory().join("blobs")));
    counts
}

pub fn files(folder: &std::path::Path) -> i64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
}

/// Bytes that do not get smaller, so that on SQLite they become a file.
pub fn incompressible(bytes: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(bytes).collect()
}

both_databases! {
    async fn a_preview_writes_nothing_and_uses_no_number(database) {
        let app = TestApp::start(database).await;
        let large = incompressible(600_000, 7);
        let letter = mail("anna@customer.example").html("<p>Hello</p>").attach("a.bin", "application/octet-stream", &large);
        let inbound = app.deliver(&letter).await;
        let number: i64 = text(&inbound["ticket"]).parse().unwrap();
        app.hush().await;
        let before = everything(&app).await;
        for _ in 0..3 {
            let path = format!("/api/v1/inbound/{}/previews", text(&inbound["id"]));
            let preview = app.root.post(&path, json!({})).await.assert(200).json();
            assert_eq!(preview["same"], true, "{preview}");
            assert_eq!(preview["after"]["disposition"], "new");
            assert_eq!(preview["after"]["ticket"], "(next)");
            assert_eq!(preview["before"]["ticket"], number.to_string());
            assert_eq!(preview["after"]["queue"], "Support");
        }
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(everything(&app).await, before);
        assert!(app.relay.received().is_empty(), "nobody is told");
        let next: i64 = app.ticket_from(&mail("bert@customer.example")).await.parse().unwrap();
        assert_eq!(next, number + 1, "no number is used up");
    }

    async fn a_preview_shows_what_is_different_now(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example").to("billing@helpdesk.example");
        let inbound = app.deliver_as("anna@customer.example", "postmaster", &letter).await;
        assert_eq!(inbound["disposition"], "new");
        app.queue("Billing", "billing@helpdesk.example").await;
        let path = format!("/api/v1/inbound/{}/previews", text(&inbound["id"]));
        let preview = app.root.post(&path, json!({})).await.assert(200).json();
        assert_eq!((&preview["before"]["queue"], &preview["after"]["queue"]), (&"Support".into(), &"Billing".into()));
        assert_eq!(preview["same"], false);
        assert_eq!(app.ticket(&text(&inbound["ticket"])).await["queue"], "Support", "only a look");
    }

    async fn a_preview_of_a_question_does_not_take_it_for_an_answer_to_itself(database) {
        let app = TestApp::start(database).await;
        // Outlook names the conversation in the question already.
        let index = "AdpYs1q7kR5lZ2JhT0eVb3B1c2hpbg==";
        let letter = mail("anna@customer.example").header("Thread-Index", index);
        let inbound = app.deliver(&letter).await;
        let answer = app.deliver(&mail("anna@customer.example").answering([letter.id()])).await;
        assert_eq!(answer["disposition"], "follow_up");
        let preview = |id: String| {
            let root = &app.root;
            async move { root.post(&format!("/api/v1/inbound/{id}/previews"), json!({})).await.assert(200).json() }
        };
        let question = preview(text(&inbound["id"])).await;
        assert_eq!((&question["same"], &question["after"]["disposition"]), (&true.into(), &"new".into()), "{question}");
        let answer = preview(text(&answer["id"])).await;
        assert_eq!((&answer["same"], &answer["after"]["ticket"]), (&true.into(), &inbound["ticket"]), "{answer}");
    }

    async fn only_what_became_nothing_is_processed_again(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example");
        let filed = app.deliver(&letter).await;
        let refused = app.root.post(&format!("/api/v1/inbound/{}/retry", text(&filed["id"])), json!({})).await;
        let why = refused.assert(409).json();
        assert!(why.to_string().contains(&text(&filed["ticket"])), "it says where the mail is: {why}");

        // One of our own comes back: ignored, and again ignored.
        let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
        let reply = app.hand_over("anna@customer.example", SUPPORT, &sent.data).await;
        assert!(reply.is_ok());
        let id = sent.mail().message_id();
        let query = format!("message_id={}", encoded(&id));
        let echo = app.processed(&query).await;
        assert_eq!(echo["disposition"], "ignored", "{echo}");
        assert!(app.hand_over("anna@customer.example", SUPPORT, &sent.data).await.is_ok());
        app.all_processed(&query, 2).await;
        app.root.post(&format!("/api/v1/inbound/{}/retry", text(&echo["id"])), json!({})).await.assert(201);
        let path = format!("/api/v1/inbound/{}", text(&echo["id"]));
        tests::wait_until("the echo again", std::time::Duration::from_secs(10), async || {
            let again = app.root.get(&path).await.json();
            (again["disposition"] == "ignored").then_some(())
        }).await;
        assert_eq!(app.articles(&text(&filed["ticket"])).await.len(), 2, "nothing was doubled");
    }

    async fn a_preview_needs_the_right_to_see_the_recorder(database) {
        let app = TestApp::start(database).await;
        let inbound = app.deliver(&mail("anna@customer.example")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let path = format!("/api/v1/inbound/{}/previews", text(&inbound["id"]));
        dana.post(&path, json!({})).await.assert(403);
        app.root.post("/api/v1/inbound/999999/previews", json!({})).await.assert(404);
    }
}
