//! A Maildir on the server's own disk.

use std::time::Duration;

use serde_json::json;
use tests::app::{TestApp, text};
use tests::dovecot::drop_into;
use tests::{both_databases, mail, wait_until};

use super::{add, inbound, status};

both_databases! {
    async fn what_is_dropped_into_a_maildir_becomes_a_ticket_and_is_moved_on(database) {
        let app = TestApp::start(database).await;
        let folder = tempfile::tempdir().unwrap();
        drop_into(folder.path(), &mail("anna@customer.example").subject("Dropped").bytes());
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("new/link")).unwrap();
        let change = json!({ "kind": "maildir", "directory": folder.path(), "after": "leave" });
        let id = add(&app, json!({ "name": "Drop" }), change).await;
        let came = inbound(&app, 1).await;
        assert_eq!(came[0]["source"], "mailbox Drop");
        let files = |name: &str| std::fs::read_dir(folder.path().join(name)).unwrap().count();
        wait_until("a mail in cur", Duration::from_secs(10), async || (files("cur") == 1).then_some(())).await;
        app.root.patch(&format!("/api/v1/mailboxes/{id}"), json!({ "after": "delete" })).await.assert(200);
        for n in 0..60 {
            drop_into(folder.path(), &mail("anna@customer.example").subject(&format!("Mail {n}")).bytes());
        }
        assert_eq!(inbound(&app, 61).await.len(), 61);
        wait_until("an empty new", Duration::from_secs(10), async || (files("new") == 1).then_some(())).await;
        assert_eq!(files("cur"), 1, "these were deleted; the link is nobody's mail");
        let subjects: std::collections::BTreeSet<String> =
            inbound(&app, 61).await.iter().map(|mail| text(&mail["subject"])).collect();
        assert_eq!(subjects.len(), 61);
    }

    async fn a_maildir_that_is_none_says_so(database) {
        let app = TestApp::start(database).await;
        let change = json!({ "kind": "maildir", "directory": "/nowhere/at/all" });
        let id = add(&app, json!({ "name": "Drop" }), change).await;
        let status = status(&app, &id, "fails", |status| !status["error"].is_null()).await;
        assert_eq!(status["error"], "files");
        assert!(status["error_text"].as_str().unwrap().contains("/nowhere/at/all/new"), "{status}");
    }
}
