//! Tags, links and watching on the pages, as a browser without script uses them.

use diesel::RunQueryDsl;
use jiff::SignedDuration;
use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

both_databases! {
    async fn tags_are_put_on_and_taken_off_by_forms_and_shown_in_the_list(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let page = format!("/tickets/{number}");
        browser.get(&page).await.assert(200);
        browser.submit(&format!("{page}/tags"), &[("tag", "vip, two words")]).await.assert(303);
        assert_eq!(app.ticket(&number).await["tags"], json!(["two words", "vip"]));
        for shown in [&page, "/tickets"] {
            let text = browser.get(shown).await.assert(200).text();
            assert!(text.contains("badge is-line\">vip"), "{shown}: {text}");
        }
        browser.submit(&format!("{page}/tags/end"), &[("tag", "vip")]).await.assert(303);
        // Twice is as good as once: a colleague may have been faster.
        browser.submit(&format!("{page}/tags/end"), &[("tag", "vip")]).await.assert(303);
        assert_eq!(app.ticket(&number).await["tags"], json!(["two words"]));
        let refused = browser.submit(&format!("{page}/tags"), &[("tag", " , ")]).await;
        assert!(refused.assert(422).text().contains("1 to 50 characters"), "{}", refused.text());
    }

    async fn a_ticket_is_a_part_of_another_one_and_the_last_word_counts(database) {
        let app = TestApp::start(database).await;
        let whole = app.ticket_from(&mail("anna@customer.example").subject("The whole move")).await;
        let part = app.ticket_from(&mail("anna@customer.example").subject("The new address")).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get(&format!("/tickets/{part}")).await.assert(200);
        let link = [("ticket", whole.as_str()), ("kind", "child_of")];
        browser.submit(&format!("/tickets/{part}/links"), &link).await.assert(303);
        let text = browser.get(&format!("/tickets/{part}")).await.text();
        assert!(text.contains("The whole move") && text.contains("This one is a part of that one"), "{text}");
        let text = browser.get(&format!("/tickets/{whole}")).await.text();
        assert!(text.contains("The new address") && text.contains("A part of this one"), "{text}");

        // The other way round replaces it: nothing is a part of its own part.
        let path = format!("/api/v1/tickets/{part}/links");
        app.root.post(&path, json!({ "ticket": whole, "kind": "parent_of" })).await.assert(201);
        let links = app.root.get(&path).await.items();
        assert_eq!(links.len(), 1, "{links:?}");
        assert_eq!((&links[0]["kind"], &links[0]["reverse"]), (&json!("child_of"), &json!(true)));
        app.root.post(&path, json!({ "ticket": whole, "kind": "cousin" })).await.assert(422);
        let unknown = browser.submit(&format!("/tickets/{part}/links"), &[("ticket", "999999")]).await;
        assert!(unknown.assert(422).text().contains("999999"), "{}", unknown.text());
        browser.submit(&format!("/tickets/{whole}/links/end"), &[("ticket", &part)]).await.assert(303);
        assert!(app.root.get(&path).await.items().is_empty());
    }

    async fn a_link_shows_nothing_of_a_ticket_that_one_may_not_read(database) {
        let app = TestApp::start(database).await;
        app.queue("Legal", "legal@helpdesk.example").await;
        app.role("Supporter", "Support", &["full"]).await;
        let rita = app.agent("rita", &["Supporter"]).await;
        let open = app.ticket_from(&mail("anna@customer.example")).await;
        let secret = app.ticket_from(&mail("bert@customer.example").subject("canary-4410")).await;
        app.root.post(&format!("/api/v1/tickets/{open}/links"), json!({ "ticket": secret })).await.assert(201);
        app.root.set(&secret, "queue", "Legal").await;
        assert!(rita.get(&format!("/api/v1/tickets/{open}/links")).await.items().is_empty());
        let browser = app.visitor();
        browser.sign_in("rita", PASSWORD).await;
        let text = browser.get(&format!("/tickets/{open}")).await.assert(200).text();
        assert!(!text.contains("canary-4410"), "{text}");
        // Nor can she tie anything to it, or see by trying that it is there.
        let tried = browser.submit(&format!("/tickets/{open}/links"), &[("ticket", &secret)]).await;
        let never = browser.submit(&format!("/tickets/{open}/links"), &[("ticket", "999999")]).await;
        assert_eq!((tried.status, never.status.as_u16()), (never.status, 422));
    }

    async fn a_watcher_hears_of_a_follow_up_and_keeps_reading_only_while_a_role_allows_it(database) {
        let app = TestApp::start(database).await;
        app.role("Reader", "Support", &["read"]).await;
        let rita = app.agent("rita", &["Reader"]).await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        app.root.lock(&number).await;
        let browser = app.visitor();
        browser.sign_in("rita", PASSWORD).await;
        browser.get(&format!("/tickets/{number}")).await.assert(200);
        browser.submit(&format!("/tickets/{number}/watching"), &[]).await.assert(303);
        assert_eq!(rita.get("/api/v1/tickets?watcher=me").await.items().len(), 1);
        assert!(app.root.get("/api/v1/tickets?watcher=me").await.items().is_empty());
        let list = browser.get("/tickets?view=watched").await.text();
        assert!(list.contains(&format!("/tickets/{number}")), "{list}");
        app.hush().await;
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        app.relay.wait_for("rita@helpdesk.example", 1).await;
        app.relay.wait_for("root@helpdesk.example", 1).await;

        // Watching gives nothing: when the role is gone, so are the ticket, the list and the mails.
        let gone = "DELETE FROM agent_roles WHERE agent_id = (SELECT id FROM agents WHERE login = 'rita')";
        app.db().write(move |tx| Ok(diesel::sql_query(gone).execute(&mut **tx)?)).await.expect("taken away");
        rita.get(&format!("/api/v1/tickets/{number}")).await.assert(404);
        assert!(rita.get("/api/v1/tickets?watcher=me").await.items().is_empty());
        app.hush().await;
        // One that follows at once would be told later, with others.
        app.advance(SignedDuration::from_mins(11)).await;
        app.deliver(&mail("anna@customer.example").answering([question.id()])).await;
        app.relay.wait_for("root@helpdesk.example", 1).await;
        app.settle().await;
        assert!(app.relay.received_by("rita@helpdesk.example").is_empty());
    }
}
