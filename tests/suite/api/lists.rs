use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::{Client, Database, both_databases, mail};
use turnstone::db::{Conn, Db};

async fn open(root: &Client, title: &str) -> String {
    let body = json!({ "queue": "Support", "title": title, "body_text": format!("About {title}."),
        "customer": { "address": "anna@customer.example" } });
    let ticket = root.post("/api/v1/tickets", body).await.assert(201).json();
    ticket["number"].as_str().unwrap().to_owned()
}

/// Follows `next` to the end.
async fn walk(root: &Client, path: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = root.get(&format!("{path}{cursor}")).await.assert(200).json();
        all.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={}", tests::app::encoded(next)),
            None => return all,
        }
    }
}

both_databases! {
    async fn pages_lead_through_all_tickets_once(database) {
        let app = TestApp::start(database).await;
        let mut opened = BTreeSet::new();
        for at in 0..9 {
            opened.insert(open(&app.root, &format!("Call {at}")).await);
        }
        // Done ones stand between the others.
        for number in opened.iter().step_by(2) {
            app.root.set(number, "state", "closed").await;
        }
        let all = walk(&app.root, "/api/v1/tickets?limit=2").await;
        let numbers: BTreeSet<String> = all.iter().map(|t| t["number"].as_str().unwrap().to_owned()).collect();
        assert_eq!((all.len(), numbers), (9, opened));
        let changed: Vec<_> = all.iter().map(|t| t["updated_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap()).collect();
        assert!(changed.is_sorted_by(|a, b| a >= b), "the last changed first");
        assert_eq!(walk(&app.root, "/api/v1/tickets?state=active&limit=3").await.len(), 4);
        assert_eq!(walk(&app.root, "/api/v1/tickets?state=closed&limit=3").await.len(), 5);
        assert_eq!(walk(&app.root, "/api/v1/tickets?state_type=new&queue=Support&limit=3").await.len(), 4);
        assert_eq!(walk(&app.root, "/api/v1/outbox?limit=3").await.len(), 0);
        assert_eq!(walk(&app.root, "/api/v1/customers?limit=1").await.len(), 1);
    }

    async fn filters_and_full_text(database) {
        let app = TestApp::start(database).await;
        let (mine, other) = (open(&app.root, "Apples").await, open(&app.root, "Pears").await);
        app.root.lock(&mine).await;
        let numbers = async |query: &str| -> Vec<String> {
            let items = app.root.get(&format!("/api/v1/tickets?{query}")).await.items();
            items.iter().map(|t| t["number"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(numbers("owner=me").await, std::slice::from_ref(&mine));
        assert_eq!(numbers("owner=root").await, std::slice::from_ref(&mine));
        assert_eq!(numbers("owner=").await, std::slice::from_ref(&other));
        assert_eq!(numbers("lock=true").await, std::slice::from_ref(&mine));
        assert_eq!(numbers("lock=false").await, std::slice::from_ref(&other));
        assert_eq!(numbers("q=apples").await, std::slice::from_ref(&mine));
        assert_eq!(numbers(&format!("q={other}")).await, std::slice::from_ref(&other));
        assert_eq!(numbers("q=apples&owner=").await, Vec::<String>::new());
        assert_eq!(numbers("customer=ANNA@customer.example").await.len(), 2);
        assert_eq!(numbers("customer=bob@customer.example").await.len(), 0);
        let hits = app.root.get("/api/v1/search?q=pears").await.items();
        assert_eq!((hits.len(), &hits[0]["ticket"]["number"]), (1, &json!(other)));
        assert!(hits[0]["excerpt"].as_str().unwrap().contains("Pears"), "{hits:?}");
    }

    async fn articles_and_history_have_pages(database) {
        let app = TestApp::start(database).await;
        let number = open(&app.root, "Long").await;
        for at in 0..5 {
            let note = json!({ "body_text": format!("Note {at}") });
            app.root.post(&format!("/api/v1/tickets/{number}/notes"), note).await.assert(201);
        }
        assert_eq!(walk(&app.root, &format!("/api/v1/tickets/{number}/articles?limit=2")).await.len(), 6);
        assert_eq!(walk(&app.root, &format!("/api/v1/tickets/{number}/history?limit=2")).await.len(), 6);
    }

    async fn whoever_stands_in_a_list_twice_is_named_twice(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        for name in ["anna", "ben"] {
            let number = app.ticket_from(&mail(&format!("{name}@customer.example"))).await;
            for assignee in ["dana", "root", "dana"] {
                app.root.put(&format!("/api/v1/tickets/{number}/owner"), serde_json::json!({ "value": assignee })).await.assert(200);
            }
        }
        let tickets = app.tickets().await;
        assert!(tickets.len() == 2 && tickets.iter().all(|ticket| ticket["owner"] == "dana"), "{tickets:?}");
        let history = app.root.get(&format!("/api/v1/tickets/{}/history", text(&tickets[0]["number"]))).await.items();
        let who = history.iter().filter(|event| event["actor"] == "root").count();
        assert!(who >= 3, "{history:?}");
        let visitor = app.visitor();
        visitor.sign_in("root", tests::binary::PASSWORD).await;
        let page = visitor.get(&format!("/tickets/{}/history", text(&tickets[0]["number"]))).await.assert(200).text();
        assert!(page.matches("root Admin").count() >= 3 || page.matches("Root Admin").count() >= 3, "{page}");
    }

    async fn administration_lists_what_it_made(database) {
        let app = TestApp::start(database).await;
        let queue = app.root.post("/api/v1/queues", json!({ "name": "Sales", "parent": "Support", "addresses": ["sales@helpdesk.example"] })).await.assert(201).json();
        assert!(queue["id"].is_string() && queue["parent"] == "Support", "{queue}");
        assert!(app.root.get("/api/v1/queues").await.items().contains(&queue));
        let grants = json!([{ "queue": "Sales", "rights": ["read", "reply"] }, { "queue": "*", "rights": ["read"] }]);
        let role = app.root.post("/api/v1/roles", json!({ "name": "Seller", "grants": grants, "installation": ["export"] })).await.assert(201).json();
        assert!(app.root.get("/api/v1/roles").await.items().contains(&role), "{role}");
        let agent = json!({ "login": "sam", "name": "Sam", "email": "sam@helpdesk.example", "roles": ["Seller"] });
        let agent = app.root.post("/api/v1/agents", agent).await.assert(201).json();
        assert!(app.root.get("/api/v1/agents").await.items().contains(&agent), "{agent}");
        let dana = app.agent("dana", &["Agent"]).await;
        let seen = dana.get("/api/v1/agents").await.items();
        assert!(seen.iter().all(|agent| agent["email"].is_null() && agent["roles"].is_null()), "{seen:?}");
    }
}

/// How many statements `job` sends.
fn statements(conn: &mut Conn, job: impl FnOnce(&mut Conn)) -> usize {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    job(conn);
    sent.load(Ordering::Relaxed)
}

#[test]
fn a_long_page_costs_as_many_statements_as_a_short_one() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        for at in 0..17 {
            let letter = mail("anna@customer.example").subject(&format!("Mail {at}")).only_html("<p>Hi</p>");
            app.ticket_from(&letter.attach("a.txt", "text/plain", b"a")).await;
        }
        // Last, so that the short page holds some of either kind: for names that stand on no row nobody asks.
        for at in 0..3 {
            let number = open(&app.root, &format!("Call {at}")).await;
            app.root.lock(&number).await;
            app.root.post(&format!("/api/v1/tickets/{number}/tags"), json!({ "tag": "x" })).await.assert(201);
        }
        let directory = app.settings.data_directory();
        let file = directory.join(turnstone::config::DatabaseUrl::DEFAULT_FILE);
        let db = Db::open(&turnstone::config::DatabaseUrl::Sqlite(file), &directory).unwrap();
        let blobs = db.blobs().clone();
        let counted = db.read_blocking(|conn| {
            let root = turnstone::people::agents::by_login(conn, "root")?.id;
            let now = app.clock.now();
            let actor = turnstone::access::Actor::load(conn, root, turnstone::db::Cause::Api, now)?;
            let all = turnstone::tickets::list::Filter { all_states: true, ..Default::default() };
            let of = |conn: &mut Conn, limit: i64| {
                // One article of each ticket, as a page of articles would have them.
                let (rows, _) = turnstone::tickets::list::page(conn, &actor, &all, None, limit).unwrap();
                let articles: Vec<_> = rows
                    .iter()
                    .map(|row| {
                        let access = turnstone::access::readable(conn, &actor, &row.ticket.number).unwrap();
                        turnstone::tickets::view::articles(conn, &access).unwrap().remove(0)
                    })
                    .collect();
                assert_eq!(articles.len(), usize::try_from(limit).unwrap());
                statements(conn, |conn| {
                    let (rows, _) = turnstone::tickets::list::page(conn, &actor, &all, None, limit).unwrap();
                    let found: Vec<_> = rows.into_iter().map(|row| row.ticket).collect();
                    turnstone::api::views::tickets(conn, &found).unwrap();
                    turnstone::api::views::articles(conn, &blobs, &articles).unwrap();
                })
            };
            Ok((of(conn, 4), of(conn, 20)))
        });
        let (short, long) = counted.unwrap();
        assert_eq!(short, long, "statements for 4 and for 20");
        assert!((5..40).contains(&short), "{short}: they are counted");
    });
}
