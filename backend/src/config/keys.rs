//! The table of all settings: the one list that reading, `config show`, error messages and README agree on.

/// One setting. In the file it is written in lower case, in the environment as `TURNSTONE_NAME`.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The name in capitals, without the prefix.
    pub name: &'static str,
    /// What holds where nobody sets it, in words where it depends on others.
    pub default: &'static str,
    /// What it does, in one sentence.
    pub effect: &'static str,
    /// What of the value must not be shown.
    pub secrecy: Secrecy,
}

/// What of a value must not be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// Nothing.
    Open,
    /// The password of a URL.
    Password,
    /// All of it.
    Whole,
}

const fn key(name: &'static str, default: &'static str, effect: &'static str) -> Key {
    Key { name, default, effect, secrecy: Secrecy::Open }
}

const fn url(name: &'static str, default: &'static str, effect: &'static str) -> Key {
    Key { name, default, effect, secrecy: Secrecy::Password }
}

const fn secret(name: &'static str, default: &'static str, effect: &'static str) -> Key {
    Key { name, default, effect, secrecy: Secrecy::Whole }
}

/// Prefix of every setting in the environment.
pub(super) const PREFIX: &str = "TURNSTONE_";

/// All settings, in the order of the documentation.
pub const KEYS: &[Key] = &[
    key("DATA_DIR", "./turnstone-data", "Directory of the database and of large attachments."),
    url(
        "DATABASE_URL",
        "sqlite:turnstone.db in the data directory",
        "sqlite:PATH, or postgres://USER:PASS@HOST/NAME.",
    ),
    key("WEB_LISTEN", "127.0.0.1:8080", "Address of the pages and the API."),
    key(
        "PUBLIC_URL",
        "the address of WEB_LISTEN",
        "The address people type; base of the links in mails and of the check where a request comes from.",
    ),
    key("TLS_CERT", "none", "Certificate chain (PEM): WEB_LISTEN then speaks HTTPS. Re-read on change."),
    key("TLS_KEY", "none", "Private key (PEM) of TLS_CERT. Re-read on change."),
    key("HTTP_REDIRECT_LISTEN", "off", "A plain HTTP listener that sends browsers to PUBLIC_URL (308)."),
    key(
        "TRUSTED_PROXIES",
        "none",
        "Addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed.",
    ),
    key("ALLOW_PLAIN_HTTP", "false", "Allows plain HTTP on an address other than loopback."),
    key("SMTP_LISTEN", "127.0.0.1:2525", "SMTP listener for the mail server in front; off for none."),
    key("LMTP_LISTEN", "off", "LMTP listener: HOST:PORT or unix:PATH."),
    key(
        "AUTHSERV_ID",
        "none",
        "Names under which the mail server in front writes Authentication-Results; no others are believed.",
    ),
    key(
        "DNS_RESOLVER",
        "system",
        "Where SPF, DKIM and DMARC of mail from SMTP_LISTEN are looked up: system, HOST:PORT, or off.",
    ),
    key(
        "MAIL_RETENTION_DAYS",
        "off: for ever",
        "After so many days a filed mail loses its original and its steps; its ticket and the balance stay.",
    ),
    key(
        "MAX_MAIL_MB",
        "35",
        "The largest mail that is taken from a mail server and by the deliver command, in megabytes; mailboxes have a \
         limit of their own.",
    ),
    key("MAX_ATTACHMENT_MB", "25", "The largest file that somebody attaches here, in megabytes."),
    key("AUTO_RESPONSES_PER_DAY", "5", "So many automatic answers an address gets within 24 hours."),
    url(
        "SMTP_RELAY",
        "none: outgoing mail waits in the outbox",
        "smtp://USER:PASS@HOST:PORT?tls=none|opportunistic|required, or smtps://… for TLS from the first byte; \
         &connections=8 lines at once, &rate=30/min at most, &ca=FILE an authority of your own.",
    ),
    key(
        "RECIPIENT_DELIMITER",
        "+",
        "+ where your mail server takes support+anything@ for support@: mails then name themselves in the envelope, and \
         answers their ticket in the address; else off.",
    ),
    key(
        "DKIM_KEY",
        "none: mails leave unsigned",
        "File (PEM) of the private key, RSA or Ed25519, that signs our mails.",
    ),
    key("DKIM_SELECTOR", "none", "Under which name the key is published: SELECTOR._domainkey.DOMAIN."),
    secret("METRICS_TOKEN", "none: /metrics answers 404", "Bearer token for /metrics."),
    secret(
        "SECRET_KEY",
        "secret.key in the data directory",
        "The key that seals the passwords of mailboxes and of the relay, and second factors: 32 bytes in hexadecimal. Nodes that share a database need the same.",
    ),
    key("BIN_DAYS", "30", "After so many days in the bin a ticket loses its texts, files and people."),
    key(
        "SIGN_IN_FILE",
        "none: passwords that are kept here",
        "File (TOML) of the ways to sign in, in order: local, ldap, oidc.",
    ),
    key(
        "SIGN_IN_TRIES",
        "5",
        "So many wrong passwords an account may have within 15 minutes; then it waits, longer each time.",
    ),
    key("SESSION_IDLE_MINUTES", "480", "Whoever does nothing for so long has to sign in again."),
    key("SESSION_HOURS", "168", "After so many hours everybody has to sign in again."),
    key("ROLES", "web,mail,worker", "What this process does; splitting needs PostgreSQL."),
    key(
        "TIME_ZONE",
        "UTC",
        "IANA name of the zone of the working-time calendar and of people who chose none.",
    ),
    key("LOG", "info", "Log filter, such as warn or info,turnstone::outbox=debug."),
    key("LOG_FORMAT", "text", "text or json."),
    key(
        "AUDIT_LOG",
        "off",
        "Where entries of the audit log go on to: log, syslog, unix:PATH, or udp:HOST:PORT for a syslog server.",
    ),
];

/// Settings of the `[test]` section (`TURNSTONE_TEST_NAME` in the environment).
pub(super) const TEST_KEYS: &[&str] = &[
    "TEST_RETRY_SECONDS",
    "TEST_GIVE_UP_SECONDS",
    "TEST_RELAY_TIMEOUT_SECONDS",
    "TEST_POLL_MILLIS",
    "TEST_DISK_RESERVE_BYTES",
    "TEST_DRAIN_SECONDS",
    "TEST_LEAVE_OUT",
];

/// Whether this build takes the `[test]` section.
pub(super) const TAKES_TEST_SETTINGS: bool = cfg!(debug_assertions);

/// The static name of a setting, if there is such a setting.
pub(super) fn find(name: &str) -> Option<&'static str> {
    let product = KEYS.iter().map(|key| key.name);
    product.chain(TEST_KEYS.iter().copied()).find(|known| *known == name)
}

/// The value of a setting as it may be shown.
pub(super) fn shown(name: &str, value: &str) -> String {
    match KEYS.iter().find(|key| key.name == name).map(|key| key.secrecy) {
        Some(Secrecy::Whole) => "(hidden)".to_owned(),
        Some(Secrecy::Password) => conceal(value),
        Some(Secrecy::Open) | None => value.to_owned(),
    }
}

/// A URL with its password replaced; what is no URL and may hold one is hidden whole.
pub(super) fn conceal(value: &str) -> String {
    if value.contains("password=") {
        return "(hidden)".to_owned();
    }
    // The last @ of all ends the credentials: a password may itself hold an @ or a /.
    let Some((credentials, host)) = value.rsplit_once('@') else { return value.to_owned() };
    let named =
        credentials.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once(':')?.0)));
    match named {
        Some((scheme, user)) => format!("{scheme}://{user}:(hidden)@{host}"),
        None => "(hidden)".to_owned(),
    }
}
