//! Who is on a ticket, as the others are told within a second.

use std::time::Duration;

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};

/// Somebody who listens to the event stream, and what it has said.
pub struct Ear(reqwest::Response, pub String);

impl Ear {
    pub async fn of(client: &Client) -> Self {
        let answer = client.request(Method::GET, "/events").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let mut ear = Self(answer, String::new());
        ear.until("listening", 5_000).await;
        ear
    }

    /// Whether the stream says these words in so many milliseconds, and what it has said.
    pub async fn until(&mut self, words: &str, millis: u64) -> bool {
        let reading = async {
            while !self.1.contains(words) {
                let Some(chunk) = self.0.chunk().await.unwrap() else { return };
                self.1.push_str(&String::from_utf8_lossy(&chunk));
            }
        };
        let _ = tokio::time::timeout(Duration::from_millis(millis), reading).await;
        let said = self.1.contains(words);
        if said {
            self.1.clear();
        }
        said
    }
}

async fn colleague(app: &TestApp, login: &str) -> (Client, String) {
    let client = app.visitor();
    client.sign_in(login, PASSWORD).await;
    let page = client.get("/dashboard").await.text();
    let csrf = page.split("data-csrf=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    (client, csrf)
}

async fn says(who: &(Client, String), number: &str, doing: Value, tab: &str) -> u16 {
    let request = who.0.request(Method::PUT, &format!("/tickets/{number}/presence"));
    let request = request.header("x-csrf-token", &who.1).json(&json!({ "doing": doing, "tab": tab }));
    who.0.send(request).await.status.as_u16()
}

both_databases! {
    async fn looking_writing_and_going_are_told_to_those_who_may_read(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["full"]).await;
        for (login, role) in [("dana", "Agent"), ("eve", "Agent"), ("bill", "Biller")] {
            app.agent(login, &[role]).await;
        }
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let (dana, eve, bill) = (colleague(&app, "dana").await, colleague(&app, "eve").await, colleague(&app, "bill").await);
        let (mut eves, mut bills) = (Ear::of(&eve.0).await, Ear::of(&bill.0).await);
        assert_eq!(says(&dana, &number, json!("viewing"), "a").await, 204);
        assert!(eves.until("\"doing\":\"viewing\"", 1_000).await, "{}", eves.1);
        assert_eq!(says(&dana, &number, json!("writing"), "a").await, 204);
        assert!(eves.until("\"doing\":\"writing\"", 1_000).await, "{}", eves.1);
        let page = eve.0.get(&format!("/tickets/{number}")).await.text();
        assert!(page.contains("Dana Agent is writing"), "{page}");
        assert!(!dana.0.get(&format!("/tickets/{number}")).await.text().contains("Dana Agent is writing"), "nobody is told of himself");
        // A second window that only looks does not hide that he writes in the first.
        says(&dana, &number, json!("viewing"), "b").await;
        assert!(!eves.until("event: presence", 300).await, "{}", eves.1);
        says(&dana, &number, json!(null), "b").await;
        says(&dana, &number, json!(null), "a").await;
        assert!(eves.until("\"who\":[]", 1_000).await, "{}", eves.1);
        // Silence is going, a while later.
        says(&dana, &number, json!("viewing"), "a").await;
        assert!(eves.until("\"doing\":\"viewing\"", 1_000).await);
        app.advance(SignedDuration::from_secs(51)).await;
        assert!(eves.until("\"who\":[]", 3_000).await, "{}", eves.1);
        assert!(!bills.until("event: presence", 50).await, "who may not read hears nothing: {}", bills.1);
        assert_eq!(says(&bill, &number, json!("viewing"), "c").await, 404);
        assert_eq!(says(&dana, &number, json!("dancing"), "a").await, 400);
    }
}

#[test]
fn nodes_on_one_database_know_of_each_others_browsers() {
    tests::run(async {
        let app = TestApp::start(tests::Database::Postgres).await;
        app.agent("dana", &["Agent"]).await;
        app.agent("eve", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let (node, base) = app.another_node().await;
        let dana = colleague(&app, "dana").await;
        let eve = Client::visitor(&base);
        eve.sign_in("eve", PASSWORD).await;
        let mut eves = Ear::of(&eve).await;
        assert_eq!(says(&dana, &number, json!("writing"), "a").await, 204);
        assert!(eves.until("\"doing\":\"writing\"", 2_000).await, "{}", eves.1);
        let page = eve.get(&format!("/tickets/{number}")).await.text();
        assert!(page.contains("Dana Agent is writing"), "{page}");
        assert_eq!(says(&dana, &number, json!(null), "a").await, 204);
        assert!(eves.until("\"who\":[]", 2_000).await, "{}", eves.1);
        node.stop().await;
    });
}
