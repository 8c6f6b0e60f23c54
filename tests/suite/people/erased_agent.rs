//! An agent who is gone is erased: nobody reads who he was, and what he did for customers stays theirs.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

use super::personal::{admin, bytes_with, where_is};

const ZOE: &str = "zoecanary@helpdesk.example";

/// An agent of whom much is known by a word that nothing else holds; her key and a ticket that she answered.
async fn zoe(app: &TestApp) -> (String, String) {
    let zoe = app.agent("zoecanary", &["Agent"]).await;
    let agents = app.root.get("/api/v1/agents").await.items();
    let id = text(&agents.iter().find(|agent| agent["login"] == "zoecanary").expect("Zoe")["id"]);
    let number = app.ticket_from(&mail("anna@customer.example").subject("Of Anna")).await;
    // Before she was called otherwise.
    zoe.reply(&number, "I look at it.\n\nZoecanary Agent").await;
    let renamed = json!({ "name": "Zoecanary Personova" });
    app.root.patch(&format!("/api/v1/agents/{id}"), renamed).await.assert(200);
    zoe.put(&format!("/api/v1/tickets/{number}/lock"), json!({})).await;
    zoe.reply(&number, "The pump is repaired.\n\nYours\nZoecanary Personova").await;
    let note = json!({ "body_text": format!("{ZOE} called. Zoecanary Personova knows more.") });
    app.root.post(&format!("/api/v1/tickets/{number}/notes"), note).await.assert(201);
    // Where she never was, others speak of her, write to her, and have begun to.
    let other = app.ticket_from(&mail("bert@customer.example").subject("Of Bert").cc(ZOE)).await;
    app.root.reply(&other, "Zoecanary Personova will know.").await;
    let asks = json!({ "body_text": "Ask @zoecanary." });
    app.root.post(&format!("/api/v1/tickets/{other}/notes"), asks).await.assert(201);
    let begun = json!({ "body_text": "As Zoecanary Personova said," });
    app.root.put(&format!("/api/v1/tickets/{other}/draft"), begun).await.assert(200);
    for (name, team) in [("Hers", true), ("Her queue", false)] {
        let view = json!({ "name": name, "q": "owner:zoecanary", "team": team });
        app.root.post("/api/v1/views", view).await.assert(201);
    }
    let own = json!({ "name": "Zoecanary’s own", "body_text": "Hello" });
    zoe.post("/api/v1/preferences/templates", own).await.assert(201);
    let begun = json!({ "body_text": "Zoecanary begins" });
    zoe.put(&format!("/api/v1/tickets/{number}/draft"), begun).await.assert(200);
    let browser = app.visitor();
    browser.sign_in("zoecanary", PASSWORD).await;
    browser.get("/preferences").await.assert(200);
    let sent = app.relay.wait_for("anna@customer.example", 3).await;
    let answered = sent.last().expect("her answer").mail();
    let quoting = mail("anna@customer.example")
        .answering([answered.header("Message-ID").expect("its id").trim_matches(['<', '>'])])
        .text("Thank you.\n\n> Zoecanary Personova <zoecanary@helpdesk.example> wrote:\n> It is repaired.")
        .html("<p>Thank you.</p><blockquote>Zoecanary Personova: It is repaired.</blockquote>");
    app.deliver(&quoting).await;
    app.settle().await;
    (id, number)
}

both_databases! {
    async fn an_agent_who_is_erased_stands_nowhere_but_in_the_audit_log(database) {
        let app = TestApp::start(database).await;
        let (id, number) = zoe(&app).await;
        let admin = admin(&app).await;
        let page = format!("/admin/people/{id}/erasure");
        // First retired, by somebody who is sure.
        admin.get(&page).await.assert(409);
        admin.submit(&page, &[("sure", "on")]).await.assert(409);
        admin.submit(&format!("/admin/people/{id}/retirement"), &[("to", "")]).await.assert(303);
        app.advance(jiff::SignedDuration::from_mins(2)).await;
        app.settle().await;
        let look = admin.get(&page).await.assert(200).text();
        assert!(look.contains(ZOE) && look.contains("Zoecanary Personova"), "{look}");
        admin.submit(&page, &[]).await.assert(422);
        assert!(where_is(&app, database, "zoecanary").await.len() > 8, "the search sees something");
        admin.submit(&page, &[("sure", "on")]).await.assert(303);
        let left = where_is(&app, database, "zoecanary").await;
        assert!(left.iter().all(|column| column.starts_with("audit_events.")), "{left:?}");
        assert_eq!(where_is(&app, database, "personova").await.iter().filter(|at| !at.starts_with("audit_events.")).count(), 0);
        assert_eq!(bytes_with(&app, "zoecanary").await, 0, "no stored bytes");
        for q in ["zoecanary", "personova"] {
            assert!(app.root.get(&format!("/api/v1/search?q={q}")).await.items().is_empty(), "{q}");
        }
        // What she did for Anna stays, and it is told by whom: somebody who was an agent.
        let articles = app.articles(&number).await;
        let answer = articles.iter().find(|one| text(&one["body_text"]).starts_with("The pump is repaired.")).expect("the answer");
        assert!(text(&answer["body_text"]).contains("Yours\n[…]") && answer.to_string().contains(&format!("Former agent {id}")), "{answer}");
        for path in [format!("/tickets/{number}"), format!("/tickets/{number}/history"), "/admin/outbox".to_owned(), "/admin/mail".to_owned(), "/admin/people".to_owned(), format!("/admin/people/{id}")] {
            let shown = admin.get(&path).await.assert(200).text();
            assert!(!shown.to_lowercase().contains("zoecanary") && !shown.contains("Personova"), "{path}: {shown}");
        }
        assert!(admin.get(&format!("/tickets/{number}")).await.text().contains(&format!("Former agent {id}")));
        // The log says that it was done, and still proves what she did; the conversation goes on.
        let log = app.root.get("/api/v1/audit?limit=200&kind=personal_data").await.items();
        assert_eq!((log.len(), text(&log[0]["subject"])), (1, format!("former-agent-{id}")), "{log:?}");
        app.deliver(&mail("anna@customer.example").subject(&format!("Re: [#{number}] Of Anna")).text("One more thing.")).await;
        assert_eq!(app.articles(&number).await.len(), articles.len() + 1);
        // The team's search asks for what was hers, and not for what whoever has her login next gets.
        let views = app.root.get("/api/v1/views").await.items();
        assert!(views.iter().all(|view| text(&view["q"]) == format!("owner:former-agent-{id}")) && views.len() == 2, "{views:?}");
        // Her login and address are free again; what she had is not another's.
        let again = json!({ "login": "zoecanary", "name": "Another", "email": ZOE, "roles": ["Agent"], "password": PASSWORD });
        let again = app.root.post("/api/v1/agents", again).await.assert(201).json();
        assert_ne!(text(&again["id"]), id);
    }

    async fn a_short_name_and_one_that_others_have_say_no_more_who_wrote(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let admin = admin(&app).await;
        app.agent("other", &["Agent"]).await;
        for (login, name) in [("bo", "Bo"), ("double", "Other Agent")] {
            let writer = app.agent(login, &["Agent"]).await;
            let agents = app.root.get("/api/v1/agents").await.items();
            let id = text(&agents.iter().find(|agent| agent["login"] == login).expect("the writer")["id"]);
            app.root.patch(&format!("/api/v1/agents/{id}"), json!({ "name": name })).await.assert(200);
            let written = writer.reply(&number, "Written.").await;
            assert!(text(&written["from"]["name"]).starts_with(name), "{written}");
            admin.submit(&format!("/admin/people/{id}/retirement"), &[("to", "")]).await.assert(303);
            app.settle().await;
            admin.submit(&format!("/admin/people/{id}/erasure"), &[("sure", "on")]).await.assert(303);
            let all = app.articles(&number).await;
            let left = all.iter().find(|one| one["id"] == written["id"]).expect("the reply");
            assert_eq!(left["from"]["name"], format!("Former agent {id} (Support)"), "{left}");
        }
    }

    async fn only_who_may_see_everything_erases_an_agent(database) {
        let app = TestApp::start(database).await;
        let agent = json!({ "login": "zoe", "name": "Zoe Gone", "email": "zoe@helpdesk.example", "roles": ["Agent"] });
        let id = text(&app.root.post("/api/v1/agents", agent).await.assert(201).json()["id"]);
        let admin = admin(&app).await;
        admin.submit(&format!("/admin/people/{id}/retirement"), &[("to", "")]).await.assert(303);
        let body = json!({ "name": "Doorkeeper", "grants": [{ "queue": "Support", "rights": ["full"] }], "installation": ["people"] });
        app.queue("Vault", "vault@helpdesk.example").await;
        app.root.post("/api/v1/roles", body).await.assert(201);
        app.agent("kim", &["Doorkeeper"]).await;
        let kim = app.visitor();
        kim.sign_in("kim", PASSWORD).await;
        let page = format!("/admin/people/{id}/erasure");
        kim.get(&format!("/admin/people/{id}")).await.assert(200);
        kim.get(&page).await.assert(403);
        kim.submit(&page, &[("sure", "on")]).await.assert(403);
        app.advance(jiff::SignedDuration::from_mins(21)).await;
        assert!(admin.get(&page).await.location().starts_with("/raise"));
        assert!(admin.submit(&page, &[("sure", "on")]).await.assert(200).text().contains("action=\"/raise\""));
        assert_eq!(app.root.get(&format!("/api/v1/agents/{id}")).await.json()["name"], "Zoe Gone");
    }
}
