//! Passkeys: kept, named and taken away; alone, as a second step, and in place of the password once more.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::passkey::{Authenticator, Key, PRESENT};
use tests::{Client, Database, both_databases};
use turnstone::config::sign_in::Method;
use turnstone::db::Ts;
use turnstone::people::{agents, factor, passkeys};

/// Where the browsers of these tests are.
pub(super) const ORIGIN: &str = "http://localhost:4321";

async fn app(database: Database) -> TestApp {
    TestApp::start_with(database, |config| {
        config.public_url = ORIGIN.parse().unwrap();
        config.public_url_is_set = true;
    })
    .await
}

/// What the script fetches.
pub(super) async fn asked(browser: &Client, form: &str) -> Value {
    ask(browser, form).await.assert(200).json()
}

async fn ask(browser: &Client, form: &str) -> tests::client::Answer {
    let request = browser.request(reqwest::Method::POST, &format!("{form}/challenge"));
    browser.send(request.header("X-CSRF-Token", browser.csrf()).header("Accept", "application/json")).await
}

/// A passkey whose authenticator does not count, so that nothing but the challenge keeps a second answer out.
async fn uncounted(browser: &Client) -> Authenticator {
    let mut key = Authenticator::new(ORIGIN);
    let made = key.make(&asked(browser, "/preferences/passkeys").await);
    browser.submit("/preferences/passkeys", &[("answer", &made), ("name", "Synced")]).await;
    key
}

/// A challenge for two who hold the same cookie: what is asked, and both.
async fn held_by_two(first: Client, second: Client) -> (Value, Client, Client) {
    let said = ask(&first, "/login/passkey").await;
    let cookie = said.assert(200).header("set-cookie");
    let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
    second.hold(name, value);
    (said.json(), first, second)
}

/// How many of two get in with the same answer, sent at once.
async fn entered(answer: &str, (first, second): (&Client, &Client)) -> usize {
    let fields = [("answer", answer)];
    let both =
        tokio::join!(first.submit("/login/passkey", &fields), second.submit("/login/passkey", &fields));
    [both.0, both.1].iter().filter(|answer| answer.status == 303).count()
}

/// Somebody who has signed in with his password.
async fn signed_in(app: &TestApp, login: &str) -> Client {
    let browser = app.visitor();
    browser.sign_in(login, PASSWORD).await;
    browser.get("/preferences/factor").await.assert(200);
    browser
}

/// Adds a passkey in the preferences: it, and the page that follows.
pub(super) async fn add(browser: &Client, name: &str) -> (Authenticator, tests::client::Answer) {
    let mut authenticator = Authenticator { counter: 1, ..Authenticator::new(ORIGIN) };
    let made = authenticator.make(&asked(browser, "/preferences/passkeys").await);
    let answer = browser.submit("/preferences/passkeys", &[("answer", &made), ("name", name)]).await;
    (authenticator, answer)
}

/// Shows a passkey at a form.
async fn show(browser: &Client, form: &str, authenticator: &mut Authenticator) -> tests::client::Answer {
    authenticator.counter += 1;
    let answer = authenticator.show(&asked(browser, form).await);
    browser.submit(form, &[("answer", &answer), ("next", "/search")]).await
}

/// As far as the password leads.
async fn half(app: &TestApp, login: &str) -> Client {
    let visitor = app.visitor();
    visitor.get("/login").await.assert(200);
    let answer = visitor.submit("/login", &[("login", login), ("password", PASSWORD)]).await;
    assert!(answer.assert(303).location().starts_with("/login/"), "{}", answer.location());
    visitor
}

fn codes_on(page: &str) -> Vec<String> {
    let list = page.split("<ul class=\"codes mono\">").nth(1).and_then(|rest| rest.split("</ul>").next());
    let items = list.expect("codes").split("<li>").skip(1);
    items.filter_map(|item| item.split('<').next()).map(str::to_owned).collect()
}

/// The first passkey's id, as the page of the preferences says it.
async fn first_id(browser: &Client) -> String {
    let page = browser.get("/preferences/factor").await.assert(200).text();
    let id = page.split("action=\"/preferences/passkeys/").nth(1).and_then(|rest| rest.split('"').next());
    id.expect("a passkey").to_owned()
}

/// What the audit log says was tried in vain, and of whom.
async fn failures(app: &TestApp) -> Vec<String> {
    let rows = app.root.get("/api/v1/audit?kind=sign_in_failed").await.items();
    rows.iter().map(|row| text(&row["subject"])).collect()
}

/// Runs the command line.
async fn run(app: &TestApp, arguments: &'static [&'static str]) {
    let settings = app.settings.clone();
    tokio::task::spawn_blocking(move || settings.must(arguments, "")).await.unwrap();
}

both_databases! {
    async fn one_is_added_named_used_and_taken_away(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        assert!(!app.visitor().get("/login").await.text().contains("/login/passkey"), "nobody has one");
        let browser = signed_in(&app, "dana").await;
        let nameless = browser.submit("/preferences/passkeys", &[("answer", "{}"), ("name", " ")]).await;
        assert!(nameless.assert(422).text().contains("Give it a name"), "{}", nameless.text());
        let (mut key, added) = add(&browser, "Laptop").await;
        assert_eq!(codes_on(&added.assert(200).text()).len(), 10);
        // A second one brings no new codes, and no device is asked for two.
        let asked_again = asked(&browser, "/preferences/passkeys").await;
        assert_eq!(asked_again["excludeCredentials"][0]["id"], tests::passkey::written(&key.credential));
        let (_, second) = add(&browser, "Key").await;
        assert_eq!(second.assert(303).location(), "/preferences/factor#passkeys");
        let page = browser.get("/preferences/factor").await.assert(200).text();
        assert!(page.contains("Laptop") && page.contains("Key") && page.contains("Not used yet"), "{page}");
        assert!(page.contains("10 recovery codes are left."), "{page}");

        let id = first_id(&browser).await;
        let path = format!("/preferences/passkeys/{id}");
        browser.submit(&path, &[("name", "")]).await.assert(422);
        browser.submit(&path, &[("name", "Old laptop")]).await.assert(303);
        assert!(browser.get("/preferences/factor").await.text().contains("Old laptop"));

        // Alone, by whoever it may be.
        let visitor = app.visitor();
        assert!(visitor.get("/login").await.text().contains("action=\"/login/passkey\""));
        let entered = show(&visitor, "/login/passkey", &mut key).await;
        assert_eq!((entered.assert(303).location(), key.handle.is_some()), ("/search".to_owned(), true));
        visitor.get("/tickets").await.assert(200);
        let rows = app.root.get("/api/v1/audit?kind=sign_in").await.items();
        assert!(text(&rows[0]["detail"]).ends_with(" by passkey"), "{}", rows[0]);
        assert!(!browser.get("/preferences/factor").await.text().contains("Old laptop</b><span class=\"small quiet\">Not used yet"));

        // New recovery codes ask for the password, and say at their own field when it is not right.
        let wrong = browser.submit("/preferences/factor/codes", &[("current", "not it, not it")]).await;
        assert_eq!(wrong.assert(422).text().matches("aria-invalid").count(), 1);
        let renewed = browser.submit("/preferences/factor/codes", &[("current", PASSWORD)]).await;
        assert_eq!(codes_on(&renewed.assert(200).text()).len(), 10);

        // Others find nothing to rename or to take away.
        app.agent("mira", &["Agent"]).await;
        let mira = signed_in(&app, "mira").await;
        mira.submit(&path, &[("name", "Mine")]).await.assert(404);
        mira.submit(&format!("{path}/end"), &[]).await.assert(404);

        browser.get("/preferences/factor").await.assert(200);
        browser.submit(&format!("{path}/end"), &[]).await.assert(303);
        assert_eq!(visitor.get("/tickets").await.status, 303, "what it let in is out again");
        let gone = show(&app.visitor(), "/login/passkey", &mut key).await;
        assert!(gone.assert(422).text().contains("not known here"), "{}", gone.text());
        let last = format!("/preferences/passkeys/{}/end", first_id(&browser).await);
        browser.submit(&last, &[]).await.assert(303);
        // With the last one the recovery codes are gone as well: the password alone is enough again.
        app.visitor().sign_in("dana", PASSWORD).await;
        let rows = app.root.get("/api/v1/audit?kind=factor").await.items();
        // Between them stand the new recovery codes, of which no more is said.
        let changes = rows.iter().filter(|row| !row["before"].is_null());
        let told: Vec<(&Value, &Value)> = changes.map(|row| (&row["before"]["passkeys"], &row["after"]["passkeys"])).collect();
        let names = [json!([]), json!(["Laptop"]), json!(["Laptop", "Key"]), json!(["Old laptop", "Key"]), json!(["Key"]), json!([])];
        let expected: Vec<(&Value, &Value)> = names.windows(2).rev().map(|pair| (&pair[0], &pair[1])).collect();
        assert_eq!(told, expected);
        let said = json!(rows).to_string();
        assert!(!said.contains(&tests::passkey::written(&key.credential)), "{said}");
    }

    async fn it_is_the_second_step_behind_the_password(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        let browser = signed_in(&app, "dana").await;
        let (mut key, added) = add(&browser, "Laptop").await;
        let codes = codes_on(&added.text());
        let visitor = half(&app, "dana").await;
        assert_eq!(visitor.get("/tickets").await.status, 303, "the password alone leads nowhere");
        let page = visitor.get("/login/factor").await.assert(200).text();
        assert!(page.contains("action=\"/login/factor/passkey\"") && page.contains("Recovery code"), "{page}");
        // Having it is enough here, once the password was right.
        key.flags = PRESENT;
        let options = asked(&visitor, "/login/factor/passkey").await;
        assert_eq!((&options["userVerification"], options["allowCredentials"].as_array().map(Vec::len)), (&json!("preferred"), Some(1)));
        assert_eq!(show(&visitor, "/login/factor/passkey", &mut key).await.assert(303).location(), "/search");
        visitor.get("/tickets").await.assert(200);
        // Recovery codes do without any device, and once.
        half(&app, "dana").await.submit("/login/factor", &[("code", &codes[0])]).await.assert(303);
        half(&app, "dana").await.submit("/login/factor", &[("code", &codes[0])]).await.assert(422);
        // Somebody else's is no second step, however well it signs.
        app.agent("mira", &["Agent"]).await;
        let (mut foreign, _) = add(&signed_in(&app, "mira").await, "Hers").await;
        let refused = show(&half(&app, "dana").await, "/login/factor/passkey", &mut foreign).await;
        assert!(refused.assert(422).text().contains("is not yours"), "{}", refused.text());
        assert_eq!(failures(&app).await[0], "dana");
        // Alone it does not do without the fingerprint.
        let alone = show(&app.visitor(), "/login/passkey", &mut key).await;
        assert!(alone.assert(422).text().contains("did not ask for fingerprint"), "{}", alone.text());
        assert!(!alone.text().contains("aria-invalid"), "nothing that was typed is wrong");
        // Both factors stand side by side, and each goes by itself.
        browser.get("/preferences/factor").await.assert(200);
        browser.submit("/preferences/factor", &[("current", PASSWORD)]).await.assert(303);
        let page = browser.get("/preferences/factor").await.text();
        let typed = page.split("<code class=\"mono\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a secret");
        let secret = data_encoding::BASE32_NOPAD.decode(typed.replace(' ', "").as_bytes()).unwrap();
        let code = |later: i64| factor::code(&secret, factor::step(Ts(app.clock.now())) + later);
        let confirmed = browser.submit("/preferences/factor/confirmation", &[("code", &code(0))]).await;
        assert!(!confirmed.assert(200).text().contains("codes mono"), "the recovery codes of the passkey stay");
        half(&app, "dana").await.submit("/login/factor", &[("code", &code(1))]).await.assert(303);
        browser.submit("/preferences/factor/end", &[("current", PASSWORD)]).await.assert(303);
        show(&half(&app, "dana").await, "/login/factor/passkey", &mut key).await.assert(303);
        half(&app, "dana").await.submit("/login/factor", &[("code", &codes[1])]).await.assert(303);
    }

    async fn a_challenge_is_answered_once_soon_and_for_what_it_was_made(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        let browser = signed_in(&app, "dana").await;
        let (mut key, _) = add(&browser, "Laptop").await;
        let refuse = async |visitor: &Client, form: &str, answer: &str| {
            let said = visitor.submit(form, &[("answer", answer)]).await;
            assert!(said.assert(422).text().contains("took too long, or was answered"), "{}", said.text());
            visitor.get("/tickets").await.assert(303);
        };
        // Twice.
        let visitor = app.visitor();
        let first = key.show(&asked(&visitor, "/login/passkey").await);
        let again = app.visitor();
        asked(&again, "/login/passkey").await;
        refuse(&again, "/login/passkey", &first).await;
        // It was made for another browser, and that spent it.
        refuse(&visitor, "/login/passkey", &first).await;
        // By nobody.
        key.counter += 1;
        let own = json!({ "challenge": tests::passkey::written(&[7; 32]) });
        refuse(&visitor, "/login/passkey", &key.show(&own)).await;
        // Late.
        let late = app.visitor();
        let options = asked(&late, "/login/passkey").await;
        app.advance(SignedDuration::from_mins(5)).await;
        refuse(&late, "/login/passkey", &key.show(&options)).await;
        // For the second step, where it was made for the first, and the other way round.
        app.advance(SignedDuration::from_mins(20)).await;
        let waits = half(&app, "dana").await;
        let options = asked(&waits, "/login/factor/passkey").await;
        refuse(&waits, "/login/passkey", &key.show(&options)).await;
        let options = asked(&waits, "/login/passkey").await;
        let said = waits.submit("/login/factor/passkey", &[("answer", &key.show(&options))]).await;
        assert!(said.assert(422).text().contains("took too long, or was answered"), "{}", said.text());
        // For a new passkey, where one was to be shown, and the other way round: by the same session.
        browser.get("/raise").await.assert(200);
        browser.submit("/raise", &[("current", PASSWORD)]).await.assert(303);
        browser.get("/preferences/factor").await.assert(200);
        let made = Authenticator::new(ORIGIN).make(&asked(&browser, "/raise/passkey").await);
        let said = browser.submit("/preferences/passkeys", &[("answer", &made), ("name", "Other")]).await;
        assert!(said.assert(422).text().contains("took too long, or was answered"), "{}", said.text());
        let options = asked(&browser, "/preferences/passkeys").await;
        let said = browser.submit("/raise/passkey", &[("answer", &key.show(&options))]).await;
        assert!(said.assert(422).text().contains("took too long, or was answered"), "{}", said.text());
        // Of two that were asked for before there was one, the second has another name for her.
        app.agent("mira", &["Agent"]).await;
        let mira = signed_in(&app, "mira").await;
        let made: Vec<String> = [asked(&mira, "/preferences/passkeys").await, asked(&mira, "/preferences/passkeys").await]
            .iter()
            .map(|options| Authenticator::new(ORIGIN).make(options))
            .collect();
        mira.submit("/preferences/passkeys", &[("answer", &made[0]), ("name", "One")]).await.assert(200);
        mira.submit("/preferences/passkeys", &[("answer", &made[1]), ("name", "Two")]).await.assert(422);
        // Good to the end of all that.
        show(&app.visitor(), "/login/passkey", &mut key).await.assert(303);
    }

    async fn of_two_answers_at_once_one_counts(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        let key = uncounted(&signed_in(&app, "dana").await).await;
        for _ in 0..4 {
            let (options, first, second) = held_by_two(app.visitor(), app.visitor()).await;
            assert_eq!(entered(&key.show(&options), (&first, &second)).await, 1);
        }
    }

    async fn what_is_forged_is_refused_and_written_down(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        let (mut key, _) = add(&signed_in(&app, "dana").await, "Laptop").await;
        type Lie = fn(&mut Authenticator);
        let lies: [(Lie, &str, &str); 7] = [
            (|it| it.origin = "http://evil.example:4321".to_owned(), "was not accepted", "dana"),
            (|it| it.site = "evil.example".to_owned(), "was not accepted", "dana"),
            (|it| it.key = Arc::new(Key::p256()), "was not accepted", "dana"),
            // It could not be copied when it was made.
            (|it| it.flags |= 1 << 3, "was not accepted", "dana"),
            (|it| it.handle = Some(tests::passkey::written(b"mira")), "is not yours", "dana"),
            (|it| it.handle = None, "is not yours", "dana"),
            (|it| it.credential = b"another".to_vec(), "not known here", "passkey?unknown"),
        ];
        for (lie, words, whose) in lies {
            // Whoever guesses waits; each of these comes on another day.
            app.advance(SignedDuration::from_mins(20)).await;
            let mut liar = Authenticator { counter: 9, ..key.clone() };
            lie(&mut liar);
            let visitor = app.visitor();
            let options = asked(&visitor, "/login/passkey").await;
            let said = visitor.submit("/login/passkey", &[("answer", &liar.show(&options))]).await;
            assert!(said.assert(422).text().contains(words), "{words}: {}", said.text());
            visitor.get("/tickets").await.assert(303);
            assert_eq!(failures(&app).await[0], whose);
        }
        show(&app.visitor(), "/login/passkey", &mut key).await.assert(303);
    }

    async fn whoever_guesses_waits_where_he_is_and_keeps_out_no_passkey_elsewhere(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        let (mut key, _) = add(&signed_in(&app, "dana").await, "Laptop").await;
        let visitor = half(&app, "dana").await;
        let forged = Authenticator { key: Arc::new(Key::p256()), ..key.clone() };
        let mut guesses = 0;
        loop {
            let said = ask(&visitor, "/login/factor/passkey").await;
            if said.status == 429 {
                break;
            }
            let answer = forged.show(&said.json());
            visitor.submit("/login/factor/passkey", &[("answer", &answer)]).await.assert(422);
            guesses += 1;
            assert!(guesses < 40, "he guesses on and on");
        }
        // From there nobody is let in for a while, with whatever he brings; elsewhere the password waits, and who has her
        // key does not.
        ask(&app.visitor(), "/login/passkey").await.assert(429);
        let elsewhere = Client::from_elsewhere(&app.base());
        elsewhere.get("/login").await.assert(200);
        elsewhere.submit("/login", &[("login", "dana"), ("password", PASSWORD)]).await.assert(429);
        show(&elsewhere, "/login/passkey", &mut key).await.assert(303);
        app.advance(SignedDuration::from_mins(20)).await;
        show(&app.visitor(), "/login/passkey", &mut key).await.assert(303);
    }

    async fn a_counter_that_goes_back_is_refused_and_audited(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        let browser = signed_in(&app, "dana").await;
        let (mut key, _) = add(&browser, "Laptop").await;
        show(&app.visitor(), "/login/passkey", &mut key).await.assert(303);
        for counter in [key.counter, key.counter - 1, 0] {
            let copy = Authenticator { counter, ..key.clone() };
            let visitor = app.visitor();
            let answer = copy.show(&asked(&visitor, "/login/passkey").await);
            let said = visitor.submit("/login/passkey", &[("answer", &answer)]).await;
            assert!(said.assert(422).text().contains("there were a copy"), "{}", said.text());
        }
        let rows = app.root.get("/api/v1/audit?kind=factor").await.items();
        let detail = text(&rows[0]["detail"]);
        assert!(detail.contains("Laptop") && detail.contains("counted back to 0"), "{detail}");
        assert_eq!(rows.iter().filter(|row| text(&row["detail"]).contains("counted back")).count(), 3);
        show(&app.visitor(), "/login/passkey", &mut key).await.assert(303);
        // Those that never count are good as often as they like.
        browser.get("/preferences/factor").await.assert(200);
        let mut uncounted = Authenticator::new(ORIGIN);
        let made = uncounted.make(&asked(&browser, "/preferences/passkeys").await);
        browser.submit("/preferences/passkeys", &[("answer", &made), ("name", "Synced")]).await.assert(303);
        for _ in 0..2 {
            let visitor = app.visitor();
            let answer = uncounted.show(&asked(&visitor, "/login/passkey").await);
            visitor.submit("/login/passkey", &[("answer", &answer)]).await.assert(303);
        }
    }

    async fn who_may_not_come_in_does_not_with_a_passkey_either(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        let (mut key, _) = add(&signed_in(&app, "dana").await, "Laptop").await;
        let set = async |ends: Option<Ts>, shut: Option<Ts>| {
            let statement = move |tx: &mut turnstone::db::Tx<'_>| {
                use diesel::prelude::*;
                use turnstone::db::schema::agents::dsl;
                diesel::update(dsl::agents.filter(dsl::login.eq("dana")))
                    .set((dsl::expires_at.eq(ends), dsl::disabled_at.eq(shut)))
                    .execute(&mut **tx)?;
                Ok(())
            };
            app.db().write(statement).await.unwrap();
        };
        let now = Ts(app.clock.now());
        for (ends, shut) in [(Some(now), None), (None, Some(now))] {
            set(ends, shut).await;
            let visitor = app.visitor();
            let said = show(&visitor, "/login/passkey", &mut key).await;
            said.assert(422);
            visitor.get("/tickets").await.assert(303);
            assert_eq!(failures(&app).await[0], "dana");
        }
        set(None, None).await;
        show(&app.visitor(), "/login/passkey", &mut key).await.assert(303);
    }

    async fn where_a_directory_decides_it_is_the_second_step_only(database) {
        let app = TestApp::start_with(database, |config| {
            config.public_url = ORIGIN.parse().unwrap();
            config.public_url_is_set = true;
            config.sign_in.methods = vec![Method::Local { only_admins: true }];
        })
        .await;
        app.agent("dana", &["Agent"]).await;
        let now = Ts(app.clock.now());
        let begun = app.db().write(move |tx| {
            let dana = agents::by_login(tx, "dana")?.id;
            turnstone::people::sessions::begin(tx, dana, "127.0.0.1", "test", now)
        });
        let secret = begun.await.unwrap();
        let browser = app.visitor();
        browser.hold("turnstone", &secret);
        browser.get("/preferences/factor").await.assert(200);
        let (mut key, _) = add(&browser, "Laptop").await;
        let visitor = app.visitor();
        let said = show(&visitor, "/login/passkey", &mut key).await;
        assert!(said.assert(422).text().contains("directory or site"), "{}", said.text());
        visitor.get("/tickets").await.assert(303);
        // Whoever manages people comes in with what is kept here.
        let root = signed_in(&app, "root").await;
        let (mut key, _) = add(&root, "Desk").await;
        show(&app.visitor(), "/login/passkey", &mut key).await.assert(303);
    }

    async fn a_role_that_asks_for_a_factor_is_content_with_a_passkey(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        run(&app, &["role", "factor", "--name", "Agent", "--required", "yes"]).await;
        let visitor = half(&app, "dana").await;
        let page = visitor.get("/login/enrolment").await.assert(200).text();
        assert!(page.contains("action=\"/login/enrolment/passkey\""), "{page}");
        let mut key = Authenticator { counter: 1, ..Authenticator::new(ORIGIN) };
        let options = asked(&visitor, "/login/enrolment/passkey").await;
        let liar = Authenticator { origin: "http://evil.example".to_owned(), ..key.clone() }.make(&options);
        visitor.submit("/login/enrolment/passkey", &[("answer", &liar)]).await.assert(422);
        visitor.get("/tickets").await.assert(303);
        let made = key.make(&asked(&visitor, "/login/enrolment/passkey").await);
        let done = visitor.submit("/login/enrolment/passkey", &[("answer", &made), ("next", "/search")]).await;
        assert_eq!(codes_on(&done.assert(200).text()).len(), 10);
        let page = visitor.get("/preferences/factor").await.assert(200).text();
        // The last one stays, and no app is waited for.
        assert!(!page.contains("/end\"") && !page.contains("<svg class=\"qr\""), "{page}");
        let path = format!("/preferences/passkeys/{}/end", first_id(&visitor).await);
        visitor.submit(&path, &[]).await.assert(409);
        assert_eq!(app.root.get("/api/v1/audit?kind=factor").await.items().len(), 1);
        show(&half(&app, "dana").await, "/login/factor/passkey", &mut key).await.assert(303);
        show(&app.visitor(), "/login/passkey", &mut key).await.assert(303);
        // With another one beside it, it goes.
        visitor.get("/preferences/factor").await.assert(200);
        add(&visitor, "Second").await.1.assert(303);
        visitor.submit(&path, &[]).await.assert(303);
        // Who is rid of all by an administrator sets one up again.
        run(&app, &["agent", "factor-reset", "--login", "dana"]).await;
        half(&app, "dana").await.get("/login/enrolment").await.assert(200);
    }

    async fn whoever_waits_to_set_one_up_adds_none_to_what_its_owner_has(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        run(&app, &["role", "factor", "--name", "Agent", "--required", "yes"]).await;
        // Somebody who knows her password, in time; and she herself.
        let (thief, dana) = (half(&app, "dana").await, half(&app, "dana").await);
        let mut stolen = Authenticator::new(ORIGIN);
        let made = stolen.make(&asked(&thief, "/login/enrolment/passkey").await);
        let mut key = Authenticator { counter: 1, ..Authenticator::new(ORIGIN) };
        let own = key.make(&asked(&dana, "/login/enrolment/passkey").await);
        dana.submit("/login/enrolment/passkey", &[("answer", &own)]).await.assert(200);
        let late = thief.submit("/login/enrolment/passkey", &[("answer", &made)]).await;
        assert_eq!(late.assert(303).location(), "/login");
        assert_eq!(ask(&thief, "/login/enrolment/passkey").await.status, 401);
        thief.get("/login/enrolment").await.assert(303);
        // Nor an app, of which she thinks meanwhile.
        dana.get("/preferences/factor").await.assert(200);
        dana.submit("/preferences/factor", &[("current", PASSWORD)]).await.assert(303);
        thief.get("/login/enrolment").await.assert(303);
        thief.get("/tickets").await.assert(303);
        show(&app.visitor(), "/login/passkey", &mut key).await.assert(303);
    }

    async fn it_stands_for_the_password_once_more(database) {
        let app = app(database).await;
        let browser = signed_in(&app, "root").await;
        let (mut key, _) = add(&browser, "Laptop").await;
        app.advance(SignedDuration::from_mins(21)).await;
        // What gives a way in asks first, in its own form.
        let page = browser.get("/preferences/factor").await.assert(200).text();
        assert!(page.contains("Confirm with a passkey instead") && page.contains("id=\"pk-c\" name=\"current\""), "{page}");
        let refused = ask(&browser, "/preferences/passkeys").await.assert(422).json();
        assert_eq!((&refused["field"], &refused["message"]), (&json!("current"), &json!("That is not your current password. Type it again.")), "{refused}");
        let kept = browser.submit(&format!("/preferences/passkeys/{}/end", first_id(&browser).await), &[]).await;
        assert!(kept.assert(422).text().contains("That is not your current password."));
        let answered = browser.submit("/preferences/passkeys", &[("answer", "{}"), ("name", "Late")]).await;
        assert!(answered.assert(422).text().contains("data-passkey=\"create\""), "nothing was asked for that it could answer");
        browser.get("/admin/people/new").await.assert(303);
        let page = browser.get("/raise?next=%2Fadmin%2Fpeople%2Fnew").await.assert(200).text();
        assert!(page.contains("action=\"/raise/passkey\""), "{page}");
        // Somebody else's, and one without a fingerprint, raise nothing.
        app.agent("mira", &["Agent"]).await;
        let (mut foreign, _) = add(&signed_in(&app, "mira").await, "Hers").await;
        show(&browser, "/raise/passkey", &mut foreign).await.assert(422);
        let mut touched = Authenticator { flags: PRESENT, ..key.clone() };
        show(&browser, "/raise/passkey", &mut touched).await.assert(422);
        browser.get("/admin/people/new").await.assert(303);
        assert_eq!(failures(&app).await[..2], ["root", "root"]);
        browser.get("/raise").await.assert(200);
        key.counter += 1;
        let answer = key.show(&asked(&browser, "/raise/passkey").await);
        let fields = [("answer", answer.as_str()), ("next", "/admin/people/domains"), ("kept", "domains=kept.example")];
        let sent = browser.submit("/raise/passkey", &fields).await;
        assert!(sent.assert(200).text().contains("name=\"domains\" value=\"kept.example\""), "{}", sent.text());
        assert!(sent.header("set-cookie").contains("turnstone="));
        browser.get("/admin/people/new").await.assert(200);
        // A session that nobody signed in for is not asked for anything.
        assert_eq!(ask(&app.visitor(), "/raise/passkey").await.status, 401);
        assert_eq!(ask(&app.visitor(), "/login/factor/passkey").await.status, 401);
    }

    async fn adding_and_taking_away_ask_for_the_password_in_their_form(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        let browser = signed_in(&app, "dana").await;
        let (mut first, _) = add(&browser, "Laptop").await;
        app.advance(SignedDuration::from_mins(21)).await;
        let wish = async |current: &str| {
            let request = browser.request(reqwest::Method::POST, "/preferences/passkeys/challenge");
            let request = request.header("X-CSRF-Token", browser.csrf()).header("Accept", "application/json");
            browser.send(request.form(&[("current", current)])).await
        };
        // With a wrong one, or none, there is no challenge, and none of before helps.
        assert_eq!(wish("not it, not it").await.status, 422);
        let mut second = Authenticator { counter: 1, ..Authenticator::new(ORIGIN) };
        let made = second.make(&json!({ "challenge": "AAAA", "rp": { "id": "localhost" }, "user": { "id": "AAAA" } }));
        let late = browser.submit("/preferences/passkeys", &[("answer", &made), ("name", "Late")]).await;
        assert_eq!(late.status, 422);
        assert_eq!(failures(&app).await[..1], ["dana"]);
        // With the right one the session is raised and gets a new id; the name that was typed is kept by the page.
        let given = wish(PASSWORD).await;
        assert!(given.assert(200).header("set-cookie").contains("turnstone="));
        let made = second.make(&given.json());
        browser.submit("/preferences/passkeys", &[("answer", &made), ("name", "Phone")]).await.assert(303);
        second.counter += 1;
        show(&app.visitor(), "/login/passkey", &mut second).await.assert(303);
        // To take one away: the same, and it stays until the password is right.
        app.advance(SignedDuration::from_mins(21)).await;
        let end = format!("/preferences/passkeys/{}/end", first_id(&browser).await);
        let said = browser.submit(&end, &[("current", "not it, not it")]).await;
        assert!(said.assert(422).text().contains("<details open>"), "{}", said.text());
        show(&app.visitor(), "/login/passkey", &mut first).await.assert(303);
        browser.submit(&end, &[("current", PASSWORD)]).await.assert(303);
        show(&app.visitor(), "/login/passkey", &mut first).await.assert(422);
        assert!(!browser.get("/preferences/factor").await.text().contains("title=\"Laptop\""));
    }

    async fn an_administrator_sees_them_and_takes_them_away(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        let browser = signed_in(&app, "dana").await;
        let (mut key, _) = add(&browser, "Blue key").await;
        let agents = app.root.get("/api/v1/agents").await.items();
        let dana = agents.iter().find(|agent| agent["login"] == "dana").expect("dana");
        let page = format!("/admin/people/{}", text(&dana["id"]));
        let admin = signed_in(&app, "root").await;
        let list = admin.get("/admin/people").await.assert(200).text();
        assert_eq!((list.matches(">Passkey<").count(), list.matches(">None<").count()), (1, 1), "{list}");
        let shown = admin.get(&page).await.assert(200).text();
        assert!(shown.contains("Passkey: Blue key") && shown.contains("/factor/end"), "{shown}");
        assert!(!shown.contains(&tests::passkey::written(&key.credential)));
        admin.submit(&format!("{page}/factor/end"), &[]).await.assert(303);
        assert!(!admin.get(&page).await.assert(200).text().contains("Blue key"));
        browser.get("/tickets").await.assert(303);
        show(&app.visitor(), "/login/passkey", &mut key).await.assert(422);
        app.visitor().sign_in("dana", PASSWORD).await;
        let rows = app.root.get("/api/v1/audit?kind=factor").await.items();
        assert_eq!((&rows[0]["before"], &rows[0]["after"]), (&json!({ "passkeys": ["Blue key"] }), &json!({ "passkeys": [] })));
    }

    async fn strangers_ask_for_no_more_challenges_than_are_kept(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        let (mut key, _) = add(&signed_in(&app, "dana").await, "Laptop").await;
        let eldest = app.visitor();
        let options = asked(&eldest, "/login/passkey").await;
        for _ in 0..49 {
            asked(&app.visitor(), "/login/passkey").await;
        }
        // What pages ask for by themselves takes nothing from those who press the button, and has an end as well.
        for turn in 0..51 {
            let visitor = app.visitor();
            visitor.get("/login").await.assert(200);
            let request = visitor.request(reqwest::Method::POST, "/login/passkey/challenge?offered=1");
            let request = request.header("X-CSRF-Token", visitor.csrf()).header("Accept", "application/json");
            let status = visitor.send(request).await.status.as_u16();
            assert_eq!(status, if turn < 50 { 200 } else { 429 }, "{turn}");
        }
        let said = ask(&app.visitor(), "/login/passkey").await;
        assert_eq!((said.status.as_u16(), said.header("retry-after")), (429, "60".to_owned()));
        // Nobody's was pushed out by that.
        key.counter += 1;
        eldest.submit("/login/passkey", &[("answer", &key.show(&options))]).await.assert(303);
        app.advance(SignedDuration::from_mins(6)).await;
        show(&app.visitor(), "/login/passkey", &mut key).await.assert(303);
        let waiting = app.db().read(|conn| {
            use diesel::prelude::*;
            Ok(turnstone::db::schema::passkey_challenges::table.count().get_result::<i64>(conn)?)
        });
        assert_eq!(waiting.await.unwrap(), 0, "what nobody answered is thrown away");
        // Two tabs of a browser do not take each other's away.
        let tabs = app.visitor();
        let first = asked(&tabs, "/login/passkey").await;
        asked(&tabs, "/login/passkey").await;
        key.counter += 1;
        tabs.submit("/login/passkey", &[("answer", &key.show(&first))]).await.assert(303);
    }

    async fn whoever_has_many_networks_keeps_no_stranger_out(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        let (mut key, _) = add(&signed_in(&app, "dana").await, "Laptop").await;
        let eldest = app.visitor();
        let options = asked(&eldest, "/login/passkey").await;
        let now = Ts(app.clock.now());
        let flood = app.db().write(move |tx| {
            use diesel::prelude::*;
            use turnstone::db::{PasskeyPurpose, schema::passkey_challenges as kept};
            // All that fit, from the networks of one house.
            for n in 0..9_999 {
                let from = turnstone::people::sessions::network(&format!("2001:db8:1:{:x}::1", n / 50));
                let row = (kept::hash.eq(format!("{n}")), kept::purpose.eq(PasskeyPurpose::SignIn), kept::holder.eq("x"),
                    kept::counts_for.eq(turnstone::people::passkeys::counts_for(&from, n % 2 == 0)),
                    kept::handle.eq(""), kept::made_at.eq(now));
                diesel::insert_into(kept::table).values(row).execute(&mut **tx)?;
            }
            Ok(())
        });
        flood.await.unwrap();
        for _ in 0..3 {
            asked(&app.visitor(), "/login/passkey").await;
        }
        let left = app.db().read(move |conn| {
            use diesel::prelude::*;
            use turnstone::db::schema::passkey_challenges as kept;
            let strangers = kept::counts_for.not_like("%2001:db8%");
            let all = kept::table.count().get_result::<i64>(conn)?;
            Ok((all, kept::table.filter(strangers).count().get_result::<i64>(conn)?))
        });
        // Those who have most make room, and not more than it takes.
        let (all, strangers) = left.await.unwrap();
        assert!((9_800..=10_000).contains(&all) && strangers == 4, "{all}, {strangers}");
        key.counter += 1;
        eldest.submit("/login/passkey", &[("answer", &key.show(&options))]).await.assert(303);
    }

    async fn whom_a_directory_lets_in_is_asked_there_first(database) {
        let app = app(database).await;
        app.agent("dana", &["Agent"]).await;
        let browser = signed_in(&app, "dana").await;
        let (mut key, _) = add(&browser, "Laptop").await;
        show(&app.visitor(), "/login/passkey", &mut key).await.assert(303);
        let now = Ts(app.clock.now());
        let tied = app.db().write(move |tx| {
            use diesel::prelude::*;
            use turnstone::db::schema::{agents, identities};
            let dana = turnstone::people::agents::by_login(tx, "dana")?.id;
            diesel::insert_into(identities::table)
                .values((
                    identities::method.eq("https://id.example"),
                    identities::subject.eq("dana-there"),
                    identities::agent_id.eq(dana),
                    identities::created_at.eq(now),
                ))
                .execute(&mut **tx)?;
            diesel::update(agents::table.find(dana)).set(agents::password_hash.eq(None::<String>)).execute(&mut **tx)?;
            Ok(())
        });
        tied.await.unwrap();
        // Passwords are open to everybody; she has none, and who let her in may have shut her out.
        let said = show(&app.visitor(), "/login/passkey", &mut key).await;
        assert!(said.assert(422).text().contains("directory or site"), "{}", said.text());
        browser.get("/preferences/factor").await;
        assert!(!browser.get("/raise").await.assert(200).text().contains("/raise/passkey"));
        assert_eq!(ask(&browser, "/raise/passkey").await.status, 409);
        browser.submit("/raise/passkey", &[("answer", "{}")]).await.assert(409);
    }
}

#[test]
fn browsers_make_passkeys_for_names_and_safe_lines_alone() {
    let mut config = turnstone::config::Config::for_tests(std::path::Path::new("/nowhere"));
    for (url, site) in [
        ("https://helpdesk.example/", Some(("helpdesk.example", "https://helpdesk.example"))),
        ("https://helpdesk.example:8443/", Some(("helpdesk.example", "https://helpdesk.example:8443"))),
        ("http://localhost:8080/", Some(("localhost", "http://localhost:8080"))),
        ("http://helpdesk.example/", None),
        ("http://127.0.0.1:8080/", None),
        ("https://192.0.2.7/", None),
        ("https://[2001:db8::7]/", None),
    ] {
        config.public_url = url.parse().unwrap();
        let found = passkeys::Site::of(&config);
        let found = found.as_ref().map(|site| (site.id.as_str(), site.origin.as_str()));
        assert_eq!(found, site, "{url}");
    }
}

#[test]
fn at_an_address_of_numbers_pages_say_why_there_are_none() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let page = browser.get("/preferences/factor").await.assert(200).text();
        assert!(page.contains("only where this helpdesk is reached by HTTPS"), "{page}");
        assert!(!page.contains("data-passkey="), "no dead button");
        let said = ask(&browser, "/preferences/passkeys").await;
        assert!(said.assert(409).text().contains("HTTPS"), "{}", said.text());
        app.visitor().get("/login").await.assert(200);
        assert_eq!(ask(&app.visitor(), "/login/passkey").await.status, 409);
    });
}

#[test]
fn another_node_takes_the_answer() {
    tests::run(async {
        let app = app(Database::Postgres).await;
        app.agent("dana", &["Agent"]).await;
        let key = uncounted(&signed_in(&app, "dana").await).await;
        let (node, base) = app.another_node().await;
        // The same browser, sent elsewhere by the balancer.
        let (options, here, there) = held_by_two(app.visitor(), Client::visitor(&base)).await;
        assert_eq!(entered(&key.show(&options), (&here, &there)).await, 1);
        let (options, _, there) = held_by_two(app.visitor(), Client::visitor(&base)).await;
        there.submit("/login/passkey", &[("answer", &key.show(&options))]).await.assert(303);
        node.stop().await;
    });
}
