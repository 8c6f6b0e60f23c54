//! Entries of the audit log go to the logger of this machine, at a socket that may be away for a while.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tests::app::{TestApp, text};
use tests::{Database, both_databases, wait_until};
use turnstone::config::AuditLog;

/// A logger that begins to listen.
fn bound(path: &Path) -> UnixDatagram {
    let socket = UnixDatagram::bind(path).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket
}

/// It listens no more, and its socket is gone.
fn gone(socket: UnixDatagram, path: &Path) {
    drop(socket);
    std::fs::remove_file(path).unwrap();
}

/// Takes what has come, in the form of RFC 3164 without the time, which the logger adds.
fn heard(socket: &UnixDatagram, so_far: &mut Vec<Value>) {
    let mut buffer = vec![0; 65_536];
    while let Ok(length) = socket.recv(&mut buffer) {
        let line = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let process = std::process::id();
        let entry = line.strip_prefix(&format!("<109>turnstone[{process}]: "));
        so_far.push(serde_json::from_str(entry.unwrap_or_else(|| panic!("{line}"))).unwrap());
    }
}

async fn wait_for(socket: &UnixDatagram, so_far: &mut Vec<Value>, count: usize) {
    wait_until(&format!("{count} entries at the socket"), Duration::from_secs(10), || {
        heard(socket, so_far);
        let enough = so_far.len() >= count;
        async move { enough.then_some(()) }
    })
    .await;
}

/// So many turns of whoever sends entries on.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

/// An installation whose logger is at this socket, and the number of the last entry before.
async fn start(database: Database, path: &Path) -> (TestApp, i64) {
    let app =
        TestApp::start_with(database, |config| config.audit_log = AuditLog::Socket(path.to_owned())).await;
    let newest = app.root.get("/api/v1/audit?limit=1").await.items().remove(0);
    // It begins with what comes: where the log stands by then is noted first.
    a_while().await;
    (app, number(&newest))
}

fn number(entry: &Value) -> i64 {
    text(&entry["id"]).parse().unwrap()
}

/// The entries behind this number, the oldest first.
async fn kept(app: &TestApp, begun: i64) -> Vec<Value> {
    let mut all = app.root.get("/api/v1/audit?limit=200").await.items();
    all.retain(|entry| number(entry) > begun);
    all.reverse();
    all
}

/// Each was heard once, in order.
fn same(told: &[Value], kept: &[Value]) {
    let numbers =
        |all: &[Value], field: &str| -> Vec<String> { all.iter().map(|entry| text(&entry[field])).collect() };
    assert_eq!(numbers(told, "audit"), numbers(kept, "id"));
    for (told, kept) in told.iter().zip(kept) {
        for field in ["agent", "cause", "kind", "subject", "detail", "before", "after", "hash"] {
            assert_eq!(told[field], kept[field], "{field}");
        }
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

both_databases! {
    async fn the_socket_of_a_logger_hears_each_entry_once_in_order_though_it_was_away(database) {
        let folder = folder();
        let path = folder.path().join("log");
        let socket = bound(&path);
        let (mut app, begun) = start(database, &path).await;
        let mut told = Vec::new();
        app.queue("Legal", "legal@helpdesk.example").await;
        wait_for(&socket, &mut told, 1).await;
        gone(socket, &path);
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Reader", "Legal", &["read"]).await;
        // Tried meanwhile, in vain; and a server that begins anew finds nobody there either.
        a_while().await;
        app.restart().await;
        a_while().await;
        let socket = bound(&path);
        wait_for(&socket, &mut told, kept(&app, begun).await.len()).await;
        app.queue("Sales", "sales@helpdesk.example").await;
        let kept = kept(&app, begun).await;
        wait_for(&socket, &mut told, kept.len()).await;
        a_while().await;
        heard(&socket, &mut told);
        assert!(kept.len() >= 4, "{kept:?}");
        same(&told, &kept);
    }

    // The kernel keeps some ten datagrams for whoever does not take them at once (net.unix.max_dgram_qlen).
    async fn what_has_gathered_goes_out_once_however_little_the_socket_holds(database) {
        let folder = folder();
        let path = folder.path().join("log");
        let (app, begun) = start(database, &path).await;
        for n in 0..30 {
            app.queue(&format!("Queue {n:02}"), &format!("q{n}@helpdesk.example")).await;
        }
        let (socket, mut told) = (bound(&path), Vec::new());
        let kept = kept(&app, begun).await;
        assert!(kept.len() >= 30, "{}", kept.len());
        wait_for(&socket, &mut told, kept.len()).await;
        a_while().await;
        heard(&socket, &mut told);
        same(&told, &kept);
    }
}

/// Takes what has come by UDP, in the form of RFC 5424.
fn heard_by_udp(socket: &std::net::UdpSocket, so_far: &mut Vec<Value>) {
    let mut buffer = vec![0; 65_536];
    while let Ok(length) = socket.recv(&mut buffer) {
        let line = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let entry = line.split_once(" audit - ").unwrap_or_else(|| panic!("{line}")).1;
        so_far.push(serde_json::from_str(entry).unwrap());
    }
}

both_databases! {
    async fn what_waits_for_a_machine_on_which_nobody_listens_is_not_thrown_away(database) {
        let probe = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = probe.local_addr().unwrap();
        drop(probe);
        let app = TestApp::start_with(database, |config| config.audit_log = AuditLog::Udp(address)).await;
        let newest = app.root.get("/api/v1/audit?limit=1").await.items().remove(0);
        a_while().await;
        // One alone, then several.
        app.role("First", "Support", &["read"]).await;
        a_while().await;
        for name in ["Second", "Third", "Fourth", "Fifth"] {
            app.role(name, "Support", &["read"]).await;
        }
        a_while().await;
        let socket = std::net::UdpSocket::bind(address).unwrap();
        socket.set_nonblocking(true).unwrap();
        let kept = kept(&app, number(&newest)).await;
        assert!(kept.len() >= 5, "{kept:?}");
        let mut told = Vec::new();
        wait_until("all of them", Duration::from_secs(10), || {
            heard_by_udp(&socket, &mut told);
            let enough = told.len() >= kept.len();
            async move { enough.then_some(()) }
        })
        .await;
        same(&told, &kept);
    }
}
