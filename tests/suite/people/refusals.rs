//! What somebody is refused is written down: also where the answer says no more than that there is nothing.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail, wait_until};

/// What of this kind is in the audit log for her, as “what: why”, the oldest first, once there are so many.
async fn refused(app: &TestApp, login: &str, count: usize) -> Vec<String> {
    let path = format!("/api/v1/audit?limit=200&kind=refused&agent={login}");
    let told = |entry: &Value| format!("{}: {}", text(&entry["subject"]), text(&entry["detail"]));
    wait_until(&format!("{count} refusals of {login}"), Duration::from_secs(10), async || {
        let mut all: Vec<String> = app.root.get(&path).await.items().iter().map(told).collect();
        all.reverse();
        (all.len() >= count).then_some(all)
    })
    .await
}

/// What the forms of filters, templates and notices change, as the API shows it.
async fn stored(app: &TestApp) -> Vec<Value> {
    let mut all = Vec::new();
    for path in ["filters", "templates", "preferences/templates", "preferences/notices"] {
        all.push(app.root.get(&format!("/api/v1/{path}")).await.assert(200).json());
    }
    all
}

both_databases! {
    async fn a_look_at_a_hidden_ticket_is_written_down_and_a_mistyped_number_is_not(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["full"]).await;
        let dana = app.agent("dana", &["Biller"]).await;
        let letter = mail("anna@customer.example").attach("a.txt", "text/plain", b"x");
        let hidden = app.ticket_from(&letter).await;
        let article = app.articles(&hidden).await.remove(0);
        let (id, file) = (text(&article["id"]), text(&article["attachments"][0]["id"]));
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        dana.get("/api/v1/tickets/999999").await.assert(404);
        browser.get("/tickets/999999").await.assert(404);
        dana.get("/api/v1/articles/999999").await.assert(404);
        let asked = [
            format!("/api/v1/tickets/{hidden}"),
            format!("/api/v1/articles/{id}"),
            format!("/api/v1/attachments/{file}"),
            format!("/tickets/{hidden}"),
            format!("/articles/{id}/html"),
            format!("/attachments/{file}"),
        ];
        for path in &asked {
            let answer = if path.starts_with("/api") { dana.get(path).await } else { browser.get(path).await };
            answer.assert(404);
        }
        let note = format!("/api/v1/tickets/{hidden}/notes");
        dana.post(&note, json!({ "body_text": "x" })).await.assert(404);
        let mut wanted: Vec<String> = asked.iter().map(|path| format!("GET {path}: hidden")).collect();
        wanted.push(format!("POST {note}: hidden"));
        let mut written = refused(&app, "dana", wanted.len()).await;
        // Beside the answers: their order is theirs.
        written.sort();
        wanted.sort();
        assert_eq!(written, wanted);
    }

    async fn fields_and_ids_that_nobody_offered_are_refused_and_written_down(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Supporter", "Support", &["full"]).await;
        let dana = app.agent("dana", &["Supporter"]).await;
        let hidden = text(&app.deliver_as("anna@customer.example", "billing@helpdesk.example", &mail("anna@customer.example")).await["ticket"]);
        let number = app.ticket_from(&mail("ben@customer.example")).await;
        let before = app.ticket(&number).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        browser.get(&format!("/tickets/{number}")).await.assert(200);
        // What would be somebody else's to say.
        let at = format!("/api/v1/tickets/{number}");
        let body = json!({ "value": "high", "owner_id": 1, "created_at": "2020-01-01T00:00:00Z" });
        dana.put(&format!("{at}/priority"), body).await.assert(422);
        browser.submit(&format!("/tickets/{number}/tags"), &[("tag", "x"), ("queue_id", "1")]).await.assert(400);
        // Ids of what is not hers.
        dana.post(&format!("{at}/merges"), json!({ "into": hidden })).await.assert(422);
        let bulk = app.root.post("/api/v1/bulks", json!({ "tickets": [number], "act": "watch" })).await.assert(201).json();
        let bulk = format!("/api/v1/bulks/{}/undo", text(&bulk["id"]));
        dana.send(dana.request(Method::POST, &bulk)).await.assert(404);
        let written = refused(&app, "dana", 3).await;
        for wanted in [
            format!("PUT {at}/priority: unknown field"),
            format!("POST /tickets/{number}/tags: unknown field"),
            format!("POST {bulk}: unknown id"),
        ] {
            assert!(written.contains(&wanted), "{wanted} is not in {written:?}");
        }
        let mut after = app.ticket(&number).await;
        // Watched by root since; nothing else happened to it.
        after["updated_at"] = before["updated_at"].clone();
        assert_eq!(after, before);
    }

    async fn forms_whose_fields_come_several_times_take_none_that_nobody_offered(database) {
        let app = TestApp::start(database).await;
        let support = text(&app.root.get("/api/v1/queues").await.items()[0]["id"]);
        let answers = format!("/admin/auto-responses/{support}");
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get("/dashboard").await.assert(200);
        let forms: [(&str, &[(&str, &str)]); 12] = [
            ("/admin/priorities", &[("usual", "3"), ("name_6", "Now")]),
            ("/admin/templates", &[("name", "Thanks"), ("body", "Thank you."), ("owner", "1")]),
            ("/preferences/templates", &[("name", "Thanks"), ("body", "Thank you."), ("owner", "1")]),
            (&answers, &[("on", "received"), ("queue", "1")]),
            ("/admin/filters", &[("version", "0"), ("rule", "1"), ("act", "off"), ("enabled_by", "1")]),
            ("/admin/filters/rules", &[("version", "0"), ("name", "All"), ("then", "save"), ("c_regex", ".*")]),
            ("/admin/filters/versions/1/restore", &[("version", "0"), ("author", "1")]),
            ("/preferences", &[("language", "en"), ("login", "admin")]),
            ("/preferences/password", &[("current", "wrong"), ("password", "x"), ("login", "dana")]),
            ("/preferences/keys", &[("usual", "yes"), ("agent", "2")]),
            ("/preferences/notices", &[("mail-mention", "off"), ("mail-nothing", "off")]),
            ("/preferences/queues", &[("news", "1:new_ticket"), ("agent", "2")]),
        ];
        for (path, fields) in &forms {
            browser.submit(path, fields).await.assert(400);
        }
        let wanted: Vec<String> = forms.iter().map(|(path, _)| format!("POST {path}: unknown field")).collect();
        assert_eq!(refused(&app, "root", wanted.len()).await, wanted);
        assert!(app.root.get("/api/v1/templates").await.items().is_empty(), "nothing was made");
        // What the pages do send goes on.
        browser.submit(&answers, &[("on", "received"), ("language", "en")]).await.assert(303);
        browser.submit("/preferences/keys", &[("reply", "e"), ("go_tickets", "t")]).await.assert(303);
        browser.submit("/preferences/notices", &[("mail-mention", "off"), ("browser", "mention")]).await.assert(303);
        browser.submit("/preferences/queues", &[("news", &format!("{support}:new_ticket"))]).await.assert(303);
    }

    async fn a_form_takes_no_field_of_the_form_beside_it(database) {
        let app = TestApp::start(database).await;
        let rule = json!({ "name": "One", "mails": "both", "actions": { "tags": ["one"] } });
        app.root.put("/api/v1/filters", json!({ "rules": [rule] })).await.assert(200);
        let words = json!({ "name": "Thanks", "body_text": "Thank you." });
        let house = text(&app.root.post("/api/v1/templates", words.clone()).await.assert(201).json()["id"]);
        let own = text(&app.root.post("/api/v1/preferences/templates", words).await.assert(201).json()["id"]);
        let retirement = format!("/admin/templates/{house}/retirement");
        let (own, end) = (format!("/preferences/templates/{own}"), format!("/preferences/templates/{own}/end"));
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let ticked = async || browser.get("/preferences").await.assert(200).text().matches(" checked").count();
        let before = (stored(&app).await, ticked().await);
        let forms: [(&str, &[(&str, &str)]); 11] = [
            ("/admin/filters", &[("version", "1"), ("rule", "1"), ("act", "off"), ("name", "Other")]),
            ("/admin/filters/rules", &[("version", "1"), ("at", "1"), ("name", "Other"), ("tags", "x"), ("then", "save"), ("act", "off")]),
            ("/admin/filters/versions/1/restore", &[("version", "1"), ("rule", "1")]),
            ("/preferences/keys", &[("reply", "e"), ("browser", "mention")]),
            ("/preferences/notices", &[("mail-mention", "off"), ("reply", "e")]),
            ("/preferences/queues", &[("usual", "yes")]),
            ("/preferences/templates", &[("name", "Other"), ("body", "Thank you."), ("scope", "everybody")]),
            (&own, &[("name", "Other"), ("body", "Thank you."), ("shown", "")]),
            (&end, &[("name", "Thanks")]),
            ("/admin/templates", &[("name", "Other"), ("body", "Thank you."), ("shown", "")]),
            (&retirement, &[("scope", "everybody")]),
        ];
        for (path, fields) in &forms {
            browser.submit(path, fields).await.assert(400);
        }
        let wanted: Vec<String> = forms.iter().map(|(path, _)| format!("POST {path}: unknown field")).collect();
        assert_eq!(refused(&app, "root", wanted.len()).await, wanted);
        assert_eq!((stored(&app).await, ticked().await), before, "nothing was changed");
        assert!(!browser.get("/tickets").await.assert(200).text().contains("data-keymap"), "no key was laid elsewhere");
        // Without that field, each does what its page says.
        browser.submit("/admin/filters", forms[0].1.split_last().unwrap().1).await.assert(303);
        browser.submit("/preferences/keys", &forms[3].1[..1]).await.assert(303);
        browser.submit(&own, &forms[7].1[..2]).await.assert(303);
        browser.submit(&retirement, &[]).await.assert(303);
    }

    async fn an_account_is_given_no_more_than_its_form_says(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let agents = app.root.get("/api/v1/agents").await.items();
        let id = text(&agents.iter().find(|agent| agent["login"] == "dana").unwrap()["id"]);
        for wrong in [json!({ "login": "root2" }), json!({ "password_hash": "x" }), json!({ "must_change_password": false })] {
            app.root.patch(&format!("/api/v1/agents/{id}"), wrong).await.assert(422);
        }
        let written = refused(&app, "root", 3).await;
        assert_eq!(written, vec![format!("PATCH /api/v1/agents/{id}: unknown field"); 3]);
    }
}
