//! The benchmark: how fast, how large, beside what this machine can do at best. Prints tables, gates nothing.
//!
//! `tests/run --bench`, or `cargo run --release -p tests --bin bench [TICKETS…]` (by default 10000 100000); with `rules`
//! instead, how long a dry run of postmaster filters takes, and whether it foretells what really happens; with `agents
//! [TICKETS]`, how twenty agents fare while mail comes in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that can't go on says why and ends"
)]

#[path = "bench/agents.rs"]
mod agents_at_work;
#[path = "bench/rules.rs"]
mod rules;

use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tests::binary::PASSWORD;
use tests::mutate::busy;
use tests::{Binary, Client, Database, Dialogue, Settings};
use turnstone::access::{self, Actor};
use turnstone::clock::Clock;
use turnstone::config::Config;
use turnstone::db::{Cause, Channel, Db, Priority, Right};
use turnstone::desk::Desk;
use turnstone::people::{agents, password};
use turnstone::postmaster::{self, Accepted};
use turnstone::queues;
use turnstone::tickets::Person;
use turnstone::tickets::open::{OpenInput, open};

/// Requests per page and size.
const REQUESTS: usize = 500;
/// Mails per ingest run and connection count.
const MAILS: usize = 2_000;
const METRICS_TOKEN: &str = "benchmark-metrics-token";
const ADDRESS: &str = "support@helpdesk.example";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if std::env::args().nth(1).as_deref() == Some("rules") {
        return runtime.block_on(rules::run());
    }
    if std::env::args().nth(1).as_deref() == Some("agents") {
        let size = std::env::args().nth(2).map_or(100_000, |size| size.parse().expect("a number of tickets"));
        return runtime.block_on(async {
            let mut world = World::start();
            until_first_page(&world.settings.base(), world.started).await;
            agents_at_work::run(&mut world, size).await;
        });
    }
    let sizes: Vec<usize> =
        std::env::args().skip(1).map(|size| size.parse().expect("a number of tickets")).collect();
    let sizes = if sizes.is_empty() { vec![10_000, 100_000] } else { sizes };
    runtime.block_on(run(&sizes));
}

async fn run(sizes: &[usize]) {
    if cfg!(debug_assertions) {
        println!("This is a debug build: the figures below say nothing. Use --release.\n");
    }
    let scratch = tempfile::tempdir().unwrap();
    let syncs = sync_rate(scratch.path());
    row("machine: fdatasync of 4 KiB", &format!("{syncs:.0}/s"), "");
    let (empty_p50, empty_p95) = empty_page().await;
    row("machine: empty actix page, p50 / p95", &format!("{empty_p50:.2} / {empty_p95:.2} ms"), "");
    row("machine: CPU of a password's hash", &format!("{:.1} ms", a_hash()), "");
    let (alone, together) = (inserts(1).await, inserts(8).await);
    for (at_once, rows) in [(1, &alone), (8, &together)] {
        let name = format!("machine: rows of a mail by our own storage, {at_once} at a time");
        row(&name, &format!("{:.0}/s, {:.2} ms of CPU each", rows.per_second, rows.cpu_ms), "");
    }

    let mut world = World::start();
    let first_page = until_first_page(&world.settings.base(), world.started).await;
    row("start to first page", &format!("{:.0} ms", ms(first_page)), "under 300 ms");
    tokio::time::sleep(Duration::from_secs(3)).await;
    row("memory idle", &format!("{:.1} MB", memory(&world.server, "VmRSS")), "under 60 MB");
    row("binary", &format!("{:.1} MB", binary_size()), "under 40 MB");

    for (connections, rows) in [(1, &alone), (8, &together)] {
        let run = world.ingest(connections, MAILS).await;
        let name = format!("LMTP, {connections} connection(s): accepted, and processed too");
        let value = format!(
            "{:.0}/s, {:.0}/s ({:.0} % of the rows)",
            run.accepted,
            run.processed,
            100.0 * run.processed / rows.per_second
        );
        row(&name, &value, "60 % of the rows");
        let share = 100.0 * run.cpu_ms / rows.cpu_ms;
        row("   CPU per mail", &format!("{:.2} ms ({share:.0} % of the rows)", run.cpu_ms), "at most 1 ms");
    }
    row(
        "memory after that, now / at most",
        &format!("{:.1} / {:.1} MB", memory(&world.server, "VmRSS"), memory(&world.server, "VmHWM")),
        "",
    );
    println!(
        "\n{:<12} {:<28} {:>8} {:>8} {:>8} {:>8} {:>9}",
        "tickets", "page", "p50 ms", "p95 ms", "CPU ms", "queries", "bytes"
    );
    let mut slowest: Vec<Vec<(&str, f64)>> = Vec::new();
    for size in sizes {
        world.fill(*size).await;
        slowest.push(world.pages(*size).await);
    }
    if let ([first, .., last], [few, .., many]) = (slowest.as_slice(), sizes) {
        println!();
        for ((name, before), (_, after)) in first.iter().zip(last) {
            println!("{name:<28} p95 at {many} tickets: {:.2} times that at {few}", after / before);
        }
    }
    println!(
        "\nTo reach: list and ticket p95 under 10 ms at 100,000 tickets and within 1.3 times the figure at 10,000, at most 3 ms CPU."
    );
    println!(
        "memory now / at most: {:.1} / {:.1} MB",
        memory(&world.server, "VmRSS"),
        memory(&world.server, "VmHWM")
    );
}

fn row(what: &str, value: &str, wanted: &str) {
    println!("{what:<58} {value:<34} {wanted}");
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

// ---- the machine's own limits

fn sync_rate(folder: &Path) -> f64 {
    let mut file = File::create(folder.join("sync")).unwrap();
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < Duration::from_secs(2) {
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    f64::from(count) / begun.elapsed().as_secs_f64()
}

async fn empty_page() -> (f64, f64) {
    let server = actix_web::HttpServer::new(|| {
        actix_web::App::new().route("/", actix_web::web::get().to(|| async { "" }))
    })
    .workers(2)
    .disable_signals()
    .bind(("127.0.0.1", 0))
    .unwrap();
    let base = format!("http://{}", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    let times = timed(&Client::visitor(&base), "/", REQUESTS).await.0;
    handle.stop(false).await;
    (percentile(&times, 50), percentile(&times, 95))
}

/// What a mail leaves behind, written by the same code in the same grouping, without parsing and without network: its
/// custody, then a ticket with article, events, customer and notifications.
async fn inserts(at_once: usize) -> Rows {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::for_tests(folder.path());
    let db = Db::open(&config.database, folder.path()).unwrap();
    let desk = Desk { db, clock: Clock::System, config: Arc::new(config) };
    set_up(&desk).await;
    let each = MAILS / 8;
    let (begun, cpu) = (Instant::now(), cpu_seconds_of("self"));
    let tasks: Vec<_> =
        (0..at_once).map(|task| tokio::spawn(insert_some(desk.clone(), task * each, each))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    let rows = (each * at_once) as f64;
    let cpu_ms = (cpu_seconds_of("self") - cpu) * 1_000.0 / rows;
    Rows { per_second: rows / begun.elapsed().as_secs_f64(), cpu_ms }
}

/// What the rows of mails cost without a mail.
struct Rows {
    per_second: f64,
    cpu_ms: f64,
}

/// Computing and nothing else, always the same: how fast this machine is today. In ms.
fn a_hash() -> f64 {
    let mut times: Vec<f64> = (0..9)
        .map(|_| {
            let before = busy();
            password::hash_blocking("correct horse, battery staple").unwrap();
            ms(busy() - before)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[4]
}

async fn set_up(desk: &Desk) {
    use turnstone::people::setup::{SetUp, run};
    let now = desk.moment().ts();
    let admin = agents::NewAgent {
        login: "root".into(),
        name: "root".into(),
        email: "root@helpdesk.example".into(),
        ..agents::NewAgent::default()
    };
    let wish =
        SetUp { admin, organisation: "Helpdesk".into(), queue: "Support".into(), address: ADDRESS.into() };
    desk.db.write(move |tx| run(tx, &wish, now)).await.unwrap();
}

async fn insert_some(desk: Desk, from: usize, count: usize) {
    for number in from..from + count {
        let mail = Mail::number(number);
        let accepted = Accepted {
            raw: mail.raw.into_bytes(),
            envelope_from: mail.from.clone(),
            envelope_to: vec![ADDRESS.to_owned()],
            source: "bench".to_owned(),
            ..Accepted::default()
        };
        postmaster::accept(&desk, accepted).await.unwrap();
        let (at, from, title, text) = (desk.moment(), mail.from, mail.subject, mail.text);
        desk.db
            .write(move |tx| {
                let root = agents::by_login(tx, "root")?.id;
                let actor = Actor::load(tx, root, Cause::Mail, at.now)?;
                let queue = queues::by_name(tx, "Support")?.id;
                let access = access::for_queue(tx, &actor, queue, Right::Create)?;
                let input = OpenInput {
                    title: title.clone(),
                    customer: Person { name: String::new(), address: from.clone() },
                    channel: Channel::Phone,
                    body_text: text.clone(),
                    body_html: None,
                    files: Vec::new(),
                    priority: Priority::NORMAL,
                    state: None,
                    hold_seconds: None,
                };
                open(tx, &access, &actor, &input, &at)
            })
            .await
            .unwrap();
    }
}

// ---- the product

struct World {
    settings: Settings,
    server: Binary,
    /// When the server was started.
    started: Instant,
    written: usize,
}

struct Ingest {
    accepted: f64,
    processed: f64,
    cpu_ms: f64,
}

impl World {
    fn start() -> Self {
        let settings =
            Settings::new(Database::Sqlite).with("METRICS_TOKEN", METRICS_TOKEN).with("LOG", "error");
        settings.set_up();
        let started = Instant::now();
        let server = Binary::spawn(&settings);
        Self { settings, server, started, written: 0 }
    }

    async fn ingest(&mut self, connections: usize, mails: usize) -> Ingest {
        let before = self.number("turnstone_mails_processed_total").await;
        let cpu = cpu_seconds(&self.server);
        let begun = Instant::now();
        let each = mails / connections;
        let senders: Vec<_> = (0..connections)
            .map(|sender| tokio::spawn(send(self.settings.lmtp(), self.written + sender * each, each)))
            .collect();
        for sender in senders {
            sender.await.unwrap();
        }
        let accepted = begun.elapsed();
        let count = each * connections;
        self.written += count;
        while self.number("turnstone_mails_processed_total").await < before + count as f64 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let processed = begun.elapsed();
        Ingest {
            accepted: count as f64 / accepted.as_secs_f64(),
            processed: count as f64 / processed.as_secs_f64(),
            cpu_ms: (cpu_seconds(&self.server) - cpu) * 1_000.0 / count as f64,
        }
    }

    async fn fill(&mut self, tickets: usize) {
        while self.written < tickets {
            let count = (tickets - self.written).min(8_000);
            self.ingest(count.min(8), count).await;
        }
    }

    /// Of each page the time that 95 of 100 requests stay under, in milliseconds.
    async fn pages(&self, size: usize) -> Vec<(&'static str, f64)> {
        let mut slowest = Vec::new();
        let client = Client::visitor(&self.settings.base());
        client.sign_in("root", PASSWORD).await;
        let ticket = format!("/tickets/{}", 10_001 + size / 2);
        let second = next_page(&client.get("/tickets").await.assert(200).text());
        for (name, path) in [
            ("list", "/tickets"),
            ("list, second page", second.as_str()),
            ("ticket", ticket.as_str()),
            ("search, rare word", "/search?q=heliograph"),
            ("search, common and rare", "/search?q=certificate+heliograph"),
        ] {
            let queries = self.number("turnstone_db_queries_total").await;
            let cpu = cpu_seconds(&self.server);
            let (times, bytes) = timed(&client, path, REQUESTS).await;
            let cpu = (cpu_seconds(&self.server) - cpu) * 1_000.0 / REQUESTS as f64;
            let queries = (self.number("turnstone_db_queries_total").await - queries) / REQUESTS as f64;
            println!(
                "{size:<12} {name:<28} {:>8.2} {:>8.2} {cpu:>8.2} {queries:>8.1} {bytes:>9}",
                percentile(&times, 50),
                percentile(&times, 95)
            );
            slowest.push((name, percentile(&times, 95)));
        }
        slowest
    }

    /// A metric, all its labels together.
    async fn number(&self, name: &str) -> f64 {
        let client = Client::with_token(&self.settings.base(), METRICS_TOKEN);
        let text = client.get("/metrics").await.assert(200).text();
        let lines = text.lines().filter(|line| line.starts_with(name));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }
}

async fn send(to: SocketAddr, from: usize, count: usize) {
    let mut line = Dialogue::lmtp(to).await.unwrap();
    for number in from..from + count {
        let mail = Mail::number(number);
        let reply = line.deliver(&mail.from, ADDRESS, mail.raw.as_bytes()).await;
        assert!(reply.is_ok(), "{reply:?}");
    }
}

async fn until_first_page(base: &str, started: Instant) -> Duration {
    let client = Client::visitor(base);
    loop {
        let request = client.request(reqwest::Method::GET, "/login");
        if client.try_send(request).await.is_ok_and(|answer| answer.status == 200) {
            return started.elapsed();
        }
        assert!(started.elapsed() < Duration::from_secs(30), "the server does not start");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Milliseconds of each request, and the size of the last answer. Some requests before do not count.
async fn timed(client: &Client, path: &str, count: usize) -> (Vec<f64>, usize) {
    let mut times = Vec::with_capacity(count);
    let mut bytes = 0;
    for turn in 0..count + 20 {
        let begun = Instant::now();
        let answer = client.get(path).await;
        let time = ms(begun.elapsed());
        answer.assert(200);
        bytes = answer.body.len();
        if turn >= 20 {
            times.push(time);
        }
    }
    times.sort_by(f64::total_cmp);
    (times, bytes)
}

/// Where the link to the next page of a list leads.
fn next_page(list: &str) -> String {
    let before = list.split("rel=\"next\"").next().unwrap();
    before.rsplit("href=\"").next().unwrap().split('"').next().unwrap().replace("&amp;", "&")
}

fn percentile(sorted: &[f64], percent: usize) -> f64 {
    sorted
        .get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

fn cpu_seconds(server: &Binary) -> f64 {
    cpu_seconds_of(&server.pid().to_string())
}

fn cpu_seconds_of(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name in parentheses may hold spaces; the fields after it are numbers. Clock ticks are 1/100 s.
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

fn memory(server: &Binary, field: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1_024.0
}

fn binary_size() -> f64 {
    let program = std::env::current_exe().unwrap().with_file_name("turnstone");
    std::fs::metadata(program).unwrap().len() as f64 / 1_048_576.0
}

// ---- mails: most are short texts, some have HTML, a few an attachment; about 7 kB on average

struct Mail {
    from: String,
    subject: String,
    text: String,
    raw: String,
}

const WORDS: &[&str] = &[
    "certificate",
    "server",
    "please",
    "address",
    "renewed",
    "browser",
    "yesterday",
    "domain",
    "colleague",
    "error",
    "message",
    "again",
    "the",
    "we",
    "of",
    "a",
    "to",
    "in",
    "our",
    "with",
    "for",
    "and",
    "login",
    "password",
    "list",
    "archive",
    "mailbox",
    "signature",
    "update",
    "question",
    "thanks",
    "help",
    "since",
    "Monday",
    "works",
    "fails",
];

impl Mail {
    fn number(number: usize) -> Self {
        let mut seed = number as u64 + 1;
        let mut next = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize
        };
        let mut words = |count: usize| {
            let words: Vec<&str> = (0..count).map(|_| WORDS[next() % WORDS.len()]).collect();
            words.join(" ")
        };
        let from = format!("customer{}@c{}.example", number % 5_000, number % 700);
        let subject = format!("{} {number}", words(5));
        let mut text = String::new();
        for _ in 0..6 + number % 20 {
            text.push_str(&words(11));
            text.push_str("\r\n");
        }
        if number % 1_000 == 7 {
            text.push_str("We found an old heliograph in the cellar.\r\n");
        }
        let head = format!(
            "From: Customer {number} <{from}>\r\nTo: {ADDRESS}\r\nSubject: {subject}\r\nMessage-ID: <bench-{number}@c.example>\r\n\
             Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        );
        let plain = format!("Content-Type: text/plain; charset=utf-8\r\n\r\n{text}");
        let body = match number % 20 {
            0 => {
                let file =
                    "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n"
                        .repeat(900);
                format!(
                    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{plain}\r\n--b\r\nContent-Type: application/pdf\r\n\
                     Content-Disposition: attachment; filename=file{number}.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{file}--b--\r\n"
                )
            }
            1..=6 => {
                let html = text.replace("\r\n", "<br>\r\n");
                format!(
                    "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n{plain}\r\n--b\r\n\
                     Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>{html}</p></body></html>\r\n--b--\r\n"
                )
            }
            _ => plain,
        };
        Self { from, subject, text, raw: head + &body }
    }
}
