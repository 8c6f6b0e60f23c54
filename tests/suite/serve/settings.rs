//! Wrong settings stop the start with a sentence that names key, value and remedy.

use tests::{Database, Settings};

#[test]
fn a_wrong_setting_stops_the_start_with_key_value_and_remedy() {
    let cases = [
        ("WEB_LISTEN", "localhost", "WEB_LISTEN"),
        ("WEB_LISTEN", "0.0.0.0:8080", "ALLOW_PLAIN_HTTP"),
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL"),
        ("TIME_ZONE", "Europe/Atlantis", "TIME_ZONE"),
        ("SMTP_RELAY", "relay.example:25", "SMTP_RELAY"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT"),
        ("PUBLIC_URL", "helpdesk.example", "PUBLIC_URL"),
        ("ROLES", "web,mial", "ROLES"),
        ("WEB_LISTENS", "127.0.0.1:8080", "WEB_LISTEN"),
    ];
    for (key, value, named) in cases {
        let settings = Settings::new(Database::Sqlite).with(key, value);
        let output = settings.run(&["serve"], b"");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{key}={value} was taken");
        assert!(said.contains(key) && said.contains(named), "{key}={value}: {said}");
        // A relay's address may hold a password: it is hidden while it cannot be read.
        let hidden = ["WEB_LISTENS", "SMTP_RELAY", "DATABASE_URL"].contains(&key);
        assert!(said.contains(value) || hidden, "the value is named: {said}");
        assert!(!said.contains("panicked") && said.lines().count() < 8, "{said}");
        assert!(
            !settings.data_directory().exists(),
            "{key}={value}: nothing is made before the settings are right"
        );
    }
}

#[test]
fn a_password_in_a_wrong_setting_is_not_repeated() {
    let settings =
        Settings::new(Database::Sqlite).with("SMTP_RELAY", "smpt://user:hunter2secret@relay.example");
    let output = settings.run(&["serve"], b"");
    assert!(!output.status.success());
    assert!(!String::from_utf8_lossy(&output.stderr).contains("hunter2secret"));
}
