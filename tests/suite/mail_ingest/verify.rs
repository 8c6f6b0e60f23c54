//! Our own look at a mail's origin, with a name server of the test's own.

use std::time::{Duration, Instant};

use mail_ingest::authentication::{Resolver, Verifier, Way};
use mail_ingest::{Authentication, Verdict};
use tests::dkim::Signer;
use tests::dns::StubZone;
use tests::mail;

const RIGHT: &str = "192.0.2.1";
const WRONG: &str = "198.51.100.7";

fn way(peer: &str) -> Way {
    Way {
        peer: peer.parse().unwrap(),
        helo: "mta.b.example".to_owned(),
        envelope_from: "anna@b.example".to_owned(),
    }
}

/// A domain that signs, names its servers and asks for DMARC.
async fn strict() -> (StubZone, Signer) {
    let signer = Signer::new("b.example");
    let zone = StubZone::start(&[
        ("b.example", "v=spf1 ip4:192.0.2.1 -all"),
        (&signer.name(), &signer.record()),
        ("_dmarc.b.example", "v=DMARC1; p=reject"),
    ])
    .await;
    (zone, signer)
}

async fn verified(zone: &StubZone, raw: Vec<u8>, peer: &str) -> Authentication {
    Verifier::new(Resolver::At(zone.address())).verify(raw, way(peer)).await
}

fn verdicts(found: &Authentication) -> (Verdict, Verdict, Verdict) {
    (found.spf, found.dkim, found.dmarc)
}

#[test]
fn a_signed_mail_from_the_right_server_passes() {
    tests::run(async {
        let (zone, signer) = strict().await;
        let found = verified(&zone, signer.sign(&mail("anna@b.example").bytes()), RIGHT).await;
        assert_eq!(verdicts(&found), (Verdict::Pass, Verdict::Pass, Verdict::Pass), "{found:?}");
        assert_eq!(found.by, "turnstone");
        assert!(found.detail.contains("b.example"), "{}", found.detail);
    });
}

#[test]
fn a_changed_mail_from_a_wrong_server_fails() {
    tests::run(async {
        let (zone, signer) = strict().await;
        let mut raw = signer.sign(&mail("anna@b.example").bytes());
        raw.extend_from_slice(b"An afterthought of somebody else.\r\n");
        let found = verified(&zone, raw, WRONG).await;
        assert_eq!(verdicts(&found), (Verdict::Fail, Verdict::Fail, Verdict::Fail), "{found:?}");
    });
}

#[test]
fn a_signature_of_another_domain_does_not_speak_for_the_author() {
    tests::run(async {
        let signer = Signer::new("evil.example");
        let zone = StubZone::start(&[
            ("b.example", "v=spf1 -all"),
            (&signer.name(), &signer.record()),
            ("_dmarc.b.example", "v=DMARC1; p=none"),
        ])
        .await;
        let found = verified(&zone, signer.sign(&mail("anna@b.example").bytes()), WRONG).await;
        assert_eq!(verdicts(&found), (Verdict::Fail, Verdict::Pass, Verdict::Fail), "{found:?}");
    });
}

#[test]
fn what_is_found_out_is_about_one_from_and_no_other() {
    tests::run(async {
        let (zone, signer) = strict().await;
        let found = verified(&zone, signer.sign(&mail("anna@b.example").bytes()), RIGHT).await;
        assert_eq!(found.about, "anna@b.example");
        assert!(found.dmarc == Verdict::Pass && found.is_about("Anna@B.example"));
        assert!(!found.is_about("dana@helpdesk.example"));
        for from in [
            "\"dana@helpdesk.example\", <anna@b.example>",
            "dana@helpdesk.example, anna@b.example",
            "\"dana@helpdesk.example\"",
        ] {
            let twisted = mail("anna@b.example").from_header(from);
            let found = verified(&zone, signer.sign(&twisted.bytes()), RIGHT).await;
            assert!(!found.is_about("dana@helpdesk.example"), "{from}: {found:?}");
        }
    });
}

#[test]
fn a_domain_that_says_nothing_gives_none() {
    tests::run(async {
        let zone = StubZone::start(&[]).await;
        let found = verified(&zone, mail("anna@b.example").bytes(), WRONG).await;
        assert_eq!(verdicts(&found), (Verdict::None, Verdict::None, Verdict::None), "{found:?}");
    });
}

#[test]
fn the_address_of_a_relay_of_ours_never_speaks_against_a_sender() {
    tests::run(async {
        let (zone, signer) = strict().await;
        let bare = verified(&zone, mail("anna@b.example").bytes(), "10.0.0.5").await;
        assert_eq!(verdicts(&bare), (Verdict::Unknown, Verdict::None, Verdict::Unknown), "{bare:?}");
        let signed = verified(&zone, signer.sign(&mail("anna@b.example").bytes()), "127.0.0.1").await;
        assert_eq!(verdicts(&signed), (Verdict::Unknown, Verdict::Pass, Verdict::Pass), "{signed:?}");
    });
}

#[test]
fn a_silent_name_server_costs_two_seconds_and_is_then_left_alone() {
    tests::run(async {
        let zone = StubZone::silent().await;
        let verifier = Verifier::new(Resolver::At(zone.address()));
        let signed = Signer::new("b.example").sign(&mail("anna@b.example").bytes());
        for _ in 0..3 {
            let begun = Instant::now();
            let found = verifier.verify(signed.clone(), way(WRONG)).await;
            assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
            assert_eq!(verdicts(&found), (Verdict::Unknown, Verdict::Unknown, Verdict::Unknown), "{found:?}");
        }
        let (begun, asked) = (Instant::now(), zone.questions());
        let found = verifier.verify(signed, way(WRONG)).await;
        assert!(begun.elapsed() < Duration::from_millis(1_500), "nobody waits again: {:?}", begun.elapsed());
        assert_eq!(zone.questions(), asked, "nobody asks it again");
        assert!(found.detail.contains("did not answer"), "{}", found.detail);
    });
}

#[test]
fn a_sender_whose_own_servers_are_slow_does_not_switch_the_look_off() {
    tests::run(async {
        let zone = StubZone::silent_about("b.example").await;
        let verifier = Verifier::new(Resolver::At(zone.address()));
        for _ in 0..4 {
            let found = verifier.verify(mail("anna@b.example").bytes(), way(WRONG)).await;
            assert_eq!(found.spf, Verdict::Unknown, "{found:?}");
        }
        let other = Way { envelope_from: "cara@c.example".to_owned(), ..way(WRONG) };
        let found = verifier.verify(mail("cara@c.example").bytes(), other).await;
        assert_eq!(verdicts(&found), (Verdict::None, Verdict::None, Verdict::None), "{found:?}");
    });
}

#[test]
fn a_mail_full_of_signatures_is_not_looked_at() {
    tests::run(async {
        let (zone, signer) = strict().await;
        let mut raw = mail("anna@b.example").bytes();
        for _ in 0..9 {
            raw = signer.sign(&raw);
        }
        let found = verified(&zone, raw, RIGHT).await;
        assert_eq!((found.spf, found.dkim), (Verdict::Pass, Verdict::Unknown), "{found:?}");
        assert!(zone.questions() <= 4, "{} questions", zone.questions());
    });
}

#[test]
fn rubbish_is_survived() {
    tests::run(async {
        let zone = StubZone::start(&[]).await;
        for raw in [
            &b""[..],
            b"\r\n",
            b"\xff\xfe\x00",
            b"DKIM-Signature: v=1; a=;b=;;;\r\n\r\n",
            b"From: @\r\nDKIM-Signature:",
        ] {
            verified(&zone, raw.to_vec(), WRONG).await;
        }
        let odd = Way {
            peer: "::".parse().unwrap(),
            helo: "\u{0}[[".to_owned(),
            envelope_from: "@@\u{202e}".to_owned(),
        };
        Verifier::new(Resolver::At(zone.address())).verify(mail("a@b.example").bytes(), odd).await;
    });
}

#[test]
fn where_it_is_off_nobody_is_asked() {
    tests::run(async {
        let found = Verifier::new(Resolver::Off).verify(mail("anna@b.example").bytes(), way(RIGHT)).await;
        assert_eq!((found.by.as_str(), found.spf), ("", Verdict::Unknown));
        assert!(found.detail.contains("off"), "{}", found.detail);
    });
}
