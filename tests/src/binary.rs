//! The real `turnstone`, as an operator runs it: started, asked, killed, restarted.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::net::free_port;
use crate::{Client, Database, Postgres};

/// Where the build puts things: the directory above the test's own executable.
pub fn target_directory() -> PathBuf {
    // …/target/debug/deps/suite-0123 or, for a run by hand, …/target/debug/suite
    let executable = std::env::current_exe().expect("the test's own path");
    let profile = executable.ancestors().find(|path| path.join("deps").is_dir()).expect("cargo's layout");
    profile.parent().expect("cargo's layout").to_owned()
}

fn turnstone() -> PathBuf {
    let executable = std::env::current_exe().expect("the test's own path");
    let profile = executable.ancestors().find(|path| path.join("deps").is_dir()).expect("cargo's layout");
    let binary = profile.join("turnstone");
    assert!(binary.exists(), "{} is missing: cargo build -p turnstone, or use tests/run", binary.display());
    binary
}

/// One installation: data directory, database, addresses and whatever else the environment says.
#[derive(Clone, Debug)]
pub struct Settings {
    environment: BTreeMap<String, String>,
    directory: Arc<TempDir>,
    postgres: Option<Arc<Postgres>>,
    web: SocketAddr,
    smtp: SocketAddr,
    lmtp: SocketAddr,
}

impl Settings {
    /// A fresh installation on free ports, without a relay.
    pub fn new(database: Database) -> Self {
        Self::on((database == Database::Postgres).then(Postgres::new))
    }

    /// An installation on this PostgreSQL database, or on SQLite.
    pub fn on(postgres: Option<Postgres>) -> Self {
        let directory =
            tempfile::Builder::new().prefix("turnstone-test").tempdir().expect("a data directory");
        let address = || SocketAddr::from(([127, 0, 0, 1], free_port()));
        let (web, smtp, lmtp) = (address(), address(), address());
        let postgres = postgres.map(Arc::new);
        let mut settings =
            Self { environment: BTreeMap::new(), directory: Arc::new(directory), postgres, web, smtp, lmtp };
        let data = settings.data_directory().display().to_string();
        settings = settings
            .with("DATA_DIR", &data)
            .with("WEB_LISTEN", &web.to_string())
            .with("PUBLIC_URL", &format!("http://{web}"))
            .with("SMTP_LISTEN", &smtp.to_string())
            .with("LMTP_LISTEN", &lmtp.to_string())
            // No test asks the world for a name.
            .with("DNS_RESOLVER", "off");
        match settings.postgres.as_ref().map(|postgres| postgres.url()) {
            Some(url) => settings.with("DATABASE_URL", &url),
            None => settings,
        }
    }

    /// Sets `TURNSTONE_<key>`.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.environment.insert(format!("TURNSTONE_{key}"), value.to_owned());
        self
    }

    /// The address of its database where that is PostgreSQL.
    pub fn postgres_url(&self) -> Option<String> {
        self.postgres.as_ref().map(|postgres| postgres.url())
    }

    /// Its PostgreSQL database, to be used without the installation.
    pub fn into_postgres(self) -> Option<Postgres> {
        self.postgres.and_then(Arc::into_inner)
    }

    /// The data directory.
    pub fn data_directory(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Where pages and API are.
    pub fn base(&self) -> String {
        format!("http://{}", self.web)
    }

    /// The SMTP listener.
    pub fn smtp(&self) -> SocketAddr {
        self.smtp
    }

    /// The LMTP listener.
    pub fn lmtp(&self) -> SocketAddr {
        self.lmtp
    }

    /// A command of the binary in this installation.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(turnstone());
        command.args(arguments).current_dir(self.directory.path());
        // Nothing of the caller's own installation may leak in.
        for (key, _) in std::env::vars_os() {
            if key.to_string_lossy().starts_with("TURNSTONE_") {
                command.env_remove(key);
            }
        }
        command.envs(&self.environment);
        command
    }

    /// Runs a command to its end with this on standard input.
    pub fn run(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("turnstone");
        // A command that reads nothing closes the pipe; that is its right.
        let _ = child.stdin.take().expect("the pipe just asked for").write_all(input);
        child.wait_with_output().expect("turnstone's output")
    }

    /// Runs a command that must succeed, and returns its standard output.
    pub fn must(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input.as_bytes());
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "turnstone {arguments:?} ended with {}:\n{out}{err}", output.status);
        out.into_owned()
    }

    /// Sets the installation up: admin `root` with the password [`PASSWORD`], the queue Support at
    /// support@helpdesk.example. Returns an API token of the admin.
    pub fn set_up(&self) -> String {
        self.must(
            &[
                "setup",
                "--admin",
                "root",
                "--email",
                "root@helpdesk.example",
                "--password-stdin",
                "--organisation",
                "Helpdesk",
                "--queue",
                "Support",
                "--address",
                "support@helpdesk.example",
            ],
            &format!("{PASSWORD}\n"),
        );
        self.token("root")
    }

    /// A new API token of this agent.
    pub fn token(&self, login: &str) -> String {
        self.must(&["token", "create", "--agent", login, "--name", "test"], "").trim().to_owned()
    }

    /// Adds an agent with the password [`PASSWORD`].
    pub fn agent(&self, login: &str, role: &str) {
        let email = format!("{login}@helpdesk.example");
        self.must(
            &[
                "agent",
                "add",
                "--login",
                login,
                "--name",
                login,
                "--email",
                &email,
                "--role",
                role,
                "--password-stdin",
            ],
            &format!("{PASSWORD}\n"),
        );
    }
}

/// The password of everybody in the tests.
pub const PASSWORD: &str = "correct horse battery staple";

/// A running server of an installation.
#[derive(Debug)]
pub struct Binary {
    /// The installation it serves.
    pub settings: Settings,
    child: Child,
    log: PathBuf,
}

impl Binary {
    /// Starts `turnstone serve` and waits until it is ready.
    ///
    /// # Panics
    /// With its log, when it ends or is not ready within 30 s.
    pub async fn serve(settings: &Settings) -> Self {
        let mut binary = Self::spawn(settings);
        let client = Client::visitor(&settings.base());
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let probe = client.request(reqwest::Method::GET, "/readyz").timeout(Duration::from_secs(5));
            if client.try_send(probe).await.is_ok_and(|answer| answer.status == 200) {
                return binary;
            }
            if let Ok(Some(status)) = binary.child.try_wait() {
                panic!("turnstone serve ended with {status}:\n{}", binary.log());
            }
            assert!(Instant::now() < deadline, "turnstone serve is not ready:\n{}", binary.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Starts `turnstone serve` and waits for nothing.
    pub fn spawn(settings: &Settings) -> Self {
        Self::spawn_as(settings, settings.command(&["serve"]))
    }

    /// Starts `turnstone serve` below strace with these options and waits for nothing.
    pub fn spawn_traced(settings: &Settings, options: &[&str]) -> Self {
        let serve = settings.command(&["serve"]);
        let mut strace = Command::new("strace");
        strace.arg("-f").args(options).arg(serve.get_program()).args(serve.get_args());
        for (key, value) in serve.get_envs() {
            match value {
                Some(value) => strace.env(key, value),
                None => strace.env_remove(key),
            };
        }
        strace.current_dir(settings.directory.path());
        Self::spawn_as(settings, strace)
    }

    fn spawn_as(settings: &Settings, mut command: Command) -> Self {
        let log = settings.directory.path().join("serve.log");
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log).expect("the log");
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("the log"))
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self { settings: settings.clone(), child, log }
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    /// What it said so far, earlier servers of the same installation included.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// kill -9.
    pub fn kill(&mut self) {
        // Below strace the server is a grandchild, which would live on without its tracer.
        let pid = self.child.id();
        let children =
            std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        for child in children.split_whitespace() {
            let _ = Command::new("kill").args(["-KILL", child]).status();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM, and how it ended.
    pub fn terminate(&mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        crate::process::must(Command::new("kill").args(["-TERM", &pid]));
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().expect("our own child") {
                return status;
            }
            assert!(Instant::now() < deadline, "SIGTERM did not end it:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The files of the installation.
    pub fn directory(&self) -> &Path {
        self.settings.directory.path()
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("turnstone serve said:\n{}", self.log());
        }
        self.kill();
    }
}
