//! Settings: what is read, what is refused, and whether the refusal helps.

mod audit_log;
mod completeness;
mod mistakes;
pub mod portable;
mod swaps;

use std::ffi::OsString;
use std::path::PathBuf;

use turnstone::config::{
    CommandLine, Config, DatabaseUrl, IpNet, LmtpBind, Loaded, Problems, RelayTls, Roles, load,
};

fn environment(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs.iter().map(|(name, value)| (format!("TURNSTONE_{name}").into(), value.into())).collect()
}

fn from_environment(pairs: &[(&str, &str)]) -> Result<Loaded, Problems> {
    load(&CommandLine::default(), environment(pairs))
}

fn config(pairs: &[(&str, &str)]) -> Config {
    from_environment(pairs).unwrap_or_else(|problems| panic!("{problems}")).config
}

/// The lines of the refusal, one per problem.
fn refused(pairs: &[(&str, &str)]) -> Vec<String> {
    from_environment(pairs).expect_err("to be refused").0.iter().map(ToString::to_string).collect()
}

/// A refusal of exactly one setting, which names the setting and what it says.
fn refusal(key: &str, value: &str) -> String {
    let lines = refused(&[(key, value)]);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains(key), "{lines:?} does not name {key}");
    lines[0].clone()
}

fn from_file(text: &str, pairs: &[(&str, &str)]) -> Result<Loaded, Problems> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("turnstone.toml");
    std::fs::write(&file, text).unwrap();
    load(&CommandLine { file: Some(file), roles: None }, environment(pairs))
}

#[test]
fn nothing_set_is_a_helpdesk_on_loopback() {
    let config = config(&[]);
    assert_eq!(config.web_listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url.as_str(), "http://127.0.0.1:8080/");
    assert_eq!(config.smtp_listen.unwrap().to_string(), "127.0.0.1:2525");
    assert_eq!(config.lmtp_listen, None);
    assert_eq!(config.smtp_relay, None);
    assert_eq!(config.roles, Roles::ALL);
    assert_eq!(config.time_zone_name, "UTC");
    assert!(config.data_dir.ends_with("turnstone-data"));
    assert_eq!(config.database, DatabaseUrl::Sqlite(config.data_dir.join("turnstone.db")));
}

#[test]
fn the_environment_is_laid_over_the_file_and_the_command_line_over_both() {
    let file = "web_listen = \"127.0.0.1:1000\"\nsmtp_listen = \"off\"\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n";
    let loaded = from_file(file, &[("WEB_LISTEN", "127.0.0.1:2000"), ("ROLES", "web")]).unwrap();
    assert_eq!(loaded.config.web_listen.port(), 2000);
    assert_eq!(loaded.config.smtp_listen, None);
    assert_eq!(loaded.config.trusted_proxies.len(), 2);
    assert_eq!(loaded.config.roles, Roles { web: true, mail: false, worker: false });
    let line = CommandLine { file: None, roles: Some("mail,worker".to_owned()) };
    let config = load(&line, environment(&[("ROLES", "web")])).unwrap().config;
    assert_eq!(config.roles, Roles { web: false, mail: true, worker: true });
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest_known_one() {
    assert!(refused(&[("WEB_LISTN", "127.0.0.1:1")])[0].contains("Did you mean TURNSTONE_WEB_LISTEN?"));
    assert!(refused(&[("REPLAY", "x")])[0].contains("There is no such setting"));
    let problems =
        from_file("smtp_relai = \"x\"\nPUBLIC_URL = \"http://a\"\n[web]\na = 1\n", &[]).unwrap_err();
    let text = problems.to_string();
    assert!(text.contains("smtp_relai") && text.contains("Did you mean smtp_relay?"), "{text}");
    assert!(text.contains("Did you mean public_url?"), "only lower case is a name in the file: {text}");
    assert!(text.contains("[web]"), "{text}");
}

#[test]
fn what_kubernetes_says_about_a_service_called_turnstone_is_no_setting() {
    config(&[("PORT", "tcp://10.0.0.1:80"), ("SERVICE_HOST", "10.0.0.1"), ("PORT_80_TCP_ADDR", "10.0.0.1")]);
}

#[test]
fn all_problems_are_told_at_once() {
    let lines = refused(&[
        ("WEB_LISTEN", "nowhere"),
        ("LOG", "inof"),
        ("ROLES", "wbe"),
        ("TIME_ZONE", "Europe/Viena"),
    ]);
    assert_eq!(lines.len(), 4, "{lines:?}");
    let text = lines.join("\n");
    for hint in ["Did you mean info?", "Did you mean web?", "Did you mean Europe/Vienna?", "127.0.0.1:8080"] {
        assert!(text.contains(hint), "{hint} is missing in {text}");
    }
}

#[test]
fn each_wrong_value_is_refused_with_its_origin() {
    let wrong = [
        ("WEB_LISTEN", "8080"),
        ("WEB_LISTEN", "127.0.0.1"),
        ("WEB_LISTEN", "0.0.0.0:8080"),
        ("PUBLIC_URL", "help.example.org"),
        ("PUBLIC_URL", "https://example.org/helpdesk"),
        ("PUBLIC_URL", "ftp://example.org"),
        ("TLS_CERT", "/etc/cert.pem"),
        ("HTTP_REDIRECT_LISTEN", "127.0.0.1:80"),
        ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("ALLOW_PLAIN_HTTP", "maybe"),
        ("SMTP_LISTEN", "127.0.0.1:8080"),
        ("LMTP_LISTEN", "unix:"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "sqlite::memory:"),
        ("METRICS_TOKEN", "short"),
        ("ROLES", ","),
        ("LOG_FORMAT", "xml"),
        ("LOG", "turnstone=loud"),
        ("TEST_RETRY_SECONDS", "1,soon"),
    ];
    for (key, value) in wrong {
        let line = refusal(key, value);
        assert!(line.contains(&format!("(from TURNSTONE_{key})")), "{line}");
        assert!(line.len() < 400, "{line}");
    }
}

#[test]
fn passwords_are_never_repeated() {
    let hidden = "sesame-street";
    for (key, value) in [
        ("SMTP_RELAY", format!("smtp://anna:{hidden}@mail.example:99999")),
        ("SMTP_RELAY", format!("smtp://anna:{hidden}@@mail.example/x")),
        ("SMTP_RELAY", format!("smtp//anna:{hidden}@mail.example")),
        ("DATABASE_URL", format!("postgres//anna:{hidden}@db/turnstone")),
        ("METRICS_TOKEN", format!("{hidden} with spaces in it")),
    ] {
        let line = refusal(key, &value);
        assert!(!line.contains("sesame"), "{line}");
    }
    let token = format!("{hidden}-{hidden}");
    let loaded = from_environment(&[
        ("SMTP_RELAY", "smtp://anna:sesame%40street@mail.example"),
        ("DATABASE_URL", "postgres://anna:sesame@db/turnstone"),
        ("METRICS_TOKEN", &token),
    ])
    .unwrap();
    let shown = format!("{loaded:?} {}", loaded.config.database);
    assert!(!shown.contains("sesame"), "{shown}");
    let (user, password) = loaded.config.smtp_relay.unwrap().credentials.unwrap();
    assert_eq!((user.as_str(), password.reveal()), ("anna", "sesame@street"));
}

#[test]
fn the_relay_follows_its_grammar() {
    let relay = |text: &str| {
        let relay = config(&[("SMTP_RELAY", text)]).smtp_relay.unwrap();
        (relay.host, relay.port, relay.tls)
    };
    let host = || "mail.example".to_owned();
    assert_eq!(relay("smtp://mail.example"), (host(), 25, RelayTls::Opportunistic));
    assert_eq!(relay("smtp://a:b@mail.example"), (host(), 587, RelayTls::Required));
    assert_eq!(relay("smtp://a:b@mail.example:25?tls=opportunistic"), (host(), 25, RelayTls::Opportunistic));
    assert_eq!(relay("smtp://a:b@127.0.0.1:2500"), ("127.0.0.1".to_owned(), 2500, RelayTls::Opportunistic));
    assert_eq!(relay("smtp://[::1]:2500?tls=none"), ("::1".to_owned(), 2500, RelayTls::None));
    assert_eq!(relay("smtps://mail.example"), (host(), 465, RelayTls::Implicit));
    assert_eq!(config(&[("SMTP_RELAY", "off")]).smtp_relay, None);
    for wrong in [
        "mail.example:25",
        "smtp://",
        "smtp://h?tls=maybe",
        "smtp://h?ssl=1",
        "smtps://h?tls=none",
        "smtp://u@h",
    ] {
        refusal("SMTP_RELAY", wrong);
    }
}

#[test]
fn the_relay_takes_a_number_of_lines_and_a_rate() {
    let relay = |text: &str| config(&[("SMTP_RELAY", text)]).smtp_relay.unwrap();
    let plain = relay("smtp://mail.example");
    assert_eq!((plain.connections, plain.rate), (8, None));
    let both = relay("smtp://mail.example?tls=none&connections=3&rate=30/min");
    assert_eq!((both.connections, both.tls), (3, RelayTls::None));
    assert_eq!(both.rate.unwrap().between(), std::time::Duration::from_secs(2));
    assert_eq!(both.to_string(), "smtp://mail.example:25?tls=none&connections=3&rate=30/min");
    assert_eq!(relay("smtps://mail.example?rate=2/s").to_string(), "smtps://mail.example:465?rate=2/s");
    for wrong in [
        "tls=required&ca=/nowhere/ca.pem",
        // No certificate, and one that nobody would ask for.
        "tls=required&ca=/dev/null",
        "tls=none&ca=/dev/null",
        "connections=0",
        "connections=65",
        "connections=x",
        "rate=0/min",
        "rate=5",
        "rate=5/week",
        "rate=1/s&rate=2/s",
    ] {
        refusal("SMTP_RELAY", &format!("smtp://mail.example?{wrong}"));
    }
}

#[test]
fn a_signing_key_and_its_name_go_together() {
    let dkim =
        config(&[("DKIM_KEY", "/etc/turnstone/dkim.pem"), ("DKIM_SELECTOR", "Desk2026")]).dkim.unwrap();
    assert_eq!((dkim.selector.as_str(), dkim.key.to_str()), ("desk2026", Some("/etc/turnstone/dkim.pem")));
    refusal("DKIM_KEY", "/etc/turnstone/dkim.pem");
    refusal("DKIM_SELECTOR", "desk");
    let lines = refused(&[("DKIM_KEY", "/k"), ("DKIM_SELECTOR", "two words")]);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        config(&[]).recipient_delimiter && !config(&[("RECIPIENT_DELIMITER", "off")]).recipient_delimiter
    );
    refusal("RECIPIENT_DELIMITER", "-");
}

#[test]
fn the_few_limits_can_be_set_and_have_bounds() {
    let usual = config(&[]).limits;
    assert_eq!((usual.mail, usual.attachment), (35 * 1024 * 1024, 25 * 1024 * 1024));
    assert_eq!((usual.auto_responses, usual.sign_in_tries), (5, 5));
    assert_eq!((usual.session_idle.as_hours(), usual.session_longest.as_hours()), (8, 168));
    let set = config(&[
        ("MAX_MAIL_MB", "50"),
        ("MAX_ATTACHMENT_MB", "40"),
        ("AUTO_RESPONSES_PER_DAY", "2"),
        ("SIGN_IN_TRIES", "3"),
        ("SESSION_IDLE_MINUTES", "30"),
        ("SESSION_HOURS", "12"),
    ])
    .limits;
    assert_eq!((set.mail, set.attachment), (50 * 1024 * 1024, 40 * 1024 * 1024));
    assert_eq!((set.auto_responses, set.sign_in_tries), (2, 3));
    assert_eq!((set.session_idle.as_mins(), set.session_longest.as_hours()), (30, 12));
    for (key, wrong) in [
        ("MAX_MAIL_MB", "0"),
        ("MAX_MAIL_MB", "101"),
        ("AUTO_RESPONSES_PER_DAY", "0"),
        ("SIGN_IN_TRIES", "many"),
        ("SESSION_IDLE_MINUTES", "1"),
        ("SESSION_HOURS", "-1"),
    ] {
        refusal(key, wrong);
    }
    let lines = refused(&[("MAX_MAIL_MB", "10")]);
    assert!(lines.join(" ").contains("MAX_ATTACHMENT_MB"), "a file that fits into no mail: {lines:?}");
}

#[test]
fn listeners_may_be_off_or_sockets() {
    assert_eq!(config(&[("SMTP_LISTEN", "off")]).smtp_listen, None);
    let socket = config(&[("LMTP_LISTEN", "unix:/run/turnstone/lmtp")]).lmtp_listen;
    assert_eq!(socket, Some(LmtpBind::Unix(PathBuf::from("/run/turnstone/lmtp"))));
    assert_eq!(config(&[("SMTP_LISTEN", "")]).smtp_listen.unwrap().port(), 2525, "empty means: not set");
}

#[test]
fn a_public_url_nobody_set_follows_the_listener() {
    let mut config = Config::for_tests(&std::env::temp_dir());
    config.bound_to("127.0.0.1:4711".parse().unwrap());
    assert_eq!(config.public_url.as_str(), "http://127.0.0.1:4711/");
}

#[test]
fn networks_hold_what_they_should() {
    let holds = |net: &str, address: &str| net.parse::<IpNet>().unwrap().contains(address.parse().unwrap());
    assert!(holds("10.0.0.0/8", "10.255.0.1"));
    assert!(!holds("10.0.0.0/8", "11.0.0.1"));
    assert!(holds("10.0.0.1", "10.0.0.1") && !holds("10.0.0.1", "10.0.0.2"));
    assert!(holds("0.0.0.0/0", "1.2.3.4") && !holds("0.0.0.0/0", "::1"));
    assert!(holds("10.0.0.0/8", "::ffff:10.1.1.1"), "as a dual-stack listener reports it");
    assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe80::1"));
}

#[test]
fn the_readme_lists_every_setting() {
    let readme = include_str!("../../../README.md");
    for key in turnstone::config::KEYS {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{}`", key.name)));
        assert!(row.is_some(), "README.md has no row for {}", key.name);
    }
}
