//! Two that change places in one file.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::both_databases;

use super::portable::run;

/// The file with two words in each other's place.
fn swapped(file: &str, one: &str, other: &str) -> String {
    file.replace(one, "\u{1}").replace(other, one).replace('\u{1}', other)
}

both_databases! {
    async fn what_changes_names_in_one_file_is_applied_at_once(database) {
        let app = TestApp::start(database).await;
        app.queue("Alpha", "alpha@helpdesk.example").await;
        app.queue("Omega", "omega@helpdesk.example").await;
        let queues = app.root.get("/api/v1/queues").await.items();
        let id = |name: &str| text(&queues.iter().find(|queue| queue["name"] == name).unwrap()["id"]);
        app.root.patch(&format!("/api/v1/queues/{}", id("Omega")), json!({ "parent": "Alpha", "note": "Below", "retired": true })).await.assert(200);
        for (name, rights, hours, body) in [("Alpha", "reply", "9-12", "One"), ("Omega", "note", "12-17", "Two")] {
            let grants = json!([{ "queue": name, "rights": [rights] }]);
            app.root.post("/api/v1/roles", json!({ "name": name, "grants": grants })).await.assert(201);
            app.root.post("/api/v1/calendars", json!({ "name": name, "hours": { "monday": hours } })).await.assert(201);
            let tags = json!({ "tags": [name] });
            app.root.post("/api/v1/templates", json!({ "name": name, "body_text": body, "queues": [name], "effects": tags })).await.assert(201);
        }
        let (_, before) = run(&app.settings, &["config", "export"], "").await;
        let after = swapped(&swapped(&before, "Alpha", "Omega"), "alpha@", "omega@");
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &after).await;
        assert!(good, "{said}");
        // The order of its parts follows names.
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let (_, now) = run(&app.settings, &["config", "export"], "").await;
        assert_eq!(sorted(&now), sorted(&after));
        assert_ne!(now, before);
        // What has a key keeps it: tickets of a queue stay where they are, and members of a role have what it gives now.
        let queues = app.root.get("/api/v1/queues").await.items();
        let alpha = queues.iter().find(|queue| queue["name"] == "Alpha").unwrap();
        assert_eq!((text(&alpha["id"]), &alpha["parent"], &alpha["note"]), (id("Alpha"), &json!("Omega"), &json!("Below")), "{alpha}");
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &before).await;
        assert!(good, "and back: {said}");
        assert_eq!(run(&app.settings, &["config", "export"], "").await.1, before);
        // The same with the one that goes down standing first in the file: places are taken from the top.
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &now).await;
        assert!(good, "{said}");
        assert_eq!(run(&app.settings, &["config", "export"], "").await.1, now);
    }

    async fn the_installations_own_calendar_changes_names_with_another(database) {
        let app = TestApp::start(database).await;
        app.root.put("/api/v1/calendars/1", json!({ "name": "Ours", "hours": { "monday": "9-17" } })).await.assert(200);
        app.root.post("/api/v1/calendars", json!({ "name": "Late", "hours": { "monday": "12-20" } })).await.assert(201);
        app.queue("Billing", "billing@helpdesk.example").await;
        let queues = app.root.get("/api/v1/queues").await.items();
        let billing = text(&queues.iter().find(|queue| queue["name"] == "Billing").unwrap()["id"]);
        app.root.patch(&format!("/api/v1/queues/{billing}"), json!({ "calendar": "Late" })).await.assert(200);
        let (_, before) = run(&app.settings, &["config", "export"], "").await;
        let after = swapped(&before, "\"Ours\"", "\"Late\"");
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &after).await;
        assert!(good, "{said}");
        let own = app.root.get("/api/v1/calendars/1").await.assert(200).json();
        assert_eq!((&own["name"], &own["hours"]["monday"]), (&json!("Late"), &json!("09:00-17:00")), "{own}");
        assert_eq!(app.root.get(&format!("/api/v1/queues/{billing}")).await.json()["calendar"], "Ours");
        // A name that somebody else has, of whom the file says nothing, is taken; and that is said of which calendar.
        let taken = "[[calendars]]\nname = \"Ours\"\nown = true\n[calendars.hours]\nmonday = \"9-17\"";
        let (good, said) = run(&app.settings, &["config", "apply", "-"], taken).await;
        assert!(!good && said.contains("line 2: calendars: Ours: name: "), "{said}");
    }

    async fn the_right_to_manage_people_goes_from_one_role_to_another(database) {
        let app = TestApp::start(database).await;
        let (_, before) = run(&app.settings, &["config", "export"], "").await;
        // Root has both roles: whoever loses it comes after whoever gets it.
        app.root.post("/api/v1/roles", json!({ "name": "Zookeeper", "grants": [] })).await.assert(201);
        let people = app.root.get("/api/v1/agents").await.items();
        let root = people.iter().find(|agent| agent["login"] == "root").unwrap();
        let mut roles: Vec<String> = root["roles"].as_array().unwrap().iter().map(|role| role.as_str().unwrap_or_else(|| role["name"].as_str().unwrap()).to_owned()).collect();
        roles.push("Zookeeper".to_owned());
        app.root.patch(&format!("/api/v1/agents/{}", text(&root["id"])), json!({ "roles": roles })).await.assert(200);
        let admin = before.find("name = \"Admin\"").unwrap();
        let entry = &before[before[..admin].rfind("[[roles]]").unwrap()..];
        let entry = &entry[..entry[1..].find("\n[[roles]]\n").map_or_else(|| entry.find("\n# ").unwrap(), |end| end + 1)];
        let keeper = entry.replace("\"Admin\"", "\"Zookeeper\"");
        let file = format!("[[roles]]\nname = \"Admin\"\n{keeper}");
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &file).await;
        assert!(good, "{said}");
        // And nobody is left without: the role that nobody has cannot be the only one.
        let file = format!("[[roles]]\nname = \"Zookeeper\"\n{}", entry.replace("\"Admin\"", "\"Empty\""));
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &file).await;
        assert!(!good && said.contains("roles: Zookeeper"), "{said}");
    }
}
