//! Settings: read once at the start from `turnstone.toml` and the environment, checked, and handed in.
//!
//! Nothing else in the program reads the environment or the settings file. A name that is not known and a
//! value that makes no sense stop the start, all of them named at once ([`problem::Problems`]): a typing
//! mistake should be found by the person who made it and not by a customer's mail a week later.

mod keys;
mod limits;
mod load;
mod parse;
pub mod problem;
mod relay;
pub mod sign_in;
mod source;
mod suggest;
mod types;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use mail_ingest::authentication::Resolver;
use url::Url;

pub use keys::{KEYS, Key, Secrecy};
pub use limits::{Fixed, Limits};
pub use load::{Loaded, load};
pub use problem::Problems;
pub use relay::{Rate, Relay, RelayTls};
pub use sign_in::SignIn;
pub use source::{CommandLine, Effective, Origin};
pub use suggest::closest;
pub use types::{AuditLog, DatabaseUrl, Dkim, IpNet, LmtpBind, LogFormat, Roles, Secret, TlsFiles};

/// Everything the program can be told at its start. Plain values, cheap to clone, no hidden state.
#[derive(Clone, Debug)]
pub struct Config {
    /// Directory of the SQLite database, of large attachments and of the lock of `serve`. Absolute.
    pub data_dir: PathBuf,
    /// Where the tables are.
    pub database: DatabaseUrl,
    /// Address of the pages and the API. Port 0 takes a free one.
    pub web_listen: SocketAddr,
    /// The address people type, without a path: base of all links in mails and of the check of `Origin`.
    pub public_url: Url,
    /// Whether somebody set `public_url`; if not, it follows `web_listen` (see [`Config::bound_to`]).
    pub public_url_is_set: bool,
    /// Certificate and key of `web_listen`; `None` speaks plain HTTP. Also used for STARTTLS.
    pub tls: Option<TlsFiles>,
    /// A plain HTTP listener that answers everything with 308 to `public_url`.
    pub http_redirect_listen: Option<SocketAddr>,
    /// Whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Allows plain HTTP on an address other than loopback.
    pub allow_plain_http: bool,
    /// SMTP listener for a mail server in front.
    pub smtp_listen: Option<SocketAddr>,
    /// LMTP listener for a mail server in front.
    pub lmtp_listen: Option<LmtpBind>,
    /// Names under which the mail server in front says what it found out about a mail's origin.
    pub authserv_id: Vec<String>,
    /// Where the origin of mail from `smtp_listen` is looked up.
    pub dns_resolver: Resolver,
    /// After how many days a filed mail loses its original; `None`: never.
    pub mail_retention_days: Option<u32>,
    /// Where outgoing mail is handed over; `None`: it waits in the outbox.
    pub smtp_relay: Option<Relay>,
    /// Whether the mail server in front takes `support+anything@` for `support@`.
    pub recipient_delimiter: bool,
    /// Limits that an installation may set otherwise.
    pub limits: Limits,
    /// What our mails are signed with.
    pub dkim: Option<Dkim>,
    /// Bearer token of `/metrics`; `None`: the page answers 404.
    pub metrics_token: Option<Secret>,
    /// What seals the passwords of mailboxes and of the relay; `None`: a file in the data directory.
    pub secret_key: Option<Secret>,
    /// By which means people sign in.
    pub sign_in: SignIn,
    /// What this process does.
    pub roles: Roles,
    /// Zone of calendars that name none, and of people who chose none.
    pub time_zone: TimeZone,
    /// The IANA name of `time_zone`.
    pub time_zone_name: String,
    /// Filter of the log, in the syntax of `tracing-subscriber` (`info`, `warn,turnstone::outbox=debug`).
    pub log: String,
    /// One line of text per event, or one line of JSON.
    pub log_format: LogFormat,
    /// Where entries of the audit log go on to.
    pub audit_log: AuditLog,
    /// The settings as they may be shown, and who said each; empty where nobody read any.
    pub shown: std::sync::Arc<Vec<Effective>>,
    /// Delays and limits that only tests shorten; empty in any other build.
    pub test: TestSettings,
}

/// The `[test]` section: accepted by builds with debug assertions only. `None` means the product's value.
#[derive(Clone, Debug, Default)]
pub struct TestSettings {
    /// Waits between two tries of an outgoing mail, in seconds; the last one repeats.
    pub retry_seconds: Option<Vec<u64>>,
    /// After how many seconds of failing an outgoing mail is given up.
    pub give_up_seconds: Option<u64>,
    /// How long to wait for any answer of the relay, in seconds.
    pub relay_timeout_seconds: Option<u64>,
    /// How often the worker looks for due work when nobody wakes it, in milliseconds.
    pub poll_millis: Option<u64>,
    /// Free space in bytes below which no mail is accepted.
    pub disk_reserve_bytes: Option<u64>,
    /// How long a stop waits for work under way, in seconds.
    pub drain_seconds: Option<u64>,
    /// A check that the serving process leaves out, to show that the suite misses it.
    pub leave_out: Option<crate::access::Check>,
}

impl Config {
    /// Settings for tests and for the demo: everything on free loopback ports, below `data_dir`, no relay.
    pub fn for_tests(data_dir: &Path) -> Self {
        let free_port = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        Self {
            data_dir: data_dir.to_path_buf(),
            database: DatabaseUrl::Sqlite(data_dir.join(DatabaseUrl::DEFAULT_FILE)),
            web_listen: free_port,
            public_url: default_public_url(free_port, false),
            public_url_is_set: false,
            tls: None,
            http_redirect_listen: None,
            trusted_proxies: Vec::new(),
            allow_plain_http: false,
            smtp_listen: Some(free_port),
            lmtp_listen: Some(LmtpBind::Tcp(free_port)),
            authserv_id: Vec::new(),
            dns_resolver: Resolver::Off,
            mail_retention_days: None,
            smtp_relay: None,
            recipient_delimiter: true,
            limits: Limits::default(),
            dkim: None,
            metrics_token: None,
            secret_key: None,
            sign_in: SignIn::default(),
            roles: Roles::ALL,
            time_zone: TimeZone::UTC,
            time_zone_name: "UTC".to_owned(),
            log: "warn".to_owned(),
            log_format: LogFormat::Text,
            audit_log: AuditLog::Off,
            shown: std::sync::Arc::default(),
            test: TestSettings::default(),
        }
    }

    /// Tells the configuration which address `web_listen` really got, so that a public URL nobody set
    /// carries the right port after a listener on port 0.
    pub fn bound_to(&mut self, address: SocketAddr) {
        self.web_listen = address;
        if !self.public_url_is_set {
            self.public_url = default_public_url(address, self.tls.is_some());
        }
    }

    /// Whether the file, the environment or the command line says this setting.
    pub fn is_given(&self, key: &str) -> bool {
        self.shown.iter().any(|setting| setting.key == key && setting.origin != Origin::Default)
    }

    /// Whether browsers reach the pages by HTTPS, at our own listener or at a proxy's.
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// Whether `address` belongs to a proxy whose forwarding headers are believed.
    pub fn is_trusted_proxy(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|net| net.contains(address))
    }
}

/// The URL that leads to a listener when nobody said another.
#[expect(clippy::expect_used, reason = "the text is an address and a port, which always is a URL")]
fn default_public_url(listen: SocketAddr, tls: bool) -> Url {
    let scheme = if tls { "https" } else { "http" };
    let url = match listen.ip() {
        ip if ip.is_unspecified() => format!("{scheme}://localhost:{}/", listen.port()),
        _ => format!("{scheme}://{listen}/"),
    };
    Url::parse(&url).expect("an address and a port")
}
