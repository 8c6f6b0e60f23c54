//! Control headers count only from a trusted source.

use serde_json::json;
use tests::app::{SUPPORT, TestApp, text};
use tests::{Mail, both_databases, mail};
use turnstone::postmaster::{self, Accepted};

use super::{becomes, lines, rules};

/// Hands a mail in as a source does that is marked trusted, or is not.
async fn accept(app: &TestApp, letter: &Mail, trusted: bool) {
    let mail = Accepted {
        raw: letter.bytes(),
        envelope_from: letter.sender().to_owned(),
        envelope_to: vec![SUPPORT.to_owned()],
        source: "test".to_owned(),
        trusted,
        ..Accepted::default()
    };
    postmaster::accept(app.desk(), mail).await.expect("kept");
}

fn asking(letter: Mail) -> Mail {
    letter
        .header("X-Turnstone-Queue", "billing")
        .header("X-Turnstone-Priority", "Urgent")
        .header("X-Turnstone-State", "open")
        .header("X-Turnstone-Owner", "Dana")
        .header("X-Turnstone-Tag", "alpha, beta")
        .header("X-Turnstone-No-Auto-Response", "yes")
}

both_databases! {
    async fn control_headers_count_only_from_a_trusted_source_also_after_a_retry(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.agent("dana", &["Agent"]).await;

        let untrusted = asking(mail("anna@customer.example"));
        let inbound = app.deliver(&untrusted).await;
        let ticket = app.ticket(&text(&inbound["ticket"])).await;
        assert_eq!((&ticket["queue"], &ticket["priority"], &ticket["tags"]), (&json!("Support"), &json!("normal"), &json!([])));
        assert_eq!((&ticket["state"], &ticket["owner"]), (&json!("new"), &json!(null)));
        assert_eq!(inbound["auto_response"], "sent");

        let trusted = asking(mail("bert@customer.example"));
        accept(&app, &trusted, true).await;
        let inbound = becomes(&app, &trusted, "new").await;
        let ticket = app.ticket(&text(&inbound["ticket"])).await;
        assert_eq!((&ticket["queue"], &ticket["priority"]), (&json!("Billing"), &json!("urgent")));
        assert_eq!((&ticket["state"], &ticket["owner"], &ticket["tags"]), (&json!("open"), &json!("dana"), &json!(["alpha", "beta"])));
        assert_eq!(inbound["auto_response"], "its control headers: no automatic answer");
        assert!(lines(&inbound)[0].contains("its source is trusted: X-Turnstone-Queue"), "{inbound}");

        // Put aside and retried: trust belongs to the mail, and so does its lack.
        rules(&app, json!([{ "name": "Hold", "mails": "both", "actions": { "aside": "quarantine" } }])).await;
        let (held, strange) = (asking(mail("carl@customer.example")), asking(mail("mallory@elsewhere.example")));
        accept(&app, &held, true).await;
        accept(&app, &strange, false).await;
        let ids = [becomes(&app, &held, "quarantined").await, becomes(&app, &strange, "quarantined").await];
        rules(&app, json!([])).await;
        for id in &ids {
            app.root.post(&format!("/api/v1/inbound/{}/retry", text(&id["id"])), json!({})).await.assert(201);
        }
        let inbound = becomes(&app, &held, "new").await;
        assert_eq!(app.ticket(&text(&inbound["ticket"])).await["queue"], "Billing");
        let inbound = becomes(&app, &strange, "new").await;
        assert_eq!(app.ticket(&text(&inbound["ticket"])).await["queue"], "Support");
    }

    async fn control_headers_of_an_answer_leave_queue_and_owner_alone(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.agent("dana", &["Agent"]).await;
        let first = mail("anna@customer.example");
        let number = app.ticket_from(&first).await;
        let answer = asking(mail("anna@customer.example").answering([first.id()]));
        accept(&app, &answer, true).await;
        becomes(&app, &answer, "follow_up").await;
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["queue"], &ticket["owner"]), (&json!("Support"), &json!(null)));
        assert_eq!((&ticket["priority"], &ticket["tags"]), (&json!("urgent"), &json!(["alpha", "beta"])));
    }

    async fn a_trusted_source_can_have_mail_ignored_and_its_mistakes_are_said(database) {
        let app = TestApp::start(database).await;
        let ignored = mail("cron@host.example").header("X-Turnstone-Ignore", "yes");
        accept(&app, &ignored, true).await;
        becomes(&app, &ignored, "ignored").await;
        let wrong = mail("cron@host.example")
            .header("X-Turnstone-Queue", "Nowhere")
            .header("X-Turnstone-State", "pending reminder")
            .header("X-Turnstone-Ignore", "no")
            .header("X-Turnstone-Colour", "red");
        accept(&app, &wrong, true).await;
        let inbound = becomes(&app, &wrong, "new").await;
        let said = lines(&inbound).join("\n");
        for part in ["X-Turnstone-Queue: “Nowhere”", "X-Turnstone-Colour: “red”", "needs X-Turnstone-Pending-Hours"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert_eq!(app.ticket(&text(&inbound["ticket"])).await["state"], "new");
    }
}
