//! The database handle: what one job does wrong, its neighbours on the same commit do not feel.

mod plans;

use std::time::Duration;

use diesel::prelude::*;
use tests::{app::TestApp, both_databases, mail};
use turnstone::{
    db::{Conn, Db, Tx, Wake, backend, schema::settings},
    error::Error,
};

async fn value_of(db: &Db, key: &'static str) -> Option<String> {
    db.read(move |conn| Ok(settings::table.find(key).select(settings::value).first(conn).optional()?))
        .await
        .expect("the database reads")
}

both_databases! {
    async fn a_job_that_fails_is_rolled_back_alone(database) {
        let app = TestApp::start(database).await;
        let db = &app.desk().db;
        let good = |key: &'static str| db.write(move |tx| backend::put_setting(tx, key, "kept"));
        let bad = db.write(|tx| {
            backend::put_setting(tx, "bad", "must vanish")?;
            Err::<(), _>(Error::NotFound)
        });
        let (first, failed, second) = tokio::join!(good("first"), bad, good("second"));
        first.expect("the neighbour before is committed");
        second.expect("the neighbour after is committed");
        assert!(matches!(failed, Err(Error::NotFound)));
        assert_eq!(value_of(db, "first").await.as_deref(), Some("kept"));
        assert_eq!(value_of(db, "bad").await, None);
        assert_eq!(value_of(db, "second").await.as_deref(), Some("kept"));
    }

    async fn a_job_that_panics_fails_and_the_next_one_works(database) {
        let app = TestApp::start(database).await;
        let db = &app.desk().db;
        let panicked = db.write(|tx| -> turnstone::error::Result<()> {
            backend::put_setting(tx, "half", "must vanish")?;
            panic!("on purpose");
        }).await;
        assert!(matches!(panicked, Err(Error::Unexpected(_))));
        assert_eq!(value_of(db, "half").await, None);
        db.write(|tx| {
            tx.wake(Wake::EVENTS);
            backend::put_setting(tx, "after", "works")
        }).await.expect("the writer lives on");
        assert_eq!(value_of(db, "after").await.as_deref(), Some("works"));
    }

    async fn among_many_each_is_kept_once_or_not_at_all(database) {
        let app = TestApp::start(database).await;
        let db = &app.desk().db;
        // Inserted, not put: whose first attempt had stayed, could not be tried again.
        let job = |n: usize| move |tx: &mut Tx<'_>| {
            // Those behind it gather while the first works.
            std::thread::sleep(Duration::from_millis(if n == 0 { 100 } else { 0 }));
            let row = (settings::key.eq(format!("job {n}")), settings::value.eq("kept"));
            diesel::insert_into(settings::table).values(row).execute(&mut **tx)?;
            match n % 7 {
                3 => Err(Error::NotFound),
                6 => panic!("on purpose"),
                _ => Ok(()),
            }
        };
        let mut all = tokio::task::JoinSet::new();
        for n in 0..60 {
            let (db, job) = (db.clone(), job(n));
            all.spawn(async move { (n, if n % 7 == 5 { db.rehearse(job).await } else { db.write(job).await }) });
        }
        for (n, ended) in all.join_all().await {
            let kept = db.read(move |conn| {
                let row = settings::table.find(format!("job {n}"));
                Ok(row.count().get_result::<i64>(conn)?)
            }).await.unwrap();
            match n % 7 {
                3 => assert!(matches!(ended, Err(Error::NotFound)), "{n}: {ended:?}"),
                6 => assert!(matches!(ended, Err(Error::Unexpected(_))), "{n}: {ended:?}"),
                _ => assert!(ended.is_ok(), "{n}: {ended:?}"),
            }
            assert_eq!(kept, i64::from(![3, 5, 6].contains(&(n % 7))), "{n}");
        }
    }

    async fn the_counters_agree_with_a_recount(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@desk.example").await;
        let mut numbers = Vec::new();
        for n in 0..6 {
            numbers.push(app.ticket_from(&mail(&format!("customer{n}@customer.example"))).await);
        }
        app.root.set(&numbers[0], "queue", "Billing").await;
        app.root.set(&numbers[1], "state", "closed").await;
        app.root.lock(&numbers[2]).await;
        app.root.set(&numbers[0], "state", "open").await;
        let db = &app.desk().db;
        db.write(backend::fold_queue_counts).await.expect("folded");
        let (kept, counted) = db.read(|conn| Ok((sums(conn, KEPT)?, sums(conn, COUNTED)?))).await.expect("both");
        assert_eq!(kept, counted);
        assert_eq!(kept.iter().map(|row| row.n).sum::<i64>(), 6);
    }

    async fn a_read_that_takes_too_long_is_stopped_in_the_database_too(database) {
        let app = tests::app::TestApp::start(database).await;
        // As many as there are connections: whoever comes next finds none if they run on.
        let slow = (0..12).map(|_| {
            let db = app.db().clone();
            tokio::spawn(async move {
              db.read_within(Duration::from_millis(300), |conn| {
                let endless = match conn {
                    Conn::Pg(_) => "SELECT pg_sleep(30)",
                    Conn::Sqlite(_) => {
                        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE within_time(i))
                         SELECT count(*) FROM n"
                    }
                };
                Ok(diesel::sql_query(endless).execute(conn)?)
              }).await
            })
        });
        let began = std::time::Instant::now();
        for job in slow.collect::<Vec<_>>() {
            let done = job.await.unwrap();
            assert!(matches!(done, Ok(None)), "{done:?}");
        }
        app.db().ping().await.unwrap();
        // Left to themselves they take half a minute, or for ever.
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        // The connections serve on, and without a limit.
        let n = app.db().read(|conn| Ok(diesel::sql_query("SELECT 1").execute(conn)?)).await;
        assert!(n.is_ok(), "{n:?}");
    }
}

#[test]
fn a_reader_of_sqlite_cannot_write() {
    tests::run(async {
        let app = TestApp::start(tests::Database::Sqlite).await;
        let refused = app.desk().db.read(|conn| {
            diesel::insert_into(settings::table)
                .values((settings::key.eq("sneaked"), settings::value.eq("in")))
                .execute(conn)?;
            Ok(())
        });
        assert!(refused.await.is_err(), "a connection for reading refuses to write");
    });
}

const KEPT: &str = "SELECT queue_id, state, CAST(SUM(n) AS BIGINT) AS n FROM queue_counts
     GROUP BY queue_id, state HAVING SUM(n) <> 0 ORDER BY queue_id, state";
const COUNTED: &str = "SELECT queue_id, state, CAST(COUNT(*) AS BIGINT) AS n FROM tickets
     GROUP BY queue_id, state ORDER BY queue_id, state";

#[derive(Debug, PartialEq, QueryableByName)]
struct Sum {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    queue_id: i64,
    #[diesel(sql_type = diesel::sql_types::Text)]
    state: String,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

fn sums(conn: &mut turnstone::db::Conn, sql: &str) -> turnstone::error::Result<Vec<Sum>> {
    Ok(diesel::sql_query(sql).load(conn)?)
}
