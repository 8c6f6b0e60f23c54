//! A throw-away PostgreSQL: one cluster per test run, one database per test.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use crate::net::free_port;
use crate::process::{is_root, must, postgres_tool, unprivileged};

/// A database of its own for one test; dropped with this value, whoever is still connected.
#[derive(Debug)]
pub struct Postgres {
    name: String,
}

impl Postgres {
    /// A fresh, empty database.
    pub fn new() -> Self {
        Self::copy_of("template0")
    }

    /// A copy of the named database, which nobody may be connected to: how migrations run once and not per test.
    pub fn copy_of(template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let statement = format!("CREATE DATABASE {name} TEMPLATE {template}");
        let deadline = Instant::now() + Duration::from_secs(10);
        // Who was connected a moment ago may not have left yet.
        while let Err(error) = admin(&statement) {
            assert!(Instant::now() < deadline, "{statement}: {error}");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { name }
    }

    /// Its address in the form of `DATABASE_URL`.
    pub fn url(&self) -> String {
        url_of(&self.name)
    }

    /// Its name within the cluster.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the run's cluster has logged so far.
    pub fn log() -> String {
        let path = std::env::var_os("TEST_POSTGRES_LOG").map_or_else(|| home().join("log"), PathBuf::from);
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// A connection for a test that looks behind the curtain.
    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url()).expect("the test's own database")
    }
}

impl Default for Postgres {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A database that outlives its test harms nobody: the cluster goes with the run.
        if let Ok(mut connection) = PgConnection::establish(&url_of("postgres")) {
            let _ = connection.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

fn admin(statement: &str) -> diesel::QueryResult<()> {
    let mut connection = PgConnection::establish(&url_of("postgres")).expect("the throw-away cluster");
    connection.batch_execute(statement)
}

fn url_of(database: &str) -> String {
    let base = cluster();
    let end = base.rfind('/').expect("TEST_POSTGRES_URL names a database after its last slash");
    format!("{}/{database}", &base[..end])
}

/// The run's cluster: the one `tests/run` started, else our own, started at the first call.
fn cluster() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| std::env::var("TEST_POSTGRES_URL").unwrap_or_else(|_| start_cluster()))
}

/// Where our own cluster is.
fn home() -> PathBuf {
    std::env::temp_dir().join(format!("turnstone-test-postgres-{}", std::process::id()))
}

#[expect(clippy::zombie_processes, reason = "it outlives this process, whose end it waits for")]
fn start_cluster() -> String {
    let initdb = postgres_tool("initdb").expect("initdb: install the package postgresql, or use tests/run");
    let postgres = postgres_tool("postgres").expect("postgres: install the package postgresql");
    let home = home();
    std::fs::create_dir_all(&home).expect("a directory for the cluster");
    if is_root() {
        must(Command::new("chown").arg("postgres").arg(&home));
    }
    let data = home.join("data");
    must(
        unprivileged("postgres", &initdb)
            .args([
                "--username=turnstone",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ])
            .arg("--pgdata")
            .arg(&data),
    );
    let port = free_port();
    // The shell outlives us by one read: when this process ends, however it ends, the pipe closes, the
    // server goes and its directory with it.
    let keeper = "trap '' INT TERM; home=$1; shift; \"$@\" >\"$home/log\" 2>&1 & pid=$!; read -r _; \
                  kill -QUIT $pid; wait $pid; rm -rf \"$home\"";
    let mut shell = unprivileged("postgres", std::path::Path::new("/bin/sh"))
        .args(["-c", keeper, "keeper"])
        .arg(&home)
        .arg(&postgres)
        .arg("-D")
        .arg(&data)
        .args(["-p", &port.to_string()])
        .args(server_options())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the PostgreSQL server");
    let url = format!("postgres://turnstone@127.0.0.1:{port}/postgres");
    let deadline = Instant::now() + Duration::from_secs(30);
    while PgConnection::establish(&url).is_err() {
        assert!(Instant::now() < deadline, "PostgreSQL did not start; see {}", home.join("log").display());
        std::thread::sleep(Duration::from_millis(50));
    }
    // Kept open on purpose until the process ends: closing it is the signal to stop.
    let pipe = shell.stdin.take().expect("the pipe just asked for");
    std::mem::forget(pipe);
    url
}

/// No sync: these databases live for seconds, and tests of durability start a server of their own.
fn server_options() -> Vec<String> {
    [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=300",
        "shared_buffers=64MB",
    ]
    .iter()
    .flat_map(|option| ["-c".to_owned(), (*option).to_owned()])
    .collect()
}
