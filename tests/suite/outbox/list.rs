//! The outbox as a page and in the API: each mail is called by what it is about, for those who may know.

use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

fn about<'a>(mails: &'a [Value], kind: &str) -> Vec<&'a Value> {
    mails.iter().filter(|mail| mail["kind"] == kind).map(|mail| &mail["subject"]).collect()
}

both_databases! {
    async fn a_mail_is_called_by_what_it_is_about(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("The pump leaks")).await;
        app.root.reply(&number, "We look into it.").await;
        app.relay.wait_for("anna@customer.example", 2).await;
        let mails = app.root.get("/api/v1/outbox").await.items();
        assert_eq!(about(&mails, "reply"), ["Re: The pump leaks"]);
        assert!(about(&mails, "auto_response").iter().all(|subject| text(subject).contains("The pump leaks")), "{mails:?}");
        assert_eq!(about(&mails, "notification")[0], "The pump leaks", "{mails:?}");
        let admin = app.visitor();
        admin.sign_in("root", PASSWORD).await;
        let page = admin.get("/admin/outbox").await.assert(200).text();
        assert!(page.contains(">Re: The pump leaks</a>") && page.contains(&format!("#{number}")), "{page}");
        assert!(!page.contains("(no subject)"), "{page}");
    }

    async fn whoever_may_not_read_a_ticket_is_not_told_what_it_is_about(database) {
        let app = TestApp::start(database).await;
        app.queue("Vault", "vault@helpdesk.example").await;
        let postmaster = json!({ "name": "Postmaster", "grants": [{ "queue": "Vault", "rights": ["read"] }], "installation": ["recorder", "api"] });
        app.root.post("/api/v1/roles", postmaster).await.assert(201);
        let dana = app.agent("dana", &["Postmaster"]).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("The pump leaks")).await;
        app.root.reply(&number, "We look into it.").await;
        app.relay.wait_for("anna@customer.example", 2).await;
        dana.get(&format!("/api/v1/tickets/{number}")).await.assert(404);
        let mails = dana.get("/api/v1/outbox").await.items();
        assert!(mails.iter().any(|mail| mail["ticket"] == number.as_str()), "that there is a mail he sees: {mails:?}");
        assert!(mails.iter().all(|mail| mail["subject"].is_null()), "{mails:?}");
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let page = browser.get("/admin/outbox").await.assert(200).text();
        assert!(page.contains("About a ticket that is not yours to read"), "{page}");
        assert!(!page.contains("The pump leaks") && !page.contains(&format!("href=\"/tickets/{number}")), "{page}");
    }
}
