//! Signatures: checked here by a reading of RFC 6376 of the test's own.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tests::app::TestApp;
use tests::{both_databases, mail};
use turnstone::config::Dkim;
use turnstone::outbox::Signer;

fn key(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("suite/outbox/keys").join(name)
}

/// The relaxed form of a header field.
fn relaxed(field: &str) -> String {
    let (name, value) = field.split_once(':').unwrap();
    format!("{}:{}", name.to_lowercase().trim(), value.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether the signature of a mail fits it and the published record.
fn holds(mail: &[u8], record: &str) -> bool {
    let text = String::from_utf8(mail.to_vec()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let fields: Vec<String> =
        head.replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n").map(str::to_owned).collect();
    let signature = fields.iter().find(|field| field.starts_with("DKIM-Signature:")).expect("a signature");
    let tag = |name: &str, of: &str| {
        let tags = of.split(';').filter_map(|part| part.split_once('='));
        let value = tags
            .map(|(key, value)| (key.trim(), value))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value);
        value.unwrap_or_else(|| panic!("no {name}= in {of}")).split_whitespace().collect::<String>()
    };
    let value = signature.split_once(':').unwrap().1;
    let mut lines: Vec<String> = body
        .split("\r\n")
        .map(|line| {
            let words: Vec<&str> = line.split([' ', '\t']).collect();
            let mut packed = words.iter().enumerate().filter(|(at, word)| *at == 0 || !word.is_empty());
            packed.by_ref().map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
        })
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let body: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let digest = |text: &[u8]| ring::digest::digest(&ring::digest::SHA256, text).as_ref().to_vec();
    if STANDARD.encode(digest(body.as_bytes())) != tag("bh", value) {
        return false;
    }
    let mut left = fields.clone();
    let mut signed = String::new();
    for name in tag("h", value).split(':') {
        if let Some(at) = left.iter().rposition(|field| field.to_lowercase().starts_with(&format!("{name}:")))
        {
            signed.push_str(&relaxed(&left.remove(at)));
            signed.push_str("\r\n");
        }
    }
    let bare = relaxed(signature);
    let at = bare.rfind("; b=").unwrap() + 4;
    signed.push_str(&bare[..at]);
    let given = STANDARD.decode(tag("b", value)).unwrap();
    let public = STANDARD.decode(tag("p", record)).unwrap();
    use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    match tag("a", value).as_str() {
        // ring wants what stands within a SubjectPublicKeyInfo.
        "rsa-sha256" => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public[24..])
            .verify(signed.as_bytes(), &given)
            .is_ok(),
        "ed25519-sha256" => {
            UnparsedPublicKey::new(&ED25519, &public).verify(&digest(signed.as_bytes()), &given).is_ok()
        }
        other => panic!("{other}"),
    }
}

both_databases! {
    async fn every_mail_of_ours_is_signed_for_its_domain(database) {
        for name in ["rsa.pem", "ed25519.pem"] {
            let dkim = Dkim { key: key(name), selector: "desk".to_owned() };
            let record = Signer::load(&dkim).unwrap().record();
            let app = TestApp::start_with(database, |config| config.dkim = Some(dkim)).await;
            let question = mail("anna@customer.example").subject("Schlüssel  kaputt").attach("a.bin", "application/octet-stream", &[0, 1, 2]);
            let number = app.ticket_from(&question).await;
            let auto = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
            app.root.reply(&number, "Two  blanks, a tab\tand an end.   \n\n\n").await;
            let reply = app.relay.wait_for("anna@customer.example", 2).await.remove(1);
            for (at, sent) in [&auto, &reply].into_iter().enumerate() {
                // For whoever wants to put other programs to the test.
                if let Some(directory) = std::env::var_os("DKIM_SAMPLES") {
                    let file = format!("{}-{at}.eml", name.trim_end_matches(".pem"));
                    std::fs::write(PathBuf::from(&directory).join(file), &sent.data).unwrap();
                    std::fs::write(PathBuf::from(&directory).join(format!("{name}.txt")), &record).unwrap();
                }
                let signature = sent.mail().header("DKIM-Signature").expect("a signature");
                assert!(signature.contains("d=helpdesk.example") && signature.contains("s=desk"), "{signature}");
                assert!(holds(&sent.data, &record), "{name}: {}", String::from_utf8_lossy(&sent.data));
                let forged = String::from_utf8(sent.data.clone()).unwrap().replacen("Subject: ", "Subject: Not ", 1);
                assert!(!holds(forged.as_bytes(), &record), "a change is noticed");
            }
        }
    }

    async fn a_redirected_mail_keeps_its_own_signature_and_gets_none_of_ours(database) {
        let dkim = Dkim { key: key("rsa.pem"), selector: "desk".to_owned() };
        let app = TestApp::start_with(database, |config| config.dkim = Some(dkim)).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let article = app.articles(&number).await.remove(0);
        let path = format!("/api/v1/articles/{}/redirects", tests::app::text(&article["id"]));
        app.root.post(&path, serde_json::json!({ "to": "right@partner.example" })).await.assert(201);
        let sent = app.relay.wait_for("right@partner.example", 1).await.remove(0);
        assert!(sent.mail().header("DKIM-Signature").is_none());
    }
}

#[test]
fn a_key_that_is_none_stops_the_start_with_a_remedy() {
    let dkim = Dkim { key: key("../mod.rs"), selector: "desk".to_owned() };
    let error = format!("{:#}", Signer::load(&dkim).err().expect("no key"));
    assert!(error.contains("DKIM_KEY") && error.contains("openssl genrsa"), "{error}");
}
