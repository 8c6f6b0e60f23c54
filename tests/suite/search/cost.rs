//! What a list or a search costs: each reads an index, whatever the archive holds.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use diesel::connection::{InstrumentationEvent, SimpleConnection};
use diesel::sql_types::Text;
use diesel::{Connection as _, QueryableByName, RunQueryDsl};
use tests::Database;
use tests::app::TestApp;
use turnstone::access::Actor;
use turnstone::db::{Cause, Conn};
use turnstone::error::Result;
use turnstone::search::{self, Search};
use turnstone::tickets::list::{self, Filter, Sort};

/// Fills the archive without the detour over mail: every tenth ticket is to be done, every second one speaks of
/// certificates, one of them of a heliograph.
fn fill(conn: &mut Conn, tickets: usize) {
    let (series, text) = match conn {
        Conn::Sqlite(_) => (
            format!("WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {tickets})"),
            "INSERT INTO ticket_text (rowid, title, writers, files, body) SELECT id, 'request ' || number, 'anna customer example', '',
                'hello here is' || CASE WHEN id % 2 = 0 THEN ' the certificate' ELSE '' END || CASE WHEN id = 77 THEN ' heliograph' ELSE '' END
                || ' word' || (id % 997) || ' and many more words that people write' FROM tickets",
        ),
        Conn::Pg(_) => (
            format!("WITH s AS (SELECT generate_series(1, {tickets}) AS n)"),
            "INSERT INTO ticket_text (id, document) SELECT id, setweight(to_tsvector('simple', 'request ' || number), 'A')
                || setweight(to_tsvector('simple', 'anna customer example'), 'B') || to_tsvector('simple',
                'hello here is' || CASE WHEN id % 2 = 0 THEN ' the certificate' ELSE '' END || CASE WHEN id = 77 THEN ' heliograph' ELSE '' END
                || ' word' || (id % 997) || ' and many more words that people write') FROM tickets",
        ),
    };
    if let Conn::Pg(_) = conn {
        conn.batch_execute("SET LOCAL statement_timeout = 0").unwrap();
    }
    let (at, active) = match conn {
        Conn::Sqlite(_) => ("1700000000000000 + n * 1000000", "n % 10 = 0"),
        Conn::Pg(_) => ("TIMESTAMPTZ '2023-11-14T22:13:20Z' + n * INTERVAL '1 second'", "n % 10 = 0"),
    };
    conn.batch_execute(&format!(
        "{series} INSERT INTO tickets (number, title, queue_id, state, active, priority, root_message_id, last_sender, unanswered_since, created_at, updated_at, customer_address)
         SELECT 'f' || n, 'Request ' || n, 1, CASE WHEN {active} THEN 'open' ELSE 'closed' END, {active}, 1 + n % 5, 'root' || n,
            CASE WHEN n % 3 = 0 THEN 'agent' ELSE 'customer' END, CASE WHEN n % 30 = 0 THEN {at} END, {at}, {at}, 'anna@customer.example' FROM s;
         DELETE FROM ticket_text_due; DELETE FROM ticket_text; {text};"
    ))
    .unwrap();
    if let Conn::Pg(_) = conn {
        conn.batch_execute("ANALYZE tickets; ANALYZE ticket_text").unwrap();
    }
}

const SEARCHES: [&str; 14] = [
    "heliograph",
    "certificate",
    "cert",
    "certificate heliograph",
    "certificate word500",
    "\"the certificate\" -word500",
    "certificate state:open",
    "certificate is:unassigned waiting:us",
    "-certificate",
    "from:anna",
    "tag:none",
    "created:2023-11-14",
    "queue:Support state:closed certificate",
    "is:unread",
];

fn run(
    conn: &mut Conn,
    actor: &Actor,
    app: &turnstone::tickets::Moment,
    q: &str,
    sort: Sort,
) -> Result<usize> {
    let within = Filter { all_states: true, sort, ..Filter::default() };
    let search = Search::read(conn, actor, q, app, within)?;
    Ok(search::hits(conn, actor, &search, None, 25)?.0.len())
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// What SQLite does for each statement about tickets that `job` sends.
fn plans(conn: &mut Conn, job: impl FnOnce(&mut Conn)) -> Vec<(String, Vec<String>)> {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&sent);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            noted.lock().unwrap().push(query.to_string());
        }
    });
    job(conn);
    conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let sent = sent.lock().unwrap().clone();
    let about = sent.iter().filter(|sql| sql.contains("tickets") && sql.trim_start().starts_with("SELECT"));
    about
        .map(|sql| {
            let sql = sql.split("-- binds").next().unwrap().trim().to_owned();
            let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn).unwrap();
            (sql, steps.into_iter().map(|step| step.detail).collect())
        })
        .collect()
}

#[test]
fn every_order_and_every_search_reads_an_index() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let moment = app.desk().moment();
        let checked = app.db().write(move |tx| {
            fill(tx, 6_000);
            let root = turnstone::people::agents::by_login(tx, "root")?.id;
            let actor = Actor::load(tx, root, Cause::Web, moment.now)?;
            let mut bad = Vec::new();
            let mut seen = 0;
            for sort in Sort::ALL {
                for q in ["", "queue:Support", "state:open", "certificate", "owner:nobody", "waiting:us"] {
                    for (sql, steps) in plans(tx, |conn| {
                        run(conn, &actor, &moment, q, sort).unwrap();
                    }) {
                        seen += 1;
                        let scans = steps
                            .iter()
                            .any(|step| step.starts_with("SCAN tickets") && !step.contains("INDEX"));
                        let sorts = steps.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
                        if scans || sorts {
                            bad.push(format!("{q:?} by {}: {steps:?}\n  {sql}", sort.word()));
                        }
                    }
                }
            }
            Ok((seen, bad))
        });
        let (seen, bad) = checked.await.unwrap();
        assert!(seen >= 30, "{seen}");
        assert!(bad.is_empty(), "{}", bad.join("\n"));
    });
}

#[test]
#[ignore = "a hundred thousand tickets take minutes; tests/run --long"]
fn a_hundred_thousand_tickets_are_searched_in_a_moment_on_sqlite() {
    tests::run(searched_in_a_moment(Database::Sqlite));
}

#[test]
#[ignore = "a hundred thousand tickets take minutes; tests/run --long"]
fn a_hundred_thousand_tickets_are_searched_in_a_moment_on_postgres() {
    tests::run(searched_in_a_moment(Database::Postgres));
}

async fn searched_in_a_moment(database: Database) {
    let app = TestApp::start(database).await;
    let moment = app.desk().moment();
    let filled = app.db().write(|tx| {
        fill(tx, 100_000);
        Ok(())
    });
    filled.await.unwrap();
    let times = app.db().read(move |conn| {
        let root = turnstone::people::agents::by_login(conn, "root")?.id;
        let actor = Actor::load(conn, root, Cause::Web, moment.now)?;
        let mut times = Vec::new();
        for q in SEARCHES {
            run(conn, &actor, &moment, q, Sort::Changed)?;
            for _ in 0..5 {
                let begun = Instant::now();
                run(conn, &actor, &moment, q, Sort::Changed)?;
                times.push((begun.elapsed(), format!("search {q}")));
            }
        }
        for sort in Sort::ALL {
            for _ in 0..5 {
                let begun = Instant::now();
                let filter = Filter { sort, ..Filter::default() };
                list::page(conn, &actor, &filter, None, 25)?;
                times.push((begun.elapsed(), format!("list by {}", sort.word())));
            }
        }
        Ok(times)
    });
    let mut times = times.await.unwrap();
    times.sort();
    for (time, what) in times.iter().step_by(5) {
        println!("{time:>12.2?} {what}");
    }
    let (p95, what) = &times[times.len() * 95 / 100];
    assert!(*p95 < Duration::from_millis(100), "{p95:?}: {what}");
}
