//! All that is known of an agent, taken out for him.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};

/// The files of an archive whose entries are stored as they are.
fn files(archive: &[u8]) -> Vec<(String, String)> {
    let number = |at: usize, long: usize| {
        archive[at..at + long].iter().rev().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte))
    };
    let (mut files, mut at) = (Vec::new(), 0);
    while archive[at..].starts_with(b"PK\x03\x04") {
        let (size, name) = (number(at + 18, 4), number(at + 26, 2));
        let begins = at + 30 + name + number(at + 28, 2);
        let word = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        files.push((word(&archive[at + 30..at + 30 + name]), word(&archive[begins..begins + size])));
        at = begins + size;
    }
    files
}

fn read(files: &[(String, String)], name: &str) -> Value {
    let found = files.iter().find(|(file, _)| file == name);
    serde_json::from_str(&found.unwrap_or_else(|| panic!("no {name}")).1).unwrap()
}

async fn signed_in(app: &TestApp, login: &str) -> Client {
    let browser = app.visitor();
    browser.sign_in(login, PASSWORD).await;
    browser
}

async fn key(app: &TestApp, login: &str) -> String {
    let all = app.root.get("/api/v1/agents").await.items();
    text(&all.iter().find(|one| one["login"] == login).unwrap()["id"])
}

both_databases! {
    async fn an_agent_is_taken_out_whole_and_without_secrets(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("A question")).await;
        dana.reply(&number, "Danas answer.").await;
        dana.post(&format!("/api/v1/tickets/{number}/notes"), json!({ "body_text": "Danas note." })).await.assert(201);
        dana.put(&format!("/api/v1/tickets/{number}/draft"), json!({ "body_text": "Danas secret draft" })).await.assert(200);
        dana.post("/api/v1/views", json!({ "name": "Danas view", "q": "state:open" })).await.assert(201);
        app.root.post(&format!("/api/v1/tickets/{number}/notes"), json!({ "body_text": "Not of Dana." })).await.assert(201);
        app.queue("dana", "for-dana@helpdesk.example").await;
        let browser = signed_in(&app, "dana").await;
        browser.get("/preferences").await.assert(200);
        let id = key(&app, "dana").await;
        let admin = signed_in(&app, "root").await;
        let page = admin.get(&format!("/admin/people/{id}")).await.assert(200).text();
        assert!(page.contains(&format!("/admin/people/{id}/personal-data")), "{page}");
        let answer = admin.submit(&format!("/admin/people/{id}/personal-data"), &[]).await;
        assert_eq!(answer.assert(200).header("content-type"), "application/zip");
        let files = files(&answer.body);
        let about = read(&files, "agent.json");
        assert_eq!((&about["agent"]["login"], &about["agent"]["email"]), (&json!("dana"), &json!("dana@helpdesk.example")));
        assert_eq!(about["agent"]["roles"], json!(["Agent"]));
        assert_eq!(about["sign_in"]["tokens"][0]["name"], "test");
        assert_eq!((about["sign_in"]["sessions"].as_array().unwrap().len(), &about["sign_in"]["password_kept_here"]), (1, &json!(true)));
        assert_eq!(about["preferences"]["saved_searches"][0]["name"], "Danas view");
        assert_eq!(about["tickets"]["drafts_without_text"][0]["ticket"], number.as_str());
        let written = read(&files, "written-1.json");
        let texts: Vec<(&Value, &Value)> = written.as_array().unwrap().iter().map(|one| (&one["text"], &one["internal"])).collect();
        assert_eq!(texts.len(), 2, "{texts:?}");
        assert!(texts[0].0.as_str().unwrap().contains("Danas answer.") && texts[0].1 == false, "{texts:?}");
        assert!(texts[1].0.as_str().unwrap().contains("Danas note.") && texts[1].1 == true, "{texts:?}");
        assert!(written.as_array().unwrap().iter().all(|one| one["ticket"] == number.as_str()));
        let logged = read(&files, "audit-1.json");
        let kinds: Vec<&Value> = logged.as_array().unwrap().iter().map(|line| &line["kind"]).collect();
        assert!(kinds.contains(&&json!("agent")) && kinds.contains(&&json!("sign_in")), "{kinds:?}");
        assert!(!kinds.contains(&&json!("queue")), "a queue that is called like her is not her: {kinds:?}");
        assert!(logged[0]["by_himself"] == false && logged[0].get("agent").is_none(), "colleagues keep their names");
        let archive = String::from_utf8_lossy(&answer.body).into_owned();
        for word in ["argon2", "Danas secret draft", "Not of Dana", "tst_", &browser.csrf()] {
            assert!(!archive.contains(word), "{word}");
        }
        let log = app.root.get("/api/v1/audit?kind=personal_data").await.items();
        assert_eq!((log.len(), &log[0]["subject"], &log[0]["agent"]), (1, &json!("dana"), &json!("root")), "{log:?}");
        // The same for programs.
        let same = app.root.post(&format!("/api/v1/agents/{id}/personal-data"), Value::Null).await;
        assert_eq!(read(&self::files(&same.assert(201).body), "agent.json")["agent"]["login"], "dana");
        assert_eq!(app.root.get("/api/v1/audit?kind=personal_data").await.items().len(), 2);
    }

    async fn an_agent_is_taken_out_only_by_who_may_see_all(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let (id, admin) = (key(&app, "dana").await, signed_in(&app, "root").await);
        let path = format!("/admin/people/{id}/personal-data");
        let role = |name: &str, queue: &str, rights: Value| json!({ "name": name, "grants": [{ "queue": queue, "rights": ["full"] }], "installation": rights });
        for (login, body) in [
            ("kim", role("Doorkeeper", "Support", json!(["people", "export", "api"]))),
            ("lou", role("Personnel", "*", json!(["people", "api"]))),
        ] {
            let name = text(&body["name"]);
            app.root.post("/api/v1/roles", body).await.assert(201);
            let program = app.agent(login, &[&name]).await;
            let browser = signed_in(&app, login).await;
            browser.get(&format!("/admin/people/{id}")).await.assert(200);
            browser.submit(&path, &[]).await.assert(403);
            program.post(&format!("/api/v1/agents/{id}/personal-data"), Value::Null).await.assert(403);
        }
        assert!(app.root.get("/api/v1/audit?kind=personal_data").await.items().is_empty());
        app.root.post("/api/v1/agents/999999/personal-data", Value::Null).await.assert(404);
        // The password is asked for once it was given long ago.
        admin.get(&format!("/admin/people/{id}")).await.assert(200);
        app.advance(SignedDuration::from_mins(21)).await;
        assert!(admin.submit(&path, &[]).await.assert(200).text().contains("action=\"/raise\""));
        assert!(app.root.get("/api/v1/audit?kind=personal_data").await.items().is_empty());
    }
}
