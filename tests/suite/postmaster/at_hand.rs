//! What is read once for mails that share a commit is never older than what was changed before a mail came.

use serde_json::json;
use tests::app::{SUPPORT, TestApp, text};
use tests::{both_databases, mail};

both_databases! {
    async fn what_changes_while_mail_streams_in_counts_for_the_next_mail(database) {
        let app = TestApp::start(database).await;
        let queues = app.root.get("/api/v1/queues").await.items();
        let queue = queues.iter().find(|queue| queue["name"] == "Support").expect("the queue");
        let path = format!("/api/v1/queues/{}", text(&queue["id"]));
        app.queue("Elsewhere", "elsewhere@helpdesk.example").await;
        app.role("Newcomer", "Elsewhere", &["read"]).await;
        let stream = async {
            for n in 0..30 {
                let from = format!("n{n}@stream.example");
                let reply = app.hand_over(&from, SUPPORT, &mail(&from).bytes()).await;
                assert!(reply.is_ok(), "{reply:?}");
            }
        };
        let changes = async {
            for n in 0..4 {
                let (name, from) = (format!("Desk {n}"), format!("k{n}@customer.example"));
                app.root.patch(&path, json!({ "sender_name": name, "signature": name })).await.assert(200);
                app.deliver(&mail(&from)).await;
                let answer = app.relay.wait_for(&from, 1).await.remove(0).mail();
                assert!(answer.header("From").is_some_and(|from| from.contains(&name)), "{name}: {:?}", answer.header("From"));
                assert!(answer.text().contains(&name), "{name}: {}", answer.text());
                // Who begins to follow hears of the next mail; who may not read there any more, of nothing more.
                let login = format!("colleague{n}");
                let colleague = app.agent(&login, &["Agent"]).await;
                let subjects = async || {
                    let told = colleague.get("/api/v1/notices").await.items();
                    told.iter().map(ToString::to_string).collect::<String>()
                };
                app.deliver(&mail(&format!("again-{from}")).subject(&format!("first{n}"))).await;
                assert!(subjects().await.contains(&format!("first{n}")), "{name}");
                let agents = app.root.get("/api/v1/agents").await.items();
                let id = text(&agents.iter().find(|agent| agent["login"] == login.as_str()).expect("the colleague")["id"]);
                app.root.patch(&format!("/api/v1/agents/{id}"), json!({ "roles": ["Newcomer"] })).await.assert(200);
                app.deliver(&mail(&format!("last-{from}")).subject(&format!("second{n}"))).await;
                let back = json!({ "roles": ["Agent"] });
                app.root.patch(&format!("/api/v1/agents/{id}"), back).await.assert(200);
                assert!(!subjects().await.contains(&format!("second{n}")), "{name}");
            }
        };
        tokio::join!(stream, changes);
    }
}
