use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

use super::merge::merge;

fn ids(articles: &[Value]) -> Vec<String> {
    let mut ids: Vec<String> = articles.iter().map(|article| text(&article["id"])).collect();
    ids.sort();
    ids
}

/// What a merge may touch, as programs see it.
async fn whole(app: &TestApp, number: &str) -> Value {
    let mut ticket = app.ticket(number).await;
    ticket.as_object_mut().unwrap().remove("updated_at");
    let path = |what: &str| format!("/api/v1/tickets/{number}/{what}");
    json!({
        "ticket": ticket,
        "articles": ids(&app.articles(number).await),
        "tags": app.root.get(&path("tags")).await.items(),
        "links": app.root.get(&path("links")).await.items(),
        "watchers": app.root.get(&path("watchers")).await.items(),
        "participants": app.root.get(&path("participants")).await.items(),
    })
}

both_databases! {
    async fn undoing_a_merge_puts_everything_back_where_it_was(database) {
        let app = TestApp::start(database).await;
        let a = app.ticket_from(&mail("anna@customer.example").cc("cora@partner.example").attach("a.txt", "text/plain", b"x")).await;
        let b = app.ticket_from(&mail("bert@customer.example")).await;
        let other = app.ticket_from(&mail("carl@customer.example")).await;
        app.root.post(&format!("/api/v1/tickets/{a}/tags"), json!({ "tag": "urgent" })).await.assert(201);
        app.root.post(&format!("/api/v1/tickets/{a}/links"), json!({ "ticket": other })).await.assert(201);
        app.agent("dana", &["Agent"]).await.post(&format!("/api/v1/tickets/{a}/watchers"), json!({})).await.assert(201);
        app.root.reply(&a, "An answer.").await;
        app.settle().await;
        let until = json!({ "value": "pending reminder", "until": "2031-01-01T09:00:00Z" });
        app.root.put(&format!("/api/v1/tickets/{a}/state"), until).await.assert(200);
        app.root.delete(&format!("/api/v1/tickets/{a}/lock")).await.assert(204);
        let before = (whole(&app, &a).await, whole(&app, &b).await);

        merge(&app, &a, &b).await;
        crate::tickets::counters_agree(&app).await;
        let merged = whole(&app, &b).await;
        assert_eq!(merged["articles"].as_array().unwrap().len(), ids(&app.articles(&b).await).len());
        assert!(merged["tags"].to_string().contains("urgent"), "{merged}");
        assert!(merged["links"].to_string().contains(&other), "{merged}");
        assert!(merged["watchers"].to_string().contains("dana"), "{merged}");
        let people = merged["participants"].to_string();
        assert!(people.contains("anna@customer.example") && people.contains("cora@partner.example"), "{people}");

        app.advance(SignedDuration::from_hours(1)).await;
        app.root.delete(&format!("/api/v1/tickets/{a}/merges")).await.assert(204);
        assert_eq!((whole(&app, &a).await, whole(&app, &b).await), before);
        crate::tickets::counters_agree(&app).await;
        app.root.delete(&format!("/api/v1/tickets/{a}/merges")).await.assert(409);
    }

    async fn the_middle_of_a_chain_can_be_undone(database) {
        let app = TestApp::start(database).await;
        let mut tickets = Vec::new();
        for name in ["anna", "bert", "carl", "dora"] {
            let letter = mail(&format!("{name}@customer.example"));
            tickets.push((app.ticket_from(&letter).await, letter));
        }
        let [(a, first), (b, second), (c, third), (d, fourth)] = tickets.try_into().unwrap();
        let before = [whole(&app, &a).await, whole(&app, &b).await];
        merge(&app, &a, &b).await;
        merge(&app, &b, &c).await;
        merge(&app, &d, &c).await;
        app.root.delete(&format!("/api/v1/tickets/{a}/merges")).await.assert(204);
        assert_eq!(whole(&app, &a).await, before[0]);
        app.root.delete(&format!("/api/v1/tickets/{b}/merges")).await.assert(204);
        assert_eq!(whole(&app, &b).await, before[1]);
        let there = app.articles(&c).await;
        let has = |letter: &tests::Mail| there.iter().any(|article| article["message_id"] == letter.id());
        assert!(has(&third) && has(&fourth) && !has(&first) && !has(&second), "{there:?}");
        // Each id leads to its own ticket again.
        for (letter, number) in [(&first, &a), (&second, &b), (&fourth, &c)] {
            let answer = mail(letter.sender()).answering([letter.id()]);
            assert_eq!(text(&app.deliver(&answer).await["ticket"]), *number);
        }
        crate::tickets::counters_agree(&app).await;
    }

    async fn undoing_a_merge_asks_about_what_came_since(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example");
        let a = app.ticket_from(&question).await;
        let b = app.ticket_from(&mail("bert@customer.example")).await;
        merge(&app, &a, &b).await;
        app.advance(SignedDuration::from_hours(1)).await;
        let answer = mail("anna@customer.example").answering([question.id()]);
        let new = text(&app.deliver(&answer).await["article"]);
        app.root.post(&format!("/api/v1/tickets/{b}/notes"), json!({ "body_text": "Stays." })).await.assert(201);
        let merges = format!("/api/v1/tickets/{a}/merges");
        let refused = app.root.delete(&merges).await;
        refused.assert(409);
        assert!(refused.text().contains("2 messages"), "{}", refused.text());

        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = visitor.get(&format!("/tickets/{a}/merges")).await;
        assert!(page.assert(200).text().contains("can you help?"), "{}", page.text());
        assert!(page.text().contains(&format!("name=\"article\" value=\"{new}\"")));

        let elsewhere = text(&app.articles(&b).await[0]["id"]);
        app.root.post(&format!("{merges}/end"), json!({ "articles": [elsewhere] })).await.assert(422);
        app.root.post(&format!("{merges}/end"), json!({ "articles": [new] })).await.assert(201);
        assert!(ids(&app.articles(&a).await).contains(&new));
        let left = app.articles(&b).await;
        assert!(left.iter().any(|article| article["body_text"] == "Stays.") && !ids(&left).contains(&new));
        // The thread goes on where its last mail went.
        let third = mail("anna@customer.example").answering([answer.id()]);
        assert_eq!(text(&app.deliver(&third).await["ticket"]), a);
        crate::tickets::counters_agree(&app).await;
    }

    async fn a_draft_goes_along_with_a_merge_and_back_with_its_undo(database) {
        let app = TestApp::start(database).await;
        let a = app.ticket_from(&mail("anna@customer.example")).await;
        let b = app.ticket_from(&mail("anna@customer.example")).await;
        app.agent("dana", &["Agent"]).await;
        let dana = app.visitor();
        dana.sign_in("dana", PASSWORD).await;
        let page = dana.get(&format!("/tickets/{a}")).await.text();
        let csrf = page.split("data-csrf=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let request = dana.request(reqwest::Method::PUT, &format!("/tickets/{a}/draft")).header("x-csrf-token", csrf);
        let draft = json!({ "kind": "note", "to": "", "cc": "", "body": "Half a thought" });
        dana.send(request.json(&draft)).await.assert(200);
        merge(&app, &a, &b).await;
        assert!(dana.get(&format!("/tickets/{b}")).await.text().contains("Half a thought"));
        app.root.delete(&format!("/api/v1/tickets/{a}/merges")).await.assert(204);
        assert!(dana.get(&format!("/tickets/{a}")).await.text().contains("Half a thought"));
        assert!(!dana.get(&format!("/tickets/{b}")).await.text().contains("Half a thought"));
    }

    async fn merging_and_undoing_work_by_forms_alone(database) {
        let app = TestApp::start(database).await;
        let a = app.ticket_from(&mail("anna@customer.example").subject("The first one")).await;
        let b = app.ticket_from(&mail("anna@customer.example").subject("The second one")).await;
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let list = visitor.get(&format!("/tickets/{a}/merges/new")).await;
        assert!(list.assert(200).text().contains(&format!("?into={b}")), "the customer's other ticket is offered");
        let found = visitor.get(&format!("/tickets/{a}/merges/new?q=second")).await;
        assert!(found.text().contains(&format!("?into={b}")), "{}", found.text());
        let both = visitor.get(&format!("/tickets/{a}/merges/new?into={b}")).await.text();
        assert!(both.contains("The first one") && both.contains("The second one"), "{both}");
        let unknown = visitor.get(&format!("/tickets/{a}/merges/new?into=999999")).await;
        assert!(unknown.assert(200).text().contains("999999"));
        let done = visitor.submit(&format!("/tickets/{a}/merges"), &[("into", &b)]).await;
        assert_eq!((done.status.as_u16(), done.location()), (303, format!("/tickets/{b}")));
        assert!(visitor.get(&format!("/tickets/{b}")).await.text().contains(&format!("/tickets/{a}/merges")));
        let undone = visitor.submit(&format!("/tickets/{a}/merges/end"), &[]).await;
        assert_eq!((undone.status.as_u16(), undone.location()), (303, format!("/tickets/{a}")));
        assert_eq!(app.ticket(&a).await["state"], "new");
    }
}
