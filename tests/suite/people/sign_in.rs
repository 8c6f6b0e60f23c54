use std::time::{Duration, Instant};

use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::both_databases;

both_databases! {
    async fn login_tells_neither_by_text_nor_by_time_whether_an_account_exists(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let mut pages = Vec::new();
        let mut times: Vec<Duration> = Vec::new();
        for login in ["dana", "nobody-of-that-name"] {
            let mut fastest = Duration::MAX;
            for _ in 0..3 {
                let visitor = app.visitor();
                visitor.get("/login").await.assert(200);
                let start = Instant::now();
                let answer = visitor.submit("/login", &[("login", login), ("password", "wrong password")]).await;
                fastest = fastest.min(start.elapsed());
                assert!([401, 403, 422].contains(&answer.status.as_u16()), "{}", answer.status);
                if pages.len() < 2 && fastest < Duration::MAX {
                    let text = answer.text().replace(login, "LOGIN");
                    let token = text.split("name=\"csrf\"").nth(1).and_then(|rest| rest.split('"').nth(1)).unwrap_or_default().to_owned();
                    pages.push(text.replace(&token, "TOKEN"));
                }
            }
            times.push(fastest);
            pages.truncate(times.len());
        }
        assert_eq!(pages[0], pages[1]);
        let (left, right) = (times[0].as_secs_f64(), times[1].as_secs_f64());
        assert!(left / right < 3.0 && right / left < 3.0, "{times:?}");
    }

    async fn a_hash_of_weaker_times_is_made_anew_at_the_sign_in(database) {
        use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(1024, 1, 1, None).unwrap());
        let weak = weak.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
        assert!(turnstone::people::password::is_weak(&weak));
        let sql = format!("UPDATE agents SET password_hash = '{weak}' WHERE login = 'dana'");
        app.db().write(move |tx| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(sql.as_str()), &mut **tx)?)).await.unwrap();
        app.visitor().sign_in("dana", PASSWORD).await;
        let now = app.clock.now();
        let kept = app.db().read(move |conn| turnstone::people::sessions::candidate(conn, "dana", now)).await.unwrap();
        let kept = kept.and_then(|(_, hash)| hash).unwrap();
        assert!(kept != weak && !turnstone::people::password::is_weak(&kept), "{kept}");
        app.visitor().sign_in("dana", PASSWORD).await;
        dana.get("/api/v1/tickets").await.assert(200);
    }

    async fn guessing_is_slowed_down_and_locks_nobody_out(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let visitor = app.visitor();
        visitor.get("/login").await.assert(200);
        for attempt in 1..=5 {
            let answer = visitor.submit("/login", &[("login", "dana"), ("password", "guess")]).await;
            assert_ne!(answer.status.as_u16(), 429, "attempt {attempt}");
        }
        let refused = visitor.submit("/login", &[("login", "dana"), ("password", "guess")]).await;
        refused.assert(429);
        assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{:?}", refused.headers);
        app.advance(jiff::SignedDuration::from_mins(20)).await;
        app.visitor().sign_in("dana", PASSWORD).await;
    }

    async fn sign_in_leads_to_no_other_site(database) {
        let app = TestApp::start(database).await;
        for next in ["//evil.example/", "/\t/evil.example/", "/\\evil.example/", "https://evil.example/"] {
            let visitor = app.visitor();
            visitor.get("/login").await.assert(200);
            let fields = [("login", "root"), ("password", PASSWORD), ("next", next)];
            let answer = visitor.submit("/login", &fields).await;
            answer.assert(303);
            assert_eq!(answer.location(), "/dashboard", "{next:?}");
        }
    }

    async fn nobody_gives_rights_that_he_does_not_have(database) {
        let app = TestApp::start(database).await;
        let body = serde_json::json!({ "name": "People only", "grants": [], "installation": ["people"] });
        app.root.post("/api/v1/roles", body).await.assert(201);
        let paula = app.agent("paula", &["People only"]).await;
        let role = |name: &str, grants: serde_json::Value, installation: &[&str]| {
            serde_json::json!({ "name": name, "grants": grants, "installation": installation })
        };
        let everything = serde_json::json!([{ "queue": "*", "rights": ["read"] }]);
        paula.post("/api/v1/roles", role("Readers", everything, &[])).await.assert(403);
        let none = serde_json::json!([]);
        paula.post("/api/v1/roles", role("Spies", none.clone(), &["recorder"])).await.assert(403);
        paula.post("/api/v1/roles", role("More people", none, &["people"])).await.assert(201);
        let agent = |roles: &[&str]| {
            serde_json::json!({ "login": "eve", "name": "Eve", "email": "eve@helpdesk.example", "roles": roles })
        };
        paula.post("/api/v1/agents", agent(&["Admin"])).await.assert(403);
        paula.post("/api/v1/agents", agent(&["More people"])).await.assert(201);
    }

    async fn a_session_ends_with_log_out(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let visitor = app.visitor();
        visitor.sign_in("dana", PASSWORD).await;
        let page = visitor.get("/tickets").await;
        page.assert(200);
        let answer = visitor.submit("/logout", &[]).await;
        answer.assert(303);
        assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
        visitor.get("/tickets").await.assert(303);
    }

    async fn a_form_of_another_site_is_refused(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&tests::mail("anna@customer.example")).await;
        app.agent("dana", &["Agent"]).await;
        let visitor = app.visitor();
        visitor.sign_in("dana", PASSWORD).await;
        // Without the token.
        let path = "/logout".to_owned();
        let request = visitor.request(reqwest::Method::POST, &path).form(&[("x", "y")]);
        let answer = visitor.send(request).await.status.as_u16();
        assert!([400, 403].contains(&answer), "{answer}");
        // From elsewhere, whatever the token.
        let foreign = reqwest::Method::POST;
        let request = visitor.request(foreign, &path).header("Sec-Fetch-Site", "cross-site").form(&[("csrf", "x")]);
        let answer = visitor.send(request).await.status.as_u16();
        assert!([400, 403].contains(&answer), "{answer}");
        visitor.get(&format!("/tickets/{number}")).await.assert(200);
    }
}

#[test]
fn a_password_of_nobody_is_checked_for_as_long_as_anybodys() {
    tests::run(async {
        let real = turnstone::people::password::hash_blocking(PASSWORD).unwrap().as_str().to_owned();
        let took = async |stored: Option<String>| {
            let start = Instant::now();
            let good =
                turnstone::people::password::verify("wrong password".to_owned(), stored).await.unwrap();
            assert!(!good);
            start.elapsed().as_secs_f64()
        };
        // The first makes the hash of nobody.
        took(None).await;
        // In pairs, so that what else the machine does falls on both; where it does too much, once more.
        let mut medians = Vec::new();
        for _ in 0..3 {
            let mut ratios = Vec::new();
            for _ in 0..100 {
                ratios.push(took(Some(real.clone())).await / took(None).await);
            }
            ratios.sort_by(f64::total_cmp);
            medians.push(ratios[50]);
            if (ratios[50] - 1.0).abs() < 0.1 {
                return;
            }
        }
        panic!("known against unknown: {medians:?}");
    });
}
