//! What a mailbox refuses to be, who may set one, and the command line.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};
use tests::app::TestApp;
use tests::dovecot::PASSWORD;
use tests::{Dovecot, both_databases, mail};

use super::{add, inbound, status};

both_databases! {
    async fn what_cannot_work_is_refused_by_its_field(database) {
        let app = TestApp::start(database).await;
        let good = json!({ "name": "Post", "host": "imap.example.org", "login": "x", "password": "y" });
        let refused = async |change: Value| {
            let answer = app.root.post("/api/v1/mailboxes", crate::mailboxes::merged(good.clone(), &change)).await;
            let errors = answer.assert(422).json()["errors"].as_array().unwrap().clone();
            errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(refused(json!({ "security": "none" })).await, ["security"], "no password in the clear");
        assert_eq!(refused(json!({ "host": "a b" })).await, ["host"]);
        assert_eq!(refused(json!({ "name": " ", "login": "" })).await, ["name", "login"]);
        assert_eq!(refused(json!({ "password": "" })).await, ["password"]);
        assert_eq!(refused(json!({ "ca": "no certificate" })).await, ["ca"]);
        assert_eq!(refused(json!({ "kind": "pop3", "after": "move" })).await, ["after"]);
        assert_eq!(refused(json!({ "after": "move" })).await, ["move_to"]);
        assert_eq!(refused(json!({ "after": "move", "move_to": "INBOX" })).await, ["move_to"]);
        assert_eq!(refused(json!({ "queue": "Nowhere" })).await, ["queue"]);
        assert_eq!(refused(json!({ "max_bytes": 1 })).await, ["max_bytes"]);
        assert_eq!(refused(json!({ "kind": "carrier pigeon" })).await, ["kind"]);
        assert_eq!(refused(json!({ "kind": "maildir", "directory": "here" })).await, ["directory"]);
        assert_eq!(refused(json!({ "auth": "oauth2", "client_id": "c", "token_url": "http://id.example.org/" })).await, ["token_url"]);
        add(&app, good.clone(), json!({ "enabled": false })).await;
        assert_eq!(refused(json!({})).await, ["name"], "the name is taken");
        let dana = app.agent("dana", &["Agent"]).await;
        dana.get("/api/v1/mailboxes").await.assert(403);
        dana.post("/api/v1/mailboxes", good).await.assert(403);
        dana.get("/api/v1/mailboxes/1").await.assert(403);
        dana.post("/api/v1/mailboxes/1/test", json!({})).await.assert(403);
    }

    async fn what_is_wrong_with_a_server_is_said_in_words(database) {
        let (app, dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        let fails = async |name: &str, change: Value| {
            let id = add(&app, dovecot.mailbox(name, "imap", "tls"), change).await;
            status(&app, &id, "fails", |status| !status["error"].is_null()).await["error"].clone()
        };
        assert_eq!(fails("A", json!({ "password": "wrong" })).await, "login");
        assert_eq!(fails("B", json!({ "ca": "" })).await, "tls", "the system does not know this authority");
        assert_eq!(fails("C", json!({ "port": tests::free_port() })).await, "unreachable");
        assert_eq!(fails("D", json!({ "folders": ["Nowhere"] })).await, "refused");
        assert_eq!(fails("E", json!({ "host": "127.0.0.1" })).await, "tls", "the certificate is for another name");
    }

    async fn the_command_line_adds_lists_and_stops_a_running_server_s_mailbox(database) {
        let (app, dovecot) = (TestApp::start(database).await, Dovecot::start().await);
        let ca = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(ca.path(), dovecot.ca()).unwrap();
        let port = dovecot.mailbox("x", "imap", "starttls")["port"].to_string();
        let mut command = app.settings.command(&[
            "mailbox", "add", "--name", "Post", "--host", "localhost", "--port", &port, "--security", "starttls",
            "--ca", ca.path().to_str().unwrap(), "--login", "support", "--after", "delete", "--secret-stdin",
        ]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
        let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await.unwrap().unwrap();
        assert!(output.status.success(), "{output:?}");
        dovecot.drop_mail("support", "INBOX", &mail("anna@customer.example").bytes());
        inbound(&app, 1).await;
        let run = async |arguments: &[&str]| {
            let mut command = app.settings.command(arguments);
            let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        let listed: Value = serde_json::from_str(&run(&["mailbox", "list", "--json"]).await).unwrap();
        assert_eq!(listed[0]["name"], "Post");
        assert!(listed[0]["error"].is_null() && !listed[0]["last_mail"].is_null(), "{listed}");
        assert!(run(&["mailbox", "list"]).await.contains("Post (imap): last looked into"));
        run(&["mailbox", "disable", "Post"]).await;
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        dovecot.drop_mail("support", "INBOX", &mail("anna@customer.example").bytes());
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        assert_eq!(dovecot.count("support", "INBOX"), 1, "a mailbox that rests is left alone");
        run(&["mailbox", "enable", "Post"]).await;
        inbound(&app, 2).await;
    }
}
