//! Tokens that come from nobody: whatever they are made of, they are refused.

use proptest::prelude::*;
use turnstone::sign_in::oidc::id_token::{Doubt, Expected, PublicKey, believed};

const EXPECTED: Expected<'_> =
    Expected { issuer: "https://id.example", audience: "turnstone", nonce: "n", now: 1_800_000_000 };

#[test]
fn no_form_no_keys_no_algorithm() {
    let keys = [PublicKey { kty: "RSA".into(), n: "AQAB".into(), e: "AQAB".into(), ..PublicKey::default() }];
    // {"alg":"RS256"}, {"alg":"none"}, {"alg":"RS512"}
    let (rs256, none, rs512) = ("eyJhbGciOiJSUzI1NiJ9", "eyJhbGciOiJub25lIn0", "eyJhbGciOiJSUzUxMiJ9");
    for (token, doubt) in [
        (String::new(), Doubt::Form),
        ("a.b".to_owned(), Doubt::Form),
        (format!("{rs256}.e30.AA.AA"), Doubt::Form),
        (format!("{none}.e30."), Doubt::Algorithm),
        (format!("{rs512}.e30.AA"), Doubt::Algorithm),
        (format!("{rs256}.e30.AA"), Doubt::Signature),
        (format!("{rs256}=.e30.AA"), Doubt::Form),
        ("x".repeat(100_000), Doubt::Form),
    ] {
        assert_eq!(believed(&token, &keys, &EXPECTED), Err(doubt), "{token:.80}");
    }
    let token = format!("{rs256}.e30.AA");
    assert_eq!(believed(&token, &[], &EXPECTED), Err(Doubt::Key));
    // Without a name, of two keys none is meant.
    let two = [keys[0].clone(), keys[0].clone()];
    assert_eq!(believed(&token, &two, &EXPECTED), Err(Doubt::Key));
    let for_secrecy = [PublicKey { usage: Some("enc".into()), ..keys[0].clone() }];
    assert_eq!(believed(&token, &for_secrecy, &EXPECTED), Err(Doubt::Key));
}

proptest! {
    #[test]
    fn any_text_is_refused(token in "\\PC{0,200}", parts in prop::collection::vec("[A-Za-z0-9_-]{0,80}", 0..5)) {
        let keys = [PublicKey { kty: "EC".into(), crv: "P-256".into(), ..PublicKey::default() }];
        prop_assert!(believed(&token, &keys, &EXPECTED).is_err());
        prop_assert!(believed(&parts.join("."), &keys, &EXPECTED).is_err());
    }
}
