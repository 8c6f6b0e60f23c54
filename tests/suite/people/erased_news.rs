//! News are written out of what a ticket holds at that moment: their bytes name who is erased where no row does.

use jiff::SignedDuration;
use serde_json::json;
use tests::app::{TestApp, text};
use tests::smtp_peer::Behaviour;
use tests::{both_databases, mail};

use super::personal::{admin, bytes_with};

/// Somebody who hears of new tickets once an hour.
async fn hears_hourly(app: &TestApp) {
    let dana = app.agent("dana", &["Agent"]).await;
    let ways = json!({ "items": [{ "event": "new_ticket", "mail": "hour", "browser": false }] });
    dana.put("/api/v1/preferences/notices", ways).await.assert(200);
}

/// An agent with a name that nobody else has: her key.
async fn zoe(app: &TestApp) -> String {
    app.agent("zoecanary", &["Agent"]).await;
    let agents = app.root.get("/api/v1/agents").await.items();
    let id = text(&agents.iter().find(|agent| agent["login"] == "zoecanary").expect("Zoe")["id"]);
    let name = json!({ "name": "Zoecanary Personova" });
    app.root.patch(&format!("/api/v1/agents/{id}"), name).await.assert(200);
    id
}

both_databases! {
    async fn an_agent_who_is_erased_is_in_no_news_that_were_written_late(database) {
        let app = TestApp::start(database).await;
        hears_hourly(&app).await;
        let id = zoe(&app).await;
        // The relay is busy while a ticket comes: its news are written once it has been answered.
        app.relay.rule("helpdesk.example", Behaviour::RefuseRecipient(451, "4.3.0 later"));
        let number = app.ticket_from(&mail("bert@customer.example").subject("Of Bert")).await;
        app.ticket_from(&mail("carl@customer.example").subject("What Zoecanary Personova said")).await;
        app.root.reply(&number, "Zoecanary Personova will know.").await;
        app.relay.relent();
        let admin = admin(&app).await;
        admin.submit(&format!("/admin/people/{id}/retirement"), &[("to", "")]).await.assert(303);
        app.advance(SignedDuration::from_mins(61)).await;
        app.relay.wait_for("dana@helpdesk.example", 1).await;
        app.relay.wait_for("root@helpdesk.example", 2).await;
        app.settle().await;
        assert!(bytes_with(&app, "zoecanary").await > 2, "his name is in the news");
        let admin = self::admin(&app).await;
        admin.submit(&format!("/admin/people/{id}/erasure"), &[("sure", "on")]).await.assert(303);
        assert_eq!(bytes_with(&app, "zoecanary").await, 0);
    }

    async fn an_agent_is_erased_from_the_news_of_a_ticket_that_went_into_another(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let (id, source) = (zoe(&app).await, app.ticket_from(&mail("bert@customer.example").text("Zoecanary Personova said so.")).await);
        let target = app.ticket_from(&mail("bert@customer.example").subject("Of Bert")).await;
        app.relay.wait_for("dana@helpdesk.example", 2).await;
        app.settle().await;
        app.root.post(&format!("/api/v1/tickets/{source}/merges"), json!({ "into": target })).await.assert(201);
        let admin = admin(&app).await;
        admin.submit(&format!("/admin/people/{id}/retirement"), &[("to", "")]).await.assert(303);
        app.settle().await;
        assert!(bytes_with(&app, "zoecanary").await > 1, "his name is in the news");
        admin.submit(&format!("/admin/people/{id}/erasure"), &[("sure", "on")]).await.assert(303);
        assert_eq!(bytes_with(&app, "zoecanary").await, 0);
    }

    async fn news_that_wait_for_the_relay_keep_no_erasure_waiting_and_name_nobody(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let id = zoe(&app).await;
        app.relay.rule("helpdesk.example", Behaviour::RefuseRecipient(451, "4.3.0 later"));
        let number = app.ticket_from(&mail("bert@customer.example").text("Zoecanary Personova said so.")).await;
        app.settle().await;
        let admin = admin(&app).await;
        admin.submit(&format!("/admin/people/{id}/retirement"), &[("to", "")]).await.assert(303);
        app.settle().await;
        assert!(bytes_with(&app, "zoecanary").await > 1, "his name is in the mail and the news");
        admin.submit(&format!("/admin/people/{id}/erasure"), &[("sure", "on")]).await.assert(303);
        assert_eq!(bytes_with(&app, "zoecanary").await, 0);
        app.relay.relent();
        app.advance(SignedDuration::from_mins(10)).await;
        let told = app.relay.wait_for("dana@helpdesk.example", 1).await.remove(0).mail();
        assert!(told.subject().contains(&number) && told.text().contains("said so") && !told.text().contains("Personova"), "{}", told.text());
    }

    async fn a_customer_who_is_erased_is_in_no_news_of_many_tickets(database) {
        let app = TestApp::start(database).await;
        hears_hourly(&app).await;
        for (from, subject) in [("canaryna@canarymail.example", "Canarysubject"), ("bert@customer.example", "Of Bert")] {
            app.ticket_from(&mail(from).subject(subject)).await;
        }
        app.advance(SignedDuration::from_mins(61)).await;
        let news = app.relay.wait_for("dana@helpdesk.example", 1).await.remove(0).mail();
        assert!(news.text().contains("Canarysubject") && news.text().contains("Of Bert"), "{}", news.text());
        app.settle().await;
        let customers = app.root.get("/api/v1/customers?q=canarymail").await.items();
        let page = format!("/admin/customers/{}/erasure", text(&customers[0]["id"]));
        admin(&app).await.submit(&page, &[("texts", "erase"), ("sure", "on")]).await.assert(303);
        assert_eq!(bytes_with(&app, "canary").await, 0);
    }

    async fn a_mail_that_goes_to_another_instead_leaves_no_bytes_behind(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.relay.rule("anna@customer.example", Behaviour::RefuseRecipient(550, "5.1.1 no such user"));
        let reply = app.root.reply(&number, "Canaryletter.").await;
        app.delivery(&reply, "failed").await;
        app.settle().await;
        // The mail, and who wrote it hears that it failed.
        let stored = bytes_with(&app, "canaryletter").await;
        let to = json!({ "to": ["anne@customer.example"] });
        app.root.post(&format!("/api/v1/articles/{}/resends", text(&reply["id"])), to).await.assert(201);
        app.delivery(&reply, "sent").await;
        app.settle().await;
        assert_eq!(bytes_with(&app, "canaryletter").await, stored, "only what was sent in the end");
    }
}
