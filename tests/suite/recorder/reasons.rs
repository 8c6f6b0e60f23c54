use serde_json::Value;
use tests::app::{TestApp, text};
use tests::{both_databases, mail};

fn step<'a>(inbound: &'a Value, name: &str) -> &'a Value {
    let steps = inbound["steps"].as_array().unwrap();
    steps.iter().find(|step| step["step"] == name).unwrap_or_else(|| panic!("no step {name}: {inbound}"))
}

both_databases! {
    async fn what_was_not_done_has_its_reason(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example");
        let opened = app.deliver(&letter).await;
        assert_eq!(step(&opened, "notification")["result"], "1 agent told", "{opened}");
        assert_eq!(step(&opened, "auto_response")["result"], "sent");
        let number = text(&opened["ticket"]);
        app.root.set(&number, "state", "closed").await;

        let absent = mail("anna@customer.example").header("Auto-Submitted", "auto-replied").answering([letter.id()]);
        let absent = app.deliver(&absent).await;
        for (name, result, why) in [
            ("state", "stays closed", "automatic mail reopens nothing"),
            ("notification", "none", "a machine's mail tells nobody"),
            ("auto_response", "none", "Auto-Submitted"),
        ] {
            let step = step(&absent, name);
            assert_eq!(step["result"], result, "{absent}");
            assert!(step["reason"].as_str().unwrap().contains(why), "{step}");
        }
        let answer = app.deliver(&mail("anna@customer.example").answering([letter.id()])).await;
        assert_eq!(step(&answer, "state")["result"], "closed became open", "{answer}");
        assert!(step(&answer, "auto_response")["reason"].as_str().unwrap().contains("the queue sends none"), "{answer}");

        // An address that is the follower's, and nothing that vouches for it: whoever forges it silences nobody.
        let own = app.deliver(&mail("root@helpdesk.example")).await;
        assert_eq!(step(&own, "notification")["result"], "1 agent told", "{own}");
    }

    async fn a_report_that_marks_nothing_says_why(database) {
        let app = TestApp::start(database).await;
        let report = |action: &str, id: &str| {
            mail("MAILER-DAEMON@mx.example")
                .header("Content-Type", "multipart/report; report-type=delivery-status; boundary=\"r\"")
                .text(&format!("--r\nContent-Type: text/plain\n\nIt did not arrive.\n--r\nContent-Type: message/delivery-status\n\n\
                    Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; anna@customer.example\nAction: {action}\nStatus: {}\n\
                    --r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{id}>\n\n--r--\n", if action == "failed" { "5.1.1" } else { "4.4.1" }))
        };
        let unknown = app.deliver_as("", tests::app::SUPPORT, &report("failed", "nobody@helpdesk.example")).await;
        assert_eq!(step(&unknown, "bounce")["result"], "not ours", "{unknown}");
        assert!(step(&unknown, "bounce")["reason"].as_str().unwrap().contains("no mail of ours"), "{unknown}");
        let delayed = app.deliver_as("", tests::app::SUPPORT, &report("delayed", "other@helpdesk.example")).await;
        assert_eq!(step(&delayed, "bounce")["result"], "not ours", "{delayed}");
        assert!(step(&delayed, "classify")["reason"].as_str().unwrap().contains("delayed"), "{delayed}");
    }

    async fn each_step_has_its_time_and_the_whole_has_one(database) {
        let app = TestApp::start(database).await;
        let inbound = app.deliver(&mail("anna@customer.example")).await;
        assert!(step(&inbound, "parse")["took_us"].as_u64().unwrap() > 0, "{inbound}");
        let steps = inbound["steps"].as_array().unwrap();
        let sum: u64 = steps.iter().map(|step| step["took_us"].as_u64().unwrap()).sum();
        let whole = inbound["duration_us"].as_u64().unwrap();
        assert!(whole > 0 && sum <= whole, "{sum} of {whole}: {inbound}");
    }
}
