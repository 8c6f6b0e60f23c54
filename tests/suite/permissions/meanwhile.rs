//! A right goes, or a ticket, while a form is under way: what comes after is refused and leaves nothing, what came before
//! stands as a whole.

use serde_json::{Value, json};
use tests::app::{Person, TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, Database, both_databases, mail};

/// Acts of a ticket's page: the rest of the address, and the form.
const ACTS: [(&str, &[(&str, &str)]); 9] = [
    ("articles", &[("kind", "note"), ("body", "zqxlate")]),
    ("articles", &[("kind", "reply"), ("to", "anna@customer.example"), ("body", "zqxlate")]),
    ("lock", &[]),
    ("closure", &[]),
    ("details", &[("priority", "5")]),
    ("tags", &[("tag", "zqxlate")]),
    ("reminder", &[("until", "2031-01-01T10:00")]),
    ("calls", &[("by", "customer"), ("body", "zqxlate"), ("then", "")]),
    ("removal", &[("reason", "deleted")]),
];

struct House {
    app: TestApp,
    dana: Person,
    browser: Client,
    number: String,
    role: String,
}

/// Dana, who may do everything in Support and nothing elsewhere, has a ticket open.
async fn house(database: Database) -> House {
    let app = TestApp::start(database).await;
    app.queue("Vault", "vault@helpdesk.example").await;
    app.role("Front", "Support", &["full"]).await;
    let dana = app.agent("dana", &["Front"]).await;
    let number = app.ticket_from(&mail("anna@customer.example")).await;
    let browser = app.visitor();
    browser.sign_in("dana", PASSWORD).await;
    browser.get(&format!("/tickets/{number}")).await.assert(200);
    let roles = app.root.get("/api/v1/roles").await.items();
    let role = text(&roles.iter().find(|role| role["name"] == "Front").expect("her role")["id"]);
    House { app, dana, browser, number, role }
}

impl House {
    /// The ticket, its articles and its history, as whoever sees all of it does.
    async fn whole(&self) -> (Value, Vec<Value>, Vec<Value>) {
        let history = self.app.root.get(&format!("/api/v1/tickets/{}/history", self.number)).await.items();
        (self.app.ticket(&self.number).await, self.app.articles(&self.number).await, history)
    }

    async fn gives(&self, rights: &[&str]) {
        let grants = json!([{ "queue": "Support", "rights": rights }]);
        let path = format!("/api/v1/roles/{}", self.role);
        self.app.root.patch(&path, json!({ "grants": grants })).await.assert(200);
    }

    /// Every act on the page that is still open is answered with one of these, and leaves nothing.
    async fn refuses(&self, statuses: &[u16]) {
        self.app.settle().await;
        let before = (self.whole().await, self.app.relay.received().len());
        for (place, fields) in ACTS {
            let answer = self.browser.submit(&format!("/tickets/{}/{place}", self.number), fields).await;
            assert!(
                statuses.contains(&answer.status.as_u16()),
                "{place}: {} {}",
                answer.status,
                answer.text()
            );
        }
        self.app.settle().await;
        assert_eq!((self.whole().await, self.app.relay.received().len()), before);
    }
}

both_databases! {
    async fn a_right_that_went_while_a_page_was_open_is_gone(database) {
        let house = house(database).await;
        house.gives(&["read"]).await;
        house.refuses(&[403]).await;
        house.gives(&[]).await;
        house.refuses(&[404]).await;
    }

    async fn a_ticket_that_was_moved_out_of_sight_meanwhile_takes_nothing(database) {
        let house = house(database).await;
        house.app.root.set(&house.number, "queue", "Vault").await;
        house.refuses(&[404]).await;
    }

    async fn whoever_is_retired_meanwhile_does_nothing_more(database) {
        let house = house(database).await;
        let agents = house.app.root.get("/api/v1/agents").await.items();
        let id = text(&agents.iter().find(|agent| agent["login"] == "dana").unwrap()["id"]);
        house.app.root.put(&format!("/api/v1/agents/{id}/retirement"), json!({ "to": null })).await.assert(200);
        house.refuses(&[303, 401]).await;
    }

    async fn notes_and_a_revocation_at_once_come_one_after_the_other(database) {
        let house = house(database).await;
        let path = format!("/api/v1/tickets/{}/notes", house.number);
        for round in 0..8 {
            house.gives(&["full"]).await;
            let notes = async {
                let mut taken = Vec::new();
                for n in 0..6 {
                    let body = format!("note {round}-{n}");
                    let answer = house.dana.post(&path, json!({ "body_text": body })).await;
                    match answer.status.as_u16() {
                        201 => taken.push(body),
                        404 => {}
                        other => panic!("{other}: {}", answer.text()),
                    }
                }
                taken
            };
            let revoke = async {
                tokio::time::sleep(std::time::Duration::from_millis(3 * round)).await;
                house.gives(&[]).await;
            };
            let (taken, ()) = tokio::join!(notes, revoke);
            // What was taken is there, what was refused is not, and nothing comes after a refusal.
            let articles = house.app.articles(&house.number).await;
            let of_round = format!("note {round}-");
            let there: Vec<String> = articles
                .iter()
                .map(|article| text(&article["body_text"]))
                .filter(|body| body.starts_with(&of_round))
                .collect();
            assert_eq!(there, taken);
            let in_a_row = (0..taken.len()).map(|n| format!("{of_round}{n}")).collect::<Vec<_>>();
            assert_eq!(taken, in_a_row, "a right came back by itself");
        }
    }
}
