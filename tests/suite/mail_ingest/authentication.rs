//! Authentication-Results (RFC 8601): whose word counts, and what it says.

use mail_ingest::authentication::{claims, trusted};
use mail_ingest::{Authentication, Verdict, parse};

fn read(head: &str) -> (Option<Authentication>, usize) {
    let mail = parse(format!("{head}\r\nFrom: anna@b.example\r\n\r\nHello").as_bytes());
    let ids = vec!["mx.ours.example".to_owned()];
    (trusted(&mail.headers, &ids), claims(&mail.headers, &ids))
}

#[test]
fn the_server_in_front_is_believed() {
    let (found, claims) = read(
        "Authentication-Results: MX.ours.example 1;\r\n spf=pass (sender; is = ok) smtp.mailfrom=anna@b.example;\r\n \
         dkim/1 = pass reason=\"good; signature\" header.d=b.example; dmarc=FAIL (p=reject) header.from=b.example",
    );
    let found = found.unwrap();
    assert_eq!((found.spf, found.dkim, found.dmarc), (Verdict::Pass, Verdict::Pass, Verdict::Fail));
    assert_eq!(found.by, "MX.ours.example");
    assert!(found.detail.contains("header.d=b.example"), "{}", found.detail);
    assert_eq!(claims, 0);
}

#[test]
fn anybody_elses_word_is_a_claim() {
    let (found, claims) = read(
        "Authentication-Results: mx.theirs.example; dkim=pass header.d=b.example\r\n\
         Authentication-Results: mx.ours.example.evil.example; dmarc=pass",
    );
    assert_eq!((found, claims), (None, 2));
}

#[test]
fn what_stands_below_the_next_trace_line_is_not_of_the_server_in_front() {
    let (found, claims) = read(
        "Received: from mx by us\r\n\
         Authentication-Results: mx.ours.example; spf=fail smtp.mailfrom=b.example\r\n\
         Authentication-Results: mx.ours.example; dkim=none\r\n\
         Received: from outside by mx\r\n\
         Authentication-Results: mx.ours.example; spf=pass; dkim=pass; dmarc=pass",
    );
    let found = found.unwrap();
    assert_eq!((found.spf, found.dkim, found.dmarc), (Verdict::Fail, Verdict::None, Verdict::Unknown));
    assert_eq!(claims, 1);
}

#[test]
fn one_valid_signature_of_several_is_enough_and_an_error_is_no_result() {
    let (found, _) = read(
        "Authentication-Results: mx.ours.example; dkim=fail header.d=a.example; dkim=pass header.d=b.example; spf=temperror",
    );
    let found = found.unwrap();
    assert_eq!((found.spf, found.dkim), (Verdict::Unknown, Verdict::Pass));
}

#[test]
fn a_server_that_looked_at_nothing_says_so() {
    let (found, _) = read("Authentication-Results: mx.ours.example; none");
    let found = found.unwrap();
    assert_eq!((found.spf, found.dkim, found.dmarc), (Verdict::Unknown, Verdict::Unknown, Verdict::Unknown));
}

#[test]
fn rubbish_is_survived() {
    for value in ["", ";", "(((((", "\"", "mx.ours.example; spf", "mx.ours.example;;;=;dkim=", "\\", "; ; ;"]
    {
        read(&format!("Authentication-Results: {value}"));
    }
    let (found, _) =
        read(&format!("Authentication-Results: mx.ours.example; {}", "dkim=pass x=y;".repeat(5_000)));
    assert!(found.unwrap().detail.chars().count() <= 500);
}
