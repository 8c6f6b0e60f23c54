use std::sync::{Arc, Barrier};

use reqwest::Method;
use tests::app::TestApp;
use tests::{both_databases, mail};

both_databases! {
    async fn of_sixteen_threads_exactly_one_gets_the_lock_every_time(database) {
        const AGENTS: usize = 16;
        const ROUNDS: usize = 12;
        let app = TestApp::start(database).await;
        let mut tokens = Vec::new();
        for index in 0..AGENTS {
            tokens.push(app.agent(&format!("agent{index}"), &["Agent"]).await.token().unwrap().to_owned());
        }
        for round in 0..ROUNDS {
            let number = app.ticket_from(&mail("anna@customer.example").subject(&format!("Round {round}"))).await;
            let start = Arc::new(Barrier::new(AGENTS));
            let threads: Vec<_> = tokens
                .iter()
                .map(|token| {
                    let (base, token, number, start) = (app.base(), token.clone(), number.clone(), start.clone());
                    std::thread::spawn(move || {
                        tests::run(async move {
                            let client = tests::Client::with_token(&base, &token);
                            // Connect first, so that all sixteen ask at the same instant.
                            client.get("/healthz").await.assert(200);
                            start.wait();
                            let request = client.request(Method::PUT, &format!("/api/v1/tickets/{number}/lock"));
                            client.send(request).await.status.as_u16()
                        })
                    })
                })
                .collect();
            let threads = tokio::task::spawn_blocking(|| threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>());
            let statuses = threads.await.unwrap();
            assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "round {round}: {statuses:?}");
            assert_eq!(statuses.iter().filter(|status| **status == 409).count(), AGENTS - 1, "round {round}: {statuses:?}");
            let ticket = app.ticket(&number).await;
            assert_eq!(ticket["owner"], ticket["lock"]["by"]);
            let history = app.root.get(&format!("/api/v1/tickets/{number}/history?limit=100")).await.items();
            let locks = history.iter().filter(|event| event.to_string().contains("lock")).count();
            assert!(locks <= 2, "one lock is one event: {history:?}");
        }
    }
}
