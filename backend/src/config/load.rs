//! From texts to a [`Config`]: each value by itself, then what only holds between them.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::{SignedDuration, tz::TimeZone};
use mail_ingest::authentication::Resolver;

use super::keys::{self, KEYS};
use super::limits::{Fixed, Limits};
use super::problem::{Problem, Problems};
use super::relay::Relay;
use super::sign_in::{self, SignIn};
use super::source::{CommandLine, Effective, Origin, Raw};
use super::types::{AuditLog, DatabaseUrl, Dkim, LmtpBind, LogFormat, Roles, TlsFiles};
use super::{Config, TestSettings, default_public_url, parse};

/// The settings in force, and where each comes from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What the program works with.
    pub config: Config,
    /// The same for people, in the order of the documentation.
    pub settings: Vec<Effective>,
    /// The file that was read, if any.
    pub file: Option<PathBuf>,
}

/// Reads the file, the environment (all of it; only `TURNSTONE_…` counts) and the command line.
///
/// # Errors
/// All names that are not known and all values that can't be used, at once.
pub fn load(
    line: &CommandLine,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Loaded, Problems> {
    let mut reader = Reader { raw: Raw::collect(line, environment) };
    let mut config = reader.config();
    check_together(&config, &mut reader);
    if reader.raw.problems.is_empty() {
        let settings: Vec<Effective> = KEYS.iter().map(|key| reader.effective(key.name, &config)).collect();
        config.shown = std::sync::Arc::new(settings.clone());
        Ok(Loaded { config, settings, file: reader.raw.file })
    } else {
        Err(Problems(reader.raw.problems))
    }
}

struct Reader {
    raw: Raw,
}

impl Reader {
    /// The value of a setting; `fallback` where it is not set or, having noted the problem, not usable.
    fn read<T>(&mut self, key: &'static str, fallback: T, parse: impl Fn(&str) -> Result<T, String>) -> T {
        let Some((text, origin)) = self.raw.values.get(key) else { return fallback };
        match parse(text) {
            Ok(value) => value,
            Err(remedy) => {
                self.raw.problems.push(Problem::of_value(key, text, origin, remedy));
                fallback
            }
        }
    }

    fn is_set(&self, key: &str) -> bool {
        self.raw.values.contains_key(key)
    }

    /// Notes a problem between settings, shown at the one that should change.
    fn complain(&mut self, key: &'static str, remedy: &str) {
        let problem = match self.raw.values.get(key) {
            Some((text, origin)) => Problem::of_value(key, text, origin, remedy),
            None => Problem::of_name(key, &Origin::Default, remedy),
        };
        self.raw.problems.push(problem);
    }

    fn config(&mut self) -> Config {
        let data_dir = self.read("DATA_DIR", absolute("turnstone-data"), parse::path);
        let default_database = DatabaseUrl::Sqlite(data_dir.join(DatabaseUrl::DEFAULT_FILE));
        let database = self.read("DATABASE_URL", default_database, parse::database);
        let web_listen = self.read("WEB_LISTEN", SocketAddr::from(([127, 0, 0, 1], 8080)), parse::listen);
        let tls = self.tls_files();
        let default_url = default_public_url(web_listen, tls.is_some());
        let utc = (TimeZone::UTC, "UTC".to_owned());
        let (time_zone, time_zone_name) = self.read("TIME_ZONE", utc, parse::time_zone);
        let sign_in = self.read("SIGN_IN_FILE", SignIn::default(), sign_in::file);
        let trusted_proxies = self.read("TRUSTED_PROXIES", Vec::new(), parse::networks);
        for certificate in sign_in.certificates() {
            match certificate.presented {
                sign_in::Presented::Listener(_) if tls.is_none() => self.complain(
                    "SIGN_IN_FILE",
                    "A listener that asks for certificates needs one of its own. Set TLS_CERT and TLS_KEY, or let a proxy ask: header and verify_header instead of listen.",
                ),
                sign_in::Presented::Proxy { .. } if trusted_proxies.is_empty() => self.complain(
                    "SIGN_IN_FILE",
                    "Nobody's word about certificates counts yet. Set TRUSTED_PROXIES to the address of the proxy that asks for them.",
                ),
                _ => {}
            }
        }
        let default_smtp = Some(SocketAddr::from(([127, 0, 0, 1], 2525)));
        Config {
            public_url: self.read("PUBLIC_URL", default_url, parse::public_url),
            public_url_is_set: self.is_set("PUBLIC_URL"),
            http_redirect_listen: self.read("HTTP_REDIRECT_LISTEN", None, parse::listen_or_off),
            trusted_proxies,
            allow_plain_http: self.read("ALLOW_PLAIN_HTTP", false, parse::boolean),
            smtp_listen: self.read("SMTP_LISTEN", default_smtp, parse::listen_or_off),
            lmtp_listen: self.read("LMTP_LISTEN", None, parse::lmtp),
            authserv_id: self.read("AUTHSERV_ID", Vec::new(), parse::server_ids),
            dns_resolver: self.read("DNS_RESOLVER", Resolver::System, parse::resolver),
            mail_retention_days: self.read("MAIL_RETENTION_DAYS", None, parse::days_or_off),
            smtp_relay: self.read("SMTP_RELAY", None, |text| match parse::is_off(text) {
                true => Ok(None),
                false => Relay::parse(text).map(Some),
            }),
            recipient_delimiter: self.read("RECIPIENT_DELIMITER", true, |text| match text.trim() {
                "+" => Ok(true),
                text if parse::is_off(text) => Ok(false),
                _ => Err("Write + where your mail server takes support+anything@ for support@, else off."
                    .to_owned()),
            }),
            limits: self.limits(),
            dkim: self.dkim(),
            metrics_token: self.read("METRICS_TOKEN", None, |text| parse::token(text).map(Some)),
            secret_key: self.read("SECRET_KEY", None, |text| parse::key(text).map(Some)),
            sign_in,
            roles: self.read("ROLES", Roles::ALL, parse::roles),
            log: self.read("LOG", "info".to_owned(), parse::log_filter),
            log_format: self.read("LOG_FORMAT", LogFormat::Text, parse::log_format),
            audit_log: self.read("AUDIT_LOG", AuditLog::Off, parse::audit_log),
            shown: std::sync::Arc::default(),
            test: self.test_settings(),
            data_dir,
            database,
            web_listen,
            tls,
            time_zone,
            time_zone_name,
        }
    }

    fn limits(&mut self) -> Limits {
        let usual = Limits::default();
        let megabytes = |text: &str| parse::count(text, 1, 100).map(Limits::megabytes);
        let fixed = Fixed {
            auto_responses: self.is_set("AUTO_RESPONSES_PER_DAY"),
            bin_days: self.is_set("BIN_DAYS"),
            sign_in_tries: self.is_set("SIGN_IN_TRIES"),
            session_idle: self.is_set("SESSION_IDLE_MINUTES"),
            session_longest: self.is_set("SESSION_HOURS"),
        };
        Limits {
            fixed,
            mail: self.read("MAX_MAIL_MB", usual.mail, megabytes),
            attachment: self.read("MAX_ATTACHMENT_MB", usual.attachment, megabytes),
            auto_responses: self
                .read("AUTO_RESPONSES_PER_DAY", usual.auto_responses, |text| parse::count(text, 1, 1_000)),
            bin_days: self.read("BIN_DAYS", usual.bin_days, |text| parse::count(text, 1, 3_650)),
            sign_in_tries: self.read("SIGN_IN_TRIES", usual.sign_in_tries, |text| parse::count(text, 1, 50)),
            session_idle: self.read("SESSION_IDLE_MINUTES", usual.session_idle, |text| {
                parse::count(text, 5, 10_080).map(|minutes| SignedDuration::from_mins(minutes.into()))
            }),
            session_longest: self.read("SESSION_HOURS", usual.session_longest, |text| {
                parse::count(text, 1, 8_784).map(|hours| SignedDuration::from_hours(hours.into()))
            }),
        }
    }

    fn tls_files(&mut self) -> Option<TlsFiles> {
        let some_path = |text: &str| parse::path(text).map(Some);
        let cert = self.read("TLS_CERT", None, some_path);
        let key = self.read("TLS_KEY", None, some_path);
        match (cert, key) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (Some(_), None) => {
                self.complain(
                    "TLS_CERT",
                    "A certificate alone is no use. Set TLS_KEY to its private key as well.",
                );
                None
            }
            (None, Some(_)) => {
                self.complain("TLS_KEY", "A key alone is no use. Set TLS_CERT to its certificate as well.");
                None
            }
            (None, None) => None,
        }
    }

    fn dkim(&mut self) -> Option<Dkim> {
        let key = self.read("DKIM_KEY", None, |text| parse::path(text).map(Some));
        let selector = self.read("DKIM_SELECTOR", None, |text| parse::selector(text).map(Some));
        match (key, selector) {
            (Some(key), Some(selector)) => Some(Dkim { key, selector }),
            (Some(_), None) if !self.is_set("DKIM_SELECTOR") => {
                self.complain(
                    "DKIM_KEY",
                    "Set DKIM_SELECTOR as well: under which name the key is published.",
                );
                None
            }
            (None, Some(_)) if !self.is_set("DKIM_KEY") => {
                self.complain("DKIM_SELECTOR", "Set DKIM_KEY as well: the file of the private key.");
                None
            }
            _ => None,
        }
    }

    fn test_settings(&mut self) -> TestSettings {
        let some = |text: &str| parse::number(text).map(Some);
        TestSettings {
            retry_seconds: self.read("TEST_RETRY_SECONDS", None, |text| parse::numbers(text).map(Some)),
            give_up_seconds: self.read("TEST_GIVE_UP_SECONDS", None, some),
            relay_timeout_seconds: self.read("TEST_RELAY_TIMEOUT_SECONDS", None, some),
            poll_millis: self.read("TEST_POLL_MILLIS", None, some),
            disk_reserve_bytes: self.read("TEST_DISK_RESERVE_BYTES", None, some),
            drain_seconds: self.read("TEST_DRAIN_SECONDS", None, some),
            leave_out: self.read("TEST_LEAVE_OUT", None, |text| text.parse().map(Some)),
        }
    }

    fn effective(&self, key: &'static str, config: &Config) -> Effective {
        match self.raw.values.get(key) {
            Some((text, origin)) => Effective { key, value: keys::shown(key, text), origin: origin.clone() },
            None => Effective { key, value: default_value(key, config), origin: Origin::Default },
        }
    }
}

/// What holds where nobody said anything: the value itself where there is one.
fn default_value(key: &str, config: &Config) -> String {
    match key {
        "DATA_DIR" => config.data_dir.display().to_string(),
        "DATABASE_URL" => config.database.to_string(),
        "PUBLIC_URL" => config.public_url.to_string(),
        _ => KEYS
            .iter()
            .find(|known| known.name == key)
            .map(|known| known.default)
            .unwrap_or_default()
            .to_owned(),
    }
}

fn check_together(config: &Config, reader: &mut Reader) {
    let off_loopback = !config.web_listen.ip().to_canonical().is_loopback();
    if config.roles.web && off_loopback && config.tls.is_none() && !config.allow_plain_http {
        reader.complain(
            "WEB_LISTEN",
            "Passwords would cross the network unencrypted. Set TLS_CERT and TLS_KEY, listen on 127.0.0.1 behind a \
             proxy, or, where the network in front is your own, set ALLOW_PLAIN_HTTP to true.",
        );
    }
    if config.http_redirect_listen.is_some() && !config.is_https() {
        reader.complain(
            "HTTP_REDIRECT_LISTEN",
            "It sends browsers to PUBLIC_URL, which is plain HTTP itself. Set PUBLIC_URL to an https:// address, or write off.",
        );
    }
    if config.tls.is_some() && !config.is_https() {
        reader.complain(
            "PUBLIC_URL",
            "WEB_LISTEN speaks HTTPS (TLS_CERT is set), so this has to begin with https://.",
        );
    }
    if config.limits.attachment > config.limits.mail {
        reader.complain(
            "MAX_ATTACHMENT_MB",
            "No file fits into a mail that is smaller: write no more than MAX_MAIL_MB, or raise that one.",
        );
    }
    let lmtp = match config.lmtp_listen {
        Some(LmtpBind::Tcp(address)) => Some(address),
        _ => None,
    };
    let listeners = [
        ("WEB_LISTEN", Some(config.web_listen)),
        ("HTTP_REDIRECT_LISTEN", config.http_redirect_listen),
        ("SMTP_LISTEN", config.smtp_listen),
        ("LMTP_LISTEN", lmtp),
    ];
    for (index, (key, address)) in listeners.iter().enumerate() {
        let earlier = listeners[..index].iter().find(|(_, other)| other.is_some() && other == address);
        if let (Some((other, _)), Some(address)) = (earlier, address)
            && address.port() != 0
        {
            reader.complain(key, &format!("{other} already listens there. Choose another port."));
        }
    }
}

/// A relative path from the working directory; left as it is where that can't be found out.
fn absolute(path: &str) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path))
}
