//! All that is known of a person: taken out whole, erased so that no table of the database knows it.

use diesel::RunQueryDsl as _;
use diesel::sql_types::{BigInt, Text};
use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, Database, both_databases, mail};

#[derive(diesel::QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    of: String,
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Every column of every table that holds this, and stored bytes that do.
pub(super) async fn where_is(app: &TestApp, database: Database, canary: &'static str) -> Vec<String> {
    app.db()
        .read(move |conn| {
            let columns = match database {
                // What full text keeps is asked by searching.
                Database::Sqlite => {
                    "SELECT t.name AS of, c.name AS name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
                     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '%_text%'"
                }
                Database::Postgres => {
                    "SELECT table_name::text AS of, column_name::text AS name FROM information_schema.columns
                     WHERE table_schema = 'public'"
                }
            };
            let columns: Vec<Column> = diesel::sql_query(columns).load(conn)?;
            assert!(columns.len() > 200, "{} columns", columns.len());
            let mut found = Vec::new();
            for column in columns {
                let sql = format!(
                    "SELECT CAST(count(*) AS BIGINT) AS n FROM {} WHERE lower(CAST(\"{}\" AS TEXT)) LIKE '%{canary}%'",
                    column.of, column.name
                );
                if diesel::sql_query(sql).get_result::<Count>(conn)?.n > 0 {
                    found.push(format!("{}.{}", column.of, column.name));
                }
            }
            Ok(found)
        })
        .await
        .unwrap()
}

/// Stored bytes that hold this once they are opened.
pub(super) async fn bytes_with(app: &TestApp, canary: &'static str) -> usize {
    #[derive(diesel::QueryableByName)]
    struct Digest {
        #[diesel(sql_type = Text)]
        digest: String,
    }
    let blobs = app.db().blobs().clone();
    app.db()
        .read(move |conn| {
            let all: Vec<Digest> = diesel::sql_query("SELECT digest FROM blobs").load(conn)?;
            let mut found = 0;
            for row in all {
                let bytes = blobs.read(conn, &row.digest)?;
                let text = String::from_utf8_lossy(&bytes).to_lowercase();
                if text.contains(canary) {
                    // What is left says best where it came from.
                    eprintln!("stored bytes with {canary}:\n{text}");
                    found += 1;
                }
            }
            Ok(found)
        })
        .await
        .unwrap()
}

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

pub(super) async fn admin(app: &TestApp) -> Client {
    let visitor = app.visitor();
    visitor.sign_in("root", PASSWORD).await;
    visitor.get("/admin/customers").await.assert(200);
    visitor
}

both_databases! {
    async fn a_person_who_is_erased_stands_nowhere(database) {
        let app = TestApp::start(database).await;
        let (id, number, other) = known(&app).await;
        let admin = admin(&app).await;
        let page = format!("/admin/customers/{id}/erasure");
        let look = admin.get(&page).await.assert(200).text();
        assert!(look.contains("canaryna@canarymail.example, canarysecond@canarymail.example"), "{look}");
        assert!(!where_is(&app, database, "canary").await.is_empty() && bytes_with(&app, "canarycontent").await > 0, "the search sees something");
        admin.submit(&page, &[("texts", "erase")]).await.assert(422);
        admin.submit(&page, &[("sure", "on")]).await.assert(422);
        assert!(!app.root.get("/api/v1/customers?q=canarymail").await.items().is_empty());
        admin.submit(&page, &[("texts", "erase"), ("sure", "on")]).await.assert(303);
        assert_eq!(where_is(&app, database, "canary").await, Vec::<String>::new());
        assert_eq!(where_is(&app, database, "personova").await, Vec::<String>::new());
        assert_eq!(bytes_with(&app, "canary").await, 0, "no stored bytes");
        for q in ["canarysubject", "canarybody", "canaryfile", "personova", "canaryelsewhere", "canarynoted"] {
            assert!(app.root.get(&format!("/api/v1/search?q={q}")).await.items().is_empty(), "{q}");
        }
        assert!(app.root.get("/api/v1/inbound?search=canarysubject").await.items().is_empty());
        // What is left is whole: counts, the other's conversation, the pages.
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["state"], &ticket["customer"]["address"]), (&json!("closed"), &json!("")));
        assert!(app.articles(&other).await.len() >= 3);
        assert!(app.articles(&other).await.iter().any(|article| text(&article["body_text"]).contains("To you both, […].")));
        for path in [format!("/tickets/{number}"), format!("/tickets/{other}"), format!("/tickets/{number}/history"), "/admin/outbox".to_owned(), "/admin/mail".to_owned(), "/tickets".to_owned()] {
            let shown = admin.get(&path).await.assert(200).text();
            assert!(!shown.to_lowercase().contains("canary"), "{path}");
        }
        admin.get(&format!("/customers/{id}")).await.assert(404);
        admin.get(&page).await.assert(404);
        let log = app.root.get("/api/v1/audit?limit=200").await.items();
        let told: Vec<_> = log.iter().filter(|entry| entry["kind"] == "personal_data").collect();
        assert_eq!((told.len(), text(&told[0]["subject"])), (1, format!("customer {id}")), "{told:?}");
        // He may write again, as somebody new.
        app.ticket_from(&mail("canaryna@canarymail.example").subject("Again")).await;
        assert_eq!(app.root.get("/api/v1/customers?q=canaryna").await.items().len(), 1);
    }

    async fn texts_can_stay_without_name_and_address(database) {
        let app = TestApp::start(database).await;
        let (id, number, _) = known(&app).await;
        let admin = admin(&app).await;
        admin.get("/admin/customers").await.assert(200);
        admin.submit(&format!("/admin/customers/{id}/erasure"), &[("texts", "anonymise"), ("sure", "on")]).await.assert(303);
        for canary in ["personova", "canaryna", "canarymail", "canaryfile", "canarycontent", "canarysecond@"] {
            assert_eq!(where_is(&app, database, canary).await, Vec::<String>::new(), "{canary}");
            assert_eq!(bytes_with(&app, canary).await, 0, "{canary}");
        }
        let articles = app.articles(&number).await;
        let texts: Vec<String> = articles.iter().map(|article| text(&article["body_text"])).collect();
        assert!(texts.iter().any(|text| text.contains("canarybody here.")), "{texts:?}");
        assert!(texts.iter().any(|text| text.contains("Dear […], canaryanswer.")), "{texts:?}");
        assert_eq!(app.root.get("/api/v1/search?q=canarybody").await.items().len(), 1);
        assert!(app.root.get("/api/v1/search?q=personova").await.items().is_empty());
    }

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
        kim.get(&format!("/admin/customers/{id}/erasure")).await.assert(403);
        kim.submit(&format!("/admin/customers/{id}/erasure"), &[("texts", "erase"), ("sure", "on")]).await.assert(403);
        // Both ask for the password once it was given long ago.
        app.advance(jiff::SignedDuration::from_mins(21)).await;
        let late = admin.submit(&format!("/admin/customers/{id}/personal-data"), &[]).await;
        assert!(late.assert(200).text().contains("action=\"/raise\""));
        assert!(admin.get(&format!("/admin/customers/{id}/erasure")).await.location().starts_with("/raise"));
        let late = admin.submit(&format!("/admin/customers/{id}/erasure"), &[("texts", "erase"), ("sure", "on")]).await;
        assert!(late.assert(200).text().contains("action=\"/raise\""));
        assert!(!app.root.get("/api/v1/customers?q=canarymail").await.items().is_empty());
    }

    async fn nobody_is_erased_while_mail_to_him_is_under_way(database) {
        let app = TestApp::start(database).await;
        let (id, number, _) = known(&app).await;
        let held = json!({ "body_text": "Still held.", "hold_seconds": 60 });
        app.root.post(&format!("/api/v1/tickets/{number}/replies"), held).await.assert(201);
        let admin = admin(&app).await;
        let page = format!("/admin/customers/{id}/erasure");
        assert!(admin.get(&page).await.assert(200).text().contains("still on their way"));
        admin.submit(&page, &[("texts", "erase"), ("sure", "on")]).await.assert(409);
        assert!(!app.root.get("/api/v1/customers?q=canarymail").await.items().is_empty());
    }
}
