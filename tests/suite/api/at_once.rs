//! Two admins who take the same name in the same moment: one has it, and the other is told that it is taken.

use serde_json::{Value, json};
use tests::app::TestApp;
use tests::both_databases;

/// What is made, under which of its fields the name stands.
fn made(kind: &str, name: &str) -> (&'static str, Value) {
    match kind {
        "agents" => {
            let email = format!("{name}@helpdesk.example");
            ("login", json!({ "login": name, "name": name, "email": email, "roles": ["Agent"] }))
        }
        "roles" => ("name", json!({ "name": name, "grants": [{ "queue": "*", "rights": ["read"] }] })),
        _ => ("name", json!({ "name": name, "addresses": [format!("{name}@helpdesk.example")] })),
    }
}

both_databases! {
    async fn one_has_the_name_and_the_others_are_told(database) {
        let app = TestApp::start(database).await;
        for round in 0..6 {
            for kind in ["agents", "roles", "queues"] {
                let (field, body) = made(kind, &format!("taken-{round}"));
                let path = format!("/api/v1/{kind}");
                let post = || app.root.post(&path, body.clone());
                let (a, b, c, d) = tokio::join!(post(), post(), post(), post());
                let answers = [a, b, c, d];
                let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
                statuses.sort_unstable();
                assert_eq!(statuses, [201, 422, 422, 422], "{kind}");
                for refused in answers.iter().filter(|answer| answer.status.as_u16() == 422) {
                    assert!(refused.text().contains("already") && refused.text().contains(field), "{}", refused.text());
                }
            }
        }
    }
}
