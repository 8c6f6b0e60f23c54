//! The way to the relay: encrypted where it offers that, verified where we insist, with a password.

use std::time::Duration;

use tests::app::TestApp;
use tests::smtp_peer::Security;
use tests::{both_databases, mail};
use turnstone::config::RelayTls;

both_databases! {
    async fn starttls_is_used_where_it_is_offered(database) {
        let security = Security { starttls: true, ..Security::default() };
        let app = TestApp::start_behind(database, security, RelayTls::Opportunistic).await;
        app.deliver(&mail("anna@customer.example")).await;
        assert!(app.relay.wait_for("anna@customer.example", 1).await[0].encrypted);
    }

    async fn without_starttls_opportunistic_mail_leaves_all_the_same(database) {
        let app = TestApp::start_behind(database, Security::default(), RelayTls::Opportunistic).await;
        app.deliver(&mail("anna@customer.example")).await;
        assert!(!app.relay.wait_for("anna@customer.example", 1).await[0].encrypted);
    }

    async fn a_password_is_given_to_a_relay_that_asks(database) {
        let credentials = Some(("desk".to_owned(), "pa55 wörd".to_owned()));
        let security = Security { starttls: true, credentials, ..Security::default() };
        let app = TestApp::start_behind(database, security, RelayTls::Opportunistic).await;
        app.deliver(&mail("anna@customer.example")).await;
        let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
        assert_eq!((sent.user.as_deref(), sent.encrypted), (Some("desk"), true));
    }

    async fn no_mail_leaves_for_an_impostor_where_tls_is_required(database) {
        for (implicit, tls) in [(false, RelayTls::Required), (true, RelayTls::Implicit)] {
            let security = Security { starttls: !implicit, implicit, ..Security::default() };
            let app = TestApp::start_behind(database, security, tls).await;
            let number = app.ticket_from(&mail("anna@customer.example")).await;
            let reply = app.root.reply(&number, "Secret.").await;
            tokio::time::sleep(Duration::from_millis(800)).await;
            assert!(app.relay.connections() > 0, "it was tried");
            let path = format!("/api/v1/articles/{}", tests::app::text(&reply["id"]));
            let article = app.root.get(&path).await.json();
            // It may still be due: what was there before it in its ticket waits as well.
            assert!(["due", "deferred"].contains(&article["delivery"]["state"].as_str().unwrap()), "{article}");
            assert!(app.relay.received().is_empty(), "its certificate is nobody's");
        }
    }

    async fn a_relay_with_an_authority_of_its_own_is_believed_where_that_is_named(database) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        for (implicit, tls) in [(false, RelayTls::Required), (true, RelayTls::Implicit)] {
            let security = Security { starttls: !implicit, implicit, ..Security::default() };
            let peer = tests::SmtpPeer::start_with(security).await;
            std::fs::write(&file, peer.certificate()).unwrap();
            let (port, ca) = (peer.address().port(), file.clone());
            let app = TestApp::start_with(database, move |config| {
                let relay = config.smtp_relay.as_mut().unwrap();
                *relay = turnstone::config::Relay { host: "localhost".into(), port, tls, ca: Some(ca), ..relay.clone() };
            })
            .await;
            app.deliver(&mail("anna@customer.example")).await;
            assert!(peer.wait_for("anna@customer.example", 1).await[0].encrypted);
        }
    }
}
