use jiff::SignedDuration;
use serde_json::json;
use tests::app::{SUPPORT, TestApp, text};
use tests::{both_databases, mail};

use super::belongs::{set, strict};

/// The address at which our last mail to her asks for an answer.
async fn asked_at(app: &TestApp) -> String {
    let sent = app.relay.wait_for("anna@customer.example", 1).await.pop().expect("a mail");
    let header = sent.mail().header("Reply-To").unwrap_or_default().to_owned();
    header.rsplit_once('<').map_or(header.clone(), |(_, address)| address.trim_end_matches('>').to_owned())
}

both_databases! {
    async fn an_answer_to_a_signed_address_needs_nothing_else(database) {
        let app = TestApp::start(database).await;
        set(&app, json!({ "reply_token": true, "strict_matching": true })).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Broken key")).await;
        app.hush().await;
        app.root.reply(&number, "We look into it.").await;
        let address = asked_at(&app).await;
        let (local, domain) = address.rsplit_once('@').unwrap();
        assert!(local.starts_with("support+") && local.len() <= 64 && domain == "helpdesk.example", "{address}");
        // From another address, without any id or number, in capitals: the signature alone.
        let answer = mail("anna@private.example").to(&address.to_uppercase()).subject("something else");
        let inbound = app.deliver_as("anna@private.example", &address, &answer).await;
        assert_eq!((&inbound["disposition"], &inbound["ticket"]), (&json!("follow_up"), &json!(number)), "{inbound}");
        // She got our mail, so she takes part: a number is enough for her from now on.
        let again = mail("anna@private.example").subject(&format!("[Ticket#{number}]"));
        assert_eq!(text(&app.deliver(&again).await["ticket"]), number);
        // Where the envelope was lost, the header says the same.
        let by_header = mail("anna@third.example").to(&address);
        assert_eq!(text(&app.deliver(&by_header).await["ticket"]), number);
    }

    async fn a_wrong_signature_is_no_address_detail_of_ours(database) {
        let app = TestApp::start(database).await;
        set(&app, json!({ "reply_token": true })).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        app.root.reply(&number, "We look into it.").await;
        let address = asked_at(&app).await;
        let (local, domain) = address.rsplit_once('@').unwrap();
        let token = local.rsplit_once('+').unwrap().1;
        for at in 0..token.len() {
            let other = if &token[at..=at] == "a" { "b" } else { "a" };
            let forged = format!("support+{}{other}{}@{domain}", &token[..at], &token[at + 1..]);
            let letter = mail("mallory@elsewhere.example").to(&forged);
            let inbound = app.deliver_as("mallory@elsewhere.example", &forged, &letter).await;
            assert_eq!(inbound["disposition"], "new", "character {at}: {inbound}");
        }
        let question = mail("anna@customer.example").to(&format!("support+{}@{domain}", "a".repeat(32)));
        assert_eq!(app.deliver(&question).await["disposition"], "new", "and such a mail is not lost");
    }

    async fn old_keys_are_accepted_for_more_than_a_year_and_not_for_ever(database) {
        let app = TestApp::start(database).await;
        set(&app, json!({ "reply_token": true })).await;
        strict(&app).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        app.root.reply(&number, "Signed with the first key.").await;
        let first = asked_at(&app).await;
        app.advance(SignedDuration::from_hours(91 * 24)).await;
        app.hush().await;
        app.root.reply(&number, "Signed with the second key.").await;
        let second = asked_at(&app).await;
        assert_ne!(first, second, "a new key after 90 days");
        app.advance(SignedDuration::from_hours(366 * 24)).await;
        for (index, address) in [&first, &second].into_iter().enumerate() {
            let from = format!("somebody{index}@elsewhere.example");
            let inbound = app.deliver_as(&from, address, &mail(&from).to(address)).await;
            assert_eq!(text(&inbound["ticket"]), number, "{inbound}");
        }
        app.advance(SignedDuration::from_hours(91 * 24)).await;
        let late = app.deliver_as("late@elsewhere.example", &first, &mail("late@elsewhere.example").to(&first)).await;
        assert_eq!(late["disposition"], "new", "{late}");
    }

    async fn a_queue_asks_for_answers_at_its_plain_address_unless_it_is_told_otherwise(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        app.root.reply(&number, "An answer.").await;
        assert_eq!(asked_at(&app).await, "");
        // Nor where no token would fit into a local part.
        let long = format!("{}@helpdesk.example", "q".repeat(40));
        set(&app, json!({ "reply_token": true, "addresses": [long, SUPPORT] })).await;
        app.hush().await;
        app.root.reply(&number, "Another answer.").await;
        assert_eq!(asked_at(&app).await, "");
    }
}
