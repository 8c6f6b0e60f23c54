//! Whoever asks for a new password learns nothing of who has an account: not by the answer, nor by the time that it takes.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use tests::app::TestApp;
use tests::client::Answer;
use tests::{Client, Database, wait_until};
use turnstone::db::schema::password_requests;

/// So many pairs are asked for in a round.
const TRIES: i64 = 100;

/// All of an answer but the second at which it was given.
fn seen(answer: &Answer) -> (u16, String, Vec<(String, String)>) {
    let told = answer.headers.iter().filter(|(name, _)| name.as_str() != "date");
    let mut headers: Vec<(String, String)> = told
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    headers.sort();
    (answer.status.as_u16(), answer.text(), headers)
}

/// Asks, and how long the answer took.
async fn took(visitor: &Client, login: &str) -> (f64, Answer) {
    let begun = Instant::now();
    let answer = visitor.submit("/password/reset", &[("login", login)]).await;
    (begun.elapsed().as_secs_f64(), answer)
}

/// How many links were asked for by those who may.
async fn links(app: &TestApp) -> i64 {
    app.db().read(|conn| Ok(password_requests::table.count().get_result(conn)?)).await.unwrap()
}

#[test]
fn an_account_that_exists_answers_like_one_that_does_not_in_words_headers_and_time() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        // Each gets three links in an hour: one in each round, so that all of them make work each time.
        for at in 0..TRIES {
            let login = format!("agent-{at}");
            let agent = serde_json::json!({
                "login": login, "name": login, "email": format!("{login}@helpdesk.example"), "roles": ["Agent"],
            });
            app.root.post("/api/v1/agents", agent).await.assert(201);
        }
        app.settle().await;
        let visitor = app.visitor();
        visitor.get("/password/reset").await.assert(200);
        // In pairs, so that what else the machine does falls on both, and now the one first, now the other, because
        // each has to bear what the one before left behind; where it does too much, once more.
        let mut medians = Vec::new();
        for round in 1..=3 {
            let mut ratios = Vec::new();
            for at in 0..TRIES {
                let (login, nobody) = (format!("agent-{at}"), format!("ghost-{at}"));
                let (known, unknown) = if at % 2 == 0 {
                    let known = took(&visitor, &login).await;
                    (known, took(&visitor, &nobody).await)
                } else {
                    let unknown = took(&visitor, &nobody).await;
                    (took(&visitor, &login).await, unknown)
                };
                known.1.assert(200);
                assert_eq!(seen(&known.1), seen(&unknown.1));
                ratios.push(known.0 / unknown.0);
            }
            wait_until("a link for each of them", Duration::from_secs(30), async || {
                (links(&app).await == round * TRIES).then_some(())
            })
            .await;
            app.settle().await;
            ratios.sort_by(f64::total_cmp);
            medians.push(ratios[50]);
            if (ratios[50] - 1.0).abs() < 0.1 {
                return;
            }
        }
        panic!("known against unknown: {medians:?}");
    });
}
