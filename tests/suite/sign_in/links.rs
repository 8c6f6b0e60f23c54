//! Agents and who they are elsewhere: tied once, and never by somebody else's word alone to whoever manages people.

use serde_json::json;
use tests::binary::PASSWORD;
use tests::{Slapd, both_databases};

use super::{ROLES, agent, app_with, tried};

both_databases! {
    async fn an_agent_who_is_there_is_tied_by_his_address(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        app.agent("dana", &["Agent"]).await;
        let before = agent(&app, "dana").await.unwrap();
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        let all = app.root.get("/api/v1/agents").await.items();
        assert_eq!(all.len(), 2, "{all:?}");
        assert_eq!(agent(&app, "dana").await.unwrap()["id"], before["id"]);
        let admin = app.visitor();
        admin.sign_in("root", PASSWORD).await;
        let page = admin.get(&format!("/admin/people/{}", tests::app::text(&before["id"]))).await;
        assert!(page.assert(200).text().contains("Known elsewhere"), "{}", page.text());
        let rows = app.root.get("/api/v1/audit?kind=agent").await.items();
        assert!(rows.iter().any(|row| row["after"]["tied_to"]["method"] == "company"), "{rows:?}");
        // A password of her own is for administrators alone, where the file does not say otherwise.
        tried(&app, "dana", PASSWORD).await.1.assert(422);
        tried(&app, "root", PASSWORD).await.1.assert(303);
    }

    async fn a_tie_is_taken_away_on_the_page_and_with_it_who_came_in_by_it(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        let (dana, answer) = tried(&app, "dana", "a tide of words").await;
        answer.assert(303);
        dana.get("/tickets").await.assert(200);
        let id = agent(&app, "dana").await.unwrap()["id"].as_str().unwrap().to_owned();
        let (admin, path) = (app.visitor(), format!("/admin/people/{id}"));
        admin.sign_in("root", PASSWORD).await;
        assert!(admin.get(&path).await.assert(200).text().contains("Untie from company"));
        admin.submit(&format!("{path}/ties/end"), &[("method", "elsewhere")]).await.assert(404);
        dana.get("/tickets").await.assert(200);
        let done = admin.submit(&format!("{path}/ties/end"), &[("method", "company")]).await;
        let page = admin.get(&done.assert(303).location()).await.assert(200).text();
        assert!(page.contains("Untied.") && !page.contains("Untie from company"), "{page}");
        dana.get("/tickets").await.assert(303);
        let rows = app.root.get("/api/v1/audit?kind=agent").await.items();
        assert!(rows.iter().any(|row| row["before"]["tied_to"]["method"] == "company" && row["agent"] == "root"), "{rows:?}");
        admin.submit(&format!("{path}/ties/end"), &[("method", "company")]).await.assert(404);
    }

    async fn nobody_cuts_off_the_only_way_by_which_he_comes_in(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["admins"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        let (dana, answer) = tried(&app, "dana", "a tide of words").await;
        answer.assert(303);
        let id = agent(&app, "dana").await.unwrap()["id"].as_str().unwrap().to_owned();
        let path = format!("/admin/people/{id}");
        dana.get(&path).await.assert(200);
        let refused = dana.submit(&format!("{path}/ties/end"), &[("method", "company")]).await;
        assert!(refused.assert(409).text().contains("no other way in"), "{}", refused.text());
        dana.get(&path).await.assert(200);
        // Somebody else may: he sees what he does.
        let admin = app.visitor();
        admin.sign_in("root", PASSWORD).await;
        admin.get(&path).await.assert(200);
        admin.submit(&format!("{path}/ties/end"), &[("method", "company")]).await.assert(303);
        dana.get(&path).await.assert(303);
    }

    async fn who_manages_people_is_tied_by_hand_alone(database) {
        let slapd = Slapd::start().await;
        // Whoever may write his own address into the directory would be root here.
        slapd.person("mallory", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        let root = agent(&app, "root").await.unwrap();
        slapd.set("mallory", "mail", root["email"].as_str().unwrap());
        let (_, answer) = tried(&app, "mallory", "a tide of words").await;
        assert!(answer.assert(422).text().contains("could not be found for certain"), "{}", answer.text());
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("sign-in.toml");
        std::fs::write(&file, slapd.method("none", ROLES)).unwrap();
        let run = |arguments: &[&str]| {
            let output = app.settings.command(arguments).env("TURNSTONE_SIGN_IN_FILE", &file).output().unwrap();
            (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
        };
        let (_, seen) = run(&["directory", "test", "--login", "mallory", "--json"]);
        let seen: serde_json::Value = serde_json::from_str(&seen).unwrap_or_else(|_| panic!("{seen}"));
        let subject = seen["subject"].as_str().unwrap();
        let link = ["agent", "link", "--login", "root", "--method", "company", "--subject", subject, "--as", "mallory"];
        let (good, said) = run(&link);
        assert!(good, "{said}");
        let (visitor, answer) = tried(&app, "mallory", "a tide of words").await;
        answer.assert(303);
        visitor.get("/admin/roles").await.assert(200);
        // Tied to another, it is his no more: he hears of it, and so does the log.
        app.agent("ann", &["Agent"]).await;
        let to_ann = ["agent", "link", "--login", "ann", "--method", "company", "--subject", subject, "--as", "mallory"];
        let (good, said) = run(&to_ann);
        assert!(good, "{said}");
        let rows = app.root.get("/api/v1/audit?kind=agent").await.items();
        let lost = |row: &serde_json::Value| row["before"]["tied_to"]["subject"] == subject && row.to_string().contains("root");
        assert!(rows.iter().any(lost), "{rows:?}");
        let told = app.relay.wait_for(root["email"].as_str().unwrap(), 2).await;
        assert!(told.iter().any(|mail| mail.mail().text().contains("company")), "{told:?}");
        let (good, said) = run(&link);
        assert!(good, "{said}");
        let (good, said) = run(&["agent", "unlink", "--login", "root", "--method", "company"]);
        assert!(good, "{said}");
        tried(&app, "mallory", "a tide of words").await.1.assert(422);
        let (good, said) = run(&["agent", "link", "--login", "root", "--method", "nowhere", "--subject", "x"]);
        assert!(!good && said.contains("nowhere"), "{said}");
    }

    async fn a_foreign_domain_makes_no_agent_and_a_shut_agent_stays_out(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        slapd.person("ben", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        let now = turnstone::db::Ts(app.clock.now());
        app.db().write(move |tx| {
            let root = turnstone::people::agents::by_login(tx, "root")?.id;
            let actor = turnstone::access::Actor::load(tx, root, turnstone::db::Cause::Web, now.0)?;
            let people = turnstone::access::for_people(tx, &actor)?;
            turnstone::people::domains::set(tx, &people, &["helpdesk.example".to_owned()], now)
        }).await.unwrap();
        slapd.set("ben", "mail", "ben@elsewhere.example");
        tried(&app, "ben", "a tide of words").await.1.assert(422);
        assert!(agent(&app, "ben").await.is_none());
        let (dana, answer) = tried(&app, "dana", "a tide of words").await;
        answer.assert(303);
        let id = agent(&app, "dana").await.unwrap()["id"].as_str().unwrap().to_owned();
        app.settings.must(&["agent", "disable", "--login", "dana"], "");
        dana.get("/tickets").await.assert(303);
        let (_, answer) = tried(&app, "dana", "a tide of words").await;
        assert!(answer.assert(422).text().contains("closed"), "{}", answer.text());
        // Neither under a new name in the directory, nor as a second agent.
        slapd.remove("dana");
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        tried(&app, "dana", "a tide of words").await.1.assert(422);
        let all = app.root.get("/api/v1/agents").await.items();
        assert_eq!(all.len(), 2, "{all:?}");
        assert_eq!(all.iter().filter(|agent| agent["id"] == json!(id) && agent["active"] == false).count(), 1);
    }

    async fn nobody_is_made_where_that_is_not_wanted(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", &format!("make_agents = false\n{ROLES}"))).await;
        tried(&app, "dana", "a tide of words").await.1.assert(422);
        assert!(agent(&app, "dana").await.is_none());
        app.agent("dana", &["Agent"]).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
    }

    async fn who_came_by_a_directory_is_not_shown_as_invited(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        let admin = app.visitor();
        admin.sign_in("root", PASSWORD).await;
        let list = |standing: &'static str| {
            let admin = &admin;
            async move { admin.get(&format!("/admin/people?state={standing}")).await.assert(200).text().contains("Dana Agent") }
        };
        assert!(list("active").await && !list("invited").await);
    }

    async fn whose_password_is_kept_elsewhere_chooses_none_here(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        app.agent("ben", &["Agent"]).await;
        app.hush().await;
        for login in ["dana", "ben"] {
            let visitor = app.visitor();
            visitor.get("/password/reset").await.assert(200);
            visitor.submit("/password/reset", &[("login", login)]).await.assert(200);
        }
        app.relay.wait_for("ben@helpdesk.example", 1).await;
        app.settle().await;
        assert!(app.relay.received_by("dana@helpdesk.example").is_empty());
    }

    async fn who_writes_an_agent_s_address_into_the_directory_is_not_the_agent(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        slapd.person("mallory", "another tide", &["helpdesk"], "");
        slapd.set("mallory", "mail", "dana@helpdesk.example");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        app.agent("dana", &["Agent"]).await;
        let (visitor, answer) = tried(&app, "mallory", "another tide").await;
        assert!(answer.assert(422).text().contains("could not be found for certain"), "{}", answer.text());
        visitor.get("/tickets").await.assert(303);
        // Nor where addresses are proof, once Dana is tied.
        let trusting = slapd.method("none", &format!("trust_email = true\n{ROLES}"));
        let app = app_with(database, &trusting).await;
        app.agent("dana", &["Agent"]).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        tried(&app, "mallory", "another tide").await.1.assert(422);
        // Where they are, another login is no obstacle.
        let app = app_with(database, &trusting).await;
        app.agent("dana", &["Agent"]).await;
        tried(&app, "mallory", "another tide").await.1.assert(303);
        assert_eq!(app.root.get("/api/v1/agents").await.items().len(), 2);
    }

    async fn any_right_of_the_whole_installation_is_tied_by_hand_alone(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        let body = json!({ "name": "Exporter", "grants": [], "installation": ["export"] });
        app.root.post("/api/v1/roles", body).await.assert(201);
        app.agent("dana", &["Agent", "Exporter"]).await;
        tried(&app, "dana", "a tide of words").await.1.assert(422);
    }

    async fn an_address_that_another_agent_has_is_not_carried_over(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", ROLES)).await;
        app.agent("ben", &["Agent"]).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        slapd.set("dana", "mail", "ben@helpdesk.example");
        slapd.set("dana", "cn", "Dana King");
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        let dana = agent(&app, "dana").await.unwrap();
        assert_eq!((&dana["name"], &dana["email"]), (&json!("Dana King"), &json!("dana@helpdesk.example")));
    }
}
