//! A mailbox that is removed: nothing is fetched from it, what came from it stays.

use std::time::Duration;

use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::dovecot::drop_into;
use tests::{both_databases, mail};

use super::{add, inbound};

both_databases! {
    async fn a_removed_mailbox_fetches_nothing_and_its_history_stays(database) {
        let app = TestApp::start(database).await;
        let folder = tempfile::tempdir().unwrap();
        drop_into(folder.path(), &mail("anna@customer.example").subject("Before").bytes());
        let drop = || json!({ "kind": "maildir", "directory": folder.path() });
        let id = add(&app, json!({ "name": "Drop" }), drop()).await;
        inbound(&app, 1).await;
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let path = format!("/admin/mailboxes/{id}");
        assert!(!visitor.get(&path).await.text().contains("Remove this mailbox"), "it has to rest first");
        visitor.submit(&format!("{path}/rest"), &[("rest", "yes")]).await;
        assert!(visitor.get(&path).await.text().contains("Remove this mailbox"));
        app.agent("dana", &["Agent"]).await.delete(&format!("/api/v1/mailboxes/{id}")).await.assert(403);
        let gone = visitor.submit(&format!("{path}/removal"), &[]).await;
        assert_eq!(gone.location(), "/admin/mailboxes");
        for method in [app.root.get(&format!("/api/v1/mailboxes/{id}")).await, app.root.delete(&format!("/api/v1/mailboxes/{id}")).await] {
            method.assert(404);
        }
        visitor.get(&path).await.assert(404);
        assert!(!visitor.get("/admin/mailboxes").await.text().contains("Drop"));
        drop_into(folder.path(), &mail("anna@customer.example").subject("After").bytes());
        tokio::time::sleep(Duration::from_millis(800)).await;
        let all = app.root.get("/api/v1/inbound?source=mailbox%20Drop").await.items();
        assert_eq!(all.len(), 1, "nothing more, and what came is still found");
        // Its name is free for another one, which goes on with what lies there.
        add(&app, json!({ "name": "Drop" }), drop()).await;
        let all = inbound(&app, 2).await;
        let came = |subject: &str| all.iter().filter(|mail| mail["subject"] == subject).count();
        assert_eq!((came("After"), came("Before")), (1, 1), "{all:?}");
    }
}
