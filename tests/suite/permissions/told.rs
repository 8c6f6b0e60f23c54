//! What pages and answers tell besides what they are for: titles, names and the existence of what is hidden.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::smtp_peer::Behaviour;
use tests::{Database, both_databases, mail, wait_until};

/// A hidden queue with a ticket of its own title, and Dana, who may do everything in Support and knows of nothing else.
async fn house(database: Database) -> (TestApp, tests::app::Person, String) {
    let app = TestApp::start(database).await;
    app.queue("Vault", "vault@helpdesk.example").await;
    app.role("Front", "Support", &["full"]).await;
    let dana = app.agent("dana", &["Front"]).await;
    app.deliver_as(
        "eve@secret.example",
        "vault@helpdesk.example",
        &mail("eve@secret.example").subject("zqxsecret"),
    )
    .await;
    let hidden = text(&app.tickets().await[0]["number"]);
    (app, dana, hidden)
}

both_databases! {
    async fn a_merged_ticket_keeps_its_title_for_its_own_readers(database) {
        let (app, dana, hidden) = house(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("The pump leaks")).await;
        app.root.post(&format!("/api/v1/tickets/{hidden}/merges"), json!({ "into": number })).await.assert(201);
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let page = browser.get(&format!("/tickets/{number}")).await.assert(200).text();
        let panel = page.split("pr-merged").nth(1).expect("what was merged here").split("</section>").next().unwrap();
        assert!(panel.contains(&hidden) && !panel.contains("zqxsecret") && !panel.contains("/merges"), "{panel}");
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let page = browser.get(&format!("/tickets/{number}")).await.assert(200).text();
        assert!(page.split("pr-merged").nth(1).unwrap().contains("zqxsecret"), "{page}");
        drop(dana);
    }

    async fn what_a_form_names_by_its_key_is_not_told_by_its_name(database) {
        let (app, _dana, _) = house(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let queues = app.root.get("/api/v1/queues").await.items();
        let vault = text(&queues.iter().find(|queue| queue["name"] == "Vault").expect("the hidden queue")["id"]);
        for (login, told) in [("dana", false), ("root", true)] {
            let browser = app.visitor();
            browser.sign_in(login, PASSWORD).await;
            browser.get("/tickets").await.assert(200);
            let fields = [("ticket", number.as_str()), ("act", "move"), ("queue", vault.as_str()), ("back", "/tickets")];
            let place = browser.submit("/tickets/bulk", &fields).await.assert(303).location();
            if place.starts_with("/tickets/bulk/") {
                let page = browser.get(&place).await.assert(200).text();
                assert_eq!(page.contains("Vault"), told, "{login}: {page}");
            } else {
                assert!(told, "{place}: what is refused is listed");
            }
        }
    }

    async fn a_question_about_somebody_unknown_is_answered_as_one_about_somebody_hidden(database) {
        let (_app, dana, _) = house(database).await;
        for further in ["", "&cursor=x", "&q=queue:zz", "&limit=0"] {
            let known = dana.get(&format!("/api/v1/tickets?customer=eve@secret.example{further}")).await;
            let unknown = dana.get(&format!("/api/v1/tickets?customer=nobody@secret.example{further}")).await;
            assert_eq!(known.status, unknown.status, "{further}");
            assert_eq!(known.text(), unknown.text(), "{further}");
        }
    }

    async fn whoever_may_not_merge_a_ticket_learns_nothing_of_another(database) {
        let (app, _dana, hidden) = house(database).await;
        app.role("Reads", "Support", &["read"]).await;
        app.agent("rita", &["Reads"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let browser = app.visitor();
        browser.sign_in("rita", PASSWORD).await;
        browser.get(&format!("/tickets/{number}")).await.assert(200);
        let path = format!("/tickets/{number}/merges");
        let there = browser.submit(&path, &[("into", &hidden)]).await.status;
        let nowhere = browser.submit(&path, &[("into", "99999")]).await.status;
        assert_eq!(there, nowhere);
    }

    async fn two_people_become_one_only_by_who_may_change_the_tickets_of_both(database) {
        let (app, dana, hidden) = house(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        // Eve writes into a conversation that Dana sees.
        let first = text(&app.articles(&number).await[0]["message_id"]);
        let joins = mail("eve@secret.example").header("In-Reply-To", &format!("<{first}>"));
        app.deliver(&joins).await;
        let article = text(&app.articles(&number).await.last().expect("her answer")["id"]);
        let before = app.ticket(&hidden).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        browser.get(&format!("/tickets/{number}")).await.assert(200);
        let refused = browser.submit(&format!("/articles/{article}/customer"), &[]).await.assert(403).text();
        assert!(refused.contains("Somebody who manages people") && !refused.contains("Vault"), "{refused}");
        assert_eq!(app.ticket(&hidden).await, before);
        // Where she may do everything, she may.
        app.root.set(&hidden, "queue", "Support").await;
        browser.submit(&format!("/articles/{article}/customer"), &[]).await.assert(303);
        assert_eq!(app.ticket(&hidden).await["customer"]["id"], app.ticket(&number).await["customer"]["id"]);
        drop(dana);
    }

    async fn rules_are_tried_on_stored_mail_only_by_who_reads_all_queues(database) {
        let (app, _dana, hidden) = house(database).await;
        app.root.post(&format!("/api/v1/tickets/{hidden}/tags"), json!({ "tag": "zqxtag" })).await.assert(201);
        let body = json!({ "name": "Mail", "grants": [], "installation": ["queues_and_mail", "recorder", "api"] });
        app.root.post("/api/v1/roles", body).await.assert(201);
        let mara = app.agent("mara", &["Mail"]).await;
        let refused = mara.post("/api/v1/filters/dry-runs", json!({ "all": true })).await.assert(403).text();
        assert!(refused.contains("read all queues"), "{refused}");
        app.root.post("/api/v1/filters/dry-runs", json!({ "all": true })).await.assert(201);
    }

    async fn an_answer_tried_on_oneself_is_called_nothing_before_others(database) {
        let (app, _dana, hidden) = house(database).await;
        let body = json!({ "name": "Mail", "grants": [], "installation": ["recorder", "api"] });
        app.root.post("/api/v1/roles", body).await.assert(201);
        let mara = app.agent("mara", &["Mail"]).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let place = "/admin/auto-responses/all/received/en";
        let page = browser.get(place).await.assert(200).text();
        assert!(page.contains("name=\"subject\""), "{page}");
        let fields = [("act", "send"), ("ticket", hidden.as_str()), ("subject", "About {{ticket.title}}"), ("body", "We have it.")];
        browser.submit(place, &fields).await;
        let sent = app.relay.wait_for("root@helpdesk.example", 1).await;
        assert!(sent.iter().any(|mail| mail.mail().subject().contains("zqxsecret")), "root gets what he tried");
        assert!(app.root.get("/api/v1/outbox").await.text().contains("zqxsecret"));
        assert!(!mara.get("/api/v1/outbox").await.text().contains("zqxsecret"));
    }

    async fn news_that_are_tried_again_ask_again_who_may_read_them(database) {
        let app = TestApp::start_with(database, |config| config.test.retry_seconds = Some(vec![1])).await;
        app.queue("Vault", "vault@helpdesk.example").await;
        app.role("Front", "Support", &["full"]).await;
        app.agent("dana", &["Front"]).await;
        app.relay.rule("dana@helpdesk.example", Behaviour::RefuseRecipient(451, "4.3.0 later"));
        let number = app.ticket_from(&mail("anna@customer.example").subject("zqxsecret")).await;
        wait_until("news that wait", std::time::Duration::from_secs(10), async || {
            (app.outgoing(&["deferred"]).await > 0).then_some(())
        })
        .await;
        app.root.set(&number, "queue", "Vault").await;
        app.relay.rule("dana@helpdesk.example", Behaviour::Accept);
        app.advance(jiff::SignedDuration::from_mins(5)).await;
        wait_until("news that nobody may read any more", std::time::Duration::from_secs(10), async || {
            (app.outgoing(&["deferred", "due", "sending"]).await == 0).then_some(())
        })
        .await;
        assert!(app.relay.received_by("dana@helpdesk.example").is_empty());
    }
}
