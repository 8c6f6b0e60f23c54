//! Whoever knows a login and guesses at it keeps its owner out of no browser with which she has come in before; and a
//! password that is no longer hers lets nobody in who had it looked at a moment earlier.

use std::time::Instant;

use diesel::RunQueryDsl as _;
use jiff::SignedDuration;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases};
use turnstone::access::Who;
use turnstone::db::{Cause, Ts};
use turnstone::people::{agents, password};

use super::factor::{secret_on, shown};

const KEPT: &str = "turnstone-known";

async fn try_with(browser: &Client, login: &str, password: &str) -> tests::client::Answer {
    browser.get("/login").await.assert(200);
    browser.submit("/login", &[("login", login), ("password", password)]).await
}

/// Guesses at a login until that waits.
async fn guess(browser: &Client, login: &str) -> usize {
    for tries in 0..40 {
        if try_with(browser, login, "a guess at it").await.status == 429 {
            return tries;
        }
    }
    panic!("he guesses on and on");
}

/// What a browser was given to keep.
fn kept(answer: &tests::client::Answer) -> Option<String> {
    let cookies = answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let mut values = cookies.filter_map(|cookie| cookie.strip_prefix(KEPT)?.strip_prefix('='));
    values.next().and_then(|rest| rest.split(';').next()).map(str::to_owned)
}

/// The operator sets another password.
async fn becomes(app: &TestApp, login: &'static str, new: &str) {
    turns_into(app, login, password::hash_blocking(new).unwrap()).await;
}

async fn turns_into(app: &TestApp, login: &'static str, hash: password::Hash) {
    let now = Ts(app.clock.now());
    let set = app.db().write(move |tx| {
        let agent = agents::by_login(tx, login)?;
        agents::set_password(tx, agent.id, &hash, &Who::machine(Cause::Cli), now)
    });
    set.await.unwrap();
}

/// A hash of hers that cost less than passwords do today, always of the same salt; which is then renewed when she comes in.
async fn weakens(app: &TestApp, login: &'static str) -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(1024, 1, 1, None).unwrap());
    let weak = weak.hash_password_with_salt(PASSWORD.as_bytes(), b"sixteen bytes ok").unwrap().to_string();
    let sql = format!("UPDATE agents SET password_hash = '{weak}' WHERE login = '{login}'");
    app.db().write(move |tx| Ok(diesel::sql_query(sql.as_str()).execute(&mut **tx)?)).await.unwrap();
    weak
}

both_databases! {
    async fn a_hash_that_is_made_anew_ends_no_browser_and_refuses_nobody_beside(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let weak = weakens(&app, "dana").await;
        let laptop = app.visitor();
        try_with(&laptop, "dana", PASSWORD).await.assert(303);
        weakens(&app, "dana").await;
        // On the telephone it is made anew once more, by two presses at once.
        let (telephone, tablet) = (app.visitor(), app.visitor());
        let both = tokio::join!(try_with(&telephone, "dana", PASSWORD), try_with(&tablet, "dana", PASSWORD));
        both.0.assert(303);
        both.1.assert(303);
        let now = app.clock.now();
        let stored = app.db().read(move |conn| turnstone::people::sessions::candidate(conn, "dana", now)).await.unwrap();
        let stored = stored.unwrap().1.unwrap();
        assert!(stored != weak && !password::is_weak(&stored), "{stored}");
        assert_eq!(password::mark(&stored), password::mark(&weak));
        let stranger = Client::from_elsewhere(&app.base());
        guess(&stranger, "dana").await;
        try_with(&app.visitor(), "dana", PASSWORD).await.assert(429);
        try_with(&laptop, "dana", PASSWORD).await.assert(303);
    }

    async fn who_came_in_before_is_kept_waiting_by_no_stranger(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let own = app.visitor();
        let first = try_with(&own, "dana", PASSWORD).await;
        let cookie = first.assert(303).headers.get_all("set-cookie").iter().find(|value| {
            value.to_str().is_ok_and(|value| value.starts_with(KEPT))
        });
        let cookie = cookie.expect("something to keep").to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        own.get("/tickets").await.assert(200);
        own.submit("/logout", &[]).await.assert(303);
        let stranger = Client::from_elsewhere(&app.base());
        assert_eq!(guess(&stranger, "dana").await, 5);
        try_with(&app.visitor(), "dana", PASSWORD).await.assert(429);
        try_with(&own, "dana", PASSWORD).await.assert(303);
        own.get("/tickets").await.assert(200);
        // Inside nobody waits for him either.
        own.get("/raise").await.assert(200);
        own.submit("/raise", &[("current", PASSWORD), ("next", "/admin")]).await.assert(303);
        // It is good for no more guesses than any other browser has, and for no other login.
        own.get("/tickets").await.assert(200);
        own.submit("/logout", &[]).await.assert(303);
        assert_eq!(guess(&own, "dana").await, 5);
        app.agent("mira", &["Agent"]).await;
        app.advance(SignedDuration::from_mins(20)).await;
        assert_eq!(guess(&stranger, "mira").await, 5);
        try_with(&own, "mira", PASSWORD).await.assert(429);
    }

    async fn what_a_browser_keeps_is_sealed_and_ends(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let given = kept(&try_with(&app.visitor(), "dana", PASSWORD).await).expect("something to keep");
        let (said, seal) = given.rsplit_once('.').unwrap();
        let (until, nonce) = said.split_once('.').unwrap();
        let later = until.parse::<i64>().unwrap() + 1;
        let forged = [
            format!("{later}.{nonce}.{seal}"),
            format!("{until}.another.{seal}"),
            format!("{said}."),
            format!("{said}.{}", "0".repeat(seal.len())),
            "..".to_owned(),
            "x".repeat(4_000),
        ];
        assert_eq!(guess(&Client::from_elsewhere(&app.base()), "dana").await, 5);
        for value in forged {
            let browser = app.visitor();
            browser.hold(KEPT, &value);
            try_with(&browser, "dana", PASSWORD).await.assert(429);
        }
        let browser = app.visitor();
        browser.hold(KEPT, &given);
        try_with(&browser, "dana", PASSWORD).await.assert(303);
        app.advance(SignedDuration::from_hours(181 * 24)).await;
        assert_eq!(guess(&Client::from_elsewhere(&app.base()), "dana").await, 5);
        let browser = app.visitor();
        browser.hold(KEPT, &given);
        try_with(&browser, "dana", PASSWORD).await.assert(429);
    }

    async fn nothing_is_kept_for_half_a_sign_in(database) {
        let app = TestApp::start(database).await;
        let careful = serde_json::json!({ "name": "Careful", "grants": [], "installation": [] });
        let role = app.root.post("/api/v1/roles", careful).await.assert(201).json();
        let change = serde_json::json!({ "needs_factor": true });
        app.root.patch(&format!("/api/v1/roles/{}", text(&role["id"])), change).await.assert(200);
        app.agent("dana", &["Agent", "Careful"]).await;
        let half = try_with(&app.visitor(), "dana", PASSWORD).await;
        assert!(half.assert(303).location().starts_with("/login/enrolment"), "{}", half.location());
        assert_eq!(kept(&half), None);
    }

    async fn a_password_that_changes_between_two_steps_lets_nobody_in(database) {
        let app = TestApp::start(database).await;
        let careful = serde_json::json!({ "name": "Careful", "grants": [], "installation": [] });
        let role = app.root.post("/api/v1/roles", careful).await.assert(201).json();
        let change = serde_json::json!({ "needs_factor": true });
        app.root.patch(&format!("/api/v1/roles/{}", text(&role["id"])), change).await.assert(200);
        app.agent("dana", &["Agent", "Careful"]).await;
        let browser = app.visitor();
        assert!(try_with(&browser, "dana", PASSWORD).await.assert(303).location().starts_with("/login/enrolment"));
        let secret = secret_on(&browser.get("/login/enrolment").await.assert(200).text());
        becomes(&app, "dana", "another one entirely").await;
        let late = browser.submit("/login/enrolment", &[("code", &shown(&app, &secret, 0))]).await;
        assert!(late.status != 200, "no recovery codes for who is not in");
        assert!(browser.get("/tickets").await.assert(303).location().starts_with("/login"));
    }

    async fn a_password_that_was_given_out_is_chosen_anew_once(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        app.db()
            .write(|tx| Ok(diesel::sql_query("UPDATE agents SET must_change_password = TRUE WHERE login = 'dana'").execute(&mut **tx)?))
            .await
            .unwrap();
        let browser = app.visitor();
        try_with(&browser, "dana", PASSWORD).await.assert(303);
        browser.get("/password/change").await.assert(200);
        // Whoever gave it out gives another one: who holds the old one chooses nothing any more.
        becomes(&app, "dana", "another one entirely").await;
        browser.submit("/password/change", &[("password", "one that a thief chose")]).await;
        assert!(browser.get("/tickets").await.assert(303).location().starts_with("/login"));
        try_with(&app.visitor(), "dana", "one that a thief chose").await.assert(422);
        try_with(&app.visitor(), "dana", "another one entirely").await.assert(303);
    }

    async fn a_password_that_changes_while_it_is_looked_at_lets_nobody_in(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let begun = Instant::now();
        try_with(&app.visitor(), "dana", PASSWORD).await.assert(303);
        let one = begun.elapsed();
        let (mut old, mut refused) = (PASSWORD.to_owned(), 0);
        for round in 0..12 {
            let new = format!("another one entirely {round}");
            // Made beforehand: it takes as long as what it is to be quicker than.
            let hash = password::hash_blocking(&new).unwrap();
            let browser = app.visitor();
            browser.get("/login").await.assert(200);
            let change = async {
                tokio::time::sleep(one * round / 12).await;
                turns_into(&app, "dana", hash).await;
            };
            let fields = [("login", "dana"), ("password", old.as_str())];
            let (answer, ()) = tokio::join!(browser.submit("/login", &fields), change);
            refused += u32::from(answer.status == 422);
            browser.get("/tickets").await.assert(303);
            old = new;
            app.advance(SignedDuration::from_mins(20)).await;
        }
        assert!(refused > 0, "none of them was in time");
    }
}
