//! The list of agents: found, sorted and paged by the database.

use std::sync::{Arc, Mutex};

use diesel::connection::{Connection as _, InstrumentationEvent, SimpleConnection as _};
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl as _};
use jiff::SignedDuration;
use tests::app::TestApp;
use tests::{Database, both_databases};
use turnstone::access::Actor;
use turnstone::db::{Cause, Ts};
use turnstone::people::agents::{self, NewAgent};
use turnstone::people::directory::{self, Standing, Wish};

/// Agents with these names; `Zoé` signs in with `zoe`.
async fn with(app: &TestApp, names: &'static [&'static str]) {
    let now = Ts(app.clock.now());
    let made = app.db().write(move |tx| {
        let actor = root(tx, now)?;
        let people = turnstone::access::for_people(tx, &actor)?;
        for (at, name) in names.iter().enumerate() {
            let new = NewAgent {
                login: format!("a{at}"),
                name: (*name).to_owned(),
                email: format!("mail{at}@helpdesk.example"),
                // Some have a password, the others are invited.
                password_hash: (at % 2 == 0).then(|| "no hash".to_owned()),
                expires_at: (at == 0).then(|| now.0 + SignedDuration::from_hours(1)),
                ..NewAgent::default()
            };
            agents::create(tx, &people, &new, now)?;
        }
        Ok(())
    });
    made.await.unwrap();
}

fn root(conn: &mut turnstone::db::Conn, now: Ts) -> turnstone::error::Result<Actor> {
    let root = agents::by_login(conn, "root")?.id;
    Actor::load(conn, root, Cause::Web, now.0)
}

async fn found(app: &TestApp, wish: Wish) -> (Vec<String>, Option<turnstone::db::AgentId>, i64) {
    let now = Ts(app.clock.now());
    let found = app.db().read(move |conn| {
        let actor = root(conn, now)?;
        directory::find(conn, &actor, &wish, now.0)
    });
    let found = found.await.unwrap();
    let names = found.entries.into_iter().map(|entry| entry.agent.name).collect();
    (names, found.next, found.counts.values().sum())
}

fn looks_for(q: &str, standing: Option<Standing>) -> Wish {
    Wish { q: q.to_owned(), standing, after: None, limit: 50 }
}

both_databases! {
    async fn agents_are_found_and_paged_in_the_order_of_their_names(database) {
        let app = TestApp::start(database).await;
        with(&app, &["Ömer Öz", "anna Bell", "Zoé Zed", "Bert Oz", "Ánna Ärmel", "50% Off_Man", "Anna Bell"]).await;
        let all = ["50% Off_Man", "Ánna Ärmel", "anna Bell", "Anna Bell", "Bert Oz", "Ömer Öz"];
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let (names, next, counted) = found(&app, Wish { after, limit: 2, ..Wish::default() }).await;
            assert!(names.len() <= 2 && counted == 8, "{names:?} {counted}");
            seen.extend(names);
            after = next;
            if after.is_none() {
                break;
            }
        }
        seen.retain(|name| name != "Root" && name != "Zoé Zed" && name != "Root Admin" && !name.starts_with("root"));
        let theirs: Vec<&String> = seen.iter().filter(|name| all.contains(&name.as_str())).collect();
        assert_eq!(theirs, all, "{seen:?}");
        for (q, expected) in [
            ("ANNA", vec!["Ánna Ärmel", "anna Bell", "Anna Bell"]),
            ("bell anna", vec!["anna Bell", "Anna Bell"]),
            ("mer", vec!["Ömer Öz"]),
            ("öZ", vec!["Bert Oz", "Ömer Öz"]),
            ("mail3", vec!["Bert Oz"]),
            ("zoe", vec!["Zoé Zed"]),
            ("nobody", vec![]),
            ("off_man", vec!["50% Off_Man"]),
        ] {
            assert_eq!(found(&app, looks_for(q, None)).await.0, expected, "{q}");
        }
        // By what became of them, and changed with them.
        assert_eq!(found(&app, looks_for("", Some(Standing::Invited))).await.0, ["50% Off_Man", "anna Bell", "Bert Oz"]);
        assert!(found(&app, looks_for("", Some(Standing::Expired))).await.0.is_empty());
        app.advance(SignedDuration::from_hours(2)).await;
        assert_eq!(found(&app, looks_for("", Some(Standing::Expired))).await.0, ["Ömer Öz"]);
        assert!(!found(&app, looks_for("", Some(Standing::Active))).await.0.contains(&"Ömer Öz".to_owned()));
        let bert = app.root.get("/api/v1/agents").await.items().into_iter().find(|one| one["login"] == "a3").unwrap();
        let bert = format!("/api/v1/agents/{}", bert["id"].as_str().unwrap());
        app.root.patch(&bert, serde_json::json!({ "name": "Aaron Oz" })).await.assert(200);
        assert_eq!(found(&app, looks_for("aaron", None)).await.0, ["Aaron Oz"]);
        assert!(found(&app, looks_for("bert", None)).await.0.is_empty());
        app.root.put(&format!("{bert}/retirement"), serde_json::json!({})).await;
        assert!(found(&app, looks_for("aaron", None)).await.0.is_empty());
        assert_eq!(found(&app, looks_for("aaron", Some(Standing::Retired))).await.0, ["Aaron Oz"]);
    }

    async fn agents_from_before_are_said_at_the_next_start(database) {
        let mut app = TestApp::start(database).await;
        with(&app, &["Ömer Öz"]).await;
        app.db()
            .write(|tx| Ok((**tx).batch_execute("UPDATE agents SET sort_name = '', found_by = ''")?))
            .await
            .unwrap();
        assert!(found(&app, looks_for("omer", None)).await.0.is_empty());
        app.restart().await;
        assert_eq!(found(&app, looks_for("omer", None)).await.0, ["Ömer Öz"]);
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[test]
fn a_page_of_agents_goes_along_its_index() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
            INSERT INTO agents (id, login, name, email, sort_name, found_by, created_at)
            SELECT 1000 + n.i, 'l' || n.i, 'N', 'e' || n.i || '@helpdesk.example', 'n ' || n.i, 'n l' || n.i, 0 FROM n; ANALYZE";
        app.db().write(move |tx| Ok((**tx).batch_execute(fill)?)).await.unwrap();
        let now = Ts(app.clock.now());
        let plans = app.db().read(move |conn| {
            let actor = root(conn, now)?;
            let said: Arc<Mutex<Vec<String>>> = Arc::default();
            let listener = said.clone();
            conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::StartQuery { query, .. } = event {
                    let sql = query.to_string();
                    listener
                        .lock()
                        .unwrap()
                        .push(sql.split(" -- binds").next().unwrap_or_default().to_owned());
                }
            });
            for (standing, after) in
                [(None, None), (Some(Standing::Invited), Some(turnstone::db::AgentId(3_000)))]
            {
                let wish = Wish { q: "n".to_owned(), standing, after, limit: 25 };
                assert_eq!(directory::find(conn, &actor, &wish, now.0)?.entries.len(), 25);
            }
            conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
            let lists: Vec<String> = said
                .lock()
                .unwrap()
                .iter()
                .filter(|sql| sql.contains("ORDER BY") && sql.contains("found_by"))
                .cloned()
                .collect();
            let mut plans = Vec::new();
            for sql in lists {
                let plan: Vec<Line> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn)?;
                plans.push(plan.into_iter().map(|line| line.detail).collect::<Vec<_>>().join("; "));
            }
            Ok(plans)
        });
        let plans = plans.await.unwrap();
        assert_eq!(plans.len(), 2, "{plans:?}");
        for plan in plans {
            assert!(plan.contains("INDEX agents_list") && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    });
}
