//! A large file goes in pieces: what has arrived stays, and the rest follows.

use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, client::Answer, mail};

struct Browser {
    client: Client,
    csrf: String,
    uploads: String,
}

impl Browser {
    async fn of(app: &TestApp, login: &str, number: &str) -> Self {
        let client = app.visitor();
        client.sign_in(login, PASSWORD).await;
        let page = client.get("/dashboard").await.text();
        let csrf = page.split("data-csrf=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        Self { client, csrf, uploads: format!("/tickets/{number}/draft/uploads") }
    }

    async fn begin(&self, size: usize) -> Answer {
        let request = self.client.request(Method::POST, &self.uploads).header("x-csrf-token", &self.csrf);
        let new = json!({ "name": "C:\\plans\\large.bin", "content_type": "application/octet-stream", "size": size });
        self.client.send(request.header("accept", "application/json").json(&new)).await
    }

    async fn piece(&self, id: &str, at: usize, bytes: &[u8]) -> Answer {
        let request = self.client.request(Method::PATCH, &format!("{}/{id}", self.uploads));
        let request = request.header("x-csrf-token", &self.csrf).header("upload-offset", at);
        self.client.send(request.header("accept", "application/json").body(bytes.to_vec())).await
    }

    async fn stands(&self, id: &str) -> (StatusCode, String) {
        let answer =
            self.client.send(self.client.request(Method::HEAD, &format!("{}/{id}", self.uploads))).await;
        (answer.status, answer.header("upload-offset"))
    }
}

fn id(answer: &Answer) -> String {
    text(&answer.assert(201).json()["id"])
}

both_databases! {
    async fn a_broken_upload_goes_on_where_it_stopped(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.agent("eve", &["Agent"]).await;
        let (root, eve) = (Browser::of(&app, "root", &number).await, Browser::of(&app, "eve", &number).await);
        let file: Vec<u8> = (0..2_500_000_u32).map(|n| u8::try_from(n.wrapping_mul(2_654_435_761) >> 24).unwrap()).collect();
        let upload = id(&root.begin(file.len()).await);
        let first = root.piece(&upload, 0, &file[..1_000_000]).await;
        assert_eq!((first.status.as_u16(), first.header("upload-offset").as_str()), (204, "1000000"));
        // The answer got lost: the browser asks, and a piece from elsewhere is refused.
        assert_eq!(root.piece(&upload, 0, &file[..1_000_000]).await.status, 409);
        assert_eq!(root.stands(&upload).await, (StatusCode::OK, "1000000".to_owned()));
        assert_eq!(eve.stands(&upload).await.0, StatusCode::NOT_FOUND, "nobody else's");
        assert_eq!(eve.piece(&upload, 1_000_000, &file[1_000_000..]).await.status, 404);
        assert_eq!(root.piece(&upload, 1_000_000, &file[1_000_000..2_000_000]).await.status, 204);
        assert_eq!(root.piece(&upload, 2_000_000, &[0; 600_000]).await.status, 422, "more than it was to have");
        let whole: Value = root.piece(&upload, 2_000_000, &file[2_000_000..]).await.assert(201).json();
        assert_eq!(whole["name"], "large.bin");
        // The last answer got lost: the browser asks, sends nothing more, and is told of the same file.
        assert_eq!(root.stands(&upload).await, (StatusCode::OK, "2500000".to_owned()));
        for (at, rest) in [(2_500_000, &[][..]), (2_000_000, &file[2_000_000..])] {
            let again: Value = root.piece(&upload, at, rest).await.assert(201).json();
            assert_eq!(again["id"], whole["id"], "{again}");
        }
        let page = root.client.get(&format!("/tickets/{number}")).await.assert(200).text();
        assert!(page.contains("large.bin"), "{page}");
        let held = format!("held_{}", text(&whole["id"]));
        let fields = [("kind", "reply"), ("then", "open"), ("to", "anna@customer.example"), ("body", "Here it is."), (&held, "1")];
        root.client.submit(&format!("/tickets/{number}/articles"), &fields).await.assert(303);
        let sent = app.articles(&number).await.into_iter().find(|article| article["sender_type"] == "agent").unwrap();
        let attached = &sent["attachments"][0];
        assert_eq!(attached["size"], 2_500_000);
        assert_eq!(sent["attachments"].as_array().unwrap().len(), 1, "once: {sent}");
        let bytes = app.root.get(&format!("/api/v1/attachments/{}", text(&attached["id"]))).await.assert(200).body.clone();
        assert!(bytes == file, "byte for byte");
    }

    async fn what_nobody_goes_on_with_is_thrown_away_and_limits_hold(database) {
        let app = TestApp::start_at(database, "2026-11-09T09:00:00Z").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let root = Browser::of(&app, "root", &number).await;
        assert_eq!(root.begin(26 * 1_048_576).await.status, 422, "too large");
        assert_eq!(root.begin(0).await.status, 422, "nothing");
        let upload = id(&root.begin(3_000_000).await);
        assert_eq!(root.piece(&upload, 0, &[1; 1_000_000]).await.status, 204);
        for _ in 0..3 {
            root.begin(25_000_000).await.assert(201);
        }
        assert_eq!(root.begin(25_000_000).await.status, 422, "so much at once");
        app.advance(SignedDuration::from_hours(23)).await;
        // A session lasts eight hours: who comes back signs in again.
        let root = Browser::of(&app, "root", &number).await;
        assert_eq!(root.stands(&upload).await.0, StatusCode::OK);
        app.advance(SignedDuration::from_hours(2)).await;
        tests::wait_until("the sweep", std::time::Duration::from_secs(20), async || {
            app.advance(SignedDuration::from_secs(31)).await;
            (root.stands(&upload).await.0 == StatusCode::NOT_FOUND).then_some(())
        })
        .await;
    }

    async fn what_stands_still_makes_way_and_what_is_done_takes_no_room(database) {
        let app = TestApp::start_at(database, "2026-11-09T09:00:00Z").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let root = Browser::of(&app, "root", &number).await;
        for _ in 0..60 {
            let small = id(&root.begin(3).await);
            root.piece(&small, 0, b"abc").await.assert(201);
        }
        let mut large = Vec::new();
        for _ in 0..3 {
            large.push(id(&root.begin(26_000_000).await));
        }
        root.begin(26_000_000).await.assert(422);
        app.advance(SignedDuration::from_mins(14)).await;
        assert_eq!(root.piece(&large[0], 0, &[1; 1_000]).await.status, 204);
        root.begin(26_000_000).await.assert(422);
        app.advance(SignedDuration::from_mins(2)).await;
        root.begin(26_000_000).await.assert(201);
        assert_eq!(root.stands(&large[0]).await.0, StatusCode::OK, "somebody goes on with it");
        assert_eq!(root.stands(&large[1]).await.0, StatusCode::NOT_FOUND);
    }
}
