//! Delivery reports of several servers: all are recognised, most name the mail (BEHAVIOURS.md, 12).

use mail_ingest::{Bounced, Kind, classify, parse};

fn bounced(raw: &str, envelope_from: Option<&str>) -> Option<Bounced> {
    let verdict = classify(&parse(raw.as_bytes()), envelope_from, &|_| false);
    assert_eq!(verdict.bounced.is_some(), verdict.bounce);
    if verdict.bounce {
        assert_eq!(
            (verdict.kind, verdict.automatic, verdict.no_answer.is_some()),
            (Kind::Bounce, true, true)
        );
    }
    verdict.bounced
}

const POSTFIX: &str = "From: MAILER-DAEMON@mx.b.example (Mail Delivery System)\r\nSubject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n\
Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"b\"\r\n\r\n\
--b\r\nContent-Description: Notification\r\nContent-Type: text/plain\r\n\r\nThis is the mail system at host mx.b.example.\r\n\r\n\
--b\r\nContent-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.b.example\r\nX-Postfix-Queue-ID: 123\r\n\r\n\
Final-Recipient: rfc822; anna@b.example\r\nOriginal-Recipient: rfc822;anna@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx2.b.example\r\n\
Diagnostic-Code: smtp; 550 5.1.1 <anna@b.example>: Recipient address\r\n    rejected: User unknown\r\n\r\n\
--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: support@ours.example\r\nMessage-ID:\r\n <our-id@ours.example>\r\nSubject: Re: x\r\n\r\nbody\r\n--b--\r\n";

#[test]
fn postfix_names_all() {
    let found = bounced(POSTFIX, None).unwrap();
    assert_eq!(found.message_ids, ["our-id@ours.example"]);
    assert_eq!(found.recipients, ["anna@b.example"]);
    assert_eq!(
        (found.status.as_deref(), found.action.as_str(), found.permanent),
        (Some("5.1.1"), "failed", true)
    );
    assert_eq!(
        found.diagnostic,
        "smtp; 550 5.1.1 <anna@b.example>: Recipient address rejected: User unknown"
    );
}

#[test]
fn a_report_is_one_also_where_a_relay_gave_it_a_sender() {
    assert!(bounced(POSTFIX, Some("mailer-daemon@b.example")).is_some());
}

#[test]
fn a_delay_is_not_permanent() {
    let raw = POSTFIX.replace("Action: failed", "Action: delayed").replace("Status: 5.1.1", "Status: 4.4.1");
    let found = bounced(&raw, None).unwrap();
    assert_eq!(
        (found.status.as_deref(), found.action.as_str(), found.permanent),
        (Some("4.4.1"), "delayed", false)
    );
}

#[test]
fn a_receipt_is_no_failure() {
    let found = bounced(
        &POSTFIX.replace("Action: failed", "Action: delivered").replace("Status: 5.1.1", "Status: 2.1.5"),
        None,
    )
    .unwrap();
    assert_eq!((found.action.as_str(), found.permanent), ("delivered", false));
}

#[test]
fn exchange_returns_headers_only() {
    let raw = "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@b.example>\r\nSubject: Undeliverable: Re: x\r\nIn-Reply-To: <our-id@ours.example>\r\n\
        Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Your message to anna@b.example couldn't be delivered.</p>\r\n\
        --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;ex.b.example\r\n\r\nFinal-recipient: RFC822;anna@b.example\r\nAction: failed\r\nStatus: 5.1.10\r\n\
        Diagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <our-id@ours.example>\r\nSubject: Re: x\r\n--b--\r\n";
    let found = bounced(raw, None).unwrap();
    assert_eq!(found.message_ids, ["our-id@ours.example"]);
    assert_eq!((found.status.as_deref(), found.permanent), (Some("5.1.10"), true));
}

#[test]
fn gmail_names_the_mail_in_its_threading() {
    let raw = "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\r\nSubject: Delivery Status Notification (Failure)\r\nReferences: <root@ours.example> <our-id@ours.example>\r\n\
        In-Reply-To: <our-id@ours.example>\r\nX-Failed-Recipients: anna@b.example\r\nAuto-Submitted: auto-replied\r\nContent-Type: multipart/report; boundary=\"b\"; report-type=delivery-status\r\n\r\n\
        --b\r\nContent-Type: text/plain\r\n\r\n** Address not found **\r\n\r\nYour message wasn't delivered to anna@b.example\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
        Reporting-MTA: dns; googlemail.com\r\n\r\nFinal-Recipient: rfc822; anna@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n";
    let found = bounced(raw, None).unwrap();
    assert_eq!(
        (found.message_ids.as_slice(), found.recipients.as_slice()),
        (&["our-id@ours.example".to_owned()][..], &["anna@b.example".to_owned()][..])
    );
}

#[test]
fn exim_speaks_in_words() {
    let raw = "From: Mail Delivery System <Mailer-Daemon@mx.b.example>\r\nX-Failed-Recipients: anna@b.example\r\nAuto-Submitted: auto-replied\r\nSubject: Mail delivery failed: returning message to sender\r\n\r\n\
        This message was created automatically by mail delivery software.\r\n\r\nA message that you sent could not be delivered to one or more of its\r\nrecipients. This is a permanent error.\r\n\r\n  anna@b.example\r\n\
        \x20   SMTP error from remote mail server after RCPT TO:<anna@b.example>:\r\n    550 5.1.1 unknown user\r\n\r\n------ This is a copy of the message, including all the headers. ------\r\n\r\nMessage-Id: <our-id@ours.example>\r\nFrom: support@ours.example\r\n\r\nbody\r\n";
    let found = bounced(raw, None).unwrap();
    assert_eq!(found.message_ids, ["our-id@ours.example"]);
    assert_eq!(found.recipients, ["anna@b.example"]);
    assert_eq!(
        (found.status.as_deref(), found.diagnostic.as_str(), found.permanent),
        (Some("5.1.1"), "550 5.1.1 unknown user", true)
    );
}

#[test]
fn qmail_speaks_in_words() {
    let raw = "From: MAILER-DAEMON@b.example\r\nSubject: failure notice\r\n\r\nHi. This is the qmail-send program at b.example.\r\nI'm afraid I wasn't able to deliver your message to the following addresses.\r\n\
        This is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n<anna@b.example>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nReturn-Path: <support@ours.example>\r\nMessage-ID: <our-id@ours.example>\r\n\r\nbody\r\n";
    let found = bounced(raw, None).unwrap();
    assert_eq!(
        (found.message_ids.as_slice(), found.recipients.as_slice()),
        (&["our-id@ours.example".to_owned()][..], &["anna@b.example".to_owned()][..])
    );
    assert_eq!(
        (found.status.as_deref(), found.diagnostic.as_str()),
        (Some("5.1.1"), "Sorry, no mailbox here by that name. (#5.1.1)")
    );
}

#[test]
fn a_customer_who_writes_about_a_bounce_is_a_person() {
    let raw = "From: anna@b.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\r\nI got this: 550 5.1.1 user unknown. Please help.";
    assert_eq!(bounced(raw, Some("anna@b.example")), None);
}

#[test]
fn an_absence_note_with_the_null_sender_is_no_bounce() {
    let raw = "From: anna@b.example\r\nSubject: On holiday\r\nAuto-Submitted: auto-replied\r\n\r\nI am away until Monday.";
    assert_eq!(bounced(raw, None), None);
}
