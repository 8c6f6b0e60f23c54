//! Secrets are sealed, kept apart from their key, and sent to nobody else.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use tests::app::TestApp;
use tests::dovecot::PASSWORD;
use tests::{Dovecot, both_databases};

use super::{add, status};

both_databases! {
    async fn a_password_is_neither_in_the_database_nor_in_any_answer(database) {
        let (mut app, dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        let id = add(&app, dovecot.mailbox("Post", "imap", "tls"), json!({})).await;
        status(&app, &id, "is well", |status| !status["last_success"].is_null()).await;
        let sealed = stored_secret(&app).await;
        assert!(sealed.starts_with("v1:") && !sealed.contains("quoted"), "{sealed}");
        let answer = app.root.get(&format!("/api/v1/mailboxes/{id}")).await.text();
        assert!(!answer.contains("quoted") && !answer.contains(&sealed), "{answer}");
        let visitor = app.visitor();
        visitor.sign_in("root", tests::binary::PASSWORD).await;
        let page = visitor.get(&format!("/admin/mailboxes/{id}")).await.assert(200).text();
        assert!(!page.contains("quoted") && !page.contains(&sealed));
        let key = app.settings.data_directory().join("secret.key");
        let mode = std::fs::metadata(&key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        // With another key nothing opens, and the mailbox says what to do.
        app.stop().await;
        std::fs::write(&key, "00".repeat(32)).unwrap();
        app.restart().await;
        let status = status(&app, &id, "fails", |status| !status["error"].is_null()).await;
        assert_eq!(status["error"], "secret");
    }

    async fn a_password_is_asked_for_again_when_it_would_go_to_another_server(database) {
        let (app, dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        let id = add(&app, dovecot.mailbox("Post", "imap", "tls"), json!({})).await;
        let path = format!("/api/v1/mailboxes/{id}");
        app.root.patch(&path, json!({ "name": "Mail", "after": "delete" })).await.assert(200);
        for change in [json!({ "host": "evil.example" }), json!({ "login": "billing" }), json!({ "port": 4143 })] {
            let refused = app.root.patch(&path, change).await.assert(422).json();
            assert_eq!(refused["errors"][0]["field"], "password");
        }
        let billing = json!({ "login": "billing", "password": PASSWORD });
        app.root.patch(&path, billing).await.assert(200);
    }
}

async fn stored_secret(app: &TestApp) -> String {
    use diesel::prelude::*;
    use turnstone::db::schema::mailboxes;
    let read = app.db().read(|conn| Ok(mailboxes::table.select(mailboxes::secret).first::<String>(conn)?));
    read.await.expect("a mailbox")
}
