use tests::{Binary, Client, Database, Settings, free_port};

#[test]
fn https_with_a_certificate_and_a_redirect_from_http() {
    tests::run(async {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let (cert, key) = (directory.path().join("cert.pem"), directory.path().join("key.pem"));
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let plain = format!("127.0.0.1:{}", free_port());
        let settings = Settings::new(Database::Sqlite)
            .with("TLS_CERT", &cert.display().to_string())
            .with("TLS_KEY", &key.display().to_string())
            .with("HTTP_REDIRECT_LISTEN", &plain)
            .with("PUBLIC_URL", "https://helpdesk.example");
        settings.set_up();
        let _server = Binary::spawn(&settings);
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().danger_accept_invalid_certs(true).no_proxy().build().unwrap();
        let url = format!("{}/login", settings.base().replace("http://", "https://"));
        let page = tests::wait_until("the page by HTTPS", std::time::Duration::from_secs(20), async || {
            http.get(&url).send().await.ok()
        })
        .await;
        assert_eq!(page.status().as_u16(), 200);
        assert!(page.headers()["strict-transport-security"].to_str().unwrap().contains("max-age=63072000"));
        let answer = Client::visitor(&format!("http://{plain}")).get("/tickets?q=a").await;
        answer.assert(308);
        assert_eq!(answer.location(), "https://helpdesk.example/tickets?q=a");
    });
}
