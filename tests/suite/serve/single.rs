use tests::smtp::Dialogue;
use tests::{Binary, Client, Database, Settings, both_databases};

#[test]
fn a_second_serve_on_a_data_directory_is_refused_and_a_kill_frees_it() {
    tests::run(async {
        let settings = Settings::new(Database::Sqlite);
        settings.set_up();
        let mut first = Binary::serve(&settings).await;
        let elsewhere = settings
            .clone()
            .with("WEB_LISTEN", "127.0.0.1:0")
            .with("SMTP_LISTEN", "127.0.0.1:0")
            .with("LMTP_LISTEN", "127.0.0.1:0");
        let output = elsewhere.run(&["serve"], b"");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "a second one runs");
        assert!(said.contains("data"), "one sentence that names the fix: {said}");
        // Every other command works beside it, and its work counts at once.
        let token = settings.token("root");
        Client::with_token(&settings.base(), &token).get("/api/v1/tickets").await.assert(200);
        first.kill();
        Binary::serve(&settings).await;
    });
}

#[test]
fn a_second_serve_on_a_database_is_refused_whatever_its_data_directory() {
    tests::run(async {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("desk.db").display());
        let settings = Settings::new(Database::Sqlite).with("DATABASE_URL", &url);
        settings.set_up();
        let mut first = Binary::serve(&settings).await;
        let other = Settings::new(Database::Sqlite).with("DATABASE_URL", &url);
        assert_ne!(other.data_directory(), settings.data_directory());
        let output = other.run(&["serve"], b"");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("desk.db is already being served"), "{said}");
        first.kill();
        Binary::serve(&other).await;
    });
}

both_databases! {
    async fn before_it_is_set_up_no_mail_is_sent_back(database) {
        let settings = Settings::new(database);
        let _server = Binary::serve(&settings).await;
        let mut dialogue = Dialogue::lmtp(settings.lmtp()).await.unwrap();
        dialogue.say("MAIL FROM:<anna@customer.example>").await;
        let reply = dialogue.say("RCPT TO:<support@helpdesk.example>").await;
        assert_eq!(reply.code, 451, "{reply:?}");
        settings.set_up();
        dialogue.say("RSET").await;
        dialogue.say("MAIL FROM:<anna@customer.example>").await;
        assert!(dialogue.say("RCPT TO:<support@helpdesk.example>").await.is_ok());
        assert_eq!(dialogue.say("RCPT TO:<nobody@helpdesk.example>").await.code, 550);
    }

    async fn an_empty_installation_is_set_up_once_in_the_browser(database) {
        let settings = Settings::new(database);
        let server = Binary::serve(&settings).await;
        let log = server.log();
        let link = log.split_whitespace().find(|word| word.contains("/setup")).unwrap_or_else(|| panic!("no link in: {log}"));
        let link = link.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '/');
        let visitor = Client::visitor(&settings.base());
        visitor.get(link).await.assert(200);
        visitor.get("/setup").await.assert(404);
        settings.set_up();
        visitor.get(link).await.assert(404);
    }

    async fn a_schema_from_the_future_is_refused(database) {
        use diesel::Connection;
        use diesel::connection::SimpleConnection;
        let settings = Settings::new(database);
        settings.set_up();
        let statement = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')";
        match database {
            Database::Sqlite => {
                let file = settings.data_directory().join("turnstone.db");
                diesel::SqliteConnection::establish(&file.display().to_string()).unwrap().batch_execute(statement).unwrap();
            }
            Database::Postgres => {
                let url = settings.postgres_url().unwrap();
                diesel::PgConnection::establish(&url).unwrap().batch_execute(statement).unwrap();
            }
        }
        let output = settings.run(&["serve"], b"");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("newer"), "{said}");
    }
}
