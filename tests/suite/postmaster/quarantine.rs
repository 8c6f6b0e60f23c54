use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tests::app::{TestApp, encoded, text};
use tests::{Database, both_databases, mail};

/// Makes every ticket with "poison" in its title fail at the database, as a bug of ours might.
fn poison(app: &TestApp, database: Database) {
    behind_the_curtain(app, database, |database| match database {
        Database::Sqlite => {
            "CREATE TRIGGER poison BEFORE INSERT ON tickets WHEN NEW.title LIKE '%poison%' \
             BEGIN SELECT RAISE(ABORT, 'poisoned'); END;"
        }
        Database::Postgres => {
            "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN IF NEW.title LIKE '%poison%' THEN RAISE EXCEPTION 'poisoned'; END IF; RETURN NEW; END $$; \
             CREATE TRIGGER poison BEFORE INSERT ON tickets FOR EACH ROW EXECUTE FUNCTION poison();"
        }
    });
}

fn heal(app: &TestApp, database: Database) {
    behind_the_curtain(app, database, |database| match database {
        Database::Sqlite => "DROP TRIGGER poison",
        Database::Postgres => "DROP TRIGGER poison ON tickets",
    });
}

fn behind_the_curtain(app: &TestApp, database: Database, statement: impl Fn(Database) -> &'static str) {
    match database {
        Database::Sqlite => {
            let file = app.settings.data_directory().join("turnstone.db");
            let mut connection = SqliteConnection::establish(&file.display().to_string()).unwrap();
            connection.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
            connection.batch_execute(statement(database)).unwrap();
        }
        Database::Postgres => {
            let url = app.settings.postgres_url().unwrap();
            diesel::PgConnection::establish(&url).unwrap().batch_execute(statement(database)).unwrap();
        }
    }
}

both_databases! {
    async fn what_cannot_be_processed_waits_visibly_and_holds_nobody_up(database) {
        let app = TestApp::start(database).await;
        poison(&app, database);
        let bad = mail("anna@customer.example").subject("A poisoned mail: poison");
        let reply = app.hand_over("anna@customer.example", tests::app::SUPPORT, &bad.bytes()).await;
        assert!(reply.is_ok(), "accepted means stored, not understood: {reply:?}");
        let good = app.deliver(&mail("bert@customer.example")).await;
        assert_eq!(good["disposition"], "new", "the next one is not held up");

        let record = app.processed(&format!("message_id={}", encoded(bad.id()))).await;
        assert_eq!(record["disposition"], "quarantined", "{record}");
        assert!(record["steps"].to_string().contains("poisoned"), "the reason is named: {record}");
        let id = text(&record["id"]);
        let raw = app.root.get(&format!("/api/v1/inbound/{id}/raw")).await;
        assert!(raw.assert(200).body.ends_with(&bad.bytes()), "as it came, below our trace header");

        heal(&app, database);
        app.root.post(&format!("/api/v1/inbound/{id}/retry"), serde_json::json!({})).await.assert(201);
        let record = tests::wait_until("the retried mail", std::time::Duration::from_secs(10), async || {
            let record = app.processed(&format!("message_id={}", encoded(bad.id()))).await;
            (record["disposition"] == "new").then_some(record)
        })
        .await;
        assert_eq!(app.articles(&text(&record["ticket"])).await[0]["message_id"], bad.id());
    }
}
