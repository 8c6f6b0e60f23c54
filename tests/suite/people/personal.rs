//! All that is known of a person: taken out whole.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};

/// Somebody of whom everything is known by a word that nothing else holds; his key, his ticket, another's ticket.
async fn known(app: &TestApp) -> (String, String, String) {
    let dana = app.agent("dana", &["Agent"]).await;
    let from = "Canaryna Personova <canaryna@canarymail.example>";
    let letter = mail("canaryna@canarymail.example")
        .from_header(from)
        .subject("canarysubject matter")
        .text("canarybody here.\n\nCanaryna Personova")
        .html("<p>canarybody here</p>")
        .attach("canaryfile.txt", "text/plain", b"canarycontent");
    let number = app.ticket_from(&letter).await;
    dana.reply(&number, "Dear Canaryna Personova, canaryanswer.").await;
    dana.post(
        &format!("/api/v1/tickets/{number}/notes"),
        json!({ "body_text": "Canaryna Personova is canarynoted" }),
    )
    .await
    .assert(201);
    dana.put(&format!("/api/v1/tickets/{number}/draft"), json!({ "body_text": "Dear Canaryna Personova" }))
        .await
        .assert(200);
    app.deliver(
        &mail("canaryna@canarymail.example").from_header(from).answering([letter.id()]).text("canarymore"),
    )
    .await;
    let question = mail("bert@customer.example").subject("Of Bert").cc("canaryna@canarymail.example");
    let other = app.ticket_from(&question).await;
    app.deliver(
        &mail("canaryna@canarymail.example")
            .from_header(from)
            .answering([question.id()])
            .text("canaryelsewhere"),
    )
    .await;
    dana.reply(&other, "To you both, Canaryna Personova.").await;
    app.ticket_from(&mail("canarysecond@canarymail.example").subject("canarysecond")).await;
    let all = app.root.get("/api/v1/customers?q=canarymail").await.items();
    let key = |address: &str| {
        text(
            &all.iter().find(|one| one["addresses"][0] == address).unwrap_or_else(|| panic!("{all:?}"))["id"],
        )
    };
    let (id, merged) = (key("canaryna@canarymail.example"), key("canarysecond@canarymail.example"));
    app.root.patch(&format!("/api/v1/customers/{id}"), json!({ "note": "canarynote" })).await.assert(200);
    app.root.post(&format!("/api/v1/customers/{id}/merges"), json!({ "from": merged })).await.assert(201);
    // A ticket is closed and its customer changed: what can be undone knows him as well.
    dana.set(&number, "state", "closed").await;
    app.settle().await;
    (id, number, other)
}

async fn admin(app: &TestApp) -> Client {
    let visitor = app.visitor();
    visitor.sign_in("root", PASSWORD).await;
    visitor.get("/admin/customers").await.assert(200);
    visitor
}

both_databases! {
    async fn a_person_is_taken_out_whole_and_only_by_who_may(database) {
        let app = TestApp::start(database).await;
        let (id, number, _) = known(&app).await;
        let admin = admin(&app).await;
        let answer = admin.submit(&format!("/admin/customers/{id}/personal-data"), &[]).await;
        assert_eq!(answer.assert(200).header("content-type"), "application/zip");
        let archive = String::from_utf8_lossy(&answer.body).into_owned();
        for part in ["person.json", &format!("{number}.txt"), ".eml", "canaryfile.txt", "canarycontent", "canarybody here", "canarynote", "canaryelsewhere", "canarysecond@canarymail.example", "canaryanswer"] {
            assert!(archive.contains(part), "{part}");
        }
        assert!(!archive.contains("canarynoted"), "what agents tell each other stays theirs");
        let log = app.root.get("/api/v1/audit?limit=200").await.items();
        assert!(log.iter().any(|entry| entry["kind"] == "personal_data" && entry["subject"] == format!("customer {id}").as_str()), "{log:?}");
        // The right to manage people alone is not enough: a part would pass for the whole.
        let body = json!({ "name": "Doorkeeper", "grants": [{ "queue": "Support", "rights": ["full"] }], "installation": ["people", "export"] });
        app.root.post("/api/v1/roles", body).await.assert(201);
        app.agent("kim", &["Doorkeeper"]).await;
        let kim = app.visitor();
        kim.sign_in("kim", PASSWORD).await;
        kim.get(&format!("/customers/{id}")).await.assert(200);
        kim.submit(&format!("/admin/customers/{id}/personal-data"), &[]).await.assert(403);
        // It asks for the password once that was given long ago.
        app.advance(jiff::SignedDuration::from_mins(21)).await;
        let late = admin.submit(&format!("/admin/customers/{id}/personal-data"), &[]).await;
        assert!(late.assert(200).text().contains("action=\"/raise\""));
    }
}
