//! Entries of the audit log go on to where somebody else keeps them.

use std::net::UdpSocket;
use std::time::Duration;

use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::{Binary, Database, Settings, both_databases, wait_until};
use turnstone::config::AuditLog;

/// A syslog server that keeps what it hears.
fn listener() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    socket
}

/// The entries heard so far, as JSON, with what stands before them.
fn heard(socket: &UdpSocket, so_far: &mut Vec<(String, Value)>) {
    let mut buffer = vec![0; 65_536];
    while let Ok(length) = socket.recv(&mut buffer) {
        let line = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let (head, entry) = line.split_at(line.find('{').unwrap());
        so_far.push((head.to_owned(), serde_json::from_str(entry).unwrap()));
    }
}

both_databases! {
    async fn a_syslog_server_hears_each_entry_once_in_order_and_nothing_from_before(database) {
        let socket = listener();
        let address = socket.local_addr().unwrap();
        let mut app = TestApp::start_with(database, |config| config.audit_log = AuditLog::Udp(address)).await;
        // It begins with what comes: where the log stands by then is noted first.
        let begun = app.root.get("/api/v1/audit?limit=1").await.items()[0]["id"].clone();
        tokio::time::sleep(Duration::from_millis(300)).await;
        app.queue("Legal", "legal@helpdesk.example").await;
        app.role("Reader", "Legal", &["read"]).await;
        let mut all = Vec::new();
        wait_until("two entries at the syslog server", Duration::from_secs(10), || {
            heard(&socket, &mut all);
            let enough = all.len() >= 2;
            async move { enough.then_some(()) }
        })
        .await;
        app.restart().await;
        app.queue("Billing", "billing@helpdesk.example").await;
        wait_until("the entry after the restart", Duration::from_secs(10), || {
            heard(&socket, &mut all);
            let enough = all.len() >= 3;
            async move { enough.then_some(()) }
        })
        .await;
        let kept = app.root.get("/api/v1/audit?limit=200").await.items();
        let number = |id: &Value| text(id).parse::<i64>().unwrap();
        let mut kept: Vec<Value> = kept.into_iter().filter(|entry| number(&entry["id"]) > number(&begun)).collect();
        kept.reverse();
        assert_eq!(all.len(), kept.len(), "{all:?}");
        for ((head, told), kept) in all.iter().zip(&kept) {
            assert!(head.starts_with("<109>1 ") && head.contains(" turnstone "), "{head}");
            assert_eq!(text(&told["audit"]), text(&kept["id"]));
            for field in ["agent", "kind", "subject", "before", "after", "hash", "cause"] {
                assert_eq!(told[field], kept[field], "{field}");
            }
        }
        assert_eq!(all[0].1["agent"], json!("root"));
    }
}

#[test]
fn the_json_log_has_a_line_for_each_entry() {
    tests::run(async {
        let settings = Settings::new(Database::Sqlite).with("LOG_FORMAT", "json").with("AUDIT_LOG", "log");
        settings.set_up();
        let server = Binary::serve(&settings).await;
        // The log stands where it stood when the server began.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        settings.must(&["queue", "add", "--name", "Legal", "--address", "legal@helpdesk.example"], "");
        let line = wait_until("a line of the log", Duration::from_secs(10), async || {
            let log = server.log();
            let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            lines.into_iter().find(|line| line["target"] == "turnstone::audit")
        })
        .await;
        assert_eq!(
            (&line["kind"], &line["subject"], &line["cause"]),
            (&json!("queue"), &json!("Legal"), &json!("cli"))
        );
        assert_eq!(text(&line["hash"]).len(), 64, "{line}");
    });
}

both_databases! {
    async fn the_set_up_is_in_the_log(database) {
        let app = TestApp::start(database).await;
        let all = app.root.get("/api/v1/audit?limit=200").await.items();
        let mut made: Vec<(String, String)> =
            all.iter().map(|entry| (text(&entry["kind"]), text(&entry["subject"]))).collect();
        made.reverse();
        let first: Vec<_> = made.iter().take(4).map(|(kind, subject)| (kind.as_str(), subject.as_str())).collect();
        assert_eq!(first, [("role", "Admin"), ("role", "Agent"), ("queue", "Support"), ("agent", "root")]);
        let root = all.iter().find(|entry| entry["subject"] == "root" && entry["kind"] == "agent").unwrap();
        assert_eq!((&root["cause"], &root["agent"], &root["before"]), (&json!("system"), &json!(""), &json!(null)));
        assert_eq!(root["after"]["roles"], json!(["Admin"]));
        assert!(!root.to_string().contains("argon2"), "no secret: {root}");
    }
}
