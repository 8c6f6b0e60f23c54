//! A directory, as slapd is one.

use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use serde_json::json;
use tests::binary::PASSWORD;
use tests::slapd::BASE;
use tests::{Slapd, both_databases};

use super::{ROLES, agent, app_with, tried};

both_databases! {
    async fn somebody_of_the_directory_becomes_an_agent_with_the_roles_of_his_groups(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        slapd.person("eve", "another tide", &[], "");
        let app = app_with(database, &slapd.method("ldaps", ROLES)).await;
        let (dana, answer) = tried(&app, "dana", "a tide of words").await;
        answer.assert(303);
        dana.get("/tickets").await.assert(200);
        let made = agent(&app, "dana").await.expect("an agent");
        assert_eq!(
            (&made["name"], &made["email"], &made["roles"]),
            (&json!("Dana Agent"), &json!("dana@helpdesk.example"), &json!(["Agent"]))
        );
        for (login, password) in [
            ("dana", "wrong"),
            // A name without a password is a stranger to a directory, who is let in as one.
            ("dana", ""),
            ("*", "a tide of words"),
            ("dan*", "a tide of words"),
            ("dana)(uid=*", "a tide of words"),
            // Other spellings, which directories take for the same: each would have tries of its own.
            ("\u{ff44}ana", "a tide of words"),
            ("da\u{ad}na", "a tide of words"),
            ("nobody", "a tide of words"),
        ] {
            let (_, answer) = tried(&app, login, password).await;
            assert_eq!(answer.status, 422, "{login} {password}");
            app.advance(jiff::SignedDuration::from_mins(16)).await;
        }
        // Her password is right; her groups give nothing.
        let (_, answer) = tried(&app, "eve", "another tide").await;
        assert!(answer.assert(422).text().contains("no account here yet"), "{}", answer.text());
        assert!(agent(&app, "eve").await.is_none());
        let rows = app.root.get("/api/v1/audit?kind=sign_in").await.items();
        assert!(rows[0]["detail"].as_str().is_some_and(|text| text.ends_with("by company")), "{:?}", rows[0]);
        // Nobody has a password here for whom nobody set one.
        let now = app.clock.now();
        let kept = app.db().read(move |conn| turnstone::people::sessions::candidate(conn, "dana", now)).await;
        assert!(kept.unwrap().is_some_and(|(_, hash)| hash.is_none()));
    }

    async fn the_line_is_encrypted_and_the_certificate_is_checked(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        for security in ["starttls", "none"] {
            let app = app_with(database, &slapd.method(security, ROLES)).await;
            tried(&app, "dana", "a tide of words").await.1.assert(303);
        }
        assert!(slapd.log().contains("STARTTLS"), "{}", slapd.log());
        // Of another authority, and for another name: the directory counts as away, and gets no password.
        let mut other = CertificateParams::new(Vec::<String>::new()).unwrap();
        other.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let other = other.self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("other.pem"), other).unwrap();
        let before = slapd.log().matches("BIND dn").count();
        for security in ["starttls", "ldaps"] {
            let method = slapd.method(security, ROLES);
            let ca = method.split("ca = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
            let foreign = method.replace(&ca, home.path().join("other.pem").to_str().unwrap());
            for method in [foreign, method.replace("localhost", "127.0.0.1")] {
                let app = app_with(database, &method).await;
                let (_, answer) = tried(&app, "dana", "a tide of words").await;
                assert!(answer.assert(503).text().contains("does not answer just now"), "{}", answer.text());
            }
        }
        assert_eq!(slapd.log().matches("BIND dn").count(), before);
    }

    async fn an_outage_is_said_and_keeps_nobody_out_who_has_a_password_here(database) {
        let mut slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("ldaps", ROLES)).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        slapd.down();
        let mut pages = Vec::new();
        for login in ["dana", "nobody"] {
            let (_, answer) = tried(&app, login, "a tide of words").await;
            pages.push(answer.assert(503).text().replace(login, "LOGIN"));
        }
        assert!(pages[0].contains("directory of your organisation does not answer"), "{}", pages[0]);
        assert_eq!(pages[0], pages[1]);
        // An outage makes nobody a guesser: neither the audit log nor the address knows of it, only the login waits.
        let rows = app.root.get("/api/v1/audit?kind=sign_in_failed").await.items();
        assert!(rows.is_empty(), "{rows:?}");
        let noted = app.db().read(|conn| {
            use diesel::prelude::*;
            use turnstone::db::schema::sign_in_failures;
            Ok(sign_in_failures::table.select((sign_in_failures::login, sign_in_failures::address)).order(sign_in_failures::login).load::<(String, String)>(conn)?)
        }).await.unwrap();
        assert_eq!(noted, [("dana".to_owned(), String::new()), ("nobody".to_owned(), String::new())]);
        let (root, answer) = tried(&app, "root", PASSWORD).await;
        answer.assert(303);
        root.get("/raise").await.assert(200);
        root.submit("/raise", &[("current", PASSWORD)]).await.assert(303);
        root.get("/admin/people/new").await.assert(200);
        slapd.up().await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
    }

    async fn a_directory_that_does_not_answer_or_talks_nonsense_is_away(database) {
        use tokio::io::AsyncWriteExt as _;
        for nonsense in [&b""[..], &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], &b"\x30\x84\xff\xff\xff\xff"[..]] {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            let answering = tokio::spawn(async move {
                let mut lines = Vec::new();
                while let Ok((mut line, _)) = listener.accept().await {
                    // Whoever has gone by now needs no nonsense any more.
                    let _ = line.write_all(nonsense).await;
                    lines.push(line);
                }
            });
            let text = format!(
                "[[method]]\nkind = \"ldap\"\nid = \"company\"\nurl = \"ldap://127.0.0.1:{port}\"\ntls = \"none\"\n\
                 bind_dn = \"cn=t\"\nbind_password = \"x\"\nbase = \"dc=x\"\ntimeout_seconds = 1\n{ROLES}"
            );
            let app = app_with(database, &text).await;
            let start = Instant::now();
            tried(&app, "dana", "a tide of words").await.1.assert(503);
            assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
            tried(&app, "root", PASSWORD).await.1.assert(303);
            answering.abort();
        }
    }

    async fn referrals_are_not_followed(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = elsewhere.local_addr().unwrap().port();
        slapd.add(&format!(
            "dn: ou=elsewhere,ou=people,{BASE}\nobjectClass: referral\nobjectClass: extensibleObject\nou: elsewhere\n\
             ref: ldap://127.0.0.1:{port}/dc=evil\n"
        ));
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        let whole = slapd.method("none", ROLES).replace("ou=people", "ou=elsewhere,ou=people");
        let app = app_with(database, &whole).await;
        tried(&app, "dana", "a tide of words").await.1.assert(503);
        let came = tokio::time::timeout(Duration::from_millis(200), elsewhere.accept()).await;
        assert!(came.is_err(), "nobody asks there");
    }

    async fn guessing_is_slowed_down_whoever_knows_the_password(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        for _ in 0..5 {
            tried(&app, "dana", "guess").await.1.assert(422);
        }
        let binds = slapd.log().matches("BIND dn").count();
        tried(&app, "dana", "a tide of words").await.1.assert(429);
        assert_eq!(slapd.log().matches("BIND dn").count(), binds, "the directory is not asked meanwhile");
        app.advance(jiff::SignedDuration::from_mins(20)).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
    }

    async fn whose_account_is_shut_or_over_in_the_directory_does_not_come_in(database) {
        let slapd = Slapd::start().await;
        let now = jiff::Timestamp::now().as_second();
        // Active Directory counts in tenths of a microsecond since 1601.
        let ticks = |seconds: i64| (seconds + 11_644_473_600) * 10_000_000;
        let lines = [
            ("free", String::new(), true),
            ("normal", "userAccountControl: 512".to_owned(), true),
            ("shut", "userAccountControl: 514".to_owned(), false),
            ("locked", "accountLocked: TRUE".to_owned(), false),
            ("unlocked", "accountLocked: FALSE".to_owned(), true),
            ("never", "accountExpires: 9223372036854775807".to_owned(), true),
            ("zero", "accountExpires: 0".to_owned(), true),
            ("later", format!("accountExpires: {}", ticks(now + 86_400)), true),
            ("over", format!("accountExpires: {}", ticks(now - 86_400)), false),
        ];
        for (login, line, _) in &lines {
            slapd.person(login, "a tide of words", &["helpdesk"], line);
        }
        let more = "disabled_attribute = \"accountLocked\"\ndisabled_values = [\"true\"]\nexpires_attribute = \"accountExpires\"\n";
        let app = app_with(database, &slapd.method("none", &format!("{more}{ROLES}"))).await;
        for (login, line, comes_in) in &lines {
            let (_, answer) = tried(&app, login, "a tide of words").await;
            assert_eq!(answer.status.as_u16(), if *comes_in { 303 } else { 422 }, "{login} {line}");
        }
        // An end that cannot be read is no reason to let somebody in.
        slapd.set("free", "accountExpires", "someday");
        tried(&app, "free", "a tide of words").await.1.assert(503);
        // The end goes along, and holds here as well.
        let (later, _) = tried(&app, "later", "a tide of words").await;
        later.get("/tickets").await.assert(200);
        let kept = app.db().read(|conn| turnstone::people::agents::by_login(conn, "later")).await.unwrap().expires_at;
        assert_eq!(kept.map(|end| end.0.as_second()), Some(now + 86_400));
    }

    async fn a_new_name_in_the_directory_is_the_same_agent(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        let before = agent(&app, "dana").await.expect("an agent");
        slapd.rename("dana", "dana.king");
        slapd.set("dana.king", "cn", "Dana King");
        slapd.set("dana.king", "mail", "dana.king@helpdesk.example");
        tried(&app, "dana.king", "a tide of words").await.1.assert(303);
        let all = app.root.get("/api/v1/agents").await.items();
        assert_eq!(all.len(), 2, "{all:?}");
        let after = all.iter().find(|agent| agent["id"] == before["id"]).expect("the same agent");
        assert_eq!((&after["name"], &after["email"]), (&json!("Dana King"), &json!("dana.king@helpdesk.example")));
        let (_, answer) = tried(&app, "dana", "a tide of words").await;
        answer.assert(422);
    }

    async fn groups_give_and_take_their_roles_and_leave_others_alone(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        app.role("Triage", "Support", &["read"]).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        let id = agent(&app, "dana").await.unwrap()["id"].as_str().unwrap().to_owned();
        app.root.patch(&format!("/api/v1/agents/{id}"), json!({ "roles": ["Agent", "Triage"] })).await.assert(200);
        slapd.join("dana", "admins");
        slapd.leave("dana", "helpdesk");
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        assert_eq!(agent(&app, "dana").await.unwrap()["roles"], json!(["Admin", "Triage"]));
        slapd.leave("dana", "admins");
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        assert_eq!(agent(&app, "dana").await.unwrap()["roles"], json!(["Triage"]));
    }

    async fn groups_that_name_their_members_count_as_well(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let more = format!("group_base = \"ou=groups,{BASE}\"\ngroup_filter = \"(member={{dn}})\"\n");
        let roles = format!("[method.roles]\n\"CN=Helpdesk, OU=Groups, {}\" = [\"Agent\"]\n", BASE.to_uppercase());
        let app = app_with(database, &slapd.method("none", &format!("{more}{roles}"))).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        assert_eq!(agent(&app, "dana").await.unwrap()["roles"], json!(["Agent"]));
    }

    async fn without_an_account_of_ours_people_ask_for_themselves(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let bind = format!("direct_bind = \"uid={{login}},ou=people,{BASE}\"\n");
        let app = app_with(database, &slapd.method_with("starttls", &format!("{bind}{ROLES}"))).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        for (login, password) in [("dana", "wrong"), ("dana", ""), ("dana,ou=people", "a tide of words"), ("nobody", "x")] {
            tried(&app, login, password).await.1.assert(422);
        }
    }

    async fn the_password_of_the_directory_counts_once_more_before_dangerous_pages(database) {
        let mut slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["admins"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        let (dana, answer) = tried(&app, "dana", "a tide of words").await;
        answer.assert(303);
        app.advance(jiff::SignedDuration::from_mins(11)).await;
        dana.get("/admin/people/new").await.assert(303);
        dana.get("/raise").await.assert(200);
        dana.submit("/raise", &[("current", "wrong")]).await.assert(422);
        dana.submit("/raise", &[("current", "")]).await.assert(422);
        dana.submit("/raise", &[("current", "a tide of words")]).await.assert(303);
        dana.get("/admin/people/new").await.assert(200);
        slapd.down();
        dana.get("/raise").await.assert(200);
        let answer = dana.submit("/raise", &[("current", "a tide of words")]).await;
        assert!(answer.assert(422).text().contains("does not answer just now"));
    }

    async fn a_role_that_asks_for_a_second_factor_asks_everybody(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        app.settings.must(&["role", "factor", "--name", "Agent", "--required", "yes"], "");
        let (dana, answer) = tried(&app, "dana", "a tide of words").await;
        assert!(answer.assert(303).location().starts_with("/login/enrolment"), "{}", answer.location());
        dana.get("/tickets").await.assert(303);
    }

    async fn time_does_not_tell_whom_the_directory_knows(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        let took = async |login: &str| {
            let mut fastest = Duration::MAX;
            for _ in 0..4 {
                let start = Instant::now();
                tried(&app, login, "wrong password").await.1.assert(422);
                fastest = fastest.min(start.elapsed());
            }
            fastest.as_secs_f64()
        };
        let (known, unknown) = (took("dana").await, took("nobody").await);
        assert!(known / unknown < 2.0 && unknown / known < 2.0, "{known} {unknown}");
        // As many questions for the one as for the other.
        let binds = |dn: &str| slapd.log().matches(&format!("BIND dn=\"{dn}")).count();
        assert_eq!(binds("uid=dana"), 4, "{}", slapd.log());
        assert_eq!(binds("cn=nobody"), 4, "{}", slapd.log());
    }

    async fn doctor_says_whether_the_directory_can_be_asked(database) {
        let mut slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let roles = "[method.roles]\n\"cn=helpdesk,ou=groups,dc=company,dc=example\" = [\"Agent\", \"Ghost\"]\n";
        let text = slapd.method("ldaps", roles);
        let app = app_with(database, &text).await;
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("sign-in.toml");
        let run = |text: &str, arguments: &[&str]| {
            std::fs::write(&file, text).unwrap();
            let output = app.settings.command(arguments).env("TURNSTONE_SIGN_IN_FILE", &file).output().unwrap();
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
        };
        let said = run(&text, &["doctor"]);
        assert!(said.contains("directory: company answers at ldaps://"), "{said}");
        assert!(said.contains("roles that do not exist: Ghost"), "{said}");
        let said = run(&text, &["directory", "test", "--login", "dana"]);
        assert!(said.contains("uid=dana,ou=people") && said.contains("Agent, Ghost") && said.contains("open"), "{said}");
        let said = run(&text, &["directory", "test", "--login", "*"]);
        assert!(said.contains("finds no one entry"), "{said}");
        let said = run(&text.replace("looks people up", "wrong"), &["doctor"]);
        assert!(said.contains("does not let cn=turnstone") && !said.contains("\"wrong\""), "{said}");
        let said = run(&text.replace("ou=people", "ou=nowhere"), &["doctor"]);
        assert!(said.contains("nothing at the base ou=nowhere"), "{said}");
        slapd.down();
        let said = run(&text, &["doctor"]);
        assert!(said.contains("company cannot be asked: no connection"), "{said}");
    }
}
