//! What a browser brings of an authenticator is believed for one reason only: that all of it is right.

use std::sync::Arc;

use proptest::prelude::*;
use ring::signature::RsaKeyPair;
use serde_json::{Value, json};
use tests::passkey::{Authenticator, Key, PRESENT, VERIFIED, written};
use turnstone::people::passkeys::Site;
use turnstone::people::passkeys::answer::{Doubt, Made, Shown};

const ORIGIN: &str = "https://helpdesk.example";

fn site() -> Site {
    Site { id: "helpdesk.example".to_owned(), origin: ORIGIN.to_owned() }
}

fn asked() -> Value {
    json!({ "challenge": "Q2hhbGxlbmdl", "user": { "id": "T3duZXI" } })
}

/// The public key that is kept of an authenticator.
fn kept(authenticator: &mut Authenticator) -> String {
    let made = authenticator.make(&asked());
    Made::read(&made).unwrap().check(&site()).unwrap().key
}

fn shown(authenticator: &Authenticator, key: &str) -> Result<u32, Doubt> {
    let said = Shown::read(&authenticator.show(&asked()))?.check(&site(), key, true)?;
    Ok(said.counter)
}

fn rsa() -> Key {
    let pem = include_str!("../outbox/keys/rsa.pem");
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = data_encoding::BASE64.decode(text.as_bytes()).unwrap();
    Key::Rsa(Box::new(RsaKeyPair::from_der(&der).unwrap()))
}

#[test]
fn each_kind_of_key_is_believed_and_no_other() {
    for key in [Key::p256(), Key::ed25519(), rsa()] {
        let key = Arc::new(key);
        let mut authenticator = Authenticator { key, counter: 7, ..Authenticator::new(ORIGIN) };
        let public = kept(&mut authenticator);
        assert_eq!(shown(&authenticator, &public), Ok(7));
        for other in [Key::p256(), Key::ed25519()] {
            let forged = authenticator.signed(&asked(), &other);
            let said = Shown::read(&forged).unwrap().check(&site(), &public, true);
            assert_eq!(said, Err(Doubt::Signature));
        }
    }
}

#[test]
fn what_is_made_or_shown_elsewhere_is_refused() {
    let mut authenticator = Authenticator::new(ORIGIN);
    let public = kept(&mut authenticator);
    type Lie = fn(&mut Authenticator);
    let lies: [(Lie, Doubt); 8] = [
        (|it| it.origin = "https://helpdesk.example.evil.example".to_owned(), Doubt::Origin),
        (|it| it.origin = "http://helpdesk.example".to_owned(), Doubt::Origin),
        (|it| it.framed = true, Doubt::Origin),
        (|it| it.site = "evil.example".to_owned(), Doubt::Site),
        (|it| it.flags = VERIFIED, Doubt::Presence),
        (|it| it.kind = Some("payment.get"), Doubt::Kind),
        // A copy that cannot be one.
        (|it| it.flags |= 1 << 4, Doubt::Form),
        (|it| it.more = b"more".to_vec(), Doubt::Form),
    ];
    for (lie, doubt) in lies {
        let mut liar = authenticator.clone();
        lie(&mut liar);
        assert_eq!(shown(&liar, &public), Err(doubt));
        let made = Made::read(&liar.make(&asked())).unwrap().check(&site());
        assert_eq!(made.map(|new| new.key), Err(doubt));
    }
    // Without a fingerprint it is shown, where having it is enough.
    authenticator.flags = PRESENT;
    assert_eq!(shown(&authenticator, &public), Err(Doubt::Verification));
    let said = Shown::read(&authenticator.show(&asked())).unwrap();
    assert_eq!(said.check(&site(), &public, false).map(|said| said.counter), Ok(0));
    // What was made is not shown.
    authenticator.kind = Some("webauthn.create");
    assert_eq!(shown(&authenticator, &public), Err(Doubt::Kind));
    authenticator.kind = Some("webauthn.get");
    let made = Made::read(&authenticator.make(&asked())).unwrap();
    assert_eq!(made.check(&site()).map(|new| new.key), Err(Doubt::Kind));
}

#[test]
fn extensions_are_read_over() {
    let mut authenticator = Authenticator::new(ORIGIN);
    // {"credProtect": 2}
    authenticator.more = [&[0xa1, 0x6b][..], b"credProtect", &[0x02]].concat();
    let public = kept(&mut authenticator);
    assert_eq!(shown(&authenticator, &public), Ok(0));
}

#[test]
fn what_cannot_be_read_is_refused() {
    for text in ["", "{}", "null", "[]", r#"{"clientDataJSON":"","attestationObject":""}"#] {
        assert_eq!(Made::read(text).map(drop), Err(Doubt::Form), "{text}");
        assert_eq!(Shown::read(text).map(drop), Err(Doubt::Form), "{text}");
    }
    let client = json!({ "type": "webauthn.create", "challenge": "Q2hhbGxlbmdl", "origin": ORIGIN });
    let client = written(client.to_string().as_bytes());
    // Counts that promise more than there is, depths without end, tags, fractions, open lengths.
    let deep = vec![0x81; 100_000];
    for object in [
        &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..],
        &[0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &deep,
        &[0xc0, 0x00],
        &[0xf9, 0x3c, 0x00],
        &[0xbf, 0xff],
        &[0xa0],
        &[],
    ] {
        let brought = json!({ "clientDataJSON": client, "attestationObject": written(object) }).to_string();
        let made = Made::read(&brought).unwrap().check(&site());
        assert_eq!(made.map(|new| new.key), Err(Doubt::Form), "{:?}", &object[..object.len().min(9)]);
    }
}

/// One bit of what was brought is another.
fn changed(brought: &str, field: &str, at: usize) -> String {
    let mut value: Value = serde_json::from_str(brought).unwrap();
    let text = value[field].as_str().unwrap();
    let mut raw = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text).unwrap();
    let bit = at % (raw.len() * 8);
    raw[bit / 8] ^= 1 << (bit % 8);
    value[field] = Value::String(written(&raw));
    value.to_string()
}

proptest! {
    #[test]
    fn no_bit_of_what_was_signed_may_differ(at in 0_usize..100_000, field in 0_usize..3) {
        let mut authenticator = Authenticator::new(ORIGIN);
        let public = kept(&mut authenticator);
        let field = ["clientDataJSON", "authenticatorData", "signature"][field];
        let said = Shown::read(&changed(&authenticator.show(&asked()), field, at));
        prop_assert!(said.and_then(|shown| shown.check(&site(), &public, true)).is_err());
    }

    #[test]
    fn any_bytes_are_an_answer_that_is_refused_or_kept(raw in prop::collection::vec(any::<u8>(), 0..300), at in 0_usize..100_000) {
        let client = json!({ "type": "webauthn.create", "challenge": "Q2hhbGxlbmdl", "origin": ORIGIN });
        let brought = json!({ "clientDataJSON": written(client.to_string().as_bytes()), "attestationObject": written(&raw) });
        prop_assert!(Made::read(&brought.to_string()).unwrap().check(&site()).is_err());
        // A key that was changed on the way is another key, or none; what it leads to is its owner's own harm.
        let made = Authenticator::new(ORIGIN).make(&asked());
        if let Ok(made) = Made::read(&changed(&made, "attestationObject", at)) {
            let _ = made.check(&site());
        }
    }
}
