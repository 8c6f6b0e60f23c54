use tests::app::{SUPPORT, TestApp, encoded, text};
use tests::{both_databases, mail};

/// The Message-IDs of a list, newest first.
async fn ids(app: &TestApp, query: &str) -> Vec<String> {
    let items = app.root.get(&format!("/api/v1/inbound?{query}")).await.assert(200).items();
    items.iter().map(|item| text(&item["message_id"])).collect()
}

both_databases! {
    async fn a_mail_is_found_by_what_people_know_of_it(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let one = mail("anna.bell@customer.example").subject("Größere Rechnung für Oktober");
        let two = mail("bert@other.example").subject("Something else");
        let first = app.deliver(&one).await;
        app.deliver_as("bert@other.example", "billing@helpdesk.example", &two).await;
        let ticket = text(&first["ticket"]);
        for (words, found) in [
            ("rechnung", &one),
            ("GRÖSSERE", &two), // "ß" is not "SS" in lower case: found by neither, see below
            ("größ rech", &one),
            ("anna.bell@customer.example", &one),
            ("billing@helpdesk.example", &two),
            ("bert", &two),
            (one.id(), &one),
            (ticket.as_str(), &one),
        ] {
            let ids = ids(&app, &format!("search={}", encoded(words))).await;
            if words == "GRÖSSERE" {
                assert!(ids.is_empty(), "{words}: {ids:?}");
            } else {
                assert_eq!(ids, [found.id()], "{words}");
            }
        }
        for odd in ["\"", "' OR 1=1 --", "*", "a AND", "(", "NEAR(", ":*", "\\", "%", "<->", "!!"] {
            ids(&app, &format!("search={}", encoded(odd))).await;
        }
        assert!(ids(&app, "search=oktober%20bert").await.is_empty(), "all words have to be there");
    }

    async fn mails_without_an_id_are_found_as_such(database) {
        let app = TestApp::start(database).await;
        app.deliver(&mail("anna@customer.example")).await;
        let nameless = mail("cara@customer.example").without("Message-ID");
        assert!(app.hand_over("cara@customer.example", SUPPORT, &nameless.bytes()).await.is_ok());
        app.processed("envelope_from=cara@customer.example").await;
        let found = app.root.get("/api/v1/inbound?message_id=").await.items();
        assert_eq!(found.iter().map(|one| text(&one["envelope_from"])).collect::<Vec<_>>(), ["cara@customer.example"]);
    }

    async fn filters_narrow_the_list_and_pages_follow_each_other(database) {
        let app = TestApp::start(database).await;
        let person = mail("anna@customer.example");
        let machine = mail("robot@customer.example").header("Auto-Submitted", "auto-generated");
        app.deliver(&person).await;
        app.deliver(&machine).await;
        let by_smtp = mail("cara@customer.example");
        let mut smtp = app.smtp().await;
        assert!(smtp.deliver("cara@customer.example", SUPPORT, &by_smtp.bytes()).await.is_ok());
        app.processed(&format!("message_id={}", encoded(by_smtp.id()))).await;
        assert!(app.hand_over("anna@customer.example", SUPPORT, &person.bytes()).await.is_ok());
        app.all_processed(&format!("message_id={}", encoded(person.id())), 2).await;

        assert_eq!(ids(&app, "automatic=true").await, [machine.id()]);
        assert_eq!(ids(&app, "source=smtp").await, [by_smtp.id()]);
        assert_eq!(ids(&app, "disposition=duplicate").await, [person.id()]);
        assert!(ids(&app, "bounce=true").await.is_empty());
        assert_eq!(ids(&app, "source=lmtp&search=customer").await.len(), 3);
        let first = app.root.get("/api/v1/inbound?limit=2").await.json();
        let next = app.root.get(&format!("/api/v1/inbound?limit=2&cursor={}", text(&first["next"]))).await.json();
        let of = |page: &serde_json::Value| page["items"].as_array().unwrap().iter().map(|item| text(&item["id"])).collect::<Vec<_>>();
        let all: Vec<String> = of(&first).into_iter().chain(of(&next)).collect();
        assert_eq!(all.len(), 4);
        assert!(next["next"].is_null());
        let numbers: Vec<i64> = all.iter().map(|id| id.parse().unwrap()).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] > pair[1]), "{numbers:?}");
    }
}
