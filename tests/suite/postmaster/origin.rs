//! Whether a mail comes from whom it says: known when it is processed, never at the cost of taking it.

use std::time::{Duration, Instant};

use mail_ingest::authentication::Resolver;
use tests::app::{SUPPORT, TestApp, encoded};
use tests::dkim::Signer;
use tests::dns::StubZone;
use tests::{both_databases, mail};

both_databases! {
    async fn mail_to_our_own_listener_is_looked_at_by_ourselves(database) {
        let signer = Signer::new("customer.example");
        let zone = StubZone::start(&[
            ("customer.example", "v=spf1 ip4:127.0.0.1 -all"),
            (&signer.name(), &signer.record()),
            ("_dmarc.customer.example", "v=DMARC1; p=reject"),
        ]).await;
        let app = TestApp::start_with(database, |config| config.dns_resolver = Resolver::At(zone.address())).await;
        let letter = mail("anna@customer.example");
        let mut smtp = app.smtp().await;
        assert!(smtp.deliver("anna@customer.example", SUPPORT, &signer.sign(&letter.bytes())).await.is_ok());
        let inbound = app.processed(&format!("message_id={}", encoded(letter.id()))).await;
        let found = &inbound["authentication"];
        assert_eq!((&found["spf"], &found["dkim"], &found["dmarc"]), (&"pass".into(), &"pass".into(), &"pass".into()), "{inbound}");
        assert_eq!(found["by"], "turnstone");
        assert_eq!(inbound["source"], "smtp 127.0.0.1");
        assert!(inbound["steps"].to_string().contains("SPF pass, DKIM pass, DMARC pass"), "{inbound}");
    }

    async fn a_silent_name_server_delays_neither_taking_a_mail_nor_other_mail(database) {
        let zone = StubZone::silent().await;
        let app = TestApp::start_with(database, |config| config.dns_resolver = Resolver::At(zone.address())).await;
        let mut smtp = app.smtp().await;
        let letters: Vec<_> = (0..10).map(|n| mail(&format!("anna{n}@customer.example"))).collect();
        for letter in &letters {
            let begun = Instant::now();
            assert!(smtp.deliver(letter.sender(), SUPPORT, &letter.bytes()).await.is_ok());
            assert!(begun.elapsed() < Duration::from_millis(1_800), "250 comes first: {:?}", begun.elapsed());
        }
        let begun = Instant::now();
        app.deliver(&mail("bert@customer.example")).await;
        assert!(begun.elapsed() < Duration::from_secs(10), "one after the other it would be twenty seconds: {:?}", begun.elapsed());
        for letter in &letters {
            let inbound = app.processed(&format!("message_id={}", encoded(letter.id()))).await;
            assert_eq!((&inbound["disposition"], &inbound["authentication"]["spf"]), (&"new".into(), &"unknown".into()), "{inbound}");
        }
        assert!(begun.elapsed() < Duration::from_secs(16), "all ten of them: {:?}", begun.elapsed());
    }

    async fn the_server_in_front_is_believed_by_its_id_and_nobody_else(database) {
        let app = TestApp::start_with(database, |config| config.authserv_id = vec!["mx.helpdesk.example".to_owned()]).await;
        let said = "mx.helpdesk.example; spf=pass smtp.mailfrom=customer.example; dkim=none; dmarc=fail";
        let inbound = app.deliver(&mail("anna@customer.example").header("Authentication-Results", said)).await;
        let found = &inbound["authentication"];
        assert_eq!((&found["spf"], &found["dkim"], &found["dmarc"]), (&"pass".into(), &"none".into(), &"fail".into()), "{inbound}");
        assert_eq!(found["by"], "mx.helpdesk.example");

        let lie = "mx.elsewhere.example; spf=pass; dkim=pass; dmarc=pass";
        let inbound = app.deliver(&mail("eve@customer.example").header("Authentication-Results", lie)).await;
        let found = &inbound["authentication"];
        assert_eq!((&found["spf"], &found["dmarc"], &found["by"]), (&"unknown".into(), &"unknown".into(), &"".into()), "{inbound}");
        assert!(found["detail"].as_str().unwrap().contains("1 claims"), "the claim is named, not believed: {inbound}");
    }
}
