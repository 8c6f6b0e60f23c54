use jiff::SignedDuration;
use tests::app::{SUPPORT, TestApp, encoded};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};

/// The lines of the sheet, without its head.
async fn sheet(visitor: &Client, until: &str) -> Vec<Vec<String>> {
    let text = visitor.get(&format!("/admin/mail/balance.csv?until={until}")).await.assert(200).text();
    let lines = text
        .lines()
        .skip(1)
        .map(|line| line[1..line.len() - 1].split("\",\"").map(str::to_owned).collect::<Vec<_>>());
    lines.collect()
}

fn numbers(line: &[String]) -> Vec<i64> {
    line[3..14].iter().map(|cell| cell.parse().unwrap_or_else(|_| panic!("{line:?}"))).collect()
}

both_databases! {
    async fn every_line_adds_up_and_nothing_is_missing(database) {
        // 23:30 in Berlin, where the reader sits: the next mail belongs to the next day there, not here.
        let app = TestApp::start_at(database, "2026-11-09T22:30:00Z").await;
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let letter = mail("anna@customer.example");
        app.deliver(&letter).await;
        assert!(app.hand_over("anna@customer.example", SUPPORT, &letter.bytes()).await.is_ok());
        app.all_processed(&format!("message_id={}", encoded(letter.id())), 2).await;
        app.deliver(&mail("anna@customer.example").answering([letter.id()])).await;
        let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
        assert!(app.hand_over("anna@customer.example", SUPPORT, &sent.data).await.is_ok());
        app.processed(&format!("message_id={}", encoded(&sent.mail().message_id()))).await;
        let mut smtp = app.smtp().await;
        let by_smtp = mail("cara@customer.example");
        assert!(smtp.deliver("cara@customer.example", SUPPORT, &by_smtp.bytes()).await.is_ok());
        app.processed(&format!("message_id={}", encoded(by_smtp.id()))).await;
        app.settle().await;

        let lines = sheet(&visitor, "2026-11-09").await;
        for line in &lines {
            let numbers = numbers(line);
            assert_eq!(numbers[0], numbers[1..].iter().sum::<i64>(), "{line:?}");
        }
        let of = |direction: &str, source: &str| {
            let found = lines.iter().find(|line| line[1] == direction && line[2] == source);
            numbers(found.unwrap_or_else(|| panic!("{direction} {source}: {lines:?}")))
        };
        //                            total new foll dupl ign quar sent boun fail canc wait
        assert_eq!(of("in", "lmtp"), [4, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0], "{lines:?}");
        assert_eq!(of("in", "smtp"), [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(of("out", "auto_response")[..1], [2]);
        let why = &lines.iter().find(|line| line[2] == "lmtp").unwrap()[14];
        assert_eq!(why, "1 x our own mail came back");

        app.advance(SignedDuration::from_hours(1)).await;
        app.deliver(&mail("dora@customer.example")).await;
        assert_eq!(numbers(&sheet(&visitor, "2026-11-09").await[0])[0], 4 + 1, "UTC: still the same day");
        visitor.get("/preferences").await.assert(200);
        let zone = [("time_zone", "Europe/Berlin"), ("theme", "system"), ("page_size", "25"), ("language", "en")];
        visitor.submit("/preferences", &zone).await.assert(303);
        let lines = sheet(&visitor, "2026-11-09").await;
        let day = |date: &str| lines.iter().filter(|line| line[0] == date && line[1] == "in").map(|line| numbers(line)[0]).sum::<i64>();
        assert_eq!(day("2026-11-09"), 5, "in Berlin it came a day later: {lines:?}");
        let page = visitor.get("/admin/mail/balance").await.assert(200).text();
        assert!(page.contains("our own mail came back"), "the page says why");
    }
}

#[test]
fn a_cell_that_would_be_calculated_becomes_a_text() {
    let mut csv = turnstone::csv::Csv::new(&["a"]);
    for cell in ["=1+1", "+1", "-1", "@x", "\t=1", "  =1", "a\"b", "fine", "\r=1"] {
        csv.line([cell.to_owned()]);
    }
    let text = csv.finish();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        lines[1..8],
        ["\"'=1+1\"", "\"'+1\"", "\"'-1\"", "\"'@x\"", "\"'\t=1\"", "\"'  =1\"", "\"a\"\"b\""]
    );
    assert_eq!(lines[8], "\"fine\"");
}

both_databases! {
    async fn a_program_gets_the_balance_of_a_day_and_the_mails_behind_it(database) {
        let app = TestApp::start_at(database, "2026-11-09T12:00:00Z").await;
        app.deliver(&mail("anna@customer.example")).await;
        app.deliver(&mail("bulk@customer.example").header("Precedence", "bulk")).await;
        app.advance(SignedDuration::from_hours(24)).await;
        app.deliver(&mail("bert@customer.example")).await;
        app.settle().await;
        let day = async |query: &str| app.root.get(&format!("/api/v1/balance?{query}")).await.assert(200).items();
        let received = |day: &serde_json::Value| day["received"][0]["received"].clone();
        let ninth = day("day=2026-11-09").await;
        assert_eq!((ninth.len(), &ninth[0]["day"], received(&ninth[0])), (1, &"2026-11-09".into(), 2.into()), "{ninth:?}");
        assert_eq!(ninth[0]["received"][0]["source"], "lmtp");
        let line = |key: &str| ninth[0]["received"][0][key].as_i64().unwrap();
        let sum = ["new", "follow_up", "duplicate", "ignored", "quarantined", "waiting"].map(line).iter().sum::<i64>();
        assert_eq!(sum, 2);
        let two = day("days=2").await;
        assert_eq!((&two[0]["day"], received(&two[0]), received(&two[1])), (&"2026-11-10".into(), 1.into(), 2.into()), "{two:?}");
        let written = &ninth[0]["written"];
        assert!(written.as_array().unwrap().iter().any(|line| line["kind"] == "auto_response" && line["written"] == 1), "{written}");
        assert_eq!(app.root.get("/api/v1/inbound?day=2026-11-09").await.items().len(), 2);
        assert_eq!(app.root.get("/api/v1/inbound?day=2026-11-08").await.items().len(), 0);
        for wrong in ["day=yesterday", "days=0", "days=32"] {
            app.root.get(&format!("/api/v1/balance?{wrong}")).await.assert(422);
        }
        app.agent("dana", &["Agent"]).await.get("/api/v1/balance").await.assert(403);
    }
}
