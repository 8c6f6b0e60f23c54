use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use jiff::SignedDuration;
use serde_json::json;
use tests::app::{SUPPORT, TestApp, encoded, text};
use tests::{both_databases, mail};
use turnstone::postmaster::retention;

use super::preview::{files, incompressible};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many rows hold these bytes.
async fn kept(app: &TestApp, digest: &str) -> i64 {
    let sql = format!("SELECT CAST(count(*) AS BIGINT) AS n FROM blobs WHERE digest = '{digest}'");
    app.db().read(move |conn| Ok(diesel::sql_query(sql).get_result::<Count>(conn)?.n)).await.unwrap()
}

#[derive(QueryableByName)]
struct Digest {
    #[diesel(sql_type = Text)]
    digest: String,
}

async fn digest_of(app: &TestApp, id: &str) -> String {
    let sql = format!("SELECT digest FROM inbound_mails WHERE id = {id}");
    app.db().read(move |conn| Ok(diesel::sql_query(sql).get_result::<Digest>(conn)?.digest)).await.unwrap()
}

both_databases! {
    async fn an_old_original_goes_with_its_bytes_and_its_ticket_stays(database) {
        let app = TestApp::start_with(database, |config| config.mail_retention_days = Some(30)).await;
        let large = incompressible(600_000, 3);
        let letter = mail("anna@customer.example").html("<p>Hello <b>there</b></p>").attach("a.bin", "application/octet-stream", &large);
        let inbound = app.deliver(&letter).await;
        let (id, number) = (text(&inbound["id"]), text(&inbound["ticket"]));
        let folder = app.settings.data_directory().join("blobs");
        let (digest, on_disk) = (digest_of(&app, &id).await, files(&folder));
        assert_eq!(kept(&app, &digest).await, 1);

        app.advance(SignedDuration::from_hours(29 * 24)).await;
        assert_eq!(retention::sweep(app.desk()).await.unwrap(), 0, "not yet");
        app.root.get(&format!("/api/v1/inbound/{id}/raw")).await.assert(200);
        app.advance(SignedDuration::from_hours(2 * 24)).await;
        let young = app.deliver(&mail("bert@customer.example")).await;
        retention::sweep(app.desk()).await.unwrap();

        let refused = app.root.get(&format!("/api/v1/inbound/{id}/raw")).await;
        assert!(refused.assert(409).text().contains("MAIL_RETENTION_DAYS"), "{}", refused.text());
        app.root.post(&format!("/api/v1/inbound/{id}/previews"), json!({})).await.assert(409);
        let record = app.root.get(&format!("/api/v1/inbound/{id}")).await.assert(200).json();
        assert!(record["forgotten_at"].is_string(), "{record}");
        assert_eq!((&record["disposition"], &record["ticket"]), (&"new".into(), &number.clone().into()), "the balance stays");
        assert_eq!(record["steps"], json!([]));
        app.root.get(&format!("/api/v1/inbound/{}/raw", text(&young["id"]))).await.assert(200);

        assert_eq!(kept(&app, &digest).await, 0, "the bytes are gone");
        if database == tests::Database::Sqlite {
            assert_eq!(files(&folder), on_disk - 1, "its file is gone, the attachment's is not");
        }
        let article = app.articles(&number).await.remove(0);
        assert!(text(&article["body_html"]).contains("<b>there</b>"), "{article}");
        let file = app.root.get(&text(&article["attachments"][0]["url"])).await;
        assert_eq!(file.assert(200).body, large);

        // The same mail may come again, and its bytes are kept again.
        assert!(app.hand_over("anna@customer.example", SUPPORT, &letter.bytes()).await.is_ok());
        let again = app.all_processed(&format!("message_id={}", encoded(letter.id())), 2).await.remove(0);
        app.root.get(&format!("/api/v1/inbound/{}/raw", text(&again["id"]))).await.assert(200);
    }

    async fn what_something_else_names_stays(database) {
        let app = TestApp::start_with(database, |config| config.mail_retention_days = Some(30)).await;
        // Brought by a pipe no trace line makes a mail's bytes its own: twice the same are one blob.
        let raw = mail("anna@customer.example").bytes();
        let bring = async |raw: Vec<u8>| {
            let mail = turnstone::postmaster::Accepted {
                raw,
                envelope_from: "anna@customer.example".to_owned(),
                envelope_to: vec![SUPPORT.to_owned()],
                source: "deliver".to_owned(),
                ..Default::default()
            };
            turnstone::postmaster::accept(app.desk(), mail).await.unwrap()
        };
        let first = bring(raw.clone()).await;
        app.processed("source=deliver").await;
        app.advance(SignedDuration::from_hours(31 * 24)).await;
        let second = bring(raw).await;
        app.all_processed("source=deliver", 2).await;
        retention::sweep(app.desk()).await.unwrap();
        app.root.get(&format!("/api/v1/inbound/{first}/raw")).await.assert(409);
        app.root.get(&format!("/api/v1/inbound/{second}/raw")).await.assert(200);
    }

    async fn without_the_setting_everything_is_kept(database) {
        let app = TestApp::start(database).await;
        let inbound = app.deliver(&mail("anna@customer.example")).await;
        app.advance(SignedDuration::from_hours(10_000 * 24)).await;
        assert_eq!(retention::sweep(app.desk()).await.unwrap(), 0);
        app.root.get(&format!("/api/v1/inbound/{}/raw", text(&inbound["id"]))).await.assert(200);
    }
}
