use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{SmtpTransport, Transport};
use tests::app::{SUPPORT, TestApp};
use tests::both_databases;

both_databases! {
    async fn a_mail_server_can_encrypt_what_it_hands_over(database) {
        let app = TestApp::start(database).await;
        let address = app.smtp_address();
        let message = lettre::Message::builder()
            .from("Anna <anna@customer.example>".parse().unwrap())
            .to(SUPPORT.parse().unwrap())
            .subject("Encrypted on the way")
            .body("Good morning".to_owned())
            .unwrap();
        let sent = tokio::task::spawn_blocking(move || {
            let _ = rustls::crypto::ring::default_provider().install_default();
            // The certificate is self-made: it keeps listeners out, which is all an MTA asks of it here.
            let tls = TlsParameters::builder("localhost".to_owned())
                .dangerous_accept_invalid_certs(true)
                .dangerous_accept_invalid_hostnames(true)
                .build()
                .unwrap();
            SmtpTransport::builder_dangerous("127.0.0.1")
                .port(address.port())
                .tls(Tls::Required(tls))
                .build()
                .send(&message)
        });
        sent.await.unwrap().expect("the encrypted mail");
        let record = app.processed("envelope_from=anna%40customer.example").await;
        assert_eq!(record["disposition"], "new");
    }
}
