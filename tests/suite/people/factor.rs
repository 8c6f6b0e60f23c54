//! The second factor, and the password once more.

use data_encoding::BASE32_NOPAD;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Client, both_databases};
use turnstone::db::Ts;
use turnstone::people::factor;

/// What the app of somebody shows `later` steps from now.
pub fn shown(app: &TestApp, secret: &[u8], later: i64) -> String {
    factor::code(secret, factor::step(Ts(app.clock.now())) + later)
}

/// The secret that a page shows to be typed.
pub fn secret_on(page: &str) -> Vec<u8> {
    let typed =
        page.split("<code class=\"mono\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a secret");
    BASE32_NOPAD.decode(typed.replace(' ', "").as_bytes()).expect("base32")
}

fn codes_on(page: &str) -> Vec<String> {
    let list = page
        .split("<ul class=\"codes mono\">")
        .nth(1)
        .and_then(|rest| rest.split("</ul>").next())
        .expect("codes");
    list.split("<li>").skip(1).filter_map(|item| item.split('<').next()).map(str::to_owned).collect()
}

/// Sets a factor up in the preferences: the secret, and the recovery codes.
async fn set_up(app: &TestApp, browser: &Client) -> (Vec<u8>, Vec<String>) {
    browser.get("/preferences/factor").await.assert(200);
    browser.submit("/preferences/factor", &[("current", "not it, not it")]).await.assert(422);
    browser.submit("/preferences/factor", &[("current", PASSWORD)]).await.assert(303);
    let secret = secret_on(&browser.get("/preferences/factor").await.text());
    browser.submit("/preferences/factor/confirmation", &[("code", "000000x")]).await.assert(422);
    let done = browser.submit("/preferences/factor/confirmation", &[("code", &shown(app, &secret, 0))]).await;
    let codes = codes_on(&done.assert(200).text());
    assert_eq!(codes.len(), 10);
    (secret, codes)
}

/// As far as the password leads.
async fn half(app: &TestApp, login: &str) -> Client {
    let visitor = app.visitor();
    visitor.get("/login").await.assert(200);
    let answer =
        visitor.submit("/login", &[("login", login), ("password", PASSWORD), ("next", "/search")]).await;
    answer.assert(303);
    assert!(answer.location().starts_with("/login/"), "{}", answer.location());
    visitor
}

#[test]
fn codes_are_those_of_rfc_6238() {
    let secret = b"12345678901234567890";
    for (second, expected) in
        [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000_i64, "353130")]
    {
        assert_eq!(factor::code(secret, second / 30), expected, "{second}");
    }
}

both_databases! {
    async fn the_password_alone_leads_nowhere_and_each_code_works_once(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let (secret, _) = set_up(&app, &browser).await;

        let visitor = half(&app, "dana").await;
        for path in ["/dashboard", "/tickets", "/preferences", "/preferences/factor", "/events", "/raise"] {
            let answer = visitor.get(path).await;
            assert_eq!((answer.status.as_u16(), answer.location().starts_with("/login")), (303, true), "{path}");
        }
        visitor.get("/login/factor").await.assert(200);
        visitor.submit("/login/factor", &[("code", "123"), ("next", "/search")]).await.assert(422);
        // The code that set it up has been used.
        visitor.submit("/login/factor", &[("code", &shown(&app, &secret, 0))]).await.assert(422);
        let next = shown(&app, &secret, 1);
        let answer = visitor.submit("/login/factor", &[("code", &next), ("next", "/search")]).await;
        answer.assert(303);
        assert_eq!(answer.location(), "/search");
        visitor.get("/search").await.assert(200);
        half(&app, "dana").await.submit("/login/factor", &[("code", &next)]).await.assert(422);
        let rows = app.root.get("/api/v1/audit?kind=factor").await.items();
        assert_eq!((&rows[0]["subject"], &rows[0]["after"]), (&serde_json::json!("dana"), &serde_json::json!({ "on": true })));
        let hex: String = BASE32_NOPAD.encode(&secret);
        let stored = app.db().read(|conn| {
            let dana = turnstone::people::agents::by_login(conn, "dana")?;
            factor::is_on(conn, dana.id)
        }).await.unwrap();
        assert!(stored && !serde_json::json!(rows).to_string().contains(&hex));
    }

    async fn codes_are_guessed_no_faster_than_passwords(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        set_up(&app, &browser).await;
        let visitor = half(&app, "dana").await;
        let mut refused = 0;
        for _ in 0..8 {
            refused += u32::from(visitor.submit("/login/factor", &[("code", "000000")]).await.status == 429);
        }
        assert!(refused >= 2, "{refused}");
    }

    async fn a_recovery_code_works_once_and_an_admin_helps_who_has_none(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let (_, codes) = set_up(&app, &browser).await;
        let typed = codes[0].to_uppercase().replace('-', " ");
        half(&app, "dana").await.submit("/login/factor", &[("code", &typed)]).await.assert(303);
        half(&app, "dana").await.submit("/login/factor", &[("code", &codes[0])]).await.assert(422);
        let settings = app.settings.clone();
        tokio::task::spawn_blocking(move || settings.must(&["agent", "factor-reset", "--login", "dana"], "")).await.unwrap();
        assert_eq!(browser.get("/tickets").await.status, 303, "her sessions are over");
        app.visitor().sign_in("dana", PASSWORD).await;
    }

    async fn a_role_that_asks_for_it_leads_to_setting_it_up(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let settings = app.settings.clone();
        let required = ["role", "factor", "--name", "Agent", "--required", "yes"];
        tokio::task::spawn_blocking(move || settings.must(&required, "")).await.unwrap();
        let visitor = half(&app, "dana").await;
        assert_eq!(visitor.get("/tickets").await.status, 303);
        visitor.get("/login/factor").await.assert(303);
        let page = visitor.get("/login/enrolment").await;
        let secret = secret_on(&page.assert(200).text());
        assert!(page.text().contains("<svg class=\"qr\""));
        visitor.submit("/login/enrolment", &[("code", "000")]).await.assert(422);
        let done = visitor.submit("/login/enrolment", &[("code", &shown(&app, &secret, 0)), ("next", "/search")]).await;
        assert_eq!(codes_on(&done.assert(200).text()).len(), 10);
        visitor.get("/tickets").await.assert(200);
        visitor.get("/preferences/factor").await.assert(200);
        visitor.submit("/preferences/factor/end", &[("current", PASSWORD)]).await.assert(409);
        let again = half(&app, "dana").await;
        again.submit("/login/factor", &[("code", &shown(&app, &secret, 1))]).await.assert(303);
    }

    async fn nobody_is_shown_a_secret_that_somebody_else_has_seen(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let settings = app.settings.clone();
        let required = ["role", "factor", "--name", "Agent", "--required", "yes"];
        tokio::task::spawn_blocking(move || settings.must(&required, "")).await.unwrap();
        // Somebody who knows her password was there first.
        let thief = half(&app, "dana").await;
        let seen = secret_on(&thief.get("/login/enrolment").await.text());
        let dana = half(&app, "dana").await;
        let own = secret_on(&dana.get("/login/enrolment").await.text());
        assert_ne!(own, seen);
        assert_eq!(thief.get("/login/enrolment").await.assert(303).location(), "/login");
        thief.submit("/login/enrolment", &[("code", &shown(&app, &seen, 0))]).await.assert(303);
        dana.submit("/login/enrolment", &[("code", &shown(&app, &own, 0))]).await.assert(200);
        thief.get("/tickets").await.assert(303);
    }

    async fn an_administrator_asks_for_it_on_the_page_of_a_role_and_by_the_api(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let role = async || {
            let roles = app.root.get("/api/v1/roles").await.items();
            roles.into_iter().find(|role| role["name"] == "Agent").expect("a role")
        };
        let id = tests::app::text(&role().await["id"]);
        let admin = app.visitor();
        admin.sign_in("root", PASSWORD).await;
        let page = format!("/admin/roles/{id}");
        let shown = admin.get(&page).await.assert(200).text();
        let all: Vec<&str> = shown.split("name=\"g\" value=\"").skip(1).filter_map(|rest| rest.split_once('"')).filter(|(_, rest)| rest.starts_with(" checked")).map(|(value, _)| value).collect();
        let mut form = vec![("name", "Agent"), ("whole", "yes"), ("factor", "yes")];
        form.extend(all.iter().map(|value| ("g", *value)));
        let look = admin.submit(&page, &form).await.assert(200).text();
        assert!(look.contains("required from the next sign-in on"), "{look}");
        assert_eq!(role().await["needs_factor"], false, "looking changes nothing");
        form.push(("sure", "yes"));
        admin.submit(&page, &form).await.assert(303);
        assert_eq!(role().await["needs_factor"], true);
        half(&app, "dana").await.get("/tickets").await.assert(303);
        let rows = app.root.get("/api/v1/audit?kind=role").await.items();
        assert_eq!(rows[0]["after"], serde_json::json!({ "needs_factor": true }), "{:?}", rows[0]);
        // Without the tick, it is asked for no more; by the API the same.
        form.retain(|(name, _)| *name != "factor");
        admin.get(&page).await.assert(200);
        admin.submit(&page, &form).await.assert(303);
        assert_eq!(role().await["needs_factor"], false);
        let change = serde_json::json!({ "needs_factor": true });
        app.root.patch(&format!("/api/v1/roles/{id}"), change).await.assert(200);
        assert_eq!(role().await["needs_factor"], true);
        // Who may not give what the role gives may not ease it either.
        app.role("Reader", "Support", &["read"]).await;
        let body = serde_json::json!({ "name": "People only", "grants": [], "installation": ["people", "api"] });
        app.root.post("/api/v1/roles", body).await.assert(201);
        let paula = app.agent("paula", &["People only"]).await;
        let change = serde_json::json!({ "needs_factor": false });
        paula.patch(&format!("/api/v1/roles/{id}"), change).await.assert(403);
        assert_eq!(role().await["needs_factor"], true);
    }

    async fn an_administrator_takes_a_lost_factor_away_in_the_browser(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        set_up(&app, &browser).await;
        half(&app, "dana").await;
        let agents = app.root.get("/api/v1/agents").await.items();
        let dana = agents.iter().find(|agent| agent["login"] == "dana").expect("dana");
        let page = format!("/admin/people/{}", tests::app::text(&dana["id"]));
        let admin = app.visitor();
        admin.sign_in("root", PASSWORD).await;
        assert!(admin.get(&page).await.assert(200).text().contains(&format!("{page}/factor/end")));
        admin.submit(&format!("{page}/factor/end"), &[]).await.assert(303);
        assert!(!admin.get(&page).await.assert(200).text().contains("/factor/end"));
        browser.get("/tickets").await.assert(303);
        app.visitor().sign_in("dana", PASSWORD).await;
        let rows = app.root.get("/api/v1/audit?kind=factor").await.items();
        assert_eq!((&rows[0]["subject"], &rows[0]["after"]), (&serde_json::json!("dana"), &serde_json::json!({ "on": false })));
    }

    async fn the_password_once_more_gives_the_session_a_new_name(database) {
        let app = TestApp::start(database).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get("/raise?next=%2Fadmin%2Faudit").await.assert(200);
        browser.submit("/raise", &[("current", "wrong"), ("next", "/admin/audit")]).await.assert(422);
        let answer = browser.submit("/raise", &[("current", PASSWORD), ("next", "//evil.example")]).await;
        answer.assert(303);
        assert_eq!(answer.location(), "/admin");
        assert!(answer.header("set-cookie").contains("turnstone="), "{:?}", answer.headers);
        browser.get("/admin/audit").await.assert(200);
    }

    async fn pages_that_give_power_ask_for_the_password_once_more(database) {
        let app = TestApp::start(database).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get("/admin/people/new").await.assert(200);
        app.advance(jiff::SignedDuration::from_mins(11)).await;
        browser.get("/admin/people").await.assert(200);
        let asked = browser.get("/admin/people/new").await;
        asked.assert(303);
        assert_eq!(asked.location(), "/raise?next=%2Fadmin%2Fpeople%2Fnew");
        // What was opened in time can still be sent.
        browser.submit("/admin/people/domains", &[("domains", "helpdesk.example")]).await.assert(303);
        app.advance(jiff::SignedDuration::from_mins(10)).await;
        // What comes later waits for the password, and is sent once more with what was filled in.
        let late = browser.submit("/admin/people/domains", &[("domains", "kept.example")]).await;
        let late = late.assert(200).text();
        assert!(late.contains("name=\"kept\" value=\"domains=kept.example\""), "{late}");
        let kept = [("current", PASSWORD), ("next", "/admin/people/domains"), ("kept", "domains=kept.example")];
        let again = browser.submit("/raise", &kept).await.assert(200).text();
        assert!(again.contains("name=\"domains\" value=\"kept.example\""), "{again}");
        assert!(!browser.get("/admin/people").await.text().contains("kept.example"), "nothing happens by itself");
        browser.submit("/admin/people/domains", &[("domains", "kept.example")]).await.assert(303);
        assert!(browser.get("/admin/people").await.text().contains("kept.example"));
        app.advance(jiff::SignedDuration::from_mins(21)).await;
        // Whoever cannot show the token of a page is shown nothing of what was sent.
        let foreign = browser.request(reqwest::Method::POST, "/admin/people/domains").form(&[("domains", "foreign.example")]);
        let foreign = browser.send(foreign).await;
        assert!(foreign.location().starts_with("/raise"), "{}", foreign.location());
        browser.get("/raise?next=%2Fadmin%2Fpeople%2Fnew").await.assert(200);
        let answer = browser.submit("/raise", &[("current", PASSWORD), ("next", "/admin/people/new")]).await;
        assert_eq!(answer.location(), "/admin/people/new");
        browser.get("/admin/people/new").await.assert(200);
    }
}
