//! Another site vouches for people, and attackers try to be them.

use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::client::Answer;
use tests::{Client, Database, both_databases};

use super::provider::{Provider, Sign};
use super::{CLAIMS, agent, app_with, tried};

/// A browser on its way: where the site is asked.
async fn there(app: &TestApp, id: &str) -> (Client, String) {
    let visitor = app.visitor();
    let answer = visitor.get(&format!("/login/with/{id}?next=%2Fsearch")).await;
    answer.assert(303);
    (visitor, answer.location())
}

/// What a browser is answered that comes back.
async fn back(app: &TestApp, visitor: &Client, address: &str) -> Answer {
    let path = address.strip_prefix(&app.base()).unwrap_or_else(|| panic!("{address} is not ours"));
    visitor.get(path).await
}

/// There and back.
pub async fn signed_in(app: &TestApp, provider: &Provider, id: &str) -> (Client, Answer) {
    let (visitor, address) = there(app, id).await;
    let answer = back(app, &visitor, &provider.visit(&address)).await;
    (visitor, answer)
}

async fn is_out(visitor: &Client) {
    let answer = visitor.get("/tickets").await;
    assert_eq!((answer.status.as_u16(), answer.location().starts_with("/login")), (303, true));
}

both_databases! {
    async fn somebody_for_whom_the_site_vouches_becomes_an_agent(database) {
        let provider = Provider::start().await;
        let app = app_with(database, &provider.method("site", CLAIMS)).await;
        let page = app.visitor().get("/login?next=%2Fsearch").await;
        assert!(page.assert(200).text().contains("/login/with/site?next=%2Fsearch"), "{}", page.text());
        for sign in [Sign::Rs256, Sign::Es256] {
            provider.signs(sign);
            let (visitor, answer) = signed_in(&app, &provider, "site").await;
            answer.assert(303);
            assert_eq!(answer.location(), "/search");
            visitor.get("/search").await.assert(200);
        }
        let all = app.root.get("/api/v1/agents").await.items();
        assert_eq!(all.len(), 2, "{all:?}");
        let dana = agent(&app, "dana").await.unwrap();
        assert_eq!((&dana["email"], &dana["roles"]), (&json!("dana@helpdesk.example"), &json!(["Agent"])));
        // Whatever he is called there tomorrow, and whatever he may do.
        provider.says(|claims| {
            claims.insert("preferred_username".into(), json!("dana.king"));
            claims.insert("email".into(), json!("king@helpdesk.example"));
            claims.insert("groups".into(), json!("admins"));
        });
        signed_in(&app, &provider, "site").await.1.assert(303);
        let same = agent(&app, "dana").await.unwrap();
        assert_eq!((&same["id"], &same["email"]), (&dana["id"], &json!("king@helpdesk.example")));
        assert_eq!(same["roles"], json!(["Admin"]));
        let rows = app.root.get("/api/v1/audit?kind=sign_in").await.items();
        assert!(rows[0]["detail"].as_str().is_some_and(|text| text.ends_with("by site")), "{:?}", rows[0]);
        provider.says(|claims| { claims.insert("groups".into(), json!([])); });
        let (visitor, answer) = signed_in(&app, &provider, "site").await;
        assert!(answer.assert(422).text().contains("no account here yet"), "{}", answer.text());
        is_out(&visitor).await;
    }

    async fn an_address_that_somebody_types_as_a_login_blocks_nobody_s_way_by_the_site(database) {
        let provider = Provider::start().await;
        let app = app_with(database, &provider.method("site", CLAIMS)).await;
        for login in ["127.0.0.1", "::1"] {
            for _ in 0..6 {
                tried(&app, login, "guess").await;
            }
        }
        signed_in(&app, &provider, "site").await.1.assert(303);
    }

    async fn a_second_account_there_with_an_agent_s_address_is_not_the_agent(database) {
        let provider = Provider::start().await;
        let app = app_with(database, &provider.method("site", CLAIMS)).await;
        signed_in(&app, &provider, "site").await.1.assert(303);
        provider.says(|claims| { claims.insert("sub".into(), json!("person-8")); });
        let (visitor, answer) = signed_in(&app, &provider, "site").await;
        assert!(answer.assert(422).text().contains("could not be found for certain"), "{}", answer.text());
        is_out(&visitor).await;
    }

    async fn who_is_tied_is_asked_for_no_other_password(database) {
        let provider = Provider::start().await;
        let app = app_with(database, &provider.method("site", CLAIMS)).await;
        app.agent("dana", &["Agent"]).await;
        let now = turnstone::db::Ts(app.clock.now());
        app.db().write(|tx| {
            use diesel::prelude::*;
            use turnstone::db::schema::agents;
            let dana = agents::table.filter(agents::login.eq("dana"));
            diesel::update(dana).set(agents::must_change_password.eq(true)).execute(&mut **tx)?;
            Ok(())
        }).await.unwrap();
        let (visitor, answer) = signed_in(&app, &provider, "site").await;
        answer.assert(303);
        visitor.get("/tickets").await.assert(200);
        // A password that is kept here and counts for nothing is none to be asked for.
        let config = app.desk().config.clone();
        let none = app.db().read(move |conn| {
            let dana = turnstone::people::agents::by_login(conn, "dana")?.id;
            turnstone::sign_in::types_none(conn, &config, dana, now.0)
        }).await.unwrap();
        assert!(none);
    }

    async fn tokens_that_lie_are_not_believed(database) {
        let provider = Provider::start().await;
        let app = app_with(database, &provider.method("site", CLAIMS)).await;
        for sign in [Sign::None, Sign::Hs256, Sign::Foreign, Sign::Crit, Sign::Changed] {
            provider.signs(sign);
            let (visitor, answer) = signed_in(&app, &provider, "site").await;
            assert!(answer.assert(422).text().contains("could not be verified"), "{sign:?}");
            is_out(&visitor).await;
        }
        provider.signs(Sign::Rs256);
        type Lie = fn(&mut serde_json::Map<String, Value>);
        let put: [(&str, Lie); 11] = [
            ("issuer", |claims| { claims.insert("iss".into(), json!("https://evil.example")); }),
            ("audience", |claims| { claims.insert("aud".into(), json!("another")); }),
            ("audiences without a party", |claims| { claims.insert("aud".into(), json!(["turnstone", "another"])); }),
            ("party", |claims| { claims.insert("azp".into(), json!("another")); }),
            ("nonce", |claims| { claims.insert("nonce".into(), json!("of another errand")); }),
            ("no nonce", |claims| { claims.remove("nonce"); }),
            ("over", |claims| { claims.insert("exp".into(), json!(jiff::Timestamp::now().as_second() - 120)); }),
            ("no end", |claims| { claims.remove("exp"); }),
            ("of tomorrow", |claims| { claims.insert("iat".into(), json!(jiff::Timestamp::now().as_second() + 86_400)); }),
            ("of yesterday", |claims| { claims.insert("iat".into(), json!(jiff::Timestamp::now().as_second() - 86_400)); }),
            ("nobody", |claims| { claims.insert("sub".into(), json!("")); }),
        ];
        for (name, lie) in put {
            provider.says(lie);
            let (visitor, answer) = signed_in(&app, &provider, "site").await;
            assert!(answer.assert(422).text().contains("could not be verified"), "{name}: {}", answer.text());
            is_out(&visitor).await;
        }
        assert!(agent(&app, "dana").await.is_none());
    }

    async fn an_address_counts_only_where_it_is_verified(database) {
        let provider = Provider::start().await;
        let app = app_with(database, &provider.method("site", CLAIMS)).await;
        app.agent("dana", &["Agent"]).await;
        for claim in [json!(false), json!("false"), json!(1), Value::Null] {
            provider.says(move |claims| {
                claims.insert("email_verified".into(), claim.clone());
                if claim.is_null() {
                    claims.remove("email_verified");
                }
            });
            let (visitor, answer) = signed_in(&app, &provider, "site").await;
            assert!(answer.assert(422).text().contains("does not confirm your mail address"), "{}", answer.text());
            is_out(&visitor).await;
        }
        provider.says(|_| {});
        let before = agent(&app, "dana").await.unwrap();
        signed_in(&app, &provider, "site").await.1.assert(303);
        assert_eq!(agent(&app, "dana").await.unwrap()["id"], before["id"]);
        assert_eq!(app.root.get("/api/v1/agents").await.items().len(), 2);
        // Whoever is given an administrator's address there is not the administrator.
        let root = agent(&app, "root").await.unwrap()["email"].clone();
        provider.says(move |claims| {
            claims.insert("sub".into(), json!("person-7"));
            claims.insert("email".into(), root.clone());
        });
        let (_, answer) = signed_in(&app, &provider, "site").await;
        assert!(answer.assert(422).text().contains("could not be found for certain"), "{}", answer.text());
    }

    async fn an_errand_is_of_one_browser_and_comes_back_once(database) {
        let provider = Provider::start().await;
        let app = app_with(database, &provider.method("site", CLAIMS)).await;
        // Another browser, and none that was sent.
        let (visitor, address) = there(&app, "site").await;
        let came = provider.visit(&address);
        for other in [app.visitor(), there(&app, "site").await.0] {
            let answer = back(&app, &other, &came).await;
            assert!(answer.assert(422).text().contains("another window"), "{}", answer.text());
            is_out(&other).await;
        }
        // With another state.
        let (visitor_2, address_2) = there(&app, "site").await;
        let forged = provider.visit(&address_2).replace("state=", "state=x");
        back(&app, &visitor_2, &forged).await.assert(422);
        is_out(&visitor_2).await;
        // Rightly, and once more.
        back(&app, &visitor, &came).await.assert(303);
        back(&app, &visitor, &came).await.assert(422);
        // By somebody who holds on to the cookie.
        let visitor = app.visitor();
        let answer = visitor.get("/login/with/site").await;
        let cookie = answer.header("set-cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let came = provider.visit(&answer.location());
        let path = came.strip_prefix(&app.base()).unwrap();
        for expected in [303, 422] {
            let thief = app.visitor();
            let request = thief.request(reqwest::Method::GET, path).header("Cookie", &cookie);
            thief.send(request).await.assert(expected);
        }
        // Too late.
        let (late, address) = there(&app, "site").await;
        let came = provider.visit(&address);
        app.clock.advance(jiff::SignedDuration::from_mins(16));
        back(&app, &late, &came).await.assert(422);
    }

    async fn one_site_is_not_taken_for_another(database) {
        let (honest, evil) = (Provider::start().await, Provider::start().await);
        let text = format!("{}{}", honest.method("honest", CLAIMS), evil.method("evil", CLAIMS));
        let app = app_with(database, &text).await;
        // The browser was sent to the evil site, and comes back with a code of the honest one: at either address.
        let (visitor, address) = there(&app, "evil").await;
        let came = evil.visit(&address);
        back(&app, &visitor, &came.replace("/with/evil/", "/with/honest/")).await.assert(422);
        is_out(&visitor).await;
        let (visitor, address) = there(&app, "honest").await;
        let came = honest.visit(&address);
        let answer = back(&app, &visitor, &format!("{came}&iss={}", evil.issuer())).await;
        answer.assert(422);
        is_out(&visitor).await;
        // A site that says whose its answers are has to.
        let third = Provider::start().await;
        third.describes("authorization_response_iss_parameter_supported", json!(true));
        let app = app_with(database, &third.method("third", CLAIMS)).await;
        let (visitor, address) = there(&app, "third").await;
        back(&app, &visitor, &third.visit(&address)).await.assert(422);
        let (visitor, address) = there(&app, "third").await;
        back(&app, &visitor, &format!("{}&iss={}", third.visit(&address), third.issuer())).await.assert(303);
        // The same person of two sites are two people, of whom the second has no claim on the first one's agent but by the
        // address that both confirm.
        let fourth = Provider::start().await;
        fourth.describes("issuer", json!("https://id.example"));
        let app = app_with(database, &fourth.method("fourth", CLAIMS)).await;
        let answer = app.visitor().get("/login/with/fourth").await;
        assert!(answer.assert(503).text().contains("does not answer just now"), "{}", answer.text());
    }

    async fn a_site_that_is_away_or_leads_astray_lets_nobody_in(database) {
        let provider = Provider::start().await;
        let app = app_with(database, &provider.method("site", CLAIMS)).await;
        for status in [302, 500] {
            provider.answers_codes_with(status);
            let (visitor, answer) = signed_in(&app, &provider, "site").await;
            assert!([422, 503].contains(&answer.status.as_u16()), "{}", answer.status);
            is_out(&visitor).await;
        }
        provider.answers_codes_with(200);
        let (visitor, address) = there(&app, "site").await;
        let state = provider.visit(&address).split("state=").nth(1).unwrap().to_owned();
        let answer = visitor.get(&format!("/login/with/site/callback?error=access_denied&state={state}")).await;
        assert!(answer.assert(422).text().contains("broken off"), "{}", answer.text());
        app.visitor().get("/login/with/nowhere").await.assert(404);
        app.visitor().get("/login/with/nowhere/callback?code=x&state=y").await.assert(404);
        for unencrypted in ["authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"] {
            let provider = Provider::start().await;
            provider.describes(unencrypted, json!("http://id.example/x"));
            let app = app_with(database, &provider.method("site", CLAIMS)).await;
            app.visitor().get("/login/with/site").await.assert(503);
        }
        let gone = Provider::start().await;
        let app = app_with(database, &gone.method("site", CLAIMS)).await;
        gone.down().await;
        let answer = app.visitor().get("/login/with/site").await;
        assert!(answer.assert(503).text().contains("does not answer just now"), "{}", answer.text());
        app.visitor().sign_in("root", tests::binary::PASSWORD).await;
    }

    async fn a_new_key_of_the_site_is_fetched(database) {
        let provider = Provider::start().await;
        let app = app_with(database, &provider.method("site", CLAIMS)).await;
        signed_in(&app, &provider, "site").await.1.assert(303);
        app.clock.advance(jiff::SignedDuration::from_secs(10));
        provider.signs(Sign::Rotated);
        signed_in(&app, &provider, "site").await.1.assert(303);
    }

    async fn signing_out_offers_to_sign_out_there_as_well(database) {
        let provider = Provider::start().await;
        let app = app_with(database, &provider.method("site", CLAIMS)).await;
        let (visitor, answer) = signed_in(&app, &provider, "site").await;
        answer.assert(303);
        visitor.get("/tickets").await.assert(200);
        let out = visitor.submit("/logout", &[]).await;
        assert_eq!(out.assert(303).location(), "/login?out=1&with=site");
        let page = visitor.get("/login?out=1&with=site").await;
        assert!(page.text().contains("/login/with/site/end"), "{}", page.text());
        let leave = visitor.get("/login/with/site/end").await;
        let leave = leave.assert(303).location();
        assert!(leave.starts_with(&format!("{}/end?client_id=turnstone", provider.issuer())), "{leave}");
        is_out(&visitor).await;
    }

    async fn the_site_asks_for_the_password_once_more_before_dangerous_pages(database) {
        let provider = Provider::start().await;
        let app = app_with(database, &provider.method("site", CLAIMS)).await;
        provider.says(|claims| { claims.insert("groups".into(), json!(["admins"])); });
        let (visitor, answer) = signed_in(&app, &provider, "site").await;
        answer.assert(303);
        app.clock.advance(jiff::SignedDuration::from_mins(11));
        visitor.get("/admin/people/new").await.assert(303);
        let page = visitor.get("/raise?next=%2Fadmin%2Fpeople%2Fnew").await;
        assert!(page.text().contains("/raise/with/site?next=%2Fadmin%2Fpeople%2Fnew"), "{}", page.text());
        // The site says nothing of a password that was given just now.
        provider.says(|claims| {
            claims.remove("auth_time");
            let now = jiff::Timestamp::now().as_second() + 11 * 60;
            claims.insert("iat".into(), json!(now));
            claims.insert("exp".into(), json!(now + 300));
        });
        let there = visitor.get("/raise/with/site?next=%2Fadmin%2Fpeople%2Fnew").await;
        let address = there.assert(303).location();
        assert!(address.contains("prompt=login") && address.contains("max_age=0"), "{address}");
        back(&app, &visitor, &provider.visit(&address)).await.assert(422);
        visitor.get("/admin/people/new").await.assert(303);
        // Somebody else gives his.
        for (subject, expected) in [("person-2", 422), ("person-1", 303)] {
            provider.says(move |claims| {
                let now = jiff::Timestamp::now().as_second() + 11 * 60;
                for (name, at) in [("iat", now), ("exp", now + 300), ("auth_time", now)] {
                    claims.insert(name.into(), json!(at));
                }
                claims.insert("sub".into(), json!(subject));
            });
            let there = visitor.get("/raise/with/site?next=%2Fadmin%2Fpeople%2Fnew").await;
            let answer = back(&app, &visitor, &provider.visit(&there.location())).await;
            answer.assert(expected);
            if expected == 303 {
                assert_eq!(answer.location(), "/admin/people/new");
            } else {
                visitor.get("/admin/people/new").await.assert(303);
            }
        }
        visitor.get("/admin/people/new").await.assert(200);
    }

    async fn a_form_that_comes_too_late_waits_while_the_site_is_asked(database) {
        let provider = Provider::start().await;
        let app = app_with(database, &provider.method("site", CLAIMS)).await;
        provider.says(|claims| { claims.insert("groups".into(), json!(["admins"])); });
        let (visitor, answer) = signed_in(&app, &provider, "site").await;
        answer.assert(303);
        visitor.get("/admin/organisations").await.assert(200);
        app.clock.advance(jiff::SignedDuration::from_mins(21));
        let roles = app.root.get("/api/v1/roles").await.items();
        let role = text(&roles.iter().find(|role| role["name"] == "Agent").expect("a role")["id"]);
        let typed = [
            ("name", "New “Comer” & Co"), ("email", "new@helpdesk.example"), ("login", "newcomer"), ("role", &role), ("how", "invite"),
            ("send", "on"), ("page_size", "50"), ("language", "de"), ("time_zone", "Europe/Berlin"), ("expires_at", ""),
        ];
        let page = visitor.submit("/admin/people", &typed).await.assert(200).text();
        assert!(page.contains("/raise/with/site") && page.contains("target=\"_blank\"") && !page.contains("name=\"current\""), "{page}");
        assert!(page.contains("action=\"/admin/people\"") && page.contains("value=\"newcomer\""), "{page}");
        // Sent before he was there, it waits on.
        let page = visitor.submit("/admin/people", &typed).await.assert(200).text();
        assert!(page.contains("value=\"newcomer\"") && agent(&app, "newcomer").await.is_none(), "{page}");
        provider.says(|claims| {
            let now = jiff::Timestamp::now().as_second() + 21 * 60;
            for (name, at) in [("iat", now), ("exp", now + 300), ("auth_time", now)] {
                claims.insert(name.into(), json!(at));
            }
        });
        let there = visitor.get("/raise/with/site?next=%2Fadmin").await;
        back(&app, &visitor, &provider.visit(&there.location())).await.assert(303);
        // The first tab knows nothing of it, and sends what it has.
        let form = page.split("action=\"/admin/people\"").nth(1).and_then(|rest| rest.split("</form>").next()).expect("the form that waits");
        let waits: Vec<(String, String)> = form
            .split("type=\"hidden\" name=\"")
            .skip(1)
            .filter_map(|input| {
                let (name, rest) = input.split_once("\" value=\"")?;
                Some((name.to_owned(), rest.split('"').next()?.replace("&amp;", "&")))
            })
            .filter(|(name, _)| name != "csrf")
            .collect();
        let waits: Vec<(&str, &str)> = waits.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(waits, typed);
        visitor.submit("/admin/people", &waits).await.assert(200);
        assert_eq!(agent(&app, "newcomer").await.expect("the newcomer")["name"], "New “Comer” & Co");
    }

    async fn who_has_no_password_sets_a_second_factor_up_all_the_same(database) {
        let provider = Provider::start().await;
        let app = app_with(database, &provider.method("site", CLAIMS)).await;
        let (visitor, answer) = signed_in(&app, &provider, "site").await;
        answer.assert(303);
        let page = visitor.get("/preferences").await.assert(200).text();
        assert!(page.contains("You have no password here") && !page.contains("/preferences/password"), "{page}");
        assert!(!visitor.get("/preferences/factor").await.assert(200).text().contains("name=\"current\""));
        visitor.submit("/preferences/factor", &[("current", "guess")]).await.assert(422);
        visitor.get("/preferences/factor").await.assert(200);
        visitor.submit("/preferences/factor", &[]).await.assert(303);
        assert!(visitor.get("/preferences/factor").await.text().contains("class=\"qr\""));
        // Later he is asked at his site first.
        app.clock.advance(jiff::SignedDuration::from_mins(21));
        let asked = visitor.get("/preferences/factor").await;
        assert_eq!(asked.assert(303).location(), "/raise?next=%2Fpreferences%2Ffactor");
        let page = visitor.get("/raise?next=%2Fpreferences%2Ffactor").await.assert(200).text();
        assert!(page.contains("/raise/with/site") && !page.contains("name=\"current\""), "{page}");
        visitor.submit("/preferences/factor/codes", &[]).await.assert(422);
    }

    async fn claims_lie_deeper_where_the_settings_say_so(database) {
        let provider = Provider::start().await;
        provider.describes("token_endpoint_auth_methods_supported", json!(["client_secret_post"]));
        let more = format!("roles_claim = \"realm_access.roles\"\ntrust_email = true\n{CLAIMS}");
        let app = app_with(database, &provider.method("site", &more)).await;
        provider.says(|claims| {
            claims.remove("groups");
            claims.remove("email_verified");
            claims.insert("realm_access".into(), json!({ "roles": ["other", "helpdesk"] }));
        });
        signed_in(&app, &provider, "site").await.1.assert(303);
        assert_eq!(agent(&app, "dana").await.unwrap()["roles"], json!(["Agent"]));
        // What is said to be unverified is so, whoever is trusted.
        provider.says(|claims| { claims.insert("email_verified".into(), json!(false)); });
        signed_in(&app, &provider, "site").await.1.assert(422);
    }

    async fn lies_are_slowed_down(database) {
        let provider = Provider::start().await;
        let app = app_with(database, &provider.method("site", CLAIMS)).await;
        provider.signs(Sign::None);
        let mut waits = 0;
        for _ in 0..24 {
            waits += u32::from(signed_in(&app, &provider, "site").await.1.status == 429);
        }
        assert!(waits > 0);
    }
}

#[test]
fn doctor_says_whether_a_site_can_be_asked() {
    tests::run(async {
        let provider = Provider::start().await;
        let app = app_with(Database::Sqlite, &provider.method("site", CLAIMS)).await;
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("sign-in.toml");
        let run = |text: String| {
            std::fs::write(&file, text).unwrap();
            let mut command = app.settings.command(&["doctor"]);
            command.env("TURNSTONE_SIGN_IN_FILE", &file);
            async move {
                let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
                String::from_utf8_lossy(&output.stdout).into_owned()
            }
        };
        let said = run(provider.method("site", CLAIMS)).await;
        assert!(said.contains("site answers at http://127.0.0.1"), "{said}");
        provider.down().await;
        let said = run(provider.method("site", CLAIMS)).await;
        assert!(said.contains("site cannot be asked"), "{said}");
    });
}
