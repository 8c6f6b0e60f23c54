//! `turnstone mailbox …` beside a running server: what it prints, what it changes, what it refuses.

use std::time::Duration;

use tests::dovecot::drop_into;
use tests::{TestApp, both_databases, mail, wait_until};

use super::{err, out};

both_databases! {
    async fn a_mailbox_is_added_listed_stopped_tested_and_removed(database) {
        let app = TestApp::start(database).await;
        let folder = tempfile::tempdir().unwrap();
        drop_into(folder.path(), &mail("anna@customer.example").subject("Dropped").bytes());
        let settings = app.settings.clone().with("SMTP_RELAY", &format!("smtp://{}?tls=none", app.relay.address()));
        let run = async |arguments: &[&str]| {
            let (settings, arguments) = (settings.clone(), arguments.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
            tokio::task::spawn_blocking(move || {
                let arguments: Vec<&str> = std::iter::once("mailbox").chain(arguments.iter().map(String::as_str)).collect();
                settings.run(&arguments, b"")
            })
            .await
            .unwrap()
        };
        let none = run(&["list"]).await;
        assert!(none.status.success() && out(&none).contains("There is no mailbox"), "{}", out(&none));
        let directory = folder.path().to_str().unwrap();
        let add = ["add", "--name", "Drop", "--kind", "maildir", "--directory", directory, "--after", "delete"];
        let added = run(&add).await;
        assert!(added.status.success() && out(&added).contains("Added the mailbox Drop"), "{}", err(&added));
        let again = run(&add).await;
        assert!(!again.status.success() && err(&again).contains("--name"), "the option is named: {}", err(&again));
        let wrong = run(&["add", "--name", "Away", "--host", "imap.example.org", "--login", "support"]).await;
        assert!(!wrong.status.success() && err(&wrong).contains("password"), "{}", err(&wrong));
        wait_until("the mail in it", Duration::from_secs(20), async || {
            let items = app.root.get("/api/v1/inbound?source=mailbox%20Drop").await.items();
            (items.len() == 1).then_some(())
        })
        .await;
        let listed = run(&["list", "--json"]).await;
        let listed: serde_json::Value = serde_json::from_str(&out(&listed)).unwrap();
        let row = &listed[0];
        assert_eq!((&row["name"], &row["kind"], &row["enabled"], &row["alarm"]), (&"Drop".into(), &"maildir".into(), &true.into(), &false.into()));
        assert!(row["error"].is_null() && row["last_mail"].is_string(), "{row}");
        assert!(out(&run(&["list"]).await).contains("Drop (maildir): last looked into"));
        // Without an address there is nowhere to send a test mail to.
        let untested = run(&["test", "Drop"]).await;
        assert!(!untested.status.success() && !err(&untested).is_empty(), "{}", out(&untested));

        assert!(run(&["disable", "Drop"]).await.status.success());
        assert!(out(&run(&["list"]).await).contains("rests"));
        assert!(run(&["enable", "Drop"]).await.status.success());
        let nobody = run(&["disable", "Nowhere"]).await;
        assert!(!nobody.status.success() && err(&nobody).contains("Nowhere"), "{}", err(&nobody));
        let removed = run(&["remove", "Drop"]).await;
        assert!(removed.status.success() && out(&removed).contains("stays"), "{}", err(&removed));
        assert!(out(&run(&["list"]).await).contains("There is no mailbox"));
        assert_eq!(app.root.get("/api/v1/inbound?source=mailbox%20Drop").await.items().len(), 1);
    }
}
