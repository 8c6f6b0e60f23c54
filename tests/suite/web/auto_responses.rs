//! The pages of automatic answers, without a script.

use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

const EDIT: &str = "/admin/auto-responses/all/received/en";

fn form<'a>(subject: &'a str, body: &'a str, ticket: &'a str, act: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("subject", subject), ("body", body), ("ticket", ticket), ("act", act)]
}

both_databases! {
    async fn a_text_is_previewed_sent_to_oneself_saved_and_taken_back(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").from_header("\"Anna <i>Bell</i>\" <anna@customer.example>").subject("Broken key")).await;
        app.hush().await;
        let root = app.visitor();
        root.sign_in("root", PASSWORD).await;
        let list = root.get("/admin/auto-responses").await.assert(200).text();
        assert!(list.contains(EDIT) && list.contains("Support"), "{list}");
        let page = root.get(EDIT).await.assert(200).text();
        assert!(page.contains("thank you for your mail") && page.contains("Ruth Calloway") && page.contains("48217"), "{page}");
        let typed = form("About {subject}", "Dear {customer_name}, your number is {ticket}.", &number, "preview");
        let page = root.submit(EDIT, &typed).await.assert(200).text();
        assert!(page.contains("About Broken key") && page.contains(&format!("your number is {number}.")), "{page}");
        assert!(page.contains("Dear Anna &lt;i&gt;Bell&lt;") && page.contains("About {subject}"), "typed values stay, and nothing becomes markup: {page}");
        root.submit(EDIT, &form("About {subject}", "Number {ticket}.", &number, "send")).await.assert(200);
        let sent = app.relay.wait_for("root@helpdesk.example", 1).await.remove(0);
        assert_eq!((sent.from.as_str(), sent.mail().subject()), ("", "About Broken key".to_owned()));
        assert_eq!(sent.mail().header("Auto-Submitted").as_deref(), Some("auto-replied"));
        assert!(sent.mail().text().contains(&format!("Number {number}.")));
        assert!(app.relay.received_by("anna@customer.example").is_empty(), "no customer gets it");
        let saved = root.submit(EDIT, &form("About {subject}", "Number {ticket}.", "", "save")).await;
        assert_eq!(saved.assert(303).location(), "/admin/auto-responses?saved=text");
        app.hush().await;
        app.deliver(&mail("bert@customer.example").subject("Again")).await;
        assert_eq!(app.relay.wait_for("bert@customer.example", 1).await[0].mail().subject(), "About Again");
        root.submit(EDIT, &form("", "", "", "reset")).await.assert(303);
        assert!(root.get(EDIT).await.assert(200).text().contains("thank you for your mail"));
    }

    async fn a_wrong_text_is_refused_with_what_was_typed_and_what_to_do(database) {
        let app = TestApp::start(database).await;
        let root = app.visitor();
        root.sign_in("root", PASSWORD).await;
        root.get(EDIT).await.assert(200);
        for act in ["save", "preview", "send"] {
            let page = root.submit(EDIT, &form("Hi {tciket}", "A body that was typed", "", act)).await;
            let page = page.assert(422).text();
            assert!(page.contains("Hi {tciket}") && page.contains("A body that was typed"), "{act}: {page}");
            assert!(page.contains("{reopen_address}") && page.contains("aria-invalid"), "{act}: {page}");
        }
        let page = root.submit(EDIT, &form("Hi", "Body", "99999", "preview")).await.assert(422).text();
        assert!(page.contains("There is no ticket 99999"), "{page}");
        for nowhere in ["/admin/auto-responses/7777", "/admin/auto-responses/x", "/admin/auto-responses/all/x/en", "/admin/auto-responses/all/received/tlh", "/admin/auto-responses/7777/received/en"] {
            root.get(nowhere).await.assert(404);
        }
    }

    async fn a_ticket_that_one_may_not_read_is_no_preview(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Secret subject")).await;
        let body = serde_json::json!({ "name": "Postmaster", "grants": [], "installation": ["queues_and_mail"] });
        app.root.post("/api/v1/roles", body).await.assert(201);
        app.agent("paula", &["Postmaster"]).await;
        let paula = app.visitor();
        paula.sign_in("paula", PASSWORD).await;
        paula.get(EDIT).await.assert(200);
        for act in ["preview", "send"] {
            let page = paula.submit(EDIT, &form("{subject}", "Body", &number, act)).await.assert(422).text();
            assert!(!page.contains("Secret subject"), "{act}");
        }
        app.agent("dana", &["Agent"]).await;
        let dana = app.visitor();
        dana.sign_in("dana", PASSWORD).await;
        for page in ["/admin/auto-responses", EDIT] {
            dana.get(page).await.assert(403);
        }
    }

    async fn a_queues_switches_and_language_are_kept(database) {
        let app = TestApp::start(database).await;
        let root = app.visitor();
        root.sign_in("root", PASSWORD).await;
        let queues = app.root.get("/api/v1/queues").await.items();
        let page = format!("/admin/auto-responses/{}", text(&queues[0]["id"]));
        let shown = root.get(&page).await.assert(200).text();
        assert!(shown.contains("value=\"received\" checked") && !shown.contains("value=\"reopened\" checked"), "{shown}");
        let fields = [("on", "reopened"), ("on", "rejected"), ("language", "fr")];
        let saved = root.submit(&page, &fields).await;
        assert!(saved.assert(303).location().starts_with(&page));
        let shown = root.get(&page).await.assert(200).text();
        assert!(!shown.contains("value=\"received\" checked") && shown.contains("value=\"reopened\" checked"), "{shown}");
        assert!(shown.contains("value=\"fr\" selected"));
        let inbound = app.deliver(&mail("anna@customer.example")).await;
        assert!(inbound["auto_response"].as_str().unwrap().contains("the queue sends none"));
    }
}
