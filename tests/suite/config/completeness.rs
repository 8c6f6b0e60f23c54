//! Nothing of the configuration is forgotten: each column of each table is in the file, or it says here why it is not.

use std::collections::{BTreeMap, BTreeSet};

use diesel::RunQueryDsl as _;
use serde_json::Value;
use tests::app::TestApp;
use tests::both_databases;
use turnstone::portable;

use super::portable::{lived_in, run};

/// A column of the configuration: the field of the file that says it, or why none does.
enum Held {
    As(&'static str),
    Not(&'static str),
}
use Held::{As, Not};

const KEY: Held = Not("goes by its name");
const WHEN: Held = Not("when somebody did it is in the audit log");

type Columns = &'static [(&'static str, Held)];

/// Tables of the configuration, the part of the file, and each column.
const IN_FILE: &[(&str, &str, Columns)] = &[
    (
        "queues",
        "queues",
        &[
            ("id", KEY),
            ("name", As("name")),
            ("parent_id", As("parent")),
            ("sender_name", As("sender_name")),
            ("signature", As("signature")),
            ("salutation", As("salutation")),
            ("salutation_unnamed", As("salutation_unnamed")),
            ("auto_response", As("answers")),
            ("follow_up_policy", As("follow_up_policy")),
            ("strict_matching", As("strict_matching")),
            ("subject_tag", As("subject_tag")),
            ("unlock_minutes", As("unlock_minutes")),
            ("hold_seconds", As("hold_seconds")),
            ("note", As("note")),
            ("closed_days", As("closed_days")),
            ("reply_token", As("reply_token")),
            ("own_rights", As("own_rights")),
            ("language", As("language")),
            ("calendar_id", As("calendar")),
            ("retired_at", As("retired")),
            ("created_at", WHEN),
        ],
    ),
    (
        "queue_addresses",
        "queues",
        &[("address", As("addresses")), ("queue_id", KEY), ("position", Not("their order in the list"))],
    ),
    (
        "auto_response_switches",
        "queues",
        &[("queue_id", KEY), ("kind", As("answers")), ("enabled", As("answers"))],
    ),
    (
        "sign_in_methods",
        "sign_in",
        &[
            ("id", As("id")),
            ("position", Not("their order in the list")),
            ("said", As("label")),
            ("secret", Not("no secret is in the file")),
            ("agent_id", WHEN),
            ("changed_at", WHEN),
        ],
    ),
    (
        "calendars",
        "calendars",
        &[
            ("id", As("own")),
            ("name", As("name")),
            ("time_zone", As("time_zone")),
            ("hours", As("hours")),
            ("holidays", As("holidays")),
            ("retired_at", As("retired")),
        ],
    ),
    (
        "roles",
        "roles",
        &[
            ("id", KEY),
            ("name", As("name")),
            ("installation", As("installation")),
            ("retired_at", As("retired")),
            ("created_at", WHEN),
            ("needs_factor", As("second_factor")),
            ("description", As("description")),
        ],
    ),
    (
        "role_grants",
        "roles",
        &[("id", KEY), ("role_id", KEY), ("queue_id", As("grants")), ("permission", As("grants"))],
    ),
    (
        "reply_templates",
        "templates",
        &[
            ("id", KEY),
            ("name", As("name")),
            ("language", As("language")),
            ("body", As("body")),
            ("owner_id", Not("what one person wrote for himself is not in the file")),
            ("state", As("state")),
            ("state_id", As("state")),
            ("wait_days", As("wait_days")),
            ("to_queue_id", As("move_to")),
            ("priority", As("priority")),
            ("tags", As("tags")),
            (
                "retired_at",
                Not("what is offered no more is not in the file: its name is free for another one"),
            ),
            ("updated_at", WHEN),
            ("updated_by", WHEN),
        ],
    ),
    ("reply_template_queues", "templates", &[("template_id", KEY), ("queue_id", As("queues"))]),
    ("reply_template_roles", "templates", &[("template_id", KEY), ("role_id", As("roles"))]),
    (
        "states",
        "states",
        &[
            ("id", KEY),
            ("kind", As("kind")),
            ("name", As("name")),
            ("key", As("name")),
            ("place", As("place")),
            ("retired_at", As("retired")),
        ],
    ),
    (
        "priorities",
        "priorities",
        &[
            ("level", As("name")),
            ("name", As("called")),
            ("retired_at", As("retired")),
            ("usual", As("usual")),
        ],
    ),
    (
        "auto_response_templates",
        "auto_responses",
        &[
            ("id", KEY),
            ("queue_id", As("queue")),
            ("kind", As("kind")),
            ("language", As("language")),
            ("subject", As("subject")),
            ("body", As("body")),
            ("updated_at", WHEN),
            ("updated_by", WHEN),
        ],
    ),
    (
        "mailboxes",
        "mailboxes",
        &[
            ("id", KEY),
            ("name", As("name")),
            ("kind", As("kind")),
            ("address", As("address")),
            ("host", As("host")),
            ("port", As("port")),
            ("security", As("security")),
            ("ca", As("ca")),
            ("login", As("login")),
            ("auth", As("auth")),
            ("secret", Not("no secret is in the file")),
            ("token_url", As("token_url")),
            ("client_id", As("client_id")),
            ("scope", As("scope")),
            ("directory", As("directory")),
            ("folders", As("folders")),
            ("after", As("after")),
            ("move_to", As("move_to")),
            ("existing", As("existing")),
            ("queue_id", As("queue")),
            ("trusted", As("trusted")),
            ("max_bytes", As("max_bytes")),
            ("poll_seconds", As("poll_seconds")),
            ("disabled_at", As("rests")),
            ("version", Not("counts changes")),
            ("created_at", WHEN),
            ("retired_at", Not("what was removed is not configuration any more")),
        ],
    ),
    (
        "filter_versions",
        "filters",
        &[
            ("id", Not("the newest version counts")),
            ("rules", As("conditions")),
            ("agent_id", WHEN),
            ("restored_id", WHEN),
            ("created_at", WHEN),
        ],
    ),
];

const PEOPLE: &str = "people come and go by their own pages and as a table, not with the configuration";
const HABITS: &str = "what one person chose for himself";
const SECRETS: &str = "secrets, or proofs of who somebody is";
const TICKETS: &str = "tickets and what belongs to them";
const MAIL: &str = "mail on its way, and what became of it";
const WORKING: &str = "what the program remembers of its own work";

/// Tables that are no configuration, and why.
const NOT_IN_FILE: &[(&str, &str)] = &[
    ("settings", "by its rows: see `ROWS`"),
    ("blobs", MAIL),
    ("agents", PEOPLE),
    ("agent_roles", PEOPLE),
    ("organisations", PEOPLE),
    ("organisation_domains", PEOPLE),
    ("customers", PEOPLE),
    ("customer_addresses", PEOPLE),
    ("customer_words", PEOPLE),
    ("customer_merges", PEOPLE),
    ("customer_merge_tickets", PEOPLE),
    ("notification_ways", HABITS),
    ("queue_mutes", HABITS),
    ("agent_habits", HABITS),
    ("views", "a search that is kept belongs to the agent who made it, a shared one too"),
    ("password_links", SECRETS),
    ("password_requests", SECRETS),
    ("sessions", SECRETS),
    ("tokens", SECRETS),
    ("sign_in_failures", SECRETS),
    ("factors", SECRETS),
    ("passkeys", SECRETS),
    ("passkey_challenges", SECRETS),
    ("recovery_codes", SECRETS),
    ("identities", SECRETS),
    ("spent_states", SECRETS),
    ("viewings", SECRETS),
    ("tickets", TICKETS),
    ("queue_counts", TICKETS),
    ("articles", TICKETS),
    ("article_salutations", TICKETS),
    ("message_ids", TICKETS),
    ("merges", TICKETS),
    ("merge_articles", TICKETS),
    ("article_moves", TICKETS),
    ("planned_replies", TICKETS),
    ("drafts", TICKETS),
    ("attachments", TICKETS),
    ("participants", TICKETS),
    ("ticket_links", TICKETS),
    ("ticket_tags", TICKETS),
    ("watchers", TICKETS),
    ("reads", TICKETS),
    ("events", TICKETS),
    ("deadlines", TICKETS),
    ("milestones", TICKETS),
    ("acts", TICKETS),
    ("bin", TICKETS),
    ("bulks", TICKETS),
    ("bulk_items", TICKETS),
    ("uploads", TICKETS),
    ("upload_pieces", TICKETS),
    ("inbound_mails", MAIL),
    ("outbox", MAIL),
    ("auto_responses", MAIL),
    ("mailbox_states", MAIL),
    ("mailbox_folders", MAIL),
    ("mailbox_mails", MAIL),
    ("mailbox_tests", MAIL),
    ("relay_trials", MAIL),
    ("intake_brakes", WORKING),
    ("idempotency_keys", WORKING),
    ("notices", WORKING),
    ("gathered", WORKING),
    ("digests", WORKING),
    ("audit_events", "the audit log only grows, and each installation has its own"),
    ("audit_counts", WORKING),
];

/// Rows of `settings`: what they begin with, and the part of the file, or after a dash why there is none.
const ROWS: &[(&str, &str)] = &[
    ("organisation", "organisation"),
    ("look", "look"),
    ("look_logo", "look"),
    ("agent_domains", "agent_domains"),
    ("default_queue", "queues"),
    ("set:", "settings"),
    ("relay_secret", "- no secret is in the file"),
    ("relay_sealed", "- what a sender found out"),
    ("relay_outage", "- what a sender found out"),
    ("image_key", "- a secret of this installation"),
    ("reply_keys", "- a secret of this installation"),
    ("browser_key", "- a secret of this installation"),
    ("setup_link", "- a secret of this installation"),
    ("first_steps", "- which steps somebody has been through"),
    ("ticket_text_below", "- how far the program has got"),
    ("audit_forwarded", "- how far the program has got"),
];

/// The tables of the schema, each with its columns.
fn schema() -> BTreeMap<String, BTreeSet<String>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../backend/src/db/schema.rs");
    let source = std::fs::read_to_string(path).unwrap();
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut table = None;
    for line in source.lines() {
        if line == "}" {
            table = None;
        } else if let Some((name, _)) =
            line.split_once(" (").filter(|(name, rest)| name.starts_with("    ") && rest.ends_with(") {"))
        {
            table = Some(name.trim().to_owned());
        } else if let (Some(table), Some((column, _))) = (&table, line.split_once(" -> ")) {
            tables.entry(table.clone()).or_default().insert(column.trim().to_owned());
        }
    }
    assert!(tables.len() > 60, "{} tables", tables.len());
    tables
}

#[test]
fn each_table_and_each_column_of_the_configuration_is_in_the_file_or_it_says_why_not() {
    let schema = schema();
    let known: BTreeSet<&str> =
        IN_FILE.iter().map(|(table, ..)| *table).chain(NOT_IN_FILE.iter().map(|(table, _)| *table)).collect();
    let tables: BTreeSet<&str> = schema.keys().map(String::as_str).collect();
    assert_eq!(
        known, tables,
        "put a new table into backend/src/portable, or say here why it is no configuration"
    );
    for (table, _, columns) in IN_FILE {
        let named: BTreeSet<String> = columns.iter().map(|(column, _)| (*column).to_owned()).collect();
        assert_eq!(
            named, schema[*table],
            "columns of {table}: put a new one into backend/src/portable, or say here why not"
        );
        assert!(columns.iter().all(|(_, held)| !matches!(held, Not(""))));
    }
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Text)]
    key: String,
}

both_databases! {
    async fn what_is_said_to_be_in_the_file_is_there(database) {
        let app = TestApp::start(database).await;
        lived_in(&app).await;
        let (_, file) = run(&app.settings, &["config", "export"], "").await;
        let document = serde_json::to_value(portable::parse(&file).unwrap()).unwrap();
        for (table, part, columns) in IN_FILE {
            let entries = document[*part].as_array().unwrap();
            for (column, held) in *columns {
                let As(field) = held else { continue };
                let usual = [Value::Null, Value::Bool(false), Value::from(""), Value::from(0), serde_json::json!([]), serde_json::json!({})];
                let told = entries.iter().any(|entry| !usual.contains(&entry[*field]));
                assert!(told, "{table}.{column}: no entry of {part} says {field}; let the installation of the test have one that does");
            }
        }
        let rows = app.db().read(|conn| Ok(diesel::sql_query("SELECT key FROM settings").load::<Row>(conn)?)).await.unwrap();
        for Row { key } in rows {
            // How far each directory has been compared.
            if key.starts_with("directory") {
                continue;
            }
            let known = ROWS.iter().find(|(row, _)| key == *row || (row.ends_with(':') && key.starts_with(row)));
            let (_, part) = known.unwrap_or_else(|| panic!("the row {key} of settings is neither in the file nor known here"));
            assert!(part.starts_with("- ") || !document[*part].is_null(), "{key}: {part}");
        }
    }
}
