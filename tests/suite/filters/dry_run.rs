//! A dry run foretells what really happens: the same mails, the same rules, a second installation.

use std::collections::HashMap;

use serde_json::{Value, json};
use tests::app::{SUPPORT, TestApp, text};
use tests::{Database, Mail, both_databases, mail};
use turnstone::postmaster::{self, Accepted};

use super::rules;

/// A mail and how it comes.
struct Letter {
    mail: Mail,
    from: String,
    to: &'static str,
    trusted: bool,
}

fn letter(mail: Mail) -> Letter {
    Letter { from: mail.sender().to_owned(), mail, to: SUPPORT, trusted: false }
}

/// Threads, copies, machines, strangers, files, control headers.
fn letters() -> Vec<Letter> {
    let mut all = Vec::new();
    for number in 0..12 {
        let first = mail(&format!("c{number}@customer{}.example", number % 4))
            .subject(
                ["Invoice 7", "Password lost", "[news] Weekly", "Offer", "Server down", "Hello"][number % 6],
            )
            .text(
                ["Please pay.", "I cannot sign in.", "Unsubscribe here.", "urgent: read this", "help"]
                    [number % 5],
            )
            .to(if number % 3 == 0 { "billing@helpdesk.example" } else { SUPPORT })
            .cc("friend@elsewhere.example");
        let first = match number % 6 {
            2 => first.header("List-Id", "<news.customer.example>"),
            3 => first.header("X-Spam-Status", "Yes, score=8.5 required=5"),
            4 => first.header("Auto-Submitted", "auto-generated"),
            5 => first.attach("notes.pdf", "application/pdf", b"%PDF"),
            _ => first,
        };
        let second = mail(first.sender()).subject("Re: it").text("Thank you.\n").answering([first.id()]);
        let third = mail("friend@elsewhere.example")
            .subject("Re: it")
            .text("Me too, urgent.")
            .answering([second.id()]);
        let fourth =
            mail(first.sender()).subject("Re: it").text("Again.").answering([first.id(), third.id()]);
        let copy = Letter { from: "other@path.example".to_owned(), ..letter(first.clone()) };
        all.push(letter(first));
        all.push(letter(second));
        all.push(copy);
        all.push(letter(third));
        all.push(letter(fourth));
    }
    let hidden =
        Letter { to: "billing@helpdesk.example", ..letter(mail("x@hidden.example").subject("By envelope")) };
    all.push(hidden);
    let controlled =
        mail("cron@host.example").header("X-Turnstone-Queue", "Billing").header("X-Turnstone-Tag", "cron");
    all.push(Letter { trusted: true, ..letter(controlled.clone()) });
    let sneaky = mail("cron@elsewhere.example")
        .header("X-Turnstone-Queue", "Billing")
        .header("X-Turnstone-Tag", "cron");
    all.push(letter(sneaky));
    let back = mail("cron@host.example").answering([controlled.id()]).header("X-Turnstone-State", "closed");
    all.push(Letter { trusted: true, ..letter(back) });
    all.push(letter(mail(SUPPORT).subject("From ourselves")));
    all.push(letter(
        mail("nobody@customer.example").without("subject").only_html("<p>Only <b>urgent</b> HTML</p>"),
    ));
    all
}

pub(super) async fn installation(database: Database) -> TestApp {
    let app = TestApp::start(database).await;
    app.queue("Billing", "billing@helpdesk.example").await;
    app.queue("Spam", "spam@helpdesk.example").await;
    app.agent("dana", &["Agent"]).await;
    app.role("Billing only", "Billing", &["full"]).await;
    app.agent("nora", &["Billing only"]).await;
    app
}

async fn ingest(app: &TestApp, letters: &[Letter]) {
    for letter in letters {
        let accepted = Accepted {
            raw: letter.mail.bytes(),
            envelope_from: letter.from.clone(),
            envelope_to: vec![letter.to.to_owned()],
            source: "test".to_owned(),
            trusted: letter.trusted,
            ..Accepted::default()
        };
        postmaster::accept(app.desk(), accepted).await.expect("kept");
    }
    tests::wait_until("every mail processed", std::time::Duration::from_secs(60), async || {
        let items = app.root.get("/api/v1/inbound?limit=200").await.items();
        (items.len() == letters.len() && items.iter().all(|item| !item["disposition"].is_null()))
            .then_some(())
    })
    .await;
}

/// What became of each mail, in the order in which they came: disposition, and the ticket's facts and number.
async fn outcome(app: &TestApp) -> Vec<(Value, Option<String>)> {
    let mut items = app.root.get("/api/v1/inbound?limit=200").await.items();
    items.sort_by_key(|item| text(&item["id"]).parse::<i64>().unwrap());
    items
        .into_iter()
        .map(|item| {
            let disposition = item["disposition"].clone();
            let placed = disposition == "new" || disposition == "follow_up";
            (disposition, placed.then(|| text(&item["ticket"])))
        })
        .collect()
}

pub(super) fn facts(ticket: &Value) -> Value {
    let mut tags: Vec<String> = ticket["tags"].as_array().unwrap().iter().map(text).collect();
    tags.sort();
    json!([ticket["queue"], ticket["priority"], ticket["state"], ticket["owner"], tags])
}

/// Tries `rules` on what `from` holds, and compares with what they do to the same mails in a second installation.
async fn compare(database: Database, from: &TestApp, letters: &[Letter], list: Value) {
    let wish = json!({ "rules": list, "before": "none", "mails": 1000, "all": true });
    let report = from.root.post("/api/v1/filters/dry-runs", wish).await.assert(201).json();
    assert_eq!(report["mails"], letters.len());
    let mut foretold: Vec<Value> = report["items"].as_array().unwrap().clone();
    foretold.reverse();

    let second = installation(database).await;
    rules(&second, list).await;
    ingest(&second, letters).await;
    let real = outcome(&second).await;
    // Which conversation is which ticket, and how each ticket stood last.
    let mut tickets: HashMap<u64, String> = HashMap::new();
    let mut standing: HashMap<String, Value> = HashMap::new();
    for (at, (told, (disposition, ticket))) in foretold.iter().zip(&real).enumerate() {
        let told = &told["after"];
        let subject = format!("mail {at} of {}", letters[at].from);
        assert_eq!(&told["disposition"], disposition, "{subject}: {told}");
        match (told["conversation"].as_u64(), ticket) {
            (Some(conversation), Some(ticket)) => {
                let known = tickets.entry(conversation).or_insert_with(|| ticket.clone());
                assert_eq!(known, ticket, "{subject}");
                standing.insert(ticket.clone(), told.clone());
            }
            (None, None) => {}
            other => panic!("{subject}: {other:?}"),
        }
    }
    let numbers: std::collections::HashSet<&String> = tickets.values().collect();
    assert_eq!(numbers.len(), tickets.len(), "two conversations are two tickets");
    for (number, told) in standing {
        assert_eq!(facts(&second.ticket(&number).await), facts(&told), "ticket {number}");
    }
}

pub(super) fn many() -> Value {
    let contains = |on: &str, value: &str| json!([{ "on": on, "test": "contains", "value": value }]);
    json!([
        { "name": "Spam", "mails": "both", "conditions": [{ "on": "spam_score", "test": "at_least", "value": "8" }],
          "actions": { "aside": "quarantine" } },
        { "name": "News", "mails": "both", "conditions": [{ "on": "classification", "test": "is", "value": "list" }],
          "actions": { "aside": "ignore" } },
        { "name": "Invoices", "conditions": contains("subject", "invoice"),
          "actions": { "queue": "Billing", "priority": "high", "owner": "nora", "tags": ["money"] } },
        { "name": "Machines", "conditions": [{ "on": "classification", "test": "is", "value": "auto_reply" }],
          "actions": { "state": "closed", "priority": "low" } },
        { "name": "Files", "conditions": [{ "on": "attachment_type", "test": "is", "value": "application/pdf" }],
          "actions": { "tags": ["file"], "owner": "dana", "state": "pending reminder", "hours": 24 } },
        { "name": "Urgent", "mails": "both", "conditions": [{ "on": "body", "test": "matches", "value": r"\burgent\b" }],
          "actions": { "priority": "urgent", "tags": ["urgent"] } },
        { "name": "Thanks", "mails": "follow_up", "conditions": [{ "on": "body", "test": "matches", "value": r"\Athank you\.\s*\z" }],
          "actions": { "aside": "ignore" } },
        { "name": "Friends", "mails": "follow_up", "conditions": contains("from", "friend@"),
          "actions": { "queue": "Spam", "owner": "nora", "tags": ["friend"] }, "stop": true },
        { "name": "Last", "mails": "both", "conditions": contains("address", "@customer1.example"), "actions": { "tags": ["one"] } },
    ])
}

both_databases! {
    async fn a_dry_run_is_identical_to_a_second_real_ingest(database) {
        let letters = letters();
        let first = installation(database).await;
        ingest(&first, &letters).await;
        compare(database, &first, &letters, json!([])).await;
        compare(database, &first, &letters, many()).await;
    }

    async fn a_dry_run_from_under_other_rules_is_identical_too(database) {
        // What was ignored, held back and moved by rules of then is foretold for the rules of now.
        let letters = letters();
        let first = installation(database).await;
        rules(&first, many()).await;
        ingest(&first, &letters).await;
        compare(database, &first, &letters, json!([])).await;
        let firsts = json!([{ "name": "Firsts", "mails": "new", "conditions": [{ "on": "subject", "test": "contains_not", "value": "Re:" }],
            "actions": { "aside": "ignore" } }]);
        compare(database, &first, &letters, firsts).await;
    }

    async fn a_dry_run_writes_nothing_and_says_what_changes_and_which_rules_were_not_seen(database) {
        let app = installation(database).await;
        rules(&app, json!([{ "name": "A", "conditions": [{ "on": "subject", "test": "contains", "value": "one" }], "actions": { "tags": ["a"] } }])).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("one")).await;
        app.ticket_from(&mail("bert@customer.example").subject("two")).await;
        let before = (app.ticket(&number).await, app.root.get("/api/v1/inbound").await.items());
        let wish = json!({ "rules": [
            { "name": "A", "conditions": [{ "on": "subject", "test": "contains", "value": "one" }], "actions": { "tags": ["a"] } },
            { "name": "B", "conditions": [{ "on": "subject", "test": "contains", "value": "two" }], "actions": { "queue": "Billing", "priority": "high" } },
            { "name": "C", "conditions": [{ "on": "subject", "test": "contains", "value": "three" }], "actions": { "tags": ["c"] } },
        ] });
        let report = app.root.post("/api/v1/filters/dry-runs", wish).await.assert(201).json();
        assert_eq!((&report["mails"], &report["changed"]), (&json!(2), &json!(1)));
        assert_eq!(report["rules"], json!([{ "name": "A", "matched": 1 }, { "name": "B", "matched": 1 }, { "name": "C", "matched": 0 }]));
        let item = &report["items"][0];
        assert_eq!((&item["subject"], &item["before"]["queue"], &item["after"]["queue"]), (&json!("two"), &json!("Support"), &json!("Billing")));
        assert_eq!((&item["before"]["priority"], &item["after"]["priority"]), (&json!("normal"), &json!("high")));
        assert_eq!((app.ticket(&number).await, app.root.get("/api/v1/inbound").await.items()), before);
        assert_eq!(app.root.get("/api/v1/filters").await.json()["version"], 1);
    }
}
