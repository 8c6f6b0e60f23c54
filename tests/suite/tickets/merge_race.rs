use std::collections::HashMap;
use std::sync::{Arc, Barrier};

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Nullable};
use serde_json::json;
use tests::app::TestApp;
use tests::{both_databases, mail};

#[derive(diesel::QueryableByName)]
struct Pointer {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    merged_into: Option<i64>,
}

both_databases! {
    async fn merges_of_sixteen_threads_leave_no_circle_and_lose_no_article(database) {
        const THREADS: usize = 16;
        const ROUNDS: usize = 6;
        let app = TestApp::start(database).await;
        let token = app.root.token().unwrap().to_owned();
        let mut articles = 0;
        for round in 0..ROUNDS {
            let mut numbers = Vec::new();
            for name in ["anna", "bert", "carl"] {
                let letter = mail(&format!("{name}@customer.example")).subject(&format!("Round {round}"));
                numbers.push(app.ticket_from(&letter).await);
            }
            articles += 3;
            let start = Arc::new(Barrier::new(THREADS));
            let threads: Vec<_> = (0..THREADS)
                .map(|index| {
                    // A into B, B into A, B into C, C into A, …: every direction at once, and undoing besides.
                    let (from, into) = (numbers[index % 3].clone(), numbers[(index + 1 + index / 3 % 2) % 3].clone());
                    let (base, token, start) = (app.base(), token.clone(), start.clone());
                    std::thread::spawn(move || {
                        tests::run(async move {
                            let client = tests::Client::with_token(&base, &token);
                            client.get("/healthz").await.assert(200);
                            start.wait();
                            let path = format!("/api/v1/tickets/{from}/merges");
                            if index % 5 == 4 {
                                return client.delete(&path).await.status.as_u16();
                            }
                            client.post(&path, json!({ "into": into })).await.status.as_u16()
                        })
                    })
                })
                .collect();
            let joined = tokio::task::spawn_blocking(|| threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>());
            let statuses = joined.await.unwrap();
            assert!(statuses.iter().all(|status| [201, 204, 409, 422].contains(status)), "{statuses:?}");
            assert!(statuses.contains(&201), "{statuses:?}");
        }
        let sql = "SELECT id, merged_into FROM tickets";
        let rows = app.db().read(move |conn| Ok(diesel::sql_query(sql).load::<Pointer>(conn)?)).await.unwrap();
        let pointers: HashMap<i64, Option<i64>> = rows.into_iter().map(|row| (row.id, row.merged_into)).collect();
        for start in pointers.keys() {
            let (mut at, mut steps) = (*start, 0);
            while let Some(next) = pointers[&at] {
                (at, steps) = (next, steps + 1);
                assert!(steps <= pointers.len(), "the merges of {start} form a circle: {pointers:?}");
            }
        }
        let sql = "SELECT count(*) AS n FROM articles a JOIN tickets t ON t.id = a.ticket_id
            WHERE a.sender <> 'system' AND t.merged_into IS NULL";
        let there = app.db().read(move |conn| Ok(diesel::sql_query(sql).get_result::<crate::tickets::Wrong>(conn)?)).await.unwrap();
        assert_eq!(there.n, articles, "each article is in a ticket that stands");
        crate::tickets::counters_agree(&app).await;
    }
}
