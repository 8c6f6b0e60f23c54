//! Figures: what counts, when, for whom.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{Person, SUPPORT, TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

const MONDAY: &str = "2026-11-09T10:00:00Z";

async fn report(person: &Person, query: &str) -> Value {
    person.get(&format!("/api/v1/reports?from=2026-11-09&to=2026-11-11{query}")).await.assert(200).json()
}

fn figures(value: &Value) -> (i64, i64, i64, Option<i64>, Option<i64>) {
    let n = |name: &str| value[name].as_i64().unwrap();
    (n("created"), n("closed"), n("answered"), value["first_answer"].as_i64(), value["solution"].as_i64())
}

fn share<'a>(report: &'a Value, list: &str, name: &str) -> Option<&'a Value> {
    report[list].as_array().unwrap().iter().find(|share| share["name"] == name).map(|share| &share["figures"])
}

both_databases! {
    async fn only_what_a_customer_waited_for_is_an_answer(database) {
        let app = TestApp::start_at(database, MONDAY).await;
        app.hush().await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("First")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        app.advance(SignedDuration::from_mins(30)).await;
        let note = json!({ "body_text": "Looking at it." });
        dana.post(&format!("/api/v1/tickets/{number}/notes"), note).await.assert(201);
        // Somebody to whom we wrote first did not wait.
        dana.write_to("bert@customer.example").await;
        assert_eq!(figures(&report(&app.root, "").await["all"]), (2, 0, 0, None, None), "a note is no answer");
        app.advance(SignedDuration::from_mins(15)).await;
        dana.reply(&number, "Here you are.").await;
        app.advance(SignedDuration::from_mins(15)).await;
        dana.reply(&number, "And this.").await;
        app.advance(SignedDuration::from_hours(24)).await;
        dana.set(&number, "state", "closed").await;
        let seen = report(&app.root, "").await;
        let day = 25 * 3_600;
        assert_eq!(figures(&seen["all"]), (2, 1, 1, Some(45 * 60), Some(day)));
        let parts: Vec<_> = seen["parts"].as_array().unwrap().iter().map(|part| figures(&part["figures"])).collect();
        assert_eq!(parts, [(2, 0, 1, Some(45 * 60), None), (0, 1, 0, None, Some(day)), (0, 0, 0, None, None)]);
        assert_eq!(figures(share(&seen, "agents", "dana").unwrap()), (0, 1, 1, Some(45 * 60), Some(day)));
        dana.set(&number, "state", "open").await;
        assert_eq!(figures(&report(&app.root, "").await["all"]).1, 0, "opened again, it was not done");
    }

    async fn a_reply_that_is_taken_back_was_none(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Held")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        let visitor = app.visitor();
        visitor.sign_in("dana", PASSWORD).await;
        let body = json!({ "body_text": "Too early.", "hold_seconds": 60 });
        let reply = dana.post(&format!("/api/v1/tickets/{number}/replies"), body).await.assert(201).json();
        let answered = async || app.root.get("/api/v1/reports").await.assert(200).json()["all"]["answered"].clone();
        assert_eq!(answered().await, 1);
        visitor.get("/tickets").await.assert(200);
        visitor.submit(&format!("/articles/{}/undo", text(&reply["id"])), &[]).await.assert(303);
        assert_eq!(answered().await, 0);
    }

    async fn figures_are_of_queues_that_one_may_read_and_colleagues_are_for_their_lead(database) {
        let app = TestApp::start_at(database, MONDAY).await;
        app.hush().await;
        app.queue("Board", "board@helpdesk.example").await;
        app.role("Clerk", "Support", &["reply"]).await;
        let (dana, erik) = (app.agent("dana", &["Clerk"]).await, app.agent("erik", &["Agent"]).await);
        let support = app.ticket_from(&mail("anna@customer.example").to(SUPPORT).subject("Open")).await;
        app.deliver_as("anna@customer.example", "board@helpdesk.example", &mail("anna@customer.example").to("board@helpdesk.example").subject("Secret")).await;
        erik.reply(&support, "An answer.").await;
        let of_dana = report(&dana, "").await;
        assert_eq!(figures(&of_dana["all"]).0, 1, "not the board's");
        assert!(share(&of_dana, "queues", "Board").is_none() && share(&of_dana, "agents", "erik").is_none());
        dana.get("/api/v1/reports?queue=Board").await.assert(404);
        let of_root = report(&app.root, "").await;
        assert_eq!(figures(&of_root["all"]).0, 2);
        assert!(share(&of_root, "queues", "Board").is_some() && share(&of_root, "agents", "erik").is_some());
        assert_eq!(figures(&report(&app.root, "&queue=Board").await["all"]).0, 1);
        let visitor = app.visitor();
        visitor.sign_in("dana", PASSWORD).await;
        let page = visitor.get("/reports?from=2026-11-09&to=2026-11-11").await.assert(200).text();
        assert!(!page.contains("Board") && !page.contains("Erik"), "{page}");
        visitor.get("/reports.csv").await.assert(403);
    }

    async fn nonsense_is_told_and_days_begin_in_the_readers_zone(database) {
        let app = TestApp::start_at(database, "2026-11-09T23:30:00Z").await;
        app.ticket_from(&mail("anna@customer.example").subject("Late")).await;
        let berlin = report(&app.root, "&time_zone=Europe/Berlin").await;
        let created = |report: &Value| -> Vec<i64> {
            report["parts"].as_array().unwrap().iter().map(|part| figures(&part["figures"]).0).collect()
        };
        assert_eq!(created(&berlin), [0, 1, 0]);
        assert_eq!(created(&report(&app.root, "").await), [1, 0, 0]);
        for odd in ["from=2026-11-12&to=2026-11-09", "from=rubbish", "from=2020-01-01&to=2026-01-01", "time_zone=Mars/Base", "x=1"] {
            app.root.get(&format!("/api/v1/reports?{odd}")).await.assert(422);
        }
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = async |query: &str| visitor.get(&format!("/reports?{query}")).await.assert(200).text();
        let wrong = page("from=2026-11-12&to=2026-11-09").await;
        assert!(wrong.contains("The last day lies before the first.") && wrong.contains("value=\"2026-11-12\""), "{wrong}");
        assert!(page("from=0000-01-01").await.contains("more than 366 days"));
        for odd in ["from=9999-12-31&to=9999-12-31", "from=-9999-01-01&to=-9999-01-02", "queue=rubbish", "queue=99", "to=%00"] {
            page(odd).await;
        }
        visitor.get("/reports.csv?from=rubbish").await.assert(422);
        let csv = visitor.get("/reports.csv?from=2026-11-09&to=2026-11-10").await.assert(200).text();
        assert!(csv.contains("\"from\",\"2026-11-09\",\"1\"") && csv.contains("\"queue\",\"Support\",\"1\""), "{csv}");
    }
}
