//! A directory in which not everybody means well, or in which something is not as it should be.

use serde_json::json;
use tests::slapd::BASE;
use tests::{Slapd, both_databases};

use super::{ROLES, agent, app_with, tried};

both_databases! {
    async fn a_filter_that_finds_somebody_else_than_the_name_opens_lets_nobody_in(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "employeeNumber: mallory");
        slapd.person("mallory", "another tide", &[], "");
        let more = format!(
            "direct_bind = \"uid={{login}},ou=people,{BASE}\"\nlogin_attribute = \"employeeNumber\"\n{ROLES}"
        );
        let app = app_with(database, &slapd.method_with("none", &more)).await;
        tried(&app, "mallory", "another tide").await.1.assert(422);
        assert!(slapd.log().contains("BIND dn=\"uid=dana"), "{}", slapd.log());
        assert_eq!(app.root.get("/api/v1/agents").await.items().len(), 1);
        // What is no plain login is not made into a name at all.
        let before = slapd.log().matches("BIND dn").count();
        for login in ["mallory,ou=people", "mallory\\2c", "m(allory", "\u{ff44}ana", "m allory"] {
            tried(&app, login, "another tide").await.1.assert(422);
            app.advance(jiff::SignedDuration::from_mins(16)).await;
        }
        assert_eq!(slapd.log().matches("BIND dn").count(), before);
    }

    async fn a_group_of_the_same_name_elsewhere_gives_nothing(database) {
        let slapd = Slapd::start().await;
        slapd.person("mallory", "a tide of words", &[], "");
        slapd.add(&format!("dn: cn=helpdesk,ou=people,{BASE}\nobjectClass: groupOfNames\ncn: helpdesk\nmember: {}\n", Slapd::dn("mallory")));
        let base = format!("group_base = \"ou=groups,{BASE}\"\n[method.roles]\nhelpdesk = [\"Agent\"]\n");
        for more in [ROLES, &base] {
            let app = app_with(database, &slapd.method("none", more)).await;
            tried(&app, "mallory", "a tide of words").await.1.assert(422);
            assert!(agent(&app, "mallory").await.is_none());
        }
        slapd.join("mallory", "helpdesk");
        let app = app_with(database, &slapd.method("none", &base)).await;
        tried(&app, "mallory", "a tide of words").await.1.assert(303);
    }

    async fn groups_are_asked_for_only_when_the_password_was_right(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", &format!("sync_minutes = 0\ngroup_base = \"ou=groups,{BASE}\"\n{ROLES}"))).await;
        let searches = || slapd.log().matches("SRCH base=\"ou=groups").count();
        for login in ["dana", "nobody"] {
            tried(&app, login, "wrong").await.1.assert(422);
        }
        assert_eq!(searches(), 0, "{}", slapd.log());
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        assert_eq!(searches(), 1, "{}", slapd.log());
    }

    async fn without_a_name_for_ever_nobody_is_known(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", &format!("id_attribute = \"employeeNumber\"\n{ROLES}"))).await;
        tried(&app, "dana", "wrong").await.1.assert(422);
        tried(&app, "dana", "a tide of words").await.1.assert(503);
        assert!(agent(&app, "dana").await.is_none());
        let app = app_with(database, &slapd.method("none", &format!("id_attribute = \"dn\"\n{ROLES}"))).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
    }

    async fn an_end_that_was_set_here_is_not_undone_by_signing_in(database) {
        let slapd = Slapd::start().await;
        let now = jiff::Timestamp::now();
        let at = |hours: i64| (now + jiff::SignedDuration::from_hours(hours)).strftime("%Y%m%d%H%MZ").to_string();
        slapd.person("dana", "a tide of words", &["helpdesk"], &format!("endsAt: {}", at(100)));
        let app = app_with(database, &slapd.method("none", &format!("expires_attribute = \"endsAt\"\n{ROLES}"))).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        let id = agent(&app, "dana").await.unwrap()["id"].as_str().unwrap().to_owned();
        let kept = || app.db().read(|conn| Ok(turnstone::people::agents::by_login(conn, "dana")?.expires_at));
        let hours = async || kept().await.unwrap().map(|end| (end.0.duration_since(now).as_secs() + 60) / 3_600);
        assert_eq!(hours().await, Some(100));
        // What came from there goes with it, later as well.
        slapd.set("dana", "endsAt", &at(200));
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        assert_eq!(hours().await, Some(200));
        // What people set here holds; only sooner goes.
        let end = (now + jiff::SignedDuration::from_hours(50)).to_string();
        app.root.patch(&format!("/api/v1/agents/{id}"), json!({ "expires_at": end })).await.assert(200);
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        assert_eq!(hours().await, Some(50));
        app.advance(jiff::SignedDuration::from_hours(51)).await;
        let (_, answer) = tried(&app, "dana", "a tide of words").await;
        assert!(answer.assert(422).text().contains("closed"), "{}", answer.text());
        assert_eq!(hours().await, Some(50));
        // An end that came from there and is over is another one as soon as it is there.
        slapd.person("ben", "a tide of words", &["helpdesk"], &format!("endsAt: {}", at(60)));
        tried(&app, "ben", "a tide of words").await.1.assert(303);
        app.advance(jiff::SignedDuration::from_hours(10)).await;
        tried(&app, "ben", "a tide of words").await.1.assert(422);
        slapd.set("ben", "endsAt", &at(300));
        tried(&app, "ben", "a tide of words").await.1.assert(303);
    }
}
