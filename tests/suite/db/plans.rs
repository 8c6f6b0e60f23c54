//! What is asked again and again finds what it wants by an index: each statement that the recorder, the balance, the
//! outbox, matching and intake run is looked at on a full database, and none reads a large table from end to end.

use std::collections::BTreeSet;
use std::sync::Mutex;

use diesel::connection::{
    Instrumentation, InstrumentationEvent, SimpleConnection, set_default_instrumentation,
};
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl};
use serde_json::json;
use tests::app::{TestApp, text};
use tests::{Database, mail, wait_until};

/// Tables that grow with every mail.
const LARGE: [&str; 12] = [
    "inbound_mails",
    "tickets",
    "articles",
    "message_ids",
    "events",
    "outbox",
    "auto_responses",
    "participants",
    "customers",
    "customer_addresses",
    "blobs",
    "ticket_links",
];

/// Rows of each of them.
const ROWS: usize = 20_000;

/// A statement per line; `$n` is the row's number, `{at}` an instant of the last days.
fn filling(database: Database) -> String {
    let at = match database {
        Database::Sqlite => "1790000000000000 + n.i * 30000000",
        Database::Postgres => "to_timestamp(1790000000 + n.i * 30)",
    };
    let rows = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})");
    let bytes = match database {
        Database::Sqlite => "x'00'",
        Database::Postgres => "'\\x00'::bytea",
    };
    let statements = [
        format!("INSERT INTO blobs (digest, size, encoding, data) {rows} SELECT 'd' || n.i, 1, 'raw', {bytes} FROM n"),
        format!("INSERT INTO customers (id, name, sort_name, created_at) {rows} SELECT 100000 + n.i, 'C', 'c', {at} FROM n"),
        format!("INSERT INTO customer_words (word, customer_id) {rows} SELECT 'c' || n.i, 100000 + n.i FROM n"),
        format!("INSERT INTO customer_addresses (address, customer_id) {rows} SELECT 'c' || n.i || '@customer.example', 100000 + n.i FROM n"),
        format!("INSERT INTO tickets (id, number, title, queue_id, state, active, priority, customer_id, customer_address, root_message_id, created_at, updated_at)
            {rows} SELECT 100000 + n.i, CAST(500000 + n.i AS TEXT), 'T', 1, CASE WHEN n.i % 10 = 0 THEN 'open' ELSE 'closed' END, n.i % 10 = 0, 3,
            100000 + n.i, 'c' || n.i || '@customer.example', 'r' || n.i || '@helpdesk.example', {at}, {at} FROM n"),
        format!("INSERT INTO articles (id, ticket_id, sender, channel, visible, from_address, message_id, body_text, inbound_id, created_at)
            {rows} SELECT 100000 + n.i, 100000 + n.i, 'customer', 'mail', true, 'c' || n.i || '@customer.example', 'm' || n.i || '@customer.example', 'words', 100000 + n.i, {at} FROM n"),
        format!("INSERT INTO message_ids (message_id, ticket_id, article_id, created_at) {rows} SELECT 'm' || n.i || '@customer.example', 100000 + n.i, 100000 + n.i, {at} FROM n"),
        format!("INSERT INTO events (at, ticket_id, queue_id, kind, cause, new_value) {rows} SELECT {at}, 100000 + n.i, 1, 'state_changed', 'web', 'closed' FROM n"),
        format!("INSERT INTO participants (ticket_id, address, accepted) {rows} SELECT 100000 + n.i, 'p' || n.i || '@partner.example', true FROM n"),
        format!("INSERT INTO ticket_links (ticket_id, other_id, kind, created_at) {rows} SELECT 100000 + n.i, 99999 + n.i, 'related', {at} FROM n WHERE n.i > 1"),
        format!("INSERT INTO inbound_mails (id, received_at, source, trusted, envelope_from, envelope_to, digest, size, status, try_at, message_id, content_hash, subject, sender, disposition, ticket_id, article_id, processed_at)
            {rows} SELECT 100000 + n.i, {at}, CASE WHEN n.i % 3 = 0 THEN 'smtp' ELSE 'mailbox Post' END, false, 'c' || n.i || '@customer.example', '[]', 'd' || n.i, 1, 'done', {at},
            'm' || n.i || '@customer.example', 'h' || n.i, 'S', 'c' || n.i || '@customer.example', CASE WHEN n.i % 50 = 0 THEN 'ignored' ELSE 'new' END, 100000 + n.i, 100000 + n.i, {at} FROM n"),
        format!("INSERT INTO outbox (kind, state, ticket_id, article_id, envelope_from, envelope_to, message_id, try_at, created_at)
            {rows} SELECT 'auto_response', 'sent', 100000 + n.i, 100000 + n.i, '', '[\"c@customer.example\"]', 'o' || n.i || '@helpdesk.example', {at}, {at} FROM n"),
        format!("INSERT INTO auto_responses (address, ticket_id, at) {rows} SELECT 'c' || n.i || '@customer.example', 100000 + n.i, {at} FROM n"),
        "ANALYZE".to_owned(),
    ];
    statements.join(";\n")
}

/// Statements of SQLite's connections to this test's file.
static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Writes down what a connection to the file is asked.
struct Listener {
    ours: bool,
}

static FILE: Mutex<String> = Mutex::new(String::new());

impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                let file = FILE.lock().unwrap();
                self.ours = !file.is_empty() && url.contains(&*file);
            }
            InstrumentationEvent::StartQuery { query, .. } if self.ours => {
                let said = query.to_string();
                let sql = said.split(" -- binds").next().unwrap_or_default().trim().to_owned();
                SEEN.lock().unwrap().insert(sql);
            }
            _ => {}
        }
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// What the parts under test ask for all day.
async fn a_day(app: &TestApp) {
    app.agent("dana", &["Agent"]).await;
    let question = mail("c77@customer.example").subject("A new matter");
    let number = app.ticket_from(&question).await;
    let copy = app.hand_over("other@path.example", tests::app::SUPPORT, &question.bytes()).await;
    assert!(copy.is_ok());
    app.root.reply(&number, "We look into it.").await;
    for letter in [
        mail("c77@customer.example").answering([question.id()]),
        mail("c99@customer.example").answering(["m99@customer.example"]),
        mail("c98@customer.example").subject("Re: [Ticket#500098]"),
        mail("c97@customer.example").subject("Re: nothing of ours").answering(["x@elsewhere.example"]),
        mail("MAILER-DAEMON@mx.example").subject("Undelivered Mail").header("Auto-Submitted", "auto-replied"),
    ] {
        app.deliver(&letter).await;
    }
    app.settle().await;
    for path in [
        "/api/v1/inbound",
        "/api/v1/inbound?search=words",
        "/api/v1/inbound?search=500077",
        "/api/v1/inbound?source=smtp",
        "/api/v1/inbound?disposition=ignored",
        "/api/v1/inbound?message_id=m5@customer.example",
        "/api/v1/inbound?envelope_from=c5@customer.example",
        "/api/v1/inbound?automatic=true",
        "/api/v1/inbound?bounce=true",
        "/api/v1/inbound?day=2026-09-24",
        "/api/v1/inbound?cursor=110000",
        "/api/v1/balance?day=2026-09-25&days=3",
        "/api/v1/outbox",
        "/api/v1/customers",
        "/api/v1/customers?q=c77",
        "/api/v1/customers?q=c77&cursor=100077",
        "/api/v1/articles?message_id=m5@customer.example",
    ] {
        app.root.get(path).await.assert(200);
    }
    let inbound = text(&app.root.get("/api/v1/inbound").await.items()[0]["id"]);
    app.root.get(&format!("/api/v1/inbound/{inbound}")).await.assert(200);
    let rules = json!({ "rules": [], "before": "none", "mails": 5 });
    app.root.post("/api/v1/filters/dry-runs", rules).await.assert(201);
}

/// Large tables that a plan reads whole.
fn whole(plan: &[String], scans: &dyn Fn(&str, &str) -> bool) -> Vec<&'static str> {
    LARGE.into_iter().filter(|table| plan.iter().any(|line| scans(line, table))).collect()
}

#[test]
fn nothing_that_is_asked_all_day_reads_a_large_table_whole_with_sqlite() {
    set_default_instrumentation(|| Some(Box::new(Listener { ours: false }))).unwrap();
    tests::run(async {
        let mut app = TestApp::start(Database::Sqlite).await;
        *FILE.lock().unwrap() = app.settings.data_directory().to_string_lossy().into_owned();
        app.db().write(|tx| Ok((**tx).batch_execute(&filling(Database::Sqlite))?)).await.unwrap();
        // New connections, which are listened to.
        app.restart().await;
        SEEN.lock().unwrap().clear();
        a_day(&app).await;
        let seen: Vec<String> = SEEN.lock().unwrap().iter().cloned().collect();
        assert!(
            seen.iter().any(|sql| sql.contains("inbound_text")) && seen.len() > 60,
            "{} statements",
            seen.len()
        );
        let mut bad = Vec::new();
        for sql in seen {
            let asks = ["SELECT", "UPDATE", "DELETE"].iter().any(|verb| sql.starts_with(verb));
            // One of no values is answered without a look.
            if !asks || sql.contains("(1=0)") {
                continue;
            }
            let explain = format!("EXPLAIN QUERY PLAN {sql}");
            let plan =
                app.db().read(move |conn| Ok(diesel::sql_query(explain).load::<Line>(conn)?)).await.unwrap();
            let plan: Vec<String> = plan.into_iter().map(|line| line.detail).collect();
            let sorts = plan.iter().any(|line| line.contains("TEMP B-TREE FOR ORDER BY"));
            // A list may go along a whole index or table where it stops after a page.
            let list = sql.contains("LIMIT") && !sorts;
            let scans = |line: &str, table: &str| {
                let mut words = line.split_whitespace();
                words.next() == Some("SCAN") && words.next() == Some(table) && !list
            };
            for table in whole(&plan, &scans) {
                bad.push(format!("{table}: {sql}\n    {}", plan.join("\n    ")));
            }
        }
        assert!(bad.is_empty(), "{} statements read a large table whole:\n{}", bad.len(), bad.join("\n"));
    });
}

#[test]
fn nothing_that_is_asked_all_day_reads_a_large_table_whole_with_postgresql() {
    tests::run(async {
        let mut app = TestApp::start(Database::Postgres).await;
        app.db().write(|tx| Ok((**tx).batch_execute(&filling(Database::Postgres))?)).await.unwrap();
        // Each plan goes into the server's log, as it was really carried out.
        let explain = "DO $$ BEGIN
            EXECUTE format('ALTER DATABASE %I SET session_preload_libraries = ''auto_explain''', current_database());
            EXECUTE format('ALTER DATABASE %I SET auto_explain.log_min_duration = 0', current_database());
            END $$";
        app.db().write(|tx| Ok((**tx).batch_execute(explain)?)).await.unwrap();
        app.stop().await;
        let begin = tests::Postgres::log().len();
        app.restart().await;
        a_day(&app).await;
        app.stop().await;
        let plans = wait_until("plans in the log", std::time::Duration::from_secs(10), async || {
            let log = tests::Postgres::log();
            let plans = plans_of(&log[begin.min(log.len())..]);
            (plans.len() > 60).then_some(plans)
        })
        .await;
        let mut bad = BTreeSet::new();
        for plan in &plans {
            let scans = |line: &str, table: &str| {
                line.split("Seq Scan on ").nth(1).and_then(|rest| rest.split_whitespace().next())
                    == Some(table)
            };
            for table in whole(plan, &scans) {
                bad.insert(format!("{table}: {}", plan.join("\n    ")));
            }
        }
        let bad: Vec<String> = bad.into_iter().collect();
        assert!(bad.is_empty(), "{} plans read a large table whole:\n{}", bad.len(), bad.join("\n"));
    });
}

/// The plans in a piece of the server's log: no other test asks for any.
fn plans_of(log: &str) -> Vec<Vec<String>> {
    let mut plans: Vec<Vec<String>> = Vec::new();
    let mut within = false;
    for line in log.lines() {
        if line.starts_with('\t') {
            if let Some(plan) = plans.last_mut().filter(|_| within) {
                plan.push(line.trim().to_owned());
            }
        } else {
            within = line.contains("  plan:");
            if within {
                plans.push(Vec::new());
            }
        }
    }
    plans
}
