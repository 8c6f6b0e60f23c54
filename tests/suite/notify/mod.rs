//! Who hears of what by mail.

mod stand_ins;
mod together;
mod ways;

use serde_json::json;
use tests::app::TestApp;
use tests::{both_databases, mail};

fn heard(app: &TestApp, login: &str) -> Vec<String> {
    app.relay
        .received_by(&format!("{login}@helpdesk.example"))
        .iter()
        .map(|mail| mail.mail().subject())
        .collect()
}

both_databases! {
    async fn a_new_ticket_is_told_to_its_followers_once_and_never_to_others(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["reply"]).await;
        app.role("Reader", "Support", &["read"]).await;
        // Two roles that both give `reply`: still one mail.
        app.role("Supporter", "Support", &["reply"]).await;
        app.agent("dana", &["Agent", "Supporter"]).await;
        app.agent("bill", &["Biller"]).await;
        app.agent("rita", &["Reader"]).await;
        app.ticket_from(&mail("anna@customer.example")).await;
        app.relay.wait_for("dana@helpdesk.example", 1).await;
        app.settle().await;
        assert_eq!(heard(&app, "dana").len(), 1, "{:?}", heard(&app, "dana"));
        assert!(heard(&app, "bill").is_empty() && heard(&app, "rita").is_empty());
        let notice = app.relay.received_by("dana@helpdesk.example").remove(0);
        assert_eq!(notice.from, "", "nobody can bounce to a notification");
        assert!(notice.mail().header("Auto-Submitted").is_some());
        assert!(notice.mail().text().contains("/tickets/"), "a link: {}", notice.mail().text());
    }

    async fn a_follow_up_is_told_to_the_owner_and_a_move_not_to_its_mover(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        let dana = app.agent("dana", &["Agent"]).await;
        app.agent("eve", &["Agent"]).await;
        dana.lock(&number).await;
        app.hush().await;
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        app.relay.wait_for("dana@helpdesk.example", 1).await;
        app.settle().await;
        assert!(heard(&app, "eve").is_empty(), "only the owner: {:?}", heard(&app, "eve"));
        app.hush().await;
        dana.set(&number, "queue", "Billing").await;
        app.relay.wait_for("eve@helpdesk.example", 1).await;
        app.settle().await;
        assert!(heard(&app, "dana").is_empty(), "never the actor");
    }

    async fn a_lock_timeout_is_told_to_the_former_holder(database) {
        let app = TestApp::start_at(database, "2026-11-09T09:00:00Z").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        dana.lock(&number).await;
        app.hush().await;
        app.advance(jiff::SignedDuration::from_hours(25)).await;
        app.relay.wait_for("dana@helpdesk.example", 1).await;
        app.settle().await;
        assert_eq!(heard(&app, "dana").len(), 1);
    }

    async fn who_may_no_longer_read_hears_nothing(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        app.ticket_from(&mail("anna@customer.example")).await;
        app.relay.wait_for("dana@helpdesk.example", 1).await;
        app.hush().await;
        app.settings.must(&["agent", "disable", "--login", &dana.login], "");
        app.ticket_from(&mail("anna@customer.example")).await;
        app.relay.wait_for("root@helpdesk.example", 1).await;
        app.settle().await;
        assert!(heard(&app, "dana").is_empty());
        let outbox = app.root.get("/api/v1/outbox?limit=100").await.assert(200).json();
        assert!(!json!(outbox).is_null());
    }

    async fn a_flood_of_answers_is_told_at_once_and_then_together(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        app.agent("dana", &["Agent"]).await.lock(&number).await;
        app.hush().await;
        for at in 0..50 {
            app.deliver(&mail("anna@customer.example").answering([question.id()]).text(&format!("Word {at}."))).await;
        }
        app.settle().await;
        let at_once = heard(&app, "dana").len();
        assert!((1..=3).contains(&at_once), "the first ones at once: {:?}", heard(&app, "dana"));
        app.advance(jiff::SignedDuration::from_mins(11)).await;
        app.relay.wait_for("dana@helpdesk.example", at_once + 1).await;
        app.settle().await;
        let told = app.relay.received_by("dana@helpdesk.example");
        assert_eq!(told.len(), at_once + 1, "the others together");
        let last = told[at_once].mail();
        let count: usize = last.subject().split_whitespace().find_map(|word| word.parse().ok()).unwrap();
        // How many came before the first news were written out is up to chance.
        assert!((30..50).contains(&count), "{}", last.subject());
        assert!(last.text().contains("Word 49."), "the newest is shown: {}", last.text());
        // Quiet again: the next one is told at once.
        app.advance(jiff::SignedDuration::from_mins(11)).await;
        app.relay.clear();
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        app.relay.wait_for("dana@helpdesk.example", 1).await;
    }
}
