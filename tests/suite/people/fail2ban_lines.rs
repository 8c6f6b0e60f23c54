//! A guess at the second factor, and a passkey that is not believed, are lines in the log like a guess at the password:
//! fail2ban reads them.

use std::sync::Arc;

use reqwest::Method;
use tests::binary::PASSWORD;
use tests::client::Answer;
use tests::passkey::{Authenticator, Key};
use tests::{Binary, Client, Database, Settings};
use turnstone::db::Ts;
use turnstone::people::factor;

use super::audit::banned;
use super::factor::secret_on;
use super::passkeys::{ORIGIN, add, asked};

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

#[test]
fn a_passkey_that_is_not_believed_is_a_line_that_fail2ban_understands() {
    tests::run(async {
        for format in ["text", "json"] {
            let settings = Settings::new(Database::Sqlite)
                .with("LOG_FORMAT", format)
                .with("TRUSTED_PROXIES", "127.0.0.1")
                .with("PUBLIC_URL", ORIGIN);
            settings.set_up();
            let server = Binary::serve(&settings).await;
            let browser = Client::visitor(&settings.base());
            browser.sign_in("root", PASSWORD).await;
            browser.get("/preferences/factor").await.assert(200);
            let (mut key, added) = add(&browser, "Laptop").await;
            added.assert(200);
            // Signed by another key; one that nobody knows; and no answer at all.
            let forged = Authenticator { key: Arc::new(Key::p256()), ..key.clone() };
            let unknown = Authenticator { credential: b"another".to_vec(), ..key.clone() };
            let guesser = Client::visitor(&settings.base());
            for liar in [&forged, &unknown] {
                let answer = liar.show(&asked(&guesser, "/login/passkey").await);
                from_there(&guesser, "/login/passkey", &[("answer", &answer)]).await.assert(422);
            }
            from_there(&guesser, "/login/passkey", &[("answer", "{}")]).await.assert(422);
            // As the second step, behind a password that was right.
            let half = from_there(&guesser, "/login", &[("login", "root"), ("password", PASSWORD)]).await;
            assert!(half.assert(303).location().starts_with("/login/factor"), "{}", half.location());
            let answer = forged.show(&asked(&guesser, "/login/factor/passkey").await);
            from_there(&guesser, "/login/factor/passkey", &[("answer", &answer)]).await.assert(422);
            let log = server.log();
            let lines: Vec<&str> = log.lines().filter(|line| line.contains("sign-in failed")).collect();
            let whose = ["root", "passkey?unknown", "passkey?unknown", "root"];
            assert!(
                lines.len() == 4 && lines.iter().zip(whose).all(|(line, login)| line.contains(login)),
                "{log}"
            );
            assert_eq!(banned(&log), [GUESSER; 4], "each once, with the address that the proxy said: {log}");
            // Whoever has the key comes in, and makes no line.
            key.counter += 1;
            let entering = Client::visitor(&settings.base());
            let answer = key.show(&asked(&entering, "/login/passkey").await);
            from_there(&entering, "/login/passkey", &[("answer", &answer)]).await.assert(303);
            assert_eq!(server.log().matches("sign-in failed").count(), 4);
        }
    });
}
