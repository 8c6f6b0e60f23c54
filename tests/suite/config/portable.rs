//! The configuration as one file, and back.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::{Database, Settings, both_databases};

/// An installation in which everything that the file knows was changed.
pub async fn lived_in(app: &TestApp) {
    app.queue("Billing", "billing@helpdesk.example").await;
    let late = json!({ "name": "Late \"shift\"", "time_zone": "Europe/Berlin", "hours": { "monday": "12-22", "sunday": "8-9, 10-11" },
        "holidays": [{ "day": "12-24", "name": "Christmas Eve" }, { "day": "2026-12-28" }] });
    let late = app.root.post("/api/v1/calendars", late).await.assert(201).json();
    let gone = json!({ "name": "Gone", "hours": { "friday": "0-24" } });
    let gone = app.root.post("/api/v1/calendars", gone).await.assert(201).json();
    app.root.put_nothing(&format!("/api/v1/calendars/{}/retirement", text(&gone["id"]))).await.assert(204);
    app.root
        .put("/api/v1/calendars/1", json!({ "name": "Ours", "hours": { "tuesday": "9-17" } }))
        .await
        .assert(200);
    let queues = app.root.get("/api/v1/queues").await.items();
    let billing = text(&queues.iter().find(|queue| queue["name"] == "Billing").unwrap()["id"]);
    let change = json!({ "parent": "Support", "addresses": ["billing@helpdesk.example", "bills@helpdesk.example"],
        "signature": "Kind regards\n\"Billing\" 'team'", "follow_up_policy": "new_ticket", "closed_days": 30,
        "strict_matching": true, "hold_seconds": 20, "note": "Ask first", "salutation": "Hello {{customer.name}},",
        "salutation_unnamed": "Dear Sir or Madam,", "calendar": "Late \"shift\"", "language": "de" });
    app.root.patch(&format!("/api/v1/queues/{billing}"), change).await.assert(200);
    // A queue goes on counting by what is offered no more.
    app.root.put_nothing(&format!("/api/v1/calendars/{}/retirement", text(&late["id"]))).await.assert(204);
    app.queue("Old", "old@helpdesk.example").await;
    let old = text(
        &app.root.get("/api/v1/queues").await.items().iter().find(|queue| queue["name"] == "Old").unwrap()["id"],
    );
    app.root.patch(&format!("/api/v1/queues/{old}"), json!({ "retired": true })).await.assert(200);
    let grants = json!([{ "queue": "Billing", "rights": ["reply", "move_into"] }, { "queue": "*", "rights": ["read"] }]);
    app.root
        .post("/api/v1/roles", json!({ "name": "Biller", "grants": grants, "installation": ["export"] }))
        .await
        .assert(201);
    let state = json!({ "name": "No answer needed", "state_type": "closed" });
    app.root.post("/api/v1/states", state).await.assert(201);
    for (name, kind) in [("Solved", "closed"), ("Waiting for supplier", "pending_reminder"), ("Old", "open")]
    {
        let state = json!({ "name": name, "state_type": kind });
        let made = app.root.post("/api/v1/states", state).await.assert(201).json();
        let path = format!("/api/v1/states/{}", text(&made["id"]));
        if name == "Solved" {
            app.root.put(&path, json!({ "place": 1 })).await.assert(200);
        }
        if name == "Old" {
            app.root.put_nothing(&format!("{path}/retirement")).await.assert(204);
        }
    }
    let priorities = json!({ "usual": 2, "priorities": [{ "rank": 4, "name": "Production stands" }, { "rank": 1, "retired": true }] });
    app.root.put("/api/v1/priorities", priorities).await.assert(200);
    let macros = json!({ "name": "Close it", "language": "de", "body_text": "Hallo {{customer.name}},\n\nfertig.", "queues": ["Billing"],
        "effects": { "state": "solved", "priority": "high", "tags": ["done"], "queue": "Support" } });
    app.root.post("/api/v1/templates", macros).await.assert(201);
    let roles = json!({ "name": "For billers", "body_text": "Paid.", "roles": ["Biller"] });
    app.root.post("/api/v1/templates", roles).await.assert(201);
    let answer = json!({ "queue": "Billing", "kind": "received", "language": "de", "subject": "Da", "body": "Ist da.", "enabled": false });
    app.root.put("/api/v1/auto-responses", answer).await.assert(200);
    let ca = rcgen::generate_simple_self_signed(["imap.customer.example".to_owned()]).unwrap().cert.pem();
    let mailbox = json!({ "ca": ca, "name": "Post", "kind": "imap", "host": "imap.customer.example", "login": "desk", "password": "s3cr3t-word",
        "queue": "Billing", "enabled": false });
    app.root.post("/api/v1/mailboxes", mailbox).await.assert(201);
    let rule = json!({ "name": "Urgent", "conditions": [{ "on": "subject", "test": "contains", "value": "urgent" }],
        "actions": { "queue": "Billing", "priority": "high", "state": "Waiting for supplier", "hours": 5, "owner": "root", "tags": ["hot"] } });
    app.root.put("/api/v1/filters", json!({ "rules": [rule] })).await.assert(200);
    let browser = app.visitor();
    browser.sign_in("root", tests::binary::PASSWORD).await;
    browser.get("/admin/settings").await.assert(200);
    browser.submit("/admin/settings", &[("key", "SESSION_HOURS"), ("value", "24")]).await.assert(303);
    browser.submit("/admin/people/domains", &[("domains", "helpdesk.example")]).await.assert(303);
    let (good, said) = run(&app.settings, &["config", "apply", "-"], MORE).await;
    assert!(good, "{said}");
}

/// What else the file knows, and pages of the tests do not reach: a relay that signs in, a logo, mailboxes of each kind, answers
/// of all queues, a role that is retired, a tree of three storeys.
const MORE: &str = r##"
[look]
colour = "#aa3300"
theme = "dark"
logo = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAACklEQVR4nGMAAQAABQABDQottAAAAABJRU5ErkJggg=="

[settings]
SMTP_RELAY = "smtps://desk@relay.customer.example:465?connections=3"

[[queues]]
name = "Third storey"
parent = "Billing"
addresses = []
sender_name = "The \"third\", Ltd."
language = "fr"
answers = ["new_because_closed"]
follow_up_policy = "reopen"
unlock_minutes = 0
hold_seconds = 0
subject_tag = true
reply_token = true
own_rights = true
retired = true

[[roles]]
name = "Former"
description = "As it was until 2025"
second_factor = true
retired = true
[[roles.grants]]
queue = "Old"
rights = ["read", "note"]

[[templates]]
name = "Wait"
body = "Wir warten."
state = "pending reminder"
wait_days = 3

[[auto_responses]]
kind = "received"
language = "fr"
subject = "Bien reçu"
body = "C’est là."

[[sign_in]]
kind = "local"
only_admins = false

[[sign_in]]
kind = "oidc"
id = "cloud"
label = "Cloud \"sign-in\""
issuer = "https://id.cloud.example/realms/desk"
client_id = "turnstone"
scopes = ["email"]
make_agents = false
trust_email = true
timeout_seconds = 9

[sign_in.roles]
"support desk" = ["Agent"]

[[sign_in]]
kind = "ldap"
id = "company"
url = "ldaps://ldap.customer.example"
bind_dn = "cn=desk"
base = "dc=customer"
filter = "(mail={login})"
login_attribute = "mail"
expires_attribute = "expires"
disabled_attribute = "shut"
disabled_values = ["yes", "ja"]
group_base = "ou=groups"
make_agents = true
trust_email = false
sync_minutes = 30

[sign_in.roles]
"cn=desk,ou=groups" = ["Agent"]

[[mailboxes]]
name = "Folder"
kind = "maildir"
directory = "/var/mail/desk"
folders = ["INBOX"]
security = "none"
auth = "password"
after = "leave"
existing = "skip"
max_bytes = 1000000
poll_seconds = 60
queue = "Old"
trusted = true
rests = true

[[mailboxes]]
name = "Cloud"
kind = "imap"
address = "cloud@helpdesk.example"
host = "imap.cloud.example"
port = 993
security = "tls"
login = "cloud@helpdesk.example"
auth = "oauth2"
token_url = "https://login.cloud.example/token"
client_id = "turnstone"
scope = "mail"
folders = ["INBOX", "Invoices"]
after = "move"
move_to = "Done"
existing = "take"
max_bytes = 1000000
poll_seconds = 300
"##;

#[derive(diesel::QueryableByName)]
struct Words {
    #[diesel(sql_type = diesel::sql_types::Text)]
    words: String,
}

/// What lies in each table, in a form that can be compared; the audit log included.
pub async fn everything(app: &TestApp, database: Database) -> Vec<String> {
    use diesel::RunQueryDsl as _;
    let tables = match database {
        Database::Sqlite => {
            "SELECT name AS words FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
        }
        Database::Postgres => {
            "SELECT CAST(table_name AS TEXT) AS words FROM information_schema.tables \
             WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name"
        }
    };
    let looked = move |conn: &mut turnstone::db::Conn| -> turnstone::error::Result<Vec<String>> {
        let mut all = Vec::new();
        for Words { words: table } in diesel::sql_query(tables).load::<Words>(conn)? {
            let line = match database {
                Database::Postgres => String::from("CAST(t AS TEXT)"),
                Database::Sqlite => {
                    let columns = format!("SELECT name AS words FROM pragma_table_info('{table}')");
                    let columns = diesel::sql_query(columns).load::<Words>(conn)?;
                    columns
                        .iter()
                        .map(|it| format!("quote(\"{}\")", it.words))
                        .collect::<Vec<_>>()
                        .join(" || ',' || ")
                }
            };
            let lines = format!("SELECT {line} AS words FROM \"{table}\" t ORDER BY 1");
            let lines = diesel::sql_query(lines).load::<Words>(conn)?;
            all.extend(lines.into_iter().map(|it| format!("{table}: {}", it.words)));
        }
        Ok(all)
    };
    app.db().read(looked).await.unwrap()
}

/// The files of the data directory but for the database's own, with their lengths.
fn files(app: &TestApp) -> Vec<(String, u64)> {
    let mut all = Vec::new();
    let mut open = vec![app.settings.data_directory()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let name = entry.path().display().to_string();
            match entry.file_type().unwrap().is_dir() {
                true => open.push(entry.path()),
                // The running server writes into them all the time, and twice a minute how far its log has got.
                false
                    if name.contains("turnstone.db")
                        || name.ends_with("audit-head")
                        || name.contains("/.audit") => {}
                false => all.push((name, entry.metadata().unwrap().len())),
            }
        }
    }
    all.sort();
    all
}

pub async fn run(settings: &Settings, arguments: &[&str], input: &str) -> (bool, String) {
    let (settings, input) = (settings.clone(), input.to_owned());
    let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
    let ran = move || {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        settings.run(&words, input.as_bytes())
    };
    let output = tokio::task::spawn_blocking(ran).await.unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (output.status.success(), said)
}

both_databases! {
    async fn what_is_exported_makes_an_empty_installation_the_same_on_either_database(database) {
        let app = TestApp::start(database).await;
        lived_in(&app).await;
        let (good, file) = run(&app.settings, &["config", "export"], "").await;
        assert!(good, "{file}");
        for word in ["# Queues.", "[[queues]]", "[[calendars]]", "Late ", "Billing", "Biller", "Close it", "Urgent", "[[states]]", "Waiting for supplier", "Production stands", "imap.customer.example", "SESSION_HOURS"] {
            assert!(file.contains(word), "{word}:\n{file}");
        }
        assert!(!file.contains("s3cr3t"), "{file}");
        // Nothing to do where it comes from.
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &file).await;
        assert!(good && said.contains("Everything is as the file says."), "{said}");
        // Back to a calendar that is offered no more, from another one.
        let queues = app.root.get("/api/v1/queues").await.items();
        let billing = text(&queues.iter().find(|queue| queue["name"] == "Billing").unwrap()["id"]);
        app.root.patch(&format!("/api/v1/queues/{billing}"), json!({ "calendar": null })).await.assert(200);
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &file).await;
        assert!(good, "{said}");
        assert_eq!(run(&app.settings, &["config", "export"], "").await.1, file);
        let other = if database == Database::Sqlite { Database::Postgres } else { Database::Sqlite };
        for to in [database, other] {
            let empty = TestApp::start(to).await;
            let (_, before) = run(&empty.settings, &["config", "export"], "").await;
            let (files, rows) = (files(&empty), everything(&empty, to).await);
            let (good, said) = run(&empty.settings, &["config", "apply", "--dry-run", "-"], &file).await;
            assert!(good && said.contains("+ queues: Billing") && said.contains("nothing was changed"), "{said}");
            assert_eq!(everything(&empty, to).await, rows, "not a row");
            assert_eq!(self::files(&empty), files, "not a file: no key either, with which a mailbox’s secret would be sealed");
            assert_eq!(run(&empty.settings, &["config", "export"], "").await.1, before, "a look changes nothing");
            let (good, said) = run(&empty.settings, &["config", "apply", "-"], &file).await;
            assert!(good, "{said}");
            assert_eq!(run(&empty.settings, &["config", "export"], "").await.1, file, "to {to:?}");
            let (_, again) = run(&empty.settings, &["config", "apply", "-"], &file).await;
            assert!(again.contains("Everything is as the file says."), "{again}");
            // By the verbs: it is in the audit log, with its author.
            let written = empty.root.get("/api/v1/audit?kind=role").await.items();
            let biller = written.iter().find(|one| one["subject"] == "Biller").expect("an entry");
            assert_eq!((&biller["agent"], &biller["cause"]), (&json!("root"), &json!("cli")));
        }
    }

    async fn a_rank_gets_another_name_and_macros_that_set_it_go_on(database) {
        let app = TestApp::start(database).await;
        lived_in(&app).await;
        let (_, file) = run(&app.settings, &["config", "export"], "").await;
        assert!(file.contains("called = \"Production stands\"") && file.contains("priority = \"high\""), "{file}");
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &file.replace("Production stands", "Everything stands")).await;
        assert!(good, "{said}");
        let macros = app.root.get("/api/v1/templates").await.items();
        let one = macros.iter().find(|one| one["name"] == "Close it").expect("the macro");
        assert_eq!(one["effects"]["priority"], "Everything stands");
    }

    async fn a_file_with_a_mistake_changes_nothing_and_says_where(database) {
        let app = TestApp::start(database).await;
        let (_, before) = run(&app.settings, &["config", "export"], "").await;
        for (file, word) in [
            ("organisation = 3", "organisation"),
            ("nonsense = true", "nonsense"),
            ("organisation = \"New\"\n[[roles]]\nname = \"R\"\n[[roles.grants]]\nqueue = \"Nowhere\"\nrights = [\"read\"]", "Nowhere"),
            ("organisation = \"New\"\n[[calendars]]\nname = \"C\"\n[calendars.hours]\nmontag = \"9-17\"", "montag"),
            ("organisation = \"New\"\n[settings]\nSESSION_HOURS = \"0\"", "from 1 to 8784"),
        ] {
            let (good, said) = run(&app.settings, &["config", "apply", "-"], file).await;
            assert!(!good && said.contains(word), "{file}: {said}");
            assert_eq!(run(&app.settings, &["config", "export"], "").await.1, before, "{file}");
        }
        // Who has fewer rights brings nothing about.
        app.agent("dana", &["Agent"]).await;
        let (good, said) = run(&app.settings, &["config", "apply", "--as", "dana", "-"], "organisation = \"New\"").await;
        assert!(!good, "{said}");
    }
}
