use tests::app::TestApp;
use tests::{Binary, Client, Settings, both_databases, mail};

both_databases! {
    async fn alive_ready_and_measured(database) {
        let settings = Settings::new(database).with("METRICS_TOKEN", "a-long-enough-metrics-token");
        let token = settings.set_up();
        let _server = Binary::serve(&settings).await;
        let visitor = Client::visitor(&settings.base());
        visitor.get("/healthz").await.assert(200);
        visitor.get("/readyz").await.assert(200);
        visitor.get("/metrics").await.assert(401);
        Client::with_token(&settings.base(), "wrong").get("/metrics").await.assert(401);
        let measured = Client::with_token(&settings.base(), "a-long-enough-metrics-token").get("/metrics").await;
        assert!(measured.assert(200).text().contains("turnstone_"), "{}", measured.text());
        let description = Client::with_token(&settings.base(), &token).get("/api/v1/openapi.json").await;
        let description = description.assert(200).json();
        assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
        assert!(description["paths"].as_object().unwrap().len() > 15);
        visitor.get("/api/v1/openapi.json").await.assert(401);
        assert!(settings.run(&["doctor"], b"").status.success());
    }

    async fn without_a_token_there_are_no_metrics(database) {
        let app = TestApp::start(database).await;
        app.visitor().get("/metrics").await.assert(404);
    }

    async fn deliver_works_beside_a_running_server_and_without_one(database) {
        let settings = Settings::new(database);
        let token = settings.set_up();
        let before = mail("anna@customer.example");
        assert!(settings.run(&["deliver"], &before.bytes()).status.success());
        let _server = Binary::serve(&settings).await;
        let beside = mail("anna@customer.example");
        assert!(settings.run(&["deliver"], &beside.bytes()).status.success());
        let root = Client::with_token(&settings.base(), &token);
        for letter in [before, beside] {
            tests::wait_until("the ticket", std::time::Duration::from_secs(10), async || {
                let path = format!("/api/v1/articles?message_id={}", tests::app::encoded(letter.id()));
                (root.get(&path).await.items().len() == 1).then_some(())
            })
            .await;
        }
    }
}
