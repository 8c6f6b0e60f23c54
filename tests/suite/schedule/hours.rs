//! Hours that change while somebody takes a lock, and how often locks are counted anew.

use std::time::Duration;

use serde_json::json;
use tests::app::{TestApp, text};
use tests::{Database, both_databases, mail};
use turnstone::access::{self, Actor, Reply};
use turnstone::db::Cause;
use turnstone::error::Result;
use turnstone::people::agents;
use turnstone::tickets::lock;

use diesel::RunQueryDsl as _;

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn hours(text: &str) -> serde_json::Value {
    let days = DAYS.iter().map(|day| ((*day).to_owned(), json!(text)));
    json!({ "name": "Ours", "hours": days.collect::<serde_json::Map<_, _>>() })
}

async fn until(app: &TestApp, number: &str) -> String {
    app.ticket(number).await["lock"]["until"].as_str().unwrap_or_default().to_owned()
}

both_databases! {
    async fn a_lock_that_is_taken_while_the_hours_change_runs_out_by_the_new_ones(database) {
        // A Monday; a lock lasts for eight working hours.
        let app = TestApp::start_at(database, "2026-11-09T16:00:00Z").await;
        app.root.put("/api/v1/calendars/1", hours("9-17")).await.assert(200);
        let queues = app.root.get("/api/v1/queues").await.items();
        app.root.patch(&format!("/api/v1/queues/{}", text(&queues[0]["id"])), json!({ "unlock_minutes": 480 })).await.assert(200);
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.agent("dana", &["Agent"]).await;
        // She takes it, and has read the hours by which it counts; her transaction takes its time to end.
        let (taken, takes) = std::sync::mpsc::channel();
        let (at, ticket, db) = (app.desk().moment(), number.clone(), app.db().clone());
        let locks = tokio::spawn(async move {
            db.write(move |tx| -> Result<()> {
                let dana = agents::by_login(tx, "dana")?.id;
                let dana = Actor::load(tx, dana, Cause::Web, at.now)?;
                let mut access = access::for_change::<Reply>(tx, &dana, &ticket)?;
                lock::lock(tx, &mut access, &dana, &at)?;
                let _ = taken.send(());
                // As long as a change needs that does not wait for her.
                std::thread::sleep(Duration::from_millis(1_500));
                Ok(())
            })
            .await
        });
        tokio::task::spawn_blocking(move || takes.recv().unwrap()).await.unwrap();
        app.root.put("/api/v1/calendars/1", hours("0-24")).await.assert(200);
        locks.await.unwrap().unwrap();
        assert_eq!(until(&app, &number).await, "2026-11-10T00:00:00Z", "eight of the new hours, not of the old ones");
    }

    async fn of_many_who_lock_while_the_hours_change_nobody_keeps_the_old_ones(database) {
        const TICKETS: usize = 12;
        let app = TestApp::start_at(database, "2026-11-09T16:00:00Z").await;
        let queues = app.root.get("/api/v1/queues").await.items();
        app.root.patch(&format!("/api/v1/queues/{}", text(&queues[0]["id"])), json!({ "unlock_minutes": 480 })).await.assert(200);
        let dana = app.agent("dana", &["Agent"]).await;
        for (round, (hours_now, due)) in
            [("0-24", "2026-11-10T00:00:00Z"), ("9-17", "2026-11-10T16:00:00Z"), ("10-22", "2026-11-10T12:00:00Z")].into_iter().enumerate()
        {
            let mut numbers = Vec::new();
            for index in 0..TICKETS {
                numbers.push(app.ticket_from(&mail("anna@customer.example").subject(&format!("{round} {index}"))).await);
            }
            let change = app.root.put("/api/v1/calendars/1", hours(hours_now));
            let locking = async {
                for number in &numbers {
                    dana.lock(number).await;
                }
            };
            let (changed, ()) = tokio::join!(change, locking);
            changed.assert(200);
            for number in &numbers {
                assert_eq!(until(&app, number).await, due, "{hours_now}");
            }
        }
    }

    async fn an_applied_file_counts_each_lock_anew_once(database) {
        let app = TestApp::start_at(database, "2026-11-09T16:00:00Z").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.agent("dana", &["Agent"]).await.lock(&number).await;
        let count = match database {
            Database::Sqlite => vec![
                "CREATE TABLE counted (n INTEGER)",
                "CREATE TRIGGER counting AFTER UPDATE ON deadlines BEGIN INSERT INTO counted VALUES (1); END",
            ],
            Database::Postgres => vec![
                "CREATE TABLE counted (n BIGINT)",
                "CREATE FUNCTION counting() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO counted VALUES (1); RETURN NEW; END'",
                "CREATE TRIGGER counting AFTER UPDATE ON deadlines FOR EACH ROW EXECUTE FUNCTION counting()",
            ],
        };
        let statements = move |tx: &mut turnstone::db::Tx<'_>| -> Result<()> {
            for statement in &count {
                diesel::sql_query(*statement).execute(&mut **tx)?;
            }
            Ok(())
        };
        app.db().write(statements).await.unwrap();
        // The installation's own hours, another calendar, the queue's choice and its patience: four changes of one end.
        let settings = app.settings.clone();
        let exported = String::from_utf8(settings.run(&["config", "export"], b"").stdout).unwrap();
        let changed = exported
            .replacen("monday = \"09:00-17:00\"", "monday = \"08:00-17:00\"", 1)
            .replacen("unlock_minutes = 480", "unlock_minutes = 60\ncalendar = \"Late\"", 1)
            .replacen("[[calendars]]", "[[calendars]]\nname = \"Late\"\nown = false\nretired = false\nholidays = []\n\n[calendars.hours]\nmonday = \"16:00-24:00\"\n\n[[calendars]]", 1);
        assert_ne!(exported, changed);
        let output = tokio::task::spawn_blocking(move || settings.run(&["config", "apply", "-"], changed.as_bytes())).await.unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(until(&app, &number).await, "2026-11-09T17:00:00Z");
        let counted: i64 = app.db().read(|conn| {
            #[derive(diesel::QueryableByName)]
            struct Count {
                #[diesel(sql_type = diesel::sql_types::BigInt)]
                n: i64,
            }
            Ok(diesel::sql_query("SELECT COUNT(*) AS n FROM counted").get_result::<Count>(conn)?.n)
        }).await.unwrap();
        assert_eq!(counted, 1);
    }
}
