//! An erasure finds a person under all his addresses, and leaves everybody else whole.

use diesel::RunQueryDsl as _;
use diesel::sql_types::BigInt;
use serde_json::json;
use tests::app::{TestApp, encoded, text};
use tests::{both_databases, mail};

use super::personal::{admin, bytes_with, where_is};

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    app.db().read(move |conn| Ok(diesel::sql_query(sql).get_result::<Count>(conn)?.n)).await.unwrap()
}

async fn key(app: &TestApp, address: &str) -> String {
    let all = app.root.get("/api/v1/customers?limit=200").await.items();
    let his = all.iter().find(|one| one["addresses"].as_array().unwrap().contains(&json!(address)));
    text(&his.unwrap_or_else(|| panic!("{address} in {all:?}"))["id"])
}

const OTHERS: [&str; 6] = [
    "joann@canary.example",
    "jo.ann@canary.example",
    "jo+ann@canary.example",
    "o'ann@canary.example",
    "ann@canary.example.org",
    "ann@canary.examples",
];

both_databases! {
    async fn whoever_has_a_longer_address_stays_whole(database) {
        let app = TestApp::start(database).await;
        let said = format!("We are {}.", OTHERS.join(", "));
        let joanns = app.ticket_from(&mail("joann@canary.example").from_header("Joann Bell <joann@canary.example>").subject("Of Joann").text(&said)).await;
        app.root.reply(&joanns, "Dear Joann Bell.").await;
        let anns = app.ticket_from(&mail("ann@canary.example").from_header("Ann Bell <ann@canary.example>").text(&said)).await;
        app.root.reply(&anns, "Dear Ann Bell.").await;
        let note = format!("Not <ANN@canary.example>, 'ann@canary.example' or mailto:ann@canary.example?x but {}.", OTHERS.join(" "));
        app.root.post(&format!("/api/v1/tickets/{anns}/notes"), json!({ "body_text": note })).await.assert(201);
        app.settle().await;
        let kept = "SELECT CAST(count(*) AS BIGINT) AS n FROM outbox WHERE digest IS NOT NULL AND envelope_to LIKE '%\"joann@canary.example\"%'";
        let mails = count(&app, kept).await;
        let articles = app.articles(&joanns).await;
        let stored = bytes_with(&app, "of joann").await;
        assert!(stored > 0 && bytes_with(&app, "ann bell <ann@canary.example>").await > 0);
        let id = key(&app, "ann@canary.example").await;
        admin(&app).await.submit(&format!("/admin/customers/{id}/erasure"), &[("texts", "anonymise"), ("sure", "on")]).await.assert(303);
        assert_eq!(app.articles(&joanns).await, articles);
        assert_eq!(count(&app, kept).await, mails);
        assert_eq!(bytes_with(&app, "of joann").await, stored, "hers alone is gone");
        assert_eq!(bytes_with(&app, "ann bell <ann@canary.example>").await, 0);
        key(&app, "joann@canary.example").await;
        let texts: Vec<String> = app.articles(&anns).await.iter().map(|article| text(&article["body_text"])).collect();
        assert!(texts[0].contains(&said), "{texts:?}");
        let expected = format!("Not <[…]>, '[…]' or mailto:[…]?x but {}.", OTHERS.join(" "));
        assert!(texts.contains(&expected), "{texts:?}");
    }

    async fn a_name_that_a_mail_gave_itself_harms_nobody(database) {
        let app = TestApp::start(database).await;
        let berts = app.ticket_from(&mail("bert@customer.example").from_header("Bert Miller <bert@customer.example>").cc("ann@canary.example").subject("Of Bert").text("I am Bert Miller.")).await;
        let anns = app.ticket_from(&mail("ann@canary.example").from_header("Bert Miller <ann@canary.example>").text("Mine.")).await;
        let draft = format!("/api/v1/tickets/{anns}/draft");
        app.root.put(&draft, json!({ "body_text": "Begun, body_text and all" })).await.assert(200);
        app.settle().await;
        let id = key(&app, "ann@canary.example").await;
        app.root.patch(&format!("/api/v1/customers/{id}"), json!({ "name": "body_text" })).await.assert(200);
        admin(&app).await.submit(&format!("/admin/customers/{id}/erasure"), &[("texts", "anonymise"), ("sure", "on")]).await.assert(303);
        assert_eq!(text(&app.ticket(&berts).await["customer"]["name"]), "Bert Miller");
        assert_eq!(text(&app.articles(&berts).await[0]["from"]["name"]), "Bert Miller");
        assert!(text(&app.articles(&berts).await[0]["body_text"]).contains("I am Bert Miller."));
        let begun = app.root.get(&draft).await.assert(200).json();
        assert!(begun.to_string().contains("Begun, […] and all"), "{begun}");
    }

    async fn mail_to_others_that_is_under_way_is_waited_for(database) {
        let app = TestApp::start(database).await;
        let berts = app.ticket_from(&mail("bert@customer.example").cc("ann@canary.example").subject("Of Bert")).await;
        app.ticket_from(&mail("ann@canary.example")).await;
        app.settle().await;
        let held = json!({ "body_text": "To Bert alone.", "to": [{ "address": "bert@customer.example" }], "cc": [], "hold_seconds": 60 });
        app.root.post(&format!("/api/v1/tickets/{berts}/replies"), held).await.assert(201);
        let id = key(&app, "ann@canary.example").await;
        let admin = admin(&app).await;
        admin.submit(&format!("/admin/customers/{id}/erasure"), &[("texts", "erase"), ("sure", "on")]).await.assert(409);
        assert_eq!(key(&app, "ann@canary.example").await, id);
        let relayed = app.relay.wait_for("bert@customer.example", 1);
        app.advance(jiff::SignedDuration::from_secs(61)).await;
        relayed.await;
    }

    async fn former_addresses_and_those_in_texts_are_his(database) {
        let app = TestApp::start(database).await;
        app.ticket_from(&mail("ann@canary.example").subject("Now")).await;
        let old = app.ticket_from(&mail("oldann@canary.example").subject("Then")).await;
        let berts = app.ticket_from(&mail("bert@customer.example").subject("Of Bert")).await;
        app.root.post(&format!("/api/v1/tickets/{berts}/notes"), json!({ "body_text": "Ask oldann@canary.example about it" })).await.assert(201);
        app.settle().await;
        let id = key(&app, "ann@canary.example").await;
        let addresses = format!("/api/v1/customers/{id}/addresses");
        app.root.post(&addresses, json!({ "address": "oldann@canary.example", "take": true })).await.assert(201);
        app.root.delete(&format!("{addresses}/{}", encoded("oldann@canary.example"))).await.assert(204);
        let look = admin(&app).await;
        let page = format!("/admin/customers/{id}/erasure");
        assert!(look.get(&page).await.assert(200).text().contains("ann@canary.example, oldann@canary.example"));
        look.submit(&page, &[("texts", "anonymise"), ("sure", "on")]).await.assert(303);
        assert_eq!(where_is(&app, database, "ann@canary.example").await, Vec::<String>::new());
        assert_eq!(text(&app.ticket(&old).await["customer"]["address"]), "");
        assert!(app.articles(&berts).await.iter().any(|article| article["body_text"] == "Ask […] about it"));
    }

    async fn the_log_that_only_grows_keeps_no_note(database) {
        let app = TestApp::start(database).await;
        let made = app.root.post("/api/v1/organisations", json!({ "name": "Acme", "note": "Ask ann@canary.example" })).await;
        let id = text(&made.assert(201).json()["id"]);
        app.root.patch(&format!("/api/v1/organisations/{id}"), json!({ "note": "Ask joann@canary.example" })).await.assert(200);
        app.ticket_from(&mail("ann@canary.example")).await;
        app.root.patch(&format!("/api/v1/organisations/{id}"), json!({ "note": "Ask ann@canary.example or joann@canary.example" })).await.assert(200);
        let log = app.root.get("/api/v1/audit?limit=200").await.items();
        assert_eq!(log.iter().filter(|entry| entry["kind"] == "organisation").count(), 3, "{log:?}");
        assert!(!json!(log).to_string().contains("canary"), "{log:?}");
        app.settle().await;
        let ann = key(&app, "ann@canary.example").await;
        admin(&app).await.submit(&format!("/admin/customers/{ann}/erasure"), &[("texts", "erase"), ("sure", "on")]).await.assert(303);
        let note = app.root.get(&format!("/api/v1/organisations/{id}")).await.assert(200).json();
        assert_eq!(note["note"], "Ask […] or joann@canary.example");
    }
}
