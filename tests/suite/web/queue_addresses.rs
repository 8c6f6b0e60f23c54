//! What becomes of mail to and from a queue's addresses, asked of a name server with known words.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use mail_ingest::authentication::Resolver;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::dns::StubZone;
use tests::{both_databases, wait_until};
use turnstone::config::Dkim;
use turnstone::outbox::Signer;

async fn support(app: &TestApp) -> String {
    let queues = app.root.get("/api/v1/queues").await.items();
    text(&queues.iter().find(|queue| queue["name"] == "Support").expect("Support")["id"])
}

fn record<'a>(look: &'a Value, domain: &str, kind: &str) -> &'a Value {
    let domains = look["domains"].as_array().expect("domains");
    let domain =
        domains.iter().find(|one| one["domain"] == domain).unwrap_or_else(|| panic!("{domain}: {look}"));
    let records = domain["records"].as_array().expect("records");
    records.iter().find(|one| one["kind"] == kind).unwrap_or_else(|| panic!("{kind}: {look}"))
}

fn dkim() -> Dkim {
    let key = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("suite/outbox/keys/rsa.pem");
    Dkim { key, selector: "desk".to_owned() }
}

both_databases! {
    async fn each_record_of_a_domain_is_shown_and_judged(database) {
        let signer = Signer::load(&dkim()).expect("the key");
        let zone = StubZone::start(&[
            ("helpdesk.example", "MX 20 backup.helpdesk.example"),
            ("helpdesk.example", "MX 10 mx.helpdesk.example"),
            ("helpdesk.example", "v=spf1 mx -all"),
            ("helpdesk.example", "some-verification=12345"),
            ("desk._domainkey.helpdesk.example", &signer.record()),
            ("_dmarc.helpdesk.example", "v=DMARC1; p=reject; rua=mailto:dmarc@helpdesk.example"),
            ("poor.example", "MX 0 ."),
            ("poor.example", "v=spf1 +all"),
            ("desk._domainkey.poor.example", "v=DKIM1; k=rsa; p=MIIBIjANBgkq"),
            ("_dmarc.poor.example", "v=DMARC1; p=none"),
            ("two.example", "v=spf1 a -all"),
            ("two.example", "v=spf1 mx -all"),
            ("_dmarc.two.example", "v=DMARC1; sp=reject"),
            ("nobody.example", "v=spf1 -all"),
            ("nobody.example", "v=spf10 something else"),
            ("_dmarc.soft.example", "v=DMARC1; p=reject; sp=none"),
        ]).await;
        let app = TestApp::start_with(database, |config| {
            config.dns_resolver = Resolver::At(zone.address());
            config.dkim = Some(dkim());
        }).await;
        let id = support(&app).await;
        let addresses = ["support@helpdesk.example", "help@poor.example", "help@two.example", "help@sub.helpdesk.example", "help@bare.example", "help@nobody.example", "help@sub.soft.example"];
        app.root.patch(&format!("/api/v1/queues/{id}"), json!({ "addresses": addresses })).await.assert(200);
        let asked = zone.questions();
        let look = app.root.get(&format!("/api/v1/queues/{id}/addresses")).await.assert(200).json();
        assert!(zone.questions() > asked);
        let is = |domain: &str, kind: &str, weight: &str, means: &str| {
            let found = record(&look, domain, kind);
            assert!(found["weight"] == weight && text(&found["means"]).contains(means), "{domain} {kind}: {found}");
        };
        let mx = record(&look, "helpdesk.example", "mx");
        assert_eq!(mx["found"], json!(["10 mx.helpdesk.example", "20 backup.helpdesk.example"]), "the first choice first");
        let spf = record(&look, "helpdesk.example", "spf");
        assert_eq!((&spf["found"], &spf["weight"], &spf["add"]), (&json!(["v=spf1 mx -all"]), &json!("good"), &json!("")), "no other text");
        is("helpdesk.example", "dkim", "good", "published key is ours");
        is("helpdesk.example", "dmarc", "good", "refuse");
        is("poor.example", "mx", "bad", "no mail at all");
        is("poor.example", "spf", "bad", "Everybody");
        is("poor.example", "dkim", "bad", "Another key");
        // A string of a zone holds 255 octets: a long key comes in pieces.
        let line = text(&record(&look, "poor.example", "dkim")["add"]);
        let pieces = line.strip_prefix("desk._domainkey.poor.example. TXT ").expect("the name").split('"').filter(|piece| !piece.trim().is_empty());
        let pieces: Vec<&str> = pieces.collect();
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| piece.len() <= 255), "{line}");
        assert_eq!(pieces.concat(), signer.record());
        is("poor.example", "dmarc", "good", "p=none");
        is("two.example", "spf", "bad", "more than one");
        is("two.example", "dmarc", "bad", "p=quarantine");
        // The policy of the domain above counts for one below.
        is("sub.helpdesk.example", "dmarc", "good", "refuse");
        assert_eq!(record(&look, "sub.helpdesk.example", "dmarc")["name"], "_dmarc.helpdesk.example");
        is("bare.example", "mx", "warning", "add an MX");
        is("nobody.example", "spf", "bad", "nobody sends");
        is("sub.soft.example", "dmarc", "good", "p=none");
        is("bare.example", "spf", "warning", "forged");
        assert_eq!(record(&look, "bare.example", "spf")["add"], "bare.example. TXT \"v=spf1 mx ~all\"");
        is("bare.example", "dkim", "bad", "not published");
        is("bare.example", "dmarc", "warning", "this line");
        assert_eq!(record(&look, "bare.example", "dmarc")["add"],
            "_dmarc.bare.example. TXT \"v=DMARC1; p=none; rua=mailto:postmaster@bare.example\"");

        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = visitor.get(&format!("/admin/queues/{id}/addresses")).await.assert(200).text();
        for word in ["What the DNS says of helpdesk.example", "v=spf1 mx -all", "10 mx.helpdesk.example", "Does not work", "_dmarc.bare.example. TXT"] {
            assert!(page.contains(word), "{word}: {page}");
        }
        assert!(visitor.get(&format!("/admin/queues/{id}")).await.text().contains(&format!("/admin/queues/{id}/addresses")));
        visitor.get("/admin/queues/99999/addresses").await.assert(404);
        let dana = app.agent("dana", &["Agent"]).await;
        dana.get(&format!("/api/v1/queues/{id}/addresses")).await.assert(403);
    }

    async fn whether_a_domain_lets_the_relay_send_is_evaluated_with_all_that_its_record_includes(database) {
        let chain: Vec<(String, String)> = (0..12).map(|at| (format!("i{at}.chain.example"), format!("v=spf1 include:i{}.chain.example ~all", at + 1))).collect();
        let mut names = vec![
            ("relay.provider.example", "192.0.2.7"),
            ("relay.provider.example", "192.0.2.8"),
            ("helpdesk.example", "v=spf1 include:spf.provider.example -all"),
            ("spf.provider.example", "v=spf1 ip4:192.0.2.0/28 ~all"),
            ("half.example", "v=spf1 mx ip4:192.0.2.7 -all"),
            ("elsewhere.example", "v=spf1 redirect=spf.half.example"),
            ("spf.half.example", "v=spf1 ip4:198.51.100.1 ~all"),
            ("deep.example", "v=spf1 include:i0.chain.example -all"),
            ("none.example", "some-verification=1"),
        ];
        names.extend(chain.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        let zone = StubZone::start(&names).await;
        let host = std::sync::Mutex::new("relay.provider.example".to_owned());
        let start = async || {
            let (host, address) = (host.lock().unwrap().clone(), zone.address());
            let app = TestApp::start_with(database, move |config| {
                config.dns_resolver = Resolver::At(address);
                config.smtp_relay.as_mut().expect("a relay").host = host;
            }).await;
            let id = support(&app).await;
            let addresses = ["a@helpdesk.example", "a@half.example", "a@elsewhere.example", "a@deep.example", "a@none.example"];
            app.root.patch(&format!("/api/v1/queues/{id}"), json!({ "addresses": addresses })).await.assert(200);
            (app, id)
        };
        let (app, id) = start().await;
        let look = app.root.get(&format!("/api/v1/queues/{id}/addresses")).await.assert(200).json();
        let good = record(&look, "helpdesk.example", "relay");
        assert_eq!((&good["weight"], &good["name"], &good["found"]), (&json!("good"), &json!("relay.provider.example"), &json!(["192.0.2.7", "192.0.2.8"])), "{good}");
        let half = record(&look, "half.example", "relay");
        assert_eq!(half["weight"], "warning", "one of two is not enough: {half}");
        assert_eq!(half["add"], "half.example. TXT \"v=spf1 mx ip4:192.0.2.7 a:relay.provider.example -all\"");
        let other = record(&look, "elsewhere.example", "relay");
        assert!(other["weight"] == "warning" && text(&other["add"]).contains("v=spf1 a:relay.provider.example redirect="), "{other}");
        let deep = record(&look, "deep.example", "relay");
        assert!(deep["weight"] == "bad" && text(&deep["means"]).contains("more than ten"), "{deep}");
        let domains = look["domains"].as_array().unwrap();
        let none = domains.iter().find(|one| one["domain"] == "none.example").unwrap();
        assert!(none["records"].as_array().unwrap().iter().all(|one| one["kind"] != "relay"), "{none}");
        // The page and the diagnostics say the same, with what to do.
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = visitor.get(&format!("/admin/queues/{id}/addresses")).await.assert(200).text();
        assert!(page.contains("does not cover your relay") && page.contains("a:relay.provider.example -all"), "{page}");
        let found = app.root.get("/api/v1/diagnostics?outside=true").await.items();
        let said = |part: &str| found.iter().find(|one| text(&one["found"]).contains(part)).unwrap_or_else(|| panic!("{part}: {found:?}")).clone();
        let uncovered = said("of half.example does not cover");
        assert!(uncovered["weight"] == "warning" && text(&uncovered["remedy"]).contains("a:relay.provider.example"), "{uncovered}");
        assert!(text(&uncovered["found"]).contains("192.0.2.8") && !text(&uncovered["found"]).contains("192.0.2.7"), "{uncovered}");
        assert_eq!(said("of deep.example cannot be evaluated")["weight"], "bad");
        assert!(!found.iter().any(|one| text(&one["found"]).contains("of helpdesk.example does not cover")), "{found:?}");
        // An address in our own network says nothing; a name without any is told.
        *host.lock().unwrap() = "10.1.2.3".to_owned();
        let (app, id) = start().await;
        let look = app.root.get(&format!("/api/v1/queues/{id}/addresses")).await.assert(200).json();
        assert_eq!(record(&look, "helpdesk.example", "relay")["weight"], "unknown", "{look}");
        *host.lock().unwrap() = "gone.provider.example".to_owned();
        let (app, id) = start().await;
        let look = app.root.get(&format!("/api/v1/queues/{id}/addresses")).await.assert(200).json();
        assert!(text(&record(&look, "helpdesk.example", "relay")["means"]).contains("has no address"), "{look}");
    }

    async fn when_a_mail_came_to_an_address_last_is_shown(database) {
        let app = TestApp::start_at(database, "2026-11-09T10:00:00Z").await;
        let id = support(&app).await;
        app.root.patch(&format!("/api/v1/queues/{id}"), json!({ "addresses": ["support@helpdesk.example", "help@helpdesk.example"] })).await.assert(200);
        let path = format!("/api/v1/queues/{id}/addresses");
        let look = app.root.get(&path).await.assert(200).json();
        assert_eq!(look["addresses"][0]["last_mail_at"], Value::Null);
        app.deliver(&tests::mail("anna@customer.example")).await;
        app.advance(jiff::SignedDuration::from_hours(1)).await;
        app.deliver_as("anna@customer.example", "Help@helpdesk.example", &tests::mail("anna@customer.example")).await;
        app.advance(jiff::SignedDuration::from_hours(1)).await;
        let look = app.root.get(&path).await.assert(200).json();
        assert_eq!(look["addresses"][0]["last_mail_at"], "2026-11-09T10:00:00Z", "{look}");
        assert_eq!(look["addresses"][1]["last_mail_at"], "2026-11-09T11:00:00Z", "whatever its case: {look}");
        app.deliver_as("anna@customer.example", "support+anything@helpdesk.example", &tests::mail("anna@customer.example")).await;
        let look = app.root.get(&path).await.assert(200).json();
        assert_eq!(look["addresses"][0]["last_mail_at"], "2026-11-09T12:00:00Z", "the same address: {look}");
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = visitor.get(&format!("/admin/queues/{id}/addresses")).await.assert(200).text();
        assert!(page.contains("Last mail to it:") && page.contains("2026-11-09T11:00:00Z") && !page.contains("No mail to it"), "{page}");
    }

    async fn what_cannot_be_found_out_is_said_and_takes_two_seconds_at_most(database) {
        let zone = StubZone::silent().await;
        let app = TestApp::start_with(database, |config| config.dns_resolver = Resolver::At(zone.address())).await;
        let path = format!("/api/v1/queues/{}/addresses", support(&app).await);
        let begun = Instant::now();
        let look = app.root.get(&path).await.assert(200).json();
        assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
        let mx = record(&look, "helpdesk.example", "mx");
        assert!(mx["weight"] == "unknown" && text(&mx["means"]).contains("did not tell"), "{mx}");
        assert!(text(&record(&look, "helpdesk.example", "dkim")["means"]).contains("does not sign"), "{look}");
        // Nobody else waits for it.
        wait_until("the page beside it", Duration::from_secs(2), async || {
            app.root.get("/api/v1/queues").await.assert(200);
            Some(())
        }).await;
        let off = TestApp::start(database).await;
        let path = format!("/api/v1/queues/{}/addresses", support(&off).await);
        let look = off.root.get(&path).await.assert(200).json();
        assert!(text(&record(&look, "helpdesk.example", "mx")["means"]).contains("DNS_RESOLVER is off"), "{look}");
    }

    async fn which_way_mail_to_an_address_comes_in_is_named(database) {
        let app = TestApp::start(database).await;
        let id = support(&app).await;
        let path = format!("/api/v1/queues/{id}/addresses");
        let look = app.root.get(&path).await.assert(200).json();
        assert_eq!((&look["listener"], &look["addresses"][0]["mailboxes"]), (&json!(true), &json!([])));
        let mailbox = json!({ "name": "Post", "kind": "imap", "host": "imap.customer.example", "login": "Support@helpdesk.example",
            "password": "s3cr3t-word", "enabled": false });
        app.root.post("/api/v1/mailboxes", mailbox).await.assert(201);
        let look = app.root.get(&path).await.assert(200).json();
        assert_eq!(look["addresses"][0]["mailboxes"], json!([{ "name": "Post", "works": false }]), "it rests");
        app.root.patch(&format!("/api/v1/queues/{id}"), json!({ "addresses": [] })).await.assert(200);
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = visitor.get(&format!("/admin/queues/{id}/addresses")).await.assert(200).text();
        assert!(page.contains("This queue has no address"), "{page}");
    }

    async fn a_queue_shows_who_works_in_it_and_how_its_replies_look(database) {
        let app = TestApp::start(database).await;
        app.root.post("/api/v1/queues", json!({ "name": "Below", "parent": "Support", "addresses": [] })).await.assert(201);
        app.queue("Elsewhere", "elsewhere@helpdesk.example").await;
        for (name, queue) in [("Uppers", "Support"), ("Lowers", "Below"), ("Others", "Elsewhere")] {
            let role = json!({ "name": name, "grants": [{ "queue": queue, "rights": ["reply", "move_into"] }] });
            app.root.post("/api/v1/roles", role).await.assert(201);
        }
        let queues = app.root.get("/api/v1/queues").await.items();
        let below = text(&queues.iter().find(|queue| queue["name"] == "Below").unwrap()["id"]);
        let change = json!({ "signature": "Below, Ltd.", "subject_tag": true, "sender_name": "The cellar" });
        app.root.patch(&format!("/api/v1/queues/{below}"), change).await.assert(200);
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = visitor.get(&format!("/admin/queues/{below}")).await.assert(200).text();
        for word in ["Uppers", "Support and what lies below", "Lowers", "this queue", "all queues", "(The cellar)", "support@helpdesk.example",
            "Re: [#48217] A question", "Below, Ltd."] {
            assert!(page.contains(word), "{word}: {page}");
        }
        assert!(!page.contains("Others"), "{page}");
        // Who manages no people is told of no roles.
        let role = json!({ "name": "Mailers", "grants": [{ "queue": "*", "rights": ["read"] }], "installation": ["queues_and_mail"] });
        app.root.post("/api/v1/roles", role).await.assert(201);
        app.agent("mia", &["Mailers"]).await;
        let mia = app.visitor();
        mia.sign_in("mia", PASSWORD).await;
        let page = mia.get(&format!("/admin/queues/{below}")).await.assert(200).text();
        assert!(page.contains("Re: [#48217]") && !page.contains("Uppers"), "{page}");
    }
}
