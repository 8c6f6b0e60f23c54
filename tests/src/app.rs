//! Turnstone in the test's own process: an installation of its own, a relay that records, a clock that moves.

use std::ops::Deref;
use std::path::Path;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use diesel::RunQueryDsl;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnstone::access::{self, Actor};
use turnstone::clock::Clock;
use turnstone::config::{Config, DatabaseUrl, Relay, RelayTls, Secret};
use turnstone::db::{Cause, Channel, Db, Priority, Right, Ts};
use turnstone::people::{self, agents::NewAgent, setup::SetUp};
use turnstone::serve::{self, Running};
use turnstone::tickets::open::{OpenInput, open};

use crate::net::wait_until;
use crate::smtp::{Dialogue, Reply};
use crate::smtp_peer::Security;
use crate::{Client, Database, Mail, Postgres, Settings, SmtpPeer};

/// The address of the queue that every installation begins with.
pub const SUPPORT: &str = "support@helpdesk.example";

/// A running installation with the admin `root`, the queue Support and the roles Admin and Agent.
pub struct TestApp {
    /// The relay that takes its mail.
    pub relay: SmtpPeer,
    /// Its clock: the machine's, shifted by what the test says.
    pub clock: Clock,
    /// The admin, with an API token.
    pub root: Person,
    /// The same installation for the command line.
    pub settings: Settings,
    config: Config,
    running: Option<Running>,
}

/// An agent who speaks to the API; what [`Client`] can do, she can.
#[derive(Debug)]
pub struct Person {
    /// Her login.
    pub login: String,
    client: Client,
}

impl Deref for Person {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl TestApp {
    /// Starts an installation on this database.
    pub async fn start(database: Database) -> Self {
        Self::start_with(database, |_| {}).await
    }

    /// Starts an installation whose settings the test changes first.
    pub async fn start_with(database: Database, change: impl FnOnce(&mut Config)) -> Self {
        Self::build(database, Clock::shifted(), change).await
    }

    /// Starts an installation whose clock stands at this instant, e.g. `2026-11-09T10:00:00Z` (a Monday).
    pub async fn start_at(database: Database, instant: &str) -> Self {
        let instant = instant.parse().expect("an instant in RFC 3339");
        Self::build(database, Clock::fixed(instant), |_| {}).await
    }

    /// Starts an installation whose relay protects itself like this; how we meet it is the test's to say.
    pub async fn start_behind(database: Database, security: Security, tls: RelayTls) -> Self {
        let relay = SmtpPeer::start_with(security.clone()).await;
        let change = |config: &mut Config| {
            let Some(relay) = config.smtp_relay.as_mut() else { return };
            relay.tls = tls;
            relay.credentials = security.credentials.map(|(user, password)| (user, Secret::new(password)));
        };
        Self::build_with(database, Clock::shifted(), relay, change).await
    }

    async fn build(database: Database, clock: Clock, change: impl FnOnce(&mut Config)) -> Self {
        let relay = SmtpPeer::start().await;
        Self::build_with(database, clock, relay, change).await
    }

    async fn build_with(
        database: Database,
        clock: Clock,
        relay: SmtpPeer,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let (settings, token) = copy_of_template(database);
        let mut config = Config::for_tests(&settings.data_directory());
        if let Some(url) = settings.postgres_url() {
            config.database = DatabaseUrl::Postgres(url);
        }
        config.smtp_relay = Some(Relay {
            host: relay.address().ip().to_string(),
            port: relay.address().port(),
            tls: RelayTls::None,
            credentials: None,
            connections: Relay::CONNECTIONS,
            rate: None,
            ca: None,
        });
        config.test.retry_seconds = Some(vec![1]);
        config.test.poll_millis = Some(20);
        change(&mut config);
        let running = serve::start(config.clone(), clock.clone()).await.expect("Turnstone starts");
        let base = base_of(&running);
        let root = Person { login: "root".to_owned(), client: Client::with_token(&base, &token) };
        Self { relay, clock, root, settings, config, running: Some(running) }
    }

    /// What the parts of this installation share.
    pub fn desk(&self) -> &turnstone::desk::Desk {
        &self.running().desk
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("it runs until stop")
    }

    /// Where pages and API are, without a final slash.
    pub fn base(&self) -> String {
        base_of(self.running())
    }

    /// Stops it in good order and starts it again on the same data.
    pub async fn restart(&mut self) {
        self.stop().await;
        let running =
            serve::start(self.config.clone(), self.clock.clone()).await.expect("Turnstone restarts");
        let base = base_of(&running);
        self.root.client = Client::with_token(&base, self.root.client.token().expect("the admin's token"));
        self.running = Some(running);
    }

    /// Stops it in good order.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Another node on the same database, which is PostgreSQL, with a data directory of its own; and where its pages are.
    pub async fn another_node(&self) -> (Running, String) {
        let mut config = self.config.clone();
        config.data_dir = self.settings.data_directory().join("another");
        std::fs::create_dir_all(&config.data_dir).expect("a directory");
        let running = serve::start(config, self.clock.clone()).await.expect("another node starts");
        let base = format!("http://{}", running.web.expect("every role runs"));
        (running, base)
    }

    /// Moves its clock and gives deadlines a moment to fire.
    pub async fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
        tokio::time::sleep(Duration::from_millis(120)).await;
    }

    /// A visitor of its pages.
    pub fn visitor(&self) -> Client {
        Client::visitor(&self.base())
    }

    /// A new agent with these roles, with an API token and the tests' common password.
    pub async fn agent(&self, login: &str, roles: &[&str]) -> Person {
        let body = json!({
            "login": login,
            "name": format!("{}{} Agent", login[..1].to_uppercase(), &login[1..]),
            "email": format!("{login}@helpdesk.example"),
            "roles": roles,
            "password": crate::binary::PASSWORD,
        });
        self.root.post("/api/v1/agents", body).await.assert(201);
        let token = self.token(login).await;
        Person { login: login.to_owned(), client: Client::with_token(&self.base(), &token) }
    }

    /// A new API token of this agent.
    pub async fn token(&self, login: &str) -> String {
        let (login, now) = (login.to_owned(), Ts(self.clock.now()));
        let made = self.running().desk.db.write(move |tx| {
            let agent = people::agents::by_login(tx, &login)?;
            people::tokens::create(tx, agent.id, "test", now)
        });
        made.await.expect("a token")
    }

    /// The database behind it, for a test that looks behind the curtain.
    pub fn db(&self) -> &Db {
        &self.running().desk.db
    }

    /// A new role with these rights on one queue (`*` for all).
    pub async fn role(&self, name: &str, queue: &str, rights: &[&str]) {
        let grants = json!([{ "queue": queue, "rights": rights }]);
        let body = json!({ "name": name, "grants": grants, "installation": [] });
        self.root.post("/api/v1/roles", body).await.assert(201);
    }

    /// A new queue at this address.
    pub async fn queue(&self, name: &str, address: &str) {
        let body = json!({ "name": name, "addresses": [address] });
        self.root.post("/api/v1/queues", body).await.assert(201);
    }

    /// Its LMTP listener, greeted.
    pub async fn lmtp(&self) -> Dialogue {
        let address = self.running().lmtp.expect("the tests' configuration listens for LMTP");
        Dialogue::lmtp(address).await.expect("the LMTP listener")
    }

    /// Where its SMTP listener is.
    pub fn smtp_address(&self) -> std::net::SocketAddr {
        self.running().smtp.expect("the tests' configuration listens for SMTP")
    }

    /// Its SMTP listener, greeted.
    pub async fn smtp(&self) -> Dialogue {
        Dialogue::smtp(self.smtp_address()).await.expect("the SMTP listener")
    }

    /// Hands over a mail by LMTP for [`SUPPORT`] and waits until it is processed: its `inbound` record.
    pub async fn deliver(&self, mail: &Mail) -> Value {
        self.deliver_as(mail.sender(), SUPPORT, mail).await
    }

    /// The same with an envelope of the test's own.
    pub async fn deliver_as(&self, from: &str, to: &str, mail: &Mail) -> Value {
        let reply = self.hand_over(from, to, &mail.bytes()).await;
        assert!(reply.is_ok(), "the mail was refused: {reply:?}");
        self.processed(&format!("message_id={}", encoded(mail.id()))).await
    }

    /// Hands over bytes by LMTP and returns the reply.
    pub async fn hand_over(&self, from: &str, to: &str, mail: &[u8]) -> Reply {
        let mut dialogue = self.lmtp().await;
        let reply = dialogue.deliver(from, to, mail).await;
        dialogue.quit().await;
        reply
    }

    /// Waits until the newest inbound mail of this query has a disposition, and returns its record.
    pub async fn processed(&self, query: &str) -> Value {
        let path = format!("/api/v1/inbound?{query}");
        wait_until(&format!("a disposition of inbound?{query}"), Duration::from_secs(20), async || {
            let newest = self.root.get(&path).await.items().into_iter().next()?;
            (!newest["disposition"].is_null()).then_some(newest)
        })
        .await
    }

    /// Waits until `count` mails of this query have a disposition; newest first. A mail can be asked for by its
    /// Message-ID once it has been read.
    pub async fn all_processed(&self, query: &str, count: usize) -> Vec<Value> {
        let path = format!("/api/v1/inbound?{query}");
        wait_until(&format!("{count} dispositions of inbound?{query}"), Duration::from_secs(20), async || {
            let items = self.root.get(&path).await.items();
            let ready = items.iter().all(|item| !item["disposition"].is_null());
            (ready && items.len() >= count).then_some(items)
        })
        .await
    }

    /// Waits until nothing is on its way to the relay, and forgets what came there so far.
    pub async fn hush(&self) {
        self.settle().await;
        self.relay.clear();
    }

    /// Waits until nothing is on its way to the relay.
    pub async fn settle(&self) {
        let sql = "SELECT CAST(count(*) AS BIGINT) AS n FROM outbox WHERE state IN ('due', 'sending')";
        wait_until("an outbox with nothing due", Duration::from_secs(20), async || {
            let waiting = self.db().read(move |conn| Ok(diesel::sql_query(sql).get_result::<Count>(conn)?));
            (waiting.await.ok()?.n == 0).then_some(())
        })
        .await;
    }

    /// A new ticket by mail: its number.
    pub async fn ticket_from(&self, mail: &Mail) -> String {
        let inbound = self.deliver(mail).await;
        assert_eq!(inbound["disposition"], "new", "{inbound}");
        text(&inbound["ticket"])
    }

    /// Writes to `count` people at once, each a ticket of its own, whatever the relay does: faster than by requests.
    pub async fn write_to_many(&self, count: usize, address: impl Fn(usize) -> String) {
        let addresses: Vec<String> = (0..count).map(address).collect();
        for part in addresses.chunks(200) {
            let (part, at) = (part.to_vec(), self.desk().moment());
            let written = self.db().write(move |tx| {
                let root = people::agents::by_login(tx, "root")?.id;
                let actor = Actor::load(tx, root, Cause::Api, at.now)?;
                let queue = turnstone::queues::by_name(tx, "Support")?.id;
                let access = access::for_queue(tx, &actor, queue, Right::Create)?;
                for address in &part {
                    let input = OpenInput {
                        title: "News".to_owned(),
                        customer: turnstone::tickets::Person {
                            name: String::new(),
                            address: address.clone(),
                        },
                        channel: Channel::Mail,
                        body_text: "Something new.".to_owned(),
                        body_html: None,
                        files: Vec::new(),
                        priority: Priority::NORMAL,
                        state: None,
                        hold_seconds: Some(0),
                    };
                    open(tx, &access, &actor, &input, &at)?;
                }
                Ok(())
            });
            written.await.expect("tickets with a mail each");
        }
    }

    /// How many outgoing mails stand in one of these states.
    pub async fn outgoing(&self, states: &[&str]) -> i64 {
        let states: Vec<String> = states.iter().map(|state| format!("'{state}'")).collect();
        let sql =
            format!("SELECT CAST(count(*) AS BIGINT) AS n FROM outbox WHERE state IN ({})", states.join(","));
        self.db()
            .read(move |conn| Ok(diesel::sql_query(sql).get_result::<Count>(conn)?.n))
            .await
            .expect("a count")
    }

    /// The ticket as the admin sees it.
    pub async fn ticket(&self, number: &str) -> Value {
        self.root.get(&format!("/api/v1/tickets/{number}")).await.assert(200).json()
    }

    /// Its articles, oldest first, as the admin sees them.
    pub async fn articles(&self, number: &str) -> Vec<Value> {
        let mut items = self.root.get(&format!("/api/v1/tickets/{number}/articles")).await.items();
        items.sort_by_key(|item| item["created_at"].as_str().unwrap_or_default().to_owned());
        items
    }

    /// All tickets the admin sees, closed ones included.
    pub async fn tickets(&self) -> Vec<Value> {
        self.root.get("/api/v1/tickets?limit=200").await.items()
    }

    /// Waits until the delivery of this article has this state, and returns the article.
    pub async fn delivery(&self, article: &Value, state: &str) -> Value {
        let path = format!("/api/v1/articles/{}", text(&article["id"]));
        wait_until(&format!("delivery {state} of {path}"), Duration::from_secs(20), async || {
            let article = self.root.get(&path).await.assert(200).json();
            (article["delivery"]["state"] == state).then_some(article)
        })
        .await
    }
}

fn base_of(running: &Running) -> String {
    let scheme = if running.desk.config.tls.is_some() { "https" } else { "http" };
    format!("{scheme}://{}", running.web.expect("every role runs"))
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let Some(running) = self.running.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        // Its threads and files would else stay until the whole run ends; one that does not stop in time does.
        tokio::task::block_in_place(|| {
            let _ = runtime.block_on(tokio::time::timeout(Duration::from_secs(3), running.stop()));
        });
    }
}

impl Person {
    /// Answers the customer at once, without the hold; returns the article.
    pub async fn reply(&self, number: &str, text: &str) -> Value {
        let body = json!({ "body_text": text, "hold_seconds": 0 });
        self.post(&format!("/api/v1/tickets/{number}/replies"), body).await.assert(201).json()
    }

    /// Writes a new mail to somebody at once, as a ticket of its own: its number.
    pub async fn write_to(&self, address: &str) -> String {
        let body = json!({ "queue": "Support", "title": "News", "channel": "mail", "hold_seconds": 0,
            "customer": address, "body_text": "Something new." });
        text(&self.post("/api/v1/tickets", body).await.assert(201).json()["number"])
    }

    /// Sets queue, state, owner or priority of a ticket.
    pub async fn set(&self, number: &str, what: &str, value: &str) -> Value {
        let path = format!("/api/v1/tickets/{number}/{what}");
        self.put(&path, json!({ "value": value })).await.assert(200).json()
    }

    /// Takes the lock.
    pub async fn lock(&self, number: &str) -> Value {
        self.put_nothing(&format!("/api/v1/tickets/{number}/lock")).await.assert(200).json()
    }
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

/// A JSON value as it stands in an address: ids are opaque, numbers or strings.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Percent-encodes a query's value.
pub fn encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// An installation that was set up once in this process and is copied since: milliseconds instead of seconds.
struct Template {
    files: Vec<(String, Vec<u8>)>,
    postgres: Option<Postgres>,
    token: String,
}

fn copy_of_template(database: Database) -> (Settings, String) {
    static SQLITE: OnceLock<Template> = OnceLock::new();
    static POSTGRES: OnceLock<Template> = OnceLock::new();
    // Two copies of one PostgreSQL database at once get in each other's way.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let template = match database {
        Database::Sqlite => SQLITE.get_or_init(|| Template::make(database)),
        Database::Postgres => POSTGRES.get_or_init(|| Template::make(database)),
    };
    let postgres = template.postgres.as_ref().map(|postgres| {
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        Postgres::copy_of(postgres.name())
    });
    let settings = Settings::on(postgres);
    let directory = settings.data_directory();
    for (name, content) in &template.files {
        let file = directory.join(name);
        std::fs::create_dir_all(file.parent().expect("below the data directory"))
            .expect("the data directory");
        std::fs::write(file, content).expect("a file of the data directory");
    }
    (settings, template.token.clone())
}

impl Template {
    /// Sets an installation up with the product's own functions, on a thread that no runtime owns.
    fn make(database: Database) -> Self {
        let settings = Settings::new(database);
        let directory = settings.data_directory();
        std::fs::create_dir_all(&directory).expect("the data directory");
        let mut config = Config::for_tests(&directory);
        if let Some(url) = settings.postgres_url() {
            config.database = DatabaseUrl::Postgres(url);
        }
        let made = std::thread::spawn(move || crate::run(set_up(config)));
        let token = made.join().unwrap_or_else(|_| panic!("the set-up failed; its own words are above"));
        // The last connection folds SQLite's log into the file; it may close a moment later than we think.
        let deadline = std::time::Instant::now() + Duration::from_secs(5);
        while directory.join("turnstone.db-wal").exists() && std::time::Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut files = Vec::new();
        read_files(&directory, "", &mut files);
        Self { files, postgres: settings.into_postgres(), token }
    }
}

/// What `turnstone setup` does, and a token of the admin.
async fn set_up(config: Config) -> String {
    let db = Db::open(&config.database, &config.data_dir).expect("the database");
    let hash = people::password::hash_blocking(crate::binary::PASSWORD).expect("a password's hash");
    let setup = SetUp {
        admin: NewAgent {
            login: "root".to_owned(),
            name: "Root Admin".to_owned(),
            email: "root@helpdesk.example".to_owned(),
            roles: Vec::new(),
            password_hash: Some(hash.as_str().to_owned()),
            ..NewAgent::default()
        },
        organisation: "Helpdesk".to_owned(),
        queue: "Support".to_owned(),
        address: SUPPORT.to_owned(),
    };
    let now = Ts(Clock::System.now());
    db.write(move |tx| {
        people::setup::run(tx, &setup, now)?;
        let root = people::agents::by_login(tx, "root")?;
        people::tokens::create(tx, root.id, "test", now)
    })
    .await
    .expect("the set-up")
}

fn read_files(directory: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match std::fs::read(entry.path()) {
            Ok(content) => files.push((name, content)),
            // A directory; sockets and such are no part of an installation.
            Err(_) => read_files(&entry.path(), &format!("{name}/"), files),
        }
    }
}
