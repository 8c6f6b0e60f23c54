use tests::app::{SUPPORT, encoded};
use tests::{Binary, Client, Dialogue, Settings, both_databases, mail};

both_databases! {
    async fn sigterm_drains_and_loses_nothing(database) {
        let settings = Settings::new(database);
        let token = settings.set_up();
        let mut server = Binary::serve(&settings).await;
        let mut ids = Vec::new();
        let mut dialogue = Dialogue::lmtp(settings.lmtp()).await.unwrap();
        for _ in 0..20 {
            let letter = mail("anna@customer.example");
            assert!(dialogue.deliver("anna@customer.example", SUPPORT, &letter.bytes()).await.is_ok());
            ids.push(letter.id().to_owned());
        }
        let status = tokio::task::spawn_blocking(move || {
            let status = server.terminate();
            (status, server)
        });
        let (status, server) = status.await.unwrap();
        assert!(status.success(), "{status}: {}", server.log());
        drop(server);
        let _server = Binary::serve(&settings).await;
        let root = Client::with_token(&settings.base(), &token);
        for id in ids {
            tests::wait_until("the ticket of an acknowledged mail", std::time::Duration::from_secs(10), async || {
                let articles = root.get(&format!("/api/v1/articles?message_id={}", encoded(&id))).await.items();
                (articles.len() == 1).then_some(())
            })
            .await;
        }
    }
}
