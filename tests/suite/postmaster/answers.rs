//! What automatic answers say, to whom, in which language, and when (BEHAVIOURS.md, 7, 8, 10).

use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::bridge::{quiet, sql};
use tests::{both_databases, mail};
use turnstone::db::{AnswerKind, LetterLanguage};
use turnstone::notify::answers::{builtin, placeholders};

const GERMAN: &str =
    "Guten Tag,\nich kann mich seit heute nicht mehr anmelden. Können Sie mir bitte helfen?\nViele Grüße";

async fn answered(app: &TestApp, letter: &tests::Mail) -> (Value, tests::mail::Parsed) {
    quiet(app).await;
    app.relay.clear();
    let inbound = app.deliver(letter).await;
    assert_eq!(inbound["auto_response"], "sent", "{inbound}");
    let sent = app.relay.wait_for(letter.sender(), 1).await.remove(0);
    (inbound, sent.mail())
}

/// The recorder's step of this name.
async fn step(app: &TestApp, inbound: &Value, name: &str) -> Value {
    let record = app.root.get(&format!("/api/v1/inbound/{}", text(&inbound["id"]))).await.assert(200).json();
    let steps = record["steps"].as_array().unwrap().clone();
    steps.into_iter().find(|step| step["step"] == name).unwrap_or_else(|| panic!("no step {name}: {record}"))
}

async fn put(app: &TestApp, body: Value) -> Value {
    app.root.put("/api/v1/auto-responses", body).await.assert(200).json()
}

#[test]
fn every_answer_is_built_in_in_three_languages() {
    for kind in AnswerKind::ALL {
        for language in LetterLanguage::ALL {
            let text = builtin::text(*kind, *language);
            for part in [&text.subject, &text.body] {
                assert_eq!(placeholders::unknown(part, *kind), Vec::<String>::new(), "{kind} {language}");
            }
            assert!(text.subject.contains("{subject}"), "{kind} {language}: {}", text.subject);
            assert!(
                text.body.contains("{ticket}") && text.body.contains("{customer_name}"),
                "{kind} {language}"
            );
            let others = LetterLanguage::ALL.iter().filter(|other| *other != language);
            for other in others {
                assert_ne!(text.body, builtin::text(*kind, *other).body, "{kind}: {language} is {other}");
            }
        }
    }
}

#[test]
fn names_in_braces_are_read_with_tolerance_and_braces_can_be_doubled() {
    let kind = AnswerKind::Received;
    for good in [
        "{ticket}",
        "{Customer name}",
        "{ reopen-address }",
        "{{anything}}",
        "a { b } c".replace(" b ", "\n").as_str(),
        "{",
        "}",
        "{{{ticket}}}",
    ] {
        assert_eq!(placeholders::unknown(good, kind), Vec::<String>::new(), "{good}");
    }
    assert_eq!(
        placeholders::unknown("{tciket} {ticket} {old_ticket} {tciket}", kind),
        ["tciket", "old_ticket"]
    );
    assert_eq!(placeholders::unknown("{old_ticket}", AnswerKind::NewBecauseClosed), Vec::<String>::new());
}

both_databases! {
    async fn the_mails_own_language_decides_and_the_recorder_says_so(database) {
        let app = TestApp::start(database).await;
        let (inbound, letter) = answered(&app, &mail("paul@kunde.example").text(GERMAN)).await;
        assert!(letter.text().contains("vielen Dank für Ihre Nachricht"), "{}", letter.text());
        assert!(letter.text().contains(&text(&inbound["ticket"])));
        let step = step(&app, &inbound, "language").await;
        assert_eq!(step["result"], "German");
        assert!(step["reason"].as_str().unwrap().contains("its text"), "{step}");
        let french = mail("luc@client.example").text("Bonjour, je n'arrive plus à me connecter depuis ce matin. Pouvez-vous m'aider ? Merci");
        assert!(answered(&app, &french).await.1.text().contains("merci pour votre message"));
        assert!(answered(&app, &mail("anna@customer.example")).await.1.text().contains("thank you for your mail"));
    }

    async fn a_quoted_language_does_not_count(database) {
        let app = TestApp::start(database).await;
        let quoted = GERMAN.replace('\n', "\n> ");
        let letter = mail("anna@customer.example")
            .text(&format!("Hello, can you please help me with this mail that I got?\n\nOn Monday, Paul wrote:\n> {quoted}\n"));
        assert!(answered(&app, &letter).await.1.text().contains("thank you for your mail"));
    }

    async fn the_customers_choice_goes_first_and_the_queues_language_last(database) {
        let app = TestApp::start(database).await;
        app.deliver(&mail("anna@customer.example")).await;
        let customers = app.root.get("/api/v1/customers").await.items();
        let anna = customers.iter().find(|customer| customer["addresses"][0] == "anna@customer.example").unwrap();
        let path = format!("/api/v1/customers/{}", text(&anna["id"]));
        let patch = |tag: &str| app.root.send(app.root.request(reqwest_method(), &path).json(&json!({ "language": tag })));
        assert_eq!(patch("fr-CA").await.assert(200).json()["language"], "fr-CA");
        patch("not a language").await.assert(422);
        let (inbound, letter) = answered(&app, &mail("anna@customer.example").text(GERMAN)).await;
        assert!(letter.text().contains("merci pour votre message"), "{}", letter.text());
        assert!(step(&app, &inbound, "language").await["reason"].as_str().unwrap().contains("choice"));
        // Nothing tells: neither a choice nor three words.
        sql(&app, "UPDATE queues SET language = 'de'").await;
        let (inbound, letter) = answered(&app, &mail("bert@customer.example").text("?")).await;
        assert!(letter.text().contains("vielen Dank"), "{}", letter.text());
        assert!(step(&app, &inbound, "language").await["reason"].as_str().unwrap().contains("default"));
        // Dutch is none of ours.
        let dutch = mail("jan@klant.example").text("Hallo, ik kan niet meer inloggen sinds vanmorgen. Kunt u mij helpen? Met vriendelijke groet");
        assert!(answered(&app, &dutch).await.1.text().contains("vielen Dank"));
    }

    async fn a_queues_own_text_goes_before_that_of_all_queues_and_the_built_in_one(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let own = |queue: Option<&str>, body: &str| {
            let mut value = json!({ "kind": "received", "language": "en", "subject": "About {subject}", "body": body });
            if let Some(queue) = queue {
                value["queue"] = json!(queue);
            }
            value
        };
        assert_eq!(put(&app, own(None, "For all: {ticket}")).await["origin"], "everywhere");
        assert_eq!(put(&app, own(Some("Billing"), "For Billing: {ticket} {organisation}")).await["origin"], "queue");
        let (inbound, letter) = answered(&app, &mail("anna@customer.example").subject("Re: Keys")).await;
        assert_eq!(letter.subject(), "About Keys");
        assert!(letter.text().starts_with(&format!("For all: {}\n", text(&inbound["ticket"]))), "{}", letter.text());
        app.relay.clear();
        let bill = mail("bert@customer.example");
        app.deliver_as("bert@customer.example", "billing@helpdesk.example", &bill).await;
        let letter = app.relay.wait_for("bert@customer.example", 1).await.remove(0).mail();
        assert!(letter.text().contains("For Billing:") && letter.text().contains("Helpdesk"), "{}", letter.text());
        put(&app, json!({ "kind": "received", "language": "en", "reset": true })).await;
        assert!(answered(&app, &mail("carl@customer.example")).await.1.text().contains("thank you for your mail"));
    }

    async fn what_a_customer_chooses_is_never_read_as_a_name_and_breaks_no_line(database) {
        let app = TestApp::start(database).await;
        put(&app, json!({ "kind": "received", "language": "en", "subject": "{subject}", "body": "Dear {customer_name}, {{no name}} {subject} {customer_organisation}!" })).await;
        let evil = mail("anna@customer.example")
            .from_header("=?utf-8?Q?{ticket}=0D=0ABcc:_x=40y.example=E2=80=AE?= <anna@customer.example>")
            .subject("{customer_address} =?utf-8?Q?=0D=0ABcc:_victim=40elsewhere.example?=");
        let (_, letter) = answered(&app, &evil).await;
        assert!(letter.header("Bcc").is_none());
        assert!(letter.text().contains("Dear {ticket} Bcc: x@y.example, {no name} {customer_address}"), "{}", letter.text());
        assert!(letter.subject().starts_with("{customer_address}"), "{}", letter.subject());
        let long = mail("bert@customer.example").subject(&"long ".repeat(2_000));
        let (_, letter) = answered(&app, &long).await;
        assert!(letter.subject().chars().count() <= 260 && letter.text().chars().count() < 1_000);
    }

    async fn unknown_names_are_refused_with_those_that_there_are(database) {
        let app = TestApp::start(database).await;
        let body = json!({ "kind": "rejected", "language": "de", "subject": "{tciket}", "body": "{old_ticket}" });
        let refused = app.root.put("/api/v1/auto-responses", body).await.assert(422).json();
        let errors = refused["errors"].to_string();
        assert!(errors.contains("{tciket}") && errors.contains("{old_ticket}") && errors.contains("{reopen_address}"), "{errors}");
        for (subject, body) in [("", "x"), ("x", " "), ("two\nlines", "x"), (&"x".repeat(201), "x"), ("x", &"x".repeat(10_001))] {
            let body = json!({ "kind": "rejected", "language": "de", "subject": subject, "body": body });
            app.root.put("/api/v1/auto-responses", body).await.assert(422);
        }
        let dana = app.agent("dana", &["Agent"]).await;
        dana.get("/api/v1/auto-responses").await.assert(403);
        dana.put("/api/v1/auto-responses", json!({ "kind": "rejected", "language": "de" })).await.assert(403);
        assert_eq!(app.root.get("/api/v1/auto-responses").await.items().len(), 12);
    }

    async fn a_queue_that_sends_none_says_so(database) {
        let app = TestApp::start(database).await;
        put(&app, json!({ "queue": "Support", "kind": "received", "language": "en", "enabled": false })).await;
        let inbound = app.deliver(&mail("anna@customer.example")).await;
        assert!(inbound["auto_response"].as_str().unwrap().contains("the queue sends none"), "{inbound}");
        app.root.put("/api/v1/auto-responses", json!({ "kind": "received", "language": "en", "enabled": true })).await.assert(422);
    }

    async fn an_answer_to_a_closed_ticket_is_confirmed_where_the_queue_wants_it(database) {
        let app = TestApp::start(database).await;
        for (on, expected) in [(false, false), (true, true)] {
            let question = mail(&format!("anna{on}@customer.example"));
            let number = app.ticket_from(&question).await;
            app.root.set(&number, "state", "closed").await;
            put(&app, json!({ "queue": "Support", "kind": "reopened", "language": "en", "enabled": on })).await;
            app.clock.advance(jiff::SignedDuration::from_mins(11));
            let again = mail(question.sender()).answering([question.id()]);
            quiet(&app).await;
            app.relay.clear();
            let inbound = app.deliver(&again).await;
            assert_eq!(inbound["auto_response"] == "sent", expected, "{inbound}");
            assert_eq!(app.ticket(&number).await["state"], "open");
            if on {
                let letter = app.relay.wait_for(question.sender(), 1).await.remove(0).mail();
                assert!(letter.text().contains("it is open again"), "{}", letter.text());
                let more = app.deliver(&mail(question.sender()).answering([question.id()])).await;
                assert_ne!(more["auto_response"], "sent", "open already");
            }
        }
    }

    async fn an_answer_to_a_closed_ticket_becomes_a_new_one_and_hears_both_numbers(database) {
        let app = TestApp::start(database).await;
        sql(&app, "UPDATE queues SET follow_up_policy = 'new_ticket'").await;
        let question = mail("anna@customer.example");
        let old = app.ticket_from(&question).await;
        app.root.set(&old, "state", "closed").await;
        app.clock.advance(jiff::SignedDuration::from_mins(11));
        let (inbound, letter) = answered(&app, &mail("anna@customer.example").answering([question.id()])).await;
        let new = text(&inbound["ticket"]);
        assert_ne!(old, new);
        assert!(letter.text().contains(&format!("earlier ticket {old} is closed")), "{}", letter.text());
        assert!(letter.text().contains(&format!("new ticket is {new}")), "{}", letter.text());
    }

    async fn an_answer_to_a_ticket_that_is_closed_for_good_is_refused_each_time(database) {
        let app = TestApp::start(database).await;
        sql(&app, "UPDATE queues SET follow_up_policy = 'reject'").await;
        let question = mail("anna@customer.example");
        let number = app.ticket_from(&question).await;
        app.root.set(&number, "state", "closed").await;
        quiet(&app).await;
        let articles = app.articles(&number).await.len();
        for round in 1..=2 {
            app.clock.advance(jiff::SignedDuration::from_mins(11));
            let again = mail("anna@customer.example").answering([question.id()]).text("Please open it again, I still have the problem with the printer.");
            let (inbound, letter) = answered(&app, &again).await;
            assert_eq!(inbound["disposition"], "ignored");
            assert!(letter.text().contains("closed for good") && letter.text().contains("support@helpdesk.example"));
            quiet(&app).await;
            assert_eq!(app.articles(&number).await.len(), articles + round, "only our own answer");
        }
        assert!(app.relay.received_by("root@helpdesk.example").is_empty(), "nobody is told");
        assert_eq!(app.ticket(&number).await["state"], "closed");
    }
}

fn reqwest_method() -> http::Method {
    http::Method::PATCH
}
