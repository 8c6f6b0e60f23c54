//! Whatever a stranger forges: without an id that we know or an address that we signed he gets into no ticket.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use tests::app::{SUPPORT, TestApp};
use tests::{Mail, both_databases, mail};

use super::belongs::set;

/// What a stranger may know or guess about the tickets of others.
#[derive(Clone, Debug)]
struct Attempt {
    from: usize,
    subject: usize,
    ticket: usize,
    id: usize,
    token: usize,
    reply_to: usize,
    cc_customer: bool,
    thread_index: usize,
    automatic: bool,
}

fn attempts() -> impl Strategy<Value = Attempt> {
    (
        0..5_usize,
        0..6_usize,
        0..3_usize,
        0..6_usize,
        0..5_usize,
        0..3_usize,
        any::<bool>(),
        0..3_usize,
        any::<bool>(),
    )
        .prop_map(
            |(from, subject, ticket, id, token, reply_to, cc_customer, thread_index, automatic)| Attempt {
                from,
                subject,
                ticket,
                id,
                token,
                reply_to,
                cc_customer,
                thread_index,
                automatic,
            },
        )
}

/// What is true about a ticket, some of which a stranger may know.
struct Known {
    number: String,
    question: String,
    token: String,
}

fn forged(attempt: &Attempt, known: &[Known], round: usize) -> (Mail, String) {
    let ticket = &known[attempt.ticket % known.len()];
    let from = [
        "mallory@elsewhere.example",
        "dana@helpdesk.example",
        "anna@customer.example.evil.example",
        "xanna@customer.example",
        "support@helpdesk.example.evil.example",
    ][attempt.from];
    let number = &ticket.number;
    let subject = [
        format!("Re: [Ticket#{number}] Broken key"),
        format!("[#{number}]"),
        format!("AW: ticket no. {number}, {round}"),
        format!("Re: Fwd: [{number}]"),
        "nothing".to_owned(),
        known.iter().map(|known| format!("#{}", known.number)).collect::<Vec<_>>().join(" "),
    ][attempt.subject]
        .clone();
    let (local, domain) = ticket.question.rsplit_once('@').unwrap();
    let id = [
        format!("{local}x@{domain}"),
        format!("{local}@evil.{domain}"),
        format!("{local}.{domain}"),
        format!("thread-index:{}", "0".repeat(44)),
        number.clone(),
        "%' OR 1=1 --@x".to_owned(),
    ][attempt.id]
        .clone();
    let token = &ticket.token;
    let at = round % token.len();
    let other = if &token[at..=at] == "a" { "b" } else { "a" };
    let address = [
        SUPPORT.to_owned(),
        format!("support+{}{other}{}@helpdesk.example", &token[..at], &token[at + 1..]),
        format!("support+{}@helpdesk.example", "a".repeat(32)),
        format!("support+{number}@helpdesk.example"),
        format!("support+b-{}@helpdesk.example", "0".repeat(32)),
    ][attempt.token]
        .clone();
    let mut letter = mail(from).to(&address).subject(&subject).answering([id.as_str()]);
    // A good token at an address that is not ours says nothing.
    letter = letter.to(&format!("support+{token}@elsewhere.example"));
    match attempt.reply_to {
        0 => {}
        1 => letter = letter.header("Reply-To", "mallory@elsewhere.example"),
        _ => letter = letter.header("Sender", "anna@customer.example"),
    }
    if attempt.cc_customer {
        letter = letter.cc("anna@customer.example");
    }
    match attempt.thread_index {
        0 => {}
        1 => letter = letter.header("Thread-Index", "AdcABCDEFGHIJKLMNOPQRSTUVWXYZg=="),
        _ => letter = letter.header("Thread-Index", "AAAA"),
    }
    if attempt.automatic {
        letter = letter.header("Auto-Submitted", "auto-replied");
    }
    (letter, address)
}

both_databases! {
    async fn nothing_that_a_stranger_forges_gets_him_into_a_ticket(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        set(&app, json!({ "reply_token": true })).await;
        let mut known = Vec::new();
        for index in 0..3 {
            let question = mail("anna@customer.example").subject(&format!("Broken key {index}"));
            let number = app.ticket_from(&question).await;
            app.hush().await;
            app.root.reply(&number, "An answer.").await;
            let sent = app.relay.wait_for("anna@customer.example", 1).await.pop().unwrap();
            let header = sent.mail().header("Reply-To").expect("a signed address").to_owned();
            let token = header.split('+').nth(1).unwrap().split('@').next().unwrap().to_owned();
            assert_eq!(token.len(), 32, "{header}");
            known.push(Known { number, question: question.id().to_owned(), token });
        }
        app.root.set(&known[1].number, "state", "closed").await;
        let path = format!("/api/v1/tickets/{}/merges", known[2].number);
        app.root.post(&path, json!({ "into": known[0].number })).await.assert(201);
        let mut before = Vec::new();
        for ticket in &known {
            before.push(app.articles(&ticket.number).await.len());
        }
        let strategy = attempts();
        let mut runner = TestRunner::deterministic();
        for round in 0..80 {
            let attempt = strategy.new_tree(&mut runner).unwrap().current();
            let (letter, address) = forged(&attempt, &known, round);
            let inbound = app.deliver_as(letter.sender(), &address, &letter).await;
            // His own earlier mails he may answer.
            let theirs = known.iter().any(|known| inbound["ticket"] == json!(known.number));
            assert!(!theirs && inbound["disposition"] != "quarantined", "{attempt:?}: {inbound}");
        }
        for (ticket, before) in known.iter().zip(before) {
            assert_eq!(app.articles(&ticket.number).await.len(), before, "ticket {}", ticket.number);
        }
        // The same tricks with the real thing do lead in: the test looks at what it says.
        let address = format!("support+{}@helpdesk.example", known[0].token);
        let invited = mail("mallory@elsewhere.example").to(&address);
        let inbound = app.deliver_as("mallory@elsewhere.example", &address, &invited).await;
        assert_eq!(inbound["ticket"], json!(known[0].number), "{inbound}");
    }
}
