//! One function per kind of value: text in, value out, or a sentence that says what to write instead.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use jiff::tz::TimeZone;
use mail_ingest::authentication::Resolver;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::suggest::closest;
use super::types::{AuditLog, DatabaseUrl, IpNet, LmtpBind, LogFormat, Roles, Secret};

type Parsed<T> = Result<T, String>;

/// A path, made absolute so that messages and other processes mean the same place.
pub(super) fn path(text: &str) -> Parsed<PathBuf> {
    std::path::absolute(text).map_err(|error| format!("This is no usable path ({error})."))
}

/// `ADDRESS:PORT`; `localhost` stands for 127.0.0.1.
pub(super) fn listen(text: &str) -> Parsed<SocketAddr> {
    const FORM: &str = "Write it like 127.0.0.1:8080, [::1]:8080, or 0.0.0.0:8080 for all addresses.";
    if let Some(port) = text.strip_prefix("localhost:").and_then(|port| port.parse().ok()) {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    text.parse().map_err(|_| {
        if text.parse::<u16>().is_ok() {
            format!("A port alone says not on which address to listen. {FORM}")
        } else if text.parse::<IpAddr>().is_ok() {
            format!("The port is missing. {FORM}")
        } else {
            format!("This is no numeric address with a port. {FORM}")
        }
    })
}

/// [`listen`], or `off`.
pub(super) fn listen_or_off(text: &str) -> Parsed<Option<SocketAddr>> {
    if is_off(text) {
        return Ok(None);
    }
    listen(text).map(Some).map_err(|remedy| format!("{remedy} For no such listener, write off."))
}

/// `HOST:PORT`, `unix:PATH`, or `off`.
pub(super) fn lmtp(text: &str) -> Parsed<Option<LmtpBind>> {
    match text.strip_prefix("unix:") {
        Some("") => Err("The path is missing. Write it like unix:/run/turnstone/lmtp.".to_owned()),
        Some(socket) => Ok(Some(LmtpBind::Unix(path(socket)?))),
        None => listen_or_off(text)
            .map(|address| address.map(LmtpBind::Tcp))
            .map_err(|remedy| format!("{remedy} For a socket, write unix:/run/turnstone/lmtp.")),
    }
}

/// Names of mail servers as they stand in Authentication-Results, separated by commas or spaces.
pub(super) fn server_ids(text: &str) -> Parsed<Vec<String>> {
    if is_off(text) {
        return Ok(Vec::new());
    }
    let usable = |word: &str| word.chars().all(|c| c.is_ascii_graphic() && !"\"();=".contains(c));
    match words(text).find(|word| !usable(word)) {
        Some(word) => Err(format!("{word:?} is no name of a server. Write it like mx.example.org.")),
        None => Ok(words(text).map(str::to_owned).collect()),
    }
}

/// `system`, `off`, or `HOST:PORT`; the port is 53 where none is named.
pub(super) fn resolver(text: &str) -> Parsed<Resolver> {
    if text.eq_ignore_ascii_case("system") {
        return Ok(Resolver::System);
    }
    if is_off(text) {
        return Ok(Resolver::Off);
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(Resolver::At(SocketAddr::new(address, 53)));
    }
    listen(text).map(Resolver::At).map_err(|_| {
        "Write system, off, or the numeric address of a name server, such as 127.0.0.1:53.".to_owned()
    })
}

/// A number of days, at least one, or `off`.
pub(super) fn days_or_off(text: &str) -> Parsed<Option<u32>> {
    if is_off(text) {
        return Ok(None);
    }
    match text.parse() {
        Ok(days @ 1..=36_500) => Ok(Some(days)),
        _ => Err("Write a number of days from 1 to 36500, or off to keep the originals.".to_owned()),
    }
}

/// `sqlite:PATH` or `postgres://…`.
pub(super) fn database(text: &str) -> Parsed<DatabaseUrl> {
    const FORM: &str = "Write sqlite:/var/lib/turnstone/turnstone.db or postgres://USER:PASS@HOST/NAME.";
    if let Some(file) = text.strip_prefix("sqlite:") {
        let file = file.strip_prefix("//").unwrap_or(file);
        return match file {
            "" => Err(format!("The file is missing. {FORM}")),
            ":memory:" => Err(format!("Tickets need a file that outlives the process. {FORM}")),
            file => path(file).map(DatabaseUrl::Sqlite),
        };
    }
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return postgres(text);
    }
    Err(format!("This is neither a SQLite file nor a PostgreSQL server. {FORM}"))
}

fn postgres(text: &str) -> Parsed<DatabaseUrl> {
    // Looked for as text: libpq's URLs know several hosts and none, which a strict URL parser refuses.
    let wants_tls = ["sslmode=require", "sslmode=verify-ca", "sslmode=verify-full"]
        .iter()
        .any(|mode| text.contains(mode));
    if wants_tls && !cfg!(feature = "pg-tls") {
        return Err("This build speaks no TLS to PostgreSQL. Use a package or image with it, build with \
                    --features pg-tls, or remove sslmode for a server on this machine."
            .to_owned());
    }
    Ok(DatabaseUrl::Postgres(text.to_owned()))
}

/// An `http` or `https` address without path.
pub(super) fn public_url(text: &str) -> Parsed<Url> {
    const FORM: &str = "Write it like https://help.example.org.";
    let url = Url::parse(text).map_err(|error| format!("This is no URL ({error}). {FORM}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(format!("Browsers need http:// or https:// and a host. {FORM}"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("The pages lie at the root of a host: remove what follows its name. {FORM}"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("A user or password doesn't belong here. {FORM}"));
    }
    Ok(url)
}

/// `true` or `false`, in the spellings people use.
pub(super) fn boolean(text: &str) -> Parsed<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err("Write true or false.".to_owned()),
    }
}

/// Addresses and networks, separated by commas or spaces.
pub(super) fn networks(text: &str) -> Parsed<Vec<IpNet>> {
    words(text)
        .map(|word| {
            word.parse().map_err(|()| {
                format!(
                    "{word:?} is no address and no network. Write them like 10.0.0.5, 10.1.0.0/16, fd00::/8."
                )
            })
        })
        .collect()
}

/// `web`, `mail`, `worker`, separated by commas; `all` for the three.
pub(super) fn roles(text: &str) -> Parsed<Roles> {
    let mut roles = Roles { web: false, mail: false, worker: false };
    for word in words(text) {
        match word.to_ascii_lowercase().as_str() {
            "web" => roles.web = true,
            "mail" => roles.mail = true,
            "worker" => roles.worker = true,
            "all" => roles = Roles::ALL,
            other => return Err(unknown_word(other, &["web", "mail", "worker", "all"])),
        }
    }
    match roles {
        Roles { web: false, mail: false, worker: false } => {
            Err("No role is left to do. Write one or more of web,mail,worker.".to_owned())
        }
        roles => Ok(roles),
    }
}

/// A zone of the IANA database with its exact name.
pub(super) fn time_zone(text: &str) -> Parsed<(TimeZone, String)> {
    let zone = TimeZone::get(text).map_err(|_| {
        let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        let hint =
            closest(text, names.iter().map(String::as_str)).map(|name| format!(" Did you mean {name}?"));
        format!(
            "There is no such time zone.{} Write an IANA name such as Europe/Vienna.",
            hint.unwrap_or_default()
        )
    })?;
    let name = zone.iana_name().unwrap_or(text).to_owned();
    Ok((zone, name))
}

/// A filter in the syntax of `tracing-subscriber`.
pub(super) fn log_filter(text: &str) -> Parsed<String> {
    const LEVELS: &[&str] = &["off", "error", "warn", "info", "debug", "trace"];
    // A lone word would be taken for the name of a module: `LOG=inof` would then silence everything.
    if text.chars().all(|c| c.is_ascii_alphanumeric())
        && !LEVELS.contains(&text.to_ascii_lowercase().as_str())
    {
        return Err(unknown_word(text, LEVELS));
    }
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!(
            "This is no log filter ({error}). Write it like info or warn,turnstone::outbox=debug."
        )),
    }
}

/// `text` or `json`.
pub(super) fn log_format(text: &str) -> Parsed<LogFormat> {
    match text.to_ascii_lowercase().as_str() {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        other => Err(unknown_word(other, &["text", "json"])),
    }
}

/// `off`, `log`, `syslog`, `unix:PATH` or `udp:HOST:PORT`.
pub(super) fn audit_log(text: &str) -> Parsed<AuditLog> {
    if is_off(text) {
        return Ok(AuditLog::Off);
    }
    match text {
        "log" => Ok(AuditLog::Log),
        "syslog" => Ok(AuditLog::Socket(PathBuf::from("/dev/log"))),
        _ => {
            if let Some(path) = text.strip_prefix("unix:") {
                return self::path(path).map(AuditLog::Socket);
            }
            let address = text.strip_prefix("udp:").and_then(|address| address.parse().ok());
            address.map(AuditLog::Udp).ok_or_else(|| {
                "Write log, syslog, unix:/dev/log, udp:192.0.2.1:514 (a numeric address), or off.".to_owned()
            })
        }
    }
}

/// A bearer token that can't be guessed.
pub(super) fn token(text: &str) -> Parsed<Secret> {
    if text.chars().count() < 16 {
        return Err("It is too short to keep a stranger out. Use 16 characters or more, such as from: openssl rand -hex 24".to_owned());
    }
    if !text.chars().all(|c| c.is_ascii_graphic()) {
        return Err(
            "It holds characters that can't stand in a header. Use letters, digits and punctuation only."
                .to_owned(),
        );
    }
    Ok(Secret::new(text))
}

/// 32 bytes in hexadecimal.
pub(super) fn key(text: &str) -> Parsed<Secret> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Secret::new(text));
    }
    Err("It has to be 64 hexadecimal digits, such as from: openssl rand -hex 32".to_owned())
}

/// Whole numbers, separated by commas or spaces; at least one.
pub(super) fn numbers(text: &str) -> Parsed<Vec<u64>> {
    let numbers: Parsed<Vec<u64>> = words(text).map(number).collect();
    numbers.and_then(
        |list| if list.is_empty() { Err("Write at least one number.".to_owned()) } else { Ok(list) },
    )
}

/// A whole number.
pub(super) fn number(text: &str) -> Parsed<u64> {
    text.parse().map_err(|_| "Write a whole number.".to_owned())
}

/// A whole number between two others, both included.
pub(super) fn count(text: &str, least: u16, most: u16) -> Parsed<u16> {
    match text.trim().parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("Write a whole number from {least} to {most}.")),
    }
}

/// The name under which a DKIM key is published.
pub(super) fn selector(text: &str) -> Parsed<String> {
    let labels = text.split('.');
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    if labels.clone().count() <= 4 && labels.into_iter().all(is_label) {
        return Ok(text.to_ascii_lowercase());
    }
    Err("A selector is a word of letters, digits and hyphens, such as turnstone or mail2026.".to_owned())
}

/// Whether a value says that the thing is not wanted.
pub(super) fn is_off(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "off" | "none")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty())
}

fn unknown_word(word: &str, known: &[&str]) -> String {
    let hint =
        closest(word, known.iter().copied()).map(|name| format!(" Did you mean {name}?")).unwrap_or_default();
    format!("{word:?} is not known.{hint} Write one of {}.", known.join(", "))
}
