//! A guess at the second factor is a line in the log like a guess at the password: fail2ban reads it.

use reqwest::Method;
use tests::binary::PASSWORD;
use tests::client::Answer;
use tests::{Binary, Client, Database, Settings};
use turnstone::db::Ts;
use turnstone::people::factor;

use super::audit::banned;
use super::factor::secret_on;

/// Whoever guesses, as the proxy in front says.
const GUESSER: &str = "192.0.2.7";

/// What the app shows `later` steps from now.
fn code(secret: &[u8], later: i64) -> String {
    factor::code(secret, factor::step(Ts(jiff::Timestamp::now())) + later)
}

/// Six digits that the app shows neither now nor soon.
fn wrong(secret: &[u8]) -> &'static str {
    let shown: Vec<String> = (-5..=5).map(|later| code(secret, later)).collect();
    let candidates = ["000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777"];
    candidates.into_iter().find(|one| !shown.iter().any(|code| code == one)).expect("a wrong code")
}

/// Root's secret, set up in the preferences of another browser.
async fn with_factor(base: &str) -> Vec<u8> {
    let browser = Client::visitor(base);
    browser.sign_in("root", PASSWORD).await;
    browser.get("/preferences/factor").await.assert(200);
    browser.submit("/preferences/factor", &[("current", PASSWORD)]).await.assert(303);
    let secret = secret_on(&browser.get("/preferences/factor").await.text());
    let done = browser.submit("/preferences/factor/confirmation", &[("code", &code(&secret, 0))]).await;
    done.assert(200);
    secret
}

/// Sends a form from where the guesser is.
async fn from_there(visitor: &Client, path: &str, form: &[(&str, &str)]) -> Answer {
    let request = visitor.request(Method::POST, path).header("x-forwarded-for", GUESSER).form(&form);
    visitor.send(request).await
}

#[test]
fn a_wrong_code_behind_a_right_password_is_a_line_that_fail2ban_understands() {
    tests::run(async {
        for format in ["text", "json"] {
            let settings = Settings::new(Database::Sqlite)
                .with("LOG_FORMAT", format)
                .with("TRUSTED_PROXIES", "127.0.0.1");
            settings.set_up();
            let server = Binary::serve(&settings).await;
            let secret = with_factor(&settings.base()).await;
            let visitor = Client::visitor(&settings.base());
            visitor.get("/login").await.assert(200);
            let half = from_there(&visitor, "/login", &[("login", "root"), ("password", PASSWORD)]).await;
            assert!(half.assert(303).location().starts_with("/login/factor"), "{}", half.location());
            let so_far = server.log();
            assert!(!so_far.contains("sign-in failed"), "the password was right: {so_far}");
            for code in [wrong(&secret), "not-a-code"] {
                from_there(&visitor, "/login/factor", &[("code", code)]).await.assert(422);
            }
            let log = server.log();
            let lines: Vec<&str> = log.lines().filter(|line| line.contains("sign-in failed")).collect();
            assert_eq!(lines.len(), 2, "{log}");
            assert!(lines.iter().all(|line| line.contains("root") && !line.contains("not-a-code")), "{log}");
            assert_eq!(banned(&log), [GUESSER, GUESSER], "{log}");
            // As a file of syslog's, too.
            let syslog = log.lines().map(|line| format!("Nov 27 08:00:00 desk turnstone[12]: {line}\n"));
            assert_eq!(banned(&syslog.collect::<String>()), [GUESSER, GUESSER], "{log}");
            // Whoever comes in makes none.
            from_there(&visitor, "/login/factor", &[("code", &code(&secret, 1))]).await.assert(303);
            assert_eq!(server.log().matches("sign-in failed").count(), 2);
        }
    });
}
